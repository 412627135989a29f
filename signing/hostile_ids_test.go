package signing_test

import (
	"strings"
	"testing"
)

// TestHostileIDs: every document is signed just as it stands. What is refused is
// refused because two readers could take different elements for the one that
// the Reference names, or none at all.
func TestHostileIDs(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 8)) {
		k.refused(k.twoIDs())
		k.refused(k.strangeURIs())
		k.accepted(k.otherIDs())
	}
}

// withID gives the document's root one attribute, and edits the rest.
func (k *kit) withID(attr, old, new string) string {
	doc := strings.Replace(k.forger.document, k.root, `<edXML xmlns="urn:e" `+attr+">", 1)
	return strings.Replace(doc, old, new, 1)
}

func (k *kit) byID(uri, document string) string {
	f := k.forger
	f.uri, f.document = uri, document
	return string(f.make(k.t))
}

// twoIDs have the id on the root and elsewhere, or elsewhere alone.
func (k *kit) twoIDs() (all []attack) {
	for _, attr := range []string{`Id="doc"`, `ID="doc"`, `id="doc"`, `xml:id="doc"`, `iD="doc"`, `x:Id="doc" xmlns:x="urn:x"`, `x:id="doc" xmlns:x="urn:x"`, `Id="d&#111;c"`, `Id=" doc"`, `Id="doc&#9;"`} {
		for _, tag := range []string{"<e:Subject", "<AttachmentEncoded", "<edXMLEnvelope"} {
			all = append(all, attack{attr + " at " + tag + " too", k.byID("#doc", k.withID(`Id="doc"`, tag, tag+" "+attr))},
				attack{attr + " at " + tag + " alone", k.byID("#doc", k.withID("", tag, tag+" "+attr))})
		}
	}
	for _, attr := range []string{"", `x:Id="doc" xmlns:x="urn:x"`, `x:id="doc" xmlns:x="urn:x"`, `xml:Id="doc"`, `xml:ID="doc"`, `Name="doc"`, `Id="DOC"`, `Id=" doc"`, `Id="doc "`, `Id="doc1"`, `IDs="doc"`} {
		all = append(all, attack{"the root has " + attr, k.byID("#doc", k.withID(attr, "", ""))})
	}
	f := k.forger
	f.uri, f.document = "#doc", k.withID("", "", "")
	f.edit = func(s string) string { return strings.Replace(s, "<ds:SignedInfo>", `<ds:SignedInfo Id="doc">`, 1) }
	all = append(all, attack{"the id is SignedInfo's", string(f.make(k.t))})
	f.document = k.withID(`Id="doc"`, "", "")
	return append(all, attack{"the id is SignedInfo's too", string(f.make(k.t))})
}

// strangeURIs name something else than this document.
func (k *kit) strangeURIs() (all []attack) {
	for _, uri := range []string{
		"doc", "xdoc", "#", "##doc", "#doc#doc", "# doc", "#doc ", " #doc", "\n#doc", "#DOC", "?#doc", ".", "./#doc", "a.xml#doc",
		"cid:doc", "cid:att0", "id:doc", "file:///etc/passwd", "http://example.vn/", "https://example.vn/#doc", "urn:x", "//x#doc",
		"#xpointer(/)", "#xpointer(id('doc'))", "#xpointer(id(&quot;doc&quot;))", "#element(/1)", "#/1", "#other", "&#0035;other", "http://169.254.169.254/", " ", "&#32;", "&#9;",
	} {
		all = append(all, attack{"URI " + uri, k.byID(uri, k.withID(`Id="doc"`, "", ""))})
	}
	for name, edit := range map[string][2]string{
		"no URI": {` URI="` + k.forger.uri + `"`, ""}, "URI in a namespace": {" URI=", ` xmlns:x="urn:x" x:URI=`}, "uri in small letters": {" URI=", " uri="},
		"a Type": {" URI=", ` Type="http://www.w3.org/2000/09/xmldsig#Manifest" URI=`},
	} {
		all = append(all, attack{name, k.replace(edit[0], edit[1])})
	}
	return all
}

// otherIDs are harmless: ids that are others, and the id in each of its forms.
func (k *kit) otherIDs() (all []attack) {
	for _, attr := range []string{`Id="doc"`, `ID="doc"`, `id="doc"`, `Id='doc'`, `Id="d&#111;c"`, `Id="doc" ID="other"`} {
		all = append(all, attack{"the root has " + attr, k.byID("#doc", k.withID(attr, "<e:Subject", `<e:Subject Id="other"`))})
	}
	return append(all, attack{"the root has xml:id", k.byID("#doc", k.withID(`xml:id="doc"`, "", ""))},
		attack{"the URI by reference", k.byID("&#35;doc", k.withID(`Id="doc"`, "", ""))},
		attack{"an id with a dot", k.byID("#a.b-c_1", k.withID(`Id="a.b-c_1"`, "", ""))},
		attack{"URI empty, ids twice", k.byID("", k.withID(`Id="doc"`, "<e:Subject", `<e:Subject Id="doc"`))})
}

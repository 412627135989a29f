package signing_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// TestHostileWrapping: a signature that holds somewhere, and another document
// around, beside or inside it that a reader could take for the signed one.
func TestHostileWrapping(t *testing.T) {
	for _, k := range kits(t, someShapes(t, 24)) {
		k.refused(k.wrappings())
		k.refused(k.inSignature())
		k.refused(k.moved())
		k.refused(k.doubled())
	}
}

// inside puts more before the end of the signature.
func (k *kit) inside(more string) string {
	return strings.Replace(k.sig, "</ds:Signature>", more+"</ds:Signature>", 1)
}

func object(s string) string { return "<ds:Object>" + s + "</ds:Object>" }

// wrappings are XSW1 to XSW8 in the forms of SAML Raider, carried over to edXML,
// the id on each and on both, and their relatives.
func (k *kit) wrappings() (all []attack) {
	signed, original := k.good, k.original()
	for _, ids := range []struct{ name, evil, good string }{
		{"both have the id", k.root, original},
		{"the signed one has it", k.noIDRoot, original},
		{"the evil one has it", k.root, strings.Replace(original, k.idAttr, "", 1)},
		{"another id", strings.Replace(k.root, `"doc"`, `"evil"`, 1), original},
	} {
		add := func(name, raw string) { all = append(all, attack{name + ", " + ids.name, raw}) }
		add("xsw1", ids.evil+k.evil+k.inside(object(ids.good))+k.end)
		add("xsw1 without Object", ids.evil+k.evil+k.inside(ids.good)+k.end)
		add("xsw1, signature first", ids.evil+k.inside(object(ids.good))+k.evil+k.end)
		add("xsw2", ids.evil+k.evil+k.sig+ids.good+k.end)
		add("xsw2, signature last", ids.evil+k.evil+ids.good+k.sig+k.end)
		add("xsw2, signature first", ids.evil+k.sig+ids.good+k.evil+k.end)
		add("xsw3", k.noIDRoot+ids.evil+k.evil+k.end+signed+k.end)
		add("xsw3, evil after", k.noIDRoot+signed+ids.evil+k.evil+k.end+k.end)
		add("xsw4", ids.evil+k.evil+signed+k.end)
		add("xsw4, evil after", ids.evil+signed+k.evil+k.end)
		add("xsw5", ids.evil+k.evil+k.sig+"<x>"+ids.good+"</x>"+k.end)
		add("xsw6", ids.evil+k.evil+k.inside(ids.good+"<y/>")+k.end)
		add("xsw7", ids.evil+"<Extensions>"+ids.evil+k.evil+k.end+"</Extensions>"+k.inner+k.end)
		add("xsw8", ids.evil+k.evil+"<Extensions>"+k.inside(object(ids.good))+"</Extensions>"+k.end)
		add("a header with the signature, another with the evil", ids.evil+k.evil+"<edXMLHeader>"+k.sig+"</edXMLHeader>"+k.end)
		add("a second DigitalSignature", ids.evil+k.evil+"<DigitalSignature>"+k.sig+"</DigitalSignature>"+k.end)
		add("the signed one in a comment", ids.evil+k.evil+k.sig+"<!--"+strings.ReplaceAll(ids.good, "--", "")+"-->"+k.end)
		add("the signed one in CDATA", ids.evil+k.evil+k.sig+"<![CDATA["+ids.good+"]]>"+k.end)
		add("the signed one after the root", ids.evil+k.evil+k.sig+k.end+ids.good)
		add("the signed one before the root", ids.good+ids.evil+k.evil+k.sig+k.end)
		add("the evil one after the signed root", signed+ids.evil+k.evil+k.end)
	}
	for _, wrapper := range []string{"<w>%s</w>", `<edXML xmlns="urn:x">%s</edXML>`, `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>`, "<edXML>%s</edXML>"} {
		all = append(all, attack{"a foreign root around it, " + wrapper, fmt.Sprintf(wrapper, signed)})
	}
	for name, more := range map[string]string{"header": "<edXMLHeader>", "envelope": "<edXMLEnvelope>", "foreign": `<x:y xmlns:x="urn:x">`} {
		end := "</" + strings.Trim(strings.Fields(more)[0], "<>") + ">"
		all = append(all, attack{"more in the signed root, " + name, k.whole(k.inner + more + k.evil + end)},
			attack{"more before in the signed root, " + name, k.whole(more + k.evil + end + k.inner)})
	}
	return append(all, attack{"tampered", evil(k.good)}, attack{"the id changed", strings.Replace(k.good, "<edXML", `<edXML id="a"`, 1)})
}

// inSignature are evil documents where a signature has room that is not signed.
func (k *kit) inSignature() (all []attack) {
	doc := k.root + k.evil + k.end
	add := func(name, old, new string) {
		all = append(all, attack{"in the signature, " + name, strings.Replace(k.good, old, new, 1)})
	}
	for _, more := range []struct{ name, text string }{
		{"a document", doc}, {"Object", object(doc)}, {"Object with an id", `<ds:Object Id="doc">` + doc + "</ds:Object>"},
		{"Object in another namespace", "<Object>" + doc + "</Object>"}, {"an empty Object", object("")}, {"an element", "<e:Subject xmlns:e='urn:e'>x</e:Subject>"},
		{"text", "x"}, {"a comment", "<!-- x -->"}, {"CDATA", "<![CDATA[]]>"}, {"a reference", "&#32;"}, {"a signature", k.sig},
		{"a manifest", object(`<ds:Manifest><ds:Reference URI=""/></ds:Manifest>`)},
		{"properties", object(`<ds:SignatureProperties><ds:SignatureProperty Target=""/></ds:SignatureProperties>`)},
	} {
		if more.name == "a reference" {
			continue // white space, however written
		}
		add(more.name+" last", "</ds:Signature>", more.text+"</ds:Signature>")
		add(more.name+" first", "<ds:SignedInfo>", more.text+"<ds:SignedInfo>")
		add(more.name+" after SignedInfo", "</ds:SignedInfo>", "</ds:SignedInfo>"+more.text)
		add(more.name+" after SignatureValue", "</ds:SignatureValue>", "</ds:SignatureValue>"+more.text)
		add(more.name+" in KeyInfo", "</ds:KeyInfo>", more.text+"</ds:KeyInfo>")
		add(more.name+" first in KeyInfo", "<ds:KeyInfo>", "<ds:KeyInfo>"+more.text)
		add(more.name+" in X509Data", "</ds:X509Data>", more.text+"</ds:X509Data>")
		add(more.name+" in SignedInfo", "</ds:SignedInfo>", more.text+"</ds:SignedInfo>")
		add(more.name+" in Reference", "</ds:Reference>", more.text+"</ds:Reference>")
		if more.name != "CDATA" { // an empty section in a value is nothing
			add(more.name+" in SignatureValue", "</ds:SignatureValue>", more.text+"</ds:SignatureValue>")
			add(more.name+" in DigestValue", "</ds:DigestValue>", more.text+"</ds:DigestValue>")
			add(more.name+" in X509Certificate", "</ds:X509Certificate>", more.text+"</ds:X509Certificate>")
		}
	}
	for _, element := range []string{"Signature", "SignedInfo", "SignatureValue", "KeyInfo", "X509Data", "X509Certificate", "DigestValue", "Transforms"} {
		for _, attr := range []string{`a="` + evilSubject + `"`, `x:Id="doc" xmlns:x="urn:x"`, `xml:id="doc"`, `xml:base="urn:x"`} {
			add(attr+" at "+element, "<ds:"+element, "<ds:"+element+" "+attr)
		}
	}
	return all
}

var anyEdge = regexp.MustCompile(`<[^>]*>`)

// moved are the good signature at every edge where the profile does not know it.
func (k *kit) moved() (all []attack) {
	original := k.original()
	for _, edge := range anyEdge.FindAllStringIndex(original, -1) {
		head, tail := original[:edge[1]], original[edge[1]:]
		known := head == k.root || strings.HasSuffix(head, "</e:MessageHeader>") || strings.HasSuffix(head, "<e:edXMLHeader>") ||
			strings.HasSuffix(head, "<DigitalSignature>") || strings.HasPrefix(tail, k.end)
		if !known {
			all = append(all, attack{"moved to after " + original[edge[0]:edge[1]], head + k.sig + tail})
		}
	}
	return append(all, attack{"moved before the root", k.sig + original}, attack{"moved after the root", original + k.sig},
		attack{"moved into an attachment", strings.Replace(original, "UERG", "UERG"+k.sig, 1)},
		attack{"hidden in a comment", strings.Replace(original, "<edXMLEnvelope", "<!--"+k.sig+"--><edXMLEnvelope", 1)},
		attack{"hidden in CDATA", strings.Replace(original, "UERG", "<![CDATA["+k.sig+"]]>", 1)},
		attack{"gone", original}, attack{"with another namespace", strings.ReplaceAll(k.good, `xmlns:ds="`+dsig1, `xmlns:ds="urn:x`)},
		attack{"with the namespace of the document", strings.ReplaceAll(k.good, `xmlns:ds="`+dsig1, `xmlns:ds="urn:e`)},
		attack{"alone", k.sig}, attack{"around the document", strings.Replace(k.sig, "</ds:Signature>", original+"</ds:Signature>", 1)})
}

// doubled have more than one signature.
func (k *kit) doubled() (all []attack) {
	signer := rsaForger(k.foreign.Key, k.foreign.Cert, 5) // SHA-256
	signer.document, signer.uri = k.forger.document, k.forger.uri
	strange := string(signer.make(k.t))
	i, j := strings.Index(strange, "<ds:Signature "), strings.Index(strange, "</ds:Signature>")+len("</ds:Signature>")
	other := strange[i:j]
	all = append(all, attack{"by a stranger", strange})
	for name, second := range map[string]string{
		"itself": k.sig, "a stranger's": other, "an empty one": `<ds:Signature xmlns:ds="` + dsig1 + `"/>`,
		"a filled one of the document": "<Signature><SignatureValue>x</SignatureValue></Signature>", "its value": `<ds:SignatureValue xmlns:ds="` + dsig1 + `">x</ds:SignatureValue>`,
	} {
		all = append(all, attack{name + " beside it", strings.Replace(k.good, k.sig, k.sig+second, 1)},
			attack{name + " before it", strings.Replace(k.good, k.sig, second+k.sig, 1)},
			attack{name + " first", k.whole(second + k.inner)}, attack{name + " last", k.whole(k.inner + second)},
			attack{name + " in the header", strings.Replace(k.good, "<e:edXMLHeader>", "<e:edXMLHeader>"+second, 1)},
			attack{name + " in it", strings.Replace(k.good, "</ds:Signature>", second+"</ds:Signature>", 1)})
	}
	return all
}

// TestHostileByChance rebuilds good documents by moves of whole elements, one to
// four of them: whatever is accepted reads as what was signed.
func TestHostileByChance(t *testing.T) {
	all := kits(t, someShapes(t, 12))
	random := chance(t)
	rounds, accepted := long(6000, 300_000), 0
	for n := range rounds {
		k := all[random.IntN(len(all))]
		raw := k.good
		for range 1 + random.IntN(4) {
			raw = k.rebuild(random, raw)
		}
		v, err := signing.Verify(t.Context(), []byte(raw), k.policy)
		if err != nil {
			why(t, err)
			continue
		}
		accepted++
		want := content(mustVerify(t, []byte(k.good), k.policy).Root())
		if got := content(v.Root()); got != want {
			t.Fatalf("round %d (%s): reads\n%s\nwas signed as\n%s\nin\n%s", n, k.shape, got, want, raw)
		}
	}
	if accepted == 0 || accepted > rounds/4 {
		t.Errorf("%d of %d accepted: the test does not test what it says", accepted, rounds)
	}
}

// rebuild moves, copies or removes one element, or puts something of the
// attacker's next to a tag.
func (k *kit) rebuild(random *rand.Rand, raw string) string {
	d, err := signing.Read([]byte(raw), signing.Limits{})
	if err != nil {
		return raw
	}
	spans := elementsOf(d.Root(), nil)
	from, edges := spans[random.IntN(len(spans))], anyEdge.FindAllStringIndex(raw, -1)
	piece := raw[from[0]:from[1]]
	to := edges[random.IntN(len(edges))][random.IntN(2)]
	switch random.IntN(6) {
	case 0: // copy
		return raw[:to] + piece + raw[to:]
	case 1: // an evil copy
		return raw[:to] + evil(piece) + raw[to:]
	case 2: // remove
		return raw[:from[0]] + raw[from[1]:]
	case 3: // move
		if to > from[0] && to < from[1] {
			return raw
		}
		if to <= from[0] {
			return raw[:to] + piece + raw[to:from[0]] + raw[from[1]:]
		}
		return raw[:from[0]] + raw[from[1]:to] + piece + raw[to:]
	case 4: // wrap
		w := pick(random, []string{"w", "edXMLHeader", "DigitalSignature", "edXML", "Signature"})
		return raw[:from[0]] + "<" + w + ">" + piece + "</" + w + ">" + raw[from[1]:]
	}
	more := pick(random, []string{k.sig, k.root + k.evil + k.end, object(k.evil), "<Signature/>", "<!-- x -->", "\n", "<e:Subject xmlns:e='urn:e'>" + evilSubject + "</e:Subject>"})
	return raw[:to] + more + raw[to:]
}

func elementsOf(e signing.Element, spans [][2]int) [][2]int {
	start, end := e.Span()
	spans = append(spans, [2]int{start, end})
	for c := range e.Children() {
		spans = elementsOf(c, spans)
	}
	return spans
}

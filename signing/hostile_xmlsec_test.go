package signing_test

import (
	"os/exec"
	"strings"
	"testing"
)

// xmlsecAccepts are the attacks that xmlsec1 lets pass, by the beginning of their
// names: it answers whether something in the file was signed. That all of the
// file was, that every reader reads the same in it and that nothing is where
// anybody could put it is what the profile asks besides.
var xmlsecAccepts = map[string]string{
	"in the signature, ":      "what is unsigned in a signature has no room for anything: a reader could take it for content",
	"moved ":                  "a signature at another place means the same to xmlsec1; two readers could take different ones",
	"xsw":                     "an id finds the signed element anywhere, and the document is another: wrapping itself",
	"a foreign root":          "as before: what is signed is not the document",
	"a comment ":              "C14N drops comments, so anybody may put one into a value; not all readers join the two halves",
	"an empty comment ":       "as before",
	"another value ":          "as before",
	"a forged digest ":        "as before, in DigestValue",
	"an element ":             "xmlsec1 passes over elements in base64",
	"an instruction ":         "xmlsec1 passes over instructions in base64",
	"before the root":         "what is outside the root is not hashed when the Reference names an id; a document type changes the inside",
	"after ":                  "as before",
	"declared, ":              "a document type that is not used is harmless to xmlsec1 only",
	"declared as ":            "other names of UTF-8, which not every reader knows",
	"UTF-16":                  "the hub reads UTF-8 only, as edXML is written",
	"UTF-32":                  "as before",
	"THE END with ":           "libxml2 stops at NUL",
	"DigestMethod ":           "xmlsec1 does not look into it",
	"SignatureMethod ":        "as before",
	"CanonicalizationMethod ": "as before",
	"KeyInfo is ":             "xmlsec1 takes the first key that fits; we take the first certificate, and believe no other way to name a key",
	"signed by ":              "xmlsec1 1.2 asks for a chain and not for key usage",
	"URI ":                    "XPointers and their like: other readers know others",
	"uri in ":                 "no URI at all means the whole document to xmlsec1",
	"no URI":                  "as before",
	"a Type":                  "a Type that says something else than what is signed",
	"twice the same":          "one Reference to the document",
	"transforms: ":            "one list of transforms is taken; what others leave of the document nobody sees",
	"the root has ":           "an id in another namespace, which xmlsec1 was told to know by its local name",
	"the id is ":              "an id that stands twice",
	"Id=":                     "as before",
	"ID=":                     "as before",
	"id=":                     "as before",
	"iD=":                     "as before",
	"x:":                      "as before",
	"<":                       "namespaces and instructions in KeyInfo, where libxml2 complains and goes on",
}

// TestHostileAgainstXmlsec asks xmlsec1 about the attacks, in two shapes: what it
// accepts is argued above. It asks about the legal documents too: those it must
// accept, or they are not what they are called. All of them take minutes, so it
// is a part unless LIENTHONG_TEST_LONG is set.
func TestHostileAgainstXmlsec(t *testing.T) {
	xmlsec := tool(t, "xmlsec1", "xmlsec1")
	random := chance(t)
	some := func(all []attack) []attack {
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		return all[:min(len(all), long(20, len(all)))]
	}
	used := map[string]bool{}
	for _, k := range kits(t, []shape{{"header", "", exclusive, exclusive, "rsa-sha256"}, {"last", "Id", inclusive, inclusive, "rsa-sha256"}}) {
		anchor := file(t, "ca.pem", k.ca.AnchorsPEM())
		accepts := func(raw string) bool {
			return exec.Command(xmlsec, "--verify", "--enabled-key-data", "x509", "--trusted-pem", anchor,
				"--id-attr:Id", "urn:e:edXML", file(t, "doc.xml", []byte(raw))).Run() == nil
		}
		for _, a := range some(k.everyAttack()) {
			if accepts(a.raw) && argument(a.name, used) == "" {
				t.Errorf("%s (%s): xmlsec1 accepts it: argue why we do not\n%q", a.name, k.shape, clip(a.raw))
			}
		}
		for _, a := range some(append(k.oddities(), k.writtenOtherwise()...)) {
			if !accepts(a.raw) {
				t.Errorf("%s (%s): xmlsec1 refuses it: is it legal?\n%q", a.name, k.shape, clip(a.raw))
			}
		}
	}
	for name := range xmlsecAccepts {
		if !used[name] && long(0, 1) == 1 {
			t.Errorf("xmlsec1 accepts nothing that begins with %q any more", name)
		}
	}
}

func argument(name string, used map[string]bool) string {
	for begin, reason := range xmlsecAccepts {
		if strings.HasPrefix(name, begin) {
			used[begin] = true
			return reason
		}
	}
	return ""
}

// everyAttack is all of the classes, but for the many that are cut short.
func (k *kit) everyAttack() (all []attack) {
	for _, class := range []func() []attack{
		k.wrappings, k.inSignature, k.moved, k.doubled, k.brokenValues, k.changedValues, k.twoIDs, k.strangeURIs, k.prologs, k.epilogs, k.entities,
		k.otherEncodings, k.declaredOtherwise, k.noCharacters, k.methods, k.values, k.keyInfos, k.strangers, k.transforms, k.references, k.malformed, k.inserted,
	} {
		all = append(all, class()...)
	}
	return all
}

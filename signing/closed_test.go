package signing_test

import (
	"crypto"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// A change is one edit of a signature at one of its tags.
type change struct {
	name string // what it does, "to" and the element
	edit func(signature string) string
}

// TestClosedGrammar puts attributes, text, comments, CDATA and elements to every
// tag of a signature that has all it may have, and renames each element. What is
// allowed is listed, and is good when it is signed as it stands; all else is
// refused for its form, before the value of the signature is looked at.
func TestClosedGrammar(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	ids := []string{
		"Id to SignedInfo", "Id to Reference 2", "Id to SignatureValue", "Id to KeyInfo", "Id to Object", "Id to QualifyingProperties",
		"Id to SignedSignatureProperties", "Id to SignedDataObjectProperties",
	}
	for form, comments := range map[string][]string{
		exclusive: nil,
		exclusive + "WithComments": {
			"comment first to SignedInfo", "comment last to SignedInfo", "comment first to Reference", "comment last to Reference",
			"comment first to Transforms", "comment last to Transforms", "comment first to Transform 2", "comment last to Transform 2",
			"comment first to Reference 2", "comment last to Reference 2", "comment first to Transforms 2", "comment last to Transforms 2",
			"comment first to Transform 3", "comment last to Transform 3",
		},
	} {
		allowed := make(map[string]bool)
		for _, name := range append(ids, comments...) {
			allowed[name] = true
		}
		for _, c := range changes(t, leaf, form) {
			f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
			f.form = form
			f.object = objectWith(allProperties(t, leaf.Cert))
			f.edit = func(s string) string { return c.edit(full(s)) }
			if !allowed[c.name] {
				f.sign = unsigned
			}
			p := f.pinned()
			p.Values = func(_, _ string) bool { return false }
			switch got := verdict(t, f.make(t), p); {
			case allowed[c.name] && got != "good":
				t.Errorf("%s, %s: %s, want good", form, c.name, got)
			case !allowed[c.name] && (got == "good" || got == "bad:"+signing.WhySignature || got == "bad:"+signing.WhyDigest):
				t.Errorf("%s, %s: %s, want a refusal of its form", form, c.name, got)
			}
			delete(allowed, c.name)
		}
		for name := range allowed {
			t.Errorf("%s: no change is called %q", form, name)
		}
	}
}

// unsigned is for what is refused before the value is looked at; it saves much
// of the test's time.
func unsigned([]byte) ([]byte, error) { return make([]byte, 256), nil }

// full gives a signature everything that the profile knows. The prefixes stand
// for nothing, so that what is signed is the same.
func full(s string) string {
	s = listPrefixes(exclusive, "zz")(s)
	s = strings.Replace(s, `<ds:Reference URI=""`, `<ds:Reference Id="R" URI=""`, 1)
	form := regexp.MustCompile(`<ds:CanonicalizationMethod Algorithm="([^"]*)"/>`)
	s = form.ReplaceAllString(s, `<ds:CanonicalizationMethod Algorithm="$1"><x:InclusiveNamespaces xmlns:x="`+exclusive+
		`" PrefixList="zz"></x:InclusiveNamespaces></ds:CanonicalizationMethod>`)
	return strings.Replace(s, "</ds:X509Data>", "<ds:X509SubjectName>CN=x</ds:X509SubjectName><ds:X509SKI>AAAA</ds:X509SKI><ds:X509IssuerSerial>"+
		"<ds:X509IssuerName>CN=y</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>", 1)
}

var (
	emptyTag = regexp.MustCompile(`<((?:ds|x|xades):[A-Za-z0-9]+)([^<>]*)/>`)
	anyTag   = regexp.MustCompile(`<(/?)(ds|x|xades):([A-Za-z0-9]+)[^<>]*>`)
)

// changes are all that the test makes of the full signature.
func changes(t *testing.T, leaf *testca.Leaf, form string) []change {
	t.Helper()
	var signature string
	f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
	f.form = form
	f.object = objectWith(allProperties(t, leaf.Cert))
	f.edit = func(s string) string { signature = open(full(s)); return s }
	f.make(t)
	var all []change
	count := make(map[string]int)
	for i, tag := range anyTag.FindAllStringSubmatch(signature, -1) {
		name := tag[3]
		if count[tag[1]+name]++; count[tag[1]+name] > 1 {
			name = fmt.Sprint(name, " ", count[tag[1]+name])
		}
		if tag[1] == "/" {
			all = append(all, insertions(i, "last to "+name, tag[3], 0)...)
			continue
		}
		all = append(all, insertions(i, "first to "+name, tag[3], 1)...)
		all = append(all, attributeChanges(i, name, tag[0])...)
		all = append(all, renamings(name, tag[2], tag[3])...)
	}
	return all
}

// open writes empty elements with two tags.
func open(s string) string { return emptyTag.ReplaceAllString(s, "<$1$2></$1>") }

// cut cuts the signature before or after its i-th tag.
func cut(s string, i, end int) (before, after string) {
	s = open(s)
	at := anyTag.FindAllStringIndex(s, -1)[i][end]
	return s[:at], s[at:]
}

// insertions put something before (end 0) or after (end 1) the i-th tag.
func insertions(i int, where, local string, end int) []change {
	inserts := map[string]string{"comment": "<!-- x -->", "an element": "<y/>", "its own kind": "<ds:" + local + "/>"}
	if !holdsText(local) {
		inserts["text"] = "x"
		inserts["CDATA"] = "<![CDATA[ ]]>"
	}
	var all []change
	for name, insert := range inserts {
		all = append(all, change{name + " " + where, func(s string) string {
			before, after := cut(s, i, end)
			return before + insert + after
		}})
	}
	return all
}

func holdsText(local string) bool {
	switch local {
	case "DigestValue", "SignatureValue", "X509Certificate", "X509SubjectName", "X509SKI", "X509IssuerName", "X509SerialNumber",
		"IssuerSerialV2", "SigningTime", "City", "StreetAddress", "StateOrProvince", "PostalCode", "CountryName", "ClaimedRole",
		"Description", "MimeType", "Encoding":
		return true
	}
	return false
}

// attributeChanges give the i-th tag an attribute that it does not have.
func attributeChanges(i int, name, tag string) []change {
	var all []change
	for _, attr := range []string{"a", "Id", "URI", "Type", "Algorithm", "PrefixList", "Encoding", "MimeType", "Target", "ObjectReference", "Qualifier", "w:Id", "xml:lang", "xml:id"} {
		if strings.Contains(tag, " "+attr+"=") {
			continue
		}
		all = append(all, change{attr + " to " + name, func(s string) string {
			before, after := cut(s, i, 1)
			return strings.TrimSuffix(before, ">") + ` xmlns:w="urn:w" ` + attr + `="b">` + after
		}})
	}
	return all
}

// renamings give all elements of a name another one, or another namespace.
func renamings(name, prefix, local string) []change {
	tags := regexp.MustCompile(`(</?)` + prefix + `:` + local + `([ >])`)
	rename := func(to string) func(string) string {
		return func(s string) string { return tags.ReplaceAllString(open(s), "${1}"+to+"$2") }
	}
	return []change{
		{"another name to " + name, rename(prefix + ":" + local + "s")},
		{"no namespace to " + name, rename(local)},
	}
}

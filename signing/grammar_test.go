package signing_test

import (
	"crypto"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
)

// TestGrammar: a signature has the one form. Everything here is signed as it
// stands, so that only the grammar can refuse it.
func TestGrammar(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	const reference = `<ds:Reference URI="">`
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("no %s in %s", old, s)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	for _, c := range []struct {
		name string
		edit func(string) string
		want string
	}{
		{"white space between elements", replace("<ds:KeyInfo>", "\n  <ds:KeyInfo>\r\n"), "good"},
		{"an Id", replace("<ds:SignedInfo>", `<ds:SignedInfo Id="s">`), "good"},
		{"a foreign Id", replace("<ds:SignedInfo>", `<ds:SignedInfo xmlns:x="urn:x" x:Id="s">`), "bad:grammar"},
		{"another attribute", replace("<ds:SignedInfo>", `<ds:SignedInfo x="s">`), "bad:grammar"},
		{"an attribute of xml", replace("<ds:SignedInfo>", `<ds:SignedInfo xml:lang="vi">`), "bad:grammar"},
		{"a Type", replace(reference, `<ds:Reference URI="" Type="urn:x">`), "bad:grammar"},
		{"no URI", replace(reference, `<ds:Reference>`), "bad:reference"},
		{"text", replace("<ds:KeyInfo>", "x<ds:KeyInfo>"), "bad:grammar"},
		{"CDATA", replace("<ds:KeyInfo>", "<![CDATA[ ]]><ds:KeyInfo>"), "bad:grammar"},
		{"a comment", replace("<ds:KeyInfo>", "<!-- --><ds:KeyInfo>"), "bad:grammar"},
		{"a comment in SignedInfo", replace(reference, "<!-- -->"+reference), "bad:grammar"},
		{"an Object", replace("</ds:Signature>", "<ds:Object/></ds:Signature>"), "bad:grammar"},
		{"a foreign element", replace("</ds:Signature>", "<x/></ds:Signature>"), "bad:grammar"},
		{"a Manifest", replace("</ds:SignedInfo>", "<ds:Manifest/></ds:SignedInfo>"), "bad:grammar"},
		{"a comment in CanonicalizationMethod", replace(exclusive+`"/>`, exclusive+`"><!-- --></ds:CanonicalizationMethod>`), "bad:grammar"},
		{"no CanonicalizationMethod", replace(`<ds:CanonicalizationMethod Algorithm="`+exclusive+`"/>`, ""), "bad:grammar"},
		{"nothing in SignedInfo", func(s string) string {
			i, j := strings.Index(s, "<ds:CanonicalizationMethod"), strings.Index(s, "</ds:SignedInfo>")
			return s[:i] + s[j:]
		}, "bad:grammar"},
		{"two references", func(s string) string {
			i, j := strings.Index(s, reference), strings.Index(s, "</ds:SignedInfo>")
			return s[:j] + s[i:j] + s[j:]
		}, "bad:reference"},
		{"another order", func(s string) string {
			return replace("<ds:SignedInfo>", "")(replace("</ds:SignedInfo>", "")(s))
		}, "bad:grammar"},
		{"a length of HMAC", replace(`rsa-sha256"/>`, `rsa-sha256"><ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>`), "bad:grammar"},
		{"no enveloped transform", replace(`<ds:Transform Algorithm="`+dsig1+`enveloped-signature"/>`, ""), "bad:transform"},
		{"it twice", replace(`<ds:Transform Algorithm="`+dsig1+`enveloped-signature"/>`, strings.Repeat(`<ds:Transform Algorithm="`+dsig1+`enveloped-signature"/>`, 2)), "bad:transform"},
		{"empty transforms", func(s string) string {
			i, j := strings.Index(s, "<ds:Transform "), strings.Index(s, "</ds:Transforms>")
			return s[:i] + s[j:]
		}, "bad:transform"},
		{"no transforms", replace("<ds:Transforms>", "<ds:Transforms/><ds:Transforms>"), "bad:grammar"},
		{"a key by value", replace("<ds:X509Data>", "<ds:KeyValue/><ds:X509Data>"), "bad:keyinfo"},
		{"a key by name", replace("<ds:X509Data>", "<ds:KeyName>x</ds:KeyName><ds:X509Data>"), "bad:keyinfo"},
		{"two X509Data", replace("</ds:X509Data>", "</ds:X509Data><ds:X509Data/>"), "bad:keyinfo"},
		{"a key by name after the certificate", replace("</ds:X509Data>", "</ds:X509Data><ds:KeyName>x</ds:KeyName>"), "bad:keyinfo"},
		{"no certificate", func(s string) string {
			i, j := strings.Index(s, "<ds:X509Certificate>"), strings.Index(s, "</ds:X509Data>")
			return s[:i] + "<ds:X509SubjectName>CN=x</ds:X509SubjectName>" + s[j:]
		}, "bad:keyinfo"},
		{"a CRL", replace("</ds:X509Data>", "<ds:X509CRL>AAAA</ds:X509CRL></ds:X509Data>"), "bad:keyinfo"},
		{"hints beside the certificate", replace("</ds:X509Data>", "<ds:X509SubjectName>CN=x</ds:X509SubjectName><ds:X509IssuerSerial>"+
			"<ds:X509IssuerName>CN=y</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>"), "good"},
		{"a hint with an element", replace("</ds:X509Data>", "<ds:X509SubjectName><x/></ds:X509SubjectName></ds:X509Data>"), "bad:grammar"},
		{"no base64", replace("<ds:SignatureValue>", "<ds:SignatureValue>*"), "bad:grammar"},
		{"white space in it", replace("<ds:SignatureValue>%", "<ds:SignatureValue> \t\r\n%&#13; &#9;"), "good"},
		{"white space that is none of XML", replace("<ds:SignatureValue>%", "<ds:SignatureValue>\u00A0%"), "bad:grammar"},
		{"more after the padding", replace("</ds:DigestValue>", "AAAA</ds:DigestValue>"), "bad:grammar"},
		{"bits after the end", func(s string) string {
			i := strings.Index(s, "=</ds:DigestValue>") - 1
			return s[:i] + string(s[i]+1) + s[i+1:] // the last digit of 256 bits ends in two zeros
		}, "bad:grammar"},
		{"a comment in the digest", replace("</ds:DigestValue>", "<!-- --></ds:DigestValue>"), "bad:mixed-text"},
		{"a certificate that is none", replace("<ds:X509Certificate>", "<ds:X509Certificate>AAAA</ds:X509Certificate><ds:X509Certificate>"), "bad:untrusted"},
	} {
		f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
		f.edit = c.edit
		if got := verdict(t, f.make(t), f.pinned()); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

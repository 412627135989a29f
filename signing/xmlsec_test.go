package signing_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// xmlsec1 and xmllint rest on libxml2, which shares nothing with us or with
// goxmldsig. Where they are installed they are the second opinion.

// tool finds a program, or ends the test.
func tool(t *testing.T, name, debianPackage string) string {
	t.Helper()
	found, err := exec.LookPath(name)
	if err == nil {
		return found
	}
	why := name + " is not installed: apt-get install " + debianPackage
	if slices.Contains(strings.FieldsFunc(os.Getenv("LIENTHONG_TEST_REQUIRE"), func(r rune) bool { return r == ',' || r == ' ' }), name) {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// file writes a file of the test's.
func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestXmlsecVerifiesSign: what Sign makes holds for xmlsec1, chain included, and
// with one letter changed it does not.
func TestXmlsecVerifiesSign(t *testing.T) {
	xmlsec := tool(t, "xmlsec1", "xmlsec1")
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	anchor := file(t, "ca.pem", ca.AnchorsPEM())
	verify := func(raw []byte) error {
		return exec.Command(xmlsec, "--verify", "--enabled-key-data", "x509", "--trusted-pem", anchor, file(t, "doc.xml", raw)).Run()
	}
	for name, raw := range documents() {
		signed := leaf.Sign([]byte(raw))
		if err := verify(signed); err != nil {
			t.Errorf("%s: xmlsec1: %v", name, err)
		}
		if err := verify(bytes.Replace(signed, []byte("000.00.31.H44"), []byte("000.00.32.H44"), 1)); err == nil {
			t.Errorf("%s: xmlsec1 verifies another document too", name)
		}
	}
}

// TestVerifiesXmlsec: what xmlsec1 signs holds here, in every combination of the
// profile that xmlsec1 knows.
func TestVerifiesXmlsec(t *testing.T) {
	xmlsec := tool(t, "xmlsec1", "xmlsec1")
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	key := file(t, "key.pem", leaf.KeyPEM()) + "," + file(t, "cert.pem", leaf.CertPEM())
	sign := func(template string) []byte {
		signed, err := exec.Command(xmlsec, "--sign", "--privkey-pem", key, file(t, "template.xml", []byte(template))).Output()
		if err != nil {
			t.Fatalf("xmlsec1: %v in %s", err, template)
		}
		return signed
	}
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	for _, form := range []string{inclusive, exclusive} {
		for method, digest := range map[string]string{
			"rsa-sha256": xmlenc + "sha256", "rsa-sha384": more2001 + "sha384", "rsa-sha512": xmlenc + "sha512",
		} {
			for _, about := range []string{"plain", "crlf", "references", "cdata", "attributes", "comments"} {
				name := strings.Join([]string{about, form, method}, ", ")
				signed := sign(withTemplate(documents()[about], form, more2001+method, digest))
				v, err := signing.Verify(t.Context(), signed, p)
				if err != nil || v.Outcome() != signing.Good || v.Algorithm() != method {
					t.Errorf("%s: %v, want good by %s", name, err, method)
				}
				forged := bytes.Replace(signed, []byte("000.00.31.H44"), []byte("000.00.32.H44"), 1)
				if got := verdict(t, forged, p); got != "bad:digest" {
					t.Errorf("%s, another sender: %s, want bad:digest", name, got)
				}
			}
		}
	}
}

// withTemplate puts a signature to be filled in into the header.
func withTemplate(raw, form, method, digest string) string {
	return strings.Replace(raw, "</e:edXMLHeader>", `<ds:Signature xmlns:ds="`+dsig1+`"><ds:SignedInfo>`+
		`<ds:CanonicalizationMethod Algorithm="`+form+`"/><ds:SignatureMethod Algorithm="`+method+`"/>`+
		`<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="`+dsig1+`enveloped-signature"/>`+
		`<ds:Transform Algorithm="`+form+`"/></ds:Transforms><ds:DigestMethod Algorithm="`+digest+`"/><ds:DigestValue/>`+
		`</ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature></e:edXMLHeader>`, 1)
}

// TestCanonicalAgainstXmllint compares canonical forms byte by byte: of our
// documents, of the attack and interop files that can be read, and of documents
// made by chance, nastier than any of those.
func TestCanonicalAgainstXmllint(t *testing.T) {
	xmllint := tool(t, "xmllint", "libxml2-utils")
	inputs := documents()
	for _, row := range table(t, "../signing/testdata/verdicts.tsv") {
		inputs[row[0]] = string(testfile(t, row[0]))
	}
	random := rand.New(rand.NewPCG(3, 4))
	least := long(100, 3000)
	for range least {
		raw := chanceDocument(random)
		inputs[raw] = raw
	}
	compared := 0
	for name, raw := range inputs {
		d, err := signing.Read([]byte(raw), signing.Limits{})
		if err != nil {
			continue
		}
		compared++
		// Comments beside the root are no part of what is signed here.
		start, end := d.Root().Span()
		root := file(t, "root.xml", []byte(raw[start:end]))
		for option, exclusive := range map[string]bool{"--c14n": false, "--exc-c14n": true} {
			want, err := exec.Command(xmllint, "--huge", option, root).Output()
			if err != nil {
				t.Errorf("%s: xmllint: %v", name, err)
			} else if got := d.Canonical(exclusive, true); got != string(want) {
				t.Errorf("%s, %s:\n got %q\nwant %q", name, option, got, want)
			}
		}
	}
	if compared <= least {
		t.Errorf("only %d of %d documents could be read", compared, len(inputs))
	}
}

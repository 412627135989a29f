package signing_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
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

// files writes many files, with numbers for names.
func files(t *testing.T, contents [][]byte) (names []string) {
	t.Helper()
	dir := t.TempDir()
	for i, content := range contents {
		name := filepath.Join(dir, strconv.Itoa(i)+".xml")
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func TestXmlsec(t *testing.T) {
	ca := testca.New(t)
	x := xmlsec{tool(t, "xmlsec1", "xmlsec1"), file(t, "ca.pem", ca.AnchorsPEM())}
	// xmlsec1 knows RSA-PSS from 1.3 on.
	methods := slices.DeleteFunc(slices.Clone(interopMethods), func(m string) bool { return strings.HasSuffix(m, "MGF1") })
	t.Run("verifies Sign", func(t *testing.T) { verifiesSign(t, ca, x) })
	t.Run("verified", func(t *testing.T) { verified(t, ca, x, methods) })
	t.Run("by chance", func(t *testing.T) { verifiedByChance(t, ca, x, long(2_000, 20_000), true) })
}

// xmlsec is xmlsec1. One process takes many files, up to the first that fails.
type xmlsec struct{ program, anchor string }

func (x xmlsec) verify(t *testing.T, documents [][]byte) []error {
	t.Helper()
	verify := func(files ...string) error {
		return exec.Command(x.program, append([]string{"--verify", "--enabled-key-data", "x509", "--id-attr:Id", xades + ":SignedProperties",
			"--trusted-pem", x.anchor}, files...)...).Run()
	}
	names := files(t, documents)
	errs := make([]error, len(documents))
	if verify(names...) == nil {
		return errs
	}
	for i, name := range names {
		errs[i] = verify(name)
	}
	return errs
}

func (x xmlsec) sign(t *testing.T, jobs []job) (signed [][]byte) {
	t.Helper()
	for len(jobs) > 0 {
		n := slices.IndexFunc(jobs, func(j job) bool { return j.signer.Cert != jobs[0].signer.Cert })
		if n < 0 {
			n = len(jobs)
		}
		signed = append(signed, x.signWithOneKey(t, jobs[:n])...)
		jobs = jobs[n:]
	}
	return signed
}

func (x xmlsec) signWithOneKey(t *testing.T, jobs []job) (signed [][]byte) {
	t.Helper()
	templates := make([][]byte, len(jobs))
	for i, j := range jobs {
		templates[i] = []byte(j.template())
	}
	key := file(t, "key.pem", keyPEM(t, jobs[0].signer.Key)) + "," + file(t, "cert.pem", certPEM(jobs[0].signer.Cert))
	args := append([]string{"--sign", "--privkey-pem", key}, files(t, templates)...)
	out, err := exec.Command(x.program, args...).Output()
	if err != nil {
		t.Fatalf("xmlsec1: %v", err)
	}
	const head = "<?xml version="
	for _, text := range bytes.Split(out, []byte(head))[1:] {
		signed = append(signed, append([]byte(head), text...))
	}
	if len(signed) != len(jobs) {
		t.Fatalf("xmlsec1 signed %d of %d documents", len(signed), len(jobs))
	}
	return signed
}

// template is the document with a signature to be filled in.
func (j job) template() string {
	form := `"` + j.form + `"/>`
	end := func(string) string { return form }
	if j.prefixes != "" {
		end = func(name string) string {
			return `"` + j.form + `"><x:InclusiveNamespaces xmlns:x="` + exclusive + `" PrefixList="` + j.prefixes + `"/></ds:` + name + `>`
		}
	}
	return j.put(`<ds:Signature xmlns:ds="` + dsig1 + `"><ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm=` + end("CanonicalizationMethod") + `<ds:SignatureMethod Algorithm="` + j.method + `"/>` +
		`<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="` + dsig1 + `enveloped-signature"/>` +
		`<ds:Transform Algorithm=` + end("Transform") + `</ds:Transforms><ds:DigestMethod Algorithm="` + j.digest() + `"/><ds:DigestValue/>` +
		`</ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data/></ds:KeyInfo></ds:Signature>`)
}

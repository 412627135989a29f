package signing_test

import (
	"bytes"
	"crypto"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
)

var update = flag.Bool("update", false, "write the attack files that are made here")

// propertiesAttacks are the files of testdata/attacks whose names begin with
// xades-, by how they come from a good signature with signed properties. sign
// changes what is then signed as it stands, later what was signed.
func propertiesAttacks(t *testing.T) map[string]struct{ sign, later func(string) string } {
	t.Helper()
	ca := testca.New(t)
	leaf, other := ca.Leaf("Sở Mẫu"), ca.Leaf("Sở khác")
	good := properties(leaf.Cert)
	reference := forger{}.defaults().toProperties()
	replace := func(old, new string) func(string) string {
		return func(s string) string {
			if !strings.Contains(s, old) {
				t.Fatalf("no %s in %s", old, s)
			}
			return strings.Replace(s, old, new, 1)
		}
	}
	same := func(s string) string { return s }
	const qualifying = `<xades:QualifyingProperties xmlns:xades="` + xades + `" Target="#S">`
	forged := `<xades:SignedProperties Id="P">` + strings.Replace(good, "2026", "2025", 1) + `</xades:SignedProperties>`
	end := `</xades:SignedSignatureProperties>`
	return map[string]struct{ sign, later func(string) string }{
		"control": {same, same},
		"control-all": {func(s string) string {
			return replace(`URI=""`, `URI="" Id="R"`)(replace(good, allProperties(t, leaf.Cert))(s))
		}, same},
		"certdigest":     {replace(good, properties(other.Cert)), same},
		"no-certificate": {replace(good, good[:strings.Index(good, "<xades:SigningCertificate>")]+end), same},
		"empty-digest":   {replace(`<ds:DigestValue>~`, `<ds:DigestValue>`), same},
		"replaced":       {same, replace("17:30:00", "17:30:01")},
		"two-same-id":    {same, replace(qualifying, qualifying+forged)},
		"two-objects":    {same, replace(`<ds:Object>`, `<ds:Object>`+qualifying+forged+`</xades:QualifyingProperties></ds:Object><ds:Object>`)},
		"id-in-document": {same, replace(`<e:Subject>`, `<e:Subject Id="P">`)},
		"id-on-keyinfo":  {replace(`<ds:KeyInfo>`, `<ds:KeyInfo Id="P">`), same},
		"other-target":   {replace(`Target="#S"`, `Target="#T"`), same},
		"second-reference": {func(s string) string {
			s = replace(` Type="http://uri.etsi.org/01903#SignedProperties"`, "")(s)
			return replace(`URI="#P"`, `URI="#K"`)(replace(`<ds:KeyInfo>`, `<ds:KeyInfo Id="K">`)(s))
		}, same},
		"typed-document": {replace(`URI="#P"`, `URI=""`), same},
		"document-not-signed": {func(s string) string {
			i, j := strings.Index(s, `<ds:Reference URI=""`), strings.Index(s, reference)
			return s[:i] + s[j:]
		}, same},
		"not-referenced":      {replace(reference, ""), same},
		"nested-signature":    {replace(`<ds:Object>`, `<ds:Object><ds:Signature><ds:SignedInfo/></ds:Signature>`), same},
		"signature-within":    {replace(end, `<ds:Signature/>`+end), same},
		"document-within":     {replace(end, `<e:edXMLHeader/>`+end), same},
		"comment-in-time":     {same, replace("17:30", "17:<!-- -->30")},
		"future":              {replace("2026-11-30", "2027-11-30"), same},
		"time-without-zone":   {replace("+07:00", ""), same},
		"huge":                {replace(end, `<xades:SignatureProductionPlace><xades:City>`+strings.Repeat("x", 17<<10)+`</xades:City></xades:SignatureProductionPlace>`+end), same},
		"unsigned-properties": {same, replace(`</xades:SignedProperties>`, `</xades:SignedProperties><xades:UnsignedProperties><xades:UnsignedSignatureProperties/></xades:UnsignedProperties>`)},
		"policy":              {replace(end, `<xades:SignaturePolicyIdentifier><xades:SignaturePolicyId/></xades:SignaturePolicyIdentifier>`+end), same},
	}
}

// TestAttackFilesOfProperties: the files are what is made here. With -update
// they are written; their verdicts are not.
func TestAttackFilesOfProperties(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	for name, attack := range propertiesAttacks(t) {
		f := rsaForger(leaf.Key, leaf.Cert, crypto.SHA256)
		f.object, f.edit = objectWith(properties(leaf.Cert)), attack.sign
		raw := []byte(attack.later(string(f.make(t))))
		file := filepath.Join("..", "testdata", "attacks", "xades-"+name+".xml")
		if *update {
			if err := os.WriteFile(file, raw, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		committed, err := os.ReadFile(file)
		if err != nil || !bytes.Equal(committed, raw) {
			t.Errorf("%s is another file: %v; run this test with -update", file, err)
		}
	}
	files, err := filepath.Glob("../testdata/attacks/xades-*.xml")
	if want := len(propertiesAttacks(t)); err != nil || len(files) != want {
		t.Errorf("%d files, want %d", len(files), want)
	}
}

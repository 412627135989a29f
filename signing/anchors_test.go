package signing_test

import (
	"bytes"
	"encoding/pem"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

func TestParseAnchors(t *testing.T) {
	ca := testca.New(t)
	below, leaf := ca.Intermediate("Cơ quan cấp dưới"), ca.Leaf("Sở Mẫu")
	root := ca.AnchorsPEM()
	intermediate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: below.Cert.Raw})
	for _, c := range []struct {
		name string
		text []byte
		ok   bool
	}{
		{"a root", root, true},
		{"a root between remarks", append([]byte("# gốc\n"), append(root, "\n# hết\n"...)...), true},
		{"intermediate and root", append(bytes.Clone(intermediate), root...), true},
		{"an intermediate alone", intermediate, false},
		{"nothing", nil, false},
		{"a key beside it", append(bytes.Clone(root), leaf.KeyPEM()...), false},
		{"a certificate called something else", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: ca.Cert.Raw}), false},
		{"a certificate that is none", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}), false},
		{"a cut block after a whole one", append(bytes.Clone(root), root[:100]...), false},
		{"a broken block before a whole one", append(bytes.Replace(root, []byte("MII"), []byte("M!I"), 1), root...), false},
	} {
		if _, err := signing.ParseAnchors(c.text); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	parsed, err := signing.ParseAnchors(append(intermediate, root...))
	if err != nil {
		t.Fatal(err)
	}
	signed := below.Leaf("Sở Mẫu").Sign([]byte(envelope("x")))
	if got := verdict(t, signed, signing.Policy{At: at, Anchors: parsed}); got != "good" {
		t.Errorf("a chain through a parsed intermediate: %s, want good", got)
	}
}

// TestMemoryOfAnchorsIsBounded: strangers with chains cannot fill it.
func TestMemoryOfAnchorsIsBounded(t *testing.T) {
	if kept := testca.New(t).Anchors().Remember(10_000); kept > 4096 {
		t.Errorf("%d verdicts kept", kept)
	}
}

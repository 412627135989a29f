package signing_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestSignAddsOnly: the signed document verifies, and without the ds:Signature
// it is the given one, byte for byte.
func TestSignAddsOnly(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	for name, raw := range documents() {
		given := []byte(raw)
		signed := leaf.Sign(given)
		if string(given) != raw {
			t.Errorf("%s: Sign changed its argument", name)
		}
		v := mustVerify(t, signed, signing.Policy{At: at, Anchors: ca.Anchors()})
		if v.Outcome() != signing.Good || v.Algorithm() != "rsa-sha256" || !v.Certificate().Equal(leaf.Cert) {
			t.Errorf("%s: %s by %s", name, v.Outcome(), v.Algorithm())
		}
		start := bytes.Index(signed, []byte("<ds:Signature "))
		end := bytes.Index(signed, []byte("</ds:Signature>")) + len("</ds:Signature>")
		if rest := string(signed[:start]) + string(signed[end:]); rest != raw {
			t.Errorf("%s: other bytes have changed:\n%s", name, rest)
		}
		if !bytes.HasPrefix(signed[end:], []byte("</e:edXMLHeader>")) {
			t.Errorf("%s: the signature is not the last child of edXMLHeader", name)
		}
	}
}

func TestSignRefusesDocuments(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	plain := envelope("x")
	for _, c := range []struct{ name, raw, why string }{
		{"signed already", string(leaf.Sign([]byte(plain))), signing.WhyDuplicate},
		{"without edXMLHeader", strings.ReplaceAll(plain, "edXMLHeader", "Header"), signing.WhyPlacement},
		{"edXMLHeader of a foreign namespace", `<a xmlns="urn:a"><edXMLHeader xmlns="urn:b"></edXMLHeader></a>`, signing.WhyPlacement},
		{"edXMLHeader without room", `<a xmlns="urn:a"><edXMLHeader/></a>`, signing.WhyPlacement},
		{"not well-formed", strings.Replace(plain, "</e:Subject>", "</e:Sub>", 1), signing.WhySyntax},
		{"with a bare signature", strings.Replace(plain, "<e:Subject>x<", "<e:Signature>x</e:Signature><e:Subject>x<", 1), signing.WhyBareSignature},
	} {
		signed, err := signing.Sign([]byte(c.raw), leaf.Key, leaf.Cert)
		if err == nil || signed != nil {
			t.Errorf("%s: signed", c.name)
			continue
		}
		if got := why(t, err); got != c.why {
			t.Errorf("%s: %s, want %s", c.name, got, c.why)
		}
	}
}

// TestSignGivesNothingThatDoesNotVerify: goxmldsig, which signs, sorts attributes
// of two namespaces in its own way. What it makes of them is not handed out.
func TestSignGivesNothingThatDoesNotVerify(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	raw := strings.Replace(envelope("x"), "<e:Subject>", `<e:Subject xmlns:p="urn:2" xmlns:q="urn:1" p:a="1" q:b="2">`, 1)
	signed, err := signing.Sign([]byte(raw), leaf.Key, leaf.Cert)
	if err == nil || signed != nil {
		t.Fatal("signed")
	}
	if got := why(t, err); got != signing.WhyDigest {
		t.Errorf("%s, want %s", got, signing.WhyDigest)
	}
}

func TestSignRefusesKeys(t *testing.T) {
	ca := testca.New(t)
	leaf, other := ca.Leaf("Sở Mẫu"), ca.Leaf("Sở khác")
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	five := []*x509.Certificate{ca.Cert, ca.Cert, ca.Cert, ca.Cert}
	for _, c := range []struct {
		name  string
		key   crypto.Signer
		cert  *x509.Certificate
		chain []*x509.Certificate
	}{
		{"no key", nil, leaf.Cert, nil},
		{"no certificate", leaf.Key, nil, nil},
		{"another's certificate", leaf.Key, other.Cert, nil},
		{"an elliptic curve", ec, leaf.Cert, nil},
		{"too long a chain", leaf.Key, leaf.Cert, five},
		{"a device that fails", device{leaf.Key, func([]byte) ([]byte, error) { return nil, errors.New("out of order") }}, leaf.Cert, nil},
		{"a device that signs something else", device{leaf.Key, func(sum []byte) ([]byte, error) {
			sum[0] ^= 1
			return leaf.Key.Sign(nil, sum, crypto.SHA256)
		}}, leaf.Cert, nil},
	} {
		if signed, err := signing.Sign([]byte(envelope("x")), c.key, c.cert, c.chain...); err == nil || signed != nil {
			t.Errorf("%s: signed", c.name)
		}
	}
}

// A device holds a key and may fail.
type device struct {
	key  *rsa.PrivateKey
	sign func(sum []byte) ([]byte, error)
}

func (d device) Public() crypto.PublicKey { return d.key.Public() }

func (d device) Sign(_ io.Reader, sum []byte, _ crypto.SignerOpts) ([]byte, error) {
	return d.sign(bytes.Clone(sum))
}

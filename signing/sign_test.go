package signing_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"sync"
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

// signers sign by each algorithm that keys give, by its name.
func signers(t testing.TB, ca *testca.CA) map[string]signing.Signer {
	t.Helper()
	leaf := ca.Leaf("Sở Mẫu")
	all := map[string]signing.Signer{"rsa-sha256": {Key: leaf.Key, Cert: leaf.Cert}}
	for name, curve := range map[string]elliptic.Curve{
		"ecdsa-sha256": elliptic.P256(), "ecdsa-sha384": elliptic.P384(), "ecdsa-sha512": elliptic.P521(),
	} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = signing.Signer{Key: key, Cert: ca.Issue("Sở Mẫu", key.Public())}
	}
	return all
}

// byCurve signs a document by P-256.
func byCurve(tb testing.TB, ca *testca.CA, raw []byte) []byte {
	tb.Helper()
	signed, err := signers(tb, ca)["ecdsa-sha256"].Sign(raw)
	if err != nil {
		tb.Fatal(err)
	}
	return signed
}

var places = map[string]signing.Place{
	"header": signing.InHeader, "last": signing.LastInRoot, "first": signing.FirstInRoot, "digital": signing.InDigitalSignature,
}

// placeable is a document with room for a signature at every place, and with
// attributes of xml that SignedInfo inherits in the inclusive form.
func placeable(subject string) string {
	s := strings.Replace(envelope(subject), "<edXML ", `<edXML xml:lang="vi" xml:space="preserve" xmlns:unused="urn:u" `, 1)
	s = strings.Replace(s, "<e:edXMLHeader>", `<e:edXMLHeader xml:base="http://example.vn/" xmlns:x="urn:x">`, 1)
	return strings.Replace(s, "</e:edXMLHeader>", `<e:DigitalSignature a='1' /></e:edXMLHeader>`, 1)
}

// TestSignForms: every algorithm, in both forms, at every place, verifies, and
// the document is the one that was given.
func TestSignForms(t *testing.T) {
	ca := testca.New(t)
	raw := placeable("Công văn")
	for algorithm, s := range signers(t, ca) {
		for _, s.Inclusive = range []bool{false, true} {
			for place, p := range places {
				s.Place = p
				name := fmt.Sprintf("%s, %s, inclusive %t", algorithm, place, s.Inclusive)
				held := s
				held.Key = opaque{s.Key} // a device's, of which nothing is known but that it signs
				signed, err := held.Sign([]byte(raw))
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				v := mustVerify(t, signed, signing.Policy{At: at, Anchors: ca.Anchors()})
				if v.Outcome() != signing.Good || v.Algorithm() != algorithm || !v.Certificate().Equal(s.Cert) {
					t.Errorf("%s: %s by %s", name, v.Outcome(), v.Algorithm())
				}
				unsigned := mustRead(t, string(signed[:bytes.Index(signed, []byte("<ds:"))])+
					string(signed[bytes.LastIndex(signed, []byte("</ds:Signature>"))+len("</ds:Signature>"):]))
				if got, want := unsigned.Canonical(false, true), mustRead(t, raw).Canonical(false, true); got != want {
					t.Errorf("%s: signed is\n%s\nwant\n%s", name, got, want)
				}
				form := map[bool]string{false: exclusive, true: inclusive}[s.Inclusive]
				if !bytes.Contains(signed, []byte(`CanonicalizationMethod Algorithm="`+form+`"`)) {
					t.Errorf("%s: not in the form %s:\n%s", name, form, signed)
				}
				if !bytes.Contains(signed, []byte(whereIs[place])) {
					t.Errorf("%s: no %s in\n%s", name, whereIs[place], signed)
				}
			}
		}
	}
}

var whereIs = map[string]string{
	"header":  "</ds:Signature></e:edXMLHeader>",
	"last":    "</ds:Signature></edXML>",
	"first":   ` xmlns="urn:test:edxml"><ds:Signature `,
	"digital": `<e:DigitalSignature a='1' ><ds:Signature `,
}

// TestSignIsSafeForConcurrentUse, and gives the same bytes by RSA.
func TestSignIsSafeForConcurrentUse(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	s := signing.Signer{Key: leaf.Key, Cert: leaf.Cert}
	want, err := s.Sign([]byte(envelope("x")))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if got, err := s.Sign([]byte(envelope("x"))); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v; the same bytes: %t", err, bytes.Equal(got, want))
			}
		})
	}
	wg.Wait()
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
		{"with two edXMLHeaders", `<a xmlns="urn:a"><b><edXMLHeader></edXMLHeader></b><edXMLHeader></edXMLHeader></a>`, signing.WhyPlacement},
	} {
		signed, err := signing.Sign([]byte(c.raw), neverAsked(leaf.Key), leaf.Cert)
		if err == nil || signed != nil {
			t.Errorf("%s: signed", c.name)
			continue
		}
		if got := why(t, err); got != c.why {
			t.Errorf("%s: %s, want %s", c.name, got, c.why)
		}
	}
}

// TestSignPassesForeignNames: an element of another namespace is no place, whatever
// its name, and takes nothing from the one that is.
func TestSignPassesForeignNames(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	raw := strings.Replace(envelope("x"), "</e:edXMLHeader>", `</e:edXMLHeader><edXMLHeader xmlns="urn:b"></edXMLHeader>`, 1)
	if _, err := signing.Sign([]byte(raw), leaf.Key, leaf.Cert); err != nil {
		t.Error(err)
	}
}

// TestSignRefusesPlaces: a signature has room where it is to go.
func TestSignRefusesPlaces(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	for _, c := range []struct {
		name  string
		place signing.Place
		raw   string
	}{
		{"first in an empty root", signing.FirstInRoot, `<a xmlns="urn:a"/>`},
		{"last in an empty root", signing.LastInRoot, `<a xmlns="urn:a"/>`},
		{"no DigitalSignature", signing.InDigitalSignature, envelope("x")},
		{"one that is not empty", signing.InDigitalSignature, `<a xmlns="urn:a"><DigitalSignature><b/></DigitalSignature></a>`},
		{"two of them", signing.InDigitalSignature, `<a xmlns="urn:a"><DigitalSignature/><DigitalSignature/></a>`},
		{"one of a foreign namespace", signing.InDigitalSignature, `<a xmlns="urn:a"><DigitalSignature xmlns="urn:b"/></a>`},
		{"the root", signing.InDigitalSignature, `<DigitalSignature xmlns="urn:a"></DigitalSignature>`},
	} {
		signed, err := signing.Signer{Key: neverAsked(leaf.Key), Cert: leaf.Cert, Place: c.place}.Sign([]byte(c.raw))
		if err == nil || signed != nil {
			t.Errorf("%s: signed", c.name)
			continue
		}
		if got := why(t, err); got != signing.WhyPlacement {
			t.Errorf("%s: %s, want %s", c.name, got, signing.WhyPlacement)
		}
	}
}

func TestSignKnowsNoOtherPlace(t *testing.T) {
	leaf := testca.New(t).Leaf("Sở Mẫu")
	if signed, err := (signing.Signer{Key: leaf.Key, Cert: leaf.Cert, Place: signing.InDigitalSignature + 1}).Sign([]byte(envelope("x"))); err == nil || signed != nil {
		t.Error("signed somewhere")
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

// TestSignRefusesKeys: the error says what is wrong, and a key that cannot be the
// right one is never asked to sign.
func TestSignRefusesKeys(t *testing.T) {
	ca := testca.New(t)
	leaf, other := ca.Leaf("Sở Mẫu"), ca.Leaf("Sở khác")
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ecCert := ca.Issue("x", ec.Public())
	halves := func(r, s *big.Int, rest ...byte) device {
		return device{ec, func([]byte) ([]byte, error) {
			der, err := asn1.Marshal([]*big.Int{r, s})
			return append(der, rest...), err
		}}
	}
	one := big.NewInt(1)
	const noASN1, notTheirs = "no ECDSA signature in ASN.1", "does not belong to SignedInfo"
	for _, c := range []struct {
		name  string
		key   crypto.Signer
		cert  *x509.Certificate
		chain []*x509.Certificate
		want  string // in the error
	}{
		{"no key", nil, leaf.Cert, nil, "no key or no certificate"},
		{"no certificate", leaf.Key, nil, nil, "no key or no certificate"},
		{"another's certificate", leaf.Key, other.Cert, nil, "not the certificate's"},
		{"an elliptic key with another's certificate", ec, leaf.Cert, nil, "not the certificate's"},
		{"a curve that is too small", p224, ca.Issue("x", p224.Public()), nil, "an elliptic curve other than"},
		{"an RSA key that is too short", short, ca.Issue("x", short.Public()), nil, "an RSA key of 1024 bits"},
		{"a key of Edwards'", edwards, ca.Issue("x", edwards.Public()), nil, "only RSA and ECDSA"},
		{"too long a chain", leaf.Key, leaf.Cert, slices.Repeat([]*x509.Certificate{ca.Cert}, 4), "a chain of 4 certificates, more than 3"},
		{"an elliptic device that gives r||s itself", device{ec, func([]byte) ([]byte, error) { return make([]byte, 64), nil }}, ecCert, nil, noASN1},
		{"an elliptic device that gives halves too long", halves(new(big.Int).Lsh(one, 256), one), ecCert, nil, noASN1},
		{"an elliptic device that gives a negative half", halves(big.NewInt(-1), one), ecCert, nil, noASN1},
		{"an elliptic device that gives more", halves(one, one, 0), ecCert, nil, noASN1},
		{"an elliptic device that signs something else", halves(one, one), ecCert, nil, notTheirs},
		{"a device that fails", device{leaf.Key, func([]byte) ([]byte, error) { return nil, errors.New("out of order") }}, leaf.Cert, nil, "out of order"},
		{"a device that signs something else", device{leaf.Key, func(sum []byte) ([]byte, error) {
			sum[0] ^= 1
			return leaf.Key.Sign(nil, sum, crypto.SHA256)
		}}, leaf.Cert, nil, notTheirs},
	} {
		asked := false
		key := c.key
		if key != nil {
			key = device{c.key, func(sum []byte) ([]byte, error) {
				asked = true
				return c.key.Sign(rand.Reader, sum, crypto.SHA256)
			}}
		}
		signed, err := signing.Sign([]byte(envelope("x")), key, c.cert, c.chain...)
		if err == nil || signed != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: signed %t: %v, want %q", c.name, signed != nil, err, c.want)
		}
		if _, may := c.key.(device); asked != may {
			t.Errorf("%s: its key was asked to sign: %t", c.name, asked)
		}
	}
}

// TestSignBringsItsChain: as long a one as may be is in the signature, so that the
// root alone is known to whoever verifies it.
func TestSignBringsItsChain(t *testing.T) {
	ca := testca.New(t)
	first := ca.Intermediate("một")
	second := first.Intermediate("hai")
	third := second.Intermediate("ba")
	leaf := third.Leaf("Sở Mẫu")
	below := []*x509.Certificate{third.Cert, second.Cert, first.Cert}
	v := mustVerify(t, leaf.Sign([]byte(envelope("x")), below...), signing.Policy{At: at, Anchors: ca.Anchors()})
	want := slices.Concat([]*x509.Certificate{leaf.Cert}, below, []*x509.Certificate{ca.Cert})
	if got := v.Chain(); !slices.EqualFunc(got, want, (*x509.Certificate).Equal) {
		t.Errorf("a chain of %d certificates, want these %d", len(got), len(want))
	}
}

// TestSignReferencesTheWholeDocument, also where elements have ids that goxmldsig
// would refer to.
func TestSignReferencesTheWholeDocument(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	raw := strings.NewReplacer("<edXML ", `<edXML ID="r" `, "<e:edXMLHeader ", `<e:edXMLHeader ID="h" `,
		"<e:DigitalSignature ", `<e:DigitalSignature ID="d" `).Replace(placeable("x"))
	for place, p := range places {
		signed, err := signing.Signer{Key: leaf.Key, Cert: leaf.Cert, Place: p}.Sign([]byte(raw))
		if err != nil {
			t.Errorf("%s: %v", place, err)
			continue
		}
		mustVerify(t, signed, signing.Policy{At: at, Anchors: ca.Anchors()})
		if !bytes.Contains(signed, []byte(`<ds:Reference URI="">`)) {
			t.Errorf("%s: another Reference than to the whole document:\n%s", place, signed)
		}
	}
}

// An opaque key is a [crypto.Signer] and nothing else.
type opaque struct{ crypto.Signer }

// A device holds a key and may fail.
type device struct {
	key  crypto.Signer
	sign func(sum []byte) ([]byte, error)
}

func (d device) Public() crypto.PublicKey { return d.key.Public() }

func (d device) Sign(_ io.Reader, sum []byte, _ crypto.SignerOpts) ([]byte, error) {
	return d.sign(bytes.Clone(sum))
}

// neverAsked is a key for what is refused whoever signs: it may be a device that
// counts, or asks somebody.
func neverAsked(key crypto.Signer) device {
	return device{key, func([]byte) ([]byte, error) { return nil, errors.New("the key was asked to sign") }}
}

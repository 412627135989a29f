package signing_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// Names of algorithms, without what they begin with.
const (
	exclusive   = "http://www.w3.org/2001/10/xml-exc-c14n#"
	inclusive   = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
	inclusive11 = "http://www.w3.org/2006/12/xml-c14n11"
	dsig1       = "http://www.w3.org/2000/09/xmldsig#"
	more2001    = "http://www.w3.org/2001/04/xmldsig-more#"
	more2007    = "http://www.w3.org/2007/05/xmldsig-more#"
	xmlenc      = "http://www.w3.org/2001/04/xmlenc#"
)

// A forger signs whatever a test makes of a signature: the values are right,
// so that what is refused is refused for its form. The zero value of a field
// stands for what a good signature has.
type forger struct {
	document string // with @ where the signature goes
	form     string // of SignedInfo
	method   string
	uri      string
	refForm  string   // the second transform
	prefixes []string // that edit lists in it
	digest   string
	hash     crypto.Hash // of the digest
	object   string      // what follows KeyInfo; with one the signature refers to its SignedProperties
	edit     func(signature string) string

	cert    *x509.Certificate
	sumHash crypto.Hash // of the signature
	sign    func(sum []byte) ([]byte, error)
}

const goodDocument = `<edXML xmlns="urn:e" xmlns:e="urn:e"><e:edXMLEnvelope><e:edXMLHeader><e:Subject>ạ &amp; b</e:Subject>@</e:edXMLHeader></e:edXMLEnvelope></edXML>`

func (f forger) defaults() forger {
	or := func(s *string, def string) {
		if *s == "" {
			*s = def
		}
	}
	or(&f.document, goodDocument)
	or(&f.form, exclusive)
	or(&f.method, more2001+"rsa-sha256")
	or(&f.refForm, exclusive)
	or(&f.digest, xmlenc+"sha256")
	if f.hash == 0 {
		f.hash = crypto.SHA256
	}
	if f.sumHash == 0 {
		f.sumHash = crypto.SHA256
	}
	if f.edit == nil {
		f.edit = func(s string) string { return s }
	}
	return f
}

// make returns the signed document.
func (f forger) make(t testing.TB) []byte {
	t.Helper()
	f = f.defaults()
	content := mustRead(t, strings.Replace(f.document, "@", "", 1)).CanonicalBy(f.refForm, "", true, f.prefixes...)
	id, second := "", ""
	if f.object != "" {
		id, second = ` Id="S"`, f.toProperties()
	}
	signature := f.edit(`<ds:Signature xmlns:ds="` + dsig1 + `"` + id + `><ds:SignedInfo>` +
		`<ds:CanonicalizationMethod Algorithm="` + f.form + `"/><ds:SignatureMethod Algorithm="` + f.method + `"/>` +
		`<ds:Reference URI="` + f.uri + `"><ds:Transforms><ds:Transform Algorithm="` + dsig1 + `enveloped-signature"/>` +
		`<ds:Transform Algorithm="` + f.refForm + `"/></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + f.digest + `"/><ds:DigestValue>` + encode(sum(f.hash, content)) + `</ds:DigestValue>` +
		`</ds:Reference>` + second + `</ds:SignedInfo><ds:SignatureValue>%</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>` +
		encode(f.cert.Raw) + `</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` + f.object + `</ds:Signature>`)
	whole := strings.Replace(f.document, "@", signature, 1)
	if strings.Contains(whole, "~") {
		properties := mustRead(t, whole).CanonicalBy(f.refForm, "SignedProperties", true, f.prefixes...)
		whole = strings.ReplaceAll(whole, "~", encode(sum(f.hash, properties)))
	}
	info := mustRead(t, whole).CanonicalBy(f.form, "SignedInfo", false)
	value, err := f.sign(sum(f.sumHash, info))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(strings.Replace(whole, "%", encode(value), 1))
}

// toProperties is the Reference to the signed properties, ~ where their digest
// goes.
func (f forger) toProperties() string {
	return `<ds:Reference URI="#P" Type="http://uri.etsi.org/01903#SignedProperties"><ds:Transforms>` +
		`<ds:Transform Algorithm="` + f.refForm + `"/></ds:Transforms>` +
		`<ds:DigestMethod Algorithm="` + f.digest + `"/><ds:DigestValue>~</ds:DigestValue></ds:Reference>`
}

func encode(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func sum(h crypto.Hash, s string) []byte {
	d := h.New()
	d.Write([]byte(s))
	return d.Sum(nil)
}

// rsaForger signs by PKCS #1 v1.5 with a key and its certificate.
func rsaForger(key *rsa.PrivateKey, cert *x509.Certificate, hash crypto.Hash) forger {
	return forger{cert: cert, sumHash: hash, sign: func(sum []byte) ([]byte, error) {
		return rsa.SignPKCS1v15(nil, key, hash, sum)
	}}
}

// ecForger signs as r||s with a fresh key on the curve, and a certificate that
// is to be pinned.
func ecForger(t testing.TB, curve elliptic.Curve, hash crypto.Hash) forger {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: year(2020), NotAfter: year(2030), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	size := (curve.Params().BitSize + 7) / 8
	return forger{cert: cert, sumHash: hash, sign: func(sum []byte) ([]byte, error) {
		r, s, err := ecdsa.Sign(rand.Reader, key, sum)
		if err != nil {
			return nil, err
		}
		value := make([]byte, 2*size)
		r.FillBytes(value[:size])
		s.FillBytes(value[size:])
		return value, nil
	}}
}

// pinned trusts the forger's certificate.
func (f forger) pinned() signing.Policy {
	return signing.Policy{At: at, Pinned: []*x509.Certificate{f.cert}}
}

// Package testca is a certificate authority for tests: it issues certificates
// at once, because its RSA-2048 keys are files, and trusts nobody else's. The
// keys are public; nothing outside of tests may trust them.
//
// All that it makes is deterministic: the same calls give the same bytes.
package testca

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"embed"
	"encoding/pem"
	"fmt"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/signing"
)

//go:embed keys/*.pem
var keys embed.FS

// signers is how many keys there are for leaves; later leaves share them.
const signers = 12

// Certificates are valid from NotBefore until NotAfter unless a test says
// otherwise.
var (
	NotBefore = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	NotAfter  = time.Date(2065, 1, 1, 0, 0, 0, 0, time.UTC)
)

// A CA issues certificates. It is safe for concurrent use.
type CA struct {
	Cert *x509.Certificate

	tb  testing.TB
	key *rsa.PrivateKey

	mu     sync.Mutex
	issued int64
}

// A Leaf is a signer's certificate with its key.
type Leaf struct {
	Cert *x509.Certificate
	Key  *rsa.PrivateKey

	tb testing.TB
}

// New is the authority that a test's policy trusts.
func New(tb testing.TB) *CA { return open(tb, "ca", "Cơ quan chứng thực thử nghiệm") }

// Foreign is another authority, with another key and name.
func Foreign(tb testing.TB) *CA { return open(tb, "foreign-ca", "Cơ quan chứng thực lạ") }

func open(tb testing.TB, key, name string) *CA {
	tb.Helper()
	ca := &CA{tb: tb, key: load(tb, key)}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: name, Country: []string{"VN"}},
		NotBefore:             NotBefore,
		NotAfter:              NotAfter,
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	ca.Cert = ca.create(template, template, &ca.key.PublicKey)
	return ca
}

// Leaf issues a certificate for signing documents to name. Each change may turn
// the template into what the test needs: expired, without key usage, a CA.
func (ca *CA) Leaf(name string, change ...func(*x509.Certificate)) *Leaf {
	ca.tb.Helper()
	ca.mu.Lock()
	n := ca.issued
	ca.issued++
	ca.mu.Unlock()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(n + 2),
		Subject:               pkix.Name{CommonName: name, Country: []string{"VN"}},
		NotBefore:             NotBefore,
		NotAfter:              NotAfter,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment,
	}
	for _, f := range change {
		f(template)
	}
	leaf := &Leaf{Key: load(ca.tb, fmt.Sprintf("signer-%02d", n%signers+1)), tb: ca.tb}
	leaf.Cert = ca.create(template, ca.Cert, &leaf.Key.PublicKey)
	return leaf
}

// Issue certifies any public key for signing documents, as Leaf does its own.
func (ca *CA) Issue(name string, public crypto.PublicKey) *x509.Certificate {
	ca.tb.Helper()
	leaf := ca.Leaf(name)
	template := *leaf.Cert
	template.PublicKey, template.PublicKeyAlgorithm = nil, x509.UnknownPublicKeyAlgorithm
	return ca.create(&template, ca.Cert, public)
}

// Intermediate is an authority below this one, with the next of the leaves'
// keys. Each change may turn its template into what the test needs.
func (ca *CA) Intermediate(name string, change ...func(*x509.Certificate)) *CA {
	ca.tb.Helper()
	authority := func(c *x509.Certificate) {
		c.IsCA = true
		c.KeyUsage = x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	leaf := ca.Leaf(name, append([]func(*x509.Certificate){authority}, change...)...)
	// Its leaves begin elsewhere among the keys, so as not to have its own.
	return &CA{Cert: leaf.Cert, tb: ca.tb, key: leaf.Key, issued: signers / 2}
}

func (ca *CA) create(template, parent *x509.Certificate, public crypto.PublicKey) *x509.Certificate {
	ca.tb.Helper()
	// PKCS #1 v1.5 signatures take no randomness.
	der, err := x509.CreateCertificate(nil, template, parent, public, ca.key)
	if err != nil {
		ca.tb.Fatalf("testca: %v", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		ca.tb.Fatalf("testca: %v", err)
	}
	return cert
}

// Anchors trusts this authority.
func (ca *CA) Anchors() *signing.Anchors {
	return signing.NewAnchors([]*x509.Certificate{ca.Cert}, nil)
}

// AnchorsPEM is this authority's certificate as a file of trust anchors.
func (ca *CA) AnchorsPEM() []byte { return encode("CERTIFICATE", ca.Cert.Raw) }

// Sign signs a document that has an edXMLHeader. It fails the test if it
// cannot.
func (l *Leaf) Sign(raw []byte, chain ...*x509.Certificate) []byte {
	l.tb.Helper()
	signed, err := signing.Sign(raw, l.Key, l.Cert, chain...)
	if err != nil {
		l.tb.Fatalf("testca: %v", err)
	}
	return signed
}

// CertPEM is the certificate in PEM.
func (l *Leaf) CertPEM() []byte { return encode("CERTIFICATE", l.Cert.Raw) }

// KeyPEM is the private key in PEM, PKCS #8.
func (l *Leaf) KeyPEM() []byte {
	l.tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(l.Key)
	if err != nil {
		l.tb.Fatalf("testca: %v", err)
	}
	return encode("PRIVATE KEY", der)
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func load(tb testing.TB, name string) *rsa.PrivateKey {
	tb.Helper()
	text, err := keys.ReadFile("keys/" + name + ".pem")
	if err != nil {
		tb.Fatalf("testca: %v", err)
	}
	block, _ := pem.Decode(text)
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		tb.Fatalf("testca: %s: %v", name, err)
	}
	return key
}

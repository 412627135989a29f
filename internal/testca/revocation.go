package testca

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"math/big"
	"time"

	"golang.org/x/crypto/ocsp"
)

// CRL signs a revocation list. What is zero of it becomes: issued an hour before
// at, the next in a day.
func (ca *CA) CRL(list x509.RevocationList, at time.Time) []byte {
	ca.tb.Helper()
	if list.ThisUpdate.IsZero() {
		list.ThisUpdate = at.Add(-time.Hour)
	}
	if list.NextUpdate.IsZero() {
		list.NextUpdate = at.Add(24 * time.Hour)
	}
	list.Number = big.NewInt(list.ThisUpdate.Unix())
	able := *ca.Cert // that it may sign lists is what the reader of the list checks
	able.KeyUsage |= x509.KeyUsageCRLSign
	der, err := x509.CreateRevocationList(rand.Reader, &list, &able, ca.key)
	if err != nil {
		ca.tb.Fatalf("testca: %v", err)
	}
	return der
}

// Forged is a certificate that names this authority as its issuer and was signed by another key.
func (ca *CA) Forged(name string, change ...func(*x509.Certificate)) *Leaf {
	ca.tb.Helper()
	other := ca.Leaf("giả")
	parent := *ca.Cert
	parent.PublicKey = &other.Key.PublicKey
	return (&CA{Cert: &parent, tb: ca.tb, key: other.Key, issued: signers / 2}).Leaf(name, change...)
}

// OCSP signs a response about a certificate as its issuer itself. What is zero of
// it becomes: issued an hour before at, the next in a day.
func (ca *CA) OCSP(cert *x509.Certificate, r ocsp.Response, at time.Time) []byte {
	ca.tb.Helper()
	return respond(ca, ca.Cert, ca.key, cert, r, at)
}

// OCSP signs a response about a certificate of ca as a responder, whose
// certificate goes with it.
func (l *Leaf) OCSP(ca *CA, cert *x509.Certificate, r ocsp.Response, at time.Time) []byte {
	l.tb.Helper()
	r.Certificate = l.Cert
	return respond(ca, l.Cert, l.Key, cert, r, at)
}

// Signature is what this authority signs with: RSA PKCS #1 v1.5 and SHA-256.
func (ca *CA) Signature(of []byte) []byte {
	ca.tb.Helper()
	sum := sha256.Sum256(of)
	value, err := rsa.SignPKCS1v15(nil, ca.key, crypto.SHA256, sum[:])
	if err != nil {
		ca.tb.Fatalf("testca: %v", err)
	}
	return value
}

func respond(ca *CA, by *x509.Certificate, key *rsa.PrivateKey, cert *x509.Certificate, r ocsp.Response, at time.Time) []byte {
	ca.tb.Helper()
	if r.ThisUpdate.IsZero() {
		r.ThisUpdate = at.Add(-time.Hour)
	}
	if r.NextUpdate.IsZero() {
		r.NextUpdate = at.Add(24 * time.Hour)
	}
	if r.IssuerHash == 0 {
		r.IssuerHash = crypto.SHA1
	}
	r.SerialNumber = cert.SerialNumber
	der, err := ocsp.CreateResponse(ca.Cert, by, r, key)
	if err != nil {
		ca.tb.Fatalf("testca: %v", err)
	}
	return der
}

package signing_test

import (
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestStatementsAreBounded: more than an authority ever says is not looked at.
func TestStatementsAreBounded(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	_, err := signing.ParseCRL(make([]byte, signing.MaxCRL+1), ca.Cert, at)
	if want := fmt.Sprint("at most ", signing.MaxCRL); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a CRL: %v, want %q", err, want)
	}
	_, err = signing.ParseOCSP(make([]byte, signing.MaxOCSP+1), leaf.Cert, ca.Cert, at)
	if want := fmt.Sprint("at most ", signing.MaxOCSP); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("an OCSP response: %v, want %q", err, want)
	}
}

// TestCRLIsOfItsName: a list by the right key is not that of another authority's
// name, which may have the same key.
func TestCRLIsOfItsName(t *testing.T) {
	key := testca.New(t).Leaf("x").Key
	one, other := authority(t, "Một", key), authority(t, "Hai", key)
	list := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: at.Add(-time.Hour), NextUpdate: at.Add(time.Hour)}
	der, err := x509.CreateRevocationList(nil, list, one, key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signing.ParseCRL(der, one, at); err != nil {
		t.Errorf("its own: %v", err)
	}
	if _, err := signing.ParseCRL(der, other, at); err == nil {
		t.Error("that of another name with the same key is taken")
	}
}

func authority(t *testing.T, name string, key *rsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: year(2020), NotAfter: year(2030),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, SubjectKeyId: []byte{1},
	}
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

// TestIssued: an authority, by name, and by key identifier where both say one.
func TestIssued(t *testing.T) {
	cert := &x509.Certificate{RawIssuer: []byte("a"), AuthorityKeyId: []byte{1}}
	for _, c := range []struct {
		name   string
		issuer x509.Certificate
		want   bool
	}{
		{"its issuer", x509.Certificate{IsCA: true, RawSubject: []byte("a"), SubjectKeyId: []byte{1}}, true},
		{"without an identifier", x509.Certificate{IsCA: true, RawSubject: []byte("a")}, true},
		{"no authority", x509.Certificate{RawSubject: []byte("a"), SubjectKeyId: []byte{1}}, false},
		{"of another name", x509.Certificate{IsCA: true, RawSubject: []byte("b"), SubjectKeyId: []byte{1}}, false},
		{"with another key", x509.Certificate{IsCA: true, RawSubject: []byte("a"), SubjectKeyId: []byte{2}}, false},
	} {
		if got := signing.Issued(&c.issuer, cert); got != c.want {
			t.Errorf("%s: %t, want %t", c.name, got, c.want)
		}
	}
}

package signing_test

import (
	"crypto"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestOCSP: what a response says, by whoever signs it.
func TestOCSP(t *testing.T) {
	ca, foreign := testca.New(t), testca.Foreign(t)
	leaf := ca.Leaf("Sở Mẫu")
	twin := foreign.Leaf("Đơn vị lạ") // the same serial number
	eku := func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} }
	responder := func(change ...func(*x509.Certificate)) *testca.Leaf {
		return ca.Leaf("Trả lời OCSP", append([]func(*x509.Certificate){eku}, change...)...)
	}
	plain := ca.Leaf("Sở khác")
	delegated := responder()
	outsider := foreign.Leaf("Trả lời OCSP lạ", eku)
	good := ocsp.Response{Status: ocsp.Good}
	revoked := ocsp.Response{Status: ocsp.Revoked, RevokedAt: at.Add(-time.Hour), RevocationReason: ocsp.KeyCompromise}
	// answer is signed by a key, with or without a certificate, and speaks of leaf as one of that issuer.
	answer := func(issuer, cert *x509.Certificate, by *testca.Leaf) []byte {
		der, err := ocsp.CreateResponse(issuer, by.Cert, ocsp.Response{
			Status: ocsp.Good, SerialNumber: leaf.Cert.SerialNumber, IssuerHash: crypto.SHA1, ThisUpdate: at.Add(-time.Hour), NextUpdate: at.Add(time.Hour), Certificate: cert,
		}, by.Key)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
	otherName, otherKey := *ca.Cert, *ca.Cert
	otherName.RawSubject = foreign.Cert.RawSubject
	otherKey.RawSubjectPublicKeyInfo = foreign.Cert.RawSubjectPublicKeyInfo
	for _, c := range []struct {
		name string
		der  []byte
		want string
	}{
		{"the issuer itself", ca.OCSP(leaf.Cert, good, at), "good"},
		{"a responder certified for it", delegated.OCSP(ca, leaf.Cert, good, at), "good"},
		{"revoked", delegated.OCSP(ca, leaf.Cert, revoked, at), "revoked key-compromise"},
		{"unknown", delegated.OCSP(ca, leaf.Cert, ocsp.Response{Status: ocsp.Unknown}, at), "unknown"},
		{"the certificate named by SHA-256", ca.OCSP(leaf.Cert, ocsp.Response{Status: ocsp.Good, IssuerHash: crypto.SHA256}, at), "good"},
		{"another authority", foreign.OCSP(leaf.Cert, good, at), "none"},
		{"a responder of another authority", outsider.OCSP(ca, leaf.Cert, good, at), "none"},
		{"a responder that only says that the issuer has certified it", ca.Forged("Trả lời OCSP", eku).OCSP(ca, leaf.Cert, good, at), "none"},
		{"a certificate of the issuer that is not for OCSP", plain.OCSP(ca, leaf.Cert, good, at), "none"},
		{"the certificate itself", leaf.OCSP(ca, leaf.Cert, good, at), "none"},
		{"a responder that has expired", responder(func(c *x509.Certificate) { c.NotAfter = at.Add(-time.Hour) }).OCSP(ca, leaf.Cert, good, at), "none"},
		{"a responder that is not valid yet", responder(func(c *x509.Certificate) { c.NotBefore = at.Add(time.Hour) }).OCSP(ca, leaf.Cert, good, at), "none"},
		{"a responder that may not sign", responder(func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }).OCSP(ca, leaf.Cert, good, at), "none"},
		{"somebody else's key, without a certificate", answer(ca.Cert, nil, plain), "none"},
		{"a responder, made by hand", answer(ca.Cert, delegated.Cert, delegated), "good"},
		{"a responder, about an issuer of another name with the same key", answer(&otherName, delegated.Cert, delegated), "none"},
		{"a responder, about an issuer of the same name with another key", answer(&otherKey, delegated.Cert, delegated), "none"},
		{"about another certificate", ca.OCSP(plain.Cert, good, at), "none"},
		{"about another authority's certificate with the same serial number", delegated.OCSP(foreign, twin.Cert, good, at), "none"},
		{"a minute ahead", ca.OCSP(leaf.Cert, ocsp.Response{Status: ocsp.Good, ThisUpdate: at.Add(time.Minute)}, at), "good"},
		{"ten minutes ahead", ca.OCSP(leaf.Cert, ocsp.Response{Status: ocsp.Good, ThisUpdate: at.Add(10 * time.Minute)}, at), "none"},
		{"a bit changed", flipped(ca.OCSP(leaf.Cert, good, at)), "none"},
		{"an error", ocsp.UnauthorizedErrorResponse, "none"},
		{"something behind", append(ca.OCSP(leaf.Cert, good, at), 0), "none"},
		{"nothing", nil, "none"},
		{"too long", make([]byte, signing.MaxOCSP+1), "none"},
	} {
		if got := aboutOCSP(t, c.der, leaf.Cert, ca.Cert); got != c.want {
			t.Errorf("signed by %s: %s, want %s", c.name, got, c.want)
		}
	}
	if twin.Cert.SerialNumber.Cmp(leaf.Cert.SerialNumber) != 0 {
		t.Error("the twin has another serial number: it shows nothing")
	}
}

func aboutOCSP(t *testing.T, der []byte, cert, issuer *x509.Certificate) string {
	t.Helper()
	e, err := signing.ParseOCSP(der, cert, issuer, at)
	if err != nil {
		if !errors.Is(err, signing.ErrEvidence) {
			t.Errorf("%v is not ErrEvidence", err)
		}
		return "none"
	}
	if e.Kind != signing.ByOCSP || (e.State == signing.Revoked) == e.RevokedAt.IsZero() {
		t.Errorf("%+v", e)
	}
	if e.State == signing.Revoked {
		return "revoked " + e.Reason
	}
	return string(e.State)
}

// TestOCSPOfAnIntermediateThatSendsItself: some responders put the issuer's own
// certificate beside the signature it made.
func TestOCSPOfAnIntermediateThatSendsItself(t *testing.T) {
	ca := testca.New(t)
	below := ca.Intermediate("Cơ quan cấp dưới")
	leaf := below.Leaf("Sở Mẫu")
	der := below.OCSP(leaf.Cert, ocsp.Response{Status: ocsp.Good, Certificate: below.Cert}, at)
	if got := aboutOCSP(t, der, leaf.Cert, below.Cert); got != "good" {
		t.Errorf("%s, want good", got)
	}
}

// FuzzCRL: no list makes the table panic; one that holds is read the same way by
// crypto/x509.
func FuzzCRL(f *testing.F) {
	ca := testca.New(f)
	f.Add(ca.CRL(x509.RevocationList{RevokedCertificateEntries: revocations(at, 2, 3)}, at))
	f.Add(ca.CRL(x509.RevocationList{}, at))
	leaf := ca.Leaf("Sở Mẫu")
	f.Fuzz(func(t *testing.T, der []byte) {
		l, err := signing.ParseCRL(der, ca.Cert, at)
		if err != nil {
			if !errors.Is(err, signing.ErrEvidence) {
				t.Errorf("%v is not ErrEvidence", err)
			}
			return
		}
		list, err := x509.ParseRevocationList(der)
		if err != nil || l.Len() > len(list.RevokedCertificateEntries) {
			t.Errorf("%d entries, crypto/x509: %v", l.Len(), err)
		}
		l.About(leaf.Cert)
	})
}

// FuzzOCSP: whatever is taken names the certificate and is signed.
func FuzzOCSP(f *testing.F) {
	ca := testca.New(f)
	leaf := ca.Leaf("Sở Mẫu")
	f.Add(ca.OCSP(leaf.Cert, ocsp.Response{Status: ocsp.Good}, at))
	f.Add(ca.OCSP(leaf.Cert, ocsp.Response{Status: ocsp.Revoked, RevokedAt: at}, at))
	f.Add(ocsp.TryLaterErrorResponse)
	f.Fuzz(func(t *testing.T, der []byte) {
		e, err := signing.ParseOCSP(der, leaf.Cert, ca.Cert, at)
		if err != nil {
			if !errors.Is(err, signing.ErrEvidence) {
				t.Errorf("%v is not ErrEvidence", err)
			}
			return
		}
		if e.State == "" || e.ThisUpdate.After(at.Add(signing.ClockSkew)) {
			t.Errorf("%+v", e)
		}
	})
}

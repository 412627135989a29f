package signing

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ocsp"
)

// MaxOCSP is the most bytes of an OCSP response.
const MaxOCSP = 64 << 10

// OCSPRequest is the question about a certificate, in DER.
func OCSPRequest(cert, issuer *x509.Certificate) ([]byte, error) {
	return ocsp.CreateRequest(cert, issuer, nil)
}

// ParseOCSP reads a response in DER and establishes that it answers for cert on
// behalf of issuer: it is signed by issuer itself, or by a responder that issuer
// has certified for that (RFC 6960, 4.2.2.2) and whose certificate is valid at
// the given time. An error wraps [ErrEvidence].
func ParseOCSP(der []byte, cert, issuer *x509.Certificate, at time.Time) (Evidence, error) {
	if len(der) > MaxOCSP {
		return Evidence{}, noEvidence("an OCSP response of %d bytes, at most %d", len(der), MaxOCSP)
	}
	if parts(der, maxParts) > maxParts {
		return Evidence{}, noEvidence("an OCSP response of more than %d parts", maxParts)
	}
	// Without an issuer the library checks the signature by the embedded
	// certificate only; who that is we look at ourselves: it asks neither for the
	// extended key usage nor for the time.
	r, err := ocsp.ParseResponseForCert(der, cert, nil)
	if err != nil {
		return Evidence{}, noEvidence("OCSP: %v", err)
	}
	if err := signedFor(r, issuer, at); err != nil {
		return Evidence{}, err
	}
	if err := answersFor(r, cert, issuer); err != nil {
		return Evidence{}, err
	}
	if err := notFromTheFuture(r.ThisUpdate, at); err != nil {
		return Evidence{}, err
	}
	if err := writable(r.ThisUpdate, r.NextUpdate, r.RevokedAt); err != nil {
		return Evidence{}, err
	}
	e := Evidence{State: RevocationUnknown, Kind: ByOCSP, ThisUpdate: r.ThisUpdate.UTC(), NextUpdate: r.NextUpdate.UTC(), Digest: sha256.Sum256(der)}
	if r.NextUpdate.IsZero() {
		e.NextUpdate = time.Time{}
	}
	switch r.Status {
	case ocsp.Good:
		e.State = NotRevoked
	case ocsp.Revoked:
		e.State, e.RevokedAt, e.Reason = Revoked, r.RevokedAt.UTC(), reasonWord(r.RevocationReason)
	}
	return e, nil
}

// signedFor establishes who has signed the response.
func signedFor(r *ocsp.Response, issuer *x509.Certificate, at time.Time) error {
	by := r.Certificate
	if by == nil || bytes.Equal(by.Raw, issuer.Raw) {
		if err := r.CheckSignatureFrom(issuer); err != nil {
			return noEvidence("the OCSP response is not signed by the certificate's issuer: %v", err)
		}
		return nil
	}
	switch {
	case !bytes.Equal(by.RawIssuer, issuer.RawSubject) || by.CheckSignatureFrom(issuer) != nil:
		return noEvidence("the OCSP responder %s is not certified by the certificate's issuer", by.Subject)
	case !slices.Contains(by.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning):
		return noEvidence("the certificate of the OCSP responder %s is not for OCSP", by.Subject)
	case by.KeyUsage != 0 && by.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return noEvidence("the certificate of the OCSP responder %s is not for signing", by.Subject)
	case at.Before(by.NotBefore) || at.After(by.NotAfter):
		return noEvidence("the certificate of the OCSP responder %s is not valid now", by.Subject)
	}
	return nil // the library has checked the signature by this certificate
}

// answersFor establishes that the response speaks of a certificate of this
// issuer: serial numbers are unique to an issuer only, and the library compares
// nothing else. It takes the first answer with the serial number, and so do we.
func answersFor(r *ocsp.Response, cert, issuer *x509.Certificate) error {
	der, err := ocsp.CreateRequest(cert, issuer, &ocsp.RequestOptions{Hash: r.IssuerHash})
	if err != nil {
		return noEvidence("OCSP: %v", err)
	}
	asked, err := ocsp.ParseRequest(der)
	if err != nil {
		return noEvidence("OCSP: %v", err)
	}
	name, key, ok := issuerHashes(r.TBSResponseData, contentOf(cert.SerialNumber))
	if !ok || !bytes.Equal(name, asked.IssuerNameHash) || !bytes.Equal(key, asked.IssuerKeyHash) {
		return noEvidence("the OCSP response is about a certificate of another issuer")
	}
	return nil
}

// issuerHashes finds in a ResponseData whose certificate the first answer with
// the serial number is about.
func issuerHashes(der cryptobyte.String, serial []byte) (name, key []byte, ok bool) {
	var data, responder, answers cryptobyte.String
	var tag cbasn1.Tag
	version := cbasn1.Tag(0).ContextSpecific().Constructed()
	if !der.ReadASN1(&data, cbasn1.SEQUENCE) || !data.SkipOptionalASN1(version) || !data.ReadAnyASN1(&responder, &tag) ||
		!data.SkipASN1(cbasn1.GeneralizedTime) || !data.ReadASN1(&answers, cbasn1.SEQUENCE) {
		return nil, nil, false
	}
	for !answers.Empty() {
		var answer, id, nameHash, keyHash, number cryptobyte.String
		if !answers.ReadASN1(&answer, cbasn1.SEQUENCE) || !answer.ReadASN1(&id, cbasn1.SEQUENCE) || !id.SkipASN1(cbasn1.SEQUENCE) ||
			!id.ReadASN1(&nameHash, cbasn1.OCTET_STRING) || !id.ReadASN1(&keyHash, cbasn1.OCTET_STRING) || !id.ReadASN1(&number, cbasn1.INTEGER) {
			return nil, nil, false
		}
		if bytes.Equal(number, serial) {
			return nameHash, keyHash, true
		}
	}
	return nil, nil, false
}

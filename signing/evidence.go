package signing

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// A RevocationState is what an authority says of a certificate.
type RevocationState string

const (
	NotRevoked        RevocationState = "good"
	Revoked           RevocationState = "revoked"
	RevocationUnknown RevocationState = "unknown" // the authority does not know the certificate, or nobody was heard
)

// An EvidenceKind is the form in which an authority speaks.
type EvidenceKind string

const (
	ByOCSP EvidenceKind = "ocsp" // RFC 6960
	ByCRL  EvidenceKind = "crl"  // RFC 5280, section 5
)

// ClockSkew is how far ahead of ours the clocks of authorities and signers may be.
const ClockSkew = 5 * time.Minute

// Evidence is what one signed statement of an authority says of one
// certificate. It is a value.
type Evidence struct {
	State      RevocationState
	Kind       EvidenceKind
	ThisUpdate time.Time
	NextUpdate time.Time // zero: the statement does not say when the next is due
	RevokedAt  time.Time // zero unless State is Revoked
	Reason     string    // of RFC 5280, such as "key-compromise"; "" unless State is Revoked and a reason is given
	Digest     [sha256.Size]byte
}

// Fresh reports whether the statement still counts at a time: until its next
// update is due, or for maxAge where it does not say when that is.
func (e Evidence) Fresh(at time.Time, maxAge time.Duration) bool {
	end := e.NextUpdate
	if end.IsZero() {
		end = e.ThisUpdate.Add(maxAge)
	}
	return at.Before(end) && !at.Add(ClockSkew).Before(e.ThisUpdate)
}

// ErrEvidence is wrapped by every refusal of a statement about revocation: it
// proves nothing, whoever sent it.
var ErrEvidence = errors.New("signing: no evidence")

func noEvidence(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrEvidence}, args...)...)
}

// notFromTheFuture refuses statements that a wrong clock, or somebody who wants
// to be believed for long, has dated ahead.
func notFromTheFuture(thisUpdate, at time.Time) error {
	if thisUpdate.After(at.Add(ClockSkew)) {
		return noEvidence("it is dated %s, in the future", thisUpdate.UTC().Format(time.RFC3339))
	}
	return nil
}

// writable refuses times that RFC 3339 cannot say, such as the year 9999 with an
// offset that makes it the next one: what rests on them could not be stored.
func writable(times ...time.Time) error {
	for _, t := range times {
		if y := t.UTC().Year(); y < 1 || y > 9999 {
			return noEvidence("it speaks of the year %d", y)
		}
	}
	return nil
}

// Issued reports whether issuer is the certificate that cert names as its
// issuer. It compares names and key identifiers, not the signature.
func Issued(issuer, cert *x509.Certificate) bool {
	if !issuer.IsCA || !bytes.Equal(issuer.RawSubject, cert.RawIssuer) {
		return false
	}
	return len(cert.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(cert.AuthorityKeyId, issuer.SubjectKeyId)
}

// reasonWord is the name of a CRLReason (RFC 5280, 5.3.1).
func reasonWord(code int) string {
	words := [...]string{"", "key-compromise", "ca-compromise", "affiliation-changed", "superseded", "cessation-of-operation",
		"certificate-hold", "", "remove-from-crl", "privilege-withdrawn", "aa-compromise"}
	if code < 0 || code >= len(words) {
		return ""
	}
	return words[code]
}

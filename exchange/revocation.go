package exchange

import (
	"crypto/x509"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A RevocationState is what is known of the certificates of a message's signer, as of its acceptance. Its text is part
// of log entries and never changes.
type RevocationState string

const (
	RevocationGood    RevocationState = "good"    // their authorities said that none was revoked
	RevocationRevoked RevocationState = "revoked" // one had been revoked before the message was accepted
	RevocationUnknown RevocationState = "unknown" // nobody said anything that counts
	RevocationOff     RevocationState = "off"     // not asked: by the policy of the anchor, or of a pinned certificate
)

// Why a state is RevocationUnknown.
const (
	WhyNoService  = "no-service"  // a certificate names no service that could be asked: nothing will ever be known
	WhyNotHeard   = "not-heard"   // no service has answered yet
	WhyStale      = "stale"       // what the service said last is too old
	WhyNotKnown   = "not-known"   // the authority does not know the certificate
	WhyNotCounted = "not-counted" // it speaks of a time that proves nothing about the acceptance
)

// A Revocation is stored with a message: what is known of the signer's certificates, and by which statements.
type Revocation struct {
	State     RevocationState `json:"state"`
	Why       string          `json:"why,omitempty"`        // of RevocationUnknown
	RevokedAt time.Time       `json:"revoked_at,omitzero"`  // of RevocationRevoked
	Reason    string          `json:"reason,omitempty"`     // of RevocationRevoked, where the authority gives one
	Pending   bool            `json:"pending,omitempty"`    // to be judged again when a statement comes
	JudgedAt  time.Time       `json:"judged_at,omitzero"`   // when it was judged again; zero: at the acceptance
	Said      []Statement     `json:"statements,omitempty"` // the signer's certificate first
}

// A Statement is what an authority said of one certificate. The signed bytes are in the store, by their digest.
type Statement struct {
	Certificate string               `json:"certificate"` // SHA-256 of the DER, hex
	Kind        signing.EvidenceKind `json:"kind"`
	ThisUpdate  time.Time            `json:"this_update"`
	NextUpdate  time.Time            `json:"next_update,omitzero"`
	Evidence    Digest               `json:"evidence"`
}

// Evidence is a statement as its authority signed it: a CRL or an OCSP response in DER.
type Evidence struct {
	Digest Digest // SHA-256 of DER
	DER    []byte // shared: not to be changed
}

// A Judgement is what is known of a chain of certificates, with the evidence.
type Judgement struct {
	Revocation
	Evidence []Evidence // of each of Said
	// Required is true where the anchor's policy takes nothing without good evidence.
	Required bool
}

// Revocations answers from memory what authorities have said of certificates; package exchange/revocation asks them.
// Its methods never wait, and may be called concurrently.
type Revocations interface {
	// Judge says what is known of a chain, the signer's certificate first, for a message accepted at a time. A chain
	// that is new to it is asked about from then on.
	Judge(chain []*x509.Certificate, at time.Time) Judgement
	// JudgeAgain does the same for a message that was accepted at a time before, by the fingerprint of the signer's
	// certificate. Statements that came later count as well. ok is false while nothing can be said for certain.
	JudgeAgain(certificate string, at time.Time) (j Judgement, ok bool)
	// RevokedAt tells since when the signer's certificate, or one above it, is revoked, as far as is known.
	RevokedAt(certificate string) (at time.Time, revoked bool)
	// Heard lists the signers' certificates about which something was said, each with a number that grows with every
	// new statement.
	Heard() map[string]uint64
}

// revocationRetry is when a sender may come again where evidence is required and there is none.
const revocationRetry = time.Minute

// judge asks what is known of the signer's certificates. It never waits for anybody: a service that is down makes no
// standstill, unless the policy of the anchor wants that.
func (h *Hub) judge(chain []*x509.Certificate, at time.Time) (Judgement, error) {
	if h.Revocations == nil || len(chain) == 0 {
		return Judgement{}, nil
	}
	j := h.Revocations.Judge(chain, at)
	switch {
	case j.State == RevocationRevoked:
		return j, revokedCertificate(j.Revocation)
	case j.Required && j.State == RevocationUnknown:
		return j, &Error{Kind: RevocationMissing, RetryAfter: revocationRetry, Values: map[string]string{"why": j.Why},
			Detail: "it is not known whether the signer's certificate was revoked, and the policy wants that known",
			VI:     "Chưa biết chứng thư số của chữ ký có bị thu hồi hay không, mà chính sách của trục yêu cầu phải biết."}
	}
	return j, nil
}

func revokedCertificate(r Revocation) error {
	at := r.RevokedAt.UTC().Format(time.RFC3339)
	values := map[string]string{"why": signing.WhyRevoked, "revoked_at": at}
	if r.Reason != "" {
		values["reason"] = r.Reason
	}
	return &Error{Kind: RevokedCert, Values: values,
		Detail: "the signer's certificate, or one above it, was revoked on " + at,
		VI:     "Chứng thư số của chữ ký, hoặc chứng thư cấp trên của nó, đã bị thu hồi lúc " + at + "."}
}

// attest stores with the message what is known of its signer.
func (a *Acceptance) attest(j Judgement) {
	if j.State == "" {
		return
	}
	r := j.Revocation
	a.Message.Revocation, a.Evidence = &r, j.Evidence
	a.Entry.Revocation = string(r.State)
}

// A Rejudgement is what has become known of the signer of a message since it was accepted.
type Rejudgement struct {
	Message MessageID
	Judgement
	Now time.Time
}

// Rejudge decides what a rejudgement changes: what was not known becomes known, and what seemed good may turn out to
// have been revoked before the message was accepted. A finding of revocation stays. An unchanged message returns no
// entries. The first is of the message; each that was exposed of its deliveries has one of its own behind it, because an
// addressee must not learn of the others.
//
// Like the functions of state.go it is pure: the store calls it inside its transaction.
func Rejudge(m Message, ds []Delivery, r Rejudgement) (next Message, entries []translog.Entry) {
	was := m.Revocation
	if was == nil || was.State == RevocationRevoked || was.State == RevocationOff {
		return m, nil
	}
	settled := r.State == RevocationGood || r.State == RevocationRevoked
	if !settled || (r.State == RevocationGood && !was.Pending) {
		return m, nil
	}
	now := r.Revocation
	now.Pending, now.JudgedAt = false, r.Now
	m.Revocation = &now
	e := translog.Entry{
		V: translog.Schema, Time: r.Now, Type: translog.Rejudged, Actor: "hub", Message: string(m.ID), Sender: string(m.Sender),
		Digest: m.Digest.String(), Signature: string(m.Signature), Cert: m.Certificate, Revocation: string(now.State),
	}
	entries = append(entries, e)
	for _, d := range ds {
		if d.Exposed() {
			e.Delivery, e.Addressee = string(d.ID), string(d.Addressee)
			entries = append(entries, e)
		}
	}
	return m, entries
}

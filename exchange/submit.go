package exchange

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A Submission is what an authenticated caller hands in.
type Submission struct {
	Caller Caller
	// Raw is the envelope. Nobody may change it until Submit returns.
	Raw []byte
	// IdempotencyKey is the caller's own key; empty for none.
	IdempotencyKey string
	// Want refuses everything but one class; empty takes documents and statuses.
	Want Class
	// named is the delivery that a status of the short form is about, by its id; empty: what the file cites.
	named DeliveryID
	// basis is what a status of the short form rests on; nil for nothing.
	basis *Basis
}

// A Checked submission has passed every rule of the hub; nothing of it is stored.
type Checked struct {
	Message  Message
	Warnings []envelope.Fault
}

// Submit accepts an envelope for delivery. When it returns a receipt, body, message, deliveries and log entry are on
// stable storage (P1). The same bytes again get the original receipt with Repeat set, for ever (P2): also when the
// certificate has ended since, or the addressee is gone.
func (h *Hub) Submit(ctx context.Context, s Submission) (*Receipt, error) {
	receipt, err := h.submit(ctx, s)
	if err != nil {
		h.Refused(ctx, s.Caller, err)
		return nil, err
	}
	return receipt, nil
}

func (h *Hub) submit(ctx context.Context, s Submission) (*Receipt, error) {
	caller, err := h.caller(s.Caller)
	if err != nil {
		return nil, err
	}
	if r, err := h.repeat(ctx, caller, s.Raw); r != nil || err != nil {
		return r, err
	}
	if err := h.onTime(); err != nil {
		return nil, err
	}
	a, err := h.checked(ctx, caller, s)
	if err != nil {
		return nil, err
	}
	receipt, err := h.Store.Accept(ctx, a)
	if err != nil {
		return nil, err
	}
	receipt.Warnings = receipt.Message.told()
	receipt.Recalled, err = h.recalled(ctx, receipt.Message)
	return receipt, err
}

// Validate runs every check of Submit that needs no write, and stores nothing, not even a refusal.
func (h *Hub) Validate(ctx context.Context, s Submission) (*Checked, error) {
	caller, err := h.caller(s.Caller)
	if err != nil {
		return nil, err
	}
	a, err := h.checked(ctx, caller, s)
	if err != nil {
		return nil, err
	}
	m, err := h.warned(ctx, a.Message, a.Now)
	if err != nil {
		return nil, err
	}
	return &Checked{Message: m, Warnings: m.told()}, nil
}

// repeat finds the receipt of bytes accepted before from one of those the caller may send for. It comes before
// verification: what was accepted once is not judged again.
func (h *Hub) repeat(ctx context.Context, caller Agency, raw []byte) (*Receipt, error) {
	digest := Digest(sha256.Sum256(raw))
	for _, sender := range h.sendersOf(caller) {
		r, err := h.Store.Accepted(ctx, sender, digest)
		if err == nil {
			r.Warnings = r.Message.told()
			r.Recalled, err = h.recalled(ctx, r.Message)
			return r, err
		}
		if KindOf(err) != NotFound {
			return nil, err
		}
	}
	return nil, nil
}

// check holds the rules of the door, from the cheapest to the dearest that depends on it. It writes nothing.
func (h *Hub) check(ctx context.Context, caller Agency, s Submission) (*Acceptance, error) {
	now := h.now()
	v, err := signing.Verify(ctx, s.Raw, signing.Policy{
		At: now, Anchors: h.Anchors, Pinned: h.pinned(caller, now), LegacySHA1Until: caller.LegacySHA1Until,
		CertificatePolicies: h.Policies,
		Unsigned:            true, // whether this sender may is decided below, when it is known what it sends
	})
	if err != nil {
		return nil, refusedSignature(err)
	}
	e, err := h.Rules.Parse(v)
	if err != nil {
		return nil, refusedEnvelope(err)
	}
	sender, err := h.sender(caller, e, now)
	if err != nil {
		return nil, err
	}
	if err := signed(sender, e, v, now); err != nil {
		return nil, err
	}
	judgement, err := h.judge(v.Chain(), now)
	if err != nil {
		return nil, err
	}
	a, err := h.acceptance(ctx, s, sender, e, v, now)
	if err != nil {
		return nil, err
	}
	a.attest(judgement)
	a.Message.Remarks = e.Warnings
	return a, nil
}

// signed says whether the signature is what this sender owes: a document is signed with a certificate enrolled for its
// From, unless the agency may send unsigned ones; a status needs none, but one that is there must be the sender's own.
func signed(sender Agency, e *envelope.Envelope, v *signing.Verified, now time.Time) error {
	if v.Outcome() == signing.Unsigned {
		if e.Status != nil || sender.AcceptUnsigned {
			return nil
		}
		return &Error{Kind: Unsigned, Detail: "the document has no signature, and documents of " + string(sender.ID) + " must be signed",
			VI: "Văn bản chưa được ký số; văn bản của " + string(sender.ID) + " phải được ký số."}
	}
	if sender.Signs(v.Certificate(), now) {
		return nil
	}
	return &Error{Kind: ForeignCert, Detail: "the signer's certificate is not enrolled for " + string(sender.ID),
		VI:     "Chứng thư số của chữ ký chưa được đăng ký cho " + string(sender.ID) + ".",
		Values: map[string]string{"certificate": Certificate{DER: v.Certificate().Raw}.Fingerprint(), "from": string(sender.ID)}}
}

func (h *Hub) acceptance(ctx context.Context, s Submission, sender Agency, e *envelope.Envelope, v *signing.Verified, now time.Time) (*Acceptance, error) {
	a := &Acceptance{Message: message(sender, e, v), Body: s.Raw, IdempotencyKey: s.IdempotencyKey, Basis: s.basis, Now: now}
	a.Message.Caller, a.Message.Credential = s.Caller.Agency, s.Caller.Credential
	if s.Want != "" && s.Want != a.Message.Class {
		return nil, &Error{Kind: BadEnvelope, Detail: fmt.Sprintf("this is a %s, and only a %s is taken here", a.Message.Class, s.Want),
			VI: fmt.Sprintf("Tệp này là %s, ở đây chỉ nhận %s.", classVI(a.Message.Class), classVI(s.Want))}
	}
	var err error
	if e.Status != nil {
		err = h.addressStatus(ctx, a, sender, e, s.named)
	} else {
		err = h.addressDocument(ctx, a, s.Caller, e)
	}
	if err != nil {
		return nil, err
	}
	a.Entry.Actor, a.Entry.Credential = s.Caller.Actor(), s.Caller.Credential
	return a, nil
}

// addressDocument resolves the addressees, makes one delivery for each, and finds what the document acts on.
func (h *Hub) addressDocument(ctx context.Context, a *Acceptance, c Caller, e *envelope.Envelope) error {
	to, err := h.addressees(e.To, c.Test, a.Now)
	if err != nil {
		return err
	}
	a.Identity = a.Message.Identity()
	h.deliver(a, to)
	if err := h.linkDocument(ctx, a, e); err != nil {
		return err
	}
	a.DelayNotice = h.delayNotice(a.Message, a.Now)
	a.Entry = acceptedEntry(a.Message, translog.Accepted)
	if e.Kind() == envelope.New {
		return nil
	}
	return a.describe(map[string]string{"reason": e.Business.Reason, "staff": e.Business.Staff.Staff})
}

func classVI(c Class) string {
	if c == ClassDocument {
		return "văn bản"
	}
	return "trạng thái"
}

func message(sender Agency, e *envelope.Envelope, v *signing.Verified) Message {
	m := Message{
		ID: NewMessageID(), Class: ClassDocument, Kind: e.Kind(), Sender: sender.ID,
		DocumentID: e.DocumentID, Code: e.Code.String(), Date: e.Promulgation.Date,
		TypeName: e.Type.Name, Subject: e.Subject, Priority: e.Other.Priority, DueDate: e.DueDate, DueAt: e.DueAt.UTC(),
		Digest: v.Digest(), Size: int64(len(v.Raw())), Attachments: len(e.Attachments), Signature: v.Outcome(), Algorithm: v.Algorithm(),
	}
	if e.Status != nil {
		m.Class = ClassStatus
	}
	if at, told := v.SigningTime(); told {
		m.SignedAt = at.UTC()
	}
	if c := v.Certificate(); c != nil {
		m.Certificate = Certificate{DER: c.Raw}.Fingerprint()
	}
	return m
}

// acceptedEntry is the log's word of an acceptance; the store completes time, digest, size and addressees.
func acceptedEntry(m Message, t translog.Type) translog.Entry {
	e := translog.Entry{
		V: translog.Schema, Type: t, Actor: "hub",
		Message: string(m.ID), Document: strings.TrimSpace(m.DocumentID), Sender: string(m.Sender),
		Kind: string(m.Class), Signature: string(m.Signature), Cert: m.Certificate,
	}
	for _, l := range m.About {
		e.Relation = string(l.Relation)
		e.About = append(e.About, string(l.Message))
	}
	return e
}

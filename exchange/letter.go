package exchange

import (
	"bytes"
	"context"
	"crypto/x509"
	"io"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// A Letter is a stored document as people read it: its bytes checked against the digest of the receipt, verified as of
// the acceptance and parsed anew.
type Letter struct {
	Message Message
	// Envelope is nil where the bytes no longer pass for a signed document: an anchor was taken away. It holds slices of
	// the body.
	Envelope *envelope.Envelope
	// Signer is the certificate of who signed; nil for an unsigned document.
	Signer *x509.Certificate
	// Doubt says why Envelope is nil.
	Doubt error
}

// Letter reads a document with its attachments. Whoever reads is treated as by [Hub.Content]: reading is exposure, and
// an operator gives a reason. It takes memory for the whole body, for which the caller has made room.
func (h *Hub) Letter(ctx context.Context, c Caller, id MessageID, reason string) (Letter, error) {
	m, body, err := h.Content(ctx, c, id, reason)
	if err != nil {
		return Letter{}, err
	}
	defer body.Close()
	raw := bytes.NewBuffer(make([]byte, 0, m.Size+bytes.MinRead))
	if _, err := io.Copy(raw, body); err != nil {
		return Letter{}, err
	}
	leave, err := h.checking.enter(ctx, c.Agency)
	if err != nil {
		return Letter{}, err
	}
	defer leave()
	return h.letter(ctx, m, raw.Bytes()), nil
}

// letter holds what was accepted against the rules it was accepted by.
func (h *Hub) letter(ctx context.Context, m Message, raw []byte) Letter {
	l := Letter{Message: m}
	v, err := signing.Verify(ctx, raw, signing.Policy{At: m.AcceptedAt, Anchors: h.Anchors,
		LegacySHA1Until: m.AcceptedAt.Add(time.Nanosecond), Unsigned: true})
	if err != nil {
		l.Doubt = err
		return l
	}
	l.Signer = v.Certificate()
	l.Envelope, l.Doubt = h.Rules.Parse(v)
	if l.Doubt != nil {
		l.Envelope = nil
	}
	return l
}

// takeRounds bounds one Take: what is left comes with the next.
const takeRounds = 10

// Take takes everything that waits for the caller's agency into the console, where clerks read it: handed out and
// acknowledged in the agency's name, so that the sender gets status 01. With nothing there it waits for the first, as Lease
// does, and asks still as that does. It returns how many documents there were.
func (h *Hub) Take(ctx context.Context, c Caller, wait time.Duration, still func() error) (n int, err error) {
	for range takeRounds {
		got, err := h.Lease(ctx, c, Ask{Max: h.Limits.LeaseMax, Wait: wait, Still: still})
		wait = 0
		if err != nil || len(got) == 0 {
			return n, err
		}
		taken := context.WithoutCancel(ctx) // a page that is closed meanwhile must not keep from the next what was handed out
		for _, d := range got {
			if _, err := h.Ack(taken, c, d.Delivery.ID, d.Token); err != nil {
				return n, err
			}
			if d.Delivery.Class == ClassDocument {
				n++
			}
		}
	}
	return n, nil
}

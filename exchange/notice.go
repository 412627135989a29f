package exchange

import (
	"context"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A notice is what the hub itself writes to the sender when a delivery of a document ends: 01 when the document was
// taken, otherwise that it was given up. Notices about statuses and notices would never end: there are none.
func (h *Hub) notice(d Delivery, m Message, delivered bool, reason string, now time.Time) (*Acceptance, error) {
	if d.Class != ClassDocument {
		return nil, nil
	}
	if delivered {
		return h.arrival(d, m, now)
	}
	return h.givenUp(d, m, reason, now)
}

// arrival is status 01 in the addressee's name.
func (h *Hub) arrival(d Delivery, m Message, now time.Time) (*Acceptance, error) {
	e := envelope.NewStatus(h.party(d.named()), cite(m), envelope.Arrived, "Trục Liên Thông: văn bản đã được chuyển tới nơi nhận", envelope.Staff{}, now)
	a, err := hubWritten(e, d.Addressee, ClassStatus, now)
	if err != nil {
		return nil, err
	}
	return a, h.report(a, d, e)
}

// DeadLetterCode is the ErrorList code of the notice that a document was given up.
const DeadLetterCode = "LT.DeadLettered"

func (h *Hub) givenUp(d Delivery, m Message, reason string, now time.Time) (*Acceptance, error) {
	text := "Không chuyển được văn bản tới " + string(d.named()) + " (" + ReasonText(reason) + "). Người vận hành trục có thể gửi lại."
	e := envelope.NewNotice(h.Own, cite(m), DeadLetterCode, text, now)
	a, err := hubWritten(e, h.Own.OrganID, ClassNotice, now)
	if err != nil {
		return nil, err
	}
	h.addressNotice(a, m, now)
	a.Entry = acceptedEntry(a.Message, translog.Accepted)
	a.Entry.Delivery = string(d.ID)
	return a, nil
}

// hubWritten is the frame of a message that the hub writes: built, and read back by the same verifier as everything
// that is routed (P4).
func hubWritten(e *envelope.Envelope, sender AgencyID, class Class, now time.Time) (*Acceptance, error) {
	raw, err := envelope.Build(e)
	if err != nil {
		return nil, err
	}
	v, err := signing.Verify(context.Background(), raw, signing.Policy{At: now, Unsigned: true})
	if err != nil {
		return nil, err
	}
	a := &Acceptance{Message: message(Agency{ID: sender}, e, v), Body: raw, Now: now}
	a.Message.Class = class
	return a, nil
}

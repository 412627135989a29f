package exchange

import (
	"context"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A notice is what the hub itself writes to the sender when a delivery of a document ends: 01 when the document was
// taken, otherwise that it was given up. Notices about statuses and notices would never end: there are none. Of a recall
// only the failure is told: a 01 would be read as one of the document, and its arrival is answered by 15 or 16.
func (h *Hub) notice(d Delivery, m Message, delivered bool, reason string, now time.Time) (*Acceptance, error) {
	recall := isRecall(m)
	switch {
	case d.Class != ClassDocument && !recall, recall && delivered:
		return nil, nil
	case delivered:
		return h.arrival(d, m, now)
	}
	return h.givenUp(d, m, reason, now)
}

func isRecall(m Message) bool {
	return m.Kind == envelope.Recall || m.Report != nil && m.Report.Code.FromSender()
}

// arrival is status 01 in the addressee's name.
func (h *Hub) arrival(d Delivery, m Message, now time.Time) (*Acceptance, error) {
	e := envelope.NewStatus(h.party(d.named()), cite(m), envelope.Arrived, "Trục Liên Thông: "+called(m)+" đã được chuyển tới nơi nhận", envelope.Staff{}, now)
	a, err := hubWritten(e, d.Addressee, ClassStatus, now)
	if err != nil {
		return nil, err
	}
	return a, h.report(a, d, e)
}

// called names what was sent. What shares its DocumentId with an earlier document has the hub's id as well: the file cites both
// alike.
func called(m Message) string {
	switch {
	case isRecall(m):
		return "yêu cầu thu hồi " + string(m.ID)
	case m.Kind == envelope.Update:
		return "bản cập nhật " + string(m.ID)
	}
	return "văn bản"
}

// The ErrorList codes of notices.
const (
	DeadLetterCode = "LT.DeadLettered" // a document was given up
	LapseCode      = "LT.RecallLapsed" // an addressee did not answer a recall in time
)

func (h *Hub) givenUp(d Delivery, m Message, reason string, now time.Time) (*Acceptance, error) {
	text := "Không chuyển được " + called(m) + " tới " + string(d.named()) + " (" + ReasonText(reason) + "). Người vận hành trục có thể gửi lại."
	return h.told(d, m, DeadLetterCode, text, now)
}

func (h *Hub) lapsed(d Delivery, m Message, now time.Time) (*Acceptance, error) {
	text := string(d.named()) + " chưa trả lời yêu cầu thu hồi trong thời hạn. Văn bản đã được chuyển tới nơi nhận; hãy liên hệ trực tiếp, hoặc gửi lại yêu cầu thu hồi."
	return h.told(d, m, LapseCode, text, now)
}

// told is a notice to the sender of m about its delivery d.
func (h *Hub) told(d Delivery, m Message, code, text string, now time.Time) (*Acceptance, error) {
	e := envelope.NewNotice(h.Own, cite(m), code, text, now)
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
	raw, err := built(e)
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

package exchange

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// DelayedCode is the ErrorList code of the notice that a document has not reached everybody in time. The hub goes on
// trying; what it gives up has a notice of its own.
const DelayedCode = "LT.Delayed"

// delayNotice is when the sender of a document is told that somebody has not got it: after the time of its urgency, and
// for a document that has an hour to arrive by not later than that hour.
func (h *Hub) delayNotice(m Message, now time.Time) time.Time {
	if m.Class != ClassDocument {
		return time.Time{}
	}
	c := h.Store.Calendar()
	after := byPriority(h.Limits.DelayNotice, m.Priority).After(c, now)
	hour := Hour(c, m)
	if hour.IsZero() || after.IsZero() {
		return after
	}
	return later(sooner(after, hour), now)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// TellDelays tells the senders of documents that have not reached everybody after the time of their urgency, each once;
// it returns how many. Nothing to tell: no write. What has arrived meanwhile is passed over, and so is what fails, of which
// the error tells.
func (h *Hub) TellDelays(ctx context.Context) (int, error) {
	return rounds(ctx, h.now(), h.Store.Delayed, h.tellDelay)
}

func (h *Hub) tellDelay(ctx context.Context, id MessageID) error {
	m, err := h.Store.Message(ctx, id)
	if err != nil {
		return err
	}
	ds, err := h.Store.DeliveriesOf(ctx, id)
	if err != nil {
		return err
	}
	now := h.now()
	notice, err := h.delayed(m, waiting(ds), now)
	if err != nil {
		return err
	}
	return h.Store.TellDelay(ctx, id, now, notice)
}

func waiting(ds []Delivery) (to []string) {
	for _, d := range ds {
		if !d.State.Final() {
			to = append(to, string(d.Addressee))
		}
	}
	return to
}

// namedDelays is how many addressees a notice names; the sender sees all of them in the document.
const namedDelays = 20

func (h *Hub) delayed(m Message, to []string, now time.Time) (*Acceptance, error) {
	more := ""
	if len(to) > namedDelays {
		more = fmt.Sprintf(" và %d nơi khác", len(to)-namedDelays)
		to = to[:namedDelays]
	}
	text := "Chưa chuyển được văn bản tới " + strings.Join(to, ", ") + more + ". Trục vẫn tiếp tục chuyển; nếu gấp, hãy liên hệ nơi nhận."
	a, err := hubWritten(envelope.NewNotice(h.Own, cite(m), DelayedCode, text, now), h.Own.OrganID, ClassNotice, now)
	if err != nil {
		return nil, err
	}
	h.addressNotice(a, m, now)
	a.Entry = acceptedEntry(a.Message, translog.Accepted)
	a.Entry.Code = DelayedCode
	return a, nil
}

// addressNotice sends a notice of the hub to the sender of the document that it is about.
func (h *Hub) addressNotice(a *Acceptance, about Message, now time.Time) {
	m := &a.Message
	m.DocumentID, m.Code, m.Date, m.Priority = about.DocumentID, about.Code, about.Date, about.Priority
	h.deliver(a, []addressed{h.reach(about.Sender, now)})
}

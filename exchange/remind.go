package exchange

import (
	"context"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// MostReminded is how many addressees one call reminds.
const MostReminded = 100

// reminderPause lies between two reminders about one delivery, in opening hours: half a working day.
const reminderPause = calendar.Span(4 * time.Hour)

// AwaitsAcceptance reports whether the sender may remind the addressee: it has taken the document or opened it, and
// nothing was said of it yet. An addressee that an attempt may not have reached is told nothing (P7).
func AwaitsAcceptance(m Message, d Delivery) bool {
	has := d.State == Delivered || d.ExposedBy == ByReading && d.State != Withdrawn
	silent := d.Processing == "" || d.Processing == envelope.Arrived
	asks := m.Kind == envelope.Recall || m.Kind == envelope.Update && len(m.About) > 0 // those are agreed to, not accepted
	return has && silent && !asks && !d.Recall.Open()
}

// Reminded is when each delivery was last reminded of, by the log's entries about the document.
func Reminded(records []LogRecord) map[DeliveryID]time.Time {
	last := make(map[DeliveryID]time.Time)
	for _, r := range records {
		if r.Entry.Type == translog.Reminded {
			last[DeliveryID(r.Entry.Delivery)] = r.Entry.Time
		}
	}
	return last
}

// RemindFrom is from when on an addressee may be reminded again that was at last; zero where it never was.
func RemindFrom(c calendar.Calendar, last time.Time) time.Time {
	if last.IsZero() {
		return last
	}
	return c.Worked(last, reminderPause)
}

// Remind reminds addressees of the caller's own document that they have not accepted it: an entry of the log for each,
// which the addressee reads too. All are reminded, or on a refusal nobody: NotFound for what is not the caller's, Conflict
// for an addressee that does not have the document, has answered, or was reminded less than half a working day ago.
// Of several calls at once about a delivery one reminds.
func (h *Hub) Remind(ctx context.Context, c Caller, id MessageID, whom []DeliveryID) error {
	if len(whom) == 0 || len(whom) > MostReminded {
		return &Error{Kind: BadRequest, Path: "/deliveries", Detail: "1 to 100 addressees are reminded at once", VI: "Mỗi lần nhắc từ 1 đến 100 nơi nhận."}
	}
	m, err := h.Store.Message(ctx, id)
	if err != nil {
		return hidden(err, "document", string(id))
	}
	if !sentBy(m, c) {
		return noSuch("document", string(id))
	}
	h.reminding.Lock()
	defer h.reminding.Unlock()
	entries, err := h.reminders(ctx, c, m, whom)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := h.Store.Append(ctx, e, nil); err != nil {
			return err
		}
	}
	return nil
}

// reminders are the entries that remind, each addressee once.
func (h *Hub) reminders(ctx context.Context, c Caller, m Message, whom []DeliveryID) (all []translog.Entry, err error) {
	ds, err := h.Store.DeliveriesOf(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	records, err := h.Store.EntriesOf(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	last, now := Reminded(records), h.now()
	whom = slices.Clone(whom)
	slices.Sort(whom)
	for _, id := range slices.Compact(whom) {
		i := slices.IndexFunc(ds, func(d Delivery) bool { return d.ID == id })
		if i < 0 {
			return nil, noSuch("delivery", string(id))
		}
		if err := remindable(m, ds[i], RemindFrom(h.Calendar(), last[id]), now); err != nil {
			return nil, err
		}
		all = append(all, reminder(ds[i], c, now))
	}
	return all, nil
}

func remindable(m Message, d Delivery, from, now time.Time) error {
	switch {
	case !AwaitsAcceptance(m, d):
		return &Error{Kind: Conflict, Detail: "the addressee of delivery " + string(d.ID) + " has nothing to accept",
			VI: string(d.Addressee) + " chưa lấy văn bản hoặc đã trả lời nên không nhắc được."}
	case now.Before(from):
		return &Error{Kind: Conflict, Detail: "the addressee of delivery " + string(d.ID) + " was reminded less than half a working day ago",
			VI: string(d.Addressee) + " vừa được nhắc. Mỗi nơi nhận chỉ được nhắc một lần trong nửa ngày làm việc."}
	}
	return nil
}

// reminder says nothing of how far the delivery is: that may change before the entry is in the log.
func reminder(d Delivery, c Caller, now time.Time) translog.Entry {
	e := entryFor(d, translog.Reminded, now)
	e.Actor, e.Credential = c.Actor(), c.Credential
	e.Result, e.Code, e.Attempt = "", "", 0
	return e
}

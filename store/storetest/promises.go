package storetest

import (
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// longest is the most that a step of a walk puts a delivery off by: a lease extended by an hour.
const longest = time.Hour

// promised says what of P6 and P7 does not hold after a step; empty where all does.
func (m *model) promised() string {
	for _, d := range m.deliveries {
		if broken := m.restless(d); broken != "" {
			return broken + ": " + string(d.ID)
		}
		if broken := recalledOnce(d); broken != "" {
			return broken + ": " + string(d.ID)
		}
		if broken := m.answeredOnce(d); broken != "" {
			return broken + ": " + string(d.ID)
		}
	}
	return ""
}

// restless is P6: no delivery stays in an in-between state longer than one lease. What has not ended is due, or falls due
// within that, or what it waits for does; what was given up can be sent again, unless its recall forbids it.
func (m *model) restless(d exchange.Delivery) string {
	switch {
	case d.State == exchange.DeadLettered:
		if _, _, err := exchange.Requeue(d, exchange.Caller{Operator: "an"}, m.now, m.now); (err == nil) == d.Recall.Open() {
			return "a dead letter that cannot be sent again, or can though its recall is open"
		}
		return ""
	case d.State.Final():
		return ""
	case d.Leased && d.Behind != "":
		return "handed out, and yet it waits for another"
	}
	for range m.order {
		if d.Behind == "" {
			break
		}
		if d = m.deliveries[d.Behind]; d.State.Final() {
			return "waits for what has ended"
		}
	}
	switch {
	case d.Behind != "":
		return "waits for itself"
	case !exchange.Leasable(d, later(m.now, d.Due)):
		return "will never be handed out"
	case d.Due.After(m.now.Add(longest)):
		return "put off for longer than a lease"
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// recalledOnce is P7: withdrawn and never seen, or seen and asked for.
func recalledOnce(d exchange.Delivery) string {
	gone := d.State == exchange.Withdrawn
	switch r := d.Recall; {
	case gone && d.Exposed():
		return "withdrawn, though its addressee may have seen it"
	case gone && d.Leased:
		return "withdrawn, and yet handed out"
	case (r.State == exchange.RecallWithdrawn) != (gone && d.Reason == "recalled" && r.Message != ""):
		return "recalled both ways"
	case r.State == exchange.RecallAsked && exchange.Stands(d) != exchange.Seen && !d.Refused:
		return "asked for where nobody has seen it"
	case r.State == exchange.RecallAgreed && (gone || !d.Exposed()):
		return "cancelled by who has never seen it"
	case r.State == exchange.RecallAsked && r.Until.IsZero():
		return "asked for without an end"
	}
	return ""
}

// answeredOnce is what an addressee is asked about by one recall: it gets that recall, and its answer is the answer for all
// of it.
func (m *model) answeredOnce(d exchange.Delivery) string {
	if d.Recall.State != exchange.RecallAsked {
		return ""
	}
	for _, o := range m.beside(d) {
		if o.Recall.Message == d.Recall.Message && (o.Recall.State == exchange.RecallAgreed || o.Recall.State == exchange.RecallDeclined) {
			return "asked about, though the recall was answered at its addressee"
		}
	}
	for _, id := range m.order {
		r := m.deliveries[id]
		if r.Message == d.Recall.Message && r.State != exchange.Withdrawn && slices.Contains(m.asksAbout(r), d.ID) {
			return ""
		}
	}
	return "asked for by a recall that its addressee does not get"
}

// asksAbout are the deliveries that the delivery of a recall is about.
func (m *model) asksAbout(r exchange.Delivery) (ids []exchange.DeliveryID) {
	for _, root := range exchange.Follows(r, m.message(r.Message)) {
		for _, d := range m.parts(root) {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// told fails the walk unless the log tells the sender of every end, the last one as it stands: nothing is dropped in
// silence.
func (w *walk) told() {
	ends := map[translog.Type]exchange.State{translog.Delivered: exchange.Delivered, translog.Acknowledged: exchange.Delivered,
		translog.Withdrawn: exchange.Withdrawn, translog.DeadLettered: exchange.DeadLettered, translog.Requeued: "", translog.Redirected: ""}
	last := map[string]translog.Entry{}
	for _, r := range w.h.log() {
		if _, ends := ends[r.Entry.Type]; ends {
			last[r.Entry.Delivery] = r.Entry
		}
	}
	for id, d := range w.m.deliveries {
		want := d.State
		if !want.Final() {
			want = ""
		}
		e := last[string(id)]
		if ends[e.Type] != want || want != "" && !slices.Contains(exchange.Concerns(e), d.Sender) {
			w.Fatalf("delivery %s is %s, and the last that the log tells its sender %s is %q", id, d.State, d.Sender, e.Type)
		}
	}
}

// drain fails the walk unless every delivery ends when its addressee takes what it is handed.
func (w *walk) drain() {
	now := w.m.now
	for range len(w.m.order) + 1 {
		now = now.Add(2 * longest)
		handed := 0
		for _, agency := range everybody {
			ls, err := w.h.Lease(w.h.ctx, exchange.LeaseRequest{Agency: agency, Now: now, Until: now.Add(time.Minute), Max: 100})
			if err != nil {
				w.Fatalf("lease: %v", err)
			}
			handed += len(ls)
			together(len(ls), func(i int) {
				if _, err := w.h.Settle(w.h.ctx, exchange.Settlement{Delivery: ls[i].Delivery.ID, Attempt: ls[i].Delivery.Attempt, Outcome: delivered, Now: now}); err != nil {
					w.Errorf("settle: %v", err)
				}
			})
		}
		if handed == 0 {
			break
		}
	}
	for id := range w.m.deliveries {
		if d, err := w.h.Delivery(w.h.ctx, id); err != nil || !d.State.Final() {
			w.Fatalf("everything was taken that was handed out, and this did not end: %+v (%v)", d, err)
		}
	}
}

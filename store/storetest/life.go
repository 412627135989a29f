package storetest

import (
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// The ends of a delivery's life, and its second one.
var lifeCases = []check{
	{"what is overdue is listed, and nothing else", overdue},
	{"an overdue delivery ends with a notice", expired},
	{"a delivery that is not overdue is not ended", func(h *hub) {
		d := h.accept(h.document(office, commune))
		h.pass(lifetime - time.Second)
		h.unexpired(d.ID, "before its deadline")
		h.lease(commune)
		h.pass(2 * time.Second)
		h.unexpired(d.ID, "within its lease")
		must(h.acknowledge(d.ID, commune, 1))(h)
		h.pass(lifetime)
		h.unexpired(d.ID, "after its delivery")
		_, err := h.Expire(h.ctx, exchange.NewDeliveryID(), h.now, nil)
		h.refused(err, exchange.NotFound, "expiring nothing")
	}},
	{"a dead letter is sent again", requeued},
	{"only a dead letter is sent again", func(h *hub) {
		d := h.accept(h.document(office, commune))
		refuse := func(what string) {
			h.Helper()
			h.writes(0, "a refused requeue", func() {
				_, err := h.Requeue(h.ctx, d.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), h.side("vì sao"))
				h.refused(err, exchange.Conflict, "requeueing "+what)
			})
		}
		refuse("what waits")
		h.lease(commune)
		refuse("what is handed out")
		must(h.acknowledge(d.ID, commune, 1))(h)
		refuse("what is delivered")
		_, err := h.Requeue(h.ctx, exchange.NewDeliveryID(), exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil)
		h.refused(err, exchange.NotFound, "requeueing nothing")
	}},
}

func (h *hub) unexpired(id exchange.DeliveryID, when string) {
	h.Helper()
	note := h.notice(h.delivery(id))
	h.writes(0, "a refused expiry", func() {
		_, err := h.Expire(h.ctx, id, h.now, note)
		h.refused(err, exchange.Conflict, "expiry "+when)
	})
	h.absent(note)
}

func overdue(h *hub) {
	var ids []exchange.DeliveryID
	for i := range 5 {
		a := h.document(office, commune)
		a.Deliveries[0].Deadline = h.now.Add(time.Duration(i) * time.Hour)
		h.accept(a)
		ids = append(ids, a.Deliveries[0].ID)
	}
	expect := func(limit int, want ...exchange.DeliveryID) {
		h.Helper()
		var got []exchange.DeliveryID
		for _, d := range listed(h.Overdue(h.ctx, h.now, "", limit))(h) {
			got = append(got, d.ID)
		}
		slices.Sort(got)
		want = slices.Clone(want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			h.Errorf("overdue are %v, want %v", got, want)
		}
	}
	expect(10, ids[0])
	h.pass(2 * time.Hour)
	expect(10, ids[:3]...)
	if got := listed(h.Overdue(h.ctx, h.now, "", 2))(h); len(got) != 2 {
		h.Errorf("%d listed, want the 2 asked for", len(got))
	}
	for limit := 1; limit <= 4; limit++ {
		var paged []exchange.DeliveryID
		for _, d := range must(inPages(h, h.now, limit, h.Overdue))(h) {
			paged = append(paged, d.ID)
		}
		if !slices.Equal(paged, ids[:3]) {
			h.Errorf("in pages of %d: %v, want %v", limit, paged, ids[:3])
		}
	}
	_, _, err := h.Overdue(h.ctx, h.now, "no cursor!", 1)
	h.refused(err, exchange.BadRequest, "a cursor that is none")
	must(h.Expire(h.ctx, ids[1], h.now, nil))(h)
	expect(10, ids[0], ids[2])
	h.reopen()
	expect(10, ids[0], ids[2])
}

func expired(h *hub) {
	for _, to := range []exchange.AgencyID{commune, ward} {
		d := h.accept(h.document(office, to))
		h.pass(lifetime)
		note, at := h.notice(d), h.size()
		got := must(h.Expire(h.ctx, d.ID, h.now, note))(h)
		if got.State != exchange.DeadLettered || got.Reason != "lifetime" || !same(h.delivery(d.ID), got) {
			h.Errorf("expired as %+v, want a dead letter", got)
		}
		h.stored(note)
		if e := must(h.Entry(h.ctx, at))(h).Entry; e.Type != translog.DeadLettered || h.size() != at+2 {
			h.Errorf("%d entries, the first %s; want the dead-lettering and the notice", h.size()-at, e.Marshal())
		}
		_, err := h.Expire(h.ctx, d.ID, h.now, nil)
		h.refused(err, exchange.Conflict, "expiring twice")
		if ls := h.leases(to, 1); len(ls) != 0 {
			h.Error("a dead letter is handed out")
		}
	}
}

func requeued(h *hub) {
	h.accept(h.document(office, ward))
	dead := h.deadLetter(ward)
	h.pass(time.Hour)
	side := h.side("đã sửa kết nối")
	var d exchange.Delivery
	h.writes(1, "a requeue", func() {
		d = must(h.Requeue(h.ctx, dead.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), side))(h)
	})
	if d.State != exchange.Queued || d.Failures != 0 || d.Attempt != 1 || !same(h.delivery(d.ID), d) {
		h.Errorf("requeued as %+v, want queued, attempt 1 kept, no failures", d)
	}
	rec := must(h.Entry(h.ctx, h.size()-1))(h)
	if rec.Entry.Type != translog.Requeued || rec.Entry.Actor != "operator:an" || rec.Side == nil || rec.Side.Hash() != side.Hash() {
		h.Errorf("logged as %+v, want the operator's act with its reason", rec)
	}
	h.reopen()
	if l := h.lease(ward); l.Delivery.Attempt != 2 {
		h.Errorf("handed out as attempt %d, want 2", l.Delivery.Attempt)
	}
	h.pass(lifetime - time.Second)
	if got := listed(h.Overdue(h.ctx, h.now, "", 1))(h); len(got) != 0 {
		h.Error("overdue by its first deadline")
	}
}

// What a status says is applied in the step that accepts it.
var reportCases = []check{
	{"a status is applied when accepted", func(h *hub) {
		d := h.handedOut()
		for _, code := range []envelope.StatusCode{envelope.Arrived, envelope.Accepted, envelope.Completed} {
			h.pass(time.Minute)
			a := h.status(d, code)
			h.writes(1, "a status", func() { h.accept(a) })
			h.reopen()
			if got := h.delivery(d.ID); got.Processing != code || !got.ProcessingAt.Equal(h.now) || got.State != d.State {
				h.Errorf("became %+v, want %s now and no other transport state", got, code)
			}
			h.stored(a)
		}
		if m := must(h.Message(h.ctx, d.Message))(h); m.Report != nil {
			h.Errorf("the document reports %+v", m.Report)
		}
	}},
	{"a status that is not permitted is not accepted", func(h *hub) {
		d := h.handedOut()
		h.accept(h.status(d, envelope.Refused))
		refused := h.delivery(d.ID)
		if !refused.Refused {
			h.Errorf("became %+v, want refused", refused)
		}
		unknown := d
		unknown.ID = exchange.NewDeliveryID()
		other := d
		other.Addressee = district
		for what, test := range map[string]struct {
			a    *exchange.Acceptance
			want exchange.Kind
		}{
			"a status after a refusal":        {h.status(d, envelope.Completed), exchange.Conflict},
			"a status of an unknown delivery": {h.status(unknown, envelope.Accepted), exchange.NotFound},
			"another agency's status":         {h.status(other, envelope.Accepted), exchange.NotFound},
		} {
			h.writes(0, what, func() {
				_, err := h.Accept(h.ctx, test.a)
				h.refused(err, test.want, what)
			})
			h.absent(test.a)
		}
		if got := h.delivery(d.ID); !same(got, refused) {
			h.Errorf("became %+v, want %+v", got, refused)
		}
	}},
	{"of statuses that rest on the same, one is accepted", func(h *hub) {
		d := h.handedOut()
		h.accept(h.status(d, envelope.Arrived)) // by the hub: nobody's word
		codes := []envelope.StatusCode{envelope.Accepted, envelope.Refused, envelope.Processing}
		said := make([]*exchange.Acceptance, 3*len(codes))
		for i := range said {
			said[i] = h.status(d, codes[i%len(codes)])
			said[i].Basis = &exchange.Basis{Delivery: d.ID, Stood: d.Stood()}
		}
		h.oneOf(said, "nine statuses at once")
		last := h.status(d, envelope.Refused)
		h.accept(last) // one that rests on nothing
		again := h.resubmitted(last)
		again.Basis = &exchange.Basis{Delivery: d.ID, Stood: d.Stood()}
		if r := must(h.Accept(h.ctx, again))(h); !r.Repeat {
			h.Error("the same bytes do not get their receipt because of what they rest on")
		}
	}},
	{"a status goes to the sender like a document", func(h *hub) {
		d := h.handedOut()
		a := h.status(d, envelope.Accepted)
		h.accept(a)
		if l := h.lease(office); l.Message.ID != a.Message.ID || l.Message.Report == nil || l.Message.Report.Delivery != d.ID {
			h.Errorf("the sender is handed %+v, want the status", l.Message)
		}
	}},
	{"a notice may report too", func(h *hub) {
		d := h.handedOut()
		note := h.status(d, envelope.Arrived)
		note.Message.Class = exchange.ClassNotice
		must(h.Acknowledge(h.ctx, exchange.Acknowledgement{Delivery: d.ID, Addressee: commune, Attempt: 1, Now: h.now, Notice: note}))(h)
		if got := h.delivery(d.ID); got.State != exchange.Delivered || got.Processing != envelope.Arrived {
			h.Errorf("became %+v, want delivered and arrived", got)
		}
	}},
}

// handedOut is a delivery to the commune that has been leased.
func (h *hub) handedOut() exchange.Delivery {
	h.Helper()
	h.accept(h.document(office, commune))
	return h.lease(commune).Delivery
}

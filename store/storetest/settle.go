package storetest

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

var settleCases = []check{
	{"each outcome gives its state and one entry", settledEachWay},
	{"a superseded attempt changes nothing", settledTooLate},
	{"a lease that ran out still settles while nobody else has it", func(h *hub) {
		h.accept(h.document(office, ward))
		l := h.lease(ward)
		h.pass(time.Hour)
		if d := must(h.settle(l, delivered))(h); d.State != exchange.Delivered {
			h.Errorf("settled as %s, want %s", d.State, exchange.Delivered)
		}
	}},
	{"the notice is accepted when the delivery ends, and only then", settledWithNotice},
	{"the words of an outcome lie beside the log", func(h *hub) {
		h.accept(h.document(office, ward))
		l, side := h.lease(ward), h.side("connection refused by gateway.example")
		must(h.Settle(h.ctx, exchange.Settlement{Delivery: l.Delivery.ID, Attempt: 1, Now: h.now, Side: side,
			Outcome: exchange.Outcome{Result: exchange.ResultRetry, Reason: "dial", Detail: "text", RetryAt: h.now}}))(h)
		rec := must(h.Entry(h.ctx, h.size()-1))(h)
		if rec.Entry.Type != translog.Attempted || rec.Entry.Side != side.Hash() || rec.Side == nil || rec.Side.Hash() != side.Hash() {
			h.Errorf("logged as %+v, want the attempt with its side record", rec)
		}
	}},
	{"nothing there, nothing settled", func(h *hub) {
		_, err := h.Settle(h.ctx, exchange.Settlement{Delivery: exchange.NewDeliveryID(), Attempt: 1, Outcome: delivered, Now: h.now})
		h.refused(err, exchange.NotFound, "settling what is not there")
	}},
	{"of eight settlements of one attempt one counts", func(h *hub) {
		h.accept(h.document(office, ward))
		l := h.lease(ward)
		h.writes(1, "eight settlements", func() {
			together(8, func(int) { h.settle(l, delivered) })
		})
	}},
}

var delivered = exchange.Outcome{Result: exchange.ResultDelivered}

func settledEachWay(h *hub) {
	for _, test := range []struct {
		outcome exchange.Outcome
		state   exchange.State
		entry   translog.Type
	}{
		{delivered, exchange.Delivered, translog.Delivered},
		{exchange.Outcome{Result: exchange.ResultRetry, Reason: "http-503", RetryAt: h.now.Add(time.Hour)}, exchange.Queued, translog.Attempted},
		{exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "http-410"}, exchange.DeadLettered, translog.DeadLettered},
	} {
		h.accept(h.document(office, ward))
		l := h.lease(ward)
		var d exchange.Delivery
		h.writes(1, "a settlement", func() { d = must(h.settle(l, test.outcome))(h) })
		want, e, err := exchange.Settle(l.Delivery, exchange.Settlement{Delivery: l.Delivery.ID, Attempt: 1, Outcome: test.outcome, Now: h.now})
		if err != nil || !same(d, want) || !same(h.delivery(d.ID), want) || d.State != test.state {
			h.Errorf("%s: settled as %+v\nwant %+v (%v)", test.outcome.Result, d, want, err)
		}
		rec := must(h.Entry(h.ctx, h.size()-1))(h)
		if string(rec.Entry.Marshal()) != string(e.Marshal()) || rec.Entry.Type != test.entry {
			h.Errorf("%s: logged as\n%s, want\n%s", test.outcome.Result, rec.Entry.Marshal(), e.Marshal())
		}
		h.reopen()
		if !same(h.delivery(d.ID), want) {
			h.Errorf("%s: after a restart %+v, want %+v", test.outcome.Result, h.delivery(d.ID), want)
		}
	}
}

func settledTooLate(h *hub) {
	h.accept(h.document(office, ward))
	first := h.lease(ward)
	h.pass(time.Minute)
	second := h.lease(ward)
	stale := func(what string, want exchange.Delivery) {
		h.Helper()
		for _, r := range []exchange.Result{exchange.ResultDelivered, exchange.ResultRetry, exchange.ResultDeadLettered} {
			note := h.notice(first.Delivery)
			h.writes(0, what, func() {
				_, err := h.Settle(h.ctx, exchange.Settlement{Delivery: first.Delivery.ID, Attempt: 1, Now: h.now,
					Outcome: exchange.Outcome{Result: r, RetryAt: h.now}, Notice: note})
				h.refused(err, exchange.LeaseLost, what)
			})
			h.absent(note)
		}
		if d := h.delivery(want.ID); !same(d, want) {
			h.Errorf("%s left %+v, want %+v", what, d, want)
		}
	}
	stale("settling a superseded attempt", second.Delivery)
	done := must(h.settle(second, delivered))(h)
	stale("settling after the end", done)
	_, err := h.settle(second, delivered)
	h.refused(err, exchange.LeaseLost, "settling twice")
}

func settledWithNotice(h *hub) {
	for result, ends := range map[exchange.Result]bool{
		exchange.ResultDelivered: true, exchange.ResultDeadLettered: true, exchange.ResultRetry: false,
	} {
		h.accept(h.document(office, ward))
		l := h.lease(ward)
		note := h.notice(l.Delivery)
		must(h.Settle(h.ctx, exchange.Settlement{Delivery: l.Delivery.ID, Attempt: 1, Now: h.now, Notice: note,
			Outcome: exchange.Outcome{Result: result, Reason: "http-503", RetryAt: h.now.Add(time.Hour)}}))(h)
		h.sound()
		h.reopen()
		if !ends {
			h.absent(note)
			continue
		}
		h.stored(note)
		h.verify(must(h.Accepted(h.ctx, ward, note.Message.Digest))(h))
		if got := h.lease(office); got.Message.ID != note.Message.ID {
			h.Errorf("%s: the sender is handed %s, want the notice %s", result, got.Message.ID, note.Message.ID)
		}
	}
}

var acknowledgeCases = []check{
	{"any token ever issued acknowledges, also a superseded one", func(h *hub) {
		h.accept(h.document(office, commune))
		h.lease(commune)
		h.pass(time.Minute)
		l := h.lease(commune)
		h.acknowledged(l.Delivery.ID, 1)
	}},
	{"also after the lease", func(h *hub) {
		h.accept(h.document(office, commune))
		l := h.lease(commune)
		h.pass(time.Hour)
		h.acknowledged(l.Delivery.ID, 1)
	}},
	{"also after dead-lettering", func(h *hub) {
		h.accept(h.document(office, commune))
		h.acknowledged(h.deadLetter(commune).ID, 1)
	}},
	{"also after a requeue", func(h *hub) {
		h.accept(h.document(office, commune))
		d := h.deadLetter(commune)
		must(h.Requeue(h.ctx, d.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
		h.acknowledged(d.ID, 1)
	}},
	{"a repeat writes nothing and brings no second notice", func(h *hub) {
		h.accept(h.document(office, commune))
		l := h.lease(commune)
		d := h.acknowledged(l.Delivery.ID, 1)
		h.pass(time.Hour)
		note := h.notice(d)
		h.writes(0, "a repeat", func() {
			again := must(h.Acknowledge(h.ctx, exchange.Acknowledgement{Delivery: d.ID, Addressee: commune, Attempt: 1, Now: h.now, Notice: note}))(h)
			if !same(again, d) {
				h.Errorf("a repeat returns %+v, want %+v", again, d)
			}
		})
		h.absent(note)
	}},
	{"eight at once are one", func(h *hub) {
		h.accept(h.document(office, commune))
		l := h.lease(commune)
		h.writes(1, "eight acknowledgements", func() {
			together(8, func(i int) {
				if _, err := h.acknowledge(l.Delivery.ID, commune, 1); err != nil {
					h.Errorf("acknowledgement %d: %v", i, err)
				}
			})
		})
	}},
	{"nobody else's word counts, nor a token never issued", func(h *hub) {
		h.accept(h.document(office, commune, district))
		l := h.lease(commune)
		for what, a := range map[string]exchange.Acknowledgement{
			"another addressee's word":      {Delivery: l.Delivery.ID, Addressee: district, Attempt: 1},
			"the sender's word":             {Delivery: l.Delivery.ID, Addressee: office, Attempt: 1},
			"a token never issued":          {Delivery: l.Delivery.ID, Addressee: commune, Attempt: 2},
			"no token":                      {Delivery: l.Delivery.ID, Addressee: commune},
			"an unknown delivery":           {Delivery: exchange.NewDeliveryID(), Addressee: commune, Attempt: 1},
			"a delivery not yet handed out": {Delivery: h.second(l).ID, Addressee: district, Attempt: 1},
		} {
			a.Now, a.Notice = h.now, h.notice(l.Delivery)
			h.writes(0, what, func() {
				_, err := h.Acknowledge(h.ctx, a)
				h.refused(err, exchange.NotFound, what)
			})
			h.absent(a.Notice)
		}
		if d := h.delivery(l.Delivery.ID); !same(d, l.Delivery) {
			h.Errorf("became %+v, want it untouched", d)
		}
	}},
}

// second is the message's second delivery.
func (h *hub) second(l exchange.Lease) exchange.Delivery {
	h.Helper()
	return must(h.DeliveriesOf(h.ctx, l.Message.ID))(h)[1]
}

// acknowledged acknowledges with a notice and checks what comes of it.
func (h *hub) acknowledged(id exchange.DeliveryID, attempt int) exchange.Delivery {
	h.Helper()
	note := h.notice(h.delivery(id))
	at := h.size()
	d := must(h.Acknowledge(h.ctx, exchange.Acknowledgement{Delivery: id, Addressee: commune, Attempt: attempt,
		Credential: "key_2", Now: h.now, Notice: note}))(h)
	h.reopen()
	if d.State != exchange.Delivered || !d.Ended.Equal(h.now) || d.Leased || !same(h.delivery(id), d) {
		h.Errorf("acknowledged as %+v, want delivered now", d)
	}
	h.stored(note)
	e := must(h.Entry(h.ctx, at))(h).Entry
	if e.Type != translog.Acknowledged || e.Credential != "key_2" || e.Attempt != attempt || e.Delivery != string(id) {
		h.Errorf("logged as %s, want the acknowledgement of attempt %d", e.Marshal(), attempt)
	}
	if h.size() != at+2 {
		h.Errorf("%d entries logged, want 2: the acknowledgement and its notice", h.size()-at)
	}
	if got := h.leases(commune, 5); len(got) != 0 {
		h.Error("handed out after its acknowledgement")
	}
	return d
}

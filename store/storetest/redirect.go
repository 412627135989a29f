package storetest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Redirection: a delivery that waits for one agency waits for another, in one step.
var redirectCases = []check{
	{"a redirected delivery is its new addressee's alone", redirectedWhole},
	{"what was exposed stays so, and what was not does too", func(h *hub) {
		a := h.document(office, district)
		d := h.accept(a)
		must(h.redirect(d, commune))(h)
		h.hidden(a, "redirected unseen")
		h.lease(commune)
		h.seen(a, "handed out to its new addressee")

		b := h.document(office, district)
		d = h.accept(b)
		must(h.settle(h.lease(district), retry(h.now)))(h)
		must(h.redirect(d, commune))(h)
		h.seen(b, "redirected after it was seen")
	}},
	{"a lease that runs is waited for", func(h *hub) {
		d := h.accept(h.document(office, district))
		l := h.lease(district)
		h.writes(0, "a refused redirection", func() {
			_, err := h.redirect(d, commune)
			h.refused(err, exchange.Conflict, "redirecting what is handed out")
		})
		h.now = l.Until.Add(time.Second)
		must(h.redirect(d, commune))(h)
		_, err := h.settle(l, retry(h.now))
		h.refused(err, exchange.LeaseLost, "settling for the old addressee")
		if got := h.lease(commune); got.Delivery.Attempt != 2 || got.Delivery.Failures != 0 {
			h.Errorf("handed out as attempt %d after %d failures, want 2 and none", got.Delivery.Attempt, got.Delivery.Failures)
		}
	}},
	{"once: whoever plans on an old reading is refused", func(h *hub) {
		d := h.accept(h.document(office, district))
		must(h.redirect(d, commune))(h)
		for what, d := range map[string]exchange.Delivery{"again": d, "to itself": h.delivery(d.ID)} {
			h.writes(0, "redirecting "+what, func() {
				_, err := h.redirect(d, commune)
				h.refused(err, exchange.Conflict, "redirecting "+what)
			})
		}
		h.reopen()
		must(h.redirect(h.delivery(d.ID), district))(h)
		if got := h.delivery(d.ID); got.Original != "" || got.Addressee != district {
			h.Errorf("back at its first addressee it is %+v", got)
		}
	}},
	{"what has ended is not redirected, but a dead letter by an operator", func(h *hub) {
		d := h.accept(h.document(office, district))
		l := h.lease(district)
		must(h.acknowledge(l.Delivery.ID, district, 1))(h)
		_, err := h.redirect(d, commune)
		h.refused(err, exchange.Conflict, "redirecting what is delivered")

		h.accept(h.document(office, district))
		dead := h.deadLetter(district)
		_, err = h.redirect(dead, commune)
		h.refused(err, exchange.Conflict, "redirecting a dead letter by itself")
		got := must(h.Redirect(h.ctx, exchange.Redirection{Delivery: dead.ID, From: district, To: exchange.Agency{ID: commune, Channel: exchange.Pull},
			Actor: "operator:an", Now: h.now, Deadline: h.now.Add(lifetime), Revive: true, Side: h.side("địa bàn mới")}))(h)
		if got.State != exchange.Held || !got.Ended.IsZero() || got.Reason != "" {
			h.Errorf("a dead letter sent on is %+v", got)
		}
		if e := must(h.Entry(h.ctx, h.size()-1))(h); e.Entry.Actor != "operator:an" || e.Side == nil {
			h.Errorf("logged as %+v", e)
		}
	}},
	{"urgent before routine, old before new, at the new addressee too", func(h *hub) {
		var want []exchange.DeliveryID
		for i, priority := range []int{0, 0, 3} {
			a := h.document(office, district)
			urgent(a, priority, h.now)
			d := h.accept(a)
			if want = append(want, d.ID); i == 2 {
				want = []exchange.DeliveryID{d.ID, want[0], want[1]}
			}
			h.pass(time.Second)
		}
		for _, id := range []int{2, 0, 1} {
			must(h.redirect(h.delivery(want[id]), commune))(h)
			h.pass(time.Second)
		}
		for i, l := range h.leases(commune, 3) {
			if l.Delivery.ID != want[i] {
				h.Errorf("place %d went to %s, want %s", i, l.Delivery.ID, want[i])
			}
		}
	}},
	{"the lifetime is the longer one", func(h *hub) {
		a := h.document(office, district)
		a.Deliveries[0].Deadline = h.now.Add(time.Hour)
		d := h.accept(a)
		got := must(h.redirect(d, commune))(h)
		if !got.Deadline.Equal(h.now.Add(lifetime)) {
			h.Errorf("it lives until %v, want %v", got.Deadline, h.now.Add(lifetime))
		}
		h.pass(2 * time.Hour)
		if list := listed(h.Overdue(h.ctx, h.now, "", 10))(h); len(list) != 0 {
			h.Errorf("%d are overdue, want none", len(list))
		}
	}},
	{"P2: who it was redirected to is a common addressee", func(h *hub) {
		a := h.document(office, district)
		d := h.accept(a)
		must(h.redirect(d, commune))(h)
		for what, to := range map[string]exchange.AgencyID{"its new addressee": commune, "its first": district} {
			_, err := h.Accept(h.ctx, h.rewritten(a, to))
			h.refused(err, exchange.SameIdentity, "other bytes for "+what)
		}
		over := h.rewritten(a, ward)
		over.Message.Addressees[0].Routes = []exchange.Route{{Code: "X1", Steps: []exchange.Step{{By: exchange.ByAlias, Agency: district}, {By: exchange.BySuccessor, Agency: ward}}}}
		_, err := h.Accept(h.ctx, over)
		h.refused(err, exchange.SameIdentity, "other bytes over the first addressee")
		h.accept(h.rewritten(a, ward))
	}},
	{"a stranded delivery is a dead letter, with a notice", func(h *hub) {
		d := h.accept(h.document(office, district))
		note := h.notice(d)
		h.writes(2, "stranding", func() {
			got := must(h.Strand(h.ctx, d.ID, exchange.SeveralSuccessors, h.now, note))(h)
			if got.State != exchange.DeadLettered || got.Reason != exchange.SeveralSuccessors || !got.Ended.Equal(h.now) {
				h.Errorf("stranded as %+v", got)
			}
		})
		h.counted("stranded")
		_, err := h.Strand(h.ctx, d.ID, exchange.SeveralSuccessors, h.now, h.notice(d))
		h.refused(err, exchange.Conflict, "stranding twice")
		d = h.accept(h.document(office, district))
		h.lease(district)
		_, err = h.Strand(h.ctx, d.ID, exchange.NoSuccessor, h.now, nil)
		h.refused(err, exchange.Conflict, "stranding what is handed out")
	}},
	{"what waits is listed page by page", waitingPages},
}

func (h *hub) redirect(d exchange.Delivery, to exchange.AgencyID) (exchange.Delivery, error) {
	return h.Redirect(h.ctx, exchange.Redirection{Delivery: d.ID, From: d.Addressee, To: exchange.Agency{ID: to, Channel: channel(to)},
		Actor: "hub", Now: h.now, Deadline: h.now.Add(lifetime)})
}

func retry(at time.Time) exchange.Outcome {
	return exchange.Outcome{Result: exchange.ResultRetry, Reason: "http-503", RetryAt: at}
}

func redirectedWhole(h *hub) {
	a := h.document(office, district, commune)
	h.accept(a)
	d := h.delivery(a.Deliveries[0].ID)
	h.writes(1, "a redirection", func() {
		got := must(h.redirect(d, ward))(h)
		if got.Addressee != ward || got.Original != district || got.Channel != exchange.Push || got.State != exchange.Queued || !same(got, h.delivery(d.ID)) {
			h.Errorf("became %+v, want it queued for the ward", got)
		}
	})
	e := must(h.Entry(h.ctx, h.size()-1))(h).Entry
	if e.Type != translog.Redirected || e.Original != string(district) || e.Addressee != string(ward) || e.Delivery != string(d.ID) || e.Actor != "hub" {
		h.Errorf("logged as %s", e.Marshal())
	}
	h.counted("redirected")
	for _, reopened := range []bool{false, true} {
		if reopened {
			h.reopen()
		}
		if ready, _ := h.Due(exchange.Push, h.now); len(ready) != 1 || ready[0] != ward {
			h.Errorf("due for push are %v, want the ward", ready)
		}
		if got := must(h.Lease(h.ctx, exchange.LeaseRequest{Agency: district, Now: h.now, Until: h.now.Add(time.Minute), Max: 9}))(h); len(got) != 0 {
			h.Errorf("the old addressee is handed %d", len(got))
		}
		for agency, want := range map[exchange.AgencyID]int{ward: 1, district: 0, commune: 0} {
			if got := must(h.Redirected(h.ctx, a.Message.ID, agency))(h); len(got) != want {
				h.Errorf("%d redirected to %s, want %d", len(got), agency, want)
			}
		}
	}
	if got := h.lease(ward); got.Delivery.ID != d.ID {
		h.Errorf("the ward is handed %s", got.Delivery.ID)
	}
	if _, err := h.acknowledge(d.ID, district, 1); exchange.KindOf(err) != exchange.NotFound {
		h.Errorf("the old addressee acknowledges: %v", err)
	}
	must(h.acknowledge(d.ID, ward, 1))(h)
	if list := must(h.DeliveriesOf(h.ctx, a.Message.ID))(h); len(list) != 2 || list[0].Addressee != ward || list[1].Addressee != commune {
		h.Errorf("the message's deliveries are %+v", list)
	}
}

func waitingPages(h *hub) {
	want := map[exchange.DeliveryID]bool{}
	for i := range 7 {
		a := h.document(office, district, commune)
		urgent(a, i%3, h.now)
		h.accept(a)
		want[a.Deliveries[0].ID] = true
	}
	delete(want, h.deadLetter(district).ID)
	for _, limit := range []int{1, 3, 7, 100} {
		seen := map[exchange.DeliveryID]bool{}
		for cursor := ""; ; {
			list, next, err := h.Waiting(h.ctx, district, cursor, limit)
			if err != nil || len(list) > limit {
				h.Fatalf("%d listed with a limit of %d: %v", len(list), limit, err)
			}
			for _, d := range list {
				if seen[d.ID] || !want[d.ID] {
					h.Errorf("limit %d: %s comes twice, or does not wait", limit, d.ID)
				}
				seen[d.ID] = true
			}
			if cursor = next; cursor == "" {
				break
			}
		}
		if len(seen) != len(want) {
			h.Errorf("limit %d: %d listed, want %d", limit, len(seen), len(want))
		}
	}
	_, _, err := h.Waiting(h.ctx, commune, "nonsense!", 5)
	h.refused(err, exchange.BadRequest, "a cursor that is none")
	waited := map[exchange.AgencyID]bool{}
	for _, id := range h.WaitedFor() {
		waited[id] = true
	}
	if !waited[district] || !waited[commune] || waited[ward] {
		h.Errorf("waited for are %v", waited)
	}
}

func (w *walk) redirect(*rapid.T) {
	at := w.at()
	d := w.some()
	to := draw(w, "redirect to", everybody)
	r := exchange.Redirection{Delivery: d.ID, From: d.Addressee, To: exchange.Agency{ID: to, Channel: channel(to)}, Actor: "hub", Now: at,
		Deadline: at.Add(time.Hour), Revive: rapid.Bool().Draw(w.T, "revive")}
	if draw(w, "old reading", []bool{false, false, true}) {
		r.From = draw(w, "from", everybody)
	}
	got, err := w.h.Redirect(w.h.ctx, r)
	r.Now, r.Deadline = w.m.now, w.m.now.Add(time.Hour)
	next, _, want := exchange.Redirect(d, r)
	if want == nil && d.State == exchange.DeadLettered && w.m.twin(d, d.Addressee, to) {
		want = exchange.Conflict
	}
	if !w.fails(err, want, "redirect") {
		w.became(got, next, nil)
	}
}

func (w *walk) strand(*rapid.T) {
	at := w.at()
	d := w.some()
	note := w.noted(d, at)
	got, err := w.h.Strand(w.h.ctx, d.ID, exchange.NoSuccessor, at, note)
	next, _, want := exchange.Strand(d, exchange.NoSuccessor, w.m.now)
	if !w.fails(err, want, "strand") {
		w.became(got, next, note)
	}
}

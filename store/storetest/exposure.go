package storetest

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// P7: before exposure the addressee finds the document by no path.
var exposureCases = []check{
	{"nothing is seen before the first hand-out", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		h.hidden(a, "accepted")
		h.lease(commune)
		h.seen(a, "handed out")
		h.reopen()
		h.seen(a, "handed out, after a restart")
	}},
	{"each addressee sees it for itself", func(h *hub) {
		a := h.document(office, district, commune)
		h.accept(a)
		h.lease(district)
		h.hidden(a, "handed out to another")
	}},
	{"an attempt of which nothing left takes the exposure back", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		for range 2 {
			must(h.settle(h.lease(commune), notSent(h.now)))(h)
			h.hidden(a, "nothing left")
			h.reopen()
		}
		must(h.settle(h.lease(commune), exchange.Outcome{Result: exchange.ResultRetry, Reason: "http-503", RetryAt: h.now}))(h)
		h.seen(a, "something may have left")
		must(h.settle(h.lease(commune), notSent(h.now)))(h)
		h.seen(a, "something may have left before")
	}},
	{"what is on its way to an endpoint is in no list until the attempt has ended", func(h *hub) {
		a := h.document(office, ward)
		h.accept(a)
		lists := func(want int, when string) {
			h.Helper()
			for _, q := range []exchange.Query{{}, {State: exchange.Queued}, {Code: a.Message.Code}, {Group: exchange.GroupWaiting}} {
				q.Agency, q.Role = ward, exchange.Received
				if n := must(h.Tally(h.ctx, q))(h); n != want {
					h.Errorf("%s: %d under %+v, want %d", when, n, q, want)
				}
			}
			if n := must(h.Store.Counts(h.ctx, ward, exchange.Received))(h)[exchange.Queued]; n != int64(want) {
				h.Errorf("%s: counted as %d, want %d", when, n, want)
			}
		}
		l := h.lease(ward)
		lists(0, "on its way")
		must(h.settle(l, notSent(h.now)))(h)
		lists(0, "nothing left")
		must(h.settle(h.lease(ward), exchange.Outcome{Result: exchange.ResultRetry, Reason: "http-503", RetryAt: h.now}))(h)
		lists(1, "something may have left")
		h.lease(ward)
		h.reopen()
		lists(1, "on its way again")
	}},
	{"so does a release of which nothing left", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		l := h.lease(commune)
		if err := h.Release(h.ctx, l.Delivery.ID, 1, h.now, true); err != nil {
			h.Fatal(err)
		}
		h.hidden(a, "released unused")
		l = h.lease(commune)
		if err := h.Release(h.ctx, l.Delivery.ID, 2, h.now, false); err != nil {
			h.Fatal(err)
		}
		h.seen(a, "released, perhaps too late")
	}},
	{"a document given up unseen stays unseen, and seen again when sent again", func(h *hub) {
		a := h.document(office, commune)
		d := h.accept(a)
		h.pass(lifetime)
		must(h.Expire(h.ctx, d.ID, h.now, nil))(h)
		h.hidden(a, "given up")
		must(h.Requeue(h.ctx, d.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
		h.hidden(a, "sent again")
		h.lease(commune)
		h.seen(a, "handed out")
	}},
	{"reading is exposure, logged once", openedOnce},
	{"reading a document that was handed out is logged once too", func(h *hub) {
		d := h.handedOut()
		for _, entries := range []int64{1, 0} {
			h.writes(entries, "reading", func() { must(h.Opened(h.ctx, d.ID, string(commune), "key_2", h.now))(h) })
		}
	}},
	{"a list is by time of acceptance, not of exposure", func(h *hub) {
		a, b := h.document(office, commune), h.document(office, commune)
		b.Now = b.Now.Add(time.Minute)
		h.accept(a)
		h.accept(b)
		h.pass(time.Hour)
		h.leases(commune, 2)
		page := must(h.Store.Search(h.ctx, exchange.Query{Agency: commune, Role: exchange.Received}))(h)
		if len(page.Rows) != 2 || page.Rows[0].Message.ID != b.Message.ID {
			h.Errorf("%d rows, want both, the one accepted last first", len(page.Rows))
		}
	}},
}

func notSent(retry time.Time) exchange.Outcome {
	return exchange.Outcome{Result: exchange.ResultRetry, Reason: "dial", RetryAt: retry, NotSent: true, Blameless: true}
}

func openedOnce(h *hub) {
	a := h.document(office, commune)
	d := h.accept(a)
	h.writes(1, "reading", func() {
		got := must(h.Opened(h.ctx, d.ID, string(commune), "key_2", h.now))(h)
		if !got.Exposed() || !same(h.delivery(d.ID), got) || got.State != d.State {
			h.Errorf("became %+v, want it exposed and nothing else", got)
		}
	})
	e := must(h.Entry(h.ctx, h.size()-1))(h).Entry
	if e.Type != translog.PickedUp || e.Actor != string(commune) || e.Credential != "key_2" || e.Delivery != string(d.ID) {
		h.Errorf("logged as %s, want picked up by its reader", e.Marshal())
	}
	h.seen(a, "read")
	h.reopen()
	h.writes(0, "reading again", func() { must(h.Opened(h.ctx, d.ID, string(commune), "key_2", h.now))(h) })
	must(h.settle(h.lease(commune), notSent(h.now)))(h)
	h.seen(a, "read, though a later attempt sent nothing")
	_, err := h.Opened(h.ctx, exchange.NewDeliveryID(), string(commune), "key_2", h.now)
	h.refused(err, exchange.NotFound, "reading what is not there")
}

// paths are the lists in which the commune could meet a document of the office.
func (h *hub) paths(a *exchange.Acceptance) map[string]bool {
	h.Helper()
	found := map[string]bool{}
	for what, q := range map[string]exchange.Query{
		"what it received": {},
		"its state":        {State: h.delivery(a.Deliveries[len(a.Deliveries)-1].ID).State},
		"its code":         {Code: a.Message.Code},
		"its id":           {DocumentID: a.Message.DocumentID},
		"its time":         {From: begins, To: h.now.Add(time.Hour)},
		"the tabs":         {Group: exchange.GroupDocuments},
		"what waits":       {Group: exchange.GroupWaiting},
	} {
		q.Agency, q.Role = commune, exchange.Received
		page, err := h.Store.Search(h.ctx, q)
		if exchange.KindOf(err) == exchange.BadRequest && what != "what it received" {
			continue // not indexed
		}
		if err != nil {
			h.Fatal(err)
		}
		found[what] = len(page.Rows) > 0
	}
	return found
}

func (h *hub) hidden(a *exchange.Acceptance, when string) {
	h.Helper()
	for what, found := range h.paths(a) {
		if found {
			h.Errorf("%s: the addressee finds the document by %s", when, what)
		}
	}
	for _, r := range must(h.Events(h.ctx, commune, -1, 100))(h) {
		h.Errorf("%s: the addressee is told of %s", when, r.Entry.Marshal())
	}
}

func (h *hub) seen(a *exchange.Acceptance, when string) {
	h.Helper()
	for what, found := range h.paths(a) {
		if !found {
			h.Errorf("%s: the addressee does not find the document by %s", when, what)
		}
	}
}

var countCases = []check{
	{"counts follow every step", func(h *hub) {
		h.counted("empty")
		a := h.document(office, commune, ward, district)
		h.accept(a)
		h.counted("accepted")
		l := h.lease(commune)
		must(h.acknowledge(l.Delivery.ID, commune, 1))(h)
		h.counted("acknowledged")
		must(h.settle(h.lease(ward), notSent(h.now)))(h)
		h.counted("to be tried again")
		dead := h.deadLetter(district)
		h.counted("dead letter")
		h.reopen()
		h.counted("after a restart")
		must(h.Requeue(h.ctx, dead.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
		h.counted("requeued")
		h.accept(h.status(l.Delivery, envelope.Accepted))
		h.counted("a status")
		h.pass(2 * lifetime)
		for _, d := range listed(h.Overdue(h.ctx, h.now, "", 10))(h) {
			must(h.Expire(h.ctx, d.ID, h.now, h.notice(d)))(h)
		}
		h.counted("all expired")
	}},
}

// counted compares the kept counts with a count over all deliveries that the log names.
func (h *hub) counted(when string) {
	h.Helper()
	type side struct {
		agency exchange.AgencyID
		role   exchange.Role
	}
	want := map[side]exchange.Counts{}
	add := func(s side, state exchange.State) {
		if want[s] == nil {
			want[s] = exchange.Counts{}
		}
		want[s][state]++
	}
	for _, r := range h.log() {
		for _, to := range r.Entry.Addressees {
			d := h.delivery(exchange.DeliveryID(to.Delivery))
			add(side{}, d.State)
			add(side{d.Sender, exchange.Sent}, d.State)
			if d.Found() { // before that an addressee learns of it by no path (P7)
				add(side{d.Addressee, exchange.Received}, d.State)
			}
		}
	}
	for _, agency := range []exchange.AgencyID{"", office, commune, ward, district, province} {
		for _, role := range []exchange.Role{exchange.Sent, exchange.Received} {
			s := side{agency, role}
			if agency == "" {
				s.role = ""
			}
			got := must(h.Store.Counts(h.ctx, s.agency, s.role))(h)
			for _, state := range []exchange.State{exchange.Queued, exchange.Held, exchange.Delivered, exchange.Withdrawn, exchange.DeadLettered} {
				if got[state] != want[s][state] {
					h.Errorf("%s: %s of %q %s are %d, want %d", when, state, agency, role, got[state], want[s][state])
				}
			}
		}
	}
}

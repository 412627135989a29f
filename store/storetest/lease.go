package storetest

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

var leaseCases = []check{
	{"a lease is exclusive until it ends and numbers its attempt", leasedOnce},
	{"urgent ones first, then the longest due", leasedInOrder},
	{"eight workers never hold the same one", leasedByEight},
	{"only what is due, only the agency's own, at most as many as asked for", leasedDue},
	{"nothing due, nothing written", func(h *hub) {
		h.accept(h.document(office, commune))
		h.writes(0, "a lease of nothing", func() {
			if got := h.leases(district, 5); len(got) != 0 {
				h.Errorf("%d handed out, want none", len(got))
			}
		})
	}},
	{"an extended lease lasts longer", leaseExtended},
	{"a released lease is due at once and nobody's failure", leaseReleased},
	{"who is due, and when the next will be", dueTimes},
}

func leasedOnce(h *hub) {
	a := h.document(office, commune)
	h.accept(a)
	h.writes(0, "a lease", func() { // DESIGN 8: a lease is no entry
		l := h.lease(commune)
		if l.Delivery.ID != a.Deliveries[0].ID || l.Delivery.Attempt != 1 || !l.Delivery.Leased || !l.Until.Equal(h.now.Add(time.Minute)) {
			h.Errorf("leased %+v until %v, want attempt 1 for a minute", l.Delivery, l.Until)
		}
		if l.Message.ID != a.Message.ID || l.Message.Digest != a.Message.Digest {
			h.Errorf("leased with message %s, want %s", l.Message.ID, a.Message.ID)
		}
		if d := h.delivery(l.Delivery.ID); !same(d, l.Delivery) || !d.Due.Equal(l.Until) {
			h.Errorf("stored as %+v, handed out as %+v", d, l.Delivery)
		}
	})
	for range 2 {
		h.pass(29 * time.Second)
		if got := h.leases(commune, 5); len(got) != 0 {
			h.Errorf("%s is handed out again within its lease", got[0].Delivery.ID)
		}
		h.reopen()
	}
	h.pass(2 * time.Second)
	if again := h.lease(commune); again.Delivery.ID != a.Deliveries[0].ID || again.Delivery.Attempt != 2 {
		h.Errorf("after the lease: delivery %s attempt %d, want the same, attempt 2", again.Delivery.ID, again.Delivery.Attempt)
	}
}

func leasedInOrder(h *hub) {
	type place struct{ priority, due int }
	places := map[exchange.DeliveryID]place{}
	var want []place
	for i := range 20 { // 7 is prime to 20: an order that is no order
		p := place{i % 5, (i * 7) % 20}
		a := h.document(office, commune)
		urgent(a, p.priority, h.now.Add(time.Duration(p.due-19)*time.Second))
		h.accept(a)
		places[a.Deliveries[0].ID] = p
		want = append(want, p)
	}
	slices.SortFunc(want, func(a, b place) int {
		return cmp.Or(cmp.Compare(b.priority, a.priority), cmp.Compare(a.due, b.due))
	})
	h.reopen()
	var got []place
	for _, most := range []int{1, 1, 7, 1, 30} {
		for _, l := range h.leases(commune, most) {
			got = append(got, places[l.Delivery.ID])
		}
	}
	if !slices.Equal(got, want) {
		h.Errorf("handed out in order (priority, due)\n%v\nwant\n%v", got, want)
	}
}

func leasedByEight(h *hub) {
	const documents, workers = 200, 8
	together(workers, func(int) {
		for range documents / workers {
			if _, err := h.Accept(h.ctx, h.document(office, commune)); err != nil {
				h.Error(err)
			}
		}
	})
	var mu sync.Mutex
	times := map[exchange.DeliveryID]int{}
	together(workers, func(i int) {
		for {
			ls, err := h.Lease(h.ctx, exchange.LeaseRequest{Agency: commune, Now: h.now, Until: h.now.Add(time.Minute), Max: 1 + i%4})
			if err != nil {
				h.Error(err)
			}
			if len(ls) == 0 {
				return
			}
			mu.Lock()
			for _, l := range ls {
				times[l.Delivery.ID]++
			}
			mu.Unlock()
		}
	})
	if len(times) != documents {
		h.Errorf("%d deliveries handed out, want %d", len(times), documents)
	}
	for id, n := range times {
		if n != 1 {
			h.Errorf("%s was handed out %d times", id, n)
		}
	}
}

func leasedDue(h *hub) {
	later := h.document(office, commune)
	urgent(later, 4, h.now.Add(time.Second))
	h.accept(later)
	h.accept(h.document(office, district))
	for range 3 {
		h.accept(h.document(office, commune))
	}
	if got := h.leases(commune, 2); len(got) != 2 {
		h.Errorf("%d handed out, want the 2 asked for", len(got))
	}
	for _, l := range h.leases(commune, 10) {
		if l.Delivery.ID == later.Deliveries[0].ID || l.Delivery.Addressee != commune {
			h.Errorf("handed out %+v, want only what is due of the agency", l.Delivery)
		}
	}
	h.pass(time.Second)
	if got := h.lease(commune); got.Delivery.ID != later.Deliveries[0].ID {
		h.Errorf("handed out %s when due, want %s", got.Delivery.ID, later.Deliveries[0].ID)
	}
}

func leaseExtended(h *hub) {
	h.accept(h.document(office, commune))
	l := h.lease(commune)
	until := h.now.Add(time.Hour)
	d := must(h.Extend(h.ctx, l.Delivery.ID, 1, h.now, until))(h)
	if !d.Due.Equal(until) || !same(h.delivery(d.ID), d) {
		h.Errorf("extended to %v, want %v, and so stored", d.Due, until)
	}
	h.pass(59 * time.Minute)
	if got := h.leases(commune, 1); len(got) != 0 {
		h.Error("handed out within the extended lease")
	}
	h.pass(time.Minute)
	for what, attempt := range map[string]int{"an ended lease": 1, "a lease never given": 2} {
		_, err := h.Extend(h.ctx, d.ID, attempt, h.now, h.now.Add(time.Hour))
		h.refused(err, exchange.LeaseLost, "extending "+what)
	}
	h.lease(commune)
	_, err := h.Extend(h.ctx, d.ID, 1, h.now, h.now.Add(time.Hour))
	h.refused(err, exchange.LeaseLost, "extending a superseded lease")
	_, err = h.Extend(h.ctx, exchange.NewDeliveryID(), 1, h.now, h.now.Add(time.Hour))
	h.refused(err, exchange.NotFound, "extending the lease of nothing")
}

func leaseReleased(h *hub) {
	h.accept(h.document(office, commune))
	l := h.lease(commune)
	h.writes(0, "a release", func() {
		if err := h.Release(h.ctx, l.Delivery.ID, 1, h.now, false); err != nil {
			h.Fatal(err)
		}
	})
	d := h.delivery(l.Delivery.ID)
	if d.Leased || d.Failures != 0 || d.Attempt != 1 || d.Due.After(h.now) {
		h.Errorf("released as %+v, want due now, attempt 1 kept, no failure", d)
	}
	h.refused(h.Release(h.ctx, d.ID, 1, h.now, false), exchange.LeaseLost, "a second release")
	if again := h.lease(commune); again.Delivery.Attempt != 2 {
		h.Errorf("handed out as attempt %d, want 2", again.Delivery.Attempt)
	}
	h.refused(h.Release(h.ctx, d.ID, 1, h.now, false), exchange.LeaseLost, "the release of a superseded lease")
	h.refused(h.Release(h.ctx, exchange.NewDeliveryID(), 1, h.now, false), exchange.NotFound, "the release of nothing")
}

func dueTimes(h *hub) {
	expect := func(when string, ch exchange.Channel, want []exchange.AgencyID, next time.Time) {
		h.Helper()
		ready, at := h.Due(ch, h.now)
		slices.Sort(ready)
		slices.Sort(want)
		if !slices.Equal(ready, want) || !at.Equal(next) {
			h.Errorf("%s: due on %s are %v, next at %v; want %v, %v", when, ch, ready, at, want, next)
		}
	}
	var never time.Time
	expect("empty", exchange.Pull, nil, never)
	h.accept(h.document(office, commune, province))
	later := h.document(office, district)
	urgent(later, 0, h.now.Add(time.Hour))
	h.accept(later)
	soon := later.Now.Add(time.Hour)
	for range 2 {
		expect("accepted", exchange.Pull, []exchange.AgencyID{commune}, soon)
		expect("accepted", exchange.Push, []exchange.AgencyID{province}, never)
		h.reopen()
	}
	l := h.lease(commune)
	for range 2 {
		expect("handed out", exchange.Pull, nil, l.Until)
		h.reopen()
	}
	must(h.acknowledge(l.Delivery.ID, commune, 1))(h)
	expect("acknowledged", exchange.Pull, nil, soon)
	h.pass(time.Hour)
	expect("an hour later", exchange.Pull, []exchange.AgencyID{district}, never)
	must(h.settle(h.lease(province), exchange.Outcome{Result: exchange.ResultRetry, Reason: "dial", RetryAt: h.now.Add(time.Minute)}))(h)
	expect("to be tried again", exchange.Push, nil, h.now.Add(time.Minute))
	h.deadLetter(district)
	expect("given up", exchange.Pull, nil, never)
}

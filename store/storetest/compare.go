package storetest

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/exchange"
)

// compare fails the walk where the store shows anything else than the model.
func (w *walk) compare(*rapid.T) {
	if _, size, err := w.h.Checkpoint(w.h.ctx); err != nil || size != w.m.size {
		w.Fatalf("log of %d entries (%v), want %d", size, err, w.m.size)
	}
	w.compareDeliveries()
	w.compareLinks()
	w.compareMessages()
	w.compareCounts()
	w.compareClocks()
	w.compareDesk()
	w.compareUnproven()
	for _, ch := range []exchange.Channel{exchange.Pull, exchange.Push} {
		w.compareDue(ch)
	}
}

func (w *walk) compareDeliveries() {
	for _, m := range w.m.messages {
		ds, err := w.h.DeliveriesOf(w.h.ctx, m.a.Message.ID)
		if err != nil {
			w.Fatalf("deliveries of %s: %v", m.a.Message.ID, err)
		}
		var want []exchange.Delivery
		for _, d := range m.a.Deliveries {
			want = append(want, w.m.deliveries[d.ID])
		}
		if !sameAll(ds, want) {
			w.Fatalf("deliveries of %s are\n%+v\nwant\n%+v", m.a.Message.ID, ds, want)
		}
	}
	overdue, err := inPages(w.h, w.m.now, 9, w.h.Overdue)
	if got := ids(overdue); err != nil || !slices.Equal(got, w.m.overdue()) {
		w.Fatalf("overdue are %v (%v), want %v", got, err, w.m.overdue())
	}
	for _, agency := range everybody {
		page, err := w.h.Store.Search(w.h.ctx, exchange.Query{Agency: agency, Role: exchange.Received, Limit: 200})
		var shown []exchange.Delivery
		for _, row := range page.Rows {
			shown = append(shown, row.Deliveries...)
		}
		if got := ids(shown); err != nil || !slices.Equal(got, w.m.visible(agency)) {
			w.Fatalf("%s sees %v (%v), want %v", agency, got, err, w.m.visible(agency))
		}
	}
}

func (w *walk) compareUnproven() {
	var want []exchange.MessageID
	for _, m := range w.m.messages {
		if m.now.Revocation != nil && m.now.Revocation.Pending {
			want = append(want, m.now.ID)
		}
	}
	list, err := w.h.SignedWith(w.h.ctx, exchange.SignedQuery{Certificate: fingerprint("s1"), Pending: true, Limit: 1000})
	var got []exchange.MessageID
	for _, m := range list {
		got = append(got, m.ID)
	}
	n, failed := w.h.Unproven(w.h.ctx)
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || failed != nil || !slices.Equal(got, want) || n != int64(len(want)) {
		w.Fatalf("%v wait for evidence (%v), counted as %d (%v); want %v", got, err, n, failed, want)
	}
}

func ids(ds []exchange.Delivery) (list []exchange.DeliveryID) {
	for _, d := range ds {
		list = append(list, d.ID)
	}
	slices.Sort(list)
	return list
}

func (w *walk) compareMessages() {
	for _, agency := range everybody {
		page, err := w.h.Store.Search(w.h.ctx, exchange.Query{Agency: agency, Role: exchange.Sent, Limit: 200})
		var got, want []exchange.MessageID
		for _, row := range page.Rows {
			got = append(got, row.Message.ID)
		}
		for _, m := range w.m.messages {
			if m.a.Message.Sender == agency {
				want = append(want, m.a.Message.ID)
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if err != nil || !slices.Equal(got, want) {
			w.Fatalf("%s has sent %v (%v), want %v", agency, got, err, want)
		}
	}
}

func (w *walk) compareCounts() {
	for _, agency := range append([]exchange.AgencyID{""}, everybody...) {
		for _, role := range []exchange.Role{exchange.Sent, exchange.Received} {
			if agency == "" {
				role = ""
			}
			got, err := w.h.Store.Counts(w.h.ctx, agency, role)
			if err != nil {
				w.Fatalf("counts: %v", err)
			}
			want := w.m.counts(agency, role)
			for _, s := range []exchange.State{exchange.Queued, exchange.Held, exchange.Delivered, exchange.Withdrawn, exchange.DeadLettered} {
				if got[s] != want[s] {
					w.Fatalf("%s of %q %s are %d, want %d", s, agency, role, got[s], want[s])
				}
			}
		}
	}
}

// compareDue leaves open whether next speaks of agencies that are ready already.
func (w *walk) compareDue(ch exchange.Channel) {
	ready, next := w.h.Due(ch, w.m.now)
	slices.Sort(ready)
	want, first, other := w.m.ready(ch)
	if !slices.Equal(ready, want) || !slices.ContainsFunc([]time.Time{first, other}, next.Equal) {
		w.Fatalf("due on %s are %v, next at %v; want %v, %v or %v", ch, ready, next, want, first, other)
	}
}

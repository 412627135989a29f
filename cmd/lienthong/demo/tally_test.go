package demo

import (
	"context"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
)

// fate is a hub that knows what became of one document.
type fate []exchange.Delivery

func (f fate) DeliveriesOf(context.Context, exchange.MessageID) ([]exchange.Delivery, error) {
	return f, nil
}

type anyKey struct{}

func (anyKey) Name() string                { return "hub" }
func (anyKey) KeyHash() uint32             { return 0 }
func (anyKey) Verify(msg, sig []byte) bool { return false }

var _ note.Verifier = anyKey{}

// One document to agency a. What it takes to be called lost or duplicated, and what not.
func TestTally(t *testing.T) {
	const digest, other = "d1", "d2"
	p := pair{"m", "a"}
	at := func(s exchange.State) fate { return fate{{Addressee: "a", State: s, Attempt: 1}} }
	for _, test := range []struct {
		name             string
		arrive           func(*ledger)
		hub              fate
		lost, duplicated int
	}{
		{"arrived", func(l *ledger) { l.arrive(p, "1", digest) }, at(exchange.Delivered), 0, 0},
		{"arrived twice under one delivery id", func(l *ledger) { l.arrive(p, "1", digest); l.arrive(p, "1", digest) }, at(exchange.Delivered), 0, 0},
		{"arrived under two delivery ids", func(l *ledger) { l.arrive(p, "1", digest); l.arrive(p, "2", digest) }, at(exchange.Delivered), 0, 1},
		{"arrived before the hub knows", func(l *ledger) { l.arrive(p, "1", digest) }, at(exchange.Queued), 0, 0},
		{"said to be delivered, but is not there", func(*ledger) {}, at(exchange.Delivered), 1, 0},
		{"arrived as other bytes", func(l *ledger) { l.arrive(p, "1", other) }, at(exchange.Delivered), 1, 0},
		{"came again as other bytes", func(l *ledger) { l.arrive(p, "1", digest); l.arrive(p, "1", other) }, at(exchange.Delivered), 1, 0},
		{"waiting", func(*ledger) {}, at(exchange.Held), 0, 0},
		{"given up", func(*ledger) {}, at(exchange.DeadLettered), 0, 0},
		{"the hub knows of no delivery", func(*ledger) {}, nil, 1, 0},
	} {
		l := &ledger{}
		l.send(sending{message: "m", digest: digest, addressees: []exchange.AgencyID{"a"}})
		test.arrive(l)
		r, err := tally(t.Context(), l, test.hub, anyKey{})
		if err != nil || r.Lost != test.lost || r.Duplicated != test.duplicated {
			t.Errorf("%s: lost %d, duplicated %d, %v; want %d, %d", test.name, r.Lost, r.Duplicated, err, test.lost, test.duplicated)
		}
		if r.Deliveries != r.Delivered+r.Withdrawn+r.DeadLettered+r.Pending {
			t.Errorf("%s: the sum does not hold: %+v", test.name, r)
		}
		if r.ReceiptsVerified != 0 || r.ReceiptsBad != 1 || r.OK() {
			t.Errorf("%s: a receipt that is none was taken for good: %+v", test.name, r)
		}
	}
}

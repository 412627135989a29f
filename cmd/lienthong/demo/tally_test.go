package demo

import (
	"context"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/envelope"
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

// What the hub says of a recall, and what the two sides did: where they differ, the account is not good.
func TestTallyOfRecalls(t *testing.T) {
	const digest = "d1"
	p := pair{"m", "a"}
	at := func(s exchange.State, r exchange.RecallState) fate {
		return fate{{ID: "1", Addressee: "a", State: s, Attempt: 1, Recall: exchange.Recall{State: r, Message: "r"}}}
	}
	asks := func(l *ledger) {
		l.arrive(p, "1", digest)
		l.recall(sending{message: "r", recalls: []exchange.DeliveryID{"1"}})
	}
	answers := func(code envelope.StatusCode) func(*ledger) {
		return func(l *ledger) { asks(l); l.answer("r", answer{"1", code}) }
	}
	for _, test := range []struct {
		name                      string
		did                       func(*ledger)
		hub                       fate
		done, declined, open, bad int
	}{
		{"withdrawn unseen", func(l *ledger) { l.recall(sending{message: "r", recalls: []exchange.DeliveryID{"1"}}) }, at(exchange.Withdrawn, exchange.RecallWithdrawn), 1, 0, 0, 0},
		{"said to be withdrawn, and seen", asks, at(exchange.Withdrawn, exchange.RecallWithdrawn), 1, 0, 0, 1},
		{"agreed", answers(envelope.Agreed), at(exchange.Delivered, exchange.RecallAgreed), 1, 0, 0, 0},
		{"said to be agreed, and nobody answered", asks, at(exchange.Delivered, exchange.RecallAgreed), 1, 0, 0, 1},
		{"said to be agreed, and it was declined", answers(envelope.Declined), at(exchange.Delivered, exchange.RecallAgreed), 1, 0, 0, 1},
		{"declined", answers(envelope.Declined), at(exchange.Delivered, exchange.RecallDeclined), 0, 1, 0, 0},
		{"left", asks, at(exchange.Delivered, exchange.RecallAsked), 0, 0, 1, 0},
		{"an answer that the hub has lost", answers(envelope.Agreed), at(exchange.Delivered, exchange.RecallAsked), 0, 0, 1, 1},
		{"a recall that the hub has lost", asks, at(exchange.Delivered, ""), 0, 0, 0, 1},
		{"a recall that nobody made", func(l *ledger) { l.arrive(p, "1", digest) }, at(exchange.Delivered, exchange.RecallAsked), 0, 0, 1, 1},
	} {
		l := &ledger{}
		l.send(sending{message: "m", digest: digest, addressees: []exchange.AgencyID{"a"}})
		test.did(l)
		r, err := tally(t.Context(), l, test.hub, anyKey{})
		if err != nil || r.Recalled != test.done || r.RecallsDeclined != test.declined || r.RecallsOpen != test.open || r.RecallsBad != test.bad {
			t.Errorf("%s: %+v, %v; want %d done, %d declined, %d open, %d bad", test.name, r, err, test.done, test.declined, test.open, test.bad)
		}
		if r.ReceiptsBad = 0; r.OK() != (test.bad == 0) {
			t.Errorf("%s: the account is good: %v", test.name, r.OK())
		}
	}
}

// fates are where the deliveries of several messages stand.
type fates map[exchange.MessageID]fate

func (f fates) DeliveriesOf(_ context.Context, id exchange.MessageID) ([]exchange.Delivery, error) {
	return f[id], nil
}

// An heir of two that got a recall once has answered for both; one that got it as that of the other has not.
func TestTallyOfAnHeirsAnswer(t *testing.T) {
	const digest = "d1"
	a, b := communeID(0), communeID(1)
	for _, test := range []struct {
		name   string
		recall exchange.Delivery
		bad    int
	}{
		{"asked once", exchange.Delivery{ID: "3", Addressee: heirID(0)}, 1},
		{"asked as the other", exchange.Delivery{ID: "3", Addressee: heirID(0), Original: a}, 0},
	} {
		l := &ledger{}
		l.send(sending{message: "m", digest: digest, addressees: []exchange.AgencyID{a, b}})
		l.arrive(pair{"m", a}, "1", digest)
		l.arrive(pair{"m", b}, "2", digest)
		l.recall(sending{message: "r", recalls: []exchange.DeliveryID{"1", "2"}})
		l.answer("r", answer{"3", envelope.Agreed})
		r, err := tally(t.Context(), l, fates{"r": {test.recall}, "m": {
			{ID: "1", Addressee: a, State: exchange.Delivered, Attempt: 1, Recall: exchange.Recall{State: exchange.RecallAgreed, Message: "r"}},
			{ID: "2", Addressee: b, State: exchange.Delivered, Attempt: 1, Recall: exchange.Recall{State: exchange.RecallLapsed, Message: "r"}},
		}}, anyKey{})
		if err != nil || r.Recalled != 1 || r.RecallsOpen != 1 || r.RecallsBad != test.bad {
			t.Errorf("%s: %+v, %v; want one done, one open, %d bad", test.name, r, err, test.bad)
		}
	}
}

// Late is what one of the law's clocks says is late, or has become so by now; all else is in time.
func TestTallyOfClocks(t *testing.T) {
	past, ahead := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	for _, test := range []struct {
		name  string
		marks exchange.Marks
		late  int
	}{
		{"no clock", exchange.Marks{}, 0},
		{"all in time", exchange.Marks{Send: exchange.Mark{Limit: past, Verdict: exchange.OnTime}, Receive: exchange.Mark{Limit: past, Verdict: exchange.OnTime}}, 0},
		{"still running", exchange.Marks{Receive: exchange.Mark{Limit: ahead, Verdict: exchange.Running}}, 0},
		{"sent late", exchange.Marks{Send: exchange.Mark{Limit: past, Verdict: exchange.Late}, Receive: exchange.Mark{Limit: past, Verdict: exchange.OnTime}}, 1},
		{"not accepted yet", exchange.Marks{Receive: exchange.Mark{Limit: past, Verdict: exchange.Overdue}}, 1},
		{"run out while nobody looked", exchange.Marks{Receive: exchange.Mark{Limit: past, Verdict: exchange.Running}}, 1},
	} {
		l := &ledger{}
		l.send(sending{message: "m", digest: "d1", addressees: []exchange.AgencyID{"a"}})
		r, err := tally(t.Context(), l, fate{{Addressee: "a", State: exchange.Delivered, Attempt: 1, Marks: test.marks}}, anyKey{})
		if err != nil || r.Late != test.late || r.OnTime != 1-test.late {
			t.Errorf("%s: on time %d, late %d, %v; want late %d", test.name, r.OnTime, r.Late, err, test.late)
		}
	}
}

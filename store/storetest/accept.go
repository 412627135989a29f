package storetest

import (
	"bytes"
	"context"
	"reflect"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

var acceptCases = []check{
	{"everything of a message is there when the receipt is", acceptedWhole},
	{"the same bytes get the original receipt for ever", acceptedTwice},
	{"so they do whatever their kind", acceptedTwiceAnyKind},
	{"the same bytes of another sender are another message", acceptedFromTwo},
	{"a hundred identical submissions at once are one message", acceptedAtOnce},
	{"time does not go back", acceptedInThePast},
	{"what was cut short is whole or not there", acceptedCancelled},
	{"what is not there is not found", acceptedNothing},
}

func acceptedWhole(h *hub) {
	a := h.document(office, district, province, commune)
	a.Side = h.side("Nguyễn Thị B, văn thư")
	h.writes(1, "an acceptance", func() { h.accept(a) })
	h.sound()
	for range 2 { // as written, and as read again after a restart
		m := must(h.Message(h.ctx, a.Message.ID))(h)
		want := a.Message
		want.AcceptedAt, want.Entry = m.AcceptedAt, m.Entry
		if !reflect.DeepEqual(normal(m), normal(want)) || !m.AcceptedAt.Equal(h.now) {
			h.Errorf("message is %+v\nwant %+v, accepted at %v", m, want, h.now)
		}
		h.stored(a)
		ds := must(h.DeliveriesOf(h.ctx, m.ID))(h)
		if len(ds) != len(a.Deliveries) {
			h.Fatalf("%d deliveries, want %d", len(ds), len(a.Deliveries))
		}
		for i, d := range ds {
			if !same(d, a.Deliveries[i]) || !same(h.delivery(d.ID), d) {
				h.Errorf("delivery %d is %+v\nwant %+v", i, d, a.Deliveries[i])
			}
		}
		rec := must(h.Entry(h.ctx, m.Entry))(h)
		if rec.Index != m.Entry || rec.Entry.Message != string(m.ID) || rec.Entry.Side != a.Side.Hash() {
			h.Errorf("entry is %+v, want the acceptance of %s with its side record", rec, m.ID)
		}
		if rec.Side == nil || rec.Side.Hash() != a.Side.Hash() {
			h.Errorf("side record is %v, want the one given", rec.Side)
		}
		h.reopen()
	}
}

// acceptedTwice repeats at every stage of the message's life.
func acceptedTwice(h *hub) {
	a := h.document(office, commune)
	first := must(h.Accept(h.ctx, a))(h)
	h.verify(first)
	repeat := func(when string) {
		h.Helper()
		h.pass(time.Hour)
		again := h.resubmitted(a)
		h.writes(0, "a repeat "+when, func() {
			r := must(h.Accept(h.ctx, again))(h)
			if !r.Repeat || r.Message.ID != a.Message.ID || !bytes.Equal(r.Proof.Marshal(), first.Proof.Marshal()) {
				h.Errorf("a repeat %s gives repeat %t, message %s, want the original receipt of %s", when, r.Repeat, r.Message.ID, a.Message.ID)
			}
		})
		_, err := h.Message(h.ctx, again.Message.ID)
		h.refused(err, exchange.NotFound, "the message of a repeat "+when)
		r := must(h.Accepted(h.ctx, office, a.Message.Digest))(h)
		if !r.Repeat || !bytes.Equal(r.Proof.Marshal(), first.Proof.Marshal()) {
			h.Errorf("looked up %s: repeat %t or another receipt", when, r.Repeat)
		}
	}
	repeat("at once")
	h.reopen()
	repeat("after a restart")
	l := h.lease(commune)
	repeat("while it is handed out")
	must(h.acknowledge(l.Delivery.ID, commune, l.Delivery.Attempt))(h)
	repeat("after delivery")
	must(h.Accept(h.ctx, h.document(office, commune)))(h)
	repeat("when the log has grown")
	h.pass(400 * 24 * time.Hour)
	repeat("a year later")
}

func acceptedTwiceAnyKind(h *hub) {
	d := h.accept(h.document(office, commune))
	h.lease(commune)
	for _, a := range []*exchange.Acceptance{h.status(d, envelope.Accepted), h.notice(d), h.kind(envelope.Recall), h.kind(envelope.Update), h.kind(envelope.Replacement)} {
		h.accept(a)
		again := h.resubmitted(a)
		h.writes(0, "a repeat", func() {
			if r := must(h.Accept(h.ctx, again))(h); !r.Repeat || r.Message.ID != a.Message.ID {
				h.Errorf("%s of kind %d again: repeat %t, message %s, want %s", a.Message.Class, a.Message.Kind, r.Repeat, r.Message.ID, a.Message.ID)
			}
		})
	}
}

// kind is a document of another kind than a new one.
func (h *hub) kind(k envelope.Kind) *exchange.Acceptance {
	a := h.document(office, commune)
	a.Message.Kind = k
	if k != envelope.Replacement {
		a.Identity = ""
	}
	address(a, commune)
	return a
}

func acceptedFromTwo(h *hub) {
	a := h.document(office, commune)
	h.accept(a)
	b := h.document(district, commune)
	write(b, a.Body)
	h.accept(b)
	h.stored(a)
	h.stored(b)
}

func acceptedAtOnce(h *hub) {
	const n = 100
	a := h.document(office, commune, ward)
	receipts := make([][]byte, n)
	var fresh atomic.Int64
	h.writes(1, "a hundred at once", func() {
		together(n, func(i int) {
			r, err := h.Accept(h.ctx, h.resubmitted(a))
			if err != nil {
				h.Errorf("submission %d: %v", i, err)
				return
			}
			if !r.Repeat {
				fresh.Add(1)
			}
			receipts[i] = r.Proof.Marshal()
		})
	})
	if fresh.Load() != 1 {
		h.Errorf("%d of them were told that they are the first, want 1", fresh.Load())
	}
	for i, r := range receipts {
		if !bytes.Equal(r, receipts[0]) {
			h.Errorf("receipt %d differs from the first", i)
		}
	}
	if found := must(h.Find(h.ctx, office, a.Message.DocumentID, "", 0, 10))(h); len(found) != 1 {
		h.Errorf("%d messages, want 1", len(found))
	}
}

// acceptedInThePast: a clock that is set back moves nothing back.
func acceptedInThePast(h *hub) {
	a := h.document(office, commune)
	h.accept(a)
	h.pass(-time.Hour)
	b := h.document(office, commune)
	for range 2 {
		r := must(h.Accept(h.ctx, b))(h)
		h.verify(r)
		if r.Message.AcceptedAt.Before(a.Now) {
			h.Errorf("accepted at %v, before %v, which was committed", r.Message.AcceptedAt, a.Now)
		}
		if d := h.delivery(b.Deliveries[0].ID); !d.AcceptedAt.Equal(r.Message.AcceptedAt) {
			h.Errorf("the delivery says %v, the message %v", d.AcceptedAt, r.Message.AcceptedAt)
		}
		h.reopen() // nor does a restart forget the time
		b = h.document(office, commune)
	}
}

func acceptedCancelled(h *hub) {
	ctx, cancel := context.WithCancel(h.ctx)
	cancel()
	a := h.document(office, commune)
	first, err := h.Accept(ctx, a)
	if err != nil && first != nil {
		h.Errorf("a receipt and an error: %v", err)
	}
	r := must(h.Accept(h.ctx, h.resubmitted(a)))(h)
	if err == nil && r.Message.ID != first.Message.ID {
		h.Errorf("the repeat is message %s, want %s", r.Message.ID, first.Message.ID)
	}
	if found := must(h.Find(h.ctx, office, a.Message.DocumentID, "", 0, 10))(h); len(found) != 1 {
		h.Errorf("%d messages, want 1", len(found))
	}
}

func acceptedNothing(h *hub) {
	h.absent(h.document(office, commune))
	_, err := h.Message(h.ctx, "")
	h.refused(err, exchange.NotFound, "the message without an id")
	_, err = h.Message(h.ctx, "../../etc/passwd")
	h.refused(err, exchange.NotFound, "a message id that is none")
	_, err = h.Delivery(h.ctx, "'; drop table")
	h.refused(err, exchange.NotFound, "a delivery id that is none")
	if found := must(h.Find(h.ctx, office, "", "1/UBND", 2018, 10))(h); len(found) != 0 {
		h.Errorf("found %d messages in an empty store", len(found))
	}
}

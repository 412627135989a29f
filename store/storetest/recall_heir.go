package storetest

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// inherited is a document to the commune, the district and the ward; the commune has taken the district's place.
func (h *hub) inherited() (a *exchange.Acceptance, both []exchange.DeliveryID) {
	h.Helper()
	a = h.document(office, commune, district, ward)
	h.accept(a)
	must(h.redirect(h.delivery(a.Deliveries[1].ID), commune))(h)
	return a, []exchange.DeliveryID{a.Deliveries[0].ID, a.Deliveries[1].ID}
}

// recallFromHeir asks the commune about both, and the ward about its own.
func (h *hub) recallFromHeir(a *exchange.Acceptance, both []exchange.DeliveryID) *exchange.Acceptance {
	r := h.recallOf(a, commune, ward)
	r.Message.About[0].For = []exchange.AgencyID{commune, commune, ward}
	r.Message.About[0].Of = append(both[:2:2], a.Deliveries[2].ID)
	return r
}

// answeredByHeir answers about the first and about the second, both ways, and after a part of it has lapsed.
func answeredByHeir(h *hub) {
	for code, state := range map[envelope.StatusCode]exchange.RecallState{envelope.Agreed: exchange.RecallAgreed, envelope.Declined: exchange.RecallDeclined} {
		for _, by := range []int{0, 1} {
			for _, late := range []bool{false, true} {
				h.answerOfHeir(code, state, by, late)
			}
		}
	}
}

func (h *hub) answerOfHeir(code envelope.StatusCode, state exchange.RecallState, by int, late bool) {
	h.Helper()
	a, both := h.inherited()
	h.settleAll(commune)
	h.settleAll(ward)
	r := h.recallFromHeir(a, both)
	must(h.Accept(h.ctx, r))(h)
	if late {
		h.now = h.now.Add(r.AnswerBy.Sub(r.Now))
		must(h.Lapse(h.ctx, both[1], h.now, nil))(h)
	}
	other := both[1-by]
	status := h.status(h.delivery(both[by]), code)
	h.writes(2, "the answer of an heir", func() { must(h.Accept(h.ctx, status))(h) })
	h.reopen()
	for _, id := range both {
		if d := h.delivery(id); d.Recall.State != state || d.Recall.Message != r.Message.ID || !d.Recall.Ended.Equal(h.now) {
			h.Errorf("%s about %d, late %t: became %+v, want %s", code, by, late, d.Recall, state)
		}
	}
	e := must(h.Entry(h.ctx, h.size()-1))(h).Entry
	if e.Type != translog.RecallAnswered || e.Delivery != string(other) || e.Message != string(a.Message.ID) || e.Code != string(code) {
		h.Errorf("logged as %s, want what else it answers", e.Marshal())
	}
	if d := h.delivery(a.Deliveries[2].ID); d.Recall.State != exchange.RecallAsked {
		h.Errorf("the ward, which has its own recall, became %+v", d.Recall)
	}
	h.now = h.now.Add(r.AnswerBy.Sub(r.Now))
	for _, d := range listed(h.Unanswered(h.ctx, h.now, "", 99))(h) {
		if d.ID == both[0] || d.ID == both[1] {
			h.Errorf("%s is unanswered still", d.ID)
		}
	}
	h.settleAll(commune)
	h.settleAll(ward)
	h.settleAll(office)
	h.sound()
}

// withdrawnAsItWaited: an update of both, and one behind it of the first alone, are withdrawn as they waited, whichever of
// the two comes first in the recall: the first is not gone before the other is.
func withdrawnAsItWaited(h *hub) {
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		a, both := h.inherited()
		h.settleAll(commune)
		u := h.acting(a, envelope.Update, exchange.Updates, commune)
		u.Message.About[0].For, u.Message.About[0].Of = []exchange.AgencyID{commune, commune}, both
		h.accept(u)
		behind := h.accept(h.acting(a, envelope.Update, exchange.Updates, commune))
		h.pass(time.Second)
		r := h.recallFromHeir(a, both)
		l := &r.Message.About[0]
		l.Of = []exchange.DeliveryID{both[order[0]], both[order[1]], l.Of[2]}
		must(h.Accept(h.ctx, r))(h)
		if got := h.delivery(behind.ID); got.State != exchange.Withdrawn || !got.Due.Equal(behind.Due) || !got.Deadline.Equal(behind.Deadline) {
			h.Errorf("%v: became %+v, want it withdrawn as it waited, due %v until %v", order, got, behind.Due, behind.Deadline)
		}
	}
	h.sound()
}

// neverLeftAtHeir: one of two turns out never to have left; the recall is about the other one, and stays.
func neverLeftAtHeir(h *hub) {
	a := h.document(office, ward, commune)
	h.accept(a)
	h.settleAll(commune)
	l := h.lease(ward)
	r := h.recallOf(a, ward)
	r.Message.About[0].For = []exchange.AgencyID{ward, ward}
	r.Message.About[0].Of = []exchange.DeliveryID{a.Deliveries[0].ID, a.Deliveries[1].ID}
	must(h.Accept(h.ctx, r))(h)
	h.writes(1, "an attempt of which nothing left", func() { must(h.settle(l, notSent(h.now)))(h) })
	if got := h.delivery(l.Delivery.ID); got.State != exchange.Withdrawn {
		h.Errorf("became %+v, want withdrawn", got)
	}
	if got := h.delivery(a.Deliveries[1].ID); got.Recall.State != exchange.RecallAsked {
		h.Errorf("the other became %+v, want it asked for", got.Recall)
	}
	if got := h.lease(ward); got.Message.ID != r.Message.ID {
		h.Errorf("handed out %+v, want the recall", got.Message)
	}
}

// onItsWay is a document to the ward, on its first push there, and to the commune, whose place the ward has taken: that one
// it has. Its recall asks about both.
func (h *hub) onItsWay() (l exchange.Lease, has exchange.DeliveryID, recall exchange.MessageID) {
	h.Helper()
	a := h.document(office, ward, commune)
	h.accept(a)
	l = h.lease(ward)
	has = a.Deliveries[1].ID
	must(h.redirect(h.delivery(has), ward))(h)
	h.settleAll(ward)
	r := h.recallOf(a, ward)
	r.Message.About[0].For = []exchange.AgencyID{ward, ward}
	r.Message.About[0].Of = []exchange.DeliveryID{l.Delivery.ID, has}
	must(h.Accept(h.ctx, r))(h)
	return l, has, r.Message.ID
}

// answeredOnItsWay: the answer about the one that the heir has settles the one that is on its way as well, and is no proof
// that it has left. Where it turns out not to have, the heir never gets it; the recall is about the other one, and stays.
func answeredOnItsWay(h *hub) {
	for _, code := range []envelope.StatusCode{envelope.Agreed, envelope.Declined} {
		for _, left := range []bool{true, false} {
			l, has, recall := h.onItsWay()
			h.accept(h.status(h.delivery(has), code))
			answered := h.delivery(has).Recall
			if got := h.delivery(l.Delivery.ID); got.Recall.State != answered.State || got.Found() {
				h.Errorf("%s: became %+v, want it answered, and in no list yet", code, got)
			}
			want, outcome := exchange.Delivered, delivered
			if !left {
				want, outcome = exchange.Withdrawn, notSent(h.now)
			}
			must(h.settle(l, outcome))(h)
			h.reopen()
			if got := h.delivery(l.Delivery.ID); got.State != want || got.Exposed() != left || left && got.Recall != answered {
				h.Errorf("%s, left %t: became %+v, want it %s", code, left, got, want)
			}
			if got := h.delivery(has).Recall; got != answered {
				h.Errorf("%s, left %t: the other became %+v, want %+v", code, left, got, answered)
			}
			next := h.lease(ward)
			if next.Message.ID != recall {
				h.Errorf("%s, left %t: handed out %+v, want the recall", code, left, next.Message)
			}
			must(h.settle(next, delivered))(h)
			h.settleAll(office)
		}
	}
	h.sound()
}

// updatedTwice is a document to the commune and to the ward, which has taken the commune's place: the commune's never left,
// and the ward's own did or did not. An update of both is on its first push, and one of the ward's own alone, accepted after
// it, was seen.
func (h *hub) updatedTwice(left bool) (a *exchange.Acceptance, l exchange.Lease, seen exchange.DeliveryID) {
	h.Helper()
	a = h.document(office, commune, ward)
	h.accept(a)
	must(h.redirect(h.delivery(a.Deliveries[0].ID), ward))(h)
	both := []exchange.DeliveryID{a.Deliveries[0].ID, a.Deliveries[1].ID}
	u := h.acting(a, envelope.Update, exchange.Updates, ward)
	u.Message.About[0].For, u.Message.About[0].Of = []exchange.AgencyID{ward, ward}, both
	h.accept(u)
	for range 3 { // the update goes behind the two
		l, outcome := h.lease(ward), exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "dial", NotSent: true}
		if left && l.Delivery.ID == both[1] {
			outcome = delivered
		}
		must(h.settle(l, outcome))(h)
	}
	seen = h.accept(h.acting(a, envelope.Update, exchange.Updates, ward)).ID
	h.settleAll(ward)
	must(h.Requeue(h.ctx, u.Deliveries[0].ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
	return a, h.lease(ward), seen
}

// neverLeftOfTwo: an update of two documents turns out never to have left. Of which of them the heir has seen another part,
// it is asked for that one; the recall of one where it has seen none is withdrawn, whichever of the two it is.
func neverLeftOfTwo(h *hub) {
	for _, of := range [][]int{{0, 1}, {1, 0}, {0}, {1}} {
		a, l, seen := h.updatedTwice(false)
		r := h.recallOf(a, ward)
		about := &r.Message.About[0]
		about.For, about.Of = nil, nil
		for _, i := range of {
			about.For, about.Of = append(about.For, ward), append(about.Of, a.Deliveries[i].ID)
		}
		must(h.Accept(h.ctx, r))(h)
		h.writes(2, "an attempt of which nothing left", func() { must(h.settle(l, notSent(h.now)))(h) })
		h.reopen()
		if got := h.delivery(l.Delivery.ID); got.State != exchange.Withdrawn || got.Exposed() {
			h.Errorf("%v: the update of both became %+v, want it withdrawn", of, got)
		}
		was, recall := h.delivery(seen).Recall, h.delivery(r.Deliveries[0].ID)
		asks := len(of) == 2 || of[0] == 1
		if asks != was.AsksFor(r.Message.ID) || asks != (recall.State == exchange.Queued) {
			h.Errorf("%v: what it has seen became %+v, and the recall %+v; want it asked for: %t", of, was, recall, asks)
		}
		h.settleAll(ward)
	}
	h.sound()
}

// neverLeftBesideAsked: where the recall asks for another part of the document already, that is enough.
func neverLeftBesideAsked(h *hub) {
	a, l, seen := h.updatedTwice(true)
	r := h.recallOf(a, ward)
	about := &r.Message.About[0]
	about.For, about.Of = []exchange.AgencyID{ward, ward}, []exchange.DeliveryID{a.Deliveries[0].ID, a.Deliveries[1].ID}
	must(h.Accept(h.ctx, r))(h)
	h.writes(1, "an attempt of which nothing left", func() { must(h.settle(l, notSent(h.now)))(h) })
	if got := h.delivery(a.Deliveries[1].ID).Recall; got.State != exchange.RecallAsked {
		h.Errorf("the document became %+v, want it asked for", got)
	}
	if got := h.delivery(seen).Recall; got.State != "" {
		h.Errorf("its update became %+v, want it left alone", got)
	}
	if got := h.lease(ward); got.Message.ID != r.Message.ID {
		h.Errorf("handed out %+v, want the recall", got.Message)
	}
}

// neverLeftBesideAnother: what never left was a part of one document. Its recall asked for another one as well, which has been
// asked for again and answered meanwhile: an update of that one is not asked for in the place of the first.
func neverLeftBesideAnother(h *hub) {
	a := h.document(office, ward, commune)
	h.accept(a)
	l, other := h.lease(ward), a.Deliveries[1].ID
	must(h.redirect(h.delivery(other), ward))(h)
	update := h.acting(a, envelope.Update, exchange.Updates, ward)
	update.Message.About[0].For, update.Message.About[0].Of = []exchange.AgencyID{ward}, []exchange.DeliveryID{other}
	u := h.accept(update)
	h.settleAll(ward)
	r := h.recallOf(a, ward)
	r.Message.About[0].For, r.Message.About[0].Of = []exchange.AgencyID{ward, ward}, []exchange.DeliveryID{l.Delivery.ID, other}
	must(h.Accept(h.ctx, r))(h)
	h.now = h.now.Add(r.AnswerBy.Sub(r.Now))
	must(h.Lapse(h.ctx, other, h.now, nil))(h)
	again := h.recallOf(a, ward)
	again.Message.About[0].For, again.Message.About[0].Of = []exchange.AgencyID{ward}, []exchange.DeliveryID{other}
	must(h.Accept(h.ctx, again))(h)
	h.accept(h.status(h.delivery(other), envelope.Agreed))
	h.writes(2, "an attempt of which nothing left", func() { must(h.settle(l, notSent(h.now)))(h) })
	h.reopen()
	if got := h.delivery(u.ID); got.Recall.State != "" {
		h.Errorf("the update of the other became %+v, want it left alone", got.Recall)
	}
	if got := h.delivery(r.Deliveries[0].ID); got.State != exchange.Withdrawn {
		h.Errorf("the recall became %+v, want it withdrawn: it asks for nothing", got)
	}
	h.sound()
}

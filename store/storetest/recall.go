package storetest

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// acting makes a document that does something to an earlier one, to some of its addressees.
func (h *hub) acting(of *exchange.Acceptance, kind envelope.Kind, relation exchange.Relation, to ...exchange.AgencyID) *exchange.Acceptance {
	a := h.document(of.Message.Sender, to...)
	a.Identity, a.Message.Kind, a.AnswerBy = "", kind, h.now.Add(time.Hour)
	l := exchange.Link{Message: of.Message.ID, Relation: relation}
	for _, d := range of.Deliveries {
		if slices.Contains(to, d.Addressee) {
			l.For, l.Of = append(l.For, d.Addressee), append(l.Of, d.ID)
		}
	}
	a.Message.About = []exchange.Link{l}
	address(a, to...)
	return a
}

func (h *hub) recallOf(of *exchange.Acceptance, to ...exchange.AgencyID) *exchange.Acceptance {
	return h.acting(of, envelope.Recall, exchange.Recalls, to...)
}

// P7, and the order of what is said about a document.
var recallCases = []check{
	{"what nobody has seen is withdrawn, and the recall goes to nobody", func(h *hub) {
		a := h.document(office, commune, ward)
		h.accept(a)
		r := h.recallOf(a, commune, ward)
		h.writes(3, "a recall", func() { must(h.Accept(h.ctx, r))(h) })
		for range 2 {
			for _, d := range must(h.DeliveriesOf(h.ctx, a.Message.ID))(h) {
				if d.State != exchange.Withdrawn || d.Recall.State != exchange.RecallWithdrawn || d.Recall.Message != r.Message.ID {
					h.Errorf("became %+v, want withdrawn by the recall", d)
				}
			}
			if m := must(h.Message(h.ctx, r.Message.ID))(h); len(m.Addressees) != 0 {
				h.Errorf("the recall goes to %+v, want nobody", m.Addressees)
			}
			h.hidden(a, "withdrawn")
			h.reopen()
		}
		h.counted("withdrawn")
	}},
	{"who has seen it is asked, behind the document", func(h *hub) {
		a := h.document(office, commune, ward)
		h.accept(a)
		l := h.lease(commune)
		r := h.recallOf(a, commune, ward)
		h.writes(3, "a recall", func() { must(h.Accept(h.ctx, r))(h) })
		h.reopen()
		if got := h.delivery(l.Delivery.ID); got.Recall.State != exchange.RecallAsked || got.State != exchange.Held {
			h.Errorf("became %+v, want asked", got)
		}
		if got := h.leases(commune, 9); len(got) != 0 {
			h.Errorf("the recall overtook the document: %+v", got[0].Message)
		}
		h.pass(time.Second)
		must(h.acknowledge(l.Delivery.ID, commune, 1))(h)
		got := h.lease(commune)
		if got.Message.ID != r.Message.ID || !got.Delivery.Deadline.Equal(r.Deliveries[0].Deadline.Add(time.Second)) {
			h.Errorf("handed out %+v, want the recall, with the second that it waited", got)
		}
	}},
	{"what waits goes on when what it waits for is given up, or withdrawn", func(h *hub) {
		a, b := h.document(office, commune), h.document(office, commune)
		for _, doc := range []*exchange.Acceptance{a, b} {
			h.accept(doc)
			h.accept(h.acting(doc, envelope.Replacement, exchange.Updates, commune))
		}
		if due := listed(h.Overdue(h.ctx, h.now.Add(lifetime), "", 9))(h); len(due) != 2 {
			h.Errorf("%d overdue, want the two documents: what waits does not age", len(due))
		}
		dead := h.deadLetter(commune)
		h.pass(time.Second)
		if got := h.leases(commune, 9); len(got) != 2 {
			h.Errorf("%d handed out, want the other document and what waited for the dead letter", len(got))
		}
		must(h.Requeue(h.ctx, dead.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
	}},
	{"a dead letter that nobody saw is recalled, and not sent again", func(h *hub) {
		a := h.document(office, ward)
		h.accept(a)
		h.pass(lifetime)
		must(h.Expire(h.ctx, a.Deliveries[0].ID, h.now, nil))(h)
		must(h.Accept(h.ctx, h.recallOf(a, ward)))(h)
		_, err := h.Requeue(h.ctx, a.Deliveries[0].ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil)
		h.refused(err, exchange.Conflict, "requeueing what was withdrawn")
	}},
	{"a recall of which nothing is left is refused, and leaves nothing", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		must(h.Accept(h.ctx, h.recallOf(a, commune)))(h)
		again := h.recallOf(a, commune)
		h.writes(0, "a second recall", func() {
			_, err := h.Accept(h.ctx, again)
			h.refused(err, exchange.Conflict, "a second recall")
		})
		h.absent(again)
	}},
	{"a recall that lapses is listed, ends once, and brings its notice", func(h *hub) {
		a := h.document(office, commune)
		d := h.accept(a)
		h.lease(commune)
		must(h.Accept(h.ctx, h.recallOf(a, commune)))(h)
		_, err := h.Lapse(h.ctx, d.ID, h.now, nil)
		h.refused(err, exchange.Conflict, "lapsing before its time")
		h.pass(time.Hour)
		h.reopen()
		if late := listed(h.Unanswered(h.ctx, h.now, "", 9))(h); len(late) != 1 || late[0].ID != d.ID {
			h.Errorf("unanswered are %+v, want the one", late)
		}
		note := h.notice(d)
		h.writes(2, "a lapse", func() { must(h.Lapse(h.ctx, d.ID, h.now, note))(h) })
		h.stored(note)
		if e := must(h.Entry(h.ctx, h.size()-2))(h).Entry; e.Type != translog.RecallLapsed || e.Delivery != string(d.ID) {
			h.Errorf("logged as %s, want the lapse", e.Marshal())
		}
		_, err = h.Lapse(h.ctx, d.ID, h.now, nil)
		h.refused(err, exchange.Conflict, "lapsing twice")
	}},
	{"a recall that is withdrawn with its document is not let go first", func(h *hub) {
		for end, ends := range map[string]func(exchange.Lease) error{
			"settled": func(l exchange.Lease) error {
				_, err := h.settle(l, notSent(h.now))
				return err
			},
			"released": func(l exchange.Lease) error {
				return h.Release(h.ctx, l.Delivery.ID, l.Delivery.Attempt, h.now, true)
			},
		} {
			a := h.document(office, ward)
			h.accept(a)
			l := h.lease(ward)
			r, later := h.recallOf(a, ward), h.acting(a, envelope.Replacement, exchange.Replaces, ward)
			must(h.Accept(h.ctx, r))(h)
			h.accept(later)
			h.pass(time.Second)
			h.writes(2, "an attempt of which nothing left, "+end, func() {
				if err := ends(l); err != nil {
					h.Errorf("%s: %v", end, err)
				}
			})
			if first := must(h.Entry(h.ctx, h.size()-2))(h).Entry; first.Type != translog.Withdrawn || first.Delivery != string(l.Delivery.ID) {
				h.Errorf("%s: logged first is %s, want the document withdrawn, then its recall", end, first.Marshal())
			}
			was := r.Deliveries[0]
			if got := h.delivery(was.ID); got.State != exchange.Withdrawn || !got.Due.Equal(was.Due) || !got.Deadline.Equal(was.Deadline) {
				h.Errorf("%s: the recall became %+v, want it withdrawn as it waited, due %v until %v", end, got, was.Due, was.Deadline)
			}
			next := h.lease(ward)
			if next.Message.ID != later.Message.ID || !next.Delivery.Deadline.Equal(later.Deliveries[0].Deadline.Add(time.Second)) {
				h.Errorf("%s: handed out %+v, want what waited behind both, with the second that it waited", end, next)
			}
			must(h.settle(next, delivered))(h)
		}
	}},
	{"what two documents were updated by is taken once", func(h *hub) {
		for seen, lease := range map[string]func(){"unseen": func() {}, "seen": func() { h.settleAll(commune) }} {
			a := h.document(office, commune, district)
			h.accept(a)
			must(h.redirect(h.delivery(a.Deliveries[1].ID), commune))(h) // the commune has taken the district's place
			both := []exchange.DeliveryID{a.Deliveries[0].ID, a.Deliveries[1].ID}
			u := h.acting(a, envelope.Update, exchange.Updates, commune)
			u.Message.About[0].For, u.Message.About[0].Of = []exchange.AgencyID{commune, commune}, both
			h.accept(u)
			lease()
			r := h.recallOf(a, commune)
			r.Message.About[0].For, r.Message.About[0].Of = []exchange.AgencyID{commune, commune}, both
			want := map[string]int64{"unseen": 4, "seen": 3}[seen]
			h.writes(want, "the recall of two that were updated by one, "+seen, func() { must(h.Accept(h.ctx, r))(h) })
			for _, id := range append(both, u.Deliveries[0].ID) {
				d := h.delivery(id)
				if d.Recall.State == "" && id != u.Deliveries[0].ID || d.Exposed() == (d.State == exchange.Withdrawn) {
					h.Errorf("%s: became %+v", seen, d)
				}
			}
			h.reopen()
		}
	}},
	{"links lead both ways", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		u := h.acting(a, envelope.Update, exchange.Updates, commune)
		h.accept(u)
		next := h.acting(a, envelope.Replacement, exchange.Replaces, commune)
		h.accept(next)
		h.reopen()
		links := must(h.Linked(h.ctx, a.Message.ID, 9))(h)
		if len(links) != 2 || links[0].Message != u.Message.ID || links[1].Message != next.Message.ID || links[1].Relation != exchange.Replaces {
			h.Errorf("linked are %+v, want the update and the replacement", links)
		}
		if one := must(h.Linked(h.ctx, a.Message.ID, 1))(h); len(one) != 1 {
			h.Errorf("%d links, want the 1 asked for", len(one))
		}
	}},
	{"one answer settles all that a recall asks about at an heir", answeredByHeir},
	{"what waits behind what an heir loses twice is withdrawn as it waited", withdrawnAsItWaited},
	{"what never left leaves the heir asked for the rest", neverLeftAtHeir},
	{"of an update of two that never left the heir is asked for the rest of each", neverLeftOfTwo},
	{"of what is asked for already nothing else is", neverLeftBesideAsked},
	{"what never left is not asked for in the place of another document", neverLeftBesideAnother},
	{"what an heir answers on its way is withdrawn where it never left", answeredOnItsWay},
	{"whatever races, it is withdrawn or asked for, and never both", recallRaces},
}

// recallRaces has recalls, hand-outs and their ends meet, with a restart in between, and looks at every
// document afterwards: withdrawn and seen by nobody, with no recall delivered; or seen, asked for, with the recall on its
// way.
func recallRaces(h *hub) {
	const documents = 60
	var docs, recalls []*exchange.Acceptance
	for range documents {
		a := h.document(office, ward)
		h.accept(a)
		docs, recalls = append(docs, a), append(recalls, h.recallOf(a, ward))
	}
	var wg sync.WaitGroup
	wg.Go(func() { h.recallAll(recalls) })
	for i := range 4 {
		wg.Go(func() { h.deliverSome(rand.New(rand.NewPCG(7, uint64(i)))) })
	}
	wg.Wait()
	h.reopen()
	for i, a := range docs {
		h.onceOnly(h.delivery(a.Deliveries[0].ID), must(h.Message(h.ctx, recalls[i].Message.ID))(h))
	}
}

func (h *hub) recallAll(recalls []*exchange.Acceptance) {
	for _, r := range recalls {
		if _, err := h.Accept(h.ctx, r); err != nil {
			h.Errorf("recall: %v", err)
		}
	}
}

// deliverSome leases and ends attempts in every way there is.
func (h *hub) deliverSome(dice *rand.Rand) {
	ctx := context.Background()
	for range 60 {
		ls, err := h.Lease(ctx, exchange.LeaseRequest{Agency: ward, Now: h.now, Until: h.now.Add(time.Minute), Max: 1 + dice.IntN(3)})
		if err != nil {
			h.Errorf("lease: %v", err)
		}
		for _, l := range ls {
			h.endSomehow(dice, l)
		}
	}
}

func (h *hub) endSomehow(dice *rand.Rand, l exchange.Lease) {
	var err error
	switch dice.IntN(6) {
	case 0:
		_, err = h.settle(l, delivered)
	case 1, 2:
		_, err = h.settle(l, notSent(h.now))
	case 3:
		_, err = h.settle(l, exchange.Outcome{Result: exchange.ResultRetry, Reason: "http-503", RetryAt: h.now})
	case 4:
		_, err = h.settle(l, exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "dial", NotSent: true})
	case 5:
		err = h.Release(h.ctx, l.Delivery.ID, l.Delivery.Attempt, h.now, dice.IntN(2) == 0)
	}
	if err != nil {
		h.Errorf("the end of an attempt: %v", err)
	}
}

func (h *hub) onceOnly(d exchange.Delivery, recall exchange.Message) {
	h.Helper()
	var to []exchange.Delivery
	for _, a := range recall.Addressees {
		to = append(to, h.delivery(a.Delivery))
	}
	gone := len(to) == 0 || to[0].State == exchange.Withdrawn && !to[0].Exposed()
	switch {
	case d.Recall.State == exchange.RecallWithdrawn && d.State == exchange.Withdrawn && !d.Exposed() && gone:
	case d.Recall.State == exchange.RecallAsked && d.State != exchange.Withdrawn && d.Exposed() && !gone:
	default:
		h.Errorf("document %+v\nrecall to %+v\nwant exactly one of withdrawn and asked", d, to)
	}
}

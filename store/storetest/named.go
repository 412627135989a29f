package storetest

import (
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// takeBackOf is status 13 in the short form about one delivery, by its id.
func (h *hub) takeBackOf(d exchange.Delivery) *exchange.Acceptance {
	a := h.status(d, envelope.TakeBack)
	a.Message.Sender, a.AnswerBy = d.Sender, h.now.Add(lifetime)
	a.Message.About = []exchange.Link{{Message: d.Message, Relation: exchange.Recalls, For: []exchange.AgencyID{d.Addressee}, Of: []exchange.DeliveryID{d.ID}}}
	a.Basis = &exchange.Basis{Delivery: d.ID}
	answerBy := a.AnswerBy
	address(a, d.Addressee)
	a.AnswerBy = answerBy
	return a
}

// updatedDocument is a document to the commune and an update of it.
func (h *hub) updatedDocument(to exchange.AgencyID) (document, update exchange.DeliveryID) {
	h.Helper()
	a := h.document(office, to)
	h.accept(a)
	u := h.acting(a, envelope.Update, exchange.Updates, to)
	h.accept(u)
	return a.Deliveries[0].ID, u.Deliveries[0].ID
}

// What is named by its id is meant, and what has to do with it is not.
var namedCases = []check{
	{"the same word at once is one", func(h *hub) {
		for _, code := range []envelope.StatusCode{envelope.Arrived, envelope.Accepted, envelope.Processing} {
			d := h.handedOut()
			said := make([]*exchange.Acceptance, 8)
			for i := range said {
				said[i] = h.status(d, code)
				said[i].Basis = &exchange.Basis{Delivery: d.ID}
			}
			h.oneOf(said, "eight that say the same")
			h.writes(1, "a file that says it again", func() { h.accept(h.status(d, code)) })
		}
	}},
	{"an update is recalled without its document, seen or not", func(h *hub) {
		for _, seen := range []bool{false, true} {
			document, update := h.updatedDocument(commune)
			if seen {
				h.settleAll(commune)
			}
			was := h.delivery(document)
			r := h.takeBackOf(h.delivery(update))
			h.writes(2, "the recall of an update", func() { must(h.Accept(h.ctx, r))(h) })
			h.reopen()
			if got := h.delivery(document); !same(got, was) {
				h.Errorf("seen %t: the document became %+v, want %+v", seen, got, was)
			}
			want := map[bool]exchange.RecallState{false: exchange.RecallWithdrawn, true: exchange.RecallAsked}[seen]
			if got := h.delivery(update); got.Recall.State != want || got.Recall.Message != r.Message.ID {
				h.Errorf("seen %t: the update became %+v, want it %s", seen, got.Recall, want)
			}
			h.settleAll(commune)
		}
	}},
	{"what came back is not recalled by its id, nor its update in its place", func(h *hub) {
		document, update := h.updatedDocument(commune)
		h.lease(commune)
		must(h.acknowledge(document, commune, 1))(h)
		h.accept(h.status(h.delivery(document), envelope.Refused))
		was := h.delivery(update)
		r := h.takeBackOf(h.delivery(document))
		h.writes(0, "the recall of what came back", func() {
			_, err := h.Accept(h.ctx, r)
			h.refused(err, exchange.Conflict, "the recall of what came back")
		})
		h.absent(r)
		if got := h.delivery(update); !same(got, was) {
			h.Errorf("the update became %+v, want %+v", got, was)
		}
	}},
	{"an update that never left takes its own recall along, and leaves nobody asked", func(h *hub) {
		document, update := h.updatedDocument(ward)
		must(h.settle(h.lease(ward), delivered))(h)
		l := h.lease(ward)
		r := h.takeBackOf(l.Delivery)
		must(h.Accept(h.ctx, r))(h)
		h.writes(2, "an attempt of which nothing left", func() { must(h.settle(l, notSent(h.now)))(h) })
		h.reopen()
		for id, want := range map[exchange.DeliveryID]exchange.State{document: exchange.Delivered, update: exchange.Withdrawn, r.Deliveries[0].ID: exchange.Withdrawn} {
			if got := h.delivery(id); got.State != want || id == document && got.Recall.State != "" {
				h.Errorf("became %+v, want it %s", got, want)
			}
		}
	}},
}

// oneOf fails the case unless of all that is said at once one is accepted, and the others are Conflicts of which nothing
// stays.
func (h *hub) oneOf(said []*exchange.Acceptance, what string) {
	h.Helper()
	errs := make([]error, len(said))
	h.writes(1, what, func() { together(len(said), func(i int) { _, errs[i] = h.Accept(h.ctx, said[i]) }) })
	for i, err := range errs {
		if err == nil {
			h.stored(said[i])
			continue
		}
		h.refused(err, exchange.Conflict, what+", one that came later")
		h.absent(said[i])
	}
}

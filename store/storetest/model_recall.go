package storetest

import (
	"cmp"
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// A judgement is what accepting a message does to the deliveries of those it speaks of.
type judgement struct {
	recall  bool
	changed []exchange.Delivery
	asks    []exchange.AgencyID
}

// change takes what two documents were updated by once.
func (j *judgement) change(d exchange.Delivery) {
	if !slices.ContainsFunc(j.changed, func(o exchange.Delivery) bool { return o.ID == d.ID }) {
		j.changed = append(j.changed, d)
	}
}

func (j judgement) empty() bool { return j.recall && len(j.changed) == 0 }

// addressed is the acceptance without those that a recall is not delivered to.
func (j judgement) addressed(a *exchange.Acceptance) *exchange.Acceptance {
	if !j.recall {
		return a
	}
	to := *a
	to.Message.Addressees, to.Deliveries = nil, nil
	for i, d := range a.Deliveries {
		if slices.Contains(j.asks, d.Addressee) {
			to.Message.Addressees = append(to.Message.Addressees, a.Message.Addressees[i])
			to.Deliveries = append(to.Deliveries, d)
		}
	}
	return &to
}

func (m *model) judge(a *exchange.Acceptance) (j judgement) {
	for _, l := range a.Message.About {
		j.recall = j.recall || l.Relation == exchange.Recalls
		for i, agency := range l.For {
			if l.Relation == exchange.Recalls {
				m.recall(&j, a, agency, m.parts(l.Of[i]))
			} else if l.Relation == exchange.Replaces {
				m.replace(&j, m.parts(l.Of[i]))
			}
		}
	}
	return j
}

func (m *model) recall(j *judgement, a *exchange.Acceptance, agency exchange.AgencyID, parts []exchange.Delivery) {
	until := m.now.Add(a.AnswerBy.Sub(a.Now))
	asked := false
	for _, d := range parts {
		next, _, verdict := m.rules.TakeBack(d, a.Message.ID, m.now, until)
		if verdict == exchange.Withdraws {
			j.change(next)
		}
		if verdict == exchange.Asks && !asked {
			j.change(next)
			j.asks = append(j.asks, agency)
			asked = true
		}
		asked = asked || d.State != exchange.Withdrawn && d.Recall.State == exchange.RecallAsked
	}
}

func (m *model) replace(j *judgement, parts []exchange.Delivery) {
	for _, d := range parts {
		if next, _, changes := exchange.Supersede(d, m.now); changes {
			j.change(next)
		}
	}
}

// parts are a document's delivery and those of its updates in its place, as they were accepted.
func (m *model) parts(root exchange.DeliveryID) (ds []exchange.Delivery) {
	for _, old := range m.messages {
		for _, d := range old.a.Deliveries {
			d = m.deliveries[d.ID]
			if d.ID == root || slices.Contains(updated(d, old.a.Message), root) {
				ds = append(ds, d)
			}
		}
	}
	return ds
}

// updated are the deliveries that one of an update is a part of: several where their addressees have become one.
func updated(d exchange.Delivery, m exchange.Message) (of []exchange.DeliveryID) {
	for _, l := range m.About {
		if l.Relation == exchange.Updates {
			of = append(of, l.At(cmp.Or(d.Original, d.Addressee))...)
		}
	}
	return of
}

// answered settles what else the recall of d asks about where it asks about d, which the report has answered.
func (m *model) answered(d exchange.Delivery, r exchange.Report) {
	for _, o := range m.beside(d) {
		if next, _, changes := m.rules.AnswerToo(m.deliveries[o.ID], d.Recall.Message, r, m.now); changes {
			m.deliveries[o.ID] = next
			m.size++
		}
	}
}

// beside are the other deliveries that the recall of d speaks of at the addressee at which it speaks of d.
func (m *model) beside(d exchange.Delivery) (others []exchange.Delivery) {
	if d.Recall.Message == "" {
		return nil
	}
	of := append(updated(d, m.message(d.Message)), d.ID)
	for _, l := range m.message(d.Recall.Message).About {
		for i, root := range l.Of {
			if !slices.Contains(of, root) {
				continue
			}
			for _, with := range l.At(l.For[i]) {
				others = append(others, m.parts(with)...)
			}
		}
	}
	return slices.DeleteFunc(others, func(o exchange.Delivery) bool { return o.ID == d.ID })
}

// unasked is what becomes of a recall whose document turns out never to have left.
func (m *model) unasked(d exchange.Delivery) {
	of := append(updated(d, m.message(d.Message)), d.ID)
	inherited := false
	for _, root := range m.speaksOf(d.Recall.Message) {
		if slices.Contains(of, root) && m.inherit(root, d) {
			inherited = true
		}
	}
	about := func(o exchange.Delivery) bool {
		return o.Recall.Message == d.Recall.Message && o.State != exchange.Withdrawn
	}
	if inherited || slices.ContainsFunc(m.beside(d), about) {
		return
	}
	for _, old := range m.messages {
		for _, r := range old.a.Deliveries {
			r = m.deliveries[r.ID]
			follows := exchange.Follows(r, old.a.Message)
			if old.a.Message.ID != d.Recall.Message || !slices.ContainsFunc(of, func(root exchange.DeliveryID) bool { return slices.Contains(follows, root) }) {
				continue
			}
			if next, _, changes := exchange.Spare(r, m.now); changes {
				m.deliveries[r.ID] = next
				m.size++
			}
		}
	}
}

// speaksOf are the deliveries that a recall names, place by place.
func (m *model) speaksOf(recall exchange.MessageID) (roots []exchange.DeliveryID) {
	for _, l := range m.message(recall).About {
		if l.Relation == exchange.Recalls {
			roots = append(roots, l.Of...)
		}
	}
	return roots
}

// inherit asks for the first part of a document that was seen, where none of it is asked for but d, and nothing else of it
// was by this recall.
func (m *model) inherit(root exchange.DeliveryID, d exchange.Delivery) bool {
	parts := slices.DeleteFunc(m.parts(root), func(o exchange.Delivery) bool { return o.ID == d.ID })
	for _, o := range parts {
		about := o.Recall.Message == d.Recall.Message && o.State != exchange.Withdrawn
		if about || o.Recall.State == exchange.RecallAsked {
			return false
		}
	}
	for _, o := range parts {
		if exchange.Stands(o) == exchange.Seen && o.Recall.State == "" {
			m.deliveries[o.ID], _ = exchange.Inherit(o, d.Recall, m.now)
			m.size++
			return true
		}
	}
	return false
}

// place says of every delivery behind which other it waits: the last before it in one of its threads, or the document
// that the thread is about, that has not ended.
func (m *model) place() {
	for _, id := range m.order {
		if d := m.deliveries[id]; !d.State.Final() && !d.Leased {
			m.deliveries[id] = exchange.Await(d, m.before(d), m.now)
		}
	}
}

func (m *model) before(d exchange.Delivery) exchange.DeliveryID {
	for _, t := range exchange.Follows(d, m.message(d.Message)) {
		var last exchange.DeliveryID
		for _, id := range m.order {
			if id == d.ID {
				break
			}
			other := m.deliveries[id]
			about := m.message(other.Message)
			if !other.State.Final() && (id == t || slices.Contains(exchange.Follows(other, about), t)) {
				last = id
			}
		}
		if last != "" {
			return last
		}
	}
	return ""
}

// unanswered are the recalls that were not answered in time.
func (m *model) unanswered() (ids []exchange.DeliveryID) {
	for _, d := range m.deliveries {
		if d.Recall.State == exchange.RecallAsked && !d.Recall.Until.After(m.now) {
			ids = append(ids, d.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// linked are the messages that act on one.
func (m *model) linked(id exchange.MessageID) (links []exchange.Link) {
	for _, old := range m.messages {
		for _, l := range old.a.Message.About {
			if l.Message == id {
				links = append(links, exchange.Link{Message: old.a.Message.ID, Relation: l.Relation, For: l.For, Of: l.Of})
			}
		}
	}
	return links
}

package storetest

import (
	"slices"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// marked is a delivery with the marks that it must have.
func (m *model) marked(id exchange.DeliveryID) exchange.Delivery {
	d := m.deliveries[id]
	d.Marks = m.clocks.marks[id]
	return d
}

// silent reports whether nobody has said what becomes of the document there.
func silent(d exchange.Delivery) bool {
	said := []envelope.StatusCode{envelope.Accepted, envelope.Assigned, envelope.Processing, envelope.Completed}
	return !d.Refused && d.Consent == "" && d.Recall.State != exchange.RecallAgreed && !slices.Contains(said, d.Processing)
}

// returned reports whether the addressee does not take the document, or the update of one.
func returned(d exchange.Delivery) bool { return d.Refused || d.Consent == envelope.Declined }

// unanswered reports whether a recall waits for its answer, in time or not.
func unanswered(d exchange.Delivery) bool {
	return d.Recall.State == exchange.RecallAsked || d.Recall.State == exchange.RecallLapsed
}

// worked reports whether the addressee has gone beyond acceptance.
func worked(d exchange.Delivery) bool {
	return d.Processing == envelope.Assigned || d.Processing == envelope.Processing || d.Processing == envelope.Completed
}

// receivedUnder says in which tabs of its addressee a delivery is: the rule of exchange.Delivery.Groups written again.
func receivedUnder(d exchange.Delivery, g exchange.Group) bool {
	if d.Class != exchange.ClassDocument || !d.Found() {
		return false
	}
	paper := d.Kind != envelope.Recall
	took := paper && !returned(d) && d.Recall.State != exchange.RecallAgreed
	switch g {
	case exchange.GroupDocuments:
		return true
	case exchange.GroupAsked:
		return unanswered(d)
	case exchange.GroupRecalled:
		return paper && d.Recall.State == exchange.RecallAgreed
	case exchange.GroupRefused:
		return paper && returned(d) && d.Recall.State != exchange.RecallAgreed
	case exchange.GroupAccepted:
		return took && (d.Processing == envelope.Accepted || d.Consent == envelope.Agreed && !worked(d))
	case exchange.GroupProcessing:
		return took && worked(d) && d.Processing != envelope.Completed
	case exchange.GroupCompleted:
		return took && d.Processing == envelope.Completed
	case exchange.GroupUrgent:
		return paper && silent(d) && d.Priority > 0
	case exchange.GroupOverdue:
		return paper && silent(d) && d.Marks.Receive.Verdict == exchange.Overdue
	}
	return paper && silent(d)
}

// sentUnder says in which tabs of its sender a document with these deliveries is.
func sentUnder(ds []exchange.Delivery, g exchange.Group) bool {
	back := func(d exchange.Delivery) bool {
		return d.State == exchange.Withdrawn || d.Recall.State == exchange.RecallAgreed
	}
	read := func(d exchange.Delivery) bool { return d.Kind == envelope.Recall && d.State == exchange.Delivered }
	open := func(d exchange.Delivery) bool {
		return silent(d) && !back(d) && !read(d) && d.State != exchange.DeadLettered
	}
	done := func(d exchange.Delivery) bool {
		return !returned(d) && (d.Processing == envelope.Completed || read(d))
	}
	kept := slices.DeleteFunc(slices.Clone(ds), back)
	all := func(of func(exchange.Delivery) bool) bool {
		return len(kept) > 0 && !slices.ContainsFunc(kept, func(d exchange.Delivery) bool { return !of(d) })
	}
	switch g {
	case exchange.GroupDocuments:
		return len(ds) > 0
	case exchange.GroupOpen:
		return slices.ContainsFunc(ds, open)
	case exchange.GroupOverdue:
		return slices.ContainsFunc(ds, func(d exchange.Delivery) bool { return open(d) && d.Marks.Receive.Verdict == exchange.Overdue })
	case exchange.GroupAttention:
		return slices.ContainsFunc(kept, func(d exchange.Delivery) bool {
			return returned(d) || silent(d) && d.State == exchange.DeadLettered
		})
	case exchange.GroupTaken:
		return all(func(d exchange.Delivery) bool { return !returned(d) && (!silent(d) || read(d)) })
	case exchange.GroupCompleted:
		return all(done)
	case exchange.GroupAsked:
		return slices.ContainsFunc(ds, unanswered)
	case exchange.GroupRecalled:
		return len(kept) < len(ds)
	}
	return false
}

// received and sent are the tabs' contents.
func (m *model) received(agency exchange.AgencyID, g exchange.Group) (ids []exchange.MessageID) {
	for _, id := range m.order {
		if d := m.marked(id); d.Addressee == agency && receivedUnder(d, g) {
			ids = append(ids, d.Message)
		}
	}
	return ids
}

func (m *model) sent(agency exchange.AgencyID, g exchange.Group) (ids []exchange.MessageID) {
	for _, a := range m.messages {
		if a.a.Message.Sender != agency || a.a.Message.Class != exchange.ClassDocument {
			continue
		}
		var ds []exchange.Delivery
		for _, d := range a.a.Deliveries {
			ds = append(ds, m.marked(d.ID))
		}
		if sentUnder(ds, g) {
			ids = append(ids, a.a.Message.ID)
		}
	}
	return ids
}

// every are the deliveries that an operator's list shows.
func (m *model) every(q exchange.Query) (ids []exchange.MessageID) {
	for _, id := range m.order {
		d := m.deliveries[id]
		mine := q.Agency == "" || q.Role != exchange.Received && d.Sender == q.Agency || q.Role != exchange.Sent && d.Addressee == q.Agency
		if mine && (q.State == "" || d.State == q.State) && (q.Group == "" || !d.State.Final()) {
			ids = append(ids, d.Message)
		}
	}
	return ids
}

// compareDesk compares every number, and of the lists one for each agency in turn.
func (w *walk) compareDesk() {
	w.turn++
	for _, agency := range everybody {
		for i, g := range exchange.ReceivedGroups() {
			w.listed(exchange.Query{Agency: agency, Role: exchange.Received, Group: g}, w.m.received(agency, g), i)
		}
		for i, g := range exchange.SentGroups() {
			w.listed(exchange.Query{Agency: agency, Role: exchange.Sent, Group: g}, w.m.sent(agency, g), i)
		}
		for i, role := range []exchange.Role{"", exchange.Sent, exchange.Received} {
			q := exchange.Query{Every: true, Agency: agency, Role: role, State: []exchange.State{"", exchange.Held, exchange.Delivered}[w.turn%3]}
			w.listed(q, w.m.every(q), i)
		}
	}
	for i, q := range []exchange.Query{{}, {Group: exchange.GroupUnderway}, {State: exchange.Withdrawn}} {
		q.Every = true
		w.listed(q, w.m.every(q), i)
	}
}

func (w *walk) listed(q exchange.Query, want []exchange.MessageID, place int) {
	n, err := w.h.Tally(w.h.ctx, q)
	if err != nil || n != len(want) {
		w.Fatalf("%+v counts %d (%v), want %d", q, n, err, len(want))
	}
	if w.turn%7 != place%7 {
		return
	}
	q.Limit, q.OldestFirst = 200, w.turn%2 == 0
	page, err := w.h.Store.Search(w.h.ctx, q)
	var got []exchange.MessageID
	for _, row := range page.Rows {
		got = append(got, row.Message.ID)
	}
	slices.Sort(got)
	slices.Sort(want)
	if err != nil || !slices.Equal(got, want) {
		w.Fatalf("%+v lists %v (%v), want %v", q, got, err, want)
	}
}

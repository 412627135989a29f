package exchange

import (
	"context"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// A Connection is how an agency stands with the hub, as its deliveries tell: figures, and nothing of any document. What was
// not handed out, or posted, is in none of them (P7).
type Connection struct {
	Counts  Counts    // of what was handed out or posted to the agency, by state
	Sent    bool      // a document of the agency was accepted, as far as the newest that it sent tell
	Took    bool      // it has taken a document
	Gave    bool      // a status that accepts one was given, as far as the newest that it took tell
	Out     int       // handed out, or being posted, and not acknowledged
	Stuck   int       // handed out [StuckAfter] times or more and never acknowledged
	Oldest  time.Time // when the oldest of what is not acknowledged was accepted; zero for none
	Next    time.Time // when the first of what is to be posted again falls due; zero for none
	Partial bool      // there is more than was looked at: Out, Stuck and Oldest are of the newest
}

const (
	connectionPages = 5   // of each list
	connectionPage  = 200 // rows
)

// Connection tells who administers an agency, the agency itself, or an operator how its connection stands. Forbidden for
// anybody else.
func (h *Hub) Connection(ctx context.Context, c Caller, id AgencyID) (n Connection, err error) {
	if !c.looksAfter(id) {
		return n, Forbidden
	}
	if n.Counts, err = h.Store.Counts(ctx, id, Received); err != nil {
		return n, err
	}
	n.Took = n.Counts[Delivered] > 0
	now := h.now()
	_, err = h.look(ctx, Query{Agency: id, Role: Sent}, func(r Row) bool {
		n.Sent = r.Message.Class == ClassDocument // the hub's own 01 are the agency's too
		return !n.Sent
	})
	if err == nil {
		_, err = h.look(ctx, Query{Agency: id, Role: Received, State: Delivered}, func(r Row) bool {
			n.Gave = accepts(r.Deliveries[0].Processing)
			return !n.Gave
		})
	}
	for _, state := range []State{Held, Queued} {
		if err != nil {
			break
		}
		var more bool
		more, err = h.look(ctx, Query{Agency: id, Role: Received, State: state}, func(r Row) bool {
			n.add(r.Deliveries[0], now)
			return true
		})
		n.Partial = n.Partial || more
	}
	return n, err
}

func accepts(code envelope.StatusCode) bool {
	switch code {
	case envelope.Accepted, envelope.Assigned, envelope.Processing, envelope.Completed:
		return true
	}
	return false
}

// look goes through the newest rows until f has seen enough; more tells that it ended at its bound.
func (h *Hub) look(ctx context.Context, q Query, f func(Row) bool) (more bool, err error) {
	q.Limit = connectionPage
	for range connectionPages {
		page, err := h.Store.Search(ctx, q)
		if err != nil {
			return false, err
		}
		for _, r := range page.Rows {
			if !f(r) {
				return false, nil
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return false, nil
		}
	}
	return true, nil
}

// looksAfter reports whether the caller may know of an agency's connection.
func (c Caller) looksAfter(id AgencyID) bool {
	return c.Operator != "" || id != "" && (c.Administers == id || c.Agency == id)
}

func (n *Connection) add(d Delivery, now time.Time) {
	if d.Leased && now.Before(d.Due) {
		n.Out++
	}
	if d.Attempt >= StuckAfter {
		n.Stuck++
	}
	if d.State == Queued && !d.Leased && (n.Next.IsZero() || d.Due.Before(n.Next)) {
		n.Next = d.Due
	}
	if n.Oldest.IsZero() || d.AcceptedAt.Before(n.Oldest) {
		n.Oldest = d.AcceptedAt
	}
}

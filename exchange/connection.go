package exchange

import (
	"context"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// A Connection is how an agency stands with the hub, as its deliveries tell: figures, and nothing of any document.
type Connection struct {
	Counts  Counts    // of what is for the agency, by state
	Sent    bool      // a document or status of the agency was accepted
	Took    bool      // it has taken a document
	Gave    bool      // a status that accepts one was given, as far as the newest that it took tell
	Out     int       // handed out, or being posted, and not acknowledged
	Stuck   int       // handed out [StuckAfter] times or more and never acknowledged
	Oldest  time.Time // when the oldest of what waits was accepted; zero for none
	Partial bool      // more waits than was looked at: Out, Stuck and Oldest are of the newest
}

// StuckAfter hand-outs that nobody acknowledged a delivery counts as stuck (DESIGN 6).
const StuckAfter = 20

const (
	connectionPages = 5   // of what waits
	connectionPage  = 200 // deliveries
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
	sent, err := h.Store.Search(ctx, Query{Agency: id, Role: Sent, Limit: 1})
	if err != nil {
		return n, err
	}
	n.Sent = len(sent.Rows) > 0
	if err := h.accepting(ctx, id, &n); err != nil {
		return n, err
	}
	for _, state := range []State{Held, Queued} {
		if err := h.waiting(ctx, id, state, &n); err != nil {
			return n, err
		}
	}
	return n, nil
}

// looksAfter reports whether the caller may know of an agency's connection.
func (c Caller) looksAfter(id AgencyID) bool {
	return c.Operator != "" || id != "" && (c.Administers == id || c.Agency == id)
}

func (h *Hub) accepting(ctx context.Context, id AgencyID, n *Connection) error {
	page, err := h.Store.Search(ctx, Query{Agency: id, Role: Received, State: Delivered, Limit: connectionPage})
	for _, r := range page.Rows {
		switch r.Deliveries[0].Processing {
		case envelope.Accepted, envelope.Assigned, envelope.Processing, envelope.Completed:
			n.Gave = true
		}
	}
	return err
}

func (h *Hub) waiting(ctx context.Context, id AgencyID, state State, n *Connection) error {
	now, q := h.now(), Query{Agency: id, Role: Received, State: state, Limit: connectionPage}
	for range connectionPages {
		page, err := h.Store.Search(ctx, q)
		if err != nil {
			return err
		}
		for _, r := range page.Rows {
			n.add(r.Deliveries[0], now)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return nil
		}
	}
	n.Partial = true
	return nil
}

func (n *Connection) add(d Delivery, now time.Time) {
	if d.Leased && now.Before(d.Due) {
		n.Out++
	}
	if d.Attempt >= StuckAfter {
		n.Stuck++
	}
	if n.Oldest.IsZero() || d.AcceptedAt.Before(n.Oldest) {
		n.Oldest = d.AcceptedAt
	}
}

package exchange

import (
	"context"
	"slices"
)

// A Concern is why a delivery is to be raised to people: the hub by itself has nothing left to do about it.
type Concern string

const (
	// Silent: the addressee has not answered a recall in time. It may still.
	Silent Concern = "silent"
	// Stuck: the document was handed out [StuckAfter] times and has not arrived.
	Stuck Concern = "stuck"
)

// StuckAfter is how many hand-outs a document may take before people are told.
const StuckAfter = 20

// Raised is what people are to be told of the delivery; nothing for most.
func (d Delivery) Raised() (all []Concern) {
	if d.Recall.State == RecallLapsed {
		all = append(all, Silent)
	}
	if !d.State.Final() && d.Attempt >= StuckAfter {
		all = append(all, Stuck)
	}
	return all
}

// raisedRows bounds each of the two looks of Raised: no index knows concerns.
const raisedRows = 600

// Raised lists what the caller was handed and people are to be told of, newest first, at most limit: among what waits for
// it, and among the newest documents that it was handed.
func (h *Hub) Raised(ctx context.Context, c Caller, limit int) (rows []Row, err error) {
	if c.Agency == "" {
		return nil, Errorf(Forbidden, "only an agency has duties")
	}
	seen := map[DeliveryID]bool{}
	for _, state := range []State{Held, Queued, ""} {
		q := Query{Agency: c.Agency, Role: Received, State: state, Limit: 200}
		for looked := 0; looked < raisedRows && len(rows) < limit; looked += q.Limit {
			page, err := h.Search(ctx, c, q)
			if err != nil {
				return nil, err
			}
			for _, r := range page.Rows {
				worry := func(d Delivery) bool { return len(d.Raised()) > 0 && !seen[d.ID] }
				if len(rows) < limit && slices.ContainsFunc(r.Deliveries, worry) {
					rows = append(rows, r)
				}
				for _, d := range r.Deliveries {
					seen[d.ID] = true
				}
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
	}
	return rows, nil
}

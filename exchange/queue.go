package exchange

import (
	"context"
	"slices"
	"time"
)

// A Queue is what waits for one agency.
type Queue struct {
	Agency  AgencyID
	Waiting int
	More    bool      // only the first of them were looked at: all figures are at least
	Oldest  time.Time // when the oldest of them was accepted
	Leased  int       // handed out and not acknowledged
	Stuck   int       // handed out StuckAfter times and more
	Failing int       // an attempt or more has failed
}

const (
	queueLooked  = 2000   // deliveries of one agency
	queuesLooked = 20_000 // deliveries of one answer
)

// Queues lists what waits, by agency in the order of their identifiers, beginning behind after. It ends early where much
// was looked at; next is where the following part begins, "" at the end. What waits behind another document of the same
// thread is not counted.
func (h *Hub) Queues(ctx context.Context, c Caller, after AgencyID, limit int) (list []Queue, next AgencyID, err error) {
	if c.Operator == "" {
		return nil, "", Errorf(Forbidden, "only an operator sees everybody's queue")
	}
	ids := h.Store.WaitedFor()
	slices.Sort(ids)
	ids = slices.Compact(ids)
	begin, found := slices.BinarySearch(ids, after)
	if found {
		begin++
	}
	looked := 0
	for i, id := range ids[begin:] {
		if i == limit || looked >= queuesLooked {
			return list, ids[begin+i-1], nil
		}
		q, err := h.queue(ctx, id)
		if err != nil {
			return nil, "", err
		}
		if looked += q.Waiting; q.Waiting > 0 { // else it was taken meanwhile
			list = append(list, q)
		}
	}
	return list, "", nil
}

func (h *Hub) queue(ctx context.Context, id AgencyID) (Queue, error) {
	q := Queue{Agency: id}
	now := h.now()
	for cursor := ""; q.Waiting < queueLooked; {
		ds, next, err := h.Store.Waiting(ctx, id, cursor, 200)
		if err != nil {
			return q, err
		}
		for _, d := range ds {
			q.count(d, now)
		}
		if cursor = next; cursor == "" {
			return q, nil
		}
	}
	q.More = true
	return q, nil
}

func (q *Queue) count(d Delivery, now time.Time) {
	q.Waiting++
	q.Oldest = first(q.Oldest, d.AcceptedAt)
	if underway(d, now) {
		q.Leased++
	}
	if slices.Contains(d.Raised(), Stuck) {
		q.Stuck++
	}
	if d.Failures > 0 || d.Reason != "" {
		q.Failing++
	}
}

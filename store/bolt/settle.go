package bolt

import (
	"context"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Extend implements store.Deliveries.
func (s *Store) Extend(ctx context.Context, id exchange.DeliveryID, attempt int, now, until time.Time) (exchange.Delivery, error) {
	return s.change(ctx, id, nil, func(g *group, d exchange.Delivery) (change, error) {
		at := g.now(now)
		next, err := exchange.Extend(d, attempt, at, shift(until, now, at))
		return change{next: next, now: at}, err
	})
}

// Release implements store.Deliveries. It is a blameless settlement that leaves no trace in the
// log, unless it turns out that a recalled document never left.
func (s *Store) Release(ctx context.Context, id exchange.DeliveryID, attempt int, now time.Time, notSent bool) error {
	_, err := s.change(ctx, id, nil, func(g *group, d exchange.Delivery) (change, error) {
		at := g.now(now)
		next, e, err := exchange.Settle(d, exchange.Settlement{Delivery: id, Attempt: attempt, Now: at, Outcome: exchange.Outcome{
			Result: exchange.ResultRetry, Reason: d.Reason, RetryAt: at, NotSent: notSent, Blameless: true,
		}})
		if next.State != exchange.Withdrawn {
			e = translog.Entry{}
		}
		return change{next: next, entry: e, now: at}, err
	})
	return err
}

// Settle implements store.Deliveries. The time of a retry moves with the hub's clock as a lease does.
func (s *Store) Settle(ctx context.Context, t exchange.Settlement) (exchange.Delivery, error) {
	return s.change(ctx, t.Delivery, t.Notice, func(g *group, d exchange.Delivery) (change, error) {
		t := t
		at := g.now(t.Now)
		t.Outcome.RetryAt, t.Now = shift(t.Outcome.RetryAt, t.Now, at), at
		next, e, err := exchange.Settle(d, t)
		return change{next: next, entry: e, side: t.Side, now: at}, err
	})
}

// Acknowledge implements store.Deliveries.
func (s *Store) Acknowledge(ctx context.Context, a exchange.Acknowledgement) (exchange.Delivery, error) {
	return s.change(ctx, a.Delivery, a.Notice, func(g *group, d exchange.Delivery) (change, error) {
		a := a
		a.Now = g.now(a.Now)
		next, e, changed, err := exchange.Acknowledge(d, a)
		return change{none: !changed, next: next, entry: e, now: a.Now}, err
	})
}

// Expire implements store.Deliveries.
func (s *Store) Expire(ctx context.Context, id exchange.DeliveryID, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error) {
	return s.change(ctx, id, notice, func(g *group, d exchange.Delivery) (change, error) {
		at := g.now(now)
		next, e, err := exchange.Expire(d, at)
		return change{next: next, entry: e, now: at}, err
	})
}

// Overdue implements store.Deliveries.
func (s *Store) Overdue(ctx context.Context, now time.Time, cursor string, limit int) (list []exchange.Delivery, next string, err error) {
	err = s.view(ctx, func(v view) (err error) {
		list, next, err = v.until(bDeadline, now, cursor, limit)
		return err
	})
	return list, next, err
}

// Requeue implements store.Deliveries.
func (s *Store) Requeue(ctx context.Context, id exchange.DeliveryID, by exchange.Caller, now, deadline time.Time, side *translog.Side) (exchange.Delivery, error) {
	return s.change(ctx, id, nil, func(g *group, d exchange.Delivery) (change, error) {
		at := g.now(now)
		next, e, err := exchange.Requeue(d, by, at, deadline)
		if err == nil {
			err = g.unmatched(d, d.Addressee)
		}
		return change{next: next, entry: e, side: side, now: at}, err
	})
}

// Opened implements store.Deliveries.
func (s *Store) Opened(ctx context.Context, id exchange.DeliveryID, actor, credential string, now time.Time) (exchange.Delivery, error) {
	return s.change(ctx, id, nil, func(g *group, d exchange.Delivery) (change, error) {
		if d.State == exchange.Withdrawn {
			return change{}, exchange.Errorf(exchange.NotFound, "delivery %s", id)
		}
		key, _ := idKey(id)
		if g.get(bOpened, key) != nil {
			return change{none: true}, nil
		}
		at := g.now(now)
		next := exchange.Open(d)
		return change{next: next, entry: openedEntry(next, actor, credential), now: at, opened: true}, nil
	})
}

func openedEntry(d exchange.Delivery, actor, credential string) translog.Entry {
	return translog.Entry{
		Type: translog.PickedUp, Actor: actor, Credential: credential,
		Message: string(d.Message), Delivery: string(d.ID),
		Sender: string(d.Sender), Addressee: string(d.Addressee),
		Attempt: d.Attempt, Result: string(d.State), Original: string(d.Original),
	}
}

package bolt

import (
	"context"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// Redirect implements store.Deliveries.
func (s *Store) Redirect(ctx context.Context, r exchange.Redirection) (exchange.Delivery, error) {
	return s.change(ctx, r.Delivery, nil, func(g *group, d exchange.Delivery) (change, error) {
		r := r
		at := g.now(r.Now)
		r.Deadline, r.Now = shift(r.Deadline, r.Now, at), at
		next, e, err := exchange.Redirect(d, r)
		if err == nil && d.State == exchange.DeadLettered {
			err = g.unmatched(d, r.To.ID)
		}
		return change{next: next, entry: e, side: r.Side, now: at}, err
	})
}

// Strand implements store.Deliveries.
func (s *Store) Strand(ctx context.Context, id exchange.DeliveryID, reason string, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error) {
	return s.change(ctx, id, notice, func(g *group, d exchange.Delivery) (change, error) {
		at := g.now(now)
		next, e, err := exchange.Strand(d, reason, at)
		return change{next: next, entry: e, now: at}, err
	})
}

// Redirected implements store.Deliveries.
func (s *Store) Redirected(ctx context.Context, id exchange.MessageID, agency exchange.AgencyID) (list []exchange.Delivery, err error) {
	err = s.view(ctx, func(v view) (err error) {
		list, err = v.redirected(id, agency)
		return err
	})
	return list, err
}

func (v view) redirected(id exchange.MessageID, agency exchange.AgencyID) (list []exchange.Delivery, err error) {
	message, ok := idKey(id)
	if !ok {
		return nil, nil
	}
	prefix := append(append(term(agency), 'm'), message...)
	v.each(bReceived, prefix, func(key, _ []byte) bool {
		if len(key) != len(prefix)+idSize {
			return true
		}
		var d exchange.Delivery
		if d, err = v.delivery(keyID[exchange.DeliveryID](key[len(prefix):])); err == nil {
			list = append(list, d)
		}
		return err == nil
	})
	return list, err
}

// Waiting implements store.Deliveries. The cursor is the last row of the page before.
func (s *Store) Waiting(ctx context.Context, agency exchange.AgencyID, cursor string, limit int) (list []exchange.Delivery, next string, err error) {
	err = s.view(ctx, func(v view) (err error) {
		list, next, err = v.waiting(agency, cursor, limit)
		return err
	})
	return list, next, err
}

// WaitedFor implements store.Deliveries.
func (s *Store) WaitedFor() []exchange.AgencyID { return s.due.all() }

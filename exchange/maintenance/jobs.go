package maintenance

import "context"

// Hub is what the calendar asks of the hub; package exchange says what it promises.
type Hub interface {
	ExpireOverdue(ctx context.Context) (int, error)
	FlushRefusals(ctx context.Context, stopping bool)
}

// Jobs are those every hub needs: giving up what is past its lifetime, and logging the counts of refusals. Both write
// nothing where there is nothing.
func Jobs(h Hub) []Job {
	return []Job{
		{Name: "expire", Schedule: "@every 1m", Run: func(ctx context.Context) error { return expireAll(ctx, h) }},
		{Name: "refusals", Schedule: "@every 1m", Run: func(ctx context.Context) error {
			h.FlushRefusals(ctx, false)
			return nil
		}},
	}
}

// expireAll goes on as long as a round finds something: a round is bounded.
func expireAll(ctx context.Context, h Hub) error {
	for ctx.Err() == nil {
		if n, err := h.ExpireOverdue(ctx); n == 0 || err != nil {
			return err
		}
	}
	return ctx.Err()
}

package maintenance

import (
	"context"

	"github.com/lienthong/lienthong/exchange"
)

// Hub is what the calendar asks of the hub; package exchange says what it promises.
type Hub interface {
	ExpireOverdue(ctx context.Context) (int, error)
	LapseRecalls(ctx context.Context) (int, error)
	FlushRefusals(ctx context.Context, stopping bool)
	MoveWaiting(ctx context.Context) (exchange.Moved, error)
}

// Jobs are those every hub needs: giving up what is past its lifetime, ending recalls that nobody answers, moving what
// waits for agencies that are closed, and logging the counts of refusals. They write nothing where there is nothing.
func Jobs(h Hub) []Job {
	return []Job{
		{Name: "expire", Schedule: "@every 1m", Run: func(ctx context.Context) error { return untilNone(ctx, h.ExpireOverdue) }},
		{Name: "recalls", Schedule: "@every 1m", Run: func(ctx context.Context) error { return untilNone(ctx, h.LapseRecalls) }},
		{Name: "redirect", Schedule: "@every 1m", Run: func(ctx context.Context) error {
			_, err := h.MoveWaiting(ctx)
			return err
		}},
		{Name: "refusals", Schedule: "@every 1m", Run: func(ctx context.Context) error {
			h.FlushRefusals(ctx, false)
			return nil
		}},
	}
}

// untilNone goes on as long as a round finds something: a round is bounded.
func untilNone(ctx context.Context, round func(context.Context) (int, error)) error {
	for ctx.Err() == nil {
		if n, err := round(ctx); n == 0 || err != nil {
			return err
		}
	}
	return ctx.Err()
}

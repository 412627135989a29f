package maintenance

import (
	"cmp"
	"context"

	"github.com/lienthong/lienthong/exchange"
)

// Hub is what the calendar asks of the hub; package exchange says what it promises.
type Hub interface {
	ExpireOverdue(ctx context.Context) (int, error)
	LapseRecalls(ctx context.Context) (int, error)
	TellDelays(ctx context.Context) (int, error)
	PassLimits(ctx context.Context) (int, error)
	FlushRefusals(ctx context.Context, stopping bool)
	MoveWaiting(ctx context.Context) (exchange.Moved, error)
}

// Jobs are those every hub needs: giving up what is past its lifetime, ending recalls that nobody answers, moving what
// waits for agencies that are closed, telling senders of delays, turning what is past its limit overdue, and logging the
// counts of refusals. They write nothing where there is nothing.
func Jobs(h Hub) []Job {
	return []Job{
		{Name: "expire", Schedule: "@every 1m", Run: toTheEnd(h.ExpireOverdue)},
		{Name: "recalls", Schedule: "@every 1m", Run: toTheEnd(h.LapseRecalls)},
		{Name: "delays", Schedule: "@every 1m", Run: toTheEnd(h.TellDelays)},
		{Name: "limits", Schedule: "@every 1m", Run: toTheEnd(h.PassLimits)},
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

// toTheEnd goes on as long as a round gets something done: a round is bounded. What fails is tried again with each, and
// told at the end: it does not keep the others.
func toTheEnd(round func(context.Context) (int, error)) func(context.Context) error {
	return func(ctx context.Context) (failed error) {
		for ctx.Err() == nil {
			n, err := round(ctx)
			failed = cmp.Or(failed, err)
			if n == 0 {
				return failed
			}
		}
		return cmp.Or(failed, ctx.Err())
	}
}

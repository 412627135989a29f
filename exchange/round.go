package exchange

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"
)

// atOnce is how many acts of one round are on their way: the store takes them together.
const atOnce = 16

// roundBatch bounds what is read at once, and with it what a round holds in memory.
const roundBatch = 200

// rounds has the act done for each whose time has come, page by page of the list: what fails, however much of it comes
// first, holds up nothing but itself. Where the hub itself is at fault it ends: the next time is soon.
func rounds[T any](ctx context.Context, now time.Time, list func(context.Context, time.Time, string, int) ([]T, string, error), act func(context.Context, T) error) (n int, failed error) {
	for cursor := ""; ; {
		page, next, unread := list(ctx, now, cursor, roundBatch)
		done, err := round(ctx, page, act)
		n, failed = n+done, cmp.Or(failed, unread, err)
		if cursor = next; cursor == "" || ctx.Err() != nil || KindOf(err) == Busy {
			return n, failed
		}
	}
}

// round has the act done for each of the list and returns for how many it was. What has changed since it was listed
// (Conflict) is passed over. What fails is passed over as well, and told: it holds up nothing but itself.
func round[T any](ctx context.Context, list []T, act func(context.Context, T) error) (n int, err error) {
	results := make([]error, len(list))
	inTurns(len(list), func(i int) {
		if results[i] = ctx.Err(); results[i] == nil {
			results[i] = act(ctx, list[i])
		}
	})
	return took(results)
}

// inTurns returns when the act was done for each of so many, a few at a time.
func inTurns(n int, act func(i int)) {
	var wg sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	for i := range n {
		turn <- struct{}{}
		wg.Go(func() {
			defer func() { <-turn }()
			act(i)
		})
	}
	wg.Wait()
}

// took counts what took place; the error is that of the first that failed.
func took(results []error) (n int, err error) {
	failed := 0
	for _, e := range results {
		switch {
		case e == nil:
			n++
		case KindOf(e) == Conflict:
		default:
			if failed++; err == nil {
				err = e
			}
		}
	}
	if failed > 1 {
		err = fmt.Errorf("%d of %d failed, the first: %w", failed, len(results), err)
	}
	return n, err
}

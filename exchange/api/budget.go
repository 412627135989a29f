package api

import (
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/lienthong/lienthong/exchange"
)

// A Budget bounds the bytes of bodies in flight over all requests (DESIGN P9). It is safe for concurrent use.
type Budget struct {
	total int64
	left  *semaphore.Weighted
	used  atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget {
	return &Budget{total: bytes, left: semaphore.NewWeighted(bytes)}
}

// busyRetry is when a caller that found the budget used up may try again.
const busyRetry = 2 * time.Second

// take reserves n bytes, or refuses with Busy at once: a queue of waiting uploads would be memory too. The bytes are
// given back by calling give, once.
func (b *Budget) take(n int64) (give func(), err error) {
	if !b.left.TryAcquire(n) {
		return nil, &exchange.Error{Kind: exchange.Busy, RetryAfter: busyRetry,
			Detail: "too many bytes are being taken just now", VI: "Trục đang nhận quá nhiều dữ liệu cùng lúc."}
	}
	b.used.Add(n)
	return func() {
		b.used.Add(-n)
		b.left.Release(n)
	}, nil
}

// Used is how many bytes are in flight.
func (b *Budget) Used() int64 { return b.used.Load() }

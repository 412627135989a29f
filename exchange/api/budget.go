package api

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A Budget bounds the bytes of bodies in flight over all requests (DESIGN P9). Nobody can use up what the others need:
// an eighth of it is for small bodies, such as every JSON request, and of that part as of the rest one agency holds a
// bounded share. A small body that finds no room in its part takes from the rest. It is safe for concurrent use.
type Budget struct {
	size        int64
	small, rest shares

	// spent is the bytes of buffers that were given back and not collected yet: they are memory still.
	spent atomic.Int64
}

const (
	smallBody = maxJSON
	smallPart = 8 // of the budget, as a divisor
)

// NewBudget returns a budget of so many bytes. One agency holds at most half of it in bodies that are not small, so it
// should be twice the largest body.
func NewBudget(bytes int64) *Budget {
	small := bytes / smallPart
	return &Budget{size: bytes, small: shares{size: small, each: small / 2}, rest: shares{size: bytes - small, each: bytes / 2}}
}

// busyRetry is when a caller that found no room may try again.
const busyRetry = 2 * time.Second

// take reserves n bytes for a holder, or refuses with TooMany or Busy at once: a queue of waiting uploads would be memory too. The
// bytes are given back by calling give, once.
func (b *Budget) take(who string, n int64) (give func(), err error) {
	if n <= smallBody {
		if give, _ := b.small.take(who, n); give != nil {
			return give, nil
		}
	}
	give, lack := b.rest.take(who, n)
	switch lack {
	case ofOwn:
		return nil, busy(lack, "you are sending too many bytes at the same time", "Đơn vị đang gửi quá nhiều dữ liệu cùng lúc.")
	case ofAll:
		return nil, busy(lack, "too many bytes are being taken just now", "Trục đang nhận quá nhiều dữ liệu cùng lúc.")
	}
	return give, nil
}

// buffered is the least buffer that is watched until it is collected: of smaller ones there is never much.
const buffered = 64 << 10

// buffer makes the buffer of a body that room was taken for, and the give that goes with it. Where it and what was given
// back would be more than the whole budget, the garbage is collected first: the collector by itself waits until there is
// as much of it as there is in use. What is spent is never used again but by way of the collector, because the store may
// still read a body whose caller has gone.
func (b *Budget) buffer(n int64, give func()) (body []byte, done func()) {
	if n < buffered {
		return make([]byte, n), give
	}
	if b.Used()+b.spent.Load() > b.size {
		runtime.GC()
	}
	body = make([]byte, n)
	runtime.AddCleanup(&body[0], func(n int64) { b.spent.Add(-n) }, n)
	return body, func() {
		b.spent.Add(n)
		give()
	}
}

// Used is how many bytes are in flight.
func (b *Budget) Used() int64 { return b.small.taken() + b.rest.taken() }

// busy refuses for what is lacking: TooMany for the caller's own share, Busy for the hub's.
func busy(l lack, en, vi string) error {
	kind := exchange.Busy
	if l == ofOwn {
		kind = exchange.TooMany
	}
	return &exchange.Error{Kind: kind, RetryAfter: busyRetry, Detail: en, VI: vi, Values: map[string]string{"share": string(l)}}
}

// A lack says whose share is used up, as refusals name it.
type lack string

const (
	ofNone lack = ""
	ofOwn  lack = "own"
	ofAll  lack = "hub"
)

// shares are of something that callers hold together: one holder at most each, all of them at most size.
type shares struct {
	size, each int64

	mu    sync.Mutex
	used  int64
	by    map[string]int64
	freed chan struct{} // closed when something is given back; nil while nobody waits
}

// take reserves n for the holder; what it lacks otherwise. It is given back by calling give, once.
func (s *shares) take(who string, n int64) (give func(), l lack) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case n > s.size:
		return nil, ofAll
	case s.by[who]+n > s.each:
		return nil, ofOwn
	case s.used+n > s.size:
		return nil, ofAll
	}
	s.add(who, n)
	return func() { s.back(who, n) }, ofNone
}

// wait is take that waits until ctx ends, unless waiting is in vain.
func (s *shares) wait(ctx context.Context, who string, n int64) (give func(), l lack) {
	for {
		freed := s.next() // before take, so that what is given back in between is not missed
		give, l := s.take(who, n)
		if l == ofNone || n > min(s.each, s.size) {
			return give, l
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return nil, l
		}
	}
}

// add keeps no holder of nothing: memory is bounded by who holds something.
func (s *shares) add(who string, n int64) {
	if s.by == nil {
		s.by = make(map[string]int64)
	}
	s.used += n
	s.by[who] += n
	if s.by[who] == 0 {
		delete(s.by, who)
	}
}

func (s *shares) back(who string, n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(who, -n)
	if s.freed != nil {
		close(s.freed)
		s.freed = nil
	}
}

func (s *shares) next() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.freed == nil {
		s.freed = make(chan struct{})
	}
	return s.freed
}

func (s *shares) taken() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

package exchange

import (
	"sync"
	"time"
)

// A TimeState is what the machine knows of its own clock.
type TimeState struct {
	Source       bool          // somebody can be asked: the kernel keeps such a state
	Synchronised bool          // by that state, the clock is being kept right
	MaxError     time.Duration // by that state, it is off by no more
}

// A TimeCheck decides whether the hub's time is good enough for receipts. They say when a document was taken, and on
// that day deadlines of the law begin. The zero value never refuses. It is safe for concurrent use once it is set up.
//
// A clock that nobody has kept since the hub started is common where there is no internet: it is told as a warning.
// One that was kept, and whose error is beyond the limit now, has lost its source: that is refused.
type TimeCheck struct {
	Read     func() TimeState // nil: there is no source
	MaxError time.Duration    // beyond it there are no receipts; zero: no limit
	Require  bool             // refuse also where there is no source

	mu   sync.Mutex
	kept bool // it was seen synchronised since the start
}

// State is the state of the clock, and whether receipts may be given.
func (c *TimeCheck) State() (s TimeState, ok bool) {
	if c == nil {
		return s, true
	}
	if c.Read != nil {
		s = c.Read()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = c.kept || s.Source && s.Synchronised
	if !s.Source || (!s.Synchronised && !c.kept) {
		return s, !c.Require
	}
	return s, c.MaxError == 0 || s.MaxError <= c.MaxError
}

// clockRetry is when a sender may come again while the clock is not kept.
const clockRetry = time.Minute

// onTime refuses to take anything while the time in the receipt could be wrong.
func (h *Hub) onTime() error {
	if _, ok := h.Time.State(); ok {
		return nil
	}
	return &Error{Kind: ClockUnsure, RetryAfter: clockRetry, Detail: "the hub's clock is not synchronised, so that no receipt can say when",
		VI: "Đồng hồ của trục chưa được đồng bộ nên chưa thể cấp biên nhận có thời điểm đúng."}
}

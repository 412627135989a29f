package exchange

import (
	"context"
	"crypto/x509"
	"runtime"
	"sync"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// checking bounds how many submissions are checked at the same time: it is work for the processor, so that more at once
// would not be sooner, and what a check builds in memory can be more than twenty times the document.
type checking struct {
	once   sync.Once
	places chan struct{}
}

// checkersPerCore is more than one, so that no core rests while a check reads the store.
const checkersPerCore = 2

// enter waits for a place until ctx ends. It is given back by calling leave, once.
func (c *checking) enter(ctx context.Context) (leave func(), err error) {
	c.once.Do(func() { c.places = make(chan struct{}, checkersPerCore*runtime.GOMAXPROCS(0)) })
	select {
	case c.places <- struct{}{}:
		return func() { <-c.places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// pinned are the pinned certificates of those in whose name the caller may send. Whose it is, is asked when it is known
// in whose name it sends.
func (h *Hub) pinned(caller Agency, at time.Time) []*x509.Certificate {
	list := caller.pinned(at)
	for _, id := range caller.SendsFor {
		if other, ok := h.Directory.Agency(id); ok {
			list = append(list, other.pinned(at)...)
		}
	}
	return list
}

// checked is check in its turn. Nothing of the verified document stays behind but what the acceptance holds: the store
// writes without it, and without a place.
func (h *Hub) checked(ctx context.Context, caller Agency, s Submission) (*Acceptance, []envelope.Fault, error) {
	leave, err := h.checking.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	return h.check(ctx, caller, s)
}

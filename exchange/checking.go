package exchange

import (
	"context"
	"crypto/x509"
	"runtime"
	"sync"
	"time"
)

// checking bounds how many submissions are checked at the same time: it is work for the processor, so that more at once
// would not be sooner, and what a check builds in memory can be more than twenty times the document. One agency has half
// of the places at most: whatever it sends, others are checked meanwhile (DESIGN P5).
type checking struct {
	once   sync.Once
	places chan struct{}

	mu  sync.Mutex
	own map[AgencyID]*ownPlaces
}

// ownPlaces are those that one agency may hold. They are forgotten when nobody of it is checked or waits.
type ownPlaces struct {
	places chan struct{}
	users  int
}

// checkersPerCore is more than one, so that no core rests while a check reads the store.
const checkersPerCore = 2

// enter waits for a place until ctx ends. It is given back by calling leave, once.
func (c *checking) enter(ctx context.Context, who AgencyID) (leave func(), err error) {
	own := c.join(who)
	if err := taken(ctx, own.places); err != nil {
		c.part(who, own)
		return nil, err
	}
	if err := taken(ctx, c.places); err != nil {
		<-own.places
		c.part(who, own)
		return nil, err
	}
	return func() {
		<-c.places
		<-own.places
		c.part(who, own)
	}, nil
}

func taken(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *checking) join(who AgencyID) *ownPlaces {
	c.once.Do(func() {
		c.places, c.own = make(chan struct{}, checkersPerCore*runtime.GOMAXPROCS(0)), map[AgencyID]*ownPlaces{}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	own, ok := c.own[who]
	if !ok {
		own = &ownPlaces{places: make(chan struct{}, cap(c.places)/2)}
		c.own[who] = own
	}
	own.users++
	return own
}

func (c *checking) part(who AgencyID, own *ownPlaces) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if own.users--; own.users == 0 {
		delete(c.own, who)
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
func (h *Hub) checked(ctx context.Context, caller Agency, s Submission) (*Acceptance, error) {
	leave, err := h.checking.enter(ctx, s.Caller.Agency)
	if err != nil {
		return nil, err
	}
	defer leave()
	return h.check(ctx, caller, s)
}

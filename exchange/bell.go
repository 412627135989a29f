package exchange

import (
	"maps"
	"slices"
	"sync"
)

// A Bell wakes those who wait for something of an agency. The zero value is ready; it is safe for concurrent use and
// holds nothing but those who wait.
type Bell struct {
	mu      sync.Mutex
	waiting map[AgencyID]chan struct{}
}

// Ring wakes everyone who waits for one of the agencies; "" stands for all of them. It never blocks.
func (b *Bell) Ring(agencies []AgencyID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if slices.Contains(agencies, "") {
		agencies = slices.Collect(maps.Keys(b.waiting))
	}
	for _, id := range agencies {
		if c, ok := b.waiting[id]; ok {
			close(c)
			delete(b.waiting, id)
		}
	}
}

// wait returns a channel that is closed at the agency's next ring. Take it before looking into the store: what comes
// in between is then not missed. A nil Bell never rings.
func (b *Bell) wait(id AgencyID) <-chan struct{} {
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting == nil {
		b.waiting = make(map[AgencyID]chan struct{})
	}
	c, ok := b.waiting[id]
	if !ok {
		c = make(chan struct{})
		b.waiting[id] = c
	}
	return c
}

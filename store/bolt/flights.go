package bolt

import (
	"context"
	"sync"

	"github.com/lienthong/lienthong/exchange"
)

// A flight is what makes two submissions the same.
type flight struct {
	sender exchange.AgencyID
	digest exchange.Digest
}

// flights lets one of several identical submissions through at a time: the others wait until its outcome can be looked
// up, before a byte of theirs is written. The zero value is ready.
type flights struct {
	mu sync.Mutex
	in map[flight]chan struct{}
}

// enter returns when no other has entered for f; leave lets the next one in.
func (fs *flights) enter(ctx context.Context, f flight) (leave func(), err error) {
	for {
		wait := fs.take(f)
		if wait == nil {
			return func() { fs.leave(f) }, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take enters, or returns what is closed when the one that is in leaves.
func (fs *flights) take(f flight) (wait chan struct{}) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if wait, busy := fs.in[f]; busy {
		return wait
	}
	if fs.in == nil {
		fs.in = map[flight]chan struct{}{}
	}
	fs.in[f] = make(chan struct{})
	return nil
}

func (fs *flights) leave(f flight) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	close(fs.in[f])
	delete(fs.in, f)
}

package bolt

import (
	"bytes"
	"container/heap"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A lane is what one agency has waiting on one channel.
type lane struct {
	agency  exchange.AgencyID
	channel exchange.Channel
}

// A dueIndex is the earliest due time of each lane, in memory, so that a dispatcher never asks the disk. Only the
// committer changes it.
type dueIndex struct {
	mu    sync.Mutex
	now   time.Time // last committed time
	heaps map[exchange.Channel]*dueHeap
}

func newDueIndex() *dueIndex {
	x := &dueIndex{heaps: map[exchange.Channel]*dueHeap{}}
	for _, ch := range channels() {
		x.heaps[ch] = &dueHeap{place: map[exchange.AgencyID]int{}}
	}
	return x
}

// rebuild reads the index from the rows.
func (x *dueIndex) rebuild(v view) error {
	fresh := newDueIndex()
	h, err := v.head()
	if err != nil {
		return err
	}
	c := v.bucket(bDue).Cursor()
	for k, _ := c.First(); k != nil; {
		end := bytes.IndexByte(k, 0) + 2
		l := lane{exchange.AgencyID(k[:end-2]), channelOf(k[end-1])}
		prefix := bytes.Clone(k[:end])
		fresh.heaps[l.channel].set(l.agency, v.nextDue(prefix))
		k, _ = c.Seek(after(prefix))
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.heaps, x.now = fresh.heaps, h.Time
	return nil
}

// nextDue is the earliest due time under the prefix of a lane: the first row of each priority. Zero: none.
func (v view) nextDue(prefix []byte) time.Time {
	var next time.Time
	c := v.bucket(bDue).Cursor()
	for k, _ := c.Seek(prefix); k != nil && bytes.HasPrefix(k, prefix); {
		at := keyTime(k[len(prefix)+1:])
		if next.IsZero() || at.Before(next) {
			next = at
		}
		if k[len(prefix)] == 0xff {
			break
		}
		k, _ = c.Seek(append(bytes.Clone(prefix), k[len(prefix)]+1))
	}
	return next
}

// set moves a lane and returns where it was; a zero time removes it.
func (x *dueIndex) set(l lane, at time.Time) (was time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.heaps[l.channel].set(l.agency, at)
}

func (x *dueIndex) get(l lane) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := x.heaps[l.channel]
	if i, ok := h.place[l.agency]; ok {
		return h.items[i].at
	}
	return time.Time{}
}

// advance notes the last committed time.
func (x *dueIndex) advance(now time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.now = now
}

// waits reports whether the agency has something due on any channel.
func (x *dueIndex) waits(agency exchange.AgencyID, now time.Time) bool {
	for _, ch := range channels() {
		if at := x.get(lane{agency, ch}); !at.IsZero() && !at.After(x.clock(now)) {
			return true
		}
	}
	return false
}

func (x *dueIndex) clock(now time.Time) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return later(now, x.now)
}

func (x *dueIndex) at(ch exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if h := x.heaps[ch]; h != nil {
		h.walk(0, later(now, x.now), &ready, &next)
	}
	return ready, next
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

type dueItem struct {
	agency exchange.AgencyID
	at     time.Time
}

// A dueHeap has the earliest lane on top and finds each lane by its agency.
type dueHeap struct {
	items []dueItem
	place map[exchange.AgencyID]int
}

func (h *dueHeap) set(agency exchange.AgencyID, at time.Time) (was time.Time) {
	i, ok := h.place[agency]
	if ok {
		was = h.items[i].at
	}
	switch {
	case ok && at.IsZero():
		heap.Remove(h, i)
	case ok:
		h.items[i].at = at
		heap.Fix(h, i)
	case !at.IsZero():
		heap.Push(h, dueItem{agency, at})
	}
	return was
}

// walk visits only what is due and its border: below an item nothing is earlier.
func (h *dueHeap) walk(i int, now time.Time, ready *[]exchange.AgencyID, next *time.Time) {
	if i >= len(h.items) {
		return
	}
	item := h.items[i]
	if item.at.After(now) {
		if next.IsZero() || item.at.Before(*next) {
			*next = item.at
		}
		return
	}
	*ready = append(*ready, item.agency)
	h.walk(2*i+1, now, ready, next)
	h.walk(2*i+2, now, ready, next)
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (h *dueHeap) Len() int           { return len(h.items) }
func (h *dueHeap) Less(i, j int) bool { return h.items[i].at.Before(h.items[j].at) }
func (h *dueHeap) Swap(i, j int) {
	h.items[i], h.items[j] = h.items[j], h.items[i]
	h.place[h.items[i].agency], h.place[h.items[j].agency] = i, j
}

func (h *dueHeap) Push(x any) {
	item := x.(dueItem)
	h.place[item.agency] = len(h.items)
	h.items = append(h.items, item)
}

func (h *dueHeap) Pop() any {
	last := h.items[len(h.items)-1]
	h.items = h.items[:len(h.items)-1]
	delete(h.place, last.agency)
	return last
}

// all lists every agency with something waiting.
func (x *dueIndex) all() (agencies []exchange.AgencyID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, h := range x.heaps {
		for _, item := range h.items {
			agencies = append(agencies, item.agency)
		}
	}
	return agencies
}

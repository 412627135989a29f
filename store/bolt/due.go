package bolt

import (
	"bytes"
	"container/heap"
	"slices"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A lane is what one agency has waiting on one channel, urgent or not.
type lane struct {
	agency exchange.AgencyID
	kind   laneKind
}

type laneKind struct {
	channel exchange.Channel
	urgent  bool
}

func laneOf(d exchange.Delivery) lane {
	return lane{d.Addressee, laneKind{d.Channel, d.Priority > 0}}
}

// lanesOf are the two lanes of an agency on a channel.
func lanesOf(agency exchange.AgencyID, ch exchange.Channel) [2]lane {
	return [2]lane{{agency, laneKind{ch, true}}, {agency, laneKind{ch, false}}}
}

// A dueIndex is the earliest due time of each lane, in memory, so that a dispatcher never asks the disk. Only the
// committer changes it.
type dueIndex struct {
	mu    sync.Mutex
	now   time.Time // last committed time
	heaps map[laneKind]*dueHeap
}

func newDueIndex() *dueIndex {
	x := &dueIndex{heaps: map[laneKind]*dueHeap{}}
	for _, ch := range channels() {
		for _, l := range lanesOf("", ch) {
			x.heaps[l.kind] = &dueHeap{place: map[exchange.AgencyID]int{}}
		}
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
		prefix := bytes.Clone(k[:end])
		for _, l := range lanesOf(exchange.AgencyID(prefix[:end-2]), channelOf(prefix[end-1])) {
			fresh.heaps[l.kind].set(l.agency, v.nextDue(l))
		}
		k, _ = c.Seek(after(prefix))
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.heaps, x.now = fresh.heaps, h.Time
	return nil
}

// nextDue is the earliest due time of a lane: the first row of each of its priorities. Zero: none.
func (v view) nextDue(l lane) time.Time {
	prefix := duePrefix(l.agency, l.kind.channel)
	var next time.Time
	c := v.bucket(bDue).Cursor()
	start, routine := prefix, urgency(0)
	if !l.kind.urgent {
		start = append(bytes.Clone(prefix), routine)
	}
	for k, _ := c.Seek(start); k != nil && bytes.HasPrefix(k, prefix); {
		if (k[len(prefix)] == routine) == l.kind.urgent {
			break
		}
		next = earliest(next, keyTime(k[len(prefix)+1:]))
		if k[len(prefix)] == routine {
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
	return x.heaps[l.kind].set(l.agency, at)
}

func (x *dueIndex) get(l lane) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	h := x.heaps[l.kind]
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
		for _, l := range lanesOf(agency, ch) {
			if at := x.get(l); !at.IsZero() && !at.After(x.clock(now)) {
				return true
			}
		}
	}
	return false
}

func (x *dueIndex) clock(now time.Time) time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return later(now, x.now)
}

// at lists the agencies with something due in either of their lanes, and when the first of the others has.
func (x *dueIndex) at(ch exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	now = later(now, x.now)
	for _, l := range lanesOf("", ch) {
		x.heaps[l.kind].due(0, now, &ready)
	}
	slices.Sort(ready)
	ready = slices.Compact(ready)
	for _, l := range lanesOf("", ch) {
		x.heaps[l.kind].next(0, now, ready, &next)
	}
	return ready, next
}

// urgent is at of the urgent lanes alone.
func (x *dueIndex) urgent(ch exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time) {
	x.mu.Lock()
	defer x.mu.Unlock()
	h, now := x.heaps[laneKind{ch, true}], later(now, x.now)
	h.due(0, now, &ready)
	h.next(0, now, nil, &next)
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

// due visits only what is due and its border: below an item nothing is earlier.
func (h *dueHeap) due(i int, now time.Time, ready *[]exchange.AgencyID) {
	if h == nil || i >= len(h.items) || h.items[i].at.After(now) {
		return
	}
	*ready = append(*ready, h.items[i].agency)
	h.due(2*i+1, now, ready)
	h.due(2*i+2, now, ready)
}

// next finds the earliest item that is not due, among the agencies that are not in the sorted list.
func (h *dueHeap) next(i int, now time.Time, except []exchange.AgencyID, next *time.Time) {
	if h == nil || i >= len(h.items) {
		return
	}
	item := h.items[i]
	if !next.IsZero() && !item.at.Before(*next) {
		return
	}
	if _, listed := slices.BinarySearch(except, item.agency); item.at.After(now) && !listed {
		*next = item.at
		return
	}
	h.next(2*i+1, now, except, next)
	h.next(2*i+2, now, except, next)
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

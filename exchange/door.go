package exchange

import (
	"context"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A door counts what is alike, refusals or readings: the first of a minute is an entry of the log, the rest become one
// entry with a count when the minute is over. It holds one minute at a time.
type door[K comparable] struct {
	mu     sync.Mutex
	minute time.Time
	counts map[K]int64
}

type refused struct {
	agency     AgencyID
	credential string
	kind       Kind
}

// doorKeys bounds a minute's memory; what comes beyond it is not counted.
const doorKeys = 10_000

// knock counts one of a kind and says how many there are this minute, 0 where they cannot be counted. It hands over the
// counts of the minute before, if that has ended.
func (d *door[K]) knock(k K, now time.Time) (n int64, over map[K]int64, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	over, at = d.turn(now)
	if _, known := d.counts[k]; !known && len(d.counts) >= doorKeys {
		return 0, over, at
	}
	if d.counts == nil {
		d.counts = make(map[K]int64)
	}
	d.counts[k]++
	return d.counts[k], over, at
}

// flush is knock for nobody: what it hands over is that of a minute that is over.
func (d *door[K]) flush(now time.Time) (over map[K]int64, at time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.turn(now)
}

func (d *door[K]) turn(now time.Time) (over map[K]int64, at time.Time) {
	m := now.Truncate(time.Minute)
	if m.Equal(d.minute) {
		return nil, time.Time{}
	}
	over, at = d.counts, d.minute
	d.minute, d.counts = m, nil
	return over, at
}

// Refused records that an authenticated caller was turned away. The hub's own faults, waiting and strangers are not
// refusals of this kind, and while its clock is wrong the hub writes down no time for them. It never fails the answer:
// what cannot be logged is an engine error that the next write meets.
func (h *Hub) Refused(ctx context.Context, c Caller, err error) {
	kind := KindOf(err)
	if c.Agency == "" || kind == Internal || kind == TooMany || kind == Busy || kind == ClockUnsure || ctx.Err() != nil {
		return
	}
	r := refused{agency: c.Agency, credential: c.Credential, kind: kind}
	now := h.now()
	n, over, at := h.door.knock(r, now)
	h.logCounts(ctx, over, at, now)
	if n == 1 { // beyond doorKeys refusals are still answered, but no longer told apart in the log
		_, _ = h.Store.Append(ctx, r.entry(now, 0), nil)
	}
}

// FlushRefusals writes the counts of a minute that is over, of refusals and of auditors' readings; without any it writes
// nothing. Called once a minute and before the hub stops.
func (h *Hub) FlushRefusals(ctx context.Context, stopping bool) {
	now := h.now()
	turn := now
	if stopping {
		turn = now.Add(time.Minute)
	}
	over, at := h.door.flush(turn)
	h.logCounts(ctx, over, at, now)
	seen, at := h.readings.flush(turn)
	h.logReadings(ctx, seen, at, now)
}

func (h *Hub) logCounts(ctx context.Context, over map[refused]int64, minute, now time.Time) {
	for r, n := range over {
		if n > 1 {
			_, _ = h.Store.Append(ctx, r.entry(minuteEnds(minute, now), n-1), nil)
		}
	}
}

// minuteEnds is when a minute's count is complete: at its end, or before that where the hub stops in it. An entry of the
// future would give its time to all that come after it.
func minuteEnds(minute, now time.Time) time.Time {
	if end := minute.Add(time.Minute); end.Before(now) {
		return end
	}
	return now
}

// entry is the log's word of one refusal, or of count further ones.
func (r refused) entry(at time.Time, count int64) translog.Entry {
	return translog.Entry{V: translog.Schema, Time: at, Type: translog.RefusedAtDoor, Actor: string(r.agency),
		Credential: r.credential, Sender: string(r.agency), Code: string(r.kind), Count: count}
}

package bolt

import (
	"bytes"
	"context"
	"sort"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/store"
)

// logLooked is how many entries one page looks at for what no index serves.
const logLooked = 1000

// A logPlan is how a query of the log is answered: parts of an index of entries, read backwards.
type logPlan struct {
	bucket   string
	prefixes [][]byte
	rest     func(translog.Entry) bool // what the index does not know; nil where it knows all
	tally    []string                  // roll-ups that add up to the number of entries; none where that is not kept
}

func (v view) logPlan(q exchange.LogQuery) logPlan {
	switch {
	case q.Agency != "":
		p := logPlan{bucket: bEvents, prefixes: one(term(q.Agency))}
		if q.Actor != "" || q.Type != "" {
			p.rest = func(e translog.Entry) bool {
				return (q.Actor == "" || e.Actor == q.Actor) && (q.Type == "" || e.Type == q.Type)
			}
		}
		return p
	case q.Actor != "" && q.Type != "":
		return indexed(append(actorPrefix(q.Actor), term(q.Type)...))
	case q.Actor != "":
		return indexed(v.typesOf(actorPrefix(q.Actor))...)
	case q.Type != "":
		return indexed(typePrefix(q.Type))
	}
	return logPlan{bucket: bLog, prefixes: one(nil)}
}

func indexed(prefixes ...[]byte) logPlan {
	p := logPlan{bucket: bLogIndex, prefixes: prefixes, tally: []string{}}
	for _, prefix := range prefixes {
		p.tally = append(p.tally, tallyKey(bLogIndex, prefix))
	}
	return p
}

// typesOf are the prefixes of an actor's entries, one for each type: there are few, and each is found by one look.
func (v view) typesOf(actor []byte) (prefixes [][]byte) {
	c := v.bucket(bLogIndex).Cursor()
	for k, _ := c.Seek(actor); bytes.HasPrefix(k, actor); {
		prefix := bytes.Clone(k[:len(k)-timeSize])
		prefixes = append(prefixes, prefix)
		k, _ = c.Seek(after(prefix))
	}
	return prefixes
}

// SearchLog implements store.Log.
func (s *Store) SearchLog(ctx context.Context, q exchange.LogQuery) (page exchange.LogPage, err error) {
	if q.Limit < 0 || q.Limit > maxLimit || q.Before < 0 {
		return page, exchange.Errorf(exchange.BadRequest, "limit %d is not between 1 and %d, or before %d is no index", q.Limit, maxLimit, q.Before)
	}
	limit := int(orDefault(int64(q.Limit), defaultLimit))
	err = s.view(ctx, func(v view) error {
		within, err := v.logBounds(q)
		if err == nil {
			page, err = v.logPage(v.logPlan(q), within, limit)
		}
		return err
	})
	return page, err
}

func (v view) logPage(p logPlan, within bounds, limit int) (page exchange.LogPage, err error) {
	var last int64
	looked, weight := 0, 0
	v.walk(p.bucket, p.prefixes, within, false, func(suffix, _ []byte) bool {
		if len(page.Records) == limit || weight >= store.PageWeight || looked == logLooked {
			page.Next = last
			return false
		}
		var r exchange.LogRecord
		if r, err = v.shown(keyUint(suffix)); err != nil {
			return false
		}
		looked++
		last = r.Index
		if p.rest == nil || p.rest(r.Entry) {
			page.Records = append(page.Records, r)
			weight += entryWeight(r)
		}
		return true
	})
	if err != nil {
		return exchange.LogPage{}, err
	}
	return page, nil
}

// TallyLog implements store.Log.
func (s *Store) TallyLog(ctx context.Context, q exchange.LogQuery) (n int, err error) {
	q.Before = 0
	err = s.view(ctx, func(v view) error {
		within, err := v.logBounds(q)
		if err != nil {
			return err
		}
		n, err = v.tallyLog(v.logPlan(q), within, q.From.IsZero() && q.To.IsZero())
		return err
	})
	return n, err
}

func (v view) tallyLog(p logPlan, within bounds, always bool) (n int, err error) {
	switch {
	case p.rest != nil:
		return 0, unindexed()
	case p.bucket == bLog: // entries have no gaps
		return int(min(max(keyUint(within.high)-keyUint(within.low), 0), exchange.CountCap+1)), nil
	case always && p.tally != nil:
		return int(min(v.sum(p.tally), exchange.CountCap+1)), nil
	}
	v.walk(p.bucket, p.prefixes, within, false, func(_, _ []byte) bool {
		n++
		return n <= exchange.CountCap
	})
	return n, nil
}

// logBounds are the indexes that the query's span of time and its Before leave. Entries lie in the order of time.
func (v view) logBounds(q exchange.LogQuery) (bounds, error) {
	h, err := v.head()
	if err != nil {
		return bounds{}, err
	}
	low, high := int64(0), h.Size
	if !q.From.IsZero() {
		if low, err = v.firstSince(q.From, h.Size); err != nil {
			return bounds{}, err
		}
	}
	if !q.To.IsZero() {
		if high, err = v.firstSince(q.To, h.Size); err != nil {
			return bounds{}, err
		}
	}
	if q.Before > 0 {
		high = min(high, q.Before)
	}
	return bounds{low: uintKey(low), high: uintKey(high)}, nil
}

// firstSince is the index of the first entry that was logged at t or later; size where there is none.
func (v view) firstSince(t time.Time, size int64) (int64, error) {
	var failed error
	i := sort.Search(int(size), func(i int) bool {
		r, err := v.entry(int64(i))
		if err != nil {
			failed = err
		}
		return !r.Entry.Time.Before(t)
	})
	return int64(i), failed
}

package bolt

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/store"
)

// Append implements store.Log.
func (s *Store) Append(ctx context.Context, e translog.Entry, side *translog.Side) (index int64, err error) {
	err = s.do(ctx, func(g *group) (err error) {
		index, err = g.log(e, side, g.now(e.Time))
		return err
	})
	return index, err
}

// Entry implements store.Log.
func (s *Store) Entry(ctx context.Context, index int64) (r exchange.LogRecord, err error) {
	err = s.view(ctx, func(v view) error {
		r, err = v.shown(index)
		return err
	})
	return r, err
}

// Entries implements store.Log.
func (s *Store) Entries(ctx context.Context, from int64, limit int) (list []exchange.LogRecord, err error) {
	err = s.view(ctx, func(v view) error {
		list = nil
		weight := 0
		c := v.bucket(bLog).Cursor()
		for k, _ := c.Seek(uintKey(max(from, 0))); k != nil && len(list) < limit && weight < store.PageWeight; k, _ = c.Next() {
			r, err := v.shown(keyUint(k))
			if err != nil {
				return err
			}
			list = append(list, r)
			weight += entryWeight(r)
		}
		return nil
	})
	return list, err
}

// Events implements store.Log.
func (s *Store) Events(ctx context.Context, agency exchange.AgencyID, after int64, limit int) (list []exchange.LogRecord, err error) {
	err = s.view(ctx, func(v view) error {
		list, err = v.records(bEvents, term(agency), after+1, limit)
		return err
	})
	return list, err
}

// EntriesOf implements store.Log.
func (s *Store) EntriesOf(ctx context.Context, id exchange.MessageID) (list []exchange.LogRecord, err error) {
	err = s.view(ctx, func(v view) error {
		list = nil
		if key, ok := idKey(id); ok {
			list, err = v.records(bMessageLog, key, 0, -1)
		}
		return err
	})
	return list, err
}

func entryWeight(r exchange.LogRecord) int { return 1 + len(r.Entry.Addressees) }

// records follows an index of the log from an entry on; a negative limit is none, and then a page has no end either.
func (v view) records(bucket string, prefix []byte, from int64, limit int) ([]exchange.LogRecord, error) {
	var list []exchange.LogRecord
	weight := 0
	c := v.bucket(bucket).Cursor()
	start := append(bytes.Clone(prefix), uintKey(max(from, 0))...)
	for k, _ := c.Seek(start); bytes.HasPrefix(k, prefix) && k != nil && len(list) != limit; k, _ = c.Next() {
		if limit >= 0 && weight >= store.PageWeight {
			break
		}
		r, err := v.shown(keyUint(k[len(prefix):]))
		if err != nil {
			return nil, err
		}
		list = append(list, r)
		weight += entryWeight(r)
	}
	return list, nil
}

// shown is an entry for a reader: a page of them takes little memory, whatever was once written beside them.
func (v view) shown(index int64) (exchange.LogRecord, error) {
	r, err := v.entry(index)
	if r.Side != nil {
		side := r.Side.Shown()
		r.Side = &side
	}
	return r, err
}

// entry is an entry with its side record as it was logged.
func (v view) entry(index int64) (exchange.LogRecord, error) {
	if index < 0 {
		return exchange.LogRecord{}, exchange.Errorf(exchange.NotFound, "entry %d", index)
	}
	text := v.get(bLog, uintKey(index))
	if text == nil {
		return exchange.LogRecord{}, exchange.Errorf(exchange.NotFound, "entry %d", index)
	}
	e, err := translog.ParseEntry(text)
	if err != nil {
		return exchange.LogRecord{}, fmt.Errorf("bolt: %w", &exchange.Unreadable{Index: index, Err: err})
	}
	r := exchange.LogRecord{Index: index, Entry: e}
	if text := v.get(bSides, uintKey(index)); text != nil {
		side, err := translog.ParseSide(text)
		if err != nil {
			return r, fmt.Errorf("bolt: side: %w", &exchange.Unreadable{Index: index, Err: err})
		}
		r.Side = &side
	}
	return r, nil
}

// leafBytes is how much text of entries one call of Leaves takes into memory; one entry always finds room.
const leafBytes = 4 << 20

// Leaves implements store.Log.
func (s *Store) Leaves(ctx context.Context, from int64, limit int) (list []exchange.Leaf, err error) {
	err = s.view(ctx, func(v view) error {
		list = nil
		size := 0
		c := v.bucket(bLog).Cursor()
		for k, text := c.Seek(uintKey(max(from, 0))); k != nil && len(list) < limit && size < leafBytes; k, text = c.Next() {
			if keyUint(k) != max(from, 0)+int64(len(list)) {
				break
			}
			side := v.get(bSides, k)
			list = append(list, exchange.Leaf{Text: bytes.Clone(text), Side: bytes.Clone(side)})
			size += len(text) + len(side)
		}
		return nil
	})
	return list, err
}

// Hashes implements store.Log.
func (s *Store) Hashes(ctx context.Context, indexes []int64) (list []tlog.Hash, err error) {
	err = s.view(ctx, func(v view) error {
		list, err = v.ReadHashes(indexes)
		return err
	})
	return list, err
}

// Proof implements store.Log.
func (s *Store) Proof(ctx context.Context, index int64) (r translog.Receipt, err error) {
	err = s.view(ctx, func(v view) error {
		r, err = v.proof(index)
		return err
	})
	return r, err
}

// proof makes the receipt at the first size that was committed with the entry in it: that never changes, so neither
// does the receipt.
func (v view) proof(index int64) (translog.Receipt, error) {
	if index < 0 {
		return translog.Receipt{}, exchange.Errorf(exchange.NotFound, "entry %d", index)
	}
	entry := v.get(bLog, uintKey(index))
	size, checkpoint := v.bucket(bCheckpoints).Cursor().Seek(uintKey(index + 1))
	if entry == nil || size == nil {
		return translog.Receipt{}, exchange.Errorf(exchange.NotFound, "entry %d", index)
	}
	proof, err := translog.Prove(keyUint(size), index, v)
	if err != nil {
		return translog.Receipt{}, fmt.Errorf("bolt: proof of entry %d: %w", index, err)
	}
	return translog.Receipt{
		Entry: bytes.Clone(entry), Index: index, Proof: proof, Checkpoint: bytes.Clone(checkpoint),
	}, nil
}

// Checkpoint implements store.Log. A store without entries has one of size 0.
func (s *Store) Checkpoint(ctx context.Context) (text []byte, size int64, err error) {
	err = s.view(ctx, func(v view) error {
		key, value := v.bucket(bCheckpoints).Cursor().Last()
		text, size = bytes.Clone(value), keyUint(key)
		return nil
	})
	return text, size, err
}

package bolt

import (
	"bytes"
	"slices"

	"go.etcd.io/bbolt"
)

// bounds are what follows the prefix of an index's rows: from low on, and before high. nil is open.
type bounds struct{ low, high []byte }

// beyond is after every row.
var beyond = bytes.Repeat([]byte{0xff}, timeSize+idSize+1)

// A reader goes over the rows of one prefix, in either direction.
type reader struct {
	c             *bbolt.Cursor
	prefix        []byte
	within        bounds
	oldest        bool   // rising
	suffix, value []byte // of the row that it stands on; suffix is nil at the end
}

func (v view) reader(bucket string, prefix []byte, within bounds, oldest bool) *reader {
	r := &reader{c: v.bucket(bucket).Cursor(), prefix: prefix, within: within, oldest: oldest}
	if oldest {
		r.land(r.c.Seek(slices.Concat(prefix, within.low)))
		return r
	}
	high := within.high
	if high == nil {
		high = beyond
	}
	if k, _ := r.c.Seek(slices.Concat(prefix, high)); k == nil {
		r.land(r.c.Last())
		return r
	}
	r.land(r.c.Prev())
	return r
}

func (r *reader) next() {
	if r.oldest {
		r.land(r.c.Next())
		return
	}
	r.land(r.c.Prev())
}

func (r *reader) land(key, value []byte) {
	r.suffix = nil
	if key == nil || !bytes.HasPrefix(key, r.prefix) {
		return
	}
	suffix := key[len(r.prefix):]
	if bytes.Compare(suffix, r.within.low) >= 0 && (r.within.high == nil || bytes.Compare(suffix, r.within.high) < 0) {
		r.suffix, r.value = suffix, value
	}
}

// walk calls f with what follows the prefix of each row, of all prefixes in one order, until it returns false. What is
// under several of them comes once.
func (v view) walk(bucket string, prefixes [][]byte, within bounds, oldest bool, f func(suffix, value []byte) bool) {
	var readers []*reader
	for _, prefix := range prefixes {
		readers = append(readers, v.reader(bucket, prefix, within, oldest))
	}
	for {
		first := foremost(readers, oldest)
		if first == nil || !f(first.suffix, first.value) {
			return
		}
		suffix := first.suffix
		for _, r := range readers {
			if r.suffix != nil && bytes.Equal(r.suffix, suffix) {
				r.next()
			}
		}
	}
}

func foremost(readers []*reader, oldest bool) (first *reader) {
	for _, r := range readers {
		if r.suffix != nil && (first == nil || (bytes.Compare(r.suffix, first.suffix) < 0) == oldest) {
			first = r
		}
	}
	return first
}

package bolt

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// checkLog walks the entries: no gap, readable, in the order of time, each with its side and its rows.
func (c *checker) checkLog() {
	var next, sides, events int64
	last := exchange.LogRecord{}
	c.walk(bLog, func(key, _ []byte) {
		c.step()
		if keyUint(key) != next {
			c.broken("log: entry %d follows entry %d", keyUint(key), next-1)
			next = keyUint(key)
		}
		next++
		r, err := c.entry(keyUint(key))
		if err != nil {
			c.broken("%v", err)
			return
		}
		if r.Entry.Time.Before(last.Entry.Time) || r.Entry.Time.After(c.head.Time) {
			c.broken("entry %d: its time lies before the last or after the head's", r.Index)
		}
		last = r
		if r.Side != nil {
			sides++
		}
		events += int64(len(exchange.Concerns(r.Entry)))
		for _, row := range entryRows(r.Entry, r.Index) {
			c.wantsRow(row, fmt.Sprintf("entry %d", r.Index))
		}
		c.checkEntry(r)
	})
	if next != c.head.Size {
		c.broken("log: %d entries, the head says %d", next, c.head.Size)
	}
	c.hasRows(bSides, sides)
	c.hasRows(bEvents, events)
	c.hasRows(bLogIndex, c.rows[bLogIndex])
	c.checkMessageLog()
}

func (c *checker) hasRows(bucket string, want int64) {
	var n int64
	c.walk(bucket, func(_, _ []byte) { n++ })
	if n != want {
		c.broken("%s has %d rows, the log asks for %d", bucket, n, want)
	}
}

// checkEntry looks at what hangs on an entry. A side may be erased, never changed.
func (c *checker) checkEntry(r exchange.LogRecord) {
	if r.Side != nil && r.Side.Hash() != r.Entry.Side {
		c.broken("entry %d: its side is not the one that was logged", r.Index)
	}
	if key, ok := idKey(r.Entry.Delivery); ok && r.Entry.Type == translog.PickedUp && c.get(bOpened, key) == nil {
		c.broken("entry %d: no row in %s", r.Index, bOpened)
	}
	for _, id := range exchange.Concerns(r.Entry) {
		c.indexed(bEvents, append(term(id), uintKey(r.Index)...), r.Index)
	}
	if key, ok := idKey(r.Entry.Message); ok {
		c.indexed(bMessageLog, append(key, uintKey(r.Index)...), r.Index)
	}
}

func (c *checker) indexed(bucket string, key []byte, index int64) {
	if k, _ := c.bucket(bucket).Cursor().Seek(key); !bytes.Equal(k, key) {
		c.broken("entry %d: no row in %s", index, bucket)
	}
}

// checkMessageLog: every row is of an entry that names the message, or that accepted a status about it.
func (c *checker) checkMessageLog() {
	c.walk(bMessageLog, func(key, _ []byte) {
		if len(key) != idSize+8 {
			c.broken("ix_msglog: key %x", key)
			return
		}
		id, index := keyID[exchange.MessageID](key[:idSize]), keyUint(key[idSize:])
		r, err := c.entry(index)
		if err != nil {
			c.broken("ix_msglog: %v", err)
			return
		}
		if r.Entry.Message == string(id) {
			return
		}
		m, _, err := c.message(exchange.MessageID(r.Entry.Message))
		if err != nil || !speaksOf(m, id) {
			c.broken("ix_msglog: entry %d is not about message %s", index, id)
		}
	})
}

func speaksOf(m exchange.Message, id exchange.MessageID) bool {
	return m.Report != nil && m.Report.Message == id ||
		slices.ContainsFunc(m.About, func(l exchange.Link) bool { return l.Message == id })
}

// checkHashes computes each entry's hashes from its text and from hashes that were found right before, and the root at
// every size that was signed. It cannot see whether a signature holds: the store has no public key.
func (c *checker) checkHashes() {
	var hashes int64
	for index := range c.head.Size {
		c.step()
		if c.over() {
			return
		}
		hashes += c.checkEntryHashes(index)
	}
	c.hasRows(bHashes, hashes)
	c.walk(bCheckpoints, c.checkCheckpoint)
	if key, _ := c.bucket(bCheckpoints).Cursor().Last(); key == nil || keyUint(key) != c.head.Size {
		c.broken("checkpoints: the last is of size %x, the head says %d", key, c.head.Size)
	}
}

// checkEntryHashes returns how many hashes are stored with an entry.
func (c *checker) checkEntryHashes(index int64) int64 {
	want, err := translog.Append(index, translog.LeafHash(c.get(bLog, uintKey(index))), c.view)
	if err != nil {
		c.broken("entry %d: %v", index, err)
		return 0
	}
	first := tlog.StoredHashIndex(0, index)
	for i, h := range want {
		if !bytes.Equal(c.get(bHashes, uintKey(first+int64(i))), h[:]) {
			c.broken("entry %d: stored hash %d is not what its text gives", index, first+int64(i))
		}
	}
	return int64(len(want))
}

func (c *checker) checkCheckpoint(key, text []byte) {
	size := keyUint(key)
	body, _, _ := strings.Cut(string(text), "\n\n")
	signed, err := translog.ParseCheckpoint([]byte(body + "\n"))
	if err != nil || signed.Size != size {
		c.broken("checkpoint of size %d: %v", size, err)
		return
	}
	root, err := translog.Root(size, c.view)
	if err != nil || root != signed.Root || (size == c.head.Size && root != c.head.Root) {
		c.broken("checkpoint of size %d: the log's root is %v (%v), it says %v", size, root, err, signed.Root)
	}
}

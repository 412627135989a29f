package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A group is one transaction of the committer: what its requests read and write, and what is written once for all of
// them.
type group struct {
	view
	store *Store

	head     head
	calendar calendar.Calendar // in force, as this group leaves it
	batch    *translog.Batch   // begun with the first entry
	counts   map[string]int64
	segments map[uint32]segmentRow
	lanes    map[lane]laneChange
	messages map[exchange.MessageID]exchange.Message // decoded in this group
	steps    map[exchange.MessageID]step
	open     map[string]*bbolt.Bucket
	heard    map[exchange.AgencyID]bool // who has entries of the log in this group

	writes int
	failed error // the first write that bbolt refused
}

func newGroup(s *Store, tx *bbolt.Tx) *group {
	return &group{
		view: view{tx}, store: s, head: s.head, calendar: s.inForce(),
		counts: map[string]int64{}, segments: map[uint32]segmentRow{}, lanes: map[lane]laneChange{},
		messages: map[exchange.MessageID]exchange.Message{}, steps: map[exchange.MessageID]step{}, open: map[string]*bbolt.Bucket{},
		heard: map[exchange.AgencyID]bool{},
	}
}

// rollback ends the transaction, if it has not ended yet.
func (g *group) rollback() { _ = g.tx.Rollback() }

// now is the hub's time for a request made at t: never before what was committed.
func (g *group) now(t time.Time) time.Time { return later(utc(t), g.head.Time) }

// tick says that something was written at now, a time that [group.now] gave.
func (g *group) tick(now time.Time) { g.head.Time = later(now, g.head.Time) }

// messageOf is message, decoded once in a group.
func (g *group) messageOf(id exchange.MessageID) (exchange.Message, error) {
	if m, ok := g.messages[id]; ok {
		return m, nil
	}
	m, _, err := g.message(id)
	if err == nil {
		g.messages[id] = m
	}
	return m, err
}

func (g *group) bucket(name string) *bbolt.Bucket {
	b := g.open[name]
	if b == nil {
		b = g.tx.Bucket([]byte(name))
		if appendOrdered(name) {
			b.FillPercent = 0.9
		}
		g.open[name] = b
	}
	return b
}

// put writes a row. Its error is kept in failed, which drops the whole group: rows are all or none.
func (g *group) put(bucket string, key, value []byte) {
	g.writes++
	if err := g.bucket(bucket).Put(key, value); err != nil && g.failed == nil {
		g.failed = fmt.Errorf("bolt: %s: %w", bucket, err)
	}
}

func (g *group) delete(bucket string, key []byte) {
	g.writes++
	if err := g.bucket(bucket).Delete(key); err != nil && g.failed == nil {
		g.failed = fmt.Errorf("bolt: %s: %w", bucket, err)
	}
}

// log makes e, which lacks its schema, time and side, the next entry.
func (g *group) log(e translog.Entry, side *translog.Side, now time.Time) (int64, error) {
	e.V, e.Time, e.Side = translog.Schema, now, ""
	if side != nil {
		e.Side = side.Hash()
	}
	if err := e.Check(); err != nil {
		return 0, err
	}
	if err := g.ensureBatch(); err != nil {
		return 0, err
	}
	text := e.Marshal()
	index, err := g.batch.Append(translog.LeafHash(text))
	if err != nil {
		return 0, err
	}
	g.tick(now)
	g.put(bLog, uintKey(index), text)
	if side != nil {
		g.put(bSides, uintKey(index), side.Marshal())
	}
	for _, r := range entryRows(e, index) {
		g.putRow(r)
	}
	for _, id := range exchange.Concerns(e) {
		g.put(bEvents, append(term(id), uintKey(index)...), nil)
		g.heard[id] = true
	}
	if key, ok := idKey(e.Message); ok {
		g.put(bMessageLog, append(key, uintKey(index)...), nil)
	}
	return index, nil
}

// ensureBatch begins the group's part of the log. Hashes that do not give the root of the last checkpoint are damage:
// nothing may be signed over them.
func (g *group) ensureBatch() error {
	if g.batch != nil {
		return nil
	}
	b, err := translog.NewBatch(g.head.Size, g.view)
	if err != nil {
		return err
	}
	if b.Root() != g.head.Root {
		return errors.New("bolt: the stored hashes of the log do not give its last checkpoint; run check")
	}
	g.batch = b
	return nil
}

// finish writes what belongs to the group as a whole. Afterwards only the commit is left.
func (g *group) finish() error {
	if err := g.writeProgress(); err != nil {
		return err
	}
	g.writeCounts()
	g.writeSegments()
	g.head.Group++
	if g.batch != nil {
		if err := g.writeCheckpoint(); err != nil {
			return err
		}
	}
	g.settleLanes()
	g.put(bMeta, []byte(keyHead), encode(g.head))
	return g.failed
}

// writeCheckpoint stores the hashes and signs the root as it reads back through the transaction: what is signed is what
// is stored, whatever this program believes to have computed.
func (g *group) writeCheckpoint() error {
	first, hashes := g.batch.Hashes()
	for i, h := range hashes {
		g.put(bHashes, uintKey(first+int64(i)), h[:])
	}
	size := g.batch.Size()
	root, err := translog.Root(size, g.view)
	if err != nil {
		return err
	}
	text, err := g.sign(size, root)
	if err != nil {
		return err
	}
	g.head.Size, g.head.Root = size, root
	g.put(bCheckpoints, uintKey(size), text)
	return nil
}

func (g *group) sign(size int64, root tlog.Hash) (text []byte, err error) {
	o := g.store.options
	err = o.step(StepSign, func() (err error) {
		text, err = translog.SignCheckpoint(translog.Checkpoint{Origin: o.Origin, Size: size, Root: root}, o.Signer)
		return err
	})
	return text, err
}

func (g *group) writeCounts() {
	for key, delta := range g.counts {
		if delta == 0 {
			continue
		}
		var n int64
		if v := g.get(bCounts, []byte(key)); v != nil {
			n = keyUint(v)
		}
		g.put(bCounts, []byte(key), uintKey(n+delta))
	}
}

// name notes that a message names a record of a segment.
func (g *group) name(ref bodyRef, size int64) {
	row := g.segments[ref.segment]
	row.End = max(row.End, ref.offset+recordHeader+size)
	row.Live += recordHeader + size
	row.Bodies++
	g.segments[ref.segment] = row
}

func (g *group) writeSegments() {
	for id, add := range g.segments {
		var row segmentRow
		key := binary.BigEndian.AppendUint32(nil, id)
		if record := g.get(bSegments, key); record != nil {
			if err := decode(record, &row); err != nil {
				g.failed = errors.Join(g.failed, err)
			}
		}
		row.End = max(row.End, add.End)
		row.Live += add.Live
		row.Bodies += add.Bodies
		g.put(bSegments, key, encode(row))
	}
}

func keySegment(key []byte) uint32 { return binary.BigEndian.Uint32(key) }

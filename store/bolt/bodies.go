package bolt

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// largeLanes is how many large bodies are written at once. More would only seek more.
const largeLanes = 8

// bodies puts bodies on disk before anything names them. Small ones share appends and syncs; large ones are written
// side by side, each on its caller's goroutine.
type bodies struct {
	dir     string
	options Options

	queue chan *bodyWrite
	done  chan struct{} // closed when the writer has ended

	lanes chan *segment // for large bodies; nil where none is open yet

	mu   sync.Mutex
	next uint32 // number of the next segment; guarded by mu
}

type bodyWrite struct {
	body   []byte
	digest exchange.Digest
	now    time.Time
	ref    bodyRef
	done   chan error
}

func newBodies(dir string, next uint32, o Options) *bodies {
	b := &bodies{
		dir: dir, options: o, next: next,
		queue: make(chan *bodyWrite, o.GroupOps), done: make(chan struct{}), lanes: make(chan *segment, largeLanes),
	}
	for range largeLanes {
		b.lanes <- nil
	}
	go b.run()
	return b
}

// write returns where the body lies when it is on disk. The body is not touched after it has returned.
func (b *bodies) write(ctx context.Context, a *exchange.Acceptance) (bodyRef, error) {
	w := &bodyWrite{body: a.Body, digest: a.Message.Digest, now: a.Now}
	if int64(len(w.body)) > b.options.LargeBody {
		return b.writeLarge(ctx, w)
	}
	w.done = make(chan error, 1)
	select {
	case b.queue <- w:
	case <-ctx.Done():
		return bodyRef{}, ctx.Err()
	}
	// Once queued there is no way back: the writer reads the body until it answers.
	if err := <-w.done; err != nil {
		return bodyRef{}, fmt.Errorf("bolt: write of a body: %w", err)
	}
	return w.ref, nil
}

// close ends the writers. Nobody may write any more.
func (b *bodies) close() {
	close(b.queue)
	<-b.done
	for range largeLanes {
		lane := <-b.lanes
		lane.abandon()
	}
}

// run is the writer of small bodies: it takes what waits, appends it with one write and syncs it once.
func (b *bodies) run() {
	defer close(b.done)
	var cur *segment
	buffer := bufio.NewWriterSize(nil, 256<<10)
	for first := range b.queue {
		group := b.gather(first)
		var err error
		cur, err = b.ready(cur, group)
		if err == nil {
			err = b.append(cur, group, buffer)
		}
		if err != nil {
			cur.abandon()
			cur = nil
		}
		for _, w := range group {
			w.done <- err
		}
	}
	cur.abandon()
}

func (b *bodies) gather(first *bodyWrite) []*bodyWrite {
	group, size := []*bodyWrite{first}, int64(len(first.body))
	for len(group) < b.options.GroupOps && size < b.options.GroupBytes {
		select {
		case w, ok := <-b.queue:
			if !ok {
				return group
			}
			group, size = append(group, w), size+int64(len(w.body))
		default:
			return group
		}
	}
	return group
}

// ready returns a segment with room for the group.
func (b *bodies) ready(cur *segment, group []*bodyWrite) (*segment, error) {
	var n int64
	for _, w := range group {
		n += recordHeader + int64(len(w.body))
	}
	now := group[0].now
	if cur != nil && !cur.full(n, now, b.options.SegmentSize) {
		return cur, nil
	}
	next, err := b.create(now)
	if err != nil {
		return cur, err
	}
	cur.abandon()
	return next, nil
}

// create begins a segment under a number never used before, not even by a file that was only half made.
func (b *bodies) create(now time.Time) (next *segment, err error) {
	b.mu.Lock()
	id := b.next
	b.next++
	b.mu.Unlock()
	err = b.options.step(StepSegment, func() (err error) {
		next, err = createSegment(b.dir, id, now)
		return err
	})
	if err != nil {
		next.abandon()
		return nil, err
	}
	return next, nil
}

// append writes the group's records one behind the other, small ones gathered in the buffer, and syncs them.
func (b *bodies) append(cur *segment, group []*bodyWrite, buffer *bufio.Writer) error {
	start := cur.end
	for _, w := range group {
		w.ref = bodyRef{segment: cur.id, offset: cur.end}
		cur.end += recordHeader + int64(len(w.body))
	}
	err := b.options.step(StepAppend, func() error {
		buffer.Reset(io.NewOffsetWriter(cur.file, start))
		return writeRecords(buffer, group)
	})
	if err != nil {
		return err
	}
	return b.options.step(StepSync, func() error { return syncData(cur.file) })
}

// writeRecords leaves errors to Flush, which returns the first there was.
func writeRecords(to *bufio.Writer, group []*bodyWrite) error {
	header := make([]byte, 0, recordHeader)
	for _, w := range group {
		_, _ = to.Write(appendRecordHeader(header, int64(len(w.body)), w.digest))
		_, _ = to.Write(w.body)
	}
	return to.Flush()
}

// writeLarge has a segment to itself for the time of one body: had two bodies one file, the error of a sync would be
// reported to one of them only.
func (b *bodies) writeLarge(ctx context.Context, w *bodyWrite) (bodyRef, error) {
	var lane *segment
	select {
	case lane = <-b.lanes:
	case <-ctx.Done():
		return bodyRef{}, ctx.Err()
	}
	lane, err := b.ready(lane, []*bodyWrite{w})
	if err == nil {
		err = b.appendLarge(lane, w)
	}
	if err != nil {
		lane.abandon()
		lane = nil
	}
	b.lanes <- lane
	if err != nil {
		return bodyRef{}, fmt.Errorf("bolt: write of a large body: %w", err)
	}
	return w.ref, nil
}

func (b *bodies) appendLarge(lane *segment, w *bodyWrite) error {
	w.ref = bodyRef{segment: lane.id, offset: lane.end}
	err := b.options.step(StepLargeAppend, func() error {
		return writeRecords(bufio.NewWriter(io.NewOffsetWriter(lane.file, lane.end)), []*bodyWrite{w})
	})
	if err != nil {
		return err
	}
	lane.end += recordHeader + int64(len(w.body))
	return b.options.step(StepLargeSync, func() error { return syncData(lane.file) })
}

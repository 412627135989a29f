package bolt

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
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

	entered atomic.Int64 // bodies given to the writer, in the order of its queue

	mu       sync.Mutex
	next     uint32        // number of the next segment
	answered int64         // of those that entered
	turn     chan struct{} // closed, and made anew, when a group has been answered
}

// A bodyWrite is one body on its way to the disk. It must not change before done has been called.
type bodyWrite struct {
	body   []byte
	digest exchange.Digest
	now    time.Time
	ref    bodyRef     // where it lies, once done was called without an error
	done   func(error) // called once, not to block for long: others wait behind it
}

func newBodies(dir string, next uint32, o Options) *bodies {
	b := &bodies{
		dir: dir, options: o, next: next, turn: make(chan struct{}),
		queue: make(chan *bodyWrite, o.GroupOps), done: make(chan struct{}), lanes: make(chan *segment, largeLanes),
	}
	for range largeLanes {
		b.lanes <- nil
	}
	go b.run()
	return b
}

// write sends w on its way. It returns an error, and done is not called, only if ctx has ended before.
func (b *bodies) write(ctx context.Context, w *bodyWrite) error {
	if int64(len(w.body)) > b.options.LargeBody {
		return b.writeLarge(ctx, w)
	}
	select {
	case b.queue <- w:
		b.entered.Add(1)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// progress tells how many bodies have been answered and returns what is closed when there are more.
func (b *bodies) progress() (answered int64, turn <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.answered, b.turn
}

func (b *bodies) advance(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answered += int64(n)
	close(b.turn)
	b.turn = make(chan struct{})
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
			err = notWritten(fmt.Errorf("body: %w", err))
			cur.abandon()
			cur = nil
		}
		for _, w := range group {
			w.done(err)
		}
		b.advance(len(group))
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
func (b *bodies) writeLarge(ctx context.Context, w *bodyWrite) error {
	var lane *segment
	select {
	case lane = <-b.lanes:
	case <-ctx.Done():
		return ctx.Err()
	}
	lane, err := b.ready(lane, []*bodyWrite{w})
	if err == nil {
		err = b.appendLarge(lane, w)
	}
	if err != nil {
		err = notWritten(fmt.Errorf("large body: %w", err))
		lane.abandon()
		lane = nil
	}
	b.lanes <- lane
	w.done(err)
	return nil
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

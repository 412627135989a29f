package console

import (
	"bytes"
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

const (
	slot      = 30 * time.Minute
	pulseSpan = 24 * time.Hour
	slots     = int(pulseSpan / slot)
	// pulseBack is how far back the log is read at first: a backup is looked for over some days.
	pulseBack = 4 * 24 * time.Hour
	pulsePart = 1000
	// pulseLook is how many entries one look reads: behind a busy hub the pulse comes up by several.
	pulseLook = 100_000
)

// A beat is what happened in half an hour.
type beat struct {
	slot              int64 // since 1970, in halves of an hour; a ring's place is taken by whichever came last
	In, Out, Bad, End int   // messages of agencies accepted; deliveries delivered; attempts failed; deliveries given up
	Documents         int   // of In
}

// A pulse follows the log and keeps the last day's beats. It reads when somebody looks, writes nothing, and holds no more
// than a ring of beats. It is safe for concurrent use.
type pulse struct {
	mu     sync.Mutex
	beats  [slots + 1]beat
	next   int64 // entry to be read
	begun  bool
	behind bool // there was more to read than one look reads
	since  time.Time
	backup time.Time // of the newest backup seen
}

// A reader is what the pulse asks of the log.
type reader interface {
	Events(ctx context.Context, c exchange.Caller, after int64, limit int) ([]exchange.LogRecord, error)
	Checkpoint(ctx context.Context) ([]byte, error)
}

// follow reads what the log has got since. by is an operator: others are shown but their own entries.
func (p *pulse) follow(ctx context.Context, hub reader, by exchange.Caller, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.begun {
		if err := p.begin(ctx, hub, by, now); err != nil {
			return err
		}
	}
	for read := 0; read < pulseLook; {
		records, err := hub.Events(ctx, by, p.next-1, pulsePart)
		if err != nil || len(records) == 0 {
			p.behind = false
			return err
		}
		for _, r := range records {
			p.add(r.Entry)
		}
		p.next = records[len(records)-1].Index + 1
		read += len(records)
	}
	p.behind = true
	return nil
}

// begin finds the first entry of the time that is looked back upon, by halving: the log is in order of time.
func (p *pulse) begin(ctx context.Context, hub reader, by exchange.Caller, now time.Time) error {
	size, err := logSize(ctx, hub)
	if err != nil {
		return err
	}
	from := now.Add(-pulseBack)
	low, high := int64(0), size
	for low < high {
		mid := low + (high-low)/2
		records, err := hub.Events(ctx, by, mid-1, 1)
		if err != nil {
			return err
		}
		if len(records) > 0 && records[0].Entry.Time.Before(from) {
			low = mid + 1
		} else {
			high = mid
		}
	}
	p.next, p.begun, p.since = low, true, from
	return nil
}

// logSize is the size that the newest checkpoint states in its second line.
func logSize(ctx context.Context, hub reader) (int64, error) {
	text, err := hub.Checkpoint(ctx)
	if err != nil {
		return 0, err
	}
	lines := bytes.SplitN(text, []byte("\n"), 3)
	if len(lines) < 3 {
		return 0, nil
	}
	return strconv.ParseInt(string(lines[1]), 10, 64)
}

func (p *pulse) add(e translog.Entry) {
	b := p.at(slotOf(e.Time))
	switch e.Type {
	case translog.Accepted, translog.StatusGiven, translog.RecallAsked:
		if e.Actor == "hub" {
			return
		}
		b.In++
		if e.Kind == string(exchange.ClassDocument) {
			b.Documents++
		}
	case translog.Delivered, translog.Acknowledged:
		b.Out++
	case translog.Attempted:
		b.Bad++
	case translog.DeadLettered:
		b.Bad++
		b.End++
	case translog.BackedUp:
		p.backup = e.Time
	}
}

func slotOf(t time.Time) int64 { return t.Unix() / int64(slot/time.Second) }

// at is the beat of a slot. What the ring has no room for any more is counted nowhere.
func (p *pulse) at(s int64) *beat {
	b := &p.beats[s%int64(len(p.beats))]
	switch {
	case b.slot > s:
		return &beat{}
	case b.slot < s:
		*b = beat{slot: s}
	}
	return b
}

// A day is the last 24 hours in beats, the oldest first, and what came of the present day.
type dayOfBeats struct {
	Beats         []beat
	Today         beat // since midnight
	Whole         beat // all of Beats
	Behind        bool
	Since, Backup time.Time
}

func (p *pulse) day(now time.Time) (d dayOfBeats) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last, midnight := slotOf(now), slotOf(calendar.DayOf(now).Start())
	for s := last - int64(slots) + 1; s <= last; s++ {
		b := beat{slot: s}
		if in := p.beats[s%int64(len(p.beats))]; in.slot == s {
			b = in
		}
		d.Beats = append(d.Beats, b)
		d.Whole.add(b)
		if s >= midnight {
			d.Today.add(b)
		}
	}
	d.Behind, d.Since, d.Backup = p.behind, p.since, p.backup
	return d
}

func (b *beat) add(o beat) {
	b.In += o.In
	b.Out += o.Out
	b.Bad += o.Bad
	b.End += o.End
	b.Documents += o.Documents
}

func (b beat) begins() time.Time { return time.Unix(b.slot*int64(slot/time.Second), 0) }

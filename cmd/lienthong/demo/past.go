package demo

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/maintenance"
)

// A moment is the clock of a past that is lived through: it stands still until it is set. It only goes forward.
type moment struct {
	mu sync.Mutex
	at time.Time
}

func (m *moment) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.at
}

func (m *moment) set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if at.After(m.at) {
		m.at = at
	}
}

// A past is what happened before the run: agencies and people act as they do in the present, by the hub's own use cases
// and with their own signatures and keys, on the working days and in the office hours of the hub's calendar. What an
// agency does at a time depends on the seed; the log's order of what happens at the same time does not.
type past struct {
	*run
	*moment
	hub    *node.Node
	people *pilot

	mu     sync.Mutex
	agenda []deed
	books  map[exchange.AgencyID][]*envelope.Envelope // what each has sent and may replace
	clerk  exchange.Caller                            // the township's, as signed in today
	sent   int
	spare  string // the id of the district's second key
}

// A deed is what somebody will do as soon as it is time.
type deed struct {
	at time.Time
	do func(context.Context) error
}

const (
	aDay     = 24 * time.Hour
	perDay   = 14 // documents of a working day: some 600 in two months
	atOnce   = 32 // deeds at the same time: the store writes them down together
	slot     = 30 * time.Minute
	slots    = 18              // of a day, from ten minutes after opening
	progress = 10              // working days between two lines to the spectator
	margin   = 3 * time.Minute // of the present that is left alone: a one-time code is taken once
)

// live lives through the days until now.
func (p *past) live(ctx context.Context) error {
	began := time.Now()
	p.books = make(map[exchange.AgencyID][]*envelope.Envelope)
	days := p.days()
	for i, day := range days {
		if err := p.day(ctx, i, len(days), day); err != nil {
			return fmt.Errorf("demo: history, %s: %w", day, err)
		}
		if i%progress == progress-1 {
			p.say("  %s: %d văn bản", day, p.sent)
		}
	}
	p.hub.Hub.FlushRefusals(ctx, true)
	newest, err := p.hub.Hub.Newest(ctx, clerk)
	p.told = newest + 1
	p.say("Đã dựng %d ngày làm việc: %d văn bản, %d bản ghi nhật ký, trong %.1f giây.\n", len(days), p.sent, p.told, time.Since(began).Seconds())
	return err
}

// days are the working days from the first to today.
func (p *past) days() (all []calendar.Day) {
	c := p.hub.Hub.Calendar()
	for d := calendar.DayOf(p.now()); !d.Start().After(p.began); d++ {
		if c.IsWorkingDay(d) {
			all = append(all, d)
		}
	}
	return all
}

// day lives through one working day, and the calendar's work of the night after it.
func (p *past) day(ctx context.Context, i, of int, day calendar.Day) error {
	opens := p.hub.Hub.Calendar().Opens.On(day).Add(10 * time.Minute)
	writers := p.writers(i)
	for k := range slots {
		at := opens.Add(time.Duration(k) * slot)
		if !p.reach(at) {
			return nil
		}
		if k == 0 {
			if err := p.staff(ctx, i, of); err != nil {
				return err
			}
		}
		if err := p.halfHour(ctx, i, of, k, writers[k]); err != nil {
			return err
		}
	}
	if !p.reach(day.End().Add(5 * time.Minute)) {
		return nil
	}
	return p.upkeep(ctx)
}

// reach sets the clock; false at the present.
func (p *past) reach(at time.Time) bool {
	if at.After(p.began.Add(-margin)) {
		return false
	}
	p.set(at)
	return true
}

// writers are who writes a document in each half hour of a day.
func (p *past) writers(i int) (all [slots][]*software) {
	r := chance(p.Seed, "history", strconv.Itoa(i))
	for range perDay {
		s := p.people.softwares[r.IntN(len(p.people.softwares))]
		if k := r.IntN(slots - 1); !s.place.dead && !s.place.heir {
			all[k] = append(all[k], s)
		}
	}
	return all
}

// halfHour is one half hour: what is due by the calendar, what was on the agenda, what is written, and what is fetched
// and posted.
func (p *past) halfHour(ctx context.Context, i, of, k int, writers []*software) error {
	if err := p.upkeep(ctx); err != nil {
		return err
	}
	if err := p.due(ctx); err != nil {
		return err
	}
	var writing errgroup.Group
	for _, s := range writers {
		s.written++
		p.sent++
		n := s.written
		writing.Go(func() error { return p.write(ctx, s, n) })
	}
	if err := writing.Wait(); err != nil {
		return err
	}
	p.set(p.now().Add(5 * time.Minute))
	var fetching errgroup.Group
	fetching.SetLimit(atOnce)
	for _, s := range p.people.softwares {
		if looks(s.place, k) {
			fetching.Go(func() error { return p.receive(ctx, s, p.trouble(s.place, i, of)) })
		}
	}
	return fetching.Wait()
}

// due does what is due on the agenda. What a deed puts there waits for the next time.
func (p *past) due(ctx context.Context) error {
	p.mu.Lock()
	var now, later []deed
	for _, d := range p.agenda {
		if d.at.After(p.now()) {
			later = append(later, d)
		} else {
			now = append(now, d)
		}
	}
	p.agenda = later
	p.mu.Unlock()
	var all errgroup.Group
	all.SetLimit(atOnce)
	for _, d := range now {
		all.Go(func() error { return d.do(ctx) })
	}
	return all.Wait()
}

func (p *past) plan(in time.Duration, do func(context.Context) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.agenda = append(p.agenda, deed{p.now().Add(in), do})
}

// upkeep does the calendar's work, as every hub does each minute.
func (p *past) upkeep(ctx context.Context) error {
	for _, j := range maintenance.Jobs(p.hub.Hub) {
		if err := j.Run(ctx); err != nil {
			return err
		}
	}
	return nil
}

// caller is an agency's software, by its key.
func (p *past) caller(s *software) (exchange.Caller, error) {
	return p.hub.Directory.Authenticate(s.client.Key, netip.MustParseAddr("127.0.0.1"), p.now())
}

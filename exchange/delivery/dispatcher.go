package delivery

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// Queue is what the dispatcher needs of the store; package store states what each method promises.
type Queue interface {
	Due(ch exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time)
	Urgent(ch exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time)
	Lease(ctx context.Context, r exchange.LeaseRequest) ([]exchange.Lease, error)
	Release(ctx context.Context, id exchange.DeliveryID, attempt int, now time.Time, notSent bool) error
	OpenBody(ctx context.Context, id exchange.MessageID) (exchange.Body, error)
}

// Hub ends attempts, with the notice to the sender that belongs to the outcome.
type Hub interface {
	Settle(ctx context.Context, l exchange.Lease, o exchange.Outcome) (exchange.Delivery, error)
}

// Agencies is what the dispatcher needs of the directory.
type Agencies interface {
	Agency(id exchange.AgencyID) (exchange.Agency, bool)
	CloseEndpoint(ctx context.Context, id exchange.AgencyID, reason string) error
}

// A Courier carries one document to one agency. It reads body from the start, does not close it, and does not use it
// after returning. It returns soon after ctx ends. It may be called concurrently.
type Courier interface {
	Deliver(ctx context.Context, to exchange.Agency, l exchange.Lease, body exchange.Body) Verdict
}

// A Dispatcher posts due deliveries to the endpoints of push agencies. Queue, Hub, Agencies and Courier are required;
// the rest has defaults. Nothing is changed once Run was called, which is once.
type Dispatcher struct {
	Queue    Queue
	Hub      Hub
	Agencies Agencies
	Courier  Courier

	Workers   int           // attempts at the same time; default 16. Of one alone none is kept for urgent documents
	PerAgency int           // of them to one agency, at most; default 8
	Timeout   time.Duration // of one attempt; default 30 s
	Lease     time.Duration // of one delivery; default and least: Timeout and half a minute to settle
	Grace     time.Duration // for attempts under way when the hub stops; default 10 s

	// Random returns numbers in [0, 1); default math/rand/v2. It may be called concurrently.
	Random func() float64
	Log    *slog.Logger // default slog.Default
	// Observe is told of every attempt that ended; nil tells nobody. It is called concurrently and must not block.
	Observe func(Attempt)

	lanes  map[exchange.AgencyID]*lane // of the goroutine of Run
	busy   int                         // attempts under way
	bad    int                         // of them to suspects
	plain  int                         // of them begun without an urgent document due
	events chan event

	shown sync.Map // agency id -> Breaker, for others to read
	told  sync.Map // agency id -> address of its endpoint that was found blocked and told of
	bell  bell
	ticks atomic.Int64 // Unix nanoseconds of the last round
}

// An event is what an attempt tells the goroutine of Run, which applies it to the lane.
type event struct {
	lane  *lane
	apply func(*lane, time.Time)
	ended bool
	begun
}

// begun is what an attempt was taken for when it began.
type begun struct {
	bad     bool // to a suspect
	express bool // an urgent document was due
}

// heartbeat bounds a sleep, so that a stuck dispatcher can be told from an idle one (P12). A round that finds nothing
// reads memory only.
const heartbeat = 20 * time.Second

// A bell is rung from any goroutine without waiting.
type bell struct {
	rung chan struct{}
	once sync.Once

	mu  sync.Mutex
	ids map[exchange.AgencyID]struct{}
}

func (b *bell) channel() chan struct{} {
	b.once.Do(func() { b.rung = make(chan struct{}, 1) })
	return b.rung
}

func (b *bell) ring(ids []exchange.AgencyID) {
	b.mu.Lock()
	if b.ids == nil {
		b.ids = make(map[exchange.AgencyID]struct{}, len(ids))
	}
	for _, id := range ids {
		b.ids[id] = struct{}{}
	}
	b.mu.Unlock()
	select {
	case b.channel() <- struct{}{}:
	default:
	}
}

// taken returns who was rung for since the last call.
func (b *bell) taken() map[exchange.AgencyID]struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	ids := b.ids
	b.ids = nil
	return ids
}

// Wake says that the agencies may have something due now, or that their endpoint was changed. It never blocks and may
// be called at any time, also before Run.
func (d *Dispatcher) Wake(ids []exchange.AgencyID) { d.bell.ring(ids) }

// LastTick is when the dispatcher last looked at its queue; zero before Run. While it runs and is sound, that is less
// than a minute ago.
func (d *Dispatcher) LastTick() time.Time {
	if t := d.ticks.Load(); t != 0 {
		return time.Unix(0, t)
	}
	return time.Time{}
}

// Run delivers until ctx ends. It returns when the attempts under way have ended, or were broken off after Grace: then
// their deliveries are due again at once, with no failure counted. The error is nil.
func (d *Dispatcher) Run(ctx context.Context) error {
	d.prepare()
	// Attempts outlive ctx by the grace; what they must write is written even then.
	work, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cut(nil)
	for ctx.Err() == nil {
		d.wait(ctx, d.round(work))
	}
	d.drain(cut)
	return nil
}

func (d *Dispatcher) prepare() {
	d.Workers = orDefault(d.Workers, 16)
	d.PerAgency = orDefault(d.PerAgency, 8)
	d.Timeout = orDefault(d.Timeout, 30*time.Second)
	d.Lease = max(d.Lease, d.Timeout+settling)
	d.Grace = orDefault(d.Grace, 10*time.Second)
	if d.Random == nil {
		d.Random = rand.Float64
	}
	if d.Log == nil {
		d.Log = slog.Default()
	}
	d.lanes = make(map[exchange.AgencyID]*lane)
	d.events = make(chan event, 2*d.Workers)
}

func orDefault[T int | time.Duration](v, standard T) T {
	if v > 0 {
		return v
	}
	return standard
}

// round begins what can begin, and returns when to look again at the latest.
func (d *Dispatcher) round(work context.Context) time.Time {
	now := time.Now()
	d.ticks.Store(now.UnixNano())
	for id := range d.bell.taken() {
		d.lane(id).urgency = unknown
	}
	until := now.Add(heartbeat)
	if d.busy == d.Workers {
		return until // the end of an attempt wakes it
	}
	ready, next := d.ready(now)
	until = sooner(until, next)
	for d.busy < d.Workers {
		l := d.choose(ready, now)
		if l == nil {
			break
		}
		d.begin(work, l)
	}
	return sooner(until, d.opening(ready, now))
}

// ready lists the agencies with something due and notes which have something urgent. While routine work has all the
// workers it may have, nothing else is looked at.
func (d *Dispatcher) ready(now time.Time) (all []exchange.AgencyID, next time.Time) {
	urgent, next := d.Queue.Urgent(exchange.Push, now)
	all = urgent
	if d.plain < d.plainMost() {
		var first time.Time
		all, first = d.Queue.Due(exchange.Push, now)
		next = sooner(next, first)
	}
	for _, id := range all {
		d.lane(id).express = false
	}
	for _, id := range urgent {
		d.lane(id).express = true
	}
	return all, next
}

// plainMost is how many attempts may run that were not begun for an urgent document.
func (d *Dispatcher) plainMost() int {
	if d.Workers == 1 {
		return 1
	}
	return d.Workers - max(1, d.Workers/8)
}

// choose picks the lane that comes first among those that may begin an attempt; nil for none.
func (d *Dispatcher) choose(ready []exchange.AgencyID, now time.Time) (best *lane) {
	for _, id := range ready {
		l := d.lane(id)
		if !l.free(now) || !d.admits(l) || !d.open(id) {
			continue
		}
		l.wait(now)
		if best == nil || l.before(best) {
			best = l
		}
	}
	return best
}

// admits keeps workers for the others: suspects share half of them, the last quarter is for agencies that have none yet,
// and an eighth for urgent documents, which do not wait behind routine work of any addressee, their own included.
func (d *Dispatcher) admits(l *lane) bool {
	if (l.suspect || l.parked()) && d.bad >= max(1, d.Workers/2) {
		return false
	}
	if l.urgent() {
		return true
	}
	if !l.express && d.plain >= d.plainMost() {
		return false
	}
	return l.inFlight == 0 || d.Workers-d.busy > d.Workers/4
}

// open reports whether documents are posted to the agency at all. What is due for another waits until the directory
// changes, and then is woken.
func (d *Dispatcher) open(id exchange.AgencyID) bool {
	a, ok := d.Agencies.Agency(id)
	return ok && a.Channel == exchange.Push && a.Endpoint.URL != "" && a.Endpoint.ClosedAt.IsZero()
}

// opening is when the first of the ready lanes that rest may be tried again; zero for none.
func (d *Dispatcher) opening(ready []exchange.AgencyID, now time.Time) (first time.Time) {
	for _, id := range ready {
		if l := d.lane(id); now.Before(l.opens) && d.open(id) {
			first = sooner(first, l.opens)
		}
	}
	return first
}

func (d *Dispatcher) lane(id exchange.AgencyID) *lane {
	l, ok := d.lanes[id]
	if !ok {
		l = newLane(id, d.PerAgency)
		d.lanes[id] = l
	}
	return l
}

// wait sleeps until the time, a ring, news of an attempt, or the end.
func (d *Dispatcher) wait(ctx context.Context, until time.Time) {
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case e := <-d.events:
		d.apply(e)
		d.applyAll()
	case <-d.bell.channel():
	case <-t.C:
	case <-ctx.Done():
	}
}

// applyAll takes what else has happened, so that a burst is one round.
func (d *Dispatcher) applyAll() {
	for {
		select {
		case e := <-d.events:
			d.apply(e)
		default:
			return
		}
	}
}

func (d *Dispatcher) apply(e event) {
	e.apply(e.lane, time.Now())
	d.shown.Store(e.lane.agency, e.lane.breaker())
	if !e.ended {
		return
	}
	d.busy--
	if e.bad {
		d.bad--
	}
	if e.express {
		e.lane.expresses--
	} else {
		d.plain--
	}
}

// drain waits for the attempts under way, after the grace with their contexts cancelled.
func (d *Dispatcher) drain(cut context.CancelCauseFunc) {
	grace := time.AfterFunc(d.Grace, func() { cut(errShutdown) })
	defer grace.Stop()
	for d.busy > 0 {
		d.apply(<-d.events)
	}
}

// sooner is the earlier of two times, where zero means never.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

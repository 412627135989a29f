package demo

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/cmd/lienthong/authority"
	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/signing"
)

// Options say how the pilot runs.
type Options struct {
	For  time.Duration // zero: until ctx ends; then what is under way is brought to its end
	Seed uint64        // repeats agencies, documents and faults; not keys, not timing
	Dir  string        // keeps the hub's directory there; empty: a temporary one that is removed
	Out  io.Writer     // what happens, in Vietnamese
	// Scenario is what happens besides: empty for nothing, or one of Scenarios.
	Scenario string
	// History is how much of the past is lived through first, in seconds: at most LongestHistory; zero for none.
	History time.Duration
}

// LongestHistory bounds Options.History: the certificates of a run hold little longer.
const LongestHistory = 90 * 24 * time.Hour

// Reform2025 is the scenario in which half way through the run districts close and communes merge.
const Reform2025 = "reform-2025"

// Scenarios are the names that Options.Scenario may have.
func Scenarios() []string { return []string{Reform2025} }

// tail is how often the log is looked at for the spectator.
const tail = 150 * time.Millisecond

// The times of a run. An outage ends well within the lifetime of a document, so that what met it arrives after all; what
// is for the dead endpoint is given up, and its senders are told.
type times struct {
	outageFrom, outageTo, lifetime, reform, rhythm time.Duration
	slower                                         int // times the usual pace of who sends; 0 is 1
}

func usual() times {
	return times{outageFrom: 3 * time.Second, outageTo: 8 * time.Second, lifetime: 20 * time.Second, reform: 10 * time.Second, rhythm: 4 * time.Second}
}

// A run is one pilot from start to account.
type run struct {
	Options
	times
	places []place
	ledger ledger
	began  time.Time
	url    string

	logins []login
	told   int64 // the first entry of the log that is told to the spectator: those before are of the past

	saying sync.Mutex
	once   sync.Once
	broken context.CancelCauseFunc // ends the run with an error
}

// Run carries out the pilot and returns its account. An error means that the pilot itself could not be carried out, or
// that a part of it met an answer that the hub does not give; the account then covers what happened until there.
func Run(ctx context.Context, o Options) (Result, error) { return carryOut(ctx, o, usual()) }

func carryOut(ctx context.Context, o Options, t times) (Result, error) {
	dir, remove, err := workplace(o.Dir)
	if err != nil {
		return Result{}, err
	}
	defer remove()
	r := &run{Options: o, times: t, began: time.Now(), places: places(chance(o.Seed, "faults"))}
	if o.Scenario == Reform2025 {
		r.places = append(r.places, heirs()...)
	}
	return r.run(ctx, node.Dir(dir))
}

func workplace(dir string) (path string, remove func(), err error) {
	if dir != "" {
		return dir, func() {}, nil
	}
	base, err := os.MkdirTemp("", "lienthong-demo-")
	return filepath.Join(base, "hub"), func() { os.RemoveAll(base) }, err
}

// fail ends the run: a part of it met what must not happen. Only the first is kept.
func (r *run) fail(err error) { r.once.Do(func() { r.broken(err) }) }

// failing reports whether the outage is on.
func (r *run) failing() bool {
	since := time.Since(r.began)
	return since >= r.outageFrom && since < r.outageTo
}

// say prints one line; lines of several goroutines do not mix.
func (r *run) say(format string, args ...any) {
	r.saying.Lock()
	defer r.saying.Unlock()
	fmt.Fprintf(r.Out, format+"\n", args...)
}

func (r *run) run(ctx context.Context, dir node.Dir) (Result, error) {
	seals, ca, err := r.keys(ctx)
	if err != nil {
		return Result{}, err
	}
	vkey, err := r.create(dir, ca)
	if err != nil {
		return Result{}, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Result{}, err
	}
	r.url = "http://" + l.Addr().String()
	people, err := r.populate(ctx, dir, seals, ca)
	defer people.close()
	if err != nil {
		return Result{}, errors.Join(err, l.Close())
	}
	hub, err := r.open(ctx, dir, era{time.Now, r.lifetime})
	if err != nil {
		return Result{}, errors.Join(err, l.Close())
	}
	return r.exchange(ctx, hub, l, people, vkey)
}

// populate enrols agencies and people on the first day, and lives through the days from then to now.
func (r *run) populate(ctx context.Context, dir node.Dir, seals []authority.Seal, ca *authority.Authority) (people *pilot, err error) {
	people = &pilot{}
	anchors, err := signing.ParseAnchors(ca.Anchors())
	if err != nil {
		return people, err
	}
	at := &moment{at: r.began.Add(-r.History)}
	hub, err := r.open(ctx, dir, era{clock: at.now})
	if err != nil {
		return people, err
	}
	defer func() { err = errors.Join(err, hub.Close()) }()
	if people, err = gather(ctx, r, hub.Directory, seals, anchors); err != nil {
		return people, err
	}
	if r.logins, err = appoint(ctx, hub.People, at.now); err != nil || r.History == 0 {
		return people, err
	}
	return people, (&past{run: r, hub: hub, people: people, moment: at}).live(ctx)
}

// keys makes the run's own authority and a key for each agency, and says so: it takes some seconds.
func (r *run) keys(ctx context.Context) ([]authority.Seal, *authority.Authority, error) {
	r.say("Tạo chứng thư số cho %d cơ quan (CA riêng của lần chạy này)…", len(r.places))
	ca, err := authority.New("CA trinh dien Lien Thong", r.began.Add(-r.History))
	if err != nil {
		return nil, nil, err
	}
	names := make([]string, len(r.places))
	for i, p := range r.places {
		names[i] = p.name
	}
	seals, err := ca.Seals(ctx, names)
	return seals, ca, err
}

// exchange serves the hub and lets the agencies work. Whatever happens, it ends with an orderly stop.
func (r *run) exchange(ctx context.Context, hub *node.Node, l net.Listener, people *pilot, vkey string) (Result, error) {
	ctx, r.broken = context.WithCancelCause(ctx)
	defer r.broken(nil)
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var all errgroup.Group
	all.Go(func() error { return hub.Serve(serving, l, nil) })
	r.began = time.Now()
	r.greet(people)

	told := make(chan struct{})
	all.Go(func() error { r.narrate(told, hub.Hub); return nil })
	all.Go(func() error { expire(serving, hub.Hub); return nil })
	all.Go(func() error { r.recite(serving); return nil })
	r.work(ctx, people, hub)
	people.close()
	result, err := r.account(context.WithoutCancel(ctx), hub, vkey)
	close(told)
	stop()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		err = errors.Join(err, cause)
	}
	return result, errors.Join(err, all.Wait())
}

func (r *run) account(ctx context.Context, hub *node.Node, vkey string) (Result, error) {
	key, err := verifier(vkey)
	if err != nil {
		return Result{}, err
	}
	return tally(ctx, &r.ledger, hub.Store, key)
}

// work lets the agencies send until the time is over, then lets what is under way come to its end.
func (r *run) work(ctx context.Context, people *pilot, hub *node.Node) {
	sending, enough := r.sendingTime(ctx)
	defer enough()
	receiving, closed := context.WithCancel(context.WithoutCancel(ctx))
	defer closed()
	var senders, receivers sync.WaitGroup
	for _, s := range people.softwares {
		s.begin(r, sending, receiving, &senders, &receivers)
	}
	if r.Scenario == Reform2025 {
		senders.Go(func() { r.check(r.reformed(sending, people, hub)) })
	}
	senders.Wait()
	r.say("\nNgừng gửi; chờ các lượt chuyển đang dở (nhiều nhất khoảng %s)…\n", r.lifetime)
	r.drain(ctx, hub.Hub)
	closed()
	receivers.Wait()
}

func (r *run) check(err error) {
	if err != nil {
		r.fail(err)
	}
}

func (r *run) sendingTime(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.For > 0 {
		return context.WithTimeout(ctx, r.For)
	}
	return context.WithCancel(ctx)
}

// drain waits until nothing is under way. Every delivery ends within its lifetime, so the wait does too, however slow the
// machine: it is given up only where the log has told of nothing for twice as long. Who broke the run has no patience.
func (r *run) drain(ctx context.Context, hub *exchange.Hub) {
	newest, since := int64(-1), time.Now()
	for time.Since(since) < 2*r.lifetime {
		n, err := r.underWay(context.WithoutCancel(ctx), hub)
		if err != nil || n == 0 {
			return
		}
		if at, err := hub.Newest(context.WithoutCancel(ctx), clerk); err == nil && at > newest {
			newest, since = at, time.Now()
		}
		if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// underWay counts what was sent since the run began and has not ended. What waits from before has a longer lifetime.
func (r *run) underWay(ctx context.Context, hub *exchange.Hub) (int, error) {
	return hub.Tally(ctx, clerk, exchange.Query{Every: true, Group: exchange.GroupUnderway, From: r.began})
}

// expire gives up what is overdue, and moves what waits for who is closed, every second; a real hub does so once a
// minute.
func expire(ctx context.Context, hub *exchange.Hub) {
	for rest(ctx, time.Second) {
		_, _ = hub.ExpireOverdue(ctx) // what fails now is overdue still in a second
		_, _ = hub.MoveWaiting(ctx)
	}
}

// narrate prints the log as it grows, until told that it is over, and then what is left of it.
func (r *run) narrate(over <-chan struct{}, hub *exchange.Hub) {
	n := newNarrator(r.places)
	after := int64(-1)
	for {
		last := false
		select {
		case <-over:
			last = true
		case <-time.After(tail):
		}
		after = r.tell(hub, n, after)
		if last {
			return
		}
	}
}

func (r *run) tell(hub *exchange.Hub, n *narrator, after int64) int64 {
	for {
		records, err := hub.Events(context.Background(), clerk, after, 500)
		if err != nil || len(records) == 0 {
			return after
		}
		for _, rec := range records {
			after = rec.Index
			if line := n.line(rec); line != "" && after >= r.told {
				r.say("%s", line)
			}
		}
	}
}

// webhookSecret is a fresh secret in the form of Standard Webhooks.
func webhookSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return "whsec_" + base64.StdEncoding.EncodeToString(raw)
}

// greet says who takes part and how to look in from outside.
func (r *run) greet(p *pilot) {
	r.say("Trục Liên Thông thí điểm: %s", r.url)
	seldom := 0
	for _, at := range r.places {
		if at.seldom && !at.dead {
			seldom++
		}
		switch {
		case at.fails:
			r.say("  %s: phần mềm trả lỗi 503 từ giây %.0f đến giây %.0f", at.name, r.outageFrom.Seconds(), r.outageTo.Seconds())
		case at.dead:
			r.say("  %s: không có ai nghe ở địa chỉ nhận", at.name)
		}
	}
	r.say("  %d xã chỉ vào lấy văn bản mỗi %s", seldom, r.rhythm)
	r.introduce()
	r.say("Thử gọi API bằng khóa của %s:\n  curl -s -H 'Authorization: Bearer %s' '%s/v1/documents?role=sent&limit=2'\n",
		p.byID(district).place.name, p.byID(district).client.Key, r.url)
}

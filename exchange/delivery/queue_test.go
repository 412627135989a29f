package delivery_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

// A world is a queue in memory that obeys the rules of package exchange, with the directory and the hub that belong to
// it, and a courier that is a function.
type world struct {
	t *testing.T
	*delivery.Dispatcher
	stop func()

	mu         sync.Mutex
	deliveries map[exchange.DeliveryID]exchange.Delivery
	agencies   map[exchange.AgencyID]exchange.Agency
	leases     int // calls that asked the store to lease
	looks      int // calls that asked what is due
	closed     []exchange.AgencyID
	leaseErr   error
	openErr    error
	closeErr   error
	settled    []exchange.Outcome
	log        []attempt
	courier    func(ctx context.Context, n attempt) delivery.Verdict
}

// An attempt is one document in a courier's hand.
type attempt struct {
	agency   exchange.AgencyID
	delivery exchange.DeliveryID
	number   int
	at       time.Time
}

// start runs a dispatcher over an empty queue until the test ends.
func start(t *testing.T, courier func(context.Context, attempt) delivery.Verdict, set func(*delivery.Dispatcher)) *world {
	w := &world{t: t, courier: courier, deliveries: map[exchange.DeliveryID]exchange.Delivery{}, agencies: map[exchange.AgencyID]exchange.Agency{}}
	w.Dispatcher = &delivery.Dispatcher{Queue: w, Hub: w, Agencies: w, Courier: w, Random: func() float64 { return 0.5 },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if set != nil {
		set(w.Dispatcher)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		if err := w.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		close(ended)
	}()
	w.stop = func() { cancel(); <-ended }
	t.Cleanup(w.stop)
	return w
}

func (w *world) push(id exchange.AgencyID, n, priority int) {
	w.mu.Lock()
	if _, ok := w.agencies[id]; !ok {
		a := agency("https://a.test")
		a.ID = id
		w.agencies[id] = a
	}
	for range n {
		d := exchange.Delivery{ID: exchange.DeliveryID(fmt.Sprintf("d%04d", len(w.deliveries))), Addressee: id, Priority: priority,
			Channel: exchange.Push, State: exchange.Queued, Due: time.Now()}
		w.deliveries[d.ID] = d
	}
	w.mu.Unlock()
	w.Wake([]exchange.AgencyID{id})
}

func (w *world) Due(_ exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks++
	for _, d := range w.deliveries {
		switch {
		case d.State.Final():
		case exchange.Leasable(d, now):
			ready = append(ready, d.Addressee)
		case next.IsZero() || d.Due.Before(next):
			next = d.Due
		}
	}
	slices.Sort(ready)
	return slices.Compact(ready), next
}

func (w *world) Urgent(_ exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, d := range w.deliveries {
		switch {
		case d.State.Final() || d.Priority == 0:
		case exchange.Leasable(d, now):
			ready = append(ready, d.Addressee)
		case next.IsZero() || d.Due.Before(next):
			next = d.Due
		}
	}
	slices.Sort(ready)
	return slices.Compact(ready), next
}

func (w *world) Lease(_ context.Context, r exchange.LeaseRequest) ([]exchange.Lease, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leases++
	if w.leaseErr != nil {
		return nil, w.leaseErr
	}
	var due []exchange.Delivery
	for _, d := range w.deliveries {
		if d.Addressee == r.Agency && exchange.Leasable(d, r.Now) {
			due = append(due, d)
		}
	}
	if len(due) == 0 {
		return nil, nil
	}
	d := slices.MinFunc(due, func(a, b exchange.Delivery) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
	})
	d, err := exchange.HandOut(d, r.Now, r.Until)
	w.deliveries[d.ID] = d
	return []exchange.Lease{{Delivery: d, Message: exchange.Message{ID: "m"}, Until: r.Until}}, err
}

func (w *world) Release(ctx context.Context, id exchange.DeliveryID, n int, now time.Time, notSent bool) error {
	_, err := w.end(ctx, id, n, exchange.Outcome{Result: exchange.ResultRetry, Reason: "released", RetryAt: now, NotSent: notSent, Blameless: true})
	return err
}

func (w *world) Settle(ctx context.Context, l exchange.Lease, o exchange.Outcome) (exchange.Delivery, error) {
	return w.end(ctx, l.Delivery.ID, l.Delivery.Attempt, o)
}

func (w *world) end(ctx context.Context, id exchange.DeliveryID, n int, o exchange.Outcome) (exchange.Delivery, error) {
	if err := ctx.Err(); err != nil {
		return exchange.Delivery{}, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	d, _, err := exchange.Settle(w.deliveries[id], exchange.Settlement{Delivery: id, Attempt: n, Outcome: o, Now: time.Now()})
	if err == nil {
		w.deliveries[id] = d
		w.settled = append(w.settled, o)
	}
	return d, err
}

func (w *world) OpenBody(context.Context, exchange.MessageID) (exchange.Body, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return &stored{ReadSeeker: bytes.NewReader(nil)}, w.openErr
}

func (w *world) Agency(id exchange.AgencyID) (exchange.Agency, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, ok := w.agencies[id]
	return a, ok
}

func (w *world) CloseEndpoint(_ context.Context, id exchange.AgencyID, _ string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closeErr != nil {
		return w.closeErr
	}
	w.closed = append(w.closed, id)
	a := w.agencies[id]
	a.Endpoint.ClosedAt = time.Now()
	w.agencies[id] = a
	return nil
}

func (w *world) Deliver(ctx context.Context, to exchange.Agency, l exchange.Lease, _ exchange.Body) delivery.Verdict {
	n := attempt{agency: to.ID, delivery: l.Delivery.ID, number: l.Delivery.Attempt, at: time.Now()}
	w.mu.Lock()
	w.log = append(w.log, n)
	w.mu.Unlock()
	return w.courier(ctx, n)
}

// change alters the world under its lock.
func (w *world) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
}

// attempts are those to an agency so far; all of them for "".
func (w *world) attempts(id exchange.AgencyID) (all []attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range w.log {
		if id == "" || a.agency == id {
			all = append(all, a)
		}
	}
	return all
}

// states counts the agency's deliveries by state, and the failures they have used up.
func (w *world) states(id exchange.AgencyID) (by map[exchange.State]int, failures int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	by = map[exchange.State]int{}
	for _, d := range w.deliveries {
		if d.Addressee == id {
			by[d.State]++
			failures += d.Failures
		}
	}
	return by, failures
}

// after lets the time pass, in the bubble.
func after(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func always(v delivery.Verdict) func(context.Context, attempt) delivery.Verdict {
	return func(context.Context, attempt) delivery.Verdict { return v }
}

var (
	taken  = delivery.Verdict{Class: delivery.Delivered}
	outage = delivery.Verdict{Class: delivery.Outage, Reason: "dial", NotSent: true}
)

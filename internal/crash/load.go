package crash

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store"
	"github.com/lienthong/lienthong/store/bolt"
	"github.com/lienthong/lienthong/store/storetest"
)

// LargeBody is the size from which a body is large to the engine under test: small, so that many are.
const LargeBody = 16 << 10

// Open opens the engine as the load and the judge do: with segments and large bodies small enough to meet the edges of
// both within a short run.
func Open(dir string) (store.Store, error) {
	return bolt.Open(dir, bolt.Options{
		Signer: storetest.Signer(), Origin: storetest.Origin,
		SegmentSize: 1 << 20, LargeBody: LargeBody, Logger: slog.New(slog.DiscardHandler),
	})
}

// A Load submits, leases and settles, and prints each promise to Out, one line by one Write, after the store has given
// it and before anything is built upon it.
type Load struct {
	Store      store.Store
	Out        io.Writer
	Round      int // documents of different rounds are different, and the leases of one have run out in the next
	Submitters int
	Workers    int
	Documents  int  // per submitter; with 0 it goes on until killed
	Watch      bool // whether somebody reads how long the log is, all the time

	mu sync.Mutex
}

// lease is longer than a round takes.
const lease = time.Minute

func (l *Load) now() time.Time { return time.Now().Add(time.Duration(l.Round) * 2 * lease) }

// Run returns when every document is accepted and nothing is due any more, or with the first error.
func (l *Load) Run() error {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var submitters, workers sync.WaitGroup
	accepted := make(chan struct{})
	for i := range l.Submitters {
		submitters.Go(func() { stopOn(cancel, l.submit(ctx, i)) })
	}
	for range l.Workers {
		workers.Go(func() { stopOn(cancel, l.work(ctx, accepted)) })
	}
	done := make(chan struct{})
	watcher := sync.WaitGroup{}
	if l.Watch {
		watcher.Go(func() { stopOn(cancel, l.watch(ctx, done)) })
	}
	submitters.Wait()
	close(accepted)
	workers.Wait()
	close(done)
	watcher.Wait()
	return context.Cause(ctx)
}

func stopOn(cancel context.CancelCauseFunc, err error) {
	if err != nil {
		cancel(err)
	}
}

func (l *Load) submit(ctx context.Context, submitter int) error {
	for n := 0; (n < l.Documents || l.Documents == 0) && ctx.Err() == nil; n++ {
		d := document{l.Round, submitter, n}
		r, err := l.Store.Accept(ctx, d.acceptance(l.now()))
		if err != nil {
			return fmt.Errorf("accept %v: %w", d, err)
		}
		err = l.print("accepted %d %d %d %s %s", d.round, d.submitter, d.n, r.Message.ID, base64.StdEncoding.EncodeToString(r.Proof.Marshal()))
		if err != nil {
			return err
		}
		if err := l.recall(ctx, d, r.Message); err != nil {
			return err
		}
	}
	return nil
}

// recall takes each fifth document back while the workers are at it: from whoever has not been handed it, and else asking.
func (l *Load) recall(ctx context.Context, d document, m exchange.Message) error {
	if d.n%5 != 3 {
		return nil
	}
	r, err := l.Store.Accept(ctx, d.recall(m, l.now()))
	if err != nil {
		return fmt.Errorf("recall %v: %w", d, err)
	}
	return l.print("recalled %s %s", m.ID, r.Message.ID)
}

func (l *Load) work(ctx context.Context, accepted <-chan struct{}) error {
	for ctx.Err() == nil {
		last := closed(accepted) // before looking: what is accepted later is looked at once more
		idle := true
		for _, agency := range agencies {
			now := l.now()
			leases, err := l.Store.Lease(ctx, exchange.LeaseRequest{Agency: agency, Now: now, Until: now.Add(lease), Max: 5})
			if err != nil {
				return fmt.Errorf("lease: %w", err)
			}
			for _, lease := range leases {
				idle = false
				if err := l.deliver(ctx, lease); err != nil {
					return err
				}
			}
		}
		if idle && last {
			return nil
		}
		if idle {
			wait(ctx, accepted)
		}
	}
	return nil
}

// watch prints each size of the log as soon as a reader is told of it.
func (l *Load) watch(ctx context.Context, done <-chan struct{}) error {
	for last := int64(-1); !closed(done) && ctx.Err() == nil; {
		_, size, err := l.Store.Checkpoint(ctx)
		if err != nil {
			return fmt.Errorf("read the size of the log: %w", err)
		}
		if size == last {
			continue
		}
		if err := l.print("read %d", size); err != nil {
			return err
		}
		last = size
	}
	return nil
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func wait(ctx context.Context, accepted <-chan struct{}) {
	select {
	case <-ctx.Done():
	case <-accepted:
	case <-time.After(2 * time.Millisecond):
	}
}

// deliver takes one to its addressee: the first attempt at each fourth is not its last, and each thirteenth is given up.
func (l *Load) deliver(ctx context.Context, lease exchange.Lease) error {
	d := lease.Delivery
	if err := l.print("leased %s %s %s %d", d.ID, d.Message, d.Addressee, d.Attempt); err != nil {
		return err
	}
	o := exchange.Outcome{Result: exchange.ResultDelivered}
	switch {
	case lease.Message.Digest[0]%4 == 0 && d.Attempt == 1:
		o = exchange.Outcome{Result: exchange.ResultRetry, Reason: "http-503", RetryAt: l.now()}
	case lease.Message.Digest[1]%13 == 0:
		o = exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "http-410"}
	}
	next, err := l.end(ctx, d, o)
	if err != nil {
		return fmt.Errorf("end attempt %d of %s: %w", d.Attempt, d.ID, err)
	}
	return l.print("ended %s %d %s", next.ID, next.Attempt, next.State)
}

func (l *Load) end(ctx context.Context, d exchange.Delivery, o exchange.Outcome) (exchange.Delivery, error) {
	if d.Channel == exchange.Pull && o.Result == exchange.ResultDelivered {
		return l.Store.Acknowledge(ctx, exchange.Acknowledgement{Delivery: d.ID, Addressee: d.Addressee, Attempt: d.Attempt, Now: l.now()})
	}
	return l.Store.Settle(ctx, exchange.Settlement{Delivery: d.ID, Attempt: d.Attempt, Outcome: o, Now: l.now()})
}

// print writes one line at once: a line that is there is whole, but for the last of a killed process.
func (l *Load) print(format string, args ...any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := fmt.Fprintf(l.Out, format+"\n", args...)
	return err
}

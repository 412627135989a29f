package bolt_test

import (
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store/bolt"
)

// TestGroups: what waits while a commit is under way is committed together, and a refusal disturbs nobody.
func TestGroups(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		var once sync.Once
		o := options(t)
		o.Faults = func(st bolt.Step) (bool, error) {
			if st == bolt.StepCommit {
				once.Do(func() { <-hold })
			}
			return false, nil
		}
		s := open(t, dir, o)
		var wg sync.WaitGroup
		errs := make([]error, 41)
		write := func(i int) { wg.Go(func() { _, errs[i] = s.Append(t.Context(), entry(), nil) }) }
		write(0)
		synctest.Wait() // it is being committed
		for i := 1; i < len(errs); i++ {
			if i%4 != 0 {
				write(i)
				continue
			}
			wg.Go(func() { _, errs[i] = s.Extend(t.Context(), exchange.NewDeliveryID(), 1, start, start.AddDate(0, 0, 1)) })
		}
		synctest.Wait() // all the others wait
		close(hold)
		wg.Wait()
		for i, err := range errs {
			if refused := i > 0 && i%4 == 0; refused != errors.Is(err, exchange.NotFound) || (!refused && err != nil) {
				t.Errorf("request %d: %v; want it refused: %t", i, err, refused)
			}
		}
		if n := s.Commits(); n != 2 {
			t.Errorf("%d commits, want 2: the first, and all that waited for it", n)
		}
		sound(t, s)
	})
}

// TestPanic: a request that panics in the middle of its writes is answered, has left nothing, and fails nobody else's.
func TestPanic(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		var once sync.Once
		o := options(t)
		o.Logger = slog.New(slog.DiscardHandler)
		o.Faults = func(st bolt.Step) (bool, error) {
			if st == bolt.StepCommit {
				once.Do(func() { <-hold })
			}
			return false, nil
		}
		s := open(t, dir, o)
		list := []*exchange.Acceptance{acceptance("first", addressee(2)), acceptance("before", addressee(2)),
			acceptance("panics", addressee(2), addressee(3)), acceptance("behind", addressee(2))}
		list[2].Deliveries[1].Deadline = time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC) // has no form in a record
		errs := make([]error, len(list))
		var wg sync.WaitGroup
		for i, a := range list {
			wg.Go(func() { _, errs[i] = s.Accept(t.Context(), a) })
			synctest.Wait()
		}
		close(hold)
		wg.Wait()
		for i, err := range errs {
			if (err != nil) != (i == 2) {
				t.Errorf("request %d: %v; only request 2 panics", i, err)
			}
		}
		if errs[2] != nil && !strings.Contains(errs[2].Error(), "panic") {
			t.Errorf("the request that panicked is told %v", errs[2])
		}
		if _, size, err := s.Checkpoint(t.Context()); err != nil || size != 3 {
			t.Errorf("log of %d entries (%v), want 3", size, err)
		}
		sound(t, s)
	})
}

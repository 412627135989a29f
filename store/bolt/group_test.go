package bolt_test

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"

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

//go:build unix

package bolt_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/store/bolt"
)

// TestOpenedAnew: P9. After many pages the file is opened anew in a quiet moment, without a commit, and all
// goes on as before.
func TestOpenedAnew(t *testing.T) {
	dir := t.TempDir()
	opened := make(chan struct{}, 100)
	o := options(t)
	o.Timed = func(step bolt.Step, _ time.Duration) {
		if step == bolt.StepReopen {
			opened <- struct{}{}
		}
	}
	s := open(t, dir, o)
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	untilAnew(ctx, t, s, opened)
	if _, err := bolt.Open(dir, options(t)); !errors.Is(err, bolt.ErrHeld) {
		t.Errorf("another open of the directory: %v, want %v", err, bolt.ErrHeld)
	}
	accept(t, s, acceptance("afterwards", addressee(2)))
	sound(t, s)
}

// untilAnew accepts until so many pages were written that a pause of the clients makes the store open its file anew.
func untilAnew(ctx context.Context, t *testing.T, s *bolt.Store, opened <-chan struct{}) {
	t.Helper()
	for round := 0; ; round++ {
		var clients sync.WaitGroup
		for c := range 8 {
			clients.Go(func() {
				for i := range 250 {
					accept(t, s, acceptance(fmt.Sprintf("%d/%d/%d", round, c, i), addressee(2)))
				}
			})
		}
		clients.Wait()
		commits := s.Commits()
		select {
		case <-opened:
			if s.Commits() != commits {
				t.Error("opening the file anew made a commit")
			}
			return
		case <-time.After(1500 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal("the file is never opened anew")
		}
	}
}

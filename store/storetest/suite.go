package storetest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store"
)

// An Opener opens the engine on dir, which is empty or was left by the same engine after Close. Its log is of [Origin]
// and signed by [Signer]. It ends the test when it cannot; it must not close the store, the suite does.
type Opener func(t testing.TB, dir string) store.Store

// Run runs the suite.
func Run(t *testing.T, open Opener) {
	for _, group := range []struct {
		name  string
		cases []check
	}{
		{"Accept", acceptCases}, {"Identity", identityCases}, {"IdempotencyKey", idempotencyCases}, {"Body", bodyCases},
		{"Lease", leaseCases}, {"Settle", settleCases}, {"Acknowledge", acknowledgeCases}, {"Life", lifeCases},
		{"Report", reportCases}, {"Recall", recallCases}, {"Named", namedCases}, {"Exposure", exposureCases}, {"Redirect", redirectCases}, {"Search", searchCases}, {"Desk", deskCases},
		{"Counts", countCases}, {"Clocks", clockCases}, {"Delays", delayCases}, {"Log", logCases}, {"Directory", directoryCases}, {"People", peopleCases},
		{"Revocation", revocationCases}, {"Upkeep", upkeepCases},
	} {
		t.Run(group.name, func(t *testing.T) {
			for _, c := range group.cases {
				t.Run(c.name, func(t *testing.T) { c.run(begin(t, open)) })
			}
		})
	}
}

// A check is one promise; the name says which.
type check struct {
	name string
	run  func(*hub)
}

// begins is where the clock of every case stands first. Microseconds are the finest that every engine keeps.
var begins = time.Date(2018, 9, 14, 1, 2, 3, 456_789_000, time.UTC)

// A hub is a store in a directory of its own, with a clock that only the case moves. It must be sound at the end.
type hub struct {
	*testing.T
	store.Store
	ctx  context.Context
	open Opener
	dir  string
	now  time.Time

	mu     sync.Mutex
	number int // of documents made
}

func begin(t *testing.T, open Opener) *hub {
	t.Helper()
	h := &hub{T: t, ctx: context.Background(), open: open, dir: t.TempDir(), now: begins}
	h.Store = open(t, h.dir)
	t.Cleanup(func() {
		h.sound()
		if err := h.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return h
}

// reopen closes the store and opens it again.
func (h *hub) reopen() {
	h.Helper()
	if err := h.Close(); err != nil {
		h.Fatalf("close: %v", err)
	}
	h.Store = h.open(h.T, h.dir)
}

// pass lets time go by.
func (h *hub) pass(d time.Duration) { h.now = h.now.Add(d) }

// sound fails the case if the engine's own check finds anything.
func (h *hub) sound() {
	h.Helper()
	if h.Store == nil {
		return
	}
	broken, err := h.Check(h.ctx, nil)
	if err != nil || len(broken) > 0 {
		h.Errorf("check: %v\n%s", err, strings.Join(broken, "\n"))
	}
}

// size is the log's.
func (h *hub) size() int64 {
	h.Helper()
	_, n, err := h.Checkpoint(h.ctx)
	if err != nil {
		h.Fatalf("checkpoint: %v", err)
	}
	return n
}

// writes runs do and says how many entries it logged.
func (h *hub) writes(want int64, what string, do func()) {
	h.Helper()
	before := h.size()
	do()
	if got := h.size() - before; got != want {
		h.Errorf("%s logged %d entries, want %d", what, got, want)
	}
}

// refused fails the case unless err is a refusal of the kind.
func (h *hub) refused(err error, want exchange.Kind, what string) {
	h.Helper()
	if err == nil || exchange.KindOf(err) != want {
		h.Errorf("%s gives %v, want %s", what, err, want)
	}
}

// must takes the results of a call that has to succeed: must(f())(h) is the first of them.
func must[T any](v T, err error) func(*hub) T {
	return func(h *hub) T {
		h.Helper()
		if err != nil {
			h.Fatal(err)
		}
		return v
	}
}

// listed is must of a list's page.
func listed[T any](page []T, _ string, err error) func(*hub) []T { return must(page, err) }

// inPages reads a list to its end, so many at a time.
func inPages[T any](h *hub, now time.Time, limit int, list func(context.Context, time.Time, string, int) ([]T, string, error)) (all []T, err error) {
	for cursor := ""; ; {
		page, next, err := list(h.ctx, now, cursor, limit)
		if all = append(all, page...); err != nil || next == "" {
			return all, err
		}
		cursor = next
	}
}

// together runs n at once and waits for all.
func together(n int, do func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Go(func() {
			<-start
			do(i)
		})
	}
	close(start)
	wg.Wait()
}

// The log that the suite has the engine keep. TEST ONLY: the secret is published here.
const (
	Origin    = "hub.example/1"
	secretKey = "PRIVATE+KEY+hub.example/1+c588e7aa+AU4q4fbHs1kXxVAfUDs9J1kT8MjCylHc1xOCjQ9bVB5Y"
	// VerifierKey is the public key of the log.
	VerifierKey = "hub.example/1+c588e7aa+ASmFx2DqUF299h+SDJ4vaGCZq1KoSZzC+jEB/0tBiO8J"
)

// Signer signs the checkpoints of the suite's log. TEST ONLY.
func Signer() note.Signer {
	s, err := note.NewSigner(secretKey)
	if err != nil {
		panic(fmt.Sprintf("storetest: the key above is well-formed, yet: %v", err))
	}
	return s
}

// Verifiers know the key of the suite's log and no other.
func Verifiers() note.Verifiers {
	v, err := note.NewVerifier(VerifierKey)
	if err != nil {
		panic(fmt.Sprintf("storetest: the key above is well-formed, yet: %v", err))
	}
	return note.VerifierList(v)
}

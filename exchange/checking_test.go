package exchange_test

import (
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// A hall is a directory and a store in which everybody stops where the test wants to count them.
type hall struct {
	exchange.Journal
	*agencies
	checked, written gate
}

func (*hall) Calendar() calendar.Calendar { return calendar.Default() }

// A gate counts who stands before it until it is opened.
type gate struct {
	open    chan struct{}
	waiting atomic.Int64
}

func (g *gate) pass() {
	g.waiting.Add(1)
	<-g.open
	g.waiting.Add(-1)
}

// Resolve is asked while a document is checked.
func (h *hall) Resolve(code exchange.AgencyID, at time.Time) (exchange.Resolution, error) {
	h.checked.pass()
	return h.agencies.Resolve(code, at)
}

func (h *hall) Accepted(context.Context, exchange.AgencyID, exchange.Digest) (*exchange.Receipt, error) {
	return nil, exchange.NotFound
}

func (h *hall) Accept(context.Context, *exchange.Acceptance) (*exchange.Receipt, error) {
	h.written.pass()
	return &exchange.Receipt{}, nil
}

// crowd is a hub in that hall, and a way to send it many at once; each tells at the end what came of it.
func (h *hall) crowd(r *rig, raw []byte) (many func(ctx context.Context, n int64, of exchange.AgencyID) (ended chan error)) {
	h.agencies, h.checked.open, h.written.open = r.book, make(chan struct{}), make(chan struct{})
	hub := &exchange.Hub{Store: h, Directory: h, Anchors: r.Anchors, Own: r.Own, Rules: r.Rules, Limits: r.Limits, Clock: r.clock}
	return func(ctx context.Context, n int64, of exchange.AgencyID) chan error {
		ended := make(chan error)
		for range n {
			go func() {
				_, err := hub.Submit(ctx, exchange.Submission{Caller: by(of), Raw: raw})
				ended <- err
			}()
		}
		synctest.Wait()
		return ended
	}
}

func all(t *testing.T, ended <-chan error, n int64, want error) {
	t.Helper()
	for range n {
		if err := <-ended; !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
	}
}

// Checking costs the processor, and memory by far more than the document: no more than two a core are checked at the
// same time, of one agency no more than half of those, and whoever waits leaves when its caller does.
func TestFewAreCheckedAtTheSameTime(t *testing.T) {
	r, most := newRig(t), int64(2*runtime.GOMAXPROCS(0))
	raw := r.letter(1, legacy, districtID)
	r.book.change(department, func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{legacy} })
	r.book.change(districtID, func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{legacy} })
	synctest.Test(t, func(t *testing.T) {
		var h hall
		many := h.crowd(r, raw)
		close(h.written.open)
		ctx, leave := context.WithCancel(t.Context())
		hog := many(ctx, 3*most, legacy)
		if got := h.checked.waiting.Load(); got != most/2 {
			t.Errorf("%d of one agency are checked at the same time, want %d", got, most/2)
		}
		first := many(t.Context(), most/2, department)
		others := many(ctx, most, districtID)
		if got := h.checked.waiting.Load(); got != most {
			t.Errorf("%d are checked at the same time, want %d", got, most)
		}
		leave()
		all(t, others, most, context.Canceled)
		close(h.checked.open)
		all(t, first, most/2, nil)
		for range 3 * most {
			<-hog
		}
		again := many(t.Context(), most, districtID)
		all(t, again, most, nil)
	})
}

// While the store writes nobody holds a place: what is slow there keeps no processor waiting.
func TestWritingNeedsNoPlaceOfChecking(t *testing.T) {
	r, n := newRig(t), int64(6*runtime.GOMAXPROCS(0))
	raw := r.letter(1, legacy, districtID)
	synctest.Test(t, func(t *testing.T) {
		var h hall
		many := h.crowd(r, raw)
		close(h.checked.open)
		ended := many(t.Context(), n, legacy)
		if got := h.written.waiting.Load(); got != n {
			t.Errorf("%d are being written, want all %d", got, n)
		}
		close(h.written.open)
		all(t, ended, n, nil)
	})
}

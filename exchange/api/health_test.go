package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A patient is a hub whose disk, key and dispatcher the test makes ill.
type patient struct {
	t       *testing.T
	handler http.Handler

	mu     sync.Mutex
	writes int
	write  func(context.Context) error
	sign   error
	tick   time.Time
}

func newPatient(t *testing.T) *patient {
	p := &patient{t: t, tick: time.Now(), write: func(context.Context) error { return nil }}
	p.handler = api.New(api.Options{Hub: &exchange.Hub{Limits: exchange.DefaultLimits()}, Store: p, Dispatcher: p,
		Sign: func() error { return p.sign }, Log: slog.New(slog.DiscardHandler)})
	return p
}

func (p *patient) Probe(ctx context.Context) error {
	p.mu.Lock()
	p.writes++
	write := p.write
	p.mu.Unlock()
	return write(ctx)
}

// begun is how many writes there were.
func (p *patient) begun() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.writes
}

func (p *patient) LastTick() time.Time { return p.tick }

var errUnasked = errors.New("readiness has no business here")

func (p *patient) Backup(context.Context, string) error { return errUnasked }
func (p *patient) Append(context.Context, translog.Entry, *translog.Side) (int64, error) {
	return 0, errUnasked
}
func (p *patient) Proof(context.Context, int64) (translog.Receipt, error) {
	return translog.Receipt{}, errUnasked
}

// ask is one look at /readyz.
func (p *patient) ask() (r client.Readiness, status int) {
	p.t.Helper()
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/readyz", nil))
	if err := json.Unmarshal(w.Body.Bytes(), &r); err != nil {
		p.t.Errorf("%v in %s", err, w.Body)
	}
	return r, w.Code
}

func (p *patient) expect(when string, status int, write, sign, dispatch bool) {
	p.t.Helper()
	r, got := p.ask()
	if got != status || r.Ready != (status == http.StatusOK) || r.Checks["write"] != write || r.Checks["sign"] != sign || r.Checks["dispatch"] != dispatch {
		p.t.Errorf("%s: %d %+v; want %d, write %t, sign %t, dispatch %t", when, got, r, status, write, sign, dispatch)
	}
}

// P12: the proof costs a write, so it is made on request and at most once a minute.
func TestReadinessWritesOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t)
		time.Sleep(time.Hour)
		if p.begun() != 0 {
			t.Errorf("%d writes without a question, want none", p.begun())
		}
		p.tick = time.Now()
		for range 60 {
			p.expect("healthy", http.StatusOK, true, true, true)
			time.Sleep(time.Second)
		}
		if p.begun() != 1 {
			t.Errorf("%d writes in a minute of questions, want 1", p.begun())
		}
		p.expect("the minute is over", http.StatusOK, true, true, true)
		if p.begun() != 2 {
			t.Errorf("%d writes after the minute, want 2", p.begun())
		}
	})
}

func TestReadinessAskedAllAtOnce(t *testing.T) {
	p := newPatient(t)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { p.expect("asked with others", http.StatusOK, true, true, true) })
	}
	wg.Wait()
	if p.begun() != 1 {
		t.Errorf("%d writes, want one for all", p.begun())
	}
}

func TestReadinessIsRed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t)
		p.write = func(context.Context) error { return errors.New("disk full") }
		p.expect("the disk refuses", http.StatusServiceUnavailable, false, true, true)
		p.write = func(context.Context) error { return nil }
		time.Sleep(time.Minute)
		p.expect("it works again", http.StatusOK, true, true, true)

		p.sign = errors.New("no key")
		time.Sleep(time.Minute)
		p.tick = time.Now()
		p.expect("no signature", http.StatusServiceUnavailable, true, false, true)
		p.sign = nil
		time.Sleep(2 * time.Minute)
		p.expect("two minutes without a tick", http.StatusServiceUnavailable, true, true, false)
		p.tick = time.Now().Add(-2*time.Minute + time.Second)
		p.expect("a tick within the same minute", http.StatusOK, true, true, true)
	})
}

// What failed is looked at again within a second, so that a hub that is well again is not taken for ill; and no sooner,
// however many ask.
func TestReadinessComesBackSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t)
		p.write = func(context.Context) error { return errors.New("disk full") }
		for range 10 {
			p.expect("the disk is full", http.StatusServiceUnavailable, false, true, true)
			time.Sleep(99 * time.Millisecond)
		}
		if p.begun() != 1 {
			t.Errorf("%d writes within a second, want 1", p.begun())
		}
		p.write = func(context.Context) error { return nil }
		time.Sleep(10 * time.Millisecond)
		p.expect("a second after the failure", http.StatusOK, true, true, true)
		time.Sleep(time.Minute - time.Second)
		p.expect("a success is good for a minute", http.StatusOK, true, true, true)
		if p.begun() != 2 {
			t.Errorf("%d writes, want 2", p.begun())
		}
	})
}

// A disk that hangs gives no write back, whatever it is asked: the answer comes all the same, and no second write is
// begun.
func TestReadinessOfADiskThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPatient(t)
		release := make(chan struct{})
		p.write = func(context.Context) error { <-release; return nil }
		began := time.Now()
		p.expect("the disk hangs", http.StatusServiceUnavailable, false, true, true)
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("the answer took %v, want 10 s", took)
		}
		time.Sleep(time.Minute)
		p.tick = time.Now()
		p.expect("a minute later", http.StatusServiceUnavailable, false, true, true)
		if p.begun() != 1 {
			t.Errorf("%d writes were begun, want 1", p.begun())
		}
		close(release)
		time.Sleep(time.Minute)
		p.tick = time.Now()
		p.expect("it is back", http.StatusOK, true, true, true)
	})
}

type stopped struct{}

func (stopped) LastTick() time.Time { return time.Time{} }

// The real store and the real sockets: a dispatcher that never ran, and a directory that is gone.
func TestReadinessOfAWholeHub(t *testing.T) {
	h := checked(t, hubtest.Config{Dispatcher: stopped{}}, agencies()...)
	for name, ready := range map[string]func(context.Context) (client.Readiness, error){
		"public": h.Party(department).Client.Ready, "admin": h.Admin.Ready,
	} {
		if r, err := ready(t.Context()); err != nil || r.Ready || r.Checks["dispatch"] || !r.Checks["write"] {
			t.Errorf("%s: %+v, %v; want not ready for want of a dispatcher", name, r, err)
		}
	}

	h = checked(t, hubtest.Config{}, agencies()...)
	away := h.Dir + ".away"
	if err := os.Rename(h.Dir, away); err != nil {
		t.Fatal(err)
	}
	r, err := h.Admin.Ready(t.Context())
	if err := errors.Join(os.RemoveAll(h.Dir), os.Rename(away, h.Dir)); err != nil {
		t.Fatal(err)
	}
	if err != nil || r.Ready || r.Checks["write"] {
		t.Errorf("without its directory: %+v, %v; want not ready", r, err)
	}
	if r, err := h.Party(department).Client.Ready(t.Context()); err != nil || !r.Ready {
		t.Errorf("on the other listener, with the directory back: %+v, %v; want ready", r, err)
	}
}

// An idle hub writes nothing: reading, polling and asking how it is leave the log as it was.
func TestReadingLeavesNoTrace(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	before := logSize(t, h)
	for _, path := range []string{"/healthz", "/readyz", "/v1/limits", "/v1/agencies", "/v1/counts", "/v1/events", "/v1/documents?role=sent"} {
		do(t, h, p, http.MethodGet, path, nil)
	}
	p.Lease(10)
	if got := logSize(t, h); got != before {
		t.Errorf("the log grew from %d to %d entries", before, got)
	}
}

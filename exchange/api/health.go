package api

import (
	"context"
	_ "embed"
	"errors"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
)

// health says that the process answers, and no more.
func (a *api) health(c *call) error {
	return answer(c, http.StatusOK, map[string]string{"status": "ok", "version": a.Version})
}

const (
	// proofAge is how long a proof of readiness is good: it costs a write to the disk (DESIGN P12).
	proofAge = time.Minute
	// failureAge is how long a failed one is: what came back shall be seen soon, and not be asked for by every caller.
	failureAge = time.Second
)

// probePatience is how long a write may take before the hub counts as stuck.
const probePatience = 10 * time.Second

// A readiness is the last proof. Whoever comes while it is made waits for it.
type readiness struct {
	mu      sync.Mutex
	last    client.Readiness
	writing atomic.Bool // a write to the disk has begun and not come back
}

func (a *api) readyz(c *call) error {
	r := a.prove(time.Now())
	status := http.StatusOK
	if !r.Ready {
		status = http.StatusServiceUnavailable
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return answer(c, status, r)
}

// Ready is what /readyz answers, for who is not an HTTP caller. Its proofs are its own, as seldom as those of /readyz.
func Ready(o Options) func() client.Readiness {
	a := &api{Options: o.withDefaults()}
	return func() client.Readiness { return a.prove(time.Now()) }
}

// prove looks for a tick of the dispatcher and adds a durable write and a signature, which are made at most once in
// proofAge, after a failure in failureAge. It does not stop when the caller goes away: the next one wants the answer.
func (a *api) prove(now time.Time) client.Readiness {
	a.ready.mu.Lock()
	defer a.ready.mu.Unlock()
	age := proofAge
	if !a.ready.last.Ready {
		age = failureAge
	}
	if now.Sub(a.ready.last.At) >= age {
		a.ready.last = a.proof(now)
	}
	r := a.ready.last
	r.Checks = maps.Clone(r.Checks)
	if a.Dispatcher != nil {
		a.checked(&r, "dispatch", now.Sub(a.Dispatcher.LastTick()) < 2*proofAge, nil)
	}
	if state, ok := a.Hub.Time.State(); !ok || state.Source {
		a.checked(&r, "clock", ok, nil)
	}
	return r
}

func (a *api) proof(now time.Time) client.Readiness {
	r := client.Readiness{Ready: true, At: now.UTC(), Checks: make(map[string]bool)}
	err := a.probe()
	a.checked(&r, "write", err == nil, err)
	if a.Sign != nil {
		err := a.Sign()
		a.checked(&r, "sign", err == nil, err)
	}
	return r
}

func (a *api) checked(r *client.Readiness, name string, ok bool, err error) {
	r.Checks[name] = ok
	if !ok {
		r.Ready = false
		a.Log.Error("not ready", "check", name, "error", err)
	}
}

// errStuck says that a write neither succeeds nor fails.
var errStuck = errors.New("api: the write does not come back")

// probe writes to the disk. It waits no longer than probePatience: a disk that hangs does not give a write back, whoever
// asks for it. Until that write ends no other is begun.
func (a *api) probe() error {
	if !a.ready.writing.CompareAndSwap(false, true) {
		return errStuck
	}
	ctx, cancel := context.WithTimeout(context.Background(), probePatience)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := a.Store.Probe(ctx)
		a.ready.writing.Store(false)
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return errStuck
	}
}

// explain is the page of a problem's type.
func (a *api) explain(c *call) error {
	html, ok := problem.Page(c.Param("code"))
	if !ok {
		return exchange.NotFound
	}
	c.Response().Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return blob(c, http.StatusOK, "text/html; charset=utf-8", html)
}

//go:embed openapi.yaml
var openapi []byte

// Contract is openapi.yaml: the API's description, for whoever checks against it.
func Contract() []byte { return append([]byte(nil), openapi...) }

func (a *api) contract(c *call) error {
	c.Response().Header().Set("Cache-Control", "public, max-age=3600")
	return blob(c, http.StatusOK, "application/yaml", openapi)
}

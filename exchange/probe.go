package exchange

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Probe is what came of calling an agency's endpoint by way of trial, step by step until the first that failed.
type Probe struct {
	At      time.Time
	Address string // the URL
	Steps   []ProbeStep
}

// A ProbeStep is one step of a trial. Its name and code are for pages to put into words.
type ProbeStep struct {
	Name   string // "address", "dns", "tcp", "tls", "certificate", "answer", "clock"
	State  ProbeState
	Code   string // stable code of what is wrong, such as "dns" or "http-404"; empty where nothing is
	Detail string // what was found: addresses, a certificate's end, an HTTP status
	Took   time.Duration
}

// A ProbeState is what a step came to.
type ProbeState string

const (
	ProbeOK     ProbeState = "ok"
	ProbeWarn   ProbeState = "warn" // it works, and will not always
	ProbeFailed ProbeState = "failed"
)

// OK reports whether no step failed.
func (p Probe) OK() bool {
	for _, s := range p.Steps {
		if s.State == ProbeFailed {
			return false
		}
	}
	return len(p.Steps) > 0
}

// A Prober calls an endpoint with a signed ping that holds nothing of any document, as an attempt at delivery would: the
// same address rules, the same signature. It returns within its own limits of time.
type Prober interface {
	Probe(ctx context.Context, to Agency) Probe
}

const (
	// probeRest is how long an agency's endpoint is left alone after a trial: nobody makes the hub a means of knocking.
	probeRest = 5 * time.Second
	maxProbed = 10_000
)

// probes are when which agency's endpoint was tried last.
type probes struct {
	mu   sync.Mutex
	last map[AgencyID]time.Time
}

// take reserves a trial; zero, or how long to wait.
func (p *probes) take(id AgencyID, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if wait := p.last[id].Add(probeRest).Sub(now); wait > 0 && wait <= probeRest {
		return wait
	}
	if p.last == nil || len(p.last) >= maxProbed {
		p.last = make(map[AgencyID]time.Time)
	}
	p.last[id] = now
	return 0
}

// Try calls an agency's endpoint by way of trial, for who administers the agency or an operator, and writes into the log
// that it was done and what came of it. Conflict for an agency that has no endpoint, TooMany for one that was tried just
// now.
func (h *Hub) Try(ctx context.Context, c Caller, id AgencyID) (Probe, error) {
	if c.Operator == "" && (id == "" || c.Administers != id) {
		return Probe{}, Forbidden
	}
	a, ok := h.Directory.Agency(id)
	if !ok || h.Prober == nil || a.Endpoint.URL == "" {
		return Probe{}, &Error{Kind: Conflict, Detail: "there is no endpoint to call", VI: "Đơn vị chưa có địa chỉ nhận để gọi thử."}
	}
	if wait := h.probes.take(id, h.now()); wait > 0 {
		return Probe{}, &Error{Kind: TooMany, Detail: "the endpoint was tried just now", VI: "Vừa thử xong; hãy chờ vài giây.", RetryAfter: wait}
	}
	p := h.Prober.Probe(ctx, a)
	p.At, p.Address = h.now(), a.Endpoint.URL
	e := translog.Entry{V: translog.Schema, Time: p.At, Type: translog.EndpointTried, Actor: c.Actor(), Credential: c.Credential, Addressee: string(id), Result: "ok"}
	for _, s := range slices.Backward(p.Steps) {
		if s.State == ProbeFailed {
			e.Result, e.Code = "failed", s.Code // of the first
		}
	}
	text, err := side(map[string]string{"url": a.Endpoint.URL})
	if err != nil {
		return p, err
	}
	_, err = h.Store.Append(context.WithoutCancel(ctx), e, text)
	return p, err
}

// ProbeVerdict says what the HTTP answer to a ping means: software that does not know pings and says so is reached all the
// same.
func ProbeVerdict(status int) (ProbeState, string) {
	code := "http-" + strconv.Itoa(status)
	switch {
	case status/100 == 2:
		return ProbeOK, ""
	case status == http.StatusBadRequest, status == http.StatusUnsupportedMediaType, status == http.StatusUnprocessableEntity:
		return ProbeWarn, code
	}
	return ProbeFailed, code
}

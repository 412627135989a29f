package delivery

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	// probeTime is how long a whole trial may take.
	probeTime = 30 * time.Second
	// endsSoon is how long before its end the certificate of an endpoint is warned of.
	endsSoon = 30 * 24 * time.Hour
	// mostSkew is how far the endpoint's clock may be off: signatures are refused that are five minutes old.
	mostSkew, badSkew = time.Minute, 5 * time.Minute
)

// Probe implements [exchange.Prober]: it resolves, connects, shakes hands and posts a signed ping by the same rules as
// [Push.Deliver], one step after the other, and ends at the first that fails.
func (p *Push) Probe(ctx context.Context, to exchange.Agency) exchange.Probe {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	t := &trial{push: p, endpoint: to.Endpoint}
	for _, step := range []func(context.Context) bool{t.address, t.resolve, t.connect, t.handshake, t.ping} {
		if !step(ctx) {
			break
		}
	}
	if t.conn != nil {
		t.conn.Close()
	}
	return exchange.Probe{Steps: t.steps}
}

// A trial is one probe under way.
type trial struct {
	push     *Push
	endpoint exchange.Endpoint
	url      *url.URL
	addrs    []netip.Addr
	dial     *pinned
	conn     net.Conn
	steps    []exchange.ProbeStep
}

func (t *trial) note(name string, state exchange.ProbeState, code, detail string, began time.Time) bool {
	t.steps = append(t.steps, exchange.ProbeStep{Name: name, State: state, Code: code, Detail: shortened(detail), Took: time.Since(began)})
	return state != exchange.ProbeFailed
}

// fail notes the step at which a trial ended, with the code by which attempts at delivery know it.
func (t *trial) fail(name string, err error, began time.Time) bool {
	v := judgeError(err)
	detail := err.Error()
	if f, ok := errors.AsType[*failure](err); ok {
		detail = f.err.Error()
	}
	return t.note(name, exchange.ProbeFailed, v.Reason, detail, began)
}

func (t *trial) address(context.Context) bool {
	began := time.Now()
	u, err := url.Parse(t.endpoint.URL)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return t.fail("address", unsent("bad-endpoint", errors.New("the endpoint's address cannot be used")), began)
	}
	t.url = u
	if !t.endpoint.ClosedAt.IsZero() {
		return t.note("address", exchange.ProbeWarn, "not-open", t.endpoint.URL, began)
	}
	return t.note("address", exchange.ProbeOK, "", t.endpoint.URL, began)
}

func (t *trial) resolve(ctx context.Context) bool {
	began := time.Now()
	addrs, err := t.push.resolve(ctx, t.url.Hostname(), t.endpoint.Allow)
	if err != nil {
		return t.fail("dns", err, began)
	}
	t.addrs, t.dial = addrs, t.push.dialer(t.url, addrs)
	words := make([]string, len(addrs))
	for i, a := range addrs {
		words[i] = a.String()
	}
	return t.note("dns", exchange.ProbeOK, "", strings.Join(words, ", "), began)
}

func (t *trial) connect(ctx context.Context) bool {
	began := time.Now()
	conn, err := t.dial.dial(ctx, "tcp")
	if err != nil {
		return t.fail("tcp", err, began)
	}
	t.conn = conn
	return t.note("tcp", exchange.ProbeOK, "", conn.RemoteAddr().String(), began)
}

// handshake checks the server's certificate against the endpoint's name, as an attempt does.
func (t *trial) handshake(ctx context.Context) bool {
	if t.url.Scheme == "http" {
		return true
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, t.dial.tlsTimeout)
	defer cancel()
	conn := tls.Client(t.conn, t.dial.tls)
	if err := conn.HandshakeContext(ctx); err != nil {
		code, detail := "tls", err.Error()
		if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
			code, detail = certificateFault(bad.Err), bad.Err.Error()
		}
		return t.note("tls", exchange.ProbeFailed, code, detail, began)
	}
	t.conn = conn
	state := conn.ConnectionState()
	t.note("tls", exchange.ProbeOK, "", tls.VersionName(state.Version), began)
	leaf := state.PeerCertificates[0]
	names := leaf.DNSNames
	if len(names) == 0 {
		names = []string{leaf.Subject.CommonName}
	}
	detail := strings.Join(names, ", ") + ", " + leaf.NotAfter.UTC().Format(time.DateOnly)
	began = time.Now() // no time of its own
	if time.Until(leaf.NotAfter) < endsSoon {
		return t.note("certificate", exchange.ProbeWarn, "certificate-ends", detail, began)
	}
	return t.note("certificate", exchange.ProbeOK, "", detail, began)
}

// certificateFault is why a server's certificate was not taken.
func certificateFault(err error) string {
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "certificate-expired"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "certificate-name"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "certificate-authority"
	}
	return "tls"
}

// ping posts over the connection that stands; it is used for nothing else.
func (t *trial) ping(ctx context.Context) bool {
	began := time.Now()
	req, err := t.request(ctx, began)
	if err != nil {
		return t.fail("answer", err, began)
	}
	once := func(context.Context, string, string) (net.Conn, error) { return t.conn, nil }
	transport := &http.Transport{DialContext: once, DialTLSContext: once, ResponseHeaderTimeout: orDefault(t.push.AnswerTimeout, 20*time.Second),
		MaxResponseHeaderBytes: mostHead, DisableKeepAlives: true, DisableCompression: true}
	answer, err := transport.RoundTrip(req)
	if err != nil {
		return t.fail("answer", err, began)
	}
	defer answer.Body.Close()
	took := time.Since(began)
	limit := time.AfterFunc(drainTime, func() { t.conn.Close() })
	defer limit.Stop()
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer)
	state, code := exchange.ProbeVerdict(answer.StatusCode)
	went := t.note("answer", state, code, fmt.Sprintf("HTTP %d", answer.StatusCode), began)
	t.clock(answer.Header.Get("Date"), began.Add(took/2))
	return went
}

// request is a ping: signed as documents are, with a class of its own and nothing to store.
func (t *trial) request(ctx context.Context, now time.Time) (*http.Request, error) {
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	id, at := "ping-"+hex.EncodeToString(raw), strconv.FormatInt(now.Unix(), 10)
	body, err := json.Marshal(map[string]any{"type": "lienthong.ping", "timestamp": now.UTC().Format(time.RFC3339)})
	if err != nil {
		return nil, err
	}
	signature, err := sign(t.endpoint.Secrets(now), id, at, int64(len(body)), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.endpoint.URL, bytes.NewReader(body))
	if err != nil {
		return nil, unsent("bad-endpoint", err)
	}
	req.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {"lienthong"}, "Lienthong-Class": {"ping"},
		"Webhook-Id": {id}, "Webhook-Timestamp": {at}, "Webhook-Signature": {signature}}
	return req, nil
}

// clock compares the endpoint's clock with the hub's, by the head of its answer: it is exact to the second.
func (t *trial) clock(date string, now time.Time) {
	at, err := http.ParseTime(date)
	if err != nil {
		t.note("clock", exchange.ProbeWarn, "no-date", "", now)
		return
	}
	off := at.Add(time.Second / 2).Sub(now).Round(time.Second)
	switch {
	case off.Abs() >= badSkew:
		t.note("clock", exchange.ProbeFailed, "clock", off.String(), now)
	case off.Abs() >= mostSkew:
		t.note("clock", exchange.ProbeWarn, "clock", off.String(), now)
	default:
		t.note("clock", exchange.ProbeOK, "", off.String(), now)
	}
	t.steps[len(t.steps)-1].Took = 0
}

package delivery

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// Push posts documents to endpoints: the exact bytes, signed as Standard Webhooks prescribes, over a connection of its
// own to an address that the endpoint's allow-list holds. It follows no redirect and knows no proxy. The zero value is
// ready for use.
type Push struct {
	// Allows is the hub's own list of addresses, asked besides the endpoint's; nil allows what the endpoint's does.
	Allows func(netip.Addr) bool
	// Roots are the authorities that vouch for endpoints; nil is the system's.
	Roots *x509.CertPool
	// Lookup resolves a name; nil is the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	DialTimeout   time.Duration // of one address; default 5 s
	TLSTimeout    time.Duration // default 5 s
	AnswerTimeout time.Duration // from the end of the document to the answer's head; default 20 s
}

const (
	// mostAnswer and drainTime bound what is read of an answer's body, which nobody looks at.
	mostAnswer = 64 << 10
	drainTime  = 5 * time.Second
	// mostHead bounds the head of an answer.
	mostHead = 16 << 10
)

// Deliver implements [Courier].
func (p *Push) Deliver(ctx context.Context, to exchange.Agency, l exchange.Lease, body exchange.Body) Verdict {
	v, err := p.post(ctx, to.Endpoint, l, body)
	if err != nil {
		return judgeError(err)
	}
	return v
}

func (p *Push) post(ctx context.Context, e exchange.Endpoint, l exchange.Lease, body exchange.Body) (Verdict, error) {
	u, err := url.Parse(e.URL)
	if err != nil || u.Hostname() == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return Verdict{}, unsent("bad-endpoint", errors.New("the endpoint's address cannot be used"))
	}
	now := time.Now()
	head, err := head(e.Secrets(now), l, body, now)
	if err != nil {
		return Verdict{}, err
	}
	addrs, err := p.resolve(ctx, u.Hostname(), e.Allow)
	if err != nil {
		return Verdict{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, nil)
	if err != nil {
		return Verdict{}, unsent("bad-endpoint", err)
	}
	req.Header, req.ContentLength = head, l.Message.Size
	return send(req, p.dialer(u, addrs), orDefault(p.AnswerTimeout, 20*time.Second), body)
}

// send makes the one request of an attempt. When it returns nobody reads the body any more.
func send(req *http.Request, dial *pinned, patience time.Duration, body io.Reader) (Verdict, error) {
	ctx, cancel := context.WithCancel(req.Context())
	out := &outgoing{body: body, closed: make(chan struct{})}
	defer func() {
		cancel()
		<-out.closed
	}()
	req = req.WithContext(ctx)
	req.Body = out
	answer, err := transport(dial, patience).RoundTrip(req)
	if err != nil {
		return Verdict{}, out.blame(err, dial.connected.Load())
	}
	defer answer.Body.Close()
	return judgeAnswer(answer, out, cancel, req.ContentLength), nil
}

// transport is made for one attempt: a connection kept alive would be one to an address that was allowed another time,
// or to another agency.
func transport(dial *pinned, patience time.Duration) *http.Transport {
	return &http.Transport{
		DialContext:            dial.plain,
		DialTLSContext:         dial.secure,
		ResponseHeaderTimeout:  patience,
		MaxResponseHeaderBytes: mostHead,
		WriteBufferSize:        64 << 10,
		DisableKeepAlives:      true,
		DisableCompression:     true,
	}
}

func (p *Push) dialer(u *url.URL, addrs []netip.Addr) *pinned {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return &pinned{addrs: addrs, port: port, dialTimeout: orDefault(p.DialTimeout, 5*time.Second),
		tlsTimeout: orDefault(p.TLSTimeout, 5*time.Second),
		tls:        &tls.Config{ServerName: u.Hostname(), RootCAs: p.Roots, MinVersion: tls.VersionTLS12}}
}

// judgeAnswer reads what is left of the answer, within bounds, and judges it. An answer that says "taken" before all
// of the document was sent is a lie.
func judgeAnswer(answer *http.Response, out *outgoing, cancel context.CancelFunc, size int64) Verdict {
	v := judgeStatus(answer.StatusCode)
	v.RetryAfter = retryAfter(answer.Header.Get("Retry-After"), time.Now())
	limit := time.AfterFunc(drainTime, cancel)
	defer limit.Stop()
	_, _ = io.CopyN(io.Discard, answer.Body, mostAnswer)
	if n := out.sent.Load(); v.Class == Delivered && n != size {
		return Verdict{Class: Temporary, Reason: "early-answer", Detail: fmt.Sprintf("%s after %d of %d bytes", answer.Status, n, size)}
	}
	return v
}

// retryAfter reads both forms of the header; zero for what it cannot read, and for what is over.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.ParseInt(s, 10, 32); err == nil {
		return max(0, time.Duration(n)*time.Second)
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// outgoing is the body of a request. It tells an error of the stored body from one of the connection, how much was
// taken, and when nobody will read on.
type outgoing struct {
	body   io.Reader
	sent   atomic.Int64
	broken atomic.Pointer[error] // of the stored body
	ended  atomic.Bool
	closed chan struct{}
}

func (o *outgoing) Read(p []byte) (int, error) {
	n, err := o.body.Read(p)
	o.sent.Add(int64(n))
	if err != nil && !errors.Is(err, io.EOF) {
		o.broken.Store(&err)
	}
	return n, err
}

// Close is called by the transport when it is done with the body.
func (o *outgoing) Close() error {
	if o.ended.CompareAndSwap(false, true) {
		close(o.closed)
	}
	return nil
}

// blame says at which stage a request failed: in the stored body, before there was a connection (an attempt that ended
// while dialling is told by its context, not by the dialler), or on it.
func (o *outgoing) blame(err error, connected bool) error {
	if broken := o.broken.Load(); broken != nil {
		return &failure{reason: "body", class: HubFault, err: *broken}
	}
	if _, staged := errors.AsType[*failure](err); !staged && !connected && o.sent.Load() == 0 {
		return unsent("dial", err)
	}
	return err
}

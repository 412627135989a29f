package delivery_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="

// stored is a body as the store opens it; it fails at its end if broken.
type stored struct {
	io.ReadSeeker
	broken error
	closed bool
}

func (s *stored) Read(p []byte) (int, error) {
	n, err := s.ReadSeeker.Read(p)
	if errors.Is(err, io.EOF) && s.broken != nil {
		return n, s.broken
	}
	return n, err
}

func (s *stored) Close() error { s.closed = true; return nil }

func parcel(body []byte) (exchange.Lease, *stored) {
	l := exchange.Lease{
		Delivery: exchange.Delivery{ID: "0199-d", Message: "0199-m", Addressee: "H44.05", Attempt: 3},
		Message: exchange.Message{ID: "0199-m", Class: exchange.ClassDocument, Sender: "H44.01", Size: int64(len(body)),
			Digest: sha256.Sum256(body)},
	}
	return l, &stored{ReadSeeker: bytes.NewReader(body)}
}

func loopback() []netip.Prefix {
	return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
}

func agency(url string) exchange.Agency {
	return exchange.Agency{ID: "H44.05", Channel: exchange.Push, Endpoint: exchange.Endpoint{URL: url, Secret: secret, Allow: loopback()}}
}

// deliver makes one attempt at a server that answers with the handler.
func deliver(t *testing.T, p *delivery.Push, h http.HandlerFunc, body []byte) delivery.Verdict {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	l, b := parcel(body)
	return p.Deliver(t.Context(), agency(s.URL), l, b)
}

func answer(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(code)
	}
}

func TestAnswersAreJudged(t *testing.T) {
	for _, c := range []struct {
		code   int
		class  delivery.Class
		reason string
	}{
		{200, delivery.Delivered, ""},
		{202, delivery.Delivered, ""},
		{204, delivery.Delivered, ""},
		{302, delivery.Temporary, "redirect"},
		{400, delivery.Permanent, "http-400"},
		{401, delivery.Temporary, "http-401"},
		{404, delivery.Temporary, "http-404"},
		{408, delivery.Outage, "http-408"},
		{410, delivery.EndpointClosed, "http-410"},
		{413, delivery.Permanent, "http-413"},
		{415, delivery.Permanent, "http-415"},
		{422, delivery.Permanent, "http-422"},
		{425, delivery.Outage, "http-425"},
		{429, delivery.Outage, "http-429"},
		{500, delivery.Temporary, "http-500"},
		{502, delivery.Outage, "http-502"},
		{503, delivery.Outage, "http-503"},
		{504, delivery.Outage, "http-504"},
		{507, delivery.Outage, "http-507"},
		{599, delivery.Temporary, "http-599"},
	} {
		v := deliver(t, &delivery.Push{}, answer(c.code), []byte("<edXML/>"))
		if v.Class != c.class || v.Reason != c.reason || v.NotSent {
			t.Errorf("%d: %+v, want %s %q and sent", c.code, v, c.class, c.reason)
		}
	}
}

func TestPostIsTheExactBytesSigned(t *testing.T) {
	body := []byte("\ufeff<edXML>  đúng từng byte\r\n</edXML>\n")
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	v := deliver(t, &delivery.Push{}, func(w http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		if !bytes.Equal(got, body) || r.ContentLength != int64(len(body)) || len(r.TransferEncoding) > 0 {
			t.Errorf("body %q of %d bytes, %v; want %q", got, r.ContentLength, r.TransferEncoding, body)
		}
		if err := hook.Verify(got, r.Header); err != nil {
			t.Errorf("signature: %v", err)
		}
		if err := hook.Verify(append(got, ' '), r.Header); err == nil {
			t.Error("the signature also holds for other bytes")
		}
		for name, want := range map[string]string{
			"Content-Type": "application/xml", "webhook-id": "0199-d", "Lienthong-Delivery": "0199-d", "Lienthong-Message": "0199-m",
			"Lienthong-Attempt": "3", "Lienthong-Sender": "H44.01", "Lienthong-Class": "document",
			"Lienthong-Digest": fmt.Sprintf("%x", sha256.Sum256(body)), "Accept-Encoding": "",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	}, body)
	if v.Class != delivery.Delivered {
		t.Errorf("%+v, want delivered", v)
	}
}

func TestRetryAfterIsRead(t *testing.T) {
	for _, c := range []struct {
		header   string
		min, max time.Duration
	}{
		{"120", 2 * time.Minute, 2 * time.Minute},
		{time.Now().Add(time.Hour).UTC().Format(http.TimeFormat), 59 * time.Minute, time.Hour},
		{"-5", 0, 0},
		{"Wed, 21 Oct 2015 07:28:00 GMT", 0, 0},
		{"soon", 0, 0},
		{"", 0, 0},
	} {
		v := deliver(t, &delivery.Push{}, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Retry-After", c.header)
			w.WriteHeader(503)
		}, []byte("x"))
		if v.RetryAfter < c.min || v.RetryAfter > c.max {
			t.Errorf("%q: %v, want %v to %v", c.header, v.RetryAfter, c.min, c.max)
		}
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	v := deliver(t, &delivery.Push{}, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	}, []byte("x"))
	if v.Reason != "redirect" || reached.Load() {
		t.Errorf("%+v, redirect followed: %v", v, reached.Load())
	}
}

// raw answers on the bare connection.
func raw(t *testing.T, f func(net.Conn)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		f(conn)
	}
}

func reset(c net.Conn) {
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// Whatever an endpoint does after the connection stands, the document may have left, and it is an outage.
func TestFailuresOnTheConnection(t *testing.T) {
	large := bytes.Repeat([]byte("a"), 8<<20)
	for _, c := range []struct {
		name   string
		f      func(net.Conn)
		reason string
	}{
		{"reset in the middle of the body", func(c net.Conn) { io.CopyN(io.Discard, c, 64<<10); reset(c) }, "connection"},
		{"closed without a word", func(c net.Conn) { c.Close() }, "connection"},
		{"no HTTP", func(c net.Conn) { io.Copy(c, strings.NewReader("SSH-2.0-OpenSSH\r\n\r\n")) }, "connection"},
		{"endless head", func(c net.Conn) { io.Copy(c, strings.NewReader("HTTP/1.1 200 OK\r\nX: "+string(large)+"\r\n\r\n")) }, "connection"},
		{"silent", func(c net.Conn) { io.Copy(io.Discard, c) }, "timeout"},
	} {
		v := deliver(t, &delivery.Push{AnswerTimeout: 100 * time.Millisecond}, raw(t, c.f), large)
		if v.Class != delivery.Outage || v.Reason != c.reason || v.NotSent {
			t.Errorf("%s: %+v, want an outage, %s, sent", c.name, v, c.reason)
		}
	}
}

func TestAttemptEndsWithItsContext(t *testing.T) {
	s := httptest.NewServer(raw(t, func(c net.Conn) { io.Copy(io.Discard, c) }))
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	l, b := parcel([]byte("x"))
	v := (&delivery.Push{}).Deliver(ctx, agency(s.URL), l, b)
	if v.Class != delivery.Outage || v.Reason != "timeout" || v.NotSent {
		t.Errorf("%+v, want an outage by timeout, sent", v)
	}
}

// The answer decides; what comes after its head is read within bounds and believed in nothing.
func TestLyingAnswers(t *testing.T) {
	t.Run("content shorter than promised", func(t *testing.T) {
		v := deliver(t, &delivery.Push{}, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Length", "1000")
			w.Write([]byte("ok"))
		}, []byte("x"))
		if v.Class != delivery.Delivered {
			t.Errorf("%+v, want delivered", v)
		}
	})
	t.Run("endless content", func(t *testing.T) {
		var sent int64
		v := deliver(t, &delivery.Push{}, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			for chunk := make([]byte, 64<<10); ; sent += int64(len(chunk)) {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		}, []byte("x"))
		if v.Class != delivery.Delivered || sent > 64<<20 {
			t.Errorf("%+v after %d bytes, want delivered after a few", v, sent)
		}
	})
	t.Run("taken before it was sent", func(t *testing.T) {
		v := deliver(t, &delivery.Push{}, raw(t, func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		}), bytes.Repeat([]byte("a"), 32<<20))
		if v.Class == delivery.Delivered || v.NotSent {
			t.Errorf("%+v, want not delivered, and sent in part", v)
		}
	})
}

// Where the connection never stood, it is proven that nothing was sent.
func TestNothingWasSent(t *testing.T) {
	plain := httptest.NewServer(answer(200))
	defer plain.Close()
	secure := httptest.NewUnstartedServer(answer(200))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // it complains of clients that do not trust it
	secure.StartTLS()
	defer secure.Close()
	port := func(s *httptest.Server) string { u, _ := url.Parse(s.URL); return u.Port() }
	shut := httptest.NewServer(answer(200))
	shut.Close()
	leads := func(addrs ...string) func(context.Context, string) ([]netip.Addr, error) {
		return func(context.Context, string) (all []netip.Addr, err error) {
			for _, a := range addrs {
				all = append(all, netip.MustParseAddr(a))
			}
			return all, nil
		}
	}
	for _, c := range []struct {
		name   string
		push   delivery.Push
		url    string
		allow  []netip.Prefix
		reason string
	}{
		{"nothing listens", delivery.Push{}, shut.URL, loopback(), "dial"},
		{"no allow-list", delivery.Push{}, plain.URL, nil, "blocked-address"},
		{"another network", delivery.Push{}, plain.URL, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "blocked-address"},
		{"the hub's own list", delivery.Push{Allows: func(netip.Addr) bool { return false }}, plain.URL, loopback(), "blocked-address"},
		{"one of two addresses", delivery.Push{Lookup: leads("127.0.0.1", "10.0.0.1")}, "http://a.test:" + port(plain), loopback(), "blocked-address"},
		{"IPv4 in IPv6 form", delivery.Push{Lookup: leads("::ffff:10.0.0.1")}, "http://a.test", []netip.Prefix{netip.MustParsePrefix("::/0")}, "blocked-address"},
		{"zone", delivery.Push{Lookup: leads("fe80::1%lo")}, "http://a.test", []netip.Prefix{netip.MustParsePrefix("fe80::/10")}, "blocked-address"},
		{"unspecified", delivery.Push{Lookup: leads("0.0.0.0")}, "http://a.test:" + port(plain), []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}, "blocked-address"},
		{"no such name", delivery.Push{Lookup: func(context.Context, string) ([]netip.Addr, error) {
			return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
		}}, "http://a.test", loopback(), "dns"},
		{"name without address", delivery.Push{Lookup: leads()}, "http://a.test", loopback(), "dns"},
		{"foreign certificate", delivery.Push{}, secure.URL, loopback(), "tls"},
		{"another name", delivery.Push{Lookup: leads("127.0.0.1"), Roots: pool(secure)}, "https://other.test:" + port(secure), loopback(), "tls"},
		{"no address at all", delivery.Push{}, "ftp://a.test", loopback(), "bad-endpoint"},
	} {
		to := agency(c.url)
		to.Endpoint.Allow = c.allow
		l, b := parcel([]byte("x"))
		v := c.push.Deliver(t.Context(), to, l, b)
		if v.Class != delivery.Outage || v.Reason != c.reason || !v.NotSent {
			t.Errorf("%s: %+v, want an outage, %s, not sent", c.name, v, c.reason)
		}
	}
}

func TestDialThatNeverEndsSendsNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := delivery.Push{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		cancel() // the attempt ends between look-up and dial
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}}
	l, b := parcel([]byte("x"))
	if v := p.Deliver(ctx, agency("http://a.test:9"), l, b); v.Class != delivery.Outage || !v.NotSent {
		t.Errorf("%+v, want an outage, not sent", v)
	}
}

func pool(s *httptest.Server) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return roots
}

// The name is resolved once, the connection goes to that address, and TLS still proves the name. The environment's
// proxy is not asked.
func TestAddressIsPinned(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:9")
	s := httptest.NewTLSServer(answer(200)) // its certificate is for example.com
	defer s.Close()
	u, _ := url.Parse(s.URL)
	var lookups atomic.Int32
	p := delivery.Push{Roots: pool(s), Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
		if lookups.Add(1) > 1 || host != "example.com" {
			t.Errorf("look-up %d of %s", lookups.Load(), host)
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	}}
	l, b := parcel([]byte("x"))
	if v := p.Deliver(t.Context(), agency("https://example.com:"+u.Port()), l, b); v.Class != delivery.Delivered {
		t.Errorf("%+v, want delivered", v)
	}
}

func TestSecondAddressIsTried(t *testing.T) {
	s := httptest.NewServer(answer(200))
	defer s.Close()
	u, _ := url.Parse(s.URL)
	p := delivery.Push{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.99"), netip.MustParseAddr("127.0.0.1")}, nil
	}}
	l, b := parcel([]byte("x"))
	if v := p.Deliver(t.Context(), agency("http://a.test:"+u.Port()), l, b); v.Class != delivery.Delivered {
		t.Errorf("%+v, want delivered at the second address", v)
	}
}

// A document that the hub cannot read is not sent in part, and the endpoint is not blamed.
func TestStoredBodyIsBroken(t *testing.T) {
	var reached atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer s.Close()
	for name, breaks := range map[string]func(*exchange.Lease, *stored){
		"its digest is wrong": func(_ *exchange.Lease, b *stored) { b.broken = errors.New("digest mismatch") },
		"it is shorter":       func(l *exchange.Lease, _ *stored) { l.Message.Size++ },
		"it is longer":        func(l *exchange.Lease, _ *stored) { l.Message.Size-- },
	} {
		l, b := parcel([]byte("document"))
		breaks(&l, b)
		v := (&delivery.Push{}).Deliver(t.Context(), agency(s.URL), l, b)
		if v.Class != delivery.HubFault || !v.NotSent || reached.Load() {
			t.Errorf("%s: %+v, endpoint reached %v; want the hub's fault, not sent", name, v, reached.Load())
		}
	}
}

func TestEndpointWithoutSecret(t *testing.T) {
	for _, s := range []string{"", "whsec_", "whsec_%%"} {
		to := agency("http://127.0.0.1:9")
		to.Endpoint.Secret = s
		l, b := parcel([]byte("x"))
		if v := (&delivery.Push{}).Deliver(t.Context(), to, l, b); v.Reason != "bad-endpoint" || !v.NotSent {
			t.Errorf("secret %q: %+v, want bad-endpoint, not sent", s, v)
		}
	}
}

func TestBodyIsLeftAlone(t *testing.T) {
	s := httptest.NewServer(raw(t, func(c net.Conn) { c.Close() }))
	defer s.Close()
	l, b := parcel(bytes.Repeat([]byte("a"), 1<<20))
	(&delivery.Push{}).Deliver(t.Context(), agency(s.URL), l, b)
	if b.closed {
		t.Error("the courier closed the body: it is the dispatcher's")
	}
}

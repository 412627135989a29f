package revocation_test

import (
	"bytes"
	"compress/gzip"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/revocation"
	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// raw answers with bytes of our own on the connection, from the status line on.
func raw(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, text)
	}
}

// hang answers nothing until the question is given up, which shows once it is read.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// drip sends a byte now and then until the question is given up.
func drip(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	for {
		if _, err := w.Write([]byte{0x30}); err != nil {
			return
		}
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
		}
	}
}

// flood sends without end and counts what was taken off its hands.
func flood(sent *atomic.Int64) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		zeros := make([]byte, 64<<10)
		for {
			n, err := w.Write(zeros)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	}
}

// bomb is 256 MiB of zeros, a quarter of a megabyte when compressed.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 256 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	must(t, z.Close())
	return b.Bytes()
}

func compressed(der []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(der)
	}
}

func status(code int, der []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(code)
		_, _ = w.Write(der)
	}
}

// TestHostileServices: whatever a service answers but a statement of the authority, nothing is known by it, it is a
// failure that the operator is shown, it ends in time, what was said before stays, and nobody else is asked.
func TestHostileServices(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	_, otherPort, err := net.SplitHostPort(strings.TrimPrefix(other.URL, "http://"))
	must(t, err)
	foreign := testca.Foreign(t)
	boom := bomb(t)
	var sent atomic.Int64
	for _, c := range []struct {
		name   string
		answer func(r *rig, good []byte) http.Handler
	}{
		{"a byte now and then", func(*rig, []byte) http.Handler { return http.HandlerFunc(drip) }},
		{"nothing after the question", func(*rig, []byte) http.Handler { return http.HandlerFunc(hang) }},
		{"no end", func(*rig, []byte) http.Handler { return flood(&sent) }},
		{"a header without end", func(*rig, []byte) http.Handler {
			return raw("HTTP/1.1 200 OK\r\n" + strings.Repeat("X: "+strings.Repeat("x", 1000)+"\r\n", 1000) + "\r\n")
		}},
		{"many provisional answers", func(*rig, []byte) http.Handler {
			return raw(strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 100_000))
		}},
		{"no HTTP", func(*rig, []byte) http.Handler { return raw("\x16\x03\x01\x00\x01") }},
		{"a length that is not kept", func(_ *rig, good []byte) http.Handler {
			return raw("HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(good)+1) + "\r\n\r\n" + string(good))
		}},
		{"a length that nobody has", func(_ *rig, good []byte) http.Handler {
			return raw("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n" + string(good))
		}},
		{"two lengths", func(_ *rig, good []byte) http.Handler {
			return raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: " + strconv.Itoa(len(good)) + "\r\n\r\n" + string(good))
		}},
		{"a bomb", func(*rig, []byte) http.Handler { return compressed(boom) }},
		{"the right one, compressed", func(_ *rig, good []byte) http.Handler {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			_, _ = z.Write(good)
			_ = z.Close()
			return compressed(b.Bytes())
		}},
		{"on, to this machine", func(*rig, []byte) http.Handler { return http.RedirectHandler(other.URL, http.StatusFound) }},
		{"on, by another name", func(*rig, []byte) http.Handler {
			return http.RedirectHandler("http://localhost:"+otherPort+"/", http.StatusMovedPermanently)
		}},
		{"on, with the question", func(*rig, []byte) http.Handler { return http.RedirectHandler(other.URL, http.StatusTemporaryRedirect) }},
		{"on, for ever", func(*rig, []byte) http.Handler { return http.RedirectHandler(other.URL, http.StatusPermanentRedirect) }},
		{"on, to where clouds keep their keys", func(*rig, []byte) http.Handler {
			return http.RedirectHandler("http://169.254.169.254/latest/meta-data/", http.StatusFound)
		}},
		{"on, to another host", func(*rig, []byte) http.Handler {
			return http.RedirectHandler("http://ca.example.vn/", http.StatusSeeOther)
		}},
		{"on, to a file", func(*rig, []byte) http.Handler { return http.RedirectHandler("file:///etc/passwd", http.StatusFound) }},
		{"a page", func(*rig, []byte) http.Handler { return bytesOf([]byte("<html>đăng nhập</html>")) }},
		{"nothing", func(*rig, []byte) http.Handler { return bytesOf(nil) }},
		{"the right one, as text", func(_ *rig, good []byte) http.Handler {
			return bytesOf(pem.EncodeToMemory(&pem.Block{Type: "X509 CRL", Bytes: good}))
		}},
		{"the right one, cut short", func(_ *rig, good []byte) http.Handler { return bytesOf(good[:len(good)-1]) }},
		{"the right one, and more", func(_ *rig, good []byte) http.Handler { return bytesOf(append(bytes.Clone(good), 0)) }},
		{"the right one, a bit changed", func(_ *rig, good []byte) http.Handler {
			changed := bytes.Clone(good)
			changed[len(changed)-10] ^= 1
			return bytesOf(changed)
		}},
		{"the right one, as an error", func(_ *rig, good []byte) http.Handler { return status(http.StatusNotFound, good) }},
		{"the right one, as a part", func(_ *rig, good []byte) http.Handler { return status(http.StatusPartialContent, good) }},
		{"the right one, as none", func(_ *rig, good []byte) http.Handler { return status(http.StatusAccepted, good) }},
		{"a list by another authority", func(r *rig, _ []byte) http.Handler { return bytesOf(foreign.CRL(x509.RevocationList{}, r.clock())) }},
		{"a response by another authority", func(r *rig, _ []byte) http.Handler {
			return bytesOf(foreign.OCSP(r.seal.Cert, ocsp.Response{Status: ocsp.Good}, r.clock()))
		}},
		{"a response about another certificate", func(r *rig, _ []byte) http.Handler {
			return bytesOf(r.ca.OCSP(r.ca.Leaf("Sở khác").Cert, ocsp.Response{Status: ocsp.Good}, r.clock()))
		}},
	} {
		for _, kind := range []signing.EvidenceKind{signing.ByOCSP, signing.ByCRL} {
			t.Run(c.name+", "+string(kind), func(t *testing.T) {
				t.Parallel()
				s := newService(t)
				services := named(s.URL, "")
				if kind == signing.ByCRL {
					services = named("", s.URL)
				}
				r := newRig(t, revocation.Prefer, services)
				good := r.list(big.NewInt(77))
				if kind == signing.ByOCSP {
					good = r.ca.OCSP(r.seal.Cert, ocsp.Response{Status: ocsp.Good}, r.clock())
				}
				s.answer(c.answer(r, good))
				r.ask()
				r.sent(exchange.RevocationUnknown, exchange.WhyNotHeard)
				r.shownAsFailed(1)

				s.answer(bytesOf(good))
				r.pass(10 * time.Minute)
				r.ask()
				r.sent(exchange.RevocationGood, "")
				s.answer(c.answer(r, good))
				r.pass(90 * time.Minute)
				r.ask()
				r.shownAsFailed(1)
				r.sent(exchange.RevocationGood, "")
			})
		}
	}
	t.Cleanup(func() {
		if n := elsewhere.Load(); n > 0 {
			t.Errorf("another service was asked %d times", n)
		}
		// Two questions to a list, two to a responder; the rest lies in buffers on the way.
		if most := int64(2*(signing.MaxCRL+signing.MaxOCSP) + 64<<20); sent.Load() > most {
			t.Errorf("%d bytes were taken of an answer without end, most is %d", sent.Load(), most)
		}
	})
}

// shownAsFailed: the one source has failed so often since it was heard, and the operator sees why.
func (r *rig) shownAsFailed(times int) {
	r.t.Helper()
	list := r.keeper.Status()
	if len(list) != 1 || list[0].Failures != times || list[0].Error == "" || !list[0].Due.After(r.clock()) {
		r.t.Errorf("shown as %+v, want one source that failed %d times, and why", list, times)
	}
}

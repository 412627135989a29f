package api_test

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// Whoever announces a body and does not send it gets an answer at once, on a connection that ends with it: a body that
// nobody wants is not waited for.
func TestABodyNobodyWants(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	key := h.Party(department).Key
	for _, test := range []struct {
		name, head, sent string
		status           int
	}{
		{"to what takes none", "GET /healthz HTTP/1.1\r\nContent-Length: 100\r\n", "", 200},
		{"to nowhere", "POST /nope HTTP/1.1\r\nContent-Length: 100\r\n", "", 404},
		{"without a key", "POST /v1/documents HTTP/1.1\r\nContent-Length: 100\r\n", "half of it", 401},
		{"with a method that is none", "PUT /v1/documents HTTP/1.1\r\nContent-Length: 100\r\n", "", 405},
		{"chunked, stalled", "POST /v1/documents HTTP/1.1\r\nTransfer-Encoding: chunked\r\n", "5\r\nhel", 401},
		{"chunked, with a key", "POST /v1/documents HTTP/1.1\r\nTransfer-Encoding: chunked\r\nAuthorization: Bearer " + key + "\r\n", "", 411},
		{"announced politely", "POST /v1/documents HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 100\r\n", "", 401},
		{"too large", "POST /v1/documents HTTP/1.1\r\nContent-Length: 999999999\r\nAuthorization: Bearer " + key + "\r\n", "", 413},
		{"nothing announced, before it ends", "GET /healthz HTTP/1.1\r\nConnection: close\r\n", "", 200},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel() // the end comes a second later
			conn := dialled(t, h)
			fmt.Fprintf(conn, "%sHost: hub.test\r\n\r\n%s", test.head, test.sent)
			if resp, err := answered(conn); err != nil || resp.StatusCode != test.status || !resp.Close {
				t.Errorf("%+v, %v; want %d and the end of the connection", resp, err, test.status)
			}
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
				t.Errorf("after the answer: %v, want the end", err)
			}
		})
	}
}

// dialled is a connection that fails the test before any of the hub's own deadlines is over.
func dialled(t *testing.T, h *hubtest.Hub) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(8 * time.Second))
	return conn
}

// A body that was read, or that is not there, costs nobody the connection.
func TestConnectionsAreKept(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	conn := dialled(t, h)
	for _, request := range []string{
		"GET /healthz HTTP/1.1\r\n\r\n", "POST /v1/inbox/lease HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
		"POST /v1/inbox/lease HTTP/1.1\r\nContent-Length: 2\r\n\r\n{]", "GET /nope HTTP/1.1\r\n\r\n",
	} {
		fmt.Fprint(conn, strings.Replace(request, "\r\n", "\r\nContent-Type: application/json\r\nHost: hub.test\r\nAuthorization: Bearer "+h.Party(communeA).Key+"\r\n", 1))
		if resp, err := answered(conn); err != nil || resp.Close {
			t.Fatalf("%.30s: %+v, %v; want an answer on a connection that stays", request, resp, err)
		}
	}
}

func answered(conn net.Conn) (*http.Response, error) {
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return resp, err
}

// A wire is an HTTP server without a network, so that its deadlines run on the test's clock.
type wire struct {
	conns chan net.Conn
	once  sync.Once
	ended chan struct{}
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.ended:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.ended) })
	return nil
}

func (w *wire) Addr() net.Addr { return &net.UnixAddr{Name: "wire", Net: "unix"} }

// slowly runs f against a hub of which only the door is there, in a bubble.
func slowly(t *testing.T, o api.Options, f func(t *testing.T, dial func() net.Conn)) {
	synctest.Test(t, func(t *testing.T) {
		w := &wire{conns: make(chan net.Conn), ended: make(chan struct{})}
		o.Hub = cmp.Or(o.Hub, &exchange.Hub{})
		o.Hub.Limits, o.Log = exchange.DefaultLimits(), slog.New(slog.DiscardHandler)
		s := api.Server(api.NewAdmin(o), o.Log)
		go func() { _ = s.Serve(w) }()
		f(t, func() net.Conn {
			ours, theirs := net.Pipe()
			w.conns <- theirs
			return ours
		})
		_ = s.Close()
		synctest.Wait()
	})
}

// Nobody holds a connection by sending slowly: each line is one way to do so, and when it ends.
func TestSlowSenders(t *testing.T) {
	backup := "POST /v1/admin/backup HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\nContent-Length: "
	for _, test := range []struct {
		name   string
		head   string        // sent at once
		piece  int           // what is sent after that
		every  time.Duration // how often
		status int           // 0: none, only the end
		at     time.Duration
	}{
		{"nothing at all", "", 0, 0, 0, 10 * time.Second},
		{"half a head", "GET /healthz HTTP/1.1\r\n", 0, 0, 0, 10 * time.Second},
		{"a head by drops", "GET /healthz HTTP/1.1\r\nX: ", 1, time.Second, 400, 10 * time.Second},
		{"no body, and none is wanted", "GET /healthz HTTP/1.1\r\nHost: hub\r\nContent-Length: 100\r\n\r\n", 0, 0, 200, 0},
		{"half of one that nobody wants", "POST /nope HTTP/1.1\r\nHost: hub\r\nContent-Length: 100\r\n\r\n{", 0, 0, 404, 0},
		{"no body, to no address", "OPTIONS * HTTP/1.1\r\nHost: hub\r\nContent-Length: 100\r\n\r\n", 0, 0, 200, 25 * time.Second},
		{"no body", backup + "100\r\n\r\n", 0, 0, 400, 15 * time.Second},
		{"half a body", backup + "100\r\n\r\n{\"dir\":", 0, 0, 400, 15 * time.Second},
		{"a body by drops", backup + "100\r\n\r\n", 1, time.Second, 400, 15 * time.Second},
		{"pieces in time, the whole too slow", backup + "1048576\r\n\r\n", 262144, 14 * time.Second, 400, 47 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			slowly(t, api.Options{}, func(t *testing.T, dial func() net.Conn) {
				conn, began := dial(), time.Now()
				var sender sync.WaitGroup
				defer sender.Wait()
				sender.Go(func() { drip(conn, test.head, test.piece, test.every) })
				status := 0
				if resp, err := answered(conn); err == nil {
					status = resp.StatusCode
				}
				if took := time.Since(began); status != test.status || took != test.at {
					t.Errorf("answer %d after %v, want %d after %v", status, took, test.status, test.at)
				}
				_, _ = io.Copy(io.Discard, conn)
				if took := time.Since(began) - test.at; took > 2*time.Second {
					t.Errorf("the connection ended %v after the answer, want at most 2 s", took)
				}
			})
		})
	}
}

// drip sends the head, then a piece at a time until the connection ends.
func drip(conn net.Conn, head string, piece int, every time.Duration) {
	_, err := io.WriteString(conn, head)
	for every > 0 && err == nil {
		time.Sleep(every)
		_, err = conn.Write(make([]byte, piece))
	}
}

func TestIdleConnectionsEnd(t *testing.T) {
	slowly(t, api.Options{}, func(t *testing.T, dial func() net.Conn) {
		conn := dial()
		go drip(conn, "GET /healthz HTTP/1.1\r\nHost: hub\r\n\r\n", 0, 0)
		if resp, err := answered(conn); err != nil || resp.StatusCode != 200 {
			t.Errorf("%+v, %v; want 200", resp, err)
		}
		began := time.Now()
		_, _ = io.Copy(io.Discard, conn)
		if took := time.Since(began); took != 2*time.Minute {
			t.Errorf("the idle connection ended after %v, want 2 min", took)
		}
	})
}

// Who does not read an answer is left: an answer lies in memory until it is read.
func TestSlowReaders(t *testing.T) {
	for _, test := range []struct {
		name  string
		piece int           // what is read
		every time.Duration // how often
		at    time.Duration // when it ends
	}{
		{"reads nothing", 0, time.Hour, 30 * time.Second},
		{"reads by drops", 1, time.Second, 30 * time.Second},
		{"pieces in time, the whole too slowly", 256 << 10, 10 * time.Second, 286 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			slowly(t, api.Options{Store: &tardy{proof: make([]byte, 6<<20)}}, func(t *testing.T, dial func() net.Conn) {
				conn, ended := dial(), make(chan time.Time)
				began := time.Now()
				go func() {
					drip(conn, "GET /v1/admin/log/entries/7/receipt HTTP/1.1\r\nHost: hub\r\n\r\n", 0, 0)
					_, _ = conn.Write(make([]byte, 2)) // the second byte is taken by nobody
					ended <- time.Now()
				}()
				if at := read(conn, test.piece, test.every, ended).Sub(began); at.Round(time.Second) != test.at {
					t.Errorf("cut off after %v, want %v", at, test.at)
				}
			})
		})
	}
}

// read reads a piece at a time until the other end is gone.
func read(conn net.Conn, piece int, every time.Duration, ended <-chan time.Time) time.Time {
	for {
		select {
		case at := <-ended:
			return at
		case <-time.After(every):
			_, _ = io.ReadFull(conn, make([]byte, piece))
		}
	}
}

// A tardy store takes its time for whatever it is asked, and remembers whether its callers had gone meanwhile.
type tardy struct {
	*patient
	takes time.Duration
	proof []byte // of every entry, a third longer when written; nil: there is none
	gone  error
}

func (s *tardy) Backup(ctx context.Context, _ string) error {
	_, err := s.Proof(ctx, 0)
	return err
}

func (s *tardy) Proof(ctx context.Context, _ int64) (translog.Receipt, error) {
	time.Sleep(s.takes)
	s.gone = cmp.Or(s.gone, ctx.Err())
	if s.proof == nil {
		return translog.Receipt{}, exchange.NotFound
	}
	return translog.Receipt{Entry: s.proof}, nil
}

// The hub's own work has no deadline from the connection: neither with a body that was read nor without one.
func TestWorkOutlastsTheDeadlinesOfReading(t *testing.T) {
	body := fmt.Sprintf(`{"dir":%q}`, filepath.Join(t.TempDir(), "backup"))
	for name, request := range map[string]string{
		"with a body": fmt.Sprintf("POST /v1/admin/backup HTTP/1.1\r\nHost: hub\r\nContent-Length: %d\r\n\r\n%s", len(body), body),
		"without one": "GET /v1/admin/log/entries/7/receipt HTTP/1.1\r\nHost: hub\r\n\r\n",
	} {
		store := &tardy{takes: 3 * time.Minute}
		slowly(t, api.Options{Store: store}, func(t *testing.T, dial func() net.Conn) {
			conn := dial()
			go drip(conn, request, 0, 0)
			if resp, err := answered(conn); err != nil || resp.StatusCode != 404 || store.gone != nil {
				t.Errorf("%s: %+v, %v, its context: %v; want 404 from the store, and a context that lives", name, resp, err, store.gone)
			}
		})
	}
}

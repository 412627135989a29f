package api_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A failing store fails in whatever it is asked, after its caller may have left.
type failing struct {
	*patient
	fails func(context.Context) error
}

func (s failing) Proof(ctx context.Context, _ int64) (translog.Receipt, error) {
	return translog.Receipt{}, s.fails(ctx)
}

// A client that hung up is counted apart from what the hub itself could not do, and raises no alarm; a fault of the hub's
// is counted as one whether or not somebody still waits.
func TestAClientThatWentAway(t *testing.T) {
	broken := errors.New("the disk is broken")
	for _, test := range []struct {
		name   string
		gone   bool
		err    error
		status int
		code   exchange.Kind
		alarm  bool
		answer int // on the wire, for one that still reads
	}{
		{"the client went away", true, nil, 499, "client-gone", false, 503},
		{"the hub failed", false, broken, 500, exchange.Internal, true, 500},
		{"the hub failed and the client went away", true, broken, 500, exchange.Internal, false, 500},
	} {
		ctx, leave := context.WithCancel(t.Context())
		var log bytes.Buffer
		var seen api.Answered
		store := failing{fails: func(ctx context.Context) error {
			if test.gone {
				leave()
			}
			if test.err != nil {
				return test.err
			}
			return fmt.Errorf("store: %w", ctx.Err())
		}}
		h := api.NewAdmin(api.Options{Hub: &exchange.Hub{Limits: exchange.DefaultLimits()}, Store: store, Log: slog.New(slog.NewJSONHandler(&log, nil)),
			Observe: func(a api.Answered) { seen = a }})
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/v1/admin/log/entries/7/receipt", nil))
		leave()
		if seen.Status != test.status || seen.Code != test.code {
			t.Errorf("%s: counted as %d %s, want %d %s", test.name, seen.Status, seen.Code, test.status, test.code)
		}
		if alarm := strings.Contains(log.String(), `"level":"ERROR"`); alarm != test.alarm || !strings.Contains(log.String(), fmt.Sprintf(`"status":%d`, test.status)) {
			t.Errorf("%s: logged %s", test.name, log.String())
		}
		if w.Code != test.answer {
			t.Errorf("%s: answered %d %s, want %d", test.name, w.Code, w.Body, test.answer)
		}
	}
}

// RFC 9112 lets a caller close its sending half and read on. net/http takes that for a client gone, and a handler that
// then writes nothing for one that said 200.
func TestAHalfClosedCallerIsNotToldThatItWasDone(t *testing.T) {
	store := failing{fails: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }}
	hub := httptest.NewServer(api.NewAdmin(api.Options{Hub: &exchange.Hub{Limits: exchange.DefaultLimits()}, Store: store, Log: slog.New(slog.DiscardHandler)}))
	defer hub.Close()
	conn, err := net.Dial("tcp", hub.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "GET /v1/admin/log/entries/7/receipt HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("answered %s with Retry-After %q, want 503 and when to try again", answer.Status, answer.Header.Get("Retry-After"))
	}
}

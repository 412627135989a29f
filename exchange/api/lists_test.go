package api_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// P9: whatever lists things needs a place, of the caller's own and of the hub's, and nothing else does.
func TestEveryListNeedsAPlace(t *testing.T) {
	lists := map[string]bool{"searchDocuments": true, "getDocument": true, "getReceipts": true, "recallDocument": true, "getEvents": true,
		"listAgencies": true, "adminListAgencies": true, "listPeople": true, "deadLetters": true, "logEntries": true,
		"getReport": true, "listDuties": true, "listRevocation": true, "getEvidence": true}
	for _, lack := range lacks(api.ListsOf(1, 0), api.ListsOf(0, 0)) {
		h := checked(t, hubtest.Config{Lists: lack.of}, agencies()...)
		every(t, h, func(name string, op *openapi3.Operation, call func(string, string, ...string) *http.Response) {
			resp := call("", "{}", "Content-Type", "application/json")
			if full := resp.StatusCode == lack.status; full != lists[op.OperationID] {
				t.Errorf("%s: %s; that it is %d is to be %t", name, resp.Status, lack.status, lists[op.OperationID])
			}
			if lists[op.OperationID] {
				lack.named(t, name, resp)
			}
		})
	}
}

// A lack of the caller's share, or of the hub's, and how that is answered.
type lack[T any] struct {
	of          T // what has no room
	status      int
	code, share string
}

func lacks[T any](own, hub T) []lack[T] {
	return []lack[T]{{own, http.StatusTooManyRequests, "too-many-requests", "own"}, {hub, http.StatusServiceUnavailable, "busy", "hub"}}
}

// named holds an answer to saying what is lacking and when to come back.
func (l lack[T]) named(t *testing.T, name string, resp *http.Response) {
	t.Helper()
	if p := problemIn(t, name, resp); resp.StatusCode != l.status || p.Code != l.code || p.RetryAfter <= 0 || p.Values["share"] != l.share {
		t.Errorf("%s: %d %+v; want %d %s, the share %s and a time", name, resp.StatusCode, p, l.status, l.code, l.share)
	}
}

// A longLog answers every page with a few megabytes.
type longLog struct{ exchange.Journal }

func (longLog) Entries(context.Context, int64, int) ([]exchange.LogRecord, error) {
	return []exchange.LogRecord{{Entry: translog.Entry{Document: strings.Repeat("x", 4<<20)}}}, nil
}

// Who asks for a list and does not read it has its place until the deadline of writing; others wait a little for it.
func TestListsNobodyReads(t *testing.T) {
	o := api.Options{Lists: api.NewLists(1), Hub: &exchange.Hub{Store: longLog{}}}
	slowly(t, o, func(t *testing.T, dial func() net.Conn) {
		began := time.Now()
		ask := func() net.Conn {
			conn := dial()
			drip(conn, "GET /v1/admin/log/entries HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n", 0, 0)
			return conn
		}
		silent := ask()
		time.Sleep(time.Second)
		resp, err := http.ReadResponse(bufio.NewReader(ask()), nil)
		if err != nil {
			t.Fatal(err)
		}
		refusal, ok := errors.AsType[*client.Problem](client.ReadProblem(resp))
		if at := time.Since(began); !ok || refusal.Code != "too-many-requests" || at != 4*time.Second {
			t.Errorf("a second one: %+v at %v; want too-many-requests at 4 s", refusal, at)
		}
		time.Sleep(25 * time.Second)
		resp, err = http.ReadResponse(bufio.NewReader(ask()), nil)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		if at := time.Since(began); resp.StatusCode != http.StatusOK || n < 4<<20 || err != nil || at != 30*time.Second {
			t.Errorf("a third one: %s, %d bytes, %v, at %v; want all of it when the first is cut off at 30 s", resp.Status, n, err, at)
		}
		silent.Close()
	})
}

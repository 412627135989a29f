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

// P9: whatever lists things needs a place, and nothing else does.
func TestEveryListNeedsAPlace(t *testing.T) {
	h := checked(t, hubtest.Config{Lists: api.NewLists(0)}, agencies()...)
	lists := map[string]bool{"searchDocuments": true, "getDocument": true, "getReceipts": true, "getEvents": true,
		"listAgencies": true, "adminListAgencies": true, "listPeople": true, "deadLetters": true, "logEntries": true}
	every(t, h, func(name string, op *openapi3.Operation, call func(string, string, ...string) *http.Response) {
		resp := call("", "{}", "Content-Type", "application/json")
		if busy := resp.StatusCode == http.StatusServiceUnavailable; busy != lists[op.OperationID] {
			t.Errorf("%s: %s; busy is to be %t", name, resp.Status, lists[op.OperationID])
		}
		if !lists[op.OperationID] {
			return
		}
		if p := problemIn(t, name, resp); p.Code != "busy" || p.RetryAfter <= 0 || p.Values["share"] != "own" {
			t.Errorf("%s: %+v; want busy with a time and a share", name, p)
		}
	})
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
		if at := time.Since(began); !ok || refusal.Code != "busy" || at != 4*time.Second {
			t.Errorf("a second one: %+v at %v; want busy at 4 s", refusal, at)
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

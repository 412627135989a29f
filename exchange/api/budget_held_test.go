package api_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// One agency that announces large bodies and does not send them holds up nobody but itself, and its inbox not even then.
func TestSlowUploadsHoldUpNobodyElse(t *testing.T) {
	const mib = 1 << 20
	h := checked(t, hubtest.Config{Budget: 16 * mib}, agencies()...)
	upload := func(p *hubtest.Party, size int) *http.Response {
		conn := dialled(t, h)
		fmt.Fprintf(conn, "POST /v1/documents HTTP/1.1\r\nHost: hub.test\r\nContent-Type: application/xml\r\nAuthorization: Bearer %s\r\n"+
			"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n", p.Key, size)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		return resp
	}
	slow, other, third := h.Party(department), h.Party(communeA), h.Party(communeB)
	refused := func(p *hubtest.Party, status int, code, share string) {
		t.Helper()
		refusal, ok := errors.AsType[*client.Problem](client.ReadProblem(upload(p, 4*mib)))
		if !ok || refusal.Status != status || refusal.Code != code || refusal.Values["share"] != share || refusal.RetryAfter <= 0 {
			t.Errorf("a further body of %s: %+v; want %d %s, for the share %q", p.ID, refusal, status, code, share)
		}
	}
	held := func(p *hubtest.Party, size int) {
		t.Helper()
		if resp := upload(p, size); resp.StatusCode != http.StatusContinue {
			t.Errorf("a body of %s: %s, want it to be waited for", p.ID, resp.Status)
		}
	}
	held(slow, 4*mib)
	held(slow, 4*mib)
	refused(slow, http.StatusTooManyRequests, "too-many-requests", "own")
	third.Send(communeA)
	held(other, 6*mib)
	refused(third, http.StatusServiceUnavailable, "busy", "hub")
	third.Send(communeA)
	if got := slow.Lease(1); len(got) != 0 {
		t.Errorf("the slow one's inbox: %+v, want nothing", got)
	}
}

// Room that was taken for a body is free again when the request has ended, however it ends.
func TestRoomIsGivenBack(t *testing.T) {
	const mib = 1 << 20
	h := checked(t, hubtest.Config{Budget: 16 * mib}, agencies()...)
	p := h.Party(department)
	inFlight := func() int64 {
		s, err := h.Admin.Status(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return s.InFlight
	}
	for _, test := range []struct {
		name, path string
		size, sent int
		status     int // 0: the caller is gone before
	}{
		{"refused for what it is", "/v1/documents", 2 * mib, 2 * mib, 400},
		{"refused as JSON", "/v1/inbox/lease", 1000, 1000, 400},
		{"too large", "/v1/documents", 999 * mib, 0, 413},
		{"cut short", "/v1/documents", 4 * mib, 3 * mib, 0},
		{"nothing came", "/v1/documents", 4 * mib, 0, 0},
	} {
		conn := dialled(t, h)
		fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: hub.test\r\nContent-Type: application/json\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n",
			test.path, p.Key, test.size)
		_, _ = conn.Write(bytes.Repeat([]byte("x"), test.sent))
		if test.status == 0 {
			for end := time.Now().Add(5 * time.Second); inFlight() < int64(test.size); {
				if time.Now().After(end) {
					t.Fatalf("%s: %d bytes are in flight, want the %d that were announced", test.name, inFlight(), test.size)
				}
			}
			conn.Close()
		} else if resp, err := answered(conn); err != nil || resp.StatusCode != test.status {
			t.Errorf("%s: %+v, %v; want %d", test.name, resp, err, test.status)
		}
		for end := time.Now().Add(5 * time.Second); inFlight() != 0; {
			if time.Now().After(end) {
				t.Fatalf("%s: %d bytes are in flight after the end, want none", test.name, inFlight())
			}
		}
	}
}

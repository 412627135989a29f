package api_test

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"testing"

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
	refused := func(p *hubtest.Party, share string) {
		t.Helper()
		refusal, ok := errors.AsType[*client.Problem](client.ReadProblem(upload(p, 4*mib)))
		if !ok || refusal.Code != "busy" || refusal.Values["share"] != share || refusal.RetryAfter <= 0 {
			t.Errorf("a further body of %s: %+v; want busy, for the share %q", p.ID, refusal, share)
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
	refused(slow, "own")
	third.Send(communeA)
	held(other, 6*mib)
	refused(third, "hub")
	third.Send(communeA)
	if got := slow.Lease(1); len(got) != 0 {
		t.Errorf("the slow one's inbox: %+v, want nothing", got)
	}
}

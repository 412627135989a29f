package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/traffic"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// Every call of an agency is told, whose it was and what became of it, and none of a stranger.
func TestCallsAreTold(t *testing.T) {
	var mu sync.Mutex
	var told []traffic.Call
	h := hubtest.Config{Called: func(c traffic.Call) {
		mu.Lock()
		defer mu.Unlock()
		told = append(told, c)
	}}.New(t, exchange.Agency{ID: "H44.01", Level: exchange.Department}, exchange.Agency{ID: "H44.02"})
	last := func(what string, act func()) (c traffic.Call, n int) {
		t.Helper()
		mu.Lock()
		before := len(told)
		mu.Unlock()
		act()
		mu.Lock()
		defer mu.Unlock()
		if n = len(told) - before; n > 0 {
			c = told[len(told)-1]
			if c.At.IsZero() || c.Trace == "" || !c.Address.IsLoopback() {
				t.Errorf("%s: %+v", what, c)
			}
		}
		return c, n
	}
	key := func(id exchange.AgencyID) string {
		a, _ := h.Directory.Agency(id)
		return a.Keys[0].ID
	}
	p, other := h.Party("H44.01"), h.Party("H44.02")
	raw := p.Signed(p.Document("H44.02"))
	var receipt client.Receipt
	if c, n := last("a document", func() { receipt = p.Submit(raw) }); n != 1 || c.Agency != "H44.01" || c.Key != key("H44.01") || c.Route != "POST /v1/documents" ||
		c.Status != 201 || !c.OK() || c.In != int64(len(raw)) || c.Out == 0 {
		t.Errorf("a document is told as %+v (%d)", c, n)
	}
	if c, _ := last("not yours", func() { _, _ = other.Client.Document(t.Context(), receipt.ID) }); c.Agency != "H44.02" || c.Status != 404 || c.Code != exchange.NotFound || c.ID != receipt.ID || c.OK() {
		t.Errorf("a refusal is told as %+v", c)
	}
	if c, _ := last("a long id", func() { _, _ = other.Client.Document(t.Context(), strings.Repeat("x", 3000)) }); len(c.ID) > 100 {
		t.Errorf("an id of %d bytes is told", len(c.ID))
	}
	ask := func(key string) func() {
		return func() { _, _ = (&client.Client{URL: h.URL, Key: key, HTTP: &http.Client{}}).Limits(t.Context()) }
	}
	if _, n := last("a stranger", ask("lt_live_nobody")); n != 0 {
		t.Error("a stranger's call is told")
	}
	if _, n := last("no key", func() { _, _ = http.Get(h.URL + "/v1/limits") }); n != 0 {
		t.Error("a call without a key is told")
	}
	if _, n := last("open to all", func() { _, _ = http.Get(h.URL + "/healthz") }); n != 0 {
		t.Error("a call that is open to everybody is told")
	}
	bound, k, err := h.Directory.IssueKey(t.Context(), hubtest.Operator(), "H44.01", directory.KeyOptions{Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}})
	if err != nil {
		t.Fatal(err)
	}
	if c, n := last("from elsewhere", ask(bound)); n != 1 || c.Agency != "H44.01" || c.Key != k.ID || c.Refused != "network" || c.Status != 401 {
		t.Errorf("a key from elsewhere is told as %+v (%d)", c, n)
	}
	if err := h.Directory.RevokeKey(t.Context(), hubtest.Operator(), "H44.01", key("H44.01")); err != nil {
		t.Fatal(err)
	}
	if c, n := last("revoked", ask(p.Key)); n != 1 || c.Agency != "H44.01" || c.Refused != "revoked" || c.Code != exchange.Unauthenticated {
		t.Errorf("a revoked key is told as %+v (%d)", c, n)
	}
	for _, c := range told {
		if text := fmt.Sprintf("%+v", c); strings.Contains(text, p.Key) || strings.Contains(text, bound) || strings.Contains(text, "V/v") {
			t.Errorf("a call holds a key or a subject: %s", text)
		}
	}
	if time.Since(told[0].At) > time.Minute {
		t.Errorf("the first was at %s", told[0].At)
	}
}

package api_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// What everybody may read is the same on both listeners, and needs no key.
func TestOpenToEverybody(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	for path, want := range map[string]string{
		"/healthz":             `{"status":"ok","version":"test"}`,
		"/readyz":              `"ready":true`,
		"/log/checkpoint":      hubtest.Origin + "\n",
		"/loi/bad-xml":         "Tệp không phải XML đúng chuẩn",
		"/loi/missing-element": "missing-element",
		"/openapi.yaml":        "openapi: 3.1.0",
	} {
		for name, resp := range map[string]*http.Response{
			"public": do(t, h, nil, http.MethodGet, path, nil), "admin": onSocket(t, h, http.MethodGet, path, ""),
		} {
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(want)) {
				t.Errorf("%s %s: %s, %v, %.200s; want %q", name, path, resp.Status, err, body, want)
			}
			if got := resp.Header.Get("X-Content-Type-Options"); got != "nosniff" {
				t.Errorf("%s: X-Content-Type-Options %q, want nosniff", path, got)
			}
		}
	}
	if resp := do(t, h, nil, http.MethodGet, "/loi/nothing", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the page of no code: %s", resp.Status)
	}
}

func TestCheckpointIsSigned(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	text, err := h.Party(department).Client.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(text, h.Verifiers); err != nil {
		t.Errorf("the checkpoint does not hold: %v", err)
	}
}

func TestContractIsServedAsItIs(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	got, err := io.ReadAll(do(t, h, nil, http.MethodGet, "/openapi.yaml", nil).Body)
	if err != nil || !bytes.Equal(got, api.Contract()) {
		t.Errorf("%d bytes, %v; want the contract's %d", len(got), err, len(api.Contract()))
	}
}

// What both kinds of callers read, each on its listener.
func TestReadOnBothListeners(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, _ := h.Party(department).Send(communeA)
	for _, path := range []string{
		"/v1/limits", "/v1/agencies", "/v1/counts?role=sent", "/v1/events?after=-1&limit=10",
		"/v1/documents/" + receipt.ID, "/v1/documents/" + receipt.ID + "/receipts",
	} {
		if resp := do(t, h, h.Party(department), http.MethodGet, path, nil); resp.StatusCode != http.StatusOK {
			t.Errorf("public %s: %s", path, resp.Status)
		}
		path = strings.Replace(path, "?role=sent", "", 1)
		if resp := onSocket(t, h, http.MethodGet, path, ""); resp.StatusCode != http.StatusOK {
			t.Errorf("admin %s: %s", path, resp.Status)
		}
	}
}

func TestLimitsAreTheHubs(t *testing.T) {
	limits := exchange.DefaultLimits()
	limits.Body, limits.LeaseMax = 12345, 7
	h := checked(t, hubtest.Config{Limits: limits}, agencies()...)
	got, err := h.Party(department).Client.Limits(t.Context())
	if err != nil || got.Body != 12345 || got.LeaseMax != 7 || got.Addressees < 300 || got.Wait != int64(limits.Wait.Seconds()) {
		t.Errorf("%+v, %v", got, err)
	}
}

// The directory is read once, then only what changed; who has all of it is not sent it again.
func TestDirectoryByDelta(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	c := h.Party(department).Client
	all, err := c.Agencies(t.Context(), 0)
	if err != nil || len(all.Agencies) != len(agencies()) {
		t.Fatalf("%d agencies, %v; want %d", len(all.Agencies), err, len(agencies()))
	}
	h.Enrol(exchange.Agency{ID: "H44.24.09"})
	changed, err := c.Agencies(t.Context(), all.Version)
	if err != nil || len(changed.Agencies) != 1 || changed.Agencies[0].ID != "H44.24.09" || changed.Version <= all.Version {
		t.Errorf("since %d: %+v, %v", all.Version, changed, err)
	}
	tag := do(t, h, h.Party(department), http.MethodGet, "/v1/agencies", nil).Header.Get("ETag")
	resp := do(t, h, h.Party(department), http.MethodGet, "/v1/agencies", nil, "If-None-Match", tag)
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusNotModified || len(body) != 0 {
		t.Errorf("with the newest version: %s and %d bytes, want 304 and none", resp.Status, len(body))
	}
}

func TestCountsByRole(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	h.Party(department).Send(communeA, communeB)
	h.Party(communeA).Collect()
	for _, test := range []struct {
		party exchange.AgencyID
		role  string
		want  map[string]int64
	}{
		{department, "sent", map[string]int64{"held": 1, "delivered": 1}},
		{department, "", nil}, // the 01 waits for it: what was not handed out is in no count of its addressee (P7)
		{communeB, "received", nil},
		{communeA, "received", map[string]int64{"delivered": 1}},
		{communeA, "sent", map[string]int64{"held": 1}},
		{stranger, "", nil},
	} {
		got, err := h.Party(test.party).Client.Counts(t.Context(), test.role)
		if err != nil {
			t.Fatal(err)
		}
		for _, state := range []string{"queued", "held", "delivered", "withdrawn", "dead-lettered"} {
			if got.Counts[state] != test.want[state] {
				t.Errorf("%s as %q: %d %s, want %d", test.party, test.role, got.Counts[state], state, test.want[state])
			}
		}
	}
	if _, err := h.Party(communeA).Client.Counts(t.Context(), "seen"); code(t, err) != "bad-request" {
		t.Errorf("no such role: %v", err)
	}
}

// After any failure a caller finds out by the log what has become of its documents, and learns of nobody else's.
func TestEventsAreOnesOwn(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, _ := h.Party(department).Send(communeA, communeB)
	h.Party(stranger).Send(communeB)
	h.Party(communeA).Collect()
	types := func(id exchange.AgencyID, message string) (found []translog.Type) {
		events, err := h.Party(id).Client.Events(t.Context(), -1, 0)
		if err != nil {
			t.Fatal(err)
		}
		last := int64(-1)
		for _, e := range events {
			if e.Index <= last || e.Side != nil {
				t.Errorf("%s: entry %d after %d, with text %v", id, e.Index, last, e.Side)
			}
			if last = e.Index; e.Entry.Message == message {
				found = append(found, e.Entry.Type)
			}
		}
		return found
	}
	if got := types(department, receipt.ID); !slices.Equal(got, []translog.Type{translog.Accepted, translog.PickedUp, translog.Acknowledged}) {
		t.Errorf("the sender: %v, want accepted, picked up and acknowledged", got)
	}
	if got := types(communeA, receipt.ID); !slices.Equal(got, []translog.Type{translog.PickedUp, translog.Acknowledged}) {
		t.Errorf("the addressee: %v, want what it did itself", got)
	}
	for _, id := range []exchange.AgencyID{communeB, stranger} {
		if got := types(id, receipt.ID); len(got) != 0 {
			t.Errorf("%s, which has not been handed it: %v, want nothing", id, got)
		}
	}
	first, err := h.Party(department).Client.Events(t.Context(), -1, 1)
	if err != nil || len(first) != 1 {
		t.Fatalf("%d events, %v; want one", len(first), err)
	}
	rest, err := h.Party(department).Client.Events(t.Context(), first[0].Index, 1)
	if err != nil || len(rest) != 1 || rest[0].Index <= first[0].Index {
		t.Errorf("after %d: %+v, %v", first[0].Index, rest, err)
	}
}

// Combinations that no index serves are refused, and so are values that are none.
func TestSearchRefuses(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	for _, q := range []client.Query{
		{}, {Role: "seen"}, {Role: "sent", State: "lost"}, {Role: "sent", Limit: 201}, {Role: "sent", Limit: -1},
		{Role: "sent", Cursor: "a"}, {Role: "sent", Cursor: strings.Repeat("A", 64)},
		{Role: "received", State: "held", Code: "1/CV-VP"}, {Role: "sent", DocumentID: "a", Code: "1/CV-VP"},
	} {
		if _, err := h.Party(department).Client.Search(t.Context(), q); code(t, err) != "bad-request" {
			t.Errorf("%+v: %v, want bad-request", q, err)
		}
	}
	for _, query := range []string{"from=yesterday", "to=2026-13-01T00:00:00Z", "limit=ten", "limit=1&limit=2", "role=%zz"} {
		if resp := do(t, h, h.Party(department), http.MethodGet, "/v1/documents?role=sent&"+query, nil); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s, want 400", query, resp.Status)
		}
	}
}

func TestWaitEndsWithItsTime(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	began := time.Now()
	got, err := h.Party(communeA).Client.Lease(t.Context(), client.Ask{Wait: time.Second})
	if took := time.Since(began); err != nil || len(got) != 0 || took < time.Second {
		t.Errorf("%d deliveries after %v, %v; want none after a second", len(got), took, err)
	}
}

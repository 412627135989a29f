package api_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange/problem"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// every calls f for each operation of the contract on each listener that serves it, with a path whose parameters name
// nothing.
func every(t *testing.T, h *hubtest.Hub, f func(name string, op *openapi3.Operation, call func(query, body string, headers ...string) *http.Response)) {
	t.Helper()
	for path, item := range theContract.doc.Paths.Map() {
		path := strings.NewReplacer("{index}", "999999", "{code}", "nothing", "{", "", "}", "").Replace(path)
		for method, op := range item.Operations() {
			for _, l := range op.Extensions["x-listeners"].([]any) {
				f(op.OperationID+" on the "+l.(string)+" listener", op, func(query, body string, headers ...string) *http.Response {
					if l == "admin" {
						return onSocket(t, h, method, path+query, body)
					}
					return do(t, h, h.Party(department), method, path+query, []byte(body), headers...)
				})
			}
		}
	}
}

// problemIn reads a refusal, and checks what all have in common.
func problemIn(t *testing.T, what string, resp *http.Response) *client.Problem {
	t.Helper()
	p, ok := client.ReadProblem(resp).(*client.Problem)
	if !ok || resp.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s: %s of type %s is no problem", what, resp.Status, resp.Header.Get("Content-Type"))
		return &client.Problem{}
	}
	if p.Type != "/loi/"+p.Code || p.TraceID != resp.Header.Get("X-Trace-Id") || p.Title == "" || p.TitleEN == "" || p.Advice == "" || p.AdviceEN == "" {
		t.Errorf("%s: %+v lacks something", what, p)
	}
	return p
}

func TestEveryOperationRefusesUnknownParameters(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	every(t, h, func(name string, _ *openapi3.Operation, call func(string, string, ...string) *http.Response) {
		resp := call("?bogus=1", "{}")
		if p := problemIn(t, name, resp); resp.StatusCode != http.StatusBadRequest || p.Code != "unknown-parameter" {
			t.Errorf("%s: %d %s, want 400 unknown-parameter", name, resp.StatusCode, p.Code)
		}
	})
}

// P9: without room for a body, of the caller's own or of the hub's, nothing of it is read, and the caller is told when to
// come back.
func TestEveryBodyNeedsRoom(t *testing.T) {
	for _, lack := range lacks[int64](3, 1) {
		h := checked(t, hubtest.Config{Budget: lack.of}, agencies()...)
		every(t, h, func(name string, op *openapi3.Operation, call func(string, string, ...string) *http.Response) {
			if op.RequestBody != nil {
				lack.named(t, name, call("", "{}"))
			}
		})
		if s, err := h.Admin.Status(t.Context()); err != nil || s.InFlight != 0 {
			t.Errorf("%d bytes in flight, %v; want none", s.InFlight, err)
		}
	}
}

// Who has no key that can be used learns nothing: the same refusal for every operation and every reason, before
// anything else of the request is looked at. Strangers leave nothing in the log.
func TestEveryOperationWantsItsCaller(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	before := logSize(t, h)
	good := h.Party(department).Key
	revoked := h.Party(communeB)
	d, err := h.Admin.Agency(t.Context(), string(communeB))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Admin.RevokeKey(t.Context(), string(communeB), d.Keys[0].ID); err != nil {
		t.Fatal(err)
	}
	var first *client.Problem
	every(t, h, func(name string, op *openapi3.Operation, call func(string, string, ...string) *http.Response) {
		if strings.HasSuffix(name, "on the admin listener") || op.Security != nil {
			return
		}
		for reason, header := range map[string]string{
			"no key": "", "another scheme": "Basic " + good, "nothing behind the scheme": "Bearer", "not a key": "Bearer x",
			"mistyped": "Bearer " + good[:len(good)-1] + "_", "revoked": "Bearer " + revoked.Key, "two": "Bearer " + good + " " + good,
			"too long": "Bearer " + strings.Repeat("a", 4000), "not ASCII": "Bearer khóa",
		} {
			resp := call("?bogus=1", "not even JSON", "Authorization", header)
			p := problemIn(t, name, resp)
			first = cmp.Or(first, p)
			if resp.StatusCode != http.StatusUnauthorized || p.Code != "unauthenticated" || resp.Header.Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%s, %s: %d %s, want 401 unauthenticated", name, reason, resp.StatusCode, p.Code)
			}
			if p.Detail != first.Detail || p.DetailEN != first.DetailEN || len(p.Errors) > 0 || len(p.Values) > 0 {
				t.Errorf("%s, %s: the refusal tells why: %+v", name, reason, p)
			}
		}
	})
	if got := logSize(t, h); got != before+1 {
		t.Errorf("the log grew by %d entries, want the one of the revocation", got-before)
	}
}

func TestAddressesThatAreNone(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	for _, test := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/", 404, "not-found"}, {"GET", "/v1", 404, "not-found"}, {"GET", "/v1/documents/", 404, "not-found"},
		{"GET", "/v1/admin/agencies", 404, "not-found"}, {"POST", "/v1/admin/backup", 404, "not-found"},
		{"GET", "/metrics", 404, "not-found"}, {"GET", "/debug/pprof/", 404, "not-found"},
		{"GET", "/v1/documents/../limits", 404, "not-found"}, {"GET", "/loi/..%2f..%2fetc%2fpasswd", 404, "not-found"},
		{"DELETE", "/v1/documents", 405, "method-not-allowed"}, {"PUT", "/v1/inbox/lease", 405, "method-not-allowed"},
		{"POST", "/healthz", 405, "method-not-allowed"},
	} {
		resp := do(t, h, h.Party(department), test.method, test.path, nil)
		if p := problemIn(t, test.path, resp); resp.StatusCode != test.status || p.Code != test.code {
			t.Errorf("%s %s: %d %s, want %d %s", test.method, test.path, resp.StatusCode, p.Code, test.status, test.code)
		}
		if allow := resp.Header.Get("Allow"); (allow == "") == (resp.StatusCode == http.StatusMethodNotAllowed) {
			t.Errorf("%s %s: %d with Allow %q", test.method, test.path, resp.StatusCode, allow)
		}
	}
}

// Every code that a refusal can have is explained, in both languages and with what to do.
func TestEveryCodeIsExplained(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	for _, code := range problem.Codes() {
		resp := do(t, h, nil, http.MethodGet, "/loi/"+code, nil)
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %s, %s, %v", code, resp.Status, resp.Header.Get("Content-Type"), err)
			continue
		}
		explains(t, code, string(body))
	}
}

// explains checks that a page says in each language what it is and what to do.
func explains(t *testing.T, code, page string) {
	t.Helper()
	vi, en, ok := strings.Cut(page, `<section lang="en">`)
	if !ok || !strings.Contains(vi, "<code>"+code+"</code>") || !strings.Contains(vi, `<html lang="vi">`) {
		t.Errorf("%s: the page is not in two languages: %s", code, page)
	}
	if _, advice, ok := strings.Cut(vi, "<h2>Cần làm gì</h2>\n<p>"); !ok || strings.HasPrefix(advice, "</p>") {
		t.Errorf("%s: the Vietnamese part does not say what to do: %s", code, vi)
	}
	if strings.Count(en, "<p>") < 2 || strings.ContainsAny(en, "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ") {
		t.Errorf("%s: the English part is not English: %s", code, en)
	}
}

// A refusal is one JSON object and nothing of it can break out of it.
func TestRefusalsAreOneObject(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	resp := do(t, h, h.Party(department), http.MethodGet, `/v1/limits?%22%3Cscript%3E%0A=1`, nil)
	dec := json.NewDecoder(resp.Body)
	var p map[string]any
	if err := dec.Decode(&p); err != nil || dec.More() {
		t.Errorf("%v, more %t", err, dec.More())
	}
	if want := "\"<script>\n"; p["parameter"] != want {
		t.Errorf("parameter %q, want %q", p["parameter"], want)
	}
}

// A client that sends less than it promised is refused, and what was reserved for it is free again.
func TestBodyThatEndsEarly(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.URL+"/v1/documents", io.MultiReader(bytes.NewReader(make([]byte, 10))))
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1 << 20
	req.Header.Set("Authorization", "Bearer "+h.Party(department).Key)
	if resp, err := http.DefaultClient.Do(req); err == nil {
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s, want 400 or a broken connection", resp.Status)
		}
	}
	receipt, raw := h.Party(department).Send(communeA)
	h.Holds(receipt, raw)
	if s, err := h.Admin.Status(t.Context()); err != nil || s.InFlight != 0 {
		t.Errorf("%d bytes in flight, %v; want none", s.InFlight, err)
	}
}

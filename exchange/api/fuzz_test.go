package api_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/lienthong/lienthong/internal/hubtest"
)

// A fuzzedHub is checked like all others, and tells of breaches when it is asked: a fuzz target has a T of its own.
type fuzzedHub struct {
	*hubtest.Hub

	mu       sync.Mutex
	breaches []string
}

func fuzzed(f *testing.F) *fuzzedHub {
	h := &fuzzedHub{}
	fail := func(format string, args ...any) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.breaches = append(h.breaches, fmt.Sprintf(format, args...))
	}
	h.Hub = hubtest.Config{Wrap: func(next http.Handler) http.Handler { return theContract.wrap(fail, next) }}.New(f, agencies()...)
	return h
}

func (h *fuzzedHub) report(t *testing.T) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, b := range h.breaches {
		t.Error(b)
	}
	h.breaches = nil
}

// Whatever is tried in the place of an id, a stranger finds nothing.
func FuzzIDs(f *testing.F) {
	h := fuzzed(f)
	receipt, _ := h.Party(department).Send(communeA)
	taken := h.Party(communeA).Lease(1)[0]
	for _, id := range []string{receipt.ID, receipt.Deliveries[0].Delivery} {
		for _, mutated := range []string{
			id, strings.ToUpper(id), id[:35], id + "0", id + "\x00", "\x00" + id, " " + id, id + "/", "{" + id + "}", "urn:uuid:" + id,
			strings.ReplaceAll(id, "-", ""), id + "?x=1", id + "#", "../" + id, id + "/../" + id, strings.Replace(id, "-", "%2d", 1), id + ";a=b", id + "\n",
		} {
			f.Add(mutated, taken.Token)
		}
	}
	for _, id := range []string{"", ".", "..", "/", "%", "%2f", "\xff", "-1", "0", "null", strings.Repeat("a", 4000), "00000000-0000-0000-0000-000000000000"} {
		f.Add(id, "1.")
	}
	by := h.Party(stranger)
	f.Fuzz(func(t *testing.T, id, token string) {
		defer h.report(t)
		if len(id) > 8000 {
			t.Skip("the address is longer than a server takes")
		}
		token = strings.Map(plain, token)
		for _, p := range append(documentPlaces[:len(documentPlaces):len(documentPlaces)], deliveryPlaces...) {
			if status, words := p.fetch(t, h.Hub, by, id, token, receipt.Digest); status != http.StatusNotFound {
				t.Errorf("%s %s%q%s: %d %s, want 404", p.method, p.before, id, p.after, status, words)
			}
		}
	})
}

// plain keeps what needs no escape in JSON.
func plain(r rune) rune {
	if r < ' ' || r == '"' || r == '\\' || r == '\ufffd' {
		return '.'
	}
	return r
}

// A token is good for the delivery and the agency it was issued for, and nothing that resembles it is.
func FuzzTokens(f *testing.F) {
	h := fuzzed(f)
	h.Party(department).Send(communeA)
	h.Party(department).Send(communeA)
	both := h.Party(communeA).Lease(2)
	token, other := both[0].Token, both[1].Token
	for _, t := range []string{other, "", ".", "1", "1.", token[1:], "2" + token[1:], "-" + token, "+" + token, "0" + token, token + "0", token + ".",
		token + "\n", " " + token, strings.ToUpper(token), "9223372036854775808" + token[1:], token[:len(token)-2]} {
		f.Add(t)
	}
	by := h.Party(communeA)
	f.Fuzz(func(t *testing.T, guess string) {
		defer h.report(t)
		guess = strings.Map(plain, guess)
		if guess == token || strings.EqualFold(guess, token) {
			return
		}
		p := place{"POST", "/v1/inbox/", "/ack", `{"token":"{token}"}`}
		if status, words := p.fetch(t, h.Hub, by, both[0].Delivery.ID, guess, ""); status != http.StatusConflict {
			t.Errorf("token %q for %q: %d %s, want 409", guess, token, status, words)
		}
	})
}

// A query string is served or refused, on every route that takes one.
func FuzzQuery(f *testing.F) {
	h := fuzzed(f)
	h.Party(department).Send(communeA)
	for _, q := range []string{
		"", "role=sent", "role=", "role", "role=sent&role=sent", "role=Sent", "ROLE=sent", "role=sent;state=held", "%", "%zz=1", "=", "&&", "a[]=1",
		"role=sent&limit=0", "role=sent&limit=%2B5", "role=sent&limit=5.0", "role=sent&limit=1e2", "role=sent&limit=05", "limit=99999999999999999999",
		"role=sent&cursor=", "role=sent&cursor=AAAA", "role=sent&from=2026-01-01T00:00:00Z", "role=sent&from=2026-01-01t00:00:00z",
		"role=sent&from=2026-01-01T00:00:00%2B07:00", "role=sent&to=2026-01-01", "role=sent&from=0000-01-01T00:00:00Z", "role=sent&from=9999-12-31T23:59:59Z",
		"role=sent&document_id=%00", "role=sent&code=%ff", "role=received&state=held", "state=lost", "after=-1", "after=-2", "after=9223372036854775807",
		"since=18446744073709551615", "since=0x1", "limit=200", "from=0", "reason=a", "dry=1", "validate=2", "agency=H44",
	} {
		f.Add(q)
	}
	by := h.Party(department)
	f.Fuzz(func(t *testing.T, query string) {
		defer h.report(t)
		query = url.PathEscape(query)
		for from, to := range map[string]string{"%25": "%", "%2F": "/", "%3B": ";", "%2C": ",", "%3F": "?"} {
			query = strings.ReplaceAll(query, from, to) // only what no client can send stays escaped
		}
		if len(query) > 8000 {
			t.Skip("the address is longer than a server takes")
		}
		for _, path := range []string{"/v1/documents", "/v1/events", "/v1/agencies", "/v1/counts", "/v1/limits"} {
			target, err := url.Parse(h.URL + path + "?" + query)
			if err != nil || strings.ContainsAny(target.RawQuery, "\x7f ") {
				t.Skip("no client sends this")
			}
			if resp := do(t, h.Hub, by, http.MethodGet, path+"?"+query, nil); resp.StatusCode != http.StatusOK {
				problemIn(t, path, resp)
			}
		}
	})
}

// A body is served or refused, on every route that takes JSON, and on the import.
func FuzzBodies(f *testing.F) {
	h := fuzzed(f)
	h.Party(department).Send(communeA)
	taken := h.Party(communeA).Lease(1)[0]
	for _, body := range []string{
		"{}", "null", "[]", "1", "\"a\"", "{", "{}}", "{} ", "\ufeff{}", "{\"max\":1}", "{\"MAX\":1}", "{\"max\":1,\"max\":2}", "{\"max\":null}",
		"{\"max\":1.0}", "{\"max\":1e1}", "{\"max\":-0}", "{\"max\":-1}", "{\"lease\":99999999999999999999}", "{\"wait\":0,\"lease\":60}",
		"{\"token\":\"" + taken.Token + "\"}", "{\"token\":\"" + taken.Token + "\",\"after\":0,\"reason\":\"\xff\"}", "{\"token\":{\"a\":1}}",
		"{\"code\":\"03\",\"staff\":{\"name\":\"A\",\"NAME\":\"B\"}}", "{\"code\":\"03\",\"staff\":null}", "{\"code\":\"02\",\"description\":\"\\u0000\"}",
		"{\"name\":\"A\",\"level\":\"commune\",\"channel\":\"pull\",\"version\":0}", "{\"name\":\"A\",\"aliases\":[null],\"version\":0}",
		"{\"name\":\"A\",\"level\":\"commune\",\"channel\":\"pull\",\"version\":0,\"closed_at\":\"2026-01-01T00:00:00+24:00\"}",
		"{\"url\":\"https://a.example\",\"allow\":[\"10.0.0.0/8\"]}", "{\"url\":\"https://a.example\",\"allow\":[\"10.0.0.0\"]}", "{\"url\":\"\"}",
		"{\"pem\":\"\"}", "{\"pem\":\"-----BEGIN CERTIFICATE-----\\nMAA=\\n-----END CERTIFICATE-----\\n\"}", "{\"test\":true}", "{\"until\":\"0001-01-01T00:00:00Z\"}",
		"{\"reason\":\"a\",\"deliveries\":[\"\",\"a\"]}", "{\"reason\":\"a\"}", "{\"dir\":\"\"}", "{\"dir\":\"relative\"}",
		"id,name,level\n", "id;name;level\nH44.70;Xã;commune\n", "id,name,level\n\"", strings.Repeat("[", 20000), strings.Repeat("{\"a\":", 20000),
	} {
		f.Add([]byte(body))
	}
	by := h.Party(communeA)
	inbox := "/v1/inbox/" + taken.Delivery.ID
	f.Fuzz(func(t *testing.T, body []byte) {
		defer h.report(t)
		if strings.Contains(string(body), "\"wait\"") {
			t.Skip("it may wait")
		}
		for _, path := range []string{"/v1/inbox/lease", inbox + "/ack", inbox + "/nack", inbox + "/extend", inbox + "/status"} {
			if resp := do(t, h.Hub, by, http.MethodPost, path, body, "Content-Type", "application/json"); resp.StatusCode >= 300 {
				problemIn(t, path, resp)
			}
		}
		for _, act := range []string{
			"PUT /v1/admin/agencies/H44.71", "PUT /v1/admin/agencies/H44.99/endpoint", "POST /v1/admin/agencies/H44.99/certificates",
			"POST /v1/admin/agencies/H44.99/keys", "POST /v1/admin/dead-letters/requeue", "POST /v1/admin/dead-letters/" + taken.Delivery.ID + "/requeue",
		} {
			method, path, _ := strings.Cut(act, " ")
			if resp := onSocket(t, h.Hub, method, path, string(body)); resp.StatusCode >= 300 {
				problemIn(t, act, resp)
			}
		}
		if resp := imported(t, h.Hub, body); resp.StatusCode >= 300 {
			problemIn(t, "import", resp)
		}
	})
}

package api_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
)

// Whatever a stranger sends leaves a short line, in words of the hub's own.
func TestLinesOfStrangersAreShort(t *testing.T) {
	long := strings.Repeat("X", 60_000)
	for _, test := range []struct{ name, method, path, logged string }{
		{"an ordinary request", "GET", "/healthz", "GET"},
		{"a method that the hub has nowhere", "PATCH", "/healthz", "PATCH"},
		{"a method of nobody's", "BREW", "/healthz", "other"},
		{"a long method", long, "/healthz", "other"},
		{"a long method to nowhere", long, "/" + long, "other"},
		{"a long address", "GET", "/" + long, "GET"},
		{"a long code", "GET", "/loi/" + long, "GET"},
		{"a long query", "GET", "/healthz?" + long, "GET"},
	} {
		var log bytes.Buffer
		h := api.New(api.Options{Hub: &exchange.Hub{}, Log: slog.New(slog.NewJSONHandler(&log, nil))})
		r := httptest.NewRequest(test.method, test.path, nil)
		r.Header.Set("Authorization", long)
		r.Header.Set("User-Agent", long)
		h.ServeHTTP(httptest.NewRecorder(), r)
		var line struct{ Method string }
		if err := json.Unmarshal(log.Bytes(), &line); err != nil || line.Method != test.logged || log.Len() > 500 {
			t.Errorf("%s: %d bytes, method %q, %v; want one short line with method %q", test.name, log.Len(), line.Method, err, test.logged)
		}
	}
}

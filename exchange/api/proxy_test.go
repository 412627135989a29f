package api_test

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A key bound to 203.0.113.0/24 is used from 127.0.0.1, which is where tests come from.
func TestBoundKeyBehindAProxy(t *testing.T) {
	const here, far = "127.0.0.1/32", "10.1.2.0/24"
	tests := []struct {
		name    string
		proxies []string
		header  []string
		want    int
	}{
		{"no proxy is trusted", nil, []string{"203.0.113.7"}, 401},
		{"another proxy is trusted", []string{far}, []string{"203.0.113.7"}, 401},
		{"from its network", []string{here}, []string{"203.0.113.7"}, 200},
		{"from elsewhere", []string{here}, []string{"198.51.100.1"}, 401},
		{"no header", []string{here}, nil, 401},
		{"an empty header", []string{here}, []string{""}, 401},
		{"claimed by the caller, who is elsewhere", []string{here}, []string{"203.0.113.7, 198.51.100.1"}, 401},
		{"claimed in a line of its own", []string{here}, []string{"203.0.113.7", "198.51.100.1"}, 401},
		{"behind two proxies", []string{here, far}, []string{"198.51.100.1, 203.0.113.7, 10.1.2.9"}, 200},
		{"behind two, one of them unknown", []string{here}, []string{"203.0.113.7, 10.1.2.9"}, 401},
		{"private networks are not trusted by themselves", []string{here}, []string{"203.0.113.7, 192.168.0.1"}, 401},
		{"IPv4 in IPv6", []string{here}, []string{"::ffff:203.0.113.7"}, 200},
		{"in brackets", []string{here}, []string{"[::ffff:203.0.113.7]"}, 200},
		{"not an address", []string{here}, []string{"unknown"}, 401},
		{"an address with a port", []string{here}, []string{"203.0.113.7:4711"}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := boundStatus(t, tt.proxies, "203.0.113.0/24", tt.header); got != tt.want {
				t.Errorf("status %d, want %d", got, tt.want)
			}
		})
	}
	// The proxy's own network opens nothing where the proxy cannot say who calls.
	for header, want := range map[string]int{"unknown": 401, "127.0.0.9": 200} {
		if got := boundStatus(t, []string{here}, "127.0.0.0/8", []string{header}); got != want {
			t.Errorf("key bound to the proxy's network, called from %q: status %d, want %d", header, got, want)
		}
	}
}

// boundStatus is the answer to a call with a key bound to a network.
func boundStatus(t *testing.T, proxies []string, network string, header []string) int {
	t.Helper()
	c := hubtest.Config{}
	for _, p := range proxies {
		c.Proxies = append(c.Proxies, netip.MustParsePrefix(p))
	}
	h := c.New(t, exchange.Agency{ID: "H40"})
	key, _, err := h.Directory.IssueKey(t.Context(), hubtest.Operator(), "H40",
		directory.KeyOptions{Allow: []netip.Prefix{netip.MustParsePrefix(network)}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, h.URL+"/v1/limits", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+key)
	for _, line := range header {
		r.Header.Add("X-Forwarded-For", line)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

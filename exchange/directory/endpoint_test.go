package directory_test

import (
	"encoding/base64"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

func secretOf(n int) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(slices.Repeat([]byte{7}, n))
}

func TestEndpointRules(t *testing.T) {
	const ok = "https://may.example.vn/nhan"
	tests := []struct {
		name   string
		url    string
		allow  []netip.Prefix
		secret string
		want   string // places
	}{
		{"https", ok, anywhere(), "", ""},
		{"https with port and query", "https://may.example.vn:8443/nhan?a=b", anywhere(), "", ""},
		{"https to loopback", "https://localhost/", nets("127.0.0.0/8"), "", ""},
		{"http to loopback", "http://localhost:8080/nhan", nets("127.0.0.1/32", "::1/128"), "", ""},
		{"http to all of loopback", "http://localhost:8080/nhan", nets("127.0.0.0/8"), "", ""},
		{"http elsewhere", "http://may.example.vn/nhan", nets("10.0.0.0/8"), "", "/url"},
		{"http to loopback and elsewhere", "http://localhost/", nets("127.0.0.0/8", "10.0.0.0/8"), "", "/url"},
		{"http to more than loopback", "http://localhost/", nets("126.0.0.0/7"), "", "/url"},
		{"http to more than loopback, from its first address", "http://localhost/", nets("::/127"), "", "/url"},
		{"http to more than loopback, by host bits", "http://localhost/", []netip.Prefix{netip.PrefixFrom(netip.MustParseAddr("127.0.0.1"), 7)}, "", "/url /allow"},
		{"http without a network", "http://localhost/", nil, "", "/allow"},
		{"ftp", "ftp://may.example.vn/nhan", anywhere(), "", "/url"},
		{"no scheme", "may.example.vn/nhan", anywhere(), "", "/url"},
		{"no host", "https:///nhan", anywhere(), "", "/url"},
		{"a port and no host", "https://:443/nhan", anywhere(), "", "/url"},
		{"no address at all", "nhan", anywhere(), "", "/url"},
		{"what cannot be read", "https://may.example.vn/\x7f", anywhere(), "", "/url"},
		{"what is no UTF-8", "https://may.example.vn/\xff", anywhere(), "", "/url"},
		{"a port that is none", "https://may.example.vn:99999/", anywhere(), "", "/url"},
		{"port 0", "https://may.example.vn:0/", anywhere(), "", "/url"},
		{"a blank", "https://may.example.vn/nhan van ban", anywhere(), "", "/url"},
		{"a password", "https://u:p@may.example.vn/", anywhere(), "", "/url"},
		{"a user", "https://u@may.example.vn/", anywhere(), "", "/url"},
		{"a fragment", ok + "#a", anywhere(), "", "/url"},
		{"the longest", ok + strings.Repeat("a", 2000-len(ok)), anywhere(), "", ""},
		{"a longer one", ok + strings.Repeat("a", 2001-len(ok)), anywhere(), "", "/url"},

		{"no network", ok, nil, "", "/allow"},
		{"a network with host bits", ok, []netip.Prefix{netip.PrefixFrom(netip.MustParseAddr("10.0.0.1"), 8)}, "", "/allow"},
		{"a network that is none", ok, []netip.Prefix{{}}, "", "/allow"},
		{"IPv4 in IPv6", ok, []netip.Prefix{netip.MustParsePrefix("::ffff:10.0.0.0/104")}, "", "/allow"},
		{"one bad among good", ok, append(anywhere(), netip.Prefix{}), "", "/allow"},
		{"the most networks", ok, slices.Repeat(anywhere(), 50), "", ""},
		{"one more", ok, append(slices.Repeat(anywhere(), 50), anywhere()[0]), "", "/allow"},

		{"the shortest secret", ok, anywhere(), secretOf(24), ""},
		{"a shorter one", ok, anywhere(), secretOf(23), "/secret"},
		{"the longest secret", ok, anywhere(), secretOf(64), ""},
		{"a longer one", ok, anywhere(), secretOf(65), "/secret"},
		{"a secret without its prefix", ok, anywhere(), strings.TrimPrefix(secretOf(32), "whsec_"), "/secret"},
		{"a secret that is no base64", ok, anywhere(), "whsec_" + strings.Repeat("?", 44), "/secret"},

		{"everything at once", "http://x", []netip.Prefix{{}}, "x", "/url /allow /secret"},
	}
	w := planted(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := exchange.Endpoint{URL: tt.url, Allow: tt.allow, Secret: tt.secret}
			if tt.want == "" {
				got, err := planted(t).SetEndpoint(t.Context(), by, "H41", e)
				if err != nil || got.URL != tt.url || !slices.Equal(got.Allow, tt.allow) {
					t.Errorf("SetEndpoint = %+v, %v; want it taken as it is", got, err)
				}
				return
			}
			w.none("a refused endpoint", func() {
				got, err := w.SetEndpoint(t.Context(), by, "H41", e)
				if at := strings.Join(places(refused(t, err, exchange.BadRequest)), " "); at != tt.want {
					t.Errorf("mistakes at %q, want %q (%v)", at, tt.want, err)
				}
				if !reflect.DeepEqual(got, exchange.Endpoint{}) {
					t.Errorf("a refusal gives %+v away", got)
				}
			})
		})
	}
}

func TestEndpointSecret(t *testing.T) {
	w := planted(t)
	set := func(e exchange.Endpoint) exchange.Endpoint {
		t.Helper()
		got, err := w.SetEndpoint(t.Context(), by, "H41", e)
		w.must(err)
		if stands := w.get("H41").Endpoint; !reflect.DeepEqual(got, stands) {
			t.Errorf("SetEndpoint = %+v, but it stands as %+v", got, stands)
		}
		return got
	}
	e := exchange.Endpoint{URL: "https://a.example.vn/", Allow: anywhere()}
	first := set(e).Secret
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(first, "whsec_")); err != nil || len(raw) != 32 {
		t.Errorf("a new secret is %q, want whsec_ and 32 bytes", first)
	}
	e.URL = "https://b.example.vn/"
	if got := set(e).Secret; got != first {
		t.Errorf("without a secret the present one stays: got %q, want %q", got, first)
	}
	e.Secret = secretOf(32)
	if got := set(e).Secret; got != e.Secret {
		t.Errorf("secret = %q, want the one given", got)
	}
	if got := set(exchange.Endpoint{Secret: secretOf(24), Allow: anywhere()}); !reflect.DeepEqual(got, exchange.Endpoint{}) {
		t.Errorf("an endpoint without a URL = %+v, want none", got)
	}
	e.Secret = ""
	if got := set(e).Secret; got == first || got == secretOf(32) {
		t.Error("a secret came back after its endpoint was removed")
	}
	all, _ := w.List(0)
	for _, a := range all {
		if a.Endpoint.Secret != "" {
			t.Errorf("List shows the secret of %s", a.ID)
		}
	}
}

func TestEndpointEntries(t *testing.T) {
	w := planted(t)
	e := exchange.Endpoint{URL: "https://a.example.vn/nhan", Allow: anywhere()}
	set := func() {
		t.Helper()
		_, err := w.SetEndpoint(t.Context(), by, "H41", e)
		w.must(err)
	}
	got := w.one(set)
	want := translog.Entry{V: translog.Schema, Time: start, Type: translog.EndpointChanged, Actor: "operator:hoa", Credential: "session-7",
		Addressee: "H41", Kind: "endpoint-set", Side: got.Entry.Side}
	if !reflect.DeepEqual(got.Entry, want) {
		t.Errorf("entry = %+v, want %+v", got.Entry, want)
	}
	wantSide(t, got, map[string]string{"url": "https://a.example.vn/nhan", "allow": "10.0.0.0/8 2001:db8::/32"})
	w.none("the same endpoint again", set)

	e.Allow = nets("10.0.0.0/8")
	w.one(set)
	e.Secret = secretOf(32)
	wantSide(t, w.one(set), map[string]string{"url": "https://a.example.vn/nhan", "allow": "10.0.0.0/8"})
	w.none("the same with its secret", set)
	e = exchange.Endpoint{}
	wantSide(t, w.one(set), nil)
	w.none("removing it twice", set)
}

func TestCloseEndpoint(t *testing.T) {
	w := planted(t)
	ctx := t.Context()
	closing := func(id exchange.AgencyID) func() {
		return func() { w.must(w.CloseEndpoint(ctx, id, "trả lời 410")) }
	}
	w.none("closing the endpoint of nobody", closing("H49"))
	w.none("closing an endpoint that is not there", closing("H41"))

	e := exchange.Endpoint{URL: "https://a.example.vn/nhan", Allow: anywhere()}
	set := func() { _, err := w.SetEndpoint(ctx, by, "H41", e); w.must(err) }
	set()
	open := w.get("H41").Endpoint
	got := w.one(closing("H41"))
	want := translog.Entry{V: translog.Schema, Time: start, Type: translog.EndpointChanged, Actor: "hub", Addressee: "H41",
		Kind: "endpoint-closed", Side: got.Entry.Side}
	if !reflect.DeepEqual(got.Entry, want) {
		t.Errorf("entry = %+v, want %+v", got.Entry, want)
	}
	wantSide(t, got, map[string]string{"reason": "trả lời 410"})
	closed := open
	if closed.ClosedAt = start; !reflect.DeepEqual(w.get("H41").Endpoint, closed) {
		t.Errorf("stands as %+v, want %+v", w.get("H41").Endpoint, closed)
	}
	w.none("closing it twice", closing("H41"))
	w.one(set)
	if got := w.get("H41").Endpoint; !reflect.DeepEqual(got, open) {
		t.Errorf("set again it stands as %+v, want %+v: open", got, open)
	}
}

// What the hub would never post to is refused at once, with the setting that forbids it.
func TestEndpointWithinTheHubsNetworks(t *testing.T) {
	w := planted(t)
	d, err := directory.Open(t.Context(), w.store, directory.Options{
		Allows: netip.MustParsePrefix("10.0.0.0/8").Contains,
	})
	w.must(err)
	for address, taken := range map[string]bool{
		"https://10.1.2.3/": true, "https://qlvb.example/": true,
		"https://192.0.2.1/": false, "https://192.0.2.1:8443/nhan": false, "https://[2001:db8::1]/": false,
	} {
		_, err := d.SetEndpoint(t.Context(), by, "H41", exchange.Endpoint{URL: address, Allow: anywhere()})
		if taken {
			w.must(err)
			continue
		}
		if e := refused(t, err, exchange.BadRequest); !strings.Contains(e.Detail, "delivery.allow") || !strings.Contains(e.VI, "delivery.allow") {
			t.Errorf("%s: %q, %q; want the setting named", address, e.Detail, e.VI)
		}
	}
	_, err = d.SetEndpoint(t.Context(), by, "H41", exchange.Endpoint{URL: "https://qlvb.example/", Allow: anywhere()})
	w.must(err)
	refused(t, d.MoveEndpoint(t.Context(), administrator, "H41", "https://[2001:db8::1]/"), exchange.BadRequest)
}

package node

import (
	"context"
	"crypto/x509"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/revocation"
	"github.com/lienthong/lienthong/internal/testca"
)

// opened is the hub of a new directory, with more in its configuration.
func opened(t *testing.T, more string, change func(*Options)) *Node {
	t.Helper()
	dir := Dir(filepath.Join(t.TempDir(), "hub"))
	_, err := Create(dir, New{ID: "000.00.15.H44", Name: "Trục mẫu", Anchors: testca.New(t).AnchorsPEM()})
	must(t, err)
	text, err := os.ReadFile(dir.Path(ConfigFile))
	must(t, err)
	must(t, os.WriteFile(dir.Path(ConfigFile), append(text, more...), 0o600))
	c, err := config.Load(dir.Path(ConfigFile), nil, nil)
	must(t, err)
	o, err := Load(c)
	must(t, err)
	o.Log = slog.New(slog.DiscardHandler)
	if change != nil {
		change(&o)
	}
	n, err := Open(t.Context(), o)
	must(t, err)
	t.Cleanup(func() { must(t, n.Close()) })
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Each anchor has the policy that the configuration gives it, else the one of all.
func TestPolicyOfEachAnchor(t *testing.T) {
	ca := testca.New(t)
	own, other := revocation.Fingerprint(ca.Cert), revocation.Fingerprint(testca.Foreign(t).Cert)
	chain := []*x509.Certificate{ca.Leaf("Sở Mẫu").Cert, ca.Cert} // names nobody to ask
	for _, test := range []struct {
		of       string
		state    exchange.RevocationState
		required bool
	}{
		{"", exchange.RevocationUnknown, false},
		{"anchors: [" + own + "=off]", exchange.RevocationOff, false},
		{"anchors: [" + own + "=require]", exchange.RevocationUnknown, true},
		{"policy: require, anchors: [" + own + "=prefer]", exchange.RevocationUnknown, false},
		{"policy: require, anchors: [" + other + "=off]", exchange.RevocationUnknown, true},
	} {
		n := opened(t, "revocation: {"+test.of+"}\n", nil)
		if j := n.Hub.Revocations.Judge(chain, time.Now()); j.State != test.state || j.Required != test.required {
			t.Errorf("%q: %s, required %t; want %s, %t", test.of, j.State, j.Required, test.state, test.required)
		}
	}
}

// What the kernel says of the clock, and what the configuration makes of it: whether receipts are given, and whether the
// operator is warned at the start.
func TestClockByConfiguration(t *testing.T) {
	kept := func(off time.Duration) exchange.TimeState {
		return exchange.TimeState{Source: true, Synchronised: true, MaxError: off}
	}
	none, never := exchange.TimeState{}, exchange.TimeState{Source: true, MaxError: 16 * time.Second}
	for _, test := range []struct {
		name, clock      string
		state            exchange.TimeState
		receipts, warned bool
	}{
		{"kept", "", kept(0), true, false},
		{"kept, and off by more than 5 s", "", kept(5*time.Second + 1), false, false},
		{"kept, and off by no more than is allowed", "max_error: 6s", kept(6 * time.Second), true, false},
		{"no source", "", none, true, true},
		{"never kept", "", never, true, true},
		{"no source, where one is required", "policy: require", none, false, true},
		{"never kept, where that is required", "policy: require", never, false, true},
		{"nobody asks", "policy: off", kept(time.Hour), true, false},
	} {
		var log strings.Builder
		n := opened(t, "clock: {"+test.clock+"}\n", func(o *Options) {
			o.Kernel = func() exchange.TimeState { return test.state }
			o.Log = slog.New(slog.NewTextHandler(&log, nil))
		})
		ended, end := context.WithCancel(t.Context())
		end()
		must(t, n.upkeep(ended))
		if _, ok := n.Hub.Time.State(); ok != test.receipts {
			t.Errorf("%s: receipts are given: %t", test.name, ok)
		}
		if warned := strings.Contains(log.String(), "level=WARN msg=\"nobody keeps"); warned != test.warned {
			t.Errorf("%s: warned: %t", test.name, warned)
		}
	}
}

// How old a statement is stands in the operator's list and in the metrics.
func TestAgeOfStatements(t *testing.T) {
	ca := testca.New(t)
	now := time.Now().UTC().Truncate(time.Second)
	list := x509.RevocationList{ThisUpdate: now.Add(-90 * time.Minute), NextUpdate: now.Add(time.Hour),
		RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(77), RevocationTime: now.Add(-2 * time.Hour)}}}
	der := ca.CRL(list, now)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(der) }))
	defer server.Close()
	n := opened(t, "revocation: {allow: [127.0.0.0/8]}\n", func(o *Options) { o.Clock = func() time.Time { return now } })
	leaf := ca.Leaf("Sở Mẫu", func(c *x509.Certificate) { c.CRLDistributionPoints = []string{server.URL} }).Cert
	n.Hub.Revocations.Judge([]*x509.Certificate{leaf, ca.Cert}, now)
	run, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- n.Revocation.Run(run) }()
	for end := time.Now().Add(10 * time.Second); !n.sources()[0].Fresh && time.Now().Before(end); {
	}
	stop()
	must(t, <-ended)
	s := n.sources()
	if len(s) != 1 || !s[0].Fresh || s[0].Kind != "crl" || s[0].Place != server.URL || s[0].Revoked != 1 ||
		!s[0].ThisUpdate.Equal(list.ThisUpdate) || !s[0].NextUpdate.Equal(list.NextUpdate) || s[0].Subject != ca.Cert.Subject.String() {
		t.Errorf("listed as %+v, want a fresh list of %v", s, list.ThisUpdate)
	}
	page := httptest.NewRecorder()
	n.Metrics().ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{`lienthong_revocation_oldest_seconds{kind="crl"} 5400`, `lienthong_revocation_sources{kind="crl",state="fresh"} 1`} {
		if !strings.Contains(page.Body.String(), want+"\n") {
			t.Errorf("no %q in the metrics", want)
		}
	}
}

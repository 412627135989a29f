package revocation_test

import (
	"crypto/x509"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/revocation"
	"github.com/lienthong/lienthong/signing"
)

// list is a CRL with the serial numbers revoked an hour before the clock.
func (r *rig) list(serials ...*big.Int) []byte {
	var l x509.RevocationList
	for _, n := range serials {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: n, RevocationTime: r.clock().Add(-time.Hour), ReasonCode: 4})
	}
	return r.ca.CRL(l, r.clock())
}

// TestCRL: what lists from a server come to, for a certificate that names no OCSP service.
func TestCRL(t *testing.T) {
	for _, c := range []struct {
		name string
		der  func(*rig) []byte
		want exchange.RevocationState
		why  string
	}{
		{"others are revoked", func(r *rig) []byte { return r.list(big.NewInt(999)) }, exchange.RevocationGood, ""},
		{"it is revoked", func(r *rig) []byte { return r.list(r.seal.Cert.SerialNumber) }, exchange.RevocationRevoked, ""},
		{"out of date", func(r *rig) []byte {
			return r.ca.CRL(x509.RevocationList{ThisUpdate: r.clock().Add(-2 * time.Hour), NextUpdate: r.clock().Add(-time.Hour)}, r.clock())
		}, exchange.RevocationUnknown, exchange.WhyStale},
		{"dated in the future", func(r *rig) []byte { return r.ca.CRL(x509.RevocationList{}, r.clock().Add(2*time.Hour)) }, exchange.RevocationUnknown, exchange.WhyNotHeard},
		{"of another authority", func(r *rig) []byte { return r.ca.Intermediate("khác").CRL(x509.RevocationList{}, r.clock()) }, exchange.RevocationUnknown, exchange.WhyNotHeard},
		{"not a list", func(*rig) []byte { return []byte("<html>Đăng nhập</html>") }, exchange.RevocationUnknown, exchange.WhyNotHeard},
		{"too long", func(*rig) []byte { return make([]byte, signing.MaxCRL+1) }, exchange.RevocationUnknown, exchange.WhyNotHeard},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newService(t)
			r := newRig(t, revocation.Prefer, named("", s.URL+"/ca.crl"))
			s.answer(bytesOf(c.der(r)))
			r.ask()
			if c.want == exchange.RevocationRevoked {
				if e := r.refused(exchange.RevokedCert); e.Values["reason"] != "superseded" {
					t.Errorf("refused with %v", e.Values)
				}
				return
			}
			if m := r.sent(c.want, c.why); c.want == exchange.RevocationGood {
				if e := r.proves(m); e.State != signing.NotRevoked || e.Kind != signing.ByCRL {
					t.Errorf("the evidence says %+v", e)
				}
			}
		})
	}
}

// TestTheListStandsInForOCSP: only when the response is not to be had is the list asked for.
func TestTheListStandsInForOCSP(t *testing.T) {
	responder, server := newService(t), newService(t)
	r := newRig(t, revocation.Prefer, named(responder.URL, server.URL))
	server.answer(bytesOf(r.list()))
	r.ask()
	if server.asked.Load() != 0 {
		t.Error("the list was asked for before the responder was heard to be down")
	}
	r.sent(exchange.RevocationUnknown, exchange.WhyNotHeard)
	r.ask()
	if m := r.sent(exchange.RevocationGood, ""); m.Revocation.Said[0].Kind != signing.ByCRL {
		t.Errorf("it rests on %+v, want the list", m.Revocation.Said)
	}
	responder.answer(bytesOf(r.ca.OCSP(r.seal.Cert, ocsp.Response{Status: ocsp.Good}, r.clock())))
	r.pass(5 * time.Minute)
	r.ask()
	if m := r.sent(exchange.RevocationGood, ""); m.Revocation.Said[0].Kind != signing.ByOCSP {
		t.Errorf("it rests on %+v, want the response", m.Revocation.Said)
	}
}

// TestPolicies: what comes of a document whose certificate nobody speaks of.
func TestPolicies(t *testing.T) {
	s := newService(t)
	for _, c := range []struct {
		name     string
		policy   revocation.Policy
		ofAnchor revocation.Policy
		services func(*x509.Certificate)
		want     exchange.RevocationState // empty: refused
		why      string
		pending  bool
	}{
		{"require", revocation.Require, "", named(s.URL, ""), "", exchange.WhyNotHeard, false},
		{"prefer", revocation.Prefer, "", named(s.URL, ""), exchange.RevocationUnknown, exchange.WhyNotHeard, true},
		{"off", revocation.Off, "", named(s.URL, ""), exchange.RevocationOff, "", false},
		{"prefer, off for the anchor", revocation.Prefer, revocation.Off, named(s.URL, ""), exchange.RevocationOff, "", false},
		{"prefer, required for the anchor", revocation.Prefer, revocation.Require, named(s.URL, ""), "", exchange.WhyNotHeard, false},
		{"no service, prefer", revocation.Prefer, "", named("", ""), exchange.RevocationUnknown, exchange.WhyNoService, false},
		{"no service, require", revocation.Require, "", named("", ""), "", exchange.WhyNoService, false},
		{"nobody listens there", revocation.Prefer, "", named(nobody(t), ""), exchange.RevocationUnknown, exchange.WhyNotHeard, true},
		{"nobody listens there, for a list", revocation.Prefer, "", named("", nobody(t)), exchange.RevocationUnknown, exchange.WhyNotHeard, true},
		{"nobody listens there, require", revocation.Require, "", named(nobody(t), ""), "", exchange.WhyNotHeard, false},
		{"a service that cannot be asked", revocation.Prefer, "", named("ldap://ca.example", "file:///etc/passwd"), exchange.RevocationUnknown, exchange.WhyNoService, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, c.policy, c.services)
			r.reopen(func(o *revocation.Options) {
				if c.ofAnchor != "" {
					o.Of = map[string]revocation.Policy{revocation.Fingerprint(r.ca.Cert): c.ofAnchor}
				}
			})
			r.ask()
			if c.want == "" {
				e := r.refused(exchange.RevocationMissing)
				if e.RetryAfter <= 0 || e.Values["why"] != c.why {
					t.Errorf("refused with %v, to come again in %v; want a time, because %s", e.Values, e.RetryAfter, c.why)
				}
				return
			}
			if m := r.sent(c.want, c.why); m.Revocation.Pending != c.pending {
				t.Errorf("waits for evidence: %v, want %v", m.Revocation.Pending, c.pending)
			}
		})
	}
}

// nobody is an address of this machine at which nobody listens any more.
func nobody(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	must(t, l.Close())
	return "http://" + l.Addr().String()
}

// reopen is a restart of the keeper.
func (r *rig) reopen(change func(*revocation.Options)) {
	r.t.Helper()
	change(&r.options)
	k, err := revocation.Open(r.options)
	must(r.t, err)
	r.keeper, r.Revocations = k, k
}

func (r *rig) files() map[string]time.Time {
	r.t.Helper()
	found := make(map[string]time.Time)
	entries, err := os.ReadDir(r.options.Dir)
	must(r.t, err)
	for _, e := range entries {
		info, err := e.Info()
		must(r.t, err)
		found[e.Name()] = info.ModTime()
	}
	return found
}

// TestWhatWasSaidOutlivesARestart, and is written only when it is new.
func TestWhatWasSaidOutlivesARestart(t *testing.T) {
	for _, kind := range []string{"ocsp", "crl"} {
		t.Run(kind, func(t *testing.T) {
			s := newService(t)
			services := named(s.URL, "")
			if kind == "crl" {
				services = named("", s.URL)
			}
			r := newRig(t, revocation.Require, services)
			der := r.ca.OCSP(r.seal.Cert, ocsp.Response{Status: ocsp.Good}, r.clock())
			if kind == "crl" {
				der = r.list()
			}
			s.answer(bytesOf(der))
			r.ask()
			r.sent(exchange.RevocationGood, "")
			first := r.files()
			r.pass(90 * time.Minute)
			r.ask() // the same bytes
			if second := r.files(); len(first) != 1 || len(second) != 1 || s.asked.Load() != 2 || !sameFiles(first, second) {
				t.Errorf("files %v, then %v, after %d questions; want one, written once, after two", first, second, s.asked.Load())
			}
			s.answer(nil)
			r.reopen(func(*revocation.Options) {})
			r.sent(exchange.RevocationGood, "")
			r.spoil()
			r.reopen(func(*revocation.Options) {})
			r.refused(exchange.RevocationMissing)
		})
	}
}

func sameFiles(a, b map[string]time.Time) bool {
	for name, at := range a {
		if !b[name].Equal(at) {
			return false
		}
	}
	return true
}

// spoil changes what is kept.
func (r *rig) spoil() {
	r.t.Helper()
	for name := range r.files() {
		path := filepath.Join(r.options.Dir, name)
		text, err := os.ReadFile(path)
		must(r.t, err)
		lines := strings.Split(string(text), "\n")
		lines[len(lines)-5] = strings.Map(func(c rune) rune {
			if c == 'A' {
				return 'B'
			}
			return c
		}, lines[len(lines)-5])
		lines[len(lines)-4] = "AAAA" + lines[len(lines)-4][4:]
		must(r.t, os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600))
	}
}

// TestNothingOlderIsTaken: who replays what was said before a revocation does not take it back.
func TestNothingOlderIsTaken(t *testing.T) {
	s := newService(t)
	r := newRig(t, revocation.Prefer, named(s.URL, ""))
	old := r.ca.OCSP(r.seal.Cert, ocsp.Response{Status: ocsp.Good, ThisUpdate: r.clock().Add(-2 * time.Hour)}, r.clock())
	s.answer(bytesOf(r.ca.OCSP(r.seal.Cert, ocsp.Response{Status: ocsp.Revoked, RevokedAt: r.clock().Add(-time.Hour)}, r.clock())))
	r.ask()
	r.refused(exchange.RevokedCert)
	s.answer(bytesOf(old))
	r.pass(2 * time.Hour)
	r.ask()
	if s.asked.Load() != 2 {
		t.Fatalf("asked %d times, want twice", s.asked.Load())
	}
	r.refused(exchange.RevokedCert)
}

// TestOnlyAllowedAddressesAreAsked: certificates name services, and must not lead the hub to its own machine.
func TestOnlyAllowedAddressesAreAsked(t *testing.T) {
	s := newService(t)
	s.answer(http.RedirectHandler(s.URL+"/elsewhere", http.StatusFound))
	for _, c := range []struct {
		name   string
		allows func(netip.Addr) bool
		asked  int32
	}{
		{"by default not the machine's own", nil, 0},
		{"nowhere", func(netip.Addr) bool { return false }, 0},
		{"here, and no further", netip.Addr.IsLoopback, 1},
	} {
		before := s.asked.Load()
		r := newRig(t, revocation.Prefer, named(s.URL, ""))
		r.reopen(func(o *revocation.Options) { o.Allows = c.allows })
		r.ask()
		if got := s.asked.Load() - before; got != c.asked {
			t.Errorf("%s: asked %d times, want %d", c.name, got, c.asked)
		}
		r.sent(exchange.RevocationUnknown, exchange.WhyNotHeard)
	}
}

// TestAnAuthorityBelowIsRevoked: a certificate is worth no more than those above it. The document brings the chain.
func TestAnAuthorityBelowIsRevoked(t *testing.T) {
	upper, lower := newService(t), newService(t)
	r := newRig(t, revocation.Prefer, named("", ""))
	below := r.ca.Intermediate("Cơ quan cấp dưới", named("", upper.URL))
	leaf := below.Leaf("Sở Mẫu", named("", lower.URL))
	chain := []*x509.Certificate{leaf.Cert, below.Cert, r.ca.Cert}
	lower.answer(bytesOf(below.CRL(x509.RevocationList{}, r.clock())))
	judged := func() exchange.Judgement { return r.keeper.Judge(chain, r.clock()) }
	if j := judged(); j.State != exchange.RevocationUnknown || !j.Pending {
		t.Errorf("a new chain: %+v", j.Revocation)
	}
	r.ask()
	if j := judged(); j.State != exchange.RevocationUnknown || len(j.Said) != 1 {
		t.Errorf("with nothing known of the authority: %+v, want unknown", j.Revocation)
	}
	upper.answer(bytesOf(r.list()))
	r.pass(5 * time.Minute)
	r.ask()
	if j := judged(); j.State != exchange.RevocationGood || len(j.Said) != 2 || len(j.Evidence) != 2 {
		t.Errorf("with both good: %+v", j.Revocation)
	}
	r.reopen(func(*revocation.Options) {}) // the chain is in no trust anchor
	if j, ok := r.keeper.JudgeAgain(revocation.Fingerprint(leaf.Cert), r.clock()); !ok || j.State != exchange.RevocationGood {
		t.Errorf("after a restart, by the fingerprint: %+v, %v", j.Revocation, ok)
	}
	upper.answer(bytesOf(r.list(below.Cert.SerialNumber)))
	r.pass(2 * time.Hour)
	r.ask()
	if j := judged(); j.State != exchange.RevocationRevoked || j.Reason != "superseded" {
		t.Errorf("with the authority revoked: %+v", j.Revocation)
	}
	if _, revoked := r.keeper.RevokedAt(revocation.Fingerprint(leaf.Cert)); !revoked {
		t.Error("the signer is not said to be revoked with the authority above it")
	}
}

// TestPinnedCertificates are asked about only where their issuer is known and they name a service.
func TestPinnedCertificates(t *testing.T) {
	s := newService(t)
	r := newRig(t, revocation.Require, named("", ""))
	s.answer(bytesOf(r.list()))
	stranger := r.ca.Intermediate("Cơ quan không ai biết").Leaf("Sở xưa", named("", s.URL))
	for name, c := range map[string]struct {
		cert *x509.Certificate
		want exchange.RevocationState
	}{
		"issuer and service known": {r.ca.Leaf("Sở xưa", named("", s.URL)).Cert, exchange.RevocationGood},
		"certified by SHA-1": {r.ca.Leaf("Sở xưa", named("", s.URL), func(c *x509.Certificate) {
			c.SignatureAlgorithm = x509.SHA1WithRSA
		}).Cert, exchange.RevocationGood},
		"no service":       {r.ca.Leaf("Sở xưa").Cert, exchange.RevocationOff},
		"issuer not known": {stranger.Cert, exchange.RevocationOff},
	} {
		r.keeper.Judge([]*x509.Certificate{c.cert}, r.clock())
		r.ask()
		if j := r.keeper.Judge([]*x509.Certificate{c.cert}, r.clock()); j.State != c.want {
			t.Errorf("%s: %+v, want %s", name, j.Revocation, c.want)
		}
	}
}

// TestACertificateThatHasEnded: its authority may have forgotten it, so that a later list proves nothing.
func TestACertificateThatHasEnded(t *testing.T) {
	s := newService(t)
	end := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	r := newRig(t, revocation.Prefer, func(c *x509.Certificate) { c.NotAfter = end; named("", s.URL)(c) })
	m := r.sent(exchange.RevocationUnknown, exchange.WhyNotHeard)
	other := r.ca.Leaf("Sở khác", named("", s.URL)).Cert // for whose sake the list is still asked for
	r.keeper.Judge([]*x509.Certificate{other, r.ca.Cert}, r.clock())
	r.pass(2 * time.Hour)
	s.answer(bytesOf(r.ca.CRL(x509.RevocationList{ThisUpdate: end.Add(time.Minute)}, r.clock())))
	r.ask()
	if j := r.keeper.Judge([]*x509.Certificate{other, r.ca.Cert}, r.clock()); j.State != exchange.RevocationGood {
		t.Fatalf("the list was not taken: %+v", j.Revocation)
	}
	if now := r.rechecked(m.ID); now.State != exchange.RevocationUnknown || !now.Pending {
		t.Errorf("judged as %+v by a list from after its end, want it to wait", now)
	}
}

// TestManyWait: more than are looked at in one go.
func TestManyWait(t *testing.T) {
	s := newService(t)
	r := newRig(t, revocation.Prefer, named("", s.URL))
	const many = 105
	var all sync.WaitGroup
	for range many {
		raw := r.letter()
		all.Go(func() {
			if m, err := r.submit(raw); err != nil || !m.Revocation.Pending {
				t.Errorf("accepted as %+v (%v), want it to wait", m.Revocation, err)
			}
		})
	}
	all.Wait()
	s.answer(bytesOf(r.list()))
	r.ask()
	changed, err := r.Recheck(t.Context())
	if err != nil || len(changed) != many {
		t.Errorf("%d judged again (%v), want %d", len(changed), err, many)
	}
	if n, err := r.store.Unproven(t.Context()); err != nil || n != 0 {
		t.Errorf("%d wait (%v), want none", n, err)
	}
}

// TestStatus: what an operator is shown.
func TestStatus(t *testing.T) {
	s, dead := newService(t), newService(t)
	r := newRig(t, revocation.Prefer, named(dead.URL, s.URL))
	s.answer(bytesOf(r.list(big.NewInt(77))))
	r.ask()
	r.ask()
	list := r.keeper.Status()
	if len(list) != 2 {
		t.Fatalf("%d sources, want the response and the list", len(list))
	}
	if o := list[0]; o.Kind != signing.ByOCSP || o.Fresh || o.Failures != 1 || o.Error == "" || !o.Due.After(r.clock()) || o.Place != dead.URL {
		t.Errorf("the responder that is down: %+v", o)
	}
	if l := list[1]; l.Kind != signing.ByCRL || !l.Fresh || l.Failures != 0 || l.Revoked != 1 || l.NextUpdate.IsZero() {
		t.Errorf("the list: %+v", l)
	}
}

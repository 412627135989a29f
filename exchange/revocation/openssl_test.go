package revocation_test

import (
	"bufio"
	"context"
	"crypto/x509"
	"fmt"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/revocation"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// tool finds a program, or ends the test.
func tool(t *testing.T, name, debianPackage string) string {
	t.Helper()
	found, err := exec.LookPath(name)
	if err == nil {
		return found
	}
	why := name + " is not installed: apt-get install " + debianPackage
	if slices.Contains(strings.FieldsFunc(os.Getenv("LIENTHONG_TEST_REQUIRE"), func(r rune) bool { return r == ',' || r == ' ' }), name) {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

// A responder is openssl's, with what its authority has written down.
type responder struct {
	signer *testca.Leaf
	// revoked is when the rig's certificate was; zero: it is valid.
	revoked time.Time
	// unknown leaves the certificate out.
	unknown bool
	minutes int // until the next update
}

// forOCSP is a certificate that may answer.
func forOCSP(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning} }

var accepting = regexp.MustCompile(`ACCEPT .*:(\d+) PID`)

// respond starts `openssl ocsp` and has the service pass questions on to it, until it is started again.
func (r *rig) respond(s *service, o responder) {
	r.t.Helper()
	openssl := tool(r.t, "openssl", "openssl")
	dir := r.t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		must(r.t, os.WriteFile(path, text, 0o600))
		return path
	}
	line := fmt.Sprintf("V\t650101000000Z\t\t%02X\tunknown\t/CN=x\n", r.seal.Cert.SerialNumber)
	if !o.revoked.IsZero() {
		line = fmt.Sprintf("R\t650101000000Z\t%s,keyCompromise\t%02X\tunknown\t/CN=x\n", o.revoked.UTC().Format("060102150405Z"), r.seal.Cert.SerialNumber)
	}
	if o.unknown {
		line = ""
	}
	ctx, stop := context.WithCancel(context.Background())
	r.t.Cleanup(stop)
	c := exec.CommandContext(ctx, openssl, "ocsp", "-port", "0", "-index", write("index.txt", []byte(line)),
		"-CA", write("ca.pem", r.ca.AnchorsPEM()), "-rsigner", write("signer.pem", o.signer.CertPEM()),
		"-rkey", write("signer.key", o.signer.KeyPEM()), "-nmin", fmt.Sprint(o.minutes))
	out, err := c.StdoutPipe()
	must(r.t, err)
	c.Stderr = c.Stdout
	must(r.t, c.Start())
	r.t.Cleanup(func() { stop(); _ = c.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if m := accepting.FindStringSubmatch(lines.Text()); m != nil {
			s.answer(httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: "127.0.0.1:" + m[1]}))
			go func() {
				for lines.Scan() { // so that it can go on writing
				}
			}()
			return
		}
	}
	r.t.Fatal("openssl ocsp does not say where it listens")
}

// TestOCSPByOpenSSL: a hub and a real responder.
func TestOCSPByOpenSSL(t *testing.T) {
	const hour = time.Hour
	for _, c := range []struct {
		name   string
		o      responder // signer: see by
		by     string    // who signs: "" certified for it, "plain", "foreign"
		before time.Duration
		after  time.Duration // what the clock does before the question and before the document
		state  exchange.RevocationState
		why    string
	}{
		{"good", responder{minutes: 60}, "", 0, 0, exchange.RevocationGood, ""},
		{"good, at the end of its time", responder{minutes: 60}, "", 0, 59 * time.Minute, exchange.RevocationGood, ""},
		{"stale", responder{minutes: 60}, "", 0, 61 * time.Minute, exchange.RevocationUnknown, exchange.WhyStale},
		{"the authority does not know it", responder{minutes: 60, unknown: true}, "", 0, 0, exchange.RevocationUnknown, exchange.WhyNotKnown},
		{"signed by one that is not certified for it", responder{minutes: 60}, "plain", 0, 0, exchange.RevocationUnknown, exchange.WhyNotHeard},
		{"signed by another authority's", responder{minutes: 60}, "foreign", 0, 0, exchange.RevocationUnknown, exchange.WhyNotHeard},
		{"dated in the future", responder{minutes: 600}, "", -hour, 0, exchange.RevocationUnknown, exchange.WhyNotHeard},
		{"dated a little ahead", responder{minutes: 600}, "", -time.Minute, 0, exchange.RevocationGood, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newService(t)
			r := newRig(t, revocation.Prefer, named(s.URL+"/ocsp", ""))
			switch c.by {
			case "":
				c.o.signer = r.ca.Leaf("Trả lời OCSP", forOCSP)
			case "plain":
				c.o.signer = r.ca.Leaf("Trả lời OCSP")
			case "foreign":
				c.o.signer = testca.Foreign(t).Leaf("Trả lời OCSP", forOCSP)
			}
			r.respond(s, c.o)
			r.pass(c.before)
			r.ask()
			if s.asked.Load() != 1 {
				t.Errorf("asked %d times, want once", s.asked.Load())
			}
			r.pass(c.after)
			m := r.sent(c.state, c.why)
			if pending := c.state == exchange.RevocationUnknown; m.Revocation.Pending != pending {
				t.Errorf("waits for evidence: %v, want %v", m.Revocation.Pending, pending)
			}
			if now := r.rechecked(m.ID); now.State != c.state || now.Pending != m.Revocation.Pending {
				t.Errorf("judged again as %+v, and nothing more was said", now)
			}
			if c.state == exchange.RevocationGood {
				if e := r.proves(m); e.State != signing.NotRevoked || e.Kind != signing.ByOCSP {
					t.Errorf("the evidence says %+v", e)
				}
			}
		})
	}
}

// TestRevokedByOpenSSL: what comes after the revocation is refused, naming when it was.
func TestRevokedByOpenSSL(t *testing.T) {
	s := newService(t)
	r := newRig(t, revocation.Prefer, named(s.URL, ""))
	at := r.clock().Add(-time.Hour)
	r.respond(s, responder{minutes: 60, signer: r.ca.Leaf("Trả lời OCSP", forOCSP), revoked: at})
	r.ask()
	e := r.refused(exchange.RevokedCert)
	if e.Values["why"] != "revoked" || e.Values["revoked_at"] != at.Format(time.RFC3339) || e.Values["reason"] != "key-compromise" {
		t.Errorf("refused with %v, want when and why it was revoked", e.Values)
	}
	r.pass(24 * time.Hour) // long out of date, and still revoked
	r.refused(exchange.RevokedCert)
}

// TestServiceDownByOpenSSL: documents are accepted without the service, and judged when it is back.
func TestServiceDownByOpenSSL(t *testing.T) {
	for _, c := range []struct {
		name    string
		revoked time.Duration // from the acceptance; 0: never
		want    exchange.RevocationState
		after   bool // revoked, but after the acceptance
	}{
		{"never revoked", 0, exchange.RevocationGood, false},
		{"revoked before", -time.Hour, exchange.RevocationRevoked, false},
		{"revoked after", time.Hour, exchange.RevocationGood, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newService(t)
			r := newRig(t, revocation.Prefer, named(s.URL, ""))
			r.ask()
			m := r.sent(exchange.RevocationUnknown, exchange.WhyNotHeard)
			if now := r.rechecked(m.ID); !now.Pending {
				t.Fatalf("judged as %+v without evidence", now)
			}
			if n, err := r.store.Unproven(t.Context()); err != nil || n != 1 {
				t.Errorf("%d documents wait (%v), want 1", n, err)
			}
			o := responder{minutes: 600, signer: r.ca.Leaf("Trả lời OCSP", forOCSP)}
			if c.revoked != 0 {
				o.revoked = m.AcceptedAt.Add(c.revoked)
			}
			r.respond(s, o)
			r.pass(2 * time.Hour)
			r.ask()
			now := r.rechecked(m.ID)
			if now.State != c.want || now.Pending || !now.JudgedAt.Equal(r.clock()) {
				t.Errorf("judged again as %+v, want %s, as of now", now, c.want)
			}
			if e := r.proves(m); (e.State == signing.Revoked) != (c.revoked != 0) {
				t.Errorf("the evidence says %+v", e)
			}
			r.says(m, now.State, c.after)
		})
	}
}

// says looks at what the sender is shown: the entry, and whether the certificate was revoked after the acceptance.
func (r *rig) says(m exchange.Message, state exchange.RevocationState, after bool) {
	r.t.Helper()
	v, err := r.Document(r.t.Context(), exchange.Caller{Agency: sender}, m.ID)
	must(r.t, err)
	last := v.Timeline[len(v.Timeline)-1].Entry
	if last.Type != translog.Rejudged || last.Revocation != string(state) {
		r.t.Errorf("the last entry is %s, want a judgement of %s", last.Marshal(), state)
	}
	if v.RevokedAt.After(m.AcceptedAt) != after {
		r.t.Errorf("shown as revoked later at %v, want so: %v", v.RevokedAt, after)
	}
	if n, err := r.store.Unproven(r.t.Context()); err != nil || n != 0 {
		r.t.Errorf("%d documents wait (%v), want none", n, err)
	}
}

// TestAcceptedBeforeARevocation: what was accepted before stays good and says so; what was accepted after it, while
// nobody knew, is found.
func TestAcceptedBeforeARevocation(t *testing.T) {
	s := newService(t)
	r := newRig(t, revocation.Prefer, named(s.URL, ""))
	signer := r.ca.Leaf("Trả lời OCSP", forOCSP)
	r.respond(s, responder{minutes: 600, signer: signer})
	r.ask()
	before := r.sent(exchange.RevocationGood, "")
	r.pass(10 * time.Minute)
	at := r.clock()
	r.pass(10 * time.Minute)
	after := r.sent(exchange.RevocationGood, "") // with evidence that was good at its time
	r.respond(s, responder{minutes: 600, signer: signer, revoked: at})
	r.pass(2 * time.Hour)
	r.ask()
	changed, err := r.Recheck(t.Context())
	if err != nil || len(changed) != 1 || changed[0].ID != after.ID || changed[0].Revocation.State != exchange.RevocationRevoked {
		t.Errorf("found %+v (%v), want the document accepted after the revocation", changed, err)
	}
	if again, err := r.Recheck(t.Context()); err != nil || len(again) != 0 {
		t.Errorf("found again: %+v (%v)", again, err)
	}
	v, err := r.Document(t.Context(), exchange.Caller{Agency: sender}, before.ID)
	if err != nil || v.Message.Revocation.State != exchange.RevocationGood || !v.RevokedAt.Equal(at) {
		t.Errorf("the document before is %+v, revoked later at %v (%v); want good, and revoked at %v", v.Message.Revocation, v.RevokedAt, err, at)
	}
	if v, err = r.Document(t.Context(), exchange.Caller{Agency: sender}, after.ID); err != nil || !v.RevokedAt.IsZero() {
		t.Errorf("the document after it says %v (%v), want no excuse", v.RevokedAt, err)
	}
	r.refused(exchange.RevokedCert)
}

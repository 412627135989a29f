package api_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
	"github.com/lienthong/lienthong/signing"
)

// said is what authorities say in a test: the same of every certificate.
type said struct {
	judgement exchange.Judgement
	revoked   time.Time
}

func (s *said) Judge([]*x509.Certificate, time.Time) exchange.Judgement { return s.judgement }

func (s *said) JudgeAgain(string, time.Time) (exchange.Judgement, bool) { return s.judgement, true }

func (s *said) RevokedAt(string) (time.Time, bool) { return s.revoked, !s.revoked.IsZero() }

func (s *said) Heard() map[string]uint64 { return nil }

// good rests on one statement of some kind.
func good(kind signing.EvidenceKind, words string) exchange.Judgement {
	e := exchange.Evidence{Digest: sha256.Sum256([]byte(words)), DER: []byte(words)}
	now := time.Now().UTC().Truncate(time.Second)
	return exchange.Judgement{
		Revocation: exchange.Revocation{State: exchange.RevocationGood, Said: []exchange.Statement{
			{Certificate: noDigest, Kind: kind, ThisUpdate: now.Add(-time.Hour), NextUpdate: now.Add(time.Hour), Evidence: e.Digest}}},
		Evidence: []exchange.Evidence{e},
	}
}

// TestRevocationIsShown with the document, its evidence to be had by whoever may see it.
func TestRevocationIsShown(t *testing.T) {
	for kind, media := range map[signing.EvidenceKind]string{signing.ByOCSP: "application/ocsp-response", signing.ByCRL: "application/pkix-crl"} {
		s := &said{judgement: good(kind, "TEST ONLY: "+string(kind))}
		h := checked(t, hubtest.Config{Revocations: s}, agencies()...)
		receipt, raw := h.Party(department).Send(communeA, communeB)
		if e := h.Holds(receipt, raw); e.Revocation != "good" {
			t.Errorf("the receipt says %q of revocation, want good", e.Revocation)
		}
		h.Party(communeA).Lease(1)
		digest := s.judgement.Evidence[0].Digest.String()
		for agency, want := range map[exchange.AgencyID]int{department: 200, communeA: 200, communeB: 404, stranger: 404} {
			resp := do(t, h, h.Party(agency), http.MethodGet, "/v1/documents/"+receipt.ID+"/evidence/"+digest, nil)
			der, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != want {
				t.Errorf("%s, evidence: %d (%v), want %d", agency, resp.StatusCode, err, want)
			}
			if want == 200 && (!bytes.Equal(der, s.judgement.Evidence[0].DER) || resp.Header.Get("Content-Type") != media) {
				t.Errorf("%s got %q of %s", agency, der, resp.Header.Get("Content-Type"))
			}
		}
		for _, other := range []string{noDigest, "x"} {
			if resp := do(t, h, h.Party(department), http.MethodGet, "/v1/documents/"+receipt.ID+"/evidence/"+other, nil); resp.StatusCode != 404 {
				t.Errorf("evidence %s: %d, want 404", other, resp.StatusCode)
			}
		}
		if der, err := h.Admin.Evidence(t.Context(), receipt.ID, digest); err != nil || !bytes.Equal(der, s.judgement.Evidence[0].DER) {
			t.Errorf("the operator gets %q (%v)", der, err)
		}
		shown(t, h, s, receipt)
	}
}

// shown looks at the document before and after the certificate was revoked.
func shown(t *testing.T, h *hubtest.Hub, s *said, receipt client.Receipt) {
	t.Helper()
	later := time.Now().Add(time.Hour).UTC().Truncate(time.Second)
	for _, revoked := range []time.Time{{}, receipt.AcceptedAt.Add(-time.Hour), later} {
		s.revoked = revoked
		d, err := h.Party(department).Client.Document(t.Context(), receipt.ID)
		if err != nil || d.Message.Revocation == nil || d.Message.Revocation.State != "good" || len(d.Message.Revocation.Statements) != 1 {
			t.Fatalf("shown as %+v (%v), want good by one statement", d.Message.Revocation, err)
		}
		if want := revoked.Equal(later); d.CertificateRevokedAt.Equal(later) != want || d.CertificateRevokedAt.IsZero() == want {
			t.Errorf("revoked at %v: shown as revoked after the acceptance at %v", revoked, d.CertificateRevokedAt)
		}
	}
}

// TestRevokedAndUnknownAreRefused: one is the sender's affair, the other is not.
func TestRevokedAndUnknownAreRefused(t *testing.T) {
	revoked := exchange.Judgement{Revocation: exchange.Revocation{State: exchange.RevocationRevoked, RevokedAt: time.Now().Add(-time.Hour), Reason: "superseded"}}
	unknown := exchange.Judgement{Required: true, Revocation: exchange.Revocation{State: exchange.RevocationUnknown, Why: exchange.WhyStale}}
	for _, c := range []struct {
		judgement exchange.Judgement
		code, why string
		status    int
	}{
		{revoked, "certificate-revoked", "revoked", 422},
		{unknown, "revocation-unknown", "stale", 503},
	} {
		h := checked(t, hubtest.Config{Revocations: &said{judgement: c.judgement}}, agencies()...)
		p := h.Party(department)
		_, err := p.Client.Submit(t.Context(), p.Signed(p.Document(communeA)), client.SubmitOptions{})
		e := problemOf(t, err)
		if e.Code != c.code || e.Status != c.status || e.Values["why"] != c.why || (e.RetryAfter > 0) != (c.status == 503) {
			t.Errorf("%+v, want %s because %s, %d", e, c.code, c.why, c.status)
		}
	}
}

// TestNoReceiptsByAWrongClock: nothing is taken, what was taken keeps its receipt, deliveries go on, and readiness says so.
func TestNoReceiptsByAWrongClock(t *testing.T) {
	var off atomic.Int64
	read := func() exchange.TimeState {
		return exchange.TimeState{Source: true, Synchronised: true, MaxError: time.Duration(off.Load())}
	}
	h := checked(t, hubtest.Config{Time: &exchange.TimeCheck{MaxError: time.Second, Read: read}}, agencies()...)
	p := h.Party(department)
	receipt, raw := p.Send(communeA)
	off.Store(int64(time.Minute))
	_, err := p.Client.Submit(t.Context(), p.Signed(p.Document(communeA)), client.SubmitOptions{})
	if e := problemOf(t, err); e.Code != "clock-unsynchronised" || e.Status != 503 || e.RetryAfter <= 0 {
		t.Errorf("%+v, want clock-unsynchronised and when to come again", e)
	}
	if again := p.Submit(raw); !again.Repeat || again.Text != receipt.Text {
		t.Errorf("what was accepted before gets %+v, want its receipt", again)
	}
	if got := h.Party(communeA).Collect(); !bytes.Equal(got[receipt.ID], raw) {
		t.Error("the document is not delivered any more")
	}
	if r := ready(t, h); r.Ready || r.Checks["clock"] {
		t.Errorf("%+v, want not ready by the clock", r)
	}
	off.Store(int64(time.Millisecond))
	p.Send(communeA)
	if r := ready(t, h); !r.Checks["clock"] {
		t.Errorf("%+v, want the clock right again", r)
	}
}

// TestSourcesAreListed for the operator.
func TestSourcesAreListed(t *testing.T) {
	want := client.RevocationSource{Kind: "crl", Subject: "CN=Gốc", Place: "http://ca.example/ca.crl", Failures: 2, Error: "unreachable",
		ThisUpdate: time.Now().UTC().Truncate(time.Second), Revoked: 3}
	for _, sources := range [][]client.RevocationSource{nil, {want}} {
		c := hubtest.Config{}
		if sources != nil {
			c.Sources = func() []client.RevocationSource { return sources }
		}
		got, err := checked(t, c, agencies()...).Admin.Revocation(t.Context())
		if err != nil || len(got) != len(sources) || len(got) == 1 && got[0] != want {
			t.Errorf("%+v (%v), want %+v", got, err, sources)
		}
	}
}

// TestPinnedCertificate: one of an old chain by SHA-1, enrolled to be trusted by itself, with an end.
func TestPinnedCertificate(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	old := h.CA.Leaf("Chứng thư cũ", func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA })
	send := func() error {
		_, err := p.Client.Submit(t.Context(), old.Sign(p.Build(p.Document(communeA))), client.SubmitOptions{})
		return err
	}
	r := client.CertificateRequest{PEM: string(old.CertPEM()), Pinned: true}
	if _, err := h.Admin.AddCertificate(t.Context(), string(department), r); code(t, err) != "bad-request" {
		t.Errorf("pinned without an end: %v", err)
	}
	if err := send(); code(t, err) != "certificate-unknown" {
		t.Errorf("not pinned: %v", err)
	}
	r.Until = time.Now().Add(24 * time.Hour)
	d, err := h.Admin.AddCertificate(t.Context(), string(department), r)
	if err != nil || len(d.Certificates) != 2 || !d.Certificates[1].Pinned || d.Certificates[1].NotAfter.IsZero() {
		t.Fatalf("%+v, %v", d.Certificates, err)
	}
	if err := send(); err != nil {
		t.Errorf("pinned: %v", err)
	}
	other := h.Party(communeA)
	_, err = other.Client.Submit(t.Context(), old.Sign(other.Build(other.Document(department))), client.SubmitOptions{})
	if code(t, err) != "certificate-unknown" {
		t.Errorf("another agency signs with it: %v", err)
	}
}

func problemOf(t *testing.T, err error) *client.Problem {
	t.Helper()
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		t.Fatalf("%v, want a problem", err)
	}
	return p
}

func ready(t *testing.T, h *hubtest.Hub) (r client.Readiness) {
	t.Helper()
	resp, err := http.Get(h.URL + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&r); err != nil {
		t.Fatal(err)
	}
	return r
}

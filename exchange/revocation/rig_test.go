package revocation_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/revocation"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
	"github.com/lienthong/lienthong/store/bolt"
)

// The agencies of these tests, all invented.
const (
	sender    exchange.AgencyID = "H44.31"
	addressee exchange.AgencyID = "H44.24"
)

// A service is what an authority runs: the test says what it answers, and may take it away.
type service struct {
	*httptest.Server
	mu    sync.Mutex
	serve http.Handler // nil: it answers 503
	asked atomic.Int32
}

func newService(t *testing.T) *service {
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		s.mu.Lock()
		h := s.serve
		s.mu.Unlock()
		if h == nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) answer(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serve = h
}

// bytesOf answers everything with the same bytes.
func bytesOf(der []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(der) })
}

// A rig is a hub over the real engine with a keeper, one agency that signs, and a clock that the test moves.
type rig struct {
	*exchange.Hub
	t       *testing.T
	ca      *testca.CA
	keeper  *revocation.Keeper
	options revocation.Options
	store   *bolt.Store
	seal    *testca.Leaf
	number  int

	mu  sync.Mutex
	now time.Time
}

// named has a certificate name services; an empty one is left out.
func named(ocsp, crl string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		if ocsp != "" {
			c.OCSPServer = []string{ocsp}
		}
		if crl != "" {
			c.CRLDistributionPoints = []string{crl}
		}
	}
}

func newRig(t *testing.T, policy revocation.Policy, change func(*x509.Certificate)) *rig {
	t.Helper()
	ca := testca.New(t)
	r := &rig{t: t, ca: ca, seal: ca.Leaf("Sở Mẫu", change), now: time.Now().UTC().Truncate(time.Second)}
	skey, _, err := translog.GenerateKey(rand.Reader, "hub.test/1")
	must(t, err)
	signer, err := note.NewSigner(skey)
	must(t, err)
	r.store, err = bolt.Open(t.TempDir(), bolt.Options{Signer: signer, Origin: "hub.test/1", Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() {
		broken, err := r.store.Check(context.Background(), nil)
		if err != nil || len(broken) > 0 {
			t.Errorf("check: %v %q", err, broken)
		}
		_ = r.store.Close()
	})
	r.options = revocation.Options{
		Dir: t.TempDir(), Anchors: ca.Anchors(), Policy: policy, Clock: r.clock, Log: slog.New(slog.DiscardHandler),
		Enrolled: func() []revocation.Enrolled { return []revocation.Enrolled{{Agency: sender, Cert: r.seal.Cert}} },
		Allows:   netip.Addr.IsLoopback, Timeout: 2 * time.Second,
	}
	r.keeper, err = revocation.Open(r.options)
	must(t, err)
	r.Hub = &exchange.Hub{
		Store: r.store, Directory: r, Anchors: ca.Anchors(), TokenKey: bytes.Repeat([]byte{7}, 32), Revocations: r.keeper,
		Own: envelope.Party{OrganID: "H44.00", Name: "Trục mẫu"}, Rules: envelope.DefaultRules(), Limits: exchange.DefaultLimits(),
		Clock: r.clock, Bell: &exchange.Bell{},
	}
	return r
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Agency implements exchange.Directory.
func (r *rig) Agency(id exchange.AgencyID) (exchange.Agency, bool) {
	a := exchange.Agency{ID: id, Name: "Đơn vị " + string(id), Channel: exchange.Pull}
	if id == sender {
		a.Certificates = []exchange.Certificate{{DER: r.seal.Cert.Raw, From: testca.NotBefore}}
	}
	return a, id == sender || id == addressee
}

// Resolve implements exchange.Directory.
func (r *rig) Resolve(code exchange.AgencyID, _ time.Time) (exchange.Resolution, error) {
	a, _ := r.Agency(code)
	return exchange.Resolution{Agency: a}, nil
}

// Identify implements exchange.Directory.
func (r *rig) Identify(code exchange.AgencyID) (exchange.Agency, bool) { return r.Agency(code) }

// Holder implements exchange.Directory.
func (r *rig) Holder(id exchange.AgencyID, _ time.Time) (exchange.Agency, bool) { return r.Agency(id) }

// Reach implements exchange.Directory.
func (r *rig) Reach(id exchange.AgencyID, _ time.Time) (exchange.Agency, bool) { return r.Agency(id) }

// Inherited implements exchange.Directory.
func (*rig) Inherited(exchange.AgencyID, time.Time) []exchange.AgencyID { return nil }

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

// ask has the keeper ask what is due.
func (r *rig) ask() { r.keeper.Round(r.t.Context()) }

// letter is a new document, signed.
func (r *rig) letter() []byte {
	r.t.Helper()
	r.number++
	code := envelope.Code{Number: strconv.Itoa(r.number), Notation: "SM-VP"}
	date := envelope.DateOf(r.clock())
	e := &envelope.Envelope{
		From: envelope.Party{OrganID: sender, Name: "Sở Mẫu"}, To: []envelope.Party{{OrganID: addressee}},
		DocumentID: envelope.NewDocumentID(sender, date, code), Code: code,
		Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: date},
		Type:         envelope.DocumentType{Type: "2", Name: "Công văn"}, Subject: "V/v thử nghiệm",
	}
	raw, err := envelope.Build(e)
	must(r.t, err)
	return r.seal.Sign(raw)
}

// send submits a new document.
func (r *rig) send() (exchange.Message, error) {
	r.t.Helper()
	return r.submit(r.letter())
}

func (r *rig) submit(raw []byte) (exchange.Message, error) {
	receipt, err := r.Submit(r.t.Context(), exchange.Submission{Caller: exchange.Caller{Agency: sender, Credential: "k"}, Raw: raw})
	if err != nil {
		return exchange.Message{}, err
	}
	return receipt.Message, nil
}

// sent is a document that must be accepted with this state.
func (r *rig) sent(want exchange.RevocationState, why string) exchange.Message {
	r.t.Helper()
	m, err := r.send()
	must(r.t, err)
	if m.Revocation == nil || m.Revocation.State != want || m.Revocation.Why != why {
		r.t.Fatalf("accepted as %+v, want %s %s", m.Revocation, want, why)
	}
	return m
}

// refused is the refusal of a document.
func (r *rig) refused(want exchange.Kind) *exchange.Error {
	r.t.Helper()
	_, err := r.send()
	if exchange.KindOf(err) != want {
		r.t.Fatalf("%v, want %s", err, want)
	}
	return err.(*exchange.Error)
}

// rechecked judges again and returns how it stands with the message now.
func (r *rig) rechecked(id exchange.MessageID) exchange.Revocation {
	r.t.Helper()
	_, err := r.Recheck(r.t.Context())
	must(r.t, err)
	m, err := r.store.Message(r.t.Context(), id)
	must(r.t, err)
	return *m.Revocation
}

// proves reads the evidence of a message back as an auditor would, with nothing but the certificates.
func (r *rig) proves(m exchange.Message) signing.Evidence {
	r.t.Helper()
	stored, err := r.store.Message(r.t.Context(), m.ID)
	must(r.t, err)
	if stored.Revocation == nil || len(stored.Revocation.Said) != 1 {
		r.t.Fatalf("it rests on %+v, want one statement", stored.Revocation)
	}
	kind, der, err := r.Evidence(r.t.Context(), exchange.Caller{Agency: sender}, m.ID, stored.Revocation.Said[0].Evidence)
	must(r.t, err)
	if kind == signing.ByCRL {
		l, err := signing.ParseCRL(der, r.ca.Cert, r.clock())
		must(r.t, err)
		return l.About(r.seal.Cert)
	}
	e, err := signing.ParseOCSP(der, r.seal.Cert, r.ca.Cert, r.clock())
	must(r.t, err)
	return e
}

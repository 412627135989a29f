// Package hubtest puts a whole hub together for tests: the embedded store in a temporary directory, real signatures by
// a test authority, the API on a real socket, and one party with key, certificate and client for each agency.
//
// It holds no rules and checks nothing but that its own steps succeed. Pushing is not part of it: deliveries to push
// agencies stay queued. It is for tests only: its keys are public.
package hubtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/traffic"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/store/bolt"
)

// Origin names the log of a hub under test.
const Origin = "hub.test/1"

// A Config says how a hub under test differs from the ordinary. The zero value is the ordinary.
type Config struct {
	Limits exchange.Limits // zero: the default limits
	Rules  envelope.Rules
	Budget int64            // bytes of bodies in flight; 0: the API's default
	Lists  *api.Lists       // nil: the API's default
	Clock  func() time.Time // nil: time.Now
	// Revocations and Time are asked by the hub; nil: it asks nobody.
	Revocations exchange.Revocations
	Time        *exchange.TimeCheck
	Sources     func() []client.RevocationSource
	Log         *slog.Logger // nil: nowhere
	// Proxies are trusted to say where callers are.
	Proxies []netip.Prefix
	// Wrap stands between the sockets and the API: a checker of the contract.
	Wrap func(http.Handler) http.Handler
	// Dispatcher and Sign are asked by /readyz.
	Dispatcher api.Dispatcher
	Sign       func() error
	// Called is told of the agencies' calls.
	Called func(traffic.Call)
}

// A Hub is a running hub with its parts.
type Hub struct {
	URL    string // of the public listener
	Socket string // of the admin listener
	Dir    string // of the store

	Exchange  *exchange.Hub
	Directory *directory.Directory
	People    *directory.People
	Store     *bolt.Store
	CA        *testca.CA
	Admin     *client.Admin
	Verifiers note.Verifiers // the log's public key
	LogKey    note.Verifier  // the same

	tb      testing.TB
	parties map[exchange.AgencyID]*Party
	numbers atomic.Int64 // of documents
}

// New is an ordinary hub with these agencies.
func New(tb testing.TB, agencies ...exchange.Agency) *Hub {
	tb.Helper()
	return Config{}.New(tb, agencies...)
}

// New starts the hub. It is closed when the test ends. An agency needs no more than an ID: it becomes a commune that
// pulls. Each gets a certificate of the hub's test authority and a key (a test key for a sandbox agency).
func (c Config) New(tb testing.TB, agencies ...exchange.Agency) *Hub {
	tb.Helper()
	h := &Hub{tb: tb, Dir: tb.TempDir(), CA: testca.New(tb), parties: make(map[exchange.AgencyID]*Party)}
	h.assemble(c)
	h.listen(c)
	for _, a := range agencies {
		h.Enrol(a)
	}
	return h
}

func (h *Hub) assemble(c Config) {
	if c.Limits == (exchange.Limits{}) {
		c.Limits = exchange.DefaultLimits()
	}
	bell, feed := &exchange.Bell{}, &exchange.Bell{}
	h.Store = h.open(bell, feed)
	var err error
	h.Directory, err = directory.Open(h.tb.Context(), h.Store, directory.Options{Clock: c.Clock})
	h.must(err)
	h.People, err = directory.OpenPeople(h.tb.Context(), h.Store, directory.PeopleOptions{Agencies: h.Directory, Clock: c.Clock,
		Log: slog.New(slog.DiscardHandler)})
	h.must(err)
	tokenKey := make([]byte, 32)
	_, err = rand.Read(tokenKey)
	h.must(err)
	h.Exchange = &exchange.Hub{
		Store: h.Store, Directory: h.Directory, Anchors: h.CA.Anchors(), TokenKey: tokenKey, Bell: bell, Feed: feed, LogKey: h.LogKey,
		Own:   envelope.Party{OrganID: "Z01.HUB", Name: "Trục Liên Thông thử nghiệm"},
		Rules: c.Rules, Limits: c.Limits, Clock: c.Clock,
		Revocations: c.Revocations, Time: c.Time,
	}
	h.tb.Cleanup(func() {
		h.Exchange.FlushRefusals(context.Background(), true)
		if err := h.Store.Close(); err != nil {
			h.tb.Errorf("hubtest: close: %v", err)
		}
	})
}

func (h *Hub) open(bell, feed *exchange.Bell) *bolt.Store {
	skey, vkey, err := translog.GenerateKey(rand.Reader, Origin)
	h.must(err)
	signer, err := note.NewSigner(skey)
	h.must(err)
	verifier, err := note.NewVerifier(vkey)
	h.must(err)
	h.LogKey, h.Verifiers = verifier, note.VerifierList(verifier)
	s, err := bolt.Open(h.Dir, bolt.Options{Signer: signer, Origin: Origin, OnDue: bell.Ring, OnLog: feed.Logged, Logger: slog.New(slog.DiscardHandler)})
	h.must(err)
	return s
}

// listen serves both listeners. The socket lies in a directory of its own: its path must be short.
func (h *Hub) listen(c Config) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	o := api.Options{Hub: h.Exchange, Directory: h.Directory, People: h.People, Store: h.Store, Log: c.Log, Version: "test",
		Lists: c.Lists, Sources: c.Sources, Dispatcher: c.Dispatcher, Sign: c.Sign, TrustedProxies: c.Proxies, Called: c.Called}
	if c.Budget > 0 {
		o.Budget = api.NewBudget(c.Budget)
	}
	wrap := c.Wrap
	if wrap == nil {
		wrap = func(next http.Handler) http.Handler { return next }
	}
	public := httptest.NewUnstartedServer(nil)
	public.Config = api.Server(wrap(api.New(o)), c.Log)
	public.Start()
	h.tb.Cleanup(public.Close)
	h.URL = public.URL

	dir, err := os.MkdirTemp("", "lt")
	h.must(err)
	h.tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	h.Socket = filepath.Join(dir, "admin.sock")
	listener, err := net.Listen("unix", h.Socket)
	h.must(err)
	admin := httptest.NewUnstartedServer(nil)
	_ = admin.Listener.Close()
	admin.Listener, admin.Config = listener, api.Server(wrap(api.NewAdmin(o)), c.Log)
	admin.Start()
	h.tb.Cleanup(admin.Close)
	h.Admin = client.NewAdmin(h.Socket)
	h.tb.Cleanup(h.Admin.Close)
}

func (h *Hub) must(err error) {
	h.tb.Helper()
	if err != nil {
		h.tb.Fatalf("hubtest: %v", err)
	}
}

// Operator is the caller of acts done without the API.
func Operator() exchange.Caller { return exchange.Caller{Operator: "test"} }

// Enrol adds an agency with certificate and key; see Config.New.
func (h *Hub) Enrol(a exchange.Agency) *Party {
	h.tb.Helper()
	if a.Name == "" {
		a.Name = "Đơn vị " + string(a.ID)
	}
	if a.Level == "" {
		a.Level = exchange.Commune
	}
	if a.Channel == "" {
		a.Channel = exchange.Pull
	}
	ctx := h.tb.Context()
	_, err := h.Directory.Put(ctx, Operator(), a)
	h.must(err)
	p := &Party{ID: a.ID, Name: a.Name, Leaf: h.CA.Leaf(a.Name), hub: h}
	_, err = h.Directory.AddCertificate(ctx, Operator(), a.ID, p.Leaf.Cert.Raw, testca.NotBefore, time.Time{})
	h.must(err)
	p.Key, _, err = h.Directory.IssueKey(ctx, Operator(), a.ID, directory.KeyOptions{Test: a.Sandbox})
	h.must(err)
	p.Client = &client.Client{URL: h.URL, Key: p.Key, HTTP: &http.Client{}}
	h.parties[a.ID] = p
	return p
}

// Party returns an agency of this hub; the test fails if there is none.
func (h *Hub) Party(id exchange.AgencyID) *Party {
	h.tb.Helper()
	p, ok := h.parties[id]
	if !ok {
		h.tb.Fatalf("hubtest: no agency %s", id)
	}
	return p
}

// Sound fails the test unless every invariant of the store holds.
func (h *Hub) Sound() {
	h.tb.Helper()
	broken, err := h.Store.Check(h.tb.Context(), nil)
	h.must(err)
	for _, line := range broken {
		h.tb.Errorf("check: %s", line)
	}
}

// Holds fails the test unless a receipt proves, by itself, that these bytes were accepted. It returns the entry.
func (h *Hub) Holds(r client.Receipt, raw []byte) translog.Entry {
	h.tb.Helper()
	proof, err := r.Proof()
	h.must(err)
	e, _, err := proof.Verify(h.Verifiers, Origin)
	h.must(err)
	if want := Digest(raw); e.Digest != want || e.Message != r.ID {
		h.tb.Errorf("the receipt is about message %s, digest %s; want %s, %s", e.Message, e.Digest, r.ID, want)
	}
	if !bytes.Equal(proof.Marshal(), []byte(r.Text)) {
		h.tb.Error("the receipt is not written in its canonical form")
	}
	return e
}

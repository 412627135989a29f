package delivery_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/store/bolt"
)

// The agencies of a life: one sends, one pulls and one is pushed to.
const (
	sending exchange.AgencyID = "H44.31"
	pulling exchange.AgencyID = "H44.24.05"
	pushed  exchange.AgencyID = "H44.24.06"
)

// A life is a hub over its store, with a dispatcher, that crashes and comes back, and what its addressees have seen. It
// runs in a bubble of synctest.
type life struct {
	*testing.T
	root   string
	seed   uint64
	signer note.Signer
	tokens []byte
	ca     *testca.CA

	running string // the directory of the process
	dir     string // the one that the next process finds
	store   *bolt.Store
	hub     *exchange.Hub
	book    *directory.Directory
	stop    func()

	mu     sync.Mutex
	dice   *mrand.Rand
	dead   bool // the process is: whatever it still does, nobody sees
	fuse   int  // steps of the committer until it dies; below 0: it lives
	kind   bool // endpoints take what they are sent
	sights map[sight][]int
	clock  int // orders sights
}

// A sight is a message as an agency met it: handed out by a lease or a push, or found.
type sight struct {
	agency  exchange.AgencyID
	message exchange.MessageID
	handed  bool
}

// begin is an empty hub. The seed of all its dice is printed.
func begin(t *testing.T, seed uint64) *life {
	t.Helper()
	t.Logf("seed %d", seed)
	skey, _, err := translog.GenerateKey(rand.Reader, "hub.test/1")
	l := &life{T: t, root: t.TempDir(), seed: seed, dice: mrand.New(mrand.NewPCG(seed, 1)), tokens: make([]byte, 32), ca: testca.New(t),
		fuse: -1, sights: map[sight][]int{}}
	l.must(err)
	l.signer, err = note.NewSigner(skey)
	l.must(err)
	l.dir = filepath.Join(l.root, "0")
	l.start()
	for _, a := range []exchange.Agency{{ID: sending, Channel: exchange.Pull}, {ID: pulling, Channel: exchange.Pull}, {ID: pushed, Channel: exchange.Push}} {
		a.Name, a.Level, a.AcceptUnsigned = "Đơn vị "+string(a.ID), exchange.Commune, true
		_, err := l.book.Put(t.Context(), exchange.Caller{Operator: "test"}, a)
		l.must(err)
	}
	l.open(pushed)
	return l
}

// open gives an agency an endpoint.
func (l *life) open(id exchange.AgencyID) {
	l.Helper()
	_, err := l.book.SetEndpoint(l.Context(), exchange.Caller{Operator: "test"}, id, exchange.Endpoint{URL: "http://127.0.0.1:1/", Allow: loopback()})
	l.must(err)
}

func (l *life) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatalf("seed %d: %v", l.seed, err)
	}
}

// start is the process: it opens what lies in the directory.
func (l *life) start() {
	l.Helper()
	l.running = l.dir
	quiet := slog.New(slog.DiscardHandler)
	bell := &exchange.Bell{}
	var d *delivery.Dispatcher
	var err error
	l.store, err = bolt.Open(l.dir, bolt.Options{Signer: l.signer, Origin: "hub.test/1", Logger: quiet, Faults: l.step, OnDue: func(ids []exchange.AgencyID) {
		bell.Ring(ids)
		d.Wake(ids)
	}})
	l.must(err)
	l.book, err = directory.Open(l.Context(), l.store, directory.Options{})
	l.must(err)
	l.hub = &exchange.Hub{Store: l.store, Directory: l.book, Anchors: l.ca.Anchors(), TokenKey: l.tokens, Bell: bell,
		Own: envelope.Party{OrganID: "Z01.HUB", Name: "Trục thử nghiệm"}, Rules: envelope.DefaultRules(), Limits: exchange.DefaultLimits()}
	d = &delivery.Dispatcher{Queue: l.store, Hub: l.hub, Agencies: l.book, Courier: l, Log: quiet}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	l.stop = func() {
		cancel()
		l.must(<-ended)
		l.must(l.store.Close())
	}
	d.Wake([]exchange.AgencyID{pushed, pulling})
}

// step is asked by the committer before each of its steps: there the process dies, which is a copy of the files while
// nobody else writes what is looked up. Of bodies more may lie there than anything names, as after any crash.
func (l *life) step(s bolt.Step) (apply bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fuse < 0 || s != bolt.StepBegin && s != bolt.StepSign && s != bolt.StepCommit {
		return false, nil
	}
	if l.fuse--; l.fuse >= 0 {
		return false, nil
	}
	l.dead = true
	l.dir = filepath.Join(l.root, strconv.Itoa(l.clock)+"-after")
	return false, os.CopyFS(l.dir, os.DirFS(l.running))
}

// crashSoon has the process die within so many steps, if it comes to that.
func (l *life) crashSoon(most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fuse = l.dice.IntN(most)
}

// revive goes on with the files as the crash left them, or after an orderly stop if there was none.
func (l *life) revive() (crashed bool) {
	l.Helper()
	l.stop()
	l.mu.Lock()
	crashed, l.dead, l.fuse = l.dead, false, -1
	l.mu.Unlock()
	l.start()
	return crashed
}

func (l *life) alive() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.dead
}

// roll is a number below n.
func (l *life) roll(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.dice.IntN(n)
}

// sees notes that an agency met a message; nobody meets anything through a dead process.
func (l *life) sees(agency exchange.AgencyID, m exchange.MessageID, handed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.dead {
		l.clock++
		s := sight{agency, m, handed}
		l.sights[s] = append(l.sights[s], l.clock)
	}
}

// Deliver is the courier: an endpoint that takes, fails, or is not reached.
func (l *life) Deliver(_ context.Context, to exchange.Agency, lease exchange.Lease, _ exchange.Body) delivery.Verdict {
	n := l.roll(6)
	l.mu.Lock()
	if l.kind {
		n = 0
	}
	l.mu.Unlock()
	if n >= 3 { // no byte leaves
		return []delivery.Verdict{{Class: delivery.Outage, Reason: "dial", NotSent: true}, {Class: delivery.Permanent, Reason: "bad-endpoint", NotSent: true},
			{Class: delivery.CutShort, Reason: "shutdown", NotSent: true}}[n-3]
	}
	l.sees(to.ID, lease.Message.ID, true)
	return []delivery.Verdict{{Class: delivery.Delivered}, {Class: delivery.Temporary, Reason: "http-503"}, {Class: delivery.Outage, Reason: "timeout"}}[n]
}

// caller is an agency's software.
func caller(id exchange.AgencyID) exchange.Caller {
	return exchange.Caller{Agency: id, Credential: "key"}
}

// letter is document n.
func (l *life) letter(n int, kind envelope.Kind, to ...exchange.AgencyID) []byte {
	l.Helper()
	return l.write(n, envelope.Business{Kind: kind}, to...)
}

// dated is the date of every document.
func dated() envelope.Date { return envelope.DateOf(time.Date(2000, 1, 1, 9, 0, 0, 0, envelope.ICT())) }

// names are those of document n.
func names(n int) (code envelope.Code, id string) {
	code = envelope.Code{Number: strconv.Itoa(n), Notation: "CV-VP"}
	return code, envelope.NewDocumentID(sending, dated(), code)
}

// write is a file under number n; what is not new speaks of the document with that number.
func (l *life) write(n int, b envelope.Business, to ...exchange.AgencyID) []byte {
	l.Helper()
	code, id := names(n)
	e := &envelope.Envelope{
		From: envelope.Party{OrganID: sending, Name: "Nơi gửi"}, DocumentID: id, Code: code,
		Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: dated()}, Type: envelope.DocumentType{Type: "2", Name: "Công văn"},
		Subject: fmt.Sprintf("V/v thử nghiệm %d", n), Business: &b,
	}
	for _, id := range to {
		e.To = append(e.To, envelope.Party{OrganID: id})
	}
	raw, err := envelope.Build(e)
	l.must(err)
	return raw
}

// submit hands in a file; what a dead process answers is nothing.
func (l *life) submit(raw []byte) (exchange.MessageID, bool) {
	r, err := l.hub.Submit(context.Background(), exchange.Submission{Caller: caller(sending), Raw: raw})
	if !l.alive() {
		return "", false
	}
	if err != nil {
		l.Errorf("seed %d: submit: %v", l.seed, err)
		return "", false
	}
	return r.Message.ID, true
}

// drain lets time pass, and everything be taken, until nothing is under way.
func (l *life) drain() {
	l.Helper()
	l.mu.Lock()
	l.kind = true
	l.mu.Unlock()
	for range 500 {
		n, err := l.store.Tally(l.Context(), exchange.Query{Every: true, Group: exchange.GroupUnderway})
		l.must(err)
		if n == 0 {
			return
		}
		for _, agency := range []exchange.AgencyID{sending, pulling, pushed} { // the last has perhaps pulled before
			l.takeAll(agency)
		}
		time.Sleep(10 * time.Minute)
	}
	l.Fatalf("seed %d: something does not end", l.seed)
}

func (l *life) takeAll(agency exchange.AgencyID) {
	l.Helper()
	got, err := l.hub.Lease(l.Context(), caller(agency), exchange.Ask{Max: 100})
	l.must(err)
	for _, h := range got {
		l.sees(agency, h.Message.ID, true)
		_, err := l.hub.Ack(l.Context(), caller(agency), h.Delivery.ID, h.Token)
		l.must(err)
	}
}

func (l *life) sound() {
	l.Helper()
	broken, err := l.store.Check(l.Context(), nil)
	if err != nil || len(broken) > 0 {
		l.Errorf("seed %d: check: %v %q", l.seed, err, broken)
	}
}

// met is when an agency first and last met a message, handed out or found; 0 for never.
func (l *life) met(agency exchange.AgencyID, m exchange.MessageID, handed ...bool) (first, last int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, how := range handed {
		for _, at := range l.sights[sight{agency, m, how}] {
			if first == 0 || at < first {
				first = at
			}
			last = max(last, at)
		}
	}
	return first, last
}

package bolt_test

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/store/bolt"
)

const origin = "hub.example.gov.vn/1"

// TEST ONLY: a log key made for these tests.
const (
	testSigner   = "PRIVATE+KEY+hub.example.gov.vn/1+eb070c97+Abl5+irBKxlmjHRDdoObk02w9vMC2xYi729cs4AbQvDG"
	testVerifier = "hub.example.gov.vn/1+eb070c97+AefgW+aD+tXU1IWDAnAVkqfClZxnkikIgfMquP9uF7sf"
)

var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

func options(t testing.TB) bolt.Options {
	t.Helper()
	signer, err := note.NewSigner(testSigner)
	if err != nil {
		t.Fatal(err)
	}
	return bolt.Options{Signer: signer, Origin: origin}
}

func open(t testing.TB, dir string, o bolt.Options) *bolt.Store {
	t.Helper()
	s, err := bolt.Open(dir, o)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

func sound(t testing.TB, s *bolt.Store) {
	t.Helper()
	lines, err := s.Check(t.Context(), nil)
	if err != nil || lines != nil {
		t.Fatalf("check: %v\n%s", err, strings.Join(lines, "\n"))
	}
}

// acceptance of a document with the given body, to so many pulling agencies.
func acceptance(body string, addressees ...exchange.AgencyID) *exchange.Acceptance {
	id := exchange.NewMessageID()
	m := exchange.Message{
		ID: id, Class: exchange.ClassDocument, Sender: "A53.01.H41", Caller: "A53.01.H41",
		Code: "12/UBND", Digest: sha256.Sum256([]byte(body)), Size: int64(len(body)),
	}
	a := &exchange.Acceptance{Body: []byte(body), Now: start, Entry: translog.Entry{Type: translog.Accepted, Actor: "A53.01.H41"}}
	for _, to := range addressees {
		d := exchange.Delivery{
			ID: exchange.NewDeliveryID(), Message: id, Class: m.Class, Sender: m.Sender, Addressee: to,
			Channel: exchange.Pull, State: exchange.Initial(exchange.Pull), Due: start, Deadline: start.AddDate(0, 1, 0),
		}
		m.Addressees = append(m.Addressees, exchange.Addressee{Agency: to, Codes: []exchange.AgencyID{to}, Delivery: d.ID})
		a.Deliveries = append(a.Deliveries, d)
	}
	a.Message = m
	return a
}

func addressee(i int) exchange.AgencyID { return exchange.AgencyID(fmt.Sprintf("A53.%02d.H41", i)) }

func accept(t testing.TB, s *bolt.Store, a *exchange.Acceptance) *exchange.Receipt {
	t.Helper()
	r, err := s.Accept(t.Context(), a)
	if err != nil {
		t.Fatalf("accept: %v", err)
	}
	return r
}

func randomBody(n int) string {
	b := make([]byte, n)
	rand.Read(b)
	return string(b)
}

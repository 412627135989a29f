package bolt_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
	"github.com/lienthong/lienthong/store/bolt"
)

var writeSchema = flag.Bool("write-schema", false, "make the file of the present schema anew: only before it is released")

// TestReleasedSchemas opens what every released program has written: testdata/schema-N holds a file of schema N and
// the receipts that were given over it.
func TestReleasedSchemas(t *testing.T) {
	if *writeSchema {
		writeFile(t, filepath.Join("testdata", fmt.Sprintf("schema-%d", bolt.SchemaVersion)))
	}
	for version := 1; version <= bolt.SchemaVersion; version++ {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			from := filepath.Join("testdata", fmt.Sprintf("schema-%d", version))
			dir := t.TempDir()
			unpack(t, filepath.Join(from, "hub.db.gz"), filepath.Join(dir, "hub.db"))
			must(t, os.CopyFS(filepath.Join(dir, "bodies"), os.DirFS(filepath.Join(from, "bodies"))))
			s := open(t, dir, options(t))
			sound(t, s)
			listedAgain(t, s)
			receiptsHold(t, s, filepath.Join(from, "receipts"))
			if version >= 2 {
				provenAgain(t, s)
				stillAsked(t, s)
			}
			goesOn(t, s)
		})
	}
}

// TestUpgradeFindsSigners: messages of schema 1 are found by their signer afterwards, and a file of another log is left
// as it is.
func TestUpgradeFindsSigners(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	a := acceptance("x", addressee(2))
	a.Message.Certificate = signedBy
	accept(t, s, a)
	must(t, s.Close())
	for _, bucket := range []string{"evidence", "ix_cert", "ix_unproven", "ix_desk", "ix_traffic", "progress", "ix_log"} {
		loseBucket(t, dir, bucket)
	}
	loseTallies(t, dir)
	setMeta(t, dir, "schema", "1")
	setMeta(t, dir, "origin", "other/1")
	if _, err := bolt.Open(dir, options(t)); err == nil {
		t.Fatal("another log was opened")
	}
	setMeta(t, dir, "origin", origin)
	if names := bucketNames(t, dir); slices.Contains(names, "ix_cert") {
		t.Error("a file that was refused was brought to the new schema")
	}
	s = open(t, dir, options(t))
	sound(t, s)
	list, err := s.SignedWith(t.Context(), exchange.SignedQuery{Certificate: signedBy, Limit: 9})
	if err != nil || len(list) != 1 || list[0].ID != a.Message.ID {
		t.Errorf("the signer's messages are %+v (%v), want the one", list, err)
	}
}

// loseTallies takes away the roll-ups of lists, which schema 1 has not.
func loseTallies(t *testing.T, dir string) {
	t.Helper()
	edit(t, dir, "counts", func(b *bbolt.Bucket) error {
		var keys [][]byte
		err := b.ForEach(func(key, _ []byte) error {
			if strings.ContainsRune("dfl", rune(key[0])) {
				keys = append(keys, bytes.Clone(key))
			}
			return nil
		})
		for _, key := range keys {
			err = errors.Join(err, b.Delete(key))
		}
		return err
	})
}

// listedAgain: what an older program has written is in the lists of today.
func listedAgain(t *testing.T, s *bolt.Store) {
	t.Helper()
	for _, test := range []struct {
		q    exchange.Query
		want int
	}{
		{exchange.Query{Every: true, Agency: addressee(2)}, 4},
		{exchange.Query{Agency: addressee(2), Role: exchange.Received, Group: exchange.GroupWaiting}, 3},
		{exchange.Query{Agency: addressee(1), Role: exchange.Sent, Group: exchange.GroupAttention}, 1},
	} {
		page, err := s.Search(t.Context(), test.q)
		n, failed := s.Tally(t.Context(), test.q)
		if err != nil || failed != nil || len(page.Rows) != test.want || n != test.want {
			t.Errorf("%+v: %d rows (%v), counted as %d (%v); want %d", test.q, len(page.Rows), err, n, failed, test.want)
		}
	}
	logged, err := s.SearchLog(t.Context(), exchange.LogQuery{Type: translog.DeadLettered})
	if err != nil || len(logged.Records) != 1 {
		t.Errorf("%d dead letters in the log (%v), want 1", len(logged.Records), err)
	}
}

// receiptsHold: each is the same to the byte, verifies, and its body is there.
func receiptsHold(t *testing.T, s *bolt.Store, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	n := 0
	for line := range strings.Lines(string(text)) {
		id, want, _ := strings.Cut(strings.TrimSpace(line), " ")
		m, err := s.Message(t.Context(), exchange.MessageID(id))
		must(t, err)
		proof, err := s.Proof(t.Context(), m.Entry)
		must(t, err)
		if got := base64.StdEncoding.EncodeToString(proof.Marshal()); got != want {
			t.Errorf("message %s has another receipt than the one given", id)
		}
		if _, _, err := proof.Verify(verifiers(t), origin); err != nil {
			t.Errorf("message %s: %v", id, err)
		}
		body, err := s.OpenBody(t.Context(), m.ID)
		must(t, err)
		if _, err := io.Copy(io.Discard, body); err != nil {
			t.Errorf("message %s: body: %v", id, err)
		}
		must(t, body.Close())
		n++
	}
	if n < 4 {
		t.Errorf("%d receipts: the file shows too little", n)
	}
}

// goesOn: what is open is leased, counted and added to as if this program had written all of it.
func goesOn(t *testing.T, s *bolt.Store) {
	t.Helper()
	leases, err := s.Lease(t.Context(), exchange.LeaseRequest{Agency: addressee(2), Now: start.AddDate(0, 0, 1), Until: start.AddDate(0, 0, 2), Max: 9})
	if err != nil || len(leases) != 2 {
		t.Errorf("%d leases (%v), want the one whose time is over and the one never tried", len(leases), err)
	}
	counts, err := s.Counts(t.Context(), addressee(2), exchange.Received)
	if err != nil || counts[exchange.Delivered] != 1 || counts[exchange.DeadLettered] != 1 || counts[exchange.Held] != 2 {
		t.Errorf("counts %v (%v), want one delivered, one dead-lettered, two held", counts, err)
	}
	agencies, err := s.Agencies(t.Context(), 0)
	if err != nil || len(agencies) != 1 || agencies[0].Name != "Sở Nội vụ (TEST ONLY)" {
		t.Errorf("agencies %+v (%v)", agencies, err)
	}
	if _, err := s.PutPerson(t.Context(), exchange.Person{Login: "after", ID: "p-after"}, personAdded("p-after"), nil); err != nil {
		t.Errorf("a person is added: %v", err)
	}
	accept(t, s, acceptance("after", addressee(2)))
	sound(t, s)
}

func unpack(t *testing.T, from, to string) {
	t.Helper()
	f, err := os.Open(from)
	must(t, err)
	defer f.Close()
	r, err := gzip.NewReader(f)
	must(t, err)
	b, err := io.ReadAll(r)
	must(t, err)
	must(t, os.WriteFile(to, b, 0o600))
}

// writeFile makes the directory that TestReleasedSchemas opens.
func writeFile(t *testing.T, to string) {
	t.Helper()
	dir := t.TempDir()
	s := open(t, dir, options(t))
	receipts := fill(t, s)
	must(t, s.Close())
	must(t, os.RemoveAll(to))
	must(t, os.CopyFS(filepath.Join(to, "bodies"), os.DirFS(filepath.Join(dir, "bodies"))))
	must(t, os.WriteFile(filepath.Join(to, "receipts"), []byte(receipts), 0o644))
	must(t, os.WriteFile(filepath.Join(to, "hub.db.gz"), packed(t, filepath.Join(dir, "hub.db")), 0o644))
}

// fill accepts four documents to one agency: delivered, dead-lettered, being delivered, not yet tried.
func fill(t *testing.T, s *bolt.Store) (receipts string) {
	t.Helper()
	ctx := t.Context()
	_, err := s.PutAgency(ctx, exchange.Agency{ID: addressee(2), Name: "Sở Nội vụ (TEST ONLY)", Level: exchange.District, Channel: exchange.Pull},
		translog.Entry{Type: translog.AgencyChanged, Actor: "operator:an", Addressee: string(addressee(2)), Time: start}, nil)
	must(t, err)
	_, err = s.PutPerson(ctx, exchange.Person{Login: "an", ID: "p-an", Name: "TEST ONLY", Agency: addressee(2)}, personAdded("p-an"), nil)
	must(t, err)
	for i, result := range []exchange.Result{exchange.ResultDelivered, exchange.ResultDeadLettered, "", "none"} {
		a := acceptance(fmt.Sprintf("TEST ONLY: document %d", i), addressee(2))
		a.Message.DocumentID = fmt.Sprintf("%s,2026/03/02,%d/UBND", a.Message.Sender, i)
		a.Identity, a.IdempotencyKey = string(a.Message.Sender)+"\x00id\x00"+a.Message.DocumentID, fmt.Sprintf("key %d", i)
		side, err := translog.NewSide(rand.Reader, map[string]string{"subject": "TEST ONLY"})
		must(t, err)
		a.Side, a.DelayNotice = &side, start.Add(time.Hour)
		prove(a, i)
		r := accept(t, s, a)
		receipts += fmt.Sprintf("%s %s\n", r.Message.ID, base64.StdEncoding.EncodeToString(r.Proof.Marshal()))
		if result != "none" {
			attempt(t, s, result)
		}
	}
	recalling(t, s)
	return receipts
}

// signedBy is the fingerprint of an invented certificate.
const signedBy = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

// prove has every document signed: the first with evidence, the last waits for it.
func prove(a *exchange.Acceptance, i int) {
	a.Message.Certificate, a.Entry.Cert = signedBy, signedBy
	switch i {
	case 0:
		e := exchange.Evidence{DER: []byte("TEST ONLY: a statement")}
		e.Digest = sha256.Sum256(e.DER)
		a.Evidence = []exchange.Evidence{e}
		a.Message.Revocation = &exchange.Revocation{State: exchange.RevocationGood,
			Said: []exchange.Statement{{Certificate: signedBy, Kind: signing.ByOCSP, ThisUpdate: start, Evidence: e.Digest}}}
	case 3:
		a.Message.Revocation = &exchange.Revocation{State: exchange.RevocationUnknown, Why: exchange.WhyNotHeard, Pending: true}
	}
}

// provenAgain: what schema 2 brought is there, and counts on.
func provenAgain(t *testing.T, s *bolt.Store) {
	t.Helper()
	list, err := s.SignedWith(t.Context(), exchange.SignedQuery{Certificate: signedBy, Limit: 9})
	if err != nil || len(list) != 4 {
		t.Fatalf("%d messages of the signer (%v), want 4", len(list), err)
	}
	first := list[0].Revocation
	if first == nil || first.State != exchange.RevocationGood || len(first.Said) != 1 {
		t.Fatalf("the first message's revocation is %+v", first)
	}
	if der, err := s.Evidence(t.Context(), first.Said[0].Evidence); err != nil || string(der) != "TEST ONLY: a statement" {
		t.Errorf("evidence %q (%v)", der, err)
	}
	if n, err := s.Unproven(t.Context()); err != nil || n != 1 {
		t.Errorf("%d messages wait for evidence (%v), want 1", n, err)
	}
}

// recalling accepts a document that is being delivered when its recall comes, which asks, and an update, which waits.
func recalling(t *testing.T, s *bolt.Store) {
	t.Helper()
	first := acceptance("TEST ONLY: document recalled", addressee(3))
	accept(t, s, first)
	if _, err := s.Lease(t.Context(), exchange.LeaseRequest{Agency: addressee(3), Now: start, Until: start.Add(time.Hour), Max: 1}); err != nil {
		t.Fatal(err)
	}
	for _, by := range []struct {
		kind     envelope.Kind
		relation exchange.Relation
	}{{envelope.Recall, exchange.Recalls}, {envelope.Update, exchange.Updates}} {
		a := acceptance("TEST ONLY: "+string(by.relation), addressee(3))
		a.Message.Kind, a.Deliveries[0].Kind = by.kind, by.kind
		a.Message.About = []exchange.Link{{Message: first.Message.ID, Relation: by.relation,
			For: []exchange.AgencyID{addressee(3)}, Of: []exchange.DeliveryID{first.Deliveries[0].ID}}}
		a.AnswerBy = start.AddDate(0, 0, 3)
		accept(t, s, a)
	}
}

// stillAsked: the recall of a file of this schema goes on where it stood.
func stillAsked(t *testing.T, s *bolt.Store) {
	t.Helper()
	late, _, err := s.Unanswered(t.Context(), start.AddDate(0, 0, 4), "", 9)
	if err != nil || len(late) != 1 || late[0].Addressee != addressee(3) {
		t.Fatalf("%d recalls without an answer (%v), want one", len(late), err)
	}
	if _, err := s.Acknowledge(t.Context(), exchange.Acknowledgement{Delivery: late[0].ID, Addressee: addressee(3), Attempt: 1, Now: start}); err != nil {
		t.Fatal(err)
	}
	ask := exchange.LeaseRequest{Agency: addressee(3), Now: start.AddDate(0, 0, 4), Until: start.AddDate(0, 0, 5), Max: 9}
	leases, err := s.Lease(t.Context(), ask)
	if err != nil || len(leases) != 1 || leases[0].Message.Kind != envelope.Recall {
		t.Errorf("handed out %+v (%v), want the recall, and the update behind it", leases, err)
	}
}

func personAdded(id string) translog.Entry {
	return translog.Entry{Type: translog.PersonChanged, Actor: "operator:an", Addressee: string(addressee(2)), Code: id, Time: start}
}

// attempt leases what is due, and ends it with a result if there is one.
func attempt(t *testing.T, s *bolt.Store, result exchange.Result) {
	t.Helper()
	leases, err := s.Lease(t.Context(), exchange.LeaseRequest{Agency: addressee(2), Now: start, Until: start.Add(time.Hour), Max: 1})
	if err != nil || len(leases) != 1 {
		t.Fatalf("lease: %v, %d", err, len(leases))
	}
	if result == "" {
		return
	}
	_, err = s.Settle(t.Context(), exchange.Settlement{
		Delivery: leases[0].Delivery.ID, Attempt: 1, Now: start, Outcome: exchange.Outcome{Result: result, Reason: "http-410"},
	})
	must(t, err)
}

// packed is the file without the room that it has for growing, and compressed.
func packed(t *testing.T, path string) []byte {
	t.Helper()
	from, err := bbolt.Open(path, 0o600, &bbolt.Options{ReadOnly: true})
	must(t, err)
	small := filepath.Join(t.TempDir(), "small")
	to, err := bbolt.Open(small, 0o600, nil)
	must(t, err)
	must(t, bbolt.Compact(to, from, 0))
	must(t, to.Close())
	must(t, from.Close())
	b, err := os.ReadFile(small)
	must(t, err)
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err = w.Write(b)
	must(t, err)
	must(t, w.Close())
	return out.Bytes()
}

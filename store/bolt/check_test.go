package bolt_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"go.etcd.io/bbolt"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store/bolt"
)

// TestCheckSeesDamage: a check that is clean over a broken store would be worth nothing.
func TestCheckSeesDamage(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	accept(t, s, acceptance("a body of some length", addressee(2)))
	must(t, s.Close())
	segments, err := filepath.Glob(filepath.Join(dir, "bodies", "*.seg"))
	must(t, err)
	b, err := os.ReadFile(segments[0])
	must(t, err)
	b[len(b)-1] ^= 1
	must(t, os.WriteFile(segments[0], b, 0o600))
	broken(t, dir, "body")
	b[len(b)-1] ^= 1
	b[0] ^= 1
	must(t, os.WriteFile(segments[0], b, 0o600))
	broken(t, dir, "header")
	b[0] ^= 1
	must(t, os.WriteFile(segments[0], b, 0o600))
}

// TestCheckSeesRows takes the last row of each bucket away and puts one more behind it, and has the check complain.
func TestCheckSeesRows(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	fill(t, s)
	leases, err := s.Lease(t.Context(), exchange.LeaseRequest{Agency: addressee(2), Now: start, Until: start.Add(time.Hour), Max: 1})
	if err != nil || len(leases) != 1 {
		t.Fatalf("lease: %v, %d", err, len(leases))
	}
	_, err = s.Opened(t.Context(), leases[0].Delivery.ID, "operator:an", "", start)
	must(t, err)
	must(t, s.Close())
	for _, bucket := range bucketNames(t, dir) {
		t.Run(bucket, func(t *testing.T) {
			switch bucket {
			case "identity", "sides": // nothing else tells that it was there: a side may be erased
			default:
				losesRow(t, dir, bucket)
			}
			if bucket != "meta" { // it is no index: what it has besides is not asked for
				gainsRow(t, dir, bucket)
			}
		})
	}
}

func bucketNames(t *testing.T, dir string) (names []string) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "hub.db"), 0o600, nil)
	must(t, err)
	must(t, db.View(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			names = append(names, string(name))
			return nil
		})
	}))
	must(t, db.Close())
	return names
}

// lastRow is a copy of it.
func lastRow(t *testing.T, b *bbolt.Bucket) (key, value []byte) {
	k, v := b.Cursor().Last()
	if k == nil {
		t.Error("there is no row to lose: the fixture shows too little")
	}
	return bytes.Clone(k), bytes.Clone(v)
}

func losesRow(t *testing.T, dir, bucket string) {
	t.Helper()
	var key, value []byte
	edit(t, dir, bucket, func(b *bbolt.Bucket) error {
		key, value = lastRow(t, b)
		return b.Delete(key)
	})
	broken(t, dir, "")
	edit(t, dir, bucket, func(b *bbolt.Bucket) error { return b.Put(key, value) })
	whole(t, dir)
}

func gainsRow(t *testing.T, dir, bucket string) {
	t.Helper()
	var key []byte
	edit(t, dir, bucket, func(b *bbolt.Bucket) error {
		k, value := lastRow(t, b)
		key = k
		key[len(key)-1]++
		return b.Put(key, value)
	})
	broken(t, dir, "")
	edit(t, dir, bucket, func(b *bbolt.Bucket) error { return b.Delete(key) })
	whole(t, dir)
}

func whole(t *testing.T, dir string) {
	t.Helper()
	s := open(t, dir, options(t))
	sound(t, s)
	must(t, s.Close())
}

func edit(t *testing.T, dir, bucket string, f func(*bbolt.Bucket) error) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "hub.db"), 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { return f(tx.Bucket([]byte(bucket))) }))
	must(t, db.Close())
}

// broken: the store is not opened, or its check complains.
func broken(t *testing.T, dir, says string) {
	t.Helper()
	s, err := bolt.Open(dir, options(t))
	if err != nil {
		return
	}
	lines, err := s.Check(t.Context(), nil)
	if err != nil || len(lines) == 0 || !strings.Contains(strings.Join(lines, "\n"), says) {
		t.Errorf("check says %q, %v; want a line about %q", lines, err, says)
	}
	must(t, s.Close())
}

// Records that cannot be read, more of them than a page has, hold up no other whose time has come.
func TestWhatCannotBeReadHoldsUpNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	var seen, waiting []exchange.DeliveryID
	for i := range 5 {
		seen = append(seen, asked(t, s, addressee(10+i)))
		a := acceptance(randomBody(9), addressee(2))
		accept(t, s, a)
		waiting = append(waiting, a.Deliveries[0].ID)
	}
	must(t, s.Close())
	tear(t, dir, slices.Concat(seen[:3], waiting[:3]))
	s = open(t, dir, options(t))
	lease := func() []exchange.Lease {
		ls, err := s.Lease(t.Context(), exchange.LeaseRequest{Agency: addressee(2), Max: 1, Now: start, Until: start.Add(time.Minute)})
		if (err == nil) != (len(ls) == 1) {
			t.Errorf("leased %d, %v; want what can be read, or the error of what cannot", len(ls), err)
		}
		return ls
	}
	for _, want := range waiting[3:] {
		if ls := lease(); len(ls) == 1 && ls[0].Delivery.ID != want {
			t.Errorf("leased %s, want %s", ls[0].Delivery.ID, want)
		}
	}
	if ls := lease(); len(ls) > 0 {
		t.Errorf("leased %s, which cannot be read", ls[0].Delivery.ID)
	}
	later := start.AddDate(1, 0, 0)
	for _, list := range []struct {
		name string
		want []exchange.DeliveryID
		page func(cursor string) ([]exchange.Delivery, string, error)
	}{
		{"overdue", waiting, func(cursor string) ([]exchange.Delivery, string, error) {
			return s.Overdue(t.Context(), later, cursor, 1)
		}},
		{"unanswered", seen, func(cursor string) ([]exchange.Delivery, string, error) {
			return s.Unanswered(t.Context(), later, cursor, 1)
		}},
		{"waiting", waiting, func(cursor string) ([]exchange.Delivery, string, error) {
			return s.Waiting(t.Context(), addressee(2), cursor, 1)
		}},
	} {
		first, next, err := list.page("")
		second, _, after := list.page(next)
		if got := append(first, second...); err == nil || after != nil || len(got) != 2 || got[0].ID != list.want[3] || got[1].ID != list.want[4] {
			t.Errorf("%s are %d (%v, %v), want the last two, and an error of the first three", list.name, len(got), err, after)
		}
	}
	if n, err := s.PassLimits(t.Context(), later, 2); n != 2 || err == nil {
		t.Errorf("%d limits passed (%v), want the two that can be read, and an error of the others", n, err)
	}
	if n, err := s.PassLimits(t.Context(), later, 2); n != 0 || err == nil {
		t.Errorf("%d limits passed (%v) again, want none, and the error", n, err)
	}
	must(t, s.Close())
}

// asked accepts a document, has it fetched and its recall asked for.
func asked(t *testing.T, s *bolt.Store, to exchange.AgencyID) exchange.DeliveryID {
	t.Helper()
	a := acceptance(randomBody(9), to)
	a.Message.Date = envelope.DateOf(start)
	fetched(t, s, a)
	recall := acting(envelope.Recall, exchange.Recalls)(a)
	recall.Body = []byte(randomBody(int(recall.Message.Size)))
	recall.Message.Digest = sha256.Sum256(recall.Body)
	fetched(t, s, recall)
	return a.Deliveries[0].ID
}

// fetched accepts what waits for nobody else, and has it acknowledged.
func fetched(t *testing.T, s *bolt.Store, a *exchange.Acceptance) {
	t.Helper()
	accept(t, s, a)
	d := a.Deliveries[0]
	ls, err := s.Lease(t.Context(), exchange.LeaseRequest{Agency: d.Addressee, Max: 1, Now: start, Until: start.Add(time.Minute)})
	must(t, err)
	_, err = s.Acknowledge(t.Context(), exchange.Acknowledgement{Delivery: d.ID, Addressee: d.Addressee, Attempt: ls[0].Delivery.Attempt, Now: start})
	must(t, err)
}

// tear makes records of deliveries what nobody can read.
func tear(t *testing.T, dir string, ids []exchange.DeliveryID) {
	t.Helper()
	edit(t, dir, "deliveries", func(b *bbolt.Bucket) error {
		for _, id := range ids {
			key := uuid.MustParse(string(id))
			if b.Get(key[:]) == nil {
				t.Errorf("there is no record of %s", id)
			}
			must(t, b.Put(key[:], []byte("torn")))
		}
		return nil
	})
}

package bolt_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

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

// A record that cannot be read holds up no other whose time has come.
func TestOverdueGoesOn(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	a := acceptance("one body", addressee(1), addressee(2), addressee(3))
	accept(t, s, a)
	must(t, s.Close())
	edit(t, dir, "deliveries", func(b *bbolt.Bucket) error {
		k, _ := b.Cursor().First()
		return b.Put(bytes.Clone(k), []byte("torn"))
	})
	s = open(t, dir, options(t))
	list, err := s.Overdue(t.Context(), start.AddDate(1, 0, 0), 2)
	if err == nil || len(list) != 2 || list[0].Addressee != addressee(2) || list[1].Addressee != addressee(3) {
		t.Errorf("overdue are %+v (%v), want the second and the third, and an error of the first", list, err)
	}
	must(t, s.Close())
}

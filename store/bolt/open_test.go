package bolt_test

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store/bolt"
)

func TestOneOwner(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, options(t))
	second, err := bolt.Open(dir, options(t))
	if !errors.Is(err, bolt.ErrHeld) || !strings.Contains(err.Error(), dir) {
		t.Fatalf("second owner: %v, %v; want ErrHeld naming the directory", second, err)
	}
}

func TestRefusedFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  error // nil: see says
		says  string
	}{
		{"a newer schema", func(t *testing.T, dir string) { setMeta(t, dir, "schema", "3") }, bolt.ErrNewerSchema, "schema 3"},
		{"a bucket lost", func(t *testing.T, dir string) { loseBucket(t, dir, "segs") }, nil, `no "segs"`},
		{"another log", func(t *testing.T, dir string) { setMeta(t, dir, "origin", "other/1") }, nil, `"other/1"`},
		{"bodies without their file", func(t *testing.T, dir string) { must(t, os.Remove(filepath.Join(dir, "hub.db"))) }, bolt.ErrIncomplete, ""},
		{"bodies with an empty file", func(t *testing.T, dir string) { must(t, os.Truncate(filepath.Join(dir, "hub.db"), 0)) }, bolt.ErrIncomplete, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, options(t))
			accept(t, s, acceptance("x", addressee(2)))
			must(t, s.Close())
			c.spoil(t, dir)
			_, err := bolt.Open(dir, options(t))
			if err == nil || (c.want != nil && !errors.Is(err, c.want)) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("opened with %v, want %v saying %q", err, c.want, c.says)
			}
		})
	}
}

func setMeta(t *testing.T, dir, key, value string) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "hub.db"), 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte(key), []byte(value)) }))
	must(t, db.Close())
}

func loseBucket(t *testing.T, dir, name string) {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(dir, "hub.db"), 0o600, nil)
	must(t, err)
	must(t, db.Update(func(tx *bbolt.Tx) error { return tx.DeleteBucket([]byte(name)) }))
	must(t, db.Close())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestTornTail: what a crash left behind the last named body is neither read nor overwritten.
func TestTornTail(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	accept(t, s, acceptance("first", addressee(2)))
	must(t, s.Close())
	segments, err := filepath.Glob(filepath.Join(dir, "bodies", "*.seg"))
	if err != nil || len(segments) != 1 {
		t.Fatalf("segments: %v, %v", segments, err)
	}
	whole, err := os.ReadFile(segments[0])
	must(t, err)
	for _, tail := range []string{"LTB\x01", string(whole[12:60]), string(whole[12:]) + "half"} {
		must(t, os.WriteFile(segments[0], append(whole[:len(whole):len(whole)], tail...), 0o600))
		s = open(t, dir, options(t))
		accept(t, s, acceptance("after "+tail, addressee(2)))
		sound(t, s)
		must(t, s.Close())
	}
}

// TestHalfMadeSegment: a power cut between a segment's name and its header leaves a file that is neither in the way nor
// ever written to, and its number is not used again.
func TestHalfMadeSegment(t *testing.T) {
	for name, header := range map[string]string{
		"empty": "", "torn": "LTSEG\x00", "allocated": strings.Repeat("\x00", 12), "header only": "LTSEG\x00\x00\x01\x00\x00\x00\x02",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			s := open(t, dir, options(t))
			accept(t, s, acceptance("first", addressee(2)))
			must(t, s.Close())
			half := filepath.Join(dir, "bodies", "00000002.seg")
			must(t, os.WriteFile(half, []byte(header), 0o600))
			s = open(t, dir, options(t))
			sound(t, s)
			accept(t, s, acceptance("second", addressee(2)))
			sound(t, s)
			must(t, s.Backup(t.Context(), filepath.Join(t.TempDir(), "copy")))
			if got, err := os.ReadFile(half); err != nil || string(got) != header {
				t.Errorf("the half-made segment now holds %q (%v)", got, err)
			}
			if _, err := os.Stat(filepath.Join(dir, "bodies", "00000003.seg")); err != nil {
				t.Errorf("the next segment: %v", err)
			}
		})
	}
}

// TestIdenticalSubmissions: a hundred at once are one message, one body, and one receipt a hundred times (DESIGN P2).
func TestIdenticalSubmissions(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	body := randomBody(20 << 10)
	proofs := make([]string, 100)
	var wg sync.WaitGroup
	for i := range proofs {
		a := acceptance(body, addressee(2), addressee(3))
		wg.Go(func() {
			if r, err := s.Accept(t.Context(), a); err == nil {
				proofs[i] = string(r.Proof.Marshal())
			}
		})
	}
	wg.Wait()
	for i, p := range proofs {
		if p == "" || p != proofs[0] {
			t.Fatalf("receipt %d is not the first one", i)
		}
	}
	if _, size, err := s.Checkpoint(t.Context()); err != nil || size != 1 {
		t.Errorf("log of %d entries (%v), want 1", size, err)
	}
	info, err := os.Stat(filepath.Join(dir, "bodies", "00000001.seg"))
	if err != nil || info.Size() > 21<<10 {
		t.Errorf("segment: %v, %d bytes; want one body", err, info.Size())
	}
	sound(t, s)
}

// TestIdleWritesNothing: looking, also in vain, commits nothing (DESIGN P12).
func TestIdleWritesNothing(t *testing.T) {
	s := open(t, t.TempDir(), options(t))
	r := accept(t, s, acceptance("x", addressee(2)))
	ctx, before := t.Context(), s.Commits()
	lease := exchange.LeaseRequest{Agency: addressee(9), Now: start, Until: start.Add(time.Minute), Max: 1}
	leases, err := s.Lease(ctx, lease)
	if err != nil || len(leases) != 0 {
		t.Errorf("lease of nothing: %v, %d", err, len(leases))
	}
	lease.Agency = addressee(2)
	lease.Now = start.Add(-time.Hour) // the clock went back: the hub's time does not
	lease.Until = start.Add(-time.Minute)
	if leases, err = s.Lease(ctx, lease); err != nil || len(leases) != 1 || s.Commits() != before+1 {
		t.Fatalf("lease: %v, %d, %d commits; want one of each", err, len(leases), s.Commits()-before)
	}
	d := leases[0].Delivery
	if want := start.Add(59 * time.Minute); !d.Due.Equal(want) {
		t.Errorf("leased until %v, want %v: as long as asked for, from the hub's time", d.Due, want)
	}
	_, err = s.Settle(ctx, exchange.Settlement{Delivery: d.ID, Attempt: 7, Now: start, Outcome: exchange.Outcome{Result: exchange.ResultDelivered}})
	if !errors.Is(err, exchange.LeaseLost) {
		t.Errorf("lost lease: %v", err)
	}
	if _, err := s.Accept(ctx, acceptance("x", addressee(2))); err != nil {
		t.Errorf("repeat: %v", err)
	}
	if _, err := s.Proof(ctx, r.Message.Entry); err != nil {
		t.Error(err)
	}
	must(t, s.Probe(ctx))
	if got := s.Commits() - before; got != 1 {
		t.Errorf("%d commits, want only that of the lease", got)
	}
}

// TestBegunInVain: what a power cut leaves of the making of a store is no store, and does not stand in the way.
func TestBegunInVain(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "hub.db.new"), []byte("half a file"), 0o600))
	s := open(t, dir, options(t))
	accept(t, s, acceptance("x", addressee(2)))
	sound(t, s)
	if _, err := os.Stat(filepath.Join(dir, "hub.db.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("hub.db.new is still there: %v", err)
	}
}

// P8: one log has one key: with another one the store does not open, and nothing is written.
func TestAnotherKeyIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	accept(t, s, acceptance("x", addressee(2)))
	must(t, s.Close())
	skey, _, err := note.GenerateKey(rand.Reader, origin)
	must(t, err)
	other, err := note.NewSigner(skey)
	must(t, err)
	if _, err := bolt.Open(dir, bolt.Options{Signer: other, Origin: origin}); !errors.Is(err, bolt.ErrOtherKey) {
		t.Errorf("opened with another key: %v, want %v", err, bolt.ErrOtherKey)
	}
	accept(t, open(t, dir, options(t)), acceptance("y", addressee(2)))
}

package bolt_test

import (
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

func TestADocumentGoesThrough(t *testing.T) {
	s := open(t, t.TempDir(), options(t))
	ctx := t.Context()
	body := randomBody(20 << 10)
	r := accept(t, s, acceptance(body, addressee(2), addressee(3)))
	if _, c, err := r.Proof.Verify(verifiers(t), origin); err != nil || c.Size != 1 {
		t.Fatalf("receipt: %v, at size %d", err, c.Size)
	}
	got, err := s.OpenBody(ctx, r.Message.ID)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	if b, err := io.ReadAll(got); err != nil || string(b) != body {
		t.Fatalf("body: %v, %d bytes", err, len(b))
	}
	leases, err := s.Lease(ctx, exchange.LeaseRequest{Agency: addressee(2), Now: start, Until: start.Add(time.Minute), Max: 10})
	if err != nil || len(leases) != 1 {
		t.Fatalf("lease: %v, %d", err, len(leases))
	}
	d, err := s.Acknowledge(ctx, exchange.Acknowledgement{
		Delivery: leases[0].Delivery.ID, Addressee: addressee(2), Attempt: 1, Now: start.Add(time.Second),
	})
	if err != nil || d.State != exchange.Delivered {
		t.Fatalf("acknowledge: %v, %s", err, d.State)
	}
	page, err := s.Search(ctx, exchange.Query{Agency: addressee(2), Role: exchange.Received})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("search: %v, %d rows", err, len(page.Rows))
	}
	if _, err := s.Message(ctx, "x"); !errors.Is(err, exchange.NotFound) {
		t.Errorf("unknown message: %v", err)
	}
	sound(t, s)
}

func verifiers(t testing.TB) note.Verifiers {
	t.Helper()
	v, err := note.NewVerifier(testVerifier)
	if err != nil {
		t.Fatal(err)
	}
	return note.VerifierList(v)
}

// TestWhatCannotBeLoggedLeavesNothing: a large body would be on the disk before the transaction refuses.
func TestWhatCannotBeLoggedLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, options(t))
	a := acceptance(randomBody(2<<20), addressee(2))
	a.Entry.Actor = "two\nlines"
	before := bodyBytes(t, dir)
	if _, err := s.Accept(t.Context(), a); !errors.Is(err, translog.ErrEntry) {
		t.Errorf("accepted: %v, want %v", err, translog.ErrEntry)
	}
	if after := bodyBytes(t, dir); after != before {
		t.Errorf("the bodies take %d bytes, before %d", after, before)
	}
	sound(t, s)
}

func bodyBytes(t *testing.T, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "hub.db" {
			return err
		}
		info, err := d.Info()
		n += info.Size()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

package directory_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

// faulty is a store that fails, or is always a step behind.
type faulty struct {
	directory.Store
	write, read error
	writes      int
	after       func() // a write
}

func (f *faulty) PutAgency(ctx context.Context, a exchange.Agency, e translog.Entry, s *translog.Side) (uint64, error) {
	f.writes++
	if f.write != nil {
		return 0, f.write
	}
	defer f.then()
	return f.Store.PutAgency(ctx, a, e, s)
}

func (f *faulty) PutAgencies(ctx context.Context, as []exchange.Agency, e translog.Entry, s *translog.Side) error {
	f.writes++
	if f.write != nil {
		return f.write
	}
	defer f.then()
	return f.Store.PutAgencies(ctx, as, e, s)
}

func (f *faulty) Agencies(ctx context.Context, since uint64) ([]exchange.Agency, error) {
	if f.read != nil {
		return nil, f.read
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return f.Store.Agencies(ctx, since)
}

func (f *faulty) then() {
	if f.after != nil {
		f.after()
	}
}

func TestStoreFails(t *testing.T) {
	broken := errors.New("disk full")
	for _, name := range []string{"Put", "Import", "SetEndpoint", "AddCertificate", "IssueKey"} {
		w := planted(t)
		f := &faulty{Store: w.store}
		d := w.over(f)
		act := w.acts(t.Context(), d, by)[name]
		before, _ := d.Agency("H41")
		f.write = broken
		if err := act(); !errors.Is(err, broken) || f.writes != 1 {
			t.Errorf("%s = %v after %d tries, want the store's error after one", name, err, f.writes)
		}
		if now, _ := d.Agency("H41"); !reflect.DeepEqual(now, before) {
			t.Errorf("%s failed, but shows %+v", name, now)
		}
		f.write, f.writes = exchange.Errorf(exchange.Conflict, "never mind"), 0
		if err := act(); !errors.Is(err, exchange.Conflict) || f.writes != 1 {
			t.Errorf("%s = %v after %d tries, want one: nobody had changed anything", name, err, f.writes)
		}
		f.write, f.read = nil, broken
		if err := act(); !errors.Is(err, broken) {
			t.Errorf("%s = %v, want the error of reading again", name, err)
		}
		f.read = nil
		w.must(d.Refresh(t.Context()))
		if now, _ := d.Agency("H41"); now.Version == before.Version {
			t.Errorf("%s was written, and cannot be read", name)
		}
	}
	w := planted(t)
	if _, err := directory.Open(t.Context(), &faulty{Store: w.store, read: broken}, directory.Options{}); !errors.Is(err, broken) {
		t.Errorf("Open = %v, want the store's error", err)
	}
}

// Against nodes that are always faster an act gives up after three tries.
func TestEndlessConflict(t *testing.T) {
	w := planted(t)
	f := &faulty{Store: w.store, write: exchange.Errorf(exchange.Conflict, "too late")}
	d, err := directory.Open(t.Context(), &racing{faulty: f, w: w}, directory.Options{})
	w.must(err)
	_, _, err = d.IssueKey(t.Context(), by, "H41", directory.KeyOptions{})
	if refused(t, err, exchange.Conflict); f.writes != 3 {
		t.Errorf("%d tries, want 3", f.writes)
	}
}

// racing has somebody else write before each of its writes.
type racing struct {
	*faulty
	w *world
}

func (r *racing) PutAgency(ctx context.Context, a exchange.Agency, e translog.Entry, s *translog.Side) (uint64, error) {
	r.w.put(commune(exchange.AgencyID(fmt.Sprintf("R%d", r.writes))))
	return r.faulty.PutAgency(ctx, a, e, s)
}

// Whoever hangs up as an act is committed must not leave the hub with what was before: a revoked key would go on.
func TestCallerGoneAfterTheWrite(t *testing.T) {
	for _, name := range order() {
		w := planted(t)
		f := &faulty{Store: w.store}
		d := w.over(f)
		w.Directory = d
		for _, before := range order()[:slices.Index(order(), name)] {
			w.must(w.acts(t.Context(), d, by)[before]())
		}
		ctx, hangUp := context.WithCancel(t.Context())
		act := w.acts(ctx, d, by)[name]
		version := w.version()
		f.after = hangUp
		w.must(act())
		if got := w.version(); got == version {
			t.Errorf("%s is on disk, but the hub shows what was before", name)
		}
	}
}

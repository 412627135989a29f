package directory_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/store/bolt"
)

const origin = "directory.test/1"

// start is when the clock of every world begins to stand still.
var start = time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)

// by is who acts. Operators are written into the log as they are here.
var by = exchange.Caller{Operator: "hoa", Credential: "session-7"}

// A world is a directory over a real store, with a clock that the test moves.
type world struct {
	*directory.Directory

	t      testing.TB
	dir    string
	signer note.Signer
	store  *bolt.Store
	now    time.Time
	told   [][]exchange.AgencyID // what OnChange was told
	hear   func([]exchange.AgencyID)
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir(), now: start}
	skey, _, err := translog.GenerateKey(rand.Reader, origin)
	w.must(err)
	w.signer, err = note.NewSigner(skey)
	w.must(err)
	w.open()
	t.Cleanup(func() { _ = w.store.Close() })
	w.Directory = w.over(w.store)
	return w
}

func (w *world) open() {
	w.t.Helper()
	var err error
	w.store, err = bolt.Open(w.dir, bolt.Options{Signer: w.signer, Origin: origin, Logger: slog.New(slog.DiscardHandler)})
	w.must(err)
}

// reopen closes the store and opens it again; the directory of before stays for comparison.
func (w *world) reopen() {
	w.t.Helper()
	w.must(w.store.Close())
	w.open()
}

// over is a directory over s that shares the world's clock.
func (w *world) over(s directory.Store) *directory.Directory {
	w.t.Helper()
	d, err := directory.Open(w.t.Context(), s, directory.Options{
		Clock: func() time.Time { return w.now },
		OnChange: func(ids []exchange.AgencyID) {
			w.told = append(w.told, ids)
			if w.hear != nil {
				w.hear(ids)
			}
		},
	})
	w.must(err)
	return d
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// commune is an agency that breaks no rule.
func commune(id exchange.AgencyID) exchange.Agency {
	return exchange.Agency{ID: id, Name: "UBND xã " + string(id), Level: exchange.Commune, Channel: exchange.Pull}
}

// put adds agencies that must be accepted, and returns the last as it stands.
func (w *world) put(as ...exchange.Agency) (a exchange.Agency) {
	w.t.Helper()
	for _, next := range as {
		var err error
		a, err = w.Put(w.t.Context(), by, next)
		w.must(err)
	}
	return a
}

// get is an agency that must be there.
func (w *world) get(id exchange.AgencyID) exchange.Agency {
	w.t.Helper()
	a, ok := w.Agency(id)
	if !ok {
		w.t.Fatalf("no agency %s", id)
	}
	return a
}

// log is every entry there is.
func (w *world) log() []exchange.LogRecord {
	w.t.Helper()
	all, err := w.store.Entries(context.Background(), 0, 1<<20)
	w.must(err)
	return all
}

// logged is what an act added to the log.
func (w *world) logged(act func()) []exchange.LogRecord {
	w.t.Helper()
	before := len(w.log())
	act()
	return w.log()[before:]
}

// one is the single entry that an act must add.
func (w *world) one(act func()) exchange.LogRecord {
	w.t.Helper()
	got := w.logged(act)
	if len(got) != 1 {
		w.t.Fatalf("%d log entries, want one: %+v", len(got), got)
	}
	return got[0]
}

// none fails the test if an act writes anything.
func (w *world) none(what string, act func()) {
	w.t.Helper()
	version := w.version()
	if got := w.logged(act); len(got) > 0 || w.version() != version {
		w.t.Errorf("%s wrote %d log entries, version %d -> %d; want nothing", what, len(got), version, w.version())
	}
}

func (w *world) version() uint64 {
	_, v := w.List(0)
	return v
}

// side is the erasable text of an entry; nil if it has none.
func side(r exchange.LogRecord) map[string]string {
	if r.Side == nil {
		return nil
	}
	return r.Side.Fields
}

// spelled is an entry in its canonical form: everything that cannot be erased.
func spelled(r exchange.LogRecord) string { return string(r.Entry.Marshal()) }

// wantSide compares the erasable text of an entry.
func wantSide(t testing.TB, r exchange.LogRecord, want map[string]string) {
	t.Helper()
	if got := side(r); !maps.Equal(got, want) {
		t.Errorf("side record = %v, want %v", got, want)
	}
	for _, text := range want {
		if len(text) > 3 && strings.Contains(spelled(r), text) {
			t.Errorf("the entry itself holds %q: %s", text, spelled(r))
		}
	}
}

// refused fails the test unless err is a refusal of that kind that says so in both languages.
func refused(t testing.TB, err error, kind exchange.Kind) *exchange.Error {
	t.Helper()
	e, ok := errors.AsType[*exchange.Error](err)
	if !ok || e.Kind != kind {
		t.Fatalf("err = %v, want %s", err, kind)
	}
	return e
}

// places are the faults of a refusal in order, "/field" or "line/field".
func places(e *exchange.Error) (all []string) {
	for _, f := range e.Faults {
		place := f.Path
		if f.Line > 0 {
			place = strconv.Itoa(f.Line) + place
		}
		all = append(all, place)
	}
	return all
}

// ids are the identifiers of agencies, in order.
func ids(as []exchange.Agency) (all []exchange.AgencyID) {
	for _, a := range as {
		all = append(all, a.ID)
	}
	return all
}

func wantIDs(t testing.TB, what string, got []exchange.AgencyID, want ...exchange.AgencyID) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s = %v, want %v", what, got, want)
	}
}

package directory_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// acts is each act of an operator, on H41.
func (w *world) acts(ctx context.Context, d *directory.Directory, by exchange.Caller) map[string]func() error {
	der := leaf(w.t)
	a := w.get("H41")
	a.Name = "Tên khác"
	return map[string]func() error{
		"Put": func() error { _, err := d.Put(ctx, by, a); return err },
		"Import": func() error {
			_, err := d.Import(ctx, by, strings.NewReader("id,name,level\nH41,Tên nhập,commune\n"), false)
			return err
		},
		"SetEndpoint": func() error {
			_, err := d.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://a.example.vn", Allow: anywhere()})
			return err
		},
		"AddCertificate": func() error { _, err := d.AddCertificate(ctx, by, "H41", der, time.Time{}, time.Time{}); return err },
		"EndCertificate": func() error {
			return d.EndCertificate(ctx, by, "H41", exchange.Certificate{DER: der}.Fingerprint(), at(1))
		},
		"IssueKey":  func() error { _, _, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{}); return err },
		"RevokeKey": func() error { return d.RevokeKey(ctx, by, "H41", w.get("H41").Keys[0].ID) },
	}
}

// order is that in which the acts can follow each other.
func order() []string {
	return []string{"Put", "Import", "SetEndpoint", "AddCertificate", "EndCertificate", "IssueKey", "RevokeKey"}
}

func TestOnlyOperatorsChangeTheDirectory(t *testing.T) {
	w := planted(t)
	secret, _ := w.issue(directory.KeyOptions{})
	agency, err := w.Authenticate(secret, local, start)
	w.must(err)
	for _, who := range []exchange.Caller{{}, agency, {Agency: "H41"}} {
		for name, act := range w.acts(t.Context(), w.Directory, who) {
			w.none(name+" by an agency", func() {
				if e := refused(t, act(), exchange.Forbidden); e.VI == "" || e.Detail == "" {
					t.Errorf("%s refused as %+v", name, e)
				}
			})
		}
	}
}

// Acts about an agency that is not there make none.
func TestActsNeedTheAgency(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.none("acts about nobody", func() {
		_, err := w.SetEndpoint(ctx, by, "H41", exchange.Endpoint{})
		refused(t, err, exchange.NotFound)
		_, err = w.AddCertificate(ctx, by, "H41", leaf(t), time.Time{}, time.Time{})
		refused(t, err, exchange.NotFound)
		_, _, err = w.IssueKey(ctx, by, "H41", directory.KeyOptions{})
		refused(t, err, exchange.NotFound)
	})
}

func TestEachActIsOneEntry(t *testing.T) {
	w := planted(t)
	acts := w.acts(t.Context(), w.Directory, by)
	for _, name := range order() {
		version := w.version()
		r := w.one(func() { w.must(acts[name]()) })
		if r.Entry.Actor != "operator:hoa" || r.Entry.Credential != "session-7" {
			t.Errorf("%s: the entry names %s, %s", name, r.Entry.Actor, r.Entry.Credential)
		}
		if got := w.version(); got != version+1 {
			t.Errorf("%s: version %d -> %d, want one more", name, version, got)
		}
	}
}

// OnChange is called when the change can be read, once for each act, and never for nothing.
func TestOnChange(t *testing.T) {
	w := planted(t)
	acts := w.acts(t.Context(), w.Directory, by)
	var seen exchange.Agency
	w.hear = func([]exchange.AgencyID) { seen, _ = w.Agency("H41") }
	for _, name := range order() {
		w.told, seen = nil, exchange.Agency{}
		w.must(acts[name]())
		if want := [][]exchange.AgencyID{{"H41"}}; !reflect.DeepEqual(w.told, want) {
			t.Errorf("%s: told %v, want %v", name, w.told, want)
		}
		if now := w.get("H41"); !reflect.DeepEqual(seen, now) {
			t.Errorf("%s: when told, version %d could be read; it is %d", name, seen.Version, now.Version)
		}
	}
	w.told = nil
	for _, name := range []string{"EndCertificate", "RevokeKey", "SetEndpoint"} {
		w.must(acts[name]())
	}
	w.must(w.Refresh(t.Context()))
	if err := acts["Put"](); err == nil || w.told != nil {
		t.Errorf("told %v where nothing changed (%v)", w.told, err)
	}
	_, err := w.read("id,name,level\nX,Mới,commune\nH41,Tên nhập,commune\nY,Mới,commune\n")
	w.must(err)
	if want := [][]exchange.AgencyID{{"X", "Y"}}; !reflect.DeepEqual(w.told, want) {
		t.Errorf("an import told %v, want %v", w.told, want)
	}
	without, err := directory.Open(t.Context(), w.store, directory.Options{})
	w.must(err)
	_, err = without.Put(t.Context(), by, commune("Z1"))
	w.must(err)
}

func TestReopenedItIsTheSame(t *testing.T) {
	w := planted(t)
	acts := w.acts(t.Context(), w.Directory, by)
	for _, name := range order() {
		w.must(acts[name]())
	}
	secret, _ := w.issue(directory.KeyOptions{Allow: anywhere(), Until: at(3)})
	w.reopen()
	w.same("reopened", w.Directory, w.over(w.store))
	if _, err := w.over(w.store).Authenticate(secret, local, start); err != nil {
		t.Errorf("a key does not outlive the process: %v", err)
	}
}

// same compares all that can be read of two directories.
func (w *world) same(what string, a, b *directory.Directory) {
	w.t.Helper()
	one, v1 := a.List(0)
	two, v2 := b.List(0)
	if v1 != v2 || !reflect.DeepEqual(one, two) {
		w.t.Fatalf("%s: version %d\n%+v\nversion %d\n%+v", what, v1, one, v2, two)
	}
	for _, id := range append(ids(one), "") {
		x, _ := a.Agency(id)
		y, _ := b.Agency(id)
		if !reflect.DeepEqual(x, y) || !slices.Equal(ids(a.Children(id)), ids(b.Children(id))) {
			w.t.Fatalf("%s: %s is\n%+v over %v\n%+v over %v", what, id, x, ids(a.Children(id)), y, ids(b.Children(id)))
		}
	}
}

func TestListIsADelta(t *testing.T) {
	w := planted(t)
	list := func(since uint64, want ...exchange.AgencyID) {
		t.Helper()
		got, version := w.List(since)
		wantIDs(t, fmt.Sprintf("List(%d)", since), ids(got), want...)
		if version != max(since, w.version()) {
			t.Errorf("List(%d) says to ask for %d next", since, version)
		}
	}
	list(0, "H40", "H40.1", "H40.1.1", "H41")
	list(2, "H40.1.1", "H41")
	list(4)
	list(99)
	a := w.get("H40")
	a.Name = "Tên hai"
	w.put(a)
	list(0, "H40.1", "H40.1.1", "H41", "H40")
	list(4, "H40")
	wantIDs(t, "top", ids(w.Children("")), "H40", "H41")
	wantIDs(t, "under H40", ids(w.Children("H40")), "H40.1")
	wantIDs(t, "under nobody", ids(w.Children("H49")))
	if a, ok := w.Agency("001.01.01.H40"); ok {
		t.Errorf("Agency finds %s by its alias; only Resolve does", a.ID)
	}
}

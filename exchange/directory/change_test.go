package directory_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
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

// A second directory over the same store is another node of a cluster.
func TestAnotherNode(t *testing.T) {
	t.Run("acts on what the other did", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		acts := w.acts(t.Context(), other, by)
		for _, name := range []string{"SetEndpoint", "AddCertificate", "IssueKey"} {
			_, err := w.Put(t.Context(), by, commune(exchange.AgencyID("N-"+name)))
			w.must(err)
			w.must(acts[name]())
			stale := w.get("H41")
			_, _, err = w.IssueKey(t.Context(), by, "H41", directory.KeyOptions{Test: true})
			if name == "IssueKey" {
				refused(t, err, exchange.Conflict) // the third
				continue
			}
			w.must(err)
			if now := w.get("H41"); now.Version <= stale.Version+1 {
				t.Errorf("after %s elsewhere: version %d -> %d", name, stale.Version, now.Version)
			}
		}
		w.must(other.Refresh(t.Context()))
		w.same("both nodes", w.Directory, other)
		if a := w.get("H41"); a.Endpoint.URL == "" || len(a.Certificates) != 1 || len(a.Keys) != 3 {
			t.Errorf("an act of one node was lost: %+v", a)
		}
	})
	t.Run("Put of a newer version than it knew", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		a := w.get("H41")
		a.Name = "Một"
		a = w.put(a)
		a.Name = "Hai"
		got, err := other.Put(t.Context(), by, a)
		if err != nil || got.Name != "Hai" {
			t.Errorf("Put = %+v, %v", got, err)
		}
	})
	t.Run("Put of an older version than there is", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		a := w.get("H41")
		a.Name = "Một"
		w.put(a)
		a.Name = "Hai"
		_, err := other.Put(t.Context(), by, a)
		refused(t, err, exchange.Conflict)
		w.must(w.Refresh(t.Context()))
		if got := w.get("H41").Name; got != "Một" {
			t.Errorf("name = %s, want Một: the later Put did not know of it", got)
		}
	})
	t.Run("Import over what the other changed", func(t *testing.T) {
		w := planted(t)
		other := w.over(w.store)
		w.must(w.acts(t.Context(), w.Directory, by)["SetEndpoint"]())
		r, err := other.Import(t.Context(), by, strings.NewReader("id,name,level\nH41,Tên nhập,commune\n"), false)
		if err != nil || r.Changed != 1 {
			t.Fatalf("Import = %+v, %v", r, err)
		}
		if a, _ := other.Agency("H41"); a.Name != "Tên nhập" || a.Endpoint.URL == "" {
			t.Errorf("stands as %+v, want the new name and the other's endpoint", a)
		}
	})
	t.Run("the secret of an endpoint is the one that the other set", func(t *testing.T) {
		w := planted(t)
		e := exchange.Endpoint{URL: "https://a.example.vn", Allow: anywhere()}
		_, err := w.SetEndpoint(t.Context(), by, "H41", e)
		w.must(err)
		other := w.over(w.store)
		e.Secret = secretOf(32)
		_, err = w.SetEndpoint(t.Context(), by, "H41", e)
		w.must(err)
		e.URL, e.Secret = "https://b.example.vn", ""
		if got, err := other.SetEndpoint(t.Context(), by, "H41", e); err != nil || got.Secret != secretOf(32) {
			t.Errorf("secret = %q, %v; want the present one, %q", got.Secret, err, secretOf(32))
		}
	})
}

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

// Readers see the state before or after an act, never between. Run with -race.
func TestReadersDuringActs(t *testing.T) {
	w := planted(t)
	secret, k := w.issue(directory.KeyOptions{})
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					w.look(secret)
				}
			}
		})
	}
	var writers sync.WaitGroup
	for n := range 3 {
		writers.Go(func() { w.flip(n, 20) })
	}
	writers.Wait()
	close(stop)
	readers.Wait()
	w.must(w.RevokeKey(t.Context(), by, "H41", k.ID))
	w.same("in memory and stored", w.Directory, w.over(w.store))
}

// look reads everything and holds it to what flip keeps true.
func (w *world) look(secret string) {
	all, version := w.List(0)
	for i, a := range all {
		if a.Version > version || (i > 0 && a.Version <= all[i-1].Version) {
			w.t.Errorf("List shows version %d of %s out of order", a.Version, a.ID)
		}
		if len(a.Aliases) == 1 && a.Name != "UBND xã "+string(a.Aliases[0]) && a.ID != "H40.1.1" {
			w.t.Errorf("%s is %q with alias %v: half of an act", a.ID, a.Name, a.Aliases)
		}
	}
	if _, err := w.Authenticate(secret, local, start); err != nil {
		w.t.Errorf("a good key is refused during acts: %v", err)
	}
	if a, err := w.Resolve("001.01.01.H40", start); err != nil || a.ID != "H40.1.1" {
		w.t.Errorf("Resolve = %s, %v", a.ID, err)
	}
	_, _ = w.Resolve("H4O", start)
	w.Children("")
	w.LastUsed(secret[8:18])
}

// flip changes an agency of its own to and fro, name and alias together, by Put and by Import.
func (w *world) flip(n, times int) {
	id := exchange.AgencyID(fmt.Sprintf("F%d", n))
	for i := range times {
		alias := fmt.Sprintf("A%d.%d", n, i%2)
		a, _ := w.Agency(id)
		a.ID, a.Name, a.Level, a.Channel, a.Aliases = id, "UBND xã "+alias, exchange.Commune, exchange.Pull, []exchange.AgencyID{exchange.AgencyID(alias)}
		var err error
		if i%3 == 0 {
			_, err = w.Import(context.Background(), by, strings.NewReader(fmt.Sprintf("id,name,level,aliases\n%s,%s,commune,%s\n", id, a.Name, alias)), false)
		} else {
			_, err = w.Put(context.Background(), by, a)
		}
		if err != nil {
			w.t.Errorf("%s: %v", id, err)
		}
	}
}

// What a caller hands in stays the caller's, even where a store would keep it as it is.
func TestWhatIsGivenIsCopied(t *testing.T) {
	d, _ := stocked(t)
	ctx := t.Context()
	der, allow, bound := leaf(t), anywhere(), anywhere()
	_, err := d.AddCertificate(ctx, by, "H41", der, time.Time{}, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://a.example.vn", Allow: allow}); err != nil {
		t.Fatal(err)
	}
	secret, _, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{Allow: bound})
	if err != nil {
		t.Fatal(err)
	}
	was, _ := d.Agency("H41")
	print := was.Certificates[0].Fingerprint()
	clear(der)
	clear(allow)
	clear(bound)
	now, _ := d.Agency("H41")
	if now.Certificates[0].Fingerprint() != print || !slices.Equal(now.Endpoint.Allow, anywhere()) {
		t.Errorf("stands as %+v after the caller used its memory again", now)
	}
	if _, err := d.Authenticate(secret, local, time.Now()); err != nil {
		t.Errorf("the key's networks went with the caller's memory: %v", err)
	}
}

// What was read stays as it was, whatever is done afterwards.
func TestWhatWasReadStays(t *testing.T) {
	d, _ := stocked(t)
	ctx := t.Context()
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var certificates []exchange.Certificate
	for i := range 2 {
		der := leaf(t, func(c *x509.Certificate) { c.NotBefore = start.Add(time.Duration(i) * time.Hour) })
		c, err := d.AddCertificate(ctx, by, "H41", der, start, time.Time{})
		do(err)
		certificates = append(certificates, c)
	}
	for range 18 {
		_, k, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{})
		do(err)
		do(d.RevokeKey(ctx, by, "H41", k.ID))
	}
	_, first, err := d.IssueKey(ctx, by, "H41", directory.KeyOptions{})
	do(err)
	_, _, err = d.IssueKey(ctx, by, "H41", directory.KeyOptions{})
	do(err)
	read, _ := d.Agency("H41")
	copied := read
	copied.Keys, copied.Certificates = slices.Clone(read.Keys), slices.Clone(read.Certificates)

	do(d.RevokeKey(ctx, by, "H41", first.ID))
	_, _, err = d.IssueKey(ctx, by, "H41", directory.KeyOptions{}) // forgets the oldest
	do(err)
	do(d.EndCertificate(ctx, by, "H41", certificates[0].Fingerprint(), start.Add(-time.Hour)))
	do(d.EndCertificate(ctx, by, "H41", certificates[1].Fingerprint(), start.Add(time.Hour)))
	if !reflect.DeepEqual(read, copied) {
		t.Errorf("what was read became\n%+v\nwas\n%+v", read, copied)
	}
}

package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// A model is what the directory should be, in the plainest form: what each agency's act wrote last.
type model struct {
	agencies map[exchange.AgencyID]*modelled
	entries  int
}

type modelled struct {
	put      exchange.Agency // without version, endpoint, certificates, keys
	url      string
	closed   bool
	keys     map[string]bool // secret: still good
	attached int             // certificates
}

// legal says whether the agencies may stand beside the others: the rules of codes and of the tree, by brute force.
func (m *model) legal(changed ...exchange.Agency) bool {
	all := make(map[exchange.AgencyID]exchange.Agency)
	for id, a := range m.agencies {
		all[id] = a.put
	}
	for _, a := range changed {
		all[a.ID] = a
	}
	owners := make(map[exchange.AgencyID]int)
	for _, a := range all {
		for _, code := range append(a.Aliases, a.ID) {
			owners[code]++
		}
		if !ends(all, a) {
			return false
		}
	}
	for _, n := range owners {
		if n > 1 {
			return false
		}
	}
	return true
}

// ends follows the parents: each must be there, and the way short.
func ends(all map[exchange.AgencyID]exchange.Agency, a exchange.Agency) bool {
	for steps := 0; a.Parent != ""; steps++ {
		parent, ok := all[a.Parent]
		if !ok || steps == 16 {
			return false
		}
		a = parent
	}
	return true
}

// A trial is a world with its model, driven by random acts.
type trial struct {
	*world
	model
	der []byte // of a certificate
	r   *rapid.T
}

func code(r *rapid.T, label string) exchange.AgencyID {
	return exchange.AgencyID(fmt.Sprintf("C%d", rapid.IntRange(0, 7).Draw(r, label)))
}

func (x *trial) some(label string) exchange.Agency {
	a := exchange.Agency{ID: code(x.r, label), Level: exchange.Commune, Channel: exchange.Pull}
	a.Name = rapid.SampledFrom([]string{"Một", "Hai"}).Draw(x.r, "name")
	if rapid.Bool().Draw(x.r, "child") {
		a.Parent = code(x.r, "parent")
	}
	for range rapid.IntRange(0, 2).Draw(x.r, "aliases") {
		a.Aliases = append(a.Aliases, code(x.r, "alias"))
	}
	return a
}

// settled takes over what an act answered. It must be as the model says; a refusal and what changes nothing write nothing.
func (x *trial) settled(what string, err error, ok, changes bool) bool {
	if (err == nil) != ok {
		x.r.Fatalf("%s = %v, want accepted: %v", what, err, ok)
	}
	if ok && changes {
		x.entries++
	}
	return ok
}

func (x *trial) Put(*rapid.T) {
	a := x.some("id")
	known, is := x.agencies[a.ID]
	now, _ := x.Agency(a.ID)
	a.Version = now.Version
	_, err := x.world.Put(x.t.Context(), by, a)
	a.Version = 0
	unchanged := is && equal(known.put, a)
	if x.settled("Put", err, unchanged || x.legal(a), !unchanged) {
		x.take(a)
	}
}

func (x *trial) take(a exchange.Agency) {
	if x.agencies[a.ID] == nil {
		x.agencies[a.ID] = &modelled{keys: make(map[string]bool)}
	}
	x.agencies[a.ID].put = a
}

func equal(a, b exchange.Agency) bool {
	return a.Name == b.Name && a.Parent == b.Parent && slices.Equal(a.Aliases, b.Aliases)
}

func (x *trial) Import(*rapid.T) {
	file := "id,name,level,channel,parent,aliases\n"
	wanted := make(map[exchange.AgencyID]exchange.Agency)
	twice, changed := false, 0
	for i := range rapid.IntRange(1, 4).Draw(x.r, "rows") {
		a := x.some(fmt.Sprintf("row %d", i))
		_, again := wanted[a.ID]
		twice = twice || again
		if known, is := x.agencies[a.ID]; !is || !equal(known.put, a) {
			changed++
		}
		wanted[a.ID] = a
		file += fmt.Sprintf("%s,%s,%s,%s,%s,%s\n", a.ID, a.Name, a.Level, a.Channel, a.Parent, strings.Trim(fmt.Sprint(a.Aliases), "[]"))
	}
	dry := rapid.Bool().Draw(x.r, "dry")
	report, err := x.world.Import(x.t.Context(), by, strings.NewReader(file), dry)
	ok := !twice && x.legal(slices.Collect(maps.Values(wanted))...)
	if !x.settled("Import", err, ok, changed > 0 && !dry) {
		return
	}
	if report.Added+report.Changed != changed || report.Rows != len(wanted) {
		x.r.Fatalf("report = %+v, want %d changes in %d rows", report, changed, len(wanted))
	}
	for _, a := range wanted {
		if !dry {
			x.take(a)
		}
	}
}

func (x *trial) SetEndpoint(*rapid.T) {
	id := code(x.r, "id")
	url := rapid.SampledFrom([]string{"", "https://a.example.vn", "https://b.example.vn"}).Draw(x.r, "url")
	known, ok := x.agencies[id]
	_, err := x.world.SetEndpoint(x.t.Context(), by, id, exchange.Endpoint{URL: url, Allow: anywhere()})
	if x.settled("SetEndpoint", err, ok, ok && (known.url != url || known.closed)) {
		known.url, known.closed = url, false
	}
}

func (x *trial) CloseEndpoint(*rapid.T) {
	id := code(x.r, "id")
	known, ok := x.agencies[id]
	closes := ok && known.url != "" && !known.closed
	x.settled("CloseEndpoint", x.world.CloseEndpoint(x.t.Context(), id, "410"), true, closes)
	if closes {
		known.closed = true
	}
}

func (x *trial) IssueKey(*rapid.T) {
	id := code(x.r, "id")
	known, ok := x.agencies[id]
	secret, _, err := x.world.IssueKey(x.t.Context(), by, id, directory.KeyOptions{})
	if x.settled("IssueKey", err, ok && known.good() < 2, true) {
		known.keys[secret] = true
	}
}

func (m *modelled) good() (n int) {
	for _, good := range m.keys {
		if good {
			n++
		}
	}
	return n
}

func (x *trial) RevokeKey(*rapid.T) {
	id := code(x.r, "id")
	known, ok := x.agencies[id]
	if !ok || len(known.keys) == 0 {
		return
	}
	secret := rapid.SampledFrom(slices.Sorted(maps.Keys(known.keys))).Draw(x.r, "key")
	keyID := secret[8:18]
	kept := slices.ContainsFunc(x.get(id).Keys, func(k exchange.Key) bool { return k.ID == keyID })
	x.settled("RevokeKey", x.world.RevokeKey(x.t.Context(), by, id, keyID), kept, known.keys[secret])
	known.keys[secret] = false
}

func (x *trial) AddCertificate(*rapid.T) {
	id := code(x.r, "id")
	known, ok := x.agencies[id]
	_, err := x.world.AddCertificate(x.t.Context(), by, id, x.der, time.Time{}, time.Time{})
	if x.settled("AddCertificate", err, ok && known.attached == 0, true) {
		known.attached++
	}
}

func (x *trial) Reopen(*rapid.T) {
	before := x.Directory
	x.reopen()
	x.Directory = x.over(x.store)
	x.world.same("reopened", before, x.Directory)
}

// agrees holds everything that can be read to the model.
func (x *trial) agrees(*rapid.T) {
	if got := x.size(); got != x.entries {
		x.r.Fatalf("%d log entries, want %d: one for each act that changed anything", got, x.entries)
	}
	all, _ := x.List(0)
	if len(all) != len(x.agencies) {
		x.r.Fatalf("%d agencies, want %d", len(all), len(x.agencies))
	}
	for _, a := range all {
		x.agree(a, x.agencies[a.ID])
	}
}

// size is that of the log.
func (x *trial) size() int {
	_, size, err := x.store.Checkpoint(x.t.Context())
	x.must(err)
	return int(size)
}

func (x *trial) agree(a exchange.Agency, want *modelled) {
	if !equal(a, want.put) || a.Endpoint.URL != want.url || a.Endpoint.ClosedAt.IsZero() == want.closed || len(a.Certificates) != want.attached {
		x.r.Fatalf("stands as %+v, want %+v", a, want)
	}
	for _, c := range append(a.Aliases, a.ID) {
		if got, err := x.Resolve(c, start); err != nil || got.ID != a.ID {
			x.r.Fatalf("Resolve(%s) = %s, %v; want %s", c, got.ID, err, a.ID)
		}
	}
	if a.Parent != "" && !slices.Contains(ids(x.Children(a.Parent)), a.ID) {
		x.r.Fatalf("Children(%s) = %v lack %s", a.Parent, ids(x.Children(a.Parent)), a.ID)
	}
	for secret, good := range want.keys {
		if who, err := x.Authenticate(secret, local, start); (err == nil) != good || (good && who.Agency != a.ID) {
			x.r.Fatalf("Authenticate = %+v, %v; want a good key of %s: %v", who, err, a.ID, good)
		}
	}
}

// Whatever acts follow each other, the directory is what the simplest model says, before and after it is opened again.
func TestModel(t *testing.T) {
	der := leaf(t)
	rapid.Check(t, func(r *rapid.T) {
		x := &trial{world: newWorld(t), der: der, model: model{agencies: make(map[exchange.AgencyID]*modelled)}, r: r}
		x.entries = x.size()
		r.Repeat(map[string]func(*rapid.T){
			"": x.agrees, "Put": x.Put, "Import": x.Import, "SetEndpoint": x.SetEndpoint, "CloseEndpoint": x.CloseEndpoint,
			"IssueKey": x.IssueKey, "RevokeKey": x.RevokeKey, "AddCertificate": x.AddCertificate, "Reopen": x.Reopen,
		})
		if broken, err := x.store.Check(t.Context(), nil); err != nil || len(broken) > 0 {
			r.Fatalf("Check = %v, %v", broken, err)
		}
		x.must(x.store.Close())
	})
}

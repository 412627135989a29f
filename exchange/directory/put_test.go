package directory_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

// The tree of TestPutRules: H40 over H40.1 over H40.1.1, which has two codes; H41 apart.
func planted(t testing.TB) *world {
	w := newWorld(t)
	top := commune("H40")
	top.Level = exchange.Province
	middle := commune("H40.1")
	middle.Level, middle.Parent = exchange.District, "H40"
	leaf := commune("H40.1.1")
	leaf.Parent, leaf.Aliases = "H40.1", []exchange.AgencyID{"001.01.01.H40"}
	w.put(top, middle, leaf, commune("H41"))
	return w
}

func TestPutRules(t *testing.T) {
	many := func(n int) (all []exchange.AgencyID) {
		for i := range n {
			all = append(all, exchange.AgencyID(fmt.Sprintf("X%d", i)))
		}
		return all
	}
	tests := []struct {
		name string
		set  func(a *exchange.Agency) // of a new commune H40.9
		want string                   // the places of the mistakes; empty: accepted
	}{
		{"nothing but what must be", func(a *exchange.Agency) {}, ""},
		{"nothing but an identifier", func(a *exchange.Agency) { *a = exchange.Agency{ID: a.ID} }, "/name /level /channel"},
		{"no identifier", func(a *exchange.Agency) { a.ID = "" }, "/id"},
		{"an identifier with a blank", func(a *exchange.Agency) { a.ID = "H40 9" }, "/id"},
		{"the longest identifier", func(a *exchange.Agency) { a.ID = exchange.AgencyID(strings.Repeat("H", 35)) }, ""},
		{"a longer one", func(a *exchange.Agency) { a.ID = exchange.AgencyID(strings.Repeat("H", 36)) }, "/id"},
		{"an identifier that is another's alias", func(a *exchange.Agency) { a.ID = "001.01.01.H40" }, "/id"},

		{"no name", func(a *exchange.Agency) { a.Name = "" }, "/name"},
		{"a name of blanks", func(a *exchange.Agency) { a.Name = " \u00a0" }, "/name"},
		{"the longest name, in letters", func(a *exchange.Agency) { a.Name = strings.Repeat("Ủ", 300) }, ""},
		{"a longer one", func(a *exchange.Agency) { a.Name = strings.Repeat("U", 301) }, "/name"},
		{"a name with a line break", func(a *exchange.Agency) { a.Name = "UBND\nxã" }, "/name"},
		{"a name with a C1 control character", func(a *exchange.Agency) { a.Name = "UBND\u0085xã" }, "/name"},
		{"a name that is no UTF-8", func(a *exchange.Agency) { a.Name = "x\xe3" }, "/name"},

		{"province", func(a *exchange.Agency) { a.Level = exchange.Province }, ""},
		{"department", func(a *exchange.Agency) { a.Level = exchange.Department }, ""},
		{"district", func(a *exchange.Agency) { a.Level = exchange.District }, ""},
		{"no level", func(a *exchange.Agency) { a.Level = "" }, "/level"},
		{"a level that is none", func(a *exchange.Agency) { a.Level = "Commune" }, "/level"},
		{"push, before there is an endpoint", func(a *exchange.Agency) { a.Channel = exchange.Push }, ""},
		{"no channel", func(a *exchange.Agency) { a.Channel = "" }, "/channel"},
		{"a channel that is none yet", func(a *exchange.Agency) { a.Channel = "mail" }, "/channel"},

		{"further codes", func(a *exchange.Agency) { a.Aliases = many(50) }, ""},
		{"too many of them", func(a *exchange.Agency) { a.Aliases = many(51) }, "/aliases"},
		{"a code that is none", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{"null"} }, "/aliases"},
		{"a code twice", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{"Y", "Y"} }, "/aliases"},
		{"its own identifier as alias", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{a.ID} }, "/aliases"},
		{"another's identifier as alias", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{"H41"} }, "/aliases"},
		{"another's alias", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{"001.01.01.H40"} }, "/aliases"},

		{"a parent", func(a *exchange.Agency) { a.Parent = "H40" }, ""},
		{"a parent that is not there", func(a *exchange.Agency) { a.Parent = "H49" }, "/parent"},
		{"a parent by its alias", func(a *exchange.Agency) { a.Parent = "001.01.01.H40" }, "/parent"},
		{"itself as parent", func(a *exchange.Agency) { a.Parent = a.ID }, "/parent"},

		{"sends for others", func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{"H40", "H41"} }, ""},
		{"sends for nobody known", func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{"H40", "H49"} }, "/sends_for"},
		{"sends for one twice", func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{"H40", "H40"} }, "/sends_for"},
		{"sends for too many", func(a *exchange.Agency) { a.SendsFor = many(1001) }, "/sends_for"},

		{"each mistake is named", func(a *exchange.Agency) { a.Name, a.Level, a.Parent = "", "x", "H49" }, "/name /level /parent"},
	}
	w := planted(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := commune("H40.9")
			tt.set(&a)
			if tt.want == "" {
				fresh := planted(t)
				if got := fresh.put(a); got.Version == 0 {
					t.Errorf("Put = %+v, want it with a version", got)
				}
				return
			}
			w.none("a refused Put", func() {
				_, err := w.Put(t.Context(), by, a)
				e := refused(t, err, exchange.BadRequest)
				if got := strings.Join(places(e), " "); got != tt.want {
					t.Errorf("mistakes at %q, want %q (%v)", got, tt.want, e)
				}
				if first := e.Faults[0]; e.Path != first.Path || !strings.HasPrefix(e.Detail, first.EN) || !strings.HasPrefix(e.VI, first.VI) {
					t.Errorf("the refusal %+v does not begin with its first mistake %+v", e, first)
				}
			})
		})
	}
}

func TestPutMovesWithinTheTree(t *testing.T) {
	tests := []struct {
		name   string
		id     exchange.AgencyID
		parent exchange.AgencyID
		ok     bool
	}{
		{"up", "H40.1.1", "H40", true},
		{"to the root", "H40.1", "", true},
		{"under another tree", "H40", "H41", true},
		{"under its own child", "H40", "H40.1", false},
		{"under its own grandchild", "H40", "H40.1.1", false},
		{"under itself", "H40", "H40", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := planted(t)
			a := w.get(tt.id)
			a.Parent = tt.parent
			_, err := w.Put(t.Context(), by, a)
			if tt.ok {
				w.must(err)
				if got := ids(w.Children(tt.parent)); !slices.Contains(got, tt.id) {
					t.Errorf("Children(%s) = %v, want %s in it", tt.parent, got, tt.id)
				}
				return
			}
			if e := refused(t, err, exchange.BadRequest); e.Path != "/parent" {
				t.Errorf("refused at %s, want /parent", e.Path)
			}
		})
	}
}

// chain makes agencies one under the other, from the top: prefix0, prefix1, …
func chain(prefix string, n int) (all []exchange.Agency) {
	for i := range n {
		a := commune(exchange.AgencyID(fmt.Sprintf("%s%d", prefix, i)))
		if i > 0 {
			a.Parent = all[i-1].ID
		}
		all = append(all, a)
	}
	return all
}

func TestTreeHasAtMostSixteenAbove(t *testing.T) {
	w := newWorld(t)
	w.put(chain("D", 17)...)
	tests := []struct {
		name   string
		agency exchange.Agency
		parent exchange.AgencyID
		ok     bool
	}{
		{"a leaf under the fifteenth", commune("L1"), "D15", true},
		{"a leaf under the deepest", commune("L2"), "D16", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.agency.Parent = tt.parent
			if _, err := w.Put(t.Context(), by, tt.agency); (err == nil) != tt.ok {
				t.Errorf("Put = %v, want accepted: %v", err, tt.ok)
			}
		})
	}
	w.put(chain("S", 3)...)
	subtree := w.get("S0")
	subtree.Parent = "D14"
	if _, err := w.Put(t.Context(), by, subtree); err == nil {
		t.Error("a subtree of three was moved under the fifteenth level: its leaf has seventeen above it")
	}
	subtree.Parent = "D13"
	w.put(subtree)
}

// What Put is not for stays as it is, whatever it is given.
func TestPutLeavesEndpointCertificatesAndKeys(t *testing.T) {
	w := planted(t)
	ctx := t.Context()
	_, err := w.SetEndpoint(ctx, by, "H41", exchange.Endpoint{URL: "https://a.example.vn/x", Allow: anywhere()})
	w.must(err)
	_, _, err = w.IssueKey(ctx, by, "H41", directory.KeyOptions{})
	w.must(err)
	_, err = w.AddCertificate(ctx, by, "H41", leaf(t), time.Time{}, time.Time{})
	w.must(err)

	before := w.get("H41")
	a := exchange.Agency{ID: "H41", Name: "Đổi tên", Level: exchange.District, Channel: exchange.Push, Version: before.Version,
		Endpoint: exchange.Endpoint{URL: "https://thief.example.vn"}, Keys: []exchange.Key{{ID: "k"}}, Certificates: []exchange.Certificate{{}}}
	got := w.put(a)
	if !reflect.DeepEqual(got.Endpoint, before.Endpoint) || !reflect.DeepEqual(got.Keys, before.Keys) || !reflect.DeepEqual(got.Certificates, before.Certificates) {
		t.Errorf("Put changed endpoint, keys or certificates: %+v, before %+v", got, before)
	}
	if got.Name != "Đổi tên" || got.Level != exchange.District || got.Channel != exchange.Push {
		t.Errorf("Put = %+v, want the new name, level and channel", got)
	}
}

func TestPutWritesOnlyChanges(t *testing.T) {
	changes := []struct {
		name string
		set  func(a *exchange.Agency)
	}{
		{"name", func(a *exchange.Agency) { a.Name += "." }},
		{"parent", func(a *exchange.Agency) { a.Parent = "H40" }},
		{"level", func(a *exchange.Agency) { a.Level = exchange.Department }},
		{"channel", func(a *exchange.Agency) { a.Channel = exchange.Push }},
		{"aliases", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{"A1"} }},
		{"order of aliases", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{"A2", "A1"} }},
		{"sends for", func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{"H40"} }},
		{"accept unsigned", func(a *exchange.Agency) { a.AcceptUnsigned = true }},
		{"legacy date", func(a *exchange.Agency) { a.LegacySHA1Until = start }},
		{"sandbox", func(a *exchange.Agency) { a.Sandbox = true }},
		{"closed", func(a *exchange.Agency) { a.ClosedAt = start }},
		{"open again", func(a *exchange.Agency) { a.ClosedAt = time.Time{} }},
	}
	w := planted(t)
	for _, tt := range changes {
		a := w.get("H41")
		tt.set(&a)
		w.one(func() { w.put(a) })
		got := w.get("H41")
		if a.Version = got.Version; !reflect.DeepEqual(got, a) {
			t.Errorf("%s: stands as %+v, want %+v", tt.name, got, a)
		}
		w.none("Put of "+tt.name+" again", func() { w.put(got) })
	}
	a := w.get("H41")
	a.LegacySHA1Until = a.LegacySHA1Until.In(time.FixedZone("ICT", 7*3600))
	w.none("Put of the same time in another zone", func() { w.put(a) })
}

func TestPutIsOneEntry(t *testing.T) {
	w := planted(t)
	a := commune("H42")
	a.Name, a.Parent, a.Channel, a.Level = "Sở Xây dựng mẫu", "H40", exchange.Push, exchange.Department
	a.Aliases, a.SendsFor = []exchange.AgencyID{"A1", "A2"}, []exchange.AgencyID{"H40", "H41"}
	a.AcceptUnsigned, a.Sandbox = true, true
	a.LegacySHA1Until = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)
	a.ClosedAt = time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC)
	w.now = start.Add(90 * time.Minute).In(time.FixedZone("ICT", 7*3600))
	got := w.one(func() { w.put(a) })
	want := translog.Entry{V: translog.Schema, Time: start.Add(90 * time.Minute), Type: translog.AgencyChanged, Actor: "operator:hoa",
		Credential: "session-7", Addressee: "H42", Kind: "put", Side: got.Entry.Side}
	if !reflect.DeepEqual(got.Entry, want) {
		t.Errorf("entry = %+v, want %+v", got.Entry, want)
	}
	wantSide(t, got, map[string]string{"name": "Sở Xây dựng mẫu", "parent": "H40", "level": "department", "channel": "push",
		"aliases": "A1 A2", "sends_for": "H40 H41", "accept_unsigned": "true", "sandbox": "true",
		"legacy_sha1_until": "2027-01-31", "closed_at": "2027-07-01"})

	plain := w.one(func() { w.put(commune("H43")) })
	wantSide(t, plain, map[string]string{"name": "UBND xã H43", "level": "commune", "channel": "pull"})
}

func TestPutComparesVersions(t *testing.T) {
	tests := []struct {
		name    string
		id      exchange.AgencyID
		version func(now uint64) uint64
		ok      bool
	}{
		{"the present one", "H41", func(now uint64) uint64 { return now }, true},
		{"an older one", "H41", func(now uint64) uint64 { return now - 1 }, false},
		{"a later one", "H41", func(now uint64) uint64 { return now + 1 }, false},
		{"none, of one that exists", "H41", func(uint64) uint64 { return 0 }, false},
		{"one, of one that does not", "H42", func(uint64) uint64 { return 1 }, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := planted(t)
			now, _ := w.Agency(tt.id)
			a := commune(tt.id)
			a.Name, a.Version = "Tên mới", tt.version(now.Version)
			var err error
			records := w.logged(func() { _, err = w.Put(t.Context(), by, a) })
			if tt.ok {
				w.must(err)
				return
			}
			refused(t, err, exchange.Conflict)
			if still, _ := w.Agency(tt.id); len(records) > 0 || !reflect.DeepEqual(still, now) {
				t.Errorf("a refused Put left %+v, %d entries", still, len(records))
			}
		})
	}
}

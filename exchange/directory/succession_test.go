package directory_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// day is midnight of a day in Vietnam.
func day(text string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, text, envelope.ICT())
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// The reform of these tests.
var (
	reform = day("2025-07-01")
	later  = day("2027-07-01")
)

func heir(id exchange.AgencyID, dates ...time.Time) exchange.Successor {
	s := exchange.Successor{Agency: id, From: reform}
	for i, d := range dates {
		*[]*time.Time{&s.From, &s.Until}[i] = d
	}
	return s
}

func ended(a exchange.Agency, heirs ...exchange.Successor) exchange.Agency {
	a.ClosedAt, a.Successors = reform, heirs
	return a
}

// reformed is a directory after the reform: district H40.24 is gone, its commune 05 merged with 06 into H40.101; 07 was
// divided between 101 and 102; 08 has no successor; 09 was renamed; 10 is reached through its gateway; 11 is an heir of
// an heir; nobody reaches 12.
func reformed(t testing.TB) *world {
	w := newWorld(t)
	top, office := commune("H40"), commune("H40.00")
	top.Level, top.Gateway, office.Parent = exchange.Province, "H40.00", "H40"
	w.put(office0(top), office)
	w.put(withGateway(w.get("H40"), "H40.00"))
	new1, new2 := commune("H40.101"), commune("H40.102")
	new1.Parent, new2.Parent = "H40", "H40"
	w.put(new1, new2)
	five := ended(commune("H40.24.05"), heir("H40.101", reform, later))
	five.Aliases = []exchange.AgencyID{"000.05.24.H40"}
	nine := commune("H40.24.09")
	nine.Codes = []exchange.Code{{Code: "H40.109", From: reform, Main: true}}
	nine.CodeUntil = later
	ten, twelve := commune("H40.24.10"), commune("X.12")
	ten.Parent, ten.Channel = "H40", exchange.NoChannel
	twelve.Channel = exchange.NoChannel
	eleven := ended(commune("H40.24.11"), exchange.Successor{Agency: "H40.24.05", From: reform})
	w.put(five, ended(commune("H40.24.06"), heir("H40.101")), ended(commune("H40.24.07"), heir("H40.101"), heir("H40.102")),
		ended(commune("H40.24.08")), nine, ten, eleven, twelve, ended(commune("H40.24.13"), heir("H40.24.10")))
	return w
}

// office0 is the agency without its gateway, which is not there yet.
func office0(a exchange.Agency) exchange.Agency { a.Gateway = ""; return a }

func withGateway(a exchange.Agency, id exchange.AgencyID) exchange.Agency { a.Gateway = id; return a }

func TestResolveInTime(t *testing.T) {
	w := reformed(t)
	before, after, late := reform.Add(-time.Second), reform, later
	tests := []struct {
		name string
		code exchange.AgencyID
		at   time.Time
		want string // agency and the way; or the refusal's values
	}{
		{"the day before nothing has changed", "H40.24.05", before, "H40.24.05"},
		{"one successor: redirected", "H40.24.05", after, "H40.101 successor"},
		{"by an old code: alias, then successor", "000.05.24.H40", after, "H40.101 alias successor"},
		{"after the redirection: refused, naming the successor", "H40.24.05", late, "closed=2025-07-01 code=H40.24.05 successors=H40.101"},
		{"a redirection without an end", "H40.24.06", late, "H40.101 successor"},
		{"several: refused, naming them", "H40.24.07", after, "closed=2025-07-01 code=H40.24.07 successors=H40.101 H40.102"},
		{"none", "H40.24.08", after, "closed=2025-07-01 code=H40.24.08"},
		{"a chain", "H40.24.11", after, "H40.101 successor successor"},
		{"each hop is dated", "H40.24.11", late, "closed=2025-07-01 code=H40.24.11 successors=H40.101"},
		{"a new code before its day", "H40.109", before, "code=H40.109 current=H40.24.09"},
		{"a new code", "H40.109", after, "H40.24.09 alias"},
		{"the old code of a renamed one", "H40.24.09", after, "H40.24.09"},
		{"an old code that has run out", "H40.24.09", late, "code=H40.24.09 current=H40.109"},
		{"a gateway above", "H40.24.10", after, "H40.00 gateway"},
		{"a successor without a connection", "H40.24.13", after, "H40.00 successor gateway"},
		{"no gateway", "X.12", after, "code=X.12"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := w.Resolve(tt.code, tt.at)
			if said := way(t, got, err); said != tt.want {
				t.Errorf("%s leads to %q, want %q (%v)", tt.code, said, tt.want, err)
			}
		})
	}
}

// way is a resolution or its refusal in one line.
func way(t *testing.T, r exchange.Resolution, err error) string {
	t.Helper()
	if err == nil {
		words := []string{string(r.ID)}
		for _, s := range r.Steps {
			words = append(words, string(s.By))
		}
		return strings.Join(words, " ")
	}
	e := refused(t, err, exchange.UnknownAddressee)
	for _, id := range strings.Fields(e.Values["successors"]) {
		if name := "UBND xã " + id; !strings.Contains(e.VI, name) || !strings.Contains(e.Detail, name) {
			t.Errorf("%q / %q do not name %s", e.VI, e.Detail, name)
		}
	}
	var words []string
	for _, k := range slices.Sorted(maps.Keys(e.Values)) {
		if k != "nearest" {
			words = append(words, k+"="+e.Values[k])
		}
	}
	return strings.Join(words, " ")
}

// Who holds what an agency had does not end with the redirection of new documents, and never forks.
func TestHolder(t *testing.T) {
	w := reformed(t)
	for _, tt := range []struct {
		id   exchange.AgencyID
		at   time.Time
		want exchange.AgencyID
	}{
		{"H40.24.05", reform.Add(-1), "H40.24.05"}, {"H40.24.05", reform, "H40.101"}, {"H40.24.05", later, "H40.101"},
		{"H40.24.11", later, "H40.101"}, {"H40.24.07", reform, ""}, {"H40.24.08", reform, ""}, {"H40.24.09", later, "H40.24.09"},
		{"Z", reform, ""},
	} {
		got, ok := w.Holder(tt.id, tt.at)
		if got.ID != tt.want || ok != (tt.want != "") {
			t.Errorf("the holder of %s is %s, %v; want %q", tt.id, got.ID, ok, tt.want)
		}
	}
	wantIDs(t, "inherited", w.Inherited("H40.101", reform), "H40.24.05", "H40.24.06", "H40.24.11")
	wantIDs(t, "inherited the day before", w.Inherited("H40.101", reform.Add(-1)))
	wantIDs(t, "inherited by one of several", w.Inherited("H40.102", reform))
	for id, want := range map[exchange.AgencyID]exchange.AgencyID{"H40.24.05": "H40.101", "H40.24.13": "H40.00", "H40.24.10": "H40.00", "X.12": ""} {
		if got, ok := w.Reach(id, reform); got.ID != want || ok != (want != "") {
			t.Errorf("%s is reached at %s, %v; want %q", id, got.ID, ok, want)
		}
	}
}

func TestSuccessionRules(t *testing.T) {
	tests := []struct {
		name string
		set  func(a *exchange.Agency) // of a new commune N, beside those of planted
		want string                   // the places of the mistakes; empty: accepted
	}{
		{"closed with one", func(a *exchange.Agency) { *a = ended(*a, heir("H41")) }, ""},
		{"closed with several", func(a *exchange.Agency) { *a = ended(*a, heir("H41"), heir("H40.1")) }, ""},
		{"one after the other", func(a *exchange.Agency) { *a = ended(*a, heir("H41", reform, later), heir("H40.1", later)) }, ""},
		{"living with a successor", func(a *exchange.Agency) { a.Successors = []exchange.Successor{heir("H41")} }, "/successors"},
		{"its own successor", func(a *exchange.Agency) { *a = ended(*a, heir("N")) }, "/successors"},
		{"a successor that is not there", func(a *exchange.Agency) { *a = ended(*a, heir("Z")) }, "/successors"},
		{"the same twice", func(a *exchange.Agency) { *a = ended(*a, heir("H41"), heir("H41")) }, "/successors"},
		{"overlapping, not the same", func(a *exchange.Agency) { *a = ended(*a, heir("H41"), heir("H40.1", reform, later)) }, "/successors"},
		{"before the end", func(a *exchange.Agency) { *a = ended(*a, heir("H41", reform.Add(-1))) }, "/successors"},
		{"an empty time", func(a *exchange.Agency) { *a = ended(*a, heir("H41", reform, reform)) }, "/successors"},
		{"a successor for tests", func(a *exchange.Agency) { a.Sandbox = true; *a = ended(*a, heir("H41")) }, "/successors"},
		{"too many", func(a *exchange.Agency) { *a = ended(*a, slices.Repeat([]exchange.Successor{heir("H41")}, 101)...) }, "/successors"},
		{"under a parent that ends with it", func(a *exchange.Agency) { a.Parent = "OLD"; a.ClosedAt = reform }, ""},
		{"under a parent that is closed", func(a *exchange.Agency) { a.Parent = "OLD" }, "/parent"},
		{"under a parent that is closed before", func(a *exchange.Agency) { a.Parent, a.ClosedAt = "OLD", later }, "/parent"},
		{"a code with an empty time", func(a *exchange.Agency) { a.Codes = []exchange.Code{{Code: "M", From: later, Until: reform}} }, "/codes"},
		{"a new code without its day", func(a *exchange.Agency) { a.Codes = []exchange.Code{{Code: "M", Main: true}} }, "/codes"},
		{"another's code", func(a *exchange.Agency) { a.Codes = []exchange.Code{{Code: "001.01.01.H40"}} }, "/codes"},
		{"a code twice", func(a *exchange.Agency) { a.Aliases, a.Codes = []exchange.AgencyID{"M"}, []exchange.Code{{Code: "M"}} }, "/codes"},
		{"an old code that runs out before there is a new one", func(a *exchange.Agency) { a.CodeUntil = reform }, "/code_until"},
		{"a gateway", func(a *exchange.Agency) { a.Channel, a.Gateway = exchange.NoChannel, "H40" }, ""},
		{"no connection and no gateway", func(a *exchange.Agency) { a.Channel = exchange.NoChannel }, ""},
		{"a gateway that is not there", func(a *exchange.Agency) { a.Gateway = "Z" }, "/gateway"},
		{"itself without a connection", func(a *exchange.Agency) { a.Channel, a.Gateway = exchange.NoChannel, "N" }, "/gateway"},
		{"itself, for those below", func(a *exchange.Agency) { a.Gateway = "N" }, ""},
		{"a gateway without a connection", func(a *exchange.Agency) { a.Gateway = "MUTE" }, "/gateway"},
		{"a gateway for tests", func(a *exchange.Agency) { a.Sandbox, a.Gateway = true, "H40" }, "/gateway"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := planted(t)
			mute := commune("MUTE")
			mute.Channel = exchange.NoChannel
			w.put(mute, ended(commune("OLD")))
			a := commune("N")
			tt.set(&a)
			_, err := w.Put(t.Context(), by, a)
			if tt.want == "" {
				w.must(err)
				return
			}
			if got := places(refused(t, err, exchange.BadRequest)); len(got) == 0 || slices.ContainsFunc(got, func(p string) bool { return p != tt.want }) {
				t.Errorf("mistakes at %v, want at %s only", got, tt.want)
			}
		})
	}
}

func TestClosingAParentWantsItsChildrenElsewhere(t *testing.T) {
	w := planted(t)
	a := w.get("H40.1")
	a.ClosedAt = reform
	_, err := w.Put(t.Context(), by, a)
	if e := refused(t, err, exchange.BadRequest); !slices.Equal(places(e), []string{"/closed_at"}) || !strings.Contains(e.Detail, "H40.1.1") {
		t.Errorf("refused as %v, want the child to be named", e)
	}
	child := w.get("H40.1.1")
	child.Parent = "H40"
	w.put(child, ended(w.get("H40.1"), heir("H40")))
}

func TestSuccessorsEnd(t *testing.T) {
	chain := func(w *world, n int) {
		w.put(commune("C0"))
		for i := range n {
			w.put(ended(commune(exchange.AgencyID(fmt.Sprintf("C%d", i+1))), heir(exchange.AgencyID(fmt.Sprintf("C%d", i)))))
		}
	}
	t.Run("a circle", func(t *testing.T) {
		w := newWorld(t)
		chain(w, 3)
		_, err := w.Put(t.Context(), by, ended(w.get("C0"), heir("C3")))
		if e := refused(t, err, exchange.BadRequest); !slices.Equal(places(e), []string{"/successors"}) {
			t.Errorf("refused as %v", e)
		}
	})
	t.Run("too long at its end", func(t *testing.T) {
		w := newWorld(t)
		chain(w, 6)
		_, err := w.Put(t.Context(), by, ended(commune("C7"), heir("C6")))
		refused(t, err, exchange.BadRequest)
	})
	t.Run("too long at its beginning", func(t *testing.T) {
		w := newWorld(t)
		chain(w, 6)
		w.put(commune("D"))
		_, err := w.Put(t.Context(), by, ended(w.get("C0"), heir("D")))
		refused(t, err, exchange.BadRequest)
		if got, err := w.Resolve("C6", reform); err != nil || got.ID != "C0" || len(got.Steps) != 6 {
			t.Errorf("the longest chain leads to %s, %v", got.ID, err)
		}
	})
}

// counted is a report without what it tells in words.
func counted(r directory.Report) directory.Report {
	r.Kinds, r.Differences, r.Basis = nil, nil, directory.Basis{}
	return r
}

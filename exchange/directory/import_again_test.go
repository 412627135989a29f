package directory_test

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// Columns that are not in the file, and whatever a file cannot say, stay as they are.
func TestImportKeepsWhatTheFileDoesNotSay(t *testing.T) {
	w := planted(t)
	full := w.get("H40.1.1")
	full.Channel, full.SendsFor = exchange.Push, []exchange.AgencyID{"H40"}
	full.AcceptUnsigned, full.Sandbox, full.LegacySHA1Until, full.ClosedAt = true, true, start, start.Add(time.Hour)
	w.put(full)
	_, _, err := w.IssueKey(t.Context(), by, full.ID, directory.KeyOptions{Test: true})
	w.must(err)
	tests := []struct {
		name, file string
		set        func(a *exchange.Agency)
	}{
		{"only the mandatory columns", "id,name,level\nH40.1.1,Tên hai,department\n",
			func(a *exchange.Agency) { a.Name, a.Level = "Tên hai", exchange.Department }},
		{"an empty parent clears it", "id,name,level,parent\nH40.1.1,Tên hai,department,\n", func(a *exchange.Agency) { a.Parent = "" }},
		{"an empty list of aliases clears it", "id,name,level,aliases\nH40.1.1,Tên hai,department, \n", func(a *exchange.Agency) { a.Aliases = nil }},
		{"a channel", "id,name,level,channel\nH40.1.1,Tên hai,department,pull\n", func(a *exchange.Agency) { a.Channel = exchange.Pull }},
		{"aliases", "id,name,level,aliases\nH40.1.1,Tên hai,department,N1\n", func(a *exchange.Agency) { a.Aliases = []exchange.AgencyID{"N1"} }},
	}
	for _, tt := range tests {
		want := w.get(full.ID)
		tt.set(&want)
		r, err := w.read(tt.file)
		w.must(err)
		got := w.get(full.ID)
		if want.Version = got.Version; !reflect.DeepEqual(got, want) || r.Changed != 1 || r.Added+r.Unchanged != 0 {
			t.Errorf("%s: stands as %+v, want %+v; report %+v", tt.name, got, want, r)
		}
	}
	back := w.get(full.ID)
	back.Channel = exchange.Push
	before := w.put(back)
	r, err := w.read("id,name,level,channel\nH40.1.1,Tên hai,department,\n")
	if w.must(err); r.Unchanged != 1 || !reflect.DeepEqual(w.get(full.ID), before) {
		t.Errorf("an empty channel changed the agency: %+v", r)
	}
}

func TestImportAgainWritesNothing(t *testing.T) {
	w := newWorld(t)
	_, err := w.read(small)
	w.must(err)
	w.none("the same file again", func() {
		r, err := w.read(small)
		w.must(err)
		if want := (directory.Report{Rows: 3, Unchanged: 3}); !reflect.DeepEqual(counted(r), want) {
			t.Errorf("report = %+v, want %+v", r, want)
		}
	})
	record := w.one(func() {
		r, err := w.read(strings.Replace(small, "huyện Một", "huyện Hai", 1) + "H41,Tỉnh khác,,province,,\n")
		w.must(err)
		if want := (directory.Report{Rows: 4, Added: 1, Changed: 1, Unchanged: 2}); !reflect.DeepEqual(counted(r), want) {
			t.Errorf("report = %+v, want %+v", r, want)
		}
	})
	if record.Entry.Count != 2 {
		t.Errorf("the entry counts %d agencies, want the 2 that were written", record.Entry.Count)
	}
	wantSide(t, record, map[string]string{"H40.1": "UBND huyện Hai", "H41": "Tỉnh khác"})
	changed, _ := w.List(3)
	wantIDs(t, "changed", ids(changed), "H40.1", "H41")
}

func TestImportDry(t *testing.T) {
	w := newWorld(t)
	w.put(commune("H40"))
	w.none("a dry import", func() {
		r, err := w.Import(t.Context(), by, strings.NewReader(small), true)
		w.must(err)
		if want := (directory.Report{Rows: 3, Added: 2, Changed: 1, Dry: true}); !reflect.DeepEqual(counted(r), want) {
			t.Errorf("report = %+v, want %+v", r, want)
		}
	})
	r, err := w.Import(t.Context(), by, strings.NewReader("id,name,level\nX,,commune\n"), true)
	refused(t, err, exchange.BadRequest)
	if !r.Dry || len(r.Mistakes) != 1 {
		t.Errorf("report of a dry import with a mistake = %+v", r)
	}
}

// A code may pass from one agency to another if one file says both.
func TestImportMovesCodes(t *testing.T) {
	const header = "id,name,level,aliases\n"
	w := newWorld(t)
	_, err := w.read(header + "X,Tên,commune,C D\nY,Tên,commune,E\n")
	w.must(err)
	_, err = w.read(header + "Y,Tên,commune,C\nX,Tên,commune,E\n")
	w.must(err)
	for code, want := range map[exchange.AgencyID]exchange.AgencyID{"C": "Y", "E": "X"} {
		if a, err := w.Resolve(code, start); err != nil || a.ID != want {
			t.Errorf("Resolve(%s) = %s, %v; want %s", code, a.ID, err, want)
		}
	}
	if a, err := w.Resolve("D", start); err == nil {
		t.Errorf("Resolve(D) = %s; nobody has the code any longer", a.ID)
	}
}

func TestImportHoldsTheDepthOfTheTree(t *testing.T) {
	var deep strings.Builder
	deep.WriteString("id,name,level,parent\n")
	for _, a := range chain("D", 17) {
		fmt.Fprintf(&deep, "%s,Tên,commune,%s\n", a.ID, a.Parent)
	}
	w := newWorld(t)
	_, err := w.read(deep.String())
	w.must(err)
	_, err = w.read(deep.String() + "D17,Tên,commune,D16\n")
	if e := refused(t, err, exchange.BadRequest); e.Line != 19 || e.Path != "/parent" {
		t.Errorf("refused at line %d %s, want line 19 /parent", e.Line, e.Path)
	}
	_, err = w.read("id,name,level,parent\nTOP,Tên,province,\nD0,Tên,commune,TOP\n")
	if e := refused(t, err, exchange.BadRequest); e.Line != 3 || e.Path != "/parent" {
		t.Errorf("refused at line %d %s; those under D0 would have seventeen above them", e.Line, e.Path)
	}
	_, err = w.read("id,name,level,parent\nTOP,Tên,province,\nD8,Tên,commune,\nD0,Tên,commune,TOP\n")
	w.must(err)
}

func TestImportLimits(t *testing.T) {
	w := newWorld(t)
	_, err := w.Import(t.Context(), by, bytes.NewReader(make([]byte, 32<<20+1)), false)
	if e := refused(t, err, exchange.TooLarge); e.Values["limit"] != "33554432" || e.VI == "" {
		t.Errorf("refusal = %+v, want the limit in it", e)
	}
	rows := func(line string, n int) string { return "id,name,level\n" + strings.Repeat(line, n) }
	r, err := w.read(rows("\"\"\n", 100_001))
	refused(t, err, exchange.BadRequest)
	if last := r.Mistakes[len(r.Mistakes)-1]; len(r.Mistakes) != 100_001 || !strings.Contains(last.EN, "100000 rows") || last.Line != 100_002 {
		t.Errorf("%d mistakes, the last %+v; want reading to end after 100000 lines", len(r.Mistakes), last)
	}
	r, err = w.read(rows("x\n", 100_000))
	refused(t, err, exchange.BadRequest)
	if last := r.Mistakes[len(r.Mistakes)-1]; strings.Contains(last.EN, "split") {
		t.Errorf("100000 lines are refused: %+v", last)
	}
	broken := errors.New("hung up")
	if _, err := w.Import(t.Context(), by, iotest.ErrReader(broken), false); !errors.Is(err, broken) {
		t.Errorf("Import = %v, want the reader's error", err)
	}
}

func TestImportOfACountry(t *testing.T) {
	const n = 15_000
	var file strings.Builder
	file.WriteString("id,name,level,parent\nP,Trung ương mẫu,province,\n")
	for i := range n - 1 {
		fmt.Fprintf(&file, "P.%d,UBND xã mẫu số %d,commune,P\n", i, i)
	}
	w := newWorld(t)
	record := w.one(func() {
		r, err := w.read(file.String())
		if w.must(err); r.Added != n {
			t.Errorf("report = %+v", r)
		}
	})
	if got := len(w.Children("P")); got != n-1 || record.Entry.Count != n {
		t.Errorf("%d children, the entry counts %d", got, record.Entry.Count)
	}
	if got := nearest(w, "P.14998x"); got != "P.14998" {
		t.Errorf("the nearest of P.14998x = %q, want P.14998", got)
	}
}

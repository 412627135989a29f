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
)

func (w *world) mapped(file string, dry bool) (directory.Report, error) {
	w.t.Helper()
	return w.ImportMapping(w.t.Context(), by, strings.NewReader(file), dry)
}

// unreformed is the directory on the day before: a district with communes 5 to 9, under the province already.
func unreformed(t testing.TB) *world {
	w := newWorld(t)
	top := commune("H40")
	top.Level = exchange.Province
	w.put(top)
	for _, id := range []exchange.AgencyID{"H40.24", "H40.24.05", "H40.24.06", "H40.24.07", "H40.24.08", "H40.24.09", "H40.101", "H40.102"} {
		a := commune(id)
		a.Parent = "H40"
		w.put(a)
	}
	return w
}

const mappingFile = `old,new,from,until,kind,name
H40.24,,2025-07-01,,close,
H40.24.05,H40.101,2025-07-01,2027-07-01,merge,
H40.24.06,H40.101,01/07/2025,,merge,
H40.24.07,H40.101,2025-07-01,,split,
H40.24.07,H40.102,2025-07-01,,split,
H40.24.09,H40.109,2025-07-01T00:00:00+07:00,2027-07-01,rename,UBND xã Chín
H40.24.08,000.08.24.H40,,2026-07-01,alias,
`

func TestMapping(t *testing.T) {
	w := unreformed(t)
	var preview directory.Report
	w.none("a preview", func() {
		var err error
		preview, err = w.mapped(mappingFile, true)
		w.must(err)
	})
	record := w.one(func() {
		r, err := w.mapped(mappingFile, false)
		w.must(err)
		if preview.Dry = false; !reflect.DeepEqual(r, preview) {
			t.Errorf("the import did %+v, its preview said %+v", r, preview)
		}
	})
	if record.Entry.Kind != "mapping" || record.Entry.Count != 6 || len(record.Entry.Digest) != 64 {
		t.Errorf("logged as %s, want the digest of the file and six agencies", spelled(record))
	}
	wantKinds := map[directory.DifferenceKind]int{directory.Closed: 4, directory.Redirected: 3, directory.Renamed: 2, directory.Aliased: 1, directory.Changed: 1}
	if preview.Rows != 7 || preview.Changed != 6 || !reflect.DeepEqual(preview.Kinds, wantKinds) {
		t.Errorf("preview %+v, want 7 rows, 6 changed, %v", preview, wantKinds)
	}
	wantWords(t, preview, "H40.24, UBND xã H40.24, is closed on 2025-07-01 and has no successor", "documents for H40.24.05 go to H40.101 from 2025-07-01 until 2027-07-01",
		"documents for H40.24.07 are refused, naming H40.101 from 2025-07-01, H40.102 from 2025-07-01", "H40.24.09 has the code H40.109 from 2025-07-01 on",
		"the old code H40.24.09 is an address until 2027-07-01", "H40.24.08 has the further code 000.08.24.H40 until 2026-07-01")
	for code, want := range map[exchange.AgencyID]exchange.AgencyID{
		"H40.24": "", "H40.24.05": "H40.101", "H40.24.06": "H40.101", "H40.24.07": "", "H40.109": "H40.24.09", "000.08.24.H40": "H40.24.08",
	} {
		if got, _ := w.Resolve(code, reform); got.ID != want {
			t.Errorf("%s leads to %q after the reform, want %q", code, got.ID, want)
		}
		if got, err := w.Resolve(code, reform.Add(-time.Second)); code != "H40.109" && err != nil {
			t.Errorf("%s leads to %q before the reform: %v", code, got.ID, err)
		}
	}
	if a := w.get("H40.24.09"); a.Name != "UBND xã Chín" || a.CodeAt(reform) != "H40.109" || a.CodeAt(reform.Add(-1)) != "H40.24.09" {
		t.Errorf("the renamed commune is %+v", a)
	}
	w.none("the same file again", func() {
		r, err := w.mapped(mappingFile, false)
		if w.must(err); r.Unchanged != 6 {
			t.Errorf("again: %+v", r)
		}
	})
}

func wantWords(t *testing.T, r directory.Report, want ...string) {
	t.Helper()
	for _, text := range want {
		if !slices.ContainsFunc(r.Differences, func(d directory.Difference) bool { return d.EN == text && d.VI != "" && d.Line > 1 }) {
			t.Errorf("no difference says %q in %+v", text, r.Differences)
		}
	}
}

func TestMappingMistakes(t *testing.T) {
	const head = "old,new,from,until,kind\n"
	const d = "2025-07-01"
	tests := []struct {
		name, rows string
		want       []string // line/field
	}{
		{"no such agency", "Z,H40.101," + d + ",,merge", []string{"2/old"}},
		{"no such successor", "H40.24.05,Z," + d + ",,merge", []string{"2/new"}},
		{"a merge without a successor", "H40.24.05,," + d + ",,merge", []string{"2/new"}},
		{"a kind that is none", "H40.24.05,H40.101," + d + ",,moved", []string{"2/kind"}},
		{"a day that is none", "H40.24.05,H40.101,31/02/2025,,merge", []string{"2/from"}},
		{"no day", "H40.24.05,H40.101,,,merge", []string{"2/from"}},
		{"its own successor", "H40.24.05,H40.24.05," + d + ",,merge", []string{"2/successors"}},
		{"an empty time", "H40.24.05,H40.101," + d + "," + d + ",merge", []string{"2/successors"}},
		{"a split into one", "H40.24.05,H40.101," + d + ",,split", []string{"2/kind"}},
		{"a close that names one", "H40.24.05,H40.101," + d + ",,close", []string{"2/new"}},
		{"two merges of one", "H40.24.05,H40.101," + d + ",,merge\nH40.24.05,H40.102," + d + ",,merge", []string{"3/old"}},
		{"merged and split", "H40.24.05,H40.101," + d + ",,merge\nH40.24.05,H40.102," + d + ",,split", []string{"3/old"}},
		{"split on two days", "H40.24.05,H40.101," + d + ",,split\nH40.24.05,H40.102,2025-08-01,,split", []string{"2/successors", "3/from"}},
		{"renamed into another agency", "H40.24.05,H40.101," + d + ",,rename", []string{"2/codes", "2/new"}},
		{"renamed without a code", "H40.24.05,," + d + ",,rename", []string{"2/codes", "2/new"}},
		{"renamed into no code", "H40.24.05,xã mới," + d + ",,rename", []string{"2/codes"}},
		{"a circle within the file", "H40.24.05,H40.24.06," + d + ",,merge\nH40.24.06,H40.24.05," + d + ",,merge", []string{"3/successors"}},
		{"a circle with what is there", "H40.101,GONE," + d + ",,merge", []string{"2/successors"}},
		{"closed before on another day", "GONE,H40.102," + d + ",,merge", []string{"2/from"}},
		{"children that live on", "H40,H40.102," + d + ",,merge", []string{"2/closed_at"}},
		{"an alias of another", "H40.24.05,H40.24.06," + d + ",,alias", []string{"2/codes", "2/new"}},
		{"a missing cell", "H40.24.05,H40.101," + d + ",merge", []string{"2/old"}},
		{"no old code", ",H40.101," + d + ",,merge", []string{"2/old"}},
		{"two mistakes, in order", "Z,H40.101," + d + ",,merge\nH40.24.05,Y," + d + ",,merge", []string{"2/old", "3/new"}},
	}
	w := unreformed(t)
	gone := ended(commune("GONE"), heir("H40.101", day("2024-01-01")))
	gone.ClosedAt = day("2024-01-01")
	w.put(gone)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.none("a file with mistakes", func() {
				_, err := w.mapped(head+tt.rows+"\n", false)
				e := refused(t, err, exchange.BadRequest)
				got := slices.Compact(slices.Sorted(slices.Values(places(e))))
				for i := range got {
					got[i] = strings.Replace(got[i], "//", "/", 1)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("mistakes at %v, want %v: %v", got, tt.want, e)
				}
			})
		})
	}
}

func TestMappingHeader(t *testing.T) {
	w := unreformed(t)
	_, err := w.mapped("old,new,from,kind\nH40.24.05,H40.101,2025-07-01,merge\n", false)
	if e := refused(t, err, exchange.BadRequest); e.Line != 1 || !strings.Contains(e.Detail, "until") {
		t.Errorf("refused as %+v, want the missing column to be named", e)
	}
}

// A reform of a whole country is read in seconds: the time grows with the rows, not with their square.
func TestLargeMapping(t *testing.T) {
	if testing.Short() {
		t.Skip("tens of thousands of rows: not with -short")
	}
	d, _ := stocked(t)
	const n = 20_000
	var agencies, mapping strings.Builder
	agencies.WriteString("id,name,level\nNEW,Xã mới,commune\n")
	mapping.WriteString("old,new,from,until,kind\n")
	for i := range n {
		fmt.Fprintf(&agencies, "D%06d,Xã cũ,commune\n", i)
		fmt.Fprintf(&mapping, "D%06d,NEW,2025-07-01,,merge\n", i)
		fmt.Fprintf(&mapping, "D%06d,E%06d,2025-07-01,,alias\n", i, i)
	}
	if _, err := d.Import(t.Context(), by, strings.NewReader(agencies.String()), false); err != nil {
		t.Fatal(err)
	}
	mistaken, err := d.ImportMapping(t.Context(), by, strings.NewReader(mapping.String()), true)
	if e := refused(t, err, exchange.BadRequest); len(mistaken.Mistakes) != n || e.Line != 3 {
		t.Fatalf("%d mistakes, the first in line %d; want one in each second row", len(mistaken.Mistakes), e.Line)
	}
	merges := strings.Builder{}
	for line := range strings.Lines(mapping.String()) {
		if !strings.Contains(line, "alias") {
			merges.WriteString(line)
		}
	}
	r, err := d.ImportMapping(t.Context(), by, strings.NewReader(merges.String()), false)
	if err != nil || r.Kinds[directory.Redirected] != n || len(r.Differences) != directory.MaxDifferences {
		t.Errorf("%d redirected, %d told: %v", r.Kinds[directory.Redirected], len(r.Differences), err)
	}
	if got, err := d.Resolve("D019999", reform); err != nil || got.ID != "NEW" {
		t.Errorf("the last leads to %s: %v", got.ID, err)
	}
}

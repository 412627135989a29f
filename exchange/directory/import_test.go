package directory_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

// small is a file without mistakes; the parents stand below their children.
const small = `id,name,parent,level,channel,aliases
H40.1.1,UBND xã Một,H40.1,commune,pull,001.01.01.H40 L1
H40.1,UBND huyện Một,H40,district,push,
H40,"UBND tỉnh, mẫu",,province,,
`

func (w *world) read(file string) (directory.Report, error) {
	w.t.Helper()
	return w.Import(w.t.Context(), by, strings.NewReader(file), false)
}

func TestImport(t *testing.T) {
	w := newWorld(t)
	got := w.one(func() {
		r, err := w.read(small)
		w.must(err)
		if want := (directory.Report{Rows: 3, Added: 3}); !reflect.DeepEqual(r, want) {
			t.Errorf("report = %+v, want %+v", r, want)
		}
	})
	sum := sha256.Sum256([]byte(small))
	want := translog.Entry{V: translog.Schema, Time: start, Type: translog.AgencyChanged, Actor: "operator:hoa", Credential: "session-7",
		Kind: "import", Count: 3, Digest: hex.EncodeToString(sum[:]), Side: got.Entry.Side}
	if !reflect.DeepEqual(got.Entry, want) {
		t.Errorf("entry = %+v, want %+v", got.Entry, want)
	}
	wantSide(t, got, map[string]string{"H40.1.1": "UBND xã Một", "H40.1": "UBND huyện Một", "H40": "UBND tỉnh, mẫu"})

	one := w.get("H40.1.1")
	one.Version = 0
	if want := (exchange.Agency{ID: "H40.1.1", Name: "UBND xã Một", Parent: "H40.1", Level: exchange.Commune, Channel: exchange.Pull,
		Aliases: []exchange.AgencyID{"001.01.01.H40", "L1"}}); !reflect.DeepEqual(one, want) {
		t.Errorf("stands as %+v, want %+v", one, want)
	}
	if got := w.get("H40.1").Channel; got != exchange.Push {
		t.Errorf("channel = %s, want push", got)
	}
	if got := w.get("H40").Channel; got != exchange.Pull {
		t.Errorf("channel of a new agency without one = %s, want pull", got)
	}
}

func TestImportFormats(t *testing.T) {
	tests := []struct{ name, file string }{
		{"semicolons", strings.ReplaceAll(strings.ReplaceAll(small, ",", ";"), `"UBND tỉnh; mẫu"`, "UBND tỉnh, mẫu")},
		{"byte order mark", "\ufeff" + small},
		{"lines of Windows", strings.ReplaceAll(small, "\n", "\r\n")},
		{"no last line break", strings.TrimSuffix(small, "\n")},
		{"names of columns in capitals", strings.Replace(small, "id,name", "ID, Name ", 1)},
		{"blanks around cells", strings.ReplaceAll(small, ",commune,", " , commune , ")},
		{"empty lines", strings.ReplaceAll(small, "\n", "\n\n")},
		{"aliases with bars", strings.Replace(small, "001.01.01.H40 L1", "001.01.01.H40|L1|", 1)},
		{"columns in another order", "level,id,aliases,channel,parent,name\ncommune,H40.1.1,001.01.01.H40 L1,pull,H40.1,UBND xã Một\n" +
			"district,H40.1,,push,H40,UBND huyện Một\nprovince,H40,,,,\"UBND tỉnh, mẫu\"\n"},
	}
	plain := newWorld(t)
	_, err := plain.read(small)
	plain.must(err)
	want, _ := plain.List(0)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			_, err := w.read(tt.file)
			w.must(err)
			if got, _ := w.List(0); !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestImportMistakes(t *testing.T) {
	const header = "id,name,level,parent,aliases\n"
	tests := []struct {
		name, file string
		want       string // places; the directory holds H41, with the alias B1
	}{
		{"an empty file", "", "1/id"},
		{"only a mark", "\ufeff", "1/id"},
		{"a column that is none", "id,name,level,phone\n", "1/id"},
		{"a column twice", "id,name,level,name\n", "1/id"},
		{"no id", "name,level\n", "1/id"},
		{"no name", "id,level\n", "1/name"},
		{"no level", "id,name\n", "1/level"},
		{"no mandatory column", "parent\n", "1/id 1/name 1/level"},
		{"a header that is broken", "id,na\"me,level\n", "1/id"},

		{"too few fields", header + "X,Tên,commune\n", "2/id"},
		{"too many fields", header + "X,Tên,commune,,,\n", "2/id"},
		{"a quote that never ends", header + "X,\"Tên,commune,,\n", "2/id"},
		{"a quote within", header + "X,Tên,commune,,\nY,T\"ên,commune,,\nZ,Tên,commune,,\n", "3/id"},
		{"no identifier", header + ",Tên,commune,,\n", "2/id"},
		{"an identifier that is none", header + "a b,Tên,commune,,\n", "2/id"},
		{"an identifier twice", header + "X,Tên,commune,,\nY,Tên,commune,,\nX,Tên,commune,,\n", "4/id"},
		{"no name in a line", header + "X,,commune,,\n", "2/name"},
		{"a level that is none", header + "X,Tên,xã,,\n", "2/level"},
		{"no level in a line", header + "X,Tên,,,\n", "2/level"},
		{"a channel that is none", "id,name,level,channel\nX,Tên,commune,fax\n", "2/channel"},
		{"a parent that is nowhere", header + "X,Tên,commune,Y,\n", "2/parent"},
		{"a parent that is the line itself", header + "X,Tên,commune,X,\n", "2/parent"},
		{"a circle of two", header + "X,Tên,commune,Y,\nY,Tên,commune,X,\n", "2/parent 3/parent"},
		{"a circle beside", header + "X,Tên,commune,Y,\nY,Tên,commune,Z,\nZ,Tên,commune,Y,\n", "2/parent 3/parent 4/parent"},

		{"an alias that is another's identifier", header + "X,Tên,commune,,H41\n", "2/aliases"},
		{"an alias that is another's alias", header + "X,Tên,commune,,B1\n", "2/aliases"},
		{"an identifier that is another's alias", header + "B1,Tên,commune,,\n", "2/id"},
		{"an alias in two lines", header + "X,Tên,commune,,C\nY,Tên,commune,,C\n", "3/aliases"},
		{"an alias that is an identifier below", header + "X,Tên,commune,,Y\nY,Tên,commune,,\n", "3/id"},
		{"an alias twice in a line", header + "X,Tên,commune,,C C\n", "2/aliases"},
		{"too many aliases are one mistake", header + "X,Tên,commune,," + strings.Repeat("! ", 5000) + "\n", "2/aliases"},

		{"mistakes of several lines, in order", header + "X,,xã,,\n\nY,Tên,commune,Z,\nbad\n", "2/name 2/level 4/parent 5/id"},
		{"a field of several lines counts them", header + "X,\"T\nên\",commune,,\nY,,commune,,\n", "2/name 4/name"},
	}
	w := newWorld(t)
	b := commune("H41")
	b.Aliases = []exchange.AgencyID{"B1"}
	w.put(b)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.none("a refused import", func() {
				r, err := w.read(tt.file)
				e := refused(t, err, exchange.BadRequest)
				if got := strings.Join(places(e), " "); got != tt.want {
					t.Errorf("mistakes at %q, want %q: %+v", got, tt.want, r.Mistakes)
				}
				if len(r.Mistakes) == 0 || e.Line != r.Mistakes[0].Line || e.Path != "/"+r.Mistakes[0].Field {
					t.Errorf("the refusal is at line %d %s, the report says %+v", e.Line, e.Path, r.Mistakes)
				}
			})
		})
	}
}

// What is right in a file with a mistake is not written either.
func TestImportIsAllOrNothing(t *testing.T) {
	w := newWorld(t)
	_, err := w.read(small)
	w.must(err)
	w.none("an import with one mistake", func() {
		r, err := w.read("id,name,level\nH50,Mới,commune\nH40,Đổi tên,province\nH51,Sai,xã\n")
		refused(t, err, exchange.BadRequest)
		if r.Rows != 3 || len(r.Mistakes) != 1 || r.Mistakes[0].Line != 4 {
			t.Errorf("report = %+v, want three rows and one mistake in line 4", r)
		}
	})
	if _, ok := w.Agency("H50"); ok || w.get("H40").Name != "UBND tỉnh, mẫu" {
		t.Error("a part of the file was written")
	}
}

func TestImportShowsAHundredMistakes(t *testing.T) {
	w := newWorld(t)
	r, err := w.read("id,name,level\n" + strings.Repeat("x\n", 250))
	e := refused(t, err, exchange.BadRequest)
	if len(r.Mistakes) != 250 || len(e.Faults) != 100 || !strings.Contains(e.Detail, "250 mistakes") || !strings.Contains(e.VI, "250 lỗi") {
		t.Errorf("%d mistakes reported, %d shown, %q; want 250, 100 and the number told", len(r.Mistakes), len(e.Faults), e.Detail)
	}
}

// Columns that are not in the file, and whatever a file cannot say, stay as they are.
func TestImportKeepsWhatTheFileDoesNotSay(t *testing.T) {
	w := planted(t)
	full := w.get("H40.1.1")
	full.Channel, full.SendsFor = exchange.Push, []exchange.AgencyID{"H40"}
	full.AcceptUnsigned, full.Sandbox, full.LegacySHA1Until, full.ClosedAt = true, true, start, start.Add(time.Hour)
	w.put(full)
	_, _, err := w.IssueKey(t.Context(), by, full.ID, directory.KeyOptions{})
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
	before := w.get(full.ID)
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
		if want := (directory.Report{Rows: 3, Unchanged: 3}); !reflect.DeepEqual(r, want) {
			t.Errorf("report = %+v, want %+v", r, want)
		}
	})
	record := w.one(func() {
		r, err := w.read(strings.Replace(small, "huyện Một", "huyện Hai", 1) + "H41,Tỉnh khác,,province,,\n")
		w.must(err)
		if want := (directory.Report{Rows: 4, Added: 1, Changed: 1, Unchanged: 2}); !reflect.DeepEqual(r, want) {
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
		if want := (directory.Report{Rows: 3, Added: 2, Changed: 1, Dry: true}); !reflect.DeepEqual(r, want) {
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

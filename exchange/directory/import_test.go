package directory_test

import (
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

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
		if want := (directory.Report{Rows: 3, Added: 3}); !reflect.DeepEqual(counted(r), want) {
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
		{"blanks before a quoted cell", strings.Replace(small, `H40,"`, `H40,  "`, 1)},
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
		{"a column with a semicolon among commas", "id,name,level,a;b\n", "1/id"},
		{"a column twice", "id,name,level,name\n", "1/id"},
		{"no id", "name,level\n", "1/id"},
		{"no name", "id,level\n", "1/name"},
		{"no level", "id,name\n", "1/level"},
		{"no mandatory column", "parent\n", "1/id 1/name 1/level"},
		{"a header that is broken", "id,na\"me,level\n", "1/id"},

		{"UTF-16, as spreadsheets write “Unicode text”", "\xff\xfei\x00d\x00,\x00n\x00", "1/id"},
		{"UTF-16 without a mark", "i\x00d\x00,\x00n\x00a\x00", "1/id"},
		{"a name in the code page of old Windows", header + "X,Tên,commune,,\nY,T\xean,commune,,\n", "3/id"},
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

// A mistake says what it is, not only where.
func TestImportMistakesAreToldApart(t *testing.T) {
	w := newWorld(t)
	r, err := w.read("id,name,level\n,Tên,commune\na b,Tên,commune\nX,Tên,commune\nX,Tên,commune\nX\n")
	refused(t, err, exchange.BadRequest)
	want := []string{"the identifier is missing", "is not an agency identifier", "stands in line 4 already", "has 1 fields, the header 3"}
	for i, m := range r.Mistakes {
		if i >= len(want) || !strings.Contains(m.EN, want[i]) || m.VI == "" {
			t.Errorf("mistake %d is %+v, want %q", i, m, want)
		}
	}
	if len(r.Mistakes) != len(want) {
		t.Errorf("%d mistakes, want %d", len(r.Mistakes), len(want))
	}
}

package directory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

func TestFind(t *testing.T) {
	w := newWorld(t)
	gone := exchange.Agency{ID: "H44.24.01", Name: "UBND xã Đồng Thịnh cũ", Level: exchange.Commune, Channel: exchange.Pull,
		ClosedAt: start.AddDate(0, -1, 0), Successors: []exchange.Successor{{Agency: "H44.24.05"}}}
	for _, a := range []exchange.Agency{
		{ID: "H44", Name: "UBND tỉnh Phú Thọ", Level: exchange.Province, Channel: exchange.Pull},
		{ID: "H44.31", Name: "Sở Nội vụ", Level: exchange.Department, Channel: exchange.Pull},
		{ID: "H44.24.05", Name: "UBND xã Đồng Thịnh", Level: exchange.Commune, Channel: exchange.Pull, Aliases: []exchange.AgencyID{"000.05.24.H44"}},
		{ID: "H44.24.06", Name: "UBND xã Thịnh Đồng", Level: exchange.Commune, Channel: exchange.Pull},
		gone,
		{ID: "H44.24.07", Name: "Phòng Văn hóa – Thông tin", Level: exchange.Department, Channel: exchange.Pull},
		{ID: "H44.24.5", Name: "Sở", Level: exchange.Department, Channel: exchange.Pull},
	} {
		w.put(a)
	}
	for _, test := range []struct{ name, words, want string }{
		{"the living first", "thinh", "H44.24.05 H44.24.06 H44.24.01"},
		{"without marks, the words as typed before others", "dong thinh", "H44.24.05 H44.24.01 H44.24.06"},
		{"with marks and capitals", "ĐỒNG Thịnh", "H44.24.05 H44.24.01 H44.24.06"},
		{"decomposed", "đo\u0302\u0300ng thi\u0323nh", "H44.24.05 H44.24.01 H44.24.06"},
		{"words that are only begun", "so noi", "H44.31"},
		{"the whole name first", "so", "H44.24.5 H44.31"},
		{"the middle of a word", "hinh", "H44.24.05 H44.24.06 H44.24.01"},
		{"the beginning of the name before others", "ubnd xa t", "H44.24.06 H44.24.05 H44.24.01"},
		{"a code is above all that it begins", "h44.24.5", "H44.24.5"},
		{"the beginning of codes", "h44.24.0", "H44.24.05 H44.24.06 H44.24.07 H44.24.01"},
		{"an alias", "000.05.24.h44", "H44.24.05"},
		{"a code and a name", "h44.24 phong", "H44.24.07"},
		{"no such word", "khong co", ""},
		{"nothing", "  ", ""},
		{"more words than are looked at", strings.Repeat("dong ", 40), "H44.24.05 H44.24.06 H44.24.01"},
		{"what is no text", "\xff\xfe", ""},
	} {
		var got []string
		for _, a := range w.Find(test.words, directory.MaxFound) {
			got = append(got, string(a.ID))
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s: %q finds %s, want %s", test.name, test.words, s, test.want)
		}
	}
	if got := w.Find("h44", 2); len(got) != 2 {
		t.Errorf("%d found, asked for two", len(got))
	}
}

// What is found follows the directory.
func TestFindAfterAChange(t *testing.T) {
	w := newWorld(t)
	a := w.put(exchange.Agency{ID: "H44", Name: "UBND tỉnh Vĩnh Phúc", Level: exchange.Province, Channel: exchange.Push,
		Endpoint: exchange.Endpoint{Secret: "whsec_VEVTVCBPTkxZ"}})
	if got := w.Find("vinh phuc", 5); len(got) != 1 || got[0].Endpoint.Secret != "" {
		t.Fatalf("found %v", got)
	}
	a.Name = "UBND tỉnh Phú Thọ"
	w.put(a)
	if old, now := w.Find("vinh phuc", 5), w.Find("phu tho", 5); len(old) != 0 || len(now) != 1 {
		t.Errorf("after the new name: by the old %v, by the new %v", old, now)
	}
}

func TestFindIsBounded(t *testing.T) {
	d := nationwide(t, 1000)
	if got := d.Find("ubnd", 10_000); len(got) != directory.MaxFound {
		t.Errorf("%d found, want %d", len(got), directory.MaxFound)
	}
}

// A country holds agencies that nobody changes.
type country struct {
	directory.Store
	all []exchange.Agency
}

func (s country) Agencies(context.Context, uint64) ([]exchange.Agency, error) { return s.all, nil }

// nationwide is a directory with as many agencies as the country has.
func nationwide(t testing.TB, n int) *directory.Directory {
	t.Helper()
	kinds := []string{"UBND xã", "UBND phường", "Trường Tiểu học", "Phòng Tài chính – Kế hoạch huyện", "Trung tâm Y tế"}
	first := []string{"Đồng", "Thịnh", "Hưng", "Phú", "Vĩnh", "Lâm", "Bình", "Nguyễn", "Trường", "Quỳnh"}
	second := []string{"Thịnh", "Long", "Thọ", "Tường", "Thao", "Hòa", "Xuyên", "Lạc", "Sơn", "Yên"}
	var s country
	for i := range n {
		s.all = append(s.all, exchange.Agency{ID: exchange.AgencyID(fmt.Sprintf("H%d.%d.%d", 10+i/10_000, i/100%100, i%100)), Version: uint64(i + 1),
			Name: fmt.Sprintf("%s %s %s số %d", kinds[i%5], first[i/5%10], second[i/50%10], i), Channel: exchange.Pull})
	}
	d, err := directory.Open(t.Context(), s, directory.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sought is how many of a hundred thousand agencies are found: by what nobody is called, by what many are called, and by words
// that all of them hold.
var sought = []struct {
	name, words string
	found       int
}{{"none", "khong co", 0}, {"many", "dong thinh", 20}, {"letters", "u n x o h g a i", 20}, {"code", "h12.34.56", 1}}

func TestFindAmongAHundredThousand(t *testing.T) {
	d := nationwide(t, 100_000)
	for _, test := range sought {
		if got := d.Find(test.words, directory.MaxFound); len(got) != test.found {
			t.Errorf("%s: %d found, want %d", test.name, len(got), test.found)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	d := nationwide(b, 100_000)
	d.Find("x", 1)
	for _, test := range sought {
		b.Run(test.name, func(b *testing.B) {
			for b.Loop() {
				d.Find(test.words, directory.MaxFound)
			}
		})
	}
}

// BenchmarkFindFirst is the first search after a change, which makes the index.
func BenchmarkFindFirst(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		d := nationwide(b, 100_000)
		b.StartTimer()
		d.Find("dong thinh", directory.MaxFound)
	}
}

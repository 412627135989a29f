package directory

import (
	_ "embed" // the table below
	"encoding/csv"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// level1Table are the identifiers of the first level as Decision 20/2020/QĐ-TTg (appendix I) lays them down and Decision
// 09/2025/QĐ-TTg changes them. Its columns are the code, the name by each, the state since, and who took the place of a
// closed one; for provinces that follows from Resolution 202/2025/QH15.
//
//go:embed reference/level1.tsv
var level1Table string

// When the closed codes of the first level ended: the ministries' with Decision 09/2025, the provinces' when the merged
// provinces began to work.
const (
	ministriesEnd = "2025-04-14"
	provincesEnd  = "2025-07-01"
)

// Level1 is the table of the first level as files that [Directory.Import] and, after it, [Directory.ImportMapping] take:
// who there is, none of them connected, without those that known names; and which of them were closed.
func Level1(known func(exchange.AgencyID) bool) (agencies, mapping []byte) {
	who, what := newFile("id", "name", "level", "channel"), newFile("old", "new", "from", "until", "kind")
	for line := range strings.Lines(level1Table) {
		c := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		if len(c) != 5 || len(c[0]) != 3 { // the header, and ranges that are no codes
			continue
		}
		if !known(exchange.AgencyID(c[0])) {
			who.row(c[0], name(c[2], c[1], c[0]), string(levelOf(c[0])), string(exchange.NoChannel))
		}
		if c[3] == "closed" {
			what.row(c[0], c[4], endOf(c[0]), "", endKind(c[4]))
		}
	}
	return who.bytes(), what.bytes()
}

// name is the newest there is; for a code whose name no decision gives, the code.
func name(now, before, code string) string {
	switch {
	case now != "":
		return now
	case strings.HasPrefix(before, "("):
		return "Cơ quan " + code
	}
	return before
}

// levelOf: H and K are the committees and councils of provinces.
func levelOf(code string) exchange.Level {
	if code[0] == 'H' || code[0] == 'K' {
		return exchange.Province
	}
	return exchange.Central
}

func endOf(code string) string {
	if levelOf(code) == exchange.Province {
		return provincesEnd
	}
	return ministriesEnd
}

func endKind(successor string) string {
	if successor == "" {
		return mapClose
	}
	return mapMerge
}

// A file is a CSV on its way.
type file struct {
	text strings.Builder
	csv  *csv.Writer
}

func newFile(header ...string) *file {
	f := &file{}
	f.csv = csv.NewWriter(&f.text)
	f.row(header...)
	return f
}

func (f *file) row(cells ...string) { _ = f.csv.Write(cells) } // into memory: it cannot fail

func (f *file) bytes() []byte {
	f.csv.Flush()
	return []byte(f.text.String())
}

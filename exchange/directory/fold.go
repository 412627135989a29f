package directory

import (
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold is a text as people search it: without marks, đ as d, in small letters, with single blanks.
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		if r = folded(r); r == none {
			continue
		}
		if unicode.IsSpace(r) {
			blank = b.Len() > 0
			continue
		}
		if blank {
			b.WriteByte(' ')
			blank = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

// none is what becomes of a mark.
const none rune = -1

func folded(r rune) rune {
	if table := foldTable(); int(r) < len(table) {
		return table[r]
	}
	return foldRune(r)
}

// foldTable has every letter of the Latin script: names are folded by the hundred thousand.
var foldTable = sync.OnceValue(func() *[0x2000]rune {
	var t [0x2000]rune
	for r := range t {
		t[r] = foldRune(rune(r))
	}
	return &t
})

// foldRune is the letter under the marks. What decomposes into more than one letter stays as it is.
func foldRune(r rune) rune {
	r = unicode.ToLower(r)
	base := none
	for _, part := range norm.NFD.String(string(r)) {
		switch {
		case unicode.Is(unicode.Mn, part):
		case base != none:
			return r
		default:
			base = part
		}
	}
	if base == 'đ' {
		return 'd'
	}
	return base
}

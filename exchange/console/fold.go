package console

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// fold is a text as it is searched: without marks, đ as d, in small letters, with single blanks.
func fold(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == 'đ':
			b.WriteByte('d')
		default:
			b.WriteRune(r)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// matches reports whether every word of the query stands in one of the texts.
func matches(query string, texts ...string) bool {
	all := fold(strings.Join(texts, "\n"))
	for _, word := range strings.Fields(fold(query)) {
		if !strings.Contains(all, word) {
			return false
		}
	}
	return true
}

package envelope

import (
	"strings"
	"unicode"
)

// Blank reports whether a text shows a reader nothing: blanks, marks and what is drawn as nothing, whatever its length.
func Blank(s string) bool { return strings.IndexFunc(s, drawn) < 0 }

// drawn reports whether a character leaves ink by itself. Some that Unicode counts among letters and symbols, such as the
// Hangul fillers and the empty Braille pattern, do not.
func drawn(r rune) bool {
	const emptyBraille = '\u2800'
	return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && r != emptyBraille &&
		!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}

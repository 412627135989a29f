package envelope

import (
	"strings"
	"unicode"
)

// Blank reports whether a reader sees nothing of the text: it is empty, or of spaces and of characters without a shape,
// such as a space of no width. A reason that is blank is none.
func Blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }) < 0
}

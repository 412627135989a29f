package signing

import (
	"strings"
	"unicode/utf8"
)

// skipUnicode skips a run of characters above ASCII that begins at b[i]. It
// stops at ASCII, at the end, or, with ok false, at what is not a character of
// XML in UTF-8: overlong forms, surrogates, U+FFFE and U+FFFF included.
func skipUnicode(b []byte, i int) (end int, ok bool) {
	for i < len(b) && b[i] >= utf8.RuneSelf {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 || r == 0xFFFE || r == 0xFFFF {
			return i, false
		}
		i += n
	}
	return i, true
}

// badChar returns the offset of the first byte of b that is not part of a
// character of XML in UTF-8, or -1.
func badChar(b []byte) int {
	for i := nextUnusual(b, 0); i < len(b); i = nextUnusual(b, i) {
		if b[i] < utf8.RuneSelf {
			if !isSpace(b[i]) {
				return i
			}
			i++
			continue
		}
		end, ok := skipUnicode(b, i)
		if !ok {
			return end
		}
		i = end
	}
	return -1
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// fields splits at the white space of XML, which is less than that of Unicode.
func fields(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r < utf8.RuneSelf && isSpace(byte(r)) })
}

// isChar is the production Char of XML 1.0.
func isChar(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return true
	case r < 0x20, r >= 0xD800 && r <= 0xDFFF, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return r <= utf8.MaxRune
}

// isNameStart is NameStartChar of XML 1.0 (fifth edition) without the colon.
func isNameStart(r rune) bool {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == '_':
		return true
	case r < 0xC0, r == 0xD7, r == 0xF7, r == 0x37E:
		return false
	case r <= 0x2FF, r >= 0x370 && r <= 0x1FFF, r == 0x200C, r == 0x200D,
		r >= 0x2070 && r <= 0x218F, r >= 0x2C00 && r <= 0x2FEF, r >= 0x3001 && r <= 0xD7FF,
		r >= 0xF900 && r <= 0xFDCF, r >= 0xFDF0 && r <= 0xFFFD, r >= 0x10000 && r <= 0xEFFFF:
		return true
	}
	return false
}

// isNameChar is NameChar of XML 1.0 (fifth edition) without the colon.
func isNameChar(r rune) bool {
	switch {
	case r == '-', r == '.', r >= '0' && r <= '9', r == 0xB7,
		r >= 0x300 && r <= 0x36F, r == 0x203F, r == 0x2040:
		return true
	}
	return isNameStart(r)
}

// Names of ASCII: a bit for each character from 0 and from 64 on.
const (
	digitsHyphenDot   = 0x03FF_6000_0000_0000
	lettersUnderscore = 0x07FF_FFFE_87FF_FFFE
)

// isASCIIName is isNameStart or isNameChar of what is most of all names.
func isASCIIName(c byte, start bool) bool {
	if c >= 64 {
		return lettersUnderscore>>(c-64)&1 != 0
	}
	return !start && digitsHyphenDot>>c&1 != 0
}

// ncName returns the end of the name without colon that begins at b[i]; i
// itself if none does.
func ncName(b []byte, i int) int {
	start := i
	for i < len(b) {
		if c := b[i]; c < utf8.RuneSelf {
			if !isASCIIName(c, i == start) {
				return i
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		if !isNameChar(r) || i == start && !isNameStart(r) {
			return i
		}
		i += n
	}
	return i
}

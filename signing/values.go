package signing

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// decodeReference decodes the reference at the start of b: one of the five predefined
// entities or a character. n is its length.
func decodeReference(b []byte) (r rune, n int, ok bool) {
	if len(b) > 3 && b[2] == 't' && b[3] == ';' { // the two that stand densest
		switch b[1] {
		case 'l':
			return '<', 4, true
		case 'g':
			return '>', 4, true
		}
	}
	end := bytes.IndexByte(b[:min(len(b), 16)], ';')
	if end < 2 {
		return 0, 0, false
	}
	name := b[1:end]
	if name[0] == '#' {
		r, ok = character(name[1:])
		return r, end + 1, ok
	}
	switch string(name) {
	case "amp":
		r = '&'
	case "lt":
		r = '<'
	case "gt":
		r = '>'
	case "quot":
		r = '"'
	case "apos":
		r = '\''
	}
	return r, end + 1, r != 0
}

// character decodes the digits of a character reference.
func character(digits []byte) (r rune, ok bool) {
	base := rune(10)
	if len(digits) > 0 && digits[0] == 'x' {
		base, digits = 16, digits[1:]
	}
	for _, c := range digits {
		d := rune(-1)
		switch {
		case c >= '0' && c <= '9':
			d = rune(c - '0')
		case base == 16 && c|0x20 >= 'a' && c|0x20 <= 'f':
			d = rune(c|0x20-'a') + 10
		}
		if d < 0 {
			return 0, false
		}
		if r = r*base + d; r > utf8.MaxRune {
			return 0, false
		}
	}
	return r, isChar(r) // no digits are 0, which is none
}

// value is an attribute's value as XML means it: references resolved, white
// space as spaces.
func (d *Document) value(a *attribute) string {
	if raw := d.raw[a.value:a.valueEnd]; a.flags&(hasReference|hasCR|hasSpace) == 0 {
		return string(raw)
	}
	return string(d.appendValue(nil, a))
}

// appendValue appends the same.
func (d *Document) appendValue(out []byte, a *attribute) []byte {
	raw := d.raw[a.value:a.valueEnd]
	if a.flags&(hasReference|hasCR|hasSpace) == 0 {
		return append(out, raw...)
	}
	out = slices.Grow(out, len(raw))
	for i := 0; i < len(raw); {
		switch c := raw[i]; c {
		case '&':
			r, n, _ := decodeReference(raw[i:])
			out = utf8.AppendRune(out, r)
			i += n
		case '\r':
			out = append(out, ' ')
			if i++; i < len(raw) && raw[i] == '\n' {
				i++
			}
		case '\n', '\t':
			out = append(out, ' ')
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// body is a text or CDATA token without its delimiters.
func (d *Document) body(t *token) []byte {
	b := d.raw[t.start:t.end]
	if t.kind == cdata {
		return b[len("<![CDATA[") : len(b)-len("]]>")]
	}
	return b
}

// appendText appends what a text or CDATA token means: references resolved,
// line ends as LF.
func (d *Document) appendText(out []byte, t *token) []byte {
	raw := d.body(t)
	if t.flags&(hasReference|hasCR) == 0 {
		return append(out, raw...)
	}
	for i := 0; i < len(raw); {
		switch c := raw[i]; {
		case c == '&' && t.kind == text:
			r, n, _ := decodeReference(raw[i:])
			out = utf8.AppendRune(out, r)
			i += n
		case c == '\r':
			out = append(out, '\n')
			if i++; i < len(raw) && raw[i] == '\n' {
				i++
			}
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

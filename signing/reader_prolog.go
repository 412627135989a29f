package signing

import (
	"bytes"
	"strings"
)

var utf8BOM = []byte{0xEF, 0xBB, 0xBF}

// prolog takes a byte order mark and the XML declaration. Both are optional,
// nothing may stand before them, and they must say UTF-8: a reader that
// believes another name would see other characters than those that were signed.
func (r *reader) prolog() error {
	if bytes.HasPrefix(r.raw, utf8BOM) {
		r.pos = len(utf8BOM)
	}
	if looksWide(r.raw) || bytes.HasPrefix(r.raw[r.pos:], utf8BOM) {
		return r.refuse(0, WhyEncoding, "the document is not in UTF-8")
	}
	if !r.has("<?xml") || r.pos+5 >= len(r.raw) || !isSpace(r.raw[r.pos+5]) {
		return nil
	}
	n := bytes.Index(r.raw[r.pos:], []byte("?>"))
	if n < 0 || n > 256 {
		return r.refuse(r.pos, WhySyntax, "the XML declaration does not end")
	}
	if err := r.declaration(string(r.raw[r.pos+len("<?xml") : r.pos+n])); err != nil {
		return err
	}
	r.pos += n + len("?>")
	return nil
}

// looksWide tells UTF-16 and UTF-32 by their marks and by the zero bytes around
// the first character.
func looksWide(raw []byte) bool {
	if len(raw) < 2 {
		return false
	}
	return raw[0] == 0xFE && raw[1] == 0xFF || raw[0] == 0xFF && raw[1] == 0xFE || raw[0] == 0 || raw[1] == 0
}

// declaration checks the pseudo-attributes version, encoding, standalone: in
// this order, the first one mandatory.
func (r *reader) declaration(s string) error {
	version, s, _ := pseudoAttribute(s, "version")
	if version != "1.0" {
		return r.refuse(r.pos, WhySyntax, "only XML 1.0 is read")
	}
	encoding, rest, ok := pseudoAttribute(s, "encoding")
	if ok && !strings.EqualFold(encoding, "UTF-8") {
		return r.refuse(r.pos, WhyEncoding, "the declared encoding is not UTF-8")
	}
	standalone, rest, ok := pseudoAttribute(rest, "standalone")
	if ok && standalone != "yes" && standalone != "no" {
		return r.refuse(r.pos, WhySyntax, "standalone is neither yes nor no")
	}
	if strings.Trim(rest, " \t\r\n") != "" {
		return r.refuse(r.pos, WhySyntax, "the XML declaration is malformed")
	}
	return nil
}

// pseudoAttribute takes white space, name="value" off the front of s. If s does
// not begin so, ok is false and rest is s.
func pseudoAttribute(s, name string) (value, rest string, ok bool) {
	t := strings.TrimLeft(s, " \t\r\n")
	if len(t) == len(s) || !strings.HasPrefix(t, name) {
		return "", s, false
	}
	t = strings.TrimLeft(t[len(name):], " \t\r\n")
	if !strings.HasPrefix(t, "=") {
		return "", s, false
	}
	t = strings.TrimLeft(t[1:], " \t\r\n")
	if t == "" || t[0] != '"' && t[0] != '\'' {
		return "", s, false
	}
	end := strings.IndexByte(t[1:], t[0])
	if end < 0 {
		return "", s, false
	}
	return t[1 : 1+end], t[end+2:], true
}

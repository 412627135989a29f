package signing

import (
	"bytes"
	"hash"
	"unicode/utf8"
)

const (
	sinkBytes = 4096 // of the buffer in which small pieces gather
	sinkLong  = 512  // a piece from here on goes to the hash as it lies
)

// A sink writes canonical text to a hash.
type sink struct {
	hash hash.Hash
	buf  []byte
}

func (s *sink) flush() {
	s.hash.Write(s.buf)
	s.buf = s.buf[:0]
}

func (s *sink) write(b []byte) {
	if len(s.buf)+min(len(b), sinkLong) > sinkBytes {
		s.flush()
	}
	if len(b) < sinkLong {
		s.buf = append(s.buf, b...)
		return
	}
	s.flush()
	s.hash.Write(b)
}

func (s *sink) string(t string) {
	if len(s.buf)+len(t) > sinkBytes {
		s.flush()
	}
	s.buf = append(s.buf, t...)
}

func (s *sink) byte(b byte) {
	if len(s.buf) == sinkBytes {
		s.flush()
	}
	s.buf = append(s.buf, b)
}

func (s *sink) rune(r rune) {
	if len(s.buf)+utf8.UTFMax > sinkBytes {
		s.flush()
	}
	s.buf = utf8.AppendRune(s.buf, r)
}

// text writes the body of a text or CDATA token.
func (s *sink) text(raw []byte, t *token) {
	if t.kind == text && t.flags&hasSpecial == 0 {
		s.write(raw)
		return
	}
	if t.kind == text && t.flags&hasSpecial == hasCR {
		s.lines(raw) // long wrapped text: one search per line
		return
	}
	done := 0
	for i := nextEscaped(raw, 0); i < len(raw); i = nextEscaped(raw, done) {
		s.write(raw[done:i])
		done = i + s.dense(raw[i:], t.kind == cdata)
	}
	s.write(raw[done:])
}

// dense writes the canonical form of the start of raw byte by byte, for as long
// as what is escaped stands close together, and returns the length of that.
func (s *sink) dense(raw []byte, literal bool) (n int) {
	for plain := 0; n < len(raw) && plain < denseBytes; {
		if len(s.buf)+len("&#xD;") > sinkBytes {
			s.flush()
		}
		switch c := raw[n]; {
		case c == '>':
			s.buf = append(s.buf, "&gt;"...)
		case c == '<':
			s.buf = append(s.buf, "&lt;"...)
		case c == '&' && literal:
			s.buf = append(s.buf, "&amp;"...)
		case c == '\r':
			s.buf = append(s.buf, '\n')
			n, plain = n+lineEnd(raw[n:]), 0
			continue
		case c == '&':
			r, length, _ := decodeReference(raw[n:])
			s.escaped(r)
			n, plain = n+length, 0
			continue
		default:
			s.buf = append(s.buf, c)
			n++
			plain++
			continue
		}
		n++
		plain = 0
	}
	return n
}

// lineEnd is the length of the line end that begins with the CR at b[0].
func lineEnd(b []byte) int {
	if len(b) > 1 && b[1] == '\n' {
		return 2
	}
	return 1
}

func (s *sink) escaped(r rune) {
	switch r {
	case '&':
		s.string("&amp;")
	case '<':
		s.string("&lt;")
	case '>':
		s.string("&gt;")
	case '\r':
		s.string("&#xD;")
	default:
		s.rune(r)
	}
}

// lines writes b with its line ends as LF and nothing else changed.
func (s *sink) lines(b []byte) {
	for len(b) > 0 {
		s.flush()
		n := min(len(b), sinkBytes)
		if n < len(b) && b[n-1] == '\r' {
			n-- // what follows it belongs to the same line end
		}
		s.buf = appendLines(s.buf, b[:n])
		b = b[n:]
	}
}

// appendLines appends b, which gets no longer by it, with its line ends as LF.
func appendLines(out, b []byte) []byte {
	if all, ok := appendEvenLines(out, b); ok {
		return all
	}
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			return append(out, b...)
		}
		out = append(append(out, b[:i]...), '\n')
		b = b[i+lineEnd(b[i:]):]
	}
}

// appendEvenLines expects each line to be as long as the one before, as those of
// base64 are, and searches only where it is not. Where it has come upon as many CR
// as there are, none was inside of what it took for a line; else ok is false.
func appendEvenLines(out, b []byte) (all []byte, ok bool) {
	length := 0
	for range bytes.Count(b, []byte{'\r'}) {
		if len(b) <= length || b[length] != '\r' {
			if length = bytes.IndexByte(b, '\r'); length < 0 {
				return nil, false
			}
		}
		out = append(append(out, b[:length]...), '\n')
		b = b[length+lineEnd(b[length:]):]
	}
	return append(out, b...), true
}

// rawValue writes an attribute value as it stands in the document.
func (s *sink) rawValue(raw []byte) {
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case '&':
			r, n, _ := decodeReference(raw[i:])
			s.value(string(r))
			i += n - 1
		case '\r':
			s.byte(' ')
			i += lineEnd(raw[i:]) - 1
		case '\n', '\t':
			s.byte(' ')
		case '"':
			s.string("&quot;")
		default:
			s.byte(c)
		}
	}
}

// value writes an attribute value, given as XML means it.
func (s *sink) value(v string) {
	for i := range len(v) {
		switch c := v[i]; c {
		case '&':
			s.string("&amp;")
		case '<':
			s.string("&lt;")
		case '"':
			s.string("&quot;")
		case '\t':
			s.string("&#x9;")
		case '\n':
			s.string("&#xA;")
		case '\r':
			s.string("&#xD;")
		default:
			s.byte(c)
		}
	}
}

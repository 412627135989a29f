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
		done = i + s.special(raw[i:], t.kind == cdata)
	}
	s.write(raw[done:])
}

// special writes the canonical form of what stands at the start of raw, one of
// & < > CR, and returns the length of that. literal is for CDATA, where & begins
// no reference.
func (s *sink) special(raw []byte, literal bool) (n int) {
	switch c := raw[0]; {
	case c == '&' && !literal:
		r, n, _ := decodeReference(raw)
		s.escaped(r)
		return n
	case c != '\r':
		s.escaped(rune(c))
		return 1
	}
	s.byte('\n')
	return lineEnd(raw)
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
	for {
		i := bytes.IndexByte(b, '\r')
		if i < 0 {
			s.write(b)
			return
		}
		s.write(b[:i])
		if lineEnd(b[i:]) == 1 {
			s.byte('\n')
		}
		b = b[i+1:] // from the LF on, if there is one
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

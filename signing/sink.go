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
	for i := nextText(raw, 0); i < len(raw); {
		n := s.special(raw, i, done, t.kind == cdata)
		if n > 0 {
			done = i + n
		}
		i = nextText(raw, i+max(n, 1))
	}
	s.write(raw[done:])
}

// special writes raw[done:i] and the canonical form of what stands at i, and
// returns the length of that; 0, with nothing written, if it stands for itself.
func (s *sink) special(raw []byte, i, done int, literal bool) (n int) {
	c := raw[i]
	switch {
	case c == '&' && !literal:
		s.write(raw[done:i])
		r, n, _ := reference(raw[i:])
		s.escaped(r)
		return n
	case c == '&', c == '<', c == '>':
		s.write(raw[done:i])
		s.escaped(rune(c))
		return 1
	case c == '\r':
		s.write(raw[done:i])
		s.byte('\n')
		if i+1 < len(raw) && raw[i+1] == '\n' {
			return 2
		}
		return 1
	}
	return 0
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
		s.byte('\n')
		if i++; i < len(b) && b[i] == '\n' {
			i++
		}
		b = b[i:]
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

package signing

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// Text is most of a document, so it is looked at eight bytes a step. Each lane
// of a word is tested by an addition that sets the lane's high bit unless the
// byte is what is looked for; lanes of seven bits carry nothing into the next,
// and bytes above ASCII are told by their own high bit.
const (
	lanes     = 0x0101010101010101
	highBits  = lanes * 0x80
	lowBits   = lanes * 0x7F
	fromSpace = lanes * 0x60 // brings what is not below space to the high bit
	ampersand = lanes * '&'
	lessBit   = lanes * 0x02 // '<' | 2 == '>' | 2 == '>'
	greater   = lanes * '>'
	tab       = lanes * '\t'
	lineFeed  = lanes * '\n'
	carriage  = lanes * '\r'
)

// unlike sets the high bit of each lane of x, which has lowBits only, that
// differs from the same lane of c.
func unlike(x, c uint64) uint64 { return (x ^ c) + lowBits }

// plain sets the high bit of each lane that is ASCII from space on and none of
// & < >. Its other bits mean nothing.
func plain(w uint64) uint64 {
	x := w & lowBits
	return (x + fromSpace) & unlike(x, ampersand) & unlike(x|lessBit, greater) &^ w
}

func word(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// lastWord is what is left of b, fewer than eight bytes, and zeros.
func lastWord(b []byte) uint64 {
	var rest [8]byte
	copy(rest[:], b)
	return word(rest[:])
}

// nextText returns the offset of the first byte at or after i that needs a
// closer look, or len(b): a control character, one above ASCII, or & < >. TAB,
// LF and CR need none; cr tells whether a CR was passed.
func nextText(b []byte, i int) (end int, cr bool) {
	for i, cr = skipText(b, i); len(b)-i >= 8; i += 8 {
		w := word(b[i:])
		n, r := textLanes(w)
		if cr = cr || r; n < 8 {
			return i + n, cr
		}
	}
	n, r := textLanes(lastWord(b[i:]))
	return i + n, cr || r
}

// How much text is looked at by blocks before it is looked at by stretches, and how
// long those are: each as long as all before it, so that one which is in vain costs
// no more than those were worth, and no longer than fits the nearest cache.
const (
	blocksFirst     = 128
	shortestStretch = 256
	longestStretch  = 4096
)

// skipText skips text up to somewhere before what needs a closer look, and less
// than 32 bytes before that or len(b).
func skipText(b []byte, i int) (end int, cr bool) {
	for {
		n, r, more := skipBlocks(b[i:min(len(b), i+blocksFirst)])
		if i, cr = i+n, cr || r; !more {
			return i, cr
		}
		for size := shortestStretch; more; size = min(2*size, longestStretch) {
			n, r, more = stretch(b[i:min(len(b), i+size)])
			i, cr = i+n, cr || r
		}
	}
}

// skipBlocks skips 32 bytes at a time; more is false where it stopped for good.
func skipBlocks(b []byte) (n int, cr, more bool) {
	for ; len(b)-n >= 32; n += 32 {
		c := b[n : n+32 : n+32]
		w0, w1, w2, w3 := word(c), word(c[8:]), word(c[16:]), word(c[24:])
		p0, p1, p2, p3 := plain(w0), plain(w1), plain(w2), plain(w3)
		if p0&p1&p2&p3&highBits == highBits {
			continue
		}
		if (p0|white(w0))&(p1|white(w1))&(p2|white(w2))&(p3|white(w3))&highBits != highBits {
			return n, cr, false
		}
		cr = cr || returns(w0)|returns(w1)|returns(w2)|returns(w3) != 0
	}
	return n, cr, n >= blocksFirst
}

// stretch skips b, or what of it is before the first & < or >, by passes of which
// each looks for one thing. It skips nothing where there is anything but ASCII, or
// a control character that is not of white space; more tells whether it skipped all.
func stretch(b []byte) (n int, cr, more bool) {
	c := b[:len(b)&^31]
	for _, special := range []byte("<&>") {
		if i := bytes.IndexByte(c, special); i >= 0 {
			c = c[:i&^31]
		}
	}
	controls, ascii := countControls(c)
	if !ascii {
		return 0, false, false
	}
	if controls > 0 {
		returns := bytes.Count(c, []byte{'\r'})
		if controls -= returns + bytes.Count(c, []byte{'\n'}); controls > 0 && controls != bytes.Count(c, []byte{'\t'}) {
			return 0, false, false
		}
		cr = returns > 0
	}
	return len(c), cr, len(c) > 0 && len(c) == len(b)
}

// countControls counts the control characters in b, whose length is a multiple of
// 32, if all of it is ASCII.
func countControls(b []byte) (n int, ascii bool) {
	high := uint64(0)
	for ; len(b) >= 32; b = b[32:] {
		w0, w1, w2, w3 := word(b), word(b[8:]), word(b[16:]), word(b[24:])
		high |= w0 | w1 | w2 | w3
		// Of ASCII no lane carries into the next one.
		n += bits.OnesCount64((w0+fromSpace)&highBits) + bits.OnesCount64((w1+fromSpace)&highBits) +
			bits.OnesCount64((w2+fromSpace)&highBits) + bits.OnesCount64((w3+fromSpace)&highBits) - 32
	}
	return -n, high&highBits == 0
}

// endsCDATA tells whether the > at b[i] ends a ]]>. What stands before a text ends
// in > itself, so that ]] is of the same text.
func endsCDATA(b []byte, i int) bool { return i >= 2 && b[i-1] == ']' && b[i-2] == ']' }

// denseBytes is how many plain bytes in a row end what is looked at one by one.
const denseBytes = 16

// denseText passes >, line ends and references one by one, for as long as they
// stand close together: to look for the next of them by words costs several times
// as much there. It stops at what else needs a closer look, at the end of ]]>, and
// at what is no reference.
func denseText(b []byte, i int) (end int, flags uint8) {
	for plain := 0; i < len(b) && plain < denseBytes; i++ {
		switch c := b[i]; {
		case c == '>':
			if endsCDATA(b, i) {
				return i, flags
			}
			flags, plain = flags|hasGreater, 0
		case c == '\r':
			flags, plain = flags|hasCR, 0
		case c == '&':
			_, n, ok := decodeReference(b[i:])
			if !ok {
				return i, flags
			}
			i += n - 1
			flags, plain = flags|hasReference, 0
		case c == '<', c < ' ' && c != '\t' && c != '\n', c >= 0x80:
			return i, flags
		default:
			plain++
		}
	}
	return i, flags
}

// white sets the high bit of each lane that is TAB, LF or CR.
func white(w uint64) uint64 {
	x := w & lowBits
	return ^(unlike(x, tab)&unlike(x, lineFeed)&unlike(x, carriage) | w)
}

// returns sets the high bit of each lane that is CR.
func returns(w uint64) uint64 { return ^(unlike(w&lowBits, carriage) | w) & highBits }

// textLanes counts the first lanes of w that are plain or white, and tells
// whether there is a CR among them.
func textLanes(w uint64) (n int, cr bool) {
	odd := ^(plain(w) | white(w)) & highBits
	before := odd&-odd - 1 // all bits if no lane is odd
	return bits.TrailingZeros64(odd) / 8, returns(w)&before != 0
}

// nextEscaped returns the offset of the first & < > or CR at or after i, which
// canonical text does not hold as they are, or len(b).
func nextEscaped(b []byte, i int) int {
	for ; len(b)-i >= 8; i += 8 {
		if n := plainLanes(word(b[i:])); n < 8 {
			return i + n
		}
	}
	return i + min(plainLanes(lastWord(b[i:])), len(b)-i)
}

// plainLanes counts the first lanes of w that are none of & < > CR.
func plainLanes(w uint64) int {
	x := w & lowBits
	found := ^(unlike(x, ampersand)&unlike(x|lessBit, greater)&unlike(x, carriage) | w) & highBits
	return bits.TrailingZeros64(found) / 8
}

// nextUnusual returns the offset of the first byte at or after i that is below
// space or above ASCII, or len(b): for comments and CDATA sections, in which
// markup means nothing.
func nextUnusual(b []byte, i int) int {
	for ; len(b)-i >= 8; i += 8 {
		w := word(b[i:])
		if m := ^((w&lowBits + fromSpace) &^ w) & highBits; m != 0 {
			return i + bits.TrailingZeros64(m)/8
		}
	}
	for ; i < len(b) && b[i] >= 0x20 && b[i] < 0x80; i++ {
	}
	return i
}

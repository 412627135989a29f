package signing

import (
	"bytes"
	"fmt"
	"strings"
)

// A Document is a buffer and the table of its tokens. It is immutable and safe
// for concurrent reads as long as nobody writes to the buffer, which it keeps.
//
// An element is known by the index of its start tag in the table; the root's is 0.
type Document struct {
	raw    []byte
	table  words
	end    uint32   // where the last token of the table ends
	spaces []string // different namespaces; [0] is none, [1] is that of xml

	// hidden is the element that readers must not see, the ds:Signature; 0 is
	// none, for the root is never hidden.
	hidden uint32
}

type kind uint8

const (
	startTag kind = iota
	endTag
	text
	cdata
	comment
)

// Flags of texts (and attribute values) say what keeps them from being their
// own canonical form; exact, of tags, says that they are.
const (
	hasReference uint8 = 1 << iota
	hasCR
	hasGreater
	hasSpace   // TAB or LF, noted in attribute values only
	hasQuote   // a literal quotation mark, noted in attribute values only
	exact      // a tag of the form <name> or </name>, no attributes, no white space
	hasSpecial = hasReference | hasCR | hasGreater
)

// A token is a stretch of the buffer: a tag from < to >, a text or CDATA
// section or comment with its delimiters.
type token struct {
	start, end uint32
	next       uint32 // the token that follows in the table
	kind       kind
	flags      uint8
}

type attribute struct {
	name            uint32
	value, valueEnd uint32
	qualified
	flags uint8
}

type declaration struct {
	prefix    uint32
	prefixLen uint16
	space     uint16
}

// qualified is what is noted of a name beside its place.
type qualified struct {
	prefixLen, localLen uint16
	space               uint16 // index into Document.spaces
}

// noSpace and xmlSpace are the indices that every document has.
const (
	noSpace  = 0
	xmlSpace = 1

	xmlURI   = "http://www.w3.org/XML/1998/namespace"
	xmlnsURI = "http://www.w3.org/2000/xmlns/"
)

// token decodes the token at i.
func (d *Document) token(i uint32) token {
	w := d.table.at(i)
	t := token{start: w & offsetBits, end: d.end, next: i + 1, kind: d.kindAt(w & offsetBits)}
	switch t.kind {
	case text:
		t.flags = textFlags[w>>offsetLen]
	case cdata:
		t.flags = uint8(w>>offsetLen) & 1 * hasCR
	case startTag:
		t.next = i + d.startWidth(i)
		t.flags = uint8(w>>offsetLen) & plainTag * exact
	case endTag:
		t.flags = uint8(w>>offsetLen) & plainTag * exact
	}
	if t.next < d.table.n {
		t.end = d.table.at(t.next) & offsetBits
	}
	return t
}

// kindAt tells what begins at an offset of the buffer at which a token does.
func (d *Document) kindAt(offset uint32) kind {
	switch {
	case d.raw[offset] != '<':
		return text
	case d.raw[offset+1] == '/':
		return endTag
	case d.raw[offset+1] != '!':
		return startTag
	case d.raw[offset+2] == '-':
		return comment
	}
	return cdata
}

func (d *Document) kind(i uint32) kind { return d.kindAt(d.start(i)) }

// start is where a token begins in the buffer.
func (d *Document) start(i uint32) uint32 { return d.table.at(i) & offsetBits }

// startWidth is how many words a start tag takes.
func (d *Document) startWidth(i uint32) uint32 {
	if d.table.at(i)>>offsetLen&richTag == 0 {
		return startWords
	}
	counts := d.table.at(i + startWords)
	return startWords + 1 + counts>>16*attributeWords + counts&0xFFFF*declarationWords
}

// close is the end tag of an element, which is its start tag if it is <name/>.
func (d *Document) close(i uint32) uint32 { return d.table.at(i + 1) }

func (d *Document) isEmpty(i uint32) bool { return d.close(i) == i }

// inside is the first token in an element, which has any up to its close.
func (d *Document) inside(i uint32) uint32 { return i + d.startWidth(i) }

// after is the token that follows an element.
func (d *Document) after(i uint32) uint32 {
	if d.isEmpty(i) {
		return d.inside(i)
	}
	return d.close(i) + 1
}

// skip is what follows a token, or the element that it begins.
func (d *Document) skip(i uint32) uint32 {
	if d.kind(i) == startTag {
		return d.after(i)
	}
	return i + 1
}

// elementFrom is the first element that begins at or after a token, and if there
// is none the length of the table.
func (d *Document) elementFrom(i uint32) uint32 {
	for i < d.table.n && d.kind(i) != startTag {
		i++
	}
	return i
}

// nextElement is the element that follows in document order.
func (d *Document) nextElement(i uint32) uint32 { return d.elementFrom(d.inside(i)) }

// isLeaf tells whether an element has no children.
func (d *Document) isLeaf(i uint32) bool { return d.nextElement(i) >= d.close(i) }

// above lists the elements around one, the root first. It looks for the way down
// from there: the table does not know the way up.
func (d *Document) above(i uint32) (list []uint32) {
	for at := uint32(0); at != i; {
		list = append(list, at)
		for at = d.inside(at); d.skip(at) <= i; at = d.skip(at) {
		}
	}
	return list
}

func (d *Document) name(i uint32) qualified { return unpack(d.table.at(i + 2)) }

func (d *Document) elemSpace(i uint32) uint16 { return d.name(i).space }

func (d *Document) elemPrefix(i uint32) []byte { return d.name(i).prefixIn(d.raw[d.start(i)+1:]) }

func (d *Document) elemLocal(i uint32) []byte { return d.name(i).localIn(d.raw[d.start(i)+1:]) }

// elemName is the qualified name as written.
func (d *Document) elemName(i uint32) []byte { return d.name(i).in(d.raw[d.start(i)+1:]) }

func (d *Document) attrPrefix(a *attribute) []byte { return a.prefixIn(d.raw[a.name:]) }

func (d *Document) attrLocal(a *attribute) []byte { return a.localIn(d.raw[a.name:]) }

func (d *Document) attrName(a *attribute) []byte { return a.in(d.raw[a.name:]) }

func (d *Document) declPrefix(n *declaration) []byte {
	return d.raw[n.prefix : n.prefix+uint32(n.prefixLen)]
}

func (q qualified) prefixIn(b []byte) []byte { return b[:q.prefixLen] }

func (q qualified) localIn(b []byte) []byte { return q.in(b)[localOffset(q.prefixLen):] }

func (q qualified) in(b []byte) []byte { return b[:localOffset(q.prefixLen)+uint32(q.localLen)] }

func localOffset(prefixLen uint16) uint32 {
	if prefixLen == 0 {
		return 0
	}
	return uint32(prefixLen) + 1
}

// line is the 1-based line of an offset. It counts, so it is for refusals only.
func (d *Document) line(offset uint32) int { return lineOf(d.raw, int(offset)) }

func lineOf(raw []byte, offset int) int {
	return 1 + bytes.Count(raw[:min(offset, len(raw))], []byte{'\n'})
}

// path is the XPath of an element by local names, with positions where
// siblings of the same name exist.
func (d *Document) path(i uint32) string {
	var b strings.Builder
	way := append(d.above(i), i)
	for n, at := range way {
		b.WriteByte('/')
		b.WriteString(d.step(way[max(n-1, 0)], at))
	}
	return b.String()
}

func (d *Document) step(parent, i uint32) string {
	local := d.elemLocal(i)
	if i == 0 {
		return string(local)
	}
	before, all := 0, 0
	for s := d.elementFrom(d.inside(parent)); s < d.close(parent); s = d.elementFrom(d.after(s)) {
		if !bytes.Equal(d.elemLocal(s), local) {
			continue
		}
		all++
		if s < i {
			before++
		}
	}
	if all == 1 {
		return string(local)
	}
	return fmt.Sprintf("%s[%d]", local, before+1)
}

// number is how many elements begin before one.
func (d *Document) number(i uint32) (n int) {
	for at := uint32(0); at < i; at = d.nextElement(at) {
		n++
	}
	return n
}

package signing

import (
	"bytes"
	"fmt"
	"strings"
)

// A Document is a buffer and the table of its tokens. It is immutable and safe
// for concurrent reads as long as nobody writes to the buffer, which it keeps.
type Document struct {
	raw    []byte
	tokens []token
	elems  []element // in document order; the root is the first
	attrs  []attribute
	decls  []declaration
	spaces []string // different namespaces; [0] is none, [1] is that of xml

	// hidden is the index of the element that readers must not see, the
	// ds:Signature; 0 is none, for the root is never hidden.
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
// own canonical form; flags of tags say that they are.
const (
	hasReference uint8 = 1 << iota
	hasCR
	hasGreater
	hasSpace   // TAB or LF, noted in attribute values only
	hasQuote   // a literal quotation mark, noted in attribute values only
	exact      // a tag of the form <name> or </name>, no attributes, no white space
	emptyElem  // a start tag <name/>; its end tag is a token of no bytes
	hasSpecial = hasReference | hasCR | hasGreater
)

// A token is a stretch of the buffer: a tag from < to >, a text or CDATA
// section or comment with its delimiters.
type token struct {
	start, end uint32
	elem       uint32 // the element of a tag; the parent of anything else
	kind       kind
	flags      uint8
}

type element struct {
	open, close         uint32 // its tokens
	next                uint32 // the first element after its subtree
	parent              uint32
	attr, decl          uint32 // the first of each
	attrs, decls        uint16 // how many
	prefixLen, localLen uint16 // of the name, which begins one byte after the tag
	space               uint16 // index into Document.spaces
}

type attribute struct {
	name                uint32
	value, valueEnd     uint32
	prefixLen, localLen uint16
	space               uint16
	flags               uint8
}

type declaration struct {
	prefix    uint32
	prefixLen uint16
	space     uint16
}

// noSpace and xmlSpace are the indices that every document has.
const (
	noSpace  = 0
	xmlSpace = 1

	xmlURI   = "http://www.w3.org/XML/1998/namespace"
	xmlnsURI = "http://www.w3.org/2000/xmlns/"
)

func (d *Document) elemPrefix(e *element) []byte {
	at := d.tokens[e.open].start + 1
	return d.raw[at : at+uint32(e.prefixLen)]
}

func (d *Document) elemLocal(e *element) []byte {
	at := d.tokens[e.open].start + 1 + localOffset(e.prefixLen)
	return d.raw[at : at+uint32(e.localLen)]
}

// elemName is the qualified name as written.
func (d *Document) elemName(e *element) []byte {
	at := d.tokens[e.open].start + 1
	return d.raw[at : at+localOffset(e.prefixLen)+uint32(e.localLen)]
}

func (d *Document) attrPrefix(a *attribute) []byte {
	return d.raw[a.name : a.name+uint32(a.prefixLen)]
}

func (d *Document) attrLocal(a *attribute) []byte {
	at := a.name + localOffset(a.prefixLen)
	return d.raw[at : at+uint32(a.localLen)]
}

func (d *Document) attrName(a *attribute) []byte {
	return d.raw[a.name : a.name+localOffset(a.prefixLen)+uint32(a.localLen)]
}

func (d *Document) declPrefix(n *declaration) []byte {
	return d.raw[n.prefix : n.prefix+uint32(n.prefixLen)]
}

func (d *Document) attrsOf(e *element) []attribute {
	return d.attrs[e.attr : e.attr+uint32(e.attrs)]
}

func (d *Document) declsOf(e *element) []declaration {
	return d.decls[e.decl : e.decl+uint32(e.decls)]
}

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
	var steps []string
	for {
		steps = append(steps, d.step(i))
		if i == 0 {
			break
		}
		i = d.elems[i].parent
	}
	var b strings.Builder
	for n := len(steps) - 1; n >= 0; n-- {
		b.WriteByte('/')
		b.WriteString(steps[n])
	}
	return b.String()
}

func (d *Document) step(i uint32) string {
	e := &d.elems[i]
	local := d.elemLocal(e)
	if i == 0 {
		return string(local)
	}
	before, all := 0, 0
	parent := &d.elems[e.parent]
	for s := e.parent + 1; s < parent.next; s = d.elems[s].next {
		if !bytes.Equal(d.elemLocal(&d.elems[s]), local) {
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

package signing

import (
	"bytes"
	"unicode/utf8"
)

// startTag takes a start tag or an empty element's tag.
func (r *reader) startTag() error {
	start := r.pos
	if len(r.open) == 0 && len(r.doc.elems) > 0 {
		return r.refuse(start, WhyOutsideRoot, "a second root element")
	}
	if len(r.open) >= r.lim.Depth {
		return r.exceeds(start, r.lim.Depth, "elements within each other")
	}
	r.pos++
	prefixLen, localLen, err := r.qName()
	if err != nil {
		return err
	}
	nameEnd := r.pos
	e := element{
		attr: uint32(len(r.doc.attrs)), decl: uint32(len(r.doc.decls)),
		prefixLen: prefixLen, localLen: localLen,
		open: uint32(len(r.doc.tokens)),
	}
	if len(r.open) > 0 {
		e.parent = r.open[len(r.open)-1]
	}
	r.marks = append(r.marks, len(r.scope))
	empty, err := r.attributes()
	if err != nil {
		return err
	}
	e.attrs = uint16(len(r.doc.attrs) - int(e.attr))
	e.decls = uint16(len(r.doc.decls) - int(e.decl))
	var flags uint8
	if empty {
		flags = emptyElem
	}
	if r.pos == nameEnd+1 {
		flags |= exact
	}
	r.open = append(r.open, uint32(len(r.doc.elems)))
	r.doc.elems = append(grown(r.doc.elems, r.lim.Tokens/2), e)
	if err := r.add(startTag, start, flags); err != nil {
		return err
	}
	if err := r.resolve(&r.doc.elems[len(r.doc.elems)-1], start); err != nil {
		return err
	}
	if empty {
		return r.close(r.pos, 0)
	}
	return nil
}

func (r *reader) endTag() error {
	start := r.pos
	if len(r.open) == 0 {
		return r.refuse(start, WhySyntax, "an end tag without start tag")
	}
	name := r.doc.elemName(&r.doc.elems[r.open[len(r.open)-1]])
	r.pos += len("</")
	if !bytes.HasPrefix(r.raw[r.pos:], name) {
		return r.refuse(start, WhySyntax, "the end tag does not match <%s>", name)
	}
	r.pos += len(name)
	flags := exact
	for r.pos < len(r.raw) && isSpace(r.raw[r.pos]) {
		flags = 0
		r.pos++
	}
	if r.pos == len(r.raw) || r.raw[r.pos] != '>' {
		return r.refuse(start, WhySyntax, "the end tag does not match <%s>", name)
	}
	r.pos++
	return r.close(start, flags)
}

// close ends the innermost open element with an end tag from start to pos.
func (r *reader) close(start int, flags uint8) error {
	if err := r.add(endTag, start, flags); err != nil {
		return err
	}
	last := len(r.open) - 1
	e := &r.doc.elems[r.open[last]]
	e.close = uint32(len(r.doc.tokens) - 1)
	e.next = uint32(len(r.doc.elems))
	r.scope = r.scope[:r.marks[last]]
	r.open, r.marks = r.open[:last], r.marks[:last]
	return nil
}

// qName takes a qualified name at pos: a local name, or two with one colon.
func (r *reader) qName() (prefixLen, localLen uint16, err error) {
	start := r.pos
	end := r.nameEnd(start)
	if end < len(r.raw) && r.raw[end] == ':' && end > start {
		prefixLen = uint16(end - start)
		start, end = end+1, r.nameEnd(end+1)
	}
	if end == start {
		return 0, 0, r.refuse(r.pos, WhySyntax, "a name was expected")
	}
	if end-start > r.lim.NameBytes || int(prefixLen) > r.lim.NameBytes {
		return 0, 0, r.exceeds(r.pos, r.lim.NameBytes, "bytes in a name")
	}
	r.pos = end
	return prefixLen, uint16(end - start), nil
}

// nameEnd is where the name at start ends. It looks no further than is needed
// to know that a name is too long.
func (r *reader) nameEnd(start int) int {
	return ncName(r.raw[:min(len(r.raw), start+r.lim.NameBytes+utf8.UTFMax)], start)
}

// attributes takes everything up to the end of the tag.
func (r *reader) attributes() (empty bool, err error) {
	for n := 0; ; n++ {
		spaced := r.skipSpace()
		switch {
		case r.has(">"):
			r.pos++
			return false, nil
		case r.has("/>"):
			r.pos += 2
			return true, nil
		case !spaced:
			return false, r.refuse(r.pos, WhySyntax, "malformed tag")
		case n == r.lim.Attributes:
			return false, r.exceeds(r.pos, r.lim.Attributes, "attributes in one tag")
		}
		if err := r.attribute(); err != nil {
			return false, err
		}
	}
}

func (r *reader) skipSpace() bool {
	start := r.pos
	for r.pos < len(r.raw) && isSpace(r.raw[r.pos]) {
		r.pos++
	}
	return r.pos > start
}

func (r *reader) attribute() error {
	if err := r.spend(1); err != nil {
		return err
	}
	a := attribute{name: uint32(r.pos)}
	var err error
	if a.prefixLen, a.localLen, err = r.qName(); err != nil {
		return err
	}
	r.skipSpace()
	if !r.has("=") {
		return r.refuse(r.pos, WhySyntax, "an attribute without value")
	}
	r.pos++
	r.skipSpace()
	if err := r.value(&a); err != nil {
		return err
	}
	if name := r.doc.attrName(&a); string(name) == "xmlns" || string(r.doc.attrPrefix(&a)) == "xmlns" {
		return r.declare(&a)
	}
	r.doc.attrs = append(grown(r.doc.attrs, r.lim.Tokens), a)
	return nil
}

// value takes a quoted attribute value.
func (r *reader) value(a *attribute) error {
	if !r.has(`"`) && !r.has(`'`) {
		return r.refuse(r.pos, WhySyntax, "an attribute value without quotation marks")
	}
	quote := r.raw[r.pos]
	r.pos++
	a.value = uint32(r.pos)
	for {
		if r.pos == len(r.raw) {
			return r.refuse(int(a.value), WhySyntax, "an attribute value does not end")
		}
		if r.pos-int(a.value) > r.lim.ValueBytes {
			return r.exceeds(r.pos, r.lim.ValueBytes, "bytes in an attribute value")
		}
		c := r.raw[r.pos]
		if c == quote {
			break
		}
		if err := r.valueByte(c, a); err != nil {
			return err
		}
	}
	a.valueEnd = uint32(r.pos)
	r.pos++
	return nil
}

func (r *reader) valueByte(c byte, a *attribute) error {
	switch c {
	case '<':
		return r.refuse(r.pos, WhySyntax, "< in an attribute value")
	case '"':
		a.flags |= hasQuote
		r.pos++
		return nil
	case '\n', '\t':
		a.flags |= hasSpace
		r.pos++
		return nil
	}
	if c >= 0x20 && c < 0x80 && c != '&' {
		r.pos++
		return nil
	}
	f, err := r.textByte()
	a.flags |= f
	return err
}

package signing

import (
	"bytes"
	"unicode/utf8"
)

// startTag takes a start tag or an empty element's tag.
func (r *reader) startTag() error {
	start := r.pos
	if len(r.open) == 0 && r.doc.table.n > 0 {
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
	r.marks, r.attrs = append(r.marks, len(r.scope)), r.attrs[:0]
	empty, err := r.attributes()
	if err != nil {
		return err
	}
	flags := uint32(0)
	if r.pos == nameEnd+1 {
		flags |= plainTag
	}
	name := qualified{prefixLen: prefixLen, localLen: localLen}
	if name, err = r.openElement(start, flags, name); err != nil {
		return err
	}
	r.finish(name)
	if empty {
		return r.close()
	}
	return nil
}

// openElement puts a start tag into the table and finds the namespaces of its names.
// It is there even if it is one too many: a refusal names the open elements, and
// their names stand at their tokens.
func (r *reader) openElement(start int, flags uint32, name qualified) (qualified, error) {
	at := r.doc.table.n
	if len(r.attrs)+len(r.declared()) > 0 {
		flags |= richTag
	}
	r.open = append(r.open, at)
	r.doc.table.add(uint32(start) | flags<<offsetLen)
	r.doc.table.add(at) // until it is closed
	r.doc.table.add(name.pack())
	r.doc.end = uint32(r.pos)
	if err := r.spend(1); err != nil {
		return name, err
	}
	return name, r.resolve(&name, start)
}

// finish puts what is left of a start tag into the table.
func (r *reader) finish(name qualified) {
	t := &r.doc.table
	t.set(t.n-1, name.pack())
	declared := r.declared()
	if len(r.attrs)+len(declared) == 0 {
		return
	}
	t.add(uint32(len(r.attrs))<<16 | uint32(len(declared)))
	for i := range r.attrs {
		t.addAttribute(&r.attrs[i])
	}
	for _, n := range declared {
		t.addDeclaration(n)
	}
}

// declared is what the innermost element declares.
func (r *reader) declared() []declaration { return r.scope[r.marks[len(r.marks)-1]:] }

func (r *reader) endTag() error {
	start := r.pos
	if len(r.open) == 0 {
		return r.refuse(start, WhySyntax, "an end tag without start tag")
	}
	at := r.open[len(r.open)-1]
	name := r.doc.elemName(at)
	r.pos += len("</")
	if !bytes.HasPrefix(r.raw[r.pos:], name) {
		return r.refuse(start, WhySyntax, "the end tag does not match <%s>", name)
	}
	r.pos += len(name)
	flags := uint32(plainTag)
	for r.pos < len(r.raw) && isSpace(r.raw[r.pos]) {
		flags = 0
		r.pos++
	}
	if r.pos == len(r.raw) || r.raw[r.pos] != '>' {
		return r.refuse(start, WhySyntax, "the end tag does not match <%s>", name)
	}
	r.pos++
	r.doc.table.set(at+1, r.doc.table.n)
	r.doc.table.add(uint32(start) | flags<<offsetLen)
	r.doc.end = uint32(r.pos)
	return r.close()
}

// close ends the innermost open element. The end tag is a token also where it is
// one with the start tag.
func (r *reader) close() error {
	if err := r.spend(1); err != nil {
		return err
	}
	last := len(r.open) - 1
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
	if err := r.quoted(&a); err != nil {
		return err
	}
	if name := r.doc.attrName(&a); string(name) == "xmlns" || string(r.doc.attrPrefix(&a)) == "xmlns" {
		return r.declare(&a)
	}
	r.attrs = append(r.attrs, a)
	return nil
}

// quoted takes a quoted attribute value.
func (r *reader) quoted(a *attribute) error {
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

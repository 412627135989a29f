package signing

import "iter"

// An Element is a place in a document. It is a small value, cheap to copy and
// to compare; the zero value is the absent element, on which every method gives
// the zero answer.
type Element struct {
	doc   *Document
	index uint32 // of its start tag
}

// Root is the document's only outermost element.
func (d *Document) Root() Element { return Element{d, 0} }

// IsZero tells whether the element is absent.
func (e Element) IsZero() bool { return e.doc == nil }

// Space is the namespace, "" for none.
func (e Element) Space() string {
	if e.IsZero() {
		return ""
	}
	return e.doc.spaces[e.doc.elemSpace(e.index)]
}

// Local is the name without prefix.
func (e Element) Local() string {
	if e.IsZero() {
		return ""
	}
	return string(e.doc.elemLocal(e.index))
}

// Prefix is the prefix as written, "" for none.
func (e Element) Prefix() string {
	if e.IsZero() {
		return ""
	}
	return string(e.doc.elemPrefix(e.index))
}

// Children yields the element children in document order. Where a signature
// was verified its ds:Signature is not among them: nothing inside a signature
// is ever read as document.
func (e Element) Children() iter.Seq[Element] {
	return func(yield func(Element) bool) {
		if e.IsZero() {
			return
		}
		end := e.doc.close(e.index)
		for i := e.doc.elementFrom(e.doc.inside(e.index)); i < end; i = e.doc.elementFrom(e.doc.after(i)) {
			if i != e.doc.hidden && !yield(Element{e.doc, i}) {
				return
			}
		}
	}
}

// Text is the value of a leaf: references resolved, CDATA included, line ends
// as LF. Elements or comments inside are an [*Error]: C14N drops comments, so
// anyone may put one into signed text, and readers would differ on the value.
func (e Element) Text() (string, error) {
	if e.IsZero() {
		return "", nil
	}
	if raw, ok := e.RawText(); ok {
		return string(raw), nil
	}
	out, err := e.doc.appendLeaf(nil, e.index)
	return string(out), err
}

// appendLeaf appends the value of a leaf.
func (d *Document) appendLeaf(out []byte, i uint32) ([]byte, error) {
	for n := d.inside(i); n < d.close(i); n++ {
		t := d.token(n)
		if t.kind != text && t.kind != cdata {
			return nil, &Error{Why: WhyMixedText, Line: d.line(t.start), Path: d.path(i), Detail: "elements or comments inside a value"}
		}
		out = d.appendText(out, &t)
	}
	return out, nil
}

// RawText is the value of a leaf as a part of the buffer, if it stands there
// literally: one run of text, or none, without references, CDATA and CR. It
// copies nothing; the caller must not change it.
func (e Element) RawText() ([]byte, bool) {
	if e.IsZero() {
		return nil, false
	}
	first, end := e.doc.inside(e.index), e.doc.close(e.index)
	if first >= end {
		return nil, true
	}
	t := e.doc.token(first)
	if first+1 < end || t.kind != text || t.flags&(hasReference|hasCR) != 0 {
		return nil, false
	}
	return e.doc.body(&t), true
}

// Attr is the value of the attribute with this namespace ("" for none) and
// local name. Namespace declarations are not attributes.
func (e Element) Attr(space, local string) (string, bool) {
	if e.IsZero() {
		return "", false
	}
	first, n := e.doc.attributesOf(e.index)
	for k := range n {
		a := e.doc.attributeAt(first + k*attributeWords)
		if string(e.doc.attrLocal(&a)) == local && e.doc.spaces[a.space] == space {
			return e.doc.value(&a), true
		}
	}
	return "", false
}

// Line is the 1-based line of the start tag. It is counted on demand: use it
// for refusals.
func (e Element) Line() int {
	if e.IsZero() {
		return 0
	}
	return e.doc.line(e.doc.start(e.index))
}

// Path is the XPath of the element in local names, with positions where
// siblings of the same name exist: /edXML/edXMLHeader/MessageHeader/To[2].
func (e Element) Path() string {
	if e.IsZero() {
		return ""
	}
	return e.doc.path(e.index)
}

// Span is where the whole element stands in the buffer, tags included.
func (e Element) Span() (start, end int) {
	if e.IsZero() {
		return 0, 0
	}
	return int(e.doc.start(e.index)), int(e.doc.token(e.doc.close(e.index)).end)
}

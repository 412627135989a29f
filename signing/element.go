package signing

import "iter"

// An Element is a place in a document. It is a small value, cheap to copy and
// to compare; the zero value is the absent element, on which every method gives
// the zero answer.
type Element struct {
	doc   *Document
	index uint32
}

// Root is the document's only outermost element.
func (d *Document) Root() Element { return Element{d, 0} }

// IsZero tells whether the element is absent.
func (e Element) IsZero() bool { return e.doc == nil }

func (e Element) entry() *element { return &e.doc.elems[e.index] }

// Space is the namespace, "" for none.
func (e Element) Space() string {
	if e.IsZero() {
		return ""
	}
	return e.doc.spaces[e.entry().space]
}

// Local is the name without prefix.
func (e Element) Local() string {
	if e.IsZero() {
		return ""
	}
	return string(e.doc.elemLocal(e.entry()))
}

// Prefix is the prefix as written, "" for none.
func (e Element) Prefix() string {
	if e.IsZero() {
		return ""
	}
	return string(e.doc.elemPrefix(e.entry()))
}

// Children yields the element children in document order. Where a signature
// was verified its ds:Signature is not among them: nothing inside a signature
// is ever read as document.
func (e Element) Children() iter.Seq[Element] {
	return func(yield func(Element) bool) {
		if e.IsZero() {
			return
		}
		end := e.entry().next
		for i := e.index + 1; i < end; i = e.doc.elems[i].next {
			if i == e.doc.hidden {
				continue
			}
			if !yield(Element{e.doc, i}) {
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
	var out []byte
	tokens := e.inside()
	for i := range tokens {
		if k := tokens[i].kind; k != text && k != cdata {
			return "", &Error{Why: WhyMixedText, Line: e.doc.line(tokens[i].start), Path: e.Path(),
				Detail: "elements or comments inside a value"}
		}
		out = e.doc.appendText(out, &tokens[i])
	}
	return string(out), nil
}

// RawText is the value of a leaf as a part of the buffer, if it stands there
// literally: one run of text, or none, without references, CDATA and CR. It
// copies nothing; the caller must not change it.
func (e Element) RawText() ([]byte, bool) {
	if e.IsZero() {
		return nil, false
	}
	tokens := e.inside()
	switch {
	case len(tokens) == 0:
		return nil, true
	case len(tokens) > 1, tokens[0].kind != text, tokens[0].flags&(hasReference|hasCR) != 0:
		return nil, false
	}
	return e.doc.body(&tokens[0]), true
}

// inside is what stands between the element's tags.
func (e Element) inside() []token {
	return e.doc.tokens[e.entry().open+1 : e.entry().close]
}

// Attr is the value of the attribute with this namespace ("" for none) and
// local name. Namespace declarations are not attributes.
func (e Element) Attr(space, local string) (string, bool) {
	if e.IsZero() {
		return "", false
	}
	attrs := e.doc.attrsOf(e.entry())
	for i := range attrs {
		a := &attrs[i]
		if string(e.doc.attrLocal(a)) == local && e.doc.spaces[a.space] == space {
			return e.doc.value(a), true
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
	return e.doc.line(e.doc.tokens[e.entry().open].start)
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
	x := e.entry()
	return int(e.doc.tokens[x.open].start), int(e.doc.tokens[x.close].end)
}

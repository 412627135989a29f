package signing

import "fmt"

const (
	dsigURI = "http://www.w3.org/2000/09/xmldsig#"

	localSignature = "Signature"
	localHeader    = "edXMLHeader"

	localDigitalSignature = "DigitalSignature"
)

// findSignature returns the index of the document's ds:Signature, 0 if it has
// none. Elements of XML-DSig exist nowhere but in that one signature, and that
// stands at a known place: otherwise two readers could take different ones.
func (d *Document) findSignature() (uint32, error) {
	found := uint32(0)
	for i := uint32(0); i < uint32(len(d.elems)); i++ {
		e := &d.elems[i]
		isSignature := string(d.elemLocal(e)) == localSignature
		switch {
		case d.spaces[e.space] != dsigURI:
			if isSignature && !d.placeholder(i) {
				return 0, d.refuse(i, WhyBareSignature, "a Signature outside the namespace of XML-DSig cannot be verified")
			}
			continue
		case !isSignature:
			return 0, d.refuse(i, WhyPlacement, "an element of XML-DSig outside a Signature")
		case found != 0:
			return 0, d.refuse(i, WhyDuplicate, "more than one Signature")
		case !d.knownPlace(i):
			return 0, d.refuse(i, WhyPlacement, "a Signature at an unknown place")
		}
		found = i
		i = e.next - 1 // its inside is the grammar's business
	}
	return found, nil
}

// knownPlace: first or last child of the root, in edXMLHeader, or inside
// DigitalSignature. The root itself is no place.
func (d *Document) knownPlace(i uint32) bool {
	if i == 0 {
		return false
	}
	e := &d.elems[i]
	if e.parent == 0 {
		return i == 1 || e.next == d.elems[0].next
	}
	parent := &d.elems[e.parent]
	if d.spaces[parent.space] != d.spaces[d.elems[0].space] {
		return false
	}
	switch string(d.elemLocal(parent)) {
	case localHeader:
		return true
	case localDigitalSignature:
		return parent.next == e.next && i == e.parent+1 // alone in it
	}
	return false
}

// placeholder tells whether an element and everything in it holds no text and
// no attributes: the empty Signature that software of the field writes.
func (d *Document) placeholder(i uint32) bool {
	e := &d.elems[i]
	for n := i; n < e.next; n++ {
		if d.elems[n].attrs > 0 {
			return false
		}
	}
	for n := e.open; n <= e.close; n++ {
		t := &d.tokens[n]
		if t.kind == cdata || t.kind == text && !blank(d.raw[t.start:t.end]) {
			return false
		}
	}
	return true
}

// checkText refuses values that a comment breaks. Canonicalisation drops
// comments, so anyone may put one into signed text, and a reader of the first
// piece would see another value than a reader of all.
func (d *Document) checkText(isValue func(space, local string) bool) error {
	for i := range d.elems {
		e := &d.elems[i]
		if leaf := int(e.next) == i+1; !leaf || e.close-e.open <= 2 || !d.broken(e) {
			continue
		}
		if isValue == nil || isValue(d.spaces[e.space], string(d.elemLocal(e))) {
			return d.refuse(uint32(i), WhyMixedText, "a comment inside a value")
		}
	}
	return nil
}

func (d *Document) broken(e *element) bool {
	comments, filled := false, false
	for i := e.open + 1; i < e.close; i++ {
		t := &d.tokens[i]
		comments = comments || t.kind == comment
		filled = filled || t.kind != comment && !blank(d.body(t))
	}
	return comments && filled
}

func blank(b []byte) bool {
	for _, c := range b {
		if !isSpace(c) {
			return false
		}
	}
	return true
}

func (d *Document) refuse(i uint32, why, detail string) *Error {
	return &Error{Why: why, Line: d.line(d.tokens[d.elems[i].open].start), Path: d.path(i), Detail: detail}
}

func (d *Document) exceeds(i uint32, limit int, what string) *Error {
	e := d.refuse(i, WhyLimit, fmt.Sprintf("more than %d %s", limit, what))
	e.Limit = limit
	return e
}

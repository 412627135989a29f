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
	for i, next := uint32(0), uint32(0); i < d.table.n; i = d.elementFrom(next) {
		next = d.inside(i)
		isSignature := string(d.elemLocal(i)) == localSignature
		switch {
		case d.spaces[d.elemSpace(i)] != dsigURI:
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
		next = d.after(i) // its inside is the grammar's business
	}
	return found, nil
}

// knownPlace: first or last child of the root, in edXMLHeader, or inside
// DigitalSignature. The root itself is no place.
func (d *Document) knownPlace(i uint32) bool {
	if i == 0 {
		return false
	}
	above := d.above(i)
	parent := above[len(above)-1]
	first, last := i == d.nextElement(parent), d.elementFrom(d.after(i)) >= d.close(parent)
	if parent == 0 {
		return first || last
	}
	if d.spaces[d.elemSpace(parent)] != d.spaces[d.elemSpace(0)] {
		return false
	}
	switch string(d.elemLocal(parent)) {
	case localHeader:
		return true
	case localDigitalSignature:
		return first && last // alone in it
	}
	return false
}

// placeholder tells whether an element and everything in it holds no text and
// no attributes: the empty Signature that software of the field writes.
func (d *Document) placeholder(i uint32) bool {
	for n, end := i, d.after(i); n < end; {
		t := d.token(n)
		switch t.kind {
		case startTag:
			if _, attributes := d.attributesOf(n); attributes > 0 {
				return false
			}
		case cdata:
			return false
		case text:
			if !blank(d.raw[t.start:t.end]) {
				return false
			}
		}
		n = t.next
	}
	return true
}

// checkText refuses values that a comment breaks. Canonicalisation drops
// comments, so anyone may put one into signed text, and a reader of the first
// piece would see another value than a reader of all.
func (d *Document) checkText(isValue func(space, local string) bool) error {
	for i := uint32(0); i < d.table.n; i = d.nextElement(i) {
		if !d.broken(i) {
			continue
		}
		if isValue == nil || isValue(d.spaces[d.elemSpace(i)], string(d.elemLocal(i))) {
			return d.refuse(i, WhyMixedText, "a comment inside a value")
		}
	}
	return nil
}

// broken tells whether there are comments and something else in a leaf.
func (d *Document) broken(i uint32) bool {
	if d.close(i) <= d.inside(i)+1 {
		return false
	}
	comments, filled := false, false
	for n := d.inside(i); n < d.close(i); n++ {
		switch d.kind(n) {
		case startTag:
			return false
		case comment:
			comments = true
		}
	}
	for n := d.inside(i); comments && n < d.close(i); n++ {
		t := d.token(n)
		filled = filled || t.kind != comment && !blank(d.body(&t))
	}
	return filled
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
	return &Error{Why: why, Line: d.line(d.start(i)), Path: d.path(i), Detail: detail}
}

func (d *Document) exceeds(i uint32, limit int, what string) *Error {
	e := d.refuse(i, WhyLimit, fmt.Sprintf("more than %d %s", limit, what))
	e.Limit = limit
	return e
}

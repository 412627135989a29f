package signing

import (
	"slices"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// A Place is where a signature stands. Verify takes all of them.
type Place uint8

const (
	InHeader           Place = iota // the last child of edXMLHeader
	LastInRoot                      // the last child of the root
	FirstInRoot                     // the first child of the root
	InDigitalSignature              // the only child of the document's DigitalSignature
)

// placeToSign finds the element that is to hold the signature.
func (d *Document) placeToSign(p Place) (parent uint32, err error) {
	found, err := d.findSignature()
	if err != nil {
		return 0, err
	}
	if found != 0 {
		return 0, d.refuse(found, WhyDuplicate, "the document is signed already")
	}
	switch p {
	case InHeader:
		parent, err = d.only(localHeader)
	case InDigitalSignature:
		if parent, err = d.only(localDigitalSignature); err == nil && !d.isLeaf(parent) {
			return 0, d.refuse(parent, WhyPlacement, "DigitalSignature is not empty")
		}
		return parent, err
	}
	if err == nil && d.isEmpty(parent) {
		return 0, d.refuse(parent, WhyPlacement, "an empty element has no room for a signature")
	}
	return parent, err
}

// only finds the one element of edXML with a local name.
func (d *Document) only(local string) (uint32, error) {
	found := uint32(0)
	for i := d.nextElement(0); i < d.table.n; i = d.nextElement(i) {
		if !d.is(i, d.spaces[d.elemSpace(0)], local) {
			continue
		}
		if found != 0 {
			return 0, d.refuse(i, WhyPlacement, "more than one "+local)
		}
		found = i
	}
	if found == 0 {
		return 0, &Error{Why: WhyPlacement, Detail: "the document has no " + local}
	}
	return found, nil
}

// insert returns the document with a signature in the parent.
func (d *Document) insert(p Place, parent uint32, signature []byte) []byte {
	open, end := d.token(parent), d.token(d.close(parent))
	switch {
	case d.isEmpty(parent): // <a/> means <a></a>
		tag := slices.Concat([]byte(">"), signature, []byte("</"), d.elemName(parent), []byte(">"))
		return slices.Concat(d.raw[:open.end-uint32(len("/>"))], tag, d.raw[open.end:])
	case p == FirstInRoot:
		return slices.Concat(d.raw[:open.end], signature, d.raw[open.end:])
	}
	return slices.Concat(d.raw[:end.start], signature, d.raw[end.start:])
}

// nth finds the n-th element in document order, the first one being number 0.
func nth(e *etree.Element, n *int) *etree.Element {
	if *n == 0 {
		return e
	}
	for _, child := range e.ChildElements() {
		*n--
		if found := nth(child, n); found != nil {
			return found
		}
	}
	return nil
}

// placed makes goxmldsig, which digests the element that it puts a signature
// into, digest the whole document there.
type placed struct {
	dsig.Canonicalizer
	inclusive    bool
	root, parent *etree.Element
}

// Canonicalize is called twice: for the parent, and for SignedInfo, which comes
// with the namespaces of its place but without what it inherits of xml.
func (p placed) Canonicalize(e *etree.Element) ([]byte, error) {
	if e == p.parent {
		return p.Canonicalizer.Canonicalize(p.root)
	}
	for above := p.parent; p.inclusive && above != nil; above = above.Parent() {
		for _, a := range above.Attr {
			if a.Space == "xml" && e.SelectAttr(a.FullKey()) == nil {
				e.CreateAttr(a.FullKey(), a.Value)
			}
		}
	}
	return p.Canonicalizer.Canonicalize(e)
}

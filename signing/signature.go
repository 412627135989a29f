package signing

import (
	"encoding/base64"
)

// A signature is what one ds:Signature says, its grammar checked.
type signature struct {
	element    uint32
	info       uint32 // SignedInfo
	infoForm   canonicalForm
	algorithm  algorithm
	value      []byte
	document   reference
	properties *properties // of XAdES; nil if there are none
	certs      [][]byte    // DER; the first is the signer's
	parts      int         // of all certificates, see maxParts
}

// Bounds of what a signature may hold.
const (
	maxCertificates = 4
	maxKeyText      = 16 << 10 // bytes of the text of one leaf
	maxPrefixes     = 16       // of one PrefixList
)

// readSignature checks the closed grammar: these elements in this order, these
// attributes, nothing else. What is unsigned by nature (everything but
// SignedInfo and what it refers to) has no room for anything that a reader could
// take for content.
func (d *Document) readSignature(at uint32) (*signature, error) {
	s := &signature{element: at}
	want := []string{"SignedInfo", "SignatureValue", "KeyInfo"}
	if children := d.childrenOf(at); len(children) > 3 && d.isProperties(children[3]) {
		want = append(want, "Object")
	}
	parts, err := d.parts(at, false, []string{"Id"}, localSignature, want...)
	if err != nil {
		return nil, err
	}
	s.info = parts[0]
	if err := s.readInfo(d); err != nil {
		return nil, err
	}
	if s.value, err = d.base64(parts[1], "Id"); err != nil {
		return nil, err
	}
	if err := s.readKeyInfo(d, parts[2]); err != nil {
		return nil, err
	}
	return s, s.readProperties(d, parts[3:])
}

// readProperties reads the Object, if there is one: properties and a Reference
// to them come together.
func (s *signature) readProperties(d *Document, objects []uint32) error {
	p := s.properties
	switch {
	case len(objects) == 0 && p == nil:
		return nil
	case p == nil:
		return d.refuse(objects[0], WhyProperties, "properties that no Reference signs")
	case len(objects) == 0:
		return d.refuse(p.reference.element, WhyReference, "a Reference to signed properties that are not there")
	}
	return p.read(d, s, objects[0])
}

func (s *signature) readInfo(d *Document) error {
	children := d.childrenOf(s.info)
	if len(children) == 0 || !d.isDsig(children[0], "CanonicalizationMethod") {
		return d.refuse(s.info, WhyGrammar, "SignedInfo does not begin with CanonicalizationMethod")
	}
	want := []string{"CanonicalizationMethod", "SignatureMethod", "Reference"}
	if len(children) > 3 && d.isDsig(children[3], "Reference") {
		want = append(want, "Reference")
	}
	if len(children) > 4 && d.isDsig(children[4], "Reference") {
		return d.refuse(children[4], WhyReference, "more than two References")
	}
	var err error
	if s.infoForm, err = d.form(children[0], WhyAlgorithm, false); err != nil {
		return err
	}
	// A comment in SignedInfo is let pass only where it is signed.
	parts, err := d.parts(s.info, s.infoForm.comments, []string{"Id"}, "SignedInfo", want...)
	if err != nil {
		return err
	}
	method, err := d.method(parts[1])
	if err != nil {
		return err
	}
	ok := false
	if s.algorithm, ok = algorithmOf(method); !ok {
		return d.refuse(parts[1], WhyAlgorithm, "the signature method is not allowed")
	}
	return s.readReferences(d, parts[2:])
}

// base64 reads a leaf in base64. The white space of XML is free in it, nothing
// else is.
func (d *Document) base64(at uint32, allowed ...string) ([]byte, error) {
	text, err := d.leaf(at, allowed...)
	if err != nil {
		return nil, err
	}
	letters := text[:0]
	for _, c := range text {
		if c != ' ' && c != '\t' { // the decoder skips line ends
			letters = append(letters, c)
		}
	}
	value := make([]byte, base64.StdEncoding.DecodedLen(len(letters)))
	n, err := base64.StdEncoding.Strict().Decode(value, letters)
	if err != nil {
		return nil, d.refuse(at, WhyGrammar, "not base64")
	}
	return value[:n], nil
}

// leaf reads the text of an element without children.
func (d *Document) leaf(at uint32, allowed ...string) ([]byte, error) {
	if err := d.attributes(at, allowed); err != nil {
		return nil, err
	}
	start, end := Element{d, at}.Span()
	if end-start > maxKeyText {
		return nil, d.exceeds(at, maxKeyText, "bytes in a value of the signature")
	}
	text, err := d.appendLeaf(make([]byte, 0, end-start), at)
	if err != nil {
		return nil, d.refuse(at, WhyGrammar, "elements or comments inside a value of the signature")
	}
	return text, nil
}

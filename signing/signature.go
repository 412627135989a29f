package signing

import (
	"crypto"
	"encoding/base64"
	"slices"
	"strings"
)

// A signature is what one ds:Signature says, its grammar checked.
type signature struct {
	element     uint32
	info        uint32 // SignedInfo
	infoForm    canonicalForm
	algorithm   algorithm
	value       []byte
	document    canonicalForm
	digest      crypto.Hash
	digestValue []byte
	certs       [][]byte // DER; the first is the signer's
}

// Bounds of what a signature may hold.
const (
	maxCertificates = 4
	maxKeyText      = 16 << 10 // bytes of the text of one leaf
	maxPrefixes     = 16       // of one PrefixList
)

// readSignature checks the closed grammar: these elements in this order, these
// attributes, nothing else. What is unsigned by nature (everything but
// SignedInfo) has no room for anything that a reader could take for content.
func (d *Document) readSignature(at uint32) (*signature, error) {
	s := &signature{element: at}
	parts, err := d.parts(at, false, []string{"Id"}, localSignature, "SignedInfo", "SignatureValue", "KeyInfo")
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
	return s, s.readKeyInfo(d, parts[2])
}

func (s *signature) readInfo(d *Document) error {
	children := d.childrenOf(s.info)
	if len(children) == 0 || !d.isDsig(children[0], "CanonicalizationMethod") {
		return d.refuse(s.info, WhyGrammar, "SignedInfo does not begin with CanonicalizationMethod")
	}
	if len(children) > 3 && d.isDsig(children[3], "Reference") {
		return d.refuse(children[3], WhyReference, "more than one Reference")
	}
	var err error
	if s.infoForm, err = d.form(children[0], WhyAlgorithm, false); err != nil {
		return err
	}
	// A comment in SignedInfo is let pass only where it is signed.
	parts, err := d.parts(s.info, s.infoForm.comments, []string{"Id"}, "SignedInfo", "CanonicalizationMethod", "SignatureMethod", "Reference")
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
	return s.readReference(d, parts[2])
}

func (s *signature) readReference(d *Document, at uint32) error {
	parts, err := d.parts(at, s.infoForm.comments, []string{"Id", "URI"}, "Reference", "Transforms", "DigestMethod", "DigestValue")
	if err != nil {
		return err
	}
	uri, ok := Element{d, at}.Attr("", "URI")
	if !ok {
		return d.refuse(at, WhyReference, "a Reference without URI")
	}
	if err := d.checkReference(at, uri); err != nil {
		return err
	}
	if err := s.readTransforms(d, parts[0]); err != nil {
		return err
	}
	method, err := d.method(parts[1])
	if err != nil {
		return err
	}
	if s.digest, ok = digestOf(method); !ok {
		return d.refuse(parts[1], WhyAlgorithm, "the digest method is not allowed")
	}
	s.digestValue, err = d.base64(parts[2])
	return err
}

// readTransforms: enveloped-signature, then at most one canonicalisation.
// Without one the standard says C14N 1.0. Comments are out in any case: a
// reference within the same document drops them before the transforms.
func (s *signature) readTransforms(d *Document, at uint32) error {
	if err := d.plain(at, s.infoForm.comments); err != nil {
		return err
	}
	list := d.childrenOf(at)
	if len(list) < 1 || len(list) > 2 {
		return d.refuse(at, WhyTransform, "other than one or two transforms")
	}
	for _, t := range list {
		if !d.isDsig(t, "Transform") {
			return d.refuse(t, WhyGrammar, "something other than Transform in Transforms")
		}
	}
	if method, _ := d.method(list[0]); method != envelopedURI {
		return d.refuse(list[0], WhyTransform, "the first transform is not enveloped-signature")
	}
	if len(list) == 1 {
		return nil
	}
	var err error
	s.document, err = d.form(list[1], WhyTransform, s.infoForm.comments)
	s.document.comments = false
	return err
}

// form reads CanonicalizationMethod or Transform with the PrefixList that the
// exclusive forms may have. why is the reason for an unknown one.
func (d *Document) form(at uint32, why string, comments bool) (canonicalForm, error) {
	if err := d.plain(at, comments, "Algorithm"); err != nil {
		return canonicalForm{}, err
	}
	uri, _ := Element{d, at}.Attr("", "Algorithm")
	f, ok := canonicalFormOf(uri)
	if !ok {
		return f, d.refuse(at, why, "not a canonicalisation of the profile")
	}
	children := d.childrenOf(at)
	if len(children) == 0 {
		return f, nil
	}
	list := Element{d, children[0]}
	if len(children) > 1 || !f.exclusive || list.Space() != exclusiveURI || list.Local() != "InclusiveNamespaces" || len(d.childrenOf(children[0])) > 0 {
		return f, d.refuse(at, WhyGrammar, "something other than InclusiveNamespaces in a canonicalisation")
	}
	if err := d.plain(children[0], false, "PrefixList"); err != nil {
		return f, err
	}
	prefixes, _ := list.Attr("", "PrefixList")
	f.prefixes = strings.Fields(prefixes)
	if len(f.prefixes) > maxPrefixes {
		return f, d.exceeds(at, maxPrefixes, "prefixes in a PrefixList")
	}
	if i := slices.Index(f.prefixes, "#default"); i >= 0 {
		f.prefixes[i] = ""
	}
	return f, nil
}

// method reads an element that has an Algorithm and no content.
func (d *Document) method(at uint32) (string, error) {
	if err := d.plain(at, false, "Algorithm"); err != nil {
		return "", err
	}
	if len(d.childrenOf(at)) > 0 {
		return "", d.refuse(at, WhyGrammar, "an algorithm with content")
	}
	uri, _ := Element{d, at}.Attr("", "Algorithm")
	return uri, nil
}

// base64 reads a leaf in base64. White space is free in it, nothing else is.
func (d *Document) base64(at uint32, allowed ...string) ([]byte, error) {
	s, err := d.leaf(at, allowed...)
	if err != nil {
		return nil, err
	}
	value, err := base64.StdEncoding.Strict().DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		return nil, d.refuse(at, WhyGrammar, "not base64")
	}
	return value, nil
}

// leaf reads the text of an element without children.
func (d *Document) leaf(at uint32, allowed ...string) (string, error) {
	if err := d.attributes(at, allowed); err != nil {
		return "", err
	}
	e := Element{d, at}
	if start, end := e.Span(); end-start > maxKeyText {
		return "", d.exceeds(at, maxKeyText, "bytes in a value of the signature")
	}
	s, err := e.Text()
	if err != nil {
		return "", d.refuse(at, WhyGrammar, "elements or comments inside a value of the signature")
	}
	return s, nil
}

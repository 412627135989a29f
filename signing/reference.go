package signing

import "crypto"

// A reference is what SignedInfo says of one thing that is signed.
type reference struct {
	element uint32
	uri     string
	form    canonicalForm
	digest  crypto.Hash
	value   []byte
}

// readReferences wants one, of one or two, to the whole document, and the other,
// before or after it, to the signed properties of this signature.
func (s *signature) readReferences(d *Document, list []uint32) error {
	found := false
	for _, at := range list {
		isProperties := (Element{d, at}).attr("Type") == propertiesType
		if !isProperties && found {
			return d.refuse(at, WhyReference, "more than one Reference to the document")
		}
		read := s.readDocument
		if found = found || !isProperties; isProperties {
			read = s.readToProperties
		}
		if err := read(d, at); err != nil {
			return err
		}
	}
	if !found {
		return d.refuse(s.info, WhyReference, "no Reference to the document")
	}
	return nil
}

// readDocument reads the Reference to the document: enveloped-signature, then at
// most one canonicalisation.
func (s *signature) readDocument(d *Document, at uint32) error {
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
	list, err := s.transforms(d, parts[0], 2)
	if err != nil {
		return err
	}
	if method, _ := d.method(list[0]); method != envelopedURI {
		return d.refuse(list[0], WhyTransform, "the first transform is not enveloped-signature")
	}
	s.document = reference{element: at, uri: uri}
	if err := s.document.readForm(d, list[1:], s.infoForm.comments); err != nil {
		return err
	}
	return s.document.readDigest(d, parts[1], parts[2])
}

// readToProperties reads the Reference to the signed properties: at most a
// canonicalisation.
func (s *signature) readToProperties(d *Document, at uint32) error {
	want := []string{"Transforms", "DigestMethod", "DigestValue"}
	if children := d.childrenOf(at); len(children) > 0 && !d.isDsig(children[0], "Transforms") {
		want = want[1:]
	}
	parts, err := d.parts(at, s.infoForm.comments, []string{"Id", "URI", "Type"}, "Reference", want...)
	if err != nil {
		return err
	}
	s.properties = &properties{reference: reference{element: at, uri: Element{d, at}.attr("URI")}}
	r := &s.properties.reference
	if len(want) == 3 {
		list, err := s.transforms(d, parts[0], 1)
		if err != nil {
			return err
		}
		if err := r.readForm(d, list, s.infoForm.comments); err != nil {
			return err
		}
		parts = parts[1:]
	}
	return r.readDigest(d, parts[0], parts[1])
}

// transforms lists one to most Transform elements.
func (s *signature) transforms(d *Document, at uint32, most int) ([]uint32, error) {
	if err := d.plain(at, s.infoForm.comments); err != nil {
		return nil, err
	}
	list := d.childrenOf(at)
	if len(list) < 1 || len(list) > most {
		return nil, d.refuse(at, WhyTransform, "more or fewer transforms than the profile knows")
	}
	for _, t := range list {
		if !d.isDsig(t, "Transform") {
			return nil, d.refuse(t, WhyGrammar, "something other than Transform in Transforms")
		}
	}
	return list, nil
}

// readForm reads the canonicalisation, if there is one; without one the standard
// says C14N 1.0. Comments are out in any case: a reference within the same
// document drops them before the transforms.
func (r *reference) readForm(d *Document, list []uint32, comments bool) error {
	if len(list) == 0 {
		return nil
	}
	var err error
	r.form, err = d.form(list[0], WhyTransform, comments)
	r.form.comments = false
	return err
}

func (r *reference) readDigest(d *Document, method, value uint32) (err error) {
	if r.digest, err = d.digestMethod(method); err != nil {
		return err
	}
	r.value, err = d.base64(value)
	return err
}

func (d *Document) digestMethod(at uint32) (crypto.Hash, error) {
	method, err := d.method(at)
	if err != nil {
		return 0, err
	}
	h, ok := digestOf(method)
	if !ok {
		return 0, d.refuse(at, WhyAlgorithm, "the digest method is not allowed")
	}
	return h, nil
}

// form reads CanonicalizationMethod or Transform with the PrefixList that the
// exclusive forms may have. why is the reason for an unknown one.
func (d *Document) form(at uint32, why string, comments bool) (canonicalForm, error) {
	if err := d.plain(at, comments, "Algorithm"); err != nil {
		return canonicalForm{}, err
	}
	f, ok := canonicalFormOf(Element{d, at}.attr("Algorithm"))
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
	f.prefixes = prefixList(list.attr("PrefixList"))
	if len(f.prefixes) > maxPrefixes {
		return f, d.exceeds(at, maxPrefixes, "prefixes in a PrefixList")
	}
	return f, nil
}

// prefixList splits a PrefixList; "" is the default namespace, #default there.
// What is listed twice, or stands for nothing at an element, changes nothing.
func prefixList(s string) []string {
	list := fields(s)
	for i, p := range list {
		if p == "#default" {
			list[i] = ""
		}
	}
	return list
}

// method reads an element that has an Algorithm and no content.
func (d *Document) method(at uint32) (string, error) {
	if err := d.plain(at, false, "Algorithm"); err != nil {
		return "", err
	}
	if len(d.childrenOf(at)) > 0 {
		return "", d.refuse(at, WhyGrammar, "an algorithm with content")
	}
	return Element{d, at}.attr("Algorithm"), nil
}

package signing

import "strings"

// What signers say in signed properties beside time and certificate. Nothing of
// it can be verified but that the signer said it, so claims are let pass, and
// what would have to be proved (certified roles, a policy, time stamps) is not.

// options returns the children of an element of XAdES that has some of these,
// each at most once and in this order; 0 stands for one that is absent.
func (d *Document) options(at uint32, allowed []string, names ...string) ([]uint32, error) {
	if err := d.plain(at, false, allowed...); err != nil {
		return nil, err
	}
	list := make([]uint32, len(names))
	next := 0
	for _, child := range d.childrenOf(at) {
		for next < len(names) && !d.is(child, xadesURI, names[next]) {
			next++
		}
		if next == len(names) {
			return nil, d.refuseProperty(child)
		}
		list[next] = child
		next++
	}
	return list, nil
}

func (d *Document) refuseProperty(at uint32) error {
	if e := (Element{d, at}); strings.HasPrefix(e.Space(), xadesFamily) {
		return d.refuse(at, WhyProperties, "a property that is not verified here, or stands twice or at another place: "+e.Local())
	}
	return d.refuse(at, WhyGrammar, "an element that the profile does not know among the properties")
}

// leaves reads an element whose children are all texts.
func (d *Document) leaves(at uint32, allowed []string, names ...string) error {
	list, err := d.options(at, allowed, names...)
	if err != nil {
		return err
	}
	for _, child := range list {
		if child == 0 {
			continue
		}
		if _, err := d.leaf(child); err != nil {
			return err
		}
	}
	return nil
}

// readPolicy knows the implied policy: a named one would have to be followed.
func readPolicy(d *Document, at uint32) error {
	list, err := d.options(at, nil, "SignaturePolicyImplied")
	if err != nil {
		return err
	}
	if list[0] == 0 {
		return d.refuse(at, WhyGrammar, "SignaturePolicyImplied is missing")
	}
	return d.leaves(list[0], nil)
}

func readPlace(d *Document, at uint32) error {
	return d.leaves(at, nil, "City", "StreetAddress", "StateOrProvince", "PostalCode", "CountryName")
}

// readRole knows claimed roles, each a text.
func readRole(d *Document, at uint32) error {
	list, err := d.options(at, nil, "ClaimedRoles")
	if err != nil {
		return err
	}
	if list[0] == 0 {
		return d.refuse(at, WhyGrammar, "ClaimedRoles is missing")
	}
	if err := d.plain(list[0], false); err != nil {
		return err
	}
	for _, role := range d.childrenOf(list[0]) {
		if !d.is(role, xadesURI, "ClaimedRole") {
			return d.refuseProperty(role)
		}
		if _, err := d.leaf(role); err != nil {
			return err
		}
	}
	return nil
}

// readOfData knows the format of the one thing that is signed, the document.
func (p *properties) readOfData(d *Document, s *signature, at uint32) error {
	list, err := d.options(at, []string{"Id"}, "DataObjectFormat")
	if err != nil || list[0] == 0 {
		return err
	}
	format := list[0]
	if err := d.leaves(format, []string{"ObjectReference"}, "Description", "MimeType", "Encoding"); err != nil {
		return err
	}
	id, ok := fragment(Element{d, format}.attr("ObjectReference"))
	if !ok || id != (Element{d, s.document.element}).attr("Id") {
		return d.refuse(format, WhyProperties, "the format is not that of the signed document")
	}
	return d.uniqueID(id, s.document.element)
}

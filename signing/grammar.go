package signing

import "slices"

// Helpers for the closed grammar of a signature. All of them work on indices of
// elements: the grammar reads what Element hides.

func (d *Document) childrenOf(at uint32) []uint32 {
	var list []uint32
	for i := d.elementFrom(d.inside(at)); i < d.close(at); i = d.elementFrom(d.after(i)) {
		if list = append(list, i); len(list) > 8 {
			break // no element of the grammar has that many: the rest changes nothing
		}
	}
	return list
}

func (d *Document) isDsig(at uint32, local string) bool { return d.is(at, dsigURI, local) }

func (d *Document) is(at uint32, space, local string) bool {
	return d.spaces[d.elemSpace(at)] == space && string(d.elemLocal(at)) == local
}

// attr is the value of an attribute without namespace, "" if it is absent.
func (e Element) attr(local string) string {
	value, _ := e.Attr("", local)
	return value
}

// parts returns the children of an element that has exactly these, in this
// order, and only the allowed attributes. name is the element's own.
func (d *Document) parts(at uint32, comments bool, allowed []string, name string, want ...string) ([]uint32, error) {
	if err := d.plain(at, comments, allowed...); err != nil {
		return nil, err
	}
	list := d.childrenOf(at)
	for i, child := range list {
		if i >= len(want) || !d.isDsig(child, want[i]) {
			return nil, d.refuse(child, WhyGrammar, "an element that the profile does not know in "+name)
		}
	}
	if len(list) < len(want) {
		why := WhyGrammar
		if want[len(list)] == "KeyInfo" {
			why = WhyKeyInfo
		}
		return nil, d.refuse(at, why, want[len(list)]+" is missing in "+name)
	}
	return list, nil
}

// plain refuses text beside the children of an element, comments unless they
// are signed, and attributes that are not allowed.
func (d *Document) plain(at uint32, comments bool, allowed ...string) error {
	if err := d.attributes(at, allowed); err != nil {
		return err
	}
	for i := d.inside(at); i < d.close(at); i = d.skip(i) {
		switch t := d.token(i); t.kind {
		case startTag:
		case comment:
			if !comments {
				return d.refuse(at, WhyGrammar, "a comment in the signature")
			}
		case text:
			if !blank(d.raw[t.start:t.end]) {
				return d.refuse(at, WhyGrammar, "text between the elements of the signature")
			}
		default:
			return d.refuse(at, WhyGrammar, "a CDATA section between the elements of the signature")
		}
	}
	return nil
}

func (d *Document) attributes(at uint32, allowed []string) error {
	first, n := d.attributesOf(at)
	for k := range n {
		a := d.attributeAt(first + k*attributeWords)
		if a.space != noSpace || !slices.Contains(allowed, string(d.attrLocal(&a))) {
			return d.refuse(at, WhyGrammar, "an attribute that the profile does not know")
		}
	}
	return nil
}

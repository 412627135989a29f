package signing

import (
	"bytes"
	"slices"
)

// inherit collects what the apex has from its ancestors, which the output
// leaves out: declarations, and for the inclusive forms attributes of xml.
func (c *canonicaliser) inherit() error {
	if err := c.checkBases(); err != nil || c.apex == 0 {
		return err
	}
	ancestors := c.doc.above(c.apex)
	for _, i := range ancestors {
		c.scope = c.doc.declsOf(c.scope, i)
	}
	slices.Reverse(ancestors) // the nearest first
	if c.exclusive {
		return nil
	}
	for _, i := range ancestors {
		c.inheritAttrs(i)
	}
	if c.version11 {
		return c.inheritBase(ancestors)
	}
	return nil
}

// checkBases refuses an empty xml:base in what is written in C14N 1.1: the
// standard keeps it where no ancestor is left out, libxml2 drops it.
func (c *canonicaliser) checkBases() error {
	if !c.version11 {
		return nil
	}
	for i := c.apex; i < c.doc.after(c.apex); i = c.doc.nextElement(i) {
		if base, ok := c.doc.xmlBase(i); ok && base.value == base.valueEnd {
			return c.doc.refuse(i, WhyAlgorithm, "C14N 1.1 of an empty xml:base, which implementations do not treat alike")
		}
	}
	return nil
}

// inheritAttrs takes the attributes of xml that nothing nearer has: all of them
// in C14N 1.0; xml:lang and xml:space in 1.1, where xml:id names one element
// only and xml:base has a rule of its own.
func (c *canonicaliser) inheritAttrs(ancestor uint32) {
	for _, a := range c.doc.attrsOf(nil, ancestor) {
		if a.space != xmlSpace || c.apexHas(&a) {
			continue
		}
		local := string(c.doc.attrLocal(&a))
		if !c.version11 || local == "lang" || local == "space" {
			c.above = append(c.above, a)
		}
	}
}

// apexHas tells whether the apex has this attribute of xml, itself or already
// inherited from nearer.
func (c *canonicaliser) apexHas(a *attribute) bool {
	same := func(b attribute) bool {
		return b.space == xmlSpace && bytes.Equal(c.doc.attrLocal(a), c.doc.attrLocal(&b))
	}
	return slices.ContainsFunc(c.doc.attrsOf(nil, c.apex), same) || slices.ContainsFunc(c.above, same)
}

// inheritBase joins the xml:base of the apex and of all its ancestors to the one
// that it has in C14N 1.1 (section 2.4); an empty one is not written.
func (c *canonicaliser) inheritBase(ancestors []uint32) error {
	joined := ""
	base, own := c.doc.xmlBase(c.apex)
	found := own
	if own {
		joined = c.doc.value(&base)
	}
	for _, i := range ancestors {
		outer, ok := c.doc.xmlBase(i)
		if !ok {
			continue
		}
		value := c.doc.value(&outer)
		if found {
			if joined, ok = joinBase(value, joined); !ok {
				return c.doc.refuse(i, WhyAlgorithm, "C14N 1.1 beneath values of xml:base that implementations do not join alike")
			}
			continue
		}
		found, joined, base = true, value, outer
	}
	if joined != "" && !own {
		c.above = append(c.above, base)
	}
	c.base, c.baseURI = base.value, joined
	return nil
}

// xmlBase finds an element's xml:base.
func (d *Document) xmlBase(i uint32) (base attribute, ok bool) {
	first, n := d.attributesOf(i)
	for k := range n {
		if a := d.attributeAt(first + k*attributeWords); a.space == xmlSpace && string(d.attrLocal(&a)) == "base" {
			return a, true
		}
	}
	return attribute{}, false
}

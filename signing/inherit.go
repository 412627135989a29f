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
	var ancestors []uint32 // the nearest first
	for i := c.apex; i != 0; {
		i = c.doc.elems[i].parent
		ancestors = append(ancestors, i)
	}
	for _, i := range slices.Backward(ancestors) {
		c.scope = append(c.scope, c.doc.declsOf(&c.doc.elems[i])...)
	}
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
	for i := c.apex; i < c.doc.elems[c.apex].next; i++ {
		if n, ok := c.doc.xmlBase(i); ok && c.doc.value(&c.doc.attrs[n]) == "" {
			return c.doc.refuse(i, WhyAlgorithm, "C14N 1.1 of an empty xml:base, which implementations do not treat alike")
		}
	}
	return nil
}

// inheritAttrs takes the attributes of xml that nothing nearer has: all of them
// in C14N 1.0; xml:lang and xml:space in 1.1, where xml:id names one element
// only and xml:base has a rule of its own.
func (c *canonicaliser) inheritAttrs(ancestor uint32) {
	e := &c.doc.elems[ancestor]
	for n := e.attr; n < e.attr+uint32(e.attrs); n++ {
		a := &c.doc.attrs[n]
		if a.space != xmlSpace || c.apexHas(a) {
			continue
		}
		local := string(c.doc.attrLocal(a))
		if !c.version11 || local == "lang" || local == "space" {
			c.order = append(c.order, n)
		}
	}
}

// apexHas tells whether the apex has this attribute of xml, itself or already
// inherited from nearer.
func (c *canonicaliser) apexHas(a *attribute) bool {
	same := func(b *attribute) bool {
		return b.space == xmlSpace && bytes.Equal(c.doc.attrLocal(a), c.doc.attrLocal(b))
	}
	own := c.doc.attrsOf(&c.doc.elems[c.apex])
	for i := range own {
		if same(&own[i]) {
			return true
		}
	}
	return slices.ContainsFunc(c.order, func(n uint32) bool { return same(&c.doc.attrs[n]) })
}

// inheritBase joins the xml:base of the apex and of all its ancestors to the one
// that it has in C14N 1.1 (section 2.4); an empty one is not written.
func (c *canonicaliser) inheritBase(ancestors []uint32) error {
	joined := ""
	n, own := c.doc.xmlBase(c.apex)
	found := own
	if own {
		c.base, joined = n, c.doc.value(&c.doc.attrs[n])
	}
	for _, i := range ancestors {
		n, ok := c.doc.xmlBase(i)
		if !ok {
			continue
		}
		value := c.doc.value(&c.doc.attrs[n])
		if found {
			if joined, ok = joinBase(value, joined); !ok {
				return c.doc.refuse(i, WhyAlgorithm, "C14N 1.1 beneath values of xml:base that implementations do not join alike")
			}
			continue
		}
		found, joined, c.base = true, value, n
	}
	if joined != "" && !own {
		c.order = append(c.order, c.base)
	}
	c.baseURI = joined
	return nil
}

// xmlBase finds the index of an element's xml:base.
func (d *Document) xmlBase(i uint32) (n uint32, ok bool) {
	e := &d.elems[i]
	for n := e.attr; n < e.attr+uint32(e.attrs); n++ {
		if a := &d.attrs[n]; a.space == xmlSpace && string(d.attrLocal(a)) == "base" {
			return n, true
		}
	}
	return 0, false
}

package signing

import "strings"

// checkReference wants the whole document: URI="" or # and the root's id.
func (d *Document) checkReference(at uint32, uri string) error {
	if uri == "" {
		return nil
	}
	id, ok := strings.CutPrefix(uri, "#")
	if !ok || id == "" || strings.ContainsAny(id, "()#") {
		return d.refuse(at, WhyReference, "the Reference is not to this document")
	}
	if !d.rootHasID(id) {
		return d.refuse(at, WhyID, "the Reference does not name the id of the root")
	}
	return d.uniqueID(id)
}

// rootHasID: an id is the attribute Id, ID or id without namespace, or xml:id.
func (d *Document) rootHasID(id string) bool {
	attrs := d.attrsOf(&d.elems[0])
	for i := range attrs {
		a := &attrs[i]
		if (a.space == noSpace || a.space == xmlSpace && string(d.attrLocal(a)) == "id") && d.namesID(a) && d.value(a) == id {
			return true
		}
	}
	return false
}

// uniqueID refuses a second element with the same id, in whatever namespace the
// attribute is: what counts is that no reader could take it for the target.
func (d *Document) uniqueID(id string) error {
	first := uint32(d.elems[0].attrs)
	for n := first; n < uint32(len(d.attrs)); n++ {
		a := &d.attrs[n]
		if d.namesID(a) && d.value(a) == id {
			return &Error{Why: WhyID, Line: d.line(a.name), Detail: "the id of the root stands on another element too"}
		}
	}
	return nil
}

func (d *Document) namesID(a *attribute) bool {
	return a.localLen == 2 && strings.EqualFold(string(d.attrLocal(a)), "id")
}

package signing

import (
	"bytes"
	"strings"
)

// checkReference wants the whole document: URI="" or # and the root's id.
func (d *Document) checkReference(at uint32, uri string) error {
	if uri == "" {
		return nil
	}
	id, ok := fragment(uri)
	if !ok {
		return d.refuse(at, WhyReference, "the Reference is not to this document")
	}
	if !d.rootHasID(id) {
		return d.refuse(at, WhyID, "the Reference does not name the id of the root")
	}
	return d.uniqueID(id, 0)
}

// fragment is the id that a same-document URI names, XPointers excluded.
func fragment(uri string) (id string, ok bool) {
	id, ok = strings.CutPrefix(uri, "#")
	return id, ok && id != "" && !strings.ContainsAny(id, "()# \t\r\n")
}

// rootHasID: an id is the attribute Id, ID or id without namespace, or xml:id.
func (d *Document) rootHasID(id string) bool {
	for _, a := range d.attrsOf(nil, 0) {
		if (a.space == noSpace || a.space == xmlSpace && string(d.attrLocal(&a)) == "id") && d.namesID(&a) && d.value(&a) == id {
			return true
		}
	}
	return false
}

// uniqueID refuses another element than the one given with the same id, in
// whatever namespace the attribute is and with white space around the id, which
// readers who know a schema take away: what counts is that no reader could take
// it for the target.
func (d *Document) uniqueID(id string, element uint32) error {
	var attrs []attribute
	var value []byte // copied into the same place each time: there may be megabytes of ids
	for i := uint32(0); i < d.table.n; i = d.nextElement(i) {
		if i == element {
			continue
		}
		attrs = d.attrsOf(attrs[:0], i)
		for _, a := range attrs {
			if !d.namesID(&a) {
				continue
			}
			if value = d.appendValue(value[:0], &a); string(bytes.Trim(value, " \t\r\n")) == id {
				return &Error{Why: WhyID, Line: d.line(a.name), Detail: "an id that the signature refers to stands on another element too"}
			}
		}
	}
	return nil
}

func (d *Document) namesID(a *attribute) bool {
	return a.localLen == 2 && strings.EqualFold(string(d.attrLocal(a)), "id")
}

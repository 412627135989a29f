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
	attrs := d.attrsOf(&d.elems[0])
	for i := range attrs {
		a := &attrs[i]
		if (a.space == noSpace || a.space == xmlSpace && string(d.attrLocal(a)) == "id") && d.namesID(a) && d.value(a) == id {
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
	e := &d.elems[element]
	for n := range uint32(len(d.attrs)) {
		a := &d.attrs[n]
		if n >= e.attr && n < e.attr+uint32(e.attrs) || !d.namesID(a) {
			continue
		}
		if d.trimmedIs(a, id) {
			return &Error{Why: WhyID, Line: d.line(a.name), Detail: "an id that the signature refers to stands on another element too"}
		}
	}
	return nil
}

// trimmedIs tells whether a value without the white space around it is id. It copies
// nothing of a value that stands as it is meant: there may be megabytes of them.
func (d *Document) trimmedIs(a *attribute, id string) bool {
	if a.flags&(hasReference|hasCR|hasSpace) != 0 {
		return strings.Trim(d.value(a), " \t\r\n") == id
	}
	return string(bytes.Trim(d.raw[a.value:a.valueEnd], " ")) == id
}

func (d *Document) namesID(a *attribute) bool {
	return a.localLen == 2 && strings.EqualFold(string(d.attrLocal(a)), "id")
}

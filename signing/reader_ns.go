package signing

import (
	"bytes"
	"slices"
	"strings"
)

// declare puts a namespace declaration into scope. a is the attribute xmlns or
// xmlns:prefix.
func (r *reader) declare(a *attribute) error {
	n := declaration{prefix: a.name + localOffset(a.prefixLen), prefixLen: a.localLen}
	if a.prefixLen == 0 {
		n.prefixLen = 0
	}
	prefix := r.doc.declPrefix(&n)
	// A document may have many declarations of few namespaces: nothing is kept of a
	// name that is known.
	r.value = r.doc.appendValue(r.value[:0], a)
	i := slices.IndexFunc(r.doc.spaces, func(known string) bool { return known == string(r.value) })
	if why := refusedBinding(prefix, r.value, i >= 0); why != "" {
		return r.refuse(int(a.name), WhySyntax, "%s", why)
	}
	for _, other := range r.declared() {
		if bytes.Equal(r.doc.declPrefix(&other), prefix) {
			return r.refuse(int(a.name), WhySyntax, "a prefix is declared twice in one tag")
		}
	}
	if len(r.scope) >= r.lim.Declarations {
		return r.exceeds(int(a.name), r.lim.Declarations, "namespace declarations in scope")
	}
	if i < 0 {
		if i = len(r.doc.spaces); i >= r.lim.Declarations+2 {
			return r.exceeds(int(a.name), r.lim.Declarations, "different namespaces")
		}
		r.doc.spaces = append(r.doc.spaces, string(r.value))
	}
	n.space = uint16(i)
	r.scope = append(r.scope, n)
	return nil
}

// refusedBinding says why a prefix may not stand for a namespace, "" if it may.
// Relative names are refused because canonical XML refuses them; a known one has
// been looked at.
func refusedBinding(prefix, uri []byte, known bool) string {
	switch {
	case string(prefix) == "xmlns" || string(uri) == xmlnsURI:
		return "xmlns cannot be declared"
	case (string(prefix) == "xml") != (string(uri) == xmlURI):
		return "xml and its namespace belong together"
	case len(uri) == 0 && len(prefix) > 0:
		return "a prefix without namespace"
	case !known && !absolute(string(uri)):
		return "a namespace that is not an absolute URI"
	}
	return ""
}

// absolute tells whether a name has a scheme and no white space.
func absolute(uri string) bool {
	scheme, _, ok := strings.Cut(uri, ":")
	if !ok || scheme == "" || strings.ContainsAny(uri, " \t\r\n") {
		return false
	}
	for i, c := range []byte(scheme) {
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(c))) {
			return false
		}
	}
	return true
}

// resolve finds the namespaces of an element, which begins at an offset, and of its
// attributes, and refuses attributes of the same name.
func (r *reader) resolve(name *qualified, at int) error {
	var ok bool
	if name.space, ok = r.lookup(name.prefixIn(r.raw[at+1:])); !ok {
		return r.refuse(at, WhySyntax, "the prefix of <%s> is not declared", name.in(r.raw[at+1:]))
	}
	attrs := r.attrs
	for i := range attrs {
		a := &attrs[i]
		if a.prefixLen > 0 {
			if a.space, ok = r.lookup(r.doc.attrPrefix(a)); !ok {
				return r.refuse(at, WhySyntax, "the prefix of attribute %s is not declared", r.doc.attrName(a))
			}
		}
		for j := range attrs[:i] {
			if attrs[j].space == a.space && bytes.Equal(r.doc.attrLocal(&attrs[j]), r.doc.attrLocal(a)) {
				return r.refuse(at, WhySyntax, "the attribute %s stands twice", r.doc.attrName(a))
			}
		}
	}
	return nil
}

// lookup finds the namespace that a prefix stands for here; the empty prefix
// is the default namespace.
func (r *reader) lookup(prefix []byte) (space uint16, ok bool) {
	for i := len(r.scope) - 1; i >= 0; i-- {
		if bytes.Equal(r.doc.declPrefix(&r.scope[i]), prefix) {
			return r.scope[i].space, true
		}
	}
	if string(prefix) == "xml" {
		return xmlSpace, true
	}
	return noSpace, len(prefix) == 0
}

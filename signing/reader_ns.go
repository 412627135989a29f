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
	uri := r.doc.value(a)
	if why := refusedBinding(string(prefix), uri); why != "" {
		return r.refuse(int(a.name), WhySyntax, "%s", why)
	}
	for i := r.marks[len(r.marks)-1]; i < len(r.scope); i++ {
		if bytes.Equal(r.doc.declPrefix(&r.scope[i]), prefix) {
			return r.refuse(int(a.name), WhySyntax, "a prefix is declared twice in one tag")
		}
	}
	if len(r.scope) >= r.lim.Declarations {
		return r.exceeds(int(a.name), r.lim.Declarations, "namespace declarations in scope")
	}
	i := slices.Index(r.doc.spaces, uri)
	if i < 0 {
		if i = len(r.doc.spaces); i >= r.lim.Declarations+2 {
			return r.exceeds(int(a.name), r.lim.Declarations, "different namespaces")
		}
		r.doc.spaces = append(r.doc.spaces, uri)
	}
	n.space = uint16(i)
	r.scope = append(r.scope, n)
	r.doc.decls = append(grown(r.doc.decls, r.lim.Tokens), n)
	return nil
}

// refusedBinding says why a prefix may not stand for a namespace, "" if it may.
// Relative names are refused because canonical XML refuses them.
func refusedBinding(prefix, uri string) string {
	switch {
	case prefix == "xmlns" || uri == xmlnsURI:
		return "xmlns cannot be declared"
	case (prefix == "xml") != (uri == xmlURI):
		return "xml and its namespace belong together"
	case uri == "" && prefix != "":
		return "a prefix without namespace"
	case uri != "" && !absolute(uri):
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

// resolve finds the namespaces of an element and its attributes and refuses
// attributes of the same name.
func (r *reader) resolve(e *element, at int) error {
	var ok bool
	if e.space, ok = r.lookup(r.doc.elemPrefix(e)); !ok {
		return r.refuse(at, WhySyntax, "the prefix of <%s> is not declared", r.doc.elemName(e))
	}
	attrs := r.doc.attrsOf(e)
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

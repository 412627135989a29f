package signing

import "strings"

// joinBase resolves the URI reference of an inner xml:base against that of an
// outer one, as C14N 1.1 section 2.4 has it: RFC 3986 section 5.2, where the
// outer one may be relative as well.
//
// It gives no answer (ok is false) for anything but plain paths and URIs of the
// form scheme://authority/path. On the rest libxml2 departs from the standard,
// or there is no second implementation to compare with: the JDK joins all of
// them the wrong way round. Nobody could say of such a document whether it is
// the one that was signed.
func joinBase(outer, inner string) (joined string, ok bool) {
	if !plainReference(outer) || !plainReference(inner) {
		return "", false
	}
	if hasScheme(inner) {
		return inner, true
	}
	authority, path := "", outer
	if hasScheme(outer) {
		i := strings.Index(outer, "://") + len("://")
		slash := strings.IndexByte(outer[i:], '/')
		if slash < 0 {
			return "", false
		}
		authority, path = outer[:i+slash], outer[i+slash:]
	}
	if strings.HasPrefix(inner, "/") {
		return authority + inner, true
	}
	return authority + path[:strings.LastIndexByte(path, '/')+1] + inner, true
}

// plainReference tells whether a reference is a path, or scheme://authority and
// a path, of segments that mean themselves.
func plainReference(ref string) bool {
	if hasScheme(ref) {
		_, ref, _ = strings.Cut(ref, "://")
	}
	if ref == "" {
		return false
	}
	for i, segment := range strings.Split(ref, "/") {
		switch {
		case segment == "." || segment == "..":
			return false
		case segment == "" && i > 0 && i < strings.Count(ref, "/"):
			return false
		}
	}
	return !strings.ContainsFunc(ref, func(r rune) bool {
		letter := r|0x20 >= 'a' && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9') && !strings.ContainsRune("-._~/", r)
	})
}

func hasScheme(ref string) bool {
	scheme, _, ok := strings.Cut(ref, "://")
	return ok && absolute(scheme+":")
}

package envelope

import (
	"strings"

	"github.com/lienthong/lienthong/signing"
)

// Finding a place costs a walk over the siblings and a count of the lines. So
// none is found that is not reported, and nothing reports per item to one and
// the same place, where the limit of faults would not be reached.

// need reports a mandatory element of the MessageHeader that is missing.
func (p *parser) need(there bool, names ...string) {
	if !there {
		p.missing(p.message, names...)
	}
}

func (r *reader) missing(from signing.Element, names ...string) {
	r.faultAt(from, names, "missing-element", "value", names[len(names)-1])
}

func (r *reader) faultAt(from signing.Element, names []string, code string, args ...string) {
	if len(r.faults) < maxFaults {
		path, line := place(from, names)
		r.faults.add(newFault(code, path, line, args...))
	}
}

func (r *reader) warnAt(from signing.Element, names []string, code string, args ...string) {
	if len(r.warnings) < maxFaults {
		path, line := place(from, names)
		r.warnings.add(newFault(code, path, line, args...))
	}
}

// place follows names down from an element. Where the way ends early, the line
// is that of the last element there is and the path says where the next would
// stand.
func place(el signing.Element, names []string) (path string, line int) {
	for len(names) > 0 {
		next := child(el, names[0])
		if next.IsZero() {
			break
		}
		el, names = next, names[1:]
	}
	return strings.Join(append([]string{el.Path()}, names...), "/"), el.Line()
}

func child(parent signing.Element, name string) signing.Element {
	for el := range parent.Children() {
		if spelling(el.Local()) == name {
			return el
		}
	}
	return signing.Element{}
}

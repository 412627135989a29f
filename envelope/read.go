package envelope

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/lienthong/lienthong/signing"
)

// reader turns elements into values. It reports what cannot be read where it
// meets it; what the values must be is the validator's business.
type reader struct {
	space    string // the namespace that every element read must have
	faults   Faults
	warnings Faults
}

// field is one child that an element may have.
type field struct {
	name string
	many bool
	take func(signing.Element)
}

// children hands each child of parent to the field of its name. Unknown
// children are skipped, if nothing in them could be taken for the document:
// files of the field carry vendors' extras.
func (r *reader) children(parent signing.Element, fields ...field) {
	var seen uint64
	for el := range parent.Children() {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == spelling(el.Local()) })
		switch {
		case i < 0:
			r.harmless(el)
		case r.admit(el, fields[i].many || seen&(1<<i) == 0):
			seen |= 1 << i
			fields[i].take(el)
		}
	}
}

// harmless refuses what says, out of its place, whose a document is, to whom
// it goes or what it is: a program that looks for the first element of a name
// would show a receiver that, under a signature that is good.
func (r *reader) harmless(el signing.Element) {
	switch spelling(el.Local()) {
	case "edXML", "edXMLEnvelope", "edXMLHeader", "MessageHeader", "From", "To", "Subject", "ResponseFor", "StatusCode":
		r.fault(el, "misplaced-element", "value", el.Local())
		return
	}
	for inner := range el.Children() {
		r.harmless(inner)
	}
}

// spelling unites the names by which the outer elements go in the field.
func spelling(local string) string {
	switch local {
	case "EdXML":
		return "edXML"
	case "EdXMLEnvelope":
		return "edXMLEnvelope"
	}
	return local
}

// admit refuses what programs would read differently: some match by local name
// only, some take the first of two and some the last.
func (r *reader) admit(el signing.Element, allowed bool) bool {
	switch {
	case el.Space() != r.space:
		r.fault(el, "foreign-namespace", "value", el.Space())
	case !allowed:
		r.fault(el, "repeated-element", "value", el.Local())
	default:
		return true
	}
	return false
}

func (r *reader) fault(el signing.Element, code string, args ...string) {
	if len(r.faults) < maxFaults {
		r.faults.add(newFault(code, el.Path(), el.Line(), args...))
	}
}

func (r *reader) warn(el signing.Element, code string, args ...string) {
	if len(r.warnings) < maxFaults {
		r.warnings.add(newFault(code, el.Path(), el.Line(), args...))
	}
}

// maxLeaf is far above every limit of length, so that nothing is copied that
// would be refused anyway.
const maxLeaf = 64 << 10

// value is the text of a leaf without the white space around it; "" after a
// fault.
func (r *reader) value(el signing.Element) string {
	if start, end := el.Span(); end-start > maxLeaf {
		n := end - start
		if b, ok := el.RawText(); ok {
			n = utf8.RuneCount(b)
		}
		r.fault(el, "too-long", "value", strconv.Itoa(n), "limit", strconv.Itoa(maxProse))
		return ""
	}
	s, err := el.Text()
	if err != nil {
		r.fault(el, "bad-text")
		return ""
	}
	return strings.TrimSpace(s)
}

// text is prose of at most so many characters by the rule. Longer prose
// circulates and harms nobody, up to what is plainly no such field any more.
func (r *reader) text(name string, to *string, most int) field {
	return within(name, func(el signing.Element) { *to = r.bounded(el, most, max(4*most, maxProse)) })
}

// key is text by which documents are found, so that its length counts in every
// index. It stands in the log and in lists of one line.
func (r *reader) key(name string, to *string, most int) field {
	return within(name, func(el signing.Element) {
		if *to = r.bounded(el, most, 4*most); strings.ContainsFunc(*to, unicode.IsControl) {
			r.fault(el, "bad-character")
			*to = ""
		}
	})
}

func (r *reader) texts(name string, to *[]string, most int) field {
	return r.each(name, func(el signing.Element) {
		if s := r.bounded(el, most, max(4*most, maxProse)); s != "" {
			*to = append(*to, s)
		}
	})
}

// list is a wrapper around repeated leaves.
func (r *reader) list(name, item string, to *[]string, most int) field {
	return within(name, func(el signing.Element) { r.children(el, r.texts(item, to, most)) })
}

// maxProse is the number of characters that any field for people may have.
const maxProse = 2000

// bounded is a value whose length is counted in characters, as people do: one
// above the rule warns, one above what is stored is a fault.
func (r *reader) bounded(el signing.Element, rule, stored int) string {
	s := r.value(el)
	if len(s) <= rule {
		return s
	}
	switch n := utf8.RuneCountInString(s); {
	case n > stored:
		r.fault(el, "too-long", "value", strconv.Itoa(n), "limit", strconv.Itoa(stored))
		return ""
	case n > rule:
		r.warn(el, "over-length", "value", strconv.Itoa(n), "limit", strconv.Itoa(rule))
	}
	return s
}

// agency leaves the identifier empty for the text "null", which is how some
// software writes that it has none.
func (r *reader) agency(name string, to *AgencyID) field {
	return field{name: name, take: func(el signing.Element) { *to = r.agencyID(el) }}
}

func (r *reader) agencyID(el signing.Element) AgencyID {
	s := r.value(el)
	if s == "" || strings.EqualFold(s, "null") {
		return ""
	}
	id, err := ParseAgencyID(s)
	if err != nil {
		r.fault(el, "bad-agency-id", "value", s)
	}
	return id
}

func (r *reader) date(name string, to *Date) field {
	return field{name: name, take: func(el signing.Element) {
		s := r.value(el)
		if s == "" {
			return
		}
		d, err := ParseDate(s)
		if err != nil {
			r.fault(el, "bad-date", "value", s)
		}
		*to = d
	}}
}

// oddDate is a date that no rule depends on.
func (r *reader) oddDate(name string, to *Date) field {
	return field{name: name, take: func(el signing.Element) {
		s := r.value(el)
		d, err := ParseDate(s)
		if err != nil && s != "" {
			r.warn(el, "odd-date", "value", s)
		}
		*to = d
	}}
}

func (r *reader) time(name string, to *time.Time) field {
	return field{name: name, take: func(el signing.Element) {
		s := r.value(el)
		t, err := parseTime(s)
		if err != nil && s != "" {
			r.warn(el, "odd-date", "value", s)
		}
		*to = t
	}}
}

// amount is an unsigned short of the standard.
func (r *reader) amount(name string, to *int) field {
	return field{name: name, take: func(el signing.Element) {
		s := r.value(el)
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil && s != "" {
			r.warn(el, "odd-value", "value", s)
		}
		*to = int(n)
	}}
}

// digit is a number from 0 to most; code is the fault otherwise.
func (r *reader) digit(name, code string, most int, to *int) field {
	return field{name: name, take: func(el signing.Element) {
		s := r.value(el)
		if s == "" {
			return
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 || n > most {
			r.fault(el, code, "value", s)
			return
		}
		*to = n
	}}
}

func (r *reader) flag(name string, to *bool) field {
	return field{name: name, take: func(el signing.Element) {
		switch s := r.value(el); strings.ToLower(s) {
		case "1", "true":
			*to = true
		case "", "0", "false":
		default:
			r.warn(el, "odd-value", "value", s)
		}
	}}
}

func within(name string, take func(signing.Element)) field { return field{name: name, take: take} }

// each is an element that may be repeated, at most maxItems times.
func (r *reader) each(name string, take func(signing.Element)) field {
	n := 0
	return field{name: name, many: true, take: func(el signing.Element) {
		switch n++; {
		case n <= maxItems:
			take(el)
		case n == maxItems+1:
			r.fault(el, "too-many-elements", "value", name, "limit", strconv.Itoa(maxItems))
		}
	}}
}

// maxItems bounds every list but that of the addressees, which has its rule.
const maxItems = 1000

package envelope

import (
	"fmt"
	"strings"
)

// Fault is one deviation from the rules: what, where, which rule, and what to
// do about it in both languages. VI and EN are complete sentences.
type Fault struct {
	Code string `json:"code"`           // one of Codes
	Path string `json:"path,omitempty"` // XPath of local names
	Line int    `json:"line,omitempty"` // 1-based; 0 for an envelope that was not read from a file
	Rule string `json:"rule"`           // where the rule comes from
	VI   string `json:"vi"`
	EN   string `json:"en"`
}

// Faults is every fault found, in the order of the rules, at most 20: who
// sends a file with more mends those first.
type Faults []Fault

// maxFaults bounds the answer to a file that is wrong throughout.
const maxFaults = 20

// Error is the first fault, and how many there are besides.
func (f Faults) Error() string {
	if len(f) == 0 {
		return "envelope: no fault"
	}
	var b strings.Builder
	b.WriteString("envelope: ")
	if f[0].Line > 0 {
		fmt.Fprintf(&b, "line %d: ", f[0].Line)
	}
	fmt.Fprintf(&b, "%s: %s: %s", f[0].Path, f[0].Code, f[0].EN)
	if len(f) > 1 {
		fmt.Fprintf(&b, " (and %d more)", len(f)-1)
	}
	return b.String()
}

// Has reports whether a fault with the code is among them.
func (f Faults) Has(code string) bool {
	for _, x := range f {
		if x.Code == code {
			return true
		}
	}
	return false
}

// add appends unless the list is full or the place already has a fault: one
// mistake is reported once, by the rule that met it first.
func (f *Faults) add(x Fault) {
	if len(*f) >= maxFaults {
		return
	}
	for _, have := range *f {
		if have.Path == x.Path && x.Path != "" {
			return
		}
	}
	*f = append(*f, x)
}

// err is nil without faults; a nil Faults in an error variable would not be.
func (f Faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// newFault words a fault. args are name-value pairs for the {name} marks of
// the table. A code that is not in the table is a mistake of this package,
// which the test over all codes finds.
func newFault(code, path string, line int, args ...string) Fault {
	w, ok := wording(code)
	if !ok {
		panic("envelope: fault code without words: " + code)
	}
	marks := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		marks = append(marks, "{"+args[i]+"}", shorten(args[i+1]))
	}
	fill := strings.NewReplacer(marks...)
	return Fault{Code: code, Path: path, Line: line, Rule: w.rule, VI: fill.Replace(w.vi), EN: fill.Replace(w.en)}
}

// Warned words a warning that needs more than the file to be seen, such as what was sent before. The code is one of
// Codes; args are name-value pairs for its {marks}.
func Warned(code, path string, args ...string) Fault { return newFault(code, path, 0, args...) }

// shorten keeps an answer from repeating a megabyte of its question.
func shorten(s string) string {
	const most = 80
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

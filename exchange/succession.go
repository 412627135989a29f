package exchange

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// A Code is a further identifier of an agency that means it for a time: from From on, and before Until. Zero times are
// open. Codes that mean the agency always are its Aliases.
type Code struct {
	Code  AgencyID  `json:"code"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Main is set for the code under which the agency itself writes from From on: it was renamed.
	Main bool `json:"main,omitempty"`
}

// A Successor takes the place of an agency that was closed. Documents for the closed agency go to it from From on and
// before Until (zero: for ever). What the closed agency held stays with its one successor also afterwards.
type Successor struct {
	Agency AgencyID  `json:"agency"`
	From   time.Time `json:"from"`
	Until  time.Time `json:"until,omitzero"`
}

// MaxSteps bounds the way from a code to the agency that takes the documents: one alias, successors, a gateway.
const MaxSteps = 8

// A By says why the way from a code to an agency takes a step.
type By string

const (
	ByAlias     By = "alias"     // a further code of the agency
	BySuccessor By = "successor" // the agency before was closed and has this one successor
	ByGateway   By = "gateway"   // the agency before has no connection of its own
)

// A Step is one on the way from a code to the agency that takes the documents.
type Step struct {
	By     By        `json:"by"`
	Agency AgencyID  `json:"agency"`         // where it leads
	Since  time.Time `json:"since,omitzero"` // of a successor: when the agency before was closed
}

// A Route is how a code of an envelope leads to an agency. No steps: the code is the agency's identifier.
type Route struct {
	Code  AgencyID `json:"code"`
	Steps []Step   `json:"steps"`
}

// Redirected reports whether the documents go to another agency than the one that the code means.
func (r Route) Redirected() bool {
	return slices.ContainsFunc(r.Steps, func(s Step) bool { return s.By != ByAlias })
}

// Word is the way in one word for the log: "" where the code itself says enough, else "successor", "gateway" or
// "successor+gateway".
func (r Route) Word() string {
	var words []string
	for _, by := range []By{BySuccessor, ByGateway} {
		if slices.ContainsFunc(r.Steps, func(s Step) bool { return s.By == by }) {
			words = append(words, string(by))
		}
	}
	return strings.Join(words, "+")
}

// A Resolution is what a code leads to.
type Resolution struct {
	Agency
	Steps []Step
}

// Means reports whether code is the agency's at the time: its identifier until it was renamed, an alias, or a further
// code within its time.
func (a Agency) Means(code AgencyID, at time.Time) bool {
	if code == a.ID {
		return a.CodeUntil.IsZero() || at.Before(a.CodeUntil)
	}
	return slices.Contains(a.Aliases, code) || slices.ContainsFunc(a.Codes, func(c Code) bool {
		return c.Code == code && within(at, c.From, c.Until)
	})
}

// CodeAt is the code under which the agency writes at the time: the newest main one, or its identifier.
func (a Agency) CodeAt(at time.Time) AgencyID {
	code, since := a.ID, time.Time{}
	for _, c := range a.Codes {
		if c.Main && within(at, c.From, c.Until) && !c.From.Before(since) {
			code, since = c.Code, c.From
		}
	}
	return code
}

// SuccessorsAt are those to whom documents for the closed agency go at the time. More than one: to nobody by itself.
func (a Agency) SuccessorsAt(at time.Time) []Successor {
	return slices.DeleteFunc(slices.Clone(a.Successors), func(s Successor) bool { return !within(at, s.From, s.Until) })
}

// HeirsAt are those who hold at the time what was the agency's: the newest that have begun, whether or not documents
// are still redirected to them. More than one: nobody does.
func (a Agency) HeirsAt(at time.Time) []AgencyID {
	var newest time.Time
	for _, s := range a.Successors {
		if !s.From.After(at) && s.From.After(newest) {
			newest = s.From
		}
	}
	var heirs []AgencyID
	for _, s := range a.Successors {
		if s.From.Equal(newest) && !s.From.After(at) {
			heirs = append(heirs, s.Agency)
		}
	}
	return heirs
}

// Connected reports whether the agency has a connection of its own.
func (a Agency) Connected() bool { return a.Channel != NoChannel }

func within(at, from, until time.Time) bool {
	return !at.Before(from) && (until.IsZero() || at.Before(until))
}

// Text says in Vietnamese and English why the documents do not go to the agency that the code means; empty if they do.
func (r Route) Text() (vi, en string) {
	if !r.Redirected() {
		return "", ""
	}
	var vis, ens []string
	at := r.Code
	for _, s := range r.Steps {
		v, e := s.text(at)
		vis, ens, at = append(vis, v), append(ens, e), s.Agency
	}
	return strings.Join(vis, "; ") + ".", strings.Join(ens, "; ")
}

func (s Step) text(from AgencyID) (vi, en string) {
	switch s.By {
	case ByAlias:
		return string(from) + " là mã khác của " + string(s.Agency), string(from) + " is a further code of " + string(s.Agency)
	case BySuccessor:
		day := s.Since.In(envelope.ICT())
		return string(from) + " đã chấm dứt hoạt động ngày " + day.Format("02/01/2006") + ", đơn vị kế thừa là " + string(s.Agency),
			string(from) + " was closed on " + day.Format(time.DateOnly) + ", its successor is " + string(s.Agency)
	}
	return string(from) + " nhận văn bản qua đầu mối " + string(s.Agency), string(from) + " is reached through its gateway " + string(s.Agency)
}

// Ways are the routes of an addressee in the order of its codes, where they differ from a plain code.
func ways(codes []AgencyID, routes []Route) []string {
	words := make([]string, len(codes))
	said := false
	for i, code := range codes {
		for _, r := range routes {
			if r.Code == code {
				words[i] = cmp.Or(words[i], r.Word())
			}
		}
		said = said || words[i] != ""
	}
	if !said {
		return nil
	}
	return words
}

// By is for each of the codes the word of its [Route], or nil where all are plain.
func (a Addressee) By() []string { return ways(a.Codes, a.Routes) }

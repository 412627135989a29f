// Package problem turns a refusal of the hub into an RFC 9457 problem: the only place where an [exchange.Kind] gets an
// HTTP status and words for people.
//
// It decides nothing: what is refused, and why, is package exchange's. It writes no response either: it gives the
// adapter the status, the headers' values and the body.
package problem

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// Kinds of the transport itself, which the domain does not know.
const (
	MethodNotAllowed exchange.Kind = "method-not-allowed"
	UnsupportedMedia exchange.Kind = "unsupported-media-type"
)

// ContentType is the media type of [Problem.JSON].
const ContentType = "application/problem+json"

// A Problem is one answer that says what was wrong, where, and what to do, in Vietnamese and in English.
type Problem struct {
	Type    string `json:"type"` // "/loi/<code>": a page that explains it, see Page
	Title   string `json:"title"`
	TitleEN string `json:"title_en"`
	Status  int    `json:"status"`
	Code    string `json:"code"`

	Detail   string `json:"detail,omitempty"` // empty for the hub's own faults
	DetailEN string `json:"detail_en,omitempty"`
	Advice   string `json:"advice"` // what to do
	AdviceEN string `json:"advice_en"`

	Errors  []Item `json:"errors,omitempty"`
	TraceID string `json:"trace_id,omitempty"` // the adapter sets it

	// RetryAfter is when trying again makes sense, a whole number of seconds; zero when it does not.
	RetryAfter time.Duration `json:"-"`
	// Values are further members of the problem: machine-readable facts such as "limit" or "nearest".
	Values map[string]string `json:"-"`
}

// An Item is one fault in its place.
type Item struct {
	Path string `json:"path,omitempty"` // XPath, JSON pointer or name of a parameter
	Line int    `json:"line,omitempty"` // 1-based; 0 where lines mean nothing
	Code string `json:"code"`
	Rule string `json:"rule,omitempty"` // where the rule comes from
	VI   string `json:"vi"`
	EN   string `json:"en"`
}

// Of is the problem that tells of err. What is no refusal becomes "internal" and tells nothing of its text.
func Of(err error) Problem {
	row, known := find(exchange.KindOf(err))
	p := Problem{
		Type: "/loi/" + string(row.kind), Code: string(row.kind), Status: row.status,
		Title: row.title.vi, TitleEN: row.title.en, Advice: row.advice.vi, AdviceEN: row.advice.en,
	}
	if !known || row.kind == exchange.Internal {
		return p
	}
	p.Detail, p.DetailEN = row.meaning.vi, row.meaning.en
	p.RetryAfter = row.retryAfter
	if e, ok := errors.AsType[*exchange.Error](err); ok {
		p.specify(e)
	}
	return p
}

// specify puts the words of one refusal in the place of those of its kind.
func (p *Problem) specify(e *exchange.Error) {
	if e.Detail != "" {
		p.DetailEN = e.Detail
	}
	if e.VI != "" {
		p.Detail = e.VI
	}
	if e.RetryAfter > 0 {
		p.RetryAfter = max(e.RetryAfter.Round(time.Second), time.Second)
	}
	p.Values = maps.Clone(e.Values)
	p.Errors = items(e, *p)
}

func items(e *exchange.Error, p Problem) []Item {
	var all []Item
	for _, f := range e.Faults {
		all = append(all, Item{Path: f.Path, Line: f.Line, Code: f.Code, Rule: f.Rule, VI: f.VI, EN: f.EN})
	}
	if len(all) == 0 && (e.Path != "" || e.Line > 0) {
		all = []Item{{Path: e.Path, Line: e.Line, Code: p.Code, VI: p.Detail, EN: p.DetailEN}}
	}
	return all
}

// JSON is the body of the answer. Values become members beside the standard ones; one whose name is a standard
// member's stands as "about_<name>".
func (p Problem) JSON() []byte {
	head := compact(p)
	if len(p.Values) == 0 {
		return head
	}
	members := make(map[string]string, len(p.Values))
	for name, value := range p.Values {
		if reserved(name) {
			name = "about_" + name
		}
		members[name] = value
	}
	return append(append(head[:len(head)-1], ','), compact(members)[1:]...)
}

func reserved(name string) bool {
	switch name {
	case "type", "title", "title_en", "status", "code", "detail", "detail_en", "advice", "advice_en", "errors", "trace_id", "instance":
		return true
	}
	return false
}

func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("problem: text and numbers only, yet: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

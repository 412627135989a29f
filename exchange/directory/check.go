package directory

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// Limits of one agency. They keep a mistake small and a record readable.
const (
	maxName     = 300 // characters
	maxAliases  = 50
	maxSendsFor = 1000
	maxNetworks = 100  // of a key or an endpoint
	maxURL      = 2000 // bytes
)

// A Mistake is one thing wrong with what an operator handed in.
type Mistake struct {
	Line  int    `json:"line,omitempty"` // of the file, 1-based; 0 where there is none
	Field string `json:"field"`
	VI    string `json:"vi"`
	EN    string `json:"en"`
}

type mistakes []Mistake

func (m *mistakes) add(field, vi, en string, args ...any) {
	vi, en = inBoth(vi, en, args)
	*m = append(*m, Mistake{Field: field, VI: vi, EN: en})
}

// maxShown bounds the answer to a file that is wrong throughout.
const maxShown = 100

// refusal carries the mistakes to the caller, the first in its own words.
func (m mistakes) refusal() error {
	first := m[0]
	e := &exchange.Error{Kind: exchange.BadRequest, Path: "/" + first.Field, Line: first.Line, Detail: first.EN, VI: first.VI}
	if len(m) > 1 {
		e.Detail += fmt.Sprintf(" (%d mistakes in all)", len(m))
		e.VI += fmt.Sprintf(" (tất cả %d lỗi)", len(m))
	}
	for _, x := range m[:min(len(m), maxShown)] {
		e.Faults = append(e.Faults, envelope.Fault{Code: string(exchange.BadRequest), Path: "/" + x.Field, Line: x.Line, VI: x.VI, EN: x.EN})
	}
	return e
}

// check holds the rules of one agency against the directory as it would be.
func check(o overlay, a exchange.Agency) mistakes {
	var m mistakes
	m.form(a)
	m.codes(o, a)
	m.tree(o, a)
	m.times(o, a)
	return m
}

func (m *mistakes) form(a exchange.Agency) {
	if n := utf8.RuneCountInString(a.Name); strings.TrimSpace(a.Name) == "" || n > maxName || !exchange.Legible(a.Name) {
		m.add("name", "Tên đơn vị phải có, tối đa %d ký tự, không có ký tự điều khiển.", "the name is mandatory, at most %d characters, no control characters", maxName)
	}
	if !slices.Contains(levels(), a.Level) {
		m.add("level", "Cấp “%s” không có; các cấp: %s.", "level %q is none of %s", a.Level, listed(levels()))
	}
	if !slices.Contains(channels(), a.Channel) {
		m.add("channel", "Kênh “%s” không có; các kênh: %s.", "channel %q is none of %s", a.Channel, listed(channels()))
	}
	for field, n := range map[string]int{"aliases": len(a.Aliases), "codes": len(a.Codes)} {
		if n > maxAliases {
			m.add(field, "Tối đa %d mã khác cho một đơn vị.", "at most %d further codes", maxAliases)
		}
	}
}

func (m *mistakes) codes(o overlay, a exchange.Agency) {
	if len(a.Aliases) > maxAliases || len(a.Codes) > maxAliases { // that is a mistake already, and need not become thousands
		a.Aliases, a.Codes = nil, nil
	}
	seen := make(map[exchange.AgencyID]bool)
	for i, code := range a.AllCodes() {
		field := "codes"
		switch {
		case i == 0:
			field = "id"
		case i <= len(a.Aliases):
			field = "aliases"
		}
		if _, err := envelope.ParseAgencyID(string(code)); err != nil {
			m.add(field, "“%s” không phải là mã định danh cơ quan.", "%q is not an agency identifier", code)
		}
		if owner, ok := o.taken(code, a.ID); ok {
			m.add(field, "Mã %s đã là của %s.", "the code %s is that of %s already", code, owner)
		}
		if seen[code] {
			m.add(field, "Mã %s có hai lần.", "the code %s stands twice", code)
		}
		seen[code] = true
	}
}

func (m *mistakes) tree(o overlay, a exchange.Agency) {
	if _, ok := o.agency(a.Parent); a.Parent != "" && !ok && a.Parent != a.ID {
		m.add("parent", "Không có cơ quan cấp trên %s.", "there is no agency %s to be the parent", a.Parent)
	}
	if above, ok := o.above(a); !ok || above+o.below(a.ID) > maxDepth {
		m.add("parent", "Cây cơ quan thành vòng hoặc sâu quá %d cấp tại %s.", "the tree would have a cycle, or be deeper than %d, at %s", maxDepth, a.ID)
	}
	m.sendsFor(o, a.SendsFor)
}

func (m *mistakes) sendsFor(o overlay, ids []exchange.AgencyID) {
	if len(ids) > maxSendsFor {
		m.add("sends_for", "Gửi thay tối đa %d đơn vị.", "at most %d agencies to send for", maxSendsFor)
		return
	}
	for i, id := range ids {
		if _, ok := o.agency(id); !ok {
			m.add("sends_for", "Không có đơn vị %s để gửi thay.", "there is no agency %s to send for", id)
		}
		if slices.Contains(ids[:i], id) {
			m.add("sends_for", "Mã %s có hai lần.", "the code %s stands twice", id)
		}
	}
}

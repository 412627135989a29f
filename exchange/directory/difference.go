package directory

import (
	"fmt"
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// A DifferenceKind says in a word what an import does to an agency.
type DifferenceKind string

const (
	Added      DifferenceKind = "added"
	Changed    DifferenceKind = "changed"    // name, place in the tree, connection
	Renamed    DifferenceKind = "renamed"    // writes under another code
	Aliased    DifferenceKind = "alias"      // has another set of further codes
	Closed     DifferenceKind = "closed"     // ends
	Redirected DifferenceKind = "redirected" // documents for it go to who took its place, or are refused naming several
)

// MaxDifferences is how many differences a report tells; all are counted.
const MaxDifferences = 1000

// A Difference is one thing that an import changes, in words.
type Difference struct {
	Line   int               `json:"line"` // of the file
	Agency exchange.AgencyID `json:"agency"`
	Kind   DifferenceKind    `json:"kind"`
	VI     string            `json:"vi"`
	EN     string            `json:"en"`
}

// tell counts differences and keeps the first of them.
func (r *Report) tell(line int, all []Difference) {
	if r.Kinds == nil {
		r.Kinds = make(map[DifferenceKind]int)
	}
	for _, x := range all {
		x.Line = line
		r.Kinds[x.Kind]++
		if len(r.Differences) < MaxDifferences {
			r.Differences = append(r.Differences, x)
		}
	}
}

// A comparison collects what differs between an agency as it is and as it would be.
type comparison struct {
	id  exchange.AgencyID
	all []Difference
}

func (c *comparison) add(kind DifferenceKind, vi, en string, args ...any) {
	c.all = append(c.all, Difference{Agency: c.id, Kind: kind, VI: fmt.Sprintf(vi, args...), EN: fmt.Sprintf(en, args...)})
}

func differences(s *snapshot, old, a exchange.Agency) []Difference {
	c := &comparison{id: a.ID}
	if old.ID == "" {
		c.add(Added, "thêm %s, %s", "add %s, %s", a.ID, a.Name)
		old = exchange.Agency{ID: a.ID, Name: a.Name, Parent: a.Parent, Level: a.Level, Channel: a.Channel, Gateway: a.Gateway,
			SendsFor: a.SendsFor, Aliases: a.Aliases}
	}
	c.plain(old, a)
	c.codes(old, a)
	c.end(s, old, a)
	if len(c.all) == 0 { // what has no words of its own
		c.add(Changed, "%s: thay đổi khác", "%s: other changes", a.ID)
	}
	return c.all
}

// plain compares what is one word each.
func (c *comparison) plain(old, a exchange.Agency) {
	for _, x := range []struct{ vi, en, from, to string }{
		{"tên", "name", old.Name, a.Name},
		{"cấp trên", "parent", string(old.Parent), string(a.Parent)},
		{"cấp", "level", string(old.Level), string(a.Level)},
		{"kênh", "channel", string(old.Channel), string(a.Channel)},
		{"đầu mối", "gateway", string(old.Gateway), string(a.Gateway)},
		{"gửi thay", "sends for", joined(old.SendsFor), joined(a.SendsFor)},
	} {
		if x.from != x.to {
			c.add(Changed, "%s: "+x.vi+" “%s” thành “%s”", "%s: "+x.en+" %q becomes %q", a.ID, x.from, x.to)
		}
	}
}

func (c *comparison) codes(old, a exchange.Agency) {
	for _, x := range a.Codes {
		if slices.ContainsFunc(old.Codes, func(o exchange.Code) bool { return sameCode(o, x) }) {
			continue
		}
		if x.Main {
			c.add(Renamed, "%s đổi mã thành %s từ ngày %s", "%s has the code %s from %s on", a.ID, x.Code, dayEN(x.From))
			continue
		}
		c.add(Aliased, "%s có thêm mã %s %s", "%s has the further code %s %s", a.ID, x.Code, span(x.From, x.Until))
	}
	for _, code := range old.AllCodes() {
		if !a.Is(code) {
			c.add(Aliased, "%s không còn mã %s", "%s has no longer the code %s", a.ID, code)
		}
	}
	for _, code := range a.Aliases {
		if !old.Is(code) {
			c.add(Aliased, "%s có thêm mã %s", "%s has the further code %s", a.ID, code)
		}
	}
	if !a.CodeUntil.Equal(old.CodeUntil) && !a.CodeUntil.IsZero() {
		c.add(Renamed, "mã cũ %s dùng được đến trước ngày %s", "the old code %s is an address until %s", a.ID, dayEN(a.CodeUntil))
	}
}

func (c *comparison) end(s *snapshot, old, a exchange.Agency) {
	if !a.ClosedAt.Equal(old.ClosedAt) {
		switch {
		case a.ClosedAt.IsZero():
			c.add(Changed, "%s hoạt động trở lại", "%s is open again", a.ID)
		case len(a.Successors) == 0:
			c.add(Closed, "%s, %s, chấm dứt ngày %s, không có đơn vị kế thừa", "%s, %s, is closed on %s and has no successor", a.ID, a.Name, dayEN(a.ClosedAt))
		default:
			c.add(Closed, "%s, %s, chấm dứt ngày %s", "%s, %s, is closed on %s", a.ID, a.Name, dayEN(a.ClosedAt))
		}
	}
	if slices.EqualFunc(a.Successors, old.Successors, sameSuccessor) {
		return
	}
	names := spelledSuccessors(a.Successors)
	switch len(a.Successors) {
	case 0:
		c.add(Redirected, "%s không còn đơn vị kế thừa", "%s has no successor any more", a.ID)
	case 1:
		c.add(Redirected, "văn bản gửi %s chuyển tới %s", "documents for %s go to %s", a.ID, names)
	default:
		c.add(Redirected, "văn bản gửi %s bị từ chối, nêu các đơn vị kế thừa %s", "documents for %s are refused, naming %s", a.ID, names)
	}
}

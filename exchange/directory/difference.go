package directory

import (
	"fmt"
	"slices"
	"time"

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
	Name   string            `json:"name"` // of the agency, as it would be
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
	id   exchange.AgencyID
	name string
	all  []Difference
}

func (c *comparison) add(kind DifferenceKind, vi, en string, args ...any) {
	vi, en = inBoth(vi, en, args)
	c.all = append(c.all, Difference{Agency: c.id, Name: c.name, Kind: kind, VI: vi, EN: en})
}

// inBoth fills in a sentence in both languages.
func inBoth(vi, en string, args []any) (string, string) {
	vis, ens := slices.Clone(args), slices.Clone(args)
	for i, a := range args {
		if p, ok := a.(phrase); ok {
			vis[i], ens[i] = p.vi, p.en
		}
	}
	return fmt.Sprintf(vi, vis...), fmt.Sprintf(en, ens...)
}

// A phrase is an argument that differs between the languages.
type phrase struct{ vi, en string }

func onDay(t time.Time) phrase { return phrase{dayVI(t), dayEN(t)} }

// during is a time of validity in words, with a blank before it; empty for always.
func during(from, until time.Time) (p phrase) {
	if !from.IsZero() {
		p.vi, p.en = " từ ngày "+dayVI(from), " from "+dayEN(from)
	}
	if !until.IsZero() {
		p.vi, p.en = p.vi+" đến trước ngày "+dayVI(until), p.en+" until "+dayEN(until)
	}
	return p
}

func followers(list []exchange.Successor) (p phrase) {
	for i, s := range list {
		if i > 0 {
			p.vi, p.en = p.vi+", ", p.en+", "
		}
		d := during(s.From, s.Until)
		p.vi, p.en = p.vi+string(s.Agency)+d.vi, p.en+string(s.Agency)+d.en
	}
	return p
}

func differences(s *snapshot, old, a exchange.Agency) []Difference {
	c := &comparison{id: a.ID, name: a.Name}
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
			c.add(Renamed, "%s đổi mã thành %s từ ngày %s", "%s has the code %s from %s on", a.ID, x.Code, onDay(x.From))
			continue
		}
		c.add(Aliased, "%s có thêm mã %s%s", "%s has the further code %s%s", a.ID, x.Code, during(x.From, x.Until))
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
		c.add(Renamed, "mã cũ %s dùng được đến trước ngày %s", "the old code %s is an address until %s", a.ID, onDay(a.CodeUntil))
	}
}

func (c *comparison) end(s *snapshot, old, a exchange.Agency) {
	if !a.ClosedAt.Equal(old.ClosedAt) {
		switch {
		case a.ClosedAt.IsZero():
			c.add(Changed, "%s hoạt động trở lại", "%s is open again", a.ID)
		case len(a.Successors) == 0:
			c.add(Closed, "%s, %s, chấm dứt ngày %s, không có đơn vị kế thừa", "%s, %s, is closed on %s and has no successor", a.ID, a.Name, onDay(a.ClosedAt))
		default:
			c.add(Closed, "%s, %s, chấm dứt ngày %s", "%s, %s, is closed on %s", a.ID, a.Name, onDay(a.ClosedAt))
		}
	}
	if slices.EqualFunc(a.Successors, old.Successors, sameSuccessor) {
		return
	}
	names := followers(a.Successors)
	switch len(a.Successors) {
	case 0:
		c.add(Redirected, "%s không còn đơn vị kế thừa", "%s has no successor any more", a.ID)
	case 1:
		c.add(Redirected, "văn bản gửi %s chuyển tới %s", "documents for %s go to %s", a.ID, names)
	default:
		c.add(Redirected, "văn bản gửi %s bị từ chối, nêu các đơn vị kế thừa %s", "documents for %s are refused, naming %s", a.ID, names)
	}
}

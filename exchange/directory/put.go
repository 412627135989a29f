package directory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Put writes what an agency is: name, place in the tree, codes, channel, rights. Endpoint, certificates and keys stay
// as they are; they have acts of their own. a.Version must be the present one, 0 for a new agency, else Conflict. What
// is as it was is not written. It returns the agency as it stands now.
func (d *Directory) Put(ctx context.Context, by exchange.Caller, a exchange.Agency) (exchange.Agency, error) {
	if err := operator(by); err != nil {
		return exchange.Agency{}, err
	}
	err := d.change(ctx, by, a.ID, func(s *snapshot, now *exchange.Agency) (act, error) {
		if a.Version != now.Version {
			return act{}, exchange.Errorf(exchange.Conflict, "%s has version %d, not %d", a.ID, now.Version, a.Version)
		}
		next := a
		next.Endpoint, next.Certificates, next.Keys = now.Endpoint, now.Certificates, now.Keys
		if now.Version != 0 && same(dated(next), *now) {
			return act{}, errUnchanged
		}
		if next.Sandbox != now.Sandbox && active(now.Keys, d.clock()) > 0 {
			return act{}, &exchange.Error{Kind: exchange.Conflict, Path: "/sandbox",
				Detail: "the keys in force are of the other kind; revoke them first",
				VI:     "Các khóa đang dùng thuộc loại khác; hãy thu hồi trước."}
		}
		next = dated(next)
		o := newOverlay(s, next)
		if found := append(check(o, next), o.chains([]exchange.Agency{next})[next.ID]...); len(found) > 0 {
			return act{}, found.refusal()
		}
		*now = next
		return changeOf(next), nil
	})
	if err != nil {
		return exchange.Agency{}, err
	}
	now, _ := d.Agency(a.ID)
	return now, nil
}

// SetConsole says whether the agency's clerks take documents and give statuses in the console, or its software does. It is
// the one thing of an agency that its administrator says.
func (d *Directory) SetConsole(ctx context.Context, by exchange.Caller, id exchange.AgencyID, console bool) error {
	if err := administrator(by, id); err != nil {
		return err
	}
	return d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := existing(a); err != nil {
			return act{}, err
		}
		if a.Console == console {
			return act{}, errUnchanged
		}
		a.Console = console
		return act{typ: translog.AgencyChanged, kind: "console-set", text: map[string]string{"console": strconv.FormatBool(console)}}, nil
	})
}

// dated fills in what follows from the rest: a successor follows when the agency is closed unless its day is named. Times
// are in UTC: callers may name offsets that JSON cannot write again.
func dated(a exchange.Agency) exchange.Agency {
	a.ClosedAt, a.CodeUntil, a.LegacySHA1Until = a.ClosedAt.UTC(), a.CodeUntil.UTC(), a.LegacySHA1Until.UTC()
	a.Codes, a.Successors = slices.Clone(a.Codes), slices.Clone(a.Successors)
	for i, c := range a.Codes {
		a.Codes[i].From, a.Codes[i].Until = c.From.UTC(), c.Until.UTC()
	}
	for i, s := range a.Successors {
		if s.From.IsZero() {
			s.From = a.ClosedAt
		}
		a.Successors[i].From, a.Successors[i].Until = s.From.UTC(), s.Until.UTC()
	}
	return a
}

// changeOf is what the log says of a Put. Who follows a closed agency stands in the entry itself, as rights pass by it
// (P10); all else that was set lies beside it.
func changeOf(next exchange.Agency) act {
	what := act{typ: translog.AgencyChanged, kind: "put", text: described(next)}
	for _, s := range next.Successors {
		what.successors = append(what.successors, string(s.Agency))
	}
	return what
}

// same compares what Put writes.
func same(a, b exchange.Agency) bool {
	return a.Name == b.Name && a.Parent == b.Parent && a.Level == b.Level && a.Channel == b.Channel &&
		slices.Equal(a.Aliases, b.Aliases) && slices.Equal(a.SendsFor, b.SendsFor) &&
		a.AcceptUnsigned == b.AcceptUnsigned && a.LegacySHA1Until.Equal(b.LegacySHA1Until) &&
		a.Sandbox == b.Sandbox && a.Console == b.Console && a.ClosedAt.Equal(b.ClosedAt) && a.CodeUntil.Equal(b.CodeUntil) && a.Gateway == b.Gateway &&
		slices.EqualFunc(a.Codes, b.Codes, sameCode) && slices.EqualFunc(a.Successors, b.Successors, sameSuccessor)
}

func sameCode(a, b exchange.Code) bool {
	return a.Code == b.Code && a.From.Equal(b.From) && a.Until.Equal(b.Until) && a.Main == b.Main
}

func sameSuccessor(a, b exchange.Successor) bool {
	return a.Agency == b.Agency && a.From.Equal(b.From) && a.Until.Equal(b.Until)
}

// described is what the log's side record tells of an agency, so that an auditor can see what it was set to.
func described(a exchange.Agency) map[string]string {
	text := map[string]string{
		"name": a.Name, "parent": string(a.Parent), "level": string(a.Level), "channel": string(a.Channel),
		"aliases": joined(a.Aliases), "sends_for": joined(a.SendsFor), "gateway": string(a.Gateway),
		"codes": spelledCodes(a.Codes), "successors": spelledSuccessors(a.Successors),
	}
	if !a.CodeUntil.IsZero() {
		text["code_until"] = a.CodeUntil.Format("2006-01-02")
	}
	if a.AcceptUnsigned {
		text["accept_unsigned"] = "true"
	}
	if a.Sandbox {
		text["sandbox"] = "true"
	}
	if a.Console {
		text["console"] = "true"
	}
	if !a.LegacySHA1Until.IsZero() {
		text["legacy_sha1_until"] = a.LegacySHA1Until.Format("2006-01-02")
	}
	if !a.ClosedAt.IsZero() {
		text["closed_at"] = a.ClosedAt.Format("2006-01-02")
	}
	return text
}

func spelledCodes(codes []exchange.Code) string {
	words := make([]string, len(codes))
	for i, c := range codes {
		words[i] = string(c.Code) + span(c.From, c.Until)
	}
	return strings.Join(words, " ")
}

func spelledSuccessors(list []exchange.Successor) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = string(s.Agency) + span(s.From, s.Until)
	}
	return strings.Join(words, " ")
}

// span writes a time of validity: "[2025-07-01,2027-07-01)".
func span(from, until time.Time) string {
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return dayEN(t)
	}
	return "[" + day(from) + "," + day(until) + ")"
}

func joined(ids []exchange.AgencyID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, " ")
}

// An overlay is the directory as it would be with some agencies put: what is checked before anything is written.
type overlay struct {
	*snapshot
	put   map[exchange.AgencyID]exchange.Agency
	owner map[exchange.AgencyID]exchange.AgencyID // codes of those put
}

// newOverlay is the directory with these agencies put.
func newOverlay(s *snapshot, put ...exchange.Agency) overlay {
	o := overlay{snapshot: s, put: make(map[exchange.AgencyID]exchange.Agency, len(put)), owner: make(map[exchange.AgencyID]exchange.AgencyID)}
	for _, a := range put {
		o.put[a.ID] = a
	}
	for _, a := range put {
		o.claim(a)
	}
	return o
}

func (o overlay) agency(id exchange.AgencyID) (exchange.Agency, bool) {
	if a, ok := o.put[id]; ok {
		return a, true
	}
	a, ok := o.agencies[id]
	return a, ok
}

// taken tells which other agency a code means already.
func (o overlay) taken(code, by exchange.AgencyID) (exchange.AgencyID, bool) {
	if owner, ok := o.owner[code]; ok && owner != by {
		return owner, true
	}
	owner, ok := o.codes[code]
	if _, replaced := o.put[owner]; !ok || owner == by || replaced {
		return "", false
	}
	return owner, true
}

// maxDepth is how many agencies one may have above it; the real tree has four levels.
const maxDepth = 16

// above counts the agencies on the way up; false if it does not end within maxDepth steps.
func (o overlay) above(a exchange.Agency) (n int, ok bool) {
	for next := a.Parent; next != ""; n++ {
		p, known := o.agency(next)
		if n == maxDepth || next == a.ID {
			return n, false
		}
		if !known {
			return n, true
		}
		next = p.Parent
	}
	return n, true
}

// below counts the levels under an agency as they stand. Agencies that are put too are left out, with what is under
// them: each is held to the rule itself.
func (o overlay) below(id exchange.AgencyID) (levels int) {
	for _, child := range o.children[id] {
		if _, too := o.put[child]; !too {
			levels = max(levels, 1+o.below(child))
		}
	}
	return levels
}

func levels() []exchange.Level {
	return []exchange.Level{exchange.Central, exchange.Province, exchange.Department, exchange.District, exchange.Commune}
}

func channels() []exchange.Channel {
	return []exchange.Channel{exchange.Pull, exchange.Push, exchange.NoChannel}
}

func listed[S ~string](words []S) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = string(w)
	}
	return strings.Join(all, ", ")
}

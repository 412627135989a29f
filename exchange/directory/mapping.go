package directory

import (
	"cmp"
	"context"
	"io"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// Kinds of rows of a mapping.
const (
	mapAlias  = "alias"  // new is a further code of old
	mapRename = "rename" // old writes under the code new
	mapMerge  = "merge"  // old is closed, new takes its place
	mapSplit  = "split"  // old is closed, each row names one of several that take its place
	mapClose  = "close"  // old is closed, nobody takes its place
)

func mapKinds() []string { return []string{mapAlias, mapRename, mapMerge, mapSplit, mapClose} }

func mappingSheet() sheet {
	return sheet{columns: []string{"old", "new", "from", "until", "kind", "name"}, mandatory: []string{"old", "new", "from", "until", "kind"}}
}

// ImportMapping reads from CSV what became of agencies: old and new code, the day from which and the day before which
// it holds, and the kind: rename, merge, split, close or alias. For a rename until ends the old code as an address, for
// an alias the new one; for merge and split it ends the redirection. Empty is for ever. A day is written 2025-07-01 or
// 01/07/2025 and begins at midnight in Vietnam; a time is in RFC 3339. name, which may be left out, is the agency's name
// after a rename. Agencies that take the place of others must be in the directory already. All of it is written in one
// step, or nothing; the same file again writes nothing. Otherwise it is as [Directory.Import].
func (d *Directory) ImportMapping(ctx context.Context, by exchange.Caller, r io.Reader, dry bool) (Report, error) {
	return d.bring(ctx, by, r, manner{dry: dry}, kindMapping, planMapping)
}

// A mapping is a file on its way to edits: one for each agency, in the order of the file.
type mapping struct {
	*snapshot
	edits []edit
	place map[exchange.AgencyID]int    // of an agency in edits
	kinds map[exchange.AgencyID]string // of its rows
	split map[exchange.AgencyID]int    // number of its rows
}

func planMapping(s *snapshot, raw []byte) (Report, []edit, mistakes) {
	rows, found := mappingSheet().read(raw)
	m := mapping{snapshot: s, place: make(map[exchange.AgencyID]int), kinds: make(map[exchange.AgencyID]string), split: make(map[exchange.AgencyID]int)}
	for _, r := range rows {
		found = append(found, m.take(r).on(r.line)...)
	}
	for id, n := range m.split {
		if n == 1 {
			var one mistakes
			one.add("kind", "%s chia tách mà chỉ có một đơn vị kế thừa; nếu đúng vậy, hãy ghi merge.", "%s is split, but one row alone names a successor; if there is one only, it is a merge", id)
			found = append(found, one.on(m.edits[m.place[id]].line)...)
		}
	}
	return Report{Rows: len(rows)}, m.edits, found
}

// take adds what one row says to the edit of its agency.
func (m *mapping) take(r tableRow) (found mistakes) {
	kind := r.cells["kind"]
	from, until := found.day("from", r.cells["from"]), found.day("until", r.cells["until"])
	a, ok := m.agencies[m.codes[r.id]]
	if !ok {
		found.add("old", "Không có đơn vị %s trong danh bạ.", "%s is not in the directory", r.id)
		return found
	}
	if from.IsZero() && kind != mapAlias {
		found.add("from", "Thiếu ngày bắt đầu.", "the day from which it holds is missing")
	}
	if was, twice := m.kinds[a.ID]; twice && (was != kind || kind == mapRename || kind == mapMerge || kind == mapClose) {
		found.add("old", "%s đã có ở dòng %d.", "%s stands in line %d already", r.id, m.edits[m.place[a.ID]].line)
	}
	if len(found) > 0 {
		return found
	}
	e := m.edit(r.line, a, kind)
	found = append(found, m.apply(&e.agency, kind, r, from, until)...)
	return found
}

// edit is the agency's edit so far. A closing begins the list of successors anew.
func (m *mapping) edit(line int, a exchange.Agency, kind string) *edit {
	i, ok := m.place[a.ID]
	if !ok {
		i = len(m.edits)
		if kind == mapMerge || kind == mapSplit || kind == mapClose {
			a.Successors = nil
		}
		m.place[a.ID], m.kinds[a.ID] = i, kind
		m.edits = append(m.edits, edit{line: line, agency: a})
	}
	return &m.edits[i]
}

func (m *mapping) apply(a *exchange.Agency, kind string, r tableRow, from, until time.Time) (found mistakes) {
	code := exchange.AgencyID(r.cells["new"])
	switch kind {
	case mapAlias, mapRename:
		found.newCode(m.snapshot, *a, code)
		if kind == mapAlias {
			a.Codes = withCode(a.Codes, exchange.Code{Code: code, From: from, Until: until})
			break
		}
		a.Codes, a.CodeUntil = withCode(a.Codes, exchange.Code{Code: code, From: from, Main: true}), until
		a.Name = cmp.Or(r.cells["name"], a.Name)
	case mapMerge, mapSplit:
		found.close(a, r.id, from)
		next, ok := m.agencies[m.codes[code]]
		if !ok {
			found.add("new", "Không có đơn vị kế thừa %s trong danh bạ.", "the successor %s is not in the directory", code)
			return found
		}
		a.Successors = append(a.Successors, exchange.Successor{Agency: next.ID, From: from, Until: until})
		if kind == mapSplit {
			m.split[a.ID]++
		}
	case mapClose:
		found.close(a, r.id, from)
		if code != "" || !until.IsZero() {
			found.add("new", "close không có mã mới và ngày kết thúc; có đơn vị kế thừa thì ghi merge hoặc split.", "close has neither a new code nor an end; with a successor it is merge or split")
		}
	default:
		found.add("kind", "Loại “%s” không có; các loại: %s.", "kind %q is none of %s", kind, listed(mapKinds()))
	}
	return found
}

// close closes the agency, once.
func (m *mistakes) close(a *exchange.Agency, code exchange.AgencyID, at time.Time) {
	if !a.ClosedAt.IsZero() && !a.ClosedAt.Equal(at) {
		m.add("from", "%s đã chấm dứt ngày %s.", "%s is closed on %s already", code, onDay(a.ClosedAt))
	}
	a.ClosedAt = at
}

// newCode refuses a code that is another agency's: then the two have merged.
func (m *mistakes) newCode(s *snapshot, a exchange.Agency, code exchange.AgencyID) {
	if code == "" {
		m.add("new", "Thiếu mã mới.", "the new code is missing")
	}
	if owner, taken := s.codes[code]; taken && owner == code && owner != a.ID {
		m.add("new", "%s là một đơn vị khác; nếu hai đơn vị hợp nhất, hãy ghi merge.", "%s is an agency of its own; if the two became one, it is a merge", code)
	}
}

// withCode puts a code in the place of what was said of it before, or at the end.
func withCode(codes []exchange.Code, c exchange.Code) []exchange.Code {
	next := slices.Clone(codes)
	for i, x := range next {
		if x.Code == c.Code {
			next[i] = c
			return next
		}
	}
	return append(next, c)
}

// day reads a cell that holds a day or a time; empty is none.
func (m *mistakes) day(field, cell string) time.Time {
	if cell == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.DateOnly, "02/01/2006", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, cell, envelope.ICT()); err == nil {
			return t.UTC()
		}
	}
	m.add(field, "“%s” không phải là ngày dạng 2025-07-01 hay 01/07/2025.", "%q is not a day such as 2025-07-01 or 01/07/2025", cell)
	return time.Time{}
}

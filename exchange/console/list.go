package console

import (
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

const (
	pageRows = 50
	// mostLooked is how many rows of an index one page looks at for those that match: what no index knows, such as words
	// of a subject, is looked for so far, and further by the next page.
	mostLooked = 5000
)

// query is what of the filter the store knows an index for.
func (f filter) query(role exchange.Role, group exchange.Group, now time.Time) (exchange.Query, error) {
	if group == exchange.GroupWaiting && f.Urgency == "1" && role == exchange.Received {
		group = exchange.GroupUrgent
	}
	q := exchange.Query{Role: role, Group: group, Limit: pageRows, Cursor: f.Cursor, From: periodBegins(f.Period, now)}
	var err error
	if f.From != "" {
		if q.From, err = dayOf(f.From, 0); err != nil {
			return q, err
		}
	}
	q.To, err = dayOf(f.To, 1)
	return q, err
}

// dayOf reads a day as a date field of a form sends it, in Vietnam; plus some days.
func dayOf(text string, plus int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, envelope.ICT())
	if err != nil || t.Year() < 1970 || t.Year() > 2200 {
		return t, &exchange.Error{Kind: exchange.BadRequest, Detail: "a day is written 2026-11-23", VI: "Ngày viết theo dạng 2026-11-23."}
	}
	return t.AddDate(0, 0, plus).UTC(), nil
}

// A found is what one look through a list came to.
type found struct {
	rows   []exchange.Row
	next   string // where the next page begins; empty at the end
	looked int
}

// search looks through a group of the list, newest first, for what passes, until there is enough or mostLooked rows were seen. Words
// that are a code or a document's id are looked up first: that finds documents of any age.
func (c *console) search(v *visit, f filter, role exchange.Role, group exchange.Group, enough int, keep func(exchange.Row) bool) (found, error) {
	q, err := f.query(role, group, c.Clock())
	if err != nil {
		return found{}, err
	}
	if f.Words != "" && f.Cursor == "" {
		if exact, err := c.byCode(v, f, q, keep); err != nil || len(exact.rows) > 0 {
			return exact, err
		}
	}
	var all found
	what := c.sought(f, role)
	for len(all.rows) < enough && all.looked < mostLooked {
		page, err := c.Hub.Search(v.ctx(), v.caller, q)
		if err != nil {
			return all, err
		}
		for _, r := range page.Rows {
			if what.found(r.Message) && keep(r) {
				all.rows = append(all.rows, r)
			}
		}
		all.looked += len(page.Rows)
		if all.next = page.Next; all.next == "" {
			break
		}
		q.Cursor = page.Next
	}
	return all, nil
}

func (c *console) byCode(v *visit, f filter, q exchange.Query, keep func(exchange.Row) bool) (found, error) {
	f.Words = ""
	what := c.sought(f, q.Role)
	for _, exact := range []exchange.Query{{Code: v.QueryParam("q")}, {DocumentID: v.QueryParam("q")}} {
		exact.Code, exact.DocumentID = strings.TrimSpace(exact.Code), strings.TrimSpace(exact.DocumentID)
		exact.Role, exact.Limit = q.Role, pageRows
		page, err := c.Hub.Search(v.ctx(), v.caller, exact)
		if err != nil && exchange.KindOf(err) != exchange.BadRequest {
			return found{}, err
		}
		var all found
		for _, r := range page.Rows {
			if what.found(r.Message) && keep(r) {
				all.rows = append(all.rows, r)
			}
		}
		if len(all.rows) > 0 {
			return all, nil
		}
	}
	return found{}, nil
}

// nameOf is an agency's name, or its code where the directory has none. The hub, which sends notices, is in no directory.
func (c *console) nameOf(id exchange.AgencyID) string {
	if id == c.ID && id != "" {
		return c.Name
	}
	if a, ok := c.Agencies.Agency(id); ok && a.Name != "" {
		return a.Name
	}
	return string(id)
}

// A narrowed is what every list has that its address narrows.
type narrowed struct {
	Path  string
	Here  string // the list with its filter, from the beginning
	Clear string // the list without it
	Next  string
	First string // the newest; empty on the first page
	Note  string // how far was looked, where not everything was
	Empty string
	Chips []chip      // what narrows the list
	Saved []savedItem // filters of the list that have a name
}

// A listPage is what both lists of documents have in common.
type listPage struct {
	narrowed
	Tabs   []menuItem
	Filter filter
	Done   string
	Other  string // key of the words for the other side of its documents
	Shown  string // the tab and what narrows the list, for its print
}

// A chip is one thing that narrows a list, with the list without it.
type chip struct{ Text, Address string }

func (c *console) listPage(v *visit, path, words string, tabs []tab, f filter, role exchange.Role, got found) (listPage, error) {
	here := f.address(path, "")
	p := listPage{narrowed: narrowed{Path: path, Here: here, Clear: path + "?tt=" + f.Tab, Chips: f.chips(v.words, path), Saved: v.saved(path, here)},
		Filter: f, Other: words + ".other"}
	q, err := f.query(role, "", c.Clock())
	if err != nil {
		return p, err
	}
	if p.Tabs, err = c.tabs(v, path, words, tabs, f, q); err != nil {
		return p, err
	}
	p.Shown = p.shown()
	if got.next != "" {
		p.Next = f.address(path, got.next)
	}
	if f.Cursor != "" {
		p.First = f.address(path, "")
	}
	if got.next != "" && got.looked >= mostLooked {
		p.Note = v.words.text("list.looked", "n", v.words.number(got.looked))
	}
	switch {
	case len(got.rows) > 0:
	case f.Active():
		p.Empty = v.words.text("list.nomatch")
	default:
		p.Empty = v.words.text(words + ".empty." + f.Tab)
	}
	return p, nil
}

// shown is what the list shows, in words.
func (p listPage) shown() string {
	var all []string
	for _, t := range p.Tabs {
		if t.Current {
			all = append(all, t.Text)
		}
	}
	for _, c := range p.Chips {
		all = append(all, c.Text)
	}
	return strings.Join(all, "; ")
}

func itoa(n int) string { return strconv.Itoa(n) }

package console

import (
	"net/url"
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

// A filter is what the form above a list says; it is read from the address, where it stays.
type filter struct {
	Tab, Words, Urgency, From, To, Sender, Cursor string
}

func readFilter(v *visit, tabs []tab) filter {
	f := filter{Tab: v.QueryParam("tt"), Words: strings.TrimSpace(v.QueryParam("q")), Urgency: v.QueryParam("khan"),
		From: v.QueryParam("tu"), To: v.QueryParam("den"), Sender: strings.TrimSpace(v.QueryParam("nguon")), Cursor: v.QueryParam("trang")}
	known := false
	for _, t := range tabs {
		known = known || t.name == f.Tab
	}
	if !known {
		f.Tab = tabs[0].name
	}
	return f
}

// Active reports whether anything but the tab narrows the list.
func (f filter) Active() bool { return f.Words+f.Urgency+f.From+f.To+f.Sender != "" }

// address is the list with this filter, from a cursor on.
func (f filter) address(path, cursor string) string {
	q := url.Values{}
	for name, value := range map[string]string{"tt": f.Tab, "q": f.Words, "khan": f.Urgency, "tu": f.From, "den": f.To, "nguon": f.Sender, "trang": cursor} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return path + "?" + q.Encode()
}

// tab is the list with this filter under another tab.
func (f filter) tab(path, tab string) string {
	f.Tab = tab
	return f.address(path, "")
}

// chips are what narrows the list, each with the list without it.
func (f filter) chips(w words, path string) (all []chip) {
	add := func(text, value string, without func(*filter)) {
		if value == "" {
			return
		}
		rest := f
		without(&rest)
		all = append(all, chip{text, rest.address(path, "")})
	}
	add(w.text("chip.words", "q", f.Words), f.Words, func(f *filter) { f.Words = "" })
	add(w.text("chip.sender", "q", f.Sender), f.Sender, func(f *filter) { f.Sender = "" })
	add(w.text("chip.from", "day", dayText(f.From)), f.From, func(f *filter) { f.From = "" })
	add(w.text("chip.to", "day", dayText(f.To)), f.To, func(f *filter) { f.To = "" })
	urgent := map[string]string{"1": "filter.urgent", "0": "filter.routine"}[f.Urgency]
	if urgent != "" {
		add(w.text(urgent), f.Urgency, func(f *filter) { f.Urgency = "" })
	}
	return all
}

// dayText is a day of the filter as people write it.
func dayText(iso string) string {
	t, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	return t.Format("02/01/2006")
}

// query is what of the filter the store knows an index for.
func (f filter) query(role exchange.Role, group exchange.Group) (exchange.Query, error) {
	if group == exchange.GroupWaiting && f.Urgency == "1" && role == exchange.Received {
		group = exchange.GroupUrgent
	}
	q := exchange.Query{Role: role, Group: group, Limit: pageRows, Cursor: f.Cursor}
	var err error
	if q.From, err = dayOf(f.From, 0); err != nil {
		return q, err
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
	q, err := f.query(role, group)
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

// A listPage is what both lists have in common.
type listPage struct {
	Path   string
	Tabs   []menuItem
	Filter filter
	Next   string
	First  string // the newest; empty on the first page
	Note   string // how far was looked, where not everything was
	Empty  string
	Done   string
	Chips  []chip     // what narrows the list
	Saved  []menuItem // the searches that the person keeps
	Here   string     // the list with its filter, from the beginning
	Other  string     // key of the words for the other side of its documents
}

// A chip is one thing that narrows a list, with the list without it.
type chip struct{ Text, Address string }

func (c *console) listPage(v *visit, path, words string, tabs []tab, f filter, role exchange.Role, got found) (listPage, error) {
	p := listPage{Path: path, Filter: f, Chips: f.chips(v.words, path), Saved: v.saved(path), Here: f.address(path, ""), Other: words + ".other"}
	q, err := f.query(role, "")
	if err != nil {
		return p, err
	}
	if p.Tabs, err = c.tabs(v, path, words, tabs, f, q); err != nil {
		return p, err
	}
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

func itoa(n int) string { return strconv.Itoa(n) }

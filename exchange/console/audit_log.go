package console

import (
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A logFilter is what the form above a list of entries says; it is read from the address, where it stays.
type logFilter struct {
	From, To, Agency, Group, Document, Who, Went, Place string
	Before                                              int64
}

// logGroups are the kinds of events that the form offers.
func logGroups() []string {
	return []string{"gui", "chuyen", "trang-thai", "lay-lai", "chu-ky", "dang-nhap", "doc", "quan-tri"}
}

func logTypes(group string) []translog.Type {
	switch group {
	case "gui":
		return []translog.Type{translog.Accepted, translog.RefusedAtDoor}
	case "chuyen":
		return []translog.Type{translog.Attempted, translog.Delivered, translog.PickedUp, translog.Acknowledged, translog.DeadLettered,
			translog.Requeued, translog.Redirected}
	case "trang-thai":
		return []translog.Type{translog.StatusGiven, translog.Reminded}
	case "lay-lai":
		return []translog.Type{translog.RecallAsked, translog.RecallAnswered, translog.RecallLapsed, translog.Withdrawn}
	case "chu-ky":
		return []translog.Type{translog.Rejudged}
	case "dang-nhap":
		return []translog.Type{translog.SignedIn}
	case "doc":
		return []translog.Type{translog.Opened, translog.Exported, translog.Audited}
	case "quan-tri":
		return []translog.Type{translog.AgencyChanged, translog.EndpointChanged, translog.EndpointTried, translog.KeyChanged, translog.PersonChanged,
			translog.PolicyChanged, translog.BackedUp, translog.Restored, translog.Begun}
	}
	return nil
}

// logEndings are how what the entries tell of ended, by the word of the address.
func logEndings() map[string]exchange.Went {
	return map[string]exchange.Went{"loi": exchange.WentWrong, "tot": exchange.WentWell}
}

// networkOf reads an address or a network; none of nothing.
func networkOf(text string) (netip.Prefix, error) {
	if text == "" {
		return netip.Prefix{}, nil
	}
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		return a.Unmap().Prefix(a.Unmap().BitLen())
	}
	p, err := netip.ParsePrefix(text)
	if err != nil {
		return p, exchange.BadRequest
	}
	return p.Masked(), nil
}

const maxFilter = 200 // characters of one field

func readLogFilter(v *visit) (f logFilter, err error) {
	for name, to := range map[string]*string{"tu": &f.From, "den": &f.To, "don-vi": &f.Agency, "viec": &f.Group, "van-ban": &f.Document, "nguoi": &f.Who,
		"ket-qua": &f.Went, "ip": &f.Place} {
		if *to = strings.TrimSpace(v.QueryParam(name)); len(*to) > maxFilter*4 {
			return f, exchange.BadRequest
		}
	}
	if !slices.Contains(logGroups(), f.Group) {
		f.Group = ""
	}
	if _, ok := logEndings()[f.Went]; !ok {
		f.Went = ""
	}
	if text := v.QueryParam("trang"); text != "" {
		if f.Before, err = strconv.ParseInt(text, 10, 64); err != nil || f.Before < 1 {
			return f, exchange.BadRequest
		}
	}
	return f, nil
}

// Active reports whether anything narrows the list.
func (f logFilter) Active() bool { f.Before = 0; return f != logFilter{} }

func (f logFilter) address(path string, before int64) string {
	q := url.Values{}
	for name, value := range map[string]string{"tu": f.From, "den": f.To, "don-vi": f.Agency, "viec": f.Group, "nguoi": f.Who, "ket-qua": f.Went, "ip": f.Place} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if before > 0 {
		q.Set("trang", strconv.FormatInt(before, 10))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// query is the filter for the hub. A person may be named by login.
func (c *console) logQuery(f logFilter, view exchange.Viewed) (exchange.AuditQuery, error) {
	q := exchange.AuditQuery{View: view, Agency: exchange.AgencyID(f.Agency), Types: logTypes(f.Group), Went: logEndings()[f.Went],
		Who: f.Who, Before: f.Before, Limit: pageRows}
	q.Who, q.Actors = c.actors(f.Who)
	var err error
	if q.Network, err = networkOf(f.Place); err != nil {
		return q, err
	}
	if q.From, err = dayOf(f.From, 0); err != nil {
		return q, err
	}
	q.To, err = dayOf(f.To, 1)
	return q, err
}

// actors are the names under which somebody stands in the log, who is known by login or id: a person acts for the agency,
// or as one of the hub's people.
func (c *console) actors(who string) (id string, actors []string) {
	if p, ok := c.People.Person(who); ok {
		if p.Agency != "" {
			return p.ID, []string{string(p.Agency)}
		}
		return p.ID, []string{"operator:" + p.ID, "auditor:" + p.ID}
	}
	if a, ok := c.Agencies.Agency(exchange.AgencyID(who)); ok {
		return who, []string{string(a.ID)}
	}
	return who, nil
}

// A logPage is a list of entries.
type logPage struct {
	Path        string
	Filter      logFilter
	Groups      []choice
	Endings     []choice
	Rows        []logRow
	Found       []foundDocument // what a number may mean, where it is several documents or none
	NotFound    string
	Next, First string
	Note, Empty string
}

// A choice is one of a select.
type choice struct {
	Value, Text string
	Selected    bool
}

type foundDocument struct{ Address, ID, Code, From, At string }

func (c *console) auditLog(v *visit) error {
	f, err := readLogFilter(v)
	if err != nil {
		return err
	}
	page, err := c.logPage(v, f, "/kiem-tra/nhat-ky", exchange.ViewLog)
	if err != nil || f.Document == "" {
		return c.shown(v, "auditlog", page, err)
	}
	found, err := c.Hub.FindDocuments(v.ctx(), v.caller, f.Document)
	if err != nil {
		return err
	}
	if len(found) == 1 {
		return v.Redirect(http.StatusSeeOther, "/kiem-tra/van-ban/"+string(found[0].ID))
	}
	for _, m := range found {
		page.Found = append(page.Found, foundDocument{Address: "/kiem-tra/van-ban/" + string(m.ID), ID: string(m.ID), Code: m.Code,
			From: c.nameOf(m.Sender), At: clock(m.AcceptedAt)})
	}
	if len(found) == 0 {
		page.NotFound = v.words.text("auditlog.nodocument", "text", cutRunes(f.Document, maxFilter))
	}
	return c.show(v, "auditlog", page)
}

func (c *console) auditActs(v *visit) error {
	f, err := readLogFilter(v)
	if err != nil {
		return err
	}
	page, err := c.logPage(v, f, "/kiem-tra/quan-tri", exchange.ViewActs)
	return c.shown(v, "auditacts", page, err)
}

func (c *console) shown(v *visit, name string, body any, err error) error {
	if err != nil {
		return err
	}
	return c.show(v, name, body)
}

func (c *console) logPage(v *visit, f logFilter, path string, view exchange.Viewed) (logPage, error) {
	page := logPage{Path: path, Filter: f, Groups: []choice{{"", v.words.text("filter.all"), f.Group == ""}}}
	for _, g := range logGroups() {
		page.Groups = append(page.Groups, choice{g, v.words.text("loggroup." + g), g == f.Group})
	}
	page.Endings = []choice{{"", v.words.text("filter.all"), f.Went == ""}}
	for _, name := range []string{"tot", "loi"} {
		page.Endings = append(page.Endings, choice{name, v.words.text("auditlog.went." + name), name == f.Went})
	}
	q, err := c.logQuery(f, view)
	if err != nil {
		return page, err
	}
	got, err := c.Hub.ReadLog(v.ctx(), v.caller, q)
	if err != nil {
		return page, err
	}
	for _, t := range got.Traces {
		page.Rows = append(page.Rows, c.logRow(v, t))
	}
	if got.Next > 0 {
		page.Next = f.address(path, got.Next)
	}
	if f.Before > 0 {
		page.First = f.address(path, 0)
	}
	if got.Next > 0 && len(got.Traces) < pageRows {
		page.Note = v.words.text("auditlog.looked", "n", v.words.number(got.Looked))
	}
	if len(page.Rows) == 0 {
		page.Empty = v.words.text("auditlog.empty")
	}
	return page, nil
}

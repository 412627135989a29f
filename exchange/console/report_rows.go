package console

import (
	"net/url"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// A reportRowsPage lists the very deliveries that a figure counts.
type reportRowsPage struct {
	Title, Period, Agency, Figure string
	Back                          string
	Rows                          []countedRow
	Subjects                      bool // they are the own ones, and say what they are about
	Judged                        bool // by a clock
	Next, First, Note, Empty      string
	Download                      string
}

type countedRow struct {
	Address, At, Code, Date, Subject, From, To, Limit string
	Transport, Processing, Verdict                    label
}

// drill is what an address asks for: a column of a report, of an agency or a branch.
type drill struct {
	report
	column
	tree  bool
	query exchange.CountedQuery
}

func (c *console) readDrill(v *visit) (d drill, err error) {
	if d.report, err = c.readReport(v, "rows", "/bao-cao/van-ban"); err != nil {
		return d, err
	}
	d.column = column{Role: exchange.Role(v.QueryParam("vai")), Clock: exchange.Clock(v.QueryParam("dong-ho"))}
	for _, text := range strings.FieldsFunc(v.QueryParam("ket-qua"), func(r rune) bool { return r == ',' }) {
		verdicts := exchange.Verdicts()
		if !slices.Contains(verdicts[:], exchange.Verdict(text)) {
			return d, exchange.BadRequest
		}
		d.Verdicts = append(d.Verdicts, exchange.Verdict(text))
	}
	if !slices.Contains(reportClocks(), d.Clock) || d.Role != exchange.Sent && d.Role != exchange.Received {
		return d, exchange.BadRequest
	}
	d.tree = v.QueryParam("nhanh") != "" && v.caller.HubWide()
	d.query = exchange.CountedQuery{FiguresQuery: exchange.FiguresQuery{Agencies: c.drilled(d), Role: d.Role, Period: d.period.Period},
		Clock: d.Clock, Verdicts: d.Verdicts, Cursor: v.QueryParam("trang"), Limit: pageRows}
	if len(d.query.Agencies)*len(d.period.Months()) > mostFigures {
		return d, exchange.BadRequest
	}
	return d, nil
}

// drilled are the agencies of which rows are listed.
func (c *console) drilled(d drill) []exchange.AgencyID {
	if d.tree && d.root == "" {
		var all []exchange.AgencyID
		for _, a := range c.Agencies.Children("") {
			all = append(all, c.branch(a.ID)...)
		}
		return all
	}
	if d.tree {
		return c.branch(d.root)
	}
	return []exchange.AgencyID{d.root}
}

func (c *console) reportRows(v *visit) error {
	d, err := c.readDrill(v)
	if err != nil {
		return err
	}
	if v.QueryParam("tep") == "xlsx" {
		return c.exportRows(v, d)
	}
	each, err := c.Hub.Figures(v.ctx(), v.caller, d.query.FiguresQuery)
	if err != nil {
		return err
	}
	var figure int64
	for _, p := range each {
		figure += d.of(p)
	}
	got, err := c.Hub.CountedRows(v.ctx(), v.caller, d.query)
	if err != nil {
		return err
	}
	page := reportRowsPage{Title: c.drillTitle(v, d), Period: v.words.period(d.period), Agency: c.drillAgency(v, d),
		Figure: v.words.text("reportrows.figure", "n", v.words.number(int(figure))), Subjects: v.caller.Agency != "", Judged: d.judged(), Back: c.drillBack(v, d),
		Download: drillAddress(v, "tep", "xlsx")}
	for _, r := range got.Rows {
		page.Rows = append(page.Rows, c.countedRow(v, d, r))
	}
	if got.Next != "" {
		page.Next = drillAddress(v, "trang", got.Next)
		if len(got.Rows) < pageRows {
			page.Note = v.words.text("list.looked", "n", v.words.number(got.Looked))
		}
	}
	if v.QueryParam("trang") != "" {
		page.First = drillAddress(v, "trang", "")
	}
	if len(page.Rows) == 0 {
		page.Empty = v.words.text("reportrows.empty")
	}
	return c.show(v, "reportrows", page)
}

// drillAddress is this address with one parameter changed, and from the first page on.
func drillAddress(v *visit, name, value string) string {
	q := url.Values{}
	for _, known := range []string{"ky", "don-vi", "vai", "dong-ho", "ket-qua", "nhanh"} {
		if text := v.QueryParam(known); text != "" {
			q.Set(known, text)
		}
	}
	if value != "" {
		q.Set(name, value)
	}
	return "/bao-cao/van-ban?" + q.Encode()
}

// judged reports whether the figure says something of time: it stands in the report of what is on time. One of what was
// sent and received does not.
func (d drill) judged() bool { return d.Clock != exchange.ClockSend || len(d.Verdicts) > 0 }

func (c *console) drillTitle(v *visit, d drill) string {
	parts := []string{v.words.text("report.role." + string(d.Role))}
	if d.judged() {
		parts = append(parts, v.words.text("report.clock."+string(d.Clock)))
	}
	for _, verdict := range d.Verdicts {
		parts = append(parts, v.words.text("report.figure."+string(verdict)))
	}
	return strings.Join(parts, " · ")
}

func (c *console) drillAgency(v *visit, d drill) string {
	switch {
	case d.root == "":
		return v.words.text("report.hub")
	case d.tree:
		return v.words.text("report.branch", "name", c.nameOf(d.root))
	}
	return c.nameOf(d.root)
}

// drillBack is the report that the figure stands in.
func (c *console) drillBack(v *visit, d drill) string {
	back := report{period: d.period}
	root := exchange.AgencyID("")
	if v.caller.HubWide() {
		a, _ := c.Agencies.Agency(d.root)
		root = a.Parent
		if !d.tree {
			root = d.root
		}
	}
	if !d.judged() || len(d.Verdicts) == 2 {
		return back.address("/bao-cao", root)
	}
	back.clock = d.Clock
	return back.address("/bao-cao/dung-han", root)
}

func (c *console) countedRow(v *visit, d drill, r exchange.Counted) countedRow {
	m := r.Message
	row := countedRow{At: clock(m.AcceptedAt), Code: m.Code, Date: day(m.Date), Subject: m.Subject, From: c.nameOf(m.Sender),
		To: c.nameOf(r.Delivery.Addressee), Limit: clock(r.Delivery.Marks.Of(d.Clock).Limit), Transport: v.words.transport(r.Delivery),
		Processing: v.words.processing(r.Delivery.Processing), Verdict: v.words.verdict(r.Verdict)}
	switch {
	case v.person.Has(exchange.Audit):
		row.Address = "/kiem-tra/van-ban/" + string(m.ID)
	case v.person.Has(exchange.Clerk) && d.Role == exchange.Sent:
		row.Address = "/van-ban-di/" + string(m.ID)
	case v.person.Has(exchange.Clerk):
		row.Address = "/van-ban-den/" + string(m.ID)
	}
	return row
}

func (w words) verdict(v exchange.Verdict) label {
	l := label{Text: w.text("report.figure." + string(v))}
	switch v {
	case exchange.OnTime:
		l.Icon, l.Tone = "check", "green"
	case exchange.Late:
		l.Icon, l.Tone = "clock", "amber"
	case exchange.Overdue:
		l.Icon, l.Tone = "clock-exclamation", "red"
	default:
		l.Icon, l.Tone = "clock", "grey"
	}
	return l
}

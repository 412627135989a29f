package console

import (
	"net/url"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/exchange"
)

// A report is what an address asks for.
type report struct {
	name   string // of its texts
	path   string
	period period
	root   exchange.AgencyID
	clock  exchange.Clock // of R2; empty for R1
}

func (c *console) readReport(v *visit, name, path string) (r report, err error) {
	r = report{name: name, path: path}
	if r.period, err = parsePeriod(v.QueryParam("ky"), exchange.MonthOf(c.Clock())); err != nil {
		return r, err
	}
	r.root, err = c.figured(v, exchange.AgencyID(v.QueryParam("don-vi")))
	return r, err
}

// figured is the agency that an address names: any for those who see the whole hub, the own one for others.
func (c *console) figured(v *visit, id exchange.AgencyID) (exchange.AgencyID, error) {
	if !v.caller.HubWide() {
		if id != "" && id != v.agency.ID {
			return "", exchange.NotFound
		}
		return v.agency.ID, nil
	}
	if _, ok := c.Agencies.Agency(id); id != "" && !ok {
		return "", exchange.NotFound
	}
	return id, nil
}

func (r report) address(path string, root exchange.AgencyID, more ...string) string {
	q := url.Values{"ky": {r.period.Name}}
	if root != "" {
		q.Set("don-vi", string(root))
	}
	if r.clock != "" {
		q.Set("dong-ho", string(r.clock))
	}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return path + "?" + q.Encode()
}

// rows is the address of the very deliveries that a figure counts.
func (r report) rows(l exchange.AgencyID, tree bool, k column) string {
	q := url.Values{"ky": {r.period.Name}, "vai": {string(k.Role)}, "dong-ho": {string(k.Clock)}}
	if l != "" {
		q.Set("don-vi", string(l))
	}
	if tree {
		q.Set("nhanh", "1")
	}
	if len(k.Verdicts) > 0 {
		var all []string
		for _, v := range k.Verdicts {
			all = append(all, string(v))
		}
		q.Set("ket-qua", strings.Join(all, ","))
	}
	return "/bao-cao/van-ban?" + q.Encode()
}

// A reportPage is a report as a table.
type reportPage struct {
	Name, Path, Period string
	Periods            []choiceGroup
	Root, Clock        string
	Tabs, Clocks       []menuItem
	Crumbs             []menuItem
	Heads              []string
	Share              bool
	Lines              []reportLine
	Total              reportLine
	Foot               []string
	Download           string
	Empty              bool
}

type reportLine struct {
	Name, Code, Address string
	Cells               []figure
	Share, Head         string // the share of what was in time, and what it is called
	Bar                 *progress
}

// A figure leads to the deliveries that it counts, where there are any.
type figure struct{ Head, Text, Address string }

func (r report) figure(w words, k column, n int64, of exchange.AgencyID, tree bool) figure {
	f := figure{Head: w.text("report.figure." + k.Key), Text: w.number(int(n))}
	if n > 0 {
		f.Address = r.rows(of, tree, k)
	}
	return f
}

func (c *console) reportTraffic(v *visit) error {
	r, err := c.readReport(v, "traffic", "/bao-cao")
	if err != nil {
		return err
	}
	return c.showReport(v, r, trafficColumns())
}

func (c *console) reportPunctual(v *visit) error {
	r, err := c.readReport(v, "punctual", "/bao-cao/dung-han")
	if err != nil {
		return err
	}
	if r.clock = exchange.Clock(v.QueryParam("dong-ho")); r.clock == "" {
		r.clock = exchange.ClockReceive
	}
	if !slices.Contains(reportClocks(), r.clock) {
		return exchange.BadRequest
	}
	return c.showReport(v, r, punctualColumns(r.clock))
}

func reportClocks() []exchange.Clock {
	all := exchange.Clocks()
	return all[:]
}

// showReport answers with the page, or with the same figures as a file.
func (c *console) showReport(v *visit, r report, columns []column) error {
	lines, err := c.lines(v, r.root, r.period, columns)
	if err != nil {
		return err
	}
	page := c.reportPage(v, r, columns, lines)
	if v.QueryParam("tep") == "xlsx" {
		return c.exportReport(v, r, page, lines, columns)
	}
	return c.show(v, "report", page)
}

func (c *console) reportPage(v *visit, r report, columns []column, lines []line) reportPage {
	page := reportPage{Name: r.name, Path: r.path, Period: v.words.period(r.period), Periods: v.words.periods(exchange.MonthOf(c.Clock()), r.period),
		Root: string(r.root), Clock: string(r.clock), Share: r.clock != "", Foot: c.footnotes(v, r), Download: r.address(r.path, r.root, "tep", "xlsx"),
		Tabs:   c.reportTabs(v, r),
		Crumbs: c.crumbs(v, r)}
	if !v.caller.HubWide() {
		page.Root = ""
	}
	for _, k := range columns {
		page.Heads = append(page.Heads, v.words.text("report.figure."+k.Key))
	}
	for _, l := range lines {
		page.Lines = append(page.Lines, c.reportLine(v, r, l, columns))
	}
	sum := total(lines, columns)
	page.Total = v.words.figures(r, sum)
	page.Total.Name = v.words.text("report.total")
	for i, k := range columns {
		page.Total.Cells = append(page.Total.Cells, r.figure(v.words, k, sum[i], r.root, v.caller.HubWide()))
	}
	page.Empty = !slices.ContainsFunc(sum, func(n int64) bool { return n > 0 })
	if r.clock != "" {
		for _, k := range reportClocks() {
			one := r
			one.clock = k
			page.Clocks = append(page.Clocks, menuItem{Address: one.address(r.path, r.root), Text: v.words.text("report.clock." + string(k)), Current: k == r.clock})
		}
	}
	return page
}

func (c *console) reportTabs(v *visit, r report) []menuItem {
	plain := report{period: r.period}
	return []menuItem{
		{Address: plain.address("/bao-cao", r.root), Text: v.words.text("report.traffic"), Current: r.name == "traffic"},
		{Address: plain.address("/bao-cao/dung-han", r.root), Text: v.words.text("report.punctual"), Current: r.name == "punctual"},
	}
}

// crumbs lead from the whole hub to the branch.
func (c *console) crumbs(v *visit, r report) []menuItem {
	if !v.caller.HubWide() || r.root == "" {
		return nil
	}
	var all []menuItem
	for id, steps := r.root, 0; id != "" && steps < exchange.MaxSteps*2; steps++ {
		a, ok := c.Agencies.Agency(id)
		if !ok {
			break
		}
		all = append(all, menuItem{Address: r.address(r.path, id), Text: a.Name, Current: id == r.root})
		id = a.Parent
	}
	all = append(all, menuItem{Address: r.address(r.path, ""), Text: v.words.text("report.hub")})
	slices.Reverse(all)
	return all
}

func (c *console) reportLine(v *visit, r report, l line, columns []column) reportLine {
	out := v.words.figures(r, l.figures)
	out.Name, out.Code = l.Agency.Name, string(l.Agency.ID)
	if l.Own && v.caller.HubWide() {
		out.Name = v.words.text("report.own", "name", l.Agency.Name)
	}
	if l.Below {
		out.Address = r.address(r.path, l.Agency.ID)
	}
	for i, k := range columns {
		out.Cells = append(out.Cells, r.figure(v.words, k, l.figures[i], l.Agency.ID, !l.Own))
	}
	return out
}

// figures is the share of a line and its bar; nothing where the report has no share.
func (w words) figures(r report, figures []int64) (out reportLine) {
	if r.clock == "" {
		return out
	}
	out.Share, out.Head = "–", w.text("report.figure.share")
	s, ok := share(figures)
	if !ok {
		return out
	}
	out.Share = w.text("percent", "n", w.print.Sprintf("%.1f", 100*s))
	onTime, late := int(figures[1]), int(figures[2]+figures[3])
	out.Bar = &progress{Total: onTime + late, Text: out.Share, Parts: []part{{"green", 0, onTime}, {"red", onTime, late}}}
	return out
}

// footnotes say how the figures are reckoned.
func (c *console) footnotes(v *visit, r report) []string {
	all := []string{v.words.text("report.foot.unit"), v.words.text("report.foot.month")}
	if r.clock == "" {
		return append(all, v.words.text("report.foot.answered"))
	}
	vi, en := r.clock.Words(c.Hub.Calendar())
	if v.words.Lang == "en" {
		vi = en
	}
	return append(all, vi+".", v.words.text("report.foot.share"), v.words.text("report.foot.calendar", "n", c.Hub.Calendar().Version))
}

package console_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// forest puts the communes under a district, and one with a name like a formula beside them.
func forest(t *testing.T, w *world) {
	t.Helper()
	for _, a := range []exchange.Agency{
		{ID: "H44.24", Name: "UBND huyện Yên Lập", Level: exchange.District, Channel: exchange.NoChannel},
		{ID: "H44.24.07", Name: `=HYPERLINK("http://xau.example","bấm")`, Level: exchange.Commune, Channel: exchange.Pull, Parent: "H44.24"},
	} {
		_, err := w.Directory.Put(t.Context(), hubtest.Operator(), a)
		w.must(err)
	}
	for _, id := range []exchange.AgencyID{desk, software} {
		a, _ := w.Directory.Agency(id)
		a.Parent = "H44.24"
		_, err := w.Directory.Put(t.Context(), hubtest.Operator(), a)
		w.must(err)
	}
}

// Every figure of every report is the number of rows that it leads to, in the whole hub, in a branch and for an agency.
func TestFiguresAreTheRowsTheyLeadTo(t *testing.T) {
	w, _ := exchanged(t)
	forest(t, w)
	for range 3 {
		w.send(nil, desk, software)
	}
	w.Party(software).Lease(2)
	oper, clerk := w.person("oper", "", exchange.Operate), w.person("thu", software, exchange.Clerk)
	figures := 0
	for _, r := range []struct {
		who  *visitor
		path string
	}{
		{oper, "/bao-cao"}, {oper, "/bao-cao?don-vi=H44.24"}, {clerk, "/bao-cao"},
		{oper, "/bao-cao/dung-han?dong-ho=send"}, {oper, "/bao-cao/dung-han?dong-ho=receive&don-vi=H44.24"}, {oper, "/bao-cao/dung-han?dong-ho=assign"},
		{oper, "/bao-cao/dung-han?dong-ho=complete"}, {clerk, "/bao-cao/dung-han"}, {oper, "/bao-cao?ky=" + url.QueryEscape(fmt.Sprint(w.clock().Year()))},
	} {
		p := r.who.get(r.path)
		for _, cell := range p.Find("td.number").EachIter() {
			var want int
			fmt.Sscan(cell.Text(), &want)
			address, linked := cell.Find("a").Attr("href")
			if linked != (want > 0) {
				t.Errorf("%s: a figure of %d leads to %q", r.path, want, address)
			}
			if !linked {
				continue
			}
			figures++
			if got := countRows(r.who, address); got != want {
				t.Errorf("%s: a figure says %d, its rows are %d: %s", r.path, want, got, address)
			}
		}
		sumsUp(t, r.path, p)
	}
	if figures < 30 {
		t.Errorf("only %d figures are above zero: the test shows little", figures)
	}
	root := oper.get("/bao-cao")
	if sent := root.Find("tr:last-child td.number").First().Text(); sent != "9" {
		t.Errorf("the whole hub has sent %s, want 9: three documents to two agencies, one to two and one to one", sent)
	}
}

// countRows follows the list to its end.
func countRows(v *visitor, path string) (n int) {
	for path != "" {
		p := v.get(path)
		n += p.Find("tbody tr").Length()
		path = p.Find(".paging a[rel=next]").AttrOr("href", "")
	}
	return n
}

// sumsUp checks that the last line is the sum of the others.
func sumsUp(t *testing.T, path string, p page) {
	t.Helper()
	rows := p.Find("table.report tbody tr")
	number := func(row *goquery.Selection, i int) (n int) {
		fmt.Sscan(row.Find("td.number").Eq(i).Text(), &n)
		return n
	}
	for i := range rows.First().Find("td.number").Length() {
		sum := 0
		for _, row := range rows.Slice(0, rows.Length()-1).EachIter() {
			sum += number(row, i)
		}
		if got := number(rows.Last(), i); got != sum {
			t.Errorf("%s: column %d has the total %d, its lines add up to %d", path, i, got, sum)
		}
	}
}

// sheet opens a file that was downloaded, and returns its rows.
func sheet(t *testing.T, p page) (*excelize.File, [][]string) {
	t.Helper()
	if p.Status != 200 || !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment; ") {
		t.Fatalf("the file is answered %d, %v", p.Status, p.Header)
	}
	f, err := excelize.OpenReader(bytes.NewReader([]byte(p.Text)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return f, rows
}

// A report's file has the cells of its page, and no cell of it is a formula, whatever an agency is called.
func TestReportFile(t *testing.T) {
	w, _ := exchanged(t)
	forest(t, w)
	oper := w.person("oper", "", exchange.Operate)
	for _, path := range []string{"/bao-cao?don-vi=H44.24", "/bao-cao/dung-han?don-vi=H44.24&dong-ho=receive"} {
		p := oper.get(path)
		f, rows := sheet(t, oper.get(p.Find("a[download]").AttrOr("href", "")))
		lines := p.Find("table.report tbody tr")
		var found int
		for _, line := range lines.EachIter() {
			name := strings.TrimSpace(line.Find("td.who").Contents().First().Text())
			for _, row := range rows {
				if len(row) < 2 || row[1] != name {
					continue
				}
				found++
				for i, cell := range line.Find("td.number").EachIter() {
					if row[2+i] != strings.TrimSpace(cell.Text()) {
						t.Errorf("%s: %s, column %d: the file says %s, the page %s", path, name, i, row[2+i], cell.Text())
					}
				}
			}
		}
		if found != lines.Length() || found != 5 { // the district itself, three communes and the total
			t.Errorf("%s: %d lines of %d are in the file: %v", path, found, lines.Length(), rows)
		}
		foot := rows[len(rows)-1]
		if text := p.Find("ul.note li").Last().Text(); len(foot) == 0 || foot[0] != text {
			t.Errorf("%s: the file ends with %v, the page with %q", path, foot, text)
		}
		holdNoFormula(t, f)
	}
}

func holdNoFormula(t *testing.T, f *excelize.File) {
	t.Helper()
	name := f.GetSheetName(0)
	rows, err := f.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	like := 0
	for y, row := range rows {
		for x, text := range row {
			cell, _ := excelize.CoordinatesToCellName(x+1, y+1)
			formula, err := f.GetCellFormula(name, cell)
			if err != nil || formula != "" {
				t.Errorf("%s is the formula %q (%v)", cell, formula, err)
			}
			kind, err := f.GetCellType(name, cell)
			if strings.HasPrefix(text, "=") {
				like++
				if err != nil || kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
					t.Errorf("%s is of type %v (%v), want a text", cell, kind, err)
				}
			}
		}
	}
	if like == 0 {
		t.Error("no cell looks like a formula: the test shows nothing")
	}
}

// The rows of a figure as a file, and the entry of the log that each file leaves.
func TestRowsFile(t *testing.T) {
	w, _ := exchanged(t)
	clerk := w.person("thu", software, exchange.Clerk)
	path := "/bao-cao/van-ban?vai=received&dong-ho=receive"
	_, rows := sheet(t, clerk.get(path+"&tep=xlsx"))
	p := clerk.get(path)
	if lines := p.Find("tbody tr").Length(); lines != 2 || len(rows) != 5+lines {
		t.Fatalf("the page has %d lines, the file %d rows", lines, len(rows))
	}
	for i, line := range p.Find("tbody tr").EachIter() {
		for j, cell := range []int{0, 1} {
			got, want := rows[5+i][cell], strings.TrimSpace(line.Find("td").Eq(j).Contents().First().Text())
			if got != want {
				t.Errorf("row %d: the file says %q, the page %q", i, got, want)
			}
		}
	}
	w.person("soat", "", exchange.Audit).get("/bao-cao?tep=xlsx")
	var exports []string
	records, err := w.Store.Entries(t.Context(), 0, 200)
	w.must(err)
	for _, r := range records {
		if e := r.Entry; e.Type == translog.Exported {
			exports = append(exports, strings.SplitN(e.Actor, ":", 2)[0]+" "+e.Kind+" "+e.Range+" "+fmt.Sprint(e.Count))
		}
	}
	month := exchange.MonthOf(w.clock()).String()
	if want := fmt.Sprintf("[H44.24.06 report-rows %s 2 auditor report-traffic %s 3]", month, month); fmt.Sprint(exports) != want {
		t.Errorf("the log has the exports %v, want %s", exports, want)
	}
}

// reckoned is a hub of which every agency and month has the same figures.
type reckoned struct {
	console.Hub
	of *exchange.Period // which was asked for
}

func (r reckoned) Figures(_ context.Context, _ exchange.Caller, q exchange.FiguresQuery) ([]exchange.Punctuality, error) {
	if r.of != nil {
		*r.of = q.Period
	}
	each := exchange.Punctuality{}
	for verdict, n := range map[exchange.Verdict]int64{exchange.OnTime: 6, exchange.Late: 1, exchange.Overdue: 2, exchange.Running: 4} {
		each.Count(exchange.ClockReceive, verdict, n)
	}
	return slices.Repeat([]exchange.Punctuality{each}, len(q.Agencies)), nil
}

// The share of what was on time is the formula that stands below it, on the page, in its bar and in the file; what still
// runs is not in it.
func TestTheShareIsByItsFormula(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Hub = reckoned{Hub: o.Hub} })
	clerk := w.person("thu", desk, exchange.Clerk)
	p := clerk.get("/bao-cao/dung-han?dong-ho=receive")
	if !p.has("Tỷ lệ đúng hạn = đúng hạn / (đúng hạn + muộn + quá hạn). Việc còn hạn không tính.") || !p.has("đến sau 17:00 tính từ 07:30 ngày làm việc tiếp theo") {
		t.Errorf("the formula or the rule of the clock is not said: %s", p.Find("ul.note").Text())
	}
	for _, cell := range p.Find("td.progress").EachIter() {
		bar := cell.Find("svg")
		if strings.TrimSpace(cell.Text()) != "66,7 %" || bar.AttrOr("viewbox", bar.AttrOr("viewBox", "")) != "0 0 9 1" || bar.Find("rect.green").AttrOr("width", "") != "6" ||
			bar.Find("rect.red").AttrOr("width", "") != "3" {
			html, _ := cell.Html()
			t.Errorf("6 of 9 are shown as %s", html)
		}
	}
	if n := p.Find("td.progress").Length(); n != 2 {
		t.Errorf("%d shares, want that of the agency and of all", n)
	}
	_, rows := sheet(t, clerk.get("/bao-cao/dung-han?dong-ho=receive&tep=xlsx"))
	if line := strings.Join(rows[5], "|"); !strings.HasSuffix(line, "|13|6|1|2|4|66.67%") {
		t.Errorf("the file says %s", line)
	}
	var got []string
	for _, cell := range clerk.get("/bao-cao").Find("table.report tbody tr").First().Find("td.number").EachIter() {
		got = append(got, strings.TrimSpace(cell.Text()))
	}
	if strings.Join(got, " ") != "0 0 7 6" { // sent and received go by another clock
		t.Errorf("sent, received, answered and unanswered are %v", got)
	}
}

// A report that would look up more roll-ups than one may is refused in words, the rows of a figure likewise.
func TestReportsAreBounded(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Hub, o.Agencies = reckoned{Hub: o.Hub}, wide{o.Agencies} })
	v := w.person("oper", "", exchange.Operate)
	for _, path := range []string{"/bao-cao?ky=2026", "/bao-cao/dung-han?ky=2026", "/bao-cao/van-ban?ky=2026&vai=received&dong-ho=receive&nhanh=1"} {
		if p := v.get(path); p.Status != 400 {
			t.Errorf("%s over 6,000 agencies: %d, want 400", path, p.Status)
		}
	}
	if p := v.get("/bao-cao?ky=2026-11"); p.Status != 200 || p.Find("table.report tbody tr").Length() != 2 {
		t.Errorf("a month of them: %d", p.Status)
	}
}

// wide is a directory of one agency with 6,000 below it.
type wide struct{ console.Agencies }

func (w wide) Children(id exchange.AgencyID) []exchange.Agency {
	switch id {
	case "":
		return []exchange.Agency{{ID: desk, Name: "UBND tỉnh"}}
	case desk:
		all := make([]exchange.Agency, 6000)
		for i := range all {
			all[i].ID = exchange.AgencyID(fmt.Sprintf("H44.99.%d", i))
		}
		return all
	}
	return nil
}

// Periods are months, quarters and years, and nothing else.
func TestPeriods(t *testing.T) {
	var of exchange.Period
	w := newWorld(t, func(o *console.Options) { o.Hub = reckoned{o.Hub, &of} })
	v := w.person("oper", "", exchange.Operate)
	for text, want := range map[string][2]string{"2026-11": {"Tháng 11/2026", "2026-11"}, "2026-02": {"Tháng 2/2026", "2026-02"},
		"2026-Q1": {"Quý 1/2026", "2026-01..2026-03"}, "2026-Q4": {"Quý 4/2026", "2026-10..2026-12"}, "2026": {"Năm 2026", "2026-01..2026-12"}} {
		p := v.get("/bao-cao?ky=" + text)
		if got := [2]string{p.Find("h2").First().Text(), of.String()}; p.Status != 200 || got != want {
			t.Errorf("%s is %d, %q, want %q", text, p.Status, got, want)
		}
	}
	for _, text := range []string{"x", "2026-13", "2026-Q0", "2026-Q04", "2026-Q", "26", "2026-1", "1900", "2026-11-01", "-Q1"} {
		if p := v.get("/bao-cao?ky=" + url.QueryEscape(text)); p.Status != 400 {
			t.Errorf("%q is answered %d", text, p.Status)
		}
	}
}

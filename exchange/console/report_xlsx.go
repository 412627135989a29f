package console

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/xuri/excelize/v2"

	"github.com/lienthong/lienthong/exchange"
)

// A workbook is a table on its way into a file for a spreadsheet program. What is text there stays text: a name that begins
// like a formula is none, as its cell has the type of a text. Only figures are numbers.
type workbook struct {
	file    *excelize.File
	stream  *excelize.StreamWriter
	percent int
	bold    int
	at      int
	err     error
}

const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func newWorkbook(name string, widths ...float64) *workbook {
	s := &workbook{file: excelize.NewFile()}
	_, err := s.file.NewSheet(name)
	s.err = errors.Join(err, s.file.DeleteSheet("Sheet1"))
	if s.err != nil {
		return s
	}
	if s.stream, s.err = s.file.NewStreamWriter(name); s.err != nil {
		return s
	}
	s.percent, err = s.file.NewStyle(&excelize.Style{NumFmt: 10})
	s.err = errors.Join(s.err, err)
	s.bold, err = s.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	s.err = errors.Join(s.err, err)
	for i, w := range widths {
		s.err = errors.Join(s.err, s.stream.SetColWidth(i+1, i+1, w))
	}
	return s
}

// row writes texts and numbers; a nil leaves its cell empty.
func (s *workbook) row(cells ...any) {
	s.at++
	if s.err != nil {
		return
	}
	cell, err := excelize.CoordinatesToCellName(1, s.at)
	if err == nil {
		err = s.stream.SetRow(cell, cells)
	}
	s.err = errors.Join(s.err, err)
}

func (s *workbook) heading(texts ...string) {
	cells := make([]any, len(texts))
	for i, t := range texts {
		cells[i] = excelize.Cell{StyleID: s.bold, Value: t}
	}
	s.row(cells...)
}

func (s *workbook) bytes() ([]byte, error) {
	defer s.file.Close()
	if s.err != nil {
		return nil, s.err
	}
	if err := s.stream.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := s.file.Write(&b)
	return b.Bytes(), err
}

// hand gives the file out once that is in the log.
func (c *console) hand(v *visit, s *workbook, name string, e exchange.Export) error {
	raw, err := s.bytes()
	if err != nil {
		return err
	}
	if err := c.Hub.Export(v.ctx(), v.caller, e); err != nil {
		return err
	}
	v.Response().Header().Set("Content-Disposition", `attachment; filename="`+name+`-`+e.Period.String()+`.xlsx"`)
	return v.Blob(http.StatusOK, sheetType, raw)
}

func (c *console) exportReport(v *visit, r report, page reportPage, lines []line, columns []column) error {
	s := newWorkbook(v.words.text("report.sheet."+r.name), 18, 48, 14, 14, 14, 14, 14, 14)
	s.heading(v.words.text("report." + r.name))
	s.row(page.Period)
	if r.clock != "" {
		s.row(v.words.text("report.clock." + string(r.clock)))
	}
	s.row()
	heads := append([]string{v.words.text("report.code"), v.words.text("col.agency")}, page.Heads...)
	if page.Share {
		heads = append(heads, v.words.text("report.figure.share"))
	}
	s.heading(heads...)
	for i, l := range lines {
		s.figures(page, page.Lines[i].Code, page.Lines[i].Name, l.figures)
	}
	s.figures(page, "", page.Total.Name, total(lines, columns))
	s.row()
	for _, text := range page.Foot {
		s.row(text)
	}
	return c.hand(v, s, "bao-cao-"+r.name, exchange.Export{Kind: "report-" + r.name, Period: r.period.Period, Agency: r.root, Rows: len(lines)})
}

func (s *workbook) figures(page reportPage, code, name string, figures []int64) {
	cells := []any{code, name}
	for _, n := range figures {
		cells = append(cells, n)
	}
	if page.Share {
		if value, ok := share(figures); ok {
			cells = append(cells, excelize.Cell{StyleID: s.percent, Value: value})
		}
	}
	s.row(cells...)
}

// A file has so many rows, found in so many calls; it says where there are more.
const (
	mostExported = 10_000
	mostCalls    = 100
)

func (c *console) exportRows(v *visit, d drill) error {
	s := newWorkbook(v.words.text("report.sheet.rows"), 17, 20, 12, 40, 40, 20, 20, 17, 20, 60)
	s.heading(c.drillTitle(v, d))
	s.row(v.words.period(d.period))
	s.row(c.drillAgency(v, d))
	s.row()
	heads := []string{"col.sent", "col.code", "reportrows.date", "col.from", "col.to", "col.transport", "col.processing", "reportrows.limit", "reportrows.verdict"}
	if v.caller.Agency != "" {
		heads = append(heads, "col.subject")
	}
	for i, key := range heads {
		heads[i] = v.words.text(key)
	}
	s.heading(heads...)
	q, n := d.query, 0
	q.Cursor, q.Limit = "", 200
	for call := 0; call == 0 || q.Cursor != "" && n < mostExported && call < mostCalls; call++ {
		got, err := c.Hub.CountedRows(v.ctx(), v.caller, q)
		if err != nil {
			return err
		}
		for _, r := range got.Rows {
			s.row(c.exported(v, d, r)...)
		}
		n += len(got.Rows)
		q.Cursor = got.Next
	}
	if q.Cursor != "" {
		s.row()
		s.row(v.words.text("reportrows.cut", "n", v.words.number(n)))
	}
	return c.hand(v, s, "bao-cao-van-ban", exchange.Export{Kind: "report-rows", Period: d.period.Period, Agency: d.root, Rows: n})
}

func (c *console) exported(v *visit, d drill, r exchange.Counted) []any {
	row := c.countedRow(v, d, r)
	cells := []any{row.At, row.Code, row.Date, row.From, row.To, row.Transport.Text, row.Processing.Text, row.Limit, row.Verdict.Text}
	if v.caller.Agency != "" {
		cells = append(cells, row.Subject)
	}
	return cells
}

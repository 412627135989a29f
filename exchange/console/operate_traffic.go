package console

import (
	"github.com/lienthong/lienthong/exchange"
)

const (
	trafficRows   = 50   // after which a page ends
	trafficLook   = 25   // rows of the index at a time
	trafficLooked = 5000 // rows of the index that one page looks at for those that match
	trafficOfOne  = 25   // deliveries of one message
)

// A trafficPage is the list of deliveries, newest first.
type trafficPage struct {
	narrowed
	Filter               trafficFilter
	States, Sides, Kinds []option
	Columns              []option // all that can be chosen
	Hidden               []field  // the filter, to be sent along with the choice of columns
	Table                trafficTable
	Again                string // where to send again all that match; empty where that is another set
}

const trafficPath = "/van-hanh/giao-dich"

func (c *console) traffic(v *visit) error {
	f := readTraffic(v)
	if err := f.check(); err != nil {
		return err
	}
	if v.QueryParam("nho") != "" {
		return c.chooseColumns(v, f)
	}
	page := newTrafficPage(v, f)
	if err := c.fillTraffic(v, f, &page); err != nil {
		return err
	}
	page.finish(v.words)
	return c.show(v, "traffic", page)
}

// newTrafficPage is the page before anything was looked for.
func newTrafficPage(v *visit, f trafficFilter) trafficPage {
	page := trafficPage{Filter: f, Table: newTrafficTable(v.words, columnsOf(v, f.Columns))}
	page.narrowed = narrowed{Path: trafficPath, Clear: trafficFilter{Columns: f.Columns}.address(trafficPath, ""), Here: f.address(trafficPath, ""),
		Chips: f.chips(v.words), Saved: f.views(v)}
	page.choices(v.words, f)
	return page
}

// finish says what follows from the rows that were found, and from there being none.
func (p *trafficPage) finish(w words) {
	f := p.Filter
	if f.Cursor != "" {
		p.First = p.Here
	}
	switch {
	case len(p.Table.Rows) == 0 && f.Active():
		p.Empty = w.text("traffic.nomatch")
	case len(p.Table.Rows) == 0:
		p.Empty = w.text("traffic.empty")
	case f.State == string(exchange.DeadLettered) && !f.Unplanned():
		p.Again = f.bare().address(resendPath, "")
	}
}

func (p *trafficPage) choices(w words, f trafficFilter) {
	for _, s := range trafficStates() {
		p.States = append(p.States, option{string(s), w.text("traffic.state." + string(s)), f.State == string(s)})
	}
	for _, s := range trafficSides() {
		p.Sides = append(p.Sides, option{s, w.text("traffic.side." + s), f.Side == s})
	}
	for _, k := range packageKinds() {
		p.Kinds = append(p.Kinds, option{k, w.text("kind." + k), f.Kind == k})
	}
	for _, col := range deliveryColumns() {
		p.Columns = append(p.Columns, option{col.name, w.text("traffic.col." + col.name), p.Table.has(col.name)})
	}
	for _, x := range f.parameters() {
		if *x.value != "" {
			p.Hidden = append(p.Hidden, field{x.name, *x.value})
		}
	}
}

// fillTraffic looks through the index until there are rows enough, or enough was looked at.
func (c *console) fillTraffic(v *visit, f trafficFilter, page *trafficPage) error {
	q, err := f.query()
	if err != nil {
		return err
	}
	sought := f.sought(c.Clock())
	for looked := 0; len(page.Table.Rows) < trafficRows; {
		found, err := c.Hub.Search(v.ctx(), v.caller, q)
		if err != nil {
			return err
		}
		for _, r := range found.Rows {
			page.Table.Rows = append(page.Table.Rows, c.trafficRows(v, page.Table, sought, r)...)
		}
		looked += len(found.Rows)
		if page.Next = ""; found.Next == "" {
			return nil
		}
		q.Cursor = found.Next
		page.Next = f.address(trafficPath, found.Next)
		if looked >= trafficLooked {
			page.Note = v.words.text("traffic.looked", "n", v.words.number(looked))
			return nil
		}
	}
	return nil
}

func (c *console) trafficRows(v *visit, t trafficTable, sought soughtTraffic, r exchange.Row) (rows []trafficRow) {
	left := 0
	for _, d := range r.Deliveries {
		switch {
		case !sought.found(r.Message, d):
		case len(rows) == trafficOfOne:
			left++
		default:
			rows = append(rows, t.row(c, v.words, r.Message, d))
		}
	}
	if left > 0 {
		last := &rows[len(rows)-1]
		last.More = v.words.text("traffic.more", "n", v.words.number(left))
		last.All = last.Cells[0].Address
	}
	return rows
}

func transferAddress(d exchange.Delivery) string {
	return trafficPath + "/" + string(d.Message) + "/" + string(d.ID)
}

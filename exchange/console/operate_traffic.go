package console

import (
	"net/url"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A trafficFilter is what the form above the deliveries says; it stays in the address.
type trafficFilter struct {
	State, Agency, Side, Kind, Reason, From, To, Code, Cursor string
}

func readTraffic(v *visit) trafficFilter {
	return trafficFilter{State: v.QueryParam("tt"), Agency: strings.TrimSpace(v.QueryParam("dv")), Side: v.QueryParam("chieu"), Kind: v.QueryParam("loai"),
		Reason: v.QueryParam("loi"), From: v.QueryParam("tu"), To: v.QueryParam("den"), Code: strings.TrimSpace(v.QueryParam("q")), Cursor: v.QueryParam("trang")}
}

// values are the filter as the address has it, without the cursor.
func (f trafficFilter) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"tt": f.State, "dv": f.Agency, "chieu": f.Side, "loai": f.Kind, "loi": f.Reason, "tu": f.From, "den": f.To, "q": f.Code} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (f trafficFilter) address(path, cursor string) string {
	q := f.values()
	if cursor != "" {
		q.Set("trang", cursor)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// Active reports whether anything narrows the list.
func (f trafficFilter) Active() bool { return len(f.values()) > 0 }

// deadLetters is the filter as the use cases of dead letters know it.
func (f trafficFilter) deadLetters() (q exchange.DeadLetterQuery, err error) {
	q.Reason = f.Reason
	switch f.Side {
	case "gui":
		q.Sender = exchange.AgencyID(f.Agency)
	default:
		q.Addressee = exchange.AgencyID(f.Agency)
	}
	if q.From, err = dayOf(f.From, 0); err != nil {
		return q, err
	}
	q.To, err = dayOf(f.To, 1)
	return q, err
}

// query is what of the filter the store has an index for.
func (f trafficFilter) query() (exchange.Query, error) {
	q := exchange.Query{Limit: trafficLook, Cursor: f.Cursor, Code: f.Code}
	if f.Code == "" {
		q.Every, q.Agency, q.State = true, exchange.AgencyID(f.Agency), exchange.State(f.State)
		q.Role = map[string]exchange.Role{"gui": exchange.Sent, "nhan": exchange.Received}[f.Side]
		if f.State == stateUnderway {
			q.State, q.Group = "", exchange.GroupUnderway
		}
		if f.Agency == "" {
			q.Role = ""
		}
	}
	var err error
	if q.From, err = dayOf(f.From, 0); err != nil {
		return q, err
	}
	q.To, err = dayOf(f.To, 1)
	return q, err
}

// passes reports whether a delivery is one of those that the filter asks for.
func (f trafficFilter) passes(m exchange.Message, d exchange.Delivery) bool {
	id := exchange.AgencyID(f.Agency)
	switch {
	case f.State == stateUnderway && d.State.Final(), f.State != "" && f.State != stateUnderway && d.State != exchange.State(f.State), f.Kind != "" && packageKind(m) != f.Kind, f.Reason != "" && d.Reason != f.Reason:
		return false
	case f.Agency == "":
		return true
	case f.Side == "gui":
		return d.Sender == id
	case f.Side == "nhan":
		return d.Addressee == id
	}
	return d.Sender == id || d.Addressee == id
}

// stateUnderway asks for what has not ended, whatever its state.
const stateUnderway = "underway"

func trafficStates() []exchange.State {
	return []exchange.State{stateUnderway, exchange.Queued, exchange.Held, exchange.Delivered, exchange.DeadLettered, exchange.Withdrawn}
}

const (
	trafficRows   = 50   // after which a page ends
	trafficLook   = 25   // rows of the index at a time
	trafficLooked = 5000 // rows of the index that one page looks at for those that match
	trafficOfOne  = 25   // deliveries of one message
)

// A trafficPage is the list of deliveries, newest first.
type trafficPage struct {
	Path, Next, First, Note, Empty string
	Filter                         trafficFilter
	States, Sides, Kinds           []option
	Rows                           []trafficRow
	Again                          string // where to send again all that match; empty where nothing was given up
}

// A trafficRow is one delivery. More is how many further ones of the same message are left out.
type trafficRow struct {
	Address, At, From, To, Code, Kind, Channel, Size, Total, Next string
	Attempt                                                       int
	Error, Explained                                              string
	Transport                                                     label
	Processing                                                    *label // nil: no answer is expected
	More                                                          string
	All                                                           string // where all of the message's deliveries are
}

// transfersIn are the rows of a page that shows a table of deliveries.
func transfersIn(body any) []trafficRow {
	switch p := body.(type) {
	case trafficPage:
		return p.Rows
	case transferPage:
		return p.Others
	}
	return nil
}

const trafficPath = "/van-hanh/giao-dich"

func (c *console) traffic(v *visit) error {
	f := readTraffic(v)
	page := trafficPage{Path: trafficPath, Filter: f}
	page.choices(v.words, f)
	if err := c.fillTraffic(v, f, &page); err != nil {
		return err
	}
	if f.Cursor != "" {
		page.First = f.address(trafficPath, "")
	}
	if f.State == string(exchange.DeadLettered) && len(page.Rows) > 0 && f.Code == "" && f.Kind == "" {
		page.Again = f.address("/van-hanh/gui-lai", "")
	}
	if len(page.Rows) == 0 {
		page.Empty = v.words.text("traffic.empty")
		if f.Active() {
			page.Empty = v.words.text("traffic.nomatch")
		}
	}
	return c.show(v, "traffic", page)
}

func (p *trafficPage) choices(w words, f trafficFilter) {
	for _, s := range trafficStates() {
		p.States = append(p.States, option{string(s), w.text("traffic.state." + string(s)), f.State == string(s)})
	}
	for _, s := range []string{"gui", "nhan"} {
		p.Sides = append(p.Sides, option{s, w.text("traffic.side." + s), f.Side == s})
	}
	for _, k := range packageKinds() {
		p.Kinds = append(p.Kinds, option{k, w.text("kind." + k), f.Kind == k})
	}
}

// fillTraffic looks through the index until there are rows enough, or enough was looked at.
func (c *console) fillTraffic(v *visit, f trafficFilter, page *trafficPage) error {
	q, err := f.query()
	if err != nil {
		return err
	}
	for looked := 0; len(page.Rows) < trafficRows; {
		found, err := c.Hub.Search(v.ctx(), v.caller, q)
		if err != nil {
			return err
		}
		for _, r := range found.Rows {
			page.Rows = append(page.Rows, c.trafficRows(v, f, r)...)
		}
		looked += len(found.Rows)
		if page.Next = ""; found.Next == "" {
			return nil
		}
		q.Cursor = found.Next
		page.Next = f.address(trafficPath, found.Next)
		if looked >= trafficLooked {
			page.Note = v.words.text("list.looked", "n", v.words.number(looked))
			return nil
		}
	}
	return nil
}

func (c *console) trafficRows(v *visit, f trafficFilter, r exchange.Row) (rows []trafficRow) {
	left := 0
	for _, d := range r.Deliveries {
		switch {
		case !f.passes(r.Message, d):
		case len(rows) == trafficOfOne:
			left++
		default:
			rows = append(rows, c.trafficRow(v.words, r.Message, d))
		}
	}
	if left > 0 {
		last := &rows[len(rows)-1]
		last.More = v.words.text("traffic.more", "n", v.words.number(left))
		last.All = last.Address
	}
	return rows
}

func (c *console) trafficRow(w words, m exchange.Message, d exchange.Delivery) trafficRow {
	now := c.Clock()
	row := trafficRow{Address: transferAddress(d), At: exactly(d.AcceptedAt), From: c.nameOf(d.Sender), To: c.nameOf(d.Addressee), Code: m.Code,
		Kind: w.text("kind." + packageKind(m)), Channel: w.text("channel." + string(d.Channel)), Size: bytesText(w, m.Size), Attempt: d.Attempt,
		Error: w.fault(d.Reason), Explained: w.explain(d.Reason), Transport: w.transport(d), Processing: w.answer(d)}
	end := d.Ended
	if end.IsZero() {
		end = now
	}
	row.Total = w.elapsed(end.Sub(d.AcceptedAt))
	if !d.State.Final() && d.Attempt > 0 && d.Due.After(now) {
		row.Next = w.elapsed(d.Due.Sub(now).Round(time.Second))
	}
	return row
}

func transferAddress(d exchange.Delivery) string {
	return trafficPath + "/" + string(d.Message) + "/" + string(d.ID)
}

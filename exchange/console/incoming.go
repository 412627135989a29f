package console

import (
	"net/http"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// waits reports whether nobody of the addressee has said yet whether it takes the document. A recall is answered at what
// it is about, and what was cancelled by consent waits for nothing.
func waits(d exchange.Delivery) bool {
	silent := d.Processing == "" || d.Processing == envelope.Arrived
	return silent && d.Consent == "" && d.Kind != envelope.Recall && d.State != exchange.Withdrawn && d.Recall.State != exchange.RecallAgreed
}

// An incomingPage is the list of what came.
type incomingPage struct {
	listPage
	Rows     []incomingRow
	MayTake  bool // the console takes what waits
	Choose   bool // several can be accepted together
	Software bool // the agency's software gives the statuses
}

type incomingRow struct {
	ID, Address, Came, From, Code, Subject, Type, Date, Due string
	New, Choose                                             bool // waits; and can be chosen with others
	Files                                                   int
	Urgency, Left                                           *label
	Signature, State                                        label
}

func (c *console) incoming(v *visit) error {
	f := readFilter(v, incomingTabs())
	group := groupOf(incomingTabs(), f.Tab)
	got, err := c.search(v, f, exchange.Received, group, pageRows, func(r exchange.Row) bool { return slices.Contains(r.Deliveries[0].Groups(), group) })
	if err != nil {
		return err
	}
	list, err := c.listPage(v, "/van-ban-den", "incoming", incomingTabs(), f, exchange.Received, got)
	if err != nil {
		return err
	}
	page := incomingPage{listPage: list, MayTake: c.mayTake(v), Software: !v.agency.Console, Choose: choosing(v)}
	if n := v.QueryParam("lay"); n != "" {
		page.Done = c.taken(v, n)
	}
	for _, r := range got.rows {
		row := c.incomingRow(v, r)
		row.Choose = page.Choose && row.New
		page.Rows = append(page.Rows, row)
	}
	return c.show(v, "incoming", page)
}

// choosing reports whether the list shows what waits, of which several are chosen.
func choosing(v *visit) bool {
	return v.agency.Console && readFilter(v, incomingTabs()).Tab == incomingTabs()[0].name
}

func (c *console) incomingRow(v *visit, r exchange.Row) incomingRow {
	m, d := r.Message, r.Deliveries[0]
	return incomingRow{
		ID: string(m.ID), Address: "/van-ban-den/" + string(m.ID), Came: clock(came(d)), From: c.nameOf(m.Sender), Code: m.Code, Subject: m.Subject,
		Type: m.TypeName, Date: day(m.Date), New: waits(d), Urgency: v.words.urgency(m.Priority),
		Signature: v.words.signature(string(m.Signature)), State: v.words.state(d),
		Files: m.Attachments, Left: v.words.remaining(d, c.Clock()), Due: day(m.DueDate),
	}
}

// came is when a document reached its addressee, as far as the hub knows.
func came(d exchange.Delivery) time.Time {
	if d.State == exchange.Delivered {
		return d.Ended
	}
	return d.AcceptedAt
}

// mayTake reports whether the clerk takes what waits: where the agency works in the console and pulls.
func (c *console) mayTake(v *visit) bool {
	return v.agency.Console && v.agency.Channel == exchange.Pull
}

func (c *console) take(v *visit) error {
	if !c.mayTake(v) {
		return exchange.Forbidden
	}
	n, err := c.Hub.Take(v.ctx(), v.caller, 0, nil)
	if err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, "/van-ban-den?lay="+itoa(n))
}

// taken says what came of taking. The number stands in the address, where anybody can write one: only a number is shown.
func (c *console) taken(v *visit, n string) string {
	if n == "0" {
		return v.words.text("incoming.taken.none")
	}
	if len(n) > 5 || slices.ContainsFunc([]byte(n), func(b byte) bool { return b < '0' || b > '9' }) {
		return ""
	}
	return v.words.text("incoming.taken", "n", n)
}

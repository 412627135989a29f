package console

import (
	"net/http"
	"strconv"

	"github.com/lienthong/lienthong/exchange"
)

// lifeRows is how many entries one page of a life has: a document with a thousand addressees has a long one.
const lifeRows = 500

// A lifePage is the whole life of a document at both ends, oldest first, without its content and its subject.
type lifePage struct {
	ID, Code, Type, Date, Class, From, At, DocumentID, Digest, Size string
	Signature                                                       label
	Urgency                                                         *label
	Addressees                                                      []lifeAddressee
	Links                                                           []foundDocument
	Rows                                                            []logRow
	Count                                                           string
	Next, First                                                     string
	Broken                                                          string // an entry that cannot be read; none is shown then
	BrokenAt                                                        string // its page
}

type lifeAddressee struct {
	Name, Code, Channel, At, Silent string
	Transport                       label
	Processing                      *label
}

func (c *console) auditLife(v *visit) error {
	life, err := c.Hub.Life(v.ctx(), v.caller, exchange.MessageID(v.Param("id")))
	if err != nil {
		return err
	}
	m := life.Message
	page := lifePage{ID: string(m.ID), Code: m.Code, Type: m.TypeName, Date: day(m.Date), Class: v.words.text("auditlife.class." + string(m.Class)),
		From: c.nameOf(m.Sender), At: instant(m.AcceptedAt), DocumentID: m.DocumentID, Digest: m.Digest.String(),
		Size: v.words.number(int(m.Size)), Signature: v.words.signature(string(m.Signature)), Urgency: v.words.urgency(m.Priority),
		Count: v.words.number(len(life.Records))}
	for _, d := range life.Deliveries {
		page.Addressees = append(page.Addressees, c.lifeAddressee(v, d))
	}
	for _, l := range append(m.About, life.By...) {
		page.Links = append(page.Links, foundDocument{Address: "/kiem-tra/van-ban/" + string(l.Message), ID: string(l.Message),
			Code: v.words.text("auditlife.relation." + string(l.Relation))})
	}
	if b := life.Broken; b != nil {
		page.Broken = v.words.text("auditlife.broken", "n", v.words.number(int(b.Index)))
		page.BrokenAt = "/kiem-tra/nhat-ky/" + strconv.FormatInt(b.Index, 10)
	}
	if err := page.cut(v, c, life.Records); err != nil {
		return err
	}
	title := m.Code
	if title == "" {
		title = page.Class
	}
	return c.render(v, http.StatusOK, "auditlife", v.words.text("auditlife.title")+" "+title, page)
}

// cut takes a page of the records, which begins where the address says. Those that are not what was logged are marked, and
// what proves it is on the page of each.
func (p *lifePage) cut(v *visit, c *console, records []exchange.LogRecord) error {
	from, err := strconv.Atoi(v.QueryParam("tu"))
	if err != nil || from < 0 || from >= len(records) {
		from = 0
	}
	path := "/kiem-tra/van-ban/" + p.ID
	if from > 0 {
		p.First = path
	}
	if to := from + lifeRows; to < len(records) {
		p.Next = path + "?tu=" + strconv.Itoa(to)
		records = records[:to]
	}
	altered, err := c.Hub.Altered(v.ctx(), records[from:])
	for _, r := range records[from:] {
		row := c.logRow(v, exchange.Trace{Index: r.Index, Entry: r.Entry, Side: r.Side, Sound: true})
		if why := altered[r.Index]; why != "" {
			row.Result = &label{Icon: "circle-x", Tone: "red", Text: v.words.text("auditlog.broken")}
			row.Detail = v.words.text("auditlife.altered." + string(why))
		}
		p.Rows = append(p.Rows, row)
	}
	return err
}

func (c *console) lifeAddressee(v *visit, d exchange.Delivery) lifeAddressee {
	a := lifeAddressee{Name: c.nameOf(d.Addressee), Code: string(d.Addressee), Channel: v.words.text("channel." + string(d.Channel)),
		Transport: v.words.transport(d), Processing: v.words.answer(d), At: clock(d.ProcessingAt)}
	if !d.Refused && d.Times.Completed.IsZero() && d.State == exchange.Delivered {
		last := d.ProcessingAt
		if last.IsZero() {
			last = d.Ended
		}
		a.Silent = v.words.text("auditlife.silent", "at", clock(last))
	}
	return a
}

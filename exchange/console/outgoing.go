package console

import (
	"net/http"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

func outgoingTabs() []string {
	return []string{"can-chu-y", "chua-du", "da-du", "hoan-thanh", "tat-ca"}
}

// A progress is how far a document has come with all its addressees.
type progress struct {
	Total, Accepted, Refused, Failed, Arrived, Done int
	Text                                            string
	Parts                                           []part
}

// A part is one colour of the bar, from X on, in addressees.
type part struct {
	Tone     string
	X, Width int
}

// Waiting are those that have said nothing and from whom something is expected.
func (p progress) Waiting() int { return p.Total - p.Accepted - p.Refused - p.Failed }

func (w words) progress(ds []exchange.Delivery) progress {
	p := progress{Total: len(ds)}
	for _, d := range ds {
		switch {
		case d.Refused:
			p.Refused++
		case d.State == exchange.DeadLettered || d.State == exchange.Withdrawn:
			p.Failed++
		case !waits(d):
			p.Accepted++
			if d.Processing == envelope.Completed {
				p.Done++
			}
		case d.State == exchange.Delivered:
			p.Arrived++
		}
	}
	p.Text = w.sentence(p)
	x := 0
	for _, n := range []struct {
		tone string
		n    int
	}{{"green", p.Accepted}, {"red", p.Refused + p.Failed}, {"blue", p.Arrived}, {"grey", p.Waiting() - p.Arrived}} {
		if n.n > 0 {
			p.Parts = append(p.Parts, part{n.tone, x, n.n})
			x += n.n
		}
	}
	return p
}

// sentence is the progress in words: 7/9 accepted · 1 refused · 1 not there yet.
func (w words) sentence(p progress) string {
	texts := []string{w.text("progress.accepted", "n", w.number(p.Accepted), "total", w.number(p.Total))}
	for _, n := range []struct {
		key string
		n   int
	}{{"refused", p.Refused}, {"failed", p.Failed}, {"arrived", p.Arrived}, {"underway", p.Waiting() - p.Arrived}} {
		if n.n > 0 {
			texts = append(texts, w.text("progress."+n.key, "n", w.number(n.n)))
		}
	}
	return strings.Join(texts, " · ")
}

// underOutgoing reports whether a document belongs under the tab of the list.
func underOutgoing(tab string, p progress) bool {
	switch tab {
	case "can-chu-y":
		return p.Refused+p.Failed > 0
	case "chua-du":
		return p.Waiting() > 0
	case "da-du":
		return p.Accepted == p.Total
	case "hoan-thanh":
		return p.Done == p.Total
	}
	return true
}

// An outgoingPage is the list of what was sent.
type outgoingPage struct {
	listPage
	Rows []outgoingRow
}

type outgoingRow struct {
	ID, Address, Sent, Code, Subject, Type, To string
	Urgency                                    *label
	Progress                                   progress
}

func (c *console) outgoing(v *visit) error {
	f := readFilter(v, outgoingTabs())
	if v.QueryParam("tt") == "" {
		f.Tab = "tat-ca"
	}
	got, err := c.search(v, f, exchange.Sent, pageRows, func(r exchange.Row) bool { return underOutgoing(f.Tab, v.words.progress(r.Deliveries)) })
	if err != nil {
		return err
	}
	page := outgoingPage{listPage: c.listPage(v, "/van-ban-di", "outgoing", outgoingTabs(), f, got)}
	for _, r := range got.rows {
		page.Rows = append(page.Rows, c.outgoingRow(v, r))
	}
	return c.show(v, "outgoing", page)
}

func (c *console) outgoingRow(v *visit, r exchange.Row) outgoingRow {
	m := r.Message
	row := outgoingRow{ID: string(m.ID), Address: "/van-ban-di/" + string(m.ID), Sent: clock(m.AcceptedAt), Code: m.Code, Subject: m.Subject, Type: m.TypeName,
		Urgency: v.words.urgency(m.Priority), Progress: v.words.progress(r.Deliveries)}
	if len(m.Addressees) > 0 {
		row.To = c.nameOf(m.Addressees[0].Agency)
	}
	if more := len(m.Addressees) - 1; more > 0 {
		row.To += " +" + v.words.number(more)
	}
	return row
}

// A sentPage is one document that was sent, with each addressee.
type sentPage struct {
	ID, Code, Subject, Type, Date, Sent, Digest string
	Urgency                                     *label
	Signature                                   label
	Progress                                    progress
	Addressees                                  []addresseeRow
	Timeline                                    []event
	Software                                    bool
}

type addresseeRow struct {
	Name, Code, At, Who, Note string
	Channel                   string
	Transport, Processing     label
}

func (c *console) sent(v *visit) error {
	view, err := c.Hub.Document(v.ctx(), v.caller, exchange.MessageID(v.Param("id")))
	if err != nil {
		return err
	}
	m := view.Message
	if m.Class != exchange.ClassDocument || m.Sender != v.caller.Agency && m.Caller != v.caller.Agency {
		return exchange.NotFound
	}
	page := sentPage{ID: string(m.ID), Code: m.Code, Subject: m.Subject, Type: m.TypeName, Date: day(m.Date), Sent: exactly(m.AcceptedAt),
		Digest: m.Digest.String(), Urgency: v.words.urgency(m.Priority), Signature: v.words.signature(string(m.Signature)),
		Progress: v.words.progress(view.Deliveries), Timeline: c.timeline(v, view), Software: true}
	for _, d := range view.Deliveries {
		page.Addressees = append(page.Addressees, c.addresseeRow(v, view, d))
	}
	return c.render(v, http.StatusOK, "sent", m.Code+" "+m.Subject, page)
}

func (c *console) addresseeRow(v *visit, view exchange.View, d exchange.Delivery) addresseeRow {
	row := addresseeRow{Name: c.nameOf(d.Addressee), Code: string(d.Addressee), Channel: v.words.text("channel." + string(d.Channel)),
		Transport: v.words.transport(d), Processing: v.words.processing(d.Processing), At: clock(d.Ended)}
	status, ok := lastStatus(view, d)
	if !ok {
		return row
	}
	row.At = clock(status.Entry.Time)
	if status.Side != nil {
		row.Who, row.Note = status.Side.Fields["staff"], status.Side.Fields["description"]
	}
	return row
}

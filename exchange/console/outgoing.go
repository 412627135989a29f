package console

import (
	"net/http"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A progress is how far a document has come with all its addressees.
type progress struct {
	Total, Accepted, Refused, Failed, Arrived, Done int
	Back                                            int // taken back from
	Text                                            string
	Parts                                           []part
}

// A part is one colour of the bar, from X on, in addressees.
type part struct {
	Tone     string
	X, Width int
}

// Waiting are those that have said nothing and from whom something is expected.
func (p progress) Waiting() int {
	return p.Total - p.Accepted - p.Refused - p.Failed - p.Back
}

func (w words) progress(ds []exchange.Delivery) progress {
	of := exchange.ProgressOf(ds)
	p := progress{Total: of.Total(), Accepted: of.Accepted + of.Completed, Refused: of.Refused, Failed: of.Failed, Arrived: of.Arrived,
		Done: of.Completed, Back: of.Recalled}
	p.Text = w.sentence(p)
	x := 0
	for _, n := range []struct {
		tone string
		n    int
	}{{"green", p.Accepted}, {"red", p.Refused + p.Failed}, {"violet", p.Back}, {"blue", p.Arrived}, {"grey", p.Waiting() - p.Arrived}} {
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
	}{{"refused", p.Refused}, {"failed", p.Failed}, {"back", p.Back}, {"arrived", p.Arrived}, {"underway", p.Waiting() - p.Arrived}} {
		if n.n > 0 {
			texts = append(texts, w.text("progress."+n.key, "n", w.number(n.n)))
		}
	}
	return strings.Join(texts, " · ")
}

// An outgoingPage is the list of what was sent.
type outgoingPage struct {
	listPage
	Rows []outgoingRow
}

type outgoingRow struct {
	ID, Address, Sent, Code, Subject, Type, Date, To, Wait string
	Files                                                  int
	Urgency, Late                                          *label
	Progress                                               progress
}

func (c *console) outgoing(v *visit) error {
	f := readFilter(v, outgoingTabs())
	if v.QueryParam("tt") == "" {
		f.Tab = "tat-ca"
	}
	group := groupOf(outgoingTabs(), f.Tab)
	got, err := c.search(v, f, exchange.Sent, group, pageRows, func(r exchange.Row) bool { return slices.Contains(exchange.ProgressOf(r.Deliveries).Groups(), group) })
	if err != nil {
		return err
	}
	list, err := c.listPage(v, "/van-ban-di", "outgoing", outgoingTabs(), f, exchange.Sent, got)
	if err != nil {
		return err
	}
	page := outgoingPage{listPage: list}
	for _, r := range got.rows {
		page.Rows = append(page.Rows, c.outgoingRow(v, r))
	}
	return c.show(v, "outgoing", page)
}

func (c *console) outgoingRow(v *visit, r exchange.Row) outgoingRow {
	m := r.Message
	row := outgoingRow{ID: string(m.ID), Address: "/van-ban-di/" + string(m.ID), Sent: clock(m.AcceptedAt), Code: m.Code, Subject: m.Subject, Type: m.TypeName,
		Date: day(m.Date), Files: m.Attachments, Urgency: v.words.urgency(m.Priority), Progress: v.words.progress(r.Deliveries)}
	since, late := longest(r.Deliveries, c.Clock())
	if !since.IsZero() {
		row.Wait = v.words.text("row.wait", "time", v.words.span(c.Clock().Sub(since)))
	}
	if late > 0 {
		row.Late = &label{Icon: "clock-exclamation", Tone: "red", Text: v.words.text("row.late", "n", v.words.number(late))}
	}
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
	Bands                                       []band
	Back                                        bool // nobody is left with the document
	MayTakeBack, MayResend                      bool
	Remindable                                  int // how many may be reminded now
	Software                                    bool
	Done                                        string
}

type addresseeRow struct {
	Name, Code, At, Who, Note string
	Channel                   string
	Transport                 label
	Processing, Recall        *label
	Remind, Reminded          string // the delivery, where its addressee may be reminded; when it last was
}

func (c *console) sent(v *visit) error {
	view, err := c.sentBy(v)
	if err != nil {
		return err
	}
	m := view.Message
	page := sentPage{ID: string(m.ID), Code: m.Code, Subject: m.Subject, Type: m.TypeName, Date: day(m.Date), Sent: exactly(m.AcceptedAt),
		Digest: m.Digest.String(), Urgency: v.words.urgency(m.Priority), Signature: v.words.signature(string(m.Signature)),
		Progress: v.words.progress(view.Deliveries), Software: !v.agency.Console}
	if page.Timeline, err = c.timeline(v, view); err != nil {
		return err
	}
	var back *band
	if back, page.Back = v.words.takenBack(view.Deliveries); back != nil {
		page.Bands = append(page.Bands, *back)
	}
	related, err := c.related(v, view, "/van-ban-di/")
	if err != nil {
		return err
	}
	page.Bands = append(page.Bands, related...)
	if how := v.QueryParam("gui"); slices.Contains([]string{"moi", "lai", "nua", "nhac"}, how) {
		page.Done = v.words.text("sent.done." + how)
	}
	last := exchange.Reminded(view.Timeline)
	for _, d := range view.Deliveries {
		row := c.addresseeRow(v, view, d)
		c.remindRow(v, &row, m, d, last[d.ID])
		if row.Remind != "" {
			page.Remindable++
		}
		page.Addressees = append(page.Addressees, row)
		page.MayResend = page.MayResend || exchange.Resendable(d)
		page.MayTakeBack = page.MayTakeBack || mayTakeBack(d) && m.Kind != envelope.Recall
	}
	return c.render(v, http.StatusOK, "sent", m.Code+" "+m.Subject, page)
}

func (c *console) addresseeRow(v *visit, view exchange.View, d exchange.Delivery) addresseeRow {
	row := addresseeRow{Name: c.nameOf(d.Addressee), Code: string(d.Addressee), Channel: v.words.text("channel." + string(d.Channel)),
		Transport: v.words.transport(d), Processing: v.words.answer(d), At: clock(d.Ended), Recall: v.words.recall(d)}
	status, ok := lastStatus(view, d)
	if code := answeredBy(d); code != "" {
		if answer, given := statusOf(view, d, code); given {
			status, ok = answer, true
		}
	}
	if !ok {
		return row
	}
	row.At = clock(status.Entry.Time)
	if status.Side != nil {
		row.Who, row.Note = status.Side.Fields["staff"], status.Side.Fields["description"]
	}
	return row
}

// answeredBy is the status by which the addressee answered what was asked of it; empty while there is none.
func answeredBy(d exchange.Delivery) envelope.StatusCode {
	switch d.Recall.State {
	case exchange.RecallAgreed:
		return envelope.Agreed
	case exchange.RecallDeclined:
		return envelope.Declined
	}
	return d.Consent
}

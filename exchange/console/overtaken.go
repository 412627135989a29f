package console

import (
	"net/http"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Two clerks of one office have the same document open, and decide differently. Every form that says something of a
// document names in this field how it stood when the page was made; the store takes the first, and refuses the other.
const stoodField = "can-cu"

// stood is what an answer rests on: what its form shows, or what has just been read where there was no form.
func stood(v *visit, d exchange.Delivery) string {
	if s := v.written(stoodField); s != "" {
		return s
	}
	return d.Stood()
}

// answering shows the document as it stands by now to whom somebody else was faster than.
func answering(handle func(*console, *visit) error) func(*console, *visit) error {
	return func(c *console, v *visit) error {
		err := handle(c, v)
		if exchange.KindOf(err) != exchange.Conflict {
			return err
		}
		return c.overtaken(v, err)
	}
}

// overtaken is the document's page with who did what and what is left to do. Nothing that was sent was taken; a remark
// stays in its field.
func (c *console) overtaken(v *visit, why error) error {
	r, err := c.own(v)
	if err != nil {
		return err
	}
	b, ok := c.overtaker(v, r)
	if !ok {
		return why
	}
	page, err := c.receivedPage(v, r)
	if err != nil {
		return err
	}
	page.Bands = append([]band{b}, page.Bands...)
	page.kept = v.Request().PostForm
	return c.render(v, http.StatusConflict, "received", page.Code+" "+page.Subject, page)
}

// overtaker tells the newest that was said or asked of a delivery; false while there is nothing.
func (c *console) overtaker(v *visit, r receipt) (band, bool) {
	for i := len(r.view.Timeline) - 1; i >= 0; i-- {
		record := r.view.Timeline[i]
		if key := overtakes(record.Entry, r.delivery); key != "" {
			w := v.words
			return band{label: label{Icon: "alert-triangle", Tone: "amber", Text: w.text("overtaken."+key, "who", c.sayer(record), "at", exactly(record.Entry.Time))},
				Detail: w.text("overtaken.untaken") + " " + w.text("overtaken."+key+".next")}, true
		}
	}
	return band{}, false
}

// overtakes is the key of the words for an entry after which an answer rests on something else; empty for any other.
func overtakes(e translog.Entry, d exchange.Delivery) string {
	code := envelope.StatusCode(e.Code)
	switch {
	case e.Delivery != string(d.ID):
		return ""
	case e.Type == translog.RecallAsked:
		return "asked"
	case e.Type == translog.RecallAnswered, e.Type == translog.StatusGiven && (code == envelope.Agreed || code == envelope.Declined):
		return "answered"
	case e.Type == translog.StatusGiven && code != envelope.Arrived && !code.FromSender() && code.Known():
		return string(code)
	}
	return ""
}

// sayer is who gave a status: the person as the status names them, else whoever the log names.
func (c *console) sayer(r exchange.LogRecord) string {
	if r.Side != nil && r.Side.Fields["staff"] != "" {
		return r.Side.Fields["staff"]
	}
	return c.actor(r.Entry)
}

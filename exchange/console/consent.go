package console

import (
	"net/http"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// What the sender asks of the addressee of a delivery, as key of the words; empty for nothing.
const (
	askedBack   = "recall" // to cancel the document
	askedUpdate = "update" // to take this as the newer state of a document that it has
)

// asked is what the addressee has still to agree to or decline. A question that nobody answered in time can be answered
// as long as nobody asks anew.
func asked(d exchange.Delivery, m exchange.Message) string {
	switch {
	case d.Recall.State == exchange.RecallAsked, d.Recall.State == exchange.RecallLapsed:
		return askedBack
	case updates(m) && d.Consent == "" && d.Recall.State == "":
		return askedUpdate
	}
	return ""
}

// updates reports whether the message is an update of something that its reader has.
func updates(m exchange.Message) bool { return m.Kind == envelope.Update && len(m.About) > 0 }

// A question stands above a document about which the sender asks something: the answer is given there.
type question struct {
	label
	Detail, Agree, Decline string
	ID, Stood              string
	MayAnswer              bool
}

// question is nil where nothing is asked. The reason is in the recall itself: it shows once that has arrived.
func (c *console) question(v *visit, r receipt) (*question, error) {
	what := asked(r.delivery, r.view.Message)
	if what == "" {
		return nil, nil
	}
	w := v.words
	q := &question{label: label{Icon: "rotate", Tone: "violet", Text: w.text("asked." + what)}, ID: string(r.view.Message.ID), Stood: r.delivery.Stood(),
		Agree: w.text("asked." + what + ".agree"), Decline: w.text("asked." + what + ".decline"), MayAnswer: v.agency.Console}
	if what == askedUpdate {
		return q, nil
	}
	q.Detail = w.text("asked.until", "at", clock(r.delivery.Recall.At), "until", clock(r.delivery.Recall.Until))
	if r.delivery.Recall.State == exchange.RecallLapsed {
		q.Detail = w.text("asked.late", "at", clock(r.delivery.Recall.At), "until", clock(r.delivery.Recall.Until))
	}
	by, err := c.Hub.Document(v.ctx(), v.caller, r.delivery.Recall.Message)
	switch {
	case exchange.KindOf(err) == exchange.NotFound: // it waits to be taken
	case err != nil:
		return nil, err
	case by.Message.Report != nil && by.Message.Report.Description != "":
		q.Detail += " " + w.text("asked.reason", "reason", by.Message.Report.Description)
	}
	return q, nil
}

// answerableQuestion is own of a document about which the console answers a question of the sender.
func (c *console) answerableQuestion(v *visit) (receipt, error) {
	r, err := c.own(v)
	if err != nil {
		return r, err
	}
	if err := c.speaks(v); err != nil {
		return r, err
	}
	if asked(r.delivery, r.view.Message) == "" {
		return r, &exchange.Error{Kind: exchange.Conflict, Detail: "nothing is asked about the document now",
			VI: "Hiện không có yêu cầu nào của bên gửi chờ trả lời về văn bản này."}
	}
	return r, nil
}

// A declineForm is the page on which the addressee says why it keeps what the sender wants back.
type declineForm struct {
	ID, Code, Subject, From string
	Stood                   string
	Title, Effect, Send     string
	Text, Error             string
	Least, Most             int
}

func (c *console) declinePage(v *visit) error {
	r, err := c.answerableQuestion(v)
	if err != nil {
		return err
	}
	return c.declineForm(v, r, http.StatusOK, "")
}

func (c *console) declineForm(v *visit, r receipt, status int, wrong string) error {
	m := r.view.Message
	what := "asked." + asked(r.delivery, m)
	return c.render(v, status, "decline", v.words.text(what+".decline"), declineForm{ID: string(m.ID), Code: m.Code, Subject: m.Subject, From: c.nameOf(m.Sender), Stood: stood(v, r.delivery),
		Title: v.words.text(what + ".decline"), Effect: v.words.text(what + ".effect"), Send: v.words.text(what + ".send"),
		Text: v.written("giai-thich"), Error: wrong, Least: leastReason, Most: mostReason})
}

// answer gives status 15 or 16. The first answer stands.
func (c *console) answer(v *visit) error {
	r, err := c.answerableQuestion(v)
	if err != nil {
		return err
	}
	text, n := reasonOf(v.FormValue("giai-thich"))
	switch v.FormValue("tra-loi") {
	case "dong-y":
		return c.report(v, r, envelope.Agreed, c.words["vi"].text("asked."+asked(r.delivery, r.view.Message)+".agreed"))
	case "tu-choi":
		if wrong := v.words.unfit("decline.length", n); wrong != "" {
			return c.declineForm(v, r, http.StatusUnprocessableEntity, wrong)
		}
		return c.report(v, r, envelope.Declined, text)
	}
	return &exchange.Error{Kind: exchange.BadRequest, Detail: "the answer is dong-y or tu-choi", VI: "Câu trả lời là đồng ý hoặc từ chối."}
}

// consented says what came of a question that was answered, with the words of the answer; nil while there is none.
func (c *console) consented(v *visit, r receipt) *band {
	d := r.delivery
	code, at, key := envelope.StatusCode(""), d.Recall.Ended, "consented."
	switch {
	case d.Recall.State == exchange.RecallAgreed:
		code = envelope.Agreed
	case d.Recall.State == exchange.RecallDeclined:
		code = envelope.Declined
	case d.Consent != "":
		code, key = d.Consent, "consented.update."
	default:
		return nil
	}
	b := &band{label: label{Icon: "rotate", Tone: "violet"}}
	if status, ok := statusOf(r.view, d, code); ok {
		at = status.Entry.Time
		if status.Side != nil {
			b.Detail = status.Side.Fields["description"]
		}
	}
	b.Text = v.words.text(key+string(code), "at", exactly(at))
	return b
}

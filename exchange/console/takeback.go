package console

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A takeBackForm is the page on which the sender takes a document back from some or all of its addressees.
type takeBackForm struct {
	ID, Code, Subject string
	Update            bool         // it is an update, which is taken back without the document
	From              []recallable // those that can be asked, or spared
	Others            []recallable // those with whom there is nothing to take back, and why
	Text, Error       string
	Least, Most       int
}

// A recallable is an addressee with what a recall does there.
type recallable struct {
	Agency, Name, Effect string
	Chosen               bool
}

// taking says what a recall would come to at a delivery now.
func taking(d exchange.Delivery) exchange.Ruling {
	_, _, ruling := exchange.TakeBack(d, "", time.Time{}, time.Time{})
	return ruling
}

func mayTakeBack(d exchange.Delivery) bool {
	r := taking(d)
	return r == exchange.Withdraws || r == exchange.Asks
}

// sentBy finds a document that the visitor's agency sent; NotFound for any other.
func (c *console) sentBy(v *visit) (exchange.View, error) {
	view, err := c.Hub.Document(v.ctx(), v.caller, exchange.MessageID(v.Param("id")))
	if err != nil {
		return view, err
	}
	m := view.Message
	if m.Class != exchange.ClassDocument || m.Sender != v.caller.Agency && m.Caller != v.caller.Agency {
		return view, exchange.NotFound
	}
	return view, nil
}

func (c *console) takeBackPage(v *visit) error {
	view, err := c.sentBy(v)
	if err != nil {
		return err
	}
	return c.takeBackForm(v, view, http.StatusOK, "")
}

func (c *console) takeBackForm(v *visit, view exchange.View, status int, wrong string) error {
	m := view.Message
	f := takeBackForm{ID: string(m.ID), Code: m.Code, Subject: m.Subject, Update: updates(m), Text: v.written("ly-do"), Error: wrong, Least: leastReason, Most: mostReason}
	chosen := v.writtenAll("noi-nhan")
	for _, d := range view.Deliveries {
		r := recallable{Agency: string(d.Addressee), Name: c.nameOf(d.Addressee), Effect: v.words.text("takeback.effect." + string(taking(d))),
			Chosen: len(chosen) == 0 && wrong == "" || slices.Contains(chosen, string(d.Addressee))}
		if mayTakeBack(d) && m.Kind != envelope.Recall {
			f.From = append(f.From, r)
			continue
		}
		f.Others = append(f.Others, r)
	}
	return c.render(v, status, "takeback", v.words.text("takeback.title"), f)
}

// takeBack gives status 13 for each of the chosen addressees: who has not seen the document never will, the others are
// asked (DESIGN P7).
func (c *console) takeBack(v *visit) error {
	view, err := c.sentBy(v)
	if err != nil {
		return err
	}
	text, n := reasonOf(v.FormValue("ly-do"))
	var from []exchange.AgencyID
	for _, id := range v.writtenAll("noi-nhan") {
		from = append(from, exchange.AgencyID(id))
	}
	switch {
	case len(from) == 0:
		return c.takeBackForm(v, view, http.StatusUnprocessableEntity, v.words.text("takeback.choose"))
	case v.words.unfit("takeback.length", n) != "":
		return c.takeBackForm(v, view, http.StatusUnprocessableEntity, v.words.unfit("takeback.length", n))
	}
	came, err := c.Hub.Recall(v.ctx(), v.caller, view.Message.ID, exchange.Demand{Reason: text, Staff: c.staff(v), Addressees: from})
	if err != nil {
		return err
	}
	if nothing := !slices.ContainsFunc(came, func(d exchange.Demanded) bool { return d.Err == nil }); nothing {
		return came[0].Err
	}
	return v.Redirect(http.StatusSeeOther, "/van-ban-di/"+string(view.Message.ID))
}

// reasonOf is what was written as it is kept, and how many characters that has: -1 for what is no text, or would be read as
// something else.
func reasonOf(written string) (text string, n int) {
	text = norm.NFC.String(strings.Join(strings.Fields(written), " "))
	if !exchange.Legible(text) {
		return "", -1
	}
	return text, utf8.RuneCountInString(text)
}

// unfit says what is wrong with a reason of n characters; empty for nothing.
func (w words) unfit(key string, n int) string {
	switch {
	case n < 0:
		return w.text("text.illegible")
	case n < leastReason || n > mostReason:
		return w.text(key, "n", n, "least", leastReason, "most", mostReason)
	}
	return ""
}

// staff is the person as the other side reads it in a status.
func (c *console) staff(v *visit) envelope.Staff {
	return envelope.Staff{Department: c.words["vi"].text("staff.department"), Staff: v.person.Name}
}

// recall is how far the newest recall of a delivery is; nil where there was none.
func (w words) recall(d exchange.Delivery) *label {
	if d.Recall.State == "" {
		return nil
	}
	l := label{Icon: "rotate", Tone: "violet", Text: w.text("recall." + string(d.Recall.State))}
	switch d.Recall.State {
	case exchange.RecallAsked:
		l.Icon, l.Hint = "clock", w.text("recall.until", "at", clock(d.Recall.Until))
	case exchange.RecallDeclined:
		l.Icon = "circle-x"
	case exchange.RecallLapsed:
		l.Icon, l.Tone = "clock-exclamation", "amber"
	}
	return &l
}

// takenBack sums up for the sender how far a recall is; nil where there was none. whole: nobody is left with the document.
func (w words) takenBack(ds []exchange.Delivery) (b *band, whole bool) {
	n := map[exchange.RecallState]int{}
	for _, d := range ds {
		n[d.Recall.State]++
	}
	if n[""] == len(ds) {
		return nil, false
	}
	b = &band{label: label{Icon: "rotate", Tone: "violet", Text: w.text("takeback.under-way")}}
	if whole = n[exchange.RecallWithdrawn]+n[exchange.RecallAgreed] == len(ds); whole {
		b.Text = w.text("takeback.complete")
	}
	var parts []string
	for _, s := range []exchange.RecallState{exchange.RecallWithdrawn, exchange.RecallAgreed, exchange.RecallAsked, exchange.RecallDeclined, exchange.RecallLapsed} {
		if n[s] > 0 {
			parts = append(parts, w.text("takeback.count."+string(s), "n", w.number(n[s])))
		}
	}
	b.Detail = strings.Join(parts, " · ")
	return b, whole
}

package console

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// An event is one line of a document's life, as a sentence.
type event struct {
	At, Text, Detail string
	Icon, Tone       string
}

// mostEvents is how many sentences a page has: a document with a thousand addressees has a long life.
const mostEvents = 300

// timeline tells a document's entries of the log in words, oldest first.
// What is not what was logged stands as it is, and is marked: nobody is to go by it.
func (c *console) timeline(v *visit, view exchange.View) (all []event, err error) {
	if m := view.Message; len(view.Timeline) == 0 || view.Timeline[0].Index != m.Entry {
		// The entry of the acceptance lists the other addressees, so it is its sender's alone. That it happened is on the
		// document.
		all = append(all, event{At: exactly(m.AcceptedAt), Icon: "send", Tone: "blue", Text: v.words.text("event.accepted", "from", c.nameOf(m.Sender))})
	}
	records := view.Timeline
	if more := len(records) - mostEvents; more > 0 {
		all = append(all, event{Icon: "dots", Tone: "grey", Text: v.words.text("event.more", "n", v.words.number(more))})
		records = records[more:]
	}
	altered, err := c.Hub.Altered(v.ctx(), records)
	for _, r := range records {
		e := c.event(v, view, r)
		if altered[r.Index] != "" {
			e.Icon, e.Tone, e.Detail = "alert-triangle", "red", v.words.text("event.altered", "n", v.words.number(int(r.Index)))
		}
		all = append(all, e)
	}
	return all, err
}

func (c *console) event(v *visit, view exchange.View, r exchange.LogRecord) event {
	e := r.Entry
	args := []any{"from", c.nameOf(exchange.AgencyID(e.Sender)), "to", c.nameOf(exchange.AgencyID(e.Addressee)), "attempt", e.Attempt,
		"who", c.actor(e), "code", e.Code}
	out := event{At: exactly(e.Time), Icon: "info-circle", Tone: "grey"}
	key := "event." + string(e.Type)
	switch e.Type {
	case translog.Accepted:
		out.Icon, out.Tone = "send", "blue"
	case translog.Attempted, translog.DeadLettered:
		out.Icon, out.Tone, out.Detail = "alert-triangle", "amber", cause(v.words, e.Code)
	case translog.Delivered:
		out.Icon, out.Tone = "download", "blue"
	case translog.Acknowledged, translog.PickedUp:
		out.Icon, out.Tone = "download", "blue"
		if c.nameOf(exchange.AgencyID(e.Addressee)) == c.actor(e) { // its software: one name is enough
			key += ".own"
		}
	case translog.Requeued:
		out.Icon, key = "refresh", sentAgain(e)
	case translog.Withdrawn:
		out.Icon, out.Tone = "arrow-back-up", "violet"
	case translog.StatusGiven:
		return c.statusEvent(v, view, r, out)
	case translog.RecallAsked, translog.RecallAnswered:
		out.Icon, out.Tone = "rotate", "violet"
	case translog.Reminded:
		out.Icon, out.Tone = "bell", "amber"
	case translog.RecallLapsed:
		out.Icon, out.Tone = "clock-exclamation", "amber"
	}
	out.Text = v.words.text(key, args...)
	if strings.HasPrefix(out.Text, missing) { // a newer hub logs what this page has no sentence for
		out.Text = v.words.text("event.other", "type", e.Type)
	}
	return out
}

// statusEvent tells who gave which status. Its words are the sender's and the addressee's alone, who both read this page.
func (c *console) statusEvent(v *visit, view exchange.View, r exchange.LogRecord, out event) event {
	e := r.Entry
	l := v.words.processing(envelope.StatusCode(e.Code))
	out.Icon, out.Tone = l.Icon, l.Tone
	who := c.actor(e)
	if r.Side != nil {
		out.Detail = r.Side.Fields["description"]
		if staff := r.Side.Fields["staff"]; staff != "" {
			who = staff + ", " + c.nameOf(exchange.AgencyID(e.Sender))
		}
	}
	out.Text = v.words.text("event.status", "who", who, "status", l.Text)
	if envelope.StatusCode(e.Code).FromSender() {
		out.Text = v.words.text("event.demanded", "who", who, "to", c.nameOf(addresseeOf(view, e.Delivery)))
	}
	return out
}

// actor is who did something: a person of the console by name, else the agency or the hub.
func (c *console) actor(e translog.Entry) string {
	if name := c.People.NameOf(e.Credential); name != "" && strings.Contains(e.Credential, ".") {
		return name
	}
	if e.Actor == "hub" || strings.HasPrefix(e.Actor, "operator:") {
		return c.Name
	}
	return c.nameOf(exchange.AgencyID(e.Actor))
}

// cause is why an attempt came to nothing, in a few words that stand by themselves.
func cause(w words, code string) string {
	if w.Lang == "vi" {
		text := exchange.ReasonText(code)
		first, size := utf8.DecodeRuneInString(text)
		return string(unicode.ToUpper(first)) + text[size:]
	}
	sentence, _, _ := strings.Cut(w.explain(code), ". ")
	return strings.TrimSuffix(sentence, ".")
}

// lastStatus is the newest entry that set the present status of a delivery.
func lastStatus(view exchange.View, d exchange.Delivery) (exchange.LogRecord, bool) {
	return statusOf(view, d, d.Processing)
}

// statusOf is the newest entry of a status with that code about a delivery.
func statusOf(view exchange.View, d exchange.Delivery, code envelope.StatusCode) (exchange.LogRecord, bool) {
	for i := len(view.Timeline) - 1; i >= 0; i-- {
		e := view.Timeline[i].Entry
		if e.Type == translog.StatusGiven && e.Delivery == string(d.ID) && e.Code == string(code) {
			return view.Timeline[i], true
		}
	}
	return exchange.LogRecord{}, false
}

func addresseeOf(view exchange.View, delivery string) exchange.AgencyID {
	for _, d := range view.Deliveries {
		if string(d.ID) == delivery {
			return d.Addressee
		}
	}
	return ""
}

package console

import (
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/problem"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A logRow is one entry of the log as a line of a table.
type logRow struct {
	Address, Index, At, Text, Detail string
	Who, Agency, From, Key           string // the actor: by name, of which agency, from which address, by which credential
	Document, DocumentID             string // its address here, and its id
	Object                           string // the addressee, or whom it is about
	Result                           *label
}

// mostDetail is how much of a side record a line shows; the page of the entry has all of it.
const mostDetail = 240

func (c *console) logRow(v *visit, t exchange.Trace) logRow {
	row := logRow{Address: "/kiem-tra/nhat-ky/" + strconv.FormatInt(t.Index, 10), Index: "#" + strconv.FormatInt(t.Index, 10)}
	if !t.Sound {
		row.Text = v.words.text("auditlog.unreadable")
		row.Result = &label{Icon: "circle-x", Tone: "red", Text: v.words.text("auditlog.broken")}
		return row
	}
	e := t.Entry
	row.At, row.Key = instant(e.Time), e.Credential
	row.Who, row.Agency = c.who(v, e)
	if t.Side != nil {
		row.From, row.Detail = t.Side.Fields["address"], cutRunes(sideText(v.words, t.Side), mostDetail)
	}
	if e.Message != "" {
		row.Document, row.DocumentID = "/kiem-tra/van-ban/"+e.Message, e.Message
	}
	if e.Addressee != "" {
		row.Object = c.nameOf(exchange.AgencyID(e.Addressee))
	}
	row.Text, row.Result = c.sentence(v, e), v.words.result(e)
	return row
}

// instant is a time to the millisecond.
func instant(t time.Time) string { return written(t, "02/01/2006 15:04:05.000") }

// who is the actor of an entry, and the agency for which they acted.
func (c *console) who(v *visit, e translog.Entry) (name, agency string) {
	actor := e.Actor
	for _, prefix := range []string{"operator:", "auditor:"} {
		if id, ok := strings.CutPrefix(actor, prefix); ok {
			name = id
			if known := c.People.NameOf(id); known != "" {
				name = known
			}
			return name, v.words.text("auditlog." + strings.TrimSuffix(prefix, ":"))
		}
	}
	if actor == "hub" || actor == "" {
		return v.words.text("auditlog.hub"), ""
	}
	if actor == exchange.Stranger {
		return v.words.text("auditlog.stranger"), ""
	}
	agency = c.nameOf(exchange.AgencyID(actor))
	if strings.Contains(e.Credential, ".") {
		if name := c.People.NameOf(e.Credential); name != "" {
			return name, agency
		}
	}
	return v.words.text("auditlog.software"), agency
}

// sentence says what happened.
func (c *console) sentence(v *visit, e translog.Entry) string {
	who, _ := c.who(v, e)
	kind := v.words.logKind(e.Kind)
	args := []any{"from", c.nameOf(exchange.AgencyID(e.Sender)), "to", c.nameOf(exchange.AgencyID(e.Addressee)), "who", who,
		"attempt", e.Attempt, "kind", kind, "range", rangeText(e), "n", v.words.number(int(max(e.Count, 1))), "places", v.words.number(len(e.Addressees)),
		"original", c.nameOf(exchange.AgencyID(e.Original)), "status", v.words.processing(envelope.StatusCode(e.Code)).Text,
		"person", c.personOf(e.Code)}
	text := v.words.text("logged."+string(e.Type), args...)
	if strings.HasPrefix(text, missing) { // a newer hub logs what this page has no sentence for
		text = v.words.text("logged.other", "type", e.Type)
	}
	text = strings.ReplaceAll(text, " .", ".") // where a part was empty
	if e.Count > 0 && (e.Type == translog.Audited || e.Type == translog.RefusedAtDoor) {
		text += " " + v.words.text("auditlog.times", "n", v.words.number(int(e.Count)))
	}
	return text
}

func (c *console) personOf(id string) string {
	if name := c.People.NameOf(id); name != "" {
		return name
	}
	return id
}

// logKind is the kind of an entry in words; as it is where there are none.
func (w words) logKind(kind string) string {
	if text, ok := w.texts["logkind."+kind]; ok {
		return text
	}
	return kind
}

// result is what came of it, where the kind of entry alone does not say it.
func (w words) result(e translog.Entry) *label {
	switch e.Type {
	case translog.Accepted:
		l := w.signature(e.Signature)
		return &l
	case translog.Attempted:
		return &label{Icon: "alert-triangle", Tone: "amber", Text: cause(w, e.Code)}
	case translog.DeadLettered:
		return &label{Icon: "circle-x", Tone: "red", Text: cause(w, e.Code)}
	case translog.RefusedAtDoor:
		return w.refusal(e.Code)
	case translog.StatusGiven:
		l := w.processing(envelope.StatusCode(e.Code))
		return &l
	case translog.Rejudged:
		return &label{Icon: "certificate", Tone: "grey", Text: w.text("revocation." + e.Revocation)}
	case translog.EndpointTried:
		return w.tried(e)
	case translog.Audited:
		return w.auditResult(e.Result)
	}
	return nil
}

// refusal is why a request was refused at the door, by the name that the explained codes have.
func (w words) refusal(code string) *label {
	l := label{Icon: "ban", Tone: "amber", Text: code, Hint: code}
	if p := problem.Of(exchange.Kind(code)); p.Code == code {
		l.Text = p.TitleEN
		if w.Lang == "vi" {
			l.Text = p.Title
		}
	}
	return &l
}

// tried is what came of a call of an agency's endpoint.
func (w words) tried(e translog.Entry) *label {
	if e.Result == "ok" {
		return &label{Icon: "check", Tone: "green", Text: w.text("agency.state.ok")}
	}
	return &label{Icon: "alert-triangle", Tone: "amber", Text: w.text("agency.state.failed"), Hint: e.Code}
}

// rangeText is what part of something an entry is about: of reports, months as people write them.
func rangeText(e translog.Entry) string {
	if !strings.HasPrefix(e.Kind, "report") {
		return e.Range
	}
	first, last, several := strings.Cut(e.Range, "..")
	if !several {
		return monthText(first)
	}
	return monthText(first) + " – " + monthText(last)
}

func monthText(month string) string {
	if year, n, ok := strings.Cut(month, "-"); ok {
		return n + "/" + year
	}
	return month
}

func (w words) auditResult(result string) *label {
	switch {
	case result == "":
		return nil
	case strings.HasPrefix(result, "broken"), result == "differs":
		return &label{Icon: "circle-x", Tone: "red", Text: w.text("auditlog.broken")}
	case result == "begun":
		return &label{Icon: "player-play", Tone: "grey", Text: w.text("auditlog.begun")}
	}
	return &label{Icon: "check", Tone: "green", Text: w.text("auditlog.intact")}
}

func cutRunes(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

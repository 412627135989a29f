package console

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
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
		"attempt", e.Attempt, "kind", kind, "range", e.Range, "n", v.words.number(int(max(e.Count, 1))), "places", v.words.number(len(e.Addressees)),
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
		return &label{Icon: "ban", Tone: "amber", Text: e.Code}
	case translog.StatusGiven:
		l := w.processing(envelope.StatusCode(e.Code))
		return &l
	case translog.Rejudged:
		return &label{Icon: "certificate", Tone: "grey", Text: e.Revocation}
	case translog.Audited:
		return w.auditResult(e.Result)
	}
	return nil
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

// sideText is a side record in a line, without what has a column of its own.
func sideText(w words, s *translog.Side) string {
	var parts []string
	for _, f := range sideFields(w, s) {
		if f.Key != "address" && f.Key != "agent" {
			parts = append(parts, f.Name+": "+f.Text)
		}
	}
	return strings.Join(parts, " · ")
}

// A sideField is one text that lies beside an entry.
type sideField struct{ Key, Name, Text string }

func sideFields(w words, s *translog.Side) (all []sideField) {
	for key, text := range s.Fields {
		name, ok := w.texts["auditside."+key]
		if !ok {
			name = key
		}
		if strings.TrimSpace(text) != "" {
			all = append(all, sideField{key, name, text})
		}
	}
	slices.SortFunc(all, func(a, b sideField) int { return strings.Compare(a.Key, b.Key) })
	return all
}

func cutRunes(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

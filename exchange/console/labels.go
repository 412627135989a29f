package console

import (
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A label is a state as it is shown: an icon and a word, never a colour alone.
type label struct {
	Icon, Text, Tone string
	Hint             string // what the word means; may be empty
}

const stuckAfter = exchange.StuckAfter

// transport is where the hub has a delivery.
func (w words) transport(d exchange.Delivery) label {
	name := transportName(d)
	l := label{Text: w.text("transport."+name, "n", d.Attempt), Hint: w.text("transport." + name + ".hint")}
	l.Icon, l.Tone = look(name)
	if d.State == exchange.DeadLettered || name == "retrying" {
		if d.Reason != "" {
			l.Hint = cause(w, d.Reason)
		}
	}
	return l
}

func transportName(d exchange.Delivery) string {
	switch d.State {
	case exchange.Delivered:
		return "delivered"
	case exchange.Withdrawn:
		return "withdrawn"
	case exchange.DeadLettered:
		if d.Reason == "lifetime" {
			return "expired"
		}
		return "failed"
	}
	switch {
	case d.Attempt >= stuckAfter:
		return "stuck"
	case d.Leased || d.State == exchange.Queued && d.Attempt > 0:
		return "in-transit"
	case d.State == exchange.Held:
		return "held"
	}
	return "queued"
}

func look(name string) (icon, tone string) {
	switch name {
	case "delivered":
		return "check", "blue"
	case "withdrawn":
		return "arrow-back-up", "violet"
	case "expired":
		return "ban", "red"
	case "failed":
		return "circle-x", "red"
	case "stuck":
		return "alert-triangle", "amber"
	case "in-transit":
		return "refresh", "blue"
	case "held":
		return "player-pause", "grey"
	}
	return "clock", "grey"
}

// processing is what the addressee said of a document; the zero label while it said nothing.
func (w words) processing(code envelope.StatusCode) label {
	if code == "" {
		return label{Icon: "dots", Tone: "grey", Text: w.text("processing.none")}
	}
	l := label{Icon: "info-circle", Tone: "grey", Text: code.Title()}
	for _, known := range []struct {
		code       envelope.StatusCode
		icon, tone string
	}{
		{envelope.Arrived, "download", "blue"}, {envelope.Refused, "arrow-back-up", "red"}, {envelope.Accepted, "check", "green"},
		{envelope.Assigned, "arrow-right", "teal"}, {envelope.Processing, "dots", "teal"}, {envelope.Completed, "circle-check", "done"},
		{envelope.TakeBack, "rotate", "violet"}, {envelope.Agreed, "rotate", "violet"}, {envelope.Declined, "circle-x", "violet"},
	} {
		if known.code == code {
			return label{Icon: known.icon, Tone: known.tone, Text: w.text("processing." + string(code))}
		}
	}
	return l
}

// answer is what the addressee said of what was delivered; nil where nothing was said and nobody is asked to: statuses
// and notices are read, not answered, and what was withdrawn is never seen.
func (w words) answer(d exchange.Delivery) *label {
	if d.Processing == "" && (d.Class != exchange.ClassDocument || d.State == exchange.Withdrawn) {
		return nil
	}
	l := w.processing(d.Processing)
	return &l
}

// state is how an addressee stands to a document: what the sender asks of it, or else what it said.
func (w words) state(d exchange.Delivery) label {
	switch {
	case d.State == exchange.Withdrawn:
		return w.transport(d)
	case d.Recall.State == exchange.RecallAgreed:
		return w.processing(envelope.Agreed)
	case d.Recall.State == exchange.RecallAsked || d.Recall.State == exchange.RecallLapsed:
		return w.processing(envelope.TakeBack)
	case d.Kind == envelope.Recall:
		return label{Icon: "rotate", Tone: "violet", Text: w.text("kind.1")}
	case d.Consent != "":
		return label{Icon: "rotate", Tone: "violet", Text: w.text("consent." + string(d.Consent))}
	}
	return w.processing(d.Processing)
}

// urgency is blank for routine documents.
func (w words) urgency(priority int) *label {
	switch {
	case priority <= 0:
		return nil
	case priority == 1:
		return &label{Icon: "alert-triangle", Tone: "amber", Text: w.text("urgency.1")}
	case priority == 2:
		return &label{Icon: "alert-triangle", Tone: "urgent", Text: w.text("urgency.2")}
	}
	return &label{Icon: "alert-triangle", Tone: "express", Text: w.text("urgency.3")}
}

// signature is how a document was signed, by the words of the log.
func (w words) signature(outcome string) label {
	switch outcome {
	case "good":
		return label{Icon: "shield-check", Tone: "green", Text: w.text("signature.good")}
	case "good-weak":
		return label{Icon: "shield-check", Tone: "amber", Text: w.text("signature.weak")}
	}
	return label{Icon: "shield-x", Tone: "amber", Text: w.text("signature.none")}
}

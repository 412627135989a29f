package console

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// soon is when a clock that runs out is pointed out.
const soon = 2 * time.Hour

// remaining is what the addressee has still to do by the law's clocks, the first of it, and how long that may take; nil for
// nothing.
func (w words) remaining(d exchange.Delivery, now time.Time) *label {
	if d.State == exchange.Withdrawn {
		return nil
	}
	d = d.AsOf(now)
	for _, k := range []exchange.Clock{exchange.ClockReceive, exchange.ClockAssign, exchange.ClockComplete} {
		mark := d.Marks.Of(k)
		if !mark.Verdict.Open() {
			continue
		}
		l := &label{Icon: "clock", Tone: "grey", Text: w.text("left.running", "time", w.span(mark.Limit.Sub(now))), Hint: w.text("left."+string(k), "at", clock(mark.Limit))}
		switch {
		case mark.Verdict == exchange.Overdue:
			l.Icon, l.Tone, l.Text = "clock-exclamation", "red", w.text("left.overdue", "time", w.span(now.Sub(mark.Limit)))
		case mark.Limit.Sub(now) <= soon:
			l.Tone = "amber"
		}
		return l
	}
	return nil
}

// span is a length of time as people say it, in one unit.
func (w words) span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return w.text("span.minutes", "n", max(1, int(d/time.Minute)))
	case d < 48*time.Hour:
		return w.text("span.hours", "n", int(d/time.Hour))
	}
	return w.text("span.days", "n", w.number(int(d/(24*time.Hour))))
}

// longest is since when the sender waits for an addressee's word, and how many of those are late by the law; zero for no
// wait.
func longest(ds []exchange.Delivery, now time.Time) (since time.Time, late int) {
	for _, d := range ds {
		if !waits(d) || d.State == exchange.DeadLettered || d.Refused {
			continue
		}
		if since.IsZero() || d.AcceptedAt.Before(since) {
			since = d.AcceptedAt
		}
		if d.AsOf(now).Marks.Receive.Verdict == exchange.Overdue {
			late++
		}
	}
	return since, late
}

package console

import (
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/traffic"
)

// The routes of the API by which a pulling agency's software is seen.
const (
	leaseRoute = "POST /v1/inbox/lease"
	ackRoute   = "POST /v1/inbox/:delivery/ack"
)

// A connectionPage says in one sentence how an agency's connection stands, and what of it is known since when.
type connectionPage struct {
	State   label
	Verdict string
	Facts   []agencyFact
	Since   string
	Day     day24
	Steps   []checkStep
	Golive  bool // the steps are worth showing
}

// A checkStep is one thing that has to have happened before a connection is in use.
type checkStep struct {
	Text, Address string // where it is done; empty where the software does it
	Done          bool
}

func (c *console) agencyConnection(v *visit) error {
	n, err := c.Hub.Connection(v.ctx(), v.caller, v.person.Agency)
	if err != nil {
		return err
	}
	o := c.observed(v)
	page := connectionPage{Since: clock(c.Traffic.Since()), Day: v.words.day24(c.Traffic.Day(v.person.Agency, c.Clock())), Facts: c.connectionFacts(v, n, o)}
	page.State, page.Verdict = c.standing(v, o)
	page.Steps = c.goLive(v, n, o)
	page.Golive = !v.agency.Console || len(v.agency.Keys) > 0
	return c.show(v, "agencyconnection", page)
}

// observed is what was seen of an agency's software since the hub's start.
type observed struct {
	called time.Time // the newest call that was not refused
	lease  time.Time
	ack    time.Time
	rhythm time.Duration // between two asks for deliveries, commonly; zero while too few were seen
	key    bool          // a key of the agency is in force
	dead   *traffic.Call // the newest call, where its key opens nothing any more
}

func (c *console) observed(v *visit) observed {
	id, now := v.person.Agency, c.Clock()
	o := observed{lease: c.Traffic.Last(id, leaseRoute), ack: c.Traffic.Last(id, ackRoute)}
	for _, k := range v.agency.Keys {
		o.key = o.key || k.ActiveAt(now)
		if t := c.Agencies.LastUsed(k.ID); t.After(o.called) {
			o.called = t
		}
	}
	calls := c.Traffic.Calls(id)
	if len(calls) > 0 && calls[0].Refused != "" {
		o.dead = &calls[0]
	}
	o.rhythm = rhythm(calls)
	return o
}

// rhythm is the time that commonly passes between two asks for deliveries: the median of the newest twenty.
func rhythm(newestFirst []traffic.Call) time.Duration {
	var last time.Time
	var gaps []time.Duration
	for _, call := range newestFirst {
		if call.Route != leaseRoute || !call.OK() {
			continue
		}
		if !last.IsZero() {
			gaps = append(gaps, last.Sub(call.At))
		}
		if last = call.At; len(gaps) == 20 {
			break
		}
	}
	if len(gaps) < 3 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// quietFor is how long software may be silent before it is said to be: three times its rhythm, and a quarter of an hour.
func quietFor(rhythm time.Duration) time.Duration { return max(3*rhythm, 15*time.Minute) }

// standing is the one sentence, with its colour.
func (c *console) standing(v *visit, o observed) (label, string) {
	say := func(icon, tone, key string, args ...any) (label, string) {
		return label{Icon: icon, Tone: tone, Text: v.words.text("agency.standing." + key)}, v.words.text("agency.standing."+key+".said", args...)
	}
	switch {
	case v.agency.Channel == exchange.NoChannel:
		return say("info-circle", "grey", "none", "gateway", c.nameOf(v.agency.Gateway))
	case v.agency.Channel == exchange.Push:
		return c.pushStanding(v, say)
	case v.agency.Console && !o.key:
		return say("info-circle", "blue", "console")
	case !o.key:
		return say("alert-triangle", "amber", "nokey")
	case o.dead != nil:
		return say("circle-x", "red", "dead", "key", o.dead.Key, "at", clock(o.dead.At), "why", v.words.text("agency.dead."+o.dead.Refused))
	case o.lease.IsZero():
		return say("alert-triangle", "amber", "unseen", "since", clock(c.Traffic.Since()))
	case c.Clock().Sub(o.lease) > quietFor(o.rhythm):
		return say("alert-triangle", "red", "silent", "at", clock(o.lease))
	}
	return say("circle-check", "green", "works", "at", clock(o.lease))
}

func (c *console) pushStanding(v *visit, say func(icon, tone, key string, args ...any) (label, string)) (label, string) {
	b, known := c.Breaker(v.person.Agency)
	switch {
	case v.agency.Endpoint.URL == "":
		return say("alert-triangle", "amber", "noendpoint")
	case !v.agency.Endpoint.ClosedAt.IsZero():
		return say("circle-x", "red", "closed", "at", clock(v.agency.Endpoint.ClosedAt))
	case b.Parked:
		return say("circle-x", "red", "parked", "outages", v.words.number(b.Outages), "at", clock(b.Opens))
	case !known:
		return say("info-circle", "grey", "unposted", "since", clock(c.Traffic.Since()))
	case b.Outages > 0:
		return say("alert-triangle", "amber", "failing", "outages", v.words.number(b.Outages))
	}
	return say("circle-check", "green", "posts")
}

func (c *console) connectionFacts(v *visit, n exchange.Connection, o observed) []agencyFact {
	w := v.words
	all := []agencyFact{{w.text("agency.fact.channel"), w.text("agency.channel." + string(v.agency.Channel))},
		{w.text("agency.fact.waiting"), w.number(int(n.Counts[exchange.Held] + n.Counts[exchange.Queued]))}}
	if !n.Oldest.IsZero() {
		all = append(all, agencyFact{w.text("agency.fact.oldest"), clock(n.Oldest)})
	}
	if v.agency.Channel == exchange.Pull {
		all = append(all, agencyFact{w.text("agency.fact.called"), orUnseen(w, o.called)}, agencyFact{w.text("agency.fact.lease"), orUnseen(w, o.lease)},
			agencyFact{w.text("agency.fact.ack"), orUnseen(w, o.ack)})
		if o.rhythm > 0 {
			all = append(all, agencyFact{w.text("agency.fact.rhythm"), o.rhythm.Round(time.Second).String()})
		}
	}
	all = append(all, agencyFact{w.text("agency.fact.out"), counted(v, n.Out, n.Partial)}, agencyFact{w.text("agency.fact.stuck"), counted(v, n.Stuck, n.Partial)},
		agencyFact{w.text("agency.fact.dead"), w.number(int(n.Counts[exchange.DeadLettered]))})
	return all
}

// counted is a number that may have been cut off.
func counted(v *visit, n int, more bool) string {
	text := v.words.number(n)
	if more {
		text += "+"
	}
	return text
}

func orUnseen(w words, t time.Time) string {
	if t.IsZero() {
		return w.text("agency.unseen")
	}
	return clock(t)
}

// goLive are the steps until a connection is in use. What cannot be told for certain after a restart follows from what came
// of it: who took a document had called.
func (c *console) goLive(v *visit, n exchange.Connection, o observed) []checkStep {
	posted := v.agency.Channel == exchange.Push
	all := []checkStep{
		{v.words.text("agency.golive.key"), keysPath, o.key},
		{v.words.text("agency.golive.certificate"), keysPath, certified(v.agency, c.Clock())},
	}
	if posted {
		all = append(all, checkStep{v.words.text("agency.golive.endpoint"), endpointPath, v.agency.Endpoint.URL != "" && v.agency.Endpoint.ClosedAt.IsZero()})
	}
	all = append(all, checkStep{v.words.text("agency.golive.called"), sheetPath, !o.called.IsZero() || n.Sent || n.Took && !v.agency.Console && !posted},
		checkStep{v.words.text("agency.golive.sent"), sheetPath, n.Sent},
		checkStep{v.words.text("agency.golive.took"), sheetPath, n.Took},
		checkStep{v.words.text("agency.golive.gave"), sheetPath, n.Gave})
	return all
}

func certified(a exchange.Agency, at time.Time) bool {
	return slices.ContainsFunc(a.Certificates, func(x exchange.Certificate) bool {
		return !at.Before(x.From) && (x.Until.IsZero() || at.Before(x.Until))
	})
}

// A day24 is the strip of a day's calls: a picture, and the same as rows.
type day24 struct {
	Text string
	Bars []dayBar
	Rows []dayRow
}

// A dayBar is one half hour: heights of 20.
type dayBar struct{ X, OKY, OK, FailedY, Failed int }

type dayRow struct{ At, OK, Failed string }

const stripHeight = 20

func (w words) day24(halves []traffic.HalfHour) day24 {
	most, ok, failed := 1, 0, 0
	for _, h := range halves {
		most, ok, failed = max(most, h.OK+h.Failed), ok+h.OK, failed+h.Failed
	}
	d := day24{Text: w.text("agency.day", "ok", w.number(ok), "failed", w.number(failed))}
	for i, h := range halves {
		bar := dayBar{X: i, OK: scaled(h.OK, most), Failed: scaled(h.Failed, most)}
		bar.FailedY = stripHeight - bar.Failed
		bar.OKY = bar.FailedY - bar.OK
		d.Bars = append(d.Bars, bar)
		if h.OK+h.Failed > 0 {
			d.Rows = append(d.Rows, dayRow{written(h.Begin, "15:04"), w.number(h.OK), w.number(h.Failed)})
		}
	}
	return d
}

// scaled is a height; what is not nothing can be seen.
func scaled(n, most int) int {
	if n == 0 {
		return 0
	}
	return max(1, n*(stripHeight-1)/most)
}

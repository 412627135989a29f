package console

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A queuePage is what waits, by agency.
type queuePage struct {
	Rows        []queueRow
	Next, First string
}

type queueRow struct {
	Agency, Code, Address, Channel, Waiting, Oldest, Leased, Failing string
	Stuck                                                            string
	Late                                                             bool // the oldest waits longer than lateAfter
	LastCall                                                         string
	Closed                                                           bool // its endpoint is
}

const (
	queueRows = 100
	// lateAfter is how long something may wait before the queue is pointed out.
	lateAfter = 24 * time.Hour
)

func (c *console) queues(v *visit) error {
	after := exchange.AgencyID(v.QueryParam("sau"))
	list, next, err := c.Hub.Queues(v.ctx(), v.caller, after, queueRows)
	if err != nil {
		return err
	}
	page := queuePage{}
	for _, q := range list {
		page.Rows = append(page.Rows, c.queueRow(v, q))
	}
	if next != "" {
		page.Next = "/van-hanh/hang-doi?sau=" + string(next)
	}
	if after != "" {
		page.First = "/van-hanh/hang-doi"
	}
	return c.show(v, "queues", page)
}

func (c *console) queueRow(v *visit, q exchange.Queue) queueRow {
	a, _ := c.Agencies.Agency(q.Agency)
	age := c.Clock().Sub(q.Oldest)
	row := queueRow{Agency: c.nameOf(q.Agency), Code: string(q.Agency), Address: profileAddress(q.Agency), Channel: v.words.text("channel." + string(a.Channel)),
		Waiting: atLeast(v.words, q.Waiting, q.More), Oldest: v.words.elapsed(age), Late: age > lateAfter, Leased: v.words.number(q.Leased),
		Failing: v.words.number(q.Failing), LastCall: c.lastCall(v.words, a), Closed: !a.Endpoint.ClosedAt.IsZero()}
	if q.Stuck > 0 {
		row.Stuck = v.words.number(q.Stuck)
	}
	return row
}

// lastCall says when an agency's software last called. The hub does not store that: since its start.
func (c *console) lastCall(w words, a exchange.Agency) string {
	if a.Channel != exchange.Pull || a.Console {
		return ""
	}
	last := c.lastUsed(a)
	if last.IsZero() {
		return w.text("agency.neverseen")
	}
	return w.text("agency.seen", "ago", w.elapsed(c.Clock().Sub(last)))
}

func (c *console) lastUsed(a exchange.Agency) (last time.Time) {
	for _, k := range a.Keys {
		if t := c.Agencies.LastUsed(k.ID); t.After(last) {
			last = t
		}
	}
	return last
}

// A deadPage is what was given up, by cause.
type deadPage struct {
	Rows   []deadRow
	Note   string
	Filter trafficFilter
	Path   string
	Total  string
}

type deadRow struct {
	Cause, Code, Count, Agencies, Oldest, Newest, List, Again string
}

func (c *console) deadLetters(v *visit) error {
	f := readTraffic(v)
	f.State = string(exchange.DeadLettered)
	q, err := f.deadLetters()
	if err != nil {
		return err
	}
	groups, more, err := c.Hub.DeadLetterGroups(v.ctx(), v.caller, q)
	if err != nil {
		return err
	}
	page := deadPage{Filter: f, Path: "/van-hanh/thu-chet"}
	if more {
		page.Note = v.words.text("dead.more", "n", v.words.number(exchange.MostDeadLetters))
	}
	total := 0
	for _, g := range groups {
		of := f
		of.Reason = g.Reason
		total += g.Count
		page.Rows = append(page.Rows, deadRow{Cause: v.words.explain(g.Reason), Code: g.Reason, Count: v.words.number(g.Count), Agencies: v.words.number(g.Agencies),
			Oldest: clock(g.Oldest), Newest: clock(g.Newest), List: of.address(trafficPath, ""), Again: of.address(resendPath, "")})
	}
	page.Total = atLeast(v.words, total, more)
	return c.show(v, "deadletters", page)
}

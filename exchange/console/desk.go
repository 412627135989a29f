package console

import (
	"net/http"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// A deskPage is what a clerk sees first: what has to be done, in the order of duty.
type deskPage struct {
	Duties   []duty
	In       []incomingRow
	Out      []outgoingRow
	Software string // what is known of the agency's software; empty where it works in the console
	MayTake  bool
	Nothing  bool // no duty waits
}

// A duty is a number that leads to its list.
type duty struct {
	Address, Count, Text, Detail, Tone string
	Alarm                              []string // what of it presses
	Left                               string   // how long there is today

	role   exchange.Role
	group  exchange.Group
	n      int
	detail func(*console, *visit, *duty) error // what else there is to say; nil: nothing
}

const lastRows = 5

func (c *console) desk(v *visit) error {
	if to := home(v); to != "/" {
		return v.Redirect(http.StatusSeeOther, to)
	}
	page := deskPage{MayTake: c.mayTake(v), Software: c.software(v)}
	var err error
	if page.Duties, err = c.duties(v); err != nil {
		return err
	}
	page.Nothing = !slices.ContainsFunc(page.Duties, func(d duty) bool { return d.n > 0 })
	in, err := c.newest(v, exchange.Received)
	if err != nil {
		return err
	}
	for _, r := range in {
		page.In = append(page.In, c.incomingRow(v, r))
	}
	out, err := c.newest(v, exchange.Sent)
	if err != nil {
		return err
	}
	for _, r := range out {
		page.Out = append(page.Out, c.outgoingRow(v, r))
	}
	return c.show(v, "desk", page)
}

func (c *console) newest(v *visit, role exchange.Role) ([]exchange.Row, error) {
	page, err := c.Hub.Search(v.ctx(), v.caller, exchange.Query{Role: role, Group: exchange.GroupDocuments, Limit: lastRows})
	return page.Rows, err
}

// duties are what waits, in the order of duty. What the other side asks of the agency is one too, and stands there while
// there is one.
func (c *console) duties(v *visit) ([]duty, error) {
	all := []duty{
		{Address: "/van-ban-den?tt=cho", role: exchange.Received, group: exchange.GroupWaiting, Text: "desk.waiting", Tone: "blue", detail: (*console).pressing},
		{Address: "/van-ban-di?tt=chua-du", role: exchange.Sent, group: exchange.GroupOpen, Text: "desk.open", Tone: "amber", detail: (*console).longestOpen},
		{Address: "/van-ban-di?tt=can-chu-y", role: exchange.Sent, group: exchange.GroupAttention, Text: "desk.refused", Tone: "red", detail: (*console).newestRefusal},
		{Address: "/van-ban-di?tt=cho-lay-lai", role: exchange.Sent, group: exchange.GroupAsked, Text: "desk.recalls", Tone: "violet", detail: (*console).silent},
		{Address: "/van-ban-den?tt=hoi", role: exchange.Received, group: exchange.GroupAsked, Text: "desk.asked", Tone: "violet", Detail: v.words.text("desk.asked.detail")},
	}
	for i := range all {
		if err := c.count(v, &all[i]); err != nil {
			return nil, err
		}
	}
	if last := len(all) - 1; all[last].n == 0 {
		all = all[:last]
	}
	return all, nil
}

func (c *console) count(v *visit, d *duty) (err error) {
	d.Text = v.words.text(d.Text)
	if d.n, d.Count, err = c.tally(v, exchange.Query{Role: d.role, Group: d.group}); err != nil {
		return err
	}
	if d.n == 0 {
		d.Tone = "grey"
	}
	if d.detail != nil {
		return d.detail(c, v, d)
	}
	return nil
}

// pressing says of what waits how much of it is urgent or late, and how long offices are still open today.
func (c *console) pressing(v *visit, d *duty) error {
	d.Detail = v.words.text("desk.waiting.detail")
	if d.n == 0 {
		return nil
	}
	d.Left = v.words.untilClosing(c.Hub.Calendar(), c.Clock())
	for _, g := range []struct {
		group exchange.Group
		key   string
	}{{exchange.GroupUrgent, "desk.urgent"}, {exchange.GroupOverdue, "desk.overdue"}} {
		n, text, err := c.tally(v, exchange.Query{Role: exchange.Received, Group: g.group})
		if err != nil {
			return err
		}
		if n > 0 {
			d.Alarm, d.Tone = append(d.Alarm, v.words.text(g.key, "n", text)), "red"
		}
	}
	return nil
}

// longestOpen says since when the oldest document waits for somebody's word, and how many wait longer than the law has it.
func (c *console) longestOpen(v *visit, d *duty) error {
	page, err := c.Hub.Search(v.ctx(), v.caller, exchange.Query{Role: d.role, Group: d.group, OldestFirst: true, Limit: 1})
	if err != nil || len(page.Rows) == 0 {
		return err
	}
	d.Detail = v.words.text("desk.oldest", "at", clock(page.Rows[0].Message.AcceptedAt))
	n, text, err := c.tally(v, exchange.Query{Role: d.role, Group: exchange.GroupOverdue})
	if n > 0 {
		d.Alarm = []string{v.words.text("desk.late", "n", text)}
	}
	return err
}

// newestRefusal says of the newest document that somebody refused who did, and why.
func (c *console) newestRefusal(v *visit, d *duty) error {
	if d.n == 0 {
		return nil
	}
	page, err := c.Hub.Search(v.ctx(), v.caller, exchange.Query{Role: d.role, Group: d.group, Limit: lastRows})
	if err != nil {
		return err
	}
	for _, r := range page.Rows {
		i := slices.IndexFunc(r.Deliveries, func(d exchange.Delivery) bool { return d.Processing == envelope.Refused })
		if i < 0 {
			continue
		}
		view, err := c.Hub.Document(v.ctx(), v.caller, r.Message.ID)
		if status, ok := statusOf(view, r.Deliveries[i], envelope.Refused); ok && status.Side != nil {
			d.Detail = v.words.text("desk.refusal", "code", r.Message.Code, "name", c.nameOf(r.Deliveries[i].Addressee), "reason", status.Side.Fields["description"])
		}
		return err
	}
	return nil
}

// mostSilent is how many recalls are looked at for those that nobody answered in time.
const mostSilent = 200

func (c *console) silent(v *visit, d *duty) error {
	if d.n == 0 {
		return nil
	}
	page, err := c.Hub.Search(v.ctx(), v.caller, exchange.Query{Role: d.role, Group: d.group, OldestFirst: true, Limit: mostSilent})
	if err != nil {
		return err
	}
	n := 0
	for _, r := range page.Rows {
		if slices.ContainsFunc(r.Deliveries, func(d exchange.Delivery) bool { return d.Recall.State == exchange.RecallLapsed }) {
			n++
		}
	}
	if n > 0 {
		d.Alarm = []string{v.words.text("desk.silent", "n", v.words.number(n))}
	}
	return nil
}

// untilClosing is how long offices are open today; empty where they are closed.
func (w words) untilClosing(c calendar.Calendar, now time.Time) string {
	today := calendar.DayOf(now)
	closes := c.Closes.On(today)
	if !c.IsWorkingDay(today) || now.Before(c.Opens.On(today)) || !now.Before(closes) {
		return ""
	}
	left := closes.Sub(now)
	hours, minutes := int(left/time.Hour), int(left%time.Hour/time.Minute)
	if hours == 0 {
		return w.text("desk.closing.minutes", "m", max(1, minutes), "at", c.Closes)
	}
	return w.text("desk.closing", "h", hours, "m", minutes, "at", c.Closes)
}

// software says when the agency's software last spoke to the hub. The hub does not store that: since its start.
func (c *console) software(v *visit) string {
	if v.agency.Console {
		return ""
	}
	var last time.Time
	for _, k := range v.agency.Keys {
		if t := c.Agencies.LastUsed(k.ID); t.After(last) {
			last = t
		}
	}
	if last.IsZero() {
		return v.words.text("desk.software.silent")
	}
	return v.words.text("desk.software", "at", clock(last))
}

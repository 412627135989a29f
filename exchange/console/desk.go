package console

import (
	"net/http"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
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
}

const lastRows = 5

func (c *console) desk(v *visit) error {
	if to := home(v); to != "/" {
		return v.Redirect(http.StatusSeeOther, to)
	}
	page := deskPage{MayTake: c.mayTake(v), Software: c.software(v)}
	in, err := c.search(v, filter{}, exchange.Received, mostLooked, func(exchange.Row) bool { return true })
	if err != nil {
		return err
	}
	out, err := c.search(v, filter{}, exchange.Sent, mostLooked, func(exchange.Row) bool { return true })
	if err != nil {
		return err
	}
	page.Duties = c.duties(v, in, out)
	page.Nothing = !slices.ContainsFunc(page.Duties, func(d duty) bool { return d.Count != "0" })
	for _, r := range in.rows[:min(lastRows, len(in.rows))] {
		page.In = append(page.In, c.incomingRow(v, r))
	}
	for _, r := range out.rows[:min(lastRows, len(out.rows))] {
		page.Out = append(page.Out, c.outgoingRow(v, r))
	}
	return c.show(v, "desk", page)
}

// A tally is what was counted among the newest documents of both lists.
type tally struct {
	waiting, urgent, asked         int // of what came
	open, refused, recalls, silent int // of what was sent
	oldest                         time.Time
}

func (w words) tally(in, out found) (t tally) {
	for _, r := range in.rows {
		d := r.Deliveries[0]
		if waits(d) {
			t.waiting++
			if r.Message.Priority > 0 {
				t.urgent++
			}
		}
		if asked(d, r.Message) == askedBack {
			t.asked++
		}
	}
	for _, r := range out.rows {
		t.sent(r, w.progress(r.Deliveries))
	}
	return t
}

func (t *tally) sent(r exchange.Row, p progress) {
	if p.Waiting() > 0 {
		t.open++
		t.oldest = r.Message.AcceptedAt
	}
	if p.Refused+p.Failed > 0 {
		t.refused++
	}
	if p.Asked+p.Silent > 0 {
		t.recalls++
	}
	if p.Silent > 0 {
		t.silent++
	}
}

// duties counts what waits among the newest documents; "+" says that there may be more among older ones. What the other
// side asks of the agency is a duty too, and stands there while there is one.
func (c *console) duties(v *visit, in, out found) []duty {
	w, t := v.words, v.words.tally(in, out)
	all := []duty{
		{Address: "/van-ban-den?tt=cho", Count: counted(v, t.waiting, in.next != ""), Text: w.text("desk.waiting"), Detail: w.text("desk.waiting.detail"), Tone: "blue"},
		{Address: "/van-ban-di?tt=chua-du", Count: counted(v, t.open, out.next != ""), Text: w.text("desk.open"), Tone: "amber"},
		{Address: "/van-ban-di?tt=can-chu-y", Count: counted(v, t.refused, out.next != ""), Text: w.text("desk.refused"), Tone: "red"},
		{Address: "/van-ban-di?tt=cho-lay-lai", Count: counted(v, t.recalls, out.next != ""), Text: w.text("desk.recalls"), Tone: "violet"},
	}
	for i := range all {
		if all[i].Count == "0" {
			all[i].Tone = "grey"
		}
	}
	if t.urgent > 0 {
		all[0].Detail, all[0].Tone = w.text("desk.urgent", "n", w.number(t.urgent)), "red"
	}
	if t.open > 0 {
		all[1].Detail = w.text("desk.oldest", "at", clock(t.oldest))
	}
	if t.silent > 0 {
		all[3].Detail = w.text("desk.silent", "n", w.number(t.silent))
	}
	if t.asked > 0 {
		all = append(all, duty{Address: "/van-ban-den?tt=hoi", Count: counted(v, t.asked, in.next != ""), Text: w.text("desk.asked"),
			Detail: w.text("desk.asked.detail"), Tone: "violet"})
	}
	return all
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

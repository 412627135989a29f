package console

import (
	"net/http"
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
	page.Nothing = in.next == "" && out.next == "" && page.Duties[0].Count == "0" && page.Duties[1].Count == "0" && page.Duties[2].Count == "0"
	for _, r := range in.rows[:min(lastRows, len(in.rows))] {
		page.In = append(page.In, c.incomingRow(v, r))
	}
	for _, r := range out.rows[:min(lastRows, len(out.rows))] {
		page.Out = append(page.Out, c.outgoingRow(v, r))
	}
	return c.show(v, "desk", page)
}

// duties counts what waits among the newest documents; "+" says that there may be more among older ones.
func (c *console) duties(v *visit, in, out found) []duty {
	var waiting, urgent, open, refused int
	for _, r := range in.rows {
		if waits(r.Deliveries[0]) {
			waiting++
			if r.Message.Priority > 0 {
				urgent++
			}
		}
	}
	var oldest time.Time
	for _, r := range out.rows {
		p := v.words.progress(r.Deliveries)
		if p.Waiting() > 0 {
			open++
			oldest = r.Message.AcceptedAt
		}
		if p.Refused+p.Failed > 0 {
			refused++
		}
	}
	all := []duty{
		{Address: "/van-ban-den?tt=cho", Count: counted(v, waiting, in.next != ""), Text: v.words.text("desk.waiting"), Detail: v.words.text("desk.waiting.detail"), Tone: "blue"},
		{Address: "/van-ban-di?tt=chua-du", Count: counted(v, open, out.next != ""), Text: v.words.text("desk.open"), Tone: "amber"},
		{Address: "/van-ban-di?tt=can-chu-y", Count: counted(v, refused, out.next != ""), Text: v.words.text("desk.refused"), Tone: "red"},
	}
	for i := range all {
		if all[i].Count == "0" {
			all[i].Tone = "grey"
		}
	}
	if urgent > 0 {
		all[0].Detail, all[0].Tone = v.words.text("desk.urgent", "n", v.words.number(urgent)), "red"
	}
	if open > 0 {
		all[1].Detail = v.words.text("desk.oldest", "at", clock(oldest))
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

package console

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	rosterPath = "/van-hanh/don-vi"
	rosterRows = 100
)

// rosterTabs are what of the agencies is listed.
func rosterTabs() []string {
	return []string{"tat-ca", "can-chu-y", "im-lang", "dong", "khoa", "chua-noi", "thu", "cham-dut"}
}

// A rosterPage is the directory: as a tree, or what of it was asked for.
type rosterPage struct {
	Path, Tab, Words, Next, First string
	Tabs                          []menuItem
	Rows                          []rosterRow
	Total                         string
}

type rosterRow struct {
	Address, Name, Code, Level, Channel string
	Indent                              int // how deep in the tree; 0 where a part of it is listed
	Health                              label
	Waiting, LastCall, OnTime, KeyEnd   string
}

func profileAddress(id exchange.AgencyID) string {
	return rosterPath + "/" + url.PathEscape(string(id))
}

func (c *console) roster(v *visit) error {
	p, err := c.picture(v.ctx(), v.caller)
	if err != nil {
		return err
	}
	page := rosterPage{Path: rosterPath, Tab: v.QueryParam("tt"), Words: strings.TrimSpace(v.QueryParam("q"))}
	if !slices.Contains(rosterTabs(), page.Tab) {
		page.Tab = rosterTabs()[0]
	}
	for _, t := range rosterTabs() {
		page.Tabs = append(page.Tabs, menuItem{Address: rosterAddress(t, page.Words, ""), Text: v.words.text("roster.tab." + t), Current: t == page.Tab})
	}
	waits := p.byAgency()
	all := c.listed(page.Tab, page.Words, waits)
	page.Total = v.words.number(len(all))
	after := v.QueryParam("sau")
	begin, _ := slices.BinarySearchFunc(all, after, func(a exchange.Agency, after string) int {
		if after != "" && string(a.ID) == after {
			return -1
		}
		return strings.Compare(string(a.ID), after)
	})
	for _, a := range all[begin:min(begin+rosterRows, len(all))] {
		row, err := c.rosterRow(v, a, waits[a.ID], page.Tab == "tat-ca" && page.Words == "")
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row)
	}
	if begin+rosterRows < len(all) {
		page.Next = rosterAddress(page.Tab, page.Words, string(all[begin+rosterRows-1].ID))
	}
	if after != "" {
		page.First = rosterAddress(page.Tab, page.Words, "")
	}
	return c.show(v, "roster", page)
}

func rosterAddress(tab, words, after string) string {
	q := url.Values{"tt": {tab}}
	if words != "" {
		q.Set("q", words)
	}
	if after != "" {
		q.Set("sau", after)
	}
	return rosterPath + "?" + q.Encode()
}

func (p picture) byAgency() map[exchange.AgencyID]exchange.Queue {
	waits := make(map[exchange.AgencyID]exchange.Queue, len(p.queues))
	for _, q := range p.queues {
		waits[q.Agency] = q
	}
	return waits
}

// listed are the agencies of a tab that match the words, in order of their identifiers: codes begin with those of the
// agency above, so that the order is the tree's.
func (c *console) listed(tab, words string, waits map[exchange.AgencyID]exchange.Queue) []exchange.Agency {
	now, sought := c.Clock(), folded(words)
	all, _ := c.Agencies.List(0)
	all = slices.DeleteFunc(all, func(a exchange.Agency) bool {
		return !c.under(tab, a, waits[a.ID], now) || len(sought) > 0 && !holdsAll(sought, a.Name, string(a.ID), codesOf(a))
	})
	slices.SortFunc(all, func(a, b exchange.Agency) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return all
}

func codesOf(a exchange.Agency) string {
	var b strings.Builder
	for _, code := range a.AllCodes() {
		b.WriteString(string(code) + " ")
	}
	return b.String()
}

func (c *console) under(tab string, a exchange.Agency, q exchange.Queue, now time.Time) bool {
	switch tab {
	case "can-chu-y":
		return len(c.ails(c.words["vi"], a, q, now)) > 0
	case "im-lang":
		return c.keepsQuiet(a, now)
	case "dong":
		return a.LivesAt(now) && !a.Endpoint.ClosedAt.IsZero()
	case "khoa":
		end, ok := keyEnd(a, now)
		return ok && end.Sub(now) < endsSoon
	case "chua-noi":
		return unconnected(a, now)
	case "thu":
		return a.Sandbox
	case "cham-dut":
		return !a.LivesAt(now)
	}
	return true
}

// unconnected reports whether nothing leads to a living agency: nobody works for it in the console, it has no key in
// force, and no endpoint.
func unconnected(a exchange.Agency, now time.Time) bool {
	active := slices.ContainsFunc(a.Keys, func(k exchange.Key) bool { return k.ActiveAt(now) })
	return a.LivesAt(now) && !a.Console && !active && a.Endpoint.URL == ""
}

func (c *console) rosterRow(v *visit, a exchange.Agency, q exchange.Queue, tree bool) (rosterRow, error) {
	w, now := v.words, c.Clock()
	row := rosterRow{Address: profileAddress(a.ID), Name: a.Name, Code: string(a.ID), Level: w.text("level." + string(a.Level)),
		Channel: w.text("channel." + string(a.Channel)), Health: c.fitness(w, a, q, now), Waiting: atLeast(w, q.Waiting, q.More), LastCall: c.lastCall(w, a)}
	if tree {
		row.Indent = c.depth(a)
	}
	if end, ok := keyEnd(a, now); ok {
		row.KeyEnd = written(end, "02/01/2006")
	}
	var err error
	row.OnTime, err = c.onTime(v.ctx(), v, a.ID)
	return row, err
}

const mostDepth = 5 // that is shown

func (c *console) depth(a exchange.Agency) (n int) {
	for n < mostDepth && a.Parent != "" {
		above, ok := c.Agencies.Agency(a.Parent)
		if !ok {
			return n
		}
		a = above
		n++
	}
	return n
}

// fitness is how an agency's connection is, in one word.
func (c *console) fitness(w words, a exchange.Agency, q exchange.Queue, now time.Time) label {
	why := c.ails(w, a, q, now)
	switch {
	case !a.LivesAt(now):
		return label{Icon: "ban", Tone: "grey", Text: w.text("fitness.ended")}
	case a.Sandbox:
		return label{Icon: "settings", Tone: "violet", Text: w.text("fitness.sandbox")}
	case unconnected(a, now):
		return label{Icon: "plug-connected", Tone: "grey", Text: w.text("fitness.none")}
	case c.keepsQuiet(a, now) || !a.Endpoint.ClosedAt.IsZero():
		return label{Icon: "circle-x", Tone: "red", Text: w.text("fitness.lost"), Hint: why[0].Text}
	case len(why) > 0:
		return label{Icon: "alert-triangle", Tone: "amber", Text: w.text("fitness.poor"), Hint: why[0].Text}
	}
	return label{Icon: "circle-check", Tone: "green", Text: w.text("fitness.good")}
}

// onTime is how much of what came to an agency this month and the last was accepted or refused in time.
func (c *console) onTime(ctx context.Context, v *visit, id exchange.AgencyID) (string, error) {
	month := exchange.MonthOf(c.Clock())
	sum := exchange.Punctuality{}
	for _, m := range []exchange.Month{month - 1, month} {
		p, err := c.Hub.Punctuality(ctx, v.caller, exchange.PunctualityQuery{Agencies: []exchange.AgencyID{id}, Role: exchange.Received, Month: m})
		if err != nil {
			return "", err
		}
		sum.Add(p)
	}
	of := sum[exchange.ClockReceive]
	good, bad := of[exchange.OnTime], of[exchange.Late]+of[exchange.Overdue]
	if good+bad == 0 {
		return "–", nil
	}
	return v.words.text("percent", "n", v.words.print.Sprintf("%.0f", 100*float64(good)/float64(good+bad))), nil
}

package api

import (
	"net/http"
	"strings"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

func (a *api) calendar(c *call) error {
	return answer(c, http.StatusOK, wireCalendar(a.Hub.Calendar()))
}

func wireCalendar(k calendar.Calendar) client.Calendar {
	k.Yearly, k.Off, k.MakeUp = list(k.Yearly), list(k.Off), list(k.MakeUp)
	return client.Calendar{Calendar: k, Text: k.String()}
}

func (a *api) setCalendar(c *call) error {
	var in client.CalendarRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	k, err := calendar.Parse(strings.NewReader(in.Text))
	if err != nil {
		return &exchange.Error{Kind: exchange.BadRequest, Path: "/text", Detail: err.Error(), VI: "Lịch làm việc không hợp lệ (" + err.Error() + ").", Err: err}
	}
	k.Version = in.Version
	if k, err = a.Hub.SetCalendar(c.ctx(), c.who, k); err != nil {
		return err
	}
	return answer(c, http.StatusOK, wireCalendar(k))
}

func (a *api) report(c *call) error {
	q, err := a.punctuality(c)
	if err != nil {
		return err
	}
	p, err := a.Hub.Punctuality(c.ctx(), c.who, q)
	if err != nil {
		return err
	}
	out := client.Punctuality{Month: q.Month.String(), Role: string(q.Role), Agencies: texts(q.Agencies), Calendar: a.Hub.Calendar().Version}
	if c.who.Operator == "" {
		out.Agencies = []string{string(c.who.Agency)}
	}
	for _, k := range exchange.Clocks() {
		n := p[k]
		s := client.Score{Clock: string(k), OnTime: n[exchange.OnTime], Late: n[exchange.Late], Running: n[exchange.Running], Overdue: n[exchange.Overdue]}
		s.RuleVI, s.RuleEN = k.Words(a.Hub.Calendar())
		out.Clocks = append(out.Clocks, s)
	}
	return answer(c, http.StatusOK, out)
}

func (a *api) punctuality(c *call) (q exchange.PunctualityQuery, err error) {
	q.Month = exchange.MonthOf(a.now())
	if text := c.QueryParam("month"); text != "" {
		if q.Month, err = exchange.ParseMonth(text); err != nil {
			return q, badParameter("month", "is a month like 2026-03", "là tháng dạng 2026-03")
		}
	}
	q.Role = exchange.Role(c.QueryParam("role"))
	tree, err := flag(c, "tree")
	if err != nil {
		return q, err
	}
	id := exchange.AgencyID(c.QueryParam("agency"))
	switch {
	case id == "" && (tree || q.Role != "") && c.who.Operator != "":
		return q, badParameter("agency", "is missing: role and tree are of an agency", "còn thiếu: role và tree là của một đơn vị")
	case id == "":
		return q, nil
	}
	if _, ok := a.Directory.Agency(id); !ok {
		return q, exchange.Errorf(exchange.NotFound, "no agency %s", id)
	}
	q.Agencies = []exchange.AgencyID{id}
	if tree {
		q.Agencies = append(q.Agencies, a.below(id)...)
	}
	return q, nil
}

// below lists the agencies under one in the tree.
func (a *api) below(id exchange.AgencyID) (ids []exchange.AgencyID) {
	all, _ := a.Directory.List(0)
	children := make(map[exchange.AgencyID][]exchange.AgencyID)
	for _, g := range all {
		children[g.Parent] = append(children[g.Parent], g.ID)
	}
	for next := children[id]; len(next) > 0; {
		ids = append(ids, next[0])
		next = append(next[1:], children[next[0]]...)
	}
	return ids
}

const defaultDuties = 50

// raised stands in the place of a clock for what people are to be told of.
const raised = "raised"

func (a *api) duties(c *call) error {
	limit, err := number(c, "limit", defaultDuties, 1, maxPage)
	if err != nil {
		return err
	}
	k := exchange.Clock(c.QueryParam("clock"))
	switch k {
	case "":
		k = exchange.ClockReceive
	case exchange.ClockReceive, exchange.ClockAssign, exchange.ClockComplete:
	case raised:
		rows, err := a.Hub.Raised(c.ctx(), c.who, int(limit))
		if err != nil {
			return err
		}
		return answer(c, http.StatusOK, map[string]any{"duties": wirePage(exchange.Page{Rows: rows}).Documents})
	default:
		return badParameter("clock", "is receive, assign, complete or raised", "là receive, assign, complete hoặc raised")
	}
	rows, err := a.Hub.Duties(c.ctx(), c.who, k, int(limit))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, map[string]any{"duties": wirePage(exchange.Page{Rows: rows}).Documents})
}

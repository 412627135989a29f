package console

import (
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// A column of a report is a figure: how many deliveries of a role have one of the verdicts by a clock. Without verdicts
// it is all that the clock says something of.
type column struct {
	Key      string // begins the keys of its texts
	Role     exchange.Role
	Clock    exchange.Clock
	Verdicts []exchange.Verdict
}

// of is the figure in a roll-up.
func (k column) of(p exchange.Punctuality) (n int64) {
	for v, m := range p[k.Clock] {
		if len(k.Verdicts) == 0 || slices.Contains(k.Verdicts, v) {
			n += m
		}
	}
	return n
}

// trafficColumns are those of report R1. Every document that is counted has the first clock, so that one counts them.
func trafficColumns() []column {
	return []column{
		{"sent", exchange.Sent, exchange.ClockSend, nil},
		{"received", exchange.Received, exchange.ClockSend, nil},
		{"answered", exchange.Received, exchange.ClockReceive, []exchange.Verdict{exchange.OnTime, exchange.Late}},
		{"unanswered", exchange.Received, exchange.ClockReceive, []exchange.Verdict{exchange.Running, exchange.Overdue}},
	}
}

// punctualColumns are those of report R2, by one clock.
func punctualColumns(k exchange.Clock) []column {
	role := roleOf(k)
	all := []column{{"total", role, k, nil}}
	for _, v := range []exchange.Verdict{exchange.OnTime, exchange.Late, exchange.Overdue, exchange.Running} {
		all = append(all, column{string(v), role, k, []exchange.Verdict{v}})
	}
	return all
}

// roleOf is whose doing a clock measures: the first is the sender's, the others the addressee's.
func roleOf(k exchange.Clock) exchange.Role {
	if k == exchange.ClockSend {
		return exchange.Sent
	}
	return exchange.Received
}

// A line of a report is the figures of some agencies together.
type line struct {
	Agency   exchange.Agency
	Own      bool                // of the agency alone, without those below it
	Below    bool                // it has agencies below
	agencies []exchange.AgencyID // that are counted
	figures  []int64             // in the order of the columns
}

// mostFigures bounds the roll-ups that one report looks up: agencies, times months, times roles.
const mostFigures = 60_000

// lines are the lines of a report with their figures: for those who see the whole hub each branch below root (all
// branches for ""), for others their own agency alone.
func (c *console) lines(v *visit, root exchange.AgencyID, p period, columns []column) ([]line, error) {
	lines := c.branches(v, root)
	looked := 0
	for _, l := range lines {
		looked += 2 * len(l.agencies) * len(p.Months())
	}
	if looked > mostFigures {
		return nil, &exchange.Error{Kind: exchange.BadRequest, Detail: "this is too much for one report; choose a branch or a shorter period",
			VI: "Báo cáo quá lớn; hãy chọn một nhánh hoặc kỳ ngắn hơn."}
	}
	for i := range lines {
		if err := c.fill(v, &lines[i], p, columns); err != nil {
			return nil, err
		}
	}
	return lines, nil
}

func (c *console) branches(v *visit, root exchange.AgencyID) (lines []line) {
	if !v.caller.HubWide() {
		return []line{{Agency: v.agency, Own: true, agencies: []exchange.AgencyID{v.agency.ID}}}
	}
	if a, ok := c.Agencies.Agency(root); ok {
		lines = append(lines, line{Agency: a, Own: true, agencies: []exchange.AgencyID{a.ID}})
	}
	for _, a := range c.Agencies.Children(root) {
		l := line{Agency: a, agencies: c.branch(a.ID)}
		l.Below = len(l.agencies) > 1
		lines = append(lines, l)
	}
	return lines
}

// branch is an agency with all below it.
func (c *console) branch(id exchange.AgencyID) []exchange.AgencyID {
	all := []exchange.AgencyID{id}
	for i := 0; i < len(all) && len(all) <= mostFigures; i++ {
		for _, a := range c.Agencies.Children(all[i]) {
			all = append(all, a.ID)
		}
	}
	return all
}

func (c *console) fill(v *visit, l *line, p period, columns []column) error {
	sums := make(map[exchange.Role]exchange.Punctuality)
	for _, k := range columns {
		if sums[k.Role] != nil {
			continue
		}
		each, err := c.Hub.Figures(v.ctx(), v.caller, exchange.FiguresQuery{Agencies: l.agencies, Role: k.Role, Period: p.Period})
		if err != nil {
			return err
		}
		sums[k.Role] = exchange.Punctuality{}
		for _, one := range each {
			sums[k.Role].Add(one)
		}
	}
	for _, k := range columns {
		l.figures = append(l.figures, k.of(sums[k.Role]))
	}
	return nil
}

// total is the sum of all lines.
func total(lines []line, columns []column) []int64 {
	sum := make([]int64, len(columns))
	for _, l := range lines {
		for i, n := range l.figures {
			sum[i] += n
		}
	}
	return sum
}

// share is how many of those that are decided were in time: on time / (on time + late + overdue), by the columns of
// punctualColumns. False where none is decided.
func share(figures []int64) (float64, bool) {
	decided := figures[1] + figures[2] + figures[3]
	if decided == 0 {
		return 0, false
	}
	return float64(figures[1]) / float64(decided), true
}

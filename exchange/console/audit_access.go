package console

import (
	"strconv"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// An accessPage says who came in and what they read and took away: a line for each, or for one of them every time.
type accessPage struct {
	logPage
	Tally []accessRow
	Since string // how far back the tally goes
}

type accessRow struct {
	Address, Who, Agency                     string
	SignIns, Locked, Read, Audited, Exported string
	First, Last                              string
}

func (c *console) auditAccess(v *visit) error {
	f, err := readLogFilter(v)
	if err != nil {
		return err
	}
	const path = "/kiem-tra/truy-cap"
	if f.Who != "" {
		page, err := c.logPage(v, f, path, exchange.ViewAccess)
		return c.shown(v, "auditaccess", accessPage{logPage: page}, err)
	}
	q, err := c.logQuery(f, exchange.ViewAccess)
	if err != nil {
		return err
	}
	tally, err := c.Hub.TallyAccess(v.ctx(), v.caller, q)
	if err != nil {
		return err
	}
	page := accessPage{logPage: logPage{Path: path, Filter: f}}
	page.Since = v.words.text("auditaccess.all")
	if tally.Partly {
		page.Since = v.words.text("auditaccess.since", "n", v.words.number(tally.Looked), "at", clock(tally.Since))
	}
	for _, a := range tally.Rows {
		page.Tally = append(page.Tally, c.accessRow(v, f, path, a))
	}
	if len(page.Tally) == 0 {
		page.Empty = v.words.text("auditlog.empty")
	}
	return c.show(v, "auditaccess", page)
}

func (c *console) accessRow(v *visit, f logFilter, path string, a exchange.Access) accessRow {
	f.Who = a.Who
	number := func(n int64) string {
		if n == 0 {
			return "–"
		}
		return strconv.FormatInt(n, 10)
	}
	row := accessRow{Address: f.address(path, 0), SignIns: number(a.SignIns), Locked: number(a.Locked), Read: number(a.Read),
		Audited: number(a.Audited), Exported: number(a.Exported), First: clock(a.First), Last: clock(a.Last)}
	row.Who, row.Agency = c.who(v, translog.Entry{Actor: a.Actor, Credential: a.Credential})
	return row
}

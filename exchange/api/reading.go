package api

import (
	"math"
	"net/http"
	"strconv"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

const (
	defaultEvents = 100
	maxEvents     = 200 // an entry may have a megabyte
)

func (a *api) events(c *call) error {
	after, err := number(c, "after", -1, -1, math.MaxInt64-1)
	if err != nil {
		return err
	}
	limit, err := number(c, "limit", defaultEvents, 1, maxEvents)
	if err != nil {
		return err
	}
	records, err := a.Hub.EventsOf(c.ctx(), c.who, exchange.AgencyID(c.QueryParam("agency")), after, int(limit))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, map[string]any{"events": wireEvents(records, c.who)})
}

// agencies lists the directory, or what changed in it; who has the newest version already gets 304.
func (a *api) agencies(c *call) error {
	since, err := number(c, "since", 0, 0, math.MaxInt64)
	if err != nil {
		return err
	}
	changed, version := a.Directory.List(uint64(since))
	tag := `"` + strconv.FormatUint(version, 10) + `"`
	c.Response().Header().Set("ETag", tag)
	if c.Request().Header.Get("If-None-Match") == tag {
		return c.NoContent(http.StatusNotModified)
	}
	out := client.AgencyList{Version: version, Agencies: make([]client.Agency, 0, len(changed))}
	for _, g := range changed {
		out.Agencies = append(out.Agencies, a.coded(wireAgency(g), g))
	}
	return answer(c, http.StatusOK, out)
}

// coded adds the code that the agency writes under now, where that is not its identifier.
func (a *api) coded(out client.Agency, g exchange.Agency) client.Agency {
	if code := g.CodeAt(a.now()); code != g.ID {
		out.Code = string(code)
	}
	return out
}

func wireAgency(g exchange.Agency) client.Agency {
	return client.Agency{ID: string(g.ID), Name: g.Name, Parent: string(g.Parent), Level: string(g.Level),
		Aliases: texts(g.Aliases), Sandbox: g.Sandbox, ClosedAt: g.ClosedAt, Version: g.Version,
		CodeUntil: g.CodeUntil, Codes: wireCodes(g.Codes), Gateway: string(g.Gateway), Successors: wireSuccessors(g.Successors)}
}

func (a *api) limits(c *call) error {
	l, rules := a.Hub.Limits, a.Hub.Rules
	def := envelope.DefaultRules()
	out := client.Limits{
		Body: l.Body, Addressees: or(rules.MaxAddressees, def.MaxAddressees), Attachments: or(rules.MaxAttachments, def.MaxAttachments),
		LeaseMax: l.LeaseMax, LeaseTime: int64(l.LeaseTime.Seconds()), LeaseLimit: int64(l.LeaseLimit.Seconds()),
		Wait: int64(l.Wait.Seconds()), NackDelay: int64(l.NackDelay.Seconds()), Answer: int64(l.Answer.AtLeast().Seconds()), AnswerDays: l.Answer.WorkingDays,
	}
	for i := range l.Lifetime {
		out.Lifetime[i], out.LifetimeDays[i] = int64(l.Lifetime[i].AtLeast().Seconds()), l.Lifetime[i].WorkingDays
		out.DelayNotice[i], out.DelayNoticeDays[i] = int64(l.DelayNotice[i].AtLeast().Seconds()), l.DelayNotice[i].WorkingDays
	}
	return answer(c, http.StatusOK, out)
}

func or(n, def int) int {
	if n <= 0 {
		return def
	}
	return n
}

// counts are of the caller in a role, or of the whole hub for an operator.
func (a *api) counts(c *call) error {
	role := exchange.Role(c.QueryParam("role"))
	switch {
	case role != "" && role != exchange.Sent && role != exchange.Received:
		return badParameter("role", "is sent or received", "là sent hoặc received")
	case role == "" && c.who.Operator == "":
		role = exchange.Received
	}
	n, err := a.Hub.Counts(c.ctx(), c.who, role)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, client.Counts{Role: string(role), Counts: wireCounts(n)})
}

func (a *api) checkpoint(c *call) error {
	text, err := a.Hub.Checkpoint(c.ctx())
	if err != nil {
		return err
	}
	return blob(c, http.StatusOK, "text/plain; charset=utf-8", text)
}

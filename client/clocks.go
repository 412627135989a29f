package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/lienthong/lienthong/exchange/calendar"
)

// A Calendar is the hub's working calendar. Text is its text form (calendar.Parse), which is what is changed.
type Calendar struct {
	calendar.Calendar
	Text string `json:"text"`
}

// A CalendarRequest replaces the working calendar of that version.
type CalendarRequest struct {
	Version uint64 `json:"version"`
	Text    string `json:"text"`
}

// Calendar returns the working calendar by which the hub counts.
func (c *Client) Calendar(ctx context.Context) (k Calendar, err error) {
	return k, c.call(ctx, get("/v1/calendar", nil), &k)
}

// Calendar is [Client.Calendar].
func (a *Admin) Calendar(ctx context.Context) (Calendar, error) { return a.client.Calendar(ctx) }

// SetCalendar replaces the working calendar, if it is still at the request's version.
func (a *Admin) SetCalendar(ctx context.Context, r CalendarRequest) (k Calendar, err error) {
	return k, a.client.call(ctx, put("/v1/admin/calendar", r), &k)
}

// Punctuality is how punctual an agency was with the documents that the hub accepted in a month.
type Punctuality struct {
	Month    string   `json:"month"`          // 2026-03, of Việt Nam
	Role     string   `json:"role,omitempty"` // sent or received; empty: the whole hub
	Agencies []string `json:"agencies"`       // that were summed; empty: the whole hub
	Calendar uint64   `json:"calendar"`       // version in force; each delivery has that by which it was judged
	Clocks   []Score  `json:"clocks"`
}

// A Score is how many deliveries a clock found in time. Rule says how it is reckoned.
type Score struct {
	Clock   string `json:"clock"` // send, arrive, receive, assign or complete
	OnTime  int64  `json:"on_time"`
	Late    int64  `json:"late"`
	Running int64  `json:"running"` // not done, and there is time
	Overdue int64  `json:"overdue"` // not done, and late already; within a minute
	RuleVI  string `json:"rule_vi"`
	RuleEN  string `json:"rule_en"`
}

// Punctuality returns the figures of the caller's agency for a month such as 2026-03, empty for the present one, in the
// role sent or received.
func (c *Client) Punctuality(ctx context.Context, month, role string) (r Punctuality, err error) {
	return r, c.call(ctx, get("/v1/report", reportQuery(month, role)), &r)
}

func reportQuery(month, role string) url.Values {
	q := url.Values{}
	if month != "" {
		q.Set("month", month)
	}
	if role != "" {
		q.Set("role", role)
	}
	return q
}

// Punctuality returns the figures of an agency, with tree of all below it as well; of the whole hub where agency is
// empty, and then there is no role.
func (a *Admin) Punctuality(ctx context.Context, month, role, agency string, tree bool) (r Punctuality, err error) {
	q := reportQuery(month, "")
	if agency != "" {
		q = reportQuery(month, role)
		q.Set("agency", agency)
	}
	if tree {
		q.Set("tree", "1")
	}
	return r, a.client.call(ctx, get("/v1/report", q), &r)
}

// Duties lists what the caller's agency has still to do by a clock (receive, assign or complete), the most pressing
// first; limit 0 means the hub's default. The clock "raised" stands for what people are to be told of: recalls that it has
// not answered in time, and documents that were handed out 20 times without arriving.
func (c *Client) Duties(ctx context.Context, clock string, limit int) ([]Document, error) {
	var out struct {
		Duties []Document `json:"duties"`
	}
	q := url.Values{"clock": {clock}}
	if limit != 0 {
		q.Set("limit", strconv.Itoa(limit))
	}
	err := c.call(ctx, request{method: http.MethodGet, path: "/v1/inbox/duties", query: q}, &out)
	return out.Duties, err
}

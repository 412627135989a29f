package api_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// Monday, 2 March 2026, 9:00 in Việt Nam; the test's clock is moved by the hour.
type office struct {
	*hubtest.Hub
	*testing.T
	at time.Time
}

func newOffice(t *testing.T) *office {
	o := &office{T: t, at: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)}
	o.Hub = checked(t, hubtest.Config{Clock: func() time.Time { return o.at }}, agencies()...)
	return o
}

// accepted takes what waits for the agency and accepts it (03).
func (o *office) accepted(id exchange.AgencyID) {
	o.Helper()
	c := o.Party(id).Client
	for _, h := range o.Party(id).Lease(100) {
		if _, err := c.Ack(o.Context(), h.Delivery.ID, h.Token); err != nil {
			o.Fatal(err)
		}
		if _, err := c.Status(o.Context(), h.Delivery.ID, client.StatusRequest{Code: "03", Description: "Đã vào sổ"}); err != nil {
			o.Fatal(err)
		}
	}
}

func TestCalendarIsReadByAllAndSetByOperators(t *testing.T) {
	o := newOffice(t)
	for name, read := range map[string]func() (client.Calendar, error){
		"an agency": func() (client.Calendar, error) { return o.Party(communeA).Client.Calendar(t.Context()) },
		"operator":  func() (client.Calendar, error) { return o.Admin.Calendar(t.Context()) },
	} {
		c, err := read()
		if err != nil || c.Version != 0 || c.Text != calendar.Default().String() || c.Check() != nil || !c.IsWorkingDay(calendar.DayOf(o.at)) {
			t.Errorf("%s reads %+v, %v", name, c, err)
		}
	}
	text := strings.Replace(calendar.Default().String(), "urgent 1", "off 2026-03-03 Nghỉ tránh bão\nwork 2026-03-07\nurgent 1", 1)
	c, err := o.Admin.SetCalendar(t.Context(), client.CalendarRequest{Version: 0, Text: text})
	if err != nil || c.Version != 1 || c.Text != text || c.IsWorkingDay(calendar.DayOf(o.at)+1) {
		t.Errorf("%+v, %v", c, err)
	}
	if got, err := o.Party(communeA).Client.Calendar(t.Context()); err != nil || got.Text != text {
		t.Errorf("afterwards an agency reads %q, %v", got.Text, err)
	}
	for _, tt := range []struct {
		name string
		r    client.CalendarRequest
		code string
	}{
		{"of an old version", client.CalendarRequest{Version: 0, Text: text}, "conflict"},
		{"that is none", client.CalendarRequest{Version: 1, Text: "week mon\nhours 17:00 07:30"}, "bad-request"},
		{"that is no text", client.CalendarRequest{Version: 1, Text: "{}"}, "bad-request"},
	} {
		if _, err := o.Admin.SetCalendar(t.Context(), tt.r); code(t, err) != tt.code {
			t.Errorf("a calendar %s: %v, want %s", tt.name, err, tt.code)
		}
	}
	if resp := do(t, o.Hub, o.Party(communeA), http.MethodPut, "/v1/admin/calendar", []byte(`{"version":1,"text":""}`)); resp.StatusCode != http.StatusNotFound {
		t.Errorf("an agency sets the calendar: %s", resp.Status)
	}
}

func TestReportOfAMonth(t *testing.T) {
	o := newOffice(t)
	dept := o.Party(department)
	dept.Send(communeA, communeB)
	o.accepted(communeA)
	late := dept.Document(communeB)
	o.at = o.at.Add(7 * 24 * time.Hour)
	dept.Submit(dept.Signed(late))
	if _, err := o.Exchange.PassLimits(t.Context()); err != nil {
		t.Fatal(err)
	}
	figures := func(p client.Punctuality, err error) string {
		t.Helper()
		if err != nil || p.Month != "2026-03" || len(p.Clocks) != 5 {
			t.Fatalf("%+v, %v", p, err)
		}
		var all []string
		for _, s := range p.Clocks {
			if s.RuleVI == "" || s.RuleEN == "" {
				t.Errorf("%s: the rule is not said", s.Clock)
			}
			if s.OnTime+s.Late+s.Running+s.Overdue > 0 {
				all = append(all, strings.Join([]string{s.Clock, n(s.OnTime), n(s.Late), n(s.Running), n(s.Overdue)}, " "))
			}
		}
		return strings.Join(all, ", ")
	}
	ctx := t.Context()
	for _, tt := range []struct{ name, got, want string }{
		{"sent", figures(dept.Client.Punctuality(ctx, "2026-03", "sent")), "send 2 1 0 0, receive 1 0 0 0, assign 0 0 0 1"},
		{"received", figures(o.Party(communeA).Client.Punctuality(ctx, "2026-03", "received")), "send 1 0 0 0, receive 1 0 0 0, assign 0 0 0 1"},
		{"the whole hub", figures(o.Admin.Punctuality(ctx, "2026-03", "", "", false)), "send 2 1 0 0, receive 1 0 0 0, assign 0 0 0 1"},
		{"the province alone", figures(o.Admin.Punctuality(ctx, "2026-03", "received", string(province), false)), ""},
		{"the province and all below", figures(o.Admin.Punctuality(ctx, "2026-03", "received", string(province), true)), "send 1 0 0 0, receive 1 0 0 0, assign 0 0 0 1"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if p, err := o.Admin.Punctuality(ctx, "2026-03", "received", string(province), true); err != nil || len(p.Agencies) != 4 || !slices.Contains(p.Agencies, string(communeB)) {
		t.Errorf("summed %v, %v", p.Agencies, err)
	}
	for _, target := range []string{"?month=2026-13&role=sent", "?month=2026-03", "?role=seen"} {
		if resp := do(t, o.Hub, dept, http.MethodGet, "/v1/report"+target, nil); resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s, want 400", target, resp.Status)
		}
	}
	for target, want := range map[string]int{"?role=sent": 400, "?tree=1": 400, "?agency=H99&role=sent": 404, "?agency=H44": 400} {
		if resp := onSocket(t, o.Hub, http.MethodGet, "/v1/report"+target, ""); resp.StatusCode != want {
			t.Errorf("operator, %s: %s, want %d", target, resp.Status, want)
		}
	}
}

func n(v int64) string { return string(rune('0' + v)) }

// What is not accepted on the same day: the addressee finds it among its duties, the sender in its document.
func TestNotAcceptedTheSameDay(t *testing.T) {
	o := newOffice(t)
	receipt, _ := o.Party(department).Send(communeA)
	c := o.Party(communeA).Client
	duties := func(want string) {
		t.Helper()
		all, err := c.Duties(t.Context(), "receive", 0)
		var got []string
		for _, d := range all {
			m := d.Deliveries[0].Clocks["receive"]
			got = append(got, m.Verdict+" "+m.Limit.Format(time.RFC3339))
			if len(d.Message.Addressees) != 1 {
				t.Errorf("a duty shows the others that the document went to: %+v", d.Message.Addressees)
			}
		}
		if err != nil || strings.Join(got, ", ") != want {
			t.Errorf("duties %v, %v; want %q", got, err, want)
		}
	}
	verdict := func(want string) {
		t.Helper()
		d, err := o.Party(department).Client.Document(t.Context(), receipt.ID)
		if err != nil || d.Deliveries[0].Clocks["receive"].Verdict != want {
			t.Errorf("the sender sees %+v, %v; want %q", d.Deliveries[0].Clocks, err, want)
		}
	}
	duties("")
	verdict("")
	h := o.Party(communeA).Lease(1)[0]
	if _, err := c.Ack(t.Context(), h.Delivery.ID, h.Token); err != nil {
		t.Fatal(err)
	}
	duties("running 2026-03-02T17:00:00Z")
	verdict("running")
	o.at = o.at.Add(16 * time.Hour)
	duties("overdue 2026-03-02T17:00:00Z")
	verdict("overdue")
	if _, err := c.Status(t.Context(), h.Delivery.ID, client.StatusRequest{Code: "03"}); err != nil {
		t.Fatal(err)
	}
	duties("")
	verdict("late")
	_, err := c.Duties(t.Context(), "send", 0)
	if p, ok := errors.AsType[*client.Problem](err); !ok || p.Code != "bad-request" {
		t.Errorf("a duty by a clock that is nobody's: %v", err)
	}
}

// Both sides are warned, and only the sender is told which document it was.
func TestRepeatedNumberIsWarnedOfOnBothSides(t *testing.T) {
	o := newOffice(t)
	dept := o.Party(department)
	first := dept.Document(communeB)
	earlier := dept.Submit(dept.Signed(first))
	again := dept.Document(communeA)
	again.Code = first.Code
	raw := dept.Signed(again)
	dry, err := dept.Client.Validate(t.Context(), raw)
	if err != nil || len(dry.Warnings) == 0 || !warns(dry.Message.Warnings, "repeated-code", earlier.ID) {
		t.Errorf("a dry run: %+v, %v", dry.Message.Warnings, err)
	}
	receipt := dept.Submit(raw)
	if !slices.ContainsFunc(receipt.Warnings, func(f envelope.Fault) bool { return f.Code == "repeated-code" }) {
		t.Errorf("the receipt warns of %+v", receipt.Warnings)
	}
	seen, err := dept.Client.Document(t.Context(), receipt.ID)
	if err != nil || !warns(seen.Message.Warnings, "repeated-code", earlier.ID) {
		t.Errorf("its sender sees %+v, %v", seen.Message.Warnings, err)
	}
	commune := o.Party(communeA)
	if h := commune.Lease(1); len(h) != 1 || !warns(h[0].Message.Warnings, "repeated-code", "") {
		t.Errorf("handed out as %+v", h)
	}
	got, err := commune.Client.Document(t.Context(), receipt.ID)
	if err != nil || !warns(got.Message.Warnings, "repeated-code", "") {
		t.Errorf("the addressee sees %+v, %v", got.Message.Warnings, err)
	}
	page, err := commune.Client.Search(t.Context(), client.Query{Role: "received"})
	if err != nil || len(page.Documents) != 1 || !warns(page.Documents[0].Message.Warnings, "repeated-code", "") {
		t.Errorf("the addressee finds %+v, %v", page.Documents, err)
	}
}

func warns(all []client.Warning, code, earlier string) bool {
	return len(all) == 1 && all[0].Code == code && all[0].Earlier == earlier && all[0].VI != "" && all[0].EN != ""
}

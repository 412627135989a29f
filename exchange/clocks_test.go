package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// tet2026 has Tết Bính Ngọ from Monday 16 to Friday 20 February, and Saturday 28 February made up for.
func tet2026(t *testing.T) calendar.Calendar {
	t.Helper()
	c, err := calendar.ParseDays(calendar.Default(), strings.NewReader("off 2026-02-16..2026-02-20 Tết\nwork 2026-02-28 Làm bù"))
	if err != nil {
		t.Fatal(err)
	}
	c.Version = 3
	return c
}

// vn reads a time of Việt Nam; empty is none.
func vn(t *testing.T, s string) time.Time {
	t.Helper()
	if s == "" {
		return time.Time{}
	}
	layout := "2006-01-02 15:04:05"[:len(s)]
	v, err := time.ParseInLocation(layout, s, calendar.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func dated(t *testing.T, day string, changes ...func(*exchange.Message)) exchange.Message {
	t.Helper()
	m := exchange.Message{Class: exchange.ClassDocument}
	if day != "" {
		m.Date = envelope.DateOf(vn(t, day))
	}
	for _, change := range changes {
		change(&m)
	}
	return m
}

func priority(n int) func(*exchange.Message) { return func(m *exchange.Message) { m.Priority = n } }

func kind(k envelope.Kind) func(*exchange.Message) { return func(m *exchange.Message) { m.Kind = k } }

// Sent in time: by the end of the working day after that of signing; what is urgent at once.
func TestSendLimit(t *testing.T) {
	signed := func(s string) func(*exchange.Message) {
		return func(m *exchange.Message) { m.SignedAt = vn(t, s) }
	}
	c := tet2026(t)
	lawOnly := c
	lawOnly.Urgent = [calendar.Priorities]calendar.Urgent{}
	for _, tt := range []struct {
		name string
		c    calendar.Calendar
		m    exchange.Message
		want string
	}{
		{"signed on a Tuesday", c, dated(t, "2026-03-03"), "2026-03-05 00:00"},
		{"signed on a Friday", c, dated(t, "2026-03-06"), "2026-03-10 00:00"},
		{"signed on a Sunday", c, dated(t, "2026-03-08"), "2026-03-10 00:00"},
		{"signed before Tết", c, dated(t, "2026-02-13"), "2026-02-24 00:00"},
		{"signed before a Saturday that is made up", c, dated(t, "2026-02-27"), "2026-03-01 00:00"},
		{"the time of the signature changes nothing", c, dated(t, "2026-03-03", signed("2026-03-03 08:00")), "2026-03-05 00:00"},
		{"urgent, the day alone is known", c, dated(t, "2026-03-03", priority(1)), "2026-03-04 00:00"},
		{"express, the time is known", c, dated(t, "2026-03-03", priority(3), signed("2026-03-03 08:00")), "2026-03-03 09:00"},
		{"express, signed at night", c, dated(t, "2026-03-03", priority(3), signed("2026-03-03 23:30")), "2026-03-04 00:30"},
		{"a signature of another day is not the signing", c, dated(t, "2026-03-03", priority(3), signed("2026-03-10 08:00")), "2026-03-04 00:00"},
		{"urgent where no limit is set: the law's", lawOnly, dated(t, "2026-03-03", priority(3), signed("2026-03-03 08:00")), "2026-03-05 00:00"},
		{"a replacement", c, dated(t, "2026-03-03", kind(envelope.Replacement)), "2026-03-05 00:00"},
		{"a recall repeats an old document", c, dated(t, "2026-03-03", kind(envelope.Recall)), ""},
		{"an update too", c, dated(t, "2026-03-03", kind(envelope.Update)), ""},
		{"a status", c, dated(t, "2026-03-03", func(m *exchange.Message) { m.Class = exchange.ClassStatus }), ""},
		{"without a date", c, dated(t, ""), ""},
	} {
		if got := exchange.SendLimit(tt.c, tt.m); !got.Equal(vn(t, tt.want)) {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

// The time of a document "hỏa tốc hẹn giờ".
func TestHour(t *testing.T) {
	due := func(day, hour string) func(*exchange.Message) {
		return func(m *exchange.Message) {
			m.DueDate = envelope.DateOf(vn(t, day))
			m.DueAt = vn(t, hour)
		}
	}
	c := tet2026(t)
	for _, tt := range []struct {
		name string
		m    exchange.Message
		want string
	}{
		{"with its hour", dated(t, "2026-03-03", priority(4), due("2026-03-03", "2026-03-03 14:00")), "2026-03-03 14:00"},
		{"with a day only: by closing time", dated(t, "2026-03-03", priority(4), due("2026-03-05", "")), "2026-03-05 17:00"},
		{"without either", dated(t, "2026-03-03", priority(4)), ""},
		{"of another urgency the due date is for the answer", dated(t, "2026-03-03", priority(3), due("2026-03-03", "2026-03-03 14:00")), ""},
	} {
		if got := exchange.Hour(c, tt.m); !got.Equal(vn(t, tt.want)) {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

// A step of a document's way, and what all clocks say after it.
type step struct {
	at   string
	do   string // accepted by the hub, arrived, a status code, withdrawn, nothing
	want string
}

func TestClocks(t *testing.T) {
	express := priority(3)
	for _, tt := range []struct {
		name  string
		m     exchange.Message
		steps []step
	}{
		{"all in time", dated(t, "2026-03-03"), []step{
			{"2026-03-03 09:00", "hub", "send on-time"},
			{"2026-03-03 10:00", "arrived", "send on-time, receive running"},
			{"2026-03-03 23:59", "03", "send on-time, receive on-time, assign running"},
			{"2026-03-04 16:00", "04", "send on-time, receive on-time, assign on-time"},
			{"2026-03-20 16:00", "06", "send on-time, receive on-time, assign on-time"},
		}},
		{"all late", dated(t, "2026-03-03"), []step{
			{"2026-03-05 00:00", "hub", "send late"},
			{"2026-03-05 09:00", "arrived", "send late, receive running"},
			{"2026-03-06 00:00", "", "send late, receive overdue"},
			{"2026-03-06 08:00", "03", "send late, receive late, assign running"},
			{"2026-03-10 00:00", "", "send late, receive late, assign overdue"},
			{"2026-03-10 08:00", "04", "send late, receive late, assign late"},
		}},
		{"what comes on Friday at 17:01 is for Monday", dated(t, "2026-03-06"), []step{
			{"2026-03-06 17:01", "hub", "send on-time"},
			{"2026-03-06 17:01", "arrived", "send on-time, receive running"},
			{"2026-03-09 23:59", "03", "send on-time, receive on-time, assign running"},
		}},
		{"at 17:00 for Friday", dated(t, "2026-03-06"), []step{
			{"2026-03-06 17:00", "arrived", "send on-time, receive running"},
			{"2026-03-07 00:00", "", "send on-time, receive overdue"},
		}},
		{"what comes on the eve of Tết is for the day after it", dated(t, "2026-02-13"), []step{
			{"2026-02-13 17:30", "arrived", "send on-time, receive running"},
			{"2026-02-23 20:00", "03", "send on-time, receive on-time, assign running"},
			{"2026-02-25 00:00", "04", "send on-time, receive on-time, assign late"},
		}},
		{"a Saturday that is made up is a working day", dated(t, "2026-02-27"), []step{
			{"2026-02-28 09:00", "arrived", "send on-time, receive running"},
			{"2026-03-01 00:00", "", "send on-time, receive overdue"},
		}},
		{"express: half an hour", dated(t, "2026-03-03", express), []step{
			{"2026-03-03 09:00", "arrived", "send on-time, receive running"},
			{"2026-03-03 09:29:59", "", "send on-time, receive running"},
			{"2026-03-03 09:30", "", "send on-time, receive overdue"},
		}},
		{"express at night: half an hour from opening", dated(t, "2026-03-03", express), []step{
			{"2026-03-03 21:00", "arrived", "send on-time, receive running"},
			{"2026-03-04 07:59", "03", "send on-time, receive on-time, assign running"},
			{"2026-03-04 09:00", "", "send on-time, receive on-time, assign overdue"},
		}},
		{"a refusal is an answer, and nothing is owed after it", dated(t, "2026-03-03"), []step{
			{"2026-03-03 09:00", "arrived", "send on-time, receive running"},
			{"2026-03-03 11:00", "02", "send on-time, receive on-time"},
			{"2026-03-30 11:00", "", "send on-time, receive on-time"},
		}},
		{"a late refusal is late", dated(t, "2026-03-03"), []step{
			{"2026-03-03 09:00", "arrived", "send on-time, receive running"},
			{"2026-03-04 11:00", "02", "send on-time, receive late"},
		}},
		{"who refuses what it had accepted owes no assignment", dated(t, "2026-03-03"), []step{
			{"2026-03-03 09:00", "03", "send on-time, receive on-time, assign running"},
			{"2026-03-03 11:00", "02", "send on-time, receive on-time"},
		}},
		{"a later step proves the earlier ones", dated(t, "2026-03-03"), []step{
			{"2026-03-03 09:00", "05", "send on-time, receive on-time, assign on-time"},
		}},
		{"the first word counts", dated(t, "2026-03-03"), []step{
			{"2026-03-03 09:00", "arrived", "send on-time, receive running"},
			{"2026-03-03 10:00", "03", "send on-time, receive on-time, assign running"},
			{"2026-03-03 11:00", "04", "send on-time, receive on-time, assign on-time"},
			{"2026-03-30 11:00", "03", "send on-time, receive on-time, assign on-time"},
		}},
		{"before it arrives the addressee owes nothing", dated(t, "2026-03-03"), []step{
			{"2026-03-03 09:00", "hub", "send on-time"},
			{"2026-04-03 09:00", "", "send on-time"},
		}},
		{"a due date", dated(t, "2026-03-03", func(m *exchange.Message) { m.DueDate = envelope.DateOf(vn(t, "2026-03-10")) }), []step{
			{"2026-03-03 09:00", "03", "send on-time, receive on-time, assign running, complete running"},
			{"2026-03-03 10:00", "04", "send on-time, receive on-time, assign on-time, complete running"},
			{"2026-03-11 00:00", "", "send on-time, receive on-time, assign on-time, complete overdue"},
			{"2026-03-11 08:00", "06", "send on-time, receive on-time, assign on-time, complete late"},
		}},
		{"an hour to arrive by", dated(t, "2026-03-03", priority(4), func(m *exchange.Message) {
			m.DueDate, m.DueAt = envelope.DateOf(vn(t, "2026-03-03")), vn(t, "2026-03-03 14:00")
		}), []step{
			{"2026-03-03 09:00", "hub", "send on-time, arrive running"},
			{"2026-03-03 14:00", "", "send on-time, arrive overdue"},
			{"2026-03-03 14:10", "arrived", "send on-time, arrive late, receive running, complete overdue"},
		}},
		{"what is withdrawn need not arrive", dated(t, "2026-03-03", priority(4), func(m *exchange.Message) { m.DueDate = envelope.DateOf(vn(t, "2026-03-03")) }), []step{
			{"2026-03-03 09:00", "hub", "send on-time, arrive running"},
			{"2026-03-03 10:00", "withdrawn", "send on-time"},
		}},
		{"a recall has no clocks", dated(t, "2026-03-03", kind(envelope.Recall)), []step{
			{"2026-03-30 09:00", "arrived", ""}, {"2026-03-30 10:00", "03", ""},
		}},
	} {
		c := tet2026(t)
		d := exchange.Delivery{ID: "d", Class: tt.m.Class, Addressee: communeID, State: exchange.Held, Attempt: 1}
		for _, s := range tt.steps {
			d = walk(t, d, s.do, vn(t, s.at))
			d.Marks = exchange.Reckon(c, tt.m, d, vn(t, s.at))
			if again := exchange.Reckon(c, tt.m, d, vn(t, s.at)); again != d.Marks {
				t.Errorf("%s, %s: reckoned again %+v, first %+v", tt.name, s.at, again, d.Marks)
			}
			if got := said(d.Marks); got != s.want {
				t.Errorf("%s, %s: %q, want %q", tt.name, s.at, got, s.want)
			}
		}
	}
}

// walk takes a step through the rules of state.
func walk(t *testing.T, d exchange.Delivery, do string, at time.Time) exchange.Delivery {
	t.Helper()
	if d.AcceptedAt.IsZero() {
		d.AcceptedAt = at
	}
	var err error
	switch do {
	case "", "hub":
	case "arrived":
		d, _, _, err = exchange.Acknowledge(d, exchange.Acknowledgement{Delivery: d.ID, Addressee: d.Addressee, Attempt: 1, Now: at})
	case "withdrawn":
		d.State = exchange.Withdrawn
	default:
		d, _, err = exchange.ApplyReport(d, exchange.Report{Delivery: d.ID, Addressee: d.Addressee, Code: envelope.StatusCode(do), At: at})
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func said(m exchange.Marks) string {
	var parts []string
	for _, k := range exchange.Clocks() {
		if v := m.Of(k).Verdict; v != "" {
			parts = append(parts, fmt.Sprintf("%s %s", k, v))
		}
	}
	return strings.Join(parts, ", ")
}

// What is decided stays; what is open goes by the calendar as it is now.
func TestCalendarChangesUnderRunningClocks(t *testing.T) {
	c := tet2026(t)
	m := dated(t, "2026-03-03")
	d := walk(t, exchange.Delivery{Class: m.Class, Addressee: communeID, State: exchange.Held, Attempt: 1}, "arrived", vn(t, "2026-03-03 09:00"))
	d.Marks = exchange.Reckon(c, m, d, vn(t, "2026-03-03 09:00"))

	storm := c.WithOff(calendar.Special{Day: calendar.DayOf(vn(t, "2026-03-03")), Name: "bão"}).WithOff(calendar.Special{Day: calendar.DayOf(vn(t, "2026-03-04"))})
	storm.Version = 4
	d.Marks = exchange.Reckon(storm, m, d, vn(t, "2026-03-04 00:00"))
	if r := d.Marks.Receive; r.Verdict != exchange.Running || !r.Limit.Equal(vn(t, "2026-03-06 00:00")) || r.Calendar != 4 {
		t.Errorf("receive %+v, want it to run until the end of Thursday by calendar 4", r)
	}
	if s := d.Marks.Send; s.Verdict != exchange.OnTime || !s.Limit.Equal(vn(t, "2026-03-05 00:00")) || s.Calendar != 3 {
		t.Errorf("send %+v, want it as calendar 3 decided", s)
	}
	if got := d.Marks.Receive.At(vn(t, "2026-03-06 00:00")); got != exchange.Overdue {
		t.Errorf("looked at after its limit it is %s, want overdue", got)
	}
	if got := d.Marks.Send.At(vn(t, "2026-03-06 00:00")); got != exchange.OnTime {
		t.Errorf("what was in time is %s later on", got)
	}
}

func TestTerm(t *testing.T) {
	c := tet2026(t)
	for _, tt := range []struct {
		name string
		term exchange.Term
		from string
		want string
	}{
		{"by the clock", exchange.Term{Time: time.Hour}, "2026-03-06 17:01", "2026-03-06 18:01"},
		{"a working day", exchange.Term{WorkingDays: 1}, "2026-03-03 09:00", "2026-03-05 00:00"},
		{"from Friday evening", exchange.Term{WorkingDays: 1}, "2026-03-06 17:01", "2026-03-11 00:00"},
		{"over Tết", exchange.Term{WorkingDays: 5}, "2026-02-12 09:00", "2026-02-27 00:00"},
		{"without end", exchange.Term{}, "2026-02-12 09:00", ""},
	} {
		if got := tt.term.After(c, vn(t, tt.from)); !got.Equal(vn(t, tt.want)) {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestMonths(t *testing.T) {
	for _, tt := range []struct{ at, want string }{
		{"2026-02-28T16:59:59Z", "2026-02"}, {"2026-02-28T17:00:00Z", "2026-03"}, {"2025-12-31T17:00:00Z", "2026-01"},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		month := exchange.MonthOf(at)
		back, err := exchange.ParseMonth(month.String())
		if month.String() != tt.want || back != month || err != nil {
			t.Errorf("%s is in %s, read back as %s (%v); want %s", tt.at, month, back, err, tt.want)
		}
	}
	for _, s := range []string{"", "2026", "2026-13", "2026-1", "2026-01-01", "1969-12"} {
		if m, err := exchange.ParseMonth(s); err == nil {
			t.Errorf("%q is the month %s", s, m)
		}
	}
}

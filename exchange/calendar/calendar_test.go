package calendar_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange/calendar"
)

// year2026 is a calendar as an office would keep it for Tết Bính Ngọ: off from Monday 16 to Friday 20 February, Saturday
// 28 February worked instead of a day between holidays, and Monday 27 April off for the Hùng kings' day on a Sunday.
func year2026(t *testing.T) calendar.Calendar {
	t.Helper()
	c, err := calendar.ParseDays(calendar.Default(), strings.NewReader(`
		off 2026-01-02 Nghỉ hoán đổi
		off 2026-02-16..2026-02-20 Tết Nguyên đán
		work 2026-02-28 Làm bù
		off 2026-04-27 Nghỉ bù Giỗ Tổ Hùng Vương
	`))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// at reads a time of Việt Nam, as in 2026-02-13 17:01.
func at(t *testing.T, s string) time.Time {
	t.Helper()
	layout := "2006-01-02 15:04"
	if len(s) > len(layout) {
		layout += ":05"
	}
	v, err := time.ParseInLocation(layout, s, calendar.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func day(t *testing.T, s string) calendar.Day {
	t.Helper()
	d, err := calendar.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWorkingDays(t *testing.T) {
	c := year2026(t)
	for _, tt := range []struct {
		name, day string
		want      bool
	}{
		{"a Friday", "2026-02-13", true},
		{"a Saturday", "2026-02-14", false},
		{"a Sunday", "2026-02-15", false},
		{"the first day of Tết", "2026-02-16", false},
		{"the last day of Tết", "2026-02-20", false},
		{"the Monday after", "2026-02-23", true},
		{"a Saturday that is made up", "2026-02-28", true},
		{"the Sunday beside it", "2026-03-01", false},
		{"New Year, every year", "2027-01-01", false},
		{"the day in lieu, this year", "2026-01-02", false},
		{"and not the next", "2025-01-02", true},
		{"30 April", "2026-04-30", false},
		{"2 September", "2026-09-02", false},
		{"a day in lieu of a Sunday", "2026-04-27", false},
	} {
		if got := c.IsWorkingDay(day(t, tt.day)); got != tt.want {
			t.Errorf("%s, %s: worked %t, want %t", tt.name, tt.day, got, tt.want)
		}
	}
}

func TestCountingWorkingDays(t *testing.T) {
	c := year2026(t)
	for _, tt := range []struct {
		name, from string
		n          int
		want       string
	}{
		{"none", "2026-02-14", 0, "2026-02-14"},
		{"the next day", "2026-03-03", 1, "2026-03-04"},
		{"over a weekend", "2026-03-06", 1, "2026-03-09"},
		{"over Tết", "2026-02-13", 1, "2026-02-23"},
		{"from within Tết", "2026-02-17", 1, "2026-02-23"},
		{"to a Saturday that is made up", "2026-02-27", 1, "2026-02-28"},
		{"and on from it", "2026-02-28", 1, "2026-03-02"},
		{"over two holidays and a weekend", "2026-04-29", 1, "2026-05-04"},
		{"five over Tết", "2026-02-12", 5, "2026-02-26"},
		{"over the end of the year", "2025-12-31", 1, "2026-01-05"},
	} {
		if got := c.AddWorkingDays(day(t, tt.from), tt.n); got != day(t, tt.want) {
			t.Errorf("%s: %d after %s is %s, want %s", tt.name, tt.n, tt.from, got, tt.want)
		}
	}
}

// When what arrives begins to count, and until when it was still the same working day.
func TestSameWorkingDay(t *testing.T) {
	c := year2026(t)
	for _, tt := range []struct{ name, at, begins, until string }{
		{"in the morning", "2026-03-03 09:10", "2026-03-03 09:10", "2026-03-04 00:00"},
		{"before opening", "2026-03-03 05:00", "2026-03-03 07:30", "2026-03-04 00:00"},
		{"at opening", "2026-03-03 07:30", "2026-03-03 07:30", "2026-03-04 00:00"},
		{"at closing", "2026-03-03 17:00", "2026-03-03 17:00", "2026-03-04 00:00"},
		{"a second after closing", "2026-03-03 17:00:01", "2026-03-04 07:30", "2026-03-05 00:00"},
		{"Friday 17:01", "2026-03-06 17:01", "2026-03-09 07:30", "2026-03-10 00:00"},
		{"on a Saturday", "2026-03-07 10:00", "2026-03-09 07:30", "2026-03-10 00:00"},
		{"on a Saturday that is made up", "2026-02-28 10:00", "2026-02-28 10:00", "2026-03-01 00:00"},
		{"after closing on that Saturday", "2026-02-28 17:30", "2026-03-02 07:30", "2026-03-03 00:00"},
		{"the last evening before Tết", "2026-02-13 17:01", "2026-02-23 07:30", "2026-02-24 00:00"},
		{"in the night of Tết", "2026-02-17 00:00", "2026-02-23 07:30", "2026-02-24 00:00"},
	} {
		if got := c.Begins(at(t, tt.at)); !got.Equal(at(t, tt.begins)) {
			t.Errorf("%s: begins %v, want %s", tt.name, got, tt.begins)
		}
		if got := c.SameDay(at(t, tt.at)); !got.Equal(at(t, tt.until)) {
			t.Errorf("%s: the same day until %v, want %s", tt.name, got, tt.until)
		}
	}
}

func TestNextDay(t *testing.T) {
	c := year2026(t)
	for _, tt := range []struct{ name, at, until string }{
		{"in the morning", "2026-03-03 09:10", "2026-03-05 00:00"},
		{"in the evening: the day is what counts", "2026-03-03 22:00", "2026-03-05 00:00"},
		{"on a Friday", "2026-03-06 16:00", "2026-03-10 00:00"},
		{"on a Sunday", "2026-03-08 16:00", "2026-03-10 00:00"},
		{"before Tết", "2026-02-13 16:00", "2026-02-24 00:00"},
		{"before a Saturday that is made up", "2026-02-27 16:00", "2026-03-01 00:00"},
	} {
		if got := c.NextDay(at(t, tt.at)); !got.Equal(at(t, tt.until)) {
			t.Errorf("%s: until %v, want %s", tt.name, got, tt.until)
		}
	}
}

func TestWithin(t *testing.T) {
	c := year2026(t)
	const halfHour = calendar.Span(30 * time.Minute)
	for _, tt := range []struct{ name, at, want string }{
		{"in office hours", "2026-03-03 09:10", "2026-03-03 09:40"},
		{"over closing time it goes on", "2026-03-03 16:50", "2026-03-03 17:20"},
		{"at night it begins in the morning", "2026-03-03 23:00", "2026-03-04 08:00"},
		{"Friday 17:01", "2026-03-06 17:01", "2026-03-09 08:00"},
	} {
		if got := c.Within(at(t, tt.at), halfHour); !got.Equal(at(t, tt.want)) {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

func TestWorked(t *testing.T) {
	c := year2026(t)
	for _, tt := range []struct {
		name, at string
		span     time.Duration
		want     string
	}{
		{"within a morning", "2026-03-03 07:30", 4 * time.Hour, "2026-03-03 11:30"},
		{"to the minute of closing", "2026-03-03 13:00", 4 * time.Hour, "2026-03-03 17:00"},
		{"over a night", "2026-03-03 16:00", 4 * time.Hour, "2026-03-04 10:30"},
		{"over a weekend", "2026-03-06 16:30", 4 * time.Hour, "2026-03-09 11:00"},
		{"at night", "2026-03-03 23:00", 4 * time.Hour, "2026-03-04 11:30"},
		{"over several days", "2026-03-03 07:30", 20 * time.Hour, "2026-03-05 08:30"},
	} {
		if got := c.Worked(at(t, tt.at), calendar.Span(tt.span)); !got.Equal(at(t, tt.want)) {
			t.Errorf("%s: %v, want %s", tt.name, got, tt.want)
		}
	}
}

// The day is Việt Nam's, wherever the time is written and whatever zone the machine is in.
func TestDaysAreVietnams(t *testing.T) {
	for _, tt := range []struct{ at, want string }{
		{"2026-02-27T16:59:59Z", "2026-02-27"},
		{"2026-02-27T17:00:00Z", "2026-02-28"},
		{"2026-02-27T23:59:59-11:00", "2026-02-28"},
		{"1970-01-01T00:00:00Z", "1970-01-01"},
		{"1969-12-31T16:59:59Z", "1969-12-31"},
	} {
		v, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.DayOf(v).String(); got != tt.want {
			t.Errorf("%s is %s, want %s", tt.at, got, tt.want)
		}
	}
}

func TestCheck(t *testing.T) {
	ok := calendar.Default()
	for _, tt := range []struct {
		name string
		set  func(*calendar.Calendar)
		want string // part of the error; empty for none
	}{
		{"the default", func(*calendar.Calendar) {}, ""},
		{"no day is worked", func(c *calendar.Calendar) { c.Week = 0 }, "no day is worked"},
		{"a day of the week that there is not", func(c *calendar.Calendar) { c.Week = 1 << 7 }, "no day is worked"},
		{"closing before opening", func(c *calendar.Calendar) { c.Closes = c.Opens }, "not before closing"},
		{"closing after midnight", func(c *calendar.Calendar) { c.Closes = 24 * 60 }, "not before closing"},
		{"days without order", func(c *calendar.Calendar) { c.Off = []calendar.Special{{Day: 2}, {Day: 1}} }, "order"},
		{"a day twice", func(c *calendar.Calendar) { c.MakeUp = []calendar.Special{{Day: 2}, {Day: 2}} }, "twice"},
		{"a day off and worked", func(c *calendar.Calendar) {
			c.Off, c.MakeUp = []calendar.Special{{Day: 2}}, []calendar.Special{{Day: 2}}
		}, "off and made up"},
		{"a day before time", func(c *calendar.Calendar) { c.Off = []calendar.Special{{Day: -1}} }, "not a day"},
		{"a date that no year has", func(c *calendar.Calendar) { c.Yearly = []calendar.Yearly{{Date: calendar.Date{Month: 2, Day: 30}}} }, "not a day of every year"},
		{"a name of two lines", func(c *calendar.Calendar) { c.Off = []calendar.Special{{Day: 2, Name: "a\nb"}} }, "name"},
		{"a name that a file could not hold", func(c *calendar.Calendar) { c.Off = []calendar.Special{{Day: 2, Name: "a # b"}} }, "name"},
		{"a long name", func(c *calendar.Calendar) { c.Off = []calendar.Special{{Day: 2, Name: strings.Repeat("ế", 101)}} }, "name"},
		{"the longest name", func(c *calendar.Calendar) { c.Off = []calendar.Special{{Day: 2, Name: strings.Repeat("ế", 100)}} }, ""},
		{"routine with a limit of its own", func(c *calendar.Calendar) { c.Urgent[0].Send = calendar.Span(time.Hour) }, "routine"},
		{"half a minute", func(c *calendar.Calendar) { c.Urgent[1].Send = calendar.Span(30 * time.Second) }, "urgent 1"},
		{"less than nothing", func(c *calendar.Calendar) { c.Urgent[4].Assign = -1 }, "urgent 4"},
		{"every date off", func(c *calendar.Calendar) {
			c.Yearly = nil
			for d := calendar.Day(0); d < 365; d++ {
				date, _ := calendar.ParseDate(d.String()[5:])
				c.Yearly = append(c.Yearly, calendar.Yearly{Date: date})
			}
		}, "more than"},
	} {
		c := ok.Ordered()
		tt.set(&c)
		err := c.Check()
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestChangingDays(t *testing.T) {
	const d = calendar.Day(20_500)
	c := calendar.Default().WithOff(calendar.Special{Day: d, Name: "Nghỉ tránh bão"})
	if c.IsWorkingDay(d) || c.Check() != nil {
		t.Errorf("%s is worked though it is off (%v)", d, c.Check())
	}
	c = c.WithMakeUp(calendar.Special{Day: d, Name: "Làm bù"})
	if !c.IsWorkingDay(d) || c.Check() != nil || len(c.Off) != 0 {
		t.Errorf("%s is off though it is made up for (%v)", d, c.Check())
	}
	c = c.Without(d)
	if len(c.MakeUp)+len(c.Off) != 0 {
		t.Errorf("%+v still says something of %s", c, d)
	}
}

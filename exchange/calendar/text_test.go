package calendar_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/exchange/calendar"
)

func TestDefaultAsText(t *testing.T) {
	const want = `week mon tue wed thu fri
hours 07:30 17:00
yearly 01-01 Tết Dương lịch
yearly 04-30 Ngày Chiến thắng
yearly 05-01 Ngày Quốc tế lao động
yearly 09-02 Quốc khánh
urgent 1 send 4h receive 4h assign 4h
urgent 2 send 2h receive 2h assign 2h
urgent 3 send 1h receive 30m assign 1h
urgent 4 send 1h receive 30m assign 1h
`
	if got := calendar.Default().String(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

func TestTextThatIsNone(t *testing.T) {
	const head = "week mon tue wed thu fri\nhours 07:30 17:00\n"
	for _, tt := range []struct{ name, text, want string }{
		{"nothing", "", "missing"},
		{"no hours", "week mon", "missing"},
		{"a week without days", "week\nhours 07:30 17:00", "line 1"},
		{"days in another order", "week tue mon\nhours 07:30 17:00", "line 1"},
		{"a week twice", head + "week mon", "line 3: \"week\": stands twice"},
		{"one hour", "week mon\nhours 07:30", "line 2"},
		{"an hour that there is not", "week mon\nhours 07:30 24:00", "line 2"},
		{"a word that is none", head + "holiday 2026-01-01", "line 3"},
		{"a day that there is not", head + "off 2026-02-29", "line 3"},
		{"a day in another form", head + "off 16/02/2026", "line 3"},
		{"a range the wrong way round", head + "off 2026-02-20..2026-02-16", "line 3"},
		{"a range of a century", head + "off 2026-01-01..2126-01-01", "line 3"},
		{"a day twice", head + "off 2026-02-16..2026-02-20\noff 2026-02-18", "twice"},
		{"a day off and worked", head + "off 2026-02-18\nwork 2026-02-18", "off and made up"},
		{"a priority that there is not", head + "urgent 5 send 1h receive 1h assign 1h", "line 3"},
		{"routine with a limit", head + "urgent 0 send 1h receive 1h assign 1h", "line 3"},
		{"an urgency twice", head + "urgent 1 send 1h receive 1h assign 1h\nurgent 01 send 1h receive 1h assign 1h", "line 4: \"urgent\": priority 1 stands twice"},
		{"seconds", head + "urgent 1 send 90s receive 1h assign 1h", "line 3"},
		{"a long line", head + "# " + strings.Repeat("x", 100_000), "too long"},
	} {
		if _, err := calendar.Parse(strings.NewReader(tt.text)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestDaysFile(t *testing.T) {
	base := calendar.Default().WithOff(calendar.Special{Day: day(t, "2026-02-28"), Name: "nhầm"})
	c, err := calendar.ParseDays(base, strings.NewReader("\ufeff# năm 2026\r\nwork 2026-02-28 Làm bù # theo thông báo\r\n"))
	if err != nil || !c.IsWorkingDay(day(t, "2026-02-28")) || len(c.Off) != 0 {
		t.Errorf("%+v, %v; want the day worked: the newer file stands", c, err)
	}
	for _, text := range []string{"week mon", "off 2026-02-28\nwork 2026-02-28", "off 2026-02-28\noff 2026-02-28", "off"} {
		if _, err := calendar.ParseDays(base, strings.NewReader(text)); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

// arbitrary draws a calendar that Check accepts.
func arbitrary(rt *rapid.T) calendar.Calendar {
	c := calendar.Calendar{
		Week:  calendar.Week(rapid.IntRange(1, 127).Draw(rt, "week")),
		Opens: calendar.Hour(rapid.IntRange(0, 12*60).Draw(rt, "opens")),
	}
	c.Closes = c.Opens + calendar.Hour(rapid.IntRange(1, 11*60).Draw(rt, "open for"))
	name := rapid.SampledFrom([]string{"", "Tết", "Làm bù", "Nghỉ tránh bão"})
	days := rapid.SliceOfNDistinct(rapid.IntRange(20_000, 20_060), 0, 30, rapid.ID[int]).Draw(rt, "days")
	for i, d := range days {
		s := calendar.Special{Day: calendar.Day(d), Name: name.Draw(rt, "name")}
		if i%3 == 0 {
			c.MakeUp = append(c.MakeUp, s)
		} else {
			c.Off = append(c.Off, s)
		}
	}
	if rapid.Bool().Draw(rt, "yearly") {
		c.Yearly = []calendar.Yearly{{Date: calendar.Date{Month: time.October, Day: 10}, Name: "mồng mười"}}
	}
	c.Urgent[3].Send = calendar.Span(rapid.IntRange(0, 720*60).Draw(rt, "send")) * calendar.Span(time.Minute)
	return c.Ordered()
}

func TestCalendarsAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := arbitrary(rt)
		if err := c.Check(); err != nil {
			rt.Fatal(err)
		}
		back, err := calendar.Parse(strings.NewReader(c.String()))
		if err != nil || !reflect.DeepEqual(back.Ordered(), c) {
			rt.Fatalf("%v\n%+v\nwant\n%+v", err, back, c)
		}
		text, err := json.Marshal(c)
		if err != nil {
			rt.Fatal(err)
		}
		var again calendar.Calendar
		if err := json.Unmarshal(text, &again); err != nil || !reflect.DeepEqual(again.Ordered(), c) {
			rt.Fatalf("%v\n%s", err, text)
		}
	})
}

// What must hold of any calendar, at any time.
func TestCountingIsSound(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := arbitrary(rt)
		from := time.Unix(rapid.Int64Range(20_000*86400, 20_060*86400).Draw(rt, "from"), 0)
		later := from.Add(time.Duration(rapid.Int64Range(0, int64(30*24*time.Hour)).Draw(rt, "later")))
		begins := c.Begins(from)
		d := calendar.DayOf(begins)
		switch {
		case begins.Before(from) || !c.IsWorkingDay(d):
			rt.Fatalf("%v begins to count at %v, on a day worked: %t", from, begins, c.IsWorkingDay(d))
		case !c.Begins(begins).Equal(begins):
			rt.Fatalf("what begins at %v begins at %v", begins, c.Begins(begins))
		case begins.Before(c.Opens.On(d)) || begins.After(c.Closes.On(d)):
			rt.Fatalf("%v is outside of opening hours", begins)
		case c.Begins(later).Before(begins):
			rt.Fatalf("%v begins before %v", later, from)
		case c.SameDay(later).Before(c.SameDay(from)) || c.NextDay(later).Before(c.NextDay(from)):
			rt.Fatalf("what comes later is due earlier: %v, %v", from, later)
		case !c.SameDay(from).After(from) || !c.NextDay(from).After(from):
			rt.Fatalf("%v is due at once", from)
		}
		n := rapid.IntRange(0, 20).Draw(rt, "n")
		worked := 0
		for day := d + 1; day <= c.AddWorkingDays(d, n); day++ {
			if c.IsWorkingDay(day) {
				worked++
			}
		}
		if worked != n {
			rt.Fatalf("%d working days lie between %s and the one that is %d on", worked, d, n)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(calendar.Default().String())
	f.Add("week mon\nhours 00:00 23:59\noff 2026-02-16..2026-02-20 Tết\nwork 2026-02-28\nurgent 4 send 1m receive 0s assign 720h\nyearly 02-29\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := calendar.Parse(strings.NewReader(text))
		if err != nil {
			return
		}
		back, err := calendar.Parse(strings.NewReader(c.String()))
		if err != nil || back.String() != c.String() {
			t.Fatalf("%v: %q is written as %q", err, text, c.String())
		}
		if d := c.NextWorkingDay(20_000); !c.IsWorkingDay(d) {
			t.Fatalf("%s is not worked", d)
		}
	})
}

package calendar

import (
	"slices"
	"time"
)

// A Calendar says which days are worked and when offices are open. The methods hold for one that Check accepts; it may
// be used concurrently and is not changed.
type Calendar struct {
	// Version is the compare-and-swap token of the store, which raises it with every change. 0 is the default that
	// nobody has changed yet.
	Version uint64 `json:"version"`

	Week   Week `json:"week"`   // the days of the week that are worked
	Opens  Hour `json:"opens"`  // what comes before counts from then on
	Closes Hour `json:"closes"` // what comes after counts from the next opening

	Yearly []Yearly  `json:"yearly"`  // holidays with the same date every year
	Off    []Special `json:"off"`     // further days that are not worked: Tết, days in lieu, a storm
	MakeUp []Special `json:"make_up"` // days that are worked whatever else is said of them

	// Urgent are the limits of urgent documents by priority 1 to 4. The law says "at once" and gives no number: they
	// are a setting, and stand on every report.
	Urgent [Priorities]Urgent `json:"urgent"`
}

// Priorities is how many urgencies there are: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ.
const Priorities = 5

// Urgent are the limits of one urgency; 0 means that there is none but the law's.
type Urgent struct {
	Send    Span `json:"send"`    // from signing to the hub's acceptance, where the time of signing is known
	Receive Span `json:"receive"` // from arrival to the addressee's acceptance
	Assign  Span `json:"assign"`  // from that to the person responsible
}

// A Special is one day with what it is called.
type Special struct {
	Day  Day    `json:"day"`
	Name string `json:"name,omitempty"`
}

// A Yearly is a date with what it is called.
type Yearly struct {
	Date Date   `json:"date"`
	Name string `json:"name,omitempty"`
}

// Default is what holds until an operator says otherwise: Monday to Friday, 07:30 to 17:00, off on the public holidays
// with a date in the solar calendar (Labour Code 2019, article 112). Tết, the Hùng kings' day and the days in lieu are
// announced from year to year and entered by people.
func Default() Calendar {
	const h, m = Span(time.Hour), Span(time.Minute)
	return Calendar{
		Week: WeekOf(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday), Opens: 7*60 + 30, Closes: 17 * 60,
		Yearly: []Yearly{
			{Date{time.January, 1}, "Tết Dương lịch"}, {Date{time.April, 30}, "Ngày Chiến thắng"},
			{Date{time.May, 1}, "Ngày Quốc tế lao động"}, {Date{time.September, 2}, "Quốc khánh"},
		},
		Urgent: [Priorities]Urgent{
			1: {Send: 4 * h, Receive: 4 * h, Assign: 4 * h}, 2: {Send: 2 * h, Receive: 2 * h, Assign: 2 * h},
			3: {Send: h, Receive: 30 * m, Assign: h}, 4: {Send: h, Receive: 30 * m, Assign: h},
		},
	}
}

// IsWorkingDay reports whether offices work on the day.
func (c Calendar) IsWorkingDay(d Day) bool {
	if listed(c.MakeUp, d) {
		return true
	}
	return c.Week.Has(d.Weekday()) && !listed(c.Off, d) && !c.isYearly(d.date())
}

func listed(days []Special, d Day) bool {
	_, found := slices.BinarySearchFunc(days, d, func(s Special, d Day) int { return int(s.Day) - int(d) })
	return found
}

func (c Calendar) isYearly(d Date) bool {
	return slices.ContainsFunc(c.Yearly, func(y Yearly) bool { return y.Date == d })
}

// NextWorkingDay is the first working day after d.
func (c Calendar) NextWorkingDay(d Day) Day {
	// It ends: Check asks for a day of the week that is worked and bounds how many days are off.
	for d++; !c.IsWorkingDay(d); d++ {
	}
	return d
}

// AddWorkingDays is the n-th working day after d; d itself, working day or not, where n is not positive.
func (c Calendar) AddWorkingDays(d Day, n int) Day {
	for ; n > 0; n-- {
		d = c.NextWorkingDay(d)
	}
	return d
}

// Begins is when what happens at t begins to count: at once while offices are open, else at the next opening. The
// minute of closing is the last that counts on its day.
func (c Calendar) Begins(t time.Time) time.Time {
	d := DayOf(t)
	switch opens := c.Opens.On(d); {
	case !c.IsWorkingDay(d) || t.After(c.Closes.On(d)):
		return c.Opens.On(c.NextWorkingDay(d))
	case t.Before(opens):
		return opens
	}
	return t
}

// SameDay is the first instant that is not on the working day of t anymore: the end of the day on which t begins to
// count. Who stays after closing time is in time.
func (c Calendar) SameDay(t time.Time) time.Time { return DayOf(c.Begins(t)).End() }

// NextDay is the first instant after the working day that follows the day of t.
func (c Calendar) NextDay(t time.Time) time.Time { return c.NextWorkingDay(DayOf(t)).End() }

// DaysAfter is the first instant after the n-th working day behind that on which t begins to count; for n = 0 it is
// SameDay.
func (c Calendar) DaysAfter(t time.Time, n int) time.Time {
	return c.AddWorkingDays(DayOf(c.Begins(t)), n).End()
}

// Within is the span from when t begins to count. Outside of opening hours no time passes before the next opening, and
// from then on it passes by the clock.
func (c Calendar) Within(t time.Time, s Span) time.Time { return c.Begins(t).Add(time.Duration(s)) }

// Worked is when offices have been open for the span since t: time passes in opening hours only.
func (c Calendar) Worked(t time.Time, s Span) time.Time {
	t = c.Begins(t)
	for {
		d := DayOf(t)
		left := c.Closes.On(d).Sub(t)
		if left >= time.Duration(s) {
			return t.Add(time.Duration(s))
		}
		s -= Span(left)
		t = c.Opens.On(c.NextWorkingDay(d))
	}
}

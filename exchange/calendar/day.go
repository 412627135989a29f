package calendar

import (
	"errors"
	"fmt"
	"time"
)

// Zone is that of every day and hour here.
func Zone() *time.Location { return zone }

var zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60) // never written to

// A Day is a day in Việt Nam, counted from 1 January 1970. Days can be compared and subtracted.
type Day int32

// Days lie in these years, so that every day of a calendar has a text of one length.
const (
	firstYear = 1970
	lastYear  = 2199
)

const dayLength = 24 * time.Hour

// DayOf is the day of t in Việt Nam.
func DayOf(t time.Time) Day {
	local := t.In(zone)
	return dayOf(local.Year(), local.Month(), local.Day())
}

func dayOf(year int, month time.Month, day int) Day {
	return Day(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / int64(dayLength/time.Second))
}

// Start is the first instant of the day.
func (d Day) Start() time.Time { return time.Unix(int64(d)*86400-7*3600, 0).In(zone) }

// End is the first instant after the day.
func (d Day) End() time.Time { return (d + 1).Start() }

// Weekday is the day of the week.
func (d Day) Weekday() time.Weekday { return d.Start().Weekday() }

// String is the day as 2026-02-28.
func (d Day) String() string { return d.Start().Format(time.DateOnly) }

var errDay = fmt.Errorf("not a day of %d to %d, as in 2026-02-28", firstYear, lastYear)

// ParseDay reads what String writes. The error says what is expected and does not repeat s.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || len(s) != len(time.DateOnly) || t.Year() < firstYear || t.Year() > lastYear {
		return 0, errDay
	}
	return dayOf(t.Year(), t.Month(), t.Day()), nil
}

// MarshalText is String.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDay.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDay(string(text))
	return err
}

// A Date is a day of every year.
type Date struct {
	Month time.Month
	Day   int
}

// date is the day of the year that d is.
func (d Day) date() Date {
	t := d.Start()
	return Date{t.Month(), t.Day()}
}

var errDate = errors.New("not a day of every year, as in 04-30")

// dateLayout is read in a leap year; 02-29 is then a holiday in leap years only.
const dateLayout = "2006-01-02"

// ParseDate reads what String writes.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, "2000-"+s)
	if err != nil || len(s) != len("01-02") {
		return Date{}, errDate
	}
	return Date{t.Month(), t.Day()}, nil
}

// String is the date as 04-30.
func (d Date) String() string { return fmt.Sprintf("%02d-%02d", int(d.Month), d.Day) }

// MarshalText is String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDate.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

func (d Date) before(o Date) bool { return d.Month < o.Month || d.Month == o.Month && d.Day < o.Day }

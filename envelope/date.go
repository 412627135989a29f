package envelope

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrDate is wrapped by every refusal of ParseDate and Date.UnmarshalText.
var ErrDate = errors.New("not a date")

const (
	dateLayout = "2006/01/02"          // as edXML writes it
	timeLayout = "2006/01/02 15:04:05" // Vietnam time, without a zone
)

// ICT is the zone in which every time of an edXML file is written and every
// time is shown to people. It has no daylight saving, so the zone database is
// not needed. It is always the same value, so that equal times are == .
func ICT() *time.Location { return ict }

var ict = time.FixedZone("ICT", 7*3600) // never written to

// Date is a day of the calendar. The zero Date means "not given". Dates are
// comparable with ==.
type Date struct {
	year, month, day int16
}

// DateOf is the day of t in Vietnam.
func DateOf(t time.Time) Date {
	t = t.In(ICT())
	return Date{int16(t.Year()), int16(t.Month()), int16(t.Day())}
}

// ParseDate reads yyyy/MM/dd, with or without a time of day behind it, which
// is dropped. A day that does not exist is refused. The error wraps ErrDate.
func ParseDate(s string) (Date, error) {
	if len(s) > len(dateLayout) {
		if !isTimeOfDay(s[len(dateLayout):]) {
			return Date{}, fmt.Errorf("%w: %q is not yyyy/MM/dd", ErrDate, s)
		}
		s = s[:len(dateLayout)]
	}
	return parseDay(dateLayout, s)
}

// Year is 0 for the zero Date.
func (d Date) Year() int { return int(d.year) }

// IsZero reports whether no date is given.
func (d Date) IsZero() bool { return d == Date{} }

// Time is the first instant of the day in Vietnam; the zero time for the zero
// Date.
func (d Date) Time() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, ICT())
}

// String is the edXML form, yyyy/MM/dd; "" for the zero Date.
func (d Date) String() string { return d.join("/") }

// MarshalText gives the form of JSON and of files, 2018-09-28; empty for the
// zero Date.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.join("-")), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	*d, err = parseDay(time.DateOnly, string(text))
	return err
}

func (d Date) join(sep string) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d%s%02d%s%02d", d.year, sep, d.month, sep, d.day)
}

func parseDay(layout, s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err == nil && t.Year() < 1 {
		err = errors.New("there was no year 0")
	}
	if err != nil || len(s) != len(layout) {
		return Date{}, fmt.Errorf("%w: %q", ErrDate, s)
	}
	return Date{int16(t.Year()), int16(t.Month()), int16(t.Day())}, nil
}

func isTimeOfDay(s string) bool {
	_, ok := clockTime(s)
	return ok
}

func clockTime(s string) (time.Time, bool) {
	if s[0] != ' ' && s[0] != 'T' {
		return time.Time{}, false
	}
	clock := strings.TrimSpace(s[1:])
	for _, layout := range []string{"15:04:05", "15:04", "15:04:05Z07:00", "03:04:05 PM"} {
		if t, err := time.ParseInLocation(layout, clock, ICT()); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// timeOfDay is a time of day that isTimeOfDay takes, on the day; without a zone it is Vietnam's.
func timeOfDay(d Date, s string) time.Time {
	t, _ := clockTime(s)
	return time.Date(int(d.year), time.Month(d.month), int(d.day), t.Hour(), t.Minute(), t.Second(), 0, t.Location()).In(ICT())
}

// parseTime reads an edXML timestamp, or the ISO 8601 form that Decision
// 28/2018 asks for. A time without a zone is Vietnam's.
func parseTime(s string) (time.Time, error) {
	for _, layout := range []string{timeLayout, "2006/01/02T15:04:05", "2006-01-02T15:04:05", time.RFC3339, dateLayout} {
		if t, err := time.ParseInLocation(layout, s, ICT()); err == nil {
			return t.In(ICT()), nil
		}
	}
	return time.Time{}, fmt.Errorf("%w: %q is not yyyy/MM/dd HH:mm:ss", ErrDate, s)
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(ICT()).Format(timeLayout)
}

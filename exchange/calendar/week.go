package calendar

import (
	"errors"
	"strings"
	"time"
)

// A Week is a set of days of the week.
type Week uint8

// WeekOf is the set of these days.
func WeekOf(days ...time.Weekday) (w Week) {
	for _, d := range days {
		w |= 1 << d
	}
	return w
}

// Has reports whether the day is in the set.
func (w Week) Has(d time.Weekday) bool { return w&(1<<d) != 0 }

// fromMonday are the days in the order in which a week is written, with their names.
var fromMonday = [...]struct {
	day  time.Weekday
	name string
}{
	{time.Monday, "mon"}, {time.Tuesday, "tue"}, {time.Wednesday, "wed"}, {time.Thursday, "thu"}, {time.Friday, "fri"},
	{time.Saturday, "sat"}, {time.Sunday, "sun"},
}

var errWeek = errors.New("not days of the week, each once and in their order, as in mon tue wed thu fri")

// ParseWeek reads what String writes.
func ParseWeek(s string) (w Week, err error) {
	rest := strings.Fields(s)
	for _, d := range fromMonday {
		if len(rest) > 0 && rest[0] == d.name {
			w, rest = w|WeekOf(d.day), rest[1:]
		}
	}
	if len(rest) > 0 || w == 0 {
		return 0, errWeek
	}
	return w, nil
}

// String is the set as mon tue wed thu fri.
func (w Week) String() string {
	var names []string
	for _, d := range fromMonday {
		if w.Has(d.day) {
			names = append(names, d.name)
		}
	}
	return strings.Join(names, " ")
}

// MarshalText is String.
func (w Week) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText is ParseWeek.
func (w *Week) UnmarshalText(text []byte) (err error) {
	*w, err = ParseWeek(string(text))
	return err
}

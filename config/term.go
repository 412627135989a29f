package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Term is a length of time: so many days of the hub's working calendar, written 10wd, or a Duration.
type Term struct {
	WorkingDays int      // 0: Time counts
	Time        Duration // 0 where WorkingDays counts
}

// maxWorkingDays is about a year of them.
const maxWorkingDays = 260

var errTerm = errors.New("not a length of time; write working days as 10wd, or numbers with d, h, m, s or ms, as in 30s, 1h30m or 14d")

// ParseTerm reads what String writes. The error says what is expected and does not repeat s.
func ParseTerm(s string) (Term, error) {
	days, ok := strings.CutSuffix(s, "wd")
	if !ok {
		d, err := ParseDuration(s)
		if err != nil {
			return Term{}, errTerm
		}
		return Term{Time: d}, nil
	}
	n, err := strconv.ParseUint(days, 10, 16)
	if err != nil || n == 0 {
		return Term{}, errTerm
	}
	return Term{WorkingDays: int(n)}, nil
}

// String writes working days as 10wd, time as Duration does.
func (t Term) String() string {
	if t.WorkingDays > 0 {
		return fmt.Sprintf("%dwd", t.WorkingDays)
	}
	return t.Time.String()
}

// MarshalText is String.
func (t Term) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is ParseTerm.
func (t *Term) UnmarshalText(text []byte) (err error) {
	*t, err = ParseTerm(string(text))
	return err
}

// within says how a term breaks its bounds: 1 to 260 working days, or least to a year by the clock.
func (t Term) within(least time.Duration) string {
	if t.WorkingDays > 0 {
		if t.WorkingDays > maxWorkingDays {
			return fmt.Sprintf("= %s is not in 1wd to %dwd", t, maxWorkingDays)
		}
		return ""
	}
	return between(t.Time, Duration(least), Duration(366*day))
}

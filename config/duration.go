package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// A Duration is a length of time that is not negative, written as in Go with days in front: 30s, 1h30m, 30d, 1d12h. A
// day is 24 hours.
type Duration time.Duration

const day = 24 * time.Hour

var errDuration = errors.New("not a duration; write numbers with d, h, m, s or ms, as in 30s, 1h30m or 14d")

// ParseDuration reads what String writes. The error says what is expected and does not repeat s.
func ParseDuration(s string) (Duration, error) {
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		return 0, errDuration
	}
	days, rest, found := strings.Cut(s, "d")
	if !found {
		return clock(s)
	}
	n, err := strconv.ParseUint(days, 10, 32)
	if err != nil || n > uint64(math.MaxInt64/day) {
		return 0, errDuration
	}
	whole := Duration(n) * Duration(day)
	if rest == "" {
		return whole, nil
	}
	part, err := clock(rest)
	if err != nil || part > math.MaxInt64-whole {
		return 0, errDuration
	}
	return whole + part, nil
}

func clock(s string) (Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, errDuration
	}
	return Duration(d), nil
}

// String writes the duration in days and the rest as Go does, without parts that are zero.
func (d Duration) String() string {
	days, rest := time.Duration(d)/day, time.Duration(d)%day
	if days == 0 {
		return trimClock(rest.String())
	}
	if rest == 0 {
		return fmt.Sprintf("%dd", days)
	}
	return fmt.Sprintf("%dd%s", days, trimClock(rest.String()))
}

// trimClock makes 1h of 1h0m0s.
func trimClock(s string) string {
	if t, ok := strings.CutSuffix(s, "m0s"); ok {
		s = t + "m"
	}
	if t, ok := strings.CutSuffix(s, "h0m"); ok {
		s = t + "h"
	}
	return s
}

// MarshalText is String.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseDuration.
func (d *Duration) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDuration(string(text))
	return err
}

package calendar

import (
	"errors"
	"fmt"
	"time"
)

// An Hour is a time of day, in minutes since midnight.
type Hour int

const lastHour Hour = 24*60 - 1

var errHour = errors.New("not a time of day from 00:00 to 23:59, as in 07:30")

// ParseHour reads what String writes.
func ParseHour(s string) (Hour, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, errHour
	}
	return Hour(t.Hour()*60 + t.Minute()), nil
}

// String is the hour as 07:30.
func (h Hour) String() string { return fmt.Sprintf("%02d:%02d", int(h)/60, int(h)%60) }

// On is the hour of a day.
func (h Hour) On(d Day) time.Time { return d.Start().Add(time.Duration(h) * time.Minute) }

// MarshalText is String.
func (h Hour) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText is ParseHour.
func (h *Hour) UnmarshalText(text []byte) (err error) {
	*h, err = ParseHour(string(text))
	return err
}

// A Span is a length of time in whole minutes, written as in Go: 30m, 1h30m.
type Span time.Duration

// maxSpan is longer than any limit that could be called urgent.
const maxSpan = Span(30 * dayLength)

var errSpan = errors.New("not a length of time in whole minutes up to 720h, as in 30m or 1h30m")

// ParseSpan reads what String writes, and what else Go takes for the same.
func ParseSpan(s string) (Span, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d%time.Minute != 0 || Span(d) > maxSpan {
		return 0, errSpan
	}
	return Span(d), nil
}

// String is the span without seconds; 0m for none.
func (s Span) String() string {
	hours, minutes := int64(s)/int64(time.Hour), int64(s)/int64(time.Minute)%60
	switch {
	case hours == 0:
		return fmt.Sprintf("%dm", minutes)
	case minutes == 0:
		return fmt.Sprintf("%dh", hours)
	}
	return fmt.Sprintf("%dh%dm", hours, minutes)
}

// MarshalText is String.
func (s Span) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSpan.
func (s *Span) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSpan(string(text))
	return err
}

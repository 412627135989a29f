package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Size is a number of bytes, written as a whole number with a unit: 512B, 20KiB, 64MiB, 1GiB. The unit is required
// and a multiple of 1024: nobody has to guess.
type Size int64

var errSize = errors.New("not a size; write a whole number and B, KiB, MiB or GiB, as in 64MiB")

// ParseSize reads what String writes. The error says what is expected and does not repeat s.
func ParseSize(s string) (Size, error) {
	digits := strings.TrimRight(s, "BKMGi")
	unit, ok := sizeUnit(s[len(digits):])
	n, err := strconv.ParseUint(digits, 10, 63)
	if !ok || err != nil {
		return 0, errSize
	}
	if n > math.MaxInt64/uint64(unit) {
		return 0, errors.New("more bytes than can be counted")
	}
	return Size(n) * unit, nil
}

func sizeUnit(name string) (Size, bool) {
	switch name {
	case "B":
		return 1, true
	case "KiB":
		return 1 << 10, true
	case "MiB":
		return 1 << 20, true
	case "GiB":
		return 1 << 30, true
	}
	return 0, false
}

// String writes the size in the largest unit in which it is whole.
func (s Size) String() string {
	for _, name := range []string{"GiB", "MiB", "KiB"} {
		if unit, _ := sizeUnit(name); s != 0 && s%unit == 0 {
			return fmt.Sprintf("%d%s", s/unit, name)
		}
	}
	return fmt.Sprintf("%dB", int64(s))
}

// MarshalText is String.
func (s Size) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is ParseSize.
func (s *Size) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSize(string(text))
	return err
}

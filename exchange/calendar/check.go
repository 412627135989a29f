package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxDays   = 2000 // of each kind: a generation of holidays
	maxYearly = 100  // so that some days of a year are worked
	maxName   = 100  // characters
)

// Check says what is wrong with the calendar; nil for one that can be used. Days are listed in their order and once.
func (c Calendar) Check() error {
	return errors.Join(c.checkHours(), c.checkDays(), c.checkUrgent())
}

func (c Calendar) checkHours() error {
	switch {
	case c.Week&WeekOf(0, 1, 2, 3, 4, 5, 6) == 0 || c.Week>>7 != 0:
		return errors.New("calendar: week: no day is worked")
	case c.Opens < 0 || c.Closes > lastHour || c.Opens >= c.Closes:
		return fmt.Errorf("calendar: hours: opening at %s is not before closing at %s", c.Opens, c.Closes)
	}
	return nil
}

func (c Calendar) checkDays() error {
	if len(c.Off) > maxDays || len(c.MakeUp) > maxDays || len(c.Yearly) > maxYearly {
		return fmt.Errorf("calendar: more than %d days of a kind, or %d yearly ones", maxDays, maxYearly)
	}
	for _, days := range [][]Special{c.Off, c.MakeUp} {
		for i, d := range days {
			if i > 0 && days[i-1].Day >= d.Day {
				return fmt.Errorf("calendar: %s stands twice or not in its order", d.Day)
			}
			if err := checkSpecial(d); err != nil {
				return err
			}
		}
	}
	for i, y := range c.Yearly {
		if i > 0 && !c.Yearly[i-1].Date.before(y.Date) {
			return fmt.Errorf("calendar: %s stands twice or not in its order", y.Date)
		}
		if d, err := ParseDate(y.Date.String()); err != nil || d != y.Date {
			return fmt.Errorf("calendar: %s is %w", y.Date, errDate)
		}
		if err := checkName(y.Name); err != nil {
			return fmt.Errorf("calendar: %s: %w", y.Date, err)
		}
	}
	return c.checkBoth()
}

// checkBoth: a day that is off and worked was meant to be one of them.
func (c Calendar) checkBoth() error {
	for _, d := range c.Off {
		if listed(c.MakeUp, d.Day) {
			return fmt.Errorf("calendar: %s is off and made up for", d.Day)
		}
	}
	return nil
}

func checkSpecial(s Special) error {
	if d, err := ParseDay(s.Day.String()); err != nil || d != s.Day {
		return fmt.Errorf("calendar: day %d is %w", s.Day, errDay)
	}
	if err := checkName(s.Name); err != nil {
		return fmt.Errorf("calendar: %s: %w", s.Day, err)
	}
	return nil
}

// checkName: a name is the rest of a line of the text form.
func checkName(s string) error {
	switch {
	case utf8.RuneCountInString(s) > maxName:
		return fmt.Errorf("the name has more than %d characters", maxName)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == '#' }) ||
		strings.Join(strings.Fields(s), " ") != s:
		return errors.New("the name is not printable words without # and with one blank between them")
	}
	return nil
}

func (c Calendar) checkUrgent() error {
	if c.Urgent[0] != (Urgent{}) {
		return errors.New("calendar: urgent: routine documents have the law's limits and no others")
	}
	for priority, u := range c.Urgent {
		for _, s := range []Span{u.Send, u.Receive, u.Assign} {
			if back, err := ParseSpan(s.String()); err != nil || back != s {
				return fmt.Errorf("calendar: urgent %d: %w", priority, errSpan)
			}
		}
	}
	return nil
}

// Ordered is the calendar with its days in their order, as Check wants them.
func (c Calendar) Ordered() Calendar {
	byDay := func(a, b Special) int { return int(a.Day) - int(b.Day) }
	c.Off, c.MakeUp, c.Yearly = slices.Clone(c.Off), slices.Clone(c.MakeUp), slices.Clone(c.Yearly)
	slices.SortStableFunc(c.Off, byDay)
	slices.SortStableFunc(c.MakeUp, byDay)
	slices.SortStableFunc(c.Yearly, func(a, b Yearly) int {
		return (int(a.Date.Month)-int(b.Date.Month))*32 + a.Date.Day - b.Date.Day
	})
	return c
}

// WithOff is the calendar with the day off; a name that it had is replaced, and it is no make-up day any more.
func (c Calendar) WithOff(s Special) Calendar {
	c = c.Without(s.Day)
	c.Off = append(c.Off, s)
	return c.Ordered()
}

// WithMakeUp is the calendar with the day worked; it is not off any more.
func (c Calendar) WithMakeUp(s Special) Calendar {
	c = c.Without(s.Day)
	c.MakeUp = append(c.MakeUp, s)
	return c.Ordered()
}

// Without is the calendar that says nothing special of the day.
func (c Calendar) Without(d Day) Calendar {
	is := func(s Special) bool { return s.Day == d }
	c.Off = slices.DeleteFunc(slices.Clone(c.Off), is)
	c.MakeUp = slices.DeleteFunc(slices.Clone(c.MakeUp), is)
	return c
}

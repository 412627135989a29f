package calendar

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The text form has one thing on a line; what follows a # is for people.
//
//	week mon tue wed thu fri
//	hours 07:30 17:00
//	yearly 01-01 Tết Dương lịch
//	off 2026-02-16 Tết Nguyên đán
//	off 2026-02-16..2026-02-20 Tết Nguyên đán
//	work 2026-02-28 Làm bù
//	urgent 3 send 1h receive 30m assign 1h

// maxText bounds a file: every day with the longest name.
const maxText = 4 << 20

// String is the text form without the version. Parse reads it back as it was.
func (c Calendar) String() string {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.TrimRight(strings.Join(words, " "), " ") + "\n") }
	line("week", c.Week.String())
	line("hours", c.Opens.String(), c.Closes.String())
	for _, y := range c.Yearly {
		line("yearly", y.Date.String(), y.Name)
	}
	for _, d := range c.Off {
		line("off", d.Day.String(), d.Name)
	}
	for _, d := range c.MakeUp {
		line("work", d.Day.String(), d.Name)
	}
	for priority, u := range c.Urgent {
		if u != (Urgent{}) {
			line("urgent", strconv.Itoa(priority), "send", u.Send.String(), "receive", u.Receive.String(), "assign", u.Assign.String())
		}
	}
	return b.String()
}

// Parse reads a whole calendar. The error names the line; week and hours are mandatory. The version is 0.
func Parse(r io.Reader) (Calendar, error) {
	p := parser{whole: true}
	if err := p.read(r); err != nil {
		return Calendar{}, err
	}
	if !p.seen["week"] || !p.seen["hours"] {
		return Calendar{}, errors.New("calendar: week and hours are missing")
	}
	c := p.c.Ordered()
	return c, c.Check()
}

// ParseDays reads lines of off and work alone, and puts them over what c says of those days. Days that the file names
// twice are refused.
func ParseDays(c Calendar, r io.Reader) (Calendar, error) {
	p := parser{}
	if err := p.read(r); err != nil {
		return c, err
	}
	for _, d := range p.c.Off {
		c = c.WithOff(d)
	}
	for _, d := range p.c.MakeUp {
		c = c.WithMakeUp(d)
	}
	if err := p.c.Ordered().checkDays(); err != nil {
		return c, err
	}
	return c, c.Check()
}

// A parser reads lines into c. Whole takes all kinds of lines, otherwise days only.
type parser struct {
	c     Calendar
	whole bool
	seen  map[string]bool // what may stand once
}

func (p *parser) read(r io.Reader) error {
	p.seen = map[string]bool{}
	s := bufio.NewScanner(io.LimitReader(r, maxText+1))
	read := 0
	for n := 1; s.Scan(); n++ {
		if read += len(s.Bytes()) + 1; read > maxText {
			return fmt.Errorf("calendar: longer than %d bytes", maxText)
		}
		text, _, _ := strings.Cut(strings.TrimPrefix(s.Text(), "\ufeff"), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := p.line(words[0], words[1:]); err != nil {
			return fmt.Errorf("calendar: line %d: %s: %w", n, clip(words[0]), err)
		}
	}
	if err := s.Err(); err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	return nil
}

// clip keeps an answer from repeating a whole file that is none.
func clip(s string) string { return strconv.Quote(s[:min(len(s), 20)]) }

func (p *parser) line(kind string, words []string) error {
	if !p.whole && kind != "off" && kind != "work" {
		return errors.New("only off and work stand here")
	}
	switch kind {
	case "week", "hours":
		return p.once(kind, words)
	case "yearly":
		return p.yearly(words)
	case "off":
		return special(&p.c.Off, words)
	case "work":
		return special(&p.c.MakeUp, words)
	case "urgent":
		return p.urgent(words)
	}
	return errors.New("none of week, hours, yearly, off, work, urgent")
}

func (p *parser) once(kind string, words []string) (err error) {
	if p.seen[kind] {
		return errors.New("stands twice")
	}
	p.seen[kind] = true
	if kind == "week" {
		p.c.Week, err = ParseWeek(strings.Join(words, " "))
		return err
	}
	if len(words) != 2 {
		return errors.New("not opening and closing, as in 07:30 17:00")
	}
	if p.c.Opens, err = ParseHour(words[0]); err != nil {
		return err
	}
	p.c.Closes, err = ParseHour(words[1])
	return err
}

func (p *parser) yearly(words []string) error {
	if len(words) == 0 {
		return errDate
	}
	d, err := ParseDate(words[0])
	if err != nil {
		return err
	}
	p.c.Yearly = append(p.c.Yearly, Yearly{Date: d, Name: strings.Join(words[1:], " ")})
	return nil
}

// special reads one day or a range of days.
func special(to *[]Special, words []string) error {
	if len(words) == 0 {
		return errDay
	}
	first, last, isRange := strings.Cut(words[0], "..")
	from, err := ParseDay(first)
	if err != nil {
		return err
	}
	until := from
	if isRange {
		if until, err = ParseDay(last); err != nil {
			return err
		}
	}
	if until < from || int(until-from)+len(*to) >= maxDays {
		return fmt.Errorf("the range is empty, or there are more than %d days", maxDays)
	}
	for d := from; d <= until; d++ {
		*to = append(*to, Special{Day: d, Name: strings.Join(words[1:], " ")})
	}
	return nil
}

var errUrgent = errors.New("not a priority 1 to 4 with limits, as in 3 send 1h receive 30m assign 1h")

func (p *parser) urgent(words []string) error {
	if len(words) != 7 || words[1] != "send" || words[3] != "receive" || words[5] != "assign" {
		return errUrgent
	}
	priority, err := strconv.Atoi(words[0])
	if err != nil || priority < 1 || priority >= Priorities {
		return errUrgent
	}
	name := "urgent " + strconv.Itoa(priority)
	if p.seen[name] {
		return fmt.Errorf("priority %d stands twice", priority)
	}
	p.seen[name] = true
	u := &p.c.Urgent[priority]
	for i, to := range []*Span{&u.Send, &u.Receive, &u.Assign} {
		if *to, err = ParseSpan(words[2+2*i]); err != nil {
			return err
		}
	}
	return nil
}

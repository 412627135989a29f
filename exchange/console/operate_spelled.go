package console

import (
	"regexp"
	"strings"

	"github.com/lienthong/lienthong/exchange/calendar"
)

// The calendar and the configuration have texts of their own for software. People read and write them in words, in either
// language whatever the page's; the texts for software are still read.

// lengths are parts of a length of time as software writes them: 1h30m, 20wd.
var lengths = regexp.MustCompile(`(\d+)(wd|ms|d|h|m|s)`)

// spelled puts every length of time in a text into words: 1h30m is 1 giờ 30 phút. One of nothing is a limit that there is not.
func (w words) spelled(text string) string {
	if m := lengths.FindStringSubmatch(text); m != nil && m[0] == text && strings.Trim(m[1], "0") == "" {
		return w.text("length.none")
	}
	all := lengths.ReplaceAllStringFunc(text, func(part string) string {
		m := lengths.FindStringSubmatch(part)
		key := "length." + m[2]
		if m[1] == "1" {
			key += ".one"
		}
		return w.text(key, "n", m[1]) + " "
	})
	all = strings.NewReplacer(" ,", ",", " ]", "]").Replace(all)
	return strings.TrimSpace(strings.Trim(all, "[]"))
}

// written lengths are read without regard to diacritics and case.
var lengthWords = regexp.MustCompile(`^(?:(\d+) ?(?:gio|h|hours?) ?)?(?:(\d+) ?(?:phut|m|min|minutes?))?$`)

// readLength reads what spelled writes of a limit, as the text of a calendar; "?" for what is no length.
func readLength(text string) string {
	text = strings.Join(folded(text), " ")
	switch text {
	case "khong dat", "none", "0", "0s":
		return "0m"
	}
	m := lengthWords.FindStringSubmatch(text)
	if m == nil || text == "" {
		return "?"
	}
	var out string
	if m[1] != "" {
		out = m[1] + "h"
	}
	if m[2] != "" {
		out += m[2] + "m"
	}
	return out
}

// dayLines are special days as lines of a form; neighbours of one name are one line.
func (w words) dayLines(key string, days []calendar.Special) string {
	var b strings.Builder
	for i := 0; i < len(days); {
		last := i
		for last+1 < len(days) && days[last+1].Day == days[last].Day+1 && days[last+1].Name == days[i].Name {
			last++
		}
		b.WriteString(w.text(key) + " " + calendarDay(days[i].Day))
		if last > i {
			b.WriteString("–" + calendarDay(days[last].Day))
		}
		b.WriteString(strings.TrimRight(" "+days[i].Name, " ") + "\n")
		i = last + 1
	}
	return b.String()
}

func calendarDay(d calendar.Day) string { return written(d.Start(), "02/01/2006") }

const dayPattern = `(\d\d?/\d\d?/\d{4}|\d{4}-\d\d-\d\d)`

var (
	dayLine    = regexp.MustCompile(`(?i)^(nghỉ|off|day off|làm bù|work|working day)\s+` + dayPattern + `(?:\s*(?:–|-|\.\.)\s*` + dayPattern + `)?(?:\s+(.*))?$`)
	yearlyLine = regexp.MustCompile(`^(?:(\d\d?)/(\d\d?)|(\d\d)-(\d\d))(?:\s+(.*))?$`)
)

// readDayLine reads a line of a day off or a make-up day as the text of a calendar; false for what is none.
func readDayLine(text string) (string, bool) {
	m := dayLine.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	kind := "off"
	switch strings.ToLower(m[1]) {
	case "làm bù", "work", "working day":
		kind = "work"
	}
	days := isoDay(m[2])
	_, err := calendar.ParseDay(days)
	if m[3] != "" && err == nil {
		_, err = calendar.ParseDay(isoDay(m[3]))
		days += ".." + isoDay(m[3])
	}
	return strings.TrimSpace(kind + " " + days + " " + m[4]), err == nil
}

// readYearlyLine reads a holiday of every year as the text of a calendar; false for what is none.
func readYearlyLine(text string) (string, bool) {
	m := yearlyLine.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	date := m[3] + "-" + m[4]
	if m[1] != "" {
		date = twoDigits(m[2]) + "-" + twoDigits(m[1])
	}
	_, err := calendar.ParseDate(date)
	return strings.TrimSpace("yearly " + date + " " + m[5]), err == nil
}

// isoDay is a day as the calendar's text has it: 31/12/2026 is 2026-12-31.
func isoDay(s string) string {
	parts := strings.Split(s, "/")
	if len(parts) != 3 {
		return s
	}
	return parts[2] + "-" + twoDigits(parts[1]) + "-" + twoDigits(parts[0])
}

func twoDigits(s string) string { return strings.Repeat("0", 2-len(s)) + s }

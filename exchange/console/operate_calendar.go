package console

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// A calendarPage is the working calendar with the limits that hang on it.
type calendarPage struct {
	Version       uint64
	Opens, Closes string
	Week          []option
	Yearly, Days  string // as text, a line for each
	Urgent        []urgentRow
	Next          []field // the next days that are not as the week says
	Error, Done   string
	Clocks        []string // how each clock is judged
	Thresholds    []threshold
}

type urgentRow struct {
	Priority              int
	Name                  string
	Send, Receive, Assign string
}

func weekdays() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

func (c *console) calendarPage(v *visit) error {
	p := c.calendarForm(v.words, c.Hub.Calendar())
	switch v.QueryParam("xong") {
	case "1":
		p.Done = v.words.text("calendar.done", "version", p.Version)
	case "nhu-cu":
		p.Done = v.words.text("calendar.same", "version", p.Version)
	}
	return c.show(v, "calendar", p)
}

func (c *console) calendarForm(w words, k calendar.Calendar) calendarPage {
	p := calendarPage{Version: k.Version, Opens: k.Opens.String(), Closes: k.Closes.String(), Thresholds: w.thresholds(c.Machine.Settings)}
	for _, d := range weekdays() {
		p.Week = append(p.Week, option{strconv.Itoa(int(d)), w.text("weekday." + strconv.Itoa(int(d))), k.Week.Has(d)})
	}
	for _, y := range k.Yearly {
		p.Yearly += strings.TrimSpace(fmt.Sprintf("%02d/%02d %s", y.Date.Day, y.Date.Month, y.Name)) + "\n"
	}
	p.Days = w.dayLines("calendar.line.off", k.Off) + w.dayLines("calendar.line.work", k.MakeUp)
	for priority := 1; priority < calendar.Priorities; priority++ {
		u := k.Urgent[priority]
		p.Urgent = append(p.Urgent, urgentRow{priority, w.text("calendar.priority." + strconv.Itoa(priority)), w.spelled(u.Send.String()), w.spelled(u.Receive.String()), w.spelled(u.Assign.String())})
	}
	for _, clock := range exchange.Clocks() {
		vi, en := clock.Words(k)
		if w.Lang != "vi" {
			vi = en
		}
		p.Clocks = append(p.Clocks, vi)
	}
	p.Next = upcoming(w, k, calendar.DayOf(c.Clock()))
	return p
}

// upcoming are the days of the next two months that are not worked, or are worked, otherwise than the week says.
func upcoming(w words, k calendar.Calendar, today calendar.Day) (list []field) {
	for d := today; d < today+60; d++ {
		if works := k.IsWorkingDay(d); works != k.Week.Has(d.Weekday()) {
			key := "calendar.day.off"
			if works {
				key = "calendar.day.work"
			}
			list = append(list, field{written(d.Start(), "02/01/2006"), w.text(key)})
		}
	}
	return list
}

// setCalendar puts the calendar of the form, if nobody has changed it since the form was filled.
func (c *console) setCalendar(v *visit) error {
	next, err := c.calendarIn(v)
	var set calendar.Calendar
	if err == nil {
		set, err = c.Hub.SetCalendar(v.ctx(), v.caller, next)
	}
	if err == nil {
		done := "1"
		if set.Version == next.Version {
			done = "nhu-cu"
		}
		return v.Redirect(http.StatusSeeOther, "/van-hanh/lich?xong="+done)
	}
	p := c.calendarForm(v.words, c.Hub.Calendar())
	status := http.StatusUnprocessableEntity
	switch exchange.KindOf(err) {
	case exchange.Conflict:
		status, p.Error = http.StatusConflict, v.words.text("calendar.changed")
	case exchange.BadRequest:
		p.Error = v.words.said(err)
		c.asTyped(v, &p)
	default:
		return err
	}
	return c.render(v, status, "calendar", v.words.text("calendar.title"), p)
}

// asTyped keeps what was typed for who has to mend it.
func (c *console) asTyped(v *visit, p *calendarPage) {
	p.Opens, p.Closes, p.Yearly, p.Days = v.FormValue("mo-cua"), v.FormValue("dong-cua"), v.FormValue("hang-nam"), v.FormValue("ngay")
	for i := range p.Urgent {
		u, n := &p.Urgent[i], strconv.Itoa(p.Urgent[i].Priority)
		u.Send, u.Receive, u.Assign = v.FormValue("gui-"+n), v.FormValue("nhan-"+n), v.FormValue("giao-"+n)
	}
}

// calendarIn reads the form as the text of a calendar, which package calendar knows how to read.
func (c *console) calendarIn(v *visit) (calendar.Calendar, error) {
	var b strings.Builder
	line := func(words ...string) { b.WriteString(strings.Join(words, " ") + "\n") }
	week := calendar.Week(0)
	form, err := v.FormParams()
	if err != nil {
		return calendar.Calendar{}, exchange.BadRequest
	}
	for _, d := range weekdays() {
		for _, value := range form["tuan"] {
			if value == strconv.Itoa(int(d)) {
				week |= calendar.WeekOf(d)
			}
		}
	}
	line("week", week.String())
	line("hours", oneWord(v.FormValue("mo-cua")), oneWord(v.FormValue("dong-cua")))
	for _, of := range []struct {
		field string
		read  func(string) (string, bool)
	}{{"hang-nam", readYearlyLine}, {"ngay", readDayLine}} {
		for text := range strings.Lines(norm.NFC.String(v.FormValue(of.field))) {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			if strings.Contains(text, "#") { // in a calendar's text a name would end there
				return calendar.Calendar{}, badLine(v.words, "ten", text)
			}
			day, ok := of.read(text)
			if !ok {
				return calendar.Calendar{}, badLine(v.words, of.field, text)
			}
			line(day)
		}
	}
	for priority := 1; priority < calendar.Priorities; priority++ {
		n := strconv.Itoa(priority)
		send, receive, assign := readLength(v.FormValue("gui-"+n)), readLength(v.FormValue("nhan-"+n)), readLength(v.FormValue("giao-"+n))
		for _, length := range []string{send, receive, assign} {
			if _, err := calendar.ParseSpan(length); err != nil {
				return calendar.Calendar{}, badLine(v.words, "nguong", v.words.text("calendar.priority."+n))
			}
		}
		line("urgent", n, "send", send, "receive", receive, "assign", assign)
	}
	k, err := calendar.Parse(strings.NewReader(b.String()))
	if err != nil {
		return k, &exchange.Error{Kind: exchange.BadRequest, Detail: err.Error(), VI: "Lịch chưa đúng: " + err.Error() + ".", Err: err}
	}
	k.Version, err = strconv.ParseUint(v.FormValue("ban"), 10, 64)
	if err != nil {
		return k, exchange.BadRequest
	}
	return k, nil
}

// badLine says which line of a field cannot be read, and how one is written.
func badLine(w words, field, line string) error {
	if r := []rune(line); len(r) > 60 {
		line = string(r[:60]) + "…"
	}
	text := w.text("calendar.bad."+field, "line", strings.ToValidUTF8(line, ""))
	return &exchange.Error{Kind: exchange.BadRequest, Detail: text, VI: text}
}

// oneWord keeps a field of one value from becoming several words of a line.
func oneWord(s string) string {
	if f := strings.Fields(s); len(f) == 1 {
		return f[0]
	}
	return "?"
}

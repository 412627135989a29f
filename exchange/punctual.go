package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange/calendar"
)

// A Month is a month in Việt Nam, counted from January of the year 0. A delivery belongs to the month in which its
// document was accepted by the hub (T1).
type Month int

// MonthOf is the month of t.
func MonthOf(t time.Time) Month {
	local := t.In(calendar.Zone())
	return Month(local.Year()*12 + int(local.Month()) - 1)
}

// begins is the first instant of the month.
func (m Month) begins() time.Time {
	return time.Date(int(m)/12, time.Month(int(m)%12+1), 1, 0, 0, 0, 0, calendar.Zone()).UTC()
}

// ParseMonth reads what String writes.
func ParseMonth(s string) (Month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || len(s) != len("2006-01") || t.Year() < 1970 {
		return 0, errors.New("exchange: not a month, as in 2026-03")
	}
	return Month(t.Year()*12 + int(t.Month()) - 1), nil
}

// String is the month as 2026-03.
func (m Month) String() string { return fmt.Sprintf("%04d-%02d", int(m)/12, int(m)%12+1) }

// Punctuality is a roll-up: how many deliveries have which verdict, by clock. It is kept, never counted. What runs is
// turned overdue within a minute of its limit.
type Punctuality map[Clock]map[Verdict]int64

// Add adds another roll-up.
func (p Punctuality) Add(o Punctuality) {
	for k, verdicts := range o {
		for v, n := range verdicts {
			p.Count(k, v, n)
		}
	}
}

// Count adds n deliveries.
func (p Punctuality) Count(k Clock, v Verdict, n int64) {
	if p[k] == nil {
		p[k] = make(map[Verdict]int64)
	}
	p[k][v] += n
}

// A PunctualityQuery asks for the roll-up of a month. Agencies are summed; none means the whole hub.
type PunctualityQuery struct {
	Agencies []AgencyID
	Role     Role
	Month    Month
}

// Punctuality returns the roll-up of the caller's own agency; an operator may ask for any, or for the whole hub.
func (h *Hub) Punctuality(ctx context.Context, c Caller, q PunctualityQuery) (Punctuality, error) {
	if c.Operator == "" {
		q.Agencies = []AgencyID{c.Agency}
	}
	if c.Operator == "" && c.Agency == "" {
		return nil, Errorf(Forbidden, "only an agency has figures of its own")
	}
	if len(q.Agencies) == 0 {
		return h.Store.Punctuality(ctx, "", "", q.Month)
	}
	if q.Role != Sent && q.Role != Received {
		return nil, &Error{Kind: BadRequest, Path: "role", Detail: "role is sent or received", VI: "role là sent hoặc received."}
	}
	sum := Punctuality{}
	for _, id := range q.Agencies {
		p, err := h.Store.Punctuality(ctx, id, q.Role, q.Month)
		if err != nil {
			return nil, err
		}
		sum.Add(p)
	}
	return sum, nil
}

// passBatch bounds one round of PassLimits: what is left comes with the next.
const passBatch = 500

// PassLimits turns what is past its limit overdue; it returns how many deliveries were looked at. Nothing past its
// limit: no write.
func (h *Hub) PassLimits(ctx context.Context) (int, error) {
	return h.Store.PassLimits(ctx, h.now(), passBatch)
}

// Duties lists what the caller has still to do by a clock, the most pressing first, at most limit. Documents that it
// has not got yet are not among them.
func (h *Hub) Duties(ctx context.Context, c Caller, k Clock, limit int) ([]Row, error) {
	if c.Agency == "" {
		return nil, Errorf(Forbidden, "only an agency has duties")
	}
	ds, err := h.Store.Duties(ctx, c.Agency, k, limit)
	if err != nil {
		return nil, err
	}
	now := h.now()
	rows := make([]Row, 0, len(ds))
	for _, d := range ds {
		m, err := h.Store.Message(ctx, d.Message)
		if err != nil {
			return nil, err
		}
		m.Addressees = only(m.Addressees, []Delivery{d})
		rows = append(rows, Row{Message: m.unlinked(), Deliveries: []Delivery{d.AsOf(now)}})
	}
	return rows, nil
}

// Words is how a clock is judged, in Vietnamese and in English, for the foot of a report.
func (k Clock) Words(c calendar.Calendar) (vi, en string) {
	switch k {
	case ClockSend:
		return "Gửi đúng hạn: trục tiếp nhận (T1) chậm nhất trong ngày làm việc tiếp theo ngày ký ban hành (T0)" + urgentVI(c, sendOf),
			"Sent in time: accepted by the hub (T1) on the working day after the day of signing (T0) at the latest" + urgentEN(c, sendOf)
	case ClockArrive:
		return "Đến đúng giờ hẹn: văn bản hỏa tốc hẹn giờ đến nơi nhận (T2) trước giờ hẹn (không ghi giờ: trước " + c.Closes.String() + " ngày hẹn)",
			"Arrived by its hour: a document \"hỏa tốc hẹn giờ\" is there (T2) before its hour (none given: before " + c.Closes.String() + " of its day)"
	case ClockReceive:
		return "Tiếp nhận đúng hạn: tiếp nhận hoặc từ chối (T3) trong ngày làm việc đến (T2); đến sau " + c.Closes.String() + " tính từ " + c.Opens.String() + " ngày làm việc tiếp theo" + urgentVI(c, receiveOf),
			"Received in time: accepted or refused (T3) on the working day of arrival (T2); what arrives after " + c.Closes.String() + " counts from " + c.Opens.String() + " of the next working day" + urgentEN(c, receiveOf)
	case ClockAssign:
		return "Phân công đúng hạn: phân công (T4) chậm nhất trong ngày làm việc tiếp theo ngày tiếp nhận (T3)" + urgentVI(c, assignOf),
			"Assigned in time: assigned (T4) on the working day after acceptance (T3) at the latest" + urgentEN(c, assignOf)
	case ClockComplete:
		return "Hoàn thành đúng hạn: hoàn thành (T6) trong hạn xử lý ghi trên văn bản", "Completed in time: completed (T6) by the due date of the document"
	}
	return "", ""
}

func sendOf(u calendar.Urgent) calendar.Span    { return u.Send }
func receiveOf(u calendar.Urgent) calendar.Span { return u.Receive }
func assignOf(u calendar.Urgent) calendar.Span  { return u.Assign }

func urgentVI(c calendar.Calendar, of func(calendar.Urgent) calendar.Span) string {
	return urgentWords(c, of, [...]string{1: "khẩn", "thượng khẩn", "hỏa tốc", "hỏa tốc hẹn giờ"}, "; ", " trong ", strings.NewReplacer("h", " giờ ", "m", " phút "))
}

func urgentEN(c calendar.Calendar, of func(calendar.Urgent) calendar.Span) string {
	return urgentWords(c, of, [...]string{1: "urgent", "very urgent", "express", "express by the hour"}, "; ", " within ", strings.NewReplacer("h", " h ", "m", " min "))
}

func urgentWords(c calendar.Calendar, of func(calendar.Urgent) calendar.Span, names [calendar.Priorities]string, sep, within string, units *strings.Replacer) (text string) {
	for priority, u := range c.Urgent {
		if s := of(u); s > 0 {
			text += sep + names[priority] + within + strings.TrimSpace(units.Replace(s.String()))
		}
	}
	return text
}

package exchange

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// A Clock is one of those that the law has running while a document is on its way. A document that is new or replaces
// another has all of them; recalls and updates repeat the number and date of an older document and have none.
type Clock string

const (
	// ClockSend runs from signing (T0) to the hub's acceptance (T1): the next working day at the latest (Decree 30/2020,
	// article 18.1), at once where it is urgent.
	ClockSend Clock = "send"
	// ClockArrive ends with the arrival (T2) of a document "hỏa tốc hẹn giờ", which has an hour to arrive by. No other
	// document has this clock.
	ClockArrive Clock = "arrive"
	// ClockReceive runs from arrival (T2) to the addressee's word that it accepts (T3) or refuses: the same working day
	// (article 21.2).
	ClockReceive Clock = "receive"
	// ClockAssign runs from acceptance (T3) until somebody is responsible (T4): the next working day (article 23.1).
	ClockAssign Clock = "assign"
	// ClockComplete ends with completion (T6) of a document that has a due date.
	ClockComplete Clock = "complete"
)

// Clocks are all clocks, in the order in which they run.
func Clocks() [5]Clock {
	return [5]Clock{ClockSend, ClockArrive, ClockReceive, ClockAssign, ClockComplete}
}

// A Verdict is what a clock says. The empty one says nothing: the clock does not apply, or has not begun.
type Verdict string

const (
	Running Verdict = "running" // not done, and there is time
	Overdue Verdict = "overdue" // not done, and late already
	OnTime  Verdict = "on-time" // done in time
	Late    Verdict = "late"    // done, too late
)

// Verdicts are all that are counted.
func Verdicts() [4]Verdict { return [4]Verdict{OnTime, Late, Running, Overdue} }

// Open reports whether what the clock measures is still to be done.
func (v Verdict) Open() bool { return v == Running || v == Overdue }

// Times are when each step of a delivery's way was taken first; zero: not yet. They are the hub's time, whatever a
// status says of itself. T0 and T1 are the message's.
type Times struct {
	Arrived   time.Time `json:"arrived,omitzero"`   // T2: delivered, or the addressee's first word
	Accepted  time.Time `json:"accepted,omitzero"`  // T3
	Assigned  time.Time `json:"assigned,omitzero"`  // T4
	Completed time.Time `json:"completed,omitzero"` // T6
	// Stopped is when the addressee came to owe nothing more: it has refused the document, or agreed to its recall.
	Stopped time.Time `json:"stopped,omitzero"`
}

// A Mark is what one clock says of a delivery.
type Mark struct {
	// Limit is the first instant that is too late.
	Limit   time.Time `json:"limit,omitzero"`
	Verdict Verdict   `json:"verdict,omitempty"`
	// Calendar is the version of the calendar by which the limit was reckoned.
	Calendar uint64 `json:"calendar,omitempty"`
}

// At is the verdict at a time that may be later than that of the mark: what runs becomes overdue by itself.
func (k Mark) At(now time.Time) Verdict {
	if k.Verdict == Running && !now.Before(k.Limit) {
		return Overdue
	}
	return k.Verdict
}

// Marks are what all clocks say of a delivery.
type Marks struct {
	Send     Mark `json:"send,omitzero"`
	Arrive   Mark `json:"arrive,omitzero"`
	Receive  Mark `json:"receive,omitzero"`
	Assign   Mark `json:"assign,omitzero"`
	Complete Mark `json:"complete,omitzero"`
}

// Of is the mark of one clock; nil for a clock that there is not.
func (m *Marks) Of(k Clock) *Mark {
	switch k {
	case ClockSend:
		return &m.Send
	case ClockArrive:
		return &m.Arrive
	case ClockReceive:
		return &m.Receive
	case ClockAssign:
		return &m.Assign
	case ClockComplete:
		return &m.Complete
	}
	return nil
}

// AsOf is the delivery with its marks as they are at a time that may be later than when it was written.
func (d Delivery) AsOf(now time.Time) Delivery {
	for _, k := range Clocks() {
		mark := d.Marks.Of(k)
		mark.Verdict = mark.At(now)
	}
	return d
}

// Reckon brings a delivery's marks up to its times, its message and now. What is decided stays as it was decided,
// whatever becomes of the calendar; what is open is reckoned by the calendar as it is. It is idempotent, and engines
// call it with everything that they write of a delivery.
func Reckon(c calendar.Calendar, m Message, d Delivery, now time.Time) Marks {
	next := d.Marks
	for _, k := range Clocks() {
		at := next.Of(k)
		if at.Verdict == OnTime || at.Verdict == Late {
			continue
		}
		*at = reckoning{c, m, d}.mark(k, now)
	}
	return next
}

type reckoning struct {
	calendar.Calendar
	m Message
	d Delivery
}

func (r reckoning) mark(k Clock, now time.Time) Mark {
	limit, done := r.measure(k)
	if limit.IsZero() {
		return Mark{}
	}
	mark := Mark{Limit: limit.UTC(), Calendar: r.Version, Verdict: Running}
	switch {
	case !done.IsZero() && done.Before(limit):
		mark.Verdict = OnTime
	case !done.IsZero():
		mark.Verdict = Late
	case !now.Before(limit):
		mark.Verdict = Overdue
	}
	return mark
}

// measure is the limit of a clock and when it was met; a zero limit says that the clock does not apply.
func (r reckoning) measure(k Clock) (limit, done time.Time) {
	t := r.d.Times
	if !r.m.timed() {
		return limit, done
	}
	switch k {
	case ClockSend:
		return SendLimit(r.Calendar, r.m), r.d.AcceptedAt
	case ClockArrive:
		return r.hour(), t.Arrived
	case ClockReceive:
		return r.receive(), first(t.Accepted, t.Stopped)
	case ClockAssign:
		return r.assign(), t.Assigned
	case ClockComplete:
		return r.complete(), t.Completed
	}
	return limit, done
}

func (m Message) timed() bool {
	return m.Class == ClassDocument && (m.Kind == envelope.New || m.Kind == envelope.Replacement)
}

// SendLimit is by when the hub must have a document; zero where it has no date.
//
// T0 is the day of promulgation, which is the day on which the document was signed: the signature of the envelope is
// made when it is sent and would hide every delay. Where that signature tells a time on the same day, it is T0 to the
// second, and urgent documents are held to it; otherwise to the day.
func SendLimit(c calendar.Calendar, m Message) time.Time {
	if !m.timed() || m.Date.IsZero() {
		return time.Time{}
	}
	day := m.Date.Time()
	limit, urgent := c.NextDay(day), urgency(c, m).Send
	switch {
	case urgent == 0:
		return limit
	case calendar.DayOf(m.SignedAt) == calendar.DayOf(day):
		return sooner(limit, m.SignedAt.Add(time.Duration(urgent)))
	}
	return sooner(limit, calendar.DayOf(day).End())
}

// Hour is when a document "hỏa tốc hẹn giờ" must have arrived; zero for all others. edXML has no field for it but the
// due date, whose time of day some software writes; without one it is closing time on that day.
func Hour(c calendar.Calendar, m Message) time.Time {
	switch {
	case m.Priority != atSetHour || m.DueDate.IsZero() || !m.timed():
		return time.Time{}
	case !m.DueAt.IsZero():
		return m.DueAt
	}
	return c.Closes.On(calendar.DayOf(m.DueDate.Time()))
}

const atSetHour = 4

func (r reckoning) hour() time.Time {
	if r.d.State == Withdrawn || r.d.Times.Arrived.IsZero() && !r.d.Times.Stopped.IsZero() {
		return time.Time{}
	}
	return Hour(r.Calendar, r.m)
}

func (r reckoning) receive() time.Time {
	arrived := r.d.Times.Arrived
	if arrived.IsZero() {
		return time.Time{}
	}
	return r.urgently(r.SameDay(arrived), arrived, urgency(r.Calendar, r.m).Receive)
}

func (r reckoning) assign() time.Time {
	t := r.d.Times
	if t.Accepted.IsZero() || t.Assigned.IsZero() && !t.Stopped.IsZero() {
		return time.Time{}
	}
	return r.urgently(r.NextDay(t.Accepted), t.Accepted, urgency(r.Calendar, r.m).Assign)
}

func (r reckoning) complete() time.Time {
	t := r.d.Times
	switch {
	case r.m.DueDate.IsZero() || t.Arrived.IsZero() || t.Completed.IsZero() && !t.Stopped.IsZero():
		return time.Time{}
	case !r.m.DueAt.IsZero():
		return r.m.DueAt
	}
	return calendar.DayOf(r.m.DueDate.Time()).End()
}

func (r reckoning) urgently(limit, from time.Time, s calendar.Span) time.Time {
	if s == 0 {
		return limit
	}
	return sooner(limit, r.Within(from, s))
}

func urgency(c calendar.Calendar, m Message) calendar.Urgent {
	return c.Urgent[min(max(m.Priority, 0), len(c.Urgent)-1)]
}

func sooner(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// first is the earlier of two times, where zero means never.
func first(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// arrive sets T2, once. Only documents have clocks.
func (d Delivery) arrive(at time.Time) Delivery {
	if d.Class == ClassDocument {
		set(&d.Times.Arrived, at)
	}
	return d
}

// told sets the times that a status proves, each once. A later step proves the earlier ones: who has assigned a document
// has accepted it, whether or not the software said so.
func (d Delivery) told(code envelope.StatusCode, at time.Time) Delivery {
	if d.Class != ClassDocument {
		return d
	}
	t := &d.Times
	switch code {
	case envelope.Arrived:
		set(&t.Arrived, at)
	case envelope.Accepted:
		set(&t.Arrived, at, &t.Accepted)
	case envelope.Assigned, envelope.Processing:
		set(&t.Arrived, at, &t.Accepted, &t.Assigned)
	case envelope.Completed:
		set(&t.Arrived, at, &t.Accepted, &t.Assigned, &t.Completed)
	case envelope.Refused:
		set(&t.Arrived, at, &t.Stopped)
	}
	return d
}

func set(to *time.Time, at time.Time, more ...*time.Time) {
	for _, to := range append(more, to) {
		if to.IsZero() {
			*to = at
		}
	}
}

package exchange

import (
	"time"

	"github.com/lienthong/lienthong/exchange/calendar"
)

// A Term is a length of time: working days, or time by the clock where there are none. The zero Term never ends.
type Term struct {
	WorkingDays int
	Time        time.Duration
}

// After is the end of a term that begins at t: of so many working days the end of the last, where what comes after
// closing time begins to count at the next opening. Zero for the zero Term.
func (t Term) After(c calendar.Calendar, at time.Time) time.Time {
	switch {
	case t.WorkingDays > 0:
		return c.DaysAfter(at, t.WorkingDays).UTC()
	case t.Time > 0:
		return at.Add(t.Time)
	}
	return time.Time{}
}

// AtLeast is time by the clock that the term takes at least: a working day takes a day.
func (t Term) AtLeast() time.Duration {
	if t.WorkingDays > 0 {
		return time.Duration(t.WorkingDays) * 24 * time.Hour
	}
	return t.Time
}

// never is where a Term without an end puts a deadline: no hub sees it.
const never = 100 * 365 * 24 * time.Hour

// deadline is the end of a delivery's life.
func (h *Hub) deadline(now time.Time, priority int) time.Time {
	end := byPriority(h.Limits.Lifetime, priority).After(h.Store.Calendar(), now)
	if end.IsZero() {
		return now.Add(never)
	}
	return end
}

// answerBy is until when an addressee has to answer a recall.
func (h *Hub) answerBy(now time.Time) time.Time {
	end := h.Limits.Answer.After(h.Store.Calendar(), now)
	if end.IsZero() {
		return now.Add(never)
	}
	return end
}

func byPriority(terms [5]Term, priority int) Term { return terms[min(max(priority, 0), len(terms)-1)] }

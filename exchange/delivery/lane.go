package delivery

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	// breakAfter is how many outages in a row park an endpoint.
	breakAfter = 5
	// firstPause and lastPause bound the time between two probes of a parked endpoint; it doubles in between.
	firstPause = 5 * time.Second
	lastPause  = 10 * time.Minute
	// longestAsked caps a Retry-After.
	longestAsked = time.Hour
	// slow is from when on an attempt counts as one that holds up others.
	slow = 5 * time.Second
	// unknown ranks before every priority: what has just come may be more urgent than all that is known.
	unknown = 5
	// headStart is what one step of urgency is worth in waiting. It bounds how long a routine document can be passed.
	headStart = 5 * time.Second
)

// A lane is what the dispatcher remembers of one agency's endpoint. It belongs to the goroutine of Run. Losing it
// costs a few attempts.
type lane struct {
	agency   exchange.AgencyID
	inFlight int
	leasing  bool // one at a time: the next is leased when it is known that this one was there

	expresses int // of those in flight, begun for an urgent document

	window float64 // how many attempts may run at the same time
	widest float64

	outages int           // in a row
	pause   time.Duration // before the last probe
	opens   time.Time     // nothing is tried before

	suspect bool      // the last attempt failed or was slow
	urgency int       // of what is probably next: unknown, or the priority last seen
	express bool      // an urgent document is due, as the queue says
	waiting time.Time // since when an attempt could have begun; zero when none waits
}

func newLane(id exchange.AgencyID, widest int) *lane {
	return &lane{agency: id, window: 1, widest: float64(widest), urgency: unknown}
}

func (l *lane) parked() bool { return l.outages >= breakAfter }

// free reports whether an attempt may begin now: a parked endpoint is probed with one document.
func (l *lane) free(now time.Time) bool {
	limit := int(l.window)
	switch {
	case l.parked():
		limit = 1
	case l.urgent():
		limit++ // it does not wait for the agency's own routine documents
	}
	return !l.leasing && l.inFlight < limit && !now.Before(l.opens)
}

// urgent reports whether an urgent document waits and none of the lane is on its way.
func (l *lane) urgent() bool { return l.express && l.expresses == 0 }

func (l *lane) begin() {
	l.inFlight++
	l.leasing = true
	l.waiting = time.Time{}
}

// leased notes what the lease brought: what is left is no more urgent, until something new comes.
func (l *lane) leased(priority int) {
	l.leasing = false
	l.urgency = priority
}

// end takes the verdict of an attempt into account. An answer of any kind proves that the endpoint is there.
func (l *lane) end(v Verdict, took time.Duration, now time.Time, random func() float64) {
	l.inFlight--
	switch v.Class {
	case CutShort, HubFault, EndpointClosed:
		return
	case Outage:
		l.outages++
		l.narrow()
		l.park(now, random)
	case Temporary:
		l.outages, l.pause = 0, 0
		l.narrow()
	default:
		l.answered()
	}
	l.suspect = v.Class == Outage || v.Class == Temporary || took >= slow
	if v.RetryAfter > 0 {
		l.opens = later(l.opens, now.Add(min(v.RetryAfter, longestAsked)))
	}
}

// answered widens the window by one for each full window of documents taken. An endpoint that comes back starts at one.
func (l *lane) answered() {
	l.outages, l.pause = 0, 0
	l.window = min(l.window+1/l.window, l.widest)
}

func (l *lane) narrow() { l.window = max(1, l.window/2) }

// park closes the lane for a while. Attempts that were under way together lengthen the pause once.
func (l *lane) park(now time.Time, random func() float64) {
	if !l.parked() || now.Before(l.opens) {
		return
	}
	l.window = 1
	l.pause = min(max(2*l.pause, firstPause), lastPause)
	l.opens = now.Add(l.pause/2 + time.Duration(random()*float64(l.pause/2)))
}

// nothing is the end of an attempt that could lease nothing: another was faster, or the store failed. The rest keeps
// the store from being asked without end.
func (l *lane) nothing(rest time.Duration, now time.Time) {
	l.inFlight--
	l.leasing = false
	l.opens = later(l.opens, now.Add(rest))
}

// wait notes that the lane could begin and has not yet.
func (l *lane) wait(now time.Time) {
	if l.waiting.IsZero() {
		l.waiting = now
	}
}

// before orders lanes that wait: by waiting, with a head start for urgency, then who has the fewest attempts running.
func (l *lane) before(m *lane) bool {
	mine, other := l.place(), m.place()
	if !mine.Equal(other) {
		return mine.Before(other)
	}
	return l.inFlight < m.inFlight
}

// place has no head start where the queue knows of nothing urgent.
func (l *lane) place() time.Time {
	if !l.express {
		return l.waiting
	}
	return l.waiting.Add(-time.Duration(l.urgency) * headStart)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

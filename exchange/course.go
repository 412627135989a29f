package exchange

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A Course is how far one delivery had come, as the log tells it.
type Course struct {
	Arrived   time.Time // zero: not taken yet
	Accepted  time.Time // by the addressee; zero: not yet
	Refused   bool
	Withdrawn bool
	GivenUp   bool // a dead letter
	// Code is the newest status, Side its words; empty while there is none.
	Code envelope.StatusCode
	At   time.Time
	Side *translog.Side
}

// Courses tells from the entries about a document how far each delivery had come when the log had so many entries.
func Courses(records []LogRecord, seen int64) map[DeliveryID]Course {
	all := make(map[DeliveryID]Course)
	for _, r := range records {
		if id := DeliveryID(r.Entry.Delivery); id != "" && r.Index < seen {
			all[id] = all[id].after(r)
		}
	}
	return all
}

func (c Course) after(r LogRecord) Course {
	switch r.Entry.Type {
	case translog.Delivered, translog.Acknowledged:
		c.Arrived, c.GivenUp = earliest(c.Arrived, r.Entry.Time), false
	case translog.Withdrawn:
		c.Withdrawn = true
	case translog.DeadLettered:
		c.GivenUp = true
	case translog.Requeued, translog.Redirected:
		c.GivenUp = false
	case translog.StatusGiven:
		return c.said(r)
	}
	return c
}

func (c Course) said(r LogRecord) Course {
	c.Code, c.At, c.Side = envelope.StatusCode(r.Entry.Code), r.Entry.Time, r.Side
	switch c.Code {
	case envelope.Refused:
		c.Refused = true
	case envelope.Accepted, envelope.Assigned, envelope.Processing, envelope.Completed:
		c.Accepted = earliest(c.Accepted, r.Entry.Time)
	}
	return c
}

// earliest is the first of two times, of which one may be missing.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

package exchange

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// The functions below are the only places that say what may follow what. They are pure: the store reads a delivery,
// asks, and writes what it is given together with the entry, in one transaction. A refusal changes nothing.

// Leasable reports whether the delivery may be handed out at now.
func Leasable(d Delivery, now time.Time) bool {
	return (d.State == Queued || d.State == Held) && d.Behind == "" && !d.Due.After(now)
}

// HandOut starts an attempt that lasts until the given time. It is no log entry of its own (DESIGN 8): the attempt's
// outcome is. A previous attempt whose lease ran out stays counted in Attempt.
func HandOut(d Delivery, now, until time.Time) (Delivery, error) {
	if !Leasable(d, now) || !until.After(now) {
		return d, Errorf(LeaseLost, "delivery %s is not due", d.ID)
	}
	d.Attempt++
	d.Leased = true
	if d.ExposedBy == 0 {
		d.ExposedBy = d.Attempt
	}
	d.Due = until
	return d, nil
}

// Settle ends the attempt that the settlement names. One that proves that nothing of a document left, when its recall has
// been asked for meanwhile, ends it as withdrawn, whatever came of the question: the addressee finds neither document nor
// recall (P7).
func Settle(d Delivery, s Settlement) (Delivery, translog.Entry, error) {
	if d.State.Final() || !d.Leased || d.Attempt != s.Attempt {
		return d, translog.Entry{}, Errorf(LeaseLost, "attempt %d of delivery %s is no longer current", s.Attempt, d.ID)
	}
	d.Leased = false
	d.Reason = s.Outcome.Reason
	if s.Outcome.NotSent && d.ExposedBy == d.Attempt {
		d.ExposedBy = 0
	}
	if !s.Outcome.Blameless && s.Outcome.Result != ResultDelivered {
		d.Failures++
	}
	if d.Recall.State != "" && s.Outcome.Result != ResultDelivered && Stands(d) == Unseen {
		d.Recall.State, d.Recall.Ended = RecallWithdrawn, s.Now
		d = withdraw(d, "recalled", s.Now)
		return d, entryFor(d, translog.Withdrawn, s.Now), nil
	}
	switch s.Outcome.Result {
	case ResultDelivered:
		d = end(d, Delivered, s.Now).arrive(s.Now)
		return d, entryFor(d, translog.Delivered, s.Now), nil
	case ResultDeadLettered:
		d = end(d, DeadLettered, s.Now)
		return d, entryFor(d, translog.DeadLettered, s.Now), nil
	case ResultRetry:
		d.Due = s.Outcome.RetryAt
		return d, entryFor(d, translog.Attempted, s.Now), nil
	}
	return d, translog.Entry{}, Errorf(Internal, "unknown result %q", s.Outcome.Result)
}

// Acknowledge ends a delivery on the addressee's word. Any attempt ever handed out acknowledges, also after its lease
// or after dead-lettering: the addressee has the document, whatever the hub believed. A repeat returns changed = false
// and no entry.
func Acknowledge(d Delivery, a Acknowledgement) (next Delivery, e translog.Entry, changed bool, err error) {
	if d.Addressee != a.Addressee || a.Attempt < 1 || a.Attempt > d.Attempt || d.State == Withdrawn {
		return d, e, false, Errorf(NotFound, "delivery %s", a.Delivery)
	}
	if d.State == Delivered {
		return d, e, false, nil
	}
	d.Leased = false
	d = end(d, Delivered, a.Now).arrive(a.Now)
	d.Reason = ""
	e = entryFor(d, translog.Acknowledged, a.Now)
	e.Actor, e.Credential, e.Attempt = string(a.Addressee), a.Credential, a.Attempt
	return d, e, true, nil
}

// Extend moves the end of a running lease.
func Extend(d Delivery, attempt int, now, until time.Time) (Delivery, error) {
	if !d.Leased || d.Attempt != attempt || d.State.Final() || !now.Before(d.Due) || !until.After(now) {
		return d, Errorf(LeaseLost, "attempt %d of delivery %s is no longer current", attempt, d.ID)
	}
	d.Due = until
	return d, nil
}

// Expire dead-letters a delivery whose lifetime is over. A lease that is still running keeps it alive.
func Expire(d Delivery, now time.Time) (Delivery, translog.Entry, error) {
	if !d.OnQueue() || d.Deadline.After(now) || (d.Leased && d.Due.After(now)) {
		return d, translog.Entry{}, Errorf(Conflict, "delivery %s is not overdue", d.ID)
	}
	d.Leased = false
	d.Reason = "lifetime"
	d = end(d, DeadLettered, now)
	return d, entryFor(d, translog.DeadLettered, now), nil
}

// Requeue gives a dead letter a new life until the given deadline. Attempts keep counting, failures start anew.
func Requeue(d Delivery, by Caller, now, deadline time.Time) (Delivery, translog.Entry, error) {
	if d.State != DeadLettered {
		return d, translog.Entry{}, Errorf(Conflict, "delivery %s is %s, not dead-lettered", d.ID, d.State)
	}
	if d.Recall.Open() {
		return d, translog.Entry{}, Errorf(Conflict, "the recall of delivery %s is %s", d.ID, d.Recall.State)
	}
	d.State = Initial(d.Channel)
	d.Due, d.Deadline, d.Ended = now, deadline, time.Time{}
	d.Failures, d.Reason = 0, ""
	e := entryFor(d, translog.Requeued, now)
	e.Actor, e.Credential = by.Actor(), by.Credential
	return d, e, nil
}

// Open marks a delivery as seen by the addressee, which no attempt takes back: reading by any path is exposure.
func Open(d Delivery) Delivery {
	d.ExposedBy = ByReading
	return d
}

// ApplyReport records what a status says of the delivery it speaks of, by the tables of [Transitions], and that it was
// seen. changed is false for what changes nothing. Conflict for what is not permitted.
func ApplyReport(d Delivery, r Report) (next Delivery, changed bool, err error) {
	return table.ApplyReport(d, r)
}

// ApplyReport is the function ApplyReport by these tables.
func (t Transitions) ApplyReport(d Delivery, r Report) (next Delivery, changed bool, err error) {
	if d.Addressee != r.Addressee {
		return d, false, Errorf(NotFound, "delivery %s", r.Delivery)
	}
	switch t.Status(d, r.Code) {
	case Applied:
		return Open(applied(d, r)), true, nil // whoever says something of it has seen it
	case Unpermitted:
		return d, false, Errorf(Conflict, "delivery %s does not permit status %s now", d.ID, r.Code)
	}
	if !d.seenForGood() {
		return Open(d), true, nil
	}
	return d, false, nil
}

func applied(d Delivery, r Report) Delivery {
	answer := isAnswer(r.Code)
	switch {
	case answer && d.Kind == envelope.Update && d.Recall.State == "":
		d.Consent = r.Code
	case answer:
		d.Recall.State, d.Recall.Ended = RecallAgreed, r.At
		if r.Code == envelope.Declined {
			d.Recall.State = RecallDeclined
			break
		}
		set(&d.Times.Stopped, r.At)
	default:
		d.Processing, d.ProcessingAt = r.Code, r.At
		d.Refused = r.Code == envelope.Refused
		d = d.told(r.Code, r.At)
	}
	return d
}

// Initial is the state in which a delivery over the channel starts.
func Initial(c Channel) State {
	if c == Pull {
		return Held
	}
	return Queued
}

func end(d Delivery, s State, now time.Time) Delivery {
	d.State, d.Ended = s, now
	d.Behind, d.WaitsSince = "", time.Time{}
	return d
}

func entryFor(d Delivery, t translog.Type, now time.Time) translog.Entry {
	return translog.Entry{
		V: translog.Schema, Time: now, Type: t, Actor: "hub",
		Message: string(d.Message), Delivery: string(d.ID),
		Sender: string(d.Sender), Addressee: string(d.Addressee),
		Attempt: d.Attempt, Result: string(d.State), Code: d.Reason, Original: string(d.Original),
		Seen: d.seenForGood(),
	}
}

// seenForGood reports whether the addressee may have seen the document and no outcome can take that back: an attempt that
// is under way may turn out never to have left.
func (d Delivery) seenForGood() bool {
	revocable := d.Leased && d.Channel != Pull && d.ExposedBy == d.Attempt
	return d.State != Withdrawn && Stands(d) != Unseen && (d.State == Delivered || !revocable)
}

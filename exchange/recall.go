package exchange

import (
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A RecallState is how far the recall of a delivery is; empty where there was none.
type RecallState string

const (
	RecallAsked     RecallState = "asked"     // the addressee has seen the document, and has not answered yet
	RecallAgreed    RecallState = "agreed"    // 15: it has cancelled the document in its own system
	RecallDeclined  RecallState = "declined"  // 16
	RecallLapsed    RecallState = "lapsed"    // no answer in time
	RecallWithdrawn RecallState = "withdrawn" // before the addressee could see it
)

// A Recall is what became of the newest recall of a delivery. The document is never erased: what an addressee agrees to
// is to cancel it in its own system (Decision 28/2018, 9.2).
type Recall struct {
	State   RecallState `json:"state"`
	Message MessageID   `json:"message"` // the recall: a document of kind 1 or a status 13
	At      time.Time   `json:"at"`
	Until   time.Time   `json:"until,omitzero"` // when it lapses, where the addressee was asked
	Ended   time.Time   `json:"ended,omitzero"` // when it was withdrawn, answered or lapsed
}

// Open reports whether the document must not be sent again: its addressee is asked to cancel it, or has agreed to.
func (r Recall) Open() bool { return r.State == RecallAsked || r.State == RecallAgreed }

// Unanswered reports whether the addressee was asked and has not answered; it can answer after the time for it, too.
func (r Recall) Unanswered() bool { return r.State == RecallAsked || r.State == RecallLapsed }

// AsksFor reports whether this is what became of a question: that recall's, whether it is answered or not.
func (r Recall) AsksFor(by MessageID) bool { return r.Message == by && r.State != RecallWithdrawn }

// TakeBack meets a delivery with a recall: one that the addressee cannot have seen is withdrawn, and whoever has seen it
// is asked until the given time (DESIGN P7). Any other verdict changes nothing.
func TakeBack(d Delivery, by MessageID, now, until time.Time) (Delivery, translog.Entry, Ruling) {
	return table.TakeBack(d, by, now, until)
}

// TakeBack is the function TakeBack by these tables.
func (t Transitions) TakeBack(d Delivery, by MessageID, now, until time.Time) (Delivery, translog.Entry, Ruling) {
	v := t.Recall(d)
	switch v {
	case Withdraws:
		d.Recall = Recall{State: RecallWithdrawn, Message: by, At: now, Ended: now}
		d = withdraw(d, "recalled", now)
		return d, entryFor(d, translog.Withdrawn, now), v
	case Asks:
		d.Recall = Recall{State: RecallAsked, Message: by, At: now, Until: until}
		e := entryFor(d, translog.RecallAsked, now)
		e.Code = ""
		return d, e, v
	}
	return d, translog.Entry{}, v
}

// Supersede meets a delivery with a replacement of its document: one that the addressee cannot have seen is withdrawn,
// as it gets the replacement. changed is false for any other: it is replaced in the addressee's own books.
func Supersede(d Delivery, now time.Time) (next Delivery, e translog.Entry, changed bool) {
	if d.State == Withdrawn || Stands(d) != Unseen {
		return d, e, false
	}
	d = withdraw(d, "replaced", now)
	return d, entryFor(d, translog.Withdrawn, now), true
}

// Spare withdraws the recall of what turned out never to have left: its addressee finds neither.
func Spare(recall Delivery, now time.Time) (next Delivery, e translog.Entry, changed bool) {
	if recall.State == Withdrawn || Stands(recall) != Unseen {
		return recall, e, false
	}
	recall = withdraw(recall, "recalled", now)
	return recall, entryFor(recall, translog.Withdrawn, now), true
}

// Inherit puts the question of a recall to another part of the same document.
func Inherit(d Delivery, r Recall, now time.Time) (Delivery, translog.Entry) {
	d.Recall = Recall{State: RecallAsked, Message: r.Message, At: r.At, Until: r.Until}
	e := entryFor(d, translog.RecallAsked, now)
	e.Code = ""
	return d, e
}

// AnswerToo settles a further delivery that the recall asks about where it asked about the one that the report r answers: its
// addressee got the recall once, and answers it once. It proves nothing of that one: what is on its first push may never
// have left. changed is false for what this recall does not ask about, or what it was answered about before.
func AnswerToo(d Delivery, recall MessageID, r Report, now time.Time) (next Delivery, e translog.Entry, changed bool) {
	return table.AnswerToo(d, recall, r, now)
}

// AnswerToo is the function AnswerToo by these tables.
func (t Transitions) AnswerToo(d Delivery, recall MessageID, r Report, now time.Time) (next Delivery, e translog.Entry, changed bool) {
	if !isAnswer(r.Code) || recall == "" || d.Recall.Message != recall || t.Status(d, r.Code) != Applied {
		return d, e, false
	}
	next = applied(d, r)
	e = entryFor(next, translog.RecallAnswered, now)
	e.Code = string(r.Code)
	return next, e, true
}

// Lapse ends a recall that was not answered in time; Conflict for any other.
func Lapse(d Delivery, now time.Time) (Delivery, translog.Entry, error) {
	if d.Recall.State != RecallAsked || d.Recall.Until.After(now) {
		return d, translog.Entry{}, Errorf(Conflict, "no recall of delivery %s is overdue", d.ID)
	}
	d.Recall.State, d.Recall.Ended = RecallLapsed, now
	e := entryFor(d, translog.RecallLapsed, now)
	e.Code = ""
	return d, e, nil
}

// Await puts a delivery behind another, or, where behind is empty, lets it go: from then on it is due, and its lifetime
// runs on from where it stood still.
func Await(d Delivery, behind DeliveryID, now time.Time) Delivery {
	switch {
	case d.Behind == "" && behind != "":
		d.WaitsSince = now
	case d.Behind != "" && behind == "":
		d.Deadline = d.Deadline.Add(max(0, now.Sub(d.WaitsSince)))
		d.WaitsSince = time.Time{}
		if d.Due.Before(now) {
			d.Due = now
		}
	}
	d.Behind = behind
	return d
}

func withdraw(d Delivery, reason string, now time.Time) Delivery {
	d.Leased, d.Reason = false, reason
	return end(d, Withdrawn, now)
}

package exchange

import (
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Redirection takes one waiting delivery from an agency that cannot take it any more to the one that can: all of it
// is one atomic step of the store.
type Redirection struct {
	Delivery DeliveryID
	From     AgencyID // must be the delivery's addressee, or the redirection is refused with Conflict
	To       Agency
	Actor    string // "hub", or the operator who chose
	// Credential is by what the operator acts, for the log; empty for the hub.
	Credential string
	Now        time.Time
	// Deadline is the end of the delivery's lifetime at its new addressee; the later one stands.
	Deadline time.Time
	// Revive admits a dead letter: an operator sends it on, with the reason in Side.
	Revive bool
	Side   *translog.Side
}

// Redirect changes the addressee of a delivery that waits. Its id, its attempts and its place in the order stay;
// failures begin anew, as they were another endpoint's. What may have been seen stays exposed: it is never withdrawn.
// Tokens of the old addressee acknowledge nothing any more. A running lease is waited for: Conflict.
func Redirect(d Delivery, r Redirection) (Delivery, translog.Entry, error) {
	waits := !d.State.Final() || (r.Revive && d.State == DeadLettered && !d.Recall.Open())
	if d.Addressee != r.From || r.To.ID == r.From || !waits || underway(d, r.Now) {
		return d, translog.Entry{}, Errorf(Conflict, "delivery %s is not waiting for %s", d.ID, r.From)
	}
	if d.Original == "" {
		d.Original = d.Addressee
	} else if d.Original == r.To.ID {
		d.Original = "" // back at the agency it was accepted for
	}
	d.Addressee, d.Channel, d.State = r.To.ID, r.To.Channel, Initial(r.To.Channel)
	if d.Due.After(r.Now) {
		d.Due = r.Now
	}
	if d.Deadline.Before(r.Deadline) {
		d.Deadline = r.Deadline
	}
	d.Leased, d.Failures, d.Reason, d.Ended = false, 0, "", time.Time{}
	e := entryFor(d, translog.Redirected, r.Now)
	e.Actor, e.Credential, e.Original = r.Actor, r.Credential, string(r.From)
	return d, e, nil
}

// Reasons of dead letters whose addressee was closed.
const (
	SeveralSuccessors = "several-successors"
	NoSuccessor       = "no-successor"
)

// Strand dead-letters a delivery that waits for an agency which is closed and has no successor, or several: nobody
// inherits by guess. The sender is told, and an operator can send it on.
func Strand(d Delivery, reason string, now time.Time) (Delivery, translog.Entry, error) {
	if d.State.Final() || underway(d, now) {
		return d, translog.Entry{}, Errorf(Conflict, "delivery %s does not wait", d.ID)
	}
	d.Leased = false
	d.Reason = reason
	d = end(d, DeadLettered, now)
	return d, entryFor(d, translog.DeadLettered, now), nil
}

func underway(d Delivery, now time.Time) bool { return d.Leased && d.Due.After(now) }

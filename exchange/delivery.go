package exchange

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A State is the transport state of a delivery (DESIGN 6). What the addressee does with the document is another
// matter: [Delivery.Processing].
type State string

const (
	// Queued deliveries are taken by the dispatcher when due.
	Queued State = "queued"
	// Held deliveries wait for the addressee to lease them.
	Held State = "held"
	// Delivered is final but for nothing: the addressee has taken the document.
	Delivered State = "delivered"
	// Withdrawn is final: recalled or replaced before the addressee could have seen it.
	Withdrawn State = "withdrawn"
	// DeadLettered deliveries were given up, with a reason; an operator can requeue them.
	DeadLettered State = "dead-lettered"
)

// Final reports whether the hub has nothing left to do by itself.
func (s State) Final() bool { return s == Delivered || s == Withdrawn || s == DeadLettered }

// A Delivery is one message x addressee. It is a value: the functions of state.go return the next one.
type Delivery struct {
	ID      DeliveryID `json:"id"`
	Message MessageID  `json:"message"`
	Class   Class      `json:"class"`
	// Kind is that of the message, so that what a status may say of the delivery follows from the delivery alone.
	Kind      envelope.Kind `json:"kind,omitempty"`
	Sender    AgencyID      `json:"sender"`
	Addressee AgencyID      `json:"addressee"`
	Channel   Channel       `json:"channel"`
	Priority  int           `json:"priority"`
	State     State         `json:"state"`

	AcceptedAt time.Time `json:"accepted_at"`
	// Due is when the next hand-out may happen. A lease is the due time moved forward: if the holder dies, the
	// delivery falls due again by itself and nothing has to sweep.
	Due time.Time `json:"due"`
	// Deadline is the end of the delivery's lifetime; past it an undelivered document is dead-lettered.
	Deadline time.Time `json:"deadline"`

	// Behind is what the same addressee has to be rid of first: a document does not come after what speaks of it. While
	// it is set the delivery is not due and its lifetime stands still, since WaitsSince.
	Behind     DeliveryID `json:"behind,omitempty"`
	WaitsSince time.Time  `json:"waits_since,omitzero"`

	// Attempt numbers the hand-outs, from 1; it fences leases and never goes down, not even by a requeue.
	Attempt int `json:"attempt"`
	// Failures counts the attempts used up. An outage of the endpoint does not use one up (P6).
	Failures int `json:"failures"`
	// Leased is true from a lease's commit until its settlement. The lease is over when Due has passed.
	Leased bool `json:"leased,omitempty"`
	// ExposedBy is the attempt by which the addressee may first have seen the document, or [ByReading]; 0 while it
	// cannot have.
	ExposedBy int `json:"exposed_by,omitempty"`

	Reason  string    `json:"reason,omitempty"` // code of the last failure or of the dead-lettering
	Ended   time.Time `json:"ended,omitzero"`
	Refused bool      `json:"refused,omitempty"` // status 02 was given

	Processing   envelope.StatusCode `json:"processing,omitempty"`
	ProcessingAt time.Time           `json:"processing_at,omitzero"`

	// Recall is what became of the newest recall of this delivery.
	Recall Recall `json:"recall,omitzero"`
	// Consent is the addressee's answer to an update: 15 or 16; empty while it has given none.
	Consent envelope.StatusCode `json:"consent,omitempty"`
	// Original is the addressee for which the delivery was accepted, where it waits or ended at another since: at who
	// took its place, or at its gateway. Empty while it is Addressee.
	Original AgencyID `json:"original,omitempty"`

	// Times are when each step was taken, Marks what the law's clocks say of that; the engine keeps Marks up ([Reckon]).
	Times Times `json:"times,omitzero"`
	Marks Marks `json:"marks,omitzero"`
}

// Exposed reports whether the addressee may have seen the document.
func (d Delivery) Exposed() bool { return d.ExposedBy != 0 }

// Found reports whether the addressee has the document in its lists and numbers. What is on its way to an endpoint for the
// first time is not there yet: the attempt may prove that nothing of it left, and then nobody has met it (P7). By its id,
// which only the document itself tells, it is found from exposure on.
func (d Delivery) Found() bool {
	onItsWay := d.Leased && d.Channel == Push && d.ExposedBy == d.Attempt
	return d.Exposed() && !onItsWay
}

// OnQueue reports whether the delivery waits for its time, and for nothing else.
func (d Delivery) OnQueue() bool { return !d.State.Final() && d.Behind == "" }

// ByReading is ExposedBy of a document that was read: no outcome of an attempt takes that back.
const ByReading = -1

// Live reports whether a second document with the same identity must be refused because of this delivery (P2).
func (d Delivery) Live() bool {
	return d.State != Withdrawn && d.State != DeadLettered && !d.Refused && d.Recall.State != RecallAgreed
}

// A Lease is one hand-out of a delivery: exclusive until Until, fenced by the delivery's Attempt.
type Lease struct {
	Delivery Delivery
	Message  Message
	Until    time.Time
}

// A LeaseRequest asks for due deliveries of one agency.
type LeaseRequest struct {
	Agency AgencyID
	Now    time.Time
	Until  time.Time // end of the lease; after Now
	Max    int       // at most so many; at least 1
}

// An Outcome is what came of an attempt.
type Outcome struct {
	Result Result
	Reason string // stable code: "http-503", "dial", "tls", "timeout", "nack", …; no free text
	Detail string // free text for people; the hub puts it into the settlement's Side
	// Took is how long the attempt lasted; of one that failed it stands beside the detail.
	Took time.Duration
	// RetryAt is when the delivery falls due again, for Retry.
	RetryAt time.Time
	// NotSent is true only when it is proven that no byte of the document left: it clears the exposure.
	NotSent bool
	// Blameless outcomes (outage, shutdown) do not use up an attempt.
	Blameless bool
}

// A Result is the class of an outcome.
type Result string

const (
	ResultDelivered    Result = "delivered"
	ResultRetry        Result = "retry"
	ResultDeadLettered Result = "dead-lettered"
)

// A Settlement ends an attempt: all of it is one atomic step of the store.
type Settlement struct {
	Delivery DeliveryID
	Attempt  int // must be the delivery's current attempt, or the settlement is refused with LeaseLost
	Outcome  Outcome
	Now      time.Time
	// Notice is accepted in the same step if, and only if, the delivery ends by it: 01 to the sender, or the notice
	// of a dead letter. Nil for none.
	Notice *Acceptance
	// Side is the erasable text of the attempt's entry; nil for none.
	Side *translog.Side
}

// An Acknowledgement is an addressee's word that it has the document.
type Acknowledgement struct {
	Delivery   DeliveryID
	Addressee  AgencyID
	Attempt    int // any attempt ever handed out
	Credential string
	Now        time.Time
	Notice     *Acceptance // as in Settlement
}

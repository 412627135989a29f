package exchange

import (
	"context"
	"crypto/x509"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A Hub holds the use cases. All fields but Clock, Stopping, Policies, Revocations, Prober, Time and LogKey are
// required and set once; the methods may be called concurrently.
// Every refusal is an [*Error]; any other error is the hub's own fault.
type Hub struct {
	Store     Journal
	Directory Directory
	Anchors   *signing.Anchors
	// Policies are those of which a signer's certificate must assert one (RFC 5280, 4.2.1.4); none: any will do.
	Policies []x509.OID
	// Revocations are asked about every signer; nil: nobody is.
	Revocations Revocations
	// Time says whether the clock is good enough for receipts; nil: always.
	Time *TimeCheck
	// LogKey is the public half of the key that signs the log's checkpoints, by which auditors check it; nil: nobody can.
	LogKey note.Verifier
	// TokenKey makes lease tokens; at least 32 random bytes, the same over the hub's whole life.
	TokenKey []byte
	// Own is the party in whose name the hub writes notices.
	Own envelope.Party
	// Rules are the envelope rules of this hub.
	Rules  envelope.Rules
	Limits Limits
	// Clock is time.Now where nil. Tests set it; "as of" times are always arguments below this package.
	Clock func() time.Time
	// Bell wakes long polls.
	Bell *Bell
	// Feed wakes those who wait for entries of the log; see [Hub.News].
	Feed *Bell
	// Stopping is closed when the hub is about to stop: long polls then end with what there is. Nil: never.
	Stopping <-chan struct{}
	// Prober calls endpoints by way of trial; nil: nobody does.
	Prober Prober

	probes   probes
	door     door[refused]
	readings door[reading]
	checking checking
	rechecks rechecks
	// reminding makes looking for the last reminder and logging the next one step: this process alone owns the store.
	reminding sync.Mutex
}

// Limits bound what one caller may ask for.
type Limits struct {
	Body       int64         // bytes of one envelope; default 64 MiB
	LeaseMax   int           // deliveries per lease call; default 100
	LeaseTime  time.Duration // default length of a lease; default 5 min
	LeaseLimit time.Duration // longest lease; default 10 min
	Wait       time.Duration // longest long poll; default 20 s
	NackDelay  time.Duration // longest delay asked for by a nack; default 24 h
	// Answer is how long an addressee has to answer a recall; default 3 working days, zero: for ever.
	Answer Term
	// Lifetime is how long a delivery may stay undelivered, by priority 0–4.
	Lifetime [5]Term
	// DelayNotice is after what time the sender is told that a document has not reached everybody, by priority; zero:
	// never.
	DelayNotice [5]Term
}

// DefaultLimits are the limits of DESIGN 9. A routine document may wait a month, an urgent one is given up (and said so)
// after days; long before that the sender is told that somebody has not got it.
func DefaultLimits() Limits {
	const day = 24 * time.Hour
	return Limits{
		Body: 64 << 20, LeaseMax: 100, LeaseTime: 5 * time.Minute, LeaseLimit: 10 * time.Minute, Wait: 20 * time.Second, NackDelay: day,
		Answer:      Term{WorkingDays: 3},
		Lifetime:    [5]Term{{WorkingDays: 20}, {WorkingDays: 10}, {WorkingDays: 7}, {WorkingDays: 5}, {WorkingDays: 5}},
		DelayNotice: [5]Term{{WorkingDays: 1}, {Time: 4 * time.Hour}, {Time: 2 * time.Hour}, {Time: 30 * time.Minute}, {Time: 30 * time.Minute}},
	}
}

// Journal is what the hub needs of the store; package store states what each method promises.
type Journal interface {
	Accept(ctx context.Context, a *Acceptance) (*Receipt, error)
	Accepted(ctx context.Context, sender AgencyID, digest Digest) (*Receipt, error)
	Message(ctx context.Context, id MessageID) (Message, error)
	Linked(ctx context.Context, id MessageID, limit int) ([]Link, error)
	Find(ctx context.Context, sender AgencyID, documentID, code string, year, limit int) ([]Message, error)
	Search(ctx context.Context, q Query) (Page, error)
	Tally(ctx context.Context, q Query) (int, error)
	Counts(ctx context.Context, agency AgencyID, role Role) (Counts, error)
	SignedWith(ctx context.Context, q SignedQuery) ([]Message, error)
	Rejudge(ctx context.Context, r Rejudgement) (Message, error)
	Evidence(ctx context.Context, digest Digest) ([]byte, error)
	OpenBody(ctx context.Context, id MessageID) (Body, error)

	Delivery(ctx context.Context, id DeliveryID) (Delivery, error)
	DeliveriesOf(ctx context.Context, id MessageID) ([]Delivery, error)
	Lease(ctx context.Context, r LeaseRequest) ([]Lease, error)
	Extend(ctx context.Context, id DeliveryID, attempt int, now, until time.Time) (Delivery, error)
	Settle(ctx context.Context, s Settlement) (Delivery, error)
	Acknowledge(ctx context.Context, a Acknowledgement) (Delivery, error)
	Expire(ctx context.Context, id DeliveryID, now time.Time, notice *Acceptance) (Delivery, error)
	Overdue(ctx context.Context, now time.Time, cursor string, limit int) (list []Delivery, next string, err error)
	InPlace(ctx context.Context, id DeliveryID, to AgencyID) (MessageID, error)
	Unanswered(ctx context.Context, now time.Time, cursor string, limit int) (list []Delivery, next string, err error)
	Lapse(ctx context.Context, id DeliveryID, now time.Time, notice *Acceptance) (Delivery, error)
	Requeue(ctx context.Context, id DeliveryID, by Caller, now, deadline time.Time, side *translog.Side) (Delivery, error)
	Redirect(ctx context.Context, r Redirection) (Delivery, error)
	Strand(ctx context.Context, id DeliveryID, reason string, now time.Time, notice *Acceptance) (Delivery, error)
	Redirected(ctx context.Context, id MessageID, agency AgencyID) ([]Delivery, error)
	Waiting(ctx context.Context, agency AgencyID, cursor string, limit int) (list []Delivery, next string, err error)
	WaitedFor() []AgencyID
	Opened(ctx context.Context, id DeliveryID, actor, credential string, now time.Time) (Delivery, error)
	Due(ch Channel, now time.Time) (ready []AgencyID, next time.Time)

	Clockwork

	Append(ctx context.Context, e translog.Entry, side *translog.Side) (int64, error)
	Events(ctx context.Context, agency AgencyID, after int64, limit int) ([]LogRecord, error)
	EntriesOf(ctx context.Context, id MessageID) ([]LogRecord, error)
	Entries(ctx context.Context, from int64, limit int) ([]LogRecord, error)
	SearchLog(ctx context.Context, q LogQuery) (LogPage, error)
	TallyLog(ctx context.Context, q LogQuery) (int, error)
	Leaves(ctx context.Context, from int64, limit int) ([]Leaf, error)
	Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error)
	Proof(ctx context.Context, index int64) (translog.Receipt, error)
	Checkpoint(ctx context.Context) (text []byte, size int64, err error)
}

// Directory is what the hub needs to know of agencies.
type Directory interface {
	// Agency returns the agency with exactly that identifier.
	Agency(id AgencyID) (Agency, bool)
	// Identify finds the agency whose identifier the code is, was or will be, living or closed.
	Identify(code AgencyID) (Agency, bool)
	// Resolve finds the agency that takes documents for a code at the time, through aliases, a closed agency's one
	// successor and the gateway of one without a connection. UnknownAddressee with Values "code" and, where there are
	// such, "nearest", "closed", "current", "successors".
	Resolve(code AgencyID, at time.Time) (Resolution, error)
	// Holder finds the living agency that holds what is or was an agency's: itself, or the last of a chain of single
	// successors. False where there is none, or several.
	Holder(id AgencyID, at time.Time) (Agency, bool)
	// Reach is Holder, or its gateway where it has no connection of its own.
	Reach(id AgencyID, at time.Time) (Agency, bool)
	// Inherited are the closed agencies whose holder is id.
	Inherited(id AgencyID, at time.Time) []AgencyID
}

func (h *Hub) now() time.Time {
	if h.Clock != nil {
		return h.Clock().UTC()
	}
	return time.Now().UTC()
}

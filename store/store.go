// Package store is the contract of the hub's durable state. Every method is one atomic step: it has happened wholly
// and is on stable storage when the method returns nil, or it has not happened. No transaction is exported.
//
// The engines are store/bolt (embedded) and store/postgres (cluster). Both obey the rules of package exchange
// (state.go), which they call inside their transactions, and both pass the suite of store/storetest.
//
// It is not a place for rules, and it reads no clock: "now" is always an argument. The engine keeps the last committed
// time and uses the later of the two, so that the hub's time never goes back.
package store

import (
	"context"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Store is the union of what the hub's parts need. All methods may be called concurrently. Refusals are
// *exchange.Error of the kinds named; any other error is the engine's.
//
// After an engine error in a commit the outcome may be unknown to the engine itself: it then reopens, reads what is on
// disk and answers by that (never by assumption); if it cannot, the error wraps ErrOutcomeUnknown and no receipt may
// be given: the caller repeats with the same bytes and gets the original receipt if there is one.
type Store interface {
	Messages
	Deliveries
	Clocks
	Directory
	Log
	Upkeep
}

// Messages is acceptance and reading of messages.
type Messages interface {
	// Accept writes body, message, deliveries, duplicate markers, indexes, counters and the log entry in one step and
	// returns the receipt (P1).
	//   - The same bytes (Sender, Digest) accepted before: the original receipt with Repeat, nothing written, also
	//     when a hundred arrive at once.
	//   - Same Identity, other bytes, and a common addressee with a live delivery: SameIdentity with Values "digest"
	//     and "accepted_digest", "message". Who a code of the new document leads over, and who a delivery of the first
	//     was redirected to, are common too.
	//   - Same IdempotencyKey of the caller within its TTL, other bytes: IdempotencyKey.
	//   - Message.Warnings are set by exchange.Warn (Clocks.Repeats).
	//   - The evidence of Message.Revocation is written by its digest, once; an acceptance that lacks some of it, or brings
	//     bytes of another digest, is the engine's error.
	//   - A Message.Report is applied to the delivery it speaks of in the same step (exchange.ApplyReport); if that
	//     refuses, nothing is written; nor if the Basis does not admit it (exchange.Basis): of two statuses that rest on
	//     the same, or are the same, one is accepted and the other is a Conflict. An answer to a recall is applied to all
	//     that this recall asks about at that addressee (exchange.AnswerToo), each with an entry.
	//   - The message of a Link with Recalls meets the deliveries of that message, and of its updates, to the addressees at
	//     which the link holds (exchange.TakeBack): all of them in this step (P7). The recall itself goes to those who
	//     were asked, and only they become its addressees. Conflict if no delivery is withdrawn or asked, and, where the
	//     Basis names one, if that one is neither.
	//   - Replaces meets them by exchange.Supersede, and refuses nothing.
	//   - A delivery that comes after others in a thread (exchange.Follows) waits behind the last of them that has not
	//     ended; the step that ends it lets the next one go.
	Accept(ctx context.Context, a *exchange.Acceptance) (*exchange.Receipt, error)

	// Accepted finds the receipt of bytes accepted before from the sender; NotFound otherwise.
	Accepted(ctx context.Context, sender exchange.AgencyID, digest exchange.Digest) (*exchange.Receipt, error)

	// Message returns one message; NotFound.
	Message(ctx context.Context, id exchange.MessageID) (exchange.Message, error)

	// Linked returns what later messages have to do with one, in the order of their acceptance, at most limit: the Link of
	// each with the later message's id in place of the earlier one's.
	Linked(ctx context.Context, id exchange.MessageID, limit int) ([]exchange.Link, error)

	// OpenBody opens the stored bytes, exactly as submitted; NotFound. The reader checks the body's SHA-256 when read
	// from start to end and fails the last read on a mismatch. The caller closes it.
	OpenBody(ctx context.Context, id exchange.MessageID) (exchange.Body, error)

	// Find returns messages of the sender with that document id, or with that code and year (when documentID is
	// empty), newest first, at most limit. Statuses are matched to documents by it.
	Find(ctx context.Context, sender exchange.AgencyID, documentID, code string, year, limit int) ([]exchange.Message, error)

	// SignedWith lists messages by the certificate of their signer; none for a query that names no certificate.
	SignedWith(ctx context.Context, q exchange.SignedQuery) ([]exchange.Message, error)
	// Rejudge puts what has become known of the signer's certificates into the message by exchange.Rejudge, with the
	// evidence and an entry of the log; NotFound. What changes nothing writes nothing.
	Rejudge(ctx context.Context, r exchange.Rejudgement) (exchange.Message, error)
	// Evidence returns the bytes of a statement about revocation; NotFound.
	Evidence(ctx context.Context, digest exchange.Digest) ([]byte, error)
	// Unproven counts the messages that wait for evidence of revocation. It is kept, never counted.
	Unproven(ctx context.Context) (int64, error)

	// Search lists by the query's index; BadRequest for what has none. A page has fewer rows than asked for, and a
	// cursor, where they have more than PageWeight addressees.
	Search(ctx context.Context, q exchange.Query) (exchange.Page, error)
	// Tally counts the rows of such a list up to exchange.CountCap+1, which stands for any more; Cursor, Limit and order
	// do not matter. Without a span of time the numbers of a Group, a State and Every are kept, not counted.
	Tally(ctx context.Context, q exchange.Query) (int, error)

	// Counts returns the kept roll-up of deliveries by state: of the agency in the role, or of the whole hub when the
	// agency is empty.
	Counts(ctx context.Context, agency exchange.AgencyID, role exchange.Role) (exchange.Counts, error)
}

// Deliveries is the queue.
type Deliveries interface {
	// Delivery returns one delivery; NotFound.
	Delivery(ctx context.Context, id exchange.DeliveryID) (exchange.Delivery, error)
	// DeliveriesOf returns all deliveries of a message in the order of its addressees.
	DeliveriesOf(ctx context.Context, id exchange.MessageID) ([]exchange.Delivery, error)

	// Lease hands out due deliveries of one agency, highest Priority first, then by Due. Nothing due: an empty result
	// and no write. Exposure is committed before it returns. What cannot be read is passed over; where nothing else is due,
	// the error tells of it.
	Lease(ctx context.Context, r exchange.LeaseRequest) ([]exchange.Lease, error)
	// Extend moves the end of a lease; LeaseLost.
	Extend(ctx context.Context, id exchange.DeliveryID, attempt int, now, until time.Time) (exchange.Delivery, error)
	// Release gives a lease back unused (shutdown before the attempt began): due at once, no failure, nothing logged;
	// LeaseLost. notSent is true when no byte left: the exposure is cleared.
	Release(ctx context.Context, id exchange.DeliveryID, attempt int, now time.Time, notSent bool) error
	// Settle ends an attempt by exchange.Settle; LeaseLost changes nothing. The notice is accepted in the same step
	// if the delivery ends by it.
	Settle(ctx context.Context, s exchange.Settlement) (exchange.Delivery, error)
	// Acknowledge by exchange.Acknowledge; a repeat writes nothing and returns the delivery as it is.
	Acknowledge(ctx context.Context, a exchange.Acknowledgement) (exchange.Delivery, error)
	// Expire dead-letters one overdue delivery by exchange.Expire, with the notice.
	Expire(ctx context.Context, id exchange.DeliveryID, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error)
	// Overdue lists deliveries whose deadline is at or before now and that have not ended, a page of at most limit. next is the
	// cursor of the following page, "" at the end. What cannot be read is passed over: the list is of the others, and the
	// error tells, beside both.
	Overdue(ctx context.Context, now time.Time, cursor string, limit int) (list []exchange.Delivery, next string, err error)
	// Requeue by exchange.Requeue; the entry names who did it and by what, the side record carries the reason. Conflict also
	// where the addressee has a live delivery of another message with its Identity: what came in its place.
	Requeue(ctx context.Context, id exchange.DeliveryID, by exchange.Caller, now, deadline time.Time, side *translog.Side) (exchange.Delivery, error)
	// InPlace is the document that keeps the dead letter from being sent again, as Requeue or as Redirect to another agency
	// has it; "" for none. NotFound.
	InPlace(ctx context.Context, id exchange.DeliveryID, to exchange.AgencyID) (exchange.MessageID, error)
	// Unanswered lists deliveries whose recall was to be answered at or before now and was not, in pages as Overdue.
	Unanswered(ctx context.Context, now time.Time, cursor string, limit int) (list []exchange.Delivery, next string, err error)
	// Lapse ends such a recall by exchange.Lapse, with the notice.
	Lapse(ctx context.Context, id exchange.DeliveryID, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error)
	// Redirect by exchange.Redirect; Conflict, for what is revived as Requeue. Rows, roll-ups and lanes move with the delivery.
	Redirect(ctx context.Context, r exchange.Redirection) (exchange.Delivery, error)
	// Strand dead-letters a delivery by exchange.Strand, with the notice; Conflict.
	Strand(ctx context.Context, id exchange.DeliveryID, reason string, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error)
	// Redirected returns the deliveries of a message that were redirected to the agency, exposed or not.
	Redirected(ctx context.Context, id exchange.MessageID, agency exchange.AgencyID) ([]exchange.Delivery, error)
	// Waiting lists deliveries to the agency that have not ended, but for those behind another, at most limit, in the order in which they would be
	// handed out on a channel, in pages as Overdue; what is changed between two pages may be left out or come again.
	Waiting(ctx context.Context, agency exchange.AgencyID, cursor string, limit int) (list []exchange.Delivery, next string, err error)
	// WaitedFor lists the agencies with a delivery that has not ended, in no order, one perhaps twice. It reads memory only.
	WaitedFor() []exchange.AgencyID
	// Opened records that the addressee read the content (exposure) with a PickedUp log entry, once per delivery: a
	// repeat writes nothing.
	Opened(ctx context.Context, id exchange.DeliveryID, actor, credential string, now time.Time) (exchange.Delivery, error)

	// Due lists the agencies of the channel that have a delivery due at now, in no order, and the earliest time at
	// which a further one falls due (zero: none). It reads memory only.
	Due(ch exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time)
	// Urgent is Due for urgent deliveries (Priority 1 and up) alone. It reads memory only.
	Urgent(ch exchange.Channel, now time.Time) (ready []exchange.AgencyID, next time.Time)
}

// Directory is the persistence of agencies and people; package exchange/directory holds them in memory.
type Directory interface {
	// PutAgency writes by compare-and-swap: a.Version must be the stored version (0: new), else Conflict. It returns
	// the new version, which is unique and rising over the whole directory. The entry is logged in the same step.
	PutAgency(ctx context.Context, a exchange.Agency, e translog.Entry, side *translog.Side) (uint64, error)
	// PutAgencies writes many in one step, all or none (imports).
	PutAgencies(ctx context.Context, as []exchange.Agency, e translog.Entry, side *translog.Side) error
	// Agencies returns those changed since the version, in order of version; 0 for all.
	Agencies(ctx context.Context, since uint64) ([]exchange.Agency, error)

	// PutPerson writes by compare-and-swap as PutAgency does; a person is known by the login. Versions of people rise by
	// themselves: a sign-in changes no agency's.
	PutPerson(ctx context.Context, p exchange.Person, e translog.Entry, side *translog.Side) (uint64, error)
	// People returns those changed since the version, in order of version; 0 for all.
	People(ctx context.Context, since uint64) ([]exchange.Person, error)
}

// Log is the exchange log (DESIGN 8).
type Log interface {
	// Append logs an entry that changes nothing else (refusals at the door, sign-in, reading with a reason).
	Append(ctx context.Context, e translog.Entry, side *translog.Side) (int64, error)
	// Entry returns one record with its side; NotFound.
	Entry(ctx context.Context, index int64) (exchange.LogRecord, error)
	// Entries returns records from index `from` on, at most limit; fewer where they have more than PageWeight
	// addressees, but never none while there are any.
	Entries(ctx context.Context, from int64, limit int) ([]exchange.LogRecord, error)
	// Events returns the records that concern the agency (exchange.Concerns) with index > after, at most limit;
	// fewer as with Entries.
	Events(ctx context.Context, agency exchange.AgencyID, after int64, limit int) ([]exchange.LogRecord, error)
	// SearchLog lists entries by the query's index, newest first; fewer as with Entries, and where it looks for what no
	// index serves. TallyLog counts them as Tally does, BadRequest for what no index serves.
	SearchLog(ctx context.Context, q exchange.LogQuery) (exchange.LogPage, error)
	TallyLog(ctx context.Context, q exchange.LogQuery) (int, error)
	// EntriesOf returns all records that name the message, in log order. The error [exchange.Unreadable] names one that cannot be
	// read any more; so in every method that returns records.
	EntriesOf(ctx context.Context, id exchange.MessageID) ([]exchange.LogRecord, error)
	// Leaves returns the texts of entries as they lie in the store, from an index on without a gap, at most limit and
	// fewer where they are large, but never none where the first is there. Nothing about them is looked at: it is for
	// those who check.
	Leaves(ctx context.Context, from int64, limit int) ([]exchange.Leaf, error)
	// Hashes returns stored hashes of the log's tree by their index (tlog.StoredHashIndex); an error where one is not
	// there.
	Hashes(ctx context.Context, indexes []int64) ([]tlog.Hash, error)
	// Proof returns the entry's receipt: its inclusion proof at the size of the group in which it was committed and
	// that group's checkpoint. It is the same bytes for ever.
	Proof(ctx context.Context, index int64) (translog.Receipt, error)
	// Checkpoint returns the newest signed checkpoint and its size.
	Checkpoint(ctx context.Context) (text []byte, size int64, err error)
}

// Upkeep keeps the store sound.
type Upkeep interface {
	// Probe makes a durable write to a file of its own, beside the data and never through the log (P12).
	Probe(ctx context.Context) error
	// Backup writes a consistent copy into dir, which must be empty or absent, while the hub runs.
	Backup(ctx context.Context, dir string) error
	// Check walks every invariant and returns what is broken, at most 100 lines; nil means sound. progress may be nil.
	Check(ctx context.Context, progress func(done, total int64)) ([]string, error)
	// Close ends the committer after what is queued, and closes the files.
	Close() error
}

// PageWeight is how many addressees the rows of one page have before it ends early, so that what a page takes in memory
// does not depend on what is stored (P9).
const PageWeight = 2000

// ErrOutcomeUnknown says that a commit may or may not have happened and the engine cannot tell yet.
const ErrOutcomeUnknown = outcomeUnknown("store: the outcome of the commit is not known; repeat with the same bytes")

type outcomeUnknown string

func (e outcomeUnknown) Error() string { return string(e) }

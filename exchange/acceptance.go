package exchange

import (
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// An Acceptance is everything that the store writes in one step when a message is accepted (P1).
type Acceptance struct {
	Message    Message // AcceptedAt and Entry are set by the store
	Deliveries []Delivery
	Body       []byte // held by the caller until Accept returns; not modified

	// Identity is the key under which other bytes are refused while a common addressee has a live delivery of the
	// first (P2): [Message.Identity].
	Identity string
	// IdempotencyKey is the caller's own key, empty for none. It is kept for IdempotencyTTL.
	IdempotencyKey string

	// Basis is what a status in the short form names and rests on; nil: it is said whatever stands now.
	Basis *Basis
	// AnswerBy is until when an addressee is asked to answer, where the message is a recall.
	AnswerBy time.Time
	// DelayNotice is when the sender is to be told if the document has not reached everybody; zero: never.
	DelayNotice time.Time
	// Evidence holds the bytes of every statement of Message.Revocation. The store keeps each once.
	Evidence []Evidence

	Entry translog.Entry // Time, Digest, Addressees are completed by the store from Message
	Side  *translog.Side // erasable text of the entry; nil for none

	Now time.Time // the hub's clock; the store never goes back behind the last committed time
}

// IdempotencyTTL is how long an Idempotency-Key is remembered.
const IdempotencyTTL = 72 * time.Hour

package exchange

import (
	"errors"
	"fmt"
	"time"

	"github.com/lienthong/lienthong/envelope"
)

// A Kind says why the hub refused. It is itself an error, so that errors.Is(err, exchange.NotFound) holds for any
// [Error] of that kind. Its text is the problem's code (package problem) and never changes.
type Kind string

// Error implements error.
func (k Kind) Error() string { return string(k) }

const (
	Internal Kind = "internal" // the hub's own fault; nothing is shown

	BadRequest     Kind = "bad-request" // malformed JSON, bad parameter
	UnknownParam   Kind = "unknown-parameter"
	LengthRequired Kind = "length-required"
	TooLarge       Kind = "too-large"
	TooMany        Kind = "too-many-requests"    // the caller's own share is used up; RetryAfter says when
	Busy           Kind = "busy"                 // the hub's is; RetryAfter says when
	ClockUnsure    Kind = "clock-unsynchronised" // no receipt can say when; nothing was taken

	Unauthenticated Kind = "unauthenticated"
	Forbidden       Kind = "forbidden"
	NotFound        Kind = "not-found" // also for what belongs to others: they must not learn that it exists

	BadXML         Kind = "bad-xml" // not well-formed, DTD, PI, encoding, limits; Cause tells which
	BadEncoding    Kind = "bad-encoding"
	DTDRefused     Kind = "dtd-refused"
	PIRefused      Kind = "pi-refused"
	XMLLimit       Kind = "xml-limit"
	Unsigned       Kind = "unsigned"
	BareSignature  Kind = "bare-signature"
	BadSignature   Kind = "bad-signature"
	UnknownCert    Kind = "certificate-unknown" // does not chain to a trust anchor
	ExpiredCert    Kind = "certificate-expired"
	RevokedCert    Kind = "certificate-revoked"
	ForeignCert    Kind = "certificate-foreign" // good, but not enrolled for From
	BadEnvelope    Kind = "bad-envelope"        // Faults list the places
	BadAttachment  Kind = "bad-attachment"
	SecrecyMarking Kind = "secrecy-marking"
	// RevocationMissing is no fault of the sender's: an authority is not heard, and the policy wants its word.
	RevocationMissing Kind = "revocation-unknown"
	SenderMismatch    Kind = "sender-mismatch" // From is not the caller nor delegated to it

	UnknownAddressee   Kind = "unknown-addressee"
	NoAddressee        Kind = "no-addressee"
	DuplicateAddressee Kind = "duplicate-addressee"
	TooManyAddressees  Kind = "too-many-addressees"
	UnknownDocument    Kind = "unknown-document"   // a status or recall about a document the hub does not know
	AmbiguousDocument  Kind = "ambiguous-document" // one about a name that several documents have

	SameIdentity   Kind = "same-identity"   // P2: same (sender, DocumentId), other bytes
	IdempotencyKey Kind = "idempotency-key" // same key, other body
	Conflict       Kind = "conflict"        // state or version does not permit it
	LeaseLost      Kind = "lease-lost"      // superseded token
	BadReport      Kind = "bad-report"      // a status that is not permitted or lacks its reason
	BackupTarget   Kind = "backup-target"   // the directory that a copy of the store shall go to cannot take it
)

// An Error is a refusal that the caller may be told about. Any other error is the hub's own fault and its text stays
// in the log.
type Error struct {
	Kind   Kind
	Detail string // English, for the caller; names nothing internal
	VI     string // the same in Vietnamese; empty: the kind's own words
	Path   string // XPath or JSON pointer of the place, where there is one
	Line   int
	Faults []envelope.Fault  // each fault of a bad envelope
	Values map[string]string // machine-readable facts: digests, limit, nearest code
	// RetryAfter is when trying again makes sense; zero when it does not.
	RetryAfter time.Duration
	Err        error // the cause, for the log; may be nil
}

// Error implements error.
func (e *Error) Error() string {
	if e.Detail == "" {
		return string(e.Kind)
	}
	return string(e.Kind) + ": " + e.Detail
}

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Errorf makes an Error of a kind with an English detail.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Detail: fmt.Sprintf(format, args...)}
}

// KindOf returns the kind of err, or Internal when it is no refusal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if k, ok := errors.AsType[Kind](err); ok {
		return k
	}
	return Internal
}

// An Unreadable is an entry of the log whose record in the store is none any more: somebody, or a disk, has changed it.
type Unreadable struct {
	Index int64
	Err   error
}

func (e *Unreadable) Error() string { return fmt.Sprintf("entry %d: %v", e.Index, e.Err) }

func (e *Unreadable) Unwrap() error { return e.Err }

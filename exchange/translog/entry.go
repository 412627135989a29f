package translog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// Schema is the version that every entry written by this package carries.
const Schema = 1

// MaxEntry is the most bytes an entry may have: enough for 10,000 addressees,
// each in its longest form.
const MaxEntry = 2 << 20

// ErrEntry is wrapped by every refusal of an entry.
var ErrEntry = errors.New("translog: not an entry of this log")

// A Type says what happened. Readers must expect types they do not know: later
// versions of the hub log more, in the same schema.
type Type string

const (
	Begun           Type = "begun"            // a new log: the first entry of an origin
	Accepted        Type = "accepted"         // a message, listing its addressees
	RefusedAtDoor   Type = "refused-at-door"  // a submission by an authenticated caller; Count when several
	Attempted       Type = "attempted"        // an attempt at delivery that did not deliver
	Delivered       Type = "delivered"        // taken by the addressee's endpoint
	PickedUp        Type = "picked-up"        // handed out to a pulling addressee
	Acknowledged    Type = "acknowledged"     // confirmed by a pulling addressee, also late
	DeadLettered    Type = "dead-lettered"    // given up
	Requeued        Type = "requeued"         // a dead letter sent again by an operator or its sender
	Redirected      Type = "redirected"       // a delivery that waits for another agency now; Original is who was its addressee before
	RecallAsked     Type = "recall"           // a request to take back what was exposed
	RecallAnswered  Type = "recall-answered"  // a delivery that the status before it answers too, in Code
	RecallLapsed    Type = "recall-lapsed"    // such a request was not answered in time
	Reminded        Type = "reminded"         // the sender reminds an addressee that has the document and has not accepted it
	Withdrawn       Type = "withdrawn"        // taken back before exposure
	StatusGiven     Type = "status"           // an edXML status, in Code
	AgencyChanged   Type = "agency-changed"   // a change of the directory
	EndpointChanged Type = "endpoint-changed" // an address or channel of an agency
	EndpointTried   Type = "endpoint-tried"   // a call of an agency's endpoint with a ping; Result is ok or failed, Code why
	KeyChanged      Type = "key-changed"      // an API key or certificate enrolled, replaced or revoked
	PersonChanged   Type = "person-changed"   // a person or their roles
	PolicyChanged   Type = "policy-changed"   // a rule of the hub
	SignedIn        Type = "sign-in"          // a person, into the console
	Opened          Type = "opened"           // content read by an operator, with a reason
	Exported        Type = "exported"         // data handed out in bulk; Kind and Range say which, Count how many rows
	Audited         Type = "audited"          // what an auditor read, verified or compared; Kind and Range say what
	BackedUp        Type = "backup"           // a backup was taken
	Rejudged        Type = "revocation"       // what is known of a signer's certificates, after the acceptance; Revocation
	Restored        Type = "restored"         // begins the log after a restore; Head is what was restored
)

// An Entry is one thing that happened. It holds ids, codes, digests, counts and
// times only: names, addresses, reasons and other free text go into a Side,
// which can be erased while the entry stays.
//
// The order of the fields is the order in the canonical form. New fields are
// added with omitempty, at the end; nothing else about it can ever change.
type Entry struct {
	V          int         `json:"v"`                    // always Schema; Marshal sets it
	Time       time.Time   `json:"time"`                 // the hub's time, UTC
	Type       Type        `json:"type"`                 // what happened
	Actor      string      `json:"actor,omitempty"`      // agency code, "hub" or "operator:<id>"
	Credential string      `json:"credential,omitempty"` // id of the API key or session used
	Message    string      `json:"message,omitempty"`    // message id
	Delivery   string      `json:"delivery,omitempty"`   // delivery id, when it is about one
	Document   string      `json:"document,omitempty"`   // the envelope's DocumentId, as written by its sender
	Sender     string      `json:"sender,omitempty"`     // agency code
	Addressee  string      `json:"addressee,omitempty"`  // agency code, when it is about one delivery
	Addressees []Addressee `json:"addressees,omitempty"` // of an accepted message, in the envelope's order
	Kind       string      `json:"kind,omitempty"`       // what was accepted or changed, or the key's kind
	Code       string      `json:"code,omitempty"`       // status code, problem code, HTTP status
	Result     string      `json:"result,omitempty"`     // outcome, as a word of the hub's tables
	Attempt    int         `json:"attempt,omitempty"`    // from 1
	Count      int64       `json:"count,omitempty"`      // how often, when several are one entry
	Size       int64       `json:"size,omitempty"`       // of the body, bytes
	Digest     string      `json:"digest,omitempty"`     // of the body: SHA-256, hex
	Signature  string      `json:"signature,omitempty"`  // good, good-weak or unsigned
	Cert       string      `json:"cert,omitempty"`       // of the signer's certificate (DER): SHA-256, hex
	Head       *Checkpoint `json:"head,omitempty"`       // of the log that a restore continues
	Side       string      `json:"side,omitempty"`       // Side.Hash of the erasable record
	Original   string      `json:"original,omitempty"`   // agency code: addressee before the redirection, or before any, of another entry about the delivery
	Successors []string    `json:"successors,omitempty"` // agency codes: who takes the place of a closed agency
	Revocation string      `json:"revocation,omitempty"` // of the signer's certificates: good, revoked, unknown or off
	Relation   string      `json:"relation,omitempty"`   // what the message does to those in About
	About      []string    `json:"about,omitempty"`      // ids of the earlier messages that it acts on
	Seen       bool        `json:"seen,omitempty"`       // the addressee may have seen the delivery, for good
	Range      string      `json:"range,omitempty"`      // what part was read, verified or handed out: entries as 0-4711, a period as 2026-11
}

// An Addressee is one delivery of an accepted message. Codes are the codes under
// which the envelope names the agency, where they are not just Agency itself.
type Addressee struct {
	Delivery string   `json:"delivery"`
	Agency   string   `json:"agency"`
	Codes    []string `json:"codes,omitempty"`
	// By says for each of Codes how it led to Agency, where not just by its own meaning: "successor", "gateway" or
	// "successor+gateway".
	By []string `json:"by,omitempty"`
}

// LeafHash is the RFC 6962 hash of an entry in its canonical form.
func LeafHash(entry []byte) tlog.Hash { return tlog.RecordHash(entry) }

// canonical is an Entry whose time is text already, so that writing cannot fail.
type canonical struct {
	V    int    `json:"v"`
	Time string `json:"time"`
	body
}

// body shadows V and Time of the Entry it wraps with those of canonical.
type body Entry

// Marshal returns the canonical form: JSON with the keys in a fixed order, no
// white space, no HTML escaping, no fractions but those of the time, the time
// in UTC. An entry that passes Check comes back unchanged from ParseEntry; what
// is written of one that does not, ParseEntry refuses.
func (e Entry) Marshal() []byte {
	return compact(canonical{V: Schema, Time: e.Time.UTC().Format(time.RFC3339Nano), body: body(e)})
}

// ParseEntry reads an entry in its canonical form and refuses every other
// spelling of it, so that an entry has one hash only. Its errors wrap ErrEntry.
func ParseEntry(text []byte) (Entry, error) {
	if len(text) > MaxEntry {
		return Entry{}, fmt.Errorf("%w: %d bytes, at most %d", ErrEntry, len(text), MaxEntry)
	}
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil {
		return Entry{}, fmt.Errorf("%w: %v", ErrEntry, err)
	}
	if e.V != Schema {
		return Entry{}, fmt.Errorf("%w: schema %d, this program reads %d", ErrEntry, e.V, Schema)
	}
	if err := e.Check(); err != nil {
		return Entry{}, err
	}
	if !bytes.Equal(e.Marshal(), text) {
		return Entry{}, fmt.Errorf("%w: not in the canonical form", ErrEntry)
	}
	return e, nil
}

// Check says whether the entry may be logged: that every field has the form of
// an id, a code, a digest or a number. A store calls it before Marshal; what is
// once in the log can never be put right. Its errors wrap ErrEntry.
func (e Entry) Check() error {
	for _, f := range e.fields() {
		if f.value != "" && !f.is(f.value) {
			return fmt.Errorf("%w: %s is not %s", ErrEntry, f.name, f.want)
		}
	}
	if e.Type == "" {
		return fmt.Errorf("%w: type is missing", ErrEntry)
	}
	if y := e.Time.UTC().Year(); e.Time.IsZero() || y > 9999 {
		return fmt.Errorf("%w: time is missing or out of range", ErrEntry)
	}
	if n := len(e.Marshal()); n > MaxEntry {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrEntry, n, MaxEntry)
	}
	if e.Attempt < 0 || e.Count < 0 || e.Size < 0 {
		return fmt.Errorf("%w: attempt, count or size is negative", ErrEntry)
	}
	return e.checkNested()
}

func (e Entry) checkNested() error {
	for i, a := range e.Addressees {
		if !isCode(a.Delivery) || !isCode(a.Agency) {
			return fmt.Errorf("%w: addressees[%d] lacks a delivery or an agency", ErrEntry, i)
		}
		for _, c := range a.Codes {
			if !isCode(c) {
				return fmt.Errorf("%w: addressees[%d].codes holds what is not a code", ErrEntry, i)
			}
		}
		for _, by := range a.By {
			if by != "" && !isCode(by) {
				return fmt.Errorf("%w: addressees[%d].by holds what is not a word", ErrEntry, i)
			}
		}
	}
	for _, s := range e.Successors {
		if !isCode(s) {
			return fmt.Errorf("%w: successors holds what is not a code", ErrEntry)
		}
	}
	for i, id := range e.About {
		if !isCode(id) {
			return fmt.Errorf("%w: about[%d] is not an id", ErrEntry, i)
		}
	}
	if e.Head != nil {
		if err := e.Head.Check(); err != nil {
			return fmt.Errorf("%w: head: %v", ErrEntry, err)
		}
	}
	return nil
}

// field is a text field of an entry with the form it must have unless empty.
type field struct {
	name, value, want string
	is                func(string) bool
}

func (e Entry) fields() []field {
	const code, hash = "an id or code", "a SHA-256 in hex"
	return []field{
		{"type", string(e.Type), code, isCode},
		{"actor", e.Actor, code, isCode},
		{"credential", e.Credential, code, isCode},
		{"message", e.Message, code, isCode},
		{"delivery", e.Delivery, code, isCode},
		{"document", e.Document, "a document id", isDocumentID},
		{"sender", e.Sender, code, isCode},
		{"addressee", e.Addressee, code, isCode},
		{"kind", e.Kind, code, isCode},
		{"code", e.Code, code, isCode},
		{"result", e.Result, code, isCode},
		{"digest", e.Digest, hash, isSHA256},
		{"signature", e.Signature, code, isCode},
		{"cert", e.Cert, hash, isSHA256},
		{"side", e.Side, hash, isSHA256},
		{"original", e.Original, code, isCode},
		{"revocation", e.Revocation, code, isCode},
		{"relation", e.Relation, code, isCode},
		{"range", e.Range, code, isCode},
	}
}

// isCode keeps prose out: an id or code is one word of printable ASCII.
func isCode(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// isDocumentID is wider than isCode, as senders put the number and notation of
// the document into the id, with Vietnamese letters and blanks of all kinds. It
// takes whatever package envelope takes for one: what was accepted must be
// logged.
func isDocumentID(s string) bool {
	return utf8.ValidString(s) && utf8.RuneCountInString(s) <= 800 && strings.IndexFunc(s, unicode.IsControl) < 0
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

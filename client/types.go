package client

import (
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A Receipt is the hub's answer to a submission: body, deliveries and log entry were on stable storage before it was
// written. Text is the same bytes for ever, however often the document is sent.
type Receipt struct {
	ID         string           `json:"id"`
	Class      string           `json:"class"`  // document, status or notice
	Digest     string           `json:"digest"` // SHA-256 of the submitted bytes, hex
	Size       int64            `json:"size"`
	AcceptedAt time.Time        `json:"accepted_at"`
	Deliveries []Addressee      `json:"deliveries"`
	Log        Place            `json:"log"`
	Text       string           `json:"receipt"`  // the .receipt file
	Warnings   []envelope.Fault `json:"warnings"` // tolerated deviations; no part of the proof
	Repeat     bool             `json:"repeat"`   // these bytes had been accepted before
	// Recalled are, for a recall, the deliveries that it withdrew or asks for, as they stand now; no part of the proof.
	Recalled []Delivery `json:"recalled,omitempty"`
}

// Proof reads the receipt file. It proves nothing by itself: its Verify does, with the log's public key.
func (r Receipt) Proof() (translog.Receipt, error) { return translog.ParseReceipt([]byte(r.Text)) }

// An Addressee is one delivery of a message, with the codes of the envelope that mean its agency.
type Addressee struct {
	Agency   string   `json:"agency"`
	Codes    []string `json:"codes"`
	Delivery string   `json:"delivery,omitempty"` // none yet in a Verdict
	// Redirects tell for those of the codes that mean another agency why its documents come here.
	Redirects []Redirect `json:"redirects,omitempty"`
}

// A Redirect is the way from a code to the agency that takes the documents: a successor's, or a gateway's.
type Redirect struct {
	Code  string `json:"code"`
	Steps []Step `json:"steps"`
	VI    string `json:"vi"` // the way in words
	EN    string `json:"en"`
}

// A Step is one on that way. By is alias, successor or gateway.
type Step struct {
	By     string    `json:"by"`
	Agency string    `json:"agency"`
	Since  time.Time `json:"since,omitzero"` // of a successor: when the agency before was closed
}

// A Place is where in the log an entry stands.
type Place struct {
	Index int64 `json:"index"`
}

// A Verdict is the answer to a validation: what a submission would be accepted as. Nothing is stored.
type Verdict struct {
	Message  Message          `json:"message"`
	Warnings []envelope.Fault `json:"warnings"`
}

// A Message is one accepted envelope, without its content.
type Message struct {
	ID         string `json:"id,omitempty"` // none yet in a Verdict
	Class      string `json:"class"`
	Kind       int    `json:"kind"` // BussinessDocType: 0 new, 1 recall, 2 update, 3 replacement
	Sender     string `json:"sender"`
	DocumentID string `json:"document_id,omitempty"`
	Code       string `json:"code,omitempty"` // number and notation, "816/SM-VP"
	Date       string `json:"date,omitempty"` // of promulgation, 2018-09-28
	TypeName   string `json:"type_name,omitempty"`
	Subject    string `json:"subject,omitempty"`
	Priority   int    `json:"priority"` // 0 routine … 4 express at a set hour

	Digest      string      `json:"digest"`
	Size        int64       `json:"size"`
	Signature   string      `json:"signature"` // good, good-weak or unsigned
	Algorithm   string      `json:"algorithm,omitempty"`
	Certificate string      `json:"certificate,omitempty"` // SHA-256 of the signer's certificate, hex
	Revocation  *Revocation `json:"revocation,omitempty"`  // of the signer's certificates
	AcceptedAt  time.Time   `json:"accepted_at,omitzero"`
	SignedAt    time.Time   `json:"signed_at,omitzero"` // as the signature says
	DueDate     string      `json:"due_date,omitempty"`
	DueAt       time.Time   `json:"due_at,omitzero"` // where the sender wrote a time of day
	Addressees  []Addressee `json:"addressees"`
	Report      *Report     `json:"report,omitempty"`   // of a status
	About       []Link      `json:"about,omitempty"`    // the earlier messages that this one acts on
	Warnings    []Warning   `json:"warnings,omitempty"` // what the law asks to be warned of
}

// A Link is what one message has to do with another.
type Link struct {
	Message    string   `json:"message"`
	Relation   string   `json:"relation"`             // recall, update or replace
	Addressees []string `json:"addressees,omitempty"` // at which it acts
}

// A Recall is what became of the newest recall of a delivery.
type Recall struct {
	State   string    `json:"state"`   // asked, agreed, declined, lapsed or withdrawn
	Message string    `json:"message"` // the recall: a document of kind 1 or a status 13
	At      time.Time `json:"at"`
	Until   time.Time `json:"until,omitzero"` // when it lapses
	Ended   time.Time `json:"ended,omitzero"`
}

// A RecallResult is what came of a recall at one addressee. Delivery is that of the document that was named; Recalled is all
// that the recall withdrew or asks for, so also updates of it. Without a Receipt there was nothing to recall: Code and the
// details say why.
type RecallResult struct {
	Delivery Delivery `json:"delivery"`
	Message  string   `json:"message,omitempty"` // the recall: a status 13
	Receipt  string   `json:"receipt,omitempty"` // its .receipt file
	Repeat   bool     `json:"repeat"`            // this recall stood already
	Code     string   `json:"code,omitempty"`
	Detail   string   `json:"detail,omitempty"`
	DetailEN string   `json:"detail_en,omitempty"`

	Recalled []Delivery `json:"recalled,omitempty"`
}

// A Warning is what the law asks both sides to be warned of: a number that was used before, a document sent late.
type Warning struct {
	envelope.Fault
	Earlier string    `json:"earlier,omitempty"` // the document sent before; for its sender alone
	Limit   time.Time `json:"limit,omitzero"`    // the first instant that was too late
}

// Times are when each step of a delivery's way was taken first, by the hub's clock: T2, T3, T4, T6.
type Times struct {
	Arrived   time.Time `json:"arrived,omitzero"`
	Accepted  time.Time `json:"accepted,omitzero"`
	Assigned  time.Time `json:"assigned,omitzero"`
	Completed time.Time `json:"completed,omitzero"`
	Stopped   time.Time `json:"stopped,omitzero"` // refused, or recalled by consent: nothing more is owed
}

// A Mark is what one of the law's clocks says: on-time, late, running or overdue. Limit is the first instant that is too
// late, reckoned by that version of the working calendar.
type Mark struct {
	Limit    time.Time `json:"limit"`
	Verdict  string    `json:"verdict"`
	Calendar uint64    `json:"calendar"`
}

// A Revocation is what was known of the signer's certificates as of the acceptance.
type Revocation struct {
	State      string      `json:"state"`                // good, revoked, unknown or off
	Why        string      `json:"why,omitempty"`        // of unknown: no-service, not-heard, stale, not-known or not-counted
	RevokedAt  time.Time   `json:"revoked_at,omitzero"`  // of revoked: before the acceptance
	Reason     string      `json:"reason,omitempty"`     // of revoked
	Pending    bool        `json:"pending,omitempty"`    // it is judged again when the authority is heard
	JudgedAt   time.Time   `json:"judged_at,omitzero"`   // when that was done
	Statements []Statement `json:"statements,omitempty"` // what it rests on
}

// A Statement is what an authority said of one certificate. Its bytes are there by its digest.
type Statement struct {
	Certificate string    `json:"certificate"` // SHA-256, hex
	Kind        string    `json:"kind"`        // ocsp or crl
	ThisUpdate  time.Time `json:"this_update"`
	NextUpdate  time.Time `json:"next_update,omitzero"`
	Evidence    string    `json:"evidence"` // SHA-256 of the DER, hex
}

// A Report is what a status says of which delivery.
type Report struct {
	Delivery    string    `json:"delivery"`
	Message     string    `json:"message"`
	Addressee   string    `json:"addressee"`
	Code        string    `json:"code"`
	Title       string    `json:"title"` // the code's name in Vietnamese
	Description string    `json:"description,omitempty"`
	Staff       string    `json:"staff,omitempty"`
	At          time.Time `json:"at"`
}

// A Delivery is one message x addressee with its two states: State is where the hub has it, Processing what the
// addressee says of it.
type Delivery struct {
	ID        string    `json:"id"`
	Message   string    `json:"message"`
	Sender    string    `json:"sender"`
	Addressee string    `json:"addressee"`
	Original  string    `json:"original,omitempty"` // for whom it was accepted, where it was redirected since
	Channel   string    `json:"channel"`
	State     string    `json:"state"` // queued, held, delivered, withdrawn or dead-lettered
	Due       time.Time `json:"due"`
	Deadline  time.Time `json:"deadline"`
	Attempt   int       `json:"attempt"`
	Failures  int       `json:"failures"`
	Leased    bool      `json:"leased"`
	Exposed   bool      `json:"exposed"` // the addressee may have seen the document
	Reason    string    `json:"reason,omitempty"`
	Ended     time.Time `json:"ended,omitzero"`

	Processing      string    `json:"processing,omitempty"` // edXML status code
	ProcessingTitle string    `json:"processing_title,omitempty"`
	ProcessingAt    time.Time `json:"processing_at,omitzero"`
	Refused         bool      `json:"refused,omitempty"`

	WaitsFor string          `json:"waits_for,omitempty"` // the delivery that has to end first
	Recall   *Recall         `json:"recall,omitempty"`
	Consent  string          `json:"consent,omitempty"` // the answer to an update: 15 or 16
	Raised   []string        `json:"raised,omitempty"`  // to be told to people: silent (a recall unanswered in time), stuck (20 hand-outs)
	Times    *Times          `json:"times,omitempty"`
	Clocks   map[string]Mark `json:"clocks,omitempty"` // send, arrive, receive, assign, complete; those that apply
}

// A Document is a message as its reader may see it: the sender sees every delivery, an addressee its own. Lists leave
// the timeline out.
type Document struct {
	Message    Message    `json:"message"`
	Deliveries []Delivery `json:"deliveries"`
	Timeline   []Event    `json:"timeline,omitempty"`
	// CertificateRevokedAt is when the signer's certificate was revoked after the document was accepted, as far as is
	// known: the document stays good.
	CertificateRevokedAt time.Time `json:"certificate_revoked_at,omitzero"`
	By                   []Link    `json:"by,omitempty"` // the later messages that act on this one
}

// A Page is a part of a list, newest first. Next is empty at the end; otherwise it is the next Query's Cursor.
type Page struct {
	Documents []Document `json:"documents"`
	Next      string     `json:"next,omitempty"`
}

// An Event is an entry of the log in its place. Side is the entry's erasable text: operators only.
type Event struct {
	Index int64             `json:"index"`
	Entry translog.Entry    `json:"entry"`
	Side  map[string]string `json:"side,omitempty"`
	// About is what the entry's message acts on, where the entry brings the message; in the feed of events alone.
	About []Link `json:"about,omitempty"`
}

// An Outcome is a receipt about one entry of a document's life.
type Outcome struct {
	Index   int64  `json:"index"`
	Type    string `json:"type"`
	Receipt string `json:"receipt"` // the .receipt file
}

// A Handout is one leased delivery. Until is the end of the lease; Token acknowledges it.
type Handout struct {
	Delivery Delivery  `json:"delivery"`
	Message  Message   `json:"message"`
	Token    string    `json:"token"`
	Until    time.Time `json:"until"`
}

// Limits are what the hub bounds. Times are whole seconds.
type Limits struct {
	Body        int64 `json:"body"` // bytes of one envelope
	Addressees  int   `json:"addressees"`
	Attachments int   `json:"attachments"`
	LeaseMax    int   `json:"lease_max"`
	LeaseTime   int64 `json:"lease_time"`
	LeaseLimit  int64 `json:"lease_limit"`
	Wait        int64 `json:"wait"`
	NackDelay   int64 `json:"nack_delay"`
	// Answer is how long an addressee has to answer a recall, Lifetime how long a delivery is tried, by priority, and
	// DelayNotice after what time its sender is told of a delay, 0: never. Where the count of working days is not 0, that
	// holds, and the seconds are the least it takes.
	Answer          int64    `json:"answer"`
	AnswerDays      int      `json:"answer_days"`
	Lifetime        [5]int64 `json:"lifetime"`
	LifetimeDays    [5]int   `json:"lifetime_days"`
	DelayNotice     [5]int64 `json:"delay_notice"`
	DelayNoticeDays [5]int   `json:"delay_notice_days"`
}

// Counts are roll-ups of deliveries by state.
type Counts struct {
	Role   string           `json:"role,omitempty"`
	Counts map[string]int64 `json:"counts"`
}

// An Agency is a body of the directory as everybody may see it.
type Agency struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	Parent   string    `json:"parent,omitempty"`
	Level    string    `json:"level"`
	Aliases  []string  `json:"aliases,omitempty"`
	Sandbox  bool      `json:"sandbox,omitempty"`
	ClosedAt time.Time `json:"closed_at,omitzero"`
	Version  uint64    `json:"version"`

	// Code is the one that the agency writes under now, where that is not ID: it was renamed.
	Code string `json:"code,omitempty"`
	// CodeUntil is when ID ceases to be an address, of a renamed agency.
	CodeUntil  time.Time   `json:"code_until,omitzero"`
	Codes      []Code      `json:"codes,omitempty"` // further codes with a time of validity
	Gateway    string      `json:"gateway,omitempty"`
	Successors []Successor `json:"successors,omitempty"` // of a closed agency
}

// A Code is a further code of an agency, from From on and before Until; zero times are open. Under a main one the agency
// itself writes.
type Code struct {
	Code  string    `json:"code"`
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	Main  bool      `json:"main,omitempty"`
}

// A Successor takes the place of a closed agency: documents for that one go to it from From on and before Until. A zero
// From is when the agency is closed; a zero Until is never.
type Successor struct {
	Agency string    `json:"agency"`
	From   time.Time `json:"from,omitzero"`
	Until  time.Time `json:"until,omitzero"`
}

// AgencyList is the directory, or what changed in it since a version. Version is the next call's since.
type AgencyList struct {
	Version  uint64   `json:"version"`
	Agencies []Agency `json:"agencies"`
}

// Readiness is what the hub has proved within the last minute. Checks are by name: write, sign, dispatch, clock.
type Readiness struct {
	Ready  bool            `json:"ready"`
	Checks map[string]bool `json:"checks"`
	At     time.Time       `json:"at"`
}

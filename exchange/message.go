package exchange

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A MessageID names one accepted envelope. It is a UUIDv7: sortable by time of acceptance.
type MessageID string

// A DeliveryID names one message x addressee. It is a UUIDv7 and never changes: receivers de-duplicate by it.
type DeliveryID string

// NewMessageID returns a fresh identifier.
func NewMessageID() MessageID { return MessageID(newUUID()) }

// NewDeliveryID returns a fresh identifier.
func NewDeliveryID() DeliveryID { return DeliveryID(newUUID()) }

func newUUID() string {
	id, err := uuid.NewV7FromReader(rand.Reader)
	if err != nil {
		panic("exchange: the system's random source failed: " + err.Error()) // crypto/rand does not fail on supported systems
	}
	return id.String()
}

// A Digest is the SHA-256 of a body, in lower-case hex where it is text.
type Digest [32]byte

// String returns the lower-case hex form.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// MarshalText implements [encoding.TextMarshaler].
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (d *Digest) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != len(d) {
		return fmt.Errorf("exchange: %q is not a SHA-256 in hex", text)
	}
	copy(d[:], raw)
	return nil
}

// A Class tells what travels: a document, a status about one, or a notice that the hub itself writes.
type Class string

const (
	ClassDocument Class = "document"
	ClassStatus   Class = "status"
	ClassNotice   Class = "notice"
)

// A Message is one accepted envelope as the hub knows it. The body lies in the store, byte for byte as submitted (P3).
type Message struct {
	ID    MessageID     `json:"id"`
	Class Class         `json:"class"`
	Kind  envelope.Kind `json:"kind"`

	Sender     AgencyID `json:"sender"`           // From.OrganId, resolved to the agency's identifier
	Caller     AgencyID `json:"caller,omitempty"` // whose connection submitted it; empty for the hub's own
	Credential string   `json:"credential,omitempty"`

	DocumentID string        `json:"document_id,omitempty"`
	Code       string        `json:"code,omitempty"` // số/ký hiệu: "816/SM-VP"
	Date       envelope.Date `json:"date,omitzero"`  // ngày ban hành
	TypeName   string        `json:"type_name,omitempty"`
	Subject    string        `json:"subject,omitempty"` // trích yếu; never logged
	Priority   int           `json:"priority"`          // edXML 0 thường … 4 hỏa tốc hẹn giờ

	// SignedAt is the time that the signature tells of itself; zero where it tells none. DueDate is the day by which the
	// addressees are to be done, DueAt the instant where the sender wrote a time of day.
	SignedAt time.Time     `json:"signed_at,omitzero"`
	DueDate  envelope.Date `json:"due_date,omitzero"`
	DueAt    time.Time     `json:"due_at,omitzero"`

	Digest Digest `json:"digest"`
	Size   int64  `json:"size"`
	// Attachments is how many files the document has; 0 also for what was accepted before they were counted.
	Attachments int `json:"attachments,omitempty"`

	Signature   signing.Outcome `json:"signature"`
	Algorithm   string          `json:"algorithm,omitempty"`
	Certificate string          `json:"certificate,omitempty"` // SHA-256 of the signer's DER, hex

	// Revocation is what is known of the signer's certificates as of the acceptance; nil where nobody signed, and where
	// the hub does not ask.
	Revocation *Revocation `json:"revocation,omitempty"`

	AcceptedAt time.Time   `json:"accepted_at"`
	Addressees []Addressee `json:"addressees"`

	// Report is set for statuses: what is said of which delivery.
	Report *Report `json:"report,omitempty"`
	// About are the earlier messages that this one acts on: a recall (kind 1 or status 13), an update, a replacement.
	About []Link `json:"about,omitempty"`

	// Remarks are the tolerated deviations of the envelope, as its sender was told of them.
	Remarks []envelope.Fault `json:"remarks,omitempty"`
	// Warnings are what the law asks to be warned of ([Warn]); the store sets them when it accepts.
	Warnings []Warning `json:"warnings,omitempty"`

	// Entry is the index of the acceptance in the log; the store sets it.
	Entry int64 `json:"entry"`
}

// Identity is what tells a document from others by the rule of P2: its sender and DocumentId; without one its sender, code
// and year. Recalls, updates and statuses have none.
func (m Message) Identity() string {
	switch {
	case m.Class != ClassDocument || m.Kind != envelope.New && m.Kind != envelope.Replacement:
		return ""
	case m.DocumentID != "":
		return string(m.Sender) + "\x00id\x00" + m.DocumentID
	}
	return string(m.Sender) + "\x00code\x00" + m.Code + "\x00" + fmt.Sprintf("%04d", m.Date.Year())
}

// An Addressee is one agency a message goes to, with all the codes of the envelope that resolved to it (DESIGN 7).
type Addressee struct {
	Agency   AgencyID   `json:"agency"`
	Codes    []AgencyID `json:"codes"`
	Delivery DeliveryID `json:"delivery"`
	// Routes are the ways from those of the codes that lead here over a successor or a gateway.
	Routes []Route `json:"routes,omitempty"`
}

// A Report is what a status says of a delivery.
type Report struct {
	Delivery    DeliveryID          `json:"delivery"`
	Message     MessageID           `json:"message"` // the document spoken of
	Addressee   AgencyID            `json:"addressee"`
	Code        envelope.StatusCode `json:"code"`
	Description string              `json:"description,omitempty"`
	Staff       string              `json:"staff,omitempty"`
	At          time.Time           `json:"at"`
}

// A Receipt is the hub's answer to a submission: what was accepted, and the proof that it is in the log.
type Receipt struct {
	Message Message
	// Proof is the log entry of the acceptance with its inclusion proof and signed checkpoint. The same message has
	// the same proof for ever, byte for byte.
	Proof translog.Receipt
	// Repeat is true when these bytes had been accepted before; nothing was written.
	Repeat bool
	// Recalled are, for a recall, the deliveries that it withdrew or asks for, as they stand now: no part of the proof.
	Recalled []Delivery
	// Warnings are tolerated deviations of the envelope, and what the law asks to be warned of; they are not part of the
	// proof.
	Warnings []envelope.Fault
}

// A Body is the stored bytes of a message, exactly as submitted. Reading it from start to end checks its SHA-256: the
// last read fails on a mismatch. It is not safe for concurrent use.
type Body interface {
	io.ReadSeekCloser
}

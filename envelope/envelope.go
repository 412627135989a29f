package envelope

import (
	"strings"
	"time"
)

// Envelope is one edXML file: a document with its attachments or, where Status
// is not nil, a status message about a document. Absent elements are zero
// values. An Envelope returned by Parse holds slices of the buffer it was read
// from (the attachments) and is not to be changed while others read it.
type Envelope struct {
	From         Party         `json:"from"`
	To           []Party       `json:"to,omitempty"`
	DocumentID   string        `json:"document_id,omitempty"`
	Code         Code          `json:"code,omitzero"`
	Promulgation Promulgation  `json:"promulgation,omitzero"`
	Type         DocumentType  `json:"type,omitzero"`
	Subject      string        `json:"subject,omitempty"`
	Content      string        `json:"content,omitempty"`
	Signer       SignerInfo    `json:"signer,omitzero"`
	DueDate      Date          `json:"due_date,omitzero"`
	DueAt        time.Time     `json:"due_at,omitzero"` // where a time of day stands behind DueDate; read, not written
	Other        OtherInfo     `json:"other,omitzero"`
	ResponseFor  []ResponseFor `json:"response_for,omitempty"` // of a document: what it answers
	Steering     string        `json:"steering,omitempty"`     // 0 none, 1 steering, 2 steering with report
	ToPlaces     []string      `json:"to_places,omitempty"`    // "nơi nhận" as printed
	Tasks        []string      `json:"tasks,omitempty"`
	Application  string        `json:"application,omitempty"`
	Trace        []TraceHeader `json:"trace,omitempty"`
	Business     *Business     `json:"business,omitempty"`
	Errors       []ErrorItem   `json:"errors,omitempty"`
	Manifest     []Reference   `json:"manifest,omitempty"`
	Attachments  []Attachment  `json:"attachments,omitempty"`

	// Status is set if and only if the file is a status message; then of the
	// fields above only From and Errors are used.
	Status *Status `json:"status,omitempty"`

	// Warnings are the deviations that Parse tolerated; Build ignores them.
	Warnings Faults `json:"warnings,omitempty"`
}

// Party is a sender or an addressee.
type Party struct {
	OrganID   AgencyID `json:"organ_id"`
	InCharge  string   `json:"in_charge,omitempty"` // the body it belongs to
	Name      string   `json:"name,omitempty"`
	Address   string   `json:"address,omitempty"`
	Email     string   `json:"email,omitempty"`
	Telephone string   `json:"telephone,omitempty"`
	Fax       string   `json:"fax,omitempty"`
	Website   string   `json:"website,omitempty"`
}

// Code is the number and notation of a document.
type Code struct {
	Number   string `json:"number"`
	Notation string `json:"notation"`
}

// ParseCode splits the full form at its first slash. Without one the whole
// text is the number.
func ParseCode(s string) Code {
	number, notation, _ := strings.Cut(s, "/")
	return Code{Number: strings.TrimSpace(number), Notation: strings.TrimSpace(notation)}
}

// String is the full form, "816/SM-VP"; "" for the zero Code.
func (c Code) String() string {
	if c.Notation == "" {
		return c.Number
	}
	return c.Number + "/" + c.Notation
}

// Promulgation is where and when the document was issued.
type Promulgation struct {
	Place string `json:"place,omitempty"`
	Date  Date   `json:"date"`
}

// DocumentType names the type of the document. Type is not a reliable code
// (different software numbers differently); people are shown Name.
type DocumentType struct {
	Type   string `json:"type,omitempty"`
	Detail string `json:"detail,omitempty"`
	Name   string `json:"name,omitempty"`
}

// SignerInfo is the person who signed. Competence is the right by which,
// such as "KT. GIÁM ĐỐC".
type SignerInfo struct {
	Competence string `json:"competence,omitempty"`
	Position   string `json:"position,omitempty"`
	FullName   string `json:"full_name,omitempty"`
}

// OtherInfo is the rest of what the header says of the document.
type OtherInfo struct {
	Priority           int      `json:"priority"` // 0 routine, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc, 4 hỏa tốc hẹn giờ
	Sphere             string   `json:"sphere,omitempty"`
	TyperNotation      string   `json:"typer_notation,omitempty"`
	PromulgationAmount int      `json:"promulgation_amount,omitempty"`
	PageAmount         int      `json:"page_amount,omitempty"`
	Direction          bool     `json:"direction,omitempty"`
	Appendixes         []string `json:"appendixes,omitempty"`
	ReplyFors          []string `json:"reply_fors,omitempty"`      // read, not written
	ReferenceCodes     []string `json:"reference_codes,omitempty"` // read, not written
}

// ResponseFor names a document: the one a document answers or the one a
// status message speaks of. In the latter OrganID is whom the status is for.
type ResponseFor struct {
	OrganID      AgencyID `json:"organ_id,omitempty"`
	Code         string   `json:"code,omitempty"` // full form
	Promulgation Date     `json:"promulgation,omitzero"`
	DocumentID   string   `json:"document_id,omitempty"`
}

// TraceHeader is one system that the document has passed, oldest first.
// OrganID is "" where the file does not say.
type TraceHeader struct {
	OrganID AgencyID  `json:"organ_id,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// Business says what the document does to an earlier one. (The files spell it
// "Bussiness".)
type Business struct {
	Kind         Kind       `json:"kind"`
	DocumentID   string     `json:"document_id,omitempty"` // the earlier document, where given
	Reason       string     `json:"reason,omitempty"`
	Paper        bool       `json:"paper,omitempty"` // a paper copy follows
	Changes      *Changes   `json:"changes,omitempty"`
	Replacements []Replaced `json:"replacements,omitempty"`
	Staff        Staff      `json:"staff,omitzero"`
}

// Changes says what an update changed.
type Changes struct {
	Content   bool       `json:"content"`
	Receivers bool       `json:"receivers"`
	List      []Receiver `json:"list,omitempty"`
}

// Receiver is an addressee that an update speaks of. What Type means is not
// settled by any source: it is kept and shown, not acted on.
type Receiver struct {
	OrganID AgencyID `json:"organ_id"`
	Type    string   `json:"type,omitempty"`
}

// Replaced names a document that this one replaces, and for whom.
type Replaced struct {
	DocumentID string     `json:"document_id"`
	OrganIDs   []AgencyID `json:"organ_ids,omitempty"`
}

// Staff is the clerk who acted.
type Staff struct {
	Department   string `json:"department,omitempty"`
	Staff        string `json:"staff,omitempty"`
	Mobile       string `json:"mobile,omitempty"`
	Email        string `json:"email,omitempty"`
	DepartmentID string `json:"department_id,omitempty"`
	StaffID      string `json:"staff_id,omitempty"`
}

// ErrorItem is an error that an earlier system wrote into the file.
type ErrorItem struct {
	Code        string `json:"code,omitempty"`
	Description string `json:"description,omitempty"`
}

// Reference is one line of the manifest.
type Reference struct {
	ContentID   string `json:"content_id,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Description string `json:"description,omitempty"`
	Name        string `json:"name,omitempty"`
}

// Status is what a status message reports.
type Status struct {
	ResponseFor ResponseFor `json:"response_for"`
	Staff       Staff       `json:"staff,omitzero"`
	Code        StatusCode  `json:"code"`
	Description string      `json:"description,omitempty"`
	At          time.Time   `json:"at,omitzero"`
}

// Kind is what the document does; New where the file does not say, and for a
// status message, which has no kind.
func (e *Envelope) Kind() Kind {
	if e.Business == nil {
		return New
	}
	return e.Business.Kind
}

// Year is the year of promulgation, in which the code is unique for the
// sender; 0 for a status message.
func (e *Envelope) Year() int { return e.Promulgation.Date.Year() }

// Cite names this document the way a status message or an answer does.
func (e *Envelope) Cite() ResponseFor {
	return ResponseFor{
		OrganID:      e.From.OrganID,
		Code:         e.Code.String(),
		Promulgation: e.Promulgation.Date,
		DocumentID:   e.DocumentID,
	}
}

// NewDocumentID is the identifier in the form the field uses:
// 000.00.31.H44,2018/09/28,816/SM-VP.
func NewDocumentID(from AgencyID, date Date, code Code) string {
	return string(from) + "," + date.String() + "," + code.String()
}

// NewStatus is a status message from one party about a document. about.OrganID
// is whom it is for: for every code but TakeBack the sender of the document
// (Envelope.Cite), for TakeBack the addressee.
func NewStatus(from Party, about ResponseFor, code StatusCode, description string, by Staff, at time.Time) *Envelope {
	return &Envelope{From: from, Status: &Status{
		ResponseFor: about,
		Staff:       by,
		Code:        code,
		Description: description,
		At:          at,
	}}
}

// NewNotice is what a hub tells the sender of a document on its own account,
// such as that it could not be delivered: a status message with an error in
// place of a status code.
func NewNotice(from Party, about ResponseFor, errorCode, description string, at time.Time) *Envelope {
	e := NewStatus(from, about, "", "", Staff{}, at)
	e.Errors = []ErrorItem{{Code: errorCode, Description: description}}
	return e
}

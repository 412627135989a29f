package exchange

import (
	"context"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// A Warning is what the law asks those who send and those who receive to be warned of. It refuses nothing.
type Warning struct {
	Code string `json:"code"` // one of the codes below, which package envelope words
	// Earlier is the document that was sent before, where it is about one. Only who sees that document is shown it.
	Earlier MessageID `json:"earlier,omitempty"`
	// Limit is the first instant that was too late, where it is about lateness.
	Limit time.Time `json:"limit,omitzero"`
}

const (
	// WarnRepeatedID: the sender has used the DocumentId before (Decree 30/2020, Appendix VI, III.1h).
	WarnRepeatedID = "repeated-document-id"
	// WarnRepeatedCode: the sender has used number and notation before in the same year (ibid.; article 15).
	WarnRepeatedCode = "repeated-code"
	// WarnSentLate: the document was signed longer ago than the law permits (article 18.1).
	WarnSentLate = "sent-late"
)

// Warn says what is to be warned of when m is accepted at m.AcceptedAt. sameID and sameCode are the newest document that
// its sender sent before under the same DocumentId, and the same number, notation and year; empty for none.
func Warn(c calendar.Calendar, m Message, sameID, sameCode MessageID) (all []Warning) {
	if !m.timed() {
		return nil
	}
	if sameID != "" {
		all = append(all, Warning{Code: WarnRepeatedID, Earlier: sameID})
	}
	if sameCode != "" && sameCode != sameID {
		all = append(all, Warning{Code: WarnRepeatedCode, Earlier: sameCode})
	}
	if limit := SendLimit(c, m); !limit.IsZero() && !m.AcceptedAt.Before(limit) {
		all = append(all, Warning{Code: WarnSentLate, Limit: limit.UTC()})
	}
	return all
}

// Numbered reports whether the message takes up the number that it carries: recalls and updates repeat that of an older
// document, as they must.
func (m Message) Numbered() bool { return m.timed() }

// unlinked is the message for who may not see the documents that its warnings are about.
func (m Message) unlinked() Message {
	warnings := make([]Warning, len(m.Warnings))
	for i, w := range m.Warnings {
		w.Earlier = ""
		warnings[i] = w
	}
	m.Warnings = warnings
	return m
}

const headerPath = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/"

// Words is the warning for people, about the message that carries it.
func (w Warning) Words(m Message) envelope.Fault {
	switch w.Code {
	case WarnRepeatedID:
		return envelope.Warned(w.Code, headerPath+"DocumentId", "value", m.DocumentID)
	case WarnRepeatedCode:
		return envelope.Warned(w.Code, headerPath+"Code", "value", m.Code)
	}
	// As people in Vietnam write it: programs have Limit.
	signed, limit := m.Date.Time().In(calendar.Zone()).Format("02/01/2006"), w.Limit.In(calendar.Zone()).Format("15:04 02/01/2006")
	return envelope.Warned(w.Code, headerPath+"PromulgationInfo/PromulgationDate", "value", signed, "limit", limit)
}

// Words are the message's warnings for people.
func (m Message) Words() (all []envelope.Fault) {
	for _, w := range m.Warnings {
		all = append(all, w.Words(m))
	}
	return all
}

// told is what the sender is told of the message when it is accepted.
func (m Message) told() []envelope.Fault { return slices.Concat(m.Remarks, m.Words()) }

// warned is the message of a dry run with the warnings that it would be accepted with.
func (h *Hub) warned(ctx context.Context, m Message, now time.Time) (Message, error) {
	sameID, sameCode, err := h.Store.Repeats(ctx, m)
	m.AcceptedAt = now
	m.Warnings = Warn(h.Store.Calendar(), m, sameID, sameCode)
	m.AcceptedAt = time.Time{}
	return m, err
}

package exchange

import (
	"slices"

	"github.com/lienthong/lienthong/envelope"
)

// A Relation is what a message does to an earlier one.
type Relation string

const (
	Recalls  Relation = "recall"
	Updates  Relation = "update"
	Replaces Relation = "replace"
)

// A Link names an earlier message that a message acts on. The store leads from either to the other.
type Link struct {
	Message  MessageID `json:"message"`
	Relation Relation  `json:"relation"`
	// For are the addressees at which it acts on that message; empty: at each that both have.
	For []AgencyID `json:"for,omitempty"`
}

// At reports whether the link holds at the agency.
func (l Link) At(agency AgencyID) bool {
	return len(l.For) == 0 || slices.Contains(l.For, agency)
}

// A Thread is what one agency gets about one document, in the order of acceptance: the document, then what acts on it.
// Nothing in it overtakes what came before. What an addressee says of the document goes to its sender, who has it already.
type Thread struct {
	Document MessageID
	Receiver AgencyID
}

// Begins is the thread that the delivery of a document begins; false for what nothing can speak of.
func Begins(d Delivery, m Message) (Thread, bool) {
	return Thread{Document: m.ID, Receiver: d.Addressee}, m.Class == ClassDocument && m.Kind != envelope.Recall
}

// Follows are the threads in which the delivery comes after others.
func Follows(d Delivery, m Message) (threads []Thread) {
	for _, l := range m.About {
		if l.At(d.Addressee) {
			threads = append(threads, Thread{Document: l.Message, Receiver: d.Addressee})
		}
	}
	return threads
}

// Root is the document whose part the message is at the agency: itself, or what it updates there.
func Root(m Message, agency AgencyID) MessageID {
	for _, l := range m.About {
		if l.Relation == Updates && l.At(agency) {
			return l.Message
		}
	}
	return m.ID
}

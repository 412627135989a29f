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
	// For are the addressees at which it acts on that message, and Of, place by place, the deliveries of that message that
	// it acts on there, each once. An agency that took the place of several has several. Empty: it acts at none.
	For []AgencyID   `json:"for,omitempty"`
	Of  []DeliveryID `json:"of,omitempty"`
}

// At lists the earlier deliveries that the link acts on at the addressee.
func (l Link) At(agency AgencyID) (of []DeliveryID) {
	for i, id := range l.Of {
		if l.For[i] == agency {
			of = append(of, id)
		}
	}
	return of
}

// ActsOn reports whether the link acts on one of the deliveries at the addressee.
func (l Link) ActsOn(agency AgencyID, of []DeliveryID) bool { return l.agenciesOf(of)[agency] }

// Beside is the part of the link that acts at those addressees at which it acts on one of the deliveries.
func (l Link) Beside(of []DeliveryID) Link {
	at := l.agenciesOf(of)
	beside := Link{Message: l.Message, Relation: l.Relation}
	for i, id := range l.Of {
		if at[l.For[i]] {
			beside.For, beside.Of = append(beside.For, l.For[i]), append(beside.Of, id)
		}
	}
	return beside
}

// A thread is what one addressee gets about one document, in the order of acceptance: the document, then what acts on it.
// Nothing in it overtakes what came before. It is named by the document's delivery. What an addressee says of the document
// goes to its sender, who has it already.

// Begins reports whether the delivery begins a thread: nothing acts on a recall, or on what is no document.
func Begins(d Delivery) bool { return d.Class == ClassDocument && d.Kind != envelope.Recall }

// Follows are the threads in which the delivery of m comes after others, by their first delivery.
func Follows(d Delivery, m Message) (threads []DeliveryID) {
	for _, l := range m.About {
		threads = append(threads, l.At(d.named())...)
	}
	return threads
}

// Spoken are the deliveries by which a recall speaks of a delivery of m: what it is a part of, and itself, where an update is
// recalled alone.
func Spoken(d Delivery, m Message) []DeliveryID {
	if of := Roots(d, m); of[0] != d.ID {
		return append(slices.Clone(of), d.ID)
	}
	return []DeliveryID{d.ID}
}

// Root is the delivery of the document that a delivery of m is a part of: itself, or what it updates.
func Root(d Delivery, m Message) DeliveryID { return Roots(d, m)[0] }

// Roots are the deliveries that a delivery of m is a part of: several where it updates those to agencies that have become
// one.
func Roots(d Delivery, m Message) []DeliveryID {
	for _, l := range m.About {
		if of := l.At(d.named()); l.Relation == Updates && len(of) > 0 {
			return of
		}
	}
	return []DeliveryID{d.ID}
}

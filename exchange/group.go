package exchange

import "github.com/lienthong/lienthong/envelope"

// A Group is a tab of the lists of documents that an agency sent or received. A document may be in several. Engines keep
// lists and numbers of each, so that a tab costs the same whatever is stored.
type Group string

// The groups of both lists. Statuses and notices are in none.
const (
	// GroupDocuments are all documents, recalls among them.
	GroupDocuments Group = "documents"
	// GroupCompleted: the addressee has done what the document asks; as sent, each of those that have it.
	GroupCompleted Group = "completed"
	// GroupOverdue: the time in which it had to be accepted has passed (ClockReceive); as sent, at one addressee at least.
	GroupOverdue Group = "overdue"
	// GroupAsked: its recall waits for an answer, also when the time for that is over.
	GroupAsked Group = "asked"
	// GroupRecalled: the addressee agreed to its recall; as sent, also what was withdrawn, at one addressee at least.
	GroupRecalled Group = "recalled"
)

// The groups of what was received, by what the addressee has said. One document is in one of GroupWaiting, GroupAccepted,
// GroupProcessing, GroupCompleted, GroupRefused and GroupRecalled; a recall in none of them: it is answered, not accepted.
const (
	// GroupWaiting: nobody has said whether it is accepted.
	GroupWaiting Group = "waiting"
	// GroupUrgent are those of GroupWaiting with a priority above routine.
	GroupUrgent     Group = "urgent"
	GroupAccepted   Group = "accepted"
	GroupProcessing Group = "processing"
	GroupRefused    Group = "refused"
)

// The groups of what was sent, by its [Progress].
const (
	// GroupOpen: somebody has not said yet whether it accepts the document.
	GroupOpen Group = "open"
	// GroupAttention: somebody refused it, or it could not be delivered.
	GroupAttention Group = "attention"
	// GroupTaken: all have accepted it, but for those from whom it was taken back.
	GroupTaken Group = "taken"
)

// GroupUnderway are the deliveries that have not ended, for [Query.Every].
const GroupUnderway Group = "underway"

// ReceivedGroups are those that a list of what was received may be narrowed to, SentGroups those for what was sent.
func ReceivedGroups() []Group {
	return []Group{GroupDocuments, GroupWaiting, GroupUrgent, GroupOverdue, GroupAccepted, GroupProcessing, GroupCompleted,
		GroupRefused, GroupAsked, GroupRecalled}
}

// SentGroups: see [ReceivedGroups].
func SentGroups() []Group {
	return []Group{GroupDocuments, GroupOpen, GroupOverdue, GroupAttention, GroupTaken, GroupCompleted, GroupAsked, GroupRecalled}
}

// Groups are those in which the addressee finds a delivery; none before it is [Delivery.Found] (P7).
func (d Delivery) Groups() []Group {
	if d.Class != ClassDocument || !d.Found() {
		return nil
	}
	groups := []Group{GroupDocuments}
	if d.Recall.Unanswered() {
		groups = append(groups, GroupAsked)
	}
	if d.Kind == envelope.Recall {
		return groups
	}
	said := d.said()
	groups = append(groups, said)
	if said != GroupWaiting {
		return groups
	}
	if d.Priority > 0 {
		groups = append(groups, GroupUrgent)
	}
	if d.Marks.Receive.Verdict == Overdue {
		groups = append(groups, GroupOverdue)
	}
	return groups
}

func (d Delivery) said() Group {
	switch {
	case d.Recall.State == RecallAgreed:
		return GroupRecalled
	case d.Refused || d.Consent == envelope.Declined:
		return GroupRefused
	}
	switch d.Processing {
	case envelope.Accepted:
		return GroupAccepted
	case envelope.Assigned, envelope.Processing:
		return GroupProcessing
	case envelope.Completed:
		return GroupCompleted
	}
	if d.Consent == envelope.Agreed { // to an update
		return GroupAccepted
	}
	return GroupWaiting
}

// A Part is how far a document has come with one addressee, as its sender sees it.
type Part string

const (
	PartUnderway  Part = "underway"  // not there yet
	PartArrived   Part = "arrived"   // there, and nothing was said
	PartAccepted  Part = "accepted"  // accepted, assigned or being processed
	PartCompleted Part = "completed" // also a recall that was delivered: nothing more is expected
	PartRefused   Part = "refused"
	PartFailed    Part = "failed"   // a dead letter of which the addressee has said nothing
	PartRecalled  Part = "recalled" // withdrawn, or cancelled by the addressee
)

// Part says how far the document has come with this addressee.
func (d Delivery) Part() Part {
	switch said := d.said(); {
	case said == GroupRecalled || d.State == Withdrawn:
		return PartRecalled
	case said == GroupRefused:
		return PartRefused
	case said == GroupCompleted || d.Kind == envelope.Recall && d.State == Delivered:
		return PartCompleted
	case said != GroupWaiting:
		return PartAccepted
	case d.State == DeadLettered:
		return PartFailed
	case d.State == Delivered || d.Processing == envelope.Arrived:
		return PartArrived
	}
	return PartUnderway
}

// A Progress is how far a document has come with all its addressees: how many of them are at each part. Overdue are those
// of Underway and Arrived whose time to accept has passed, Asked those whose recall waits for an answer.
type Progress struct {
	Underway  int `json:"underway,omitempty"`
	Arrived   int `json:"arrived,omitempty"`
	Accepted  int `json:"accepted,omitempty"`
	Completed int `json:"completed,omitempty"`
	Refused   int `json:"refused,omitempty"`
	Failed    int `json:"failed,omitempty"`
	Recalled  int `json:"recalled,omitempty"`
	Overdue   int `json:"overdue,omitempty"`
	Asked     int `json:"asked,omitempty"`
}

// ProgressOf counts the deliveries of one document.
func ProgressOf(ds []Delivery) (p Progress) {
	for _, d := range ds {
		p.Count(d, 1)
	}
	return p
}

// Count adds the delivery n times.
func (p *Progress) Count(d Delivery, n int) {
	part := d.Part()
	*p.at(part) += n
	if (part == PartUnderway || part == PartArrived) && d.Marks.Receive.Verdict == Overdue {
		p.Overdue += n
	}
	if d.Recall.Unanswered() {
		p.Asked += n
	}
}

func (p *Progress) at(part Part) *int {
	switch part {
	case PartArrived:
		return &p.Arrived
	case PartAccepted:
		return &p.Accepted
	case PartCompleted:
		return &p.Completed
	case PartRefused:
		return &p.Refused
	case PartFailed:
		return &p.Failed
	case PartRecalled:
		return &p.Recalled
	}
	return &p.Underway
}

// Plus adds what another counted.
func (p Progress) Plus(o Progress) Progress {
	return Progress{p.Underway + o.Underway, p.Arrived + o.Arrived, p.Accepted + o.Accepted, p.Completed + o.Completed,
		p.Refused + o.Refused, p.Failed + o.Failed, p.Recalled + o.Recalled, p.Overdue + o.Overdue, p.Asked + o.Asked}
}

// Total is the number of addressees.
func (p Progress) Total() int {
	return p.Open() + p.Accepted + p.Completed + p.Refused + p.Failed + p.Recalled
}

// Open are the addressees that have said nothing and of which something is expected.
func (p Progress) Open() int { return p.Underway + p.Arrived }

// Groups are those in which its sender finds the document; none of what has no addressee.
func (p Progress) Groups() (groups []Group) {
	have := p.Total() - p.Recalled
	for _, g := range []struct {
		group Group
		in    bool
	}{
		{GroupDocuments, p.Total() > 0},
		{GroupOpen, p.Open() > 0},
		{GroupOverdue, p.Overdue > 0},
		{GroupAttention, p.Refused+p.Failed > 0},
		{GroupTaken, have > 0 && p.Accepted+p.Completed == have},
		{GroupCompleted, have > 0 && p.Completed == have},
		{GroupAsked, p.Asked > 0},
		{GroupRecalled, p.Recalled > 0},
	} {
		if g.in {
			groups = append(groups, g.group)
		}
	}
	return groups
}

package exchange

import (
	"maps"

	"github.com/lienthong/lienthong/envelope"
)

// A Ruling is what the tables say of a status, or of a recall, that meets a delivery.
type Ruling string

const (
	// Applied: it becomes what stands.
	Applied Ruling = "applied"
	// Recorded: it is kept, logged and delivered, and changes nothing.
	Recorded Ruling = "recorded"
	// Repeated: it stands already.
	Repeated Ruling = "repeat"
	// Unpermitted: it is refused at the door.
	Unpermitted Ruling = "refused"
	// Withdraws: the addressee never finds the document.
	Withdraws Ruling = "withdraws"
	// Asks: the addressee has seen the document and is asked.
	Asks Ruling = "asks"
)

// A Standing is how a delivery stands when it is recalled.
type Standing string

const (
	Unseen   Standing = "unseen"
	Seen     Standing = "seen"
	Returned Standing = "returned" // the addressee refused it (02)
)

// Transitions are the tables of what may follow what, by what stands and then by what comes. A status code that is in no
// row, one of those that the standard does not know, is recorded.
type Transitions struct {
	// Statuses: what an addressee says of a document (01–06). The row Agreed is that of a document whose recall it has
	// agreed to.
	Statuses map[envelope.StatusCode]map[envelope.StatusCode]Ruling
	// Answers: 15 and 16 to a recall.
	Answers map[RecallState]map[envelope.StatusCode]Ruling
	// Consents: 15 and 16 to an update.
	Consents map[envelope.StatusCode]map[envelope.StatusCode]Ruling
	// Recalls: kind 1 and status 13.
	Recalls map[RecallState]map[Standing]Ruling
}

// Table is a copy of the tables that the hub goes by.
func Table() Transitions {
	return Transitions{copied(table.Statuses), copied(table.Answers), copied(table.Consents), copied(table.Recalls)}
}

func copied[A, B comparable](from map[A]map[B]Ruling) map[A]map[B]Ruling {
	to := make(map[A]map[B]Ruling, len(from))
	for k, row := range from {
		to[k] = maps.Clone(row)
	}
	return to
}

type statusRow = map[envelope.StatusCode]Ruling

// The tables. The law orders the statuses and people do not: an office refuses (02) what a colleague had accepted (03),
// and takes up again (05) what was completed (06). So the newest stands, but for these: 01 replaces nothing, as the hub
// writes it too; what was refused is the sender's again; what was cancelled by consent is not worked on.
var table = Transitions{
	Statuses: map[envelope.StatusCode]statusRow{
		"":                  {"01": Applied, "02": Applied, "03": Applied, "04": Applied, "05": Applied, "06": Applied},
		envelope.Arrived:    {"01": Repeated, "02": Applied, "03": Applied, "04": Applied, "05": Applied, "06": Applied},
		envelope.Refused:    {"01": Recorded, "02": Repeated, "03": Unpermitted, "04": Unpermitted, "05": Unpermitted, "06": Unpermitted},
		envelope.Accepted:   {"01": Recorded, "02": Applied, "03": Repeated, "04": Applied, "05": Applied, "06": Applied},
		envelope.Assigned:   {"01": Recorded, "02": Applied, "03": Applied, "04": Repeated, "05": Applied, "06": Applied},
		envelope.Processing: {"01": Recorded, "02": Applied, "03": Applied, "04": Applied, "05": Repeated, "06": Applied},
		envelope.Completed:  {"01": Recorded, "02": Applied, "03": Applied, "04": Applied, "05": Applied, "06": Repeated},
		envelope.Agreed:     {"01": Recorded, "02": Recorded, "03": Recorded, "04": Recorded, "05": Recorded, "06": Recorded},
	},
	// The first answer stands. One that comes after the deadline still is one: both are logged.
	Answers: map[RecallState]statusRow{
		"":              {"15": Unpermitted, "16": Unpermitted},
		RecallAsked:     {"15": Applied, "16": Applied},
		RecallAgreed:    {"15": Repeated, "16": Unpermitted},
		RecallDeclined:  {"15": Unpermitted, "16": Repeated},
		RecallLapsed:    {"15": Applied, "16": Applied},
		RecallWithdrawn: {"15": Unpermitted, "16": Unpermitted},
	},
	Consents: map[envelope.StatusCode]statusRow{
		"":                {"15": Applied, "16": Applied},
		envelope.Agreed:   {"15": Repeated, "16": Unpermitted},
		envelope.Declined: {"15": Unpermitted, "16": Repeated},
	},
	// After a refusal, or silence, the sender may ask again. What came back by itself (02) is not recalled.
	Recalls: map[RecallState]map[Standing]Ruling{
		"":              {Unseen: Withdraws, Seen: Asks, Returned: Unpermitted},
		RecallAsked:     {Unseen: Withdraws, Seen: Repeated, Returned: Repeated},
		RecallAgreed:    {Unseen: Withdraws, Seen: Unpermitted, Returned: Unpermitted},
		RecallDeclined:  {Unseen: Withdraws, Seen: Asks, Returned: Unpermitted},
		RecallLapsed:    {Unseen: Withdraws, Seen: Asks, Returned: Unpermitted},
		RecallWithdrawn: {Unseen: Repeated, Seen: Repeated, Returned: Repeated},
	},
}

// Status says what the tables make of a code that the addressee of d gives. Of 15 and 16 they speak as the answer to the
// recall of d, if there was one, or to d itself, if it is an update: never of the recall that they answer.
func (t Transitions) Status(d Delivery, code envelope.StatusCode) Ruling {
	switch {
	case code.FromSender(), d.State == Withdrawn: // of what was withdrawn nobody can have anything to say
		return Unpermitted
	case !isAnswer(code) && !Begins(d): // a recall is answered; whatever else is said of it changes nothing
		return Recorded
	case !isAnswer(code):
		return orRecorded(t.Statuses[standsAt(d)][code])
	case d.Kind == envelope.Update && d.Recall.State == "":
		return t.Consents[d.Consent][code]
	}
	return t.Answers[d.Recall.State][code]
}

func isAnswer(code envelope.StatusCode) bool {
	return code == envelope.Agreed || code == envelope.Declined
}

func orRecorded(v Ruling) Ruling {
	if v == "" {
		return Recorded
	}
	return v
}

// standsAt is the row of a delivery in the table of statuses. A code that the standard does not know is as none.
func standsAt(d Delivery) envelope.StatusCode {
	switch {
	case d.Recall.State == RecallAgreed:
		return envelope.Agreed
	case d.Refused:
		return envelope.Refused
	}
	if _, known := table.Statuses[d.Processing]; !known {
		return ""
	}
	return d.Processing
}

// Recall says what the tables make of a recall that meets d. A recall is not recalled.
func (t Transitions) Recall(d Delivery) Ruling {
	if !Begins(d) {
		return Unpermitted
	}
	state := d.Recall.State
	if d.State == Withdrawn {
		state = RecallWithdrawn // or replaced: there is as little left
	}
	return t.Recalls[state][Stands(d)]
}

// Stands says how the delivery stands for a recall. Whoever has acknowledged it has it, whatever an attempt believes.
func Stands(d Delivery) Standing {
	switch {
	case d.Refused:
		return Returned
	case d.Exposed() || d.State == Delivered:
		return Seen
	}
	return Unseen
}

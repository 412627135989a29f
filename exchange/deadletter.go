package exchange

import (
	"context"
	"slices"
	"strings"
	"time"
)

// A DeadLetterQuery selects dead letters; what is empty selects all.
type DeadLetterQuery struct {
	Addressee AgencyID
	Sender    AgencyID
	Reason    string    // exactly the code of why it was given up
	From, To  time.Time // the document was accepted in [From, To)
}

func (q DeadLetterQuery) selects(d Delivery) bool {
	return (q.Addressee == "" || d.Addressee == q.Addressee) && (q.Sender == "" || d.Sender == q.Sender) &&
		(q.Reason == "" || d.Reason == q.Reason)
}

// A Hindrance is why a dead letter is not sent again together with many others.
type Hindrance string

const (
	// Answered: the addressee has given a status of the document, so it has it.
	Answered Hindrance = "answered"
	// BeingRecalled: the sender has asked for it back and was not answered yet.
	BeingRecalled Hindrance = "recall"
	// Unreachable: the addressee is closed and nobody in particular takes its place.
	Unreachable Hindrance = "unreachable"
	// Supplanted: another document of the same identity was sent in its place (P2).
	Supplanted Hindrance = "supplanted"
)

// MostDeadLetters is how many dead letters one look goes through, the newest first.
const MostDeadLetters = 10_000

// A DeadLetterPlan is what would be sent again, and what would not.
type DeadLetterPlan struct {
	Send  []DeliveryID // in the order of acceptance
	Bytes int64
	To    map[AgencyID]int // by the addressee, as it is now
	Not   map[Hindrance]int
	// More says that there were dead letters which nobody looked at.
	More bool
}

// Hindrances are all of them.
func Hindrances() []Hindrance { return []Hindrance{Answered, BeingRecalled, Unreachable, Supplanted} }

// PlanRequeue says what sending the selected dead letters again would do. It changes nothing.
func (h *Hub) PlanRequeue(ctx context.Context, c Caller, q DeadLetterQuery) (DeadLetterPlan, error) {
	p := DeadLetterPlan{To: make(map[AgencyID]int), Not: make(map[Hindrance]int)}
	more, err := h.lookThrough(ctx, c, q, func(m Message, d Delivery) error {
		why, err := h.hindersPlan(ctx, d)
		if err != nil || why != "" {
			p.Not[why]++
			return err
		}
		p.Send = append(p.Send, d.ID)
		p.Bytes += m.Size
		p.To[d.Addressee]++
		return nil
	})
	slices.Reverse(p.Send)
	p.More = more
	return p, err
}

// hindersPlan is hinders with what the store alone can tell.
func (h *Hub) hindersPlan(ctx context.Context, d Delivery) (Hindrance, error) {
	if why := h.hinders(d); why != "" {
		return why, nil
	}
	to, _ := h.Directory.Reach(d.Addressee, h.now())
	other, err := h.Store.InPlace(ctx, d.ID, to.ID)
	if err != nil || other == "" {
		return "", err
	}
	return Supplanted, nil
}

func (h *Hub) hinders(d Delivery) Hindrance {
	switch _, ok := h.Directory.Reach(d.Addressee, h.now()); {
	case d.Processing != "":
		return Answered
	case d.Recall.Open():
		return BeingRecalled
	case !ok:
		return Unreachable
	}
	return ""
}

// lookThrough calls f with the selected dead letters, newest first, among the newest MostDeadLetters.
func (h *Hub) lookThrough(ctx context.Context, c Caller, q DeadLetterQuery, f func(Message, Delivery) error) (more bool, err error) {
	if c.Operator == "" {
		return false, Errorf(Forbidden, "only an operator looks through dead letters")
	}
	ask := Query{Every: true, State: DeadLettered, From: q.From, To: q.To, Limit: 200}
	switch {
	case q.Addressee != "":
		ask.Agency, ask.Role = q.Addressee, Received
	case q.Sender != "":
		ask.Agency, ask.Role = q.Sender, Sent
	}
	for looked := 0; looked < MostDeadLetters; {
		page, err := h.Store.Search(ctx, ask)
		if err != nil {
			return false, err
		}
		for _, r := range page.Rows {
			if !q.selects(r.Deliveries[0]) {
				continue
			}
			if err := f(r.Message, r.Deliveries[0]); err != nil {
				return false, err
			}
		}
		looked += len(page.Rows)
		if ask.Cursor = page.Next; ask.Cursor == "" {
			return false, nil
		}
	}
	return true, nil
}

// A DeadLetterGroup are the dead letters with one cause.
type DeadLetterGroup struct {
	Reason         string
	Count          int
	Agencies       int // addressees
	Oldest, Newest time.Time
}

// DeadLetterGroups groups the selected dead letters by their cause, the most frequent first. more says that there are
// older ones which were not looked at.
func (h *Hub) DeadLetterGroups(ctx context.Context, c Caller, q DeadLetterQuery) (list []DeadLetterGroup, more bool, err error) {
	groups := make(map[string]*DeadLetterGroup)
	agencies := make(map[string]map[AgencyID]bool)
	more, err = h.lookThrough(ctx, c, q, func(_ Message, d Delivery) error {
		g := groups[d.Reason]
		if g == nil {
			g = &DeadLetterGroup{Reason: d.Reason, Newest: d.Ended, Oldest: d.Ended}
			groups[d.Reason], agencies[d.Reason] = g, make(map[AgencyID]bool)
		}
		g.Count++
		agencies[d.Reason][d.Addressee] = true
		g.Agencies = len(agencies[d.Reason])
		g.Oldest = sooner(g.Oldest, d.Ended)
		g.Newest = later(g.Newest, d.Ended)
		return nil
	})
	for _, g := range groups {
		list = append(list, *g)
	}
	slices.SortFunc(list, func(a, b DeadLetterGroup) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Reason, b.Reason)
	})
	return list, more, err
}

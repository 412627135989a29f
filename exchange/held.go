package exchange

import (
	"cmp"
	"context"
	"slices"

	"github.com/lienthong/lienthong/envelope"
)

// named is under whom the sender's receipt names the delivery: the agency it was accepted for. Statuses are written in
// its name, as the sender's software looks for them there.
func (d Delivery) named() AgencyID { return cmp.Or(d.Original, d.Addressee) }

// heldBy are the deliveries of a message that an agency may know of: those to itself, and those to agencies whose place
// it took. A delivery that was redirected is its new addressee's alone. What is not exposed is left out (P7).
func (h *Hub) heldBy(ctx context.Context, m Message, agency AgencyID) ([]Delivery, error) {
	var held []Delivery
	for _, to := range m.Addressees {
		if !h.holds(agency, to.Agency) {
			continue
		}
		d, err := h.Store.Delivery(ctx, to.Delivery)
		if err != nil {
			return nil, err
		}
		if d.Exposed() && d.Original == "" {
			held = append(held, d)
		}
	}
	moved, err := h.Store.Redirected(ctx, m.ID, agency)
	if err != nil {
		return nil, err
	}
	return append(held, slices.DeleteFunc(moved, func(d Delivery) bool { return !d.Exposed() })...), nil
}

// spokenAbout picks from the document m the delivery that a status of the giver, handed in by the caller, speaks of:
// that of the agency named in From if there are several, and of an answer under the agency's own name that of which it was
// asked.
func (h *Hub) spokenAbout(ctx context.Context, m Message, giver, caller AgencyID, e *envelope.Envelope) (Delivery, bool, error) {
	if m.Class != ClassDocument {
		return Delivery{}, false, nil
	}
	agencies := []AgencyID{giver}
	if caller != "" && caller != giver {
		agencies = append(agencies, caller)
	}
	for _, agency := range agencies {
		held, err := h.heldBy(ctx, m, agency)
		if err != nil || len(held) > 0 {
			return h.choose(held, giver, e), err == nil, err
		}
	}
	return Delivery{}, false, nil
}

func (h *Hub) choose(held []Delivery, giver AgencyID, e *envelope.Envelope) Delivery {
	if len(held) == 0 {
		return Delivery{}
	}
	a, ok := h.Directory.Identify(e.From.OrganID)
	if isAnswer(e.Status.Code) && (!ok || a.ID == giver) {
		held = asking(held)
	}
	if i := slices.IndexFunc(held, func(d Delivery) bool { return ok && d.named() == a.ID }); i >= 0 {
		return held[i]
	}
	return held[0]
}

// asking are those that wait for an answer, else those for which none came in time, else all.
func asking(held []Delivery) []Delivery {
	for _, state := range []RecallState{RecallAsked, RecallLapsed} {
		if of := slices.DeleteFunc(slices.Clone(held), func(d Delivery) bool { return d.Recall.State != state }); len(of) > 0 {
			return of
		}
	}
	return held
}

// sees reports whether the caller sees the whole of a message: its sender or who took that one's place, who submitted
// it, and operators do.
func (h *Hub) sees(c Caller, m Message) bool {
	return c.Operator != "" || (c.Agency != "" && (c.Agency == m.Caller || h.holds(c.Agency, m.Sender)))
}

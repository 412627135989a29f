package exchange

import (
	"context"

	"github.com/lienthong/lienthong/envelope"
)

// askedAbout are the deliveries that a recall asks about where d is its delivery; none where a newer recall asks now.
func (h *Hub) askedAbout(ctx context.Context, d Delivery, recall Message) (asked []Delivery, err error) {
	for _, l := range recall.About {
		if l.Relation != Recalls {
			continue
		}
		parts, err := h.parts(ctx, l.Beside(l.At(d.named())))
		if err != nil {
			return nil, err
		}
		for _, part := range parts {
			if part.Recall.AsksFor(recall.ID) {
				asked = append(asked, part)
			}
		}
	}
	return asked, nil
}

// answerTo is what an answer to the recall delivered as d is given about: the first that it asks about and that has no answer.
// Where it asks about several, the answer settles all of them. It is d itself, which permits none, where the recall asks about
// nothing any more.
func (h *Hub) answerTo(ctx context.Context, d Delivery) (Delivery, error) {
	recall, err := h.Store.Message(ctx, d.Message)
	if err != nil {
		return d, err
	}
	asked, err := h.askedAbout(ctx, d, recall)
	if err != nil || len(asked) == 0 {
		return d, err
	}
	for _, part := range asked {
		if part.Recall.Unanswered() {
			return part, nil
		}
	}
	return asked[0], nil
}

// ofRecall finds what a status speaks of under the name of a recall, where that is not the name of a document: an answer
// of what the recall asks about, and anything else of the recall. Software answers what it was handed.
func (h *Hub) ofRecall(ctx context.Context, sender AgencyID, by citation, giver, caller AgencyID, e *envelope.Envelope) (Delivery, bool, error) {
	found, err := h.Store.Find(ctx, sender, by.documentID, by.code, by.year, maxFound)
	if err != nil {
		return Delivery{}, false, err
	}
	for _, m := range found {
		if m.Kind != envelope.Recall {
			continue
		}
		d, ok, err := h.spokenAbout(ctx, m, giver, caller, e)
		if ok && isAnswer(e.Status.Code) {
			d, err = h.answerTo(ctx, d)
			return d, err == nil, err
		}
		if ok || err != nil {
			return d, ok, err
		}
	}
	return Delivery{}, false, nil
}

// inWhoseName is who a status in the short form about d is from: whoever the document was accepted for, also where d is
// that of its recall, as the sender looks for it there. An answer for several is in the name of who was asked.
func (h *Hub) inWhoseName(ctx context.Context, d Delivery, m Message) (giver AgencyID, err error) {
	if !isRecall(m) {
		return d.named(), nil
	}
	asked, err := h.askedAbout(ctx, d, m)
	if err != nil || len(asked) == 0 {
		return d.named(), err
	}
	giver = asked[0].named()
	for _, part := range asked {
		if part.named() != giver {
			return d.named(), nil
		}
	}
	return giver, nil
}

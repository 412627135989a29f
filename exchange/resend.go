package exchange

import "context"

// Resend is Requeue by the sender, of a dead letter of its own document. NotFound for any other's delivery; Conflict for
// what is no dead letter, while its recall is open, where the addressee has answered after all, and where the addressee is
// closed and nobody in particular takes its place.
func (h *Hub) Resend(ctx context.Context, c Caller, id DeliveryID, reason string) (Delivery, error) {
	d, err := h.sendersDelivery(ctx, c, id)
	if err != nil {
		return d, err
	}
	if err := reasoned(reason); err != nil {
		return d, err
	}
	switch h.hinders(d) {
	case Answered:
		return d, &Error{Kind: Conflict, Detail: "the addressee has answered, so it has the document", VI: string(d.Addressee) + " đã trả lời, tức là đã có văn bản."}
	case Unreachable:
		return d, &Error{Kind: Conflict, Detail: "the addressee is closed and has no one successor",
			VI: string(d.Addressee) + " đã chấm dứt hoạt động và không có một đơn vị kế thừa duy nhất. Hãy gửi văn bản tới đơn vị kế thừa đúng."}
	}
	return h.sendAgain(ctx, c, d, reason)
}

// Resendable reports whether the delivery as it is can be sent again by its sender; see [Hub.Resend].
func Resendable(d Delivery) bool {
	return d.Class == ClassDocument && d.State == DeadLettered && d.Processing == "" && !d.Recall.Open()
}

// sendersDelivery is a delivery of a document that the caller sent.
func (h *Hub) sendersDelivery(ctx context.Context, c Caller, id DeliveryID) (Delivery, error) {
	d, err := h.Store.Delivery(ctx, id)
	if err != nil {
		return d, hidden(err, "delivery", string(id))
	}
	m, err := h.Store.Message(ctx, d.Message)
	if err != nil {
		return d, err
	}
	if !sentBy(m, c) {
		return Delivery{}, noSuch("delivery", string(id))
	}
	return d, nil
}

// sentBy reports whether the message is a document that the caller's agency sent, or handed in for its sender.
func sentBy(m Message, c Caller) bool {
	return c.Agency != "" && m.Class == ClassDocument && (m.Sender == c.Agency || m.Caller == c.Agency)
}

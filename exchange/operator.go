package exchange

import (
	"context"
	"strconv"

	"github.com/lienthong/lienthong/envelope"
)

// Requeue sends a dead letter again, with a new lifetime: to its addressee, or to who takes that one's place now. The
// operator's reason lies beside the log entry (P6).
func (h *Hub) Requeue(ctx context.Context, c Caller, id DeliveryID, reason string) (Delivery, error) {
	d, err := h.operatorsDelivery(ctx, c, id, reason)
	if err != nil {
		return d, err
	}
	return h.sendAgain(ctx, c, d, reason)
}

func (h *Hub) sendAgain(ctx context.Context, c Caller, d Delivery, reason string) (Delivery, error) {
	now := h.now()
	if to, ok := h.Directory.Reach(d.Addressee, now); ok && to.ID != d.Addressee {
		return h.revive(ctx, c, d, to, reason, now)
	}
	text, err := side(map[string]string{"reason": reason})
	if err != nil {
		return d, err
	}
	return h.Store.Requeue(ctx, d.ID, c, now, h.deadline(now, d.Priority), text)
}

// operatorsDelivery is a delivery that an operator acts on, with the reason without which none does.
func (h *Hub) operatorsDelivery(ctx context.Context, c Caller, id DeliveryID, reason string) (Delivery, error) {
	if c.Operator == "" {
		return Delivery{}, Errorf(Forbidden, "only an operator requeues")
	}
	if err := reasoned(reason); err != nil {
		return Delivery{}, err
	}
	d, err := h.Store.Delivery(ctx, id)
	return d, hidden(err, "delivery", string(id))
}

func reasoned(reason string) error {
	if envelope.Blank(reason) {
		return &Error{Kind: BadRequest, Path: "/reason", Detail: "a requeue needs a reason", VI: "Gửi lại phải ghi lý do."}
	}
	return legibleReason(reason)
}

// DeadLetters lists what was given up and not sent again, newest first.
func (h *Hub) DeadLetters(ctx context.Context, c Caller, limit int, cursor string) (Page, error) {
	if c.Operator == "" {
		return Page{}, Errorf(Forbidden, "only an operator lists dead letters")
	}
	return h.Store.Search(ctx, Query{State: DeadLettered, Limit: limit, Cursor: cursor})
}

// Settle ends an attempt that the hub itself made, with the notice to the sender that belongs to the outcome.
func (h *Hub) Settle(ctx context.Context, l Lease, o Outcome) (Delivery, error) {
	now := h.now()
	s := Settlement{Delivery: l.Delivery.ID, Attempt: l.Delivery.Attempt, Outcome: o, Now: now}
	var err error
	if o.Result != ResultRetry {
		if s.Notice, err = h.notice(l.Delivery, l.Message, o.Result == ResultDelivered, o.Reason, now); err != nil {
			return l.Delivery, err
		}
	}
	if s.Side, err = side(map[string]string{"detail": o.Detail, "ms": milliseconds(o)}); err != nil {
		return l.Delivery, err
	}
	return h.Store.Settle(ctx, s)
}

// milliseconds is how long a failed attempt took; "" of one that delivered, and where nobody measured.
func milliseconds(o Outcome) string {
	if o.Result == ResultDelivered || o.Took <= 0 {
		return ""
	}
	return strconv.FormatInt(o.Took.Milliseconds(), 10)
}

// ExpireOverdue dead-letters what was not taken within its lifetime and tells the senders; it returns how many. Nothing
// overdue: no write. Deliveries that came to an end meanwhile are passed over, and so is what fails, of which the error
// tells.
func (h *Hub) ExpireOverdue(ctx context.Context) (int, error) {
	return rounds(ctx, h.now(), h.Store.Overdue, h.expire)
}

func (h *Hub) expire(ctx context.Context, d Delivery) error {
	now := h.now()
	m, err := h.Store.Message(ctx, d.Message)
	if err != nil {
		return err
	}
	notice, err := h.notice(d, m, false, "lifetime", now)
	if err != nil {
		return err
	}
	_, err = h.Store.Expire(ctx, d.ID, now, notice)
	return err
}

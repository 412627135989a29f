package exchange

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"
)

// Moved is what became of the deliveries that waited for agencies which are closed, or not connected any more.
type Moved struct {
	Redirected int // wait for the agency's successor or gateway now
	Stranded   int // dead letters: the agency has no successor, or several; the senders are told
	Underway   int // in the middle of an attempt: next time
}

// MoveWaiting takes what waits for agencies that are closed, or have no connection any more, to who takes its place: to
// the one successor, or to the gateway. What waits for a closed agency without a successor, or with several, ends as a
// dead letter and its sender is told. Each delivery is a step of its own: a round that is cut short is taken up by the
// next, one that finds nothing writes nothing, and what fails, of which the error tells, holds up nothing but itself.
func (h *Hub) MoveWaiting(ctx context.Context) (all Moved, err error) {
	now := h.now()
	agencies := h.Store.WaitedFor()
	slices.Sort(agencies)
	for _, id := range slices.Compact(agencies) {
		a, ok := h.Directory.Agency(id)
		if !ok || (a.LivesAt(now) && a.Connected()) {
			continue
		}
		err = cmp.Or(err, h.moveFrom(ctx, a, now, &all))
	}
	return all, err
}

func (h *Hub) moveFrom(ctx context.Context, a Agency, now time.Time, all *Moved) (failed error) {
	to, ok := h.Directory.Reach(a.ID, now)
	if !ok && a.LivesAt(now) {
		return nil // not connected, and no gateway yet: it waits
	}
	for cursor := ""; ; {
		list, next, err := h.Store.Waiting(ctx, a.ID, cursor, roundBatch)
		failed = cmp.Or(failed, err)
		for _, d := range list {
			failed = cmp.Or(failed, h.move(ctx, a, d, to, ok, all))
		}
		if cursor = next; cursor == "" {
			return failed
		}
	}
}

// move redirects or strands one delivery. A Conflict is no failure: the delivery has changed since it was read.
func (h *Hub) move(ctx context.Context, a Agency, d Delivery, to Agency, reached bool, all *Moved) error {
	now := h.now()
	n := &all.Redirected
	var err error
	if reached {
		_, err = h.Store.Redirect(ctx, Redirection{Delivery: d.ID, From: a.ID, To: to, Actor: "hub", Now: now,
			Deadline: h.deadline(now, d.Priority)})
	} else {
		n = &all.Stranded
		err = h.strand(ctx, a, d, now)
	}
	if KindOf(err) == Conflict && err != nil {
		n, err = &all.Underway, nil
	}
	if err == nil {
		*n++
	}
	return err
}

func (h *Hub) strand(ctx context.Context, a Agency, d Delivery, now time.Time) error {
	m, err := h.Store.Message(ctx, d.Message)
	if err != nil {
		return err
	}
	reason := NoSuccessor
	if len(a.Successors) > 0 {
		reason = SeveralSuccessors
	}
	notice, err := h.notice(d, m, false, reason, now)
	if err != nil {
		return err
	}
	_, err = h.Store.Strand(ctx, d.ID, reason, now, notice)
	return err
}

// SendOn gives a dead letter of a closed agency to one of those who took its place, as an operator decides. Where there
// is one only, [Hub.Requeue] does so by itself.
func (h *Hub) SendOn(ctx context.Context, c Caller, id DeliveryID, to AgencyID, reason string) (Delivery, error) {
	d, err := h.operatorsDelivery(ctx, c, id, reason)
	if err != nil {
		return d, err
	}
	now := h.now()
	heirs := h.heirs(d.Addressee, now)
	if !slices.Contains(heirs, to) {
		return d, &Error{Kind: Conflict, Path: "/to", Values: map[string]string{"successors": joinIDs(heirs)},
			Detail: string(to) + " is not among those who took the place of " + string(d.Addressee) + " and live: " + joinIDs(heirs),
			VI:     string(to) + " không thuộc các đơn vị kế thừa đang hoạt động của " + string(d.Addressee) + ": " + joinIDs(heirs) + "."}
	}
	agency, ok := h.Directory.Reach(to, now)
	if !ok {
		return d, &Error{Kind: Conflict, Path: "/to", Detail: string(to) + " has no connection, and no gateway",
			VI: string(to) + " chưa kết nối và chưa có đầu mối tiếp nhận."}
	}
	return h.revive(ctx, c, d, agency, reason, now)
}

// revive redirects a dead letter with a new lifetime.
func (h *Hub) revive(ctx context.Context, c Caller, d Delivery, to Agency, reason string, now time.Time) (Delivery, error) {
	text, err := side(map[string]string{"reason": reason})
	if err != nil {
		return d, err
	}
	return h.Store.Redirect(ctx, Redirection{Delivery: d.ID, From: d.Addressee, To: to, Actor: c.Actor(), Credential: c.Credential, Now: now,
		Deadline: h.deadline(now, d.Priority), Revive: true, Side: text})
}

// heirs are the living agencies at the ends of all chains of successors that begin at id.
func (h *Hub) heirs(id AgencyID, now time.Time) []AgencyID {
	seen := map[AgencyID]bool{id: true}
	var living []AgencyID
	for queue := []AgencyID{id}; len(queue) > 0; queue = queue[1:] {
		a, ok := h.Directory.Agency(queue[0])
		if ok && a.LivesAt(now) {
			if a.ID != id {
				living = append(living, a.ID)
			}
			continue
		}
		for _, next := range a.HeirsAt(now) {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	slices.Sort(living)
	return living
}

func joinIDs(ids []AgencyID) string {
	words := make([]string, len(ids))
	for i, id := range ids {
		words[i] = string(id)
	}
	return strings.Join(words, " ")
}

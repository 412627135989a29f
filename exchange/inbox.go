package exchange

import (
	"context"
	"errors"
	"strconv"
	"time"
)

// A Handout is one leased delivery with the token that acknowledges it.
type Handout struct {
	Lease
	Token string
}

// An Ask is a request for deliveries. Zero fields mean the defaults of Limits; what is above a limit is refused.
type Ask struct {
	Max  int
	For  time.Duration // length of the lease
	Wait time.Duration // how long to wait for the first delivery
	// Still is asked whenever a wait is over: its error ends the call. nil: whoever asked keeps the right to it.
	Still func() error
}

// Lease hands out due deliveries to the caller's agency, urgent ones first. With a wait it returns as soon as there is
// one, or empty-handed at the end, also when ctx ends. Each delivery is the caller's alone until the lease ends.
func (h *Hub) Lease(ctx context.Context, c Caller, ask Ask) ([]Handout, error) {
	if c.Agency == "" {
		return nil, Errorf(Forbidden, "only an agency has an inbox")
	}
	ask, err := h.Limits.bound(ask)
	if err != nil {
		return nil, err
	}
	end := h.now().Add(ask.Wait)
	for {
		rung := h.Bell.wait(c.Agency)
		got, err := h.lease(ctx, c.Agency, ask)
		if len(got) > 0 || err != nil {
			return got, err
		}
		if !h.rest(ctx, rung, end) {
			return nil, nil
		}
		if ask.Still != nil {
			if err := ask.Still(); err != nil {
				return nil, err
			}
		}
	}
}

func (h *Hub) lease(ctx context.Context, agency AgencyID, ask Ask) ([]Handout, error) {
	now := h.now()
	leases, err := h.Store.Lease(ctx, LeaseRequest{Agency: agency, Now: now, Until: now.Add(ask.For), Max: ask.Max})
	if err != nil {
		return nil, err
	}
	out := make([]Handout, len(leases))
	for i, l := range leases {
		l.Message = l.Message.unlinked()
		l.Message.About = h.shown(ctx, Caller{Agency: agency}, l.Message.About)
		out[i] = Handout{Lease: l, Token: h.token(l.Delivery)}
	}
	return out, nil
}

// rest waits for the bell, for the next delivery of anybody to fall due, or for the end; false at the end.
func (h *Hub) rest(ctx context.Context, rung <-chan struct{}, end time.Time) bool {
	now := h.now()
	if !now.Before(end) {
		return false
	}
	until := end
	if _, next := h.Store.Due(Pull, now); !next.IsZero() && next.Before(end) {
		until = next
	}
	t := time.NewTimer(max(until.Sub(now), time.Millisecond))
	defer t.Stop()
	select {
	case <-rung:
	case <-t.C:
	case <-h.Stopping:
		return false
	case <-ctx.Done():
		return false
	}
	return true
}

func (l Limits) bound(a Ask) (Ask, error) {
	if a.Max == 0 {
		a.Max = 1
	}
	if a.For == 0 {
		a.For = l.LeaseTime
	}
	switch {
	case a.Max < 0 || a.Max > l.LeaseMax:
		return a, &Error{Kind: BadRequest, Path: "/max", Detail: "max is 1 to " + strconv.Itoa(l.LeaseMax), VI: "max từ 1 đến " + strconv.Itoa(l.LeaseMax) + "."}
	case a.For < time.Second || a.For > l.LeaseLimit:
		return a, &Error{Kind: BadRequest, Path: "/lease", Detail: "lease is 1s to " + l.LeaseLimit.String(), VI: "lease từ 1s đến " + l.LeaseLimit.String() + "."}
	case a.Wait < 0 || a.Wait > l.Wait:
		return a, &Error{Kind: BadRequest, Path: "/wait", Detail: "wait is 0s to " + l.Wait.String(), VI: "wait từ 0s đến " + l.Wait.String() + "."}
	}
	return a, nil
}

// Ack is the addressee's word that it has the document. Any token ever issued to it for this delivery acknowledges,
// also late; a repeat changes nothing (DESIGN 6). The sender gets status 01 in the same step.
func (h *Hub) Ack(ctx context.Context, c Caller, id DeliveryID, token string) (Delivery, error) {
	_, d, m, err := h.ownDelivery(ctx, c, id)
	if err != nil {
		return d, err
	}
	attempt, err := h.attempt(d, token)
	if err != nil {
		return d, err
	}
	now := h.now()
	a := Acknowledgement{Delivery: id, Addressee: d.Addressee, Attempt: attempt, Credential: c.Credential, Now: now}
	if d.State != Delivered {
		if a.Notice, err = h.notice(d, m, true, "", now); err != nil {
			return d, err
		}
	}
	return h.Store.Acknowledge(ctx, a)
}

// nackPause is how long a delivery rests at least that was given back after its nth hand-out. Each time is an entry of the
// log, which is for ever: the first few are for software that is starting, then the rest doubles up to mostPause.
func nackPause(attempt int) time.Duration {
	const atOnce, mostPause = 3, 15 * time.Minute
	if attempt <= atOnce {
		return 0
	}
	return min(time.Second<<min(attempt-atOnce-1, 10), mostPause)
}

// Nack gives a leased delivery back for a later hand-out, no sooner than its hand-outs so far permit; the reason, which may
// be left out, is for people. A superseded token is refused with LeaseLost.
func (h *Hub) Nack(ctx context.Context, c Caller, id DeliveryID, token, reason string, after time.Duration) (Delivery, error) {
	if after < 0 || after > h.Limits.NackDelay {
		return Delivery{}, &Error{Kind: BadRequest, Path: "/after", Detail: "after is 0s to " + h.Limits.NackDelay.String(), VI: "after từ 0s đến " + h.Limits.NackDelay.String() + "."}
	}
	if err := legibleReason(reason); err != nil {
		return Delivery{}, err
	}
	_, d, _, err := h.ownDelivery(ctx, c, id)
	if err != nil {
		return d, err
	}
	attempt, err := h.attempt(d, token)
	if err != nil {
		return d, err
	}
	text, err := side(map[string]string{"reason": reason})
	if err != nil {
		return d, err
	}
	now := h.now()
	return h.Store.Settle(ctx, Settlement{Delivery: id, Attempt: attempt, Now: now, Side: text,
		Outcome: Outcome{Result: ResultRetry, Reason: "nack", RetryAt: now.Add(max(after, nackPause(attempt)))}})
}

// Extend moves the end of a running lease to now plus the given time. A superseded token is refused with LeaseLost.
func (h *Hub) Extend(ctx context.Context, c Caller, id DeliveryID, token string, by time.Duration) (Delivery, error) {
	ask, err := h.Limits.bound(Ask{For: by})
	if err != nil {
		return Delivery{}, err
	}
	_, d, _, err := h.ownDelivery(ctx, c, id)
	if err != nil {
		return d, err
	}
	attempt, err := h.attempt(d, token)
	if err != nil {
		return d, err
	}
	now := h.now()
	return h.Store.Extend(ctx, id, attempt, now, now.Add(ask.For))
}

// ownDelivery finds a delivery to the caller, or to one whose place it took, that the caller may know of. Whatever belongs to others, or was never
// handed out, does not exist.
func (h *Hub) ownDelivery(ctx context.Context, c Caller, id DeliveryID) (Agency, Delivery, Message, error) {
	d, err := h.Store.Delivery(ctx, id)
	if err != nil {
		return Agency{}, Delivery{}, Message{}, hidden(err, "delivery", string(id))
	}
	agency, ok := h.Directory.Agency(c.Agency)
	if !h.holds(c.Agency, d.Addressee) || !d.Exposed() || !ok {
		return Agency{}, Delivery{}, Message{}, noSuch("delivery", string(id))
	}
	m, err := h.Store.Message(ctx, d.Message)
	return agency, d, m, err
}

func noSuch(what, id string) *Error {
	return &Error{Kind: NotFound, Detail: "no " + what + " " + id, VI: "Không tìm thấy " + id + "."}
}

// hidden answers "absent" in the same words as "not yours".
func hidden(err error, what, id string) error {
	if errors.Is(err, NotFound) {
		return noSuch(what, id)
	}
	return err
}

package storetest

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// P2: a second document with the identity of a first.
var identityCases = []check{
	{"other bytes to a common addressee are refused, showing both digests", func(h *hub) {
		a := h.document(office, commune, ward)
		h.accept(a)
		for _, b := range []*exchange.Acceptance{h.rewritten(a, commune), h.rewritten(a, district, ward)} {
			h.sameIdentity(b, a)
			h.reopen()
		}
	}},
	{"refused also when delivered", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		l := h.lease(commune)
		must(h.acknowledge(l.Delivery.ID, commune, 1))(h)
		h.sameIdentity(h.rewritten(a, commune), a)
	}},
	{"another addressee may get it", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		h.accept(h.rewritten(a, district))
	}},
	{"each earlier document counts, not only the first or the last", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		b := h.rewritten(a, district)
		h.accept(b)
		c := h.rewritten(a, province)
		h.accept(c)
		h.sameIdentity(h.rewritten(a, commune), a)
		h.sameIdentity(h.rewritten(a, district), b)
		h.sameIdentity(h.rewritten(a, province), c)
	}},
	{"a dead letter is replaced", func(h *hub) {
		a := h.document(office, commune, district)
		h.accept(a)
		h.deadLetter(commune)
		h.sameIdentity(h.rewritten(a, commune, district), a)
		b := h.rewritten(a, commune)
		h.accept(b)
		h.sameIdentity(h.rewritten(a, commune), b)
	}},
	{"a refused document is replaced", func(h *hub) {
		a := h.document(office, commune)
		d := h.accept(a)
		h.lease(commune)
		h.accept(h.status(d, envelope.Refused))
		h.accept(h.rewritten(a, commune))
	}},
	{"a requeued dead letter lives again", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		d := h.deadLetter(commune)
		must(h.Requeue(h.ctx, d.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil))(h)
		h.sameIdentity(h.rewritten(a, commune), a)
	}},
	{"an acknowledged dead letter lives again", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		d := h.deadLetter(commune)
		must(h.acknowledge(d.ID, commune, 1))(h)
		h.sameIdentity(h.rewritten(a, commune), a)
	}},
	{"a dead letter does not come back beside what was sent in its place", func(h *hub) {
		a := h.document(office, ward)
		h.accept(a)
		dead := h.deadLetter(ward)
		b := h.rewritten(a, ward)
		h.accept(b)
		again := func() error {
			_, err := h.Requeue(h.ctx, dead.ID, exchange.Caller{Operator: "an"}, h.now, h.now.Add(lifetime), nil)
			return err
		}
		h.inPlace(dead.ID, ward, b.Message.ID)
		h.inPlace(dead.ID, commune, b.Message.ID)
		h.writes(0, "a requeue beside its successor", func() { h.refused(again(), exchange.Conflict, "a requeue beside its successor") })
		_, err := h.Redirect(h.ctx, exchange.Redirection{Delivery: dead.ID, From: ward, To: exchange.Agency{ID: commune, Channel: channel(commune)},
			Actor: "operator:an", Now: h.now, Deadline: h.now.Add(lifetime), Revive: true})
		h.refused(err, exchange.Conflict, "sending it on beside its successor")
		h.accept(h.status(h.lease(ward).Delivery, envelope.Refused))
		h.inPlace(dead.ID, ward, "")
		if err := again(); err != nil {
			h.Errorf("a requeue after its successor came back: %v", err)
		}
		h.sameIdentity(h.rewritten(a, ward), a)
	}},
	{"a dead letter is not sent on to where its successor waits; what waits moves", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		dead := h.deadLetter(commune)
		b := h.rewritten(a, ward)
		h.accept(b)
		on := func(d exchange.Delivery, to exchange.AgencyID) error {
			_, err := h.Redirect(h.ctx, exchange.Redirection{Delivery: d.ID, From: d.Addressee, To: exchange.Agency{ID: to, Channel: channel(to)},
				Actor: "operator:an", Now: h.now, Deadline: h.now.Add(lifetime), Revive: true})
			return err
		}
		h.inPlace(dead.ID, ward, b.Message.ID)
		h.inPlace(dead.ID, district, "")
		h.writes(0, "sending on to where its successor waits", func() { h.refused(on(dead, ward), exchange.Conflict, "a twin at its new place") })
		if err := on(dead, district); err != nil {
			h.Errorf("sending on to another agency: %v", err)
		}
		if err := on(b.Deliveries[0], district); err != nil {
			h.Errorf("the successor, which waits, to the same: %v", err)
		}
	}},
	{"what has no identity replaces nothing and is replaced by nothing", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		b := h.rewritten(a, commune)
		b.Identity = ""
		h.accept(b)
		c := h.rewritten(a, commune)
		c.Identity = ""
		h.accept(c)
	}},
	{"of many at once one is accepted", func(h *hub) {
		const n = 20
		a := h.document(office, commune)
		var accepted atomic.Int64
		h.writes(1, "twenty at once", func() {
			together(n, func(int) {
				_, err := h.Accept(h.ctx, h.rewritten(a, commune))
				if err == nil {
					accepted.Add(1)
				} else if !errors.Is(err, exchange.SameIdentity) {
					h.Errorf("refused with %v, want %s", err, exchange.SameIdentity)
				}
			})
		})
		if accepted.Load() != 1 {
			h.Errorf("%d were accepted, want 1", accepted.Load())
		}
	}},
}

// sameIdentity fails the case unless b is refused because of a, and nothing of it stays.
func (h *hub) sameIdentity(b, a *exchange.Acceptance) {
	h.Helper()
	h.writes(0, "a refused document", func() {
		_, err := h.Accept(h.ctx, b)
		refusal, ok := errors.AsType[*exchange.Error](err)
		if !ok || refusal.Kind != exchange.SameIdentity {
			h.Errorf("other bytes give %v, want %s", err, exchange.SameIdentity)
			return
		}
		for key, want := range map[string]string{
			"digest": b.Message.Digest.String(), "accepted_digest": a.Message.Digest.String(), "message": string(a.Message.ID),
		} {
			if refusal.Values[key] != want {
				h.Errorf("the refusal's %s is %q, want %q", key, refusal.Values[key], want)
			}
		}
	})
	h.absent(b)
}

var idempotencyCases = []check{
	{"the same key with other bytes is refused", func(h *hub) {
		h.accept(keyed(h.document(office, commune), "k1"))
		b := keyed(h.document(office, commune), "k1")
		h.writes(0, "the key again", func() {
			_, err := h.Accept(h.ctx, b)
			h.refused(err, exchange.IdempotencyKey, "the key with other bytes")
		})
		h.absent(b)
		h.reopen()
		_, err := h.Accept(h.ctx, b)
		h.refused(err, exchange.IdempotencyKey, "the key with other bytes after a restart")
	}},
	{"the same bytes are a repeat with any key", func(h *hub) {
		a := keyed(h.document(office, commune), "k1")
		h.accept(a)
		for _, key := range []string{"k1", "k2", ""} {
			r := must(h.Accept(h.ctx, keyed(h.resubmitted(a), key)))(h)
			if !r.Repeat || r.Message.ID != a.Message.ID {
				h.Errorf("key %q: repeat %t, message %s, want %s", key, r.Repeat, r.Message.ID, a.Message.ID)
			}
		}
	}},
	{"another caller's key is another key", func(h *hub) {
		h.accept(keyed(h.document(office, commune), "k1"))
		h.accept(keyed(h.document(district, commune), "k1"))
	}},
	{"the key is the caller's, not the sender's", func(h *hub) {
		a := keyed(h.document(office, commune), "k1")
		a.Message.Caller = district
		h.accept(a)
		b := keyed(h.document(province, commune), "k1")
		b.Message.Caller = district
		_, err := h.Accept(h.ctx, b)
		h.refused(err, exchange.IdempotencyKey, "the caller's key for another sender")
		h.accept(keyed(h.document(office, commune), "k1"))
	}},
	{"no key is no key", func(h *hub) {
		h.accept(h.document(office, commune))
		h.accept(h.document(office, commune))
	}},
	{"it is kept for its time and then free", func(h *hub) {
		h.accept(keyed(h.document(office, commune), "k1"))
		h.pass(exchange.IdempotencyTTL - time.Second)
		_, err := h.Accept(h.ctx, keyed(h.document(office, commune), "k1"))
		h.refused(err, exchange.IdempotencyKey, "the key within its time")
		h.pass(2 * time.Second)
		h.accept(keyed(h.document(office, commune), "k1"))
		_, err = h.Accept(h.ctx, keyed(h.document(office, commune), "k1"))
		h.refused(err, exchange.IdempotencyKey, "the key in its second life")
	}},
	{"a refused submission takes no key", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		_, err := h.Accept(h.ctx, keyed(h.rewritten(a, commune), "k1"))
		h.refused(err, exchange.SameIdentity, "the same identity")
		h.accept(keyed(h.document(office, commune), "k1"))
	}},
	{"of many at once one gets it", func(h *hub) {
		var accepted atomic.Int64
		together(20, func(int) {
			if _, err := h.Accept(h.ctx, keyed(h.document(office, commune), "k1")); err == nil {
				accepted.Add(1)
			} else if !errors.Is(err, exchange.IdempotencyKey) {
				h.Errorf("refused with %v, want %s", err, exchange.IdempotencyKey)
			}
		})
		if accepted.Load() != 1 {
			h.Errorf("%d were accepted, want 1", accepted.Load())
		}
	}},
}

func keyed(a *exchange.Acceptance, key string) *exchange.Acceptance {
	a.IdempotencyKey = key
	return a
}

// inPlace fails the case unless that is what keeps the dead letter from being sent to the agency.
func (h *hub) inPlace(id exchange.DeliveryID, to exchange.AgencyID, want exchange.MessageID) {
	h.Helper()
	if got, err := h.InPlace(h.ctx, id, to); err != nil || got != want {
		h.Errorf("in place of %s at %s is %q (%v), want %q", id, to, got, err, want)
	}
}

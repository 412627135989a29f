package bolt

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Accept implements store.Messages.
func (s *Store) Accept(ctx context.Context, a *exchange.Acceptance) (*exchange.Receipt, error) {
	if err := checkAcceptance(a); err != nil {
		return nil, err
	}
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	leave, err := s.flights.enter(ctx, flight{a.Message.Sender, a.Message.Digest})
	if err != nil {
		return nil, err
	}
	defer leave()
	if r, err := s.refuseEarly(ctx, a); r != nil || err != nil {
		return r, err
	}
	return s.acceptBody(ctx, a)
}

// checkAcceptance refuses what no caller of this store may hand in; it is the caller's fault, not the sender's.
func checkAcceptance(a *exchange.Acceptance) error {
	m := a.Message
	if _, ok := idKey(m.ID); !ok {
		return fmt.Errorf("bolt: acceptance under the message id %q", m.ID)
	}
	if int64(len(a.Body)) != m.Size || len(m.Addressees) != len(a.Deliveries) {
		return fmt.Errorf("bolt: acceptance %s: %d bytes for %d, %d deliveries for %d addressees",
			m.ID, len(a.Body), m.Size, len(a.Deliveries), len(m.Addressees))
	}
	for i, d := range a.Deliveries {
		if _, ok := idKey(d.ID); !ok || d.Message != m.ID || m.Addressees[i].Delivery != d.ID || d.Addressee != m.Addressees[i].Agency {
			return fmt.Errorf("bolt: acceptance %s: delivery %d is not that of its addressee", m.ID, i)
		}
	}
	if err := proven(m, a.Evidence); err != nil {
		return err
	}
	return loggable(a)
}

// loggable refuses before a byte is written what the log would refuse in the transaction, when the body lies on the disk
// already and stays there.
func loggable(a *exchange.Acceptance) error {
	e := acceptanceEntry(a)
	e.V, e.Time = translog.Schema, utc(a.Now)
	if err := e.Check(); err != nil {
		return fmt.Errorf("bolt: acceptance %s: %w", a.Message.ID, err)
	}
	return nil
}

// refuseEarly answers from what is committed, before any byte is written. Only the transaction's own look decides.
func (s *Store) refuseEarly(ctx context.Context, a *exchange.Acceptance) (r *exchange.Receipt, err error) {
	err = s.view(ctx, func(v view) error {
		id, err := v.checkAccept(a, v.mustNow(a.Now))
		if err != nil || id == "" {
			return err
		}
		r, err = v.receipt(id)
		return err
	})
	return r, err
}

func (s *Store) acceptBody(ctx context.Context, a *exchange.Acceptance) (*exchange.Receipt, error) {
	var accepted exchange.Message
	var repeat exchange.MessageID
	err := s.enqueue(ctx, a, func(g *group, ref bodyRef) (err error) {
		now := g.now(a.Now)
		if repeat, err = g.checkAccept(a, now); err != nil || repeat != "" {
			return err
		}
		accepted, err = g.accept(a, ref, now)
		return err
	})
	if err != nil {
		return nil, err
	}
	if repeat != "" {
		return s.Accepted(ctx, a.Message.Sender, a.Message.Digest)
	}
	// From here on the message is accepted: a caller who has gone away changes nothing.
	r := &exchange.Receipt{Message: accepted}
	err = s.view(context.WithoutCancel(ctx), func(v view) (err error) {
		r.Proof, err = v.proof(accepted.Entry)
		return err
	})
	return r, err
}

// Accepted implements store.Messages.
func (s *Store) Accepted(ctx context.Context, sender exchange.AgencyID, digest exchange.Digest) (r *exchange.Receipt, err error) {
	err = s.view(ctx, func(v view) error {
		id := v.get(bDedupe, dedupeKey(sender, digest))
		if id == nil {
			return exchange.Errorf(exchange.NotFound, "no message of %s with these bytes", sender)
		}
		r, err = v.receipt(keyID[exchange.MessageID](id))
		return err
	})
	return r, err
}

// receipt is the receipt of a message accepted before.
func (v view) receipt(id exchange.MessageID) (*exchange.Receipt, error) {
	m, _, err := v.message(id)
	if err != nil {
		return nil, err
	}
	proof, err := v.proof(m.Entry)
	if err != nil {
		return nil, err
	}
	return &exchange.Receipt{Message: m, Proof: proof, Repeat: true}, nil
}

// mustNow is group.now outside of a group.
func (v view) mustNow(now time.Time) time.Time {
	h, err := v.head()
	if err != nil {
		return now // the transaction will say what is wrong with the head
	}
	return later(utc(now), h.Time)
}

// checkAccept applies P2: it returns the message accepted before under the same bytes, or the refusal.
func (v view) checkAccept(a *exchange.Acceptance, now time.Time) (repeat exchange.MessageID, err error) {
	m := a.Message
	if id := v.get(bDedupe, dedupeKey(m.Sender, m.Digest)); id != nil {
		return keyID[exchange.MessageID](id), nil
	}
	if err := v.checkIdempotency(a, now); err != nil {
		return "", err
	}
	if err := v.checkIdentity(a); err != nil {
		return "", err
	}
	if err := v.checkReport(a); err != nil {
		return "", err
	}
	if _, err := v.judge(a, now); err != nil {
		return "", err
	}
	if key, _ := idKey(m.ID); v.get(bMessages, key) != nil {
		return "", fmt.Errorf("bolt: message id %s is taken", m.ID)
	}
	return "", nil
}

// checkReport asks whether a status can be said now, and whether what it rests on still stands.
func (v view) checkReport(a *exchange.Acceptance) error {
	if err := v.checkBasis(a); err != nil || !said(a.Message) {
		return err
	}
	_, _, _, err := v.reported(*a.Message.Report)
	return err
}

func (v view) checkBasis(a *exchange.Acceptance) error {
	r := a.Message.Report
	if a.Basis == nil || r == nil {
		return nil
	}
	d, err := v.delivery(a.Basis.Delivery)
	if err != nil {
		return err
	}
	return a.Basis.Admits(d, r.Code)
}

func (v view) checkIdempotency(a *exchange.Acceptance, now time.Time) error {
	if a.IdempotencyKey == "" {
		return nil
	}
	value := v.get(bIdem, idemKey(a.Message.Caller, a.IdempotencyKey))
	if value == nil {
		return nil
	}
	digest, since := idemValue(value)
	if now.Sub(since) >= exchange.IdempotencyTTL || digest == a.Message.Digest {
		return nil
	}
	e := exchange.Errorf(exchange.IdempotencyKey, "this Idempotency-Key was used for another body")
	e.Values = map[string]string{"digest": a.Message.Digest.String(), "accepted_digest": digest.String()}
	return e
}

func idemValue(value []byte) (d exchange.Digest, since time.Time) {
	n := copy(d[:], value)
	return d, keyTime(value[n:])
}

// checkIdentity refuses other bytes under the same identity while one addressee of both may still get the first.
func (v view) checkIdentity(a *exchange.Acceptance) error {
	if a.Identity == "" {
		return nil
	}
	prefix := identityPrefix(a.Identity)
	addressed := sync.OnceValue(func() map[exchange.AgencyID]bool { return agencies(a.Message.Addressees) })
	var first error
	v.each(bIdentity, prefix, func(key, _ []byte) bool {
		if len(key) == len(prefix)+idSize {
			first = v.checkAgainst(a, addressed(), keyID[exchange.MessageID](key[len(prefix):]))
		}
		return first == nil
	})
	return first
}

// agencies are the addressees with all whom the ways to them lead over.
func agencies(of []exchange.Addressee) map[exchange.AgencyID]bool {
	set := make(map[exchange.AgencyID]bool, len(of))
	for _, a := range of {
		set[a.Agency] = true
		for _, r := range a.Routes {
			set[r.Code] = true
			for _, s := range r.Steps {
				set[s.Agency] = true
			}
		}
	}
	return set
}

func (v view) checkAgainst(a *exchange.Acceptance, addressed map[exchange.AgencyID]bool, id exchange.MessageID) error {
	m, _, err := v.message(id)
	if err != nil {
		return fmt.Errorf("bolt: identity of message %s: %v", id, err)
	}
	live, err := v.liveAt(m, addressed)
	if err != nil || !live {
		return err
	}
	e := exchange.Errorf(exchange.SameIdentity, "another document with this identity has been accepted")
	e.Values = map[string]string{
		"digest": a.Message.Digest.String(), "accepted_digest": m.Digest.String(), "message": string(m.ID),
	}
	return e
}

// liveAt reports whether one of the agencies has a live delivery of m.
func (v view) liveAt(m exchange.Message, addressed map[exchange.AgencyID]bool) (bool, error) {
	for _, theirs := range m.Addressees {
		if !addressed[theirs.Agency] {
			continue
		}
		d, err := v.delivery(theirs.Delivery)
		if err != nil || d.Live() {
			return err == nil, err
		}
	}
	for agency := range addressed {
		moved, err := v.redirected(m.ID, agency)
		if err != nil || slices.ContainsFunc(moved, exchange.Delivery.Live) {
			return err == nil, err
		}
	}
	return false, nil
}

// said reports whether the message is what an addressee says. A status 13 says nothing of itself: it is a recall.
func said(m exchange.Message) bool { return m.Report != nil && !m.Report.Code.FromSender() }

// accept writes what checkAccept has let pass.
func (g *group) accept(a *exchange.Acceptance, ref bodyRef, now time.Time) (exchange.Message, error) {
	p, err := g.judge(a, now)
	if err != nil {
		return a.Message, err
	}
	a = p.addressed(a)
	m := a.Message
	m.AcceptedAt = now
	if err := g.genuine(a.Evidence); err != nil {
		return m, err
	}
	index, err := g.log(acceptanceEntry(a), a.Side, now)
	if err != nil {
		return m, err
	}
	m.Entry = index
	sameID, sameCode := g.repeats(m)
	m.Warnings = exchange.Warn(g.calendar, m, sameID, sameCode)
	key, _ := idKey(m.ID)
	g.put(bMessages, key, encodeMessage(m, ref))
	g.messages[m.ID] = m
	g.name(ref, m.Size)
	g.indexMessage(m, key)
	g.prove(nil, m, a.Evidence)
	g.indexLinks(m, key)
	if a.Identity != "" {
		g.put(bIdentity, append(identityPrefix(a.Identity), key...), nil)
	}
	g.rememberKey(a, now)
	g.number(m)
	g.watch(a, m)
	for _, d := range a.Deliveries {
		d.AcceptedAt = now
		g.putDelivery(nil, d, m)
	}
	if err := g.take(p, now); err != nil {
		return m, err
	}
	if m.Report == nil {
		return m, nil
	}
	if about, ok := idKey(m.Report.Message); ok {
		g.put(bMessageLog, append(about, uintKey(index)...), nil) // the document's history shows what was said of it
	}
	if !said(m) {
		return m, nil
	}
	return m, g.report(*m.Report, now)
}

// acceptanceEntry completes the entry from the message.
func acceptanceEntry(a *exchange.Acceptance) translog.Entry {
	e, m := a.Entry, a.Message
	e.Message, e.Digest, e.Size = string(m.ID), m.Digest.String(), m.Size
	if e.Sender == "" {
		e.Sender = string(m.Sender)
	}
	e.Addressees = make([]translog.Addressee, 0, len(m.Addressees))
	for _, to := range m.Addressees {
		line := translog.Addressee{Delivery: string(to.Delivery), Agency: string(to.Agency)}
		if len(to.Codes) != 1 || to.Codes[0] != to.Agency {
			for _, c := range to.Codes {
				line.Codes = append(line.Codes, string(c))
			}
			line.By = to.By()
		}
		e.Addressees = append(e.Addressees, line)
	}
	return e
}

func (g *group) indexMessage(m exchange.Message, key []byte) {
	at := append(appendTime(nil, m.AcceptedAt), key...)
	g.put(bDedupe, dedupeKey(m.Sender, m.Digest), key)
	g.put(bTime, at, nil)
	g.put(bSender, append(term(m.Sender), at...), nil)
	if m.DocumentID != "" {
		g.put(bDocID, append(term(m.DocumentID), at...), []byte(m.Sender))
	}
	if m.Code != "" {
		g.put(bCode, append(term(m.Code), at...), []byte(m.Sender))
	}
}

// expireAtOnce bounds how many old keys one acceptance clears away.
const expireAtOnce = 16

// rememberKey notes the caller's key and forgets some whose time is over.
func (g *group) rememberKey(a *exchange.Acceptance, now time.Time) {
	if a.IdempotencyKey == "" {
		return
	}
	g.forgetKeys(now.Add(-exchange.IdempotencyTTL))
	key := idemKey(a.Message.Caller, a.IdempotencyKey)
	if old := g.get(bIdem, key); old != nil {
		_, since := idemValue(old)
		g.delete(bIdemTime, append(appendTime(nil, since), key...))
	}
	value := appendTime(append([]byte(nil), a.Message.Digest[:]...), now)
	g.put(bIdem, key, value)
	g.put(bIdemTime, append(appendTime(nil, now), key...), nil)
}

func (g *group) forgetKeys(before time.Time) {
	var old [][]byte
	c := g.bucket(bIdemTime).Cursor()
	for k, _ := c.First(); k != nil && !keyTime(k).After(before) && len(old) < expireAtOnce; k, _ = c.Next() {
		old = append(old, append([]byte(nil), k...))
	}
	for _, k := range old {
		g.delete(bIdemTime, k)
		g.delete(bIdem, k[timeSize:])
	}
}

// reported asks the rule what a status changes.
func (v view) reported(r exchange.Report) (old, next exchange.Delivery, changed bool, err error) {
	old, err = v.delivery(r.Delivery)
	if err != nil {
		return old, next, false, err
	}
	if r.Message != "" && r.Message != old.Message {
		return old, next, false, exchange.Errorf(exchange.NotFound, "delivery %s of message %s", r.Delivery, r.Message)
	}
	next, changed, err = exchange.ApplyReport(old, r)
	return old, next, changed, err
}

func (g *group) report(r exchange.Report, now time.Time) error {
	r.At = later(utc(r.At), g.head.Time) // the law's clocks go by the hub's time, whatever a status says of itself
	old, next, changed, err := g.reported(r)
	if err != nil || !changed {
		return err
	}
	m, err := g.messageOf(old.Message)
	if err != nil {
		return err
	}
	g.putDelivery(&old, next, m)
	if old.Recall == next.Recall {
		return nil
	}
	return g.answered(old, r, now)
}

package demo

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// What becomes of documents of the past, as one in so many.
const (
	tampered   = 60 // is changed after signing, and refused by the hub
	replacing  = 30 // replaces an earlier one
	takenBack  = 20 // is recalled
	withAnswer = 5  // has a day by which it is to be done
)

// write has an agency write, sign and submit its n-th document.
func (p *past) write(ctx context.Context, s *software, n int) error {
	r := chance(p.Seed, "past", string(s.place.id), strconv.Itoa(n))
	doc := p.compose(s, n, r)
	raw, err := s.signed(doc)
	if err != nil {
		return err
	}
	if r.IntN(tampered) == 0 {
		return p.tamper(ctx, s, raw)
	}
	id, err := p.submit(ctx, s, raw)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.books[s.place.id] = append(p.books[s.place.id], doc)
	p.mu.Unlock()
	if r.IntN(takenBack) == 0 {
		after := time.Duration(r.IntN(2)) * 20 * time.Hour // at once, or when they have it
		why := mistakes[r.IntN(len(mistakes))]
		p.plan(after, func(ctx context.Context) error { return p.takeBack(ctx, s, doc, id, why) })
	}
	return nil
}

func (p *past) compose(s *software, n int, r *rand.Rand) *envelope.Envelope {
	a := s.author
	a.today = envelope.DateOf(p.now())
	doc := a.document(n)
	if r.IntN(withAnswer) == 0 {
		doc.DueDate = envelope.DateOf(p.now().Add(time.Duration(3+r.IntN(12)) * aDay))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if earlier := p.books[s.place.id]; len(earlier) > 0 && r.IntN(replacing) == 0 {
		old := earlier[len(earlier)-1]
		doc.To = old.To
		doc.Business.Kind, doc.Business.Reason = envelope.Replacement, "Thay thế văn bản có sai sót"
		one := envelope.Replaced{DocumentID: old.DocumentID}
		for _, to := range old.To {
			one.OrganIDs = append(one.OrganIDs, to.OrganID)
		}
		doc.Business.Replacements = []envelope.Replaced{one}
	}
	return doc
}

func (p *past) submit(ctx context.Context, s *software, raw []byte) (exchange.MessageID, error) {
	c, err := p.caller(s)
	if err != nil {
		return "", err
	}
	receipt, err := p.hub.Hub.Submit(ctx, exchange.Submission{Caller: c, Raw: raw})
	if err != nil {
		return "", fmt.Errorf("%s: submit: %w", s.place.id, err)
	}
	return receipt.Message.ID, nil
}

// tamper submits a document that somebody has changed since it was signed. That the hub takes it would be an error.
func (p *past) tamper(ctx context.Context, s *software, raw []byte) error {
	_, err := p.submit(ctx, s, bytes.Replace(raw, []byte("văn bản mẫu"), []byte("văn bản sửa"), 1))
	if exchange.KindOf(err) != exchange.BadSignature {
		return fmt.Errorf("%s: a changed document was answered %w", s.place.id, err)
	}
	return nil
}

// takeBack recalls a document, in one of the two ways that the format has.
func (p *past) takeBack(ctx context.Context, s *software, doc *envelope.Envelope, id exchange.MessageID, why string) error {
	c, err := p.caller(s)
	if err != nil {
		return err
	}
	if len(doc.To)%2 == 0 {
		d := exchange.Demand{Reason: why, Staff: envelope.Staff{Staff: doc.Business.Staff.Staff}}
		_, err = p.hub.Hub.Recall(ctx, c, id, d)
		return unlessOver(err)
	}
	recall, business := *doc, *doc.Business
	business.Kind, business.Reason, business.Replacements = envelope.Recall, why, nil
	recall.Business = &business
	raw, err := s.signed(&recall)
	if err == nil {
		_, err = p.submit(ctx, s, raw)
	}
	return unlessOver(err)
}

// unlessOver forgives that a document has come to its end by another way meanwhile.
func unlessOver(err error) error {
	if exchange.KindOf(err) == exchange.Conflict {
		return nil
	}
	return err
}

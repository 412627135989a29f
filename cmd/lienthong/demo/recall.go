package demo

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// thinkAgain recalls one document in six: half of them at once, half when somebody has it, in either of the two ways that
// the format has. A recall that was begun is finished.
func (s *software) thinkAgain(ctx context.Context, n int, doc *envelope.Envelope, id string) error {
	r := chance(s.author.seed, "recall", string(s.place.id), strconv.Itoa(n))
	if id == "" || r.IntN(6) > 0 {
		return nil
	}
	why, byStatus := mistakes[r.IntN(len(mistakes))], r.IntN(2) == 0
	seen := r.IntN(2) == 0
	ctx = context.WithoutCancel(ctx)
	if seen {
		s.untilSomebodyHas(ctx, id)
	}
	do := s.recallByKind
	if byStatus {
		do = s.recallByStatus
	}
	err := do(ctx, doc, id, why)
	if p, refused := errors.AsType[*client.Problem](err); refused && nothingLeft(p) {
		return nil
	}
	return err
}

// untilSomebodyHas waits until the hub says that an addressee has taken the document, at most a second.
func (s *software) untilSomebodyHas(ctx context.Context, id string) {
	for range 10 {
		d, err := s.client.Document(ctx, id)
		arrived := func(at client.Delivery) bool { return at.State == string(exchange.Delivered) }
		if err == nil && slices.ContainsFunc(d.Deliveries, arrived) {
			return
		}
		rest(ctx, 100*time.Millisecond)
	}
}

// nothingLeft reports whether a recall was refused because an addressee has returned the document or is closed.
func nothingLeft(p *client.Problem) bool {
	return p.Code == string(exchange.Conflict) || p.Code == string(exchange.UnknownAddressee) && p.Values["closed"] != ""
}

// recallByKind sends the document again as a recall: kind 1, under its own number.
func (s *software) recallByKind(ctx context.Context, doc *envelope.Envelope, _, why string) error {
	recall, business := *doc, *doc.Business
	business.Kind, business.Reason = envelope.Recall, why
	recall.Business = &business
	raw, err := s.signed(&recall)
	if err != nil {
		return err
	}
	done, err := s.submit(ctx, raw)
	if err == nil {
		s.ledger.recall(done)
	}
	return err
}

// recallByStatus has the hub write a status 13 to each addressee.
func (s *software) recallByStatus(ctx context.Context, doc *envelope.Envelope, id, why string) error {
	var all []client.RecallResult
	err := s.insist(ctx, "recall", func() (err error) {
		all, err = s.client.Recall(ctx, id, client.RecallRequest{Reason: why, Staff: client.Staff{Name: doc.Business.Staff.Staff}})
		return err
	})
	for _, one := range all {
		if one.Receipt == "" { // returned before
			continue
		}
		s.ledger.recall(sending{message: exchange.MessageID(one.Message), receipt: one.Receipt,
			recalls: []exchange.DeliveryID{exchange.DeliveryID(one.Delivery.ID)}})
	}
	return err
}

// recalls reports whether a letter asks to take a document back.
func recalls(letter *envelope.Envelope) bool {
	if letter.Status != nil {
		return letter.Status.Code == envelope.TakeBack
	}
	return letter.Kind() == envelope.Recall
}

// answerRecall agrees to most recalls, declines some and leaves the others to their deadline.
func (s *software) answerRecall(ctx context.Context, message, delivery string, letter *envelope.Envelope) error {
	word := client.StatusRequest{Code: string(envelope.Agreed), Description: "Đã hủy văn bản trên hệ thống"}
	switch r := chance(s.author.seed, "recalled", string(s.place.id), letter.Cite().DocumentID); r.IntN(10) {
	case 0, 1:
		return nil
	case 2, 3, 4:
		word.Code, word.Description = string(envelope.Declined), "Văn bản đã được trình lãnh đạo xử lý"
	}
	err := s.insist(ctx, "answer to a recall", func() error {
		_, err := s.client.Status(ctx, delivery, word)
		return err
	})
	if err == nil {
		s.ledger.answer(exchange.MessageID(message), answer{exchange.DeliveryID(delivery), envelope.StatusCode(word.Code)})
	}
	return err
}

// recalled holds what the hub says of recalls against what both sides' software did: what was withdrawn is with nobody,
// what was agreed to or declined was answered so by who had it or took its place, and what is open nobody has answered.
func (r *Result) recalled(s sending, d exchange.Delivery, to exchange.AgencyID, l *ledger) {
	asked := l.recallsOf(d.ID)
	sound := len(asked) > 0 == (d.Recall.State != "") && (len(asked) == 0 || slices.Contains(asked, d.Recall.Message))
	said := func(code envelope.StatusCode) bool {
		return l.answered(d.Recall.Message, code, append(heirsOf(to), to)...)
	}
	switch d.Recall.State {
	case exchange.RecallWithdrawn:
		r.Recalled++
		sound = sound && d.State == exchange.Withdrawn && l.has(pair{s.message, to}) == ""
	case exchange.RecallAgreed:
		r.Recalled++
		sound = sound && said(envelope.Agreed)
	case exchange.RecallDeclined:
		r.RecallsDeclined++
		sound = sound && said(envelope.Declined)
	case exchange.RecallAsked, exchange.RecallLapsed:
		r.RecallsOpen++
		sound = sound && !said(envelope.Agreed) && !said(envelope.Declined)
	}
	if !sound {
		r.RecallsBad++
	}
}

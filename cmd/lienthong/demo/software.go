package demo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/cmd/lienthong/authority"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/signing"
)

// A software is the simulated document-management software of one agency. It speaks to the hub over its API alone.
type software struct {
	place   place
	author  author
	seal    authority.Seal
	client  *client.Client
	ledger  *ledger
	anchors *signing.Anchors // whom the software trusts
	secret  string           // of the webhook, for push
	rhythm  time.Duration    // between two looks into the inbox; zero: it waits there for what comes
	slower  int              // times the author's pace
	down    func() bool      // true while the endpoint answers 503
	written int              // documents of the past: numbers go on from there

	// retire ends the software's work when its agency is closed; what is begun is finished first.
	retire func()
}

// begin sets the software to work until the contexts end, or until it is retired.
func (s *software) begin(r *run, sending, receiving context.Context, senders, receivers *sync.WaitGroup) {
	sending, stopSending := context.WithCancel(sending)
	receiving, stopReceiving := context.WithCancel(receiving)
	var own sync.WaitGroup
	s.retire = func() { stopSending(); stopReceiving(); own.Wait() }
	work := func(all *sync.WaitGroup, do func() error) {
		own.Add(1)
		all.Go(func() { defer own.Done(); r.check(do()) })
	}
	if s.place.channel == exchange.Pull {
		work(receivers, func() error { return s.pull(receiving) })
	}
	if !s.place.dead && !s.place.heir {
		work(senders, func() error { return s.send(sending) })
	}
}

// send writes, signs and submits documents until ctx ends. What is begun is finished: bytes that got no answer are
// submitted again until there is one, as real software must.
func (s *software) send(ctx context.Context) error {
	for n := s.written + 1; ; n++ {
		if !rest(ctx, time.Duration(s.slower)*s.author.pace(n)) {
			return nil
		}
		doc := s.author.document(n)
		id, err := s.dispatch(context.WithoutCancel(ctx), doc)
		if err != nil {
			return err
		}
		if err := s.thinkAgain(ctx, n, doc, id); err != nil {
			return err
		}
	}
}

// dispatch signs and submits a document. An addressee that the hub refuses because it was closed is taken off the list,
// as a clerk would; the others get their document. The id is the message's, empty where nobody was left.
func (s *software) dispatch(ctx context.Context, doc *envelope.Envelope) (id string, err error) {
	for len(doc.To) > 0 {
		raw, err := s.signed(doc)
		if err != nil {
			return "", err
		}
		sent, err := s.submit(ctx, raw)
		if err == nil {
			s.ledger.send(sent)
		}
		p, refused := errors.AsType[*client.Problem](err)
		if !refused || p.Code != string(exchange.UnknownAddressee) || p.Values["closed"] == "" {
			return string(sent.message), err
		}
		left := slices.DeleteFunc(slices.Clone(doc.To), func(to envelope.Party) bool { return string(to.OrganID) == p.Values["about_code"] })
		if len(left) == len(doc.To) {
			return "", err
		}
		s.ledger.refuse()
		doc.To = left
	}
	return "", nil
}

func (s *software) signed(doc *envelope.Envelope) ([]byte, error) {
	raw, err := envelope.Build(doc)
	if err == nil {
		raw, err = signing.Sign(raw, s.seal.Key, s.seal.Cert)
	}
	if err != nil {
		return nil, fmt.Errorf("demo: %s: %w", s.place.id, err)
	}
	return raw, nil
}

// submitTimes bounds the repeats of one submission; a refusal ends them at once.
const submitTimes = 20

func (s *software) submit(ctx context.Context, raw []byte) (done sending, err error) {
	digest := sha256.Sum256(raw)
	err = s.insist(ctx, "submit", func() error {
		began := time.Now()
		receipt, err := s.client.Submit(ctx, raw, client.SubmitOptions{})
		if err == nil {
			done = sent(receipt, hex.EncodeToString(digest[:]), time.Since(began))
		}
		return err
	})
	return done, err
}

// insist does what is safe to do again until there is an answer.
func (s *software) insist(ctx context.Context, what string, do func() error) error {
	for try := 1; ; try++ {
		err := do()
		if err == nil {
			return nil
		}
		if p, refused := errors.AsType[*client.Problem](err); try == submitTimes || (refused && p.RetryAfter == 0) {
			return fmt.Errorf("demo: %s: %s: %w", s.place.id, what, err)
		}
		rest(ctx, time.Second)
	}
}

func sent(r client.Receipt, digest string, took time.Duration) sending {
	s := sending{message: exchange.MessageID(r.ID), digest: digest, receipt: r.Text, took: took}
	for _, d := range r.Recalled {
		s.recalls = append(s.recalls, exchange.DeliveryID(d.ID))
	}
	for _, to := range r.Deliveries {
		s.addressees = append(s.addressees, exchange.AgencyID(to.Agency))
		if len(to.Redirects) > 0 {
			s.redirected++
		}
	}
	return s
}

// take is the receiving end of both channels. What comes is verified as every receiver can, without trust in the hub,
// and kept by its digest, once per delivery id. original is for whom it was sent, where that is another. letter is nil for
// what had come before.
func (s *software) take(ctx context.Context, message, delivery, original string, body io.Reader) (letter *envelope.Envelope, err error) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	v, err := signing.Verify(ctx, raw, signing.Policy{At: time.Now(), Anchors: s.anchors, Unsigned: true})
	if err != nil {
		return nil, err
	}
	letter, err = envelope.Parse(v)
	if err != nil {
		return nil, err
	}
	if letter.Status == nil && v.Outcome() != signing.Good {
		return nil, fmt.Errorf("document %s arrived %s", letter.DocumentID, v.Outcome())
	}
	digest := v.Digest()
	p := pair{exchange.MessageID(message), cmp.Or(exchange.AgencyID(original), s.place.id)}
	if !s.ledger.arrive(p, exchange.DeliveryID(delivery), hex.EncodeToString(digest[:])) {
		return nil, nil
	}
	if letter.Status != nil {
		s.ledger.status()
	}
	return letter, nil
}

// answer gives the status that a clerk would: nearly always 03, now and then a refusal with its reason. Recalls are
// agreed to, declined or left; other statuses are not answered.
func (s *software) answer(ctx context.Context, message, delivery string, letter *envelope.Envelope) error {
	switch {
	case letter == nil || s.place.id == township: // there the clerk answers, in the console
		return nil
	case recalls(letter):
		return s.answerRecall(ctx, message, delivery, letter)
	case letter.Status != nil:
		return nil
	}
	return s.insist(ctx, "status", func() error {
		_, err := s.client.Status(ctx, delivery, s.word(letter))
		return err
	})
}

func (s *software) word(letter *envelope.Envelope) client.StatusRequest {
	r := chance(s.author.seed, "answer", string(s.place.id), letter.DocumentID)
	w := client.StatusRequest{Code: string(envelope.Accepted), Description: "Đã vào sổ văn bản đến",
		Staff: client.Staff{Department: "Văn thư", Name: person(r)}}
	if r.IntN(25) == 0 {
		w.Code, w.Description = string(envelope.Refused), refusals[r.IntN(len(refusals))]
	}
	return w
}

// rest waits; false when ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// verified counts the receipts that hold, offline, for the digest that the sender kept. What the hub wrote in its name it
// has no digest of.
func verified(all []sending, key note.Verifier) (good, bad int) {
	for _, s := range all {
		r, err := client.Receipt{Text: s.receipt}.Proof()
		if err != nil {
			bad++
			continue
		}
		e, _, err := r.Verify(note.VerifierList(key), key.Name())
		if err != nil || s.digest != "" && e.Digest != s.digest || e.Message != string(s.message) {
			bad++
			continue
		}
		good++
	}
	return good, bad
}

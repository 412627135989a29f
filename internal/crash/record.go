package crash

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store"
)

// A Record holds what was promised, over all rounds. The zero value is empty and ready.
type Record struct {
	receipts   map[document]receipt
	pairs      map[pair]exchange.DeliveryID
	deliveries map[exchange.DeliveryID]promise
	recalls    map[exchange.MessageID]exchange.MessageID // by the document
	size       int64                                     // of the log, as read
	Broken     []string                                  // promises that the lines themselves break
	Again      int                                       // attempts at what was being delivered when a process died
}

type receipt struct {
	message exchange.MessageID
	proof   []byte
}

type pair struct{ message, addressee string }

// A promise is the last word about a delivery: attempts up to this one were handed out, and this state has been reached.
type promise struct {
	attempt int
	state   exchange.State // empty while an attempt is running
}

// Receipts is the number of receipts given.
func (r *Record) Receipts() int { return len(r.receipts) }

// Clone is a copy that goes its own way.
func (r *Record) Clone() *Record {
	return &Record{maps.Clone(r.receipts), maps.Clone(r.pairs), maps.Clone(r.deliveries), maps.Clone(r.recalls), r.size, append([]string(nil), r.Broken...), r.Again}
}

// Write makes the record the output of a load in this process.
func (r *Record) Write(line []byte) (int, error) {
	return len(line), r.Add(strings.TrimSuffix(string(line), "\n"))
}

// Add takes one line of a load's output, without its end.
func (r *Record) Add(line string) error {
	if r.receipts == nil {
		r.receipts, r.pairs, r.deliveries = map[document]receipt{}, map[pair]exchange.DeliveryID{}, map[exchange.DeliveryID]promise{}
		r.recalls = map[exchange.MessageID]exchange.MessageID{}
	}
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "accepted":
		return r.accepted(rest)
	case "leased":
		return r.leased(rest)
	case "ended":
		return r.ended(rest)
	case "recalled":
		return r.recalled(rest)
	case "read":
		return r.read(rest)
	}
	return fmt.Errorf("crash: %.60q is no line of a load", line)
}

func (r *Record) accepted(rest string) error {
	var d document
	var id, proof string
	if _, err := fmt.Sscan(rest, &d.round, &d.submitter, &d.n, &id, &proof); err != nil {
		return fmt.Errorf("crash: accepted: %w", err)
	}
	file, err := base64.StdEncoding.DecodeString(proof)
	if err != nil {
		return fmt.Errorf("crash: receipt: %w", err)
	}
	r.receipts[d] = receipt{exchange.MessageID(id), file}
	return nil
}

func (r *Record) leased(rest string) error {
	var p pair
	var id exchange.DeliveryID
	var attempt int
	if _, err := fmt.Sscan(rest, &id, &p.message, &p.addressee, &attempt); err != nil {
		return fmt.Errorf("crash: leased: %w", err)
	}
	if first, ok := r.pairs[p]; ok && first != id {
		r.breaks("%s was handed %s under two ids, %s and %s", p.addressee, p.message, first, id)
	}
	last, repeated := r.deliveries[id]
	if attempt <= last.attempt || last.state.Final() {
		r.breaks("attempt %d of %s came after attempt %d %s", attempt, id, last.attempt, last.state)
	}
	if repeated && last.state == "" {
		r.Again++
	}
	r.pairs[p] = id
	r.deliveries[id] = promise{attempt: attempt}
	return nil
}

func (r *Record) ended(rest string) error {
	var id exchange.DeliveryID
	var p promise
	if _, err := fmt.Sscan(rest, &id, &p.attempt, &p.state); err != nil {
		return fmt.Errorf("crash: ended: %w", err)
	}
	if p.attempt >= r.deliveries[id].attempt {
		r.deliveries[id] = p
	}
	return nil
}

func (r *Record) recalled(rest string) error {
	var document, recall exchange.MessageID
	if _, err := fmt.Sscan(rest, &document, &recall); err != nil {
		return fmt.Errorf("crash: recalled: %w", err)
	}
	r.recalls[document] = recall
	return nil
}

func (r *Record) read(rest string) error {
	var size int64
	if _, err := fmt.Sscan(rest, &size); err != nil {
		return fmt.Errorf("crash: read: %w", err)
	}
	r.size = max(r.size, size)
	return nil
}

func (r *Record) breaks(format string, args ...any) {
	r.Broken = append(r.Broken, fmt.Sprintf(format, args...))
}

// Judge returns the promises that the reopened store does not keep, after its own check.
func (r *Record) Judge(ctx context.Context, s store.Store) ([]string, error) {
	broken, err := s.Check(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	broken = append(broken, r.Broken...)
	if _, size, err := s.Checkpoint(ctx); err != nil || size < r.size {
		broken = append(broken, fmt.Sprintf("the log has %d entries (%v), %d have been read", size, err, r.size))
	}
	for d, want := range r.receipts {
		if err := honoured(ctx, s, d, want); err != nil {
			broken = append(broken, fmt.Sprintf("receipt of %v: %v", d, err))
		}
	}
	for id, want := range r.deliveries {
		if err := kept(ctx, s, id, want); err != nil {
			broken = append(broken, fmt.Sprintf("delivery %s: %v", id, err))
		}
	}
	for document, recall := range r.recalls {
		if err := takenBack(ctx, s, document, recall); err != nil {
			broken = append(broken, fmt.Sprintf("recall of %s: %v", document, err))
		}
	}
	return broken, nil
}

// takenBack (DESIGN P7): each addressee of the document was spared both, or saw the one and gets the other.
func takenBack(ctx context.Context, s store.Store, document, recall exchange.MessageID) error {
	ds, err := s.DeliveriesOf(ctx, document)
	if err != nil {
		return err
	}
	r, err := s.Message(ctx, recall)
	if err != nil {
		return err
	}
	asks := map[exchange.AgencyID]bool{}
	for _, a := range r.Addressees {
		asks[a.Agency] = true
	}
	for _, d := range ds {
		withdrawn := d.State == exchange.Withdrawn && !d.Exposed() && !asks[d.Addressee] && d.Recall.State == exchange.RecallWithdrawn
		asked := d.State != exchange.Withdrawn && d.Exposed() && asks[d.Addressee] && d.Recall.State == exchange.RecallAsked
		if withdrawn == asked {
			return fmt.Errorf("%s is %s, exposed %t, recall %s, asked %t; want exactly one of withdrawn and asked",
				d.ID, d.State, d.Exposed(), d.Recall.State, asks[d.Addressee])
		}
	}
	return nil
}

// honoured submits the same bytes again: the original receipt must come, and the bytes must be there.
func honoured(ctx context.Context, s store.Store, d document, want receipt) error {
	a := d.acceptance(time.Now())
	r, err := s.Accept(ctx, a)
	if err != nil {
		return err
	}
	if !r.Repeat || r.Message.ID != want.message || !bytes.Equal(r.Proof.Marshal(), want.proof) {
		return fmt.Errorf("repeat %t as %s, or another receipt; want the one of %s", r.Repeat, r.Message.ID, want.message)
	}
	b, err := s.OpenBody(ctx, want.message)
	if err != nil {
		return err
	}
	defer b.Close()
	got, err := io.ReadAll(b)
	if err != nil || !bytes.Equal(got, a.Body) {
		return fmt.Errorf("%d bytes come back (%v), or others, want %d", len(got), err, len(a.Body))
	}
	return nil
}

// kept: what was handed out stays counted and exposed, what has ended stays so.
func kept(ctx context.Context, s store.Store, id exchange.DeliveryID, want promise) error {
	d, err := s.Delivery(ctx, id)
	if err != nil {
		return err
	}
	if d.Attempt < want.attempt || !d.Exposed() || (want.state.Final() && d.State != want.state) {
		return fmt.Errorf("is %s at attempt %d, exposed %t; promised was %+v", d.State, d.Attempt, d.Exposed(), want)
	}
	return nil
}

// Ended returns what is wrong when nothing is left to do: each delivery of each receipt has ended, and was handed out
// under its own id unless it was withdrawn.
func (r *Record) Ended(ctx context.Context, s store.Store) (broken []string, err error) {
	for _, given := range r.receipts {
		m, err := s.Message(ctx, given.message)
		if err != nil {
			return nil, err
		}
		for _, a := range m.Addressees {
			d, err := s.Delivery(ctx, a.Delivery)
			if err != nil {
				return nil, err
			}
			if handed := r.pairs[pair{string(m.ID), string(a.Agency)}]; !d.State.Final() || (handed == d.ID) == (d.State == exchange.Withdrawn) {
				broken = append(broken, fmt.Sprintf("%s to %s is %s, handed out as %q", d.ID, a.Agency, d.State, handed))
			}
		}
	}
	return broken, nil
}

// Undecided submits what each submitter may or may not have got accepted when its process died: once it is in, the
// second time it must be a repeat.
func (r *Record) Undecided(ctx context.Context, s store.Store, round, submitters int) error {
	for i := range submitters {
		d := document{round, i, 0}
		for ; r.receipts[d].proof != nil; d.n++ {
		}
		first, err := s.Accept(ctx, d.acceptance(time.Now()))
		if err != nil {
			return fmt.Errorf("crash: %v: %w", d, err)
		}
		if err := honoured(ctx, s, d, receipt{first.Message.ID, first.Proof.Marshal()}); err != nil {
			return fmt.Errorf("crash: undecided %v: %w", d, err)
		}
		r.receipts[d] = receipt{first.Message.ID, first.Proof.Marshal()}
	}
	return nil
}

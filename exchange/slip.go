package exchange

import (
	"context"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A SlipKind says which paper a slip is.
type SlipKind byte

const (
	SentSlip     SlipKind = 's' // that a document was sent, to whom, and what became of it
	ReceivedSlip SlipKind = 'r' // that one addressee took it
)

// A Slip is a paper about one document, as it stood when the paper was printed. Nothing of it is stored: its code holds
// all of this, and the log what it speaks of.
type Slip struct {
	Kind    SlipKind
	Entry   int64     // of the document's acceptance: its place in the log
	Seen    int64     // how many entries of the log the paper tells of
	Printed time.Time // to the second
	Part    int       // of a ReceivedSlip: the addressee's place in the entry
	leaf    [leafPart]byte
}

// A Paper is a slip with what is printed on it.
type Paper struct {
	Slip
	Code    string
	View    View
	Courses map[DeliveryID]Course
}

// Paper makes a slip for one who may see the document: of its sender, or of an addressee that took it. NotFound for
// anybody else, Conflict for an addressee that has not accepted the document.
func (h *Hub) Paper(ctx context.Context, c Caller, id MessageID, kind SlipKind) (Paper, error) {
	view, err := h.Document(ctx, c, id)
	if err != nil {
		return Paper{}, err
	}
	_, seen, err := h.Store.Checkpoint(ctx)
	if err != nil {
		return Paper{}, err
	}
	proof, err := h.Store.Proof(ctx, view.Message.Entry)
	if err != nil {
		return Paper{}, err
	}
	p := Paper{Slip: Slip{Kind: kind, Entry: view.Message.Entry, Seen: seen, Printed: h.now().Truncate(time.Second), leaf: leafOf(proof)},
		View: view, Courses: Courses(view.Timeline, seen)}
	if err := h.about(ctx, c, &p); err != nil {
		return Paper{}, err
	}
	p.Code = h.slipCode(p.Slip)
	return p, nil
}

// about holds the paper to what its reader may have one of.
func (h *Hub) about(ctx context.Context, c Caller, p *Paper) error {
	m := p.View.Message
	if m.Class != ClassDocument || c.Agency == "" {
		return noSuch("document", string(m.ID))
	}
	if p.Kind == SentSlip {
		if m.Sender != c.Agency && m.Caller != c.Agency {
			return noSuch("document", string(m.ID))
		}
		return nil
	}
	i := slices.IndexFunc(p.View.Deliveries, func(d Delivery) bool { return d.Addressee == c.Agency && d.Exposed() })
	if i < 0 {
		return noSuch("document", string(m.ID))
	}
	d := p.View.Deliveries[i]
	if p.Courses[d.ID].Accepted.IsZero() {
		return &Error{Kind: Conflict, Detail: "the document has not been accepted yet", VI: "Văn bản chưa được tiếp nhận nên chưa có phiếu tiếp nhận."}
	}
	whole, err := h.Store.Message(ctx, m.ID)
	if err != nil {
		return err
	}
	p.View.Deliveries = []Delivery{d}
	p.Part = slices.IndexFunc(whole.Addressees, func(a Addressee) bool { return a.Delivery == d.ID })
	return nil
}

// A Voucher is what the hub confirms of a slip to whoever holds it. It names no subject, no person and no agency.
type Voucher struct {
	Slip
	Digest     string // of the document: SHA-256, hex
	Accepted   time.Time
	Signature  string // as the log says
	Addressees int
	Courses    []Course // of the addressees that the slip tells of, as they were then
	// Head is the checkpoint under whose root the acceptance was proven to stand, Leaf the entry's hash.
	Head translog.Checkpoint
	Leaf string
}

// Vouch checks the code of a slip, and holds it against the log: that the acceptance is where the slip says is proven
// anew. NotFound for a code that this hub never made, and for one about a log that is not this one.
func (h *Hub) Vouch(ctx context.Context, code string) (Voucher, error) {
	s, ok := h.slipOf(code)
	if !ok {
		return Voucher{}, noSuch("slip", "of that code")
	}
	proof, err := h.Store.Proof(ctx, s.Entry)
	if err != nil {
		return Voucher{}, hidden(err, "slip", "of that code")
	}
	entry, head, err := proof.Included()
	if err != nil {
		return Voucher{}, err
	}
	if s.leaf != leafOf(proof) || entry.Type != translog.Accepted {
		return Voucher{}, noSuch("slip", "of that code")
	}
	records, err := h.Store.EntriesOf(ctx, MessageID(entry.Message))
	if err != nil {
		return Voucher{}, err
	}
	v := Voucher{Slip: s, Digest: entry.Digest, Accepted: entry.Time, Signature: entry.Signature, Addressees: len(entry.Addressees),
		Head: head, Leaf: translog.LeafHash(proof.Entry).String()}
	courses := Courses(records, s.Seen)
	for i, a := range entry.Addressees {
		if s.Kind == SentSlip || i == s.Part {
			v.Courses = append(v.Courses, courses[DeliveryID(a.Delivery)])
		}
	}
	return v, nil
}

package exchange

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A Word is a status in the short form: the hub writes the edXML (DESIGN 9).
type Word struct {
	Code        envelope.StatusCode
	Description string // the reason, mandatory for a refusal
	Staff       envelope.Staff
	// Stood is [Delivery.Stood] of what the giver looked at: Conflict if it stands otherwise when the status is accepted.
	// Empty: whatever stands now.
	Stood string
}

func (w Word) legible() error {
	return cmp.Or(legible("/description", w.Description), legibleStaff(w.Staff))
}

func (w Word) basis(d Delivery) (*Basis, error) {
	b := &Basis{Delivery: d.ID, Stood: w.Stood}
	return b, b.Holds(d)
}

// Report gives a status about one of the caller's deliveries, and about no other: of what else has the name that the hub's
// file cites nothing is said. Given on a recall it is the answer about what that asks about. The status that stands already is
// not given again: its receipt comes back as a repeat.
func (h *Hub) Report(ctx context.Context, c Caller, id DeliveryID, w Word) (*Receipt, error) {
	receipt, err := h.give(ctx, c, id, w)
	if KindOf(err) == Conflict && w.Stood == "" {
		receipt, err = h.give(ctx, c, id, w) // the same was said in between, and stands now
	}
	if err != nil {
		h.Refused(ctx, c, err)
		return nil, err
	}
	return receipt, nil
}

func (h *Hub) give(ctx context.Context, c Caller, id DeliveryID, w Word) (*Receipt, error) {
	_, d, m, err := h.ownDelivery(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(sayable(d, m, w.Code), w.legible(), w.known()); err != nil {
		return nil, err
	}
	about := d
	if isRecall(m) {
		if about, err = h.answerTo(ctx, d); err != nil {
			return nil, err
		}
	}
	basis, err := w.basis(about)
	if err != nil {
		return nil, err
	}
	ruling := table.Status(about, w.Code)
	if r, err := h.standing(ctx, about, w.Code, ruling); r != nil || err != nil {
		return r, err
	}
	if ruling == Repeated {
		basis = nil // it was answered together with another: this is a word of its own
	}
	raw, err := h.word(ctx, d, m, w)
	if err != nil {
		return nil, err
	}
	return h.submit(ctx, Submission{Caller: c, Raw: raw, Want: ClassStatus, named: about.ID, basis: basis})
}

// known refuses a code that only the two ends of a file may know; the hub itself writes none.
func (w Word) known() error {
	if w.Code.Known() {
		return nil
	}
	return &Error{Kind: BadReport, Path: "/code", Detail: "there is no status " + strconv.Quote(string(w.Code)),
		VI: "Không có trạng thái " + strconv.Quote(string(w.Code)) + "."}
}

// sayable says whether an addressee can say that of what it was handed: documents have statuses, and recalls are answered.
func sayable(d Delivery, m Message, code envelope.StatusCode) error {
	answer, recall := isAnswer(code), isRecall(m)
	switch {
	case code.FromSender():
		return &Error{Kind: BadReport, Path: "/code", Detail: "13 is given by the sender of a document: POST /v1/documents/{id}/recall",
			VI: "Mã 13 (lấy lại) do nơi gửi văn bản dùng: POST /v1/documents/{id}/recall."}
	case recall && !answer:
		return &Error{Kind: BadReport, Path: "/code", Detail: "a recall is answered by 15 (agreed) or 16 (declined)",
			VI: "Yêu cầu thu hồi được trả lời bằng 15 (đồng ý) hoặc 16 (từ chối)."}
	case !recall && d.Class != ClassDocument:
		return Errorf(BadReport, "a status is given about a document, not about a %s", d.Class)
	}
	return nil
}

// word is the file of what is said on d, the delivery of m: it cites m as the field does.
func (h *Hub) word(ctx context.Context, d Delivery, m Message, w Word) ([]byte, error) {
	giver, err := h.inWhoseName(ctx, d, m)
	if err != nil {
		return nil, err
	}
	return h.write(h.party(giver), cite(m), w.Code, ofUpdate(d, m, w.Code, w.Description), w.Staff)
}

func (h *Hub) write(giver envelope.Party, about envelope.ResponseFor, code envelope.StatusCode, text string, by envelope.Staff) ([]byte, error) {
	raw, err := built(envelope.NewStatus(giver, about, code, text, by, h.now()))
	return raw, refusedEnvelope(err)
}

// built is a file that the hub writes. Its time is that of a second, and documents share their names: a comment at the end
// makes what is said anew another file than what was said before, which it would be taken for a repeat of.
func built(e *envelope.Envelope) ([]byte, error) {
	raw, err := envelope.Build(e)
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(raw, "<!-- %s -->\n", newUUID()), nil
}

// ofUpdate says in words that not the document is meant, where an update of it has the same name: whoever reads the file alone
// would refuse, or cancel, the document. An answer (15, 16) is to what asks.
func ofUpdate(d Delivery, m Message, code envelope.StatusCode, text string) string {
	if isAnswer(code) || Root(d, m) == d.ID {
		return text
	}
	about := "Chỉ về bản cập nhật trục nhận lúc " + m.AcceptedAt.In(envelope.ICT()).Format("15:04 02/01/2006") + ", không phải văn bản ban đầu"
	if text == "" {
		return about
	}
	return about + ": " + text
}

// standing is the receipt of what was said of the delivery before, where the code says no more: of the status by which it stands
// already, and of the newest, where the code changes nothing and is that one's. Nil where it is a new word, or the log does not
// tell.
func (h *Hub) standing(ctx context.Context, d Delivery, code envelope.StatusCode, ruling Ruling) (*Receipt, error) {
	if ruling != Repeated && ruling != Recorded {
		return nil, nil
	}
	records, err := h.Store.EntriesOf(ctx, d.Message)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Backward(records) {
		e := r.Entry
		switch said := e.Type == translog.StatusGiven && e.Delivery == string(d.ID); {
		case said && e.Code == string(code):
			return h.receipt(ctx, MessageID(e.Message), r.Index)
		case said && ruling == Recorded:
			return nil, nil
		}
	}
	return nil, nil
}

func (h *Hub) receipt(ctx context.Context, id MessageID, index int64) (*Receipt, error) {
	m, err := h.Store.Message(ctx, id)
	if err != nil {
		return nil, err
	}
	proof, err := h.Store.Proof(ctx, index)
	return &Receipt{Message: m, Proof: proof, Repeat: true}, err
}

// party is how an agency stands in what the hub writes in its name: under the code it uses now.
func (h *Hub) party(id AgencyID) envelope.Party {
	a, ok := h.Directory.Agency(id)
	if !ok {
		return envelope.Party{OrganID: id}
	}
	return envelope.Party{OrganID: a.CodeAt(h.now()), Name: a.Name}
}

func cite(m Message) envelope.ResponseFor {
	return envelope.ResponseFor{OrganID: m.Sender, Code: m.Code, Promulgation: m.Date, DocumentID: m.DocumentID}
}

package exchange

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strconv"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// addressStatus finds the delivery that a status speaks of and addresses the status to the other side.
func (h *Hub) addressStatus(ctx context.Context, a *Acceptance, giver Agency, e *envelope.Envelope, answering DeliveryID) error {
	if e.Status.Code.FromSender() {
		return h.takeBack(ctx, a, giver, e)
	}
	d, ok, err := h.answered(ctx, answering)
	if err == nil && !ok {
		d, err = h.spokenOf(ctx, giver, a.Message.Caller, e)
	}
	if err != nil {
		return err
	}
	if table.Status(d, e.Status.Code) == Unpermitted {
		return unpermitted(d, e.Status.Code)
	}
	return h.report(a, d, e)
}

// unpermitted says why the tables do not take the code.
func unpermitted(d Delivery, code envelope.StatusCode) error {
	e := &Error{Kind: BadReport, Path: "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/StatusCode",
		Values: map[string]string{"code": string(code), "delivery": string(d.ID)}}
	answer := isAnswer(code)
	switch {
	case answer && (d.Recall.State == RecallAgreed || d.Recall.State == RecallDeclined || d.Consent != ""):
		e.Detail = "it was answered before, and the first answer stands"
		e.VI = "Yêu cầu này đã được trả lời trước đó; câu trả lời đầu tiên có giá trị."
	case answer:
		e.Detail = "nobody has asked this agency for anything about the document"
		e.VI = "Không có yêu cầu thu hồi hay cập nhật nào đang chờ đơn vị trả lời về văn bản này."
	default:
		e.Detail = "the document was refused (02) before; only a new document can follow"
		e.VI = "Văn bản đã bị từ chối tiếp nhận (02) trước đó; chỉ có thể gửi văn bản mới."
	}
	return e
}

// report completes an acceptance as the status e about delivery d: it goes to the document's sender and is applied to
// the delivery in the step in which it is accepted.
func (h *Hub) report(a *Acceptance, d Delivery, e *envelope.Envelope) error {
	to := h.reach(d.Sender, a.Now)
	s := e.Status
	m := &a.Message
	m.DocumentID, m.Code, m.Date, m.Priority = s.ResponseFor.DocumentID, s.ResponseFor.Code, s.ResponseFor.Promulgation, d.Priority
	m.Report = &Report{Delivery: d.ID, Message: d.Message, Addressee: d.Addressee, Code: s.Code,
		Description: s.Description, Staff: s.Staff.Staff, At: a.Now}
	h.deliver(a, []addressed{to})
	a.Entry = acceptedEntry(*m, translog.StatusGiven)
	a.Entry.Delivery, a.Entry.Addressee, a.Entry.Code = string(d.ID), string(to.agency.ID), string(s.Code)
	return a.describe(map[string]string{"description": s.Description, "staff": s.Staff.Staff})
}

// describe gives the acceptance's entry its erasable text; empty fields are left out.
func (a *Acceptance) describe(fields map[string]string) (err error) {
	a.Side, err = side(fields)
	return err
}

func side(fields map[string]string) (*translog.Side, error) {
	for k, v := range fields {
		if v == "" {
			delete(fields, k)
		}
	}
	if len(fields) == 0 {
		return nil, nil
	}
	s, err := translog.NewSide(rand.Reader, fields)
	return &s, err
}

// spokenOf matches a status to a delivery of the giver: by DocumentId, then by sender, code and date (edxml.md 1.7). A
// document that the giver cannot have seen yet does not exist for it.
func (h *Hub) spokenOf(ctx context.Context, giver Agency, caller AgencyID, e *envelope.Envelope) (Delivery, error) {
	r := e.Status.ResponseFor
	for _, sender := range h.sendersCited(r.OrganID) {
		for _, by := range citations(r) {
			found, err := h.documents(ctx, []AgencyID{sender}, []citation{by})
			if err != nil {
				return Delivery{}, err
			}
			d, ok, err := h.seenBy(ctx, giver.ID, caller, found, e)
			if !ok && err == nil {
				d, ok, err = h.ofRecall(ctx, sender, by, giver.ID, caller, e)
			}
			if ok || err != nil {
				return d, err
			}
		}
	}
	return Delivery{}, &Error{Kind: UnknownDocument, Path: "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/ResponseFor",
		Detail: "no document " + cited(r) + " of " + string(r.OrganID) + " was delivered to " + string(giver.ID),
		VI:     "Không có văn bản " + cited(r) + " của " + string(r.OrganID) + " đã chuyển tới " + string(giver.ID) + "."}
}

// seenBy is the one among the deliveries that the giver has seen that the status can mean.
func (h *Hub) seenBy(ctx context.Context, giver, caller AgencyID, found []Message, e *envelope.Envelope) (Delivery, bool, error) {
	var seen []Delivery
	var live []candidate
	for _, m := range found {
		d, ok, err := h.spokenAbout(ctx, m, giver, caller, e)
		if err != nil {
			return d, false, err
		}
		if !ok {
			continue
		}
		seen = append(seen, d)
		if d.Live() && Root(d, m) == d.ID {
			live = append(live, candidate{m, []Delivery{d}})
		}
	}
	if len(live) > 1 {
		if live = ofDate(live, e.Status.ResponseFor.Promulgation); len(live) > 1 {
			return Delivery{}, false, ambiguous(live, giver)
		}
		return live[0].at[0], true, nil
	}
	d, ok := spoken(seen, e.Status.Code)
	return d, ok, nil
}

// spoken picks among the parts of one document, newest first: an answer is to what asks, and anything else is said of the
// document rather than of its update.
func spoken(seen []Delivery, code envelope.StatusCode) (Delivery, bool) {
	of := func(d Delivery) bool { return d.Kind != envelope.Update }
	if isAnswer(code) {
		for _, asks := range []func(Delivery) bool{
			func(d Delivery) bool { return d.Recall.State == RecallAsked },
			func(d Delivery) bool { return d.Kind == envelope.Update && d.Consent == "" && d.Recall.State == "" },
			func(d Delivery) bool { return d.Recall.State != "" || d.Consent != "" },
		} {
			if i := slices.IndexFunc(seen, asks); i >= 0 {
				return seen[i], true
			}
		}
	}
	if i := slices.IndexFunc(seen, of); i >= 0 {
		return seen[i], true
	}
	if len(seen) == 0 {
		return Delivery{}, false
	}
	return seen[0], true
}

// sendersCited are those whom a status may mean by a code: the agency, closed or not, and those whose place it took.
func (h *Hub) sendersCited(code AgencyID) []AgencyID {
	a, ok := h.Directory.Identify(code)
	if !ok {
		return []AgencyID{code}
	}
	return append([]AgencyID{a.ID}, h.Directory.Inherited(a.ID, h.now())...)
}

type citation struct {
	documentID, code string
	year             int
}

func citations(r envelope.ResponseFor) []citation {
	var all []citation
	if r.DocumentID != "" {
		all = append(all, citation{documentID: r.DocumentID})
	}
	if r.Code != "" && r.Promulgation.Year() > 0 {
		all = append(all, citation{code: r.Code, year: r.Promulgation.Year()})
	}
	return all
}

func cited(r envelope.ResponseFor) string {
	if r.DocumentID != "" {
		return r.DocumentID
	}
	return r.Code
}

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
	if w.Stood == "" {
		return nil, nil
	}
	b := &Basis{Delivery: d.ID, Stood: w.Stood}
	return b, b.Holds(d)
}

// Report gives a status about one of the caller's deliveries. The status that stands already is not given again: its
// receipt comes back as a repeat.
func (h *Hub) Report(ctx context.Context, c Caller, id DeliveryID, w Word) (*Receipt, error) {
	receipt, err := h.give(ctx, c, id, w)
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
	if err := sayable(d, m, w.Code); err != nil {
		return nil, err
	}
	if err := w.legible(); err != nil {
		return nil, err
	}
	basis, err := w.basis(d)
	if err != nil {
		return nil, err
	}
	if !w.Code.Known() { // a file may hold one that only its two ends know; the hub itself writes none
		return nil, &Error{Kind: BadReport, Path: "/code", Detail: "there is no status " + strconv.Quote(string(w.Code)),
			VI: "Không có trạng thái " + strconv.Quote(string(w.Code)) + "."}
	}
	if d.Processing == w.Code {
		if r, err := h.standing(ctx, d); r != nil || err != nil {
			return r, err
		}
	}
	giver, answering, err := h.inWhoseName(ctx, d, m)
	if err != nil {
		return nil, err
	}
	raw, err := h.write(h.party(giver), m, w)
	if err != nil {
		return nil, err
	}
	return h.submit(ctx, Submission{Caller: c, Raw: raw, Want: ClassStatus, answering: answering, basis: basis})
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

func (h *Hub) write(giver envelope.Party, about Message, w Word) ([]byte, error) {
	e := envelope.NewStatus(giver, cite(about), w.Code, w.Description, w.Staff, h.now())
	raw, err := envelope.Build(e)
	return raw, refusedEnvelope(err)
}

// standing is the receipt of the status that set the delivery's present code; nil if the log does not tell.
func (h *Hub) standing(ctx context.Context, d Delivery) (*Receipt, error) {
	records, err := h.Store.EntriesOf(ctx, d.Message)
	if err != nil {
		return nil, err
	}
	for i := len(records) - 1; i >= 0; i-- {
		e := records[i].Entry
		if e.Type == translog.StatusGiven && e.Delivery == string(d.ID) && e.Code == string(d.Processing) {
			return h.receipt(ctx, MessageID(e.Message), records[i].Index)
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

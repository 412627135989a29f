package exchange

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// addressStatus finds the delivery that a status speaks of and addresses the status to the other side. What is named by its
// id is meant, whatever else lives under the name that the file cites.
func (h *Hub) addressStatus(ctx context.Context, a *Acceptance, giver Agency, e *envelope.Envelope, named DeliveryID) error {
	if e.Status.Code.FromSender() {
		return h.takeBack(ctx, a, e, named)
	}
	d, err := h.said(ctx, a, giver, e, named)
	if err != nil {
		return err
	}
	if table.Status(d, e.Status.Code) == Unpermitted {
		return unpermitted(d, e.Status.Code)
	}
	return h.report(a, d, e)
}

// said is the delivery of which an addressee says something.
func (h *Hub) said(ctx context.Context, a *Acceptance, giver Agency, e *envelope.Envelope, named DeliveryID) (Delivery, error) {
	if named != "" {
		return h.Store.Delivery(ctx, named)
	}
	return h.spokenOf(ctx, giver, a.Message.Caller, e)
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

// spoken picks among what has one name, newest first: an answer is to what asks, and anything else is said of the document
// rather than of its update, and of the one that lives rather than of what came back or was given up.
func spoken(seen []Delivery, code envelope.StatusCode) (Delivery, bool) {
	document := func(d Delivery) bool { return d.Kind != envelope.Update }
	meant := []func(Delivery) bool{func(d Delivery) bool { return document(d) && d.Live() }, document}
	if isAnswer(code) {
		meant = append([]func(Delivery) bool{
			func(d Delivery) bool { return d.Recall.State == RecallAsked },
			func(d Delivery) bool { return d.Kind == envelope.Update && d.Consent == "" && d.Recall.State == "" },
			func(d Delivery) bool { return d.Recall.State != "" || d.Consent != "" },
		}, meant...)
	}
	for _, is := range meant {
		if i := slices.IndexFunc(seen, is); i >= 0 {
			return seen[i], true
		}
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
	if table.Status(about, w.Code) == Repeated {
		if r, err := h.standing(ctx, about, w.Code); r != nil || err != nil {
			return r, err
		}
		basis = nil // it was answered with another: this is a word of its own
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

// standing is the receipt of the status by which the code stands of the delivery; nil if the log does not tell.
func (h *Hub) standing(ctx context.Context, d Delivery, code envelope.StatusCode) (*Receipt, error) {
	records, err := h.Store.EntriesOf(ctx, d.Message)
	if err != nil {
		return nil, err
	}
	for i := len(records) - 1; i >= 0; i-- {
		e := records[i].Entry
		if e.Type == translog.StatusGiven && e.Delivery == string(d.ID) && e.Code == string(code) {
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

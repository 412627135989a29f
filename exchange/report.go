package exchange

import (
	"context"
	"crypto/rand"
	"strconv"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// addressStatus finds the delivery that a status speaks of and addresses the status to the document's sender.
func (h *Hub) addressStatus(ctx context.Context, a *Acceptance, giver Agency, e *envelope.Envelope) error {
	if !h.takes(e.Status.Code) {
		return &Error{Kind: KindUnsupported, Detail: "status " + string(e.Status.Code) + " is not taken by this hub yet",
			VI: "Trục chưa nhận trạng thái " + string(e.Status.Code) + " (" + e.Status.Code.Title() + ")."}
	}
	d, err := h.spokenOf(ctx, giver, e.Status.ResponseFor)
	if err != nil {
		return err
	}
	if d.Refused && e.Status.Code != d.Processing {
		return &Error{Kind: BadReport, Detail: "the document was refused (02) before; only a new document can follow",
			VI: "Văn bản đã bị từ chối tiếp nhận (02) trước đó; chỉ có thể gửi văn bản mới."}
	}
	return h.report(a, d, e)
}

// takes reports whether the code is one that an addressee gives about a document. Recall and its answers (13, 15, 16)
// come with the document's whole life.
func (h *Hub) takes(c envelope.StatusCode) bool {
	return !c.FromSender() && c != envelope.Agreed && c != envelope.Declined
}

// report completes an acceptance as the status e about delivery d: it goes to the document's sender and is applied to
// the delivery in the step in which it is accepted.
func (h *Hub) report(a *Acceptance, d Delivery, e *envelope.Envelope) error {
	to, ok := h.Directory.Agency(d.Sender)
	if !ok {
		to = Agency{ID: d.Sender, Channel: Pull} // a sender that left the directory finds it when it comes back
	}
	s := e.Status
	m := &a.Message
	m.DocumentID, m.Code, m.Date, m.Priority = s.ResponseFor.DocumentID, s.ResponseFor.Code, s.ResponseFor.Promulgation, d.Priority
	m.Report = &Report{Delivery: d.ID, Message: d.Message, Addressee: d.Addressee, Code: s.Code,
		Description: s.Description, Staff: s.Staff.Staff, At: a.Now}
	h.deliver(a, []addressed{{agency: to, codes: []AgencyID{to.ID}}})
	a.Entry = acceptedEntry(*m, translog.StatusGiven)
	a.Entry.Delivery, a.Entry.Addressee, a.Entry.Code = string(d.ID), string(to.ID), string(s.Code)
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

// spokenOf matches a status to a delivery of the giver: by DocumentId, then by sender, code and year (edxml.md 1.7). A
// document that the giver cannot have seen yet does not exist for it.
func (h *Hub) spokenOf(ctx context.Context, giver Agency, r envelope.ResponseFor) (Delivery, error) {
	unknown := &Error{Kind: UnknownDocument, Path: "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/ResponseFor",
		Detail: "no document " + cited(r) + " of " + string(r.OrganID) + " was delivered to " + string(giver.ID),
		VI:     "Không có văn bản " + cited(r) + " của " + string(r.OrganID) + " đã chuyển tới " + string(giver.ID) + "."}
	sender, err := h.Directory.Resolve(r.OrganID, h.now())
	if err != nil {
		sender = Agency{ID: r.OrganID}
	}
	for _, by := range citations(r) {
		found, err := h.Store.Find(ctx, sender.ID, by.documentID, by.code, by.year, 50)
		if err != nil {
			return Delivery{}, err
		}
		for _, m := range found {
			if d, ok, err := h.deliveryTo(ctx, m, giver.ID); ok || err != nil {
				return d, err
			}
		}
	}
	return Delivery{}, unknown
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

func (h *Hub) deliveryTo(ctx context.Context, m Message, agency AgencyID) (Delivery, bool, error) {
	if m.Class != ClassDocument {
		return Delivery{}, false, nil
	}
	for _, to := range m.Addressees {
		if to.Agency == agency {
			d, err := h.Store.Delivery(ctx, to.Delivery)
			return d, err == nil && d.Exposed(), err
		}
	}
	return Delivery{}, false, nil
}

// A Word is a status in the short form: the hub writes the edXML (DESIGN 9).
type Word struct {
	Code        envelope.StatusCode
	Description string // the reason, mandatory for a refusal
	Staff       envelope.Staff
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
	agency, d, m, err := h.ownDelivery(ctx, c, id)
	if err != nil {
		return nil, err
	}
	if d.Class != ClassDocument {
		return nil, Errorf(BadReport, "a status is given about a document, not about a %s", d.Class)
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
	raw, err := h.write(agency, m, w)
	if err != nil {
		return nil, err
	}
	return h.submit(ctx, Submission{Caller: c, Raw: raw, Want: ClassStatus})
}

func (h *Hub) write(giver Agency, about Message, w Word) ([]byte, error) {
	e := envelope.NewStatus(party(giver), cite(about), w.Code, w.Description, w.Staff, h.now())
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

func party(a Agency) envelope.Party { return envelope.Party{OrganID: a.ID, Name: a.Name} }

func cite(m Message) envelope.ResponseFor {
	return envelope.ResponseFor{OrganID: m.Sender, Code: m.Code, Promulgation: m.Date, DocumentID: m.DocumentID}
}

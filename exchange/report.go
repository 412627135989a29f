package exchange

import (
	"context"
	"crypto/rand"
	"slices"

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
	if named == "" {
		return h.spokenOf(ctx, giver, a.Message.Caller, e)
	}
	d, err := h.Store.Delivery(ctx, named)
	if err == nil && a.Basis != nil {
		err = a.Basis.Holds(d) // whoever was first is told of, rather than that nothing goes after what they said
	}
	return d, err
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

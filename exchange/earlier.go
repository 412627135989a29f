package exchange

import (
	"context"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/envelope"
)

// maxFound bounds how many messages of one name are looked at: a document, its corrected resends, updates and recalls.
const maxFound = 50

const (
	pathBusiness = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
	pathTo       = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To"
)

// An earlier document is a message with the place of its deliveries, by addressee.
type earlier struct {
	Message
	at map[AgencyID]DeliveryID
}

// delivery is that to the agency; false where there is none.
func (h *Hub) delivery(ctx context.Context, e earlier, agency AgencyID) (Delivery, bool, error) {
	id, ok := e.at[agency]
	if !ok {
		return Delivery{}, false, nil
	}
	d, err := h.Store.Delivery(ctx, id)
	return d, err == nil, err
}

// linkDocument finds what a recall, update or replacement acts on. What cannot be found, or could be several, is refused:
// the hub does not guess (edxml.md 1.1).
func (h *Hub) linkDocument(ctx context.Context, a *Acceptance, e *envelope.Envelope) (err error) {
	m := &a.Message
	switch e.Kind() {
	case envelope.Recall:
		a.AnswerBy = a.Now.Add(h.Limits.Answer)
		m.About, err = h.links(ctx, *m, Recalls, citedBy(e), receivers(*m), true)
	case envelope.Update:
		m.About, err = h.links(ctx, *m, Updates, citedBy(e), receivers(*m), false)
	case envelope.Replacement:
		m.About, err = h.replaced(ctx, *m, e.Business.Replacements)
	}
	return err
}

func receivers(m Message) (all []AgencyID) {
	for _, to := range m.Addressees {
		all = append(all, to.Agency)
	}
	return all
}

// citedBy are the ways in which an envelope names what it acts on, the plainest first. The field leaves out
// Bussiness/DocumentId more often than not; its own DocumentId, or its code and date, are then those of the earlier one.
func citedBy(e *envelope.Envelope) []citation {
	var by []citation
	if id := e.Business.DocumentID; id != "" {
		by = append(by, citation{documentID: id})
	}
	return append(by, citations(e.Cite())...)
}

// links finds the earlier document for each agency. Where it is a must, an agency that never had it is refused;
// otherwise one that had it is enough.
func (h *Hub) links(ctx context.Context, m Message, r Relation, by []citation, to []AgencyID, must bool) ([]Link, error) {
	found, err := h.documents(ctx, m.Sender, by)
	if err != nil {
		return nil, err
	}
	var links []Link
	for _, agency := range to {
		of, err := h.meant(ctx, found, agency, m.Date)
		if err != nil {
			return nil, err
		}
		if of == nil && must {
			return nil, notSent(by, agency)
		}
		if of != nil {
			links = linked(links, of.ID, r, agency)
		}
	}
	if len(links) == 0 {
		if len(found) == 0 {
			return nil, unknownEarlier(by)
		}
		links = []Link{{Message: found[len(found)-1].ID, Relation: r}}
	}
	return links, nil
}

func linked(links []Link, id MessageID, r Relation, agency AgencyID) []Link {
	for i := range links {
		if links[i].Message == id {
			if !slices.Contains(links[i].For, agency) {
				links[i].For = append(links[i].For, agency)
			}
			return links
		}
	}
	return append(links, Link{Message: id, Relation: r, For: []AgencyID{agency}})
}

// documents are the sender's documents under the first of the names that it has any of, newest first. A recall is named
// like what it recalls, and is not one of them.
func (h *Hub) documents(ctx context.Context, sender AgencyID, by []citation) (found []earlier, err error) {
	for _, c := range by {
		all, err := h.Store.Find(ctx, sender, c.documentID, c.code, c.year, maxFound)
		if err != nil {
			return nil, err
		}
		for _, m := range all {
			if m.Class != ClassDocument || m.Kind == envelope.Recall {
				continue
			}
			found = append(found, earlier{m, byAddressee(m)})
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

func byAddressee(m Message) map[AgencyID]DeliveryID {
	at := make(map[AgencyID]DeliveryID, len(m.Addressees))
	for _, to := range m.Addressees {
		at[to.Agency] = to.Delivery
	}
	return at
}

// meant is the document that is spoken of at the agency: the one that is live there, else the newest that was. Several
// live ones, which have the same code and not the same id, are told apart by their date, or not at all.
func (h *Hub) meant(ctx context.Context, found []earlier, agency AgencyID, date envelope.Date) (*earlier, error) {
	var live []*earlier
	var newest *earlier
	for i := range found {
		if Root(found[i].Message, agency) != found[i].ID {
			continue // a part of another document there
		}
		d, ok, err := h.delivery(ctx, found[i], agency)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		if newest == nil {
			newest = &found[i]
		}
		if d.Live() {
			live = append(live, &found[i])
		}
	}
	if len(live) > 1 {
		live = ofDate(live, date)
	}
	switch len(live) {
	case 0:
		return newest, nil
	case 1:
		return live[0], nil
	}
	return nil, ambiguous(live, agency)
}

func ofDate(of []*earlier, date envelope.Date) (same []*earlier) {
	for _, m := range of {
		if m.Date == date {
			same = append(same, m)
		}
	}
	if len(same) == 0 {
		return of
	}
	return same
}

// replaced finds each document that a replacement names, at the agencies that it names: those are among its addressees.
// Where it names none it is meant for all who had the document.
func (h *Hub) replaced(ctx context.Context, m Message, list []envelope.Replaced) (links []Link, err error) {
	for _, r := range list {
		by := []citation{{documentID: r.DocumentID}}
		at, err := h.receiversOf(m, r)
		if err != nil {
			return nil, err
		}
		more, err := h.links(ctx, m, Replaces, by, at, len(r.OrganIDs) > 0)
		if err != nil {
			return nil, err
		}
		for _, l := range more {
			for _, agency := range l.For {
				links = linked(links, l.Message, Replaces, agency)
			}
			if len(l.For) == 0 {
				return nil, notSent(by, at[0])
			}
		}
	}
	return links, nil
}

func (h *Hub) receiversOf(m Message, r envelope.Replaced) ([]AgencyID, error) {
	if len(r.OrganIDs) == 0 {
		return receivers(m), nil
	}
	var at []AgencyID
	for _, code := range r.OrganIDs {
		i := slices.IndexFunc(m.Addressees, func(to Addressee) bool {
			return to.Agency == code || slices.Contains(to.Codes, code)
		})
		if i < 0 {
			return nil, &Error{Kind: BadEnvelope, Path: pathBusiness + "/ReplacementInfoList", Values: map[string]string{"code": string(code)},
				Detail: "the replacement is for " + string(code) + ", which is not among its addressees (To)",
				VI:     "Văn bản thay thế ghi nơi nhận " + string(code) + " nhưng đơn vị này không có trong To."}
		}
		at = append(at, m.Addressees[i].Agency)
	}
	return at, nil
}

func unknownEarlier(by []citation) error {
	return &Error{Kind: UnknownDocument, Path: pathBusiness, Detail: "you have sent no document " + named(by),
		VI: "Đơn vị chưa gửi văn bản nào có mã hoặc số ký hiệu " + named(by) + "."}
}

func notSent(by []citation, agency AgencyID) error {
	return &Error{Kind: UnknownDocument, Path: pathTo, Values: map[string]string{"addressee": string(agency)},
		Detail: "the document " + named(by) + " was not sent to " + string(agency),
		VI:     "Văn bản " + named(by) + " chưa được gửi tới " + string(agency) + "."}
}

func ambiguous(of []*earlier, agency AgencyID) error {
	var ids []string
	for _, m := range of {
		ids = append(ids, string(m.ID))
	}
	candidates := strings.Join(ids, " ")
	return &Error{Kind: AmbiguousDocument, Path: pathBusiness, Values: map[string]string{"candidates": candidates, "addressee": string(agency)},
		Detail: "several documents are named so at " + string(agency) + ": " + candidates + "; give the DocumentId of one",
		VI:     "Có nhiều văn bản cùng tên gọi này đã gửi tới " + string(agency) + ": " + candidates + "; hãy ghi DocumentId của một văn bản."}
}

func named(by []citation) string {
	var all []string
	for _, c := range by {
		if name := c.documentID + c.code; !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return strings.Join(all, ", ")
}

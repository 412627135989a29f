package exchange

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/envelope"
)

// maxFound bounds how many messages of one name are looked at: a document, its corrected resends, updates and recalls.
const maxFound = 50

const (
	pathBusiness = "/edXML/edXMLEnvelope/edXMLHeader/TraceHeaderList/Bussiness"
	pathTo       = "/edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To"
)

// A candidate is an earlier document with its deliveries to one addressee.
type candidate struct {
	Message
	at []Delivery
}

func (c candidate) live() bool { return slices.ContainsFunc(c.at, Delivery.Live) }

// linkDocument finds what a recall, update or replacement acts on. What cannot be found, or could be several, is refused:
// the hub does not guess (edxml.md 1.1).
func (h *Hub) linkDocument(ctx context.Context, a *Acceptance, e *envelope.Envelope) (err error) {
	m := &a.Message
	switch e.Kind() {
	case envelope.Recall:
		a.AnswerBy = h.answerBy(a.Now)
		m.About, err = h.links(ctx, *m, Recalls, citedBy(e), m.Addressees, true)
	case envelope.Update:
		m.About, err = h.links(ctx, *m, Updates, citedBy(e), m.Addressees, false)
	case envelope.Replacement:
		m.About, err = h.replaced(ctx, *m, e.Business.Replacements)
	}
	return err
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

// links finds the earlier document for each addressee. Where it is a must, one that never had it is refused; otherwise one
// that had it is enough.
func (h *Hub) links(ctx context.Context, m Message, r Relation, by []citation, to []Addressee, must bool) ([]Link, error) {
	found, err := h.documents(ctx, h.senders(m.Sender), by)
	if err != nil {
		return nil, err
	}
	places := make([]places, len(found))
	for i := range found {
		places[i] = placesOf(found[i])
	}
	var links []Link
	for _, addressee := range to {
		of, err := h.meant(ctx, found, places, addressee, m.Date)
		if err != nil {
			return nil, err
		}
		if of == nil && must {
			return nil, notSent(by, addressee.Agency)
		}
		if of != nil {
			links = linked(links, r, addressee.Agency, *of)
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

// senders are those whose documents an agency acts on: its own, and those of agencies whose place it took.
func (h *Hub) senders(id AgencyID) []AgencyID {
	return append([]AgencyID{id}, h.Directory.Inherited(id, h.now())...)
}

func linked(links []Link, r Relation, agency AgencyID, of candidate) []Link {
	i := slices.IndexFunc(links, func(l Link) bool { return l.Message == of.ID })
	if i < 0 {
		i, links = len(links), append(links, Link{Message: of.ID, Relation: r})
	}
	for _, d := range of.at {
		if !slices.Contains(links[i].Of, d.ID) {
			links[i].For, links[i].Of = append(links[i].For, agency), append(links[i].Of, d.ID)
		}
	}
	return links
}

// documents are the senders' documents under the first of the names that they have any of, newest first. A recall is named
// like what it recalls, and is not one of them.
func (h *Hub) documents(ctx context.Context, senders []AgencyID, by []citation) (found []Message, err error) {
	for _, c := range by {
		for _, sender := range senders {
			all, err := h.Store.Find(ctx, sender, c.documentID, c.code, c.year, maxFound)
			if err != nil {
				return nil, err
			}
			found = append(found, slices.DeleteFunc(all, func(m Message) bool {
				return m.Class != ClassDocument || m.Kind == envelope.Recall
			})...)
		}
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, nil
}

// places are a message's deliveries by the agencies and codes that it was addressed to.
type places map[AgencyID]DeliveryID

func placesOf(m Message) places {
	at := make(places, len(m.Addressees))
	for _, to := range m.Addressees {
		for _, code := range to.Codes {
			at[code] = to.Delivery
		}
	}
	for _, to := range m.Addressees {
		at[to.Agency] = to.Delivery
	}
	return at
}

// at lists the deliveries of m that its addressee would find now: those under its identifier or its codes, and those that
// were redirected to it.
func (h *Hub) at(ctx context.Context, m Message, where places, to Addressee) (ds []Delivery, err error) {
	for _, name := range append([]AgencyID{to.Agency}, to.Codes...) {
		id, ok := where[name]
		if !ok || slices.ContainsFunc(ds, func(d Delivery) bool { return d.ID == id }) {
			continue
		}
		d, err := h.Store.Delivery(ctx, id)
		if err != nil {
			return nil, err
		}
		ds = append(ds, d)
	}
	moved, err := h.Store.Redirected(ctx, m.ID, to.Agency)
	if err != nil {
		return nil, err
	}
	for _, d := range moved {
		if !slices.ContainsFunc(ds, func(o Delivery) bool { return o.ID == d.ID }) {
			ds = append(ds, d)
		}
	}
	// A part of another document is not one of its own.
	return slices.DeleteFunc(ds, func(d Delivery) bool { return Root(d, m) != d.ID }), nil
}

// meant is the document that is spoken of at the addressee: the one that is live there, else the newest that was. Several
// live ones, which have the same code and not the same id, are told apart by their date, or not at all.
func (h *Hub) meant(ctx context.Context, found []Message, where []places, to Addressee, date envelope.Date) (*candidate, error) {
	var live []candidate
	var newest *candidate
	for i, m := range found {
		ds, err := h.at(ctx, m, where[i], to)
		if err != nil {
			return nil, err
		}
		if len(ds) == 0 {
			continue
		}
		c := candidate{m, ds}
		if newest == nil {
			newest = &c
		}
		if c.live() {
			live = append(live, c)
		}
	}
	if len(live) > 1 {
		live = ofDate(live, date)
	}
	switch len(live) {
	case 0:
		return newest, nil
	case 1:
		return &live[0], nil
	}
	return nil, ambiguous(live, to.Agency)
}

func ofDate(of []candidate, date envelope.Date) (same []candidate) {
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

// maxReplaced bounds the documents that a replacement names times the addressees it names them for: each pair is looked
// up, and nobody may keep the hub at that for long (P5).
const maxReplaced = 10_000

// replaced finds each document that a replacement names, at the agencies that it names: those are among its addressees.
// Where it names none it is meant for all who had the document.
func (h *Hub) replaced(ctx context.Context, m Message, list []envelope.Replaced) (links []Link, err error) {
	list = together(list)
	if err := bounded(list, len(m.Addressees)); err != nil {
		return nil, err
	}
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
			if len(l.For) == 0 {
				return nil, notSent(by, at[0].Agency)
			}
		}
		links = append(links, more...)
	}
	return links, nil
}

// together has each document once, with all the agencies that it is named for; whoever names it for none means all.
func together(list []envelope.Replaced) (once []envelope.Replaced) {
	at, seen := map[string]int{}, map[[2]string]bool{}
	for _, r := range list {
		i, again := at[r.DocumentID]
		switch {
		case !again:
			i = len(once)
			at[r.DocumentID], once = i, append(once, envelope.Replaced{DocumentID: r.DocumentID})
		case len(r.OrganIDs) == 0:
			once[i].OrganIDs = nil
			continue
		case len(once[i].OrganIDs) == 0:
			continue
		}
		for _, id := range r.OrganIDs {
			if pair := [2]string{r.DocumentID, string(id)}; !seen[pair] {
				seen[pair], once[i].OrganIDs = true, append(once[i].OrganIDs, id)
			}
		}
	}
	return once
}

func bounded(list []envelope.Replaced, addressees int) error {
	pairs := 0
	for _, r := range list {
		if n := len(r.OrganIDs); n > 0 {
			pairs += n
		} else {
			pairs += addressees
		}
	}
	if pairs <= maxReplaced {
		return nil
	}
	return &Error{Kind: BadEnvelope, Path: pathBusiness + "/ReplacementInfoList", Values: map[string]string{"limit": strconv.Itoa(maxReplaced)},
		Detail: fmt.Sprintf("the documents replaced, times the addressees they are replaced for, are %d; at most %d: send several replacements", pairs, maxReplaced),
		VI:     fmt.Sprintf("Số văn bản được thay thế nhân với số nơi nhận là %d, tối đa %d; hãy gửi thành nhiều văn bản thay thế.", pairs, maxReplaced)}
}

func (h *Hub) receiversOf(m Message, r envelope.Replaced) ([]Addressee, error) {
	if len(r.OrganIDs) == 0 {
		return m.Addressees, nil
	}
	var at []Addressee
	for _, code := range r.OrganIDs {
		i := slices.IndexFunc(m.Addressees, func(to Addressee) bool {
			return to.Agency == code || slices.Contains(to.Codes, code)
		})
		if i < 0 {
			return nil, &Error{Kind: BadEnvelope, Path: pathBusiness + "/ReplacementInfoList", Values: map[string]string{"code": string(code)},
				Detail: "the replacement is for " + string(code) + ", which is not among its addressees (To)",
				VI:     "Văn bản thay thế ghi nơi nhận " + string(code) + " nhưng đơn vị này không có trong To."}
		}
		at = append(at, m.Addressees[i])
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

func ambiguous(of []candidate, agency AgencyID) error {
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

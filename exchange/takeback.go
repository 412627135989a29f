package exchange

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// takeBack makes a status 13 the recall of one delivery: that of the document which it cites to one addressee, or the one that
// is named by its id.
func (h *Hub) takeBack(ctx context.Context, a *Acceptance, e *envelope.Envelope, named DeliveryID) error {
	s := e.Status
	to := h.recallFrom(s.ResponseFor.OrganID, a.Now)
	m := &a.Message
	m.DocumentID, m.Code, m.Date = s.ResponseFor.DocumentID, s.ResponseFor.Code, s.ResponseFor.Promulgation
	of, err := h.takenBack(ctx, m, s.ResponseFor, to, named)
	if err != nil {
		return err
	}
	m.Priority = of.Priority
	a.AnswerBy = h.answerBy(a.Now)
	h.deliver(a, []addressed{to})
	m.Report = &Report{Delivery: of.ID, Message: of.Message, Addressee: of.Addressee, Code: s.Code, Description: s.Description, Staff: s.Staff.Staff, At: a.Now}
	a.Entry = acceptedEntry(*m, translog.StatusGiven)
	a.Entry.Delivery, a.Entry.Code = string(of.ID), string(s.Code) // no addressee: it may never learn of the document (P7)
	return a.describe(map[string]string{"description": s.Description, "staff": s.Staff.Staff})
}

// takenBack links the status 13 m to what it takes back and returns the first delivery of that.
func (h *Hub) takenBack(ctx context.Context, m *Message, r envelope.ResponseFor, to addressed, named DeliveryID) (d Delivery, err error) {
	if named == "" {
		whom := []Addressee{{Agency: to.agency.ID, Codes: to.codes}}
		if m.About, err = h.links(ctx, *m, Recalls, citations(r), whom, true); err != nil {
			return d, err
		}
		return h.Store.Delivery(ctx, m.About[0].Of[0])
	}
	if d, err = h.Store.Delivery(ctx, named); err != nil {
		return d, err
	}
	m.About = []Link{{Message: d.Message, Relation: Recalls, For: []AgencyID{to.agency.ID}, Of: []DeliveryID{named}}}
	return d, nil
}

// recallFrom is whom a recall from the agency of that code goes to now. One that is gone may have had the document.
func (h *Hub) recallFrom(code AgencyID, now time.Time) addressed {
	id := code
	if a, ok := h.Directory.Identify(code); ok {
		id = a.ID
	}
	to := h.reach(id, now)
	to.codes = []AgencyID{code}
	if id != code {
		to.codes = append(to.codes, id)
	}
	return to
}

// recalled lists what a recall has withdrawn or asks for; nothing for any other message.
func (h *Hub) recalled(ctx context.Context, m Message) (all []Delivery, err error) {
	for _, l := range m.About {
		if l.Relation != Recalls {
			continue
		}
		parts, err := h.parts(ctx, l)
		if err != nil {
			return nil, err
		}
		for _, d := range parts {
			if d.Recall.Message == m.ID {
				all = append(all, d)
			}
		}
	}
	return all, nil
}

// parts are the deliveries that the link acts on, and those of updates in their places.
func (h *Hub) parts(ctx context.Context, l Link) (all []Delivery, err error) {
	of := slices.Clone(l.Of)
	links, err := h.Store.Linked(ctx, l.Message, maxLinks)
	if err != nil {
		return nil, err
	}
	for _, by := range links {
		updated := by.agenciesOf(l.Of)
		if by.Relation != Updates || len(updated) == 0 {
			continue
		}
		m, err := h.Store.Message(ctx, by.Message)
		if err != nil {
			return nil, err
		}
		for _, to := range m.Addressees {
			if updated[to.Agency] {
				of = append(of, to.Delivery)
			}
		}
	}
	for _, id := range of {
		d, err := h.Store.Delivery(ctx, id)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// agenciesOf are the addressees at which the link acts on one of the deliveries.
func (l Link) agenciesOf(ds []DeliveryID) map[AgencyID]bool {
	those := make(map[DeliveryID]bool, len(ds))
	for _, id := range ds {
		those[id] = true
	}
	at := map[AgencyID]bool{}
	for i, id := range l.Of {
		if those[id] {
			at[l.For[i]] = true
		}
	}
	return at
}

// A Demand is a recall in the short form: the hub writes a status 13 for each addressee.
type Demand struct {
	Reason     string // mandatory
	Staff      envelope.Staff
	Addressees []AgencyID // empty: all that the document was sent to
}

// A Demanded addressee is what came of a recall there. Delivery is the document's, as it stands now. Receipt is that of
// the status 13; with Repeat that of the recall that stands already. Err says why there is nothing to recall.
type Demanded struct {
	Delivery Delivery
	Receipt  *Receipt
	Err      error
}

// Recall takes a document back from each of the addressees, or asks for it where it was seen (P7): the one of that id, with
// the updates of it, and of an update that alone, whatever else has its name. Each addressee is an act of its own. A recall
// that stands already is not given again: its receipt comes back as a repeat.
func (h *Hub) Recall(ctx context.Context, c Caller, id MessageID, d Demand) ([]Demanded, error) {
	m, err := h.recallable(ctx, c, id, d)
	if err != nil {
		h.Refused(ctx, c, err)
		return nil, err
	}
	to, err := h.demanded(ctx, m, d.Addressees)
	if err != nil {
		h.Refused(ctx, c, err)
		return nil, err
	}
	inTurns(len(to), func(i int) { h.demand(ctx, c, m, d, &to[i]) })
	for _, one := range to {
		if one.Err != nil && KindOf(one.Err) != Conflict {
			return nil, one.Err
		}
	}
	return to, nil
}

// NothingToRecall refuses a recall that would change nothing.
func NothingToRecall() error {
	return &Error{Kind: Conflict, Detail: "nothing of this document is left to recall: it was taken back, refused or asked for before",
		VI: "Không còn gì để thu hồi: văn bản đã được lấy lại, bị từ chối hoặc đang chờ trả lời từ trước."}
}

func (h *Hub) recallable(ctx context.Context, c Caller, id MessageID, d Demand) (Message, error) {
	m, _, err := h.visible(ctx, c, id)
	if err != nil {
		return m, err
	}
	switch {
	case c.Agency == "" || !h.sees(c, m):
		return m, Errorf(Forbidden, "only the sender of a document recalls it")
	case m.Class != ClassDocument || m.Kind == envelope.Recall:
		return m, &Error{Kind: Conflict, Detail: "only a document is recalled", VI: "Chỉ thu hồi được văn bản."}
	case envelope.Blank(d.Reason):
		return m, &Error{Kind: BadReport, Path: "/reason", Detail: "a recall needs a reason", VI: "Thu hồi phải ghi lý do."}
	}
	return m, cmp.Or(legibleReason(d.Reason), legibleStaff(d.Staff))
}

// demanded are the deliveries of the addressees asked for, each once.
func (h *Hub) demanded(ctx context.Context, m Message, addressees []AgencyID) ([]Demanded, error) {
	ds, err := h.Store.DeliveriesOf(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	at, asked := map[AgencyID]Delivery{}, map[DeliveryID]bool{}
	var out []Demanded
	for i, d := range ds {
		at[d.Addressee], at[d.named()] = d, d
		for _, code := range m.Addressees[i].Codes {
			at[code] = d
		}
		if len(addressees) == 0 {
			out = append(out, Demanded{Delivery: d})
		}
	}
	for _, code := range addressees {
		d, ok := at[code]
		if !ok {
			return nil, notSent([]citation{{documentID: m.DocumentID, code: ""}}, code)
		}
		if !asked[d.ID] {
			asked[d.ID], out = true, append(out, Demanded{Delivery: d})
		}
	}
	return out, nil
}

// demand gives status 13 about one delivery and says what came of it.
func (h *Hub) demand(ctx context.Context, c Caller, m Message, d Demand, one *Demanded) {
	one.Receipt, one.Err = h.takeBackOne(ctx, c, m, d, one.Delivery)
	now, err := h.Store.Delivery(ctx, one.Delivery.ID)
	if err != nil {
		return
	}
	one.Delivery = now
	if KindOf(one.Err) == Conflict && table.Recall(now) == Repeated {
		one.Receipt, one.Err = h.recallOf(ctx, now) // it was recalled in between
	}
}

func (h *Hub) takeBackOne(ctx context.Context, c Caller, m Message, d Demand, of Delivery) (*Receipt, error) {
	switch v := table.Recall(of); v {
	case Repeated:
		return h.recallOf(ctx, of)
	case Unpermitted:
		return nil, recallable(of, v)
	}
	about := cite(m)
	about.OrganID = of.named()
	raw, err := h.write(h.party(m.Sender), about, envelope.TakeBack, ofUpdate(of, m, envelope.TakeBack, d.Reason), d.Staff)
	if err != nil {
		return nil, err
	}
	return h.submit(ctx, Submission{Caller: c, Raw: raw, Want: ClassStatus, named: of.ID, basis: &Basis{Delivery: of.ID}})
}

// recallOf is the receipt of the recall that stands; nil where the delivery was replaced, not recalled.
func (h *Hub) recallOf(ctx context.Context, d Delivery) (*Receipt, error) {
	if d.Recall.Message == "" {
		return nil, Errorf(Conflict, "delivery %s was withdrawn: %s", d.ID, d.Reason)
	}
	m, err := h.Store.Message(ctx, d.Recall.Message)
	if err != nil {
		return nil, err
	}
	r, err := h.receipt(ctx, m.ID, m.Entry)
	if err != nil {
		return nil, err
	}
	r.Recalled, err = h.recalled(ctx, m)
	return r, err
}

// LapseRecalls ends the recalls that were not answered in time and tells the senders; it returns how many. None: no write.
// What was answered meanwhile is passed over, and so is what fails, of which the error tells.
func (h *Hub) LapseRecalls(ctx context.Context) (int, error) {
	return rounds(ctx, h.now(), h.Store.Unanswered, h.lapse)
}

func (h *Hub) lapse(ctx context.Context, d Delivery) error {
	now := h.now()
	m, err := h.Store.Message(ctx, d.Message)
	if err != nil {
		return err
	}
	notice, err := h.lapsed(d, m, now)
	if err != nil {
		return err
	}
	_, err = h.Store.Lapse(ctx, d.ID, now, notice)
	return err
}

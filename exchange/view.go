package exchange

import (
	"context"
	"slices"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A View is a document as its reader may see it: the sender sees every addressee, an addressee only itself.
type View struct {
	Message    Message
	Deliveries []Delivery
	Timeline   []LogRecord
	// RevokedAt is when the signer's certificate was revoked after the message was accepted, as far as is known: the
	// message stays good. Zero: it was not.
	RevokedAt time.Time
	// By are the later messages that act on this one. As with Message.About, a reader is shown those that it may read.
	By []Link
}

// maxLinks is how many later messages of one are shown.
const maxLinks = 1000

// Document returns a message with both states of each addressee and what happened, in log order. NotFound for what the
// caller has no part in, and for an addressee before exposure (P7, P10). An operator is shown neither the subject nor what
// statuses say: [Hub.Content] is for that, with a reason.
func (h *Hub) Document(ctx context.Context, c Caller, id MessageID) (View, error) {
	m, ds, err := h.visible(ctx, c, id)
	if err != nil {
		return View{}, err
	}
	records, err := h.Store.EntriesOf(ctx, id)
	if err != nil {
		return View{}, err
	}
	by, err := h.Store.Linked(ctx, id, maxLinks)
	if err != nil {
		return View{}, err
	}
	if !h.sees(c, m) {
		m.Addressees = only(m.Addressees, ds)
		m = m.unlinked()
		m.About = h.shown(ctx, c, m.About)
		by = h.shown(ctx, c, by)
		records = concerning(records, ds)
	}
	for i := range ds {
		ds[i] = ds[i].AsOf(h.now())
	}
	if c.Operator != "" {
		m, records = m.withoutSubject(), withoutProse(records)
	}
	return View{Message: m, Deliveries: ds, Timeline: records, RevokedAt: h.revokedSince(m), By: by}, nil
}

// withoutProse leaves out what agencies wrote to each other in statuses and as the reason of a recall or an update, which is
// content (P10), and who wrote it: an operator opens the document for a reason. What operators and the hub wrote stays.
func withoutProse(records []LogRecord) []LogRecord {
	for i, r := range records {
		if r.Entry.Type == translog.StatusGiven || r.Entry.Type == translog.Accepted {
			records[i].Side = nil
		}
	}
	return records
}

// revokedSince is when the signer's certificate was revoked, if that was after the acceptance.
func (h *Hub) revokedSince(m Message) time.Time {
	if h.Revocations == nil || m.Revocation == nil {
		return time.Time{}
	}
	at, revoked := h.Revocations.RevokedAt(m.Certificate)
	if !revoked || !at.After(m.AcceptedAt) {
		return time.Time{}
	}
	return at
}

// Evidence returns a statement of an authority, in DER, that is stored with a document which the caller may see.
func (h *Hub) Evidence(ctx context.Context, c Caller, id MessageID, digest Digest) (signing.EvidenceKind, []byte, error) {
	m, _, err := h.visible(ctx, c, id)
	if err != nil {
		return "", nil, err
	}
	if m.Revocation != nil {
		for _, s := range m.Revocation.Said {
			if s.Evidence == digest {
				der, err := h.Store.Evidence(ctx, digest)
				return s.Kind, der, err
			}
		}
	}
	return "", nil, noSuch("evidence", digest.String())
}

// shown are the links to what the addressee was handed too, and of them only that they are. Whatever was withdrawn from it
// does not exist for it, whoever speaks of it (P7).
func (h *Hub) shown(ctx context.Context, c Caller, links []Link) (mine []Link) {
	for _, l := range links {
		if _, _, err := h.visible(ctx, c, l.Message); err == nil {
			mine = append(mine, Link{Message: l.Message, Relation: l.Relation})
		}
	}
	return mine
}

// Receipts returns the proof of each entry about a document that the caller may read: for its sender the acceptance and
// every outcome, for an addressee its own outcomes.
func (h *Hub) Receipts(ctx context.Context, c Caller, id MessageID) ([]translog.Receipt, error) {
	v, err := h.Document(ctx, c, id)
	if err != nil {
		return nil, err
	}
	proofs := make([]translog.Receipt, 0, len(v.Timeline))
	for _, r := range v.Timeline {
		p, err := h.Store.Proof(ctx, r.Index)
		if err != nil {
			return nil, err
		}
		proofs = append(proofs, p)
	}
	return proofs, nil
}

// Search lists the caller's own documents, or with q.Agency those of a closed agency whose place it took; an operator may
// list anybody's, without subjects.
func (h *Hub) Search(ctx context.Context, c Caller, q Query) (Page, error) {
	q, err := h.askable(c, q)
	if err != nil {
		return Page{}, err
	}
	page, err := h.Store.Search(ctx, q)
	if c.Operator != "" {
		for i := range page.Rows {
			page.Rows[i].Message = page.Rows[i].Message.withoutSubject()
		}
	}
	if q.Role != Received || q.Every || err != nil {
		return page, err
	}
	for i := range page.Rows {
		m := page.Rows[i].Message.unlinked()
		m.Addressees = only(m.Addressees, page.Rows[i].Deliveries)
		m.About = h.shown(ctx, Caller{Agency: q.Agency}, m.About)
		page.Rows[i].Message = m
	}
	return page, nil
}

// Tally counts the rows of such a list, up to CountCap+1, which stands for any more. Cursor, Limit and order do not matter.
func (h *Hub) Tally(ctx context.Context, c Caller, q Query) (int, error) {
	q, err := h.askable(c, q)
	if err != nil {
		return 0, err
	}
	return h.Store.Tally(ctx, q)
}

// askable is the query as the caller may put it.
func (h *Hub) askable(c Caller, q Query) (Query, error) {
	if c.Operator != "" {
		return q, nil
	}
	if q.Every { // what was not handed out yet is in it (P7)
		return q, Errorf(Forbidden, "only operators list every delivery")
	}
	var err error
	if q.Agency, err = h.whose(c, q.Agency); err != nil {
		return q, err
	}
	if q.Agency == "" || (q.Role != Sent && q.Role != Received) {
		return q, &Error{Kind: BadRequest, Path: "role", Detail: "role is sent or received", VI: "role là sent hoặc received."}
	}
	return q, nil
}

// SearchLog lists entries of the log, newest first: for an operator all that there are, for an agency those that concern
// it, or a closed agency whose place it took.
func (h *Hub) SearchLog(ctx context.Context, c Caller, q LogQuery) (LogPage, error) {
	q, err := h.askableLog(c, q)
	if err != nil {
		return LogPage{}, err
	}
	return h.Store.SearchLog(ctx, q)
}

// TallyLog counts them, as Tally does; BadRequest where no index serves the query.
func (h *Hub) TallyLog(ctx context.Context, c Caller, q LogQuery) (int, error) {
	q, err := h.askableLog(c, q)
	if err != nil {
		return 0, err
	}
	return h.Store.TallyLog(ctx, q)
}

func (h *Hub) askableLog(c Caller, q LogQuery) (LogQuery, error) {
	if c.Operator != "" {
		return q, nil
	}
	var err error
	if q.Agency, err = h.whose(c, q.Agency); err == nil && q.Agency == "" {
		err = Errorf(Forbidden, "only operators and agencies read the log")
	}
	return q, err
}

// Counts returns the kept roll-up of deliveries by state.
func (h *Hub) Counts(ctx context.Context, c Caller, role Role) (Counts, error) {
	if c.Operator == "" && c.Agency == "" {
		return nil, Forbidden // the figures of all are an operator's
	}
	return h.Store.Counts(ctx, c.Agency, role)
}

// Events returns what concerns the caller with an index above after, in log order: whoever lost everything begins at
// -1 and has it all again.
func (h *Hub) Events(ctx context.Context, c Caller, after int64, limit int) ([]LogRecord, error) {
	return h.EventsOf(ctx, c, "", after, limit)
}

// EventsOf is Events of a closed agency whose place the caller took; of the caller itself for "". An operator may name any
// agency.
func (h *Hub) EventsOf(ctx context.Context, c Caller, agency AgencyID, after int64, limit int) ([]LogRecord, error) {
	if c.Operator != "" && agency == "" {
		records, err := h.Store.Entries(ctx, after+1, limit)
		return withoutProse(records), err
	}
	if c.Operator != "" {
		records, err := h.Store.Events(ctx, agency, after, limit)
		return withoutProse(records), err
	}
	whose, err := h.whose(c, agency)
	if err != nil {
		return nil, err
	}
	records, err := h.Store.Events(ctx, whose, after, limit)
	if err != nil {
		return nil, err
	}
	return records, h.linkEvents(ctx, Caller{Agency: whose}, records)
}

// linkEvents adds what messages act on, so that who has the feed alone has the links: of an acceptance for who sent it, of
// a document that came for who got it.
func (h *Hub) linkEvents(ctx context.Context, c Caller, records []LogRecord) error {
	links := map[MessageID][]Link{}
	for i, r := range records {
		if !brings(r.Entry.Type) {
			continue
		}
		id := MessageID(r.Entry.Message)
		if _, known := links[id]; !known {
			m, err := h.Store.Message(ctx, id)
			if err != nil {
				return err
			}
			links[id] = m.About
			if !h.sees(c, m) {
				links[id] = h.shown(ctx, c, m.About)
			}
		}
		records[i].About = links[id]
	}
	return nil
}

// brings reports whether an entry is of those by which a message comes to one of its sides.
func brings(t translog.Type) bool {
	switch t {
	case translog.Accepted, translog.StatusGiven, translog.PickedUp, translog.Delivered, translog.Acknowledged:
		return true
	}
	return false
}

// whose is the agency that an agency asks for: itself, or one that it holds.
func (h *Hub) whose(c Caller, agency AgencyID) (AgencyID, error) {
	if agency == "" || agency == c.Agency {
		return c.Agency, nil
	}
	if a, ok := h.Directory.Identify(agency); ok && h.holds(c.Agency, a.ID) {
		return a.ID, nil
	}
	return "", &Error{Kind: Forbidden, Path: "agency", Detail: "agency is the caller's own, or a closed one whose only successor it is",
		VI: "agency là mã của chính bên gọi, hoặc của đơn vị đã chấm dứt hoạt động mà bên gọi là đơn vị kế thừa duy nhất."}
}

// Content opens the stored bytes of a message (P3). For an addressee reading is exposure, and is logged once. The
// caller closes the body. An operator gives a reason and is logged each time (P10).
func (h *Hub) Content(ctx context.Context, c Caller, id MessageID, reason string) (Message, Body, error) {
	m, ds, err := h.visible(ctx, c, id)
	if err != nil {
		return m, nil, err
	}
	if err := h.logReading(ctx, c, m, ds, reason); err != nil {
		return m, nil, err
	}
	body, err := h.Store.OpenBody(ctx, id)
	return m, body, err
}

// DeliveryContent is Content by the delivery's id.
func (h *Hub) DeliveryContent(ctx context.Context, c Caller, id DeliveryID) (Message, Body, error) {
	_, _, m, err := h.ownDelivery(ctx, c, id)
	if err != nil {
		return m, nil, err
	}
	return h.Content(ctx, c, m.ID, "")
}

func (h *Hub) logReading(ctx context.Context, c Caller, m Message, ds []Delivery, reason string) error {
	if c.Operator != "" {
		return h.logOpened(ctx, c, m, reason)
	}
	if c.Agency == m.Sender || c.Agency == m.Caller {
		return nil
	}
	if h.sees(c, m) {
		return h.logInherited(ctx, c, m, Delivery{})
	}
	if ds[0].Addressee != c.Agency {
		return h.logInherited(ctx, c, m, ds[0])
	}
	_, err := h.Store.Opened(ctx, ds[0].ID, string(c.Agency), c.Credential, h.now())
	return err
}

// logInherited notes that an agency read what was sent by, or had been delivered to, one whose place it took.
func (h *Hub) logInherited(ctx context.Context, c Caller, m Message, d Delivery) error {
	_, err := h.Store.Append(ctx, translog.Entry{V: translog.Schema, Time: h.now(), Type: translog.Opened, Actor: c.Actor(),
		Credential: c.Credential, Message: string(m.ID), Delivery: string(d.ID), Sender: string(m.Sender), Addressee: string(d.Addressee)}, nil)
	return err
}

func (h *Hub) logOpened(ctx context.Context, c Caller, m Message, reason string) error {
	if envelope.Blank(reason) {
		return &Error{Kind: BadRequest, Path: "reason", Detail: "an operator who reads a document gives a reason",
			VI: "Người vận hành phải ghi lý do khi đọc văn bản."}
	}
	if err := legibleReason(reason); err != nil {
		return err
	}
	text, err := side(map[string]string{"reason": reason})
	if err != nil {
		return err
	}
	_, err = h.Store.Append(ctx, translog.Entry{V: translog.Schema, Time: h.now(), Type: translog.Opened,
		Actor: c.Actor(), Credential: c.Credential, Message: string(m.ID), Sender: string(m.Sender)}, text)
	return err
}

// visible finds a message with those of its deliveries that the caller may see.
func (h *Hub) visible(ctx context.Context, c Caller, id MessageID) (Message, []Delivery, error) {
	m, err := h.Store.Message(ctx, id)
	if err != nil {
		return m, nil, hidden(err, "document", string(id))
	}
	if h.sees(c, m) {
		ds, err := h.Store.DeliveriesOf(ctx, id)
		return m, ds, err
	}
	ds, err := h.heldBy(ctx, m, c.Agency)
	if err == nil && len(ds) == 0 {
		err = noSuch("document", string(id))
	}
	if err != nil {
		return Message{}, nil, err
	}
	return m, ds, nil
}

// only keeps of the addressees those of the deliveries.
func only(to []Addressee, ds []Delivery) []Addressee {
	return slices.DeleteFunc(slices.Clone(to), func(a Addressee) bool {
		return !slices.ContainsFunc(ds, func(d Delivery) bool { return d.ID == a.Delivery })
	})
}

// concerning keeps of a message's records those that an addressee of the deliveries may read.
func concerning(records []LogRecord, ds []Delivery) []LogRecord {
	var mine []LogRecord
	for _, r := range records {
		if slices.ContainsFunc(ds, func(d Delivery) bool { return slices.Contains(Concerns(r.Entry), d.Addressee) }) {
			mine = append(mine, r)
		}
	}
	return mine
}

// Checkpoint returns the newest signed checkpoint; it is open to everybody.
func (h *Hub) Checkpoint(ctx context.Context) ([]byte, error) {
	text, _, err := h.Store.Checkpoint(ctx)
	return text, err
}

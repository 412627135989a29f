package exchange

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Period is whole months, the first and the last among them.
type Period struct{ First, Last Month }

// Months lists them.
func (p Period) Months() (all []Month) {
	for m := p.First; m <= p.Last; m++ {
		all = append(all, m)
	}
	return all
}

// mostMonths bounds a period: a report looks up a roll-up for each of its months.
const mostMonths = 12

// A FiguresQuery asks for the roll-up of agencies, each in the role, over a period.
type FiguresQuery struct {
	Agencies []AgencyID
	Role     Role
	Period   Period
}

func (q FiguresQuery) check() error {
	if q.Role != Sent && q.Role != Received {
		return &Error{Kind: BadRequest, Path: "role", Detail: "role is sent or received", VI: "role là sent hoặc received."}
	}
	if n := len(q.Period.Months()); n < 1 || n > mostMonths {
		return Errorf(BadRequest, "a period has 1 to %d months", mostMonths)
	}
	return nil
}

// HubWide reports whether the caller sees the figures of every agency, and of no document what it is about.
func (c Caller) HubWide() bool { return c.Operator != "" || c.Auditor != "" }

// figured refuses figures of others than the caller's own agency to all but operators and auditors.
func (c Caller) figured(of []AgencyID) error {
	if c.HubWide() {
		return nil
	}
	own := cmp.Or(c.Agency, c.Administers)
	if own == "" || slices.ContainsFunc(of, func(id AgencyID) bool { return id != own }) {
		return Errorf(Forbidden, "only the own agency's figures")
	}
	return nil
}

// Figures returns the roll-up of each of the agencies, in their order: kept, never counted.
func (h *Hub) Figures(ctx context.Context, c Caller, q FiguresQuery) ([]Punctuality, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	if err := c.figured(q.Agencies); err != nil {
		return nil, err
	}
	if err := h.seen(ctx, c, reading{what: ViewReport, part: q.Period.String()}); err != nil {
		return nil, err
	}
	all := make([]Punctuality, len(q.Agencies))
	for i, id := range q.Agencies {
		var err error
		if all[i], err = h.figures(ctx, id, q); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (h *Hub) figures(ctx context.Context, id AgencyID, q FiguresQuery) (Punctuality, error) {
	sum := Punctuality{}
	for _, m := range q.Period.Months() {
		p, err := h.Store.Punctuality(ctx, id, q.Role, m)
		if err != nil {
			return nil, err
		}
		sum.Add(p)
	}
	return sum, nil
}

// String is the period as 2026-11, or as 2026-10..2026-12.
func (p Period) String() string {
	if p.First == p.Last {
		return p.First.String()
	}
	return p.First.String() + ".." + p.Last.String()
}

// A CountedQuery asks for the very deliveries that a figure counts.
type CountedQuery struct {
	FiguresQuery
	Clock    Clock
	Verdicts []Verdict // none: all
	Cursor   string    // opaque, from the page before
	Limit    int       // 1..200; 0 means 50
}

// A Counted is one delivery that a figure counts. Only those who act for the agency are told the message's subject.
type Counted struct {
	Message  Message
	Delivery Delivery
	Verdict  Verdict // that is counted
}

// A CountedPage is a part of the list. Next is empty at the end.
type CountedPage struct {
	Rows   []Counted
	Next   string
	Looked int // deliveries that were looked at for these
}

// mostCounted is how many deliveries one page looks at for those that a figure counts.
const mostCounted = 2000

// CountedRows lists what a figure of Figures counts, agency after agency, newest first: as many rows as the figure says,
// as long as nothing changes between the pages. Agencies of which nothing is counted are passed over by their roll-up;
// of the others a page looks at a bounded number of deliveries.
func (h *Hub) CountedRows(ctx context.Context, c Caller, q CountedQuery) (CountedPage, error) {
	if err := q.check(); err != nil {
		return CountedPage{}, err
	}
	if q.Limit < 0 || q.Limit > 200 || !slices.Contains(slices.Collect(clocks()), q.Clock) {
		return CountedPage{}, Errorf(BadRequest, "limit or clock is out of range")
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	if err := c.figured(q.Agencies); err != nil {
		return CountedPage{}, err
	}
	at, err := parsePlace(q.Cursor)
	if err != nil || at.Agency > len(q.Agencies) {
		return CountedPage{}, Errorf(BadRequest, "the cursor is none of a page before")
	}
	if err := h.seen(ctx, c, reading{what: ViewReport, part: q.Period.String()}); err != nil {
		return CountedPage{}, err
	}
	return h.countedRows(ctx, c, q, at)
}

func clocks() func(func(Clock) bool) {
	all := Clocks()
	return slices.Values(all[:])
}

// A place is where a list of counted deliveries goes on: at which agency, in the list of that one's messages, and how
// many deliveries of the first message were shown.
type place struct {
	Agency int    `json:"a"`
	Cursor string `json:"c,omitempty"`
	Skip   int    `json:"s,omitempty"`
}

func parsePlace(text string) (p place, err error) {
	if text == "" {
		return p, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &p)
	}
	if err == nil && (p.Agency < 0 || p.Skip < 0) {
		err = BadRequest
	}
	return p, err
}

func (p place) String() string {
	raw, _ := json.Marshal(p) // text and numbers
	return base64.RawURLEncoding.EncodeToString(raw)
}

func (h *Hub) countedRows(ctx context.Context, c Caller, q CountedQuery, at place) (CountedPage, error) {
	var page CountedPage
	for ; at.Agency < len(q.Agencies); at = (place{Agency: at.Agency + 1}) {
		sum, err := h.figures(ctx, q.Agencies[at.Agency], q.FiguresQuery)
		if err != nil {
			return page, err
		}
		if at.Cursor == "" && at.Skip == 0 && q.of(sum) == 0 {
			continue
		}
		full, err := h.countedOf(ctx, c, q, &at, &page)
		if err != nil {
			return page, err
		}
		if full {
			page.Next = at.String()
			return page, nil
		}
	}
	return page, nil
}

// of is how many a roll-up says.
func (q CountedQuery) of(p Punctuality) (n int64) {
	for v, m := range p[q.Clock] {
		if q.counts(v) {
			n += m
		}
	}
	return n
}

func (q CountedQuery) counts(v Verdict) bool {
	return v != "" && (len(q.Verdicts) == 0 || slices.Contains(q.Verdicts, v))
}

// countedOf adds the deliveries of one agency to the page; true where the page is full, and then at says where the next
// one begins.
func (h *Hub) countedOf(ctx context.Context, c Caller, q CountedQuery, at *place, page *CountedPage) (bool, error) {
	search := Query{Agency: q.Agencies[at.Agency], Role: q.Role, From: q.Period.First.begins(), To: (q.Period.Last + 1).begins(), Limit: 1}
	for {
		// One message at a time, so that the list can go on in the middle of one that has many addressees.
		search.Cursor = at.Cursor
		found, err := h.Store.Search(ctx, search)
		if err != nil || len(found.Rows) == 0 {
			return false, err
		}
		row := found.Rows[0]
		for i, d := range row.Deliveries {
			if i < at.Skip {
				continue
			}
			if len(page.Rows) == q.Limit || page.Looked >= mostCounted {
				at.Skip = i
				return true, nil
			}
			page.Looked++
			if v := d.Marks.Of(q.Clock).Verdict; q.counts(v) {
				page.Rows = append(page.Rows, counted(c, row.Message, d, v))
			}
		}
		if at.Cursor, at.Skip = found.Next, 0; at.Cursor == "" {
			return false, nil
		}
	}
}

func counted(c Caller, m Message, d Delivery, v Verdict) Counted {
	m.Addressees = only(m.Addressees, []Delivery{d})
	m = m.unlinked()
	m.About = nil
	if c.Agency == "" {
		m = m.withoutSubject()
	}
	return Counted{Message: m, Delivery: d, Verdict: v}
}

// An Export is data that was handed out in bulk.
type Export struct {
	Kind   string   // which, as one word
	Period Period   // of which months
	Agency AgencyID // of which agency; empty: of all
	Rows   int      // how many rows
}

// Export logs that the caller takes data away; what is handed out must not be before it returns nil.
func (h *Hub) Export(ctx context.Context, c Caller, e Export) error {
	if c.Actor() == "" {
		return Errorf(Forbidden, "nobody takes data away")
	}
	_, err := h.Store.Append(ctx, translog.Entry{V: translog.Schema, Time: h.now(), Type: translog.Exported, Actor: c.Actor(),
		Credential: c.Credential, Sender: string(c.Agency), Addressee: string(e.Agency), Kind: e.Kind, Range: e.Period.String(),
		Count: int64(e.Rows)}, nil)
	return err
}

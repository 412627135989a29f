package exchange

import (
	"context"
	"net/netip"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Trace is one entry as an auditor sees it: as it lies in the store, whatever became of it there.
type Trace struct {
	Index int64
	Text  []byte         // canonical form; nil where the store has lost the entry
	Entry translog.Entry // zero where the text is no entry
	Sound bool           // the text is an entry; whether it is the one that was logged, a proof says
	Side  *translog.Side // as much of it as is shown; nil when there is none, when it was erased, or when it cannot be read
}

func trace(index int64, l Leaf) Trace {
	t := Trace{Index: index, Text: l.Text}
	e, err := translog.ParseEntry(l.Text)
	if err != nil {
		return t
	}
	t.Entry, t.Sound = e, true
	if s, err := translog.ParseSide(l.Side); err == nil {
		s = s.Shown()
		t.Side = &s
	}
	return t
}

// A AuditQuery selects entries of the log, newest first. Zero fields narrow nothing.
type AuditQuery struct {
	// View is the list that is looked at: ViewLog, ViewActs (of operators and other changes of what the hub goes by) or
	// ViewAccess (who signed in, read, verified or took data away).
	View     Viewed
	From, To time.Time // [From, To)
	// Agency are the entries that it is part of: without Types those that concern it ([Concerns]) and those by it.
	Agency AgencyID
	Types  []translog.Type
	Who    string // an actor, an operator's or a person's id, or a credential
	// Actors are those under which Who acts, where that is known: they are looked up.
	Actors  []string
	Went    Went
	Network netip.Prefix // out of which the act came; the zero Prefix: from anywhere
	Before  int64        // only entries with a smaller index; 0: from the newest
	Limit   int          // 1..200; 0 means 50
	Look    int          // how many entries one call looks at; 0 means MostLooked
}

// MostLooked is how many entries one page of the log looks at for those that match: what no index knows is looked for so
// far, and further by the next page.
const MostLooked = 2000

// A AuditPage is a part of a list of entries. Next is the Before of the following page, 0 at the end.
type AuditPage struct {
	Traces []Trace
	Next   int64
	Looked int
	Size   int64 // entries of the log
}

// ReadLog lists entries for an auditor. Times are found by the order of the log, kinds, agencies and actors by the store's
// indexes; what no index knows, such as a credential, is looked for in at most q.Look entries. One page is one reading in
// the log, however many rows it has.
func (h *Hub) ReadLog(ctx context.Context, c Caller, q AuditQuery) (AuditPage, error) {
	if err := auditors(c); err != nil {
		return AuditPage{}, err
	}
	if q.Went != "" && q.Went != WentWell && q.Went != WentWrong {
		return AuditPage{}, Errorf(BadRequest, "no entry went %q", q.Went)
	}
	if q.Limit < 0 || q.Limit > 200 || q.Before < 0 || q.Look < 0 || q.Look > MostLooked*10 {
		return AuditPage{}, Errorf(BadRequest, "limit, before or look is out of range")
	}
	if q.Limit == 0 {
		q.Limit = 50
	}
	if q.Look == 0 {
		q.Look = MostLooked
	}
	if err := h.seen(ctx, c, reading{what: q.View}); err != nil {
		return AuditPage{}, err
	}
	return h.readLog(ctx, q)
}

func (h *Hub) readLog(ctx context.Context, q AuditQuery) (AuditPage, error) {
	_, size, err := h.Store.Checkpoint(ctx)
	if err != nil {
		return AuditPage{}, err
	}
	if lists := q.sources(); len(lists) > 0 {
		if p, err := h.readIndexed(ctx, q, lists, size); err == nil || ctx.Err() != nil {
			return p, err
		} // an entry that cannot be read is shown as that by the way below
	}
	p := AuditPage{Size: size}
	low, top, err := h.between(ctx, q, size)
	if err != nil {
		return p, err
	}
	for chunk := int64(100); top > low; {
		n := min(chunk, top-low, int64(q.Look-p.Looked))
		traces, err := h.traces(ctx, top-n, n)
		if err != nil {
			return p, err
		}
		if traces == nil { // too large to be read at once
			chunk = max(1, n/2)
			continue
		}
		for _, t := range slices.Backward(traces) {
			p.Looked, top = p.Looked+1, t.Index
			if q.matches(t) {
				p.Traces = append(p.Traces, t)
			}
			if len(p.Traces) == q.Limit {
				break
			}
		}
		if len(p.Traces) == q.Limit || p.Looked >= q.Look {
			break
		}
	}
	if top > low {
		p.Next = top
	}
	return p, nil
}

// traces are the entries [from, from+n); nil where they are too large to be read at once, which one never is. A lost
// entry has no text.
func (h *Hub) traces(ctx context.Context, from, n int64) ([]Trace, error) {
	leaves, err := h.Store.Leaves(ctx, from, int(n))
	if err != nil {
		return nil, err
	}
	all := make([]Trace, 0, n)
	for i, l := range leaves {
		all = append(all, trace(from+int64(i), l))
	}
	if len(leaves) == int(n) {
		return all, nil
	}
	if n > 1 {
		return nil, nil
	}
	return []Trace{{Index: from}}, nil
}

// between finds the entries [low, top) of the query's times: entries lie in the order of time.
func (h *Hub) between(ctx context.Context, q AuditQuery, size int64) (low, top int64, err error) {
	top = size
	if !q.To.IsZero() {
		if top, err = h.firstAt(ctx, q.To, size); err != nil {
			return 0, 0, err
		}
	}
	if q.Before > 0 {
		top = min(top, q.Before)
	}
	if !q.From.IsZero() {
		low, err = h.firstAt(ctx, q.From, size)
	}
	return low, top, err
}

// firstAt is the first of the entries that is not before t. What cannot be read is passed over.
func (h *Hub) firstAt(ctx context.Context, t time.Time, size int64) (int64, error) {
	var failed error
	i := sort.Search(int(size), func(i int) bool {
		for at := int64(i); at < size && failed == nil; at++ {
			traces, err := h.traces(ctx, at, 1)
			if failed = err; err == nil && traces[0].Sound {
				return !traces[0].Entry.Time.Before(t)
			}
		}
		return true
	})
	return int64(i), failed
}

// matches reports whether an entry belongs on the list. One that cannot be read belongs on every list: whoever looks
// should know.
func (q AuditQuery) matches(t Trace) bool {
	e := t.Entry
	switch {
	case !t.Sound:
		return true
	case q.View == ViewActs && !act(e), q.View == ViewAccess && !access(e):
		return false
	case len(q.Types) > 0 && !slices.Contains(q.Types, e.Type):
		return false
	case q.Agency != "" && !involves(e, string(q.Agency)):
		return false
	case q.Went != "" && (q.Went == WentWrong) != wentWrong(e):
		return false
	case q.Network.IsValid() && !from(t, q.Network):
		return false
	}
	return q.Who == "" || by(e, q.Who)
}

// act reports whether an entry is an act of an operator, or a change of what the hub goes by, whoever made it.
func act(e translog.Entry) bool {
	switch e.Type {
	case translog.SignedIn, translog.Audited:
		return false
	case translog.AgencyChanged, translog.EndpointChanged, translog.KeyChanged, translog.PersonChanged, translog.PolicyChanged,
		translog.BackedUp, translog.Exported, translog.Restored:
		return true
	}
	return strings.HasPrefix(e.Actor, "operator:")
}

func access(e translog.Entry) bool {
	switch e.Type {
	case translog.SignedIn, translog.Opened, translog.PickedUp, translog.Exported, translog.Audited:
		return true
	}
	return false
}

func involves(e translog.Entry, agency string) bool {
	return e.Actor == agency || e.Sender == agency || e.Addressee == agency || e.Original == agency ||
		slices.ContainsFunc(e.Addressees, func(a translog.Addressee) bool { return a.Agency == agency })
}

func by(e translog.Entry, who string) bool {
	return e.Actor == who || e.Actor == "operator:"+who || e.Actor == "auditor:"+who || e.Credential == who ||
		strings.HasPrefix(e.Credential, who+".") || (e.Type == translog.PersonChanged || e.Actor == Stranger) && e.Code == who
}

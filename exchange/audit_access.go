package exchange

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// An Access is how often somebody signed in, read and took data away.
type Access struct {
	Who               string // a person's id, or the actor where no person is known
	Actor, Credential string // of the newest entry
	SignIns, Locked   int64  // Locked counts the locks after wrong tries
	Read              int64  // documents opened
	Audited           int64  // looks at the log
	Exported          int64
	First, Last       time.Time
}

// An AccessTally is what the newest entries of a period say of each.
type AccessTally struct {
	Rows   []Access // who came last is first
	Looked int
	Partly bool      // the period has more entries than were looked at
	Since  time.Time // the time of the oldest entry that was
}

// tallied is how many entries a tally looks at.
const tallied = 10 * MostLooked

// TallyAccess counts for each person and agency what the newest entries of the query's times say of their access. It is
// one reading in the log.
func (h *Hub) TallyAccess(ctx context.Context, c Caller, q AuditQuery) (AccessTally, error) {
	if err := auditors(c); err != nil {
		return AccessTally{}, err
	}
	if err := h.seen(ctx, c, reading{what: ViewAccess}); err != nil {
		return AccessTally{}, err
	}
	q.View, q.Before, q.Limit, q.Look = ViewAccess, 0, tallied, tallied
	page, err := h.readLog(ctx, q)
	if err != nil {
		return AccessTally{}, err
	}
	return tally(page), nil
}

func tally(page AuditPage) AccessTally {
	out := AccessTally{Looked: page.Looked, Partly: page.Next > 0}
	known := make(map[string]int)
	for _, t := range page.Traces {
		if !t.Sound {
			continue
		}
		out.Since = t.Entry.Time
		who := accessor(t.Entry)
		i, ok := known[who]
		if !ok {
			i, known[who] = len(out.Rows), len(out.Rows)
			out.Rows = append(out.Rows, Access{Who: who, Actor: t.Entry.Actor, Credential: t.Entry.Credential, Last: t.Entry.Time})
		}
		out.Rows[i].add(t.Entry)
	}
	slices.SortStableFunc(out.Rows, func(a, b Access) int { return b.Last.Compare(a.Last) })
	return out
}

func (a *Access) add(e translog.Entry) {
	a.First = e.Time
	n := max(e.Count, 1)
	switch e.Type {
	case translog.SignedIn:
		switch {
		case e.Kind == "locked":
			a.Locked++
		case strings.HasPrefix(e.Kind, "sign-in"):
			a.SignIns++
		}
	case translog.Opened, translog.PickedUp:
		a.Read++
	case translog.Audited:
		a.Audited += n
	case translog.Exported:
		a.Exported++
	}
}

// accessor is the person of a session, else of whom the entry speaks, else the actor.
func accessor(e translog.Entry) string {
	if person, _, ok := strings.Cut(e.Credential, "."); ok {
		return person
	}
	if e.Type == translog.SignedIn && e.Code != "" {
		return e.Code
	}
	return e.Actor
}

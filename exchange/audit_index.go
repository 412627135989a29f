package exchange

import (
	"context"
	"slices"

	"github.com/lienthong/lienthong/exchange/translog"
)

// sources are the lists of the store's indexes that together hold what the query can match; none where it must be looked
// for in the whole log.
func (q AuditQuery) sources() (all []LogQuery) {
	types := q.Types
	if kinds := q.View.types(); len(kinds) > 0 {
		types = slices.DeleteFunc(kinds, func(t translog.Type) bool { return len(q.Types) > 0 && !slices.Contains(q.Types, t) })
	}
	types = q.narrowed(types)
	switch {
	case len(q.Actors) > 0:
		for _, a := range q.Actors {
			all = append(all, LogQuery{Actor: a})
		}
		all = append(all, LogQuery{Type: translog.PersonChanged}, LogQuery{Actor: Stranger}) // what others did to the account
	case len(types) > 0:
		for _, t := range types {
			all = append(all, LogQuery{Type: t})
		}
	case q.Agency != "":
		all = []LogQuery{{Agency: q.Agency}, {Actor: string(q.Agency)}}
	}
	for i := range all {
		all[i].From, all[i].To, all[i].Before, all[i].Limit = q.From, q.To, q.Before, 200
	}
	return all
}

// types are those of which a list consists; none where it is of all.
func (v Viewed) types() []translog.Type {
	switch v {
	case ViewActs:
		return []translog.Type{translog.AgencyChanged, translog.EndpointChanged, translog.KeyChanged, translog.PersonChanged,
			translog.PolicyChanged, translog.BackedUp, translog.Exported, translog.Restored, translog.Requeued, translog.Redirected,
			translog.Opened, translog.EndpointTried, translog.DeadLettered}
	case ViewAccess:
		return []translog.Type{translog.SignedIn, translog.Opened, translog.PickedUp, translog.Exported, translog.Audited}
	}
	return nil
}

// A stream is one of the lists, newest first, as far as it has been read.
type stream struct {
	query LogQuery
	page  []LogRecord
	end   bool
}

// peek is the next entry of the list; false at its end.
func (s *stream) peek(ctx context.Context, store Journal) (LogRecord, bool, error) {
	for len(s.page) == 0 && !s.end {
		got, err := store.SearchLog(ctx, s.query)
		if err != nil {
			return LogRecord{}, false, err
		}
		s.page, s.query.Before, s.end = got.Records, got.Next, got.Next == 0
	}
	if len(s.page) == 0 {
		return LogRecord{}, false, nil
	}
	return s.page[0], true, nil
}

// readIndexed merges lists of the store's indexes into one, in the order of the log.
func (h *Hub) readIndexed(ctx context.Context, q AuditQuery, lists []LogQuery, size int64) (AuditPage, error) {
	p := AuditPage{Size: size}
	streams := make([]*stream, len(lists))
	for i := range lists {
		streams[i] = &stream{query: lists[i]}
	}
	last := size
	for {
		r, ok, err := h.newest(ctx, streams)
		if err != nil || !ok {
			return p, err
		}
		if len(p.Traces) == q.Limit || p.Looked == q.Look {
			p.Next = last
			return p, nil
		}
		last = r.Index
		p.Looked++
		if t := (Trace{Index: r.Index, Text: r.Entry.Marshal(), Entry: r.Entry, Side: r.Side, Sound: true}); q.matches(t) {
			p.Traces = append(p.Traces, t)
		}
	}
}

// newest takes the entry with the highest index from all lists that have it.
func (h *Hub) newest(ctx context.Context, streams []*stream) (top LogRecord, found bool, err error) {
	for _, s := range streams {
		r, ok, err := s.peek(ctx, h.Store)
		if err != nil {
			return top, false, err
		}
		if ok && (!found || r.Index > top.Index) {
			top, found = r, true
		}
	}
	for _, s := range streams {
		if found && len(s.page) > 0 && s.page[0].Index == top.Index {
			s.page = s.page[1:]
		}
	}
	return top, found, nil
}

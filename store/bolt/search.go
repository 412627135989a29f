package bolt

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store"
)

const (
	defaultLimit = 50
	maxLimit     = 200
)

// Message implements store.Messages.
func (s *Store) Message(ctx context.Context, id exchange.MessageID) (m exchange.Message, err error) {
	err = s.view(ctx, func(v view) error {
		m, _, err = v.message(id)
		return err
	})
	return m, err
}

// Counts implements store.Messages.
func (s *Store) Counts(ctx context.Context, agency exchange.AgencyID, role exchange.Role) (counts exchange.Counts, err error) {
	if agency != "" && role != exchange.Sent && role != exchange.Received {
		return nil, exchange.Errorf(exchange.BadRequest, "counts of an agency need a role")
	}
	err = s.view(ctx, func(v view) error {
		counts = exchange.Counts{}
		for _, state := range states() {
			key := append(countPrefix(agency, role), stateCode(state))
			if value := v.get(bCounts, key); value != nil && keyUint(value) != 0 {
				counts[state] = keyUint(value)
			}
		}
		return nil
	})
	return counts, err
}

// Find implements store.Messages.
func (s *Store) Find(ctx context.Context, sender exchange.AgencyID, documentID, code string, year, limit int) (list []exchange.Message, err error) {
	p := plan{bucket: bDocID, prefixes: one(term(documentID)), sender: sender}
	if documentID == "" {
		p = plan{bucket: bCode, prefixes: one(term(code)), sender: sender}
	}
	if documentID == "" && code == "" {
		return nil, nil
	}
	err = s.view(ctx, func(v view) (err error) {
		list = nil
		v.rows(p, bounds{}, func(id, _ []byte) bool {
			var m exchange.Message
			m, _, err = v.message(keyID[exchange.MessageID](id))
			if err == nil && (documentID != "" || m.Date.Year() == year) {
				list = append(list, m)
			}
			return err == nil && len(list) < limit
		})
		return err
	})
	return list, err
}

// A plan is how a query is answered: the parts of one index that are read.
type plan struct {
	bucket     string
	prefixes   [][]byte
	deliveries bool              // the index lists deliveries, not messages
	alone      bool              // a row's message has of the addressees only that of its delivery
	sender     exchange.AgencyID // only rows with that value; empty: all
	oldest     bool              // the oldest first
	tally      []string          // roll-ups that add up to the number of rows; none where that is not kept
	twice      []string          // roll-ups of what is counted twice among them
}

func one(prefix []byte) [][]byte { return [][]byte{prefix} }

func unindexed() error {
	return exchange.Errorf(exchange.BadRequest, "no index serves this combination of filters")
}

// planOf chooses the index. What has none is refused: lists never scan.
func planOf(q exchange.Query) (p plan, err error) {
	given := 0
	for _, filter := range []string{string(q.State), string(q.Group), q.DocumentID, q.Code} {
		if filter != "" {
			given++
		}
	}
	switch {
	case q.State != "" && stateCode(q.State) == 0:
		return p, exchange.Errorf(exchange.BadRequest, "unknown state %.20q", q.State)
	case given > 1:
		return p, unindexed()
	case q.Every:
		p, err = planEvery(q)
	case q.Agency == "" && q.Role == "":
		p, err = planAll(q)
	case q.Agency != "" && q.Role == exchange.Sent:
		p, err = planSent(q)
	case q.Agency != "" && q.Role == exchange.Received:
		p, err = planReceived(q)
	default:
		return p, unindexed()
	}
	p.oldest = q.OldestFirst
	return p, err
}

func planAll(q exchange.Query) (plan, error) {
	switch {
	case q.Group != "":
		return plan{}, unindexed()
	case q.State != "":
		return planEvery(q)
	case q.DocumentID != "":
		return plan{bucket: bDocID, prefixes: one(term(q.DocumentID))}, nil
	case q.Code != "":
		return plan{bucket: bCode, prefixes: one(term(q.Code))}, nil
	}
	return plan{bucket: bTime, prefixes: one(nil)}, nil
}

func planSent(q exchange.Query) (plan, error) {
	switch {
	case q.State != "":
		return plan{}, unindexed()
	case q.Group != "":
		return planGroup(q, sideOut, exchange.SentGroups())
	case q.DocumentID != "":
		return plan{bucket: bDocID, prefixes: one(term(q.DocumentID)), sender: q.Agency}, nil
	case q.Code != "":
		return plan{bucket: bCode, prefixes: one(term(q.Code)), sender: q.Agency}, nil
	}
	return plan{bucket: bSender, prefixes: one(term(q.Agency))}, nil
}

func planReceived(q exchange.Query) (plan, error) {
	p := plan{bucket: bReceived, deliveries: true}
	agency := term(q.Agency)
	switch {
	case q.Group != "":
		p, err := planGroup(q, sideIn, exchange.ReceivedGroups())
		p.deliveries = true
		return p, err
	case q.State != "":
		p.prefixes = one(append(agency, 's', stateCode(q.State)))
	case q.DocumentID != "":
		p.prefixes = one(appendTerm(append(agency, 'd'), q.DocumentID))
	case q.Code != "":
		p.prefixes = one(appendTerm(append(agency, 'c'), q.Code))
	default:
		p.prefixes = one(append(agency, 't'))
	}
	return p, nil
}

func planGroup(q exchange.Query, side byte, of []exchange.Group) (plan, error) {
	if !slices.Contains(of, q.Group) {
		return plan{}, exchange.Errorf(exchange.BadRequest, "no group %.20q of that list", q.Group)
	}
	prefix := deskPrefix(q.Agency, side, q.Group)
	return plan{bucket: bDesk, prefixes: one(prefix), tally: []string{tallyKey(bDesk, prefix)}}, nil
}

// planEvery lists deliveries: of one state, of those that have not ended, or of any.
func planEvery(q exchange.Query) (plan, error) {
	of := states()
	switch {
	case q.DocumentID != "" || q.Code != "" || q.Group != "" && q.Group != exchange.GroupUnderway || q.Agency == "" && q.Role != "":
		return plan{}, unindexed()
	case q.Group != "":
		of = slices.DeleteFunc(of, exchange.State.Final)
	case q.State != "":
		of = []exchange.State{q.State}
	}
	p := plan{bucket: bTraffic, deliveries: true, alone: q.Every}
	for _, s := range of {
		p.of(q, s)
	}
	return p, nil
}

func (p *plan) of(q exchange.Query, s exchange.State) {
	if q.Agency == "" {
		p.bucket = bState
		p.prefixes = append(p.prefixes, []byte{stateCode(s)})
		p.tally = append(p.tally, string(append(countPrefix("", ""), stateCode(s))))
		return
	}
	for _, side := range []struct {
		role exchange.Role
		code byte
	}{{exchange.Sent, sideFrom}, {exchange.Received, sideTo}} {
		if q.Role == "" || q.Role == side.role {
			prefix := trafficPrefix(q.Agency, side.code, s)
			p.prefixes, p.tally = append(p.prefixes, prefix), append(p.tally, tallyKey(bTraffic, prefix))
		}
	}
	if q.Role == "" {
		p.twice = append(p.twice, tallyKey(bTraffic, trafficPrefix(q.Agency, sideSelf, s)))
	}
}

// Search implements store.Messages.
func (s *Store) Search(ctx context.Context, q exchange.Query) (page exchange.Page, err error) {
	p, err := planOf(q)
	if err != nil {
		return page, err
	}
	within, err := boundsOf(q)
	if err != nil {
		return page, err
	}
	if q.Limit < 0 || q.Limit > maxLimit {
		return page, exchange.Errorf(exchange.BadRequest, "limit %d is not between 1 and %d", q.Limit, maxLimit)
	}
	limit := int(orDefault(int64(q.Limit), defaultLimit))
	err = s.view(ctx, func(v view) error {
		page, err = v.page(p, within, limit)
		return err
	})
	return page, err
}

func (v view) page(p plan, within bounds, limit int) (page exchange.Page, err error) {
	var last []byte
	weight := 0
	v.rows(p, within, func(id, suffix []byte) bool {
		if len(page.Rows) == limit || weight >= store.PageWeight {
			page.Next = base64.RawURLEncoding.EncodeToString(last)
			return false
		}
		var r exchange.Row
		if r, err = v.row(p, id); err != nil {
			return false
		}
		page.Rows = append(page.Rows, r)
		weight += 1 + len(r.Message.Addressees)
		last = bytes.Clone(suffix)
		return true
	})
	if err != nil {
		return exchange.Page{}, err
	}
	return page, nil
}

// rows calls f with id and suffix (time and id) of each row in the plan's order until it returns false.
func (v view) rows(p plan, within bounds, f func(id, suffix []byte) bool) {
	v.walk(p.bucket, p.prefixes, within, p.oldest, func(suffix, value []byte) bool {
		if p.sender != "" && string(value) != string(p.sender) {
			return true
		}
		return f(suffix[timeSize:], suffix)
	})
}

func (v view) row(p plan, id []byte) (r exchange.Row, err error) {
	if !p.deliveries {
		if r.Message, _, err = v.message(keyID[exchange.MessageID](id)); err == nil {
			r.Deliveries, err = v.deliveriesOf(r.Message)
		}
		return r, err
	}
	d, err := v.delivery(keyID[exchange.DeliveryID](id))
	if err != nil {
		return r, err
	}
	r.Message, _, err = v.message(d.Message)
	r.Deliveries = []exchange.Delivery{d}
	if p.alone {
		r.Message.Addressees = slices.DeleteFunc(r.Message.Addressees, func(a exchange.Addressee) bool { return a.Delivery != d.ID })
	}
	return r, err
}

// boundsOf is the query's span of time, beyond its cursor: time and id of the last row seen.
func boundsOf(q exchange.Query) (b bounds, err error) {
	if !q.From.IsZero() {
		b.low = appendTime(nil, q.From)
	}
	if !q.To.IsZero() {
		b.high = appendTime(nil, q.To)
	}
	if q.Cursor == "" {
		return b, nil
	}
	cursor, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	switch {
	case err != nil || len(cursor) != timeSize+idSize:
		return b, exchange.Errorf(exchange.BadRequest, "the cursor is none of a page before")
	case q.OldestFirst:
		b.low = slices.MaxFunc([][]byte{b.low, append(cursor, 0)}, bytes.Compare)
	case b.high == nil || bytes.Compare(cursor, b.high) < 0:
		b.high = cursor
	}
	return b, nil
}

// Tally implements store.Messages.
func (s *Store) Tally(ctx context.Context, q exchange.Query) (n int, err error) {
	q.Cursor = ""
	p, err := planOf(q)
	if err != nil {
		return 0, err
	}
	within, err := boundsOf(q)
	if err != nil {
		return 0, err
	}
	err = s.view(ctx, func(v view) error {
		n = 0
		if kept := p.tally != nil && within.low == nil && within.high == nil; kept {
			n = int(min(v.sum(p.tally)-v.sum(p.twice), exchange.CountCap+1))
			return nil
		}
		v.rows(p, within, func(_, _ []byte) bool {
			n++
			return n <= exchange.CountCap
		})
		return nil
	})
	return n, err
}

func (v view) sum(keys []string) (n int64) {
	for _, key := range keys {
		if value := v.get(bCounts, []byte(key)); value != nil {
			n += keyUint(value)
		}
	}
	return n
}

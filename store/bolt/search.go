package bolt

import (
	"bytes"
	"context"
	"encoding/base64"
	"slices"
	"time"

	"go.etcd.io/bbolt"

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
	p := plan{bucket: bDocID, prefix: term(documentID), sender: sender}
	if documentID == "" {
		p = plan{bucket: bCode, prefix: term(code), sender: sender}
	}
	if documentID == "" && code == "" {
		return nil, nil
	}
	err = s.view(ctx, func(v view) (err error) {
		list = nil
		v.newestFirst(p, span{}, func(id, _ []byte) bool {
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

// A plan is how a query is answered: the part of one index, read backwards.
type plan struct {
	bucket     string
	prefix     []byte
	deliveries bool              // the index lists deliveries, not messages
	sender     exchange.AgencyID // only rows with that value; empty: all
}

// planOf chooses the index. What has none is refused: lists never scan.
func planOf(q exchange.Query) (plan, error) {
	none := exchange.Errorf(exchange.BadRequest, "no index serves this combination of filters")
	if q.DocumentID != "" && q.Code != "" || q.State != "" && (q.DocumentID != "" || q.Code != "") {
		return plan{}, none
	}
	if q.State != "" && stateCode(q.State) == 0 {
		return plan{}, exchange.Errorf(exchange.BadRequest, "unknown state %.20q", q.State)
	}
	switch {
	case q.Agency == "" && q.Role == "":
		return planAll(q), nil
	case q.Agency != "" && q.Role == exchange.Sent:
		return planSent(q, none)
	case q.Agency != "" && q.Role == exchange.Received:
		return planReceived(q), nil
	}
	return plan{}, none
}

func planAll(q exchange.Query) plan {
	switch {
	case q.State != "":
		return plan{bucket: bState, prefix: []byte{stateCode(q.State)}, deliveries: true}
	case q.DocumentID != "":
		return plan{bucket: bDocID, prefix: term(q.DocumentID)}
	case q.Code != "":
		return plan{bucket: bCode, prefix: term(q.Code)}
	}
	return plan{bucket: bTime}
}

func planSent(q exchange.Query, none error) (plan, error) {
	switch {
	case q.State != "":
		return plan{}, none
	case q.DocumentID != "":
		return plan{bucket: bDocID, prefix: term(q.DocumentID), sender: q.Agency}, nil
	case q.Code != "":
		return plan{bucket: bCode, prefix: term(q.Code), sender: q.Agency}, nil
	}
	return plan{bucket: bSender, prefix: term(q.Agency)}, nil
}

func planReceived(q exchange.Query) plan {
	p := plan{bucket: bReceived, deliveries: true}
	agency := term(q.Agency)
	switch {
	case q.State != "":
		p.prefix = append(agency, 's', stateCode(q.State))
	case q.DocumentID != "":
		p.prefix = appendTerm(append(agency, 'd'), q.DocumentID)
	case q.Code != "":
		p.prefix = appendTerm(append(agency, 'c'), q.Code)
	default:
		p.prefix = append(agency, 't')
	}
	return p
}

// Search implements store.Messages.
func (s *Store) Search(ctx context.Context, q exchange.Query) (page exchange.Page, err error) {
	p, err := planOf(q)
	if err != nil {
		return page, err
	}
	within, err := spanOf(q)
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

func (v view) page(p plan, within span, limit int) (page exchange.Page, err error) {
	var last []byte
	weight := 0
	v.newestFirst(p, within, func(id, suffix []byte) bool {
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
	return r, err
}

// A span is the part of an index between two times, and below a cursor. Zero values are open.
type span struct {
	from, to time.Time
	cursor   []byte // time and id of the last row seen
}

func spanOf(q exchange.Query) (span, error) {
	s := span{from: q.From, to: q.To}
	if q.Cursor == "" {
		return s, nil
	}
	cursor, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil || len(cursor) != timeSize+idSize {
		return s, exchange.Errorf(exchange.BadRequest, "the cursor is none of a page before")
	}
	s.cursor = cursor
	return s, nil
}

// lastBelow moves to the latest row of the span.
func lastBelow(c *bbolt.Cursor, prefix []byte, within span) (key, value []byte) {
	suffix := bytes.Repeat([]byte{0xff}, timeSize+idSize+1) // after every row
	if !within.to.IsZero() {
		suffix = appendTime(nil, within.to)
	}
	if within.cursor != nil && bytes.Compare(within.cursor, suffix) < 0 {
		suffix = within.cursor
	}
	if k, _ := c.Seek(slices.Concat(prefix, suffix)); k == nil {
		return c.Last()
	}
	return c.Prev()
}

// newestFirst calls f with id and suffix (time and id) of each row, latest first, until it returns false.
func (v view) newestFirst(p plan, within span, f func(id, suffix []byte) bool) {
	c := v.bucket(p.bucket).Cursor()
	for k, value := lastBelow(c, p.prefix, within); k != nil && bytes.HasPrefix(k, p.prefix); k, value = c.Prev() {
		suffix := k[len(p.prefix):]
		if p.sender != "" && string(value) != string(p.sender) {
			continue
		}
		if !within.from.IsZero() && keyTime(suffix).Before(dueTime(within.from)) {
			return
		}
		if !f(suffix[timeSize:], suffix) {
			return
		}
	}
}

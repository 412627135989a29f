package bolt

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/translog"
)

// clockCode is one byte per clock; 0 for what is none.
func clockCode(k exchange.Clock) byte {
	switch k {
	case exchange.ClockSend:
		return 's'
	case exchange.ClockArrive:
		return 'a'
	case exchange.ClockReceive:
		return 'r'
	case exchange.ClockAssign:
		return 'g'
	case exchange.ClockComplete:
		return 'c'
	}
	return 0
}

// verdictCode is one byte per verdict; 0 for what is none.
func verdictCode(v exchange.Verdict) byte {
	switch v {
	case exchange.OnTime:
		return 'o'
	case exchange.Late:
		return 'l'
	case exchange.Running:
		return 'r'
	case exchange.Overdue:
		return 'x'
	}
	return 0
}

// owed reports whether an open clock is the addressee's to end.
func owed(k exchange.Clock) bool {
	return k == exchange.ClockReceive || k == exchange.ClockAssign || k == exchange.ClockComplete
}

// markRows are the index rows that follow from a delivery's marks.
func markRows(d exchange.Delivery, id []byte, add func(bucket string, parts ...[]byte)) {
	for _, k := range exchange.Clocks() {
		mark := d.Marks.Of(k)
		if mark.Verdict == exchange.Running {
			add(bLimits, appendTime(nil, mark.Limit), id, []byte{clockCode(k)})
		}
		if mark.Verdict.Open() && owed(k) {
			add(bDuties, dutyPrefix(d.Addressee, k), appendTime(nil, mark.Limit), id)
		}
	}
}

func dutyPrefix(agency exchange.AgencyID, k exchange.Clock) []byte {
	return append(term(agency), clockCode(k))
}

// markKeys are the roll-ups of marks that a delivery is part of: of the addressee's once it finds the
// document; before, it does by no path, not by a figure either (DESIGN P7).
func markKeys(d exchange.Delivery) (keys []string) {
	month := exchange.MonthOf(d.AcceptedAt)
	prefixes := [][]byte{monthPrefix("", "", month), monthPrefix(d.Sender, exchange.Sent, month)}
	if d.Found() {
		prefixes = append(prefixes, monthPrefix(d.Addressee, exchange.Received, month))
	}
	for _, k := range exchange.Clocks() {
		v := verdictCode(d.Marks.Of(k).Verdict)
		if v == 0 {
			continue
		}
		for _, prefix := range prefixes {
			keys = append(keys, string(slices.Concat(prefix, []byte{clockCode(k), v})))
		}
	}
	return keys
}

// monthPrefix begins the roll-ups of one month. Their tags are the capitals of those of the states.
func monthPrefix(agency exchange.AgencyID, role exchange.Role, m exchange.Month) []byte {
	key := countPrefix(agency, role)
	key[0] -= 'a' - 'A'
	return binary.BigEndian.AppendUint16(key, uint16(m))
}

// countMarks moves a delivery from the roll-ups of its old marks to those of its new ones.
func (g *group) countMarks(old *exchange.Delivery, d exchange.Delivery) {
	if old != nil {
		for _, key := range markKeys(*old) {
			g.counts[key]--
		}
	}
	for _, key := range markKeys(d) {
		g.counts[key]++
	}
}

// Punctuality implements store.Clocks.
func (s *Store) Punctuality(ctx context.Context, agency exchange.AgencyID, role exchange.Role, month exchange.Month) (p exchange.Punctuality, err error) {
	if agency != "" && role != exchange.Sent && role != exchange.Received {
		return nil, exchange.Errorf(exchange.BadRequest, "figures of an agency need a role")
	}
	err = s.view(ctx, func(v view) error {
		p = exchange.Punctuality{}
		prefix := monthPrefix(agency, role, month)
		for _, k := range exchange.Clocks() {
			for _, verdict := range exchange.Verdicts() {
				value := v.get(bCounts, append(bytes.Clone(prefix), clockCode(k), verdictCode(verdict)))
				if value != nil && keyUint(value) != 0 {
					p.Count(k, verdict, keyUint(value))
				}
			}
		}
		return nil
	})
	return p, err
}

// Duties implements store.Clocks.
func (s *Store) Duties(ctx context.Context, agency exchange.AgencyID, k exchange.Clock, limit int) (list []exchange.Delivery, err error) {
	if !owed(k) {
		return nil, exchange.Errorf(exchange.BadRequest, "the clock %.20q is nobody's duty", k)
	}
	err = s.view(ctx, func(v view) (err error) {
		list = nil
		prefix := dutyPrefix(agency, k)
		v.each(bDuties, prefix, func(key, _ []byte) bool {
			if len(list) == limit {
				return false
			}
			var d exchange.Delivery
			d, err = v.delivery(keyID[exchange.DeliveryID](key[len(prefix)+timeSize:]))
			list = append(list, d)
			return err == nil
		})
		return err
	})
	return list, err
}

// PassLimits implements store.Clocks.
func (s *Store) PassLimits(ctx context.Context, now time.Time, limit int) (n int, err error) {
	var due bool
	var unread error
	err = s.view(ctx, func(v view) error {
		var some []exchange.Row
		some, unread = v.passed(v.mustNow(now), 1)
		due = len(some) > 0
		return nil
	})
	if err != nil || !due {
		return 0, cmp.Or(err, unread)
	}
	err = s.do(ctx, func(g *group) error {
		n, unread = g.passLimits(g.now(now), limit)
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, unread
}

func (g *group) passLimits(now time.Time, limit int) (n int, unread error) {
	rows, unread := g.passed(now, limit)
	for _, r := range rows {
		d := r.Deliveries[0]
		g.tick(now)
		g.putDelivery(&d, d, r.Message)
	}
	return len(rows), unread
}

// passed lists the deliveries with a running clock whose limit is not after now, with their messages. What cannot be read
// is passed over; the error tells of it.
func (v view) passed(now time.Time, limit int) (list []exchange.Row, unread error) {
	seen := map[string]bool{}
	v.each(bLimits, nil, func(key, _ []byte) bool {
		if keyTime(key).After(now) || len(list) == limit {
			return false
		}
		id := key[timeSize : timeSize+idSize]
		if seen[string(id)] {
			return true
		}
		seen[string(id)] = true
		r, err := v.row(plan{deliveries: true}, id)
		if err != nil {
			unread = cmp.Or(unread, err)
		} else {
			list = append(list, r)
		}
		return true
	})
	return list, unread
}

// Calendar implements store.Clocks.
func (s *Store) Calendar() calendar.Calendar { return *s.calendar.Load() }

// inForce is Calendar also before the file is open.
func (s *Store) inForce() calendar.Calendar {
	if c := s.calendar.Load(); c != nil {
		return *c
	}
	return calendar.Default()
}

// PutCalendar implements store.Clocks.
func (s *Store) PutCalendar(ctx context.Context, c calendar.Calendar, e translog.Entry, side *translog.Side) (uint64, error) {
	var version uint64
	err := s.do(ctx, func(g *group) error {
		if c.Version != g.calendar.Version {
			return exchange.Errorf(exchange.Conflict, "the calendar is at version %d, not %d", g.calendar.Version, c.Version)
		}
		if _, err := g.log(e, side, g.now(e.Time)); err != nil {
			return err
		}
		next := c
		next.Version++
		version = next.Version
		g.calendar = next
		g.put(bMeta, []byte(keyCalendar), encode(next))
		return nil
	})
	if err != nil {
		return 0, err
	}
	return version, nil
}

// loadCalendar reads the calendar into memory.
func (s *Store) loadCalendar(v view) error {
	c := calendar.Default()
	if record := v.get(bMeta, []byte(keyCalendar)); record != nil {
		c = calendar.Calendar{}
		if err := decode(record, &c); err != nil {
			return err
		}
	}
	s.calendar.Store(&c)
	return nil
}

package bolt

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Delivery implements store.Deliveries.
func (s *Store) Delivery(ctx context.Context, id exchange.DeliveryID) (d exchange.Delivery, err error) {
	err = s.view(ctx, func(v view) error {
		d, err = v.delivery(id)
		return err
	})
	return d, err
}

// DeliveriesOf implements store.Deliveries.
func (s *Store) DeliveriesOf(ctx context.Context, id exchange.MessageID) (list []exchange.Delivery, err error) {
	err = s.view(ctx, func(v view) error {
		m, _, err := v.message(id)
		if err == nil {
			list, err = v.deliveriesOf(m)
		}
		return err
	})
	return list, err
}

// Lease implements store.Deliveries. When the clock has gone back behind the last committed time, the lease is moved
// with it: it lasts as long as was asked for.
func (s *Store) Lease(ctx context.Context, r exchange.LeaseRequest) (leases []exchange.Lease, err error) {
	if !s.due.waits(r.Agency, r.Now) {
		return nil, ctx.Err() // an idle hub does not trouble the committer
	}
	err = s.do(ctx, func(g *group) (err error) {
		leases, err = g.lease(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return leases, nil
}

func (g *group) lease(r exchange.LeaseRequest) ([]exchange.Lease, error) {
	now := g.now(r.Now)
	until := shift(r.Until, r.Now, now)
	if !until.After(now) {
		return nil, exchange.Errorf(exchange.BadRequest, "a lease has to end after it begins")
	}
	leases, unread := g.handOutDue(r.Agency, now, until, max(r.Max, 1))
	if len(leases) == 0 {
		return nil, unread
	}
	return leases, nil
}

// handOutDue hands out at most so many. What cannot be read is passed over, however much of it comes first; the error is of
// the first such.
func (g *group) handOutDue(agency exchange.AgencyID, now, until time.Time, most int) (leases []exchange.Lease, unread error) {
	tried := make(map[exchange.DeliveryID]bool)
	for look := most; ; look *= 2 {
		due := g.dueOf(agency, now, look)
		for _, id := range due {
			if tried[id] {
				continue
			}
			tried[id] = true
			l, err := g.handOut(id, now, until)
			if err != nil {
				unread = cmp.Or(unread, err)
			} else if leases = append(leases, l); len(leases) == most {
				return leases, unread
			}
		}
		if len(due) < look {
			return leases, unread
		}
	}
}

// handOut changes nothing where it fails.
func (g *group) handOut(id exchange.DeliveryID, now, until time.Time) (l exchange.Lease, err error) {
	d, err := g.delivery(id)
	if err != nil {
		return l, err
	}
	next, err := exchange.HandOut(d, now, until)
	if err != nil {
		return l, err
	}
	m, err := g.messageOf(d.Message)
	if err != nil {
		return l, err
	}
	g.tick(now)
	next = g.putDelivery(&d, next, m)
	return exchange.Lease{Delivery: next, Message: m, Until: next.Due}, nil
}

// shift moves a time that the caller computed from its own clock.
func shift(t, from, to time.Time) time.Time { return utc(t).Add(to.Sub(utc(from))) }

// dueOf lists what the agency has due, over both channels: highest priority first, then by due time.
func (v view) dueOf(agency exchange.AgencyID, now time.Time, limit int) []exchange.DeliveryID {
	var keys [][]byte // priority, due, id: in the order wanted
	for _, ch := range channels() {
		keys = append(keys, v.dueRows(duePrefix(agency, ch), now, limit)...)
	}
	slices.SortFunc(keys, bytes.Compare)
	ids := make([]exchange.DeliveryID, 0, min(len(keys), limit))
	for _, k := range keys[:min(len(keys), limit)] {
		ids = append(ids, keyID[exchange.DeliveryID](k[1+timeSize:]))
	}
	return ids
}

// dueRows walks a lane: within a priority up to the first row that is not due, then on to the next priority.
func (v view) dueRows(prefix []byte, now time.Time, limit int) (rows [][]byte) {
	c := v.bucket(bDue).Cursor()
	for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix) && len(rows) < limit; {
		row := k[len(prefix):]
		if !keyTime(row[1:]).After(now) {
			rows = append(rows, bytes.Clone(row))
			k, _ = c.Next()
			continue
		}
		if row[0] == 0xff {
			break
		}
		k, _ = c.Seek(append(bytes.Clone(prefix), row[0]+1))
	}
	return rows
}

// change reads a delivery, asks the rule, and writes what it says. The rule's entry, where it has a type, is logged.
// A notice, if there is one, is accepted in the same step if the delivery ends by it.
func (s *Store) change(ctx context.Context, id exchange.DeliveryID, notice *exchange.Acceptance, rule func(*group, exchange.Delivery) (change, error)) (d exchange.Delivery, err error) {
	if notice != nil {
		if err := checkAcceptance(notice); err != nil {
			return d, err
		}
	}
	err = s.doWithBody(ctx, notice, func(g *group, ref bodyRef) error {
		old, err := g.delivery(id)
		if err != nil {
			return err
		}
		c, err := rule(g, old)
		if err != nil || c.none {
			d = old
			return err
		}
		d, err = g.apply(old, c, notice, ref)
		return err
	})
	if err != nil {
		return exchange.Delivery{}, err
	}
	return d, nil
}

// A change is what a rule makes of a delivery.
type change struct {
	none  bool // nothing: a repeat
	next  exchange.Delivery
	entry translog.Entry // not logged if it has no type
	side  *translog.Side
	now   time.Time

	opened bool // the addressee has read the content
	told   bool // the notice belongs to it though the delivery does not end
}

// ends says whether the delivery ends as a notice would say. There is none of what is withdrawn: the sender has asked for
// it, and the entry tells.
func (c change) ends(old exchange.Delivery) bool {
	return c.next.State.Final() && c.next.State != old.State && c.next.State != exchange.Withdrawn
}

func (g *group) apply(old exchange.Delivery, c change, notice *exchange.Acceptance, ref bodyRef) (exchange.Delivery, error) {
	m, err := g.messageOf(old.Message)
	if err != nil {
		return old, err
	}
	ended, err := g.admits(notice, c.told || c.ends(old), c.now)
	if err != nil {
		return old, err
	}
	if c.entry.Type != "" {
		if _, err := g.log(c.entry, c.side, c.now); err != nil {
			return old, err
		}
	}
	g.tick(c.now)
	key, _ := idKey(old.ID)
	if c.opened {
		g.put(bOpened, key, nil)
	}
	if g.get(bOpened, key) != nil {
		c.next = exchange.Open(c.next) // what was read stays exposed, whatever an attempt proves about itself
	}
	if c.next.State == exchange.Withdrawn { // before it is written, which lets go what waits for it: the recall as well
		if err := g.unasked(c.next, c.now); err != nil {
			return old, err
		}
	}
	next := g.putDelivery(&old, c.next, m)
	if !ended {
		return next, nil
	}
	if _, err := g.accept(notice, ref, c.now); err != nil {
		return old, err
	}
	return g.delivery(old.ID) // the notice may be a status about this delivery
}

// admits looks whether a notice is to be accepted. One that would be refused as a submission is left out: a delivery
// must be able to end, whatever was said about it before.
func (g *group) admits(notice *exchange.Acceptance, ended bool, now time.Time) (bool, error) {
	if notice == nil || !ended {
		return false, nil
	}
	repeat, err := g.checkAccept(notice, now)
	if exchange.KindOf(err) == exchange.Internal && err != nil {
		return false, err
	}
	if err != nil {
		g.store.options.Logger.Warn("notice left out", "message", notice.Message.ID, "why", err)
	}
	return err == nil && repeat == "", nil
}

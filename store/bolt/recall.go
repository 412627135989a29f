package bolt

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// A taken delivery is one that a recall or a replacement changes. The change is made of the delivery as it is when its
// turn comes: others of the same step may have moved it, and an update of two documents is taken with the first.
type taken struct {
	id   exchange.DeliveryID
	rule func(exchange.Delivery) (next exchange.Delivery, e translog.Entry, changes bool)
}

// Effects are what accepting a message does to the deliveries of those it speaks of.
type effects struct {
	taken []taken
	// asks are the agencies that a recall goes to; nil where the message is none.
	asks map[exchange.AgencyID]bool
}

// judge asks the rules what accepting the message does to those it speaks of. Conflict for a recall of which nothing is
// left to do.
func (v view) judge(a *exchange.Acceptance, now time.Time) (p effects, err error) {
	for _, l := range a.Message.About {
		switch l.Relation {
		case exchange.Recalls:
			if p.asks == nil {
				p.asks = map[exchange.AgencyID]bool{}
			}
			err = v.forEach(l, func(agency exchange.AgencyID, ds []exchange.Delivery) {
				p.recall(a, agency, ds, now)
			})
		case exchange.Replaces:
			err = v.forEach(l, func(_ exchange.AgencyID, ds []exchange.Delivery) { p.replace(ds, now) })
		}
		if err != nil {
			return p, err
		}
	}
	if p.asks != nil && len(p.taken) == 0 {
		return p, exchange.NothingToRecall()
	}
	return p, nil
}

// forEach calls f for each place of the link, with the earlier delivery there and those of the document's updates, in the
// order of their acceptance.
func (v view) forEach(l exchange.Link, f func(exchange.AgencyID, []exchange.Delivery)) error {
	updates, err := v.linked(l.Message, exchange.Updates, allLinks)
	if err != nil {
		return err
	}
	parts := partsOf(updates)
	for i, agency := range l.For {
		var ds []exchange.Delivery
		for _, id := range append([]exchange.DeliveryID{l.Of[i]}, parts[l.Of[i]]...) {
			d, err := v.delivery(id)
			if err != nil {
				return err
			}
			ds = append(ds, d)
		}
		f(agency, ds)
	}
	return nil
}

// partsOf lists the deliveries of updates by the delivery that they update.
func partsOf(updates []successor) map[exchange.DeliveryID][]exchange.DeliveryID {
	parts := map[exchange.DeliveryID][]exchange.DeliveryID{}
	for _, u := range updates {
		at := make(map[exchange.AgencyID]exchange.DeliveryID, len(u.message.Addressees))
		for _, a := range u.message.Addressees {
			at[a.Agency] = a.Delivery
		}
		for n, of := range u.link.Of {
			if id, ok := at[u.link.For[n]]; ok {
				parts[of] = append(parts[of], id)
			}
		}
	}
	return parts
}

// recall withdraws whatever an agency cannot have seen and asks for the first that it has.
func (p *effects) recall(a *exchange.Acceptance, agency exchange.AgencyID, ds []exchange.Delivery, now time.Time) {
	until := shift(a.AnswerBy, a.Now, now)
	rule := func(d exchange.Delivery) (exchange.Delivery, translog.Entry, bool) {
		next, e, verdict := exchange.TakeBack(d, a.Message.ID, now, until)
		return next, e, verdict == exchange.Withdraws || verdict == exchange.Asks
	}
	asked := false
	for _, d := range ds {
		switch _, _, verdict := exchange.TakeBack(d, a.Message.ID, now, until); {
		case verdict == exchange.Withdraws:
			p.taken = append(p.taken, taken{d.ID, rule})
		case verdict == exchange.Asks && !asked:
			p.taken = append(p.taken, taken{d.ID, rule})
			p.asks[agency], asked = true, true
		case verdict == exchange.Repeated && d.Recall.State == exchange.RecallAsked:
			asked = true
		}
	}
}

func (p *effects) replace(ds []exchange.Delivery, now time.Time) {
	for _, d := range ds {
		if _, _, changes := exchange.Supersede(d, now); changes {
			p.taken = append(p.taken, taken{d.ID, func(d exchange.Delivery) (exchange.Delivery, translog.Entry, bool) {
				return exchange.Supersede(d, now)
			}})
		}
	}
}

// addressed is the acceptance as it is written: a recall goes only to those who were asked.
func (p effects) addressed(a *exchange.Acceptance) *exchange.Acceptance {
	if p.asks == nil {
		return a
	}
	to := *a
	to.Message.Addressees, to.Deliveries = nil, nil
	for i, d := range a.Deliveries {
		if p.asks[d.Addressee] {
			to.Message.Addressees = append(to.Message.Addressees, a.Message.Addressees[i])
			to.Deliveries = append(to.Deliveries, d)
		}
	}
	return &to
}

// take makes the changes, each with its entry: what was accepted later first, so that nothing is let go before it is
// withdrawn itself.
func (g *group) take(p effects, now time.Time) error {
	all, err := g.laterFirst(p.taken)
	if err != nil {
		return err
	}
	for _, t := range all {
		old, err := g.delivery(t.id)
		if err != nil {
			return err
		}
		next, e, changes := t.rule(old)
		if !changes {
			continue
		}
		if err := g.move(old, next, e, now); err != nil {
			return err
		}
	}
	return nil
}

// laterFirst orders by the acceptance of the message. The places of a link are no order: an update can be a part of
// several documents, each with further updates of its own before or behind it.
func (g *group) laterFirst(all []taken) ([]taken, error) {
	accepted := make(map[exchange.DeliveryID]int64, len(all))
	for _, t := range all {
		d, err := g.delivery(t.id)
		if err != nil {
			return nil, err
		}
		m, err := g.messageOf(d.Message)
		if err != nil {
			return nil, err
		}
		accepted[t.id] = m.Entry
	}
	all = slices.Clone(all)
	slices.Reverse(all)
	slices.SortStableFunc(all, func(a, b taken) int { return cmp.Compare(accepted[b.id], accepted[a.id]) })
	return all, nil
}

// move logs what happens to a delivery and writes it.
func (g *group) move(old, next exchange.Delivery, e translog.Entry, now time.Time) error {
	m, err := g.messageOf(old.Message)
	if err != nil {
		return err
	}
	if _, err := g.log(e, nil, now); err != nil {
		return err
	}
	g.putDelivery(&old, next, m)
	return nil
}

// Unanswered implements store.Deliveries.
func (s *Store) Unanswered(ctx context.Context, now time.Time, cursor string, limit int) (list []exchange.Delivery, next string, err error) {
	err = s.view(ctx, func(v view) (err error) {
		list, next, err = v.until(bRecalls, now, cursor, limit)
		return err
	})
	return list, next, err
}

// Lapse implements store.Deliveries.
func (s *Store) Lapse(ctx context.Context, id exchange.DeliveryID, now time.Time, notice *exchange.Acceptance) (exchange.Delivery, error) {
	return s.change(ctx, id, notice, func(g *group, d exchange.Delivery) (change, error) {
		at := g.now(now)
		next, e, err := exchange.Lapse(d, at)
		return change{next: next, entry: e, now: at, told: true}, err
	})
}

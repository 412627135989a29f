package bolt

import (
	"cmp"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// unasked does what belongs to a delivery that was withdrawn after its recall had been asked for: where the addressee has
// seen another part of a document, it is asked for that one; where the recall is about nothing there, it does not get it.
func (g *group) unasked(d exchange.Delivery, now time.Time) error {
	m, err := g.messageOf(d.Message)
	if err != nil {
		return err
	}
	of := exchange.Spoken(d, m)
	if inherited, err := g.inherited(d, of, now); inherited || err != nil {
		return err
	}
	others, err := g.askedWith(d)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(others, func(o exchange.Delivery) bool { return o.Recall.AsksFor(d.Recall.Message) }) {
		return nil // it is about those
	}
	return g.spare(d.Recall.Message, of, now)
}

// inherited puts the question about d to another part of each document that it was a part of and its recall speaks of: of
// none where that speaks of d alone.
func (g *group) inherited(d exchange.Delivery, of []exchange.DeliveryID, now time.Time) (done bool, err error) {
	recall, err := g.messageOf(d.Recall.Message)
	if err != nil {
		return false, err
	}
	for _, l := range recall.About {
		if l.Relation != exchange.Recalls {
			continue
		}
		var failed error
		err := g.forEach(l.Beside(of), func(_ exchange.AgencyID, ds []exchange.Delivery) {
			part, ok := heir(d, ds)
			if ok && failed == nil && slices.Contains(of, ds[0].ID) {
				next, e := exchange.Inherit(part, d.Recall, now)
				done, failed = true, g.move(part, next, e, now)
			}
		})
		if err := cmp.Or(err, failed); err != nil {
			return done, err
		}
	}
	return done, nil
}

// heir is the first part of a document that its addressee has seen and can be asked for in place of d, where it is asked for
// no other, and the recall of d was about none.
func heir(d exchange.Delivery, parts []exchange.Delivery) (part exchange.Delivery, ok bool) {
	for _, o := range parts {
		switch {
		case o.ID == d.ID:
		case o.Recall.State == exchange.RecallAsked, o.Recall.AsksFor(d.Recall.Message):
			return part, false
		case !ok && exchange.Stands(o) == exchange.Seen && o.Recall.State == "":
			part, ok = o, true
		}
	}
	return part, ok
}

// answered settles the other deliveries that a recall asks about where it asked about d, which was answered.
func (g *group) answered(d exchange.Delivery, r exchange.Report, now time.Time) error {
	others, err := g.askedWith(d)
	if err != nil {
		return err
	}
	for _, o := range others {
		next, e, changes := exchange.AnswerToo(o, d.Recall.Message, r, now)
		if !changes {
			continue
		}
		if err := g.move(o, next, e, now); err != nil {
			return err
		}
	}
	return nil
}

// askedWith lists the other deliveries, each once, that the recall of d speaks of at the addressee at which it speaks of d.
func (g *group) askedWith(d exchange.Delivery) (others []exchange.Delivery, err error) {
	recall, err := g.messageOf(d.Recall.Message)
	if err != nil {
		return nil, err
	}
	m, err := g.messageOf(d.Message)
	if err != nil {
		return nil, err
	}
	listed := map[exchange.DeliveryID]bool{d.ID: true}
	for _, l := range recall.About {
		if l.Relation != exchange.Recalls {
			continue
		}
		err := g.forEach(l.Beside(exchange.Spoken(d, m)), func(_ exchange.AgencyID, ds []exchange.Delivery) {
			for _, o := range ds {
				if !listed[o.ID] {
					listed[o.ID], others = true, append(others, o)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	return others, nil
}

// spare withdraws the recall where it speaks of one of the given deliveries.
func (g *group) spare(recall exchange.MessageID, of []exchange.DeliveryID, now time.Time) error {
	r, err := g.messageOf(recall)
	if err != nil {
		return err
	}
	for _, a := range r.Addressees {
		if !slices.ContainsFunc(r.About, func(l exchange.Link) bool { return l.ActsOn(a.Agency, of) }) {
			continue
		}
		d, err := g.delivery(a.Delivery)
		if err != nil {
			return err
		}
		if next, e, changes := exchange.Spare(d, now); changes {
			return g.move(d, next, e, now)
		}
	}
	return nil
}

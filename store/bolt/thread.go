package bolt

import (
	"bytes"
	"fmt"

	"github.com/lienthong/lienthong/exchange"
)

// inThread puts a delivery behind the last one that it has to come after, if there is one that has not ended. One that is
// handed out stays so: its place is looked at again when it comes back.
func (g *group) inThread(d exchange.Delivery, m exchange.Message) exchange.Delivery {
	if d.State.Final() || d.Leased {
		return d
	}
	behind, err := g.predecessor(d, m)
	if err != nil {
		g.failed = err
		return d
	}
	return exchange.Await(d, behind, g.head.Time)
}

// predecessor is the last delivery before d, in the first of its threads that has one, that has not ended; empty: none.
func (v view) predecessor(d exchange.Delivery, m exchange.Message) (exchange.DeliveryID, error) {
	id, _ := idKey(d.ID)
	for _, t := range exchange.Follows(d, m) {
		prefix := threadPrefix(t)
		c := v.bucket(bThreads).Cursor()
		k, _ := c.Seek(threadKey(t, m.Entry, id))
		if k == nil {
			k, _ = c.Last()
		} else {
			k, _ = c.Prev()
		}
		if bytes.HasPrefix(k, prefix) {
			return keyID[exchange.DeliveryID](k[len(prefix)+8:]), nil
		}
		if first, err := v.beginning(t); err != nil || first != "" {
			return first, err
		}
	}
	return "", nil
}

// beginning is the thread's first delivery, if it has not ended.
func (v view) beginning(thread exchange.DeliveryID) (exchange.DeliveryID, error) {
	d, err := v.delivery(thread)
	if err != nil {
		return "", fmt.Errorf("bolt: thread of delivery %s: %v", thread, err)
	}
	if d.State.Final() {
		return "", nil
	}
	return d.ID, nil
}

// passOn looks again at whoever comes right after d in a thread, when d has come, has ended or lives again.
func (g *group) passOn(d exchange.Delivery, m exchange.Message) {
	id, _ := idKey(d.ID)
	if exchange.Begins(d) {
		g.placeNext(threadPrefix(d.ID), threadPrefix(d.ID))
	}
	for _, t := range exchange.Follows(d, m) {
		g.placeNext(threadPrefix(t), threadKey(t, m.Entry, id))
	}
}

func (g *group) placeNext(prefix, after []byte) {
	c := g.bucket(bThreads).Cursor()
	k, _ := c.Seek(after)
	if bytes.Equal(k, after) {
		k, _ = c.Next()
	}
	if !bytes.HasPrefix(k, prefix) {
		return
	}
	if err := g.placed(keyID[exchange.DeliveryID](k[len(prefix)+8:])); err != nil {
		g.failed = err
	}
}

func (g *group) placed(id exchange.DeliveryID) error {
	d, err := g.delivery(id)
	if err != nil {
		return err
	}
	m, err := g.messageOf(d.Message)
	if err != nil {
		return err
	}
	if next := stored(g.inThread(d, m)); next.Behind != d.Behind {
		next.Marks = exchange.Reckon(g.calendar, m, next, g.head.Time)
		g.putRows(&d, next, m)
	}
	return nil
}

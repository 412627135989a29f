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

// beginning is the delivery of the thread's own document, if there is one and it has not ended.
func (v view) beginning(t exchange.Thread) (exchange.DeliveryID, error) {
	m, _, err := v.message(t.Document)
	if err != nil {
		return "", fmt.Errorf("bolt: thread of message %s: %v", t.Document, err)
	}
	for _, a := range m.Addressees {
		if a.Agency != t.Receiver {
			continue
		}
		d, err := v.delivery(a.Delivery)
		if err != nil || d.State.Final() {
			return "", err
		}
		return d.ID, nil
	}
	return "", nil
}

// passOn looks again at whoever comes right after d in a thread, when d has come, has ended or lives again.
func (g *group) passOn(d exchange.Delivery, m exchange.Message) {
	id, _ := idKey(d.ID)
	if t, ok := exchange.Begins(d, m); ok {
		g.placeNext(threadPrefix(t), threadPrefix(t))
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
		g.putRows(&d, next, m)
	}
	return nil
}

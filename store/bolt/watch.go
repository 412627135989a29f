package bolt

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A watched message has a row in "watch" until its sender was told of a delay or its last delivery has ended for the
// first time: how many deliveries have not ended, and when the sender is to be told. "watch_time" finds it by that time.
const watchSize = 4 + timeSize

// watch begins to watch a message that is being accepted.
func (g *group) watch(a *exchange.Acceptance, m exchange.Message) {
	open := openOf(a.Deliveries)
	if a.DelayNotice.IsZero() || open == 0 {
		return
	}
	key, _ := idKey(m.ID)
	g.put(bWatch, key, appendTime(binary.BigEndian.AppendUint32(nil, open), a.DelayNotice))
	g.put(bWatchTime, append(appendTime(nil, a.DelayNotice), key...), nil)
}

func openOf(ds []exchange.Delivery) (n uint32) {
	for _, d := range ds {
		if !d.State.Final() {
			n++
		}
	}
	return n
}

// watchEnd counts a delivery that has ended, or was begun again.
func (g *group) watchEnd(old *exchange.Delivery, d exchange.Delivery) {
	if old == nil || old.State.Final() == d.State.Final() {
		return
	}
	key, ok := idKey(d.Message)
	row := g.get(bWatch, key)
	if !ok || row == nil {
		return
	}
	open := binary.BigEndian.Uint32(row)
	if d.State.Final() {
		open--
	} else {
		open++
	}
	if open == 0 {
		g.unwatch(key, row)
		return
	}
	g.put(bWatch, key, append(binary.BigEndian.AppendUint32(nil, open), row[4:watchSize]...))
}

func (g *group) unwatch(key, row []byte) {
	at := append(append([]byte(nil), row[4:watchSize]...), key...)
	g.delete(bWatch, key)
	g.delete(bWatchTime, at)
}

// Delayed implements store.Clocks.
func (s *Store) Delayed(ctx context.Context, now time.Time, cursor string, limit int) (ids []exchange.MessageID, next string, err error) {
	err = s.view(ctx, func(v view) (err error) {
		ids, next, err = v.delayed(now, cursor, limit)
		return err
	})
	return ids, next, err
}

// TellDelay implements store.Clocks. A notice that would be refused as a submission is left out, and not tried again.
func (s *Store) TellDelay(ctx context.Context, id exchange.MessageID, now time.Time, notice *exchange.Acceptance) error {
	if notice == nil {
		return fmt.Errorf("bolt: no notice of the delay of %s", id)
	}
	if err := checkAcceptance(notice); err != nil {
		return err
	}
	return s.doWithBody(ctx, notice, func(g *group, ref bodyRef) error {
		key, ok := idKey(id)
		row := g.get(bWatch, key)
		at := g.now(now)
		if !ok || row == nil || keyTime(row[4:]).After(at) {
			return exchange.Errorf(exchange.Conflict, "message %s is not delayed", id)
		}
		told, err := g.admits(notice, true, at)
		if err != nil {
			return err
		}
		g.tick(at)
		g.unwatch(key, row)
		if told {
			_, err = g.accept(notice, ref, at)
		}
		return err
	})
}

// checkWatch holds the rows of watched messages against their deliveries.
func (c *checker) checkWatch() {
	var rows int64
	c.walk(bWatch, func(key, row []byte) {
		rows++
		if len(row) != watchSize {
			c.broken("watch: %x has a row of %d bytes", key, len(row))
			return
		}
		m, _, err := c.message(keyID[exchange.MessageID](key))
		var ds []exchange.Delivery
		if err == nil {
			ds, err = c.deliveriesOf(m)
		}
		if open := openOf(ds); err != nil || open != binary.BigEndian.Uint32(row) {
			c.broken("watch: message %x has %d deliveries that have not ended, its row says %d (%v)", key, open, binary.BigEndian.Uint32(row), err)
		}
		if c.get(bWatchTime, append(append([]byte(nil), row[4:]...), key...)) == nil {
			c.broken("watch: message %x has no row for its time", key)
		}
	})
	c.walk(bWatchTime, func(_, _ []byte) { rows-- })
	if rows != 0 && !c.over() {
		c.broken("watch_time: %d rows too few or too many", rows)
	}
}

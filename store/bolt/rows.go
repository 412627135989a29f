package bolt

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A row is one key of an index.
type row struct {
	bucket string
	key    []byte
}

func (r row) in(list []row) bool {
	return slices.ContainsFunc(list, func(o row) bool { return o.bucket == r.bucket && bytes.Equal(o.key, r.key) })
}

// rowsOf lists every index row that follows from a delivery of the message. It is the only definition of them: writing
// and checking both ask here.
func rowsOf(d exchange.Delivery, m exchange.Message) []row {
	id, _ := idKey(d.ID)
	at := append(appendTime(nil, d.AcceptedAt), id...)
	state := stateCode(d.State)
	rows := make([]row, 0, 16)
	add := func(bucket string, parts ...[]byte) {
		rows = append(rows, row{bucket, slices.Concat(parts...)})
	}
	add(bState, []byte{state}, at)
	if d.OnQueue() {
		add(bDue, dueKey(d, id))
		add(bDeadline, appendTime(nil, d.Deadline), id)
	}
	if !d.State.Final() {
		for _, t := range exchange.Follows(d, m) {
			add(bThreads, threadKey(t, m.Entry, id))
		}
	}
	if d.Recall.State == exchange.RecallAsked {
		add(bRecalls, appendTime(nil, d.Recall.Until), id)
	}
	if message, _ := idKey(d.Message); d.Original != "" {
		add(bReceived, term(d.Addressee), []byte{'m'}, message, id)
	}
	markRows(d, id, add)
	listRows(d, at, add)
	if !d.Found() {
		return rows // the addressee meets it by no path yet (DESIGN P7)
	}
	agency := term(d.Addressee)
	add(bReceived, agency, []byte{'t'}, at)
	add(bReceived, agency, []byte{'s', state}, at)
	if m.DocumentID != "" {
		add(bReceived, agency, []byte{'d'}, term(m.DocumentID), at)
	}
	if m.Code != "" {
		add(bReceived, agency, []byte{'c'}, term(m.Code), at)
	}
	return rows
}

func dueKey(d exchange.Delivery, id []byte) []byte {
	key := append(duePrefix(d.Addressee, d.Channel), urgency(d.Priority))
	return append(appendTime(key, d.Due), id...)
}

// countKeys are the roll-ups that a delivery is part of: its addressee's once it is found (DESIGN P7).
func countKeys(d exchange.Delivery) []string {
	state := stateCode(d.State)
	keys := []string{
		string(append(countPrefix("", ""), state)),
		string(append(countPrefix(d.Sender, exchange.Sent), state)),
	}
	if d.Found() {
		keys = append(keys, receivedKey(d))
	}
	if d.Sender == d.Addressee {
		keys = append(keys, tallyKey(bTraffic, trafficPrefix(d.Sender, sideSelf, d.State)))
	}
	return keys
}

// receivedKey is the addressee's roll-up.
func receivedKey(d exchange.Delivery) string {
	return string(append(countPrefix(d.Addressee, exchange.Received), stateCode(d.State)))
}

// putDelivery writes a delivery in place of old (nil for a new one), with its rows, roll-ups and lanes, in its place in
// its threads. Nothing else writes those. It returns the delivery as stored.
func (g *group) putDelivery(old *exchange.Delivery, d exchange.Delivery, m exchange.Message) exchange.Delivery {
	d = stored(g.inThread(d, m))
	d.Marks = exchange.Reckon(g.calendar, m, d, g.head.Time)
	g.putRows(old, d, m)
	if old == nil || old.State.Final() != d.State.Final() {
		g.passOn(d, m)
	}
	return d
}

func (g *group) putRows(old *exchange.Delivery, d exchange.Delivery, m exchange.Message) {
	key, ok := idKey(d.ID)
	if !ok || stateCode(d.State) == 0 || channelCode(d.Channel) == 0 {
		g.failed = fmt.Errorf("bolt: delivery %q cannot be stored: state %q, channel %q", d.ID, d.State, d.Channel)
		return
	}
	var oldRows []row
	if old != nil {
		oldRows = rowsOf(*old, m)
	}
	g.put(bDeliveries, key, encode(d))
	g.replaceRows(oldRows, rowsOf(d, m))
	g.count(old, d)
	g.countMarks(old, d)
	g.progress(old, d, m)
	g.watchEnd(old, d)
	g.moveLane(old, d)
}

func (g *group) replaceRows(old, next []row) {
	for _, r := range old {
		if !r.in(next) {
			g.deleteRow(r)
		}
	}
	for _, r := range next {
		if !r.in(old) {
			g.putRow(r)
		}
	}
}

func (g *group) count(old *exchange.Delivery, d exchange.Delivery) {
	if old != nil && old.State == d.State && old.Addressee == d.Addressee && old.Found() == d.Found() {
		return
	}
	if old != nil {
		for _, key := range countKeys(*old) {
			g.counts[key]--
		}
	}
	for _, key := range countKeys(d) {
		g.counts[key]++
	}
}

// stored is the form in which a delivery is kept and returned.
func stored(d exchange.Delivery) exchange.Delivery {
	times := &d.Times
	for _, t := range []*time.Time{
		&d.AcceptedAt, &d.Due, &d.Deadline, &d.WaitsSince, &d.Ended, &d.ProcessingAt, &d.Recall.At, &d.Recall.Until, &d.Recall.Ended,
		&times.Arrived, &times.Accepted, &times.Assigned, &times.Completed, &times.Stopped,
	} {
		*t = utc(*t)
	}
	return d
}

// laneChange is what a group did to the due rows of one lane.
type laneChange struct {
	added   time.Time // earliest of the new rows; zero: none
	removed bool      // then only the rows tell what is earliest
	next    time.Time // earliest row after the group, where removed
}

func (g *group) moveLane(old *exchange.Delivery, d exchange.Delivery) {
	if old != nil && old.OnQueue() {
		l := laneOf(*old)
		c := g.lanes[l]
		c.removed = true
		g.lanes[l] = c
	}
	if !d.OnQueue() {
		return
	}
	l := laneOf(d)
	c := g.lanes[l]
	if c.added.IsZero() || d.Due.Before(c.added) {
		c.added = dueTime(d.Due)
	}
	g.lanes[l] = c
}

// dueTime is the time as the rows keep it.
func dueTime(t time.Time) time.Time { return keyTime(appendTime(nil, t)) }

func (g *group) settleLanes() {
	for l, c := range g.lanes {
		if c.removed {
			c.next = g.nextDue(l)
			g.lanes[l] = c
		}
	}
}

// publishDue brings the index in memory up to the group and returns the agencies that somebody may wait for: those with
// something new that is due, or whose next time came forward.
func (g *group) publishDue(x *dueIndex) []exchange.AgencyID {
	changed := map[exchange.AgencyID]bool{}
	for l, c := range g.lanes {
		next := c.next
		if was := x.get(l); !c.removed {
			next = earliest(was, c.added)
		}
		was := x.set(l, next)
		forward := !next.IsZero() && (was.IsZero() || next.Before(was))
		due := !c.added.IsZero() && !c.added.After(g.head.Time)
		if forward || due {
			changed[l.agency] = true
		}
	}
	return slices.Collect(maps.Keys(changed))
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

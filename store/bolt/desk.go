package bolt

import (
	"fmt"
	"slices"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// The rows of lists that people look at. Of each list that such rows make there is a roll-up as well: its number costs the
// same whatever is stored.

// groupCode is one byte per group; 0 for what is none.
func groupCode(g exchange.Group) byte {
	switch g {
	case exchange.GroupDocuments:
		return 'd'
	case exchange.GroupCompleted:
		return 'c'
	case exchange.GroupOverdue:
		return 'x'
	case exchange.GroupAsked:
		return 'q'
	case exchange.GroupRecalled:
		return 'b'
	case exchange.GroupWaiting:
		return 'w'
	case exchange.GroupUrgent:
		return 'u'
	case exchange.GroupAccepted:
		return 'a'
	case exchange.GroupProcessing:
		return 'p'
	case exchange.GroupRefused:
		return 'r'
	case exchange.GroupOpen:
		return 'o'
	case exchange.GroupAttention:
		return 'n'
	case exchange.GroupTaken:
		return 't'
	}
	return 0
}

const (
	sideIn   = 'i' // in ix_desk: received
	sideOut  = 'o' // sent
	sideFrom = 'f' // in ix_traffic: the sender's
	sideTo   = 't' // the addressee's
	sideSelf = 'b' // both; only among the roll-ups, so that either can be told
)

func deskPrefix(agency exchange.AgencyID, side byte, g exchange.Group) []byte {
	return append(term(agency), side, groupCode(g))
}

func trafficPrefix(agency exchange.AgencyID, side byte, s exchange.State) []byte {
	return append(term(agency), side, stateCode(s))
}

// listRows are the rows of a delivery in the lists of its addressee's clerks and of operators. The former see it
// once it is found (DESIGN P7), the latter always.
func listRows(d exchange.Delivery, at []byte, add func(bucket string, parts ...[]byte)) {
	add(bTraffic, trafficPrefix(d.Sender, sideFrom, d.State), at)
	add(bTraffic, trafficPrefix(d.Addressee, sideTo, d.State), at)
	for _, g := range d.Groups() {
		add(bDesk, deskPrefix(d.Addressee, sideIn, g), at)
	}
}

// sentRows are the rows of a document in the lists of its sender's clerks.
func sentRows(p exchange.Progress, m exchange.Message) (rows []row) {
	id, _ := idKey(m.ID)
	for _, g := range p.Groups() {
		rows = append(rows, row{bDesk, slices.Concat(deskPrefix(m.Sender, sideOut, g), appendTime(nil, m.AcceptedAt), id)})
	}
	return rows
}

// tallyKey is the roll-up of the list that begins with the prefix.
func tallyKey(bucket string, prefix []byte) string {
	switch bucket {
	case bDesk:
		return "d" + string(prefix)
	case bTraffic:
		return "f" + string(prefix)
	case bLogIndex:
		return "l" + string(prefix)
	}
	return string(prefix)
}

// tallied is the roll-up that the row is counted in; false for a bucket that has none.
func (r row) tallied() (key string, ok bool) {
	switch r.bucket {
	case bDesk, bTraffic:
		return tallyKey(r.bucket, r.key[:len(r.key)-timeSize-idSize]), true
	case bLogIndex:
		return tallyKey(r.bucket, r.key[:len(r.key)-timeSize]), true
	}
	return "", false
}

func (g *group) putRow(r row) {
	g.put(r.bucket, r.key, nil)
	if key, ok := r.tallied(); ok {
		g.counts[key]++
	}
}

func (g *group) deleteRow(r row) {
	g.delete(r.bucket, r.key)
	if key, ok := r.tallied(); ok {
		g.counts[key]--
	}
}

// A step is what a group did to a document's progress.
type step struct {
	message exchange.Message
	change  exchange.Progress
}

// progress notes how a document came on with one of its addressees; writeProgress writes it once for the group.
func (g *group) progress(old *exchange.Delivery, d exchange.Delivery, m exchange.Message) {
	if m.Class != exchange.ClassDocument {
		return
	}
	s := g.steps[m.ID]
	s.message = m
	if old != nil {
		s.change.Count(*old, -1)
	}
	s.change.Count(d, 1)
	g.steps[m.ID] = s
}

func (g *group) writeProgress() error {
	for id, s := range g.steps {
		if s.change == (exchange.Progress{}) {
			continue
		}
		old, err := g.progressOf(id)
		if err != nil {
			return err
		}
		next := old.Plus(s.change)
		key, _ := idKey(id)
		g.put(bProgress, key, encode(next))
		g.replaceRows(sentRows(old, s.message), sentRows(next, s.message))
	}
	return nil
}

// progressOf is that of a document; of one without deliveries it is zero.
func (v view) progressOf(id exchange.MessageID) (p exchange.Progress, err error) {
	key, _ := idKey(id)
	record := v.get(bProgress, key)
	if record == nil {
		return p, nil
	}
	if err := decode(record, &p); err != nil {
		return p, fmt.Errorf("progress of message %s: %w", id, err)
	}
	return p, nil
}

// entryRows lead to an entry of the log by what it is and by who acted.
func entryRows(e translog.Entry, index int64) []row {
	return []row{
		{bLogIndex, slices.Concat(typePrefix(e.Type), uintKey(index))},
		{bLogIndex, slices.Concat(actorPrefix(e.Actor), term(e.Type), uintKey(index))},
	}
}

func typePrefix(t translog.Type) []byte { return appendTerm([]byte{'t'}, string(t)) }

func actorPrefix(actor string) []byte { return appendTerm([]byte{'a'}, actor) }

// checkDesk looks at a document's progress and its rows.
func (c *checker) checkDesk(m exchange.Message, ds []exchange.Delivery) {
	want := exchange.Progress{}
	if m.Class == exchange.ClassDocument {
		want = exchange.ProgressOf(ds)
	}
	if want.Total() > 0 {
		c.rows[bProgress]++
	}
	if got, err := c.progressOf(m.ID); err != nil || got != want {
		c.broken("message %s: its progress says %+v, its deliveries %+v (%v)", m.ID, got, want, err)
	}
	for _, r := range sentRows(want, m) {
		c.wantsRow(r, "message "+string(m.ID))
	}
}

// wantsRow is wants for a row that a roll-up may count.
func (c *checker) wantsRow(r row, of string) {
	c.wants(r.bucket, r.key, of)
	if key, ok := r.tallied(); ok {
		c.counts[key]++
	}
}

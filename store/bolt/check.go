package bolt

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/lienthong/lienthong/exchange"
)

// maxBroken is how many lines Check returns.
const maxBroken = 100

// Check implements store.Upkeep. It reads one snapshot, so it may run on a live store; what is accepted meanwhile is
// not looked at, but pages freed meanwhile are not used again before it ends.
func (s *Store) Check(ctx context.Context, progress func(done, total int64)) ([]string, error) {
	var lines []string
	err := s.view(ctx, func(v view) error {
		h, err := v.head()
		if err != nil {
			return err
		}
		c := &checker{view: v, ctx: ctx, head: h, bodies: s.bodies.dir, progress: progress}
		c.total = 2*h.Size + int64(v.bucket(bMessages).Stats().KeyN) + int64(v.bucket(bDeliveries).Stats().KeyN)
		c.run()
		lines = c.lines
		return c.err
	})
	return lines, err
}

// A checker walks the invariants of doc.go over one snapshot.
type checker struct {
	view
	ctx    context.Context
	head   head
	bodies string

	progress    func(done, total int64)
	done, total int64

	lines []string
	err   error // why it gave up

	listed int64            // deliveries that messages list
	rows   map[string]int64 // how many rows of each index the records ask for
	counts map[string]int64
	segs   map[uint32]segmentRow
}

func (c *checker) run() {
	c.rows, c.counts, c.segs = map[string]int64{}, map[string]int64{}, map[uint32]segmentRow{}
	for _, part := range []func(){
		c.checkMessages, c.checkDeliveries, c.checkRows, c.checkSegments, c.checkIdempotency,
		c.checkLog, c.checkCounts, c.checkHashes, c.checkAgencies, c.checkNumberRows, c.checkWatch, c.checkEvidence, c.checkPeople,
	} {
		part()
		if c.over() {
			return
		}
	}
}

func (c *checker) over() bool {
	if c.err == nil {
		c.err = c.ctx.Err()
	}
	return c.err != nil || len(c.lines) >= maxBroken
}

func (c *checker) broken(format string, args ...any) {
	if len(c.lines) < maxBroken {
		c.lines = append(c.lines, fmt.Sprintf(format, args...))
	}
}

func (c *checker) step() {
	c.done++
	if c.progress != nil && c.done%1000 == 0 {
		c.progress(c.done, c.total)
	}
}

// walk calls f for each row of a bucket until there is enough to report.
func (c *checker) walk(bucket string, f func(key, value []byte)) {
	c.each(bucket, nil, func(key, value []byte) bool {
		f(key, value)
		return !c.over()
	})
}

// wants counts a row that a record asks for, and says so if it is missing.
func (c *checker) wants(bucket string, key []byte, of string) {
	c.rows[bucket]++
	k, _ := c.bucket(bucket).Cursor().Seek(key)
	if !bytes.Equal(k, key) {
		c.broken("%s: %s lacks its row %x", of, bucket, key)
	}
}

func (c *checker) checkMessages() {
	c.walk(bMessages, func(key, record []byte) {
		c.step()
		m, ref, err := decodeMessage(record)
		if err != nil {
			c.broken("message %x: %v", key, err)
			return
		}
		c.checkMessage(key, m, ref)
	})
}

func (c *checker) checkMessage(key []byte, m exchange.Message, ref bodyRef) {
	of := "message " + string(m.ID)
	if k, ok := idKey(m.ID); !ok || !bytes.Equal(k, key) {
		c.broken("%s lies under the key %x", of, key)
	}
	at := append(appendTime(nil, m.AcceptedAt), key...)
	c.checkProof(m, of)
	c.wants(bTime, at, of)
	c.wants(bSender, append(term(m.Sender), at...), of)
	if m.DocumentID != "" {
		c.wants(bDocID, append(term(m.DocumentID), at...), of)
	}
	if m.Code != "" {
		c.wants(bCode, append(term(m.Code), at...), of)
	}
	for _, l := range m.About {
		c.wants(bLinks, linkKey(l.Message, m.Entry, key), of)
		c.checkLink(l, m)
	}
	c.checkNumbers(m)
	c.rows[bDedupe]++
	if id := c.get(bDedupe, dedupeKey(m.Sender, m.Digest)); !bytes.Equal(id, key) {
		c.broken("%s: the marker of its bytes names %x", of, id)
	}
	var ds []exchange.Delivery
	for _, a := range m.Addressees {
		d, err := c.delivery(a.Delivery)
		if err != nil || d.ID != a.Delivery || d.Message != m.ID || cmp.Or(d.Original, d.Addressee) != a.Agency {
			c.broken("%s: delivery %s to %s: %v", of, a.Delivery, a.Agency, err)
			continue
		}
		c.checkDelivery(d, m)
		ds = append(ds, d)
	}
	c.checkDesk(m, ds)
	c.checkBody(m, ref)
	c.checkAcceptanceEntry(m)
}

func (c *checker) checkBody(m exchange.Message, ref bodyRef) {
	row := c.segs[ref.segment]
	row.End = max(row.End, ref.offset+recordHeader+m.Size)
	row.Live += recordHeader + m.Size
	row.Bodies++
	c.segs[ref.segment] = row
	r, err := openBody(c.bodies, m, ref)
	if err != nil {
		c.broken("message %s: %v", m.ID, err)
		return
	}
	defer r.Close() // read only
	if err := r.verify(); err != nil {
		c.broken("message %s: body: %v", m.ID, err)
	}
}

func (c *checker) checkAcceptanceEntry(m exchange.Message) {
	r, err := c.entry(m.Entry)
	if err != nil {
		c.broken("message %s: %v", m.ID, err)
		return
	}
	if r.Entry.Message != string(m.ID) || r.Entry.Digest != m.Digest.String() || !r.Entry.Time.Equal(m.AcceptedAt) {
		c.broken("message %s: entry %d is not of its acceptance", m.ID, m.Entry)
	}
	for _, l := range m.About {
		if about, ok := idKey(l.Message); ok {
			c.indexed(bMessageLog, append(about, uintKey(m.Entry)...), m.Entry)
		}
	}
	if m.Report == nil {
		return
	}
	if about, ok := idKey(m.Report.Message); ok {
		c.indexed(bMessageLog, append(about, uintKey(m.Entry)...), m.Entry)
	}
}

// checkDelivery looks at a delivery with its message at hand: looking up the message of each would take the square of
// the addressees' number.
func (c *checker) checkDelivery(d exchange.Delivery, m exchange.Message) {
	c.step()
	c.listed++
	of := "delivery " + string(d.ID)
	if stateCode(d.State) == 0 {
		c.broken("%s is %q", of, d.State)
	}
	c.checkPlace(d, m)
	for _, r := range rowsOf(d, m) {
		c.wantsRow(r, of)
	}
	for _, k := range append(countKeys(d), markKeys(d)...) {
		c.counts[k]++
	}
}

func (c *checker) checkLink(l exchange.Link, m exchange.Message) {
	earlier, _, err := c.message(l.Message)
	if err != nil || earlier.Entry >= m.Entry || len(l.For) != len(l.Of) {
		c.broken("message %s: it acts on %s, which is not before it, or not in each place (%v)", m.ID, l.Message, err)
	}
	for _, of := range l.Of {
		if d, err := c.delivery(of); err != nil || d.Message != l.Message {
			c.broken("message %s: it acts on delivery %s, which is not of %s (%v)", m.ID, of, l.Message, err)
		}
	}
	key, _ := idKey(m.ID)
	if value := c.get(bLinks, linkKey(l.Message, m.Entry, key)); value != nil && string(value) != string(l.Relation) {
		c.broken("message %s: its link to %s says %q, not %q", m.ID, l.Message, value, l.Relation)
	}
}

// checkPlace: what has not ended is due, or waits behind something that has not ended, and exactly behind what its threads
// say; what was withdrawn was seen by nobody (DESIGN P6, P7).
func (c *checker) checkPlace(d exchange.Delivery, m exchange.Message) {
	if d.State == exchange.Withdrawn && d.Exposed() {
		c.broken("delivery %s was withdrawn and its addressee may have seen it", d.ID)
	}
	if d.State.Final() || d.Leased {
		if d.Behind != "" {
			c.broken("delivery %s waits behind %s, though it has ended or is handed out", d.ID, d.Behind)
		}
		return
	}
	if behind, err := c.predecessor(d, m); err != nil || behind != d.Behind {
		c.broken("delivery %s waits behind %q, its threads say %q (%v)", d.ID, d.Behind, behind, err)
	}
}

// checkDeliveries finds deliveries that no message lists, if the number says that there are such.
func (c *checker) checkDeliveries() {
	var n int64
	c.walk(bDeliveries, func(_, _ []byte) { n++ })
	if n == c.listed || c.over() {
		return
	}
	c.broken("deliveries has %d records, the messages list %d", n, c.listed)
	c.walk(bDeliveries, func(key, record []byte) {
		var d exchange.Delivery
		if err := decode(record, &d); err != nil {
			c.broken("delivery %x: %v", key, err)
			return
		}
		c.checkListed(key, d)
	})
}

func (c *checker) checkListed(key []byte, d exchange.Delivery) {
	if k, ok := idKey(d.ID); !ok || !bytes.Equal(k, key) {
		c.broken("delivery %s lies under the key %x", d.ID, key)
	}
	m, _, err := c.message(d.Message)
	if err != nil || !slices.ContainsFunc(m.Addressees, func(a exchange.Addressee) bool { return a.Delivery == d.ID }) {
		c.broken("delivery %s: message %s does not list it (%v)", d.ID, d.Message, err)
	}
}

// checkRows finds rows that no record asks for: as all that are asked for are there, the numbers must be equal.
func (c *checker) checkRows() {
	for _, bucket := range []string{
		bTime, bSender, bDocID, bCode, bDedupe, bState, bDue, bDeadline, bReceived, bLimits, bDuties, bThreads, bLinks, bRecalls, bCert, bUnproven,
		bDesk, bTraffic, bProgress,
	} {
		var n int64
		c.walk(bucket, func(_, _ []byte) { n++ })
		if n != c.rows[bucket] {
			c.broken("%s has %d rows, the records ask for %d", bucket, n, c.rows[bucket])
		}
	}
	for _, bucket := range []string{bIdentity, bOpened} {
		c.walk(bucket, func(key, _ []byte) {
			names := bDeliveries
			if bucket == bIdentity {
				names = bMessages
			}
			if len(key) < idSize || c.get(names, key[len(key)-idSize:]) == nil {
				c.broken("%s names what is not there: %x", bucket, key)
			}
		})
	}
}

func (c *checker) checkCounts() {
	c.walk(bCounts, func(key, value []byte) {
		if n := keyUint(value); n != c.counts[string(key)] {
			c.broken("counts %q says %d, a recount %d", key, n, c.counts[string(key)])
		}
		delete(c.counts, string(key))
	})
	for key, n := range c.counts {
		if n != 0 {
			c.broken("counts %q is missing, a recount gives %d", key, n)
		}
	}
}

func (c *checker) checkSegments() {
	rows, err := c.segmentRows()
	if err != nil {
		c.broken("segs: %v", err)
	}
	for id, row := range rows {
		if row != c.segs[id] {
			c.broken("segment %d: its row says %+v, its messages %+v", id, row, c.segs[id])
		}
		if err := checkSegmentHeader(c.bodies, id); err != nil {
			c.broken("segment %d: header: %v", id, err)
		}
	}
	for id := range c.segs {
		if _, ok := rows[id]; !ok {
			c.broken("segment %d has no row", id)
		}
	}
}

func (c *checker) checkIdempotency() {
	var keys int64
	c.walk(bIdem, func(key, value []byte) {
		keys++
		_, since := idemValue(value)
		at := append(appendTime(nil, since), key...)
		if k, _ := c.bucket(bIdemTime).Cursor().Seek(at); !bytes.Equal(k, at) {
			c.broken("idem %x: no row for its time", key)
		}
	})
	c.walk(bIdemTime, func(_, _ []byte) { keys-- })
	if keys != 0 {
		c.broken("idem_time: %d rows too few or too many", keys)
	}
}

func (c *checker) checkAgencies() {
	var rows, newest int64
	c.walk(bAgencyIndex, func(key, id []byte) {
		rows++
		newest = max(newest, keyUint(key))
		if version, err := c.agencyVersion(exchange.AgencyID(id)); err != nil || int64(version) != keyUint(key) {
			c.broken("agency %s: index says version %d, record %d (%v)", id, keyUint(key), version, err)
		}
	})
	c.walk(bAgencies, func(_, _ []byte) { rows-- })
	if rows != 0 {
		c.broken("ix_agency: %d rows too few or too many", rows)
	}
	if v := c.get(bMeta, []byte(keyDirectory)); v != nil && keyUint(v) < newest {
		c.broken("the directory's version %d is behind %d", keyUint(v), newest)
	}
}

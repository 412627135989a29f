package storetest

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

var logCases = []check{
	{"the log has no gap, and its root is the checkpoint's", logWhole},
	{"so it is when many write at once", func(h *hub) {
		together(16, func(i int) {
			for range 10 {
				if _, err := h.Accept(h.ctx, h.document(office, commune, ward)); err != nil {
					h.Error(err)
				}
				ls, err := h.Lease(h.ctx, exchange.LeaseRequest{Agency: ward, Now: h.now, Until: h.now.Add(time.Minute), Max: 2})
				if err != nil {
					h.Error(err)
				}
				for _, l := range ls {
					if _, err := h.settle(l, delivered); err != nil {
						h.Error(err)
					}
				}
			}
		})
		h.whole()
	}},
	{"a proof is the same bytes for ever", proofsStable},
	{"an entry that changes nothing else is logged", appended},
	{"prose gets into no entry", func(h *hub) {
		e := translog.Entry{Type: translog.SignedIn, Actor: "Nguyễn Văn A", Time: h.now}
		h.writes(0, "prose", func() {
			if _, err := h.Append(h.ctx, e, nil); err == nil {
				h.Error("an entry with a name in it was logged")
			}
			a := h.document(office, commune)
			a.Entry.Credential = "khóa của văn thư"
			if _, err := h.Accept(h.ctx, a); err == nil {
				h.Error("an acceptance with prose in its entry was logged")
			}
			h.absent(a)
		})
		h.accept(h.document(office, commune)) // and the store goes on
	}},
	{"a text beside an entry that is too long to be shown is cut in lists, and stays whole in its leaf", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		l := h.lease(commune)
		side := must(translog.NewSide(rand.Reader, map[string]string{"reason": strings.Repeat("x", 1<<20)}))(h)
		must(h.Settle(h.ctx, exchange.Settlement{Delivery: l.Delivery.ID, Attempt: 1, Now: h.now, Side: &side,
			Outcome: exchange.Outcome{Result: exchange.ResultRetry, Reason: "nack", RetryAt: h.now}}))(h)
		last := h.size() - 1
		lists := map[string][]exchange.LogRecord{
			"Entry": {must(h.Entry(h.ctx, last))(h)}, "Entries": must(h.Entries(h.ctx, last, 10))(h), "EntriesOf": must(h.EntriesOf(h.ctx, a.Message.ID))(h),
			"Events": must(h.Events(h.ctx, commune, -1, 10))(h), "SearchLog": must(h.SearchLog(h.ctx, exchange.LogQuery{Type: translog.Attempted, Limit: 10}))(h).Records,
		}
		for name, list := range lists {
			i := slices.IndexFunc(list, func(r exchange.LogRecord) bool { return r.Index == last })
			if i < 0 || list[i].Side == nil || len(list[i].Side.Fields["reason"]) > 2*translog.MostShown {
				h.Errorf("%s shows too much, or not the entry", name)
			} else if list[i].Side.Hash() != side.Hash() {
				h.Errorf("%s shows the beginning of another record", name)
			}
		}
		if leaf := must(h.Leaves(h.ctx, last, 1))(h); !bytes.Equal(leaf[0].Side, side.Marshal()) {
			h.Error("the leaf does not have the whole text")
		}
	}},
	{"an agency's events are its own, in log order", events},
	{"a message's entries and the statuses about it, in log order", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		h.accept(h.document(office, commune))
		l := h.lease(commune)
		must(h.settle(l, exchange.Outcome{Result: exchange.ResultRetry, Reason: "nack", RetryAt: h.now}))(h)
		must(h.acknowledge(l.Delivery.ID, commune, 1))(h)
		status := h.status(l.Delivery, envelope.Accepted)
		h.accept(status)
		for id, want := range map[exchange.MessageID][]translog.Type{
			a.Message.ID:      {translog.Accepted, translog.Attempted, translog.Acknowledged, translog.StatusGiven},
			status.Message.ID: {translog.StatusGiven},
		} {
			var got []translog.Type
			for _, r := range must(h.EntriesOf(h.ctx, id))(h) {
				got = append(got, r.Entry.Type)
			}
			if !slices.Equal(got, want) {
				h.Errorf("entries are %v, want %v", got, want)
			}
		}
	}},
	{"leaves are the texts as they lie there, and hashes those of the tree", leaves},
	{"beyond the end is nothing", func(h *hub) {
		h.accept(h.document(office, commune))
		n := h.size()
		for _, i := range []int64{-1, n, n + 1, 1 << 40} {
			_, err := h.Entry(h.ctx, i)
			h.refused(err, exchange.NotFound, fmt.Sprintf("entry %d of %d", i, n))
			_, err = h.Proof(h.ctx, i)
			h.refused(err, exchange.NotFound, fmt.Sprintf("the proof of entry %d of %d", i, n))
		}
		if rs := must(h.Entries(h.ctx, n, 10))(h); len(rs) != 0 {
			h.Errorf("%d entries beyond the end", len(rs))
		}
		if ls := must(h.Leaves(h.ctx, n, 10))(h); len(ls) != 0 {
			h.Errorf("%d leaves beyond the end", len(ls))
		}
		if _, err := h.Hashes(h.ctx, []int64{0, tlog.StoredHashIndex(0, n)}); err == nil {
			h.Error("a hash beyond the end was found")
		}
	}},
}

// leaves: pages of any size hold the texts and sides of the entries, and the stored hashes prove them.
func leaves(h *hub) {
	for range 5 {
		h.accept(h.document(office, commune, ward))
	}
	side := must(translog.NewSide(rand.Reader, map[string]string{"reason": "để thử"}))(h)
	must(h.Append(h.ctx, translog.Entry{Type: translog.Opened, Actor: "operator:an", Time: h.now, Side: side.Hash()}, &side))(h)
	text, size, err := h.Checkpoint(h.ctx)
	if err != nil {
		h.Fatal(err)
	}
	head := must(translog.OpenCheckpoint(text, Verifiers()))(h)
	reader := tlog.HashReaderFunc(func(x []int64) ([]tlog.Hash, error) { return h.Hashes(h.ctx, x) })
	sides := 0
	for _, limit := range []int{1, 4, int(size) + 9} {
		for from := int64(0); from < size; {
			page := must(h.Leaves(h.ctx, from, limit))(h)
			if len(page) == 0 || len(page) > limit {
				h.Fatalf("%d leaves from %d on, at most %d", len(page), from, limit)
			}
			for _, l := range page {
				r := must(h.Entry(h.ctx, from))(h)
				if !bytes.Equal(l.Text, r.Entry.Marshal()) || (l.Side != nil) != (r.Side != nil) || r.Side != nil && !bytes.Equal(l.Side, r.Side.Marshal()) {
					h.Errorf("leaf %d is %s, %s", from, l.Text, l.Side)
				}
				if l.Side != nil {
					sides++
				}
				proof := must(translog.Prove(size, from, reader))(h)
				if err := tlog.CheckRecord(proof, size, head.Root, from, translog.LeafHash(l.Text)); err != nil {
					h.Errorf("leaf %d: %v", from, err)
				}
				from++
			}
		}
	}
	if sides == 0 {
		h.Error("no leaf has a side record: the test shows nothing of them")
	}
}

// log is the whole of it, read in pages.
func (h *hub) log() []exchange.LogRecord {
	h.Helper()
	var all []exchange.LogRecord
	for {
		page := must(h.Entries(h.ctx, int64(len(all)), 70))(h)
		if len(page) == 0 {
			return all
		}
		all = append(all, page...)
	}
}

// whole recomputes the log from its entries and compares with the checkpoint.
func (h *hub) whole() {
	h.Helper()
	text, size, err := h.Checkpoint(h.ctx)
	if err != nil {
		h.Fatal(err)
	}
	c := must(translog.OpenCheckpoint(text, Verifiers()))(h)
	all := h.log()
	if int64(len(all)) != size || c.Size != size {
		h.Fatalf("%d entries, checkpoint of %d, size %d", len(all), c.Size, size)
	}
	b := must(translog.NewBatch(0, tlog.HashReaderFunc(nil)))(h)
	var last time.Time
	for i, r := range all {
		if r.Index != int64(i) || r.Entry.Time.Before(last) {
			h.Errorf("place %d holds entry %d of %v, after %v", i, r.Index, r.Entry.Time, last)
		}
		last = r.Entry.Time
		must(b.Append(translog.LeafHash(r.Entry.Marshal())))(h)
	}
	if b.Root() != c.Root {
		h.Errorf("the entries' root is %v, the checkpoint's %v", b.Root(), c.Root)
	}
	for i := range all {
		e, _, err := must(h.Proof(h.ctx, int64(i)))(h).Verify(Verifiers(), Origin)
		if err != nil || !bytes.Equal(e.Marshal(), all[i].Entry.Marshal()) {
			h.Errorf("proof of entry %d: %v, or of another entry", i, err)
		}
	}
}

func logWhole(h *hub) {
	h.whole()
	for i := range 20 {
		a := h.document(office, commune, ward)
		h.accept(a)
		l := h.lease(commune)
		if i%3 == 0 {
			h.accept(h.status(l.Delivery, envelope.Accepted))
		}
		h.pass(time.Second)
	}
	h.whole()
	h.reopen()
	h.whole()
	h.accept(h.document(office, commune))
	h.whole()
}

func proofsStable(h *hub) {
	var first [][]byte
	check := func(when string) {
		h.Helper()
		for i := range h.size() {
			file := must(h.Proof(h.ctx, i))(h).Marshal()
			if int(i) == len(first) {
				first = append(first, file)
			}
			if !bytes.Equal(file, first[i]) {
				h.Errorf("%s: the proof of entry %d has changed", when, i)
			}
		}
	}
	for range 5 {
		together(7, func(int) {
			if _, err := h.Accept(h.ctx, h.document(office, commune)); err != nil {
				h.Error(err)
			}
		})
		check("later")
		h.reopen()
		check("after a restart")
	}
}

func appended(h *hub) {
	side := h.side("Nguyễn Văn A")
	e := translog.Entry{Type: translog.SignedIn, Actor: "operator:u1", Time: h.now}
	at := h.size()
	if i := must(h.Append(h.ctx, e, side))(h); i != at || h.size() != at+1 {
		h.Errorf("logged as %d of %d, want %d of %d", i, h.size(), at, at+1)
	}
	h.reopen()
	rec := must(h.Entry(h.ctx, at))(h)
	e.V, e.Side = translog.Schema, side.Hash()
	if !bytes.Equal(rec.Entry.Marshal(), e.Marshal()) || rec.Side == nil || rec.Side.Fields["reason"] != "Nguyễn Văn A" {
		h.Errorf("logged as %s with side %v, want %s", rec.Entry.Marshal(), rec.Side, e.Marshal())
	}
	e.Time, e.Side = h.now.Add(-time.Hour), ""
	must(h.Append(h.ctx, e, nil))(h)
	if again := must(h.Entry(h.ctx, at+1))(h).Entry; again.Time.Before(rec.Entry.Time) || again.Side != "" {
		h.Errorf("logged as %s, want not before %v and no side record", again.Marshal(), rec.Entry.Time)
	}
}

func events(h *hub) {
	for _, to := range []exchange.AgencyID{commune, ward, commune} {
		h.accept(h.document(office, to))
		h.accept(h.document(district, to))
	}
	for _, l := range h.leases(commune, 10) {
		must(h.acknowledge(l.Delivery.ID, commune, 1))(h)
	}
	must(h.settle(h.lease(ward), delivered))(h)
	h.reopen()
	for _, agency := range []exchange.AgencyID{office, district, commune, ward, province} {
		var want []int64
		for _, r := range h.log() {
			if slices.Contains(exchange.Concerns(r.Entry), agency) {
				want = append(want, r.Index)
			}
		}
		for _, limit := range []int{1, 2, 100} {
			var got []int64
			after := int64(-1)
			for {
				page := must(h.Events(h.ctx, agency, after, limit))(h)
				if len(page) > limit {
					h.Errorf("%d events, at most %d were asked for", len(page), limit)
				}
				if len(page) == 0 {
					break
				}
				for _, r := range page {
					got = append(got, r.Index)
				}
				after = got[len(got)-1]
			}
			if !slices.Equal(got, want) {
				h.Errorf("%s by %d: events %v, want %v", agency, limit, got, want)
			}
		}
	}
}

package delivery_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// seeds are those of a random test: the one of LIENTHONG_TEST_SEED, or so many fresh ones, a hundred times as many with
// LIENTHONG_TEST_LONG.
func seeds(t *testing.T, n int) (list []uint64) {
	t.Helper()
	if text := os.Getenv("LIENTHONG_TEST_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return []uint64{seed}
	}
	if os.Getenv("LIENTHONG_TEST_LONG") != "" {
		n *= 100
	}
	for range n {
		list = append(list, rand.Uint64())
	}
	return list
}

// P7: recall, lease, push, acknowledgement and crash meet over the same documents. Whatever comes first, of each document at
// each addressee exactly one holds: it was withdrawn and nobody ever met it, or it was seen and its recall is asked for.
func TestRecallRaces(t *testing.T) {
	for _, seed := range seeds(t, 5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := begin(t, seed)
				defer func() { l.stop() }()
				outcomes := map[exchange.RecallState]int{}
				papers := make([][]byte, 10)
				for i := range papers {
					papers[i] = l.letter(i+1, envelope.New, pulling, pushed)
				}
				l.race(papers)
				crashed := l.revive()
				for i, raw := range papers {
					id, _ := l.submit(raw) // what was accepted before the crash is repeated
					l.recall(i+1, id)
					papers[i] = []byte(id)
				}
				l.drain()
				for _, id := range papers {
					l.judge(exchange.MessageID(id), outcomes)
				}
				l.counts()
				l.sound()
				t.Logf("crashed %t, %v", crashed, outcomes)
			})
		})
	}
}

// race has everybody act at once, until the process dies or all have done what they do.
func (l *life) race(papers [][]byte) {
	l.crashSoon(150)
	var all sync.WaitGroup
	for i, raw := range papers {
		rest := l.roll(3000)
		id, early := exchange.MessageID(""), l.roll(2) == 0
		if early {
			id, early = l.submit(raw)
		}
		all.Go(func() {
			ok := early
			if !early {
				id, ok = l.submit(raw)
			}
			for range rest {
				runtime.Gosched()
			}
			if ok {
				l.recall(i+1, id)
			}
		})
	}
	for range 2 {
		all.Go(l.pull)
	}
	for _, agency := range []exchange.AgencyID{pulling, pushed} {
		all.Go(func() { l.look(agency) })
	}
	all.Wait()
}

// recall takes document n back from both addressees, in one of the ways there are. One that stands already is a repeat,
// or refused where another way is taken than before.
func (l *life) recall(n int, id exchange.MessageID) {
	way := []func(int, exchange.MessageID) error{l.demand, l.recallByDocument, l.recallByStatus}[l.roll(3)]
	if err := way(n, id); err != nil && l.alive() {
		l.Errorf("seed %d: recall of %s: %v", l.seed, id, err)
	}
}

// demand has the hub write a status 13 for each addressee.
func (l *life) demand(_ int, id exchange.MessageID) error {
	results, err := l.hub.Recall(context.Background(), caller(sending), id, exchange.Demand{Reason: "gửi nhầm"})
	for _, one := range results {
		err = cmp.Or(err, one.Err)
	}
	return err
}

// recallByDocument hands in a document of kind 1 for both.
func (l *life) recallByDocument(n int, _ exchange.MessageID) error {
	return l.handIn(l.letter(n, envelope.Recall, pulling, pushed))
}

// recallByStatus hands in a status 13 for each.
func (l *life) recallByStatus(n int, _ exchange.MessageID) error {
	code, document := names(n)
	for _, from := range []exchange.AgencyID{pulling, pushed} {
		about := envelope.ResponseFor{OrganID: from, Code: code.String(), Promulgation: dated(), DocumentID: document}
		raw, err := envelope.Build(envelope.NewStatus(envelope.Party{OrganID: sending}, about, envelope.TakeBack, "gửi nhầm",
			envelope.Staff{}, dated().Time()))
		l.must(err)
		if err := l.handIn(raw); err != nil {
			return err
		}
	}
	return nil
}

// handIn submits a recall; where nothing is left to recall the judge sees what stands.
func (l *life) handIn(raw []byte) error {
	_, err := l.hub.Submit(context.Background(), exchange.Submission{Caller: caller(sending), Raw: raw})
	if exchange.KindOf(err) == exchange.Conflict {
		return nil
	}
	return err
}

// pull leases and does with what it gets whatever software does.
func (l *life) pull() {
	ctx, who := context.Background(), caller(pulling)
	for range 30 {
		got, err := l.hub.Lease(ctx, who, exchange.Ask{Max: 1 + l.roll(3)})
		if err != nil && l.alive() {
			l.Errorf("seed %d: lease: %v", l.seed, err)
		}
		for _, h := range got {
			l.sees(pulling, h.Message.ID, true)
			switch l.roll(5) {
			case 0, 1:
				_, err = l.hub.Ack(ctx, who, h.Delivery.ID, h.Token)
			case 2:
				_, err = l.hub.Nack(ctx, who, h.Delivery.ID, h.Token, "bận", 0)
			case 3:
				_, err = l.hub.Extend(ctx, who, h.Delivery.ID, h.Token, l.hub.Limits.LeaseTime)
			}
			if err != nil && l.alive() {
				l.Errorf("seed %d: what was handed out: %v", l.seed, err)
			}
		}
	}
}

// look is an agency that reads its lists and its events, and what it finds in them.
func (l *life) look(agency exchange.AgencyID) {
	ctx, who := context.Background(), caller(agency)
	for range 60 {
		page, err := l.hub.Search(ctx, who, exchange.Query{Role: exchange.Received, Limit: 200})
		if err != nil && l.alive() {
			l.Errorf("seed %d: search: %v", l.seed, err)
		}
		for _, row := range page.Rows {
			l.sees(agency, row.Message.ID, false)
		}
		events, err := l.hub.Events(ctx, who, -1, 200)
		if err != nil && l.alive() {
			l.Errorf("seed %d: events: %v", l.seed, err)
		}
		for _, e := range events {
			if e.Entry.Sender == string(sending) {
				l.sees(agency, exchange.MessageID(e.Entry.Message), false)
			}
		}
		runtime.Gosched()
	}
}

// judge holds each addressee of a document to P7.
func (l *life) judge(id exchange.MessageID, outcomes map[exchange.RecallState]int) {
	ds, err := l.store.DeliveriesOf(l.Context(), id)
	l.must(err)
	for _, d := range ds {
		outcomes[d.Recall.State]++
		recall, err := l.store.Message(l.Context(), d.Recall.Message)
		l.must(err)
		asked, _ := l.met(d.Addressee, recall.ID, true, false)
		_, found := l.hub.Document(l.Context(), caller(d.Addressee), id)
		switch {
		case d.Recall.State == exchange.RecallWithdrawn:
			if met, _ := l.met(d.Addressee, id, true, false); d.State != exchange.Withdrawn || d.Exposed() || met > 0 || asked > 0 || exchange.KindOf(found) != exchange.NotFound {
				l.Errorf("seed %d: withdrawn, yet met (%d), asked for (%d) or found (%v): %+v", l.seed, met, asked, found, d)
			}
		case d.Recall.State == exchange.RecallAsked:
			_, last := l.met(d.Addressee, id, true)
			gone := asked == 0 && !l.givenUp(recall, d.Addressee)
			if d.State == exchange.Withdrawn || !d.Exposed() || gone || asked > 0 && asked < last {
				l.Errorf("seed %d: asked for (%d), yet withdrawn, unseen or overtaken (%d): %+v", l.seed, asked, last, d)
			}
		default:
			l.Errorf("seed %d: neither withdrawn nor asked for: %+v", l.seed, d)
		}
	}
}

// givenUp reports whether a message to the agency ended as a dead letter, of which its sender was told.
func (l *life) givenUp(m exchange.Message, agency exchange.AgencyID) bool {
	ds, err := l.store.DeliveriesOf(l.Context(), m.ID)
	l.must(err)
	for _, d := range ds {
		if d.Addressee == agency {
			return d.State == exchange.DeadLettered
		}
	}
	return false
}

// counts holds the addressees' numbers to what they have been handed.
func (l *life) counts() {
	for _, agency := range []exchange.AgencyID{pulling, pushed} {
		page, err := l.store.Search(l.Context(), exchange.Query{Every: true, Agency: agency, Role: exchange.Received, Limit: 200})
		l.must(err)
		want := int64(0)
		for _, row := range page.Rows {
			if row.Deliveries[0].Found() {
				want++
			}
		}
		counts, err := l.hub.Counts(l.Context(), caller(agency), exchange.Received)
		l.must(err)
		got := int64(0)
		for _, n := range counts {
			got += n
		}
		if got != want {
			l.Errorf("seed %d: %s counts %d received, was handed %d", l.seed, agency, got, want)
		}
	}
}

//go:build linux

package bolt_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/store/bolt"
	"github.com/lienthong/lienthong/store/storetest"
)

// maxSlower is how much longer a list or a number may take in the large store than in the small one.
const maxSlower = 3

// BenchmarkLists compares what the console's big lists take in a store of 20,000 deliveries and in a larger one: 200,000,
// or LIENTHONG_BENCH_DELIVERIES (2000000 is what is promised). One agency sends all of it and one receives a tenth. It
// reports the times in the larger store and fails where one is more than maxSlower times that in the smaller.
func BenchmarkLists(b *testing.B) {
	many := storetest.CrowdSize(b)
	small, large := filled(b, 20_000), filled(b, many)
	for _, l := range lists() {
		b.Run(l.name, func(b *testing.B) {
			base, at := middling(b, l.ask, small, large)
			b.ReportMetric(float64(at.Microseconds()), "µs")
			b.ReportMetric(float64(at)/float64(base), "x_small")
			b.ReportMetric(0, "ns/op")
			if at > maxSlower*max(base, 50*time.Microsecond) { // below that it is the clock that is measured
				b.Errorf("%v among %d deliveries, %v among 20000", at, many, base)
			}
		})
	}
}

// middling are the medians of many calls, one store after the other, so that whatever else the machine does slows both.
func middling(b *testing.B, ask func(context.Context, *bolt.Store) error, small, large *bolt.Store) (base, at time.Duration) {
	b.Helper()
	var took [2][]float64
	for range 101 {
		for i, s := range []*bolt.Store{small, large} {
			begin := time.Now()
			must(b, ask(b.Context(), s))
			took[i] = append(took[i], float64(time.Since(begin)))
		}
	}
	return time.Duration(median(took[0])), time.Duration(median(took[1]))
}

type listCase struct {
	name string
	ask  func(context.Context, *bolt.Store) error
}

// lists are those of the console: what was received (B2), what was sent (B5), every delivery (D2) and the log (E1), each
// with its numbers.
func lists() (all []listCase) {
	received := exchange.Query{Agency: busy, Role: exchange.Received}
	sent := exchange.Query{Agency: sender, Role: exchange.Sent}
	add := func(name string, q exchange.Query) {
		all = append(all, listCase{name, func(ctx context.Context, s *bolt.Store) error {
			_, err := s.Search(ctx, q)
			return err
		}}, listCase{name + "/number", func(ctx context.Context, s *bolt.Store) error {
			_, err := s.Tally(ctx, q)
			return err
		}})
	}
	for _, g := range exchange.ReceivedGroups() {
		received.Group = g
		add("received/"+string(g), received)
	}
	for _, g := range exchange.SentGroups() {
		sent.Group = g
		add("sent/"+string(g), sent)
	}
	for _, state := range []exchange.State{"", exchange.Held, exchange.Delivered, exchange.DeadLettered} {
		add("every/"+string(state), exchange.Query{Every: true, State: state})
		add("every of one/"+string(state), exchange.Query{Every: true, Agency: busy, State: state})
	}
	add("every/underway, oldest", exchange.Query{Every: true, Group: exchange.GroupUnderway, OldestFirst: true, Limit: 1})
	for _, q := range []exchange.LogQuery{
		{}, {Type: translog.Acknowledged}, {Actor: string(busy)}, {Actor: "hub", Type: translog.Accepted},
		{Actor: string(busy), Type: translog.StatusGiven}, {From: start.Add(time.Minute), To: start.Add(time.Hour)},
	} {
		name := fmt.Sprintf("log/%s %s %t", q.Actor, q.Type, q.From.IsZero())
		all = append(all, listCase{name, func(ctx context.Context, s *bolt.Store) error {
			_, err := s.SearchLog(ctx, q)
			return err
		}}, listCase{name + "/number", func(ctx context.Context, s *bolt.Store) error {
			_, err := s.TallyLog(ctx, q)
			return err
		}})
	}
	return all
}

// Of all deliveries the sender sends all, and busy receives a tenth.
const (
	busy   exchange.AgencyID = "B00.01.H41"
	sender exchange.AgencyID = "A53.01.H41"
)

// filled is a store of so many deliveries.
func filled(b *testing.B, deliveries int) *bolt.Store {
	b.Helper()
	dir := b.TempDir()
	refuseTmpfs(b, dir)
	o := options(b)
	o.GroupOps = 512
	s := open(b, dir, o)
	b.Cleanup(func() { must(b, s.Close()) })
	must(b, storetest.Crowd{Sender: sender, Busy: busy, At: start}.Fill(b.Context(), s, deliveries))
	return s
}

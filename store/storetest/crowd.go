package storetest

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
	"github.com/lienthong/lienthong/store"
)

// A Crowd is the traffic of a large hub, for benchmarks: Sender sends all of it, to ten addressees each time, of which
// Busy is always one. Of what Busy gets it takes one document in four, and says of one in eight what became of it.
type Crowd struct {
	Sender, Busy exchange.AgencyID
	At           time.Time // when all of it happens
}

// Others are those besides Busy who receive.
func (c Crowd) Others() []exchange.AgencyID {
	all := make([]exchange.AgencyID, 300)
	for i := range all {
		all[i] = exchange.AgencyID(fmt.Sprintf("%03d.24.H41", i))
	}
	return all
}

// CrowdSize is how many deliveries the larger of two stores holds in a benchmark: 200,000, or what
// LIENTHONG_BENCH_DELIVERIES says. A number that is none ends the benchmark.
func CrowdSize(tb testing.TB) int {
	tb.Helper()
	text := cmp.Or(os.Getenv("LIENTHONG_BENCH_DELIVERIES"), "200000")
	n, err := strconv.Atoi(text)
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// crowdWriters are as many as an engine should commit together.
const crowdWriters = 512

// Fill brings so many deliveries into the store. It ends at the first error.
func (c Crowd) Fill(ctx context.Context, s store.Store, deliveries int) error {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var n atomic.Int64
	var all sync.WaitGroup
	for range crowdWriters {
		all.Go(func() {
			for i := int(n.Add(1)); i <= deliveries/10 && ctx.Err() == nil; i = int(n.Add(1)) {
				if err := c.one(ctx, s, i); err != nil {
					fail(err)
				}
			}
		})
	}
	all.Wait()
	return context.Cause(ctx)
}

func (c Crowd) one(ctx context.Context, s store.Store, i int) error {
	to, others := []exchange.AgencyID{c.Busy}, c.Others()
	for k := range 9 {
		to = append(to, others[(9*i+k)%len(others)])
	}
	if _, err := s.Accept(ctx, Document(i, c.At, c.Sender, to...)); err != nil || i%4 > 0 {
		return err
	}
	leases, err := s.Lease(ctx, exchange.LeaseRequest{Agency: c.Busy, Now: c.At, Until: c.At.Add(time.Hour), Max: 1})
	for _, l := range leases {
		d := l.Delivery
		_, err = s.Acknowledge(ctx, exchange.Acknowledgement{Delivery: d.ID, Addressee: c.Busy, Attempt: d.Attempt, Now: c.At})
		if err == nil && i%8 == 0 {
			err = c.say(ctx, s, i, d)
		}
	}
	return err
}

// say gives one of the statuses that stand for what becomes of documents.
func (c Crowd) say(ctx context.Context, s store.Store, i int, d exchange.Delivery) error {
	code := [...]envelope.StatusCode{envelope.Accepted, envelope.Processing, envelope.Completed, envelope.Refused}[i/8%4]
	a := Document(-i, c.At, c.Busy, d.Sender)
	a.Identity = ""
	a.Message.Class, a.Message.Signature = exchange.ClassStatus, signing.Unsigned
	a.Message.Report = &exchange.Report{Delivery: d.ID, Message: d.Message, Addressee: c.Busy, Code: code, At: c.At}
	address(a, d.Sender)
	a.Entry.Type, a.Entry.Code = translog.StatusGiven, string(code)
	_, err := s.Accept(ctx, a)
	return err
}

package delivery_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

func TestWhatIsQueuedIsDeliveredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(taken), nil)
		w.push("A", 30, 0)
		w.push("B", 30, 0)
		synctest.Wait()
		if by, _ := w.states("A"); by[exchange.Delivered] != 30 {
			t.Errorf("A: %v, want 30 delivered without any time passing", by)
		}
		if by, _ := w.states("B"); by[exchange.Delivered] != 30 {
			t.Errorf("B: %v, want 30 delivered without any time passing", by)
		}
	})
}

func TestIdleDispatcherAsksForNoLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(taken), nil)
		w.push("A", 1, 0)
		after(24 * time.Hour)
		if w.leases != 1 {
			t.Errorf("%d leases for one document in a day, want 1", w.leases)
		}
		if age := time.Since(w.LastTick()); age > time.Minute {
			t.Errorf("the last tick was %v ago, want less than a minute", age)
		}
	})
}

func TestDeliveryIsTakenWhenItFallsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(taken), nil)
		w.push("A", 1, 0)
		synctest.Wait()
		due := time.Now().Add(3*time.Hour + time.Second/2)
		w.change(func() {
			w.deliveries["later"] = exchange.Delivery{ID: "later", Addressee: "A", Channel: exchange.Push, State: exchange.Queued, Due: due}
		})
		after(4 * time.Hour)
		all := w.attempts("A")
		if last := all[len(all)-1]; last.delivery != "later" || !last.at.Equal(due) {
			t.Errorf("%s was tried at %v, want later at %v", last.delivery, last.at, due)
		}
	})
}

// DESIGN P6: an outage uses up nothing, and is not met with an attempt for each document.
func TestOutageUsesUpNoAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Bool
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			if back.Load() {
				return taken
			}
			return outage
		}, nil)
		w.push("A", 200, 0)
		after(48 * time.Hour)
		by, failures := w.states("A")
		if by[exchange.Queued] != 200 || failures != 0 {
			t.Errorf("after two days: %v with %d failures, want 200 queued with none", by, failures)
		}
		// With at least five minutes between two probes, two days have 576.
		if n := len(w.attempts("A")); n < 100 || n > 600 {
			t.Errorf("%d attempts in two days, want one in five to ten minutes", n)
		}
		back.Store(true)
		after(10 * time.Minute)
		if by, _ := w.states("A"); by[exchange.Delivered] != 200 {
			t.Errorf("ten minutes after the return: %v, want 200 delivered", by)
		}
	})
}

func TestReturningEndpointIsLoadedSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Bool
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			if !back.Load() {
				return outage
			}
			time.Sleep(time.Second)
			return taken
		}, nil)
		w.push("A", 100, 0)
		after(time.Hour)
		before := len(w.attempts("A"))
		back.Store(true)
		after(30 * time.Minute)
		all := w.attempts("A")[before:]
		if len(all) != 100 {
			t.Fatalf("%d attempts after the return, want 100", len(all))
		}
		if n := beginningWithin(all, all[0].at, time.Second); n != 1 {
			t.Errorf("%d attempts in the first second, want the probe alone", n)
		}
		if n := beginningWithin(all, all[1].at, time.Second); n > 2 {
			t.Errorf("%d attempts in the second after, want at most 2", n)
		}
		if n := beginningWithin(all, all[80].at, time.Second); n < 6 {
			t.Errorf("%d attempts in a second at the end, want more than 5", n)
		}
	})
}

func beginningWithin(all []attempt, from time.Time, d time.Duration) (n int) {
	for _, a := range all {
		if !a.at.Before(from) && a.at.Before(from.Add(d)) {
			n++
		}
	}
	return n
}

func TestConcurrencyIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most atomic.Int32
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(time.Second)
			running.Add(-1)
			return taken
		}, func(d *delivery.Dispatcher) { d.PerAgency = 4 })
		w.push("A", 200, 0)
		after(5 * time.Minute)
		if by, _ := w.states("A"); by[exchange.Delivered] != 200 || most.Load() != 4 {
			t.Errorf("%v with at most %d at a time, want all delivered with 4", by, most.Load())
		}
	})
}

// DESIGN P5: counted, not timed. Each dead endpoint holds a worker once; from then on they share half of them.
func TestDeadEndpointsDelayNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(ctx context.Context, a attempt) delivery.Verdict {
			if a.agency < "dead" || a.agency > "deae" {
				time.Sleep(100 * time.Millisecond)
				return taken
			}
			<-ctx.Done()
			return delivery.Verdict{Class: delivery.Outage, Reason: "timeout"}
		}, func(d *delivery.Dispatcher) { d.Workers = 8 })
		dead := []exchange.AgencyID{"dead1", "dead2", "dead3", "dead4"}
		for _, id := range dead {
			w.push(id, 50, 0)
		}
		after(10 * time.Minute) // they are known
		before := len(w.attempts(""))
		for _, id := range []exchange.AgencyID{"A", "B", "C"} {
			w.push(id, 100, 0)
		}
		after(20 * time.Second)
		for _, id := range []exchange.AgencyID{"A", "B", "C"} {
			if by, _ := w.states(id); by[exchange.Delivered] != 100 {
				t.Errorf("%s: %v after 20 s beside dead endpoints, want 100 delivered", id, by)
			}
		}
		if n := len(w.attempts("")) - before - 300; n > len(dead) {
			t.Errorf("%d attempts at dead endpoints meanwhile, want at most %d", n, len(dead))
		}
	})
}

// One agency with a large backlog leaves workers for those that have none.
func TestBacklogLeavesWorkersForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			time.Sleep(time.Second)
			return taken
		}, func(d *delivery.Dispatcher) { d.Workers, d.PerAgency = 8, 100 })
		w.push("A", 1000, 4)
		after(time.Minute)
		w.push("B", 1, 0)
		synctest.Wait()
		if n := len(w.attempts("B")); n != 1 {
			t.Errorf("%d attempts for B at once, want 1", n)
		}
	})
}

func TestUrgentGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			time.Sleep(time.Second)
			return taken
		}, func(d *delivery.Dispatcher) { d.Workers = 1 })
		w.push("A", 5, 0)
		w.push("B", 5, 0)
		after(4500 * time.Millisecond) // by now both are known to be routine
		w.push("C", 1, 3)
		after(time.Minute)
		var order []exchange.AgencyID
		for _, a := range w.attempts("") {
			order = append(order, a.agency)
		}
		if i := slices.Index(order, "C"); i != 5 {
			t.Errorf("order %v, want the urgent C right after the five that had begun", order)
		}
	})
}

// An agency whose documents were routine so far may have been sent an urgent one: it is asked before those of which
// the urgency is known.
func TestWhatHasComeMayBeUrgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			time.Sleep(time.Second)
			return taken
		}, func(d *delivery.Dispatcher) { d.Workers = 1 })
		w.push("A", 50, 2)
		w.push("B", 50, 2)
		w.push("C", 50, 0)
		after(4500 * time.Millisecond) // all are known; attempts begin at full seconds, pushes come in between
		for range 20 {
			before := len(w.attempts(""))
			w.push("C", 1, 4)
			after(3 * time.Second)
			if next := w.attempts("")[before]; next.agency != "C" {
				t.Errorf("the next attempt is %s's, want the urgent document's of C", next.agency)
			}
		}
	})
}

// Urgency is a head start, not a privilege: a stream of urgent documents passes a routine one for a while only.
func TestRoutineIsNotStarved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			time.Sleep(time.Second)
			return taken
		}, func(d *delivery.Dispatcher) { d.Workers = 1 })
		w.push("A", 500, 4)
		w.push("B", 500, 4)
		synctest.Wait()
		w.push("C", 2, 0)
		after(time.Minute)
		if n := len(w.attempts("C")); n != 2 {
			t.Errorf("%d attempts for two routine documents within a minute, want 2", n)
		}
	})
}

func TestTemporaryFailuresEndAsDeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(delivery.Verdict{Class: delivery.Temporary, Reason: "http-500"}), nil)
		w.push("A", 1, 0)
		after(30 * 24 * time.Hour)
		by, failures := w.states("A")
		if by[exchange.DeadLettered] != 1 || failures != delivery.MaxFailures(0) || len(w.attempts("A")) != delivery.MaxFailures(0) {
			t.Errorf("%v, %d failures, %d attempts; want a dead letter after %d", by, failures, len(w.attempts("A")), delivery.MaxFailures(0))
		}
		all := w.attempts("A")
		if first, last := all[1].at.Sub(all[0].at), all[len(all)-1].at.Sub(all[len(all)-2].at); first > 5*time.Second || last < 4*time.Hour {
			t.Errorf("waits grew from %v to %v, want from seconds to hours", first, last)
		}
	})
}

func TestPermanentFailureIsADeadLetterAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(delivery.Verdict{Class: delivery.Permanent, Reason: "http-422", Detail: "no"}), nil)
		w.push("A", 3, 0)
		after(time.Hour)
		if by, _ := w.states("A"); by[exchange.DeadLettered] != 3 || len(w.attempts("A")) != 3 {
			t.Errorf("%v after %d attempts, want 3 dead letters after 3", by, len(w.attempts("A")))
		}
		if o := w.settled[0]; o.Reason != "http-422" || o.Detail != "no" {
			t.Errorf("outcome %+v, want the reason and its detail", o)
		}
	})
}

func TestRetryAfterHoldsTheWholeEndpoint(t *testing.T) {
	for _, c := range []struct {
		class      delivery.Class
		asked, min time.Duration
		max        time.Duration
	}{
		{delivery.Outage, 20 * time.Minute, 20 * time.Minute, 31 * time.Minute},
		{delivery.Temporary, 20 * time.Minute, 20 * time.Minute, 31 * time.Minute},
		{delivery.Outage, 1000 * time.Hour, time.Hour, 71 * time.Minute},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, always(delivery.Verdict{Class: c.class, Reason: "http-503", RetryAfter: c.asked}), nil)
			w.push("A", 5, 0)
			after(3 * time.Hour)
			all := w.attempts("A")
			if len(all) < 2 || all[1].at.Sub(all[0].at) < c.min || all[1].at.Sub(all[0].at) > c.max {
				t.Errorf("%s asked for %v: attempts %v, want %v between the first two, whichever document", c.class, c.asked, all, c.min)
			}
		})
	}
}

func TestClosedEndpointWaitsForAnOperator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back atomic.Bool
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			if back.Load() {
				return taken
			}
			return delivery.Verdict{Class: delivery.EndpointClosed, Reason: "http-410"}
		}, nil)
		w.push("A", 5, 0)
		after(24 * time.Hour)
		by, failures := w.states("A")
		if len(w.attempts("A")) != 1 || len(w.closed) != 1 || by[exchange.Queued] != 5 || failures != 0 {
			t.Errorf("%d attempts, closed %v, %v, %d failures; want one attempt, closed once, all queued, none", len(w.attempts("A")), w.closed, by, failures)
		}
		back.Store(true)
		w.change(func() { w.agencies["A"] = agencyCalled("A") })
		w.Wake([]exchange.AgencyID{"A"})
		synctest.Wait()
		if by, _ := w.states("A"); by[exchange.Delivered] != 5 {
			t.Errorf("opened again: %v, want 5 delivered at once", by)
		}
	})
}

// An endpoint that says it is gone, and cannot be written down as closed, is met like one that is not there: it is not
// asked again and again.
func TestEndpointThatCannotBeClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(delivery.Verdict{Class: delivery.EndpointClosed, Reason: "http-410"}), nil)
		w.change(func() { w.closeErr = errors.New("disk full") })
		w.push("A", 5, 0)
		after(time.Minute)
		by, failures := w.states("A")
		if n := len(w.attempts("A")); n < 5 || n > 15 || by[exchange.Queued] != 5 || failures != 0 {
			t.Errorf("%d attempts in a minute, %v, %d failures; want a few, all queued, none", n, by, failures)
		}
		w.change(func() { w.closeErr = nil })
		after(10 * time.Minute)
		if len(w.closed) != 1 {
			t.Errorf("closed %v, want once, when it can be written down", w.closed)
		}
	})
}

func agencyCalled(id exchange.AgencyID) exchange.Agency {
	a := agency("https://a.test")
	a.ID = id
	return a
}

func TestOnlyPushAgenciesAreServed(t *testing.T) {
	for name, change := range map[string]func(*exchange.Agency){
		"pulls now":   func(a *exchange.Agency) { a.Channel = exchange.Pull },
		"no endpoint": func(a *exchange.Agency) { a.Endpoint = exchange.Endpoint{} },
	} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, always(taken), nil)
			a := agencyCalled("A")
			change(&a)
			w.change(func() { w.agencies["A"] = a })
			w.push("A", 1, 0)
			after(time.Hour)
			if w.leases != 0 {
				t.Errorf("%s: %d leases, want none", name, w.leases)
			}
		})
	}
}

func TestShutdownLetsAttemptsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			time.Sleep(5 * time.Second)
			return taken
		}, nil)
		w.push("A", 3, 0)
		after(time.Second)
		w.stop()
		by, _ := w.states("A")
		if by[exchange.Delivered] != 1 || by[exchange.Queued] != 2 || len(w.attempts("A")) != 1 {
			t.Errorf("%v after %d attempts, want the one under way delivered and no other begun", by, len(w.attempts("A")))
		}
	})
}

func TestAttemptCutShortIsNobodysFailure(t *testing.T) {
	for _, notSent := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, func(ctx context.Context, _ attempt) delivery.Verdict {
				<-ctx.Done()
				return delivery.Verdict{Class: delivery.Outage, Reason: "connection", NotSent: notSent}
			}, func(d *delivery.Dispatcher) { d.Timeout = time.Hour })
			w.push("A", 1, 0)
			after(time.Minute)
			begun := time.Now()
			w.stop()
			if took := time.Since(begun); took != 10*time.Second {
				t.Errorf("stopping took %v, want the grace of 10 s", took)
			}
			d := w.deliveries["d0000"]
			if d.State != exchange.Queued || d.Failures != 0 || d.Due.After(time.Now()) || d.Leased {
				t.Errorf("%+v, want queued, due now, without failure", d)
			}
			if d.Exposed() == notSent {
				t.Errorf("not sent %v: exposed %v", notSent, d.Exposed())
			}
		})
	}
}

func TestUnreadableDocumentIsTriedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(taken), nil)
		w.change(func() { w.openErr = errors.New("segment is gone") })
		w.push("A", 1, 0)
		after(time.Minute)
		d := w.deliveries["d0000"]
		if d.State != exchange.Queued || d.Failures != 0 || d.Exposed() || len(w.attempts("A")) != 0 {
			t.Errorf("%+v, want queued without failure and without exposure", d)
		}
		w.change(func() { w.openErr = nil })
		after(10 * time.Minute)
		if by, _ := w.states("A"); by[exchange.Delivered] != 1 {
			t.Errorf("readable again: %v, want delivered", by)
		}
	})
}

func TestStoreThatCannotLeaseIsNotAskedWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(taken), nil)
		w.change(func() { w.leaseErr = errors.New("disk full") })
		w.push("A", 1, 0)
		after(time.Minute)
		if w.leases < 10 || w.leases > 20 {
			t.Errorf("%d leases in a minute, want one in five seconds", w.leases)
		}
		w.change(func() { w.leaseErr = nil })
		after(5 * time.Second)
		if by, _ := w.states("A"); by[exchange.Delivered] != 1 {
			t.Errorf("the store works again: %v, want delivered", by)
		}
	})
}

// A lease that cannot be settled runs out, and the delivery is tried again by itself.
func TestLeaseOutlastsTheAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(ctx context.Context, a attempt) delivery.Verdict {
			<-ctx.Done()
			return outage
		}, func(d *delivery.Dispatcher) { d.Timeout, d.Lease = time.Minute, time.Second })
		w.push("A", 1, 0)
		after(30 * time.Second)
		if d := w.deliveries["d0000"]; d.Due.Before(time.Now().Add(time.Minute)) {
			t.Errorf("the lease ends at %v, want after the attempt and the time to settle", d.Due)
		}
	})
}

func TestWakeNeedsNobodyToListen(t *testing.T) {
	d := delivery.Dispatcher{}
	d.Wake([]exchange.AgencyID{"A"})
	d.Wake([]exchange.AgencyID{"B"})
	if !d.LastTick().IsZero() {
		t.Errorf("last tick %v before Run, want none", d.LastTick())
	}
}

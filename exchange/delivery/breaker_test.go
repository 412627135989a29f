package delivery_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

// waits are the times between attempts, attempts of the same moment counted together.
func waits(all []attempt) (n int, gaps []time.Duration) {
	for i, a := range all {
		switch {
		case i == 0:
			n = 1
		case len(gaps) == 0 && a.at.Equal(all[0].at):
			n++
		default:
			gaps = append(gaps, a.at.Sub(all[i-1].at))
		}
	}
	return n, gaps
}

// Five outages in a row park an endpoint, however many documents wait. Then one of them probes it, at times that
// double from five seconds to ten minutes; jitter takes up to half of each away.
func TestBreakerParksAndProbes(t *testing.T) {
	for jitter, factor := range map[float64]float64{0: 0.5, 0.5: 0.75} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, always(outage), func(d *delivery.Dispatcher) { d.Random = func() float64 { return jitter } })
			w.push("A", 200, 0)
			after(2 * time.Hour)
			n, gaps := waits(w.attempts("A"))
			if n != 5 {
				t.Errorf("%d attempts at once, want 5", n)
			}
			pause := 5 * time.Second
			for i, got := range gaps {
				if want := time.Duration(factor * float64(pause)); got != want {
					t.Fatalf("jitter %v: probe %d after %v, want %v", jitter, i, got, want)
				}
				pause = min(2*pause, 10*time.Minute)
			}
			if len(gaps) < 10 {
				t.Errorf("%d probes in two hours, want more", len(gaps))
			}
		})
	}
}

// An answer of any kind says that the endpoint is there: outages count in a row only.
func TestAnswerClosesTheBreaker(t *testing.T) {
	for _, answer := range []delivery.Class{delivery.Delivered, delivery.Temporary, delivery.Permanent} {
		synctest.Test(t, func(t *testing.T) {
			var n atomic.Int32
			w := start(t, func(context.Context, attempt) delivery.Verdict {
				if n.Add(1)%5 == 0 {
					return delivery.Verdict{Class: answer}
				}
				return outage
			}, nil)
			w.push("A", 50, 0)
			synctest.Wait()
			if got := len(w.attempts("A")); got != 50 {
				t.Errorf("four outages between two answers %s: %d attempts at once, want one for each of the 50 documents", answer, got)
			}
		})
	}
}

// A probe that is answered begins anew: the next outages are counted from the first, and the pause is short again.
func TestParkedEndpointThatAnswersOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var once atomic.Bool
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			if once.CompareAndSwap(true, false) {
				return delivery.Verdict{Class: delivery.Temporary, Reason: "http-500"}
			}
			return outage
		}, nil)
		w.push("A", 200, 0)
		after(time.Hour)
		before := len(w.attempts("A"))
		once.Store(true)
		after(time.Hour)
		all := w.attempts("A")[before:]
		n, gaps := waits(all)
		if n != 6 || gaps[0] != 3750*time.Millisecond {
			t.Errorf("%d attempts at once and then %v; want the answered probe, five more, and five seconds less jitter", n, gaps[:3])
		}
	})
}

// Attempts that were under way together and fail together lengthen the pause once.
func TestOneOutageOfManyAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var down atomic.Bool
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			time.Sleep(time.Second)
			if down.Load() {
				return delivery.Verdict{Class: delivery.Outage, Reason: "connection"}
			}
			return taken
		}, nil)
		w.push("A", 400, 0)
		after(30*time.Second + time.Millisecond)
		down.Store(true)
		after(time.Second)
		before := len(w.attempts("A"))
		after(4 * time.Second)
		if n := len(w.attempts("A")) - before; n != 1 {
			t.Errorf("%d attempts in the four seconds after eight have failed together, want the first probe", n)
		}
	})
}

// What an endpoint asks for never shortens the hub's own pause.
func TestPauseIsNotShortened(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(delivery.Verdict{Class: delivery.Outage, Reason: "http-503", RetryAfter: time.Second}), nil)
		w.push("A", 100, 0)
		after(time.Minute)
		_, gaps := waits(w.attempts("A"))
		want := []time.Duration{time.Second, time.Second, time.Second, time.Second, 3750 * time.Millisecond, 7500 * time.Millisecond}
		if !slices.Equal(gaps[:len(want)], want) {
			t.Errorf("waits %v, want %v", gaps[:len(want)], want)
		}
	})
}

// What the hub itself broke off or could not read says nothing of the endpoint, neither good nor bad.
func TestOwnFaultsAreNotTheEndpoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(delivery.Verdict{Class: delivery.HubFault, Reason: "body", NotSent: true}), nil)
		w.push("A", 50, 0)
		synctest.Wait()
		if got := len(w.attempts("A")); got != 50 {
			t.Errorf("%d attempts, want one for each document: the endpoint is not parked", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int32
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			if n.Add(1)%2 == 0 {
				return delivery.Verdict{Class: delivery.HubFault, Reason: "body", NotSent: true}
			}
			return outage
		}, nil)
		w.push("A", 50, 0)
		synctest.Wait()
		if got := len(w.attempts("A")); got != 9 {
			t.Errorf("%d attempts, want 9: five outages park, whatever came between", got)
		}
	})
}

// The next document is leased when it is known that this one was there: one document, one question to the store, however
// wide the window is.
func TestOneLeaseForOneDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict { time.Sleep(time.Second); return taken }, nil)
		w.push("A", 100, 0)
		after(5 * time.Minute)
		before := w.leases
		w.push("A", 1, 0)
		after(time.Minute)
		if n := w.leases - before; n != 1 {
			t.Errorf("%d leases for one document, want 1", n)
		}
	})
}

// An endpoint that answers slower and slower is given less and less at a time, and all of it in the end.
func TestFailuresNarrowTheWindow(t *testing.T) {
	for _, class := range []delivery.Class{delivery.Temporary, delivery.Outage} {
		synctest.Test(t, func(t *testing.T) {
			var failing atomic.Bool
			w := start(t, func(context.Context, attempt) delivery.Verdict {
				time.Sleep(time.Second)
				if failing.Swap(false) {
					return delivery.Verdict{Class: class, Reason: "http-503"}
				}
				return taken
			}, nil)
			w.push("A", 400, 0)
			after(30*time.Second + time.Millisecond)
			if n := beginningWithin(w.attempts("A"), time.Now().Add(-time.Second), time.Second); n != 8 {
				t.Fatalf("%s: %d attempts a second before the failure, want the whole window of 8", class, n)
			}
			failing.Store(true)
			after(2 * time.Second)
			if n := beginningWithin(w.attempts("A"), time.Now().Add(-time.Second), time.Second); n < 4 || n > 6 {
				t.Errorf("%s: %d attempts a second after the failure, want about half", class, n)
			}
			after(5 * time.Minute)
			if by, _ := w.states("A"); by[exchange.Delivered] != 400 {
				t.Errorf("%s: %v, want all delivered", class, by)
			}
		})
	}
}

// With one worker, lanes of equal urgency take turns.
func TestLanesTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict { time.Sleep(time.Second); return taken },
			func(d *delivery.Dispatcher) { d.Workers = 1 })
		w.push("A", 10, 2)
		w.push("B", 10, 2)
		w.push("C", 10, 2)
		after(time.Minute)
		var order []exchange.AgencyID
		for _, a := range w.attempts("")[:12] {
			order = append(order, a.agency)
		}
		for _, id := range []exchange.AgencyID{"A", "B", "C"} {
			if n := len(slices.DeleteFunc(slices.Clone(order), func(o exchange.AgencyID) bool { return o != id })); n < 3 {
				t.Errorf("%s had %d of the first twelve turns: %v", id, n, order)
			}
		}
	})
}

package delivery_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

// DESIGN P5, the bound: endpoints that are known to be dead delay nobody. One that nobody has met yet holds one worker
// for one timeout; only when as many of them come at once as there are workers do the others wait, a timeout for each
// time the workers are filled with them.
func TestDelayBesideDeadEndpointsIsBounded(t *testing.T) {
	const timeout = 30 * time.Second
	for _, c := range []struct {
		name          string
		dead, workers int
		known         bool
		bound         time.Duration
	}{
		{"one, never met", 1, 2, false, 0},
		{"fewer than workers", 7, 8, false, 0},
		{"as many as workers", 8, 8, false, timeout},
		{"twice as many", 16, 8, false, 2 * timeout},
		{"known", 8, 8, true, 0},
		{"many known", 100, 8, true, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, func(ctx context.Context, a attempt) delivery.Verdict {
				if !strings.HasPrefix(string(a.agency), "dead") {
					return taken
				}
				<-ctx.Done()
				return delivery.Verdict{Class: delivery.Outage, Reason: "timeout"}
			}, func(d *delivery.Dispatcher) { d.Workers, d.Timeout = c.workers, timeout })
			for i := range c.dead {
				w.push(exchange.AgencyID(fmt.Sprintf("dead%d", i)), 5, 4)
			}
			if c.known {
				after(time.Hour)
			} else {
				synctest.Wait()
			}
			pushed := time.Now()
			w.push("A", 1, 0)
			after(c.bound)
			all := w.attempts("A")
			if len(all) != 1 || all[0].at.Sub(pushed) > c.bound {
				t.Errorf("%s: %d attempts, %v; want one within %v", c.name, len(all), all, c.bound)
			}
		})
	}
}

// One endpoint that takes everything, slowly, holds no more than half of the workers: the others go on as if it were
// not there.
func TestSlowEndpointDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(_ context.Context, a attempt) delivery.Verdict {
			if a.agency == "slow" {
				time.Sleep(20 * time.Second)
			}
			return taken
		}, func(d *delivery.Dispatcher) { d.Workers, d.PerAgency = 8, 8 })
		w.push("slow", 500, 4)
		after(10 * time.Minute)
		for i := range 20 {
			id := exchange.AgencyID(fmt.Sprintf("A%d", i))
			w.push(id, 10, 0)
			synctest.Wait()
			if by, _ := w.states(id); by[exchange.Delivered] != 10 {
				t.Errorf("%s: %v, want 10 delivered without any time passing", id, by)
			}
			time.Sleep(time.Second)
		}
		before := len(w.attempts("slow"))
		after(200 * time.Second)
		if n := len(w.attempts("slow")) - before; n > 4*11 {
			t.Errorf("the slow endpoint has %d attempts of 20 s in 200 s, want at most half of the workers", n)
		}
	})
}

// Nothing is asked again and again: with nothing due the queue is looked at by the heartbeat, which is memory only.
func TestIdleDispatcherHardlyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, always(taken), nil)
		w.push("A", 1, 0)
		after(time.Hour)
		if w.looks > 3600/20+10 {
			t.Errorf("the queue was looked at %d times in an hour, want once in twenty seconds", w.looks)
		}
	})
}

// While all workers are busy the queue is not looked at: the end of an attempt is what changes anything.
func TestBusyDispatcherHardlyLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict { time.Sleep(time.Hour); return taken },
			func(d *delivery.Dispatcher) { d.Workers, d.Timeout = 2, 2*time.Hour })
		w.push("A", 50, 0)
		w.push("B", 50, 0)
		after(30 * time.Minute)
		if w.looks > 20 {
			t.Errorf("the queue was looked at %d times in half an hour, want a few times", w.looks)
		}
	})
}

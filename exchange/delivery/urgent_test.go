package delivery_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
)

// An urgent document does not wait behind routine work, of other addressees or of its own, however much there is and
// however slow it is: an eighth of the workers is not given to it.
func TestUrgentDoesNotWaitBehindRoutine(t *testing.T) {
	for _, c := range []struct {
		name    string
		workers int
		routine int // agencies with routine work, all of it slow
		to      exchange.AgencyID
		bound   time.Duration
	}{
		{"to an agency that has nothing else", 16, 100, "Z", 0},
		{"to one whose routine documents are on their way", 16, 100, "R0", 0},
		{"to one whose routine documents wait", 16, 100, "R99", 0},
		{"with two workers", 2, 50, "Z", 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, func(context.Context, attempt) delivery.Verdict { time.Sleep(29 * time.Second); return taken },
				func(d *delivery.Dispatcher) { d.Workers = c.workers })
			for i := range c.routine {
				w.push(exchange.AgencyID(fmt.Sprintf("R%d", i)), 20, 0)
			}
			after(time.Second)
			pushed := time.Now()
			w.push(c.to, 1, 1)
			urgent := w.newest()
			after(c.bound)
			for _, a := range w.attempts(c.to) {
				if a.delivery == urgent && a.at.Sub(pushed) <= c.bound {
					return
				}
			}
			t.Errorf("%s: not begun within %v", c.name, c.bound)
		})
	}
}

// One urgent document after another to the same agency takes the extra place, not all: its window holds for the rest.
func TestUrgentStreamKeepsToTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(context.Context, attempt) delivery.Verdict { time.Sleep(time.Second); return taken }, nil)
		w.push("A", 50, 3)
		synctest.Wait()
		if n := len(w.attempts("A")); n > 2 {
			t.Errorf("%d attempts at once to an endpoint that nobody knows, want its window of 1 and at most one more", n)
		}
	})
}

// An urgent document that is to be tried again is tried when it falls due, also while routine work has all its workers.
func TestUrgentRetryIsPunctual(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, func(_ context.Context, a attempt) delivery.Verdict {
			if a.agency != "Z" {
				time.Sleep(25 * time.Second)
			}
			return taken
		}, func(d *delivery.Dispatcher) { d.Workers = 4 })
		for i := range 20 {
			w.push(exchange.AgencyID(fmt.Sprintf("R%d", i)), 20, 0)
		}
		after(time.Second)
		w.push("Z", 0, 3)
		due := time.Now().Add(5 * time.Second)
		w.change(func() {
			w.deliveries["later"] = exchange.Delivery{ID: "later", Addressee: "Z", Priority: 3, Channel: exchange.Push, State: exchange.Queued, Due: due}
		})
		w.Wake([]exchange.AgencyID{"Z"})
		after(6 * time.Second)
		if all := w.attempts("Z"); len(all) != 1 || all[0].at.Sub(due) > 0 {
			t.Errorf("%v, want one attempt at %v", all, due)
		}
	})
}

// newest is the delivery pushed last.
func (w *world) newest() exchange.DeliveryID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return exchange.DeliveryID(fmt.Sprintf("d%04d", len(w.deliveries)-1))
}

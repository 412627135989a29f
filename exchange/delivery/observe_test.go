package delivery_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange/delivery"
)

// Who is told of attempts is told of each, and the breaker says what the dispatcher does about the endpoint.
func TestAttemptsAndBreakerCanBeSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := make(chan delivery.Attempt, 1000)
		var down atomic.Bool
		down.Store(true)
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			if down.Load() {
				return delivery.Verdict{Class: delivery.Outage, Reason: "dial", NotSent: true}
			}
			return delivery.Verdict{Class: delivery.Delivered}
		}, func(d *delivery.Dispatcher) { d.Observe = func(a delivery.Attempt) { seen <- a } })
		if _, known := w.Breaker("A"); known {
			t.Error("something is known of an endpoint to which nothing was posted")
		}
		w.push("A", 5, 0)
		after(time.Second)
		b, known := w.Breaker("A")
		if !known || !b.Parked || b.Outages != 5 || !b.Opens.After(time.Now()) {
			t.Errorf("after five outages: %+v, %v", b, known)
		}
		if len(seen) != len(w.attempts("A")) {
			t.Errorf("told of %d attempts of %d", len(seen), len(w.attempts("A")))
		}
		if a := <-seen; a.Agency != "A" || a.Delivery == "" || a.Number != 1 || a.Began.IsZero() || a.Verdict.Reason != "dial" {
			t.Errorf("the first is %+v", a)
		}
		down.Store(false)
		after(time.Hour)
		if b, _ := w.Breaker("A"); b.Parked || b.Outages != 0 {
			t.Errorf("when it answers again: %+v", b)
		}
	})
}

// An endpoint that the networks forbid is told of once, and again when it was reached in between.
func TestBlockedEndpointIsToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var blocked atomic.Bool
		blocked.Store(true)
		w := start(t, func(context.Context, attempt) delivery.Verdict {
			if blocked.Load() {
				return delivery.Verdict{Class: delivery.Outage, Reason: "blocked-address", NotSent: true, Detail: "it leads to 127.0.0.1"}
			}
			return delivery.Verdict{Class: delivery.Delivered}
		}, func(d *delivery.Dispatcher) {
			d.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelWarn}))
		})
		lines := func(want int) {
			t.Helper()
			if got := strings.Count(log.String(), "level=WARN"); got != want || !strings.Contains(log.String(), "recipient=A err=\"it leads to 127.0.0.1\"") {
				t.Errorf("%d lines, want %d: %s", got, want, &log)
			}
		}
		w.push("A", 5, 0)
		after(time.Hour)
		lines(1)
		blocked.Store(false)
		after(time.Hour)
		blocked.Store(true)
		w.push("A", 5, 0)
		after(time.Hour)
		lines(2)
	})
}

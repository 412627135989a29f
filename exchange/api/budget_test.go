package api

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// The rules of the budget, one line each, for a budget of 256 MiB: 32 MiB for small bodies, 224 MiB for all.
func TestBudget(t *testing.T) {
	const mib = 1 << 20
	type body struct {
		who string
		mib int64 // its size
		n   int   // how many of them
	}
	for _, test := range []struct {
		name  string
		held  []body
		asks  body
		share string // whose is used up; empty: it is taken
	}{
		{"the first", nil, body{"a", 64, 1}, ""},
		{"half of the budget", []body{{"a", 64, 1}}, body{"a", 64, 1}, ""},
		{"more than half of it", []body{{"a", 64, 2}}, body{"a", 2, 1}, "own"},
		{"another, beside one that has its half", []body{{"a", 64, 2}}, body{"b", 64, 1}, ""},
		{"more than there is", []body{{"a", 64, 2}, {"b", 64, 1}}, body{"c", 64, 1}, "hub"},
		{"own and hub's used up: own first", []body{{"a", 64, 2}, {"b", 96, 1}}, body{"a", 64, 1}, "own"},
		{"a small one when the large have all they can", []body{{"a", 64, 2}, {"b", 96, 1}}, body{"c", 1, 1}, ""},
		{"a small one of who has its half in large ones", []body{{"a", 64, 2}, {"b", 96, 1}}, body{"a", 1, 1}, ""},
		{"one that is not small then", []body{{"a", 64, 2}, {"b", 96, 1}}, body{"c", 2, 1}, "hub"},
		{"half of the small part", []body{{"a", 64, 2}, {"b", 96, 1}, {"c", 1, 15}}, body{"c", 1, 1}, ""},
		{"more than half of it", []body{{"a", 64, 2}, {"b", 96, 1}, {"c", 1, 16}}, body{"c", 1, 1}, "hub"},
		{"another, beside one that has its half of the small part", []body{{"a", 64, 2}, {"b", 96, 1}, {"c", 1, 16}}, body{"d", 1, 1}, ""},
		{"small ones beyond their part are like any other", []body{{"a", 1, 16}}, body{"a", 1, 128}, ""},
		{"and have the same end", []body{{"a", 1, 16 + 128}}, body{"a", 1, 1}, "own"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := NewBudget(256 * mib)
			for _, h := range append(test.held, body{test.asks.who, test.asks.mib, test.asks.n - 1}) {
				for range h.n {
					if _, err := b.take(h.who, h.mib*mib); err != nil {
						t.Fatalf("%+v is not taken: %v", h, err)
					}
				}
			}
			before := b.Used()
			give, err := b.take(test.asks.who, test.asks.mib*mib)
			if got := shareOf(t, err); got != test.share {
				t.Fatalf("%q is used up, want %q", got, test.share)
			}
			if err == nil {
				give()
			}
			if b.Used() != before {
				t.Errorf("%d bytes in flight, want %d as before", b.Used(), before)
			}
		})
	}
}

// shareOf is what a refusal says is used up; empty for none.
func shareOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e, ok := errors.AsType[*exchange.Error](err)
	if !ok || e.RetryAfter <= 0 {
		t.Errorf("%v, want a time", err)
		return ""
	}
	share := e.Values["share"]
	if want := map[string]exchange.Kind{"own": exchange.TooMany, "hub": exchange.Busy}[share]; e.Kind != want {
		t.Errorf("%s for the share %q, want %s", e.Kind, share, want)
	}
	return share
}

// What is given back can be taken by whoever lacked it, and nothing is left of who holds nothing.
func TestSharesAreGivenBack(t *testing.T) {
	s := shares{size: 3, each: 2}
	first, _ := s.take("a", 2)
	second, _ := s.take("b", 1)
	if _, lacks := s.take("b", 1); lacks != ofAll {
		t.Errorf("a full house: %q, want %q", lacks, ofAll)
	}
	first()
	if _, lacks := s.take("b", 1); lacks != ofNone {
		t.Errorf("after something was given back: %q, want none", lacks)
	}
	second()
	if s.taken() != 1 || len(s.by) != 1 {
		t.Errorf("%d taken by %v, want 1 by one", s.taken(), s.by)
	}
}

func TestWaitingForAShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			name  string
			s     *shares
			who   string
			n     int64
			freed time.Duration // when another gives back what it holds
			lacks lack
			after time.Duration
		}{
			{"room", &shares{size: 2, each: 1}, "b", 1, time.Hour, ofNone, 0},
			{"room after a while", &shares{size: 1, each: 1}, "b", 1, 2 * time.Second, ofNone, 2 * time.Second},
			{"room for oneself after a while", &shares{size: 2, each: 1}, "a", 1, 2 * time.Second, ofNone, 2 * time.Second},
			{"none", &shares{size: 1, each: 1}, "b", 1, time.Hour, ofAll, 3 * time.Second},
			{"none for oneself", &shares{size: 2, each: 1}, "a", 1, time.Hour, ofOwn, 3 * time.Second},
			{"more than anybody gets", &shares{size: 2, each: 1}, "b", 2, time.Second, ofOwn, 0},
		} {
			give, _ := test.s.take("a", 1)
			freed := time.AfterFunc(test.freed, give)
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			began := time.Now()
			_, lacks := test.s.wait(ctx, test.who, test.n)
			if took := time.Since(began); lacks != test.lacks || took != test.after {
				t.Errorf("%s: lacks %q after %v, want %q after %v", test.name, lacks, took, test.lacks, test.after)
			}
			cancel()
			freed.Stop()
		}
	})
}

// A buffer that was given back is room in the budget at once, and memory until it is collected: what would be more than
// the budget together is collected before the next one is made.
func TestSpentBuffersAreCollected(t *testing.T) {
	const mib = 1 << 20
	b := NewBudget(32 * mib)
	use := func() {
		give, err := b.take("a", 12*mib)
		if err != nil {
			t.Fatal(err)
		}
		body, done := b.buffer(12*mib, give)
		if int64(len(body)) != 12*mib || b.Used() != 12*mib {
			t.Errorf("a buffer of %d bytes, %d in flight; want 12 MiB of both", len(body), b.Used())
		}
		done()
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range 20 {
		use()
		if room := b.size - b.Used(); room != b.size {
			t.Errorf("%d bytes of room, want all", room)
		}
	}
	// Without the collector's own rhythm only those of the last times can be left, and they go when it runs.
	for end := time.Now().Add(10 * time.Second); b.spent.Load() > 36*mib && time.Now().Before(end); {
		runtime.Gosched() // cleanups have a goroutine of their own
	}
	if left := b.spent.Load(); left > 36*mib {
		t.Errorf("%d MiB are spent and not collected after 20 times 12 MiB, want at most three times", left/mib)
	}
}

package delivery_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange/delivery"
)

func TestBackoffIsFullJitterUnderTheTable(t *testing.T) {
	for _, c := range []struct {
		priority, failures int
		longest            time.Duration
	}{
		{0, 1, 5 * time.Second},
		{0, 2, 30 * time.Second},
		{0, 5, 30 * time.Minute},
		{0, 9, 10 * time.Hour},
		{0, 1000, 10 * time.Hour},
		{0, 0, 5 * time.Second},
		{1, 9, 5 * time.Hour},
		{2, 9, 2 * time.Hour},
		{3, 9, time.Hour},
		{4, 9, 30 * time.Minute},
		{4, 1, 5 * time.Second},
		{9, 9, 30 * time.Minute},
		{-1, 9, 10 * time.Hour},
	} {
		for _, r := range []float64{0, 0.25, 0.999} {
			want := max(time.Second, time.Duration(r*float64(c.longest)))
			if got := delivery.Backoff(c.priority, c.failures, func() float64 { return r }); got != want {
				t.Errorf("priority %d, failure %d, random %v: %v, want %v", c.priority, c.failures, r, got, want)
			}
		}
	}
}

func TestUrgentDocumentsAreGivenUpSooner(t *testing.T) {
	for p := 1; p <= 4; p++ {
		if delivery.MaxFailures(p) > delivery.MaxFailures(p-1) {
			t.Errorf("priority %d has %d attempts, the less urgent %d has %d", p, delivery.MaxFailures(p), p-1, delivery.MaxFailures(p-1))
		}
	}
}

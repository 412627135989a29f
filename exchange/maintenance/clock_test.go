package maintenance_test

import (
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange/maintenance"
)

func TestJumpsOfTheClockAreTold(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		by   time.Duration
		told bool
	}{
		{"none", 0, false},
		{"what synchronisation does", 2 * time.Second, false},
		{"back by as much", -2 * time.Second, false},
		{"forward by an hour", time.Hour, true},
		{"back by an hour", -time.Hour, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			var set atomic.Int64
			var jumps []time.Duration
			var log strings.Builder
			w := &maintenance.ClockWatch{
				Wall:   func() time.Time { return start.Add(time.Since(began) + time.Duration(set.Load())) },
				Passed: func() time.Duration { return time.Since(began) },
				Log:    slog.New(slog.NewTextHandler(&log, nil)), Jumped: func(d time.Duration) { jumps = append(jumps, d) },
			}
			r := run(t, io.Discard, w.Job())
			time.Sleep(90 * time.Second)
			set.Store(int64(tt.by))
			time.Sleep(10 * time.Minute)
			r.Stop()
			if told := len(jumps) == 1 && jumps[0] == tt.by && strings.Count(log.String(), "jumped") == 1; told != tt.told || len(jumps) > 1 {
				t.Errorf("%s: told of %v, log %q; want once: %t", tt.name, jumps, log.String(), tt.told)
			}
		})
	}
}

// The machine's own clocks agree: days of them are no jump.
func TestMachinesClocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &maintenance.ClockWatch{Log: slog.New(slog.DiscardHandler), Jumped: func(d time.Duration) { t.Errorf("jumped by %v", d) }}
		r := run(t, io.Discard, w.Job())
		time.Sleep(48 * time.Hour)
		r.Stop()
	})
}

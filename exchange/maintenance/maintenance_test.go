package maintenance_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/maintenance"
)

func run(t *testing.T, log io.Writer, jobs ...maintenance.Job) *maintenance.Runner {
	t.Helper()
	r, err := maintenance.New(jobs, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	r.Start()
	return r
}

func TestJobRunsAtItsTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var minutes, nights atomic.Int32
		r := run(t, io.Discard,
			maintenance.Job{Name: "m", Schedule: "@every 1m", Run: func(context.Context) error { minutes.Add(1); return nil }},
			maintenance.Job{Name: "n", Schedule: "30 1 * * *", Run: func(context.Context) error {
				if now := time.Now().UTC(); now.Hour() != 18 || now.Minute() != 30 {
					t.Errorf("the night job ran at %v, want 01:30 of Việt Nam", now)
				}
				nights.Add(1)
				return nil
			}})
		time.Sleep(48*time.Hour + time.Second)
		r.Stop()
		if minutes.Load() != 48*60 || nights.Load() != 2 {
			t.Errorf("%d and %d runs in two days, want %d and 2", minutes.Load(), nights.Load(), 48*60)
		}
	})
}

func TestScheduleThatCannotBeReadIsNamed(t *testing.T) {
	_, err := maintenance.New([]maintenance.Job{{Name: "sweep", Schedule: "61 * * * *"}}, slog.Default())
	if err == nil || !strings.Contains(err.Error(), "sweep") {
		t.Errorf("%v, want an error that names the job", err)
	}
}

func TestJobThatFailsComesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		var runs atomic.Int32
		r := run(t, &log, maintenance.Job{Name: "odd", Schedule: "@every 1m", Run: func(context.Context) error {
			if runs.Add(1) == 1 {
				panic("boom")
			}
			return errors.New("broken")
		}})
		time.Sleep(3*time.Minute + time.Second)
		r.Stop()
		if runs.Load() != 3 || !strings.Contains(log.String(), "boom") || !strings.Contains(log.String(), "broken") || !strings.Contains(log.String(), "odd") {
			t.Errorf("%d runs, log %s; want 3, with the panic and the error", runs.Load(), log.String())
		}
	})
}

func TestJobIsNotRunTwiceAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, runs atomic.Int32
		r := run(t, io.Discard, maintenance.Job{Name: "long", Schedule: "@every 1m", Run: func(context.Context) error {
			if running.Add(1) > 1 {
				t.Error("two at a time")
			}
			time.Sleep(150 * time.Second)
			running.Add(-1)
			runs.Add(1)
			return nil
		}})
		time.Sleep(10 * time.Minute)
		r.Stop()
		if runs.Load() < 3 {
			t.Errorf("%d runs in ten minutes, want at least 3", runs.Load())
		}
	})
}

func TestStopEndsAndAwaitsWhatRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended atomic.Bool
		var log strings.Builder
		r := run(t, &log, maintenance.Job{Name: "j", Schedule: "@every 1m", Run: func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended.Store(true)
			return ctx.Err()
		}})
		time.Sleep(90 * time.Second)
		r.Stop()
		if !ended.Load() || log.Len() > 0 {
			t.Errorf("ended %v, log %q; want the job over and nothing said of it", ended.Load(), log.String())
		}
	})
}

type seen struct {
	overdue, rounds, flushes int
	moves                    int
	delayed, told            int
	past, passed             int
	recalls                  int // rounds over recalls
	stopping                 bool
}

type hub struct {
	sync.Mutex
	seen
}

func (h *hub) ExpireOverdue(context.Context) (int, error) {
	h.Lock()
	defer h.Unlock()
	h.rounds++
	n := min(h.overdue, 200)
	h.overdue -= n
	return n, nil
}

func (h *hub) LapseRecalls(context.Context) (int, error) {
	h.Lock()
	defer h.Unlock()
	h.recalls++
	return 0, nil
}

func (h *hub) TellDelays(context.Context) (int, error) {
	h.Lock()
	defer h.Unlock()
	n := min(h.delayed, 200)
	h.delayed -= n
	h.told += n
	return n, nil
}

func (h *hub) PassLimits(context.Context) (int, error) {
	h.Lock()
	defer h.Unlock()
	n := min(h.past, 500)
	h.past -= n
	h.passed += n
	return n, nil
}

func (h *hub) FlushRefusals(_ context.Context, stopping bool) {
	h.Lock()
	defer h.Unlock()
	h.flushes++
	h.stopping = h.stopping || stopping
}

func (h *hub) MoveWaiting(context.Context) (exchange.Moved, error) {
	h.Lock()
	defer h.Unlock()
	h.moves++
	return exchange.Moved{}, nil
}

func (h *hub) sofar() seen {
	h.Lock()
	defer h.Unlock()
	return h.seen
}

func TestEveryMinuteTheHubIsTidied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hub{seen: seen{overdue: 450, delayed: 450, past: 1100}}
		r := run(t, io.Discard, maintenance.Jobs(h)...)
		time.Sleep(61 * time.Second)
		if got, want := h.sofar(), (seen{rounds: 4, flushes: 1, moves: 1, recalls: 1, told: 450, passed: 1100}); got != want {
			t.Errorf("%+v after a minute, want %+v: all done and the refusals flushed once, not stopping", got, want)
		}
		time.Sleep(time.Minute)
		if got := h.sofar().rounds; got != 5 {
			t.Errorf("%d rounds, want 4 and 1: an empty one ends it", got)
		}
		r.Stop()
	})
}

func TestNothingBeginsAfterStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		r := run(t, io.Discard, maintenance.Job{Name: "j", Schedule: "@every 1m", Run: func(context.Context) error { runs.Add(1); return nil }})
		time.Sleep(150 * time.Second)
		r.Stop()
		time.Sleep(time.Hour)
		r.Stop()
		if runs.Load() != 2 {
			t.Errorf("%d runs, want the 2 before Stop", runs.Load())
		}
	})
}

func TestStopWithoutStart(t *testing.T) {
	r, err := maintenance.New(nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r.Stop()
}

// A job that is slow, or panics for ever, holds up no other.
func TestJobsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var runs atomic.Int32
		r := run(t, io.Discard,
			maintenance.Job{Name: "stuck", Schedule: "@every 1m", Run: func(ctx context.Context) error { <-ctx.Done(); return nil }},
			maintenance.Job{Name: "panics", Schedule: "@every 1m", Run: func(context.Context) error { panic("boom") }},
			maintenance.Job{Name: "good", Schedule: "@every 1m", Run: func(context.Context) error { runs.Add(1); return nil }})
		time.Sleep(10*time.Minute + time.Second)
		r.Stop()
		if runs.Load() != 10 {
			t.Errorf("%d runs of the good job in ten minutes, want 10", runs.Load())
		}
	})
}

// endless always finds something overdue; in so many rounds it gets some of that done, and something fails or nothing.
type endless struct {
	hub
	busy  int
	fails error
}

func (h *endless) ExpireOverdue(ctx context.Context) (int, error) {
	h.hub.overdue = 1
	_, _ = h.hub.ExpireOverdue(ctx)
	time.Sleep(time.Second)
	h.busy--
	return min(max(h.busy+1, 0), 1), h.fails
}

func TestExpiryEndsWithTheRunnerOrWhereNothingGetsDone(t *testing.T) {
	tests := []struct {
		name   string
		busy   int
		fails  error
		rounds int
		logged bool
	}{
		{"as long as there is something", 99, nil, 30, false},
		{"also where one fails", 9, errors.New("cannot be read"), 10, true},
		{"until nothing gets done", 0, errors.New("disk full"), 1, true},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			var log strings.Builder
			h := &endless{busy: tt.busy, fails: tt.fails}
			r := run(t, &log, maintenance.Jobs(h)...)
			time.Sleep(89*time.Second + time.Second/2)
			r.Stop()
			if got := h.sofar(); got.rounds != tt.rounds || got.flushes != 1 {
				t.Errorf("%s: %+v in half a minute, want %d rounds, and the refusals flushed beside", tt.name, got, tt.rounds)
			}
			if logged := strings.Contains(log.String(), "job=expire"); logged != tt.logged {
				t.Errorf("%s: log %q, want the failure told: %v", tt.name, log.String(), tt.logged)
			}
		})
	}
}

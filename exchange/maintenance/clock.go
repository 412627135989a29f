package maintenance

import (
	"context"
	"log/slog"
	"time"
)

// maxJump is how far the wall clock may move away from the monotonic one within a minute before people are told. The
// hub's time does not go back behind what was committed; but deadlines, certificates and the law's clocks go by it.
const maxJump = 30 * time.Second

// A ClockWatch finds jumps of the machine's clock. It belongs to one job.
type ClockWatch struct {
	// Wall is the time of day, Passed the time by a clock that cannot be set. Nil: the machine's.
	Wall   func() time.Time
	Passed func() time.Duration
	Log    *slog.Logger
	// Jumped is told each jump, forward or (negative) back; nil: nobody is.
	Jumped func(time.Duration)

	began, wall time.Time
	passed      time.Duration
}

// Job looks once a minute.
func (w *ClockWatch) Job() Job {
	w.look()
	return Job{Name: "clock", Schedule: "@every 1m", Run: func(context.Context) error {
		w.look()
		return nil
	}}
}

func (w *ClockWatch) look() {
	wall, passed := w.now()
	jump := wall.Sub(w.wall) - (passed - w.passed)
	first := w.wall.IsZero()
	w.wall, w.passed = wall, passed
	if first || jump.Abs() <= maxJump {
		return
	}
	w.Log.Error("the machine's clock has jumped: check its synchronisation", "by", jump.String(), "now", wall)
	if w.Jumped != nil {
		w.Jumped(jump)
	}
}

// now is one reading of both clocks.
func (w *ClockWatch) now() (time.Time, time.Duration) {
	if w.Wall != nil {
		return w.Wall(), w.Passed()
	}
	now := time.Now()
	if w.began.IsZero() {
		w.began = now
	}
	return now.Round(0), now.Sub(w.began) // Round drops the monotonic reading, Sub uses it
}

// Package maintenance runs the hub's calendar work: what happens because of the hour, not because of a caller.
//
// It is not a queue: what must not be missed is state in the store, and a job that was not run is run at its next time.
// A job that finds nothing to do writes nothing.
package maintenance

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/robfig/cron/v3"
)

// A Job is one piece of calendar work.
type Job struct {
	Name string
	// Schedule is a cron line of five fields in the time of Việt Nam, or "@every 1m".
	Schedule string
	// Run does the work once. Its context ends when the runner stops. It is never run twice at the same time.
	Run func(ctx context.Context) error
}

// A Runner runs jobs at their times. A job that fails or panics is logged and comes again.
type Runner struct {
	cron *cron.Cron
	work context.Context
	stop context.CancelFunc
}

// vietnam is the zone of all schedules: an office day begins when it does there, wherever the machine thinks it is.
func vietnam() *time.Location { return time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60) }

// New makes a runner. The error names the job whose schedule cannot be read.
func New(jobs []Job, log *slog.Logger) (*Runner, error) {
	r := &Runner{}
	r.work, r.stop = context.WithCancel(context.Background())
	notes := cronLog{log}
	// Recover is the inner one: a panic that passed SkipIfStillRunning would leave its job running for ever.
	r.cron = cron.New(cron.WithLocation(vietnam()), cron.WithLogger(notes),
		cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger), cron.Recover(notes)))
	for _, j := range jobs {
		if _, err := r.cron.AddFunc(j.Schedule, func() { r.run(j, log) }); err != nil {
			return nil, fmt.Errorf("maintenance: %s: %w", j.Name, err)
		}
	}
	return r, nil
}

func (r *Runner) run(j Job, log *slog.Logger) {
	if r.work.Err() != nil {
		return
	}
	if err := j.Run(r.work); err != nil && r.work.Err() == nil {
		log.Error("maintenance failed", "job", j.Name, "err", err)
	}
}

// Start begins to run the jobs, each at its next time, and returns at once.
func (r *Runner) Start() { r.cron.Start() }

// All runs each job once, one after the other, but for those that run already, and returns when they have ended.
func (r *Runner) All() {
	for _, e := range r.cron.Entries() {
		e.WrappedJob.Run()
	}
}

// Stop ends the contexts of the jobs that run and waits for them. No job begins afterwards.
func (r *Runner) Stop() {
	done := r.cron.Stop()
	r.stop()
	<-done.Done()
}

// cronLog keeps of the scheduler's notes what an operator should know: panics.
type cronLog struct{ log *slog.Logger }

// Info implements [cron.Logger].
func (cronLog) Info(string, ...any) {}

// Error implements [cron.Logger].
func (c cronLog) Error(err error, msg string, fields ...any) {
	c.log.Error("maintenance: "+msg, append(fields, "err", err)...)
}

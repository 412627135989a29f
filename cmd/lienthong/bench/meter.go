package bench

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/store/bolt"
)

// steps adds up what the store's steps take. Three sorts of goroutines write to the disk, each one step at a time: the
// writer of small bodies, those of large ones (as many as there are lanes), the committer.
type steps struct {
	bodies, large, commits atomic.Int64 // nanoseconds
	syncs                  atomic.Int64
}

// commitSyncs is how often a commit syncs: what it wrote, and the page that makes it count.
const commitSyncs = 2

func (s *steps) took(step bolt.Step, d time.Duration) {
	switch step {
	case bolt.StepAppend:
		s.bodies.Add(int64(d))
	case bolt.StepSegment, bolt.StepSync:
		s.bodies.Add(int64(d))
		s.syncs.Add(1)
	case bolt.StepLargeAppend:
		s.large.Add(int64(d))
	case bolt.StepLargeSync:
		s.large.Add(int64(d))
		s.syncs.Add(1)
	case bolt.StepCommit:
		s.commits.Add(int64(d))
		s.syncs.Add(commitSyncs)
	}
}

// A meter measures this process from when it is made until its result is asked for.
type meter struct {
	run                   *run
	bodies, large, commit int64
	syncs                 int64
	cpu, machine          time.Duration

	peak atomic.Int64
	quit chan struct{}
	end  sync.WaitGroup
}

// meter begins. What was needed to get here is given back first, so that it does not count as the hub's memory.
func (r *run) meter() *meter {
	r.plan, r.certs = plan{}, nil
	debug.FreeOSMemory()
	s := &r.steps
	m := &meter{run: r, bodies: s.bodies.Load(), large: s.large.Load(), commit: s.commits.Load(), syncs: s.syncs.Load(),
		cpu: processorTime(), machine: machineTime(), quit: make(chan struct{})}
	m.end.Go(m.watch)
	return m
}

// watch looks for the most memory in use.
func (m *meter) watch() {
	t := time.NewTicker(100 * time.Millisecond)
	defer t.Stop()
	for {
		m.peak.Store(max(m.peak.Load(), rssAnon()))
		select {
		case <-m.quit:
			return
		case <-t.C:
		}
	}
}

func (m *meter) stop() {
	close(m.quit)
	m.end.Wait()
}

// calm is longer than the quiet moment in which the store lets go of what it needs no more.
const calm = 3 * time.Second

// result ends the measurement and puts the two sides' figures together.
func (m *meter) result(seen figures) Result {
	cpu, machine := processorTime()-m.cpu, machineTime()-m.machine
	m.stop()
	time.Sleep(calm)
	runtime.GC() // pools keep what they hold over one collection
	debug.FreeOSMemory()
	wall, s := seen.Took.Seconds(), &m.run.steps
	share := func(now, then int64) float64 { return rounded(time.Duration(now-then).Seconds() / wall) }
	r := Result{
		AcceptedPerS: rounded(float64(seen.Accepted) / wall), DeliveredPerS: rounded(float64(seen.Delivered) / wall),
		AcceptP50: ms(seen.P50), AcceptP99: ms(seen.P99),
		RSSAnonMB: mb(rssAnon()), Fsyncs: s.syncs.Load() - m.syncs,
		Accepted: seen.Accepted, Delivered: seen.Delivered, Seconds: rounded(wall), RanOut: seen.RanOut,
		RSSAnonPeakMB: mb(m.peak.Load()),
		Cores:         runtime.NumCPU(), HubCores: rounded(cpu.Seconds() / wall), ClientCores: rounded(seen.CPU.Seconds() / wall),
		MachineCores: rounded(machine.Seconds() / wall),
		BodiesBusy:   share(s.bodies.Load(), m.bodies), CommitBusy: share(s.commits.Load(), m.commit),
		LargeBusy:  rounded(time.Duration(s.large.Load()-m.large).Seconds() / wall / largeLanes),
		Submitters: m.run.Submitters,
		Waiting:    max(seen.Waiting, 0), // of the last acceptances the senders may not have heard any more
	}
	r.LimitedBy = r.limit()
	return r
}

// largeLanes is how many large bodies the store writes at the same time.
const largeLanes = 8

func ms(d time.Duration) float64 { return rounded(float64(d) / float64(time.Millisecond)) }

func mb(bytes int64) float64 { return rounded(float64(bytes) / (1 << 20)) }

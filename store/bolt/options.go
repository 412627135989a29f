package bolt

import (
	"errors"
	"log/slog"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/exchange"
)

// Options say how a directory is opened. Signer and Origin are required; everything else has a default.
type Options struct {
	// Signer signs the log's checkpoints; its name must be Origin. It is used on one goroutine.
	Signer note.Signer
	// Origin names the log. A directory that holds another log is refused.
	Origin string

	SegmentSize int64 // bytes after which a segment is full; default 256 MiB
	LargeBody   int64 // bodies above it are written on their caller's goroutine; default 1 MiB
	GroupOps    int   // most requests in one commit; default 512
	GroupBytes  int64 // most bytes of bodies in one append; default 32 MiB

	// OnDue is told the agencies for which a commit has brought the next due time forward, or has added a delivery
	// that is due already. It is called on the committer's goroutine after the waiters were answered: it must not
	// block, and must not call the store.
	OnDue func([]exchange.AgencyID)

	// OnLog is told the agencies that a commit has brought entries of the log for (exchange.Concerns), as OnDue is told.
	// After a commit whose outcome had to be looked up it is told "": anybody's.
	OnLog func([]exchange.AgencyID)

	// Logger gets what an operator should know: recoveries, abandoned files. Default: slog.Default.
	Logger *slog.Logger

	// Faults is asked at each step that can fail on a real disk. It is for tests; nil in production. An error makes
	// the step fail; apply says whether it is carried out nevertheless, as when a sync reports an error after the
	// data has reached the disk.
	Faults func(Step) (apply bool, err error)

	// Timed is told how long each step took that was carried out, for measurements. It is called on the goroutine of
	// the step, several at a time, and must not block. Default: nobody is told.
	Timed func(Step, time.Duration)
}

// A Step is a point at which a disk can fail.
type Step string

// The steps, in the order of one acceptance.
const (
	StepSegment     Step = "segment"      // creating a segment file and syncing its directory
	StepAppend      Step = "append"       // appending the bodies of a group
	StepSync        Step = "sync"         // syncing them
	StepLargeAppend Step = "large-append" // appending one large body
	StepLargeSync   Step = "large-sync"   // syncing it
	StepBegin       Step = "begin"        // beginning the transaction
	StepSign        Step = "sign"         // signing the checkpoint
	StepCommit      Step = "commit"       // committing
	StepReopen      Step = "reopen"       // opening the file again, after a failed commit or in a quiet moment
	StepMark        Step = "mark"         // the commit that proves the reopened file
)

// Steps lists every step, for fault tables.
func Steps() []Step {
	return []Step{StepSegment, StepAppend, StepSync, StepLargeAppend, StepLargeSync, StepBegin, StepSign, StepCommit, StepReopen, StepMark}
}

func (o Options) withDefaults() (Options, error) {
	if o.Signer == nil || o.Signer.Name() != o.Origin {
		return o, errors.New("bolt: Options need a Signer whose name is the Origin")
	}
	o.SegmentSize = orDefault(o.SegmentSize, 256<<20)
	o.LargeBody = orDefault(o.LargeBody, 1<<20)
	o.GroupOps = int(orDefault(int64(o.GroupOps), 512))
	o.GroupBytes = orDefault(o.GroupBytes, 32<<20)
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return o, nil
}

func orDefault(n, def int64) int64 {
	if n <= 0 {
		return def
	}
	return n
}

// step carries out do, unless the test hook makes it fail.
func (o Options) step(st Step, do func() error) error {
	if o.Timed != nil {
		do = o.timed(st, do)
	}
	if o.Faults == nil {
		return do()
	}
	apply, err := o.Faults(st)
	if err == nil {
		return do()
	}
	if apply {
		err = errors.Join(err, do())
	}
	return err
}

func (o Options) timed(st Step, do func() error) func() error {
	return func() error {
		began := time.Now()
		err := do()
		o.Timed(st, time.Since(began))
		return err
	}
}

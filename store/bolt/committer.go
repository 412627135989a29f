package bolt

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store"
)

// An op is one request to the committer.
type op struct {
	// run does the request's reads and writes inside the group's transaction. It looks first and writes then: with a
	// refusal it has written nothing. It may be run again in another transaction if its group failed, so it sets its
	// results anew each time, and they are true only once do has returned nil.
	run func(*group) error

	err  error
	done chan struct{}
}

// do hands run to the committer and waits until what it wrote is on disk.
func (s *Store) do(ctx context.Context, run func(*group) error) error {
	return s.doWithBody(ctx, nil, func(g *group, _ bodyRef) error { return run(g) })
}

// doWithBody has the body of a, if there is one, on disk before run is told where it lies.
func (s *Store) doWithBody(ctx context.Context, a *exchange.Acceptance, run func(*group, bodyRef) error) error {
	end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	return s.enqueue(ctx, a, run)
}

// enqueue is doWithBody for who has called begin already. A request that is queued is waited for even if its caller
// gives up: its outcome must not be left open, and its body is being read.
func (s *Store) enqueue(ctx context.Context, a *exchange.Acceptance, run func(*group, bodyRef) error) error {
	o := &op{done: make(chan struct{})}
	var err error
	if a == nil {
		o.run = func(g *group) error { return run(g, bodyRef{}) }
		err = s.send(ctx, o)
	} else {
		w := &bodyWrite{body: a.Body, digest: a.Message.Digest, now: a.Now, done: func(err error) { s.forward(o, err) }}
		o.run = func(g *group) error { return run(g, w.ref) }
		err = s.bodies.write(ctx, w)
	}
	if err != nil {
		return err
	}
	<-o.done
	return o.err
}

func (s *Store) send(ctx context.Context, o *op) error {
	select {
	case s.queue <- o:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// forward passes a request on whose body is on disk, or answers it if that has failed.
func (s *Store) forward(o *op, err error) {
	if err != nil {
		answer([]*op{o}, err)
		return
	}
	s.queue <- o
}

// runCommitter takes the first request that comes and whatever waits behind it. There is no timer: alone, a request is
// committed at once; under load, groups grow while the one before is being written.
func (s *Store) runCommitter() {
	defer close(s.done)
	for first, ok := s.next(); ok; first, ok = s.next() {
		ops := s.await([]*op{first})
		s.commitGroup(s.gather(ops))
	}
}

// await lets those come along whose bodies are on their way to the disk at this moment. Without it, the first to
// return after a large group would have a commit of its own, and all the others would wait for that.
func (s *Store) await(ops []*op) []*op {
	entered := s.bodies.entered.Load()
	for len(ops) < s.options.GroupOps {
		answered, turn := s.bodies.progress()
		if answered >= entered {
			break
		}
		select {
		case o, ok := <-s.queue:
			if !ok {
				return ops
			}
			ops = append(ops, o)
		case <-turn:
		}
	}
	return ops
}

// gather takes what waits.
func (s *Store) gather(ops []*op) []*op {
	for len(ops) < s.options.GroupOps {
		select {
		case o, ok := <-s.queue:
			if !ok {
				return ops
			}
			ops = append(ops, o)
		default:
			return ops
		}
	}
	return ops
}

// commitGroup runs the requests in one transaction and answers them. A request that fails in another way than by a
// refusal may have written half of what it meant to: then the transaction is dropped and each runs in one of its own.
func (s *Store) commitGroup(ops []*op) {
	g, err := s.beginGroup()
	if err != nil {
		answer(ops, err)
		return
	}
	if failed := g.runAll(ops); failed != nil && len(ops) > 1 {
		g.rollback()
		for _, o := range ops {
			s.commitGroup([]*op{o})
		}
		return
	} else if failed != nil {
		g.rollback()
		answer(ops, failed)
		return
	}
	if g.writes == 0 {
		g.rollback()
		answer(ops, nil)
		return
	}
	if err := g.finish(); err != nil {
		g.rollback()
		answer(ops, notWritten(err))
		return
	}
	if err := s.commitTx(g); err != nil {
		s.recover(g, ops, err)
		return
	}
	changed := s.publish(g)
	answer(ops, nil)
	s.tell(changed)
	if g.batch != nil && s.options.OnLog != nil {
		s.options.OnLog(slices.Collect(maps.Keys(g.heard)))
	}
}

// answer ends the requests: with err, or each with its own refusal.
func answer(ops []*op, err error) {
	for _, o := range ops {
		if err != nil {
			o.err = err
		}
		close(o.done)
	}
}

// runAll returns the first error that is no refusal.
func (g *group) runAll(ops []*op) error {
	for _, o := range ops {
		before := g.writes
		o.err = g.guarded(o.run)
		if g.failed != nil {
			return g.failed
		}
		if _, refusal := errors.AsType[*exchange.Error](o.err); o.err != nil && !refusal {
			return o.err
		}
		if o.err != nil && g.writes != before {
			return fmt.Errorf("bolt: refused after writing: %w", o.err)
		}
	}
	return nil
}

// guarded keeps one request's panic from taking the hub down with everybody's.
func (g *group) guarded(run func(*group) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			g.store.options.Logger.Error("panic in a store request", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("bolt: panic in a request: %v", p)
		}
	}()
	return run(g)
}

func (s *Store) beginGroup() (*group, error) {
	if s.broken != nil { // written by this goroutine only, while it runs
		return nil, s.broken
	}
	var g *group
	err := s.options.step(StepBegin, func() error {
		tx, err := s.db.Begin(true)
		if err == nil {
			g = newGroup(s, tx)
		}
		return err
	})
	if err == nil {
		return g, nil
	}
	if g != nil {
		g.rollback()
	}
	return nil, notWritten(err)
}

// commitTx commits. When it fails, what is on disk is unknown.
func (s *Store) commitTx(g *group) error {
	s.commit.Lock()
	defer s.commit.Unlock()
	id := int64(g.tx.ID())
	s.pages = g.tx.Size() / int64(s.db.Info().PageSize)
	err := s.options.step(StepCommit, g.tx.Commit)
	stats := g.tx.Stats()
	s.allocated += stats.GetPageCount()
	g.rollback()
	if err != nil {
		return err
	}
	s.durable.Store(id)
	s.commits.Add(1)
	return nil
}

// publish makes the group's effects known in memory.
func (s *Store) publish(g *group) (changed []exchange.AgencyID) {
	s.head = g.head
	s.calendar.Store(&g.calendar)
	s.due.advance(g.head.Time)
	return g.publishDue(s.due)
}

func (s *Store) tell(changed []exchange.AgencyID) {
	if len(changed) > 0 && s.options.OnDue != nil {
		s.options.OnDue(changed)
	}
}

// recover answers a group whose commit failed. It closes the file, opens it again and makes a commit of its own: bbolt
// syncs the pages of a group before it writes the meta page that names them, and each commit writes a meta page anew,
// so once this one has succeeded everything the file shows is on disk, the failed group included. The group's number
// then tells whether it is.
func (s *Store) recover(g *group, ops []*op, cause error) {
	s.options.Logger.Error("commit failed; opening the file again", "error", cause)
	happened, err := s.reopen(g.head.Group)
	switch {
	case err != nil:
		s.options.Logger.Error("the store is out of service until it is started again", "error", err)
		answer(ops, unknownOutcome(errors.Join(cause, err)))
	case happened:
		answer(ops, nil)
		s.tell(s.due.all())
		if s.options.OnLog != nil {
			s.options.OnLog([]exchange.AgencyID{""})
		}
	default:
		answer(ops, notWritten(cause))
	}
}

// notWritten says that the disk is at fault, full perhaps, and that nothing has happened: whoever comes back when it is
// well is served.
func notWritten(cause error) error {
	return &exchange.Error{
		Kind: exchange.Busy, RetryAfter: 30 * time.Second,
		Detail: "the hub's disk does not take anything at present; nothing was taken, send again later",
		VI:     "Hiện ổ đĩa của trục không ghi được; chưa tiếp nhận gì, hãy gửi lại sau.",
		Err:    fmt.Errorf("bolt: not written: %w", cause),
	}
}

// unknownOutcome is the one refusal that gives no answer.
func unknownOutcome(cause error) error {
	return &exchange.Error{
		Kind: exchange.Busy, RetryAfter: time.Second,
		Detail: "the store cannot tell yet whether this has happened; repeat with the same bytes",
		Err:    fmt.Errorf("%w: %w", store.ErrOutcomeUnknown, cause),
	}
}

func (s *Store) reopen(number int64) (happened bool, err error) {
	s.access.Lock()
	defer s.access.Unlock()
	err = s.db.Close()
	s.db = nil
	if err == nil {
		err = s.options.step(StepReopen, func() (err error) {
			s.db, err = openDB(filepath.Join(s.dir, dataFile))
			return err
		})
	}
	if err == nil {
		err = s.options.step(StepMark, s.mark)
	}
	if err == nil {
		return s.head.Group == number, nil
	}
	s.broken = notWritten(fmt.Errorf("out of service since a commit failed: %w", err))
	if s.db != nil {
		err = errors.Join(err, s.db.Close())
	}
	return false, err
}

package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// stream sends a page what it has to renew for as long as it is open and its session lasts (WHATWG HTML, 9.2). A
// stream is no sign of life of a person: the session ends over it.
func (c *console) stream(v *visit) error {
	f, err := readFeed(v)
	if err != nil {
		return err
	}
	leave, ok := c.streams.enter(v.session.ID, string(v.person.Agency), c.Streams)
	if !ok {
		return &exchange.Error{Kind: exchange.TooMany, RetryAfter: time.Minute}
	}
	defer leave()
	ctx, cancel := context.WithCancel(v.ctx())
	defer cancel()
	out := newSSE(v)
	err = out.event("beat", nil)
	if c.takesItself(v) {
		taken := c.takeWhile(ctx, v)
		defer func() { cancel(); <-taken }()
	}
	for err == nil {
		err = c.turn(ctx, v, f, out)
	}
	if errors.Is(err, errStreamEnds) || ctx.Err() != nil {
		return nil
	}
	return err
}

// errStreamEnds ends a stream in good order.
var errStreamEnds = errors.New("console: the stream ends")

// turn waits for something to tell, and tells it.
func (c *console) turn(ctx context.Context, v *visit, f *feed, out *sse) error {
	message, changed, err := c.next(ctx, v, f, liveBeat)
	if err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return errStreamEnds
	case <-c.Stopping:
		return errStreamEnds
	default:
	}
	if c.lasts(v) != nil {
		_ = out.event("ended", nil) // whoever reads it asks no more
		return errStreamEnds
	}
	if len(message) > 0 {
		err = out.event("", message)
	}
	if changed && err == nil {
		err = out.event("changed", nil)
	}
	if err == nil {
		err = out.event("beat", nil)
	}
	if changed && v.caller.Operator != "" {
		rest(ctx, liveInterval)
	}
	return err
}

// takeWhile takes into the console what comes for the agency for as long as a page of a clerk is open, as software
// would: an inbox that has to be asked for what is in it is none. The channel is closed at the end.
func (c *console) takeWhile(ctx context.Context, v *visit) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		lasts := func() error { return c.lasts(v) }
		for ctx.Err() == nil && lasts() == nil {
			_, err := c.Hub.Take(ctx, v.caller, liveBeat, lasts)
			if err != nil && ctx.Err() == nil && exchange.KindOf(err) != exchange.Unauthenticated {
				c.Log.Warn("taking for an open page", "agency", string(v.caller.Agency), "error", err)
				rest(ctx, liveBeat)
			}
			select {
			case <-c.Stopping:
				return
			default:
			}
		}
	}()
	return done
}

// lasts is nil for as long as the visit's session does.
func (c *console) lasts(v *visit) error {
	if _, _, ok := c.People.Look(cookieOf(v)); !ok {
		return exchange.Unauthenticated
	}
	return nil
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// streams counts open streams, by session and by agency. The hub's own people have a share together.
type streams struct {
	mu  sync.Mutex
	of  map[holder]int
	all int
}

// A holder of streams is a session, or an agency.
type holder struct{ session, agency string }

// enter takes a place, if there is one of so many in all; leave gives it back.
func (s *streams) enter(session, agency string, most int) (leave func(), ok bool) {
	own, shared := holder{session: session}, holder{agency: agency}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= most || s.of[own] >= liveSession || s.of[shared] >= (most+1)/2 {
		return nil, false
	}
	if s.of == nil {
		s.of = make(map[holder]int)
	}
	s.of[own]++
	s.of[shared]++
	s.all++
	return func() { s.leave(own, shared) }, true
}

func (s *streams) leave(holders ...holder) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	for _, h := range holders {
		if s.of[h]--; s.of[h] == 0 {
			delete(s.of, h)
		}
	}
}

// sse writes events to one browser. nginx passes them on at once because of X-Accel-Buffering.
type sse struct {
	v  *visit
	rc *http.ResponseController
}

func newSSE(v *visit) *sse {
	h := v.Response().Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	rc := http.NewResponseController(v.Response())
	_ = rc.SetReadDeadline(time.Time{}) // a connection without deadlines, as in a test, needs none lifted
	v.Response().WriteHeader(http.StatusOK)
	return &sse{v, rc}
}

// event sends one event; without a name it is what htmx puts into the page.
func (s *sse) event(name string, data []byte) error {
	var b bytes.Buffer
	if name != "" {
		fmt.Fprintf(&b, "event: %s\n", name)
	}
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		fmt.Fprintf(&b, "data: %s\n", bytes.TrimRight(line, "\r"))
	}
	b.WriteByte('\n')
	_ = s.rc.SetWriteDeadline(time.Now().Add(liveWrite))
	if _, err := s.v.Response().Write(b.Bytes()); err != nil {
		return errStreamEnds
	}
	return s.rc.Flush()
}

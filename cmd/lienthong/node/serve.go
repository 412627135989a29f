package node

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/maintenance"
)

// drainTime is how long requests under way may take to end when the hub stops; a large body may be on its way.
const drainTime = 20 * time.Second

// Serve works until ctx ends or a listener fails, and closes the listeners and the store. Callers of public are
// agencies and, in the console, people; callers of admin are the operator; admin may be nil. It is called once.
//
// At the end nothing is lost and little is repeated: no connection is taken any more, long polls end empty-handed,
// requests under way are answered, pushes under way end or are given back, and only then the store closes. The error is
// nil if all of that went well.
func (n *Node) Serve(ctx context.Context, public, admin net.Listener) error {
	n.api.URL = reached(n.config, public.Addr())
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { close(n.stopping) })()
	g.Go(func() error { return n.listen(ctx, public, console.Front(api.New(n.api), n.console)) })
	if admin != nil {
		g.Go(func() error { return n.listen(ctx, admin, api.NewAdmin(n.api)) })
	}
	g.Go(func() error { return n.Dispatcher.Run(ctx) })
	g.Go(func() error { return n.Revocation.Run(ctx) })
	g.Go(func() error { return n.upkeep(ctx) })
	err := g.Wait()
	n.Hub.FlushRefusals(context.WithoutCancel(ctx), true)
	return errors.Join(err, n.Close())
}

// reached is where people find a listener: the host as it is configured, as a certificate may name it, and the port that
// the system has chosen where none is.
func reached(c config.HTTP, at net.Addr) string {
	scheme := "http://"
	if c.TLSCert != "" {
		scheme = "https://"
	}
	host, _, _ := net.SplitHostPort(c.Listen)
	_, port, err := net.SplitHostPort(at.String())
	if err != nil || host == "" {
		return scheme + at.String()
	}
	return scheme + net.JoinHostPort(host, port)
}

// listen serves one listener until ctx ends.
func (n *Node) listen(ctx context.Context, l net.Listener, h http.Handler) error {
	s := api.Server(h, n.log)
	if p, ok := l.(public); ok {
		s.ConnState = p.watch
	}
	ended := make(chan struct{})
	failed := context.AfterFunc(ctx, func() {
		defer close(ended)
		n.shutdown(s)
	})
	err := s.Serve(l)
	if failed() {
		return err
	}
	<-ended
	return nil
}

func (n *Node) shutdown(s *http.Server) {
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		n.log.Warn("requests were cut off", "error", err)
		s.Close()
	}
}

// upkeep does the calendar's work. An idle hub writes nothing (P12).
func (n *Node) upkeep(ctx context.Context) error {
	clock := &maintenance.ClockWatch{Log: n.log, Jumped: func(time.Duration) { n.metrics.jumps.Inc() }}
	expiry := maintenance.Expiry(n.endings, n.clock, n.log)
	jobs := append(maintenance.Jobs(n.Hub), maintenance.Recheck(n.Hub, n.log, n.metrics.rejudge), expiry, clock.Job())
	r, err := maintenance.New(jobs, n.log)
	if err != nil {
		return err
	}
	n.warnOfClock()
	if err := expiry.Run(ctx); err != nil {
		return err
	}
	r.Start()
	if n.onUpkeep != nil {
		n.onUpkeep(r.All)
	}
	<-ctx.Done()
	r.Stop()
	return nil
}

package node

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"testing"
	"testing/synctest"
)

// A crowd is a listener at which there is always somebody, who says where from.
type crowd struct {
	net.Listener
	from func() net.Addr
}

func (c crowd) Accept() (net.Conn, error) {
	ours, theirs := net.Pipe()
	go io.Copy(io.Discard, theirs)
	if c.from == nil {
		return ours, nil
	}
	return located{ours, c.from()}, nil
}

type located struct {
	net.Conn
	from net.Addr
}

func (l located) RemoteAddr() net.Addr { return l.from }

// A full house at work takes nobody until somebody leaves or comes to rest; whoever waits is taken then.
func TestConnectionsAreBounded(t *testing.T) {
	for name, secure := range map[string]*tls.Config{"plain": nil, "TLS": {}} {
		for _, how := range []string{"leaves", "rests"} {
			synctest.Test(t, func(t *testing.T) {
				l := bounded(crowd{}, &lobby{most: 2, share: 2}, secure).(public)
				first, second := accept(t, l), accept(t, l)
				l.watch(first, http.StateActive)
				l.watch(second, http.StateActive)
				taken := make(chan net.Conn, 1)
				go func() { taken <- accept(t, l) }()
				synctest.Wait()
				if len(taken) > 0 {
					t.Errorf("%s: a third connection was taken, want it to wait", name)
				}
				if how == "leaves" {
					first.Close()
				} else {
					l.watch(first, http.StateIdle)
				}
				third := <-taken
				if _, ok := third.(*tls.Conn); ok != (secure != nil) {
					t.Errorf("%s: a connection is a %T: the HTTP server cannot tell whether it is TLS", name, third)
				}
				second.Close()
				third.Close()
				first.Close()
				if n := l.room.all; n != 0 || len(l.room.of) != 0 || l.room.resting.Len() != 0 {
					t.Errorf("%s: %d connections are left after all have left", name, n)
				}
			})
		}
	}
}

func accept(t *testing.T, l net.Listener) net.Conn {
	c, err := l.Accept()
	if err != nil {
		t.Error(err)
	}
	return c
}

// One address has its share and no more, a network /64 of IPv6 as one; beyond it, one of its own at rest ends for the new
// one, and where all are at work the new one is closed. Proxies, which stand for many, have no share.
func TestAnAddressHasAShare(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	for name, test := range map[string]struct {
		from []string // in turn
		work bool
		want map[string]int // connections that are there after twenty came
	}{
		"one at rest":      {[]string{"192.0.2.7"}, false, map[string]int{"192.0.2.7/32": 3}},
		"one at work":      {[]string{"192.0.2.7"}, true, map[string]int{"192.0.2.7/32": 3}},
		"mapped":           {[]string{"192.0.2.7", "::ffff:192.0.2.7"}, false, map[string]int{"192.0.2.7/32": 3}},
		"one network":      {[]string{"2001:db8::1", "2001:db8::ffff:1"}, true, map[string]int{"2001:db8::/64": 3}},
		"neighbours":       {[]string{"192.0.2.7", "192.0.2.8"}, true, map[string]int{"192.0.2.7/32": 3, "192.0.2.8/32": 3}},
		"networks":         {[]string{"2001:db8::1", "2001:db8:0:1::1"}, false, map[string]int{"2001:db8::/64": 3, "2001:db8:0:1::/64": 3}},
		"a trusted proxy":  {[]string{"127.0.0.1"}, true, map[string]int{"invalid Prefix": 20}},
		"beside the proxy": {[]string{"127.0.0.1", "127.0.0.2"}, true, map[string]int{"invalid Prefix": 10, "127.0.0.2/32": 3}},
	} {
		n := 0
		from := func() net.Addr {
			n++
			return &net.TCPAddr{IP: net.ParseIP(test.from[n%len(test.from)]), Port: n}
		}
		l := bounded(crowd{from: from}, &lobby{most: 100, share: 3, trusted: trusted}, nil).(public)
		for n < 20 {
			c, _ := l.room.Listener.Accept()
			if g := (&guest{Conn: c, room: l.room, from: l.room.origin(c.RemoteAddr())}); l.room.enter(g) && test.work {
				l.watch(g, http.StateActive)
			}
		}
		for prefix, want := range test.want {
			p, _ := netip.ParsePrefix(prefix)
			if got := l.room.of[p]; got != want || len(l.room.of) != len(test.want) {
				t.Errorf("%s: %d connections of %s, want %d; all: %v", name, got, prefix, want, l.room.of)
			}
		}
	}
}

// Whoever fills the hub with connections that ask once and stay keeps nobody out: the longest at rest ends for who comes,
// also where all seem to come from one proxy. What is at work is left alone.
func TestRestingConnectionsGiveWay(t *testing.T) {
	hold := make(chan struct{})
	l := served(t, 8, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			<-hold
		}
	}))
	at := l.Addr().String()
	working := asks(t, at, "/hold")
	var idle []net.Conn
	for range 40 {
		c := asks(t, at, "/healthz")
		answered(t, c)
		idle = append(idle, c)
	}
	honest := asks(t, at, "/healthz")
	answered(t, honest)
	if _, err := idle[0].Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the connection that rested for the longest: %v, want its end", err)
	}
	close(hold)
	answered(t, working)
}

// A request that is under way is never ended for a newcomer, who waits.
func TestWorkIsNotEndedForNewcomers(t *testing.T) {
	hold, began := make(chan struct{}), make(chan struct{}, 3)
	l := served(t, 2, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		began <- struct{}{}
		<-hold
	}))
	at := l.Addr().String()
	all := []net.Conn{asks(t, at, "/"), asks(t, at, "/")}
	<-began
	<-began
	all = append(all, asks(t, at, "/"))
	for waiting := false; !waiting && len(began) == 0; runtime.Gosched() {
		l.room.mu.Lock()
		waiting = l.room.change != nil
		l.room.mu.Unlock()
	}
	if len(began) > 0 {
		t.Error("a third request began, want it to wait")
	}
	close(hold)
	for _, c := range all {
		answered(t, c)
	}
}

// served is a listener for so many connections, served as the hub serves its own.
func served(t *testing.T, most int, h http.Handler) public {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := bounded(inner, &lobby{most: most, share: most, trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}, nil).(public)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- (&Node{log: slog.New(slog.DiscardHandler)}).listen(ctx, l, h) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l
}

// asks opens a connection, and sends one request.
func asks(t *testing.T, at, path string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err == nil {
		_, err = io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func answered(t *testing.T, c net.Conn) {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("answered %v, %v; want 200", resp, err)
	}
}

// What the hub listens with is bounded.
func TestTheHubsListenerIsBounded(t *testing.T) {
	l, err := Listen("127.0.0.1:0", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if p, ok := l.(public); !ok || p.room.most != maxConnections || p.room.share >= maxConnections {
		t.Error("the listener takes any number of connections")
	}
}

package node

import (
	"crypto/tls"
	"net"
	"testing"
	"testing/synctest"
)

// A crowd is a listener at which there is always somebody.
type crowd struct{ net.Listener }

func (crowd) Accept() (net.Conn, error) {
	ours, theirs := net.Pipe()
	_ = theirs.Close()
	return ours, nil
}

// A full house takes nobody until somebody leaves; whoever waits is taken then.
func TestConnectionsAreBounded(t *testing.T) {
	for name, secure := range map[string]*tls.Config{"plain": nil, "TLS": {}} {
		synctest.Test(t, func(t *testing.T) {
			l := bounded(crowd{}, 2, secure)
			first, second := accept(t, l), accept(t, l)
			taken := make(chan net.Conn, 1)
			go func() { taken <- accept(t, l) }()
			synctest.Wait()
			if len(taken) > 0 {
				t.Errorf("%s: a third connection was taken, want it to wait", name)
			}
			first.Close()
			third := <-taken
			if _, ok := third.(*tls.Conn); ok != (secure != nil) {
				t.Errorf("%s: a connection is a %T: the HTTP server cannot tell whether it is TLS", name, third)
			}
			second.Close()
			third.Close()
		})
	}
}

func accept(t *testing.T, l net.Listener) net.Conn {
	c, err := l.Accept()
	if err != nil {
		t.Error(err)
	}
	return c
}

// What the hub listens with is bounded.
func TestTheHubsListenerIsBounded(t *testing.T) {
	l, err := Listen("127.0.0.1:0", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, bare := l.(*net.TCPListener); bare {
		t.Error("the listener takes any number of connections")
	}
}

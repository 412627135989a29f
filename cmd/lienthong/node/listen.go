package node

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
)

const (
	// maxConnections bounds what strangers can hold: each connection is a file, a goroutine and its buffers. It is far
	// above what agencies need, with a few connections each.
	maxConnections = 4096
	// ofOneAddress is one address's share of them; a whole office may stand behind one.
	ofOneAddress = maxConnections / 4
)

// Listen opens the public listener, with TLS unless secure is nil. There is a bound to connections, and a share for each
// address, an IPv4 address or a network /64, that is no trusted proxy's. Beyond either, one in which no request is under
// way is ended for the new one; where there is none, the new one waits for the bound, and is closed for the share.
func Listen(address string, trusted []netip.Prefix, secure *tls.Config) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return bounded(l, &lobby{most: maxConnections, share: ofOneAddress, trusted: trusted}, secure), nil
}

// bounded puts TLS on top of the bounds: the HTTP server asks its connections themselves whether they speak it.
func bounded(l net.Listener, room *lobby, secure *tls.Config) net.Listener {
	room.open(l)
	if secure == nil {
		return public{room, room}
	}
	return public{tls.NewListener(room, secure), room}
}

// A public listener has to be told which of its connections are at work.
type public struct {
	net.Listener
	room *lobby
}

// watch is for http.Server.ConnState.
func (p public) watch(c net.Conn, state http.ConnState) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	g, ok := c.(*guest)
	switch {
	case !ok:
	case state == http.StateActive:
		p.room.works(g)
	case state == http.StateIdle:
		p.room.rests(g)
	}
}

package node

import (
	"crypto/tls"
	"net"

	"golang.org/x/net/netutil"
)

// maxConnections bounds what strangers can hold: each connection is a file, a goroutine and its buffers. It is far above
// what agencies need, with a few connections each.
const maxConnections = 4096

// Listen opens the public listener, with TLS unless secure is nil. Beyond a bound connections wait to be taken until
// others end.
func Listen(address string, secure *tls.Config) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return bounded(l, maxConnections, secure), nil
}

// bounded puts TLS on top of the bound: the HTTP server asks its connections themselves whether they speak it.
func bounded(l net.Listener, most int, secure *tls.Config) net.Listener {
	l = netutil.LimitListener(l, most)
	if secure == nil {
		return l
	}
	return tls.NewListener(l, secure)
}

package delivery

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync/atomic"
	"time"
)

// blockedAddress is the reason of an attempt that the networks forbid.
const blockedAddress = "blocked-address"

// resolve looks the endpoint's name up, once, and returns its addresses if every one of them is allowed: a name that
// also leads elsewhere is not to be trusted. No address beside these is ever dialled.
func (p *Push) resolve(ctx context.Context, host string, allow []netip.Prefix) ([]netip.Addr, error) {
	addrs, err := p.lookup(ctx, host)
	if err != nil {
		return nil, unsent("dns", err)
	}
	if len(addrs) == 0 {
		return nil, unsent("dns", errors.New(host+" has no address"))
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap()
		if !p.allowed(addrs[i], allow) {
			return nil, unsent(blockedAddress, fmt.Errorf("%s leads to %s, which is not allowed", host, a))
		}
	}
	return addrs, nil
}

func (p *Push) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if p.Lookup != nil {
		return p.Lookup(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// allowed asks the endpoint's list, which allows nothing when it is empty, and the hub's. Addresses with a zone lead to
// the machine's own links.
func (p *Push) allowed(a netip.Addr, allow []netip.Prefix) bool {
	if a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() {
		return false
	}
	return slices.ContainsFunc(allow, func(n netip.Prefix) bool { return n.Contains(a) }) && (p.Allows == nil || p.Allows(a))
}

// mostAddrs is how many of an endpoint's addresses are tried in one attempt.
const mostAddrs = 3

// pinned dials the addresses it was given, whatever it is asked for.
type pinned struct {
	addrs       []netip.Addr
	port        string
	dialTimeout time.Duration
	tlsTimeout  time.Duration
	tls         *tls.Config
	connected   atomic.Bool // a connection that may carry bytes was handed out
}

func (p *pinned) plain(ctx context.Context, network, _ string) (net.Conn, error) {
	conn, err := p.dial(ctx, network)
	p.connected.Store(err == nil)
	return conn, err
}

// dial tries the addresses in the resolver's order and returns the first connection.
func (p *pinned) dial(ctx context.Context, network string) (net.Conn, error) {
	var failed error
	for _, a := range p.addrs[:min(len(p.addrs), mostAddrs)] {
		d := net.Dialer{Timeout: p.dialTimeout}
		conn, err := d.DialContext(ctx, network, net.JoinHostPort(a.String(), p.port))
		if err == nil {
			return conn, nil
		}
		failed = errors.Join(failed, err)
	}
	return nil, unsent("dial", failed)
}

// secure is plain with the server's certificate checked against the endpoint's name.
func (p *pinned) secure(ctx context.Context, network, _ string) (net.Conn, error) {
	raw, err := p.dial(ctx, network)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, p.tlsTimeout)
	defer cancel()
	conn := tls.Client(raw, p.tls)
	if err := conn.HandshakeContext(ctx); err != nil {
		raw.Close()
		return nil, unsent("tls", err)
	}
	p.connected.Store(true)
	return conn, nil
}

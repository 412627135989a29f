package revocation

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/lienthong/lienthong/signing"
)

// errUnreachable is wrapped where the service itself is the trouble, so that others on the same host need not be tried.
var errUnreachable = errors.New("unreachable")

// fetch asks a source at one of its places. What it returns is not checked yet.
func (k *Keeper) fetch(ctx context.Context, s *source, place string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, k.options.Timeout)
	defer cancel()
	r, most, err := question(ctx, s, place)
	if err != nil {
		return nil, err
	}
	answer, err := k.client().Do(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errUnreachable, err)
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode >= 500 || answer.StatusCode == http.StatusTooManyRequests:
		return nil, fmt.Errorf("%w: HTTP status %d", errUnreachable, answer.StatusCode)
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("HTTP status %d", answer.StatusCode)
	}
	der, err := io.ReadAll(io.LimitReader(answer.Body, int64(most)+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errUnreachable, err)
	}
	if len(der) > most {
		return nil, fmt.Errorf("the answer has more than %d bytes", most)
	}
	return der, nil
}

func question(ctx context.Context, s *source, place string) (r *http.Request, most int, err error) {
	if s.kind == signing.ByCRL {
		r, err = http.NewRequestWithContext(ctx, http.MethodGet, place, nil)
		return r, signing.MaxCRL, err
	}
	der, err := signing.OCSPRequest(s.cert, s.issuer)
	if err != nil {
		return nil, 0, err
	}
	if r, err = http.NewRequestWithContext(ctx, http.MethodPost, place, bytes.NewReader(der)); err != nil {
		return nil, 0, err
	}
	r.Header.Set("Content-Type", "application/ocsp-request")
	r.Header.Set("Accept", "application/ocsp-response")
	return r, signing.MaxOCSP, nil
}

// client follows no redirect, uses no proxy and keeps no connection. Where it may connect to is decided by the address,
// whatever name a certificate gives.
func (k *Keeper) client() *http.Client {
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: k.dial, DisableKeepAlives: true, DisableCompression: true, MaxResponseHeaderBytes: 64 << 10,
			TLSHandshakeTimeout: k.options.Timeout,
		},
	}
}

// mostAddrs is how many of a service's addresses are tried.
const mostAddrs = 3

// dial looks the name up once, refuses it if any of its addresses is not allowed, and connects to one of them.
func (k *Keeper) dial(ctx context.Context, network, address string) (net.Conn, error) {
	name, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addrs, err := lookup(ctx, name)
	if err != nil {
		return nil, err
	}
	for i, a := range addrs {
		addrs[i] = a.Unmap()
		if a.Zone() != "" || a.IsUnspecified() || a.IsMulticast() || !k.options.Allows(addrs[i]) {
			return nil, fmt.Errorf("%s leads to %s, which is not allowed", name, a)
		}
	}
	failed := fmt.Errorf("%s has no address", name)
	for _, a := range addrs[:min(len(addrs), mostAddrs)] {
		d := net.Dialer{Timeout: 5 * time.Second}
		conn, err := d.DialContext(ctx, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return conn, nil
		}
		failed = err
	}
	return nil, failed
}

func lookup(ctx context.Context, name string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(name); err == nil {
		return []netip.Addr{a}, nil
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", name)
}

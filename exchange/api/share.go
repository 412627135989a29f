package api

import (
	"context"
	"net/http"
	"net/netip"
)

// Room reserves bytes for a body that another part of the hub reads whole; see [Budget]. It is given back by calling
// give, once.
func (b *Budget) Room(who string, bytes int64) (give func(), err error) { return b.take(who, bytes) }

// Enter takes a place for an answer of another part of the hub that lists things; see [Lists]. It is given back by
// calling leave, once.
func (l *Lists) Enter(ctx context.Context, who string) (leave func(), err error) {
	return l.enter(ctx, who)
}

// Address says where the caller of a request is, as keys bound to networks are judged; the zero address where a trusted
// proxy says what is none.
func Address(trusted []netip.Prefix) func(*http.Request) netip.Addr {
	extract := callersAddress(trusted)
	return func(r *http.Request) netip.Addr {
		at, _ := netip.ParseAddr(extract(r))
		return at.Unmap()
	}
}

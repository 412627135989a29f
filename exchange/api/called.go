package api

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/traffic"
)

// tell says of an answered request whose it was and what became of it, for the agency's administrator. A stranger's is
// nobody's. Nothing in it is longer than the caller's own path may be.
func (a *api) tell(c echo.Context, kind exchange.Kind, took time.Duration) {
	if a.Called == nil {
		return
	}
	who, _ := c.Get(callerKey).(exchange.Caller)
	call := traffic.Call{At: a.now(), Agency: who.Agency, Key: who.Credential, Status: c.Response().Status, Code: kind,
		In: max(c.Request().ContentLength, 0), Out: c.Response().Size, Took: took, Trace: fmt.Sprint(c.Get(traceKey))}
	call.Route, _ = c.Get(routeKey).(string)
	from, _ := netip.ParseAddr(c.RealIP())
	call.Address = from.Unmap()
	if kind == exchange.Unauthenticated {
		if dead, ok := a.Directory.DeadKey(bearer(c.Request()), call.Address, call.At); ok {
			call.Agency, call.Key, call.Refused = dead.Agency, dead.Key, dead.Why
		}
	}
	if call.Agency == "" {
		return
	}
	for _, name := range []string{"id", "delivery"} {
		if id := c.Param(name); id != "" {
			call.ID = shorten(id)
		}
	}
	a.Called(call)
}

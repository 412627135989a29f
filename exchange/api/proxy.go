package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// callersAddress says where a caller is, which decides where a key may be used from: the nearest address, seen from the
// hub, that is no trusted proxy's. What stands in the header beyond it anybody can have written. It is empty if a proxy
// says what is no address: a key bound to networks is then refused, even if the proxy's own is one of them.
func callersAddress(trusted []netip.Prefix) echo.IPExtractor {
	direct := echo.ExtractIPDirect()
	if len(trusted) == 0 {
		return direct
	}
	return func(r *http.Request) string {
		at := direct(r)
		hops := forwarded(r)
		for i := len(hops) - 1; i >= 0 && isOf(trusted, at); i-- {
			at = hops[i]
		}
		if _, err := netip.ParseAddr(at); err != nil {
			return ""
		}
		return at
	}
}

// forwarded are the addresses of X-Forwarded-For, the nearest to the hub last.
func forwarded(r *http.Request) []string {
	lines := r.Header.Values(echo.HeaderXForwardedFor)
	if len(lines) == 0 {
		return nil
	}
	hops := strings.Split(strings.Join(lines, ","), ",")
	for i, hop := range hops {
		hops[i] = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(hop), "["), "]")
	}
	return hops
}

func isOf(networks []netip.Prefix, address string) bool {
	a, err := netip.ParseAddr(address)
	a = a.Unmap().WithZone("")
	return err == nil && slices.ContainsFunc(networks, func(p netip.Prefix) bool { return p.Contains(a) })
}

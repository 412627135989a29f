package config

import (
	"fmt"
	"net/netip"
	"slices"
)

// Allows reports whether documents may be pushed to addr, as Allow documents. An IPv4 address in IPv6 form counts as
// the IPv4 address.
func (d Delivery) Allows(addr netip.Addr) bool { return allows(d.Allow, addr) }

func allows(list []netip.Prefix, addr netip.Addr) bool {
	addr = addr.Unmap().WithZone("")
	if !addr.IsValid() || addr.IsUnspecified() || addr.IsMulticast() {
		return false
	}
	if len(list) == 0 {
		return !isLocal(addr)
	}
	return slices.ContainsFunc(list, func(p netip.Prefix) bool {
		return p.Contains(addr) && (!isLocal(addr) || within(p))
	})
}

// isLocal: loopback and link-local addresses, where metadata services and neighbours' control panels live.
func isLocal(a netip.Addr) bool { return a.IsLoopback() || a.IsLinkLocalUnicast() }

// localNetworks are the networks of isLocal.
func localNetworks() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128"),
		netip.MustParsePrefix("169.254.0.0/16"), netip.MustParsePrefix("fe80::/10"),
	}
}

// within reports whether the whole of p lies in one of the local networks.
func within(p netip.Prefix) bool {
	return slices.ContainsFunc(localNetworks(), func(local netip.Prefix) bool {
		return local.Bits() <= p.Bits() && local.Contains(p.Addr())
	})
}

// proxies refuses, of networks, also all addresses at once: every caller could claim to be anywhere.
func proxies(list []netip.Prefix) string {
	for i, p := range list {
		if p.IsValid() && p.Bits() == 0 {
			return fmt.Sprintf("item %d: %s trusts everybody; name the proxies", i+1, p)
		}
	}
	return networks(list)
}

// networks refuses what does not mean what it seems to: host bits that would be ignored, and IPv4 in IPv6 form, which
// no address would match.
func networks(list []netip.Prefix) string {
	for i, p := range list {
		switch {
		case !p.IsValid() || p.Addr().Is4In6():
			return fmt.Sprintf("item %d is not a network, as in 10.0.0.0/8", i+1)
		case p != p.Masked():
			return fmt.Sprintf("item %d: %s has host bits; write %s", i+1, p, p.Masked())
		}
	}
	return ""
}

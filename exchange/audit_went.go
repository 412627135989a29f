package exchange

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Went narrows a list of entries to how ended what they tell of; empty does not.
type Went string

const (
	WentWrong Went = "wrong" // a failure, a refusal, or something that was found not to be as it should
	WentWell  Went = "well"  // everything else
)

// troublesome are the types of entries that can tell of what went wrong.
func troublesome() []translog.Type {
	return []translog.Type{translog.RefusedAtDoor, translog.Attempted, translog.DeadLettered, translog.StatusGiven, translog.RecallAnswered,
		translog.Rejudged, translog.EndpointTried, translog.Audited, translog.SignedIn}
}

// wentWrong reports whether an entry tells of what went wrong.
func wentWrong(e translog.Entry) bool {
	switch e.Type {
	case translog.RefusedAtDoor, translog.Attempted, translog.DeadLettered: // a push that succeeds is no attempt but delivered
		return true
	case translog.StatusGiven, translog.RecallAnswered:
		code := envelope.StatusCode(e.Code)
		return code == envelope.Refused || code == envelope.Declined
	case translog.Rejudged:
		return e.Revocation == "revoked"
	case translog.EndpointTried:
		return e.Result != "ok"
	case translog.Audited:
		return strings.HasPrefix(e.Result, "broken") || e.Result == "differs"
	case translog.SignedIn:
		return e.Kind == "locked"
	}
	return false
}

// from reports whether the act came out of a network, by what stands beside the entry: the hub keeps that of people's
// sign-ins alone, and only as long as nobody erases it.
func from(t Trace, network netip.Prefix) bool {
	if t.Side == nil {
		return false
	}
	address, err := netip.ParseAddr(t.Side.Fields["address"])
	return err == nil && network.Contains(address.Unmap())
}

// narrowed leaves of the types those that can match Went and Network. No types stand for all, before and after.
func (q AuditQuery) narrowed(types []translog.Type) []translog.Type {
	var narrow []translog.Type
	switch {
	case q.Network.IsValid():
		narrow = []translog.Type{translog.SignedIn}
	case q.Went == WentWrong:
		narrow = troublesome()
	default:
		return types
	}
	return slices.DeleteFunc(narrow, func(t translog.Type) bool { return len(types) > 0 && !slices.Contains(types, t) })
}

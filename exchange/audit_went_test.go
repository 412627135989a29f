package exchange_test

import (
	"crypto/rand"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// told appends entries to the log of a hub and returns a function that lists which of them a query finds, by what they are
// called.
func told(t *testing.T, entries []translog.Entry, names []string, sides map[string]string) func(exchange.AuditQuery) []string {
	t.Helper()
	h, _ := travelled(t)
	at := make(map[int64]string)
	for i, e := range entries {
		e.V, e.Time, e.Actor = translog.Schema, time.Now().UTC(), "hub"
		var side *translog.Side
		if address, ok := sides[names[i]]; ok {
			s, err := translog.NewSide(rand.Reader, map[string]string{"address": address})
			if err != nil {
				t.Fatal(err)
			}
			side, e.Side = &s, s.Hash()
		}
		index, err := h.Store.Append(t.Context(), e, side)
		if err != nil {
			t.Fatal(err)
		}
		at[index] = names[i]
	}
	return func(q exchange.AuditQuery) (found []string) {
		t.Helper()
		for {
			page, err := h.Exchange.ReadLog(t.Context(), auditor(), q)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Traces {
				if name, ok := at[r.Index]; ok {
					found = append(found, name)
				}
			}
			if q.Before = page.Next; page.Next == 0 {
				slices.Sort(found)
				return found
			}
		}
	}
}

// TestReadLogByHowItWent: every entry is in one of the two lists, those of failures, refusals and what was found broken in
// one, whether an index or the whole log is read.
func TestReadLogByHowItWent(t *testing.T) {
	rows := []struct {
		name  string
		e     translog.Entry
		wrong bool
	}{
		{"refused at the door", translog.Entry{Type: translog.RefusedAtDoor, Code: "bad-signature"}, true},
		{"an attempt", translog.Entry{Type: translog.Attempted, Code: "http-503"}, true},
		{"given up", translog.Entry{Type: translog.DeadLettered, Code: "expired"}, true},
		{"delivered", translog.Entry{Type: translog.Delivered}, false},
		{"accepted by its addressee", translog.Entry{Type: translog.StatusGiven, Code: "03"}, false},
		{"refused by its addressee", translog.Entry{Type: translog.StatusGiven, Code: "02"}, true},
		{"a recall agreed to", translog.Entry{Type: translog.StatusGiven, Code: "15"}, false},
		{"a recall declined", translog.Entry{Type: translog.StatusGiven, Code: "16"}, true},
		{"a recall declined with another", translog.Entry{Type: translog.RecallAnswered, Code: "16"}, true},
		{"a recall agreed to with another", translog.Entry{Type: translog.RecallAnswered, Code: "15"}, false},
		{"revoked after all", translog.Entry{Type: translog.Rejudged, Revocation: "revoked"}, true},
		{"good after all", translog.Entry{Type: translog.Rejudged, Revocation: "good"}, false},
		{"an endpoint that answers", translog.Entry{Type: translog.EndpointTried, Result: "ok"}, false},
		{"an endpoint that does not", translog.Entry{Type: translog.EndpointTried, Result: "failed"}, true},
		{"a part of the log that is broken", translog.Entry{Type: translog.Audited, Kind: "verify", Result: "broken-7"}, true},
		{"a checkpoint that differs", translog.Entry{Type: translog.Audited, Kind: "compare", Result: "differs"}, true},
		{"a part of the log that is sound", translog.Entry{Type: translog.Audited, Kind: "verify", Result: "good"}, false},
		{"a sign-in", translog.Entry{Type: translog.SignedIn, Kind: "sign-in", Code: "p1"}, false},
		{"a lock", translog.Entry{Type: translog.SignedIn, Kind: "locked", Code: "p1"}, true},
		{"a change", translog.Entry{Type: translog.PolicyChanged, Kind: "thresholds"}, false},
	}
	var entries []translog.Entry
	var names, wrong, well []string
	for _, r := range rows {
		entries, names = append(entries, r.e), append(names, r.name)
		if r.wrong {
			wrong = append(wrong, r.name)
		} else {
			well = append(well, r.name)
		}
	}
	slices.Sort(wrong)
	slices.Sort(well)
	find := told(t, entries, names, nil)
	for _, look := range []exchange.AuditQuery{{View: exchange.ViewLog}, {View: exchange.ViewLog, Look: 3}, {View: exchange.ViewLog, Who: "hub"}} {
		q := look
		q.Went = exchange.WentWrong
		if got := find(q); !slices.Equal(got, wrong) {
			t.Errorf("%+v:\n%q, want\n%q", q, got, wrong)
		}
		q.Went = exchange.WentWell
		if got := find(q); !slices.Equal(got, well) {
			t.Errorf("%+v:\n%q, want\n%q", q, got, well)
		}
	}
	of := exchange.AuditQuery{View: exchange.ViewLog, Types: []translog.Type{translog.StatusGiven, translog.PolicyChanged}, Went: exchange.WentWrong}
	if got := find(of); !slices.Equal(got, []string{"a recall declined", "refused by its addressee"}) {
		t.Errorf("of some kinds: %q", got)
	}
}

// TestReadLogByNetwork: sign-ins are found by where they came from, IPv4 also where it is written as IPv6.
func TestReadLogByNetwork(t *testing.T) {
	signIn := translog.Entry{Type: translog.SignedIn, Kind: "sign-in", Code: "p1"}
	names := []string{"inside", "mapped", "outside", "six", "nowhere", "erased"}
	entries := slices.Repeat([]translog.Entry{signIn}, len(names))
	find := told(t, entries, names, map[string]string{"inside": "10.1.2.3", "mapped": "::ffff:10.1.2.4", "outside": "10.2.0.1",
		"six": "2001:db8::1", "nowhere": "x"})
	for network, want := range map[string][]string{
		"10.1.0.0/16": {"inside", "mapped"}, "10.1.2.3/32": {"inside"}, "10.0.0.0/8": {"inside", "mapped", "outside"},
		"2001:db8::/32": {"six"}, "192.0.2.0/24": nil,
	} {
		q := exchange.AuditQuery{View: exchange.ViewLog, Network: netip.MustParsePrefix(network)}
		if got := find(q); !slices.Equal(got, want) {
			t.Errorf("from %s: %q, want %q", network, got, want)
		}
		q.Went = exchange.WentWrong
		if got := find(q); len(got) > 0 {
			t.Errorf("from %s, gone wrong: %q", network, got)
		}
	}
}

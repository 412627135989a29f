package exchange_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// TestRejudge: what may follow what. A finding of revocation stays, and nothing known becomes unknown.
func TestRejudge(t *testing.T) {
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	const good, unknown, revoked, off = exchange.RevocationGood, exchange.RevocationUnknown, exchange.RevocationRevoked, exchange.RevocationOff
	for _, c := range []struct {
		name    string
		was     *exchange.Revocation
		is      exchange.RevocationState
		changed bool
	}{
		{"nobody signed", nil, good, false},
		{"waiting, good", &exchange.Revocation{State: unknown, Pending: true}, good, true},
		{"waiting, revoked", &exchange.Revocation{State: unknown, Pending: true}, revoked, true},
		{"waiting, still unknown", &exchange.Revocation{State: unknown, Pending: true}, unknown, false},
		{"waiting, not asked any more", &exchange.Revocation{State: unknown, Pending: true}, off, false},
		{"unknown for want of a service, good", &exchange.Revocation{State: unknown}, good, false},
		{"unknown for want of a service, revoked", &exchange.Revocation{State: unknown}, revoked, true},
		{"good, revoked", &exchange.Revocation{State: good}, revoked, true},
		{"good, good", &exchange.Revocation{State: good}, good, false},
		{"good, unknown", &exchange.Revocation{State: good}, unknown, false},
		{"revoked, good", &exchange.Revocation{State: revoked}, good, false},
		{"revoked, revoked", &exchange.Revocation{State: revoked}, revoked, false},
		{"not asked, revoked", &exchange.Revocation{State: off}, revoked, false},
	} {
		m := exchange.Message{ID: "m", Sender: department, Revocation: c.was, Addressees: []exchange.Addressee{
			{Agency: districtID, Delivery: "d1"}, {Agency: communeID, Delivery: "d2"}}}
		r := exchange.Rejudgement{Message: "m", Now: now, Judgement: exchange.Judgement{Revocation: exchange.Revocation{State: c.is}}}
		ds := []exchange.Delivery{{ID: "d1", Addressee: districtID}, {ID: "d2", Addressee: communeID, ExposedBy: 1}}
		next, entries := exchange.Rejudge(m, ds, r)
		changed := len(entries) > 0
		if changed != c.changed {
			t.Errorf("%s: changed %v, want %v", c.name, changed, c.changed)
		}
		if !changed {
			if next.Revocation != c.was {
				t.Errorf("%s: unchanged, and yet %+v", c.name, next.Revocation)
			}
			continue
		}
		if next.Revocation.State != c.is || next.Revocation.Pending || !next.Revocation.JudgedAt.Equal(now) || m.Revocation != c.was {
			t.Errorf("%s: became %+v", c.name, next.Revocation)
		}
		for _, e := range entries {
			if e.Type != translog.Rejudged || e.Revocation != string(c.is) || e.Sender != string(department) {
				t.Errorf("%s: logged as %+v", c.name, e)
			}
		}
		if len(entries) != 2 || entries[0].Addressee != "" || entries[1].Addressee != string(communeID) || entries[1].Delivery != "d2" {
			t.Errorf("%s: logged as %+v, want one entry of the message and one for who may have seen it", c.name, entries)
		}
	}
}

package exchange_test

import (
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// TestListsAreTheCallersOwn: an agency's lists and numbers are of what it sent or was handed (P7, P10); operators see all.
func TestListsAreTheCallersOwn(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.send(r.signed(1, districtID, communeID))
	operator := exchange.Caller{Operator: "an"}
	received := exchange.Query{Role: exchange.Received, Group: exchange.GroupWaiting}
	for _, test := range []struct {
		name string
		who  exchange.Caller
		q    exchange.Query
		want int
	}{
		{"before exposure it is under no tab", by(districtID), received, 0},
		{"the sender's tab", by(department), exchange.Query{Role: exchange.Sent, Group: exchange.GroupOpen}, 1},
		{"every delivery", operator, exchange.Query{Every: true}, 2},
		{"every delivery to one", operator, exchange.Query{Every: true, Agency: districtID, Role: exchange.Received}, 1},
	} {
		page, err := r.Search(ctx, test.who, test.q)
		n, failed := r.Tally(ctx, test.who, test.q)
		if err != nil || failed != nil || len(page.Rows) != test.want || n != test.want {
			t.Errorf("%s: %d rows (%v), counted as %d (%v); want %d", test.name, len(page.Rows), err, n, failed, test.want)
		}
	}
	r.take(districtID)
	if n, err := r.Tally(ctx, by(districtID), received); err != nil || n != 1 {
		t.Errorf("handed out, %d wait (%v), want 1", n, err)
	}
	for what, q := range map[string]exchange.Query{
		"every delivery": {Every: true}, "every delivery of its own": {Every: true, Agency: districtID},
		"another's list": {Agency: department, Role: exchange.Sent},
	} {
		_, err := r.Search(ctx, by(districtID), q)
		wantKind(t, "an agency lists "+what, err, exchange.Forbidden)
		_, err = r.Tally(ctx, by(districtID), q)
		wantKind(t, "an agency counts "+what, err, exchange.Forbidden)
	}
}

// TestTheLogIsSearchedByThoseItConcerns: an acceptance does not concern the addressee.
func TestTheLogIsSearchedByThoseItConcerns(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.send(r.signed(1, districtID))
	accepted := exchange.LogQuery{Type: translog.Accepted}
	for _, test := range []struct {
		who  exchange.Caller
		want int
	}{{exchange.Caller{Operator: "an"}, 1}, {by(department), 1}, {by(districtID), 0}} {
		page, err := r.SearchLog(ctx, test.who, accepted)
		if err != nil || len(page.Records) != test.want {
			t.Errorf("%s finds %d acceptances (%v), want %d", test.who.Actor(), len(page.Records), err, test.want)
		}
	}
	_, err := r.SearchLog(ctx, by(districtID), exchange.LogQuery{Agency: department})
	wantKind(t, "an agency searches another's log", err, exchange.Forbidden)
	_, err = r.TallyLog(ctx, exchange.Caller{}, exchange.LogQuery{})
	wantKind(t, "a stranger counts the log", err, exchange.Forbidden)
	if n, err := r.TallyLog(ctx, by(department), exchange.LogQuery{}); err != nil || n == 0 {
		t.Errorf("the sender counts %d entries (%v)", n, err)
	}
}

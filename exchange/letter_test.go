package exchange_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// A letter is read by who may read the document; for the addressee reading is logged once, and the signature is checked
// anew as of the acceptance.
func TestLetter(t *testing.T) {
	r := newRig(t)
	receipt := r.send(r.signed(1, communeID))
	id := receipt.Message.ID
	addressee := exchange.Caller{Agency: communeID, Credential: "p1.s1"}
	if _, err := r.Letter(t.Context(), addressee, id, ""); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("before exposure: %v, want not-found (P7)", err)
	}
	if n, err := r.Take(t.Context(), addressee, 0, nil); n != 1 || err != nil {
		t.Fatalf("took %d documents, %v; want one", n, err)
	}
	if n, err := r.Take(t.Context(), addressee, 0, nil); n != 0 || err != nil {
		t.Errorf("took %d documents again, %v", n, err)
	}
	for range 2 {
		l, err := r.Letter(t.Context(), addressee, id, "")
		if err != nil || l.Doubt != nil || l.Envelope == nil || l.Envelope.DocumentID != receipt.Message.DocumentID || l.Signer == nil || !l.Signer.Equal(r.seal.Cert) {
			t.Fatalf("%+v, %v", l, err)
		}
	}
	entries, err := r.store.EntriesOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	count := map[translog.Type]int{}
	for _, e := range entries {
		if e.Entry.Credential == addressee.Credential {
			count[e.Entry.Type]++
		}
	}
	if count[translog.Acknowledged] != 1 || count[translog.PickedUp] != 1 {
		t.Errorf("the session is in the log with %v, want one acknowledgement and one reading", count)
	}
	for name, c := range map[string]exchange.Caller{"a stranger": {Agency: legacy}, "nobody": {}} {
		if _, err := r.Letter(t.Context(), c, id, ""); exchange.KindOf(err) != exchange.NotFound {
			t.Errorf("%s: %v, want not-found", name, err)
		}
	}
	if _, err := r.Letter(t.Context(), exchange.Caller{Operator: "an"}, id, ""); exchange.KindOf(err) != exchange.BadRequest {
		t.Errorf("an operator without a reason: %v, want bad-request (P10)", err)
	}
}

// departing is a store behind which the caller goes away once something was handed out.
type departing struct {
	exchange.Journal
	leave func()
}

func (s departing) Lease(ctx context.Context, q exchange.LeaseRequest) ([]exchange.Lease, error) {
	defer s.leave()
	return s.Journal.Lease(ctx, q)
}

// What was handed out to a page that is closed at that moment is taken all the same: the next page has not to wait for the
// end of a lease.
func TestTakenThoughThePageIsClosed(t *testing.T) {
	r := newRig(t)
	receipt := r.send(r.signed(1, communeID))
	ctx, leave := context.WithCancel(t.Context())
	r.Store = departing{r.Store, leave}
	if n, err := r.Take(ctx, exchange.Caller{Agency: communeID, Credential: "p1.s1"}, 0, nil); n != 1 || ctx.Err() == nil {
		t.Errorf("took %d documents, %v; want the one that was handed out", n, err)
	}
	d, err := r.store.DeliveriesOf(t.Context(), receipt.Message.ID)
	if err != nil || d[0].State != exchange.Delivered {
		t.Errorf("the document is %s, %v", d[0].State, err)
	}
}

// arriving is a store into which a document comes just when somebody begins to wait for one.
type arriving struct {
	exchange.Journal
	arrives func()
}

func (s *arriving) Due(channel exchange.Channel, now time.Time) ([]exchange.AgencyID, time.Time) {
	if arrives := s.arrives; arrives != nil {
		s.arrives = nil
		arrives()
	}
	return s.Journal.Due(channel, now)
}

// Who loses the right to ask while waiting is handed nothing.
func TestNothingIsHandedToWhoLostTheRight(t *testing.T) {
	r := newRig(t)
	r.Store = &arriving{Journal: r.Store, arrives: func() { r.send(r.signed(1, communeID)) }}
	ask := exchange.Ask{Max: 10, Wait: 10 * time.Second, Still: func() error { return exchange.Unauthenticated }}
	got, err := r.Lease(t.Context(), exchange.Caller{Agency: communeID}, ask)
	if len(got) != 0 || exchange.KindOf(err) != exchange.Unauthenticated {
		t.Errorf("%d deliveries are handed out, %v", len(got), err)
	}
	if n, err := r.Take(t.Context(), exchange.Caller{Agency: communeID}, 0, nil); n != 1 || err != nil {
		t.Errorf("who still has the right gets %d, %v; want what came meanwhile", n, err)
	}
}

// What was accepted stays readable in its facts when the anchor is gone; its content is then not taken for signed.
func TestLetterWithoutItsAnchor(t *testing.T) {
	r := newRig(t)
	receipt := r.send(r.signed(1, communeID))
	r.Anchors = signing.NewAnchors(nil, nil)
	l, err := r.Letter(t.Context(), exchange.Caller{Agency: department}, receipt.Message.ID, "")
	if err != nil || l.Envelope != nil || l.Doubt == nil || l.Message.ID != receipt.Message.ID {
		t.Fatalf("%+v, %v; want a doubt and no envelope", l, err)
	}
	if e, ok := errors.AsType[*signing.Error](l.Doubt); !ok || e.Why != signing.WhyUntrusted {
		t.Errorf("the doubt is %v", l.Doubt)
	}
}

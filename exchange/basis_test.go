package exchange_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// What people say and ask changes how a delivery stands; what the hub does by itself does not.
func TestStood(t *testing.T) {
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	arrived := exchange.Delivery{State: exchange.Delivered, Processing: envelope.Arrived, ProcessingAt: at}
	asked := arrived
	asked.Recall = exchange.Recall{State: exchange.RecallAsked, Message: "r1", At: at, Until: at.Add(time.Hour)}
	for _, test := range []struct {
		name   string
		of     exchange.Delivery
		change func(*exchange.Delivery)
		moves  bool
	}{
		{"handed out", exchange.Delivery{}, func(d *exchange.Delivery) { d.Attempt, d.ExposedBy, d.Leased = 1, 1, true }, false},
		{"arrived", exchange.Delivery{}, func(d *exchange.Delivery) { *d = arrived }, false},
		{"overdue", arrived, func(d *exchange.Delivery) { d.Marks.Receive.Limit = at }, false},
		{"accepted", arrived, func(d *exchange.Delivery) { d.Processing = envelope.Accepted }, true},
		{"refused", arrived, func(d *exchange.Delivery) { d.Processing = envelope.Refused }, true},
		{"said anew", exchange.Delivery{Processing: envelope.Processing, ProcessingAt: at}, func(d *exchange.Delivery) { d.ProcessingAt = at.Add(1) }, true},
		{"agreed to an update", arrived, func(d *exchange.Delivery) { d.Consent = envelope.Agreed }, true},
		{"asked for", arrived, func(d *exchange.Delivery) { *d = asked }, true},
		{"not answered in time", asked, func(d *exchange.Delivery) { d.Recall.State, d.Recall.Ended = exchange.RecallLapsed, at }, false},
		{"declined", asked, func(d *exchange.Delivery) { d.Recall.State, d.Recall.Ended = exchange.RecallDeclined, at }, true},
		{"agreed", asked, func(d *exchange.Delivery) { d.Recall.State, d.Recall.Ended = exchange.RecallAgreed, at }, true},
		{"asked for anew", asked, func(d *exchange.Delivery) { d.Recall.Message = "r2" }, true},
	} {
		next := test.of
		test.change(&next)
		b := exchange.Basis{Stood: test.of.Stood()}
		if err := b.Holds(next); (err != nil) != test.moves {
			t.Errorf("%s: %v, want a conflict: %t", test.name, err, test.moves)
		} else if err != nil {
			wantKind(t, test.name, err, exchange.Conflict)
		}
	}
}

// In the short form a status says what it rests on: also one that stands already is no repeat of somebody else's.
func TestReportRestsOnWhatWasSeen(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.send(r.signed(1, districtID))
	seen := r.take(districtID)[0].Delivery
	if _, err := r.Report(ctx, by(districtID), seen.ID, exchange.Word{Code: envelope.Accepted, Stood: seen.Stood()}); err != nil {
		t.Fatal(err)
	}
	for _, code := range []envelope.StatusCode{envelope.Accepted, envelope.Refused} {
		_, err := r.Report(ctx, by(districtID), seen.ID, exchange.Word{Code: code, Description: "thiếu phụ lục số 2", Stood: seen.Stood()})
		wantKind(t, "after another answer, "+string(code), err, exchange.Conflict)
	}
	if got := r.take(department); len(got) != 1 {
		t.Errorf("the sender got %d statuses, want 1", len(got))
	}
	if _, err := r.Report(ctx, by(districtID), seen.ID, exchange.Word{Code: envelope.Processing}); err != nil {
		t.Errorf("software that rests on nothing: %v", err)
	}
	r.sound()
}

package exchange_test

import (
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// A recall that has a DocumentId of its own, and names what it recalls in Bussiness/DocumentId, is spoken of under its own:
// software answers what it was handed.
func TestStatusOfARecallUnderItsOwnName(t *testing.T) {
	for _, test := range []struct {
		code envelope.StatusCode
		want exchange.RecallState
	}{
		{envelope.Arrived, exchange.RecallAsked}, // what software writes of all that arrives
		{envelope.Accepted, exchange.RecallAsked},
		{envelope.Refused, exchange.RecallAsked}, // a recall is declined by 16
		{envelope.Agreed, exchange.RecallAgreed},
		{envelope.Declined, exchange.RecallDeclined},
	} {
		r := newRig(t)
		m := r.send(r.signed(1, districtID, communeID)).Message
		r.takeAll(districtID)
		recall := r.send(r.acting(2, envelope.Business{Kind: envelope.Recall, DocumentID: m.DocumentID}, nil, districtID, communeID)).Message
		_, err := r.Submit(t.Context(), exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(recall), test.code, "chưa thấy")})
		wantKind(t, "a status of a recall that was not handed out", err, exchange.UnknownDocument)
		asked := r.takeAll(districtID)
		r.takeAll(department)
		before := r.at(m.ID, districtID)

		given, err := r.Submit(t.Context(), exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(recall), test.code, "ý kiến")})
		if err != nil {
			t.Errorf("%s: %v", test.code, err)
			continue
		}
		d := r.at(m.ID, districtID)
		if d.Recall.State != test.want || d.Processing != before.Processing || d.Refused {
			t.Errorf("%s: the document became %+v, want %s and nothing else", test.code, d, test.want)
		}
		about := asked[0].Delivery.ID // the recall itself
		if test.want != exchange.RecallAsked {
			about = d.ID
		}
		if given.Message.Report.Delivery != about {
			t.Errorf("%s: is about %s, want %s", test.code, given.Message.Report.Delivery, about)
		}
		if back := r.takeAll(department); len(back) != 1 || back[0].Message.ID != given.Message.ID {
			t.Errorf("%s: the sender got %+v, want the status", test.code, back)
		}
		_, err = r.Submit(t.Context(), exchange.Submission{Caller: by(communeID), Raw: r.status(communeID, cite(recall), test.code, "ý kiến")})
		wantKind(t, "a status of who was not asked", err, exchange.UnknownDocument)
		r.sound()
	}
}

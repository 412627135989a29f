package exchange_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// One answer settles what its own recall asks about, and nothing else.
func TestAnswerToo(t *testing.T) {
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	const recall exchange.MessageID = "r1"
	for _, test := range []struct {
		name string
		of   exchange.Recall
		code envelope.StatusCode
		want exchange.RecallState // "": nothing changes
	}{
		{"asked, agreed", exchange.Recall{State: exchange.RecallAsked, Message: recall}, envelope.Agreed, exchange.RecallAgreed},
		{"asked, declined", exchange.Recall{State: exchange.RecallAsked, Message: recall}, envelope.Declined, exchange.RecallDeclined},
		{"lapsed, agreed late", exchange.Recall{State: exchange.RecallLapsed, Message: recall}, envelope.Agreed, exchange.RecallAgreed},
		{"asked about by another recall", exchange.Recall{State: exchange.RecallAsked, Message: "r2"}, envelope.Agreed, ""},
		{"lapsed under another recall", exchange.Recall{State: exchange.RecallLapsed, Message: "r2"}, envelope.Declined, ""},
		{"not asked about", exchange.Recall{}, envelope.Agreed, ""},
		{"answered before", exchange.Recall{State: exchange.RecallDeclined, Message: recall}, envelope.Agreed, ""},
		{"answered so before", exchange.Recall{State: exchange.RecallAgreed, Message: recall}, envelope.Agreed, ""},
		{"withdrawn", exchange.Recall{State: exchange.RecallWithdrawn, Message: recall}, envelope.Agreed, ""},
		{"no answer", exchange.Recall{State: exchange.RecallAsked, Message: recall}, envelope.Accepted, ""},
	} {
		d := exchange.Delivery{ID: "2", Message: "m", Class: exchange.ClassDocument, State: exchange.Delivered, Attempt: 1, Recall: test.of}
		if test.of.State == exchange.RecallWithdrawn {
			d.State = exchange.Withdrawn
		}
		next, e, changed := exchange.AnswerToo(d, recall, exchange.Report{Delivery: "1", Message: "m", Code: test.code, At: at}, at)
		if changed != (test.want != "") {
			t.Errorf("%s: changed %t", test.name, changed)
			continue
		}
		if changed && (next.Recall.State != test.want || next.Recall.Message != recall || !next.Recall.Ended.Equal(at)) {
			t.Errorf("%s: became %+v, want %s", test.name, next.Recall, test.want)
		}
		if changed && (e.Type != translog.RecallAnswered || e.Delivery != "2" || e.Code != string(test.code)) {
			t.Errorf("%s: logged as %s", test.name, e.Marshal())
		}
	}
	if _, _, changed := exchange.AnswerToo(exchange.Delivery{State: exchange.Delivered, Attempt: 1}, "", exchange.Report{Code: envelope.Agreed}, at); changed {
		t.Error("what no recall speaks of is answered")
	}
}

package exchange_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// deadLetter is a document of the department whose one delivery, to the commune's endpoint, was given up.
func (r *rig) deadLetter() (exchange.Message, exchange.Delivery) {
	r.t.Helper()
	m := r.send(r.signed(1, communeID)).Message
	r.wait(31 * 24 * time.Hour)
	if n, err := r.ExpireOverdue(r.t.Context()); n != 1 || err != nil {
		r.t.Fatalf("%d expired after a month: %v", n, err)
	}
	return m, r.at(m.ID, communeID)
}

func TestSenderSendsAgain(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m, d := r.deadLetter()
	for _, c := range []exchange.Caller{by(communeID), by(legacy), operator, {}} {
		_, err := r.Resend(ctx, c, d.ID, "xin gửi lại")
		wantKind(t, "by "+c.Actor(), err, exchange.NotFound)
	}
	_, err := r.Resend(ctx, by(department), "nothing", "xin gửi lại")
	wantKind(t, "what is not there", err, exchange.NotFound)
	_, err = r.Resend(ctx, by(department), d.ID, " \n")
	wantKind(t, "without a reason", err, exchange.BadRequest)
	if !exchange.Resendable(d) {
		t.Errorf("%+v is not offered to be sent again", d)
	}
	again, err := r.Resend(ctx, by(department), d.ID, "nơi nhận báo đã sửa máy chủ")
	if err != nil || again.State != exchange.Queued || !again.Deadline.After(r.clock()) || exchange.Resendable(again) {
		t.Fatalf("sent again: %+v %v", again, err)
	}
	records, err := r.store.EntriesOf(ctx, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	last := records[len(records)-1]
	if e := last.Entry; e.Type != translog.Requeued || e.Actor != string(department) || e.Credential != by(department).Credential ||
		last.Side == nil || last.Side.Fields["reason"] != "nơi nhận báo đã sửa máy chủ" {
		t.Errorf("logged %+v %+v, want the sender, its key and the reason", e, last.Side)
	}
	_, err = r.Document(ctx, by(communeID), m.ID)
	wantKind(t, "the document, for who has not seen it", err, exchange.NotFound)
	r.sound()
}

// What is not sent again by its sender.
func TestNotSentAgain(t *testing.T) {
	for _, test := range []struct {
		name  string
		setup func(*rig, exchange.Message, exchange.Delivery)
		want  exchange.Kind
	}{
		{"what is on its way", func(r *rig, _ exchange.Message, d exchange.Delivery) {
			if _, err := r.Resend(r.t.Context(), by(department), d.ID, "lần đầu"); err != nil {
				r.t.Fatal(err)
			}
		}, exchange.Conflict},
		{"what was answered after all", func(r *rig, _ exchange.Message, d exchange.Delivery) {
			r.answersLate(d)
		}, exchange.Conflict},
		{"what has nowhere to go", func(r *rig, _ exchange.Message, d exchange.Delivery) {
			r.book.change(communeID, func(a *exchange.Agency) { a.ClosedAt = r.clock().Add(-time.Hour) })
		}, exchange.Conflict},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			m, d := r.deadLetterSeen()
			test.setup(r, m, d)
			_, err := r.Resend(t.Context(), by(department), d.ID, "xin gửi lại")
			wantKind(t, "sending again", err, test.want)
			r.sound()
		})
	}
}

// The preview leaves out what the act would refuse: what has been sent in another document's bytes.
func TestPlanLeavesOutWhatWasSentInItsPlace(t *testing.T) {
	r := newRig(t)
	_, d := r.deadLetterSeen()
	planned := func(when string, send, supplanted int) {
		t.Helper()
		p, err := r.PlanRequeue(t.Context(), operator, exchange.DeadLetterQuery{})
		if err != nil || len(p.Send) != send || p.To[communeID] != send || p.Not[exchange.Supplanted] != supplanted {
			t.Errorf("%s: %+v (%v), want %d to be sent and %d supplanted", when, p, err, send, supplanted)
		}
	}
	planned("before", 1, 0)
	again := bytes.Replace(r.letter(1, department, communeID), []byte("V/v thử nghiệm 1"), []byte("V/v thử nghiệm 1, đã sửa"), 1)
	r.send(r.sign(again, r.seal))
	planned("while the other lives", 0, 1)
	_, err := r.Requeue(t.Context(), operator, d.ID, "đã sửa máy chủ")
	wantKind(t, "the act", err, exchange.Conflict)
	r.fails(communeID)
	planned("when the other was given up too", 2, 0)
	r.sound()
}

// deadLetterSeen is a dead letter of which the addressee may have seen something: the attempt timed out.
func (r *rig) deadLetterSeen() (exchange.Message, exchange.Delivery) {
	r.t.Helper()
	m := r.send(r.signed(1, communeID)).Message
	r.fails(communeID)
	return m, r.at(m.ID, communeID)
}

// fails gives up all that is due to an agency's endpoint.
func (r *rig) fails(id exchange.AgencyID) {
	r.t.Helper()
	ctx, now := r.t.Context(), r.clock()
	leases, err := r.store.Lease(ctx, exchange.LeaseRequest{Agency: id, Now: now, Until: now.Add(time.Minute), Max: 9})
	if err != nil || len(leases) == 0 {
		r.t.Fatalf("%d leases: %v", len(leases), err)
	}
	for _, l := range leases {
		if _, err := r.Settle(ctx, l, exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "timeout"}); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *rig) answersLate(d exchange.Delivery) {
	r.t.Helper()
	if _, err := r.Report(r.t.Context(), by(d.Addressee), d.ID, exchange.Word{Code: envelope.Accepted}); err != nil {
		r.t.Fatal(err)
	}
}

// While its recall is open a dead letter stays one.
func TestNotSentAgainWhileAskedBack(t *testing.T) {
	r := newRig(t)
	m, d := r.deadLetterSeen()
	if _, err := r.Recall(t.Context(), by(department), m.ID, exchange.Demand{Reason: "gửi nhầm"}); err != nil {
		t.Fatal(err)
	}
	if got := r.at(m.ID, communeID); got.Recall.State != exchange.RecallAsked || exchange.Resendable(got) {
		t.Errorf("became %+v", got.Recall)
	}
	_, err := r.Resend(t.Context(), by(department), d.ID, "xin gửi lại")
	wantKind(t, "sending again", err, exchange.Conflict)
	r.sound()
}

package exchange_test

import (
	"bytes"
	"crypto/x509"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

func testcaUntil(end time.Time) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotAfter = end }
}

// status is an edXML status file, as an agency's own software writes it.
func (r *rig) status(from exchange.AgencyID, about envelope.ResponseFor, code envelope.StatusCode, reason string) []byte {
	r.t.Helper()
	raw, err := envelope.Build(envelope.NewStatus(envelope.Party{OrganID: from}, about, code, reason, envelope.Staff{Staff: "Văn Thư Mẫu"}, r.clock()))
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

func cite(m exchange.Message) envelope.ResponseFor {
	return envelope.ResponseFor{OrganID: m.Sender, Code: m.Code, Promulgation: m.Date, DocumentID: m.DocumentID}
}

func TestStatusFindsItsDocument(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*envelope.ResponseFor)
		found  bool
	}{
		{"by DocumentId", func(*envelope.ResponseFor) {}, true},
		{"by code and year where the id is written otherwise", func(a *envelope.ResponseFor) { a.DocumentID = "18661" }, true},
		{"not by an id alone that nobody has", func(a *envelope.ResponseFor) { a.DocumentID, a.Code = "18661", "9/XX" }, false},
		{"not of another year", func(a *envelope.ResponseFor) {
			a.DocumentID = "x"
			a.Promulgation = envelope.DateOf(time.Date(2017, 9, 28, 0, 0, 0, 0, time.UTC))
		}, false},
		{"not of another sender", func(a *envelope.ResponseFor) { a.OrganID = communeID }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			m := r.send(r.signed(1, districtID)).Message
			h := r.take(districtID)[0]
			about := cite(m)
			test.change(&about)
			receipt, err := r.Submit(t.Context(), exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, about, envelope.Accepted, "vào sổ")})
			if !test.found {
				wantKind(t, "the status", err, exchange.UnknownDocument)
				return
			}
			if err != nil || receipt.Message.Report.Delivery != h.Delivery.ID || receipt.Message.Signature != signing.Unsigned {
				t.Fatalf("%+v %v, want a report on %s", receipt, err, h.Delivery.ID)
			}
			if back := r.take(department); len(back) != 1 || back[0].Message.ID != receipt.Message.ID {
				t.Errorf("the sender got %+v, want the status", back)
			}
			r.sound()
		})
	}
}

func TestStatusOfADocumentNotYetSeenIsRefused(t *testing.T) {
	r := newRig(t)
	m := r.send(r.signed(1, districtID)).Message
	_, err := r.Submit(t.Context(), exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(m), envelope.Accepted, "đoán")})
	wantKind(t, "a status before exposure", err, exchange.UnknownDocument)
	_, err = r.Submit(t.Context(), exchange.Submission{Caller: by(communeID), Raw: r.status(communeID, cite(m), envelope.Accepted, "người khác")})
	wantKind(t, "a status by who is no addressee", err, exchange.UnknownDocument)
}

func TestReportInTheShortForm(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.send(r.signed(1, districtID))
	id := r.take(districtID)[0].Delivery.ID

	first, err := r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.Accepted, Description: "vào sổ"})
	if err != nil {
		t.Fatal(err)
	}
	r.wait(time.Minute)
	again, err := r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.Accepted})
	if err != nil || !again.Repeat || !bytes.Equal(first.Proof.Marshal(), again.Proof.Marshal()) {
		t.Errorf("the status that stands, given again: %+v %v, want its own receipt", again, err)
	}
	for _, reason := range []string{"", " \u200b\u00a0"} {
		_, err = r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.Refused, Description: reason})
		wantKind(t, "a refusal whose reason nobody sees", err, exchange.BadReport)
	}
	_, err = r.Report(ctx, by(communeID), id, exchange.Word{Code: envelope.Accepted})
	wantKind(t, "another agency's delivery", err, exchange.NotFound)
	_, err = r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.TakeBack, Description: "thu hồi"})
	wantKind(t, "a recall, which is the sender's to give", err, exchange.BadReport)

	if _, err = r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.Refused, Description: "không đúng thẩm quyền"}); err != nil {
		t.Fatal(err)
	}
	_, err = r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.Accepted})
	wantKind(t, "accepting what was refused", err, exchange.BadReport)
	if back := r.take(department); len(back) != 2 {
		t.Errorf("the sender got %d statuses, want 03 and 02", len(back))
	}
	r.sound()
}

// P2: after a refusal (02) the same identity may come with other bytes; before it, not.
func TestCorrectedResendAfterRefusal(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	first := r.send(r.signed(1, districtID))
	other := r.signed(1, districtID) // fresh attachment id: same identity, other bytes
	_, err := r.Submit(ctx, exchange.Submission{Caller: by(department), Raw: other})
	wantKind(t, "same identity, other bytes", err, exchange.SameIdentity)
	if e, ok := err.(*exchange.Error); !ok || e.Values["accepted_digest"] != first.Message.Digest.String() || e.Values["digest"] == "" {
		t.Errorf("the refusal does not show both digests: %+v", err)
	}
	h := r.take(districtID)[0]
	if _, err := r.Report(ctx, by(districtID), h.Delivery.ID, exchange.Word{Code: envelope.Refused, Description: "thiếu phụ lục"}); err != nil {
		t.Fatal(err)
	}
	if again := r.send(other); again.Repeat {
		t.Error("the corrected document was taken for a repeat")
	}
	r.sound()
}

func TestDeadLetterIsToldAndCanBeSentAgain(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, communeID)).Message
	if n, err := r.ExpireOverdue(ctx); n != 0 || err != nil {
		t.Fatalf("%d expired at once: %v", n, err)
	}
	r.wait(31 * 24 * time.Hour)
	if n, err := r.ExpireOverdue(ctx); n != 1 || err != nil {
		t.Fatalf("%d expired after a month: %v", n, err)
	}
	back := r.take(department)
	if len(back) != 1 || back[0].Message.Class != exchange.ClassNotice || back[0].Message.Sender != hubID {
		t.Fatalf("the sender got %+v, want the hub's notice", back)
	}
	letter := r.read(back[0].Message.ID)
	if letter.Status == nil || letter.Status.ResponseFor.DocumentID != m.DocumentID || len(letter.Errors) != 1 || letter.Errors[0].Code != exchange.DeadLetterCode {
		t.Errorf("the notice says %+v", letter)
	}

	page, err := r.DeadLetters(ctx, operator, 10, "")
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("%d dead letters: %v", len(page.Rows), err)
	}
	id := page.Rows[0].Deliveries[0].ID
	_, err = r.Requeue(ctx, by(department), id, "xin")
	wantKind(t, "requeue by an agency", err, exchange.Forbidden)
	_, err = r.DeadLetters(ctx, by(department), 10, "")
	wantKind(t, "dead letters for an agency", err, exchange.Forbidden)
	_, err = r.Requeue(ctx, operator, id, " ")
	wantKind(t, "requeue without a reason", err, exchange.BadRequest)
	for _, evil := range misleading() {
		_, err = r.Requeue(ctx, operator, id, evil)
		wantKind(t, "requeue with a reason that reads otherwise than it is written", err, exchange.BadRequest)
		_, _, err = r.Content(ctx, operator, page.Rows[0].Message.ID, evil)
		wantKind(t, "reading with such a reason", err, exchange.BadRequest)
	}
	if d, err := r.Requeue(ctx, operator, id, "đã sửa máy chủ,\r\n\t“tắt tường lửa”"); err != nil || d.State != exchange.Queued {
		t.Errorf("requeued: %+v %v", d, err)
	}
	_, err = r.Requeue(ctx, operator, id, "lần nữa")
	wantKind(t, "requeue of what is queued", err, exchange.Conflict)
	r.sound()
}

// read takes a message's content as its receiver does.
func (r *rig) read(id exchange.MessageID) *envelope.Envelope {
	r.t.Helper()
	_, body, err := r.Content(r.t.Context(), by(department), id, "")
	if err != nil {
		r.t.Fatal(err)
	}
	defer body.Close()
	raw, err := io.ReadAll(body)
	if err != nil {
		r.t.Fatal(err)
	}
	v, err := signing.Verify(r.t.Context(), raw, signing.Policy{At: r.clock(), Unsigned: true})
	if err != nil {
		r.t.Fatal(err)
	}
	e, err := envelope.Parse(v)
	if err != nil {
		r.t.Fatal(err)
	}
	return e
}

// The hub settles its own attempts with the notice that belongs to the outcome, and only once.
func TestSettleTellsTheSender(t *testing.T) {
	for _, test := range []struct {
		outcome exchange.Outcome
		class   exchange.Class // of what the sender gets; empty: nothing
	}{
		{exchange.Outcome{Result: exchange.ResultDelivered}, exchange.ClassStatus},
		{exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "http-422", Detail: "máy nhận từ chối"}, exchange.ClassNotice},
		{exchange.Outcome{Result: exchange.ResultRetry, Reason: "http-503", RetryAt: time.Date(2018, 9, 28, 9, 0, 0, 0, time.UTC)}, ""},
	} {
		t.Run(string(test.outcome.Result), func(t *testing.T) {
			r := newRig(t)
			r.send(r.signed(1, communeID))
			leases, err := r.store.Lease(t.Context(), exchange.LeaseRequest{Agency: communeID, Now: r.clock(), Until: r.clock().Add(time.Minute), Max: 1})
			if err != nil || len(leases) != 1 {
				t.Fatal(leases, err)
			}
			if _, err := r.Settle(t.Context(), leases[0], test.outcome); err != nil {
				t.Fatal(err)
			}
			_, err = r.Settle(t.Context(), leases[0], test.outcome)
			wantKind(t, "settled twice", err, exchange.LeaseLost)
			got := r.take(department)
			if (test.class == "") != (len(got) == 0) || (len(got) > 0 && got[0].Message.Class != test.class) {
				t.Errorf("the sender got %+v, want %q", got, test.class)
			}
			r.sound()
		})
	}
}

// P10: whoever reads without being sender or addressee leaves a trace with a reason; an addressee's first reading is one.
func TestReadingIsLogged(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, districtID, communeID)).Message
	read := func(c exchange.Caller, reason string) error {
		_, body, err := r.Content(ctx, c, m.ID, reason)
		if err == nil {
			body.Close()
		}
		return err
	}
	wantKind(t, "the addressee before exposure", read(by(districtID), ""), exchange.NotFound)
	wantKind(t, "a stranger", read(by(legacy), ""), exchange.NotFound)
	wantKind(t, "an operator without a reason", read(operator, ""), exchange.BadRequest)
	h := r.take(districtID)[0]
	for range 2 {
		if err := read(by(districtID), ""); err != nil {
			t.Fatal(err)
		}
		if _, body, err := r.DeliveryContent(ctx, by(districtID), h.Delivery.ID); err != nil {
			t.Fatal(err)
		} else {
			body.Close()
		}
	}
	if err := read(operator, "khiếu nại 12/2018"); err != nil {
		t.Fatal(err)
	}
	if err := read(by(department), ""); err != nil {
		t.Fatal(err)
	}
	records, err := r.store.EntriesOf(ctx, m.ID)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[translog.Type]int{}
	for _, rec := range records {
		seen[rec.Entry.Type]++
		if rec.Entry.Type == translog.Opened && (rec.Side == nil || rec.Side.Fields["reason"] != "khiếu nại 12/2018") {
			t.Errorf("the operator's reason is not beside the entry: %+v", rec)
		}
	}
	if seen[translog.PickedUp] != 1 || seen[translog.Opened] != 1 || len(records) != 3 {
		t.Errorf("entries %v, want acceptance, one pick-up, one opening", seen)
	}
	r.sound()
}

// misleading are texts that are read otherwise than they are written.
func misleading() []string {
	return []string{"đã sửa\u202emáy chủ", "đã sửa\u2067", "đã\u200fsửa", "đã\x00sửa", "đã\u2028sửa", "đã sửa\xff"}
}

// What the hub writes in somebody's name says what it seems to say, whoever calls: the console, the API or the command line.
func TestWordsOfTheShortFormAreLegible(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, districtID)).Message
	id := r.take(districtID)[0].Delivery.ID
	for _, evil := range misleading() {
		for _, w := range []exchange.Word{
			{Code: envelope.Refused, Description: evil},
			{Code: envelope.Accepted, Staff: envelope.Staff{Staff: evil}},
			{Code: envelope.Accepted, Staff: envelope.Staff{Department: evil}},
		} {
			_, err := r.Report(ctx, by(districtID), id, w)
			wantKind(t, fmt.Sprintf("status %+q", w), err, exchange.BadRequest)
		}
		for _, d := range []exchange.Demand{{Reason: evil}, {Reason: "gửi nhầm", Staff: envelope.Staff{Mobile: evil}}} {
			_, err := r.Recall(ctx, by(department), m.ID, d)
			wantKind(t, fmt.Sprintf("recall %+q", d), err, exchange.BadRequest)
		}
	}
	if _, err := r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.Refused, Description: "thiếu:\r\n\tphụ lục “1”"}); err != nil {
		t.Errorf("a reason of two lines: %v", err)
	}
	r.sound()
}

package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// acting is document n of the department, signed, that does something to an earlier one.
func (r *rig) acting(n int, b envelope.Business, change func(*envelope.Envelope), to ...exchange.AgencyID) []byte {
	r.t.Helper()
	e := r.parsed(r.letter(n, department, to...))
	e.Business = &b
	if change != nil {
		change(e)
	}
	raw, err := envelope.Build(e)
	if err != nil {
		r.t.Fatal(err)
	}
	return r.sign(raw, r.seal)
}

func (r *rig) parsed(raw []byte) *envelope.Envelope {
	r.t.Helper()
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

// at is how a document's delivery to an agency stands.
func (r *rig) at(id exchange.MessageID, agency exchange.AgencyID) exchange.Delivery {
	r.t.Helper()
	ds, err := r.store.DeliveriesOf(r.t.Context(), id)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, d := range ds {
		if d.Addressee == agency {
			return d
		}
	}
	r.t.Fatalf("message %s has no delivery to %s", id, agency)
	return exchange.Delivery{}
}

// takeAll leases and acknowledges everything that waits for an agency, also what comes after.
func (r *rig) takeAll(id exchange.AgencyID) (all []exchange.Handout) {
	r.t.Helper()
	for {
		got := r.take(id)
		for _, h := range got {
			if _, err := r.Ack(r.t.Context(), by(id), h.Delivery.ID, h.Token); err != nil {
				r.t.Fatal(err)
			}
		}
		if len(got) == 0 {
			return all
		}
		all = append(all, got...)
	}
}

// answerIn is the time for an answer in these tests.
const answerIn = 72 * time.Hour

// P7: before exposure the addressee finds nothing, by any path; after it, it is asked.
func TestRecallIsPerAddressee(t *testing.T) {
	r := newRig(t)
	r.Limits.Answer = exchange.Term{Time: answerIn}
	ctx := t.Context()
	m := r.send(r.signed(1, districtID, communeID, legacy)).Message
	seen := r.take(districtID)[0]
	receipt := r.send(r.acting(1, envelope.Business{Kind: envelope.Recall, Reason: "nhầm"}, nil, districtID, communeID))
	if len(receipt.Recalled) != 2 || len(receipt.Message.Addressees) != 1 || receipt.Message.Addressees[0].Agency != districtID {
		t.Errorf("the recall went to %+v and recalled %d; want the district asked, and the commune withdrawn", receipt.Message.Addressees, len(receipt.Recalled))
	}
	if d := r.at(m.ID, communeID); d.State != exchange.Withdrawn || d.Recall.State != exchange.RecallWithdrawn {
		t.Errorf("the commune's became %+v, want withdrawn", d)
	}
	if d := r.at(m.ID, districtID); d.Recall.State != exchange.RecallAsked || !d.Recall.Until.Equal(r.clock().Add(answerIn)) {
		t.Errorf("the district's became %+v, want asked", d.Recall)
	}
	if d := r.at(m.ID, legacy); d.Recall.State != "" || d.State != exchange.Held {
		t.Errorf("the third, which the recall does not name, became %+v", d)
	}
	r.findsNothing(communeID, m.ID, receipt.Message.ID)

	if again := r.take(districtID); len(again) != 0 {
		t.Errorf("the recall overtook the document: %+v", again[0].Message)
	}
	if _, err := r.Ack(ctx, by(districtID), seen.Delivery.ID, seen.Token); err != nil {
		t.Fatal(err)
	}
	asked := r.take(districtID)
	if len(asked) != 1 || asked[0].Message.ID != receipt.Message.ID || len(asked[0].Message.About) != 1 || asked[0].Message.About[0].Message != m.ID {
		t.Fatalf("then the district got %+v, want the recall and what it is about", asked)
	}
	r.sound()
}

// findsNothing looks for messages everywhere an addressee can look.
func (r *rig) findsNothing(who exchange.AgencyID, ids ...exchange.MessageID) {
	r.t.Helper()
	ctx := r.t.Context()
	for _, id := range ids {
		_, err := r.Document(ctx, by(who), id)
		wantKind(r.t, "document "+string(id), err, exchange.NotFound)
		_, _, err = r.Content(ctx, by(who), id, "")
		wantKind(r.t, "content "+string(id), err, exchange.NotFound)
	}
	if page, err := r.Search(ctx, by(who), exchange.Query{Role: exchange.Received}); err != nil || len(page.Rows) != 0 {
		r.t.Errorf("%s finds %d documents: %v", who, len(page.Rows), err)
	}
	if events, err := r.Events(ctx, by(who), -1, 100); err != nil || len(events) != 0 {
		r.t.Errorf("%s has %d events: %v", who, len(events), err)
	}
	leases, err := r.store.Lease(ctx, exchange.LeaseRequest{Agency: who, Now: r.clock(), Until: r.clock().Add(time.Minute), Max: 9})
	if err != nil || len(leases) != 0 {
		r.t.Errorf("%s is handed %d things: %v", who, len(leases), err)
	}
}

func TestAnswersToARecall(t *testing.T) {
	for _, test := range []struct {
		name  string
		code  envelope.StatusCode
		short bool
		want  exchange.RecallState
	}{
		{"agreed, as a file", envelope.Agreed, false, exchange.RecallAgreed},
		{"declined, as a file", envelope.Declined, false, exchange.RecallDeclined},
		{"agreed, in the short form on the recall", envelope.Agreed, true, exchange.RecallAgreed},
		{"silence", "", false, exchange.RecallLapsed},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			r.Limits.Answer = exchange.Term{Time: answerIn}
			ctx := t.Context()
			m := r.send(r.signed(1, districtID)).Message
			r.takeAll(districtID)
			results, err := r.Recall(ctx, by(department), m.ID, exchange.Demand{Reason: "gửi nhầm"})
			if err != nil || len(results) != 1 || results[0].Receipt == nil || results[0].Delivery.Recall.State != exchange.RecallAsked {
				t.Fatalf("recalled: %+v %v", results, err)
			}
			asked := r.takeAll(districtID)
			if len(asked) != 1 || asked[0].Message.Report.Code != envelope.TakeBack {
				t.Fatalf("the district got %+v, want status 13", asked)
			}
			r.takeAll(department)
			switch {
			case test.code == "":
				if n, err := r.LapseRecalls(ctx); n != 0 || err != nil {
					t.Errorf("%d lapsed at once: %v", n, err)
				}
				r.wait(answerIn)
				if n, err := r.LapseRecalls(ctx); n != 1 || err != nil {
					t.Errorf("%d lapsed: %v", n, err)
				}
			case test.short:
				_, err = r.Report(ctx, by(districtID), asked[0].Delivery.ID, exchange.Word{Code: test.code})
			default:
				_, err = r.Submit(ctx, exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(m), test.code, "ý kiến")})
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := r.at(m.ID, districtID); d.Recall.State != test.want || d.State != exchange.Delivered {
				t.Errorf("became %+v, want %s", d, test.want)
			}
			if told := r.takeAll(department); len(told) != 1 {
				t.Errorf("the sender was told %d things, want one", len(told))
			}
			r.sound()
		})
	}
}

func TestASecondAnswerIsRefused(t *testing.T) {
	r := newRig(t)
	m := r.send(r.signed(1, districtID)).Message
	r.takeAll(districtID)
	answer := func(code envelope.StatusCode) error {
		_, err := r.Submit(t.Context(), exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(m), code, "ý kiến")})
		return err
	}
	wantKind(t, "an answer to nothing", answer(envelope.Agreed), exchange.BadReport)
	r.send(r.acting(1, envelope.Business{Kind: envelope.Recall}, nil, districtID))
	if err := answer(envelope.Declined); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a second answer", answer(envelope.Agreed), exchange.BadReport)
	r.sound()
}

// An update is named in the same ways as a recall. A replacement names by ReplacementInfoList alone, and each document in
// it must be found.
func TestWhatIsUpdatedOrReplaced(t *testing.T) {
	replacing := func(ids ...string) envelope.Business {
		b := envelope.Business{Kind: envelope.Replacement}
		for _, id := range ids {
			b.Replacements = append(b.Replacements, envelope.Replaced{DocumentID: id})
		}
		return b
	}
	update := envelope.Business{Kind: envelope.Update}
	other := func(e *envelope.Envelope) { e.DocumentID, e.Code.Number = "khác", "99" }
	for _, test := range []struct {
		name     string
		business func(earlier string) envelope.Business
		change   func(*envelope.Envelope)
		want     exchange.Kind
	}{
		{"an update by its own DocumentId", func(string) envelope.Business { return update }, nil, ""},
		{"an update by Bussiness/DocumentId", func(id string) envelope.Business {
			return envelope.Business{Kind: envelope.Update, DocumentID: id}
		}, other, ""},
		{"an update by code and date alone", func(string) envelope.Business { return update }, func(e *envelope.Envelope) { e.DocumentID = "" }, ""},
		{"an update of nothing", func(string) envelope.Business { return update }, other, exchange.UnknownDocument},
		{"a replacement of it", func(id string) envelope.Business { return replacing(id) }, other, ""},
		{"a replacement of nothing", func(string) envelope.Business { return replacing("x") }, other, exchange.UnknownDocument},
		{"a replacement of it and of nothing", func(id string) envelope.Business { return replacing(id, "x") }, other, exchange.UnknownDocument},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			m := r.send(r.signed(1, districtID)).Message
			receipt, err := r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: r.acting(1, test.business(m.DocumentID), test.change, districtID)})
			view, readErr := r.Document(t.Context(), by(department), m.ID)
			if readErr != nil {
				t.Fatal(readErr)
			}
			if test.want != "" {
				wantKind(t, "what names it so", err, test.want)
				if len(view.By) != 0 {
					t.Errorf("refused, and yet the document shows %+v", view.By)
				}
				return
			}
			if err != nil || len(view.By) != 1 || view.By[0].Message != receipt.Message.ID || receipt.Message.About[0].Message != m.ID {
				t.Errorf("%v, the document shows %+v", err, view.By)
			}
			r.sound()
		})
	}
}

// What is recalled is found, or refused; never guessed.
func TestWhatIsRecalled(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*envelope.Envelope)
		to     exchange.AgencyID
		want   exchange.Kind
	}{
		{"by its own DocumentId", nil, districtID, ""},
		{"by Bussiness/DocumentId", func(e *envelope.Envelope) {
			e.Business.DocumentID, e.DocumentID, e.Code.Number = e.DocumentID, "khác", "99"
		}, districtID, ""},
		{"by code and date alone", func(e *envelope.Envelope) { e.DocumentID = "" }, districtID, ""},
		{"by a name that nothing has", func(e *envelope.Envelope) { e.DocumentID, e.Code.Number = "x", "99" }, districtID, exchange.UnknownDocument},
		{"from who never had it", nil, legacy, exchange.UnknownDocument},
		{"one of two with the same code", func(e *envelope.Envelope) { e.DocumentID, e.Code.Number = "", "7" }, districtID, exchange.AmbiguousDocument},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := newRig(t)
			m := r.send(r.signed(1, districtID)).Message
			for _, id := range []string{"a", "b"} {
				r.send(r.acting(7, envelope.Business{}, func(e *envelope.Envelope) { e.DocumentID = id }, districtID))
			}
			_, err := r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: r.acting(1, envelope.Business{Kind: envelope.Recall}, test.change, test.to)})
			if test.want != "" {
				wantKind(t, "the recall", err, test.want)
				return
			}
			if d := r.at(m.ID, districtID); err != nil || d.State != exchange.Withdrawn {
				t.Errorf("%v, the delivery is %s; want it withdrawn", err, d.State)
			}
			r.sound()
		})
	}
}

func TestRecallTwice(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, districtID, communeID)).Message
	r.takeAll(districtID)
	first, err := r.Recall(ctx, by(department), m.ID, exchange.Demand{Reason: "nhầm"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := r.Recall(ctx, by(department), m.ID, exchange.Demand{Reason: "nhầm"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range again {
		if !again[i].Receipt.Repeat || again[i].Receipt.Message.ID != first[i].Receipt.Message.ID {
			t.Errorf("%s: recalled again by %s, want the recall that stands", again[i].Delivery.Addressee, again[i].Receipt.Message.ID)
		}
	}
	_, err = r.Submit(ctx, exchange.Submission{Caller: by(department), Raw: r.acting(1, envelope.Business{Kind: envelope.Recall}, nil, districtID)})
	wantKind(t, "a recall of what is recalled, as a file", err, exchange.Conflict)
	if e, _ := errors.AsType[*exchange.Error](err); e == nil || e.VI == "" {
		t.Errorf("refused with %v, want why in Vietnamese too", err)
	}
	_, err = r.Recall(ctx, by(districtID), m.ID, exchange.Demand{Reason: "x"})
	wantKind(t, "a recall by an addressee", err, exchange.Forbidden)
	for _, reason := range []string{"", " \t", "\u200b\u00a0"} {
		_, err = r.Recall(ctx, by(department), m.ID, exchange.Demand{Reason: reason})
		wantKind(t, "a recall whose reason nobody sees", err, exchange.BadReport)
	}
	often := slices.Repeat([]exchange.AgencyID{districtID, communeID}, 1000)
	if each, err := r.Recall(ctx, by(department), m.ID, exchange.Demand{Reason: "nhầm", Addressees: often}); err != nil || len(each) != 2 {
		t.Errorf("two addressees named a thousand times are %d acts (%v), want one each", len(each), err)
	}
	r.sound()
}

// A recall that lands while an attempt is under way asks; when the attempt proves that nothing left, it is as if it had
// come before: the addressee finds neither.
func TestRecallOfWhatNeverLeft(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, communeID)).Message
	leases, err := r.store.Lease(ctx, exchange.LeaseRequest{Agency: communeID, Now: r.clock(), Until: r.clock().Add(time.Minute), Max: 1})
	if err != nil || len(leases) != 1 {
		t.Fatal(leases, err)
	}
	recall := r.send(r.acting(1, envelope.Business{Kind: envelope.Recall}, nil, communeID)).Message
	if d := r.at(m.ID, communeID); d.Recall.State != exchange.RecallAsked {
		t.Fatalf("became %+v, want asked", d.Recall)
	}
	if _, err := r.Settle(ctx, leases[0], exchange.Outcome{Result: exchange.ResultRetry, Reason: "dial", RetryAt: r.clock(), NotSent: true}); err != nil {
		t.Fatal(err)
	}
	if d := r.at(m.ID, communeID); d.State != exchange.Withdrawn || d.Recall.State != exchange.RecallWithdrawn {
		t.Errorf("became %+v, want withdrawn", d)
	}
	r.findsNothing(communeID, m.ID, recall.ID)
	r.sound()
}

func TestUpdateWaitsAndIsAnswered(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, districtID)).Message
	update := r.send(r.acting(1, envelope.Business{Kind: envelope.Update, DocumentID: m.DocumentID}, nil, districtID, legacy)).Message
	if got := r.take(legacy); len(got) != 1 || got[0].Message.ID != update.ID || len(got[0].Message.About) != 0 {
		t.Errorf("the added addressee got %+v, want the update and no word of what it never had", got)
	}
	got := r.takeAll(districtID)
	if len(got) != 2 || got[0].Message.ID != m.ID || got[1].Message.ID != update.ID {
		t.Fatalf("the district got %+v, want the document, then its update", got)
	}
	if _, err := r.Submit(ctx, exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(m), envelope.Agreed, "đã cập nhật")}); err != nil {
		t.Fatal(err)
	}
	if d := r.at(update.ID, districtID); d.Consent != envelope.Agreed {
		t.Errorf("the update became %+v, want its consent", d)
	}
	view, err := r.Document(ctx, by(districtID), m.ID)
	if err != nil || len(view.By) != 1 || view.By[0].Message != update.ID || view.By[0].Relation != exchange.Updates {
		t.Errorf("the document shows %+v by it (%v), want the update", view.By, err)
	}
	r.sound()
}

func TestReplacement(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	a := r.send(r.signed(1, districtID, communeID)).Message
	b := r.send(r.signed(2, districtID, legacy)).Message
	r.takeAll(districtID)
	both := envelope.Business{Kind: envelope.Replacement, Replacements: []envelope.Replaced{
		{DocumentID: a.DocumentID, OrganIDs: []exchange.AgencyID{districtID, communeID}}, {DocumentID: b.DocumentID},
	}}
	_, err := r.Submit(ctx, exchange.Submission{Caller: by(department), Raw: r.acting(3, both, nil, districtID)})
	wantKind(t, "for somebody who is no addressee", err, exchange.BadEnvelope)
	next := r.send(r.acting(3, both, nil, districtID, communeID, legacy)).Message
	for _, test := range []struct {
		of   exchange.MessageID
		to   exchange.AgencyID
		want exchange.State
	}{{a.ID, districtID, exchange.Delivered}, {a.ID, communeID, exchange.Withdrawn}, {b.ID, districtID, exchange.Delivered}, {b.ID, legacy, exchange.Withdrawn}} {
		if d := r.at(test.of, test.to); d.State != test.want {
			t.Errorf("%s at %s is %s, want %s", test.of, test.to, d.State, test.want)
		}
	}
	if got := r.takeAll(legacy); len(got) != 1 || got[0].Message.ID != next.ID || len(got[0].Message.About) != 0 {
		t.Errorf("who had not seen the replaced one got %+v, want the replacement alone", got)
	}
	if view, err := r.Document(ctx, by(department), b.ID); err != nil || len(view.By) != 1 || view.By[0].Message != next.ID {
		t.Errorf("the replaced document shows %+v (%v)", view.By, err)
	}
	r.sound()
}

// finds counts how often documents are looked for.
type finds struct {
	exchange.Journal
	n int
}

func (f *finds) Find(ctx context.Context, sender exchange.AgencyID, documentID, code string, year, limit int) ([]exchange.Message, error) {
	f.n++
	return f.Journal.Find(ctx, sender, documentID, code, year, limit)
}

// However often a replacement names a document, it is looked for once; and what it names is bounded (P5).
func TestReplacementIsBounded(t *testing.T) {
	r := newRig(t)
	a := r.send(r.signed(1, districtID, communeID)).Message
	counted := &finds{Journal: r.Store}
	r.Store = counted
	often := envelope.Business{Kind: envelope.Replacement}
	for range 500 {
		often.Replacements = append(often.Replacements, envelope.Replaced{DocumentID: a.DocumentID, OrganIDs: []exchange.AgencyID{districtID}},
			envelope.Replaced{DocumentID: a.DocumentID})
	}
	next := r.send(r.acting(2, often, nil, districtID, communeID)).Message
	if len(next.About) != 1 || len(next.About[0].Of) != 2 {
		t.Errorf("it is about %+v, want one document at both: once it is named for all", next.About)
	}
	if counted.n > 3 {
		t.Errorf("documents were looked for %d times", counted.n)
	}
	most := envelope.Business{Kind: envelope.Replacement}
	for i := range 11 {
		one := envelope.Replaced{DocumentID: fmt.Sprint("văn bản ", i)}
		for n := range 1000 {
			one.OrganIDs = append(one.OrganIDs, exchange.AgencyID(fmt.Sprintf("H44.%d", n)))
		}
		most.Replacements = append(most.Replacements, one)
	}
	counted.n = 0
	_, err := r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: r.acting(3, most, nil, districtID)})
	wantKind(t, "11,000 places", err, exchange.BadEnvelope)
	if e, _ := errors.AsType[*exchange.Error](err); e == nil || e.Values["limit"] != "10000" || counted.n > 0 {
		t.Errorf("refused with %v after %d lookups, want the limit and none", err, counted.n)
	}
	r.sound()
}

// An unknown code is kept and delivered; nothing is made of it.
func TestUnknownStatus(t *testing.T) {
	r := newRig(t)
	m := r.send(r.signed(1, districtID)).Message
	r.takeAll(districtID)
	r.takeAll(department)
	receipt, err := r.Submit(t.Context(), exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(m), "14", "đồng ý")})
	if err != nil || receipt.Message.Report.Code != "14" {
		t.Fatalf("%+v %v", receipt, err)
	}
	if d := r.at(m.ID, districtID); d.Processing != envelope.Arrived {
		t.Errorf("it stands at %s, want 01", d.Processing)
	}
	if got := r.takeAll(department); len(got) != 1 {
		t.Errorf("the sender got %d things, want the status", len(got))
	}
}

// P2: an added addressee and a resend after a recall that was agreed to.
func TestIdentityOverTheWholeLife(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, districtID)).Message
	r.send(r.signed(1, legacy)) // an added addressee: other bytes, no common addressee
	r.takeAll(districtID)
	_, err := r.Submit(ctx, exchange.Submission{Caller: by(department), Raw: r.signed(1, districtID)})
	wantKind(t, "other bytes while the first is live", err, exchange.SameIdentity)
	_, err = r.Submit(ctx, exchange.Submission{Caller: by(department), Raw: r.acting(1, envelope.Business{Kind: envelope.Replacement,
		Replacements: []envelope.Replaced{{DocumentID: m.DocumentID, OrganIDs: []exchange.AgencyID{districtID}}}}, nil, districtID)})
	wantKind(t, "a replacement under the id of what it replaces", err, exchange.SameIdentity)
	r.send(r.acting(1, envelope.Business{Kind: envelope.Recall}, nil, districtID)) // an id may be used again by a recall
	r.takeAll(districtID)
	if _, err := r.Submit(ctx, exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(m), envelope.Agreed, "đã hủy")}); err != nil {
		t.Fatal(err)
	}
	r.send(r.signed(1, districtID))
	r.sound()
}

// Whoever lost everything reads it again from the beginning, in the order of the log.
func TestEventsTellAll(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	m := r.send(r.signed(1, districtID, communeID)).Message
	r.takeAll(districtID)
	r.send(r.acting(1, envelope.Business{Kind: envelope.Recall}, nil, districtID, communeID))
	r.takeAll(districtID)
	if _, err := r.Submit(ctx, exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, cite(m), envelope.Agreed, "đã hủy")}); err != nil {
		t.Fatal(err)
	}
	var got []translog.Type
	after := int64(-1)
	for {
		page, err := r.Events(ctx, by(department), after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got, after = append(got, e.Entry.Type), e.Index
		}
	}
	want := []translog.Type{translog.Accepted, translog.Acknowledged, translog.StatusGiven, translog.Accepted, translog.Withdrawn,
		translog.RecallAsked, translog.Acknowledged, translog.StatusGiven}
	if len(got) != len(want) {
		t.Fatalf("the sender's events are %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("the sender's events are %v, want %v", got, want)
		}
	}
}

// A document that waits for another agency since is recalled from there.
func TestRecallOfWhatWasRedirected(t *testing.T) {
	for _, seen := range []bool{false, true} {
		r := newRig(t)
		ctx := t.Context()
		m := r.send(r.signed(1, districtID)).Message
		_, err := r.store.Redirect(ctx, exchange.Redirection{Delivery: m.Addressees[0].Delivery, From: districtID,
			To: exchange.Agency{ID: legacy, Channel: exchange.Pull}, Actor: "hub", Now: r.clock(), Deadline: r.clock().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if seen {
			r.takeAll(legacy)
		}
		recall := r.send(r.acting(1, envelope.Business{Kind: envelope.Recall}, nil, legacy)).Message
		d, err := r.store.Delivery(ctx, m.Addressees[0].Delivery)
		if want := map[bool]exchange.RecallState{false: exchange.RecallWithdrawn, true: exchange.RecallAsked}[seen]; err != nil || d.Recall.State != want {
			t.Errorf("seen %t: became %+v (%v), want %s", seen, d.Recall, err, want)
		}
		got := r.takeAll(legacy)
		if (len(got) == 1) != seen || seen && got[0].Message.ID != recall.ID {
			t.Errorf("seen %t: then it got %+v", seen, got)
		}
		r.sound()
	}
}

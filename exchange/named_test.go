package exchange_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// updated is a document that the district has accepted, and an update of it that it has taken.
func (r *rig) updated() (document, update exchange.Delivery) {
	r.t.Helper()
	m := r.send(r.signed(1, districtID)).Message
	d := r.takeAll(districtID)[0].Delivery
	if _, err := r.Report(r.t.Context(), by(districtID), d.ID, exchange.Word{Code: envelope.Accepted}); err != nil {
		r.t.Fatal(err)
	}
	u := r.send(r.acting(1, envelope.Business{Kind: envelope.Update, DocumentID: m.DocumentID}, nil, districtID)).Message
	r.takeAll(districtID)
	r.takeAll(department)
	return r.at(m.ID, districtID), r.at(u.ID, districtID)
}

// resent is a document that the district has refused, and the corrected one under the same DocumentId.
func (r *rig) resent() (first, second exchange.Delivery) {
	r.t.Helper()
	m := r.send(r.signed(1, districtID)).Message
	d := r.takeAll(districtID)[0].Delivery
	if _, err := r.Report(r.t.Context(), by(districtID), d.ID, exchange.Word{Code: envelope.Refused, Description: "thiếu phụ lục"}); err != nil {
		r.t.Fatal(err)
	}
	corrected := r.send(r.signed(1, districtID)).Message
	return r.at(m.ID, districtID), r.at(corrected.ID, districtID)
}

func (r *rig) fresh(d exchange.Delivery) exchange.Delivery {
	r.t.Helper()
	return r.at(d.Message, d.Addressee)
}

// In the short form a status is said of the delivery of that id, also where another one has the same name.
func TestStatusIsOfWhatItsIDNames(t *testing.T) {
	for _, test := range []struct {
		name   string
		of     func(*rig) (named, other exchange.Delivery)
		code   envelope.StatusCode
		want   exchange.Kind
		became func(exchange.Delivery) bool
	}{
		{"accepting an update", theUpdate, envelope.Accepted, "", func(d exchange.Delivery) bool { return d.Processing == "03" && d.Consent == "" }},
		{"refusing an update", theUpdate, envelope.Refused, "", func(d exchange.Delivery) bool { return d.Refused }},
		{"agreeing to an update", theUpdate, envelope.Agreed, "", func(d exchange.Delivery) bool { return d.Consent == "15" && d.Processing == "01" }},
		{"completing the document", theDocument, envelope.Completed, "", func(d exchange.Delivery) bool { return d.Processing == "06" }},
		{"answering on the document what is asked of the update", theDocument, envelope.Agreed, exchange.BadReport, nil},
		{"completing what came back, while the corrected one waits", (*rig).resent, envelope.Completed, exchange.BadReport, nil},
		{"completing what came back, when the corrected one was taken", takenAgain, envelope.Completed, exchange.BadReport, nil},
		{"refusing what came back again", takenAgain, envelope.Refused, "", func(d exchange.Delivery) bool { return d.Refused }},
	} {
		r := newRig(t)
		named, other := test.of(r)
		receipt, err := r.Report(t.Context(), by(districtID), named.ID, exchange.Word{Code: test.code, Description: "ý kiến"})
		if test.want != "" {
			wantKind(t, test.name, err, test.want)
		} else if err != nil || receipt.Message.Report.Delivery != named.ID {
			t.Fatalf("%s: %+v %v, want a word of %s", test.name, receipt, err, named.ID)
		}
		if got := r.fresh(named); test.became != nil && !test.became(got) || test.became == nil && got.Stood() != named.Stood() {
			t.Errorf("%s: became %+v", test.name, got)
		}
		if got := r.fresh(other); got.Stood() != other.Stood() || got.Refused != other.Refused {
			t.Errorf("%s: the other became %+v, want %+v", test.name, got, other)
		}
		r.sound()
	}
}

func theUpdate(r *rig) (named, other exchange.Delivery) {
	document, update := r.updated()
	return update, document
}

func theDocument(r *rig) (named, other exchange.Delivery) { return r.updated() }

func takenAgain(r *rig) (named, other exchange.Delivery) {
	named, other = r.resent()
	r.takeAll(districtID)
	return named, r.fresh(other)
}

// What the hub writes of an update cites the document as the field does, and says in words that the update is meant.
func TestWhatIsSaidOfAnUpdateSaysSo(t *testing.T) {
	r := newRig(t)
	document, update := r.updated()
	refused, err := r.Report(t.Context(), by(districtID), update.ID, exchange.Word{Code: envelope.Refused, Description: "sai số liệu"})
	if err != nil {
		t.Fatal(err)
	}
	done, err := r.Report(t.Context(), by(districtID), document.ID, exchange.Word{Code: envelope.Completed, Description: "xong"})
	if err != nil {
		t.Fatal(err)
	}
	r.takeAll(department)
	m, err := r.store.Message(t.Context(), document.Message)
	if err != nil {
		t.Fatal(err)
	}
	about := "Chỉ về bản cập nhật trục nhận lúc " + update.AcceptedAt.In(envelope.ICT()).Format("15:04 02/01/2006") + ", không phải văn bản ban đầu: sai số liệu"
	for id, want := range map[exchange.MessageID]string{refused.Message.ID: about, done.Message.ID: "xong"} {
		s := r.read(id).Status
		if s.ResponseFor != cite(m) || s.Description != want {
			t.Errorf("the file cites %+v and says %q, want %+v and %q", s.ResponseFor, s.Description, cite(m), want)
		}
	}
}

// A status that returns to an earlier one is a word of its own, also within a second; the one that stands is a repeat.
func TestWordsOfOneSecond(t *testing.T) {
	r := newRig(t)
	m := r.send(r.signed(1, districtID)).Message
	d := r.takeAll(districtID)[0].Delivery
	r.takeAll(department)
	var receipts []*exchange.Receipt
	for _, code := range []envelope.StatusCode{"05", "05", "04", "05", "04", "04", "05"} {
		receipt, err := r.Report(t.Context(), by(districtID), d.ID, exchange.Word{Code: code})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(receipts); n > 0 && receipts[n-1].Message.Report.Code == code {
			if !receipt.Repeat || receipt.Message.ID != receipts[n-1].Message.ID {
				t.Errorf("%s again is %s, repeat %t; want that of before", code, receipt.Message.ID, receipt.Repeat)
			}
			continue
		}
		if receipt.Repeat || r.at(m.ID, districtID).Processing != code {
			t.Errorf("%s: a repeat (%t), or it does not stand", code, receipt.Repeat)
		}
		receipts = append(receipts, receipt)
	}
	if got := r.takeAll(department); len(got) != len(receipts) {
		t.Errorf("the sender got %d statuses, want %d", len(got), len(receipts))
	}
	r.sound()
}

// What changes nothing is said once as well: again only after something else was said.
func TestWordsThatChangeNothing(t *testing.T) {
	r := newRig(t)
	r.send(r.signed(1, districtID))
	d := r.takeAll(districtID)[0].Delivery
	var last exchange.MessageID
	for i, test := range []struct {
		code   envelope.StatusCode
		repeat bool
	}{{"03", false}, {"01", false}, {"01", true}, {"04", false}, {"01", false}, {"01", true}} {
		receipt, err := r.Report(t.Context(), by(districtID), d.ID, exchange.Word{Code: test.code})
		if err != nil || receipt.Repeat != test.repeat || test.repeat != (receipt.Message.ID == last) {
			t.Fatalf("%d: %s: %+v %v, want a repeat: %t", i, test.code, receipt, err, test.repeat)
		}
		last = receipt.Message.ID
	}
	r.sound()
}

// The same word by several at once, as by a client that asks again, is one.
func TestTheSameWordAtOnce(t *testing.T) {
	for _, code := range []envelope.StatusCode{envelope.Arrived, envelope.Accepted, envelope.Agreed, envelope.TakeBack} {
		r := newRig(t)
		m := r.send(r.signed(1, districtID)).Message
		d := r.take(districtID)[0].Delivery
		if code == envelope.Agreed {
			r.send(r.acting(1, envelope.Business{Kind: envelope.Recall}, nil, districtID))
		}
		receipts := make([]*exchange.Receipt, 8)
		var wg sync.WaitGroup
		for i := range receipts {
			wg.Go(func() { receipts[i] = r.say(m, d, code) })
		}
		wg.Wait()
		first := 0
		for _, receipt := range receipts {
			if receipt == nil || receipt.Message.ID != receipts[0].Message.ID || !bytes.Equal(receipt.Proof.Marshal(), receipts[0].Proof.Marshal()) {
				t.Fatalf("%s: the receipts differ: %+v and %+v", code, receipt, receipts[0])
			}
			if !receipt.Repeat {
				first++
			}
		}
		if first != 1 {
			t.Errorf("%s: %d are no repeats, want one", code, first)
		}
		r.sound()
	}
}

// say gives the word in the short form: the addressee's, or the sender's that it wants the document back.
func (r *rig) say(m exchange.Message, d exchange.Delivery, code envelope.StatusCode) *exchange.Receipt {
	if !code.FromSender() {
		receipt, err := r.Report(r.t.Context(), by(districtID), d.ID, exchange.Word{Code: code})
		if err != nil {
			r.t.Errorf("%s: %v", code, err)
		}
		return receipt
	}
	came, err := r.Recall(r.t.Context(), by(department), m.ID, exchange.Demand{Reason: "gửi nhầm"})
	if err != nil || came[0].Err != nil {
		r.t.Errorf("recall: %+v %v", came, err)
		return nil
	}
	return came[0].Receipt
}

// What is recalled by its id is taken back, and nothing else that has its name: what came back is not, for the corrected one
// is another; an update is without the document, and a document is not without its updates.
func TestRecallIsOfWhatItsIDNames(t *testing.T) {
	ctx := t.Context()
	t.Run("what came back", func(t *testing.T) {
		r := newRig(t)
		first, second := r.resent()
		came, err := r.Recall(ctx, by(department), first.Message, exchange.Demand{Reason: "nhầm"})
		if err != nil || len(came) != 1 || came[0].Receipt != nil {
			t.Fatalf("%+v %v, want nothing to recall", came, err)
		}
		wantKind(t, "a recall of what came back", came[0].Err, exchange.Conflict)
		if !strings.Contains(came[0].Err.Error(), "came back by itself") {
			t.Errorf("refused with %v", came[0].Err)
		}
		if got := r.fresh(second); got.State != exchange.Held || got.Recall.State != "" {
			t.Errorf("the corrected one became %+v", got)
		}
		came, err = r.Recall(ctx, by(department), second.Message, exchange.Demand{Reason: "nhầm"})
		if err != nil || came[0].Delivery.State != exchange.Withdrawn || came[0].Delivery.ID != second.ID {
			t.Errorf("recalled by its own id: %+v %v", came, err)
		}
		r.sound()
	})
	t.Run("an update that was seen", func(t *testing.T) {
		r := newRig(t)
		document, update := r.updated()
		came, err := r.Recall(ctx, by(department), update.Message, exchange.Demand{Reason: "sai số liệu"})
		if err != nil || came[0].Err != nil || len(came[0].Receipt.Recalled) != 1 || came[0].Receipt.Recalled[0].ID != update.ID {
			t.Fatalf("%+v %v, want the update asked for, alone", came, err)
		}
		if got := r.fresh(document); got.Recall.State != "" {
			t.Errorf("the document became %+v", got.Recall)
		}
		asked := r.takeAll(districtID)
		if len(asked) != 1 || len(asked[0].Message.About) != 1 || asked[0].Message.About[0].Message != update.Message {
			t.Fatalf("the addressee got %+v, want the recall of the update", asked)
		}
		if s := r.read(asked[0].Message.ID).Status; !strings.HasPrefix(s.Description, "Chỉ về bản cập nhật") || !strings.HasSuffix(s.Description, ": sai số liệu") {
			t.Errorf("the recall says %q", s.Description)
		}
		if _, err := r.Report(ctx, by(districtID), asked[0].Delivery.ID, exchange.Word{Code: envelope.Agreed}); err != nil {
			t.Fatal(err)
		}
		if got := r.fresh(update); got.Recall.State != exchange.RecallAgreed || r.fresh(document).Stood() != document.Stood() {
			t.Errorf("answered: the update became %+v, the document %+v", got, r.fresh(document))
		}
		r.sound()
	})
	t.Run("a document with its updates", func(t *testing.T) {
		r := newRig(t)
		document, seen := r.updated()
		unseen := r.send(r.acting(1, envelope.Business{Kind: envelope.Update}, nil, districtID)).Message
		came, err := r.Recall(ctx, by(department), document.Message, exchange.Demand{Reason: "nhầm"})
		if err != nil || came[0].Err != nil || len(came[0].Receipt.Recalled) != 2 {
			t.Fatalf("%+v %v, want the answer to show the document and the update that it withdrew", came, err)
		}
		if a, b, c := r.fresh(document).Recall.State, r.fresh(seen).Recall.State, r.at(unseen.ID, districtID).Recall.State; a != exchange.RecallAsked || b != "" || c != exchange.RecallWithdrawn {
			t.Errorf("document, seen and unseen update are %q %q %q", a, b, c)
		}
		again, err := r.Recall(ctx, by(department), document.Message, exchange.Demand{Reason: "nhầm"})
		if err != nil || !again[0].Receipt.Repeat || len(again[0].Receipt.Recalled) != 2 {
			t.Errorf("again: %+v %v, want the same shown", again, err)
		}
		r.sound()
	})
}

// A file that cites what several have is about the one that lives: not about what came back after it was sent.
func TestACitationMeansWhatLives(t *testing.T) {
	r := newRig(t)
	older := r.send(r.acting(7, envelope.Business{}, func(e *envelope.Envelope) { e.DocumentID = "a" }, districtID)).Message
	newer := r.send(r.acting(7, envelope.Business{}, func(e *envelope.Envelope) { e.DocumentID = "b" }, districtID)).Message
	for _, h := range r.takeAll(districtID) {
		if h.Message.ID == newer.ID {
			if _, err := r.Report(t.Context(), by(districtID), h.Delivery.ID, exchange.Word{Code: envelope.Refused, Description: "trùng"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	about := cite(older)
	about.DocumentID = ""
	if _, err := r.Submit(t.Context(), exchange.Submission{Caller: by(districtID), Raw: r.status(districtID, about, envelope.Accepted, "vào sổ")}); err != nil {
		t.Fatal(err)
	}
	if a, b := r.at(older.ID, districtID).Processing, r.at(newer.ID, districtID).Processing; a != "03" || b != "02" {
		t.Errorf("they became %s and %s, want 03 and 02", a, b)
	}
	r.sound()
}

package api_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const heirCode = exchange.AgencyID("H44.101")

// merged is a document that two agencies took before they merged into one.
func merged(t *testing.T) (h *hubtest.Hub, receipt client.Receipt) {
	t.Helper()
	h = reform(t)
	receipt, _ = h.Party(department).Send(communeA, communeB)
	h.Party(communeA).Collect()
	h.Party(communeB).Collect()
	mapped(t, h, "H44.24.05,H44.101,NOW,,merge", "H44.24.06,H44.101,NOW,,merge")
	h.Party(department).Collect()
	return h, receipt
}

// recallStates are those of the document's deliveries.
func recallStates(t *testing.T, h *hubtest.Hub, id string) (states []string) {
	t.Helper()
	v, err := h.Party(department).Client.Document(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range v.Deliveries {
		states = append(states, d.Recall.State)
	}
	return states
}

// The recall of a document reaches who took the place of its two addressees once, and is answered once: for both.
func TestHeirAnswersARecallOnce(t *testing.T) {
	for _, test := range []struct {
		name  string
		state string
		give  func(t *testing.T, heir *hubtest.Party, recall, document string, about envelope.ResponseFor) error
	}{
		{"agreed, on the recall", "agreed", func(t *testing.T, heir *hubtest.Party, recall, _ string, _ envelope.ResponseFor) error {
			_, err := heir.Client.Status(t.Context(), recall, client.StatusRequest{Code: "15"})
			return err
		}},
		{"declined, on the second document", "declined", func(t *testing.T, heir *hubtest.Party, _, document string, _ envelope.ResponseFor) error {
			_, err := heir.Client.Status(t.Context(), document, client.StatusRequest{Code: "16"})
			return err
		}},
		{"agreed, as a file under the new code", "agreed", fromCode(heirCode, envelope.Agreed)},
		{"declined, as a file under an old code", "declined", fromCode(communeB, envelope.Declined)},
	} {
		t.Run(test.name, func(t *testing.T) {
			h, receipt := merged(t)
			sender, heir := h.Party(department), h.Party(heirCode)
			m := d(t, sender, receipt.ID)
			e := sender.Document(communeA, communeB)
			e.DocumentID, e.Business = m.DocumentID, &envelope.Business{Kind: envelope.Recall, Reason: "gửi nhầm", DocumentID: m.DocumentID}
			if r := sender.Submit(sender.Signed(e)); len(r.Deliveries) != 1 || r.Deliveries[0].Agency != string(heirCode) {
				t.Fatalf("the recall goes to %+v, want the heir, once", r.Deliveries)
			}
			if got := recallStates(t, h, receipt.ID); got[0] != "asked" || got[1] != "asked" {
				t.Fatalf("the recall left %v, want both asked for", got)
			}
			asked := heir.Lease(10)
			if len(asked) != 1 {
				t.Fatalf("the heir is handed %d things, want the recall", len(asked))
			}
			about := envelope.ResponseFor{OrganID: department, DocumentID: m.DocumentID, Code: m.Code}
			if err := test.give(t, heir, asked[0].Delivery.ID, receipt.Deliveries[1].Delivery, about); err != nil {
				t.Fatal(err)
			}
			if got := recallStates(t, h, receipt.ID); got[0] != test.state || got[1] != test.state {
				t.Errorf("after its answer they are %v, want both %s", got, test.state)
			}
			if told := sender.Collect(); len(told) != 1 {
				t.Errorf("the sender is told %d things, want the one answer", len(told))
			}
			v, err := sender.Client.Document(t.Context(), receipt.ID)
			entries := map[string]int{}
			for _, e := range v.Timeline {
				if e.Entry.Code == "15" || e.Entry.Code == "16" {
					entries[string(e.Entry.Type)]++
				}
			}
			if err != nil || entries["status"] != 1 || entries["recall-answered"] != 1 {
				t.Errorf("logged as %v (%v), want the status, and what else it answers", entries, err)
			}
			for _, id := range []string{asked[0].Delivery.ID, receipt.Deliveries[0].Delivery} {
				other := map[string]string{"agreed": "16", "declined": "15"}[test.state]
				if _, err := heir.Client.Status(t.Context(), id, client.StatusRequest{Code: other}); code(t, err) != "bad-report" {
					t.Errorf("another answer on %s: %v, want the first to stand", id, err)
				}
			}
			h.Sound()
		})
	}
}

func fromCode(code exchange.AgencyID, answer envelope.StatusCode) func(*testing.T, *hubtest.Party, string, string, envelope.ResponseFor) error {
	return func(t *testing.T, heir *hubtest.Party, _, _ string, about envelope.ResponseFor) error {
		e := envelope.NewStatus(envelope.Party{OrganID: code}, about, answer, "ý kiến", envelope.Staff{}, time.Now())
		_, err := heir.Client.Submit(t.Context(), heir.Build(e), client.SubmitOptions{})
		return err
	}
}

// Status 13 is given for each addressee: an heir of two is asked twice, and each answer is that to the one it is given on,
// whichever comes first.
func TestHeirAnswersEachTakeBack(t *testing.T) {
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		for _, words := range [][]string{{"15", "16"}, {"15", "15"}} {
			h, receipt := merged(t)
			sender, heir := h.Party(department), h.Party(heirCode)
			results, err := sender.Client.Recall(t.Context(), receipt.ID, client.RecallRequest{Reason: "gửi nhầm"})
			if err != nil || len(results) != 2 || results[0].Message == results[1].Message {
				t.Fatalf("%+v %v, want two recalls", results, err)
			}
			on := map[string]string{} // the delivery of each recall
			for _, x := range heir.Lease(10) {
				on[x.Message.ID] = x.Delivery.ID
			}
			states := map[string]string{"15": "agreed", "16": "declined"}
			want := []string{"asked", "asked"}
			for n, i := range order {
				r, err := heir.Client.Status(t.Context(), on[results[i].Message], client.StatusRequest{Code: words[n]})
				if err != nil || r.Repeat {
					t.Fatalf("answering for %d: %+v %v", i, r, err)
				}
				want[i] = states[words[n]]
				if got := recallStates(t, h, receipt.ID); got[0] != want[0] || got[1] != want[1] {
					t.Errorf("after %s for %d they are %v, want %v", words[n], i, got, want)
				}
			}
			h.Sound()
		}
	}
}

// An heir that was silent on both and answers as a file under its own code, twice, has answered about both: what was
// answered is not meant where something else still waits.
func TestHeirAnswersLate(t *testing.T) {
	h, receipt := merged(t)
	sender, heir := h.Party(department), h.Party(heirCode)
	if _, err := sender.Client.Recall(t.Context(), receipt.ID, client.RecallRequest{Reason: "gửi nhầm"}); err != nil {
		t.Fatal(err)
	}
	for _, x := range receipt.Deliveries {
		d, err := h.Store.Delivery(t.Context(), exchange.DeliveryID(x.Delivery))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Store.Lapse(t.Context(), d.ID, d.Recall.Until, nil); err != nil {
			t.Fatal(err)
		}
	}
	m := d(t, sender, receipt.ID)
	about := envelope.ResponseFor{OrganID: department, DocumentID: m.DocumentID, Code: m.Code}
	for n, want := range [][]string{{"agreed", "lapsed"}, {"agreed", "declined"}} {
		code := []envelope.StatusCode{envelope.Agreed, envelope.Declined}[n]
		if err := fromCode(heirCode, code)(t, heir, "", "", about); err != nil {
			t.Fatal(err)
		}
		if got := recallStates(t, h, receipt.ID); got[0] != want[0] || got[1] != want[1] {
			t.Errorf("after answer %d they are %v, want %v", n+1, got, want)
		}
	}
	h.Sound()
}

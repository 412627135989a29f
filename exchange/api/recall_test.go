package api_test

import (
	"net/http"
	"testing"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A document is taken back from one addressee that had not seen it, and asked for from one that had; the answer comes back.
func TestRecall(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	ctx := t.Context()
	sender, seen, unseen := h.Party(department), h.Party(communeA), h.Party(communeB)
	receipt, _ := sender.Send(communeA, communeB)
	seen.Collect()

	results, err := sender.Client.Recall(ctx, receipt.ID, client.RecallRequest{Reason: "gửi nhầm phụ lục", Staff: client.Staff{Name: "Văn thư Mẫu"}})
	if err != nil || len(results) != 2 {
		t.Fatalf("%+v %v, want two results", results, err)
	}
	for i, want := range []string{"asked", "withdrawn"} {
		if r := results[i]; r.Delivery.Recall == nil || r.Delivery.Recall.State != want || r.Receipt == "" || r.Repeat {
			t.Errorf("%s: %+v, want it %s, with a receipt", r.Delivery.Addressee, r, want)
		}
	}
	again, err := sender.Client.Recall(ctx, receipt.ID, client.RecallRequest{Reason: "lần nữa", Addressees: []string{string(communeA)}})
	if err != nil || len(again) != 1 || !again[0].Repeat || again[0].Receipt != results[0].Receipt {
		t.Errorf("again: %+v %v, want the receipt of the recall that stands", again, err)
	}

	if got := unseen.Collect(); len(got) != 0 {
		t.Errorf("who had not seen it got %d things, want nothing", len(got))
	}
	if _, err := unseen.Client.Document(ctx, receipt.ID); code(t, err) != "not-found" {
		t.Errorf("who had not seen it finds it: %v", err)
	}
	asked := seen.Lease(10)
	if len(asked) != 1 || asked[0].Message.Report == nil || asked[0].Message.Report.Code != "13" || len(asked[0].Message.About) != 1 {
		t.Fatalf("who had seen it got %+v, want status 13 and what it is about", asked)
	}
	if _, err := seen.Client.Status(ctx, asked[0].Delivery.ID, client.StatusRequest{Code: "03"}); code(t, err) != "bad-report" {
		t.Errorf("a recall is answered with 03: %v", err)
	}
	if _, err := seen.Client.Status(ctx, asked[0].Delivery.ID, client.StatusRequest{Code: "15", Description: "đã hủy trên hệ thống"}); err != nil {
		t.Fatal(err)
	}
	doc, err := sender.Client.Document(ctx, receipt.ID)
	if err != nil || doc.Deliveries[0].Recall.State != "agreed" || doc.Deliveries[1].State != "withdrawn" || len(doc.By) != 2 || doc.By[0].Relation != "recall" {
		t.Errorf("the sender sees %+v by %+v (%v), want agreed and withdrawn, by two recalls", doc.Deliveries, doc.By, err)
	}
	h.Sound()
}

func TestRecallThatIsRefused(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, _ := h.Party(department).Send(communeA)
	h.Party(communeA).Collect()
	for _, test := range []struct {
		name    string
		by      *hubtest.Party
		id      string
		request client.RecallRequest
		want    string
	}{
		{"without a reason", h.Party(department), receipt.ID, client.RecallRequest{}, "bad-report"},
		{"with a reason that nobody sees", h.Party(department), receipt.ID, client.RecallRequest{Reason: "\u2800 \u200b"}, "bad-report"},
		{"by an addressee", h.Party(communeA), receipt.ID, client.RecallRequest{Reason: "x"}, "forbidden"},
		{"by a stranger", h.Party(communeB), receipt.ID, client.RecallRequest{Reason: "x"}, "not-found"},
		{"from who never had it", h.Party(department), receipt.ID, client.RecallRequest{Reason: "x", Addressees: []string{string(communeB)}}, "unknown-document"},
	} {
		if _, err := test.by.Client.Recall(t.Context(), test.id, test.request); code(t, err) != test.want {
			t.Errorf("%s: %v, want %s", test.name, err, test.want)
		}
	}
	resp := do(t, h, h.Party(department), http.MethodPost, "/v1/documents/"+receipt.ID+"/recall", []byte(`{"reason":null}`))
	if p := problemIn(t, "null", resp); p.Code != "bad-request" {
		t.Errorf("a reason that is null: %s, want bad-request", p.Code)
	}
	h.Sound()
}

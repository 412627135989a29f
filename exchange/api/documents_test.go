package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const (
	province   exchange.AgencyID = "H44"
	department exchange.AgencyID = "H44.31"
	communeA   exchange.AgencyID = "H44.24.05"
	communeB   exchange.AgencyID = "H44.24.06"
	stranger   exchange.AgencyID = "H44.99"
	pusher     exchange.AgencyID = "H44.24.07"
	sandbox    exchange.AgencyID = "H44.97"
	legacy     exchange.AgencyID = "H44.98"
)

func agencies() []exchange.Agency {
	return []exchange.Agency{
		{ID: province, Level: exchange.Province},
		{ID: department, Level: exchange.Department, Parent: province, Aliases: []exchange.AgencyID{"000.00.31.H44"}},
		{ID: communeA, Parent: province}, {ID: communeB, Parent: province}, {ID: stranger},
		{ID: pusher, Channel: exchange.Push}, {ID: sandbox, Sandbox: true}, {ID: legacy, AcceptUnsigned: true},
	}
}

// code is the problem code of an error; "" for none.
func code(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		t.Fatalf("%v is no problem of the hub", err)
	}
	return p.Code
}

func TestSubmitAgainGetsTheOriginalReceipt(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	first, raw := h.Party(department).Send(communeA, communeB)
	if e := h.Holds(first, raw); len(e.Addressees) != 2 || e.Sender != string(department) {
		t.Errorf("the entry has %d addressees and sender %s", len(e.Addressees), e.Sender)
	}
	if first.Repeat || first.Class != "document" || len(first.Deliveries) != 2 {
		t.Errorf("first receipt: repeat %t, class %s, %d deliveries", first.Repeat, first.Class, len(first.Deliveries))
	}
	again := h.Party(department).Submit(raw)
	if !again.Repeat || again.Text != first.Text || again.ID != first.ID {
		t.Errorf("the second receipt (repeat %t, id %s) is not the first (id %s)", again.Repeat, again.ID, first.ID)
	}
}

// P2: a hundred at once are one message, and everybody gets the same bytes.
func TestHundredIdenticalSubmissions(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	raw := p.Signed(p.Document(communeA))
	var wg sync.WaitGroup
	receipts := make([]client.Receipt, 100)
	for i := range receipts {
		wg.Go(func() {
			var err error
			if receipts[i], err = p.Client.Submit(t.Context(), raw, client.SubmitOptions{}); err != nil {
				t.Errorf("submission %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	originals := 0
	for i, r := range receipts {
		if !r.Repeat {
			originals++
		}
		if r.Text != receipts[0].Text {
			t.Errorf("receipt %d is not receipt 0", i)
		}
	}
	if originals != 1 {
		t.Errorf("%d of the receipts are not repeats, want 1", originals)
	}
	if page := search(t, p, client.Query{Role: "sent"}); len(page.Documents) != 1 {
		t.Errorf("%d messages, want 1", len(page.Documents))
	}
	if got := h.Party(communeA).Lease(100); len(got) != 1 {
		t.Errorf("%d deliveries, want 1", len(got))
	}
	h.Holds(receipts[0], raw)
	h.Sound()
}

func search(t *testing.T, p *hubtest.Party, q client.Query) client.Page {
	t.Helper()
	page, err := p.Client.Search(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func TestThreeHundredAddressees(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	csv := bytes.NewBufferString("id,name,level\n")
	to := []exchange.AgencyID{communeA}
	for i := range 299 {
		id := exchange.AgencyID(fmt.Sprintf("H44.50.%03d", i))
		fmt.Fprintf(csv, "%s,Đơn vị %d,commune\n", id, i)
		to = append(to, id)
	}
	if r, err := h.Admin.Import(t.Context(), csv.Bytes(), false); err != nil || r.Added != 299 {
		t.Fatalf("import: %+v, %v", r, err)
	}
	receipt, raw := h.Party(department).Send(to...)
	if len(receipt.Deliveries) != 300 {
		t.Fatalf("%d deliveries, want 300", len(receipt.Deliveries))
	}
	h.Holds(receipt, raw)
	if got := h.Party(communeA).Collect(); !bytes.Equal(got[receipt.ID], raw) {
		t.Error("the first addressee did not get the bytes")
	}
}

func TestValidateStoresNothing(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	before := logSize(t, h)
	verdict, err := p.Client.Validate(t.Context(), p.Signed(p.Document(communeA)))
	if err != nil {
		t.Fatal(err)
	}
	if m := verdict.Message; m.Signature != "good" || len(m.Addressees) != 1 || m.Addressees[0].Agency != string(communeA) || m.ID != "" {
		t.Errorf("verdict %+v", m)
	}
	if _, err := p.Client.Validate(t.Context(), []byte("<edXML/>")); code(t, err) != "unsigned" && code(t, err) != "bad-envelope" {
		t.Errorf("validation of a bad file: %v", err)
	}
	if got := logSize(t, h); got != before {
		t.Errorf("the log grew from %d to %d entries", before, got)
	}
	if page := search(t, p, client.Query{Role: "sent"}); len(page.Documents) != 0 {
		t.Errorf("%d messages are stored", len(page.Documents))
	}
}

func logSize(t *testing.T, h *hubtest.Hub) int64 {
	t.Helper()
	s, err := h.Admin.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.LogSize
}

func TestReceiptAsText(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	raw := p.Signed(p.Document(communeA))
	resp := do(t, h, p, http.MethodPost, "/v1/documents", raw, "Accept", "text/plain")
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("%s, %v", resp.Status, err)
	}
	proof, err := translog.ParseReceipt(text)
	if err != nil {
		t.Fatal(err)
	}
	if e, _, err := proof.Verify(h.Verifiers, hubtest.Origin); err != nil || e.Digest != hubtest.Digest(raw) {
		t.Errorf("the receipt file does not hold: %v", err)
	}
	if want := "/v1/documents/"; !strings.HasPrefix(resp.Header.Get("Location"), want) {
		t.Errorf("Location %q, want it to begin with %q", resp.Header.Get("Location"), want)
	}
}

// do sends a request by hand. p is the caller, nil for nobody; headers are pairs.
func do(t *testing.T, h *hubtest.Hub, p *hubtest.Party, method, path string, body []byte, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/xml")
	if p != nil {
		req.Header.Set("Authorization", "Bearer "+p.Key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func TestIdempotencyKey(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	one, two := p.Signed(p.Document(communeA)), p.Signed(p.Document(communeA))
	key := client.SubmitOptions{IdempotencyKey: "key-1"}
	for _, test := range []struct {
		name string
		raw  []byte
		o    client.SubmitOptions
		want string
	}{
		{"first", one, key, ""},
		{"same key, same bytes", one, key, ""},
		{"same key, other bytes", two, key, "idempotency-key"},
		{"too long", two, client.SubmitOptions{IdempotencyKey: strings.Repeat("k", 129)}, "bad-request"},
		{"not ASCII", two, client.SubmitOptions{IdempotencyKey: "khóa"}, "bad-request"},
	} {
		if _, err := p.Client.Submit(t.Context(), test.raw, test.o); code(t, err) != test.want {
			t.Errorf("%s: %v, want code %q", test.name, err, test.want)
		}
	}
}

// What a reader sees: the sender all, an addressee itself and only after exposure, others nothing.
func TestWhoSeesADocument(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, raw := h.Party(department).Send(communeA, communeB)
	if doc, err := h.Party(department).Client.Document(t.Context(), receipt.ID); err != nil || len(doc.Deliveries) != 2 || len(doc.Timeline) != 1 {
		t.Errorf("sender: %d deliveries, %d entries, %v", len(doc.Deliveries), len(doc.Timeline), err)
	}
	hidden := func(when string, id exchange.AgencyID) {
		c := h.Party(id).Client
		_, err := c.Document(t.Context(), receipt.ID)
		_, err2 := c.Content(t.Context(), receipt.ID)
		_, err3 := c.Receipts(t.Context(), receipt.ID)
		for _, err := range []error{err, err2, err3} {
			if code(t, err) != "not-found" {
				t.Errorf("%s: %s is answered %v, want not-found", when, id, err)
			}
		}
	}
	hidden("before the hand-out", communeA)
	hidden("always", stranger)
	if got := h.Party(communeA).Lease(1); len(got) != 1 || len(got[0].Message.Addressees) != 1 {
		t.Fatalf("handed out: %+v", got)
	}
	hidden("not handed out yet", communeB)
	doc, err := h.Party(communeA).Client.Document(t.Context(), receipt.ID)
	if err != nil || len(doc.Deliveries) != 1 || len(doc.Message.Addressees) != 1 {
		t.Errorf("addressee: %d deliveries, %d addressees, %v", len(doc.Deliveries), len(doc.Message.Addressees), err)
	}
	content, err := h.Party(communeA).Client.Content(t.Context(), receipt.ID)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(content); err != nil || !bytes.Equal(got, raw) {
		t.Errorf("content: %d bytes, %v", len(got), err)
	}
}

func TestContentIsNoPageOfTheHub(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	receipt, raw := p.Send(communeA)
	path := "/v1/documents/" + receipt.ID + "/content"
	tag := `"` + receipt.Digest + `"`
	for _, test := range []struct {
		name    string
		headers []string
		status  int
		body    string
	}{
		{"whole", nil, http.StatusOK, string(raw)},
		{"range", []string{"Range", "bytes=5-9"}, http.StatusPartialContent, string(raw[5:10])},
		{"end", []string{"Range", "bytes=-4"}, http.StatusPartialContent, string(raw[len(raw)-4:])},
		{"range of another version", []string{"Range", "bytes=5-9", "If-Range", `"0"`}, http.StatusOK, string(raw)},
		{"known already", []string{"If-None-Match", tag}, http.StatusNotModified, ""},
	} {
		resp := do(t, h, p, http.MethodGet, path, nil, test.headers...)
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != test.status || string(body) != test.body {
			t.Errorf("%s: %d with %d bytes, %v; want %d with %d bytes", test.name, resp.StatusCode, len(body), err, test.status, len(test.body))
		}
	}
	if resp := do(t, h, p, http.MethodGet, path, nil, "Range", fmt.Sprintf("bytes=%d-", len(raw))); resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %d", resp.StatusCode)
	}
}

func TestReceiptsOfEveryOutcome(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, _ := h.Party(department).Send(communeA)
	h.Party(communeA).Collect()
	outcomes, err := h.Party(department).Client.Receipts(t.Context(), receipt.ID)
	if err != nil {
		t.Fatal(err)
	}
	var types []string
	for _, o := range outcomes {
		proof, err := translog.ParseReceipt([]byte(o.Receipt))
		if err != nil {
			t.Fatal(err)
		}
		if e, _, err := proof.Verify(h.Verifiers, hubtest.Origin); err != nil || string(e.Type) != o.Type || proof.Index != o.Index {
			t.Errorf("receipt %d of type %s: %v, %s", o.Index, o.Type, err, e.Type)
		}
		types = append(types, o.Type)
	}
	if got := strings.Join(types, " "); !strings.HasPrefix(got, "accepted ") || !strings.Contains(got, "acknowledged") {
		t.Errorf("receipts of: %s", got)
	}
}

func TestSearch(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	var sent []client.Receipt
	for range 5 {
		r, _ := p.Send(communeA)
		sent = append(sent, r)
	}
	var got []string
	q := client.Query{Role: "sent", Limit: 2}
	for {
		page := search(t, p, q)
		for _, d := range page.Documents {
			got = append(got, d.Message.ID)
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			break
		}
	}
	for i, r := range sent {
		if j := len(got) - 1 - i; j < 0 || got[j] != r.ID {
			t.Fatalf("pages give %v, want the five newest first", got)
		}
	}
	documentID := search(t, p, q).Documents[0].Message.DocumentID
	for _, test := range []struct {
		name string
		by   *hubtest.Party
		q    client.Query
		want int
	}{
		{"by document id", p, client.Query{Role: "sent", DocumentID: documentID}, 1},
		{"from the future", p, client.Query{Role: "sent", From: time.Now().Add(time.Hour)}, 0},
		{"until now", p, client.Query{Role: "sent", To: time.Now().Add(time.Hour)}, 5},
		{"not exposed yet", h.Party(communeA), client.Query{Role: "received"}, 0},
		{"held, but not exposed", h.Party(communeA), client.Query{Role: "received", State: "held"}, 0},
	} {
		if got := search(t, test.by, test.q); len(got.Documents) != test.want {
			t.Errorf("%s: %d documents, want %d", test.name, len(got.Documents), test.want)
		}
	}
	h.Party(communeA).Lease(2)
	page := search(t, h.Party(communeA), client.Query{Role: "received", State: "held"})
	if len(page.Documents) != 2 {
		t.Errorf("after two were handed out the addressee finds %d", len(page.Documents))
	}
}

func TestWaitingLeaseIsWoken(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	got := make(chan []client.Handout, 1)
	go func() {
		handouts, err := h.Party(communeA).Client.Lease(ctx, client.Ask{Wait: 20 * time.Second})
		if err != nil {
			t.Errorf("lease: %v", err)
		}
		got <- handouts
	}()
	began := time.Now()
	h.Party(department).Send(communeA)
	if handouts := <-got; len(handouts) != 1 {
		t.Errorf("%d deliveries, want 1", len(handouts))
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("woken after %s", took)
	}
}

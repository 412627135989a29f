package api_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// handed is a delivery to communeA that was handed out twice: the first token is superseded. The test's clock runs by
// the minute.
type handed struct {
	*bench
	inbox      *client.Client
	delivery   string
	old, token string
}

func newHanded(t *testing.T) handed {
	b := newBench(t)
	page, err := b.hub.Party(communeA).Client.Search(t.Context(), client.Query{Role: "received"})
	if err != nil || len(page.Documents) != 1 {
		t.Fatalf("the inbox: %+v, %v", page, err)
	}
	return handed{bench: b, inbox: b.hub.Party(communeA).Client, delivery: b.taken.Delivery.ID, old: b.taken.Token, token: b.again}
}

// DESIGN 6: any token ever issued for the delivery acknowledges it; only nack and extend ask for the running one.
func TestTokens(t *testing.T) {
	h := newHanded(t)
	nack := func(token string) error {
		_, err := h.inbox.Nack(t.Context(), h.delivery, token, "lỗi lưu trữ", time.Minute)
		return err
	}
	extend := func(token string) error {
		_, err := h.inbox.Extend(t.Context(), h.delivery, token, 5*time.Minute)
		return err
	}
	ack := func(token string) error {
		_, err := h.inbox.Ack(t.Context(), h.delivery, token)
		return err
	}
	for _, step := range []struct {
		name  string
		do    func(string) error
		token string
		want  string // problem code
	}{
		{"nack with the superseded token", nack, h.old, "lease-lost"},
		{"extend with the superseded token", extend, h.old, "lease-lost"},
		{"nack with a token of nobody", nack, "7.00", "lease-lost"},
		{"ack with a token of nobody", ack, "7.00", "lease-lost"},
		{"ack without a token", ack, "", "lease-lost"},
		{"extend with the running token", extend, h.token, ""},
		{"nack with the running token", nack, h.token, ""},
		{"nack again: the lease is over", nack, h.token, "lease-lost"},
		{"extend after nack", extend, h.token, "lease-lost"},
		{"ack with the superseded token", ack, h.old, ""},
		{"ack again", ack, h.old, ""},
		{"ack with the other token", ack, h.token, ""},
		{"nack after ack", nack, h.token, "lease-lost"},
	} {
		if err := step.do(step.token); code(t, err) != step.want {
			t.Errorf("%s: %v, want code %q", step.name, err, step.want)
		}
	}
	h.hub.Sound()
}

func TestNackGivesBackForLater(t *testing.T) {
	h := newHanded(t)
	d, err := h.inbox.Nack(t.Context(), h.delivery, h.token, "đầy đĩa", 5*time.Minute)
	if err != nil || d.State != "held" || d.Leased || d.Reason != "nack" || !d.Due.Equal(h.now().Add(5*time.Minute)) {
		t.Errorf("given back: %+v, %v; want held, due in five minutes", d, err)
	}
	if got := h.hub.Party(communeA).Lease(1); len(got) != 0 {
		t.Errorf("handed out at once: %+v", got)
	}
	h.minute.Add(5)
	got := h.hub.Party(communeA).Lease(1)
	if len(got) != 1 || got[0].Delivery.ID != h.delivery || got[0].Delivery.Attempt != 3 {
		t.Errorf("five minutes later: %+v, want the same delivery, attempt 3", got)
	}
}

func TestExtendMovesTheEndOfTheLease(t *testing.T) {
	h := newHanded(t)
	h.minute.Add(1)
	d, err := h.inbox.Extend(t.Context(), h.delivery, h.token, 10*time.Minute)
	if want := h.now().Add(10 * time.Minute); err != nil || !d.Due.Equal(want) || !d.Leased {
		t.Errorf("%+v, %v; want leased until %v", d, err, want)
	}
	h.minute.Add(9)
	if got := h.hub.Party(communeA).Lease(1); len(got) != 0 {
		t.Errorf("handed out again before the end: %+v", got)
	}
	h.minute.Add(1)
	if got := h.hub.Party(communeA).Lease(1); len(got) != 1 {
		t.Errorf("not handed out again at the end")
	}
}

func TestLeaseIsBounded(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	limits := h.Exchange.Limits
	inbox := h.Party(communeA).Client
	for _, test := range []struct {
		name string
		ask  client.Ask
		want string
	}{
		{"the defaults", client.Ask{}, ""},
		{"as many as may be", client.Ask{Max: limits.LeaseMax}, ""},
		{"one more", client.Ask{Max: limits.LeaseMax + 1}, "bad-request"},
		{"as long as may be", client.Ask{For: limits.LeaseLimit}, ""},
		{"longer", client.Ask{For: limits.LeaseLimit + time.Second}, "bad-request"},
		{"waits longer", client.Ask{Wait: limits.Wait + time.Second}, "bad-request"},
		{"fewer than none", client.Ask{Max: -1}, "bad-request"},
		{"negative length", client.Ask{For: -time.Minute}, "bad-request"},
	} {
		if _, err := inbox.Lease(t.Context(), test.ask); code(t, err) != test.want {
			t.Errorf("%s: %v, want code %q", test.name, err, test.want)
		}
	}
}

// waiting is a store in which something happens when somebody begins to wait for a document.
type waiting struct {
	exchange.Journal
	happens func()
}

func (s *waiting) Due(channel exchange.Channel, now time.Time) ([]exchange.AgencyID, time.Time) {
	if happens := s.happens; happens != nil {
		s.happens = nil
		happens()
	}
	return s.Journal.Due(channel, now)
}

// A key that is revoked while its request waits is handed nothing of what comes then.
func TestAKeyIsRevokedWhileItWaits(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	a, _ := h.Directory.Agency(communeA)
	h.Exchange.Store = &waiting{h.Exchange.Store, func() {
		if err := h.Directory.RevokeKey(t.Context(), hubtest.Operator(), communeA, a.Keys[0].ID); err != nil {
			t.Error(err)
		}
		h.Party(department).Send(communeA)
	}}
	got, err := h.Party(communeA).Client.Lease(t.Context(), client.Ask{Wait: 10 * time.Second})
	if code(t, err) != "unauthenticated" || len(got) != 0 {
		t.Errorf("%d deliveries are handed out, %v", len(got), err)
	}
}

// Reading by the delivery's id is reading the document: whole, in part, or not again.
func TestDeliveryContent(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, raw := h.Party(department).Send(communeA)
	delivery := h.Party(communeA).Lease(1)[0].Delivery.ID
	for _, test := range []struct {
		name, header, value string
		status              int
		body                []byte
	}{
		{"whole", "Accept", "*/*", http.StatusOK, raw},
		{"range", "Range", "bytes=1-3", http.StatusPartialContent, raw[1:4]},
		{"known already", "If-None-Match", `"` + receipt.Digest + `"`, http.StatusNotModified, nil},
	} {
		resp := do(t, h, h.Party(communeA), http.MethodGet, "/v1/inbox/"+delivery+"/content", nil, test.header, test.value)
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != test.status || !bytes.Equal(body, test.body) {
			t.Errorf("%s: %d with %d bytes, %v; want %d with %d", test.name, resp.StatusCode, len(body), err, test.status, len(test.body))
		}
		if got := resp.Header.Get("Lienthong-Message"); got != receipt.ID {
			t.Errorf("%s: Lienthong-Message %q, want %s", test.name, got, receipt.ID)
		}
	}
	if resp := do(t, h, h.Party(communeA), http.MethodGet, "/v1/inbox/"+delivery+"/content", nil, "Range", "bytes=99999999-"); resp.StatusCode != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("beyond the end: %d", resp.StatusCode)
	}
}

// A status in the short form reaches the document's sender as edXML; given again it is a repeat.
func TestStatusInTheShortForm(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, _ := h.Party(department).Send(communeA)
	inbox := h.Party(communeA).Client
	got := h.Party(communeA).Lease(1)[0]
	give := func(code, why string) (client.Receipt, error) {
		return inbox.Status(t.Context(), got.Delivery.ID, client.StatusRequest{Code: code, Description: why, Staff: client.Staff{Name: "Nguyễn Thị Thử"}})
	}
	first, err := give("03", "")
	if err != nil || first.Repeat || first.Class != "status" {
		t.Fatalf("%+v, %v", first, err)
	}
	if again, err := give("03", "khác"); err != nil || !again.Repeat || again.Text != first.Text {
		t.Errorf("the status that stands: repeat %t, %v; want the first receipt", again.Repeat, err)
	}
	for _, test := range []struct{ code, why, want string }{
		{"02", "", "bad-report"},        // a refusal needs its reason
		{"13", "thu hồi", "bad-report"}, // the sender's to give
		{"99", "", "bad-report"},
		{"", "", "bad-report"},
		{"02", "gửi nhầm nơi", ""},
		{"04", "", "bad-report"}, // nothing follows a refusal
	} {
		if _, err := give(test.code, test.why); code(t, err) != test.want {
			t.Errorf("status %q, reason %q: %v, want code %q", test.code, test.why, err, test.want)
		}
	}
	doc, err := h.Party(department).Client.Document(t.Context(), receipt.ID)
	if err != nil || doc.Deliveries[0].Processing != "02" || !doc.Deliveries[0].Refused {
		t.Errorf("the sender sees %+v, %v; want 02", doc.Deliveries, err)
	}
	if told := h.Party(department).Collect(); len(told) != 2 {
		t.Errorf("the sender was told %d things, want two statuses", len(told))
	}
	h.Sound()
}

func TestStatusAsEdXML(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(communeA)
	doc := h.Party(department).Document(communeA)
	h.Party(department).Submit(h.Party(department).Signed(doc))
	status := p.Build(envelope.NewStatus(envelope.Party{OrganID: communeA, Name: p.Name},
		envelope.ResponseFor{OrganID: department, DocumentID: doc.DocumentID}, envelope.Accepted, "", envelope.Staff{}, time.Now()))
	submit := func() (client.Receipt, error) {
		return p.Client.SubmitStatus(t.Context(), status, client.SubmitOptions{})
	}
	if _, err := submit(); code(t, err) != "unknown-document" {
		t.Errorf("before the document was handed out: %v, want unknown-document", err)
	}
	p.Lease(1)
	first, err := submit()
	if err != nil || first.Class != "status" || first.Repeat {
		t.Fatalf("%+v, %v", first, err)
	}
	h.Holds(first, status)
	if again, err := submit(); err != nil || !again.Repeat || again.Text != first.Text {
		t.Errorf("again: repeat %t, %v; want the same receipt", again.Repeat, err)
	}
}

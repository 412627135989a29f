package delivery_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/delivery"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const (
	from exchange.AgencyID = "H44.31"
	to   exchange.AgencyID = "H44.24.05"
)

// A receiver is an agency's endpoint: it keeps what it was posted and answers as it is told.
type receiver struct {
	*httptest.Server
	answers chan int // one for each post; 200 when there is none
	posts   chan post
	secret  atomic.Value
	closed  chan exchange.AgencyID // whose endpoint was closed in the directory
}

type post struct {
	header  http.Header
	body    []byte
	genuine error
}

func newReceiver(t *testing.T, answers ...int) *receiver {
	r := &receiver{answers: make(chan int, 10), posts: make(chan post, 10), closed: make(chan exchange.AgencyID, 1)}
	for _, a := range answers {
		r.answers <- a
	}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		secret, _ := r.secret.Load().(string)
		r.posts <- post{req.Header, body, client.VerifyWebhook(req.Header, body, secret, time.Now())}
		select {
		case a := <-r.answers:
			w.WriteHeader(a)
		default:
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// live is a hub that pushes to the receiver.
func live(t *testing.T, r *receiver) (*hubtest.Hub, *delivery.Dispatcher) {
	t.Helper()
	h := hubtest.New(t, exchange.Agency{ID: from}, exchange.Agency{ID: to, Channel: exchange.Push})
	opened(t, h, r)
	d := &delivery.Dispatcher{Queue: h.Store, Hub: h.Exchange, Agencies: watched{h.Directory, r.closed}, Courier: &delivery.Push{},
		Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return h, d
}

// A watched directory says which endpoints the dispatcher has closed.
type watched struct {
	*directory.Directory
	closed chan<- exchange.AgencyID
}

func (w watched) CloseEndpoint(ctx context.Context, id exchange.AgencyID, reason string) error {
	defer func() { w.closed <- id }()
	return w.Directory.CloseEndpoint(ctx, id, reason)
}

// opened sets, or opens again, the endpoint.
func opened(t *testing.T, h *hubtest.Hub, r *receiver) {
	t.Helper()
	e, err := h.Directory.SetEndpoint(t.Context(), hubtest.Operator(), to, exchange.Endpoint{URL: r.URL, Allow: loopback()})
	if err != nil {
		t.Fatal(err)
	}
	r.secret.Store(e.Secret)
}

// told waits for the next thing that the sender is told, and takes it.
func told(t *testing.T, h *hubtest.Hub) string {
	t.Helper()
	p := h.Party(from)
	got, err := p.Client.Lease(t.Context(), client.Ask{Wait: 15 * time.Second})
	if err != nil || len(got) != 1 {
		t.Fatalf("the sender was told %d things, %v; want one", len(got), err)
	}
	text := p.Read(got[0].Delivery.ID)
	if _, err := p.Client.Ack(t.Context(), got[0].Delivery.ID, got[0].Token); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// DESIGN P3: what arrives is what was submitted, byte for byte, and proves that the hub sent it; the sender is told.
func TestDocumentIsPushed(t *testing.T) {
	r := newReceiver(t)
	h, d := live(t, r)
	receipt, raw := h.Party(from).Send(to)
	d.Wake([]exchange.AgencyID{to})
	p := <-r.posts
	if !bytes.Equal(p.body, raw) || p.genuine != nil || p.header.Get("webhook-id") != receipt.Deliveries[0].Delivery {
		t.Errorf("%d bytes of %d, %v, %v", len(p.body), len(raw), p.genuine, p.header)
	}
	if text := told(t, h); !strings.Contains(text, "<edXML:StatusCode>01<") {
		t.Errorf("the sender was told %s, want status 01", text)
	}
	h.Sound()
}

// DESIGN P6: what the endpoint will never take is a dead letter with its reason, the sender is told, and after an
// operator has sent it again the endpoint sees the same delivery with a higher attempt.
func TestDeadLetterIsToldAndSentAgain(t *testing.T) {
	r := newReceiver(t, http.StatusUnprocessableEntity)
	h, d := live(t, r)
	_, raw := h.Party(from).Send(to)
	d.Wake([]exchange.AgencyID{to})
	first := <-r.posts
	if text := told(t, h); !strings.Contains(text, exchange.DeadLetterCode) || !strings.Contains(text, "422") {
		t.Errorf("the sender was told %s, want that it was given up and why", text)
	}
	page, err := h.Admin.DeadLetters(t.Context(), 10, "")
	if err != nil || len(page.Documents) != 1 || page.Documents[0].Deliveries[0].Reason != "http-422" {
		t.Fatalf("dead letters %+v, %v", page, err)
	}
	id := page.Documents[0].Deliveries[0].ID
	if got, err := h.Admin.Requeue(t.Context(), "đã sửa phần mềm", id); err != nil || got[0].State != "queued" {
		t.Fatalf("%+v, %v", got, err)
	}
	d.Wake([]exchange.AgencyID{to})
	again := <-r.posts
	if !bytes.Equal(again.body, raw) || again.header.Get("webhook-id") != first.header.Get("webhook-id") || again.header.Get("Lienthong-Attempt") != "2" {
		t.Errorf("again: %d bytes, %v; want the same delivery, attempt 2", len(again.body), again.header)
	}
	if text := told(t, h); !strings.Contains(text, "<edXML:StatusCode>01<") {
		t.Errorf("the sender was told %s, want status 01", text)
	}
	h.Sound()
}

// 410 closes the endpoint in the directory; its documents wait, without a failure, until an operator opens it again.
func TestGoneEndpointIsClosedAndOpenedAgain(t *testing.T) {
	r := newReceiver(t, http.StatusGone)
	h, d := live(t, r)
	receipt, _ := h.Party(from).Send(to)
	d.Wake([]exchange.AgencyID{to})
	<-r.posts
	if id := <-r.closed; id != to {
		t.Fatalf("the endpoint of %s was closed", id)
	}
	opened(t, h, r)
	d.Wake([]exchange.AgencyID{to})
	if p := <-r.posts; p.genuine != nil {
		t.Errorf("after it was opened: %v", p.genuine)
	}
	told(t, h)
	doc, err := h.Party(from).Client.Document(t.Context(), receipt.ID)
	if err != nil || doc.Deliveries[0].State != "delivered" || doc.Deliveries[0].Failures != 0 {
		t.Errorf("%+v, %v; want delivered, with no failure", doc.Deliveries, err)
	}
}

package api_test

import (
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A place is a route with an id in it, and a body that is right for it.
type place struct {
	method, before, after, body string
}

// documentPlaces and deliveryPlaces are all routes of the public listener that take an id; {token} stands for one.
var (
	documentPlaces = []place{
		{"GET", "/v1/documents/", "", ""}, {"GET", "/v1/documents/", "/content", ""}, {"GET", "/v1/documents/", "/receipts", ""},
		{"GET", "/v1/documents/", "/evidence/{digest}", ""},
		{"POST", "/v1/documents/", "/recall", `{"reason":"x"}`},
	}
	deliveryPlaces = []place{
		{"GET", "/v1/inbox/", "/content", ""},
		{"POST", "/v1/inbox/", "/ack", `{"token":"{token}"}`}, {"POST", "/v1/inbox/", "/nack", `{"token":"{token}"}`},
		{"POST", "/v1/inbox/", "/extend", `{"token":"{token}"}`}, {"POST", "/v1/inbox/", "/status", `{"code":"03"}`},
	}
)

// All routes with an id are in the tables above.
func TestPlacesAreTheContracts(t *testing.T) {
	known := make(map[string]bool)
	for _, p := range documentPlaces {
		known[p.before+"{id}"+p.after] = true
	}
	for _, p := range deliveryPlaces {
		known[p.before+"{delivery}"+p.after] = true
	}
	for path := range theContract.doc.Paths.Map() {
		if strings.Contains(path, "{") && !strings.HasPrefix(path, "/v1/admin/") && path != "/loi/{code}" && !known[path] {
			t.Errorf("%s is in no table of this test", path)
		}
	}
}

// fetch is one request with the id, by whoever; the digest is what the caller would have if it had read the document.
func (p place) fetch(t *testing.T, h *hubtest.Hub, by *hubtest.Party, id, token, digest string) (status int, words string) {
	t.Helper()
	body, after := strings.ReplaceAll(p.body, "{token}", token), strings.ReplaceAll(p.after, "{digest}", digest)
	resp := do(t, h, by, p.method, p.before+url.PathEscape(id)+after, []byte(body),
		"Content-Type", "application/json", "If-None-Match", `"`+digest+`"`)
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, strings.NewReplacer(id, "ID", resp.Header.Get("X-Trace-Id"), "TRACE").Replace(string(text))
}

// P10: what is not one's own is answered like what does not exist, word for word, on every route; and nothing happens
// to it.
func TestWhatIsNotOnesOwnDoesNotExist(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, _ := h.Party(department).Send(communeA, communeB)
	taken := h.Party(communeA).Lease(1)[0]
	a, b := receipt.Deliveries[0].Delivery, receipt.Deliveries[1].Delivery
	if a != taken.Delivery.ID {
		t.Fatalf("the delivery to %s is %s, %s was handed out", communeA, a, taken.Delivery.ID)
	}
	before := deliveriesOf(t, h, receipt.ID)
	for _, test := range []struct {
		name   string
		by     exchange.AgencyID
		places []place
		id     string
	}{
		{"a document of others", stranger, documentPlaces, receipt.ID},
		{"a document that will come", communeB, documentPlaces, receipt.ID},
		{"a delivery's id for a document's", department, documentPlaces, a},
		{"a delivery to others", stranger, deliveryPlaces, a},
		{"a delivery that one sent", department, deliveryPlaces, a},
		{"a delivery to another addressee", communeB, deliveryPlaces, a},
		{"a delivery to another addressee, not handed out", communeA, deliveryPlaces, b},
		{"one's own delivery, not handed out", communeB, deliveryPlaces, b},
		{"a document's id for a delivery's", communeA, deliveryPlaces, receipt.ID},
	} {
		for _, p := range test.places {
			status, words := p.fetch(t, h, h.Party(test.by), test.id, taken.Token, receipt.Digest)
			_, want := p.fetch(t, h, h.Party(test.by), uuid.NewString(), taken.Token, receipt.Digest)
			if status != http.StatusNotFound || words != want {
				t.Errorf("%s: %s %s…%s: %d\n%s\nwant 404\n%s", test.name, p.method, p.before, p.after, status, words, want)
			}
		}
	}
	if after := deliveriesOf(t, h, receipt.ID); !reflect.DeepEqual(after, before) {
		t.Errorf("the deliveries were\n%+v\nand are\n%+v", before, after)
	}
	h.Sound()
}

func deliveriesOf(t *testing.T, h *hubtest.Hub, id string) []exchange.Delivery {
	t.Helper()
	all, err := h.Store.DeliveriesOf(t.Context(), exchange.MessageID(id))
	if err != nil {
		t.Fatal(err)
	}
	return all
}

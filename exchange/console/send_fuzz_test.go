package console_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

var parameter = regexp.MustCompile(`:[a-z]+`)

// Whatever of another agency's is named in an address, it does not exist: every route of the console with an id in it is
// asked with the ids of another agency's documents, deliveries, sessions, people and keys, and with ids of nothing.
func TestForeignIDsLeadNowhere(t *testing.T) {
	// Who ends a session that is not theirs is led to the list of their own, whether there is one or not.
	quiet := map[string]bool{"POST /tai-khoan/phien/:id": true}
	w := newWorld(t)
	foreign := w.foreignIDs()
	v := w.person("an", desk, exchange.AgencyAdmin, exchange.Clerk)
	own := w.send(func(e *envelope.Envelope) {
		e.Attachments = []envelope.Attachment{envelope.NewAttachment("a.pdf", []byte("%PDF-"))}
	}, desk)
	v.post("/van-ban-den/lay", nil)
	if p := v.get("/van-ban-den/" + own); p.Status != http.StatusOK {
		t.Fatalf("one's own document: %d: what follows would show nothing", p.Status)
	}
	forms := []url.Values{nil, {"ly-do": {"khac"}, "giai-thich": {"không thuộc thẩm quyền của đơn vị"}, "hien-tai": {password}, "ten": {"x"}}}
	asked := 0
	for _, r := range console.Routes() {
		if !strings.Contains(r[1], ":") {
			continue
		}
		for name, id := range foreign {
			path := parameter.ReplaceAllStringFunc(r[1], func(p string) string {
				if p == ":n" {
					return "1"
				}
				return url.PathEscape(id)
			})
			for _, form := range forms {
				if r[0] == get && form != nil {
					continue
				}
				asked++
				got := v.do(r[0], path, form)
				if quiet[r[0]+" "+r[1]] && got.Status == http.StatusSeeOther {
					continue
				}
				if got.Status != http.StatusNotFound && got.Status != http.StatusForbidden {
					t.Errorf("%s %s with %s is answered %d, want 404", r[0], r[1], name, got.Status)
				}
				if got.Status == http.StatusForbidden && v.admitted(r) {
					t.Errorf("%s %s with %s is answered 403, which says that there is such a thing", r[0], r[1], name)
				}
			}
		}
	}
	if asked < 100 {
		t.Errorf("only %d questions were asked", asked)
	}
	other, _ := w.People.Person("binh")
	if len(other.Sessions) != 1 {
		t.Errorf("the neighbour has %d sessions left, want one", len(other.Sessions))
	}
	w.Sound()
}

// admitted reports whether the visitor, a clerk and administrator of an agency, may ask for the route at all. The hub's
// own people have parts of the console to themselves.
func (v *visitor) admitted(r [2]string) bool {
	return console.Admits(r[0], r[1], exchange.Clerk) || console.Admits(r[0], r[1], exchange.AgencyAdmin)
}

// foreignIDs are ids of what belongs to the neighbour, and of what belongs to nobody.
func (w *world) foreignIDs() map[string]string {
	w.t.Helper()
	id := w.send(nil, software)
	ids := map[string]string{"a document": id, "nothing": "00000000-0000-7000-8000-000000000000", "no id": "x", "a path": "../..", "a blank": " ",
		"markup": "<b>", "a long id": strings.Repeat("9", 300), "another letter": "é"}
	for d := range w.Party(software).Collect() {
		doc, err := w.Party(software).Client.Document(w.t.Context(), d)
		w.must(err)
		ids["a delivery"] = string(doc.Deliveries[0].ID)
	}
	w.person("binh", software, exchange.Clerk)
	binh, _ := w.People.Person("binh")
	a, _ := w.Directory.Agency(software)
	ids["a session"], ids["a person"], ids["a login"] = binh.Sessions[0].ID, binh.ID, binh.Login
	ids["a key"], ids["a certificate"], ids["an agency"] = a.Keys[0].ID, a.Certificates[0].Fingerprint(), string(a.ID)
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 20 {
		ids[fmt.Sprintf("random %d", n)] = fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", r.Uint32(), r.Uint32()>>16, r.Uint32()>>20, r.Uint32()>>20, r.Uint64()>>16)
	}
	return ids
}

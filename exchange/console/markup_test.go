package console_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const markup = `<script>alert(1)</script><img src=x onerror=alert(2)>"'><b>`

// Every page of the console, asked by who may, in a world where documents, agencies, people, reasons and remarks are markup:
// all of it is text.
func TestMarkupIsTextOnEveryPage(t *testing.T) {
	w := newWorld(t)
	fill, who := w.markedUp()
	table, shown, pages := admittances(t), 0, 0
	for _, r := range console.EveryRoute() {
		if r[0] != get || r[1] == "/truc-tiep" {
			continue
		}
		path := parameter.ReplaceAllStringFunc(r[1], func(p string) string { return url.PathEscape(fill[p]) })
		for name, v := range who {
			queries := []string{""}
			switch admitted := table[r[0]+" "+r[1]]; {
			case slices.Contains(strings.Split(admitted, ","), name):
				queries = append(queries, "?tt=tat-ca&sau=-1&q="+url.QueryEscape(markup))
			case admitted == "signed-in":
			default:
				continue
			}
			for _, query := range queries {
				p := v.get(path + query)
				if p.Status >= 500 {
					t.Errorf("%s: %s%s: %d", name, path, query, p.Status)
				}
				if !strings.HasPrefix(p.Header.Get("Content-Type"), "text/html") {
					continue
				}
				pages++
				if strings.Contains(p.Find("body").Text(), "alert(1)") {
					shown++
				}
				if n := p.Find("body script, img:not([alt]), b, svg[onload], [onerror]").Length(); n != 0 {
					t.Errorf("%s: %s%s: %d elements come from what somebody wrote", name, path, query, n)
				}
			}
		}
	}
	if shown < 40 {
		t.Errorf("of %d pages %d show the text at all", pages, shown)
	}
	w.Sound()
}

// markedUp puts markup wherever somebody can write, and returns what fills the addresses of routes and who asks.
func (w *world) markedUp() (map[string]string, map[string]*visitor) {
	w.t.Helper()
	for _, a := range []exchange.Agency{{ID: desk, Console: true}, {ID: department, Level: exchange.Department}} {
		old, _ := w.Directory.Agency(a.ID)
		old.Name = markup
		_, err := w.Directory.Put(w.t.Context(), hubtest.Operator(), old)
		w.must(err)
	}
	who := map[string]*visitor{"clerk": w.named(markup, "an", desk, exchange.Clerk), "agency-admin": w.named(markup, "dung", desk, exchange.AgencyAdmin),
		"operator": w.named(markup, "oper", "", exchange.Operate), "auditor": w.named(markup, "soat", "", exchange.Audit)}
	id := w.send(func(e *envelope.Envelope) {
		e.Subject, e.Type.Name, e.Content, e.Signer.FullName = markup, markup, markup, markup
		e.Code.Notation = "A<b>&'" + `"`
		e.Attachments = []envelope.Attachment{envelope.NewAttachment(`"><svg onload=alert(3)>.pdf`, []byte("%PDF-"))}
	}, desk)
	who["clerk"].post("/van-ban-den/lay", nil)
	who["clerk"].post("/van-ban-den/"+id+"/tiep-nhan", url.Values{"ghi-chu": {markup}, "so-den": {"<b>1</b>"}})
	own := w.Party(desk).Document(software)
	own.Subject, own.Type.Name = markup, markup
	w.Party(desk).Submit(w.Party(desk).Signed(own))
	doc, err := w.Party(department).Client.Document(w.t.Context(), id)
	w.must(err)
	who["operator"].post("/van-hanh/giao-dich/"+id+"/mo", url.Values{"ly-do": {markup}})
	who["clerk"].post("/tim-kiem", url.Values{"loc": {"/van-ban-den?tt=tat-ca&q=x"}, "ten": {markup[:40]}})
	a, _ := w.Directory.Agency(desk)
	return map[string]string{":id": id, ":n": "1", ":delivery": doc.Deliveries[0].ID, ":login": "an", ":index": "3", ":key": a.Keys[0].ID,
		":fingerprint": a.Certificates[0].Fingerprint(), ":token": "x", ":name": "x", ":code": "x", ":viec": "x"}, who
}

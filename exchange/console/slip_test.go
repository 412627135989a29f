package console_test

import (
	"fmt"
	"image/color"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/boombuler/barcode/qr"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// codeOf is the verification code of a slip, and what of its address leads to the hub.
func codeOf(t *testing.T, p page) (code, path string) {
	t.Helper()
	all := p.Find(".paperend code")
	code = all.First().Text()
	u, err := url.Parse(all.Last().Text())
	if err != nil || p.Status != http.StatusOK || !strings.HasSuffix(u.Path, code) {
		t.Fatalf("%d: no code on %s", p.Status, p.Find("main").Text())
	}
	return code, u.Path
}

// A slip tells how things stood when it was printed, and whoever holds it can have that confirmed without signing in.
func TestSlips(t *testing.T) {
	w := newWorld(t)
	id := w.send(func(e *envelope.Envelope) {
		e.Subject = "V/v bảo đảm an toàn thông tin"
		e.Attachments = []envelope.Attachment{envelope.NewAttachment("Công văn.pdf", []byte("%PDF-1.4 TEST ONLY"))}
	}, desk, software)
	sender, clerk := w.person("chi", department, exchange.Clerk), w.person("an", desk, exchange.Clerk)
	early := sender.get("/van-ban-di/" + id + "/phieu")
	for _, want := range []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "SỞ NỘI VỤ", "PHIẾU XÁC NHẬN GỬI VĂN BẢN ĐIỆN TỬ",
		"V/v bảo đảm an toàn thông tin", "Công văn.pdf", hubtest.Digest([]byte("%PDF-1.4 TEST ONLY")), "Danh sách nơi nhận: 2", "UBND xã Hưng Long", "Chưa đến",
		"In bởi Nguyễn Thị chi, lúc "} {
		if !early.has(want) {
			t.Errorf("the slip does not say %q", want)
		}
	}
	if p := clerk.get("/van-ban-den/" + id + "/phieu"); p.Status != http.StatusNotFound {
		t.Errorf("a slip of what was not fetched: %d, want 404", p.Status)
	}
	clerk.post("/van-ban-den/lay", nil)
	if p := clerk.get("/van-ban-den/" + id + "/phieu"); p.Status != http.StatusConflict {
		t.Errorf("a slip of what was not accepted: %d, want 409", p.Status)
	}
	clerk.post("/van-ban-den/"+id+"/tiep-nhan", nil)
	late := sender.get("/van-ban-di/" + id + "/phieu")
	if rows := late.Find("table").Last().Text(); !strings.Contains(rows, "Nguyễn Thị an") || !strings.Contains(rows, "Đã tiếp nhận") || !strings.Contains(rows, "Chưa đến") {
		t.Errorf("the addressees after one accepted: %s", rows)
	}
	received := clerk.get("/van-ban-den/" + id + "/phieu")
	if !received.has("PHIẾU TIẾP NHẬN VĂN BẢN ĐIỆN TỬ") || !received.has("UBND XÃ ĐỒNG THỊNH") || received.has("Hưng Long") || !received.has("Nguyễn Thị an") {
		t.Errorf("the addressee's slip: %s", received.Find("main").Text())
	}
	m, err := w.Store.Message(t.Context(), exchange.MessageID(id))
	w.must(err)
	for name, test := range map[string]struct {
		slip   page
		states string
	}{"early": {early, "Chưa đến: 2"}, "late": {late, "Đã tiếp nhận: 1, Chưa đến: 1"}, "received": {received, "Đã tiếp nhận: 1"}} {
		_, path := codeOf(t, test.slip)
		p := w.stranger().get(path)
		if p.Status != http.StatusOK || !p.has("Phiếu này do trục lập và khớp với nhật ký.") || !p.has(m.Digest.String()) {
			t.Errorf("%s: %d %s", name, p.Status, p.Find("main").Text())
		}
		var states []string
		card := p.Find("section.card").Eq(1)
		for i := range card.Find("dt").Length() {
			states = append(states, card.Find("dt").Eq(i).Text()+": "+card.Find("dd").Eq(i).Text())
		}
		if got := strings.Join(states, ", "); got != test.states {
			t.Errorf("%s: the state at the time of printing is %q, want %q", name, got, test.states)
		}
		for _, secret := range []string{"an toàn thông tin", "Nguyễn", "Nội vụ", "Đồng Thịnh", "Hưng Long", string(desk), string(department), id, m.Code} {
			if p.has(secret) {
				t.Errorf("%s: a stranger is told %q", name, secret)
			}
		}
	}
	w.Sound()
}

// Nobody makes a code, and none is changed.
func TestForgedSlips(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	sender := w.person("chi", department, exchange.Clerk)
	code, path := codeOf(t, sender.get("/van-ban-di/"+id+"/phieu"))
	stranger := w.stranger()
	for name, same := range map[string]string{"in capitals": strings.ToUpper(code), "without groups": strings.ReplaceAll(code, "-", "")} {
		if p := stranger.get("/kiem-chung/" + same); p.Status != http.StatusOK {
			t.Errorf("typed %s: %d", name, p.Status)
		}
	}
	stranger.get("/kiem-chung?ma="+code).goes(t, "a code that is typed", path)
	forged := []string{"x", strings.Repeat("a", len(code)), code + "a", code[:len(code)-1], "a" + code[1:], strings.Repeat("a", 400), "%3Cscript%3E", "..%2f.."}
	for i, c := range code {
		if other := "b"; c != '-' {
			if c == 'b' {
				other = "c"
			}
			forged = append(forged, code[:i]+other+code[i+1:])
		}
	}
	for _, f := range forged {
		w.pass(3 * time.Second) // nobody asks faster
		if p := stranger.get("/kiem-chung/" + f); p.Status != http.StatusNotFound || p.has("Phiếu này do trục lập") || p.has("SHA-256 của gói tin") {
			t.Errorf("%q for %q: %d", f, code, p.Status)
		}
	}
	other := newWorld(t)
	other.send(nil, desk)
	if p := other.stranger().get(path); p.Status != http.StatusNotFound {
		t.Errorf("another hub confirms the slip: %d", p.Status)
	}
}

// Strangers ask so often and no oftener.
func TestSlipsAreAskedAboutSlowly(t *testing.T) {
	w := newWorld(t)
	v := w.stranger()
	for n := range 20 {
		if p := v.get("/kiem-chung/x"); p.Status != http.StatusNotFound {
			t.Fatalf("question %d: %d", n, p.Status)
		}
	}
	p := v.get("/kiem-chung/x")
	if after, _ := strconv.Atoi(p.Header.Get("Retry-After")); p.Status != http.StatusTooManyRequests || after < 1 {
		t.Errorf("question 21: %d, again after %q", p.Status, p.Header.Get("Retry-After"))
	}
	w.pass(2 * time.Second)
	if p := v.get("/kiem-chung/x"); p.Status != http.StatusNotFound {
		t.Errorf("a while later: %d", p.Status)
	}
}

// The QR code is a drawing of the address that is printed beside it.
func TestSlipHasACode(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	p := w.person("chi", department, exchange.Clerk).get("/van-ban-di/" + id + "/phieu")
	d, _ := p.Find("svg.qr path").Attr("d")
	box, _ := p.Find("svg.qr").Attr("viewBox")
	_, path := codeOf(t, p)
	want, err := qr.Encode(w.URL+path, qr.M, qr.Auto)
	w.must(err)
	n, quiet := want.Bounds().Dx(), 4
	var drawn strings.Builder
	for y := range n {
		for x := range n {
			if want.At(x, y) == color.Black {
				fmt.Fprintf(&drawn, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	if d != drawn.String() || box != fmt.Sprintf("0 0 %[1]d %[1]d", n+2*quiet) {
		t.Errorf("the code %q in %q is not that of %s", d[:min(len(d), 60)], box, w.URL+path)
	}
}

// A PDF can be looked at, and what only calls itself one cannot.
func TestPDFsAreLookedAt(t *testing.T) {
	w := newWorld(t)
	pdf := []byte("%PDF-1.4 TEST ONLY <script>alert(1)</script>")
	id := w.send(func(e *envelope.Envelope) {
		html := envelope.NewAttachment("trang.pdf", []byte("<html><script>alert(1)</script>"))
		html.ContentType = "application/pdf"
		late := envelope.NewAttachment("sau.pdf", []byte(" %PDF-1.4"))
		named := envelope.NewAttachment("Công văn.doc", pdf)
		named.ContentType = "text/html"
		e.Attachments = []envelope.Attachment{named, html, late}
	}, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	p := v.get("/van-ban-den/" + id)
	if n := p.Find(".files a[href$='/xem'][target=_blank][rel=noopener]").Length(); n != 1 {
		t.Errorf("%d files can be looked at, want one", n)
	}
	file := "/van-ban-den/" + id + "/tep/"
	got := v.get(file + "1/xem")
	h := got.Header
	if got.Status != http.StatusOK || got.Text != string(pdf) || h.Get("Content-Type") != "application/pdf" || h.Get("X-Content-Type-Options") != "nosniff" ||
		!strings.HasPrefix(h.Get("Content-Disposition"), "inline;") || h.Get("Cross-Origin-Opener-Policy") != "same-origin" {
		t.Errorf("the PDF: %d as %v", got.Status, h)
	}
	for _, want := range []string{"sandbox;", "default-src 'none'", "form-action 'none'", "base-uri 'none'", "frame-ancestors 'none'"} {
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, want) || strings.Contains(csp, "script-src") {
			t.Errorf("the policy of a PDF is %q, want %q in it", csp, want)
		}
	}
	for _, n := range []string{"2", "3", "4", "0", "x"} {
		if got := v.get(file + n + "/xem"); got.Status != http.StatusNotFound || strings.Contains(got.Text, "alert") || got.Header.Get("Content-Type") == "application/pdf" {
			t.Errorf("file %s: %d as %v, want 404", n, got.Status, got.Header)
		}
	}
	if got := w.person("binh", software, exchange.Clerk).get(file + "1/xem"); got.Status != http.StatusNotFound {
		t.Errorf("another agency's clerk: %d, want 404", got.Status)
	}
}

// What a document says is text on every page of this part too.
func TestMarkupIsTextOnSlips(t *testing.T) {
	w := newWorld(t)
	evil := `<script>alert(1)</script><img src=x onerror=alert(2)>"'><b>`
	make := func(e *envelope.Envelope) {
		e.Subject, e.Type.Name = evil, evil
		e.Code.Notation = "A<b>&'" + `"`
		e.Attachments = []envelope.Attachment{envelope.NewAttachment(`"><svg onload=alert(1)>.pdf`, []byte("%PDF-"))}
	}
	id := w.send(make, desk)
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	v.post("/van-ban-den/"+id+"/tiep-nhan", url.Values{"ghi-chu": {evil}})
	_, err := w.Directory.Put(t.Context(), hubtest.Operator(), exchange.Agency{ID: "H44.77", Name: evil, Level: exchange.Commune, Channel: exchange.Pull})
	w.must(err)
	own := w.Party(desk).Document("H44.77")
	make(own)
	raw := w.Party(desk).Signed(own)
	for name, p := range map[string]page{
		"sent": sender.get("/van-ban-di/" + id + "/phieu"), "received": v.get("/van-ban-den/" + id + "/phieu"),
		"checked": v.upload(checkPath, raw), "looked up": v.get("/danh-ba?q=" + url.QueryEscape("script")), "sought": v.get("/danh-ba?q=" + url.QueryEscape(evil)),
		"suggested": v.get("/danh-ba/goi-y?q=script"),
	} {
		if p.Status != http.StatusOK || !strings.Contains(p.Text, "alert(1)") {
			t.Errorf("%s: %d; the text is not shown at all: the case shows nothing", name, p.Status)
		}
		if n := p.Find("main script, main img, main b, option b, option img, svg[onload], [onerror]").Length(); n != 0 {
			t.Errorf("%s: %d elements come from the document", name, n)
		}
	}
	if d := v.get("/van-ban-den/" + id + "/tep/1/xem").Header.Get("Content-Disposition"); strings.ContainsAny(d, "\r\n") || !strings.HasPrefix(d, "inline;") {
		t.Errorf("disposition %q", d)
	}
}

func TestRightsOfSending(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	w.send(nil, software)
	who := map[string]*visitor{
		"stranger":  w.stranger(),
		"clerk":     w.person("an", desk, exchange.Clerk),
		"neighbour": w.person("binh", software, exchange.Clerk),
		"sender":    w.person("chi", department, exchange.Clerk),
		"admin":     w.person("dung", desk, exchange.AgencyAdmin),
		"operator":  w.person("oper", "", exchange.Operate),
		"auditor":   w.person("soat", "", exchange.Audit),
	}
	who["clerk"].post("/van-ban-den/lay", nil)
	who["clerk"].post("/van-ban-den/"+id+"/tiep-nhan", nil)
	code, _ := codeOf(t, who["sender"].get("/van-ban-di/"+id+"/phieu"))
	holdRights(t, who, "stranger clerk neighbour sender admin operator auditor", []right{
		{get, sendPath, nil, "303 200 403 403 403 403 403"},
		{post, sendPath, nil, "303 400 403 403 403 403 403"},
		{post, checkPath, nil, "303 400 403 403 403 403 403"},
		{get, "/danh-ba?q=h44", nil, "303 200 200 200 403 403 403"},
		{get, "/danh-ba/goi-y?q=h44", nil, "303 200 200 200 403 403 403"},
		{get, "/van-ban-di/" + id + "/phieu", nil, "303 404 404 200 403 403 403"},
		{get, "/van-ban-den/" + id + "/phieu", nil, "303 200 404 404 403 403 403"},
		{get, "/van-ban-den/" + id + "/tep/1/xem", nil, "303 404 404 404 403 403 403"},
		{get, "/kiem-chung", nil, "200 200 200 200 200 200 200"},
		{get, "/kiem-chung/" + code, nil, "200 200 200 200 200 200 200"},
		{get, "/kiem-chung/x", nil, "404 404 404 404 404 404 404"},
	})
}

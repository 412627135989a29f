package console_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// rows are the subjects of a list.
func rows(p page) (all []string) {
	for _, s := range p.Find("table.list tbody tr .subject a").EachIter() {
		all = append(all, s.Text())
	}
	return all
}

func TestClerkAccepts(t *testing.T) {
	w := newWorld(t)
	id := w.send(func(e *envelope.Envelope) { e.Subject = "V/v báo cáo cải cách hành chính"; e.Other.Priority = 1 }, desk)
	v := w.person("an", desk, exchange.Clerk)
	if got := rows(v.get("/van-ban-den?tt=tat-ca")); len(got) != 0 {
		t.Errorf("before it was fetched the list shows %v: it may still be withdrawn (P7)", got)
	}
	if p := v.get("/van-ban-den/" + id); p.Status != http.StatusNotFound {
		t.Errorf("before it was fetched the page is answered %d, want 404", p.Status)
	}
	v.post("/van-ban-den/lay", nil).goes(t, "fetching", "/van-ban-den?lay=1")
	if p := v.get("/van-ban-den?lay=1"); !p.has("Đã lấy 1 văn bản mới.") || len(rows(p)) != 1 || !p.has("Khẩn") {
		t.Errorf("the list: %v", rows(p))
	}
	v.post("/van-ban-den/lay", nil).goes(t, "fetching again", "/van-ban-den?lay=0")
	p := v.get("/van-ban-den/" + id)
	for _, want := range []string{"V/v báo cáo cải cách hành chính", "Nơi gửi: Sở Nội vụ (H44.31)", "Chữ ký số hợp lệ", "Toàn vẹn", "Đúng nơi nhận",
		"Không trùng số ký hiệu", "Sở Nội vụ gửi lên trục; trục kiểm tra hợp lệ và nhận.", "Nguyễn Thị an xác nhận đã lấy văn bản"} {
		if !p.has(want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if checks, button := p.Find(".checks").Index(), p.Find("form[action$=tiep-nhan] button"); button.Length() != 1 || checks < 0 ||
		strings.Index(p.Text, `class="checks"`) > strings.Index(p.Text, "tiep-nhan") {
		t.Error("the checks do not stand above the button")
	}
	v.post("/van-ban-den/"+id+"/tiep-nhan", url.Values{"ghi-chu": {"Số đến 456"}}).goes(t, "accepting", "/van-ban-den/"+id)
	p = v.get("/van-ban-den/" + id)
	if !p.has("Đã tiếp nhận lúc ") || !p.has("Thông báo đang được chuyển tới bên gửi.") || !p.has("Nguyễn Thị an, UBND xã Đồng Thịnh: Đã tiếp nhận. Số đến 456") ||
		p.Find("form[action$=tiep-nhan]").Length() != 0 {
		t.Errorf("after accepting: %s", p.Find(".band").Text())
	}
	if got := rows(v.get("/van-ban-den?tt=cho")); len(got) != 0 {
		t.Errorf("still waits: %v", got)
	}
	if got := rows(v.get("/van-ban-den?tt=da-tiep-nhan")); len(got) != 1 {
		t.Errorf("not among the accepted: %v", got)
	}
	if p := v.post("/van-ban-den/"+id+"/tiep-nhan", nil); p.Status != http.StatusConflict {
		t.Errorf("accepting twice: %d", p.Status)
	}
	w.Sound()
}

// A refusal needs a reason of ten characters, and the page shows when it has reached the sender.
func TestClerkRefuses(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	path := "/van-ban-den/" + id + "/tu-choi"
	if p := v.get(path); p.Find("input[name=ly-do]").Length() != 7 {
		t.Errorf("%d reasons to choose from", p.Find("input[name=ly-do]").Length())
	}
	for name, f := range map[string]url.Values{
		"9 characters":                   {"ly-do": {"thieu"}, "giai-thich": {"thiếu tệp"}},
		"9 characters and blanks":        {"ly-do": {"thieu"}, "giai-thich": {"  thiếu   tệp    "}},
		"9 letters of two code points":   {"ly-do": {"thieu"}, "giai-thich": {"thie\u0302\u0301u te\u0323p"}},
		"no explanation":                 {"ly-do": {"thieu"}},
		"no reason":                      {"giai-thich": {"thiếu phụ lục số 2"}},
		"a reason that there is not":     {"ly-do": {"x"}, "giai-thich": {"thiếu phụ lục số 2"}},
		"more than 500 characters":       {"ly-do": {"khac"}, "giai-thich": {strings.Repeat("ă", 501)}},
		"an explanation that is no text": {"ly-do": {"khac"}, "giai-thich": {"\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc\xff\xfe\xfd\xfc"}},
	} {
		p := v.post(path, f)
		if p.Status != http.StatusUnprocessableEntity || p.Find(".band.red").Length() != 1 {
			t.Errorf("%s: %d, want the form again", name, p.Status)
		}
		if text := p.Find("textarea").Text(); name == "no reason" && text != "thiếu phụ lục số 2" {
			t.Errorf("%s: what was written is lost: %q", name, text)
		}
	}
	v.post(path, url.Values{"ly-do": {"thieu"}, "giai-thich": {"thiếu tệp."}}).goes(t, "10 characters", "/van-ban-den/"+id)
	p := v.get("/van-ban-den/" + id)
	if !p.has("Đã từ chối tiếp nhận lúc ") || !p.has("Thiếu tệp, phụ lục: thiếu tệp.") || !p.has("Thông báo đang được chuyển tới bên gửi.") {
		t.Errorf("after refusing: %s", p.Find(".band").Text())
	}
	w.Party(department).Collect()
	if p := v.get("/van-ban-den/" + id); !p.has("Bên gửi đã nhận thông báo lúc ") {
		t.Errorf("after the sender has it: %s", p.Find(".band").Text())
	}
	sender := w.person("chi", department, exchange.Clerk)
	if p := sender.get("/van-ban-di/" + id); !p.has("Từ chối tiếp nhận") || !p.has("Thiếu tệp, phụ lục: thiếu tệp.") || !p.has("0/1 đã tiếp nhận · 1 từ chối") || !p.has("Nguyễn Thị an") {
		t.Errorf("the sender's page: %s", p.Find("main").Text())
	}
	duty := sender.get("/").Find("a.duty[href$='can-chu-y']").Text()
	if !strings.Contains(duty, "UBND xã Đồng Thịnh: Thiếu tệp, phụ lục: thiếu tệp.") {
		t.Errorf("the sender's desk does not say who refused, and why: %s", duty)
	}
	if got := rows(sender.get("/van-ban-di?tt=can-chu-y")); len(got) != 1 {
		t.Errorf("the sender's list of what needs attention: %v", got)
	}
	w.Sound()
}

// Where an agency's software gives the statuses, the pages show them and offer none, by no way.
func TestSoftwareGivesTheStatuses(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, software)
	w.Party(software).Collect()
	v := w.person("binh", software, exchange.Clerk)
	p := v.get("/van-ban-den/" + id)
	if p.Status != http.StatusOK || p.Find("form[action$=tiep-nhan], a[href$=tu-choi]").Length() != 0 || !p.has("Trạng thái do phần mềm của đơn vị báo") {
		t.Errorf("the page: %d, offers %d acts", p.Status, p.Find("form[action$=tiep-nhan], a[href$=tu-choi]").Length())
	}
	for _, act := range []string{"tiep-nhan", "tu-choi"} {
		if p := v.post("/van-ban-den/"+id+"/"+act, url.Values{"ly-do": {"thieu"}, "giai-thich": {"thiếu phụ lục số 2"}}); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", act, p.Status)
		}
	}
	if p := v.post("/van-ban-den/lay", nil); p.Status != http.StatusForbidden {
		t.Errorf("fetching in the software's place: %d", p.Status)
	}
	doc, err := w.Party(software).Client.Document(t.Context(), id)
	w.must(err)
	if _, err := w.Party(software).Client.Status(t.Context(), doc.Deliveries[0].ID, client.StatusRequest{Code: "04", Description: "Giao phòng Tư pháp"}); err != nil {
		t.Fatal(err)
	}
	if p := v.get("/van-ban-den/" + id); !p.has("Phân công") || !p.has("Giao phòng Tư pháp") {
		t.Error("the status of the software is not shown")
	}
	if got := rows(v.get("/van-ban-den?tt=dang-xu-ly")); len(got) != 1 {
		t.Errorf("in progress: %v", got)
	}
}

// Every way of the sender to follow each addressee.
func TestOutgoingProgress(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk, software)
	sender := w.person("chi", department, exchange.Clerk)
	row := func(want string) {
		t.Helper()
		p := sender.get("/van-ban-di")
		if got := strings.TrimSpace(p.Find("td.progress span").First().Text()); got != want {
			t.Errorf("progress %q, want %q", got, want)
		}
		if label, _ := p.Find("td.progress svg").Attr("aria-label"); label != want {
			t.Errorf("the bar says %q to those who cannot see it", label)
		}
	}
	row("0/2 đã tiếp nhận · 2 chưa đến")
	w.Party(software).Collect()
	row("0/2 đã tiếp nhận · 1 đã đến · 1 chưa đến")
	clerk := w.person("an", desk, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	clerk.post("/van-ban-den/"+id+"/tiep-nhan", nil)
	row("1/2 đã tiếp nhận · 1 đã đến")
	p := sender.get("/van-ban-di/" + id)
	for _, want := range []string{"UBND xã Đồng Thịnh", "H44.24.06", "Đã chuyển", "Đã tiếp nhận", "Nguyễn Thị an", "API, đơn vị lấy"} {
		if !p.has(want) {
			t.Errorf("the table does not say %q", want)
		}
	}
	if got := p.Find("section table tbody tr").Length(); got != 2 {
		t.Errorf("%d addressees", got)
	}
	for tab, want := range map[string]int{"chua-du": 1, "da-du": 0, "can-chu-y": 0, "hoan-thanh": 0, "tat-ca": 1} {
		if got := rows(sender.get("/van-ban-di?tt=" + tab)); len(got) != want {
			t.Errorf("tab %s: %v, want %d", tab, got, want)
		}
	}
	// An addressee sees nothing of the others.
	if p := clerk.get("/van-ban-den/" + id); p.has("Hưng Long") {
		t.Error("an addressee's page names another addressee")
	}
}

func TestSearchInLists(t *testing.T) {
	w := newWorld(t)
	subjects := []string{"V/v điều động cán bộ", "Kế hoạch phòng chống lụt bão", "Giấy mời họp"}
	var codes []string
	for i, s := range subjects {
		w.send(func(e *envelope.Envelope) {
			e.Subject = s
			e.Other.Priority = i
			codes = append(codes, e.Code.String())
		}, desk)
	}
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	today := time.Now().In(envelope.ICT())
	for _, test := range []struct {
		name, query string
		want        string // of the subjects; empty: none
		n           int
	}{
		{"without marks", "q=dieu+dong", subjects[0], 1},
		{"with marks", "q=" + url.QueryEscape("Điều ĐỘNG"), subjects[0], 1},
		{"decomposed", "q=" + url.QueryEscape("lu\u0323t ba\u0303o"), subjects[1], 1},
		{"words in any order", "q=bao+lut", subjects[1], 1},
		{"a code", "q=" + url.QueryEscape(codes[2]), subjects[2], 1},
		{"the sender", "q=so+noi+vu", "", 3},
		{"the sender's code", "q=H44.31", "", 3},
		{"no such word", "q=khong+co+dau", "", 0},
		{"urgent", "khan=1", "", 2},
		{"routine", "khan=0", subjects[0], 1},
		{"today", "tu=" + today.Format(time.DateOnly), "", 3},
		{"until yesterday", "den=" + today.AddDate(0, 0, -1).Format(time.DateOnly), "", 0},
	} {
		p := v.get("/van-ban-den?tt=tat-ca&" + test.query)
		got := rows(p)
		if len(got) != test.n || test.want != "" && got[0] != test.want {
			t.Errorf("%s: %v, want %d %q", test.name, got, test.n, test.want)
		}
		if test.n == 0 && (!p.has("Không có văn bản nào khớp.") || p.Find(".empty a").Length() != 1) {
			t.Errorf("%s: the page does not offer to clear the filter", test.name)
		}
	}
	for _, query := range []string{"tu=hom-nay", "tu=0000-00-00", "trang=x", "den=2026-02-31"} {
		if p := v.get("/van-ban-den?" + query); p.Status != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", query, p.Status)
		}
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	for range 61 {
		w.send(nil, desk)
	}
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	seen := map[string]bool{}
	next := "/van-ban-den?tt=tat-ca"
	for n := 0; next != "" && n < 5; n++ {
		p := v.get(next)
		for _, subject := range rows(p) {
			if seen[subject] {
				t.Errorf("%s stands on two pages", subject)
			}
			seen[subject] = true
		}
		next = p.Find("a[rel=next]").AttrOr("href", "")
	}
	if len(seen) != 61 {
		t.Errorf("%d documents on all pages, want 61", len(seen))
	}
	if p := v.get("/"); p.Find(".duty strong").First().Text() != "61" {
		t.Errorf("the desk counts %s", p.Find(".duty strong").First().Text())
	}
}

// Files go out as downloads of no type, whatever their sender called them, and byte for byte.
func TestAttachments(t *testing.T) {
	w := newWorld(t)
	pdf, html := []byte("%PDF-1.4 TEST ONLY"), []byte("<script>alert(1)</script>")
	id := w.send(func(e *envelope.Envelope) {
		a, b := envelope.NewAttachment("Công văn số 1.pdf", pdf), envelope.NewAttachment("trang.html", html)
		b.ContentType = "text/html"
		e.Attachments = []envelope.Attachment{a, b}
	}, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	p := v.get("/van-ban-den/" + id)
	sum := sha256.Sum256(pdf)
	if p.Find(".files li").Length() != 2 || !p.has("Công văn số 1.pdf") || !p.has(hex.EncodeToString(sum[:])) {
		t.Errorf("files: %s", p.Find(".files").Text())
	}
	for n, want := range [][]byte{pdf, html} {
		got := v.get("/van-ban-den/" + id + "/tep/" + string(rune('1'+n)))
		h := got.Header
		if got.Text != string(want) || h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") ||
			h.Get("Content-Security-Policy") != "sandbox" || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("file %d: %q as %v", n+1, got.Text, h)
		}
	}
	for _, n := range []string{"0", "3", "-1", "x", "99999999999999999999"} {
		if got := v.get("/van-ban-den/" + id + "/tep/" + n); got.Status != http.StatusNotFound {
			t.Errorf("file %s: %d, want 404", n, got.Status)
		}
	}
	raw := v.get("/van-ban-den/" + id + "/edxml")
	doc, err := w.Party(desk).Client.Document(t.Context(), id)
	w.must(err)
	if hubtest.Digest([]byte(raw.Text)) != doc.Message.Digest || raw.Header.Get("Content-Type") != "application/octet-stream" {
		t.Errorf("the original has digest %s, want %s (P3)", hubtest.Digest([]byte(raw.Text)), doc.Message.Digest)
	}
}

// What a document says is text, wherever it is shown.
func TestMarkupIsText(t *testing.T) {
	w := newWorld(t)
	evil := `<script>alert(1)</script><img src=x onerror=alert(2)>"'><b>`
	id := w.send(func(e *envelope.Envelope) {
		e.Subject, e.Type.Name, e.Content, e.Signer.FullName, e.Signer.Position = evil, evil, evil, evil, evil
		e.Code.Notation = "A<b>&'" + `"`
		e.Promulgation.Place, e.ToPlaces = evil, []string{evil}
		e.Attachments = []envelope.Attachment{envelope.NewAttachment(`"><svg onload=alert(3)>.pdf`, []byte("x"))}
	}, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	sender := w.person("chi", department, exchange.Clerk)
	visits := map[string]page{
		"desk": v.get("/"), "incoming": v.get("/van-ban-den"), "received": v.get("/van-ban-den/" + id), "refusal": v.get("/van-ban-den/" + id + "/tu-choi"),
		"search":   v.get("/van-ban-den?tt=tat-ca&q=" + url.QueryEscape(evil)),
		"outgoing": sender.get("/van-ban-di"), "sent": sender.get("/van-ban-di/" + id), "their desk": sender.get("/"),
	}
	v.post("/van-ban-den/"+id+"/tu-choi", url.Values{"ly-do": {"khac"}, "giai-thich": {evil}})
	visits["refused"], visits["sent, refused"] = v.get("/van-ban-den/"+id), sender.get("/van-ban-di/"+id)
	for name, p := range visits {
		if p.Status != http.StatusOK {
			t.Errorf("%s: %d", name, p.Status)
		}
		if !strings.Contains(p.Find("main").Text(), "alert(1)") {
			t.Errorf("%s does not show the text at all: the case shows nothing", name)
		}
		if n := p.Find("main script, main img, main b, main svg[onload], [onerror]").Length(); n != 0 {
			t.Errorf("%s: %d elements come from the document", name, n)
		}
	}
	if got := visits["received"].Find(".files a").Text(); !strings.Contains(got, "svg onload=alert(3)") {
		t.Errorf("the attachment is called %q", got)
	}
	d := v.get("/van-ban-den/" + id + "/tep/1").Header.Get("Content-Disposition")
	if strings.ContainsAny(d, "\r\n") || !strings.HasPrefix(d, "attachment;") {
		t.Errorf("disposition %q", d)
	}
}

// A second document with the code of the first is pointed out on both.
func TestDuplicatesArePointedOut(t *testing.T) {
	w := newWorld(t)
	var code envelope.Code
	first := w.send(func(e *envelope.Envelope) { code = e.Code }, desk)
	second := w.send(func(e *envelope.Envelope) { e.Code = code }, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	for one, other := range map[string]string{first: second, second: first} {
		p := v.get("/van-ban-den/" + one)
		if p.Find(".band.amber a[href='/van-ban-den/"+other+"']").Length() != 1 || !p.has("Trùng số ký hiệu với văn bản khác của cùng nơi gửi") {
			t.Errorf("%s does not point to the other: %s", one, p.Find(".band").Text())
		}
	}
}

// The bytes of statuses and notices are no documents of a clerk's list.
func TestStatusesAreNoDocuments(t *testing.T) {
	w := newWorld(t)
	w.send(nil, desk)
	w.Party(desk).Collect()
	told := w.Party(department).Collect() // the 01
	sender := w.person("chi", department, exchange.Clerk)
	if got := rows(sender.get("/van-ban-den?tt=tat-ca")); len(got) != 0 {
		t.Errorf("incoming: %v", got)
	}
	for id := range told {
		for _, path := range []string{"/van-ban-den/" + id, "/van-ban-di/" + id, "/van-ban-den/" + id + "/edxml"} {
			if p := sender.get(path); p.Status != http.StatusNotFound {
				t.Errorf("%s: %d, want 404", path, p.Status)
			}
		}
	}
}

func TestDesk(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	if p := v.get("/"); !p.has("Không có việc chờ.") || p.Find("table").Length() != 0 {
		t.Errorf("an empty morning: %s", p.Find("main").Text())
	}
	w.send(func(e *envelope.Envelope) { e.Other.Priority = 3 }, desk)
	w.send(nil, desk)
	v.post("/van-ban-den/lay", nil)
	p := v.get("/")
	if got := p.Find(".duty strong").Map(func(_ int, s *goquery.Selection) string { return s.Text() }); strings.Join(got, " ") != "2 0 0 0" || !p.has("1 văn bản khẩn") {
		t.Errorf("duties %v", got)
	}
	sender := w.person("chi", department, exchange.Clerk)
	p = sender.get("/")
	if got := p.Find(".duty strong").Map(func(_ int, s *goquery.Selection) string { return s.Text() }); strings.Join(got, " ") != "0 2 0 0" {
		t.Errorf("the sender's duties %v", got)
	}
	if !p.has("Phần mềm của đơn vị gọi trục lần gần nhất lúc") {
		t.Error("nothing is said of the agency's software")
	}
}

func TestTheAPIIsBeside(t *testing.T) {
	w := newWorld(t)
	v := w.stranger()
	if p := v.get("/v1/limits"); p.Status != http.StatusUnauthorized || !strings.HasPrefix(p.Header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("/v1/limits: %d %s", p.Status, p.Header.Get("Content-Type"))
	}
	if p := v.get("/healthz"); p.Status != http.StatusOK {
		t.Errorf("/healthz: %d", p.Status)
	}
	if p := v.get("/loi/not-found"); p.Status != http.StatusOK || !bytes.Contains([]byte(p.Text), []byte("Không tìm thấy")) {
		t.Errorf("/loi/not-found: %d", p.Status)
	}
}

package console_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// What clerks of both sides do beyond one acceptance, in a real browser.
func TestClerkJourneys(t *testing.T) {
	t.Parallel()
	chromium(t)
	var huge atomic.Bool // what every document is while it is set
	hub := &bodies{view: func(m *exchange.Message) {
		if huge.Load() {
			m.Size = 200 << 20
		}
	}}
	w := newWorld(t, func(o *console.Options) { hub.Hub, o.Hub = o.Hub, hub })
	b := newBrowser(t, w)
	ids := desks(w)
	for _, journey := range []struct {
		name string
		walk func(*testing.T, *browser, *world, map[string]string)
	}{
		{"two documents are downloaded as one file", downloadsTwo},
		{"more is chosen than is downloaded at once", func(t *testing.T, b *browser, _ *world, ids map[string]string) { choosesTooMuch(t, b, &huge, ids) }},
		{"the list is printed", printsList},
		{"several documents are accepted together", acceptsMany},
		{"a document is assigned and completed", reports},
		{"a search is saved, used and forgotten", savesSearch},
		{"a document is taken back before and after it was seen", takesBack},
		{"one addressee agrees", agrees},
		{"another declines", declines},
		{"the session ends under a refusal, and the text is kept", keepsText},
	} {
		t.Run(journey.name, func(t *testing.T) {
			b.t = t
			journey.walk(t, b, w, ids)
		})
	}
	b.t = t
}

const neighbour exchange.AgencyID = "H44.24.07" // works in the console too

// desks furnishes two agencies that work in the console, and one with software that has fetched nothing.
func desks(w *world) map[string]string {
	w.t.Helper()
	w.Enrol(exchange.Agency{ID: neighbour, Name: "UBND xã Văn Lang", Console: true})
	ids := make(map[string]string)
	var code envelope.Code
	for name, subject := range map[string]string{
		"one": "V/v đăng ký danh hiệu thi đua năm 2026", "two": "Thông báo lịch tiếp công dân tháng 3", "steps": "Kế hoạch kiểm tra công tác cải cách hành chính",
		"back": "Quyết định phê duyệt danh mục dịch vụ công trực tuyến", "kept": "Giấy mời họp giao ban",
	} {
		to := []exchange.AgencyID{desk}
		if name == "back" {
			to = []exchange.AgencyID{desk, neighbour, software}
		}
		ids[name] = w.send(func(e *envelope.Envelope) {
			e.Subject = subject
			e.Attachments = []envelope.Attachment{envelope.NewAttachment("Văn bản.pdf", []byte("%PDF-1.4 TEST ONLY"))}
			if name == "two" {
				code = e.Code
			}
		}, to...)
	}
	ids["twin"] = w.send(func(e *envelope.Envelope) {
		e.Subject, e.Code = "Thông báo lịch tiếp công dân tháng 3 (gửi lại)", code
	}, desk)
	w.person("an", desk, exchange.Clerk).post("/van-ban-den/lay", nil)
	w.person("giang", neighbour, exchange.Clerk).post("/van-ban-den/lay", nil)
	w.person("chi", department, exchange.Clerk)
	return ids
}

func acceptsMany(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.takeOver(w.signedIn("an"))
	b.open("/van-ban-den?tt=cho")
	b.see("clerk-incoming")
	b.fill("#nguon", "noi vu")
	b.await("the suggestions", "document.querySelector('#nguon-goi-y option[value=\"H44.31\"]') !== null && location.search === '?tt=cho'")
	b.open("/van-ban-den?tt=cho")
	for _, id := range []string{ids["one"], ids["steps"], ids["twin"]} {
		b.do(chromedp.Click(chromedp.CSS("input[value='" + id + "']")))
	}
	if got := eval[string](b, "document.querySelector('form[data-choose] output').textContent"); got != "(3)" || b.at() != "/van-ban-den?tt=cho" {
		t.Errorf("the button counts %q at %s", got, b.at())
	}
	b.click("form[data-choose] button.primary")
	if !b.has("Đã tiếp nhận 2 văn bản và báo bên gửi.") || !b.has("Thông báo lịch tiếp công dân tháng 3 (gửi lại)") || !b.has("Trùng số ký hiệu") {
		t.Error("the page does not say what was accepted and what was not")
	}
	b.glance("clerk-bulk")
}

func reports(t *testing.T, b *browser, _ *world, ids map[string]string) {
	b.open("/van-ban-den/" + ids["steps"])
	b.see("clerk-steps")
	b.fill("#ghi-chu", "Giao Văn phòng – Thống kê")
	b.click("form[action$='trang-thai'] button")
	if !b.has("Phân công. Giao Văn phòng – Thống kê") {
		t.Errorf("after assigning: %s", b.at())
	}
	b.do(chromedp.Click(chromedp.CSS("#ma-06")))
	b.click("form[action$='trang-thai'] button")
	if !b.has("Hoàn thành.") {
		t.Errorf("after completing: %s", b.at())
	}
	b.see("clerk-completed")
}

func savesSearch(t *testing.T, b *browser, _ *world, _ map[string]string) {
	b.open("/van-ban-den?tt=tat-ca&q=tiep+cong+dan")
	b.do(chromedp.Click(chromedp.CSS(".chips summary")))
	b.fill("#ten", "Tiếp công dân")
	b.glance("clerk-saving")
	b.click(".chips details button")
	b.open("/van-ban-den")
	b.click("nav.chips a")
	if b.at() != "/van-ban-den?q=tiep+cong+dan&tt=tat-ca" || eval[int](b, "document.querySelectorAll('table.list tbody tr').length") != 2 {
		t.Errorf("the saved search leads to %s", b.at())
	}
	b.see("clerk-saved")
	b.click("nav.chips button")
	if b.has("Tiếp công dân") {
		t.Error("the search is still there")
	}
}

func takesBack(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.takeOver(w.signedIn("chi"))
	b.open("/van-ban-di/" + ids["back"])
	b.click("a[href$='lay-lai']")
	b.see("clerk-takeback")
	b.fill("#ly-do", "nhầm tệp")
	if status := b.click("button.danger"); status != 422 {
		t.Errorf("8 characters: %d", status)
	}
	b.glance("clerk-takeback-short")
	b.fill("#ly-do", "đính kèm bản dự thảo; ") // before what is there
	b.click("button.danger")
	if b.at() != "/van-ban-di/"+ids["back"] || !b.has("1 rút trước khi lấy về · 2 chờ trả lời") {
		t.Errorf("after taking back: %s", b.at())
	}
	b.see("clerk-sent-recalled")
	b.open("/")
	b.see("clerk-desk-recalls")
}

func agrees(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.takeOver(w.signedIn("an"))
	b.open("/")
	b.click("form[action='/van-ban-den/lay'] button")
	b.open("/")
	b.see("clerk-desk-asked")
	b.click("a.duty[href$='hoi']")
	b.click("table.list tbody a")
	if !b.has("Lý do: đính kèm bản dự thảo; nhầm tệp") {
		t.Error("the reason is not shown")
	}
	b.see("clerk-asked")
	b.click("button[value='dong-y']")
	if !b.has("Đã đồng ý cho lấy lại lúc") {
		t.Errorf("after agreeing: %s", b.at())
	}
	b.see("clerk-agreed")
}

func declines(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.takeOver(w.signedIn("giang"))
	b.open("/van-ban-den/" + ids["back"])
	b.click("a[href$='tra-loi']")
	b.see("clerk-decline")
	b.fill("#giai-thich", "Xã đã giải quyết xong.")
	b.click("button.danger")
	if !b.has("Đã từ chối lấy lại lúc") {
		t.Errorf("after declining: %s", b.at())
	}
	b.takeOver(w.signedIn("chi"))
	b.open("/van-ban-di/" + ids["back"])
	if !b.has("1 rút trước khi lấy về · 1 đồng ý · 1 từ chối") || !b.has("Xã đã giải quyết xong.") {
		t.Error("the sender does not see what came of the recall")
	}
	b.see("clerk-sent-answered")
}

// The form is sent when the session is over: one signs in, and what was written is there.
func keepsText(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.takeOver(w.signedIn("an"))
	path := "/van-ban-den/" + ids["kept"] + "/tu-choi"
	b.open(path)
	b.do(chromedp.Click(chromedp.CSS("#ly-do-thieu")))
	b.fill("#giai-thich", "Thiếu phụ lục số 02.")
	w.pass(31 * time.Minute)
	b.click("button.danger")
	if !b.has("Nội dung đang nhập được giữ.") {
		t.Errorf("one is led to %s", b.at())
	}
	b.glance("clerk-signin-kept")
	b.fill("#ten", "an")
	b.fill("#mat-khau", password)
	b.click("main button.primary")
	if got := eval[string](b, "document.getElementById('giai-thich').value"); b.at() != path || got != "Thiếu phụ lục số 02." || !eval[bool](b, "document.getElementById('ly-do-thieu').checked") {
		t.Errorf("at %s the form has %q", b.at(), got)
	}
	b.glance("clerk-refusal-kept")
	b.click("button.danger")
	if !b.has("Đã từ chối tiếp nhận lúc") {
		t.Errorf("after refusing: %s", b.at())
	}
}

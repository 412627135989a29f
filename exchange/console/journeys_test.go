package console_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// The journeys of people through the console in a real browser. They share one, one after the other.
func TestJourneys(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newWorld(t)
	b := newBrowser(t, w)
	ids := furnish(w)
	for _, journey := range []struct {
		name string
		walk func(*testing.T, *browser, *world, map[string]string)
	}{
		{"a link is used, and one signs in with a code", signsIn},
		{"a clerk accepts", accepts},
		{"a clerk refuses with 9, then with 10 characters", refuses},
		{"the session ends under a list", expires},
		{"the language is switched", switches},
		{"with the keyboard alone", typesOnly},
		{"all other screens", looksAround},
	} {
		t.Run(journey.name, func(t *testing.T) {
			b.t = t
			journey.walk(t, b, w, ids)
		})
	}
	b.t = t
}

// furnish sends documents of all kinds, and returns the ids of those that journeys name.
func furnish(w *world) map[string]string {
	w.t.Helper()
	ids := make(map[string]string)
	long := "V/v triển khai thực hiện Quyết định số 28/2018/QĐ-TTg ngày 12 tháng 7 năm 2018 của Thủ tướng Chính phủ về việc gửi, nhận văn bản điện tử giữa các cơ quan trong hệ thống hành chính nhà nước"
	ids["refuse"] = w.send(func(e *envelope.Envelope) {
		e.Subject = "Giấy mời họp triển khai kế hoạch"
		e.Type.Name = "Giấy mời"
	}, desk, software)
	ids["keyboard"] = w.send(func(e *envelope.Envelope) {
		e.Subject = "Báo cáo kết quả rà soát thủ tục hành chính quý I"
		e.Other.Priority = 3
	}, desk)
	ids["accept"] = w.send(func(e *envelope.Envelope) {
		e.Subject, e.Other.Priority = long, 1
		e.Signer = envelope.SignerInfo{FullName: "Trần Văn Mẫu", Position: "Giám đốc"}
		e.ToPlaces = []string{"Như trên", "Lưu: VT"}
		e.Attachments = []envelope.Attachment{envelope.NewAttachment("Công văn triển khai.pdf", []byte("%PDF-1.4 TEST ONLY")),
			envelope.NewAttachment("Phụ lục số 01 - Danh sách đơn vị đã kết nối và chưa kết nối với trục liên thông văn bản.xlsx", []byte("PK TEST ONLY"))}
	}, desk, software)
	var code envelope.Code
	w.send(func(e *envelope.Envelope) {
		e.Subject, code = "Kế hoạch phòng, chống lụt bão năm 2026", e.Code
	}, desk)
	ids["duplicate"] = w.send(func(e *envelope.Envelope) {
		e.Subject, e.Code, e.Other.Priority = "Kế hoạch phòng, chống lụt bão năm 2026 (bản gửi lại)", code, 2
	}, desk)
	w.Party(software).Collect()
	for _, id := range []string{ids["accept"], ids["refuse"]} {
		doc, err := w.Party(software).Client.Document(w.t.Context(), id)
		w.must(err)
		_, err = w.Party(software).Client.Status(w.t.Context(), doc.Deliveries[0].ID, client.StatusRequest{Code: "04", Description: "Giao Văn phòng – Thống kê",
			Staff: client.Staff{Department: "Văn thư", Name: "Lê Thị Văn Thư"}})
		w.must(err)
	}
	w.person("an", desk, exchange.Clerk).post("/van-ban-den/lay", nil)
	return ids
}

func signsIn(t *testing.T, b *browser, w *world, _ map[string]string) {
	_, token, err := w.People.Add(t.Context(), hubtest.Operator(), directory.Draft{Login: "binh", Name: "Trần Thị Bình", Agency: desk,
		Roles: []exchange.PersonRole{exchange.Clerk}})
	w.must(err)
	b.open("/loi-moi/" + token)
	b.see("invitation")
	secret := directory.Enrolment{Secret: eval[string](b, "document.querySelector('code.secret').textContent")}
	b.fill("#mat-khau", password)
	b.fill("#nhac-lai", password)
	b.fill("#ma", w.code(secret))
	if status := b.click("button.primary"); status != 200 || !b.has("Mã dự phòng") {
		t.Fatalf("the link is answered %d: %s", status, b.at())
	}
	b.glance("codes")
	b.click("a.primary")
	if b.at() != "/" || !b.has("Trần Thị Bình") {
		t.Errorf("after the codes one is at %s", b.at())
	}
	b.click("form[action='/dang-xuat'] button")
	w.pass(time.Minute)
	b.see("signin")
	b.fill("#ten", "binh")
	b.fill("#mat-khau", "không phải mật khẩu")
	if status := b.click("main button.primary"); status != 422 || !b.has("Tên đăng nhập hoặc mật khẩu không đúng.") {
		t.Errorf("a wrong password: %d", status)
	}
	b.glance("signin-wrong")
	b.fill("#mat-khau", password)
	b.click("main button.primary")
	b.glance("signin-code")
	b.fill("#ma", w.code(secret))
	b.click("main button.primary")
	if b.at() != "/" || !b.has("Bàn làm việc") {
		t.Errorf("signed in, one is at %s", b.at())
	}
}

func accepts(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.open("/")
	b.see("desk")
	b.click("a.duty")
	b.see("incoming")
	b.leads(chromedp.Click(chromedp.CSS("a[href='/van-ban-den/" + ids["accept"] + "']")))
	b.see("received")
	b.fill("#ghi-chu", "Số đến 456")
	b.click("form[action$='tiep-nhan'] button")
	if !b.has("Đã tiếp nhận lúc") || !b.has("Thông báo đang được chuyển tới bên gửi.") {
		t.Errorf("after accepting: %s", b.at())
	}
	w.Party(department).Collect()
	b.leads(chromedp.Reload())
	if !b.has("Bên gửi đã nhận thông báo lúc") {
		t.Error("the page does not say that the sender has the notice")
	}
	b.see("received-accepted")
}

func refuses(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.open("/van-ban-den/" + ids["refuse"])
	b.click("a[href$='tu-choi']")
	b.see("refusal")
	b.do(chromedp.Click(chromedp.CSS("#ly-do-thieu")))
	b.fill("#giai-thich", "thiếu tệp")
	if got := eval[string](b, "document.querySelector('output').textContent"); got != "9/500" {
		t.Errorf("the counter says %q", got)
	}
	if !b.has("Bên gửi sẽ thấy: Thiếu tệp, phụ lục: thiếu tệp") {
		t.Error("what the sender will read is not shown before it is sent")
	}
	if status := b.click("button.danger"); status != 422 || !b.has("Giải thích có 9 ký tự") {
		t.Errorf("9 characters: %d", status)
	}
	b.glance("refusal-short")
	if eval[string](b, "document.activeElement.getAttribute('role')") != "alert" {
		t.Error("the focus is not on what was wrong")
	}
	b.fill("#giai-thich", ".")
	if status := b.click("button.danger"); status != 200 || !b.has("Đã từ chối tiếp nhận lúc") {
		t.Errorf("10 characters: %d at %s", status, b.at())
	}
	w.Party(department).Collect()
	b.leads(chromedp.Reload())
	if !b.has("Bên gửi đã nhận thông báo lúc") {
		t.Error("the page does not say that the refusal reached the sender")
	}
	b.see("received-refused")
}

// htmx refreshes the table alone while there is a session, and leaves the page when there is none.
func expires(t *testing.T, b *browser, w *world, _ map[string]string) {
	b.open("/van-ban-den?tt=tat-ca")
	eval[chromedp.Void](b, "window.stays = true")
	choose := func(value string) {
		eval[chromedp.Void](b, `var s = document.getElementById("khan"); s.value = "`+value+`"; s.dispatchEvent(new Event("change", {bubbles: true}))`)
	}
	choose("1")
	b.await("the filtered list", "location.search.includes('khan=1') && document.querySelectorAll('table.list tbody tr').length === 3")
	if !eval[bool](b, "window.stays === true") {
		t.Error("the whole page was loaded where a part would do")
	}
	w.pass(31 * time.Minute)
	choose("0")
	b.await("the sign-in page", "location.pathname === '/dang-nhap' && document.readyState === 'complete'")
	if !strings.Contains(b.at(), "ve=%2Fvan-ban-den") || !b.has("Phiên làm việc đã hết.") {
		t.Errorf("one is led to %s", b.at())
	}
	b.glance("signin-ended")
	b.fill("#ten", "an")
	b.fill("#mat-khau", password)
	b.click("main button.primary")
	if !strings.HasPrefix(b.at(), "/van-ban-den?") || !strings.Contains(b.at(), "khan=0") {
		t.Errorf("signed in again, one is at %s", b.at())
	}
}

func switches(t *testing.T, b *browser, _ *world, _ map[string]string) {
	b.open("/van-ban-den?tt=tu-choi")
	b.click("form.lang button")
	if got := eval[string](b, "document.documentElement.lang"); got != "en" || b.at() != "/van-ban-den?tt=tu-choi" || !b.has("Incoming documents") {
		t.Errorf("the page is %s in %s", b.at(), got)
	}
	b.click("form.lang button")
	if got := eval[string](b, "document.documentElement.lang"); got != "vi" {
		t.Errorf("back again, the page is in %s", got)
	}
}

func typesOnly(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.click("form[action='/dang-xuat'] button")
	b.tabTo("#ten")
	b.press("an")
	b.press(kb.Tab)
	b.press(password)
	b.leads(chromedp.KeyEvent(kb.Enter))
	if b.at() != "/" {
		t.Fatalf("signed in, one is at %s", b.at())
	}
	b.press(kb.Tab)
	if !eval[bool](b, "document.activeElement.matches('a.skip') && document.activeElement.getBoundingClientRect().left >= 0") {
		t.Error("the first Tab does not lead to a visible way past the frame")
	}
	b.press(kb.Enter)
	b.tabTo("a.duty")
	b.leads(chromedp.KeyEvent(kb.Enter))
	b.press("/")
	b.await("the search field", "document.activeElement.id === 'find'")
	eval[chromedp.Void](b, "document.activeElement.value = ''") // the protocol types the key's letter by itself, whatever the page says
	b.press("ra soat thu tuc")
	b.leads(chromedp.KeyEvent(kb.Enter))
	b.tabTo("a[href='/van-ban-den/" + ids["keyboard"] + "']")
	b.leads(chromedp.KeyEvent(kb.Enter))
	b.tabTo("form[action$='tiep-nhan'] button")
	b.leads(chromedp.KeyEvent(kb.Enter))
	if !b.has("Đã tiếp nhận lúc") {
		t.Errorf("after accepting: %s", b.at())
	}
}

func looksAround(t *testing.T, b *browser, w *world, ids map[string]string) {
	for _, screen := range []struct{ name, path string }{
		{"received-duplicate", "/van-ban-den/" + ids["duplicate"]},
		{"incoming-nomatch", "/van-ban-den?tt=tat-ca&q=khong+co+van+ban+nay"},
		{"incoming-empty", "/van-ban-den?tt=hoan-thanh"},
		{"account", "/tai-khoan"},
		{"secondfactor", "/tai-khoan/hai-lop"},
		{"error-404", "/van-ban-den/khong-co"},
	} {
		b.open(screen.path)
		b.see(screen.name)
	}
	b.takeOver(w.person("chi", department, exchange.Clerk))
	for _, screen := range []struct{ name, path string }{
		{"outgoing", "/van-ban-di"}, {"outgoing-attention", "/van-ban-di?tt=can-chu-y"}, {"sent", "/van-ban-di/" + ids["refuse"]},
		{"desk-sender", "/"},
	} {
		b.open(screen.path)
		b.see(screen.name)
	}
	b.takeOver(w.person("dung", software, exchange.Clerk))
	for _, screen := range []struct{ name, path string }{
		{"incoming-software", "/van-ban-den?tt=tat-ca"}, {"received-software", "/van-ban-den/" + ids["accept"]},
	} {
		b.open(screen.path)
		b.see(screen.name)
	}
	b.takeOver(w.person("oper", "", exchange.Operate))
	b.open("/")
	b.see("account-operator")
	if status := b.open("/van-ban-den"); status != 403 {
		t.Errorf("an operator gets a clerk's list: %d", status)
	}
	b.see("error-403")
}

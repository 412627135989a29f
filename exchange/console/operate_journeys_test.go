package console_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// The journeys of an operator in a real browser, one after the other.
func TestOperateJourneys(t *testing.T) {
	t.Parallel()
	chromium(t)
	w, oper := newOperateWorld(t, func(o *console.Options) { o.Machine = furnished() })
	b := newBrowser(t, w)
	w.fail140()
	b.takeOver(oper)
	for _, journey := range []struct {
		name string
		walk func(*testing.T, *browser, *world)
	}{
		{"the overview leads to what is to be done", overlooks},
		{"deliveries are narrowed by views, and shown in other columns", narrows},
		{"137 dead letters are sent again after the preview", resends},
		{"one delivery is looked into", looksInto},
		{"an agency is taken up", takesUp},
		{"agencies are imported after the preview", imports},
		{"all other screens of an operator", looksAtTheRest},
	} {
		t.Run(journey.name, func(t *testing.T) {
			b.t = t
			journey.walk(t, b, w)
		})
	}
	b.t = t
}

// fail140 sends 35 documents to each of the agencies that are posted to, has all given up, and three of them answered after all;
// others wait, and some arrived.
func (w *world) fail140() {
	w.t.Helper()
	for i := range 35 {
		w.send(func(e *envelope.Envelope) { e.Other.Priority = i % 4 }, postedTo...)
	}
	for i, id := range postedTo {
		given := w.giveUp(id, []string{"http-503", "timeout", "dial", "http-503"}[i])
		if i < 3 {
			w.answersAnyway(given[0])
		}
	}
	for range 4 {
		w.send(nil, desk, software)
	}
	w.Party(software).Collect()
	w.Party(department).Collect()
	w.backedUp()
}

func overlooks(t *testing.T, b *browser, w *world) {
	b.open("/")
	if b.at() != "/van-hanh/tong-quan" || !b.has("1 việc cần xử lý") || !b.has("140 lượt chuyển đã dừng") {
		t.Errorf("an operator begins at %s", b.at())
	}
	b.see("overview")
	id := w.send(nil, postedTo[0])
	b.await("the figures of one more document", "document.querySelector('#tiles strong').textContent.startsWith('40 ')")
	w.giveUp(postedTo[0], "timeout")
	b.await("the verdict with one dead letter more", "document.querySelector('#verdict').innerText.includes('141 lượt chuyển')")
	d, err := w.Store.DeliveriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	_, err = w.Exchange.Requeue(t.Context(), exchange.Caller{Operator: "test"}, d[0].ID, "chỉ để thử")
	w.must(err)
	b.click(".verdict a")
	b.see("deadletters")
	b.open("/van-hanh/hang-doi")
	b.see("queues")
	b.open("/van-hanh/giao-dich")
	b.see("traffic")
	b.open("/van-hanh/giao-dich?q=khong-co")
	b.see("traffic-nomatch")
}

func narrows(t *testing.T, b *browser, w *world) {
	w.send(func(e *envelope.Envelope) { e.Other.Priority = 3 }, desk, software)
	w.send(func(e *envelope.Envelope) {
		e.Attachments = []envelope.Attachment{envelope.NewAttachment("ban-ve.pdf", bytes.Repeat([]byte("%PDF"), 4<<20))}
	}, desk)
	for i, view := range []struct {
		name, address string
		rows          int
	}{{"errors", "ket-thuc=ngay&tt=dead-lettered", 50}, {"urgent", "khan=1&tt=underway", 2}, {"large", "lon-hon=20", 1}} {
		b.open("/van-hanh/giao-dich")
		b.click(fmt.Sprintf("nav.chips li:nth-child(%d) a", i+1))
		if rows := eval[int](b, "document.querySelectorAll('table.list tbody tr').length"); b.at() != "/van-hanh/giao-dich?"+view.address || rows != view.rows {
			t.Errorf("%s: %d rows at %s, want %d", view.name, rows, b.at(), view.rows)
		}
		b.see("traffic-" + view.name)
	}
	b.do(chromedp.Click(chromedp.CSS("details:has(#ten) summary")))
	b.fill("#ten", "Tệp lớn gửi xã")
	b.click("details:has(#ten) button")
	b.see("traffic-saved")
	b.do(chromedp.Click(chromedp.CSS(".tools details summary")))
	for _, name := range []string{"kenh", "lan-tiep", "xu-ly", "tong-thoi-gian"} {
		b.do(chromedp.Click(chromedp.CSS("#cot-" + name)))
	}
	b.glance("traffic-choosing")
	b.click(".tools details button.primary")
	b.open("/van-hanh/giao-dich")
	const titles = "Array.from(document.querySelectorAll('table.list th')).map(e => e.textContent).join('|')"
	if got := eval[string](b, titles); got != "Lúc|Từ → đến|Số ký hiệu|Loại gói|Chuyển|Lần|Lần tiếp|Kênh|Kích thước|Lỗi" {
		t.Errorf("the columns are not those that were chosen: %s", got)
	}
	b.see("traffic-columns")
	b.do(chromedp.Click(chromedp.CSS(".tools details summary")))
	b.click(".tools details button[value='0']")
	if got := eval[string](b, titles); got != usualColumns {
		t.Errorf("the usual columns are not back: %s", got)
	}
}

func resends(t *testing.T, b *browser, w *world) {
	b.open("/van-hanh/giao-dich?tt=dead-lettered")
	b.see("traffic-dead")
	b.click("#list a.button")
	if !b.has("Sẽ gửi lại 137 văn bản tới 4 đơn vị") || !b.has("Không gửi 3: 3 nơi nhận đã trả lời") {
		t.Errorf("the preview does not say what would be sent")
	}
	b.see("resend")
	b.fill("#ly-do", "đường truyền tới các xã đã thông")
	b.fill("#so", "140")
	if status := b.click("button.danger"); status != 422 || !b.has("hiện có 137 văn bản") {
		t.Errorf("the wrong number: %d", status)
	}
	b.glance("resend-wrong")
	eval[string](b, "document.getElementById('so').value = ''")
	b.fill("#so", "137")
	b.click("button.danger")
	b.await("the end", "document.querySelector('#job [role=status]').textContent.includes('137/137') && !document.querySelector('#job[hx-get]')")
	b.see("resending")
	left, err := w.Exchange.DeadLetters(t.Context(), exchange.Caller{Operator: "test"}, 0, "")
	w.must(err)
	if len(left.Rows) != 3 {
		t.Errorf("%d dead letters are left, want the three that were answered", len(left.Rows))
	}
	again := 0
	for from := int64(0); ; {
		records, err := w.Store.Entries(t.Context(), from, 1000)
		w.must(err)
		if len(records) == 0 {
			break
		}
		for _, r := range records {
			if r.Entry.Type == "requeued" && w.People.NameOf(r.Entry.Credential) != "" && r.Side.Fields["reason"] == "đường truyền tới các xã đã thông" {
				again++
			}
		}
		from = records[len(records)-1].Index + 1
	}
	if again != 137 {
		t.Errorf("the log has %d requeues by the operator's session with the reason, want 137", again)
	}
}

func looksInto(t *testing.T, b *browser, w *world) {
	id := w.send(nil, postedTo[1], desk)
	ctx, now := t.Context(), time.Now()
	for i, reason := range []string{"dial", "timeout", "http-502"} {
		now = now.Add(time.Second)
		leases, err := w.Store.Lease(ctx, exchange.LeaseRequest{Agency: postedTo[1], Now: now, Until: now.Add(time.Minute), Max: 200})
		w.must(err)
		for _, l := range leases {
			o := exchange.Outcome{Result: exchange.ResultRetry, Reason: reason, RetryAt: now, Took: 250 * time.Millisecond, Detail: fmt.Sprintf("lần %d: dial tcp 10.1.2.3:443: connect: connection refused", i+1)}
			if string(l.Message.ID) != id {
				o.RetryAt = now.Add(time.Hour)
			}
			_, err := w.Exchange.Settle(ctx, l, o)
			w.must(err)
		}
	}
	d := w.giveUpAt(postedTo[1], "http-503", now.Add(time.Second))
	one := ""
	for _, x := range d {
		if string(x.Message) == id {
			one = "/van-hanh/giao-dich/" + id + "/" + string(x.ID)
		}
	}
	b.open(one)
	b.see("transfer")
	b.do(chromedp.Click(chromedp.CSS(".choose li:last-child a")))
	b.await("the first attempt", "document.body.innerText.includes('lần 1: dial tcp')")
	b.see("transfer-first")
	b.fill("#ly-do", "ngắn")
	b.fill("#ly-do", " – đã sửa máy chủ")
	b.click("form[action$='gui-lai'] button")
	if !b.has("Chờ chuyển") && !b.has("Đang chuyển") {
		t.Errorf("after sending again: %s", b.at())
	}
	b.see("transfer-again")
}

func takesUp(t *testing.T, b *browser, w *world) {
	b.open("/van-hanh/don-vi")
	b.see("roster")
	b.click("a.primary")
	b.see("enrol")
	b.fill("#ma", "H44.24.77")
	b.fill("#ten", "UBND xã Vân Phú")
	b.fill("#cha", string(desk))
	b.click("main button.primary")
	if b.at() != "/van-hanh/don-vi/H44.24.77?xong=luu" || !b.has("Đã lưu.") {
		t.Fatalf("after saving: %s", b.at())
	}
	b.see("profile-new")
	b.do(chromedp.Click(chromedp.CSS("details:has(#mang) summary")))
	b.do(chromedp.Click(chromedp.CSS("#moi-noi")))
	b.click("form[action$='/khoa'] button")
	if !b.has("Chỉ hiện một lần") {
		t.Error("no key is shown")
	}
	b.glance("profile-key")
	b.open("/van-hanh/don-vi/" + string(software))
	b.see("profile")
	b.open("/van-hanh/don-vi/" + string(postedTo[0]))
	b.see("profile-push")
}

func imports(t *testing.T, b *browser, w *world) {
	b.open("/van-hanh/don-vi")
	b.click("a[href='/van-hanh/don-vi-nhap']")
	b.see("import")
	b.choose(t, "id,name,level\nH44.24.78,UBND xã Tề Lễ,xã\nH44.24.79\n")
	b.click("main button.primary")
	if !b.has("Cấp “xã” không có") || !b.has("Dòng có 1 ô") {
		t.Errorf("the mistakes are not told: %s", b.at())
	}
	b.glance("import-mistakes")
	b.choose(t, "id,name,parent,level\nH44.24.78,UBND xã Tề Lễ,H44.24.05,commune\n"+string(software)+",UBND phường Hưng Long,,commune\n")
	b.click("main button.primary")
	b.click("main button.primary")
	if !b.has("Đã ghi vào danh bạ") {
		t.Errorf("not imported: %s", b.at())
	}
	b.open("/van-hanh/don-vi-nhap")
	b.choose(t, "old,new,from,until,kind,name\nH44.24.78,,2025-07-01,,close,\n"+string(postedTo[3])+","+string(postedTo[2])+",01/07/2025,2027-07-01,merge,\n"+string(software)+",H44.24.106,01/07/2025,,rename,UBND phường Hưng Long Mới\n")
	b.click("#sap-nhap")
	if !b.has("UBND phường Hưng Long Mới") || !b.has("H44.24.78, UBND xã Tề Lễ, chấm dứt ngày 01/07/2025") {
		t.Errorf("the preview does not say what changes: %s", b.at())
	}
	b.see("importing")
	b.click("main button.primary")
	b.see("imported")
}

// choose puts a file of that content into the page's form.
func (b *browser) choose(t *testing.T, content string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "don-vi.csv")
	b.must(os.WriteFile(path, []byte("\ufeff"+content), 0o600))
	b.do(chromedp.SetUploadFiles(chromedp.CSS("#tep"), []string{path}))
}

func looksAtTheRest(t *testing.T, b *browser, w *world) {
	b.open("/van-hanh/nguoi-dung")
	b.see("staff")
	b.fill("#ho-ten", "Trần Thị Lan")
	b.fill("#ten", "lan")
	b.fill("#don-vi", string(desk))
	b.click("main section.card button.primary")
	if !b.has("/loi-moi/") {
		t.Errorf("no link for a new person: %s", b.at())
	}
	b.glance("staff-link")
	b.open("/van-hanh/lich")
	b.see("calendar")
	b.fill("#ngay", "off 2026-12-31 Nghỉ bù\n")
	b.click("main button.primary")
	if !b.has("Đã lưu, bản 1.") || !b.has("31/12/2026") {
		t.Errorf("the calendar was not saved: %s", b.at())
	}
	b.see("calendar-saved")
	b.open("/van-hanh/he-thong")
	b.see("system")
	b.open("/van-hanh/thu-chet?dv=H44.99")
	b.see("deadletters-none")
}

// furnished is a machine with something to say of everything.
func furnished() console.Machine {
	m := healthy()
	m.Stored = func() ([]console.Stored, error) {
		return []console.Stored{{Name: "segments", Bytes: 41 << 30}, {Name: "hub.db", Bytes: 700 << 20}, {Name: "revocation", Bytes: 90 << 10}}, nil
	}
	m.Settings = []console.Setting{{Path: "hub.name", Value: "Trục thử nghiệm", Source: "/etc/lienthong.yaml:4"}, {Path: "delivery.workers", Value: "16", Source: "default"}, {Path: "admin.listen", Value: "127.0.0.1:9090", Source: "default"},
		{Path: "delivery.lifetime", Value: "[20wd, 10wd, 7wd, 5wd, 5wd]", Source: "default"}, {Path: "delivery.answer", Value: "3wd", Source: "/etc/lienthong.yaml:9"},
		{Path: "revocation.allow", Value: "[10.0.0.0/8, 192.168.0.0/16]", Source: "LIENTHONG_REVOCATION_ALLOW"}}
	m.Endings = func() []console.Ending {
		return []console.Ending{{Agency: department, Fingerprint: strings.Repeat("5e", 32), At: time.Now().Add(41 * 24 * time.Hour)}, {Fingerprint: strings.Repeat("ab", 32), At: time.Now().Add(900 * 24 * time.Hour)}}
	}
	m.Sources = func() []client.RevocationSource {
		return []client.RevocationSource{{Kind: "crl", Subject: "CN=Sub-CA TEST ONLY", Place: "http://crl.ca.example/sub.crl", Fresh: true, Asked: time.Now(), NextUpdate: time.Now().Add(24 * time.Hour)},
			{Kind: "ocsp", Subject: "CN=Sở Nội vụ TEST ONLY", Place: "http://ocsp.ca.example", Fresh: true, Asked: time.Now(), NextUpdate: time.Now().Add(time.Hour)}}
	}
	return m
}

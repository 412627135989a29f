package console_test

import (
	"archive/zip"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/lienthong/lienthong/envelope"
)

// downloaded clicks on what is downloaded, and returns where the file lies when it is whole.
func (b *browser) downloaded(css string) string {
	b.t.Helper()
	dir, events := b.t.(*testing.T).TempDir(), true
	_, err := chromedp.Call(b.ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{
		Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllowAndName, DownloadPath: dir, EventsEnabled: &events})
	b.must(err)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	progress := chromedp.Events(ctx, cdpbrowser.DownloadProgress)
	b.do(chromedp.Click(chromedp.CSS(css)))
	for e, err := range progress {
		b.must(err)
		if e.State == cdpbrowser.DownloadProgressStateCompleted {
			return filepath.Join(dir, e.GUID)
		}
	}
	b.t.Fatalf("nothing is downloaded by %s", css)
	return ""
}

func downloadsTwo(t *testing.T, b *browser, w *world, ids map[string]string) {
	b.takeOver(w.signedIn("an"))
	b.open("/van-ban-den?tt=cho")
	if status := b.click("button[formaction]"); status != 400 || !b.has("Hãy chọn từ 1 đến 50 văn bản.") {
		t.Errorf("nothing was chosen, and the answer is %d", status)
	}
	b.open("/van-ban-den?tt=cho")
	for _, id := range []string{ids["one"], ids["kept"]} {
		b.do(chromedp.Click(chromedp.CSS("input[value='" + id + "']")))
	}
	b.glance("clerk-chosen")
	z, err := zip.OpenReader(b.downloaded("button[formaction]"))
	w.must(err)
	defer z.Close()
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	if all := strings.Join(names, " "); len(names) != 5 || strings.Count(all, "/Văn bản.pdf") != 2 || strings.Count(all, ".edxml") != 2 || !strings.HasSuffix(all, "danh-sach.csv") {
		t.Errorf("the zip has %q", names)
	}
	if b.at() != "/van-ban-den?tt=cho" || eval[int](b, "document.querySelectorAll('input[name=van-ban]:checked').length") != 2 {
		t.Errorf("after the download one is at %s, and what was chosen is not chosen any more", b.at())
	}
}

func choosesTooMuch(t *testing.T, b *browser, huge *atomic.Bool, ids map[string]string) {
	b.open("/van-ban-den?tt=cho")
	for _, id := range []string{ids["one"], ids["kept"]} {
		b.do(chromedp.Click(chromedp.CSS("input[value='" + id + "']")))
	}
	huge.Store(true)
	status := b.click("button[formaction]")
	huge.Store(false)
	if status != 413 || !b.has("tổng cộng 400 MB; mỗi lần tải về tối đa 256 MB. Hãy quay lại, chọn ít văn bản hơn") {
		t.Errorf("two of 200 MB: %d", status)
	}
	b.glance("clerk-download-too-much")
	b.click("main a.button")
	if b.at() != "/van-ban-den?tt=cho" {
		t.Errorf("the way back leads to %s", b.at())
	}
}

// onPaper has the page drawn as for a printer, or as on the screen again.
func (b *browser) onPaper(on bool) {
	b.t.Helper()
	media := map[bool]string{true: "print"}[on]
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: media})
	b.must(err)
}

// controls names what can be seen and is of no use on paper.
const controls = `Array.from(document.querySelectorAll("button, input, select, summary, nav, header, footer, .unseen")).filter(e => e.getClientRects().length)
	.map(e => e.tagName + "." + e.className).join(", ")`

// The list is printed as it is narrowed: a table, with whose it is, what it shows and when, and nothing of the page's frame.
func printsList(t *testing.T, b *browser, w *world, _ map[string]string) {
	long := "V/v triển khai thực hiện Quyết định số 28/2018/QĐ-TTg ngày 12 tháng 7 năm 2018 của Thủ tướng Chính phủ về việc gửi, nhận văn bản điện tử giữa các cơ quan trong hệ thống hành chính nhà nước"
	w.send(titled(long), desk)
	for range 30 {
		w.send(titled("Giấy mời họp triển khai kế hoạch"), desk)
	}
	v := w.signedIn("an")
	v.post("/van-ban-den/lay", nil)
	b.takeOver(v)
	for _, c := range []struct {
		name, path string
		want, not  []string
	}{
		{"list-all", "/van-ban-den?tt=cho", []string{"Đang xem: Chờ tiếp nhận", "Số văn bản trong danh sách này: 37.", "Giấy mời họp triển khai kế hoạch"}, []string{"Còn văn bản ở trang sau"}},
		{"list-narrowed", "/van-ban-den?tt=tat-ca&q=quyet+dinh&khan=0&tu=2026-01-02", []string{"Đang xem: Tất cả; Từ: quyet dinh; Từ ngày 02/01/2026; Thường",
			"Số văn bản trong danh sách này: 2.", "Quyết định phê duyệt danh mục dịch vụ công trực tuyến"}, []string{"Giấy mời"}},
	} {
		b.open(c.path)
		if shown := eval[string](b, "getComputedStyle(document.querySelector('.printed')).display"); shown != "none" {
			t.Errorf("what is for paper is %s on the screen", shown)
		}
		eval[chromedp.Void](b, "window.print = function () { window.isPrinted = true; }")
		b.do(chromedp.Click(chromedp.CSS("[data-print]")))
		b.await("the print", "window.isPrinted === true")
		b.onPaper(true)
		if left := eval[string](b, controls); left != "" {
			t.Errorf("%s: on paper there are %s", c.name, left)
		}
		b.onPaper(false)
		text := pdftotext(t, b.printed(c.name))
		for _, want := range append(c.want, "UBND XÃ ĐỒNG THỊNH", "VĂN BẢN ĐẾN", "người in: Nguyễn Thị an", "Số ký hiệu,", "Trích yếu", "Sở Nội vụ", "CV-VP", "Chữ ký số hợp lệ", "Đã đến",
			"V/v triển khai thực hiện Quyết định số 28/2018/QĐ-TTg", "quan trong hệ thống hành chính nhà nước") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the print does not say %q: %.1500s", c.name, want, text)
			}
		}
		for _, frame := range append(c.not, "Bàn làm việc", "Lấy văn bản mới", "In danh sách", "Tiếp nhận", "Tải về", "Lọc", "Quá hạn", "Phiên bản", "Chọn ", "Xóa bộ lọc", "Lưu") {
			if strings.Contains(text, frame) {
				t.Errorf("%s: the print says %q: %.1500s", c.name, frame, text)
			}
		}
		if !regexp.MustCompile(`Danh sách lúc \d\d/\d\d/\d{4} \d\d:\d\d; in lúc \d\d/\d\d/\d{4} \d\d:\d\d; người in: .* 1/[1-9]`).MatchString(text) {
			t.Errorf("%s: the print does not say when, or which of its pages: %.1500s", c.name, text)
		}
	}
	b.see("clerk-narrowed")
}

func titled(subject string) func(*envelope.Envelope) {
	return func(e *envelope.Envelope) { e.Subject = subject }
}

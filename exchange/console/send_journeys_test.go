package console_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// The journeys of an agency without software that sends, and of the papers that people print.
func TestSendJourneys(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newWorld(t)
	b := newBrowser(t, w)
	to := communes(w)
	b.takeOver(w.person("an", desk, exchange.Clerk))
	var path string // of the document that was sent
	for _, journey := range []struct {
		name string
		walk func(*testing.T)
	}{
		{"a clerk looks an agency up", func(t *testing.T) { looksUp(t, b) }},
		{"a clerk sends a file to twelve", func(t *testing.T) { path = uploads(t, b, w, to) }},
		{"what is wrong with a file is said", func(t *testing.T) { uploadsWrong(t, b, w) }},
		{"a slip is printed and confirmed", func(t *testing.T) { prints(t, b, w, path) }},
		{"a PDF is looked at", func(t *testing.T) { looksAtPDF(t, b, w) }},
	} {
		t.Run(journey.name, func(t *testing.T) {
			b.t = t
			journey.walk(t)
		})
	}
	b.t = t
}

// communes enrols twelve that take documents, and some that take none.
func communes(w *world) (to []exchange.AgencyID) {
	w.t.Helper()
	names := []string{"Đồng Lương", "Quảng Yên", "Thanh Ba", "Hạ Hòa", "Tam Nông", "Lâm Thao", "Phù Ninh", "Yên Lập", "Cẩm Khê", "Thanh Sơn", "Tân Sơn", "Đoan Hùng"}
	for i, name := range names {
		id := exchange.AgencyID(fmt.Sprintf("H44.26.%02d", i+1))
		w.Enrol(exchange.Agency{ID: id, Name: "UBND xã " + name})
		to = append(to, id)
	}
	ended := time.Now().AddDate(0, -2, 0)
	for _, a := range []exchange.Agency{
		{ID: "H44.24.01", Name: "UBND xã Đồng Thịnh (trước sắp xếp)", ClosedAt: ended, Successors: []exchange.Successor{{Agency: desk, From: ended}}},
		{ID: "H44.24.02", Name: "Trường Tiểu học Đồng Thịnh", Channel: exchange.NoChannel, Gateway: desk, Parent: desk},
		{ID: "H44.24.03", Name: "Trạm Y tế xã Đồng Thịnh", Channel: exchange.NoChannel},
	} {
		a.Level = exchange.Commune
		if a.Channel == "" {
			a.Channel = exchange.Pull
		}
		_, err := w.Directory.Put(w.t.Context(), hubtest.Operator(), a)
		w.must(err)
	}
	return to
}

func looksUp(t *testing.T, b *browser) {
	b.open("/")
	b.click("nav.menu a[href='/gui-van-ban']")
	b.see("send")
	b.fill("#agency", "dong thinh")
	b.await("what was found", "document.querySelectorAll('#found tbody tr').length === 4")
	for _, want := range []string{"UBND xã Đồng Thịnh", "API, đơn vị lấy", "Đơn vị kế thừa nhận", "Qua đơn vị đầu mối", "Không gửi được"} {
		if !b.has(want) {
			t.Errorf("the look-up does not say %q", want)
		}
	}
	if b.at() != "/gui-van-ban" {
		t.Errorf("the look-up leads to %s", b.at())
	}
	b.glance("send-lookup")
	b.open("/van-ban-di")
	b.fill("#nguon", "hung long")
	b.await("what the filter suggests", "document.querySelector('#nguon-goi-y option')?.value === 'H44.24.06'")
	b.open("/danh-ba?q=dong+thinh")
	b.see("agencies")
}

// onDisk is a file that a browser can upload.
func onDisk(t *testing.T, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "cong-van.edxml")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func uploads(t *testing.T, b *browser, w *world, to []exchange.AgencyID) (path string) {
	p := w.Party(desk)
	e := p.Document(to...)
	e.Subject = "V/v triển khai phòng, chống cháy rừng mùa khô năm 2026"
	e.Attachments = []envelope.Attachment{envelope.NewAttachment("Công văn.pdf", []byte("%PDF-1.4 TEST ONLY")), envelope.NewAttachment("Phụ lục.xlsx", []byte("PK TEST ONLY"))}
	b.open("/gui-van-ban")
	b.fill("#tep", onDisk(t, p.Signed(e)))
	b.do(chromedp.Click(chromedp.CSS("button[formaction$='kiem-tra']")))
	b.await("the checks", "document.querySelectorAll('#result tbody tr').length === 12")
	if !b.has("Hợp lệ, gửi được tới 12 đơn vị. Chưa gửi") || eval[int](b, "document.querySelector('#tep').files.length") != 1 {
		t.Error("the file is not kept to be sent")
	}
	b.glance("send-checked")
	b.click("form[enctype] button.primary")
	path, _, _ = strings.Cut(b.at(), "?")
	if !strings.HasPrefix(path, "/van-ban-di/") || !b.has("Đã gửi. Theo dõi tại đây.") || !b.has("0/12 đã tiếp nhận · 12 chưa đến") ||
		eval[int](b, "document.querySelectorAll('section table tbody tr').length") != 12 {
		t.Errorf("after sending one is at %s", b.at())
	}
	b.see("sent-just-now")
	return path
}

func uploadsWrong(t *testing.T, b *browser, w *world) {
	p := w.Party(desk)
	b.open("/gui-van-ban")
	b.fill("#tep", onDisk(t, p.Leaf.Sign(emptied(p.Build(p.Document(software)), "Subject", "CodeNotation"))))
	b.do(chromedp.Click(chromedp.CSS("button[formaction$='kiem-tra']")))
	b.await("what is wrong", "document.querySelectorAll('#result .checks li').length >= 2")
	b.glance("send-faults")
	b.open("/gui-van-ban")
	b.fill("#tep", onDisk(t, []byte("%PDF-1.4 TEST ONLY")))
	if status := b.click("form[enctype] button.primary"); status != 400 || !b.has("Hãy chọn gói tin edXML đã ký số") {
		t.Errorf("a PDF is answered %d at %s", status, b.at())
	}
	b.glance("send-pdf")
}

// pdftotext is the text of a PDF, or the end of the test.
func pdftotext(t *testing.T, pdf []byte) string {
	t.Helper()
	program, err := exec.LookPath("pdftotext")
	if err != nil {
		const why = "pdftotext is not installed: apt-get install poppler-utils"
		if required("pdftotext") {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	path := filepath.Join(t.TempDir(), "phieu.pdf")
	if err := os.WriteFile(path, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	text, err := exec.CommandContext(ctx, program, path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(text)), " ")
}

// printed prints the page, as a person would on the printer of the office.
func (b *browser) printed(name string) []byte {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPaper(chromedp.PaperA4), chromedp.PDFPreferCSSPageSize()))
	b.must(err)
	if b.shots != "" {
		b.must(os.WriteFile(filepath.Join(b.shots, name+".pdf"), pdf, 0o644))
	}
	return pdf
}

func prints(t *testing.T, b *browser, w *world, path string) {
	w.Party("H44.26.01").Collect()
	b.open(path)
	b.click("a[href$='/phieu']")
	b.see("slip-sent")
	text := pdftotext(t, b.printed("slip-sent"))
	code := eval[string](b, "document.querySelector('.paperend code').textContent")
	for _, want := range []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "UBND XÃ ĐỒNG THỊNH", "PHIẾU XÁC NHẬN GỬI VĂN BẢN ĐIỆN TỬ",
		"V/v triển khai phòng, chống cháy rừng mùa khô năm 2026", "Công văn.pdf", "Danh sách nơi nhận: 12", "STT", "UBND xã Đoan Hùng", "H44.26.12", "Đã đến", "Chưa đến",
		"In bởi Nguyễn Thị an", code} {
		if !strings.Contains(text, want) {
			t.Errorf("the printed slip does not say %q: %s", want, text)
		}
	}
	for _, frame := range []string{"Bàn làm việc", "Quay lại", "Phiên bản"} {
		if strings.Contains(text, frame) {
			t.Errorf("the frame of the page is printed: %q", frame)
		}
	}
	address := eval[string](b, "document.querySelector('.paperend p:nth-of-type(3) code').textContent")
	u, err := url.Parse(address)
	w.must(err)
	b.click("form[action='/dang-xuat'] button")
	if status := b.open(u.Path); status != 200 || !strings.HasPrefix(address, w.URL+"/") || !b.has("Phiếu này do trục lập và khớp với nhật ký.") || !b.has("Chưa đến 11") {
		t.Errorf("%s is answered %d", address, status)
	}
	b.see("vouched")
	forged := strings.Replace(u.Path, code[len(code)-5:], "aaaaa", 1)
	if status := b.open(forged); status != 404 || !b.has("Mã này không phải của phiếu nào do trục này lập.") {
		t.Errorf("a forged code is answered %d", status)
	}
	b.see("vouched-not")
}

func looksAtPDF(t *testing.T, b *browser, w *world) {
	pdf := b.printed("any") // of the page that is open
	id := w.send(func(e *envelope.Envelope) {
		e.Attachments = []envelope.Attachment{envelope.NewAttachment("Công văn.pdf", pdf)}
	}, desk)
	v := w.person("ba", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	v.post("/van-ban-den/"+id+"/tiep-nhan", url.Values{"ghi-chu": {"Số đến 12"}})
	b.takeOver(v)
	b.open("/van-ban-den/" + id)
	b.see("received-pdf")
	b.click("a[href$='/phieu']")
	b.see("slip-received")
	if text := pdftotext(t, b.printed("slip-received")); !strings.Contains(text, "PHIẾU TIẾP NHẬN VĂN BẢN ĐIỆN TỬ") || !strings.Contains(text, "Nguyễn Thị ba") {
		t.Errorf("the slip: %s", text)
	}
	if status := b.open("/van-ban-den/" + id + "/tep/1/xem"); status != 200 {
		t.Errorf("the PDF is answered %d", status)
	}
}

package console_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// exchanged is a world in which documents have travelled, people have signed in and an operator has read one.
func exchanged(t *testing.T) (*world, string) {
	t.Helper()
	w := newWorld(t)
	id := w.send(nil, desk, software)
	w.send(nil, software)
	w.Party(software).Collect()
	doc, err := w.Party(software).Client.Document(t.Context(), id)
	w.must(err)
	_, err = w.Party(software).Client.Status(t.Context(), doc.Deliveries[0].ID, client.StatusRequest{Code: "02", Description: "Gửi nhầm nơi nhận, đề nghị gửi lại",
		Staff: client.Staff{Name: "Lê Thị Văn Thư"}})
	w.must(err)
	clerk := w.person("an", desk, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	clerk.post("/van-ban-den/"+id+"/tiep-nhan", nil)
	w.Party(department).Collect()
	oper, _ := w.People.Person("an")
	_, body, err := w.Exchange.Content(t.Context(), exchange.Caller{Operator: "vanhanh", Credential: oper.ID}, exchange.MessageID(id), "Kiểm tra khiếu nại của đơn vị gửi")
	w.must(err)
	w.must(body.Close())
	return w, id
}

// flip changes a byte of what the store keeps behind the hub's back: every place in its file where the text stands. bbolt
// maps the file, so that the hub that runs over it sees it at once.
func flip(t testing.TB, w *world, text, with string) {
	t.Helper()
	if len(text) != len(with) {
		t.Fatal("another length would break the file itself")
	}
	path := filepath.Join(w.Dir, "hub.db")
	raw, err := os.ReadFile(path)
	w.must(err)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	w.must(err)
	defer f.Close()
	found := 0
	for at := 0; ; found++ {
		i := bytes.Index(raw[at:], []byte(text))
		if i < 0 {
			break
		}
		_, err := f.WriteAt([]byte(with), int64(at+i))
		w.must(err)
		at += i + len(text)
	}
	if found == 0 {
		t.Fatalf("%.60q does not stand in the store's file", text)
	}
}

// An auditor verifies the log, compares checkpoints, looks at one entry with its proof, and sees what was tampered with.
func TestAuditJourneys(t *testing.T) {
	t.Parallel()
	chromium(t)
	w, id := exchanged(t)
	b := newBrowser(t, w)
	kept, _, err := w.Store.Checkpoint(t.Context())
	w.must(err)
	b.takeOver(w.person("soat", "", exchange.Audit))
	b.open("/")
	if b.at() != "/kiem-tra/nhat-ky" || !b.has("việc xem của bạn cũng được ghi") {
		t.Fatalf("an auditor begins at %s", b.at())
	}
	b.see("audit-log")

	// From a number to the document's whole life, at both ends.
	b.fill("#van-ban", id)
	b.click("form.filter button")
	if b.at() != "/kiem-tra/van-ban/"+id || !b.has("báo trạng thái: Từ chối tiếp nhận") || !b.has("báo trạng thái: Đã tiếp nhận") {
		t.Errorf("the life of a document is %s", b.at())
	}
	if b.has("V/v thử nghiệm") {
		t.Error("an auditor is shown a subject")
	}
	b.see("audit-life")
	b.leads(chromedp.Click(chromedp.CSS("table.log a[href^='/kiem-tra/nhat-ky/']")))
	if !b.has("Khớp: bản ghi số") || !b.has("Gốc đã ký") {
		t.Errorf("the entry is not proved at %s", b.at())
	}
	b.see("audit-record")
	b.open("/kiem-tra/quan-tri")
	if !b.has("Kiểm tra khiếu nại của đơn vị gửi") || !b.has("mở nội dung văn bản") {
		t.Error("the operator's reading is not shown with its reason")
	}
	b.see("audit-acts")
	b.open("/kiem-tra/truy-cap")
	b.see("audit-access")

	// The whole log is intact, and the kept checkpoint is of it.
	b.open("/kiem-tra/toan-ven")
	b.see("audit-integrity")
	b.click("form.filter button")
	b.await("the end of the verification", "document.body.innerText.includes('Nguyên vẹn: các bản ghi 0 …')")
	b.glance("audit-verified")
	b.open("/kiem-tra/toan-ven")
	eval[chromedp.Void](b, "document.getElementById('moc').value = "+quoted(string(kept)))
	b.click("form[action$='so-sanh'] button")
	if !b.has("Khớp: nhật ký hiện nay") || !b.has("Chữ ký của trục hợp lệ") {
		t.Error("a good checkpoint does not agree")
	}
	b.glance("audit-compared")
	altered := strings.Replace(string(kept), "\n", "\n1", 1) // of a size that it did not have
	b.open("/kiem-tra/toan-ven")
	eval[chromedp.Void](b, "document.getElementById('moc').value = "+quoted(altered))
	b.click("form[action$='so-sanh'] button")
	if !b.has("nội dung đã bị sửa sau khi ký") || !b.has("Nhật ký ngắn hơn mốc") {
		t.Error("an altered checkpoint is not found out")
	}
	b.glance("audit-compared-altered")

	// A byte of one entry is changed on the disk.
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	victim := records[1]
	text := string(victim.Entry.Marshal())
	forged := strings.Replace(text, `"actor":"H44.24.06"`, `"actor":"H44.24.07"`, 1)
	flip(t, w, text, forged)
	b.open("/kiem-tra/toan-ven")
	b.click("form.filter button")
	b.await("the broken entry", "document.body.innerText.includes('không khớp')")
	if !b.has("Bản ghi số " + itoa(victim.Index) + " không khớp. Nội dung đang lưu không phải nội dung đã ghi vào nhật ký.") {
		t.Errorf("the integrity page does not name entry %d", victim.Index)
	}
	b.glance("audit-broken")
	b.open("/kiem-tra/nhat-ky/" + itoa(victim.Index))
	if !b.has("Nội dung đang lưu không phải nội dung đã ghi vào nhật ký.") {
		t.Error("the entry's page does not say that it is broken")
	}
	b.glance("audit-record-broken")
}

// An operator goes from a report to the rows that a figure counts.
func TestReportJourneys(t *testing.T) {
	t.Parallel()
	chromium(t)
	w, _ := exchanged(t)
	_, err := w.Directory.Put(t.Context(), hubtest.Operator(), exchange.Agency{ID: "H44.24", Name: "UBND huyện Yên Lập", Level: exchange.District, Channel: exchange.NoChannel})
	w.must(err)
	for _, id := range []exchange.AgencyID{desk, software} {
		a, _ := w.Directory.Agency(id)
		a.Parent = "H44.24"
		_, err := w.Directory.Put(t.Context(), hubtest.Operator(), a)
		w.must(err)
	}
	b := newBrowser(t, w)
	b.takeOver(w.person("oper", "", exchange.Operate))
	b.open("/bao-cao")
	b.see("report-traffic")
	b.leads(chromedp.Click(chromedp.CSS("table.report a[href*='don-vi=H44.24&']:not([href*='vai'])")))
	b.see("report-branch")
	b.leads(chromedp.Click(chromedp.CSS("table.report tbody tr:last-child td.number:nth-child(3) a")))
	b.see("report-rows")
	b.open("/bao-cao/dung-han")
	b.see("report-punctual")
	b.takeOver(w.person("thu", desk, exchange.Clerk))
	b.open("/bao-cao")
	b.see("report-own")
}

package console_test

import (
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// The hub goes by its name, and nobody is asked to answer what is only read: statuses and notices.
func TestOperatorReadsOfNotices(t *testing.T) {
	w, oper := newOperateWorld(t)
	w.send(nil, software, postedTo[0])
	w.Party(software).Collect()
	w.giveUp(postedTo[0], "timeout")
	rows := oper.get("/van-hanh/giao-dich").Find("#list tbody tr")
	notices := 0
	rows.Each(func(_ int, row *goquery.Selection) {
		text := strings.Join(strings.Fields(row.Text()), " ")
		if strings.Contains(text, "Z01.HUB") {
			t.Errorf("the hub is a code: %s", text)
		}
		if strings.Contains(text, "Văn bản mới") {
			return
		}
		if strings.Contains(text, "Chưa trả lời") {
			t.Errorf("an answer is expected: %s", text)
		}
		if strings.Contains(text, "Thông báo của trục") && strings.Contains(text, "Trục thử nghiệm→ Sở Nội vụ") {
			notices++
		}
	})
	if notices == 0 {
		t.Errorf("%d rows, no notice among them", rows.Length())
	}
}

// Clerks see what kind of file it is, not how programs name the kind.
func TestFilesAreCalledByTheirKind(t *testing.T) {
	w := newWorld(t)
	id := w.send(func(e *envelope.Envelope) {
		for _, f := range []struct{ name, kind string }{{"Công văn.pdf", "application/pdf"}, {"Phụ lục.ods", "application/x-unheard-of"}, {"không tên", "application/x-unheard-of"}} {
			a := envelope.NewAttachment(f.name, []byte("TEST ONLY"))
			a.ContentType = f.kind
			e.Attachments = append(e.Attachments, a)
		}
	}, desk)
	clerk := w.person("an", desk, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	got := clerk.get("/van-ban-den/" + id).Find(".files .sub")
	for i, want := range []string{"PDF · ", "ODS · ", "application/x-unheard-of · "} {
		if text := got.Eq(i).Text(); !strings.HasPrefix(text, want) {
			t.Errorf("file %d is called %q, want %s…", i+1, text, want)
		}
	}
}

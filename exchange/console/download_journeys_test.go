package console_test

import (
	"archive/zip"
	"context"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
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

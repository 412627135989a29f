package console_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// The sender sees who has not accepted its document and whom it did not reach, reminds the first and sends again to the other.
func TestNudgeJourneys(t *testing.T) {
	w, _ := newOperateWorld(t)
	id := w.send(nil, desk, software, postedTo[0])
	w.giveUp(postedTo[0], "http-503")
	w.person("an", desk, exchange.Clerk).post("/van-ban-den/lay", nil)
	w.Party(software).Collect()
	b := newBrowser(t, w)
	b.takeOver(w.person("chi", department, exchange.Clerk))
	page := "/van-ban-di/" + id

	b.open(page)
	b.see("nudge-before")
	if status := b.click("#addressees button[form=nhac]"); status != 200 || !strings.HasPrefix(b.at(), page+"?gui=nhac") || !b.has("Đã nhắc.") || !b.has("nhắc lại được từ") {
		t.Errorf("one was reminded: %d at %s", status, b.at())
	}
	b.see("nudge-reminded")
	b.click("#progress a[href$=gui-lai]")
	b.see("nudge-again")
	b.fill("#ly-do", mended)
	if status := b.click("main form button[type=submit]"); status != 200 || b.at() != page+"?gui=nua" || !b.has("Đã gửi lại.") {
		t.Errorf("sent again: %d at %s", status, b.at())
	}
	b.see("nudge-sent-again")
	if len(w.logged(id, translog.Reminded)) != 1 || len(w.logged(id, translog.Requeued)) != 1 {
		t.Error("the log does not have one reminder and one that was sent again")
	}
	w.Sound()
}

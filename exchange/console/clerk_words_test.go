package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/lienthong/lienthong/exchange"
)

// What a clerk writes to the other side reads as it was written: nothing in it controls, or turns, what stands around it.
func TestWhatClerksWriteIsLegible(t *testing.T) {
	w := newWorld(t)
	fresh, accepted, asked := w.send(nil, desk), w.send(nil, desk), w.send(nil, desk)
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	clerk.post("/van-ban-den/"+accepted+"/tiep-nhan", nil)
	sender.post("/van-ban-di/"+asked+"/lay-lai", takeBack(wrongAttachment, desk))
	for _, evil := range []string{"không thuộc\u202e thẩm quyền", "không thuộc\u2066 thẩm quyền", "\u200fkhông thuộc thẩm quyền", "không thuộc\x00 thẩm quyền", "không thuộc\x1b[2J thẩm quyền"} {
		for _, test := range []struct {
			who    *visitor
			path   string
			form   url.Values
			status int
		}{
			{clerk, "/van-ban-den/" + fresh + "/tiep-nhan", url.Values{"ghi-chu": {evil}}, http.StatusBadRequest},
			{clerk, "/van-ban-den/" + fresh + "/tiep-nhan", url.Values{"so-den": {"1\u202e2"}}, http.StatusBadRequest},
			{clerk, "/van-ban-den/" + fresh + "/tu-choi", url.Values{"ly-do": {"khac"}, "giai-thich": {evil}}, http.StatusUnprocessableEntity},
			{clerk, "/van-ban-den/" + accepted + "/trang-thai", url.Values{"ma": {"04"}, "ghi-chu": {evil}}, http.StatusBadRequest},
			{clerk, "/van-ban-den/" + asked + "/tra-loi", url.Values{"tra-loi": {"tu-choi"}, "giai-thich": {evil}}, http.StatusUnprocessableEntity},
			{sender, "/van-ban-di/" + fresh + "/lay-lai", takeBack(evil, desk), http.StatusUnprocessableEntity},
		} {
			p := test.who.post(test.path, test.form)
			if p.Status != test.status || !p.has("Lời ghi có ký tự điều khiển hoặc ký tự đổi chiều chữ; hãy gõ lại.") {
				t.Errorf("%s with %+q: %d, want %d and why: %s", test.path, evil, p.Status, test.status, p.Find(".band").Text())
			}
		}
	}
	for id, want := range map[string]int{fresh: 0, accepted: 1, asked: 1} {
		if got := w.statuses(id); len(got) != want {
			t.Errorf("of a document %v was given, want %d", got, want)
		}
	}
	w.Sound()
}

package console_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

const mended = "nơi nhận báo đã khởi động lại máy chủ"

// deliveryTo is the id of a document's delivery to an agency.
func (w *world) deliveryTo(id string, agency exchange.AgencyID) string {
	w.t.Helper()
	ds, err := w.Store.DeliveriesOf(w.t.Context(), exchange.MessageID(id))
	w.must(err)
	for _, d := range ds {
		if d.Addressee == agency {
			return string(d.ID)
		}
	}
	w.t.Fatalf("%s has no delivery to %s", id, agency)
	return ""
}

// logged are the entries about a document of one type.
func (w *world) logged(id string, what translog.Type) (all []exchange.LogRecord) {
	w.t.Helper()
	records, err := w.Store.EntriesOf(w.t.Context(), exchange.MessageID(id))
	w.must(err)
	for _, r := range records {
		if r.Entry.Type == what {
			all = append(all, r)
		}
	}
	return all
}

func resent(reason string, deliveries ...string) url.Values {
	return url.Values{"ly-do": {reason}, "luot": deliveries}
}

// The sender sends again what the hub gave up, with a reason; the log names the agency and the session.
func TestClerkSendsAgain(t *testing.T) {
	w, _ := newOperateWorld(t)
	id := w.send(nil, postedTo[0], postedTo[1], desk)
	page, path := "/van-ban-di/"+id, "/van-ban-di/"+id+"/gui-lai"
	sender := w.person("chi", department, exchange.Clerk)
	if p := sender.get(page); p.Find("a[href$=gui-lai]").Length() != 0 {
		t.Error("what is on its way can be sent again")
	}
	if p := sender.get(path); p.Find("form[action$=gui-lai]").Length() != 0 || !p.has("Không có nơi nhận nào cần gửi lại.") {
		t.Error("the form offers what is on its way")
	}
	w.giveUp(postedTo[0], "timeout")
	w.giveUp(postedTo[1], "http-503")
	one, two, third := w.deliveryTo(id, postedTo[0]), w.deliveryTo(id, postedTo[1]), w.deliveryTo(id, desk)
	if p := sender.get(page); p.Find("#progress a[href$=gui-lai]").Length() != 1 {
		t.Errorf("a dead letter cannot be sent again: %s", p.Find("#progress").Text())
	}
	if p := sender.get(path); p.Find("input[name=luot][checked]").Length() != 2 || p.Find("input[name=luot][value='"+third+"']").Length() != 0 || !p.has(string(postedTo[0])+" · ") {
		t.Errorf("the form: %s", p.Find("main").Text())
	}
	for name, f := range map[string]url.Values{
		"nobody": resent(mended), "who never had it": resent(mended, "x", w.deliveryTo(w.send(nil, software), software)), "9 characters": resent("sửa   rồi", one),
		"501": resent(strings.Repeat("ă", 501), one), "no text": resent("\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe", one),
	} {
		if p := sender.post(path, f); p.Status != http.StatusUnprocessableEntity || p.Find(".band.red").Length() != 1 {
			t.Errorf("%s: %d, want the form again", name, p.Status)
		}
	}
	if p := sender.post(path, resent(mended, third)); p.Status != http.StatusConflict {
		t.Errorf("what is on its way: %d", p.Status)
	}
	sender.post(path, resent(mended, one, one, third)).goes(t, "sending again", page+"?gui=nua")
	if p := sender.get(page + "?gui=nua"); !p.has("Đã gửi lại. Theo dõi tại đây.") || !p.has("Nguyễn Thị chi gửi lại tới UBND xã Hoàng Hoa Thám số 1.") {
		t.Errorf("after it: %s", p.Find("main").Text())
	}
	got := w.logged(id, translog.Requeued)
	chi, _ := w.People.Person("chi")
	if len(got) != 1 || got[0].Entry.Actor != string(department) || got[0].Entry.Credential != chi.Sessions[0].ID || got[0].Side == nil || got[0].Side.Fields["reason"] != mended {
		t.Errorf("logged %+v, want one by the session with the reason", got)
	}
	if p := sender.post(path, resent(mended, one)); p.Status != http.StatusConflict {
		t.Errorf("sent again twice: %d", p.Status)
	}
	w.answersAnyway(exchange.Delivery{ID: exchange.DeliveryID(two), Addressee: postedTo[1]})
	if p := sender.get(page); p.Find("a[href$=gui-lai]").Length() != 0 {
		t.Error("what was answered after all can be sent again")
	}
	if p := sender.post(path, resent(mended, two)); p.Status != http.StatusConflict {
		t.Errorf("what was answered after all: %d", p.Status)
	}
	w.Sound()
}

func toRemind(delivery string) url.Values { return url.Values{"luot": {delivery}} }

// The sender reminds who has the document; the addressee reads it on the document's page and in its life, until it accepts.
func TestClerkReminds(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk, software)
	page, path := "/van-ban-di/"+id, "/van-ban-di/"+id+"/nhac"
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	mine := w.deliveryTo(id, desk)
	if p := sender.get(page); p.Find("button[form=nhac]").Length() != 0 {
		t.Error("who has not fetched it can be reminded")
	}
	if p := sender.post(path, toRemind(mine)); p.Status != http.StatusConflict {
		t.Errorf("who has not fetched it is reminded: %d", p.Status)
	}
	clerk.post("/van-ban-den/lay", nil)
	p := sender.get(page)
	if b := p.Find("#addressees button[form=nhac]"); b.Length() != 1 || b.AttrOr("value", "") != mine || p.Find("form#nhac[method=post][action='"+path+"']").Length() != 1 {
		t.Errorf("%d reminders are offered, want one, to who has it: %s", b.Length(), p.Find("main").Text())
	}
	newest, err := w.Exchange.Newest(t.Context(), exchange.Caller{Operator: "an"})
	w.must(err)
	sender.post(path, toRemind(mine)).goes(t, "reminding", page+"?gui=nhac")
	for _, v := range []*visitor{clerk, sender} {
		if p := v.get(fmt.Sprintf("/truc-tiep/moi?sau=%d&trang=%s", newest, id)); p.Header.Get("HX-Trigger") != "changed" {
			t.Errorf("an open page is not told: %d %v", p.Status, p.Header)
		}
	}
	p = sender.get(page + "?gui=nhac")
	if !p.has("Đã nhắc. Nơi nhận thấy lời nhắc") || !p.has("nhắc lại được từ") || !p.has("Nguyễn Thị chi nhắc UBND xã Đồng Thịnh tiếp nhận.") || p.Find("button[form=nhac]").Length() != 0 {
		t.Errorf("after it: %s", p.Find("main").Text())
	}
	if p := sender.post(path, toRemind(mine)); p.Status != http.StatusConflict || !p.has("nửa ngày làm việc") {
		t.Errorf("reminded twice: %d", p.Status)
	}
	p = clerk.get("/van-ban-den/" + id)
	if !strings.Contains(p.Find("#bands .band.amber").Text(), "Bên gửi nhắc tiếp nhận lúc") || !p.has("Nguyễn Thị chi nhắc UBND xã Đồng Thịnh tiếp nhận.") {
		t.Errorf("the addressee's page: %s", p.Find("main").Text())
	}
	clerk.post("/van-ban-den/"+id+"/tiep-nhan", nil)
	if p := clerk.get("/van-ban-den/" + id); p.has("Bên gửi nhắc tiếp nhận lúc") {
		t.Error("an accepted document still waits")
	}
	if p := sender.get(page); p.Find("button[form=nhac]").Length() != 0 || !p.has("Đã nhắc lúc") {
		t.Errorf("who accepted can be reminded, or it is forgotten that they were: %s", p.Find("#addressees").Text())
	}
	w.Party(software).Collect()
	for name, to := range map[string]string{"nobody": "", "what is not there": "x", "another document's": w.deliveryTo(w.send(nil, software), software)} {
		if p := sender.post(path, toRemind(to)); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	if n := len(w.logged(id, translog.Reminded)); n != 1 {
		t.Errorf("%d reminders, want 1", n)
	}
	w.Sound()
}

// All who have the document and were not reminded are reminded at once.
func TestClerkRemindsEverybody(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk, software)
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	w.Party(software).Collect()
	page := "/van-ban-di/" + id
	if p := sender.get(page); p.Find("#progress button[form=nhac][value=tat-ca]").Length() != 1 || p.Find("#addressees button[form=nhac]").Length() != 2 || !p.has("Nhắc 2 nơi chưa tiếp nhận") {
		t.Fatalf("offered: %s", p.Find("main").Text())
	}
	for range 2 { // pressed twice, the second time there is nobody left
		sender.post(page+"/nhac", toRemind("tat-ca")).goes(t, "reminding", page+"?gui=nhac")
	}
	if n := len(w.logged(id, translog.Reminded)); n != 2 {
		t.Errorf("%d reminders, want 2", n)
	}
	w.pass(14 * 24 * time.Hour)
	if p := w.person("em", department, exchange.Clerk).get(page); p.Find("#addressees button[form=nhac]").Length() != 2 || !p.has("Đã nhắc lúc") || p.has("nhắc lại được từ") {
		t.Errorf("two weeks later: %s", p.Find("#addressees").Text())
	}
	w.Sound()
}

// Who may send again and remind: clerks of the document's sender.
func TestNudgeRights(t *testing.T) {
	w, _ := newOperateWorld(t)
	id := w.send(nil, desk, postedTo[0])
	w.giveUp(postedTo[0], "timeout")
	who := map[string]*visitor{
		"stranger": w.stranger(), "clerk": w.person("an", desk, exchange.Clerk), "neighbour": w.person("binh", software, exchange.Clerk),
		"sender": w.person("chi", department, exchange.Clerk), "admin": w.person("dung", department, exchange.AgencyAdmin),
		"operator": w.person("van", "", exchange.Operate), "auditor": w.person("soat", "", exchange.Audit),
	}
	who["clerk"].post("/van-ban-den/lay", nil)
	again, remind := resent(mended, w.deliveryTo(id, postedTo[0])), url.Values{"luot": {w.deliveryTo(id, desk)}}
	holdRights(t, who, "stranger clerk neighbour sender admin operator auditor", []right{
		{get, "/van-ban-di/" + id + "/gui-lai", nil, "303 404 404 200 403 403 403"},
		{post, "/van-ban-di/" + id + "/gui-lai", resent("", "x"), "303 404 404 422 403 403 403"},
		{post, "/van-ban-di/" + id + "/gui-lai", again, "303 404 404 303 403 403 403"},
		{get, "/van-ban-di/" + id + "/nhac", nil, "405 405 405 405 405 405 405"},
		{post, "/van-ban-di/" + id + "/nhac", remind, "303 404 404 303 403 403 403"},
		{post, "/van-ban-di/" + id + "/nhac", url.Values{"luot": {"tat-ca"}}, "303 404 404 303 403 403 403"},
	})
	if a, b := len(w.logged(id, translog.Requeued)), len(w.logged(id, translog.Reminded)); a != 1 || b != 1 {
		t.Errorf("%d sent again and %d reminded, want one each: the sender's", a, b)
	}
	w.Sound()
}

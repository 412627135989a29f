package console_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// updated is a document that the clerk has accepted, and an update of it that was fetched.
func (w *world) updated(clerk *visitor) (document, update string) {
	w.t.Helper()
	var of *envelope.Envelope
	document = w.send(func(e *envelope.Envelope) { of = e }, desk)
	clerk.post("/van-ban-den/lay", nil)
	clerk.post("/van-ban-den/"+document+"/tiep-nhan", nil).goes(w.t, "accepting", "/van-ban-den/"+document)
	update = w.send(func(e *envelope.Envelope) {
		e.DocumentID, e.Code = of.DocumentID, of.Code
		e.Business = &envelope.Business{Kind: envelope.Update, DocumentID: of.DocumentID}
	}, desk)
	clerk.post("/van-ban-den/lay", nil)
	return document, update
}

// Of an update, and of what is asked back, a clerk can give the answer that its page offers, and no other; of the document
// that has the same name nothing is said by it.
func TestOnlyWhatIsOfferedIsServed(t *testing.T) {
	w := newWorld(t)
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	document, update := w.updated(v)
	asked := w.send(nil, desk)
	v.post("/van-ban-den/lay", nil)
	sender.post("/van-ban-di/"+asked+"/lay-lai", takeBack(wrongAttachment, desk))
	for name, id := range map[string]string{"an update": update, "what is asked back": asked} {
		path := "/van-ban-den/" + id
		p := v.get(path)
		if p.Find("form[action$=tra-loi]").Length() != 1 || p.Find("form[action$=tiep-nhan], a[href$=tu-choi], form[action$=trang-thai]").Length() != 0 {
			t.Fatalf("%s offers %s", name, p.Find("main").Text())
		}
		for act, got := range map[string]page{
			"accept": v.post(path+"/tiep-nhan", nil), "refuse": v.post(path+"/tu-choi", refusal()),
			"the form to refuse": v.get(path + "/tu-choi"), "report": v.post(path+"/trang-thai", url.Values{"ma": {"06"}}),
		} {
			if got.Status != http.StatusConflict {
				t.Errorf("%s: %s: %d, want 409", name, act, got.Status)
			}
		}
		if got := w.statuses(id); len(got) > 1 || len(got) == 1 && got[0] != "13" {
			t.Errorf("%s: said were %v", name, got)
		}
		v.post(path+"/tra-loi", url.Values{"tra-loi": {"dong-y"}}).goes(t, name, path)
	}
	if got := w.statuses(document); len(got) != 1 || got[0] != "03" {
		t.Errorf("of the document were said %v, want 03", got)
	}
	w.Sound()
}

// An update is taken back alone: its page says so, and the document stays as it was.
func TestUpdateIsTakenBackAlone(t *testing.T) {
	w := newWorld(t)
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	document, update := w.updated(v)
	path := "/van-ban-di/" + update
	if p := sender.get(path + "/lay-lai"); !p.has("Chỉ bản cập nhật này được lấy lại; văn bản ban đầu vẫn giữ nguyên.") {
		t.Errorf("the form: %s", p.Find("main").Text())
	}
	if p := sender.get("/van-ban-di/" + document + "/lay-lai"); p.has("Chỉ bản cập nhật") {
		t.Error("the document's form speaks of an update alone")
	}
	sender.post(path+"/lay-lai", takeBack(wrongAttachment, desk)).goes(t, "taking back", path)
	v.post("/van-ban-den/lay", nil)
	if p := v.get("/van-ban-den/" + update); !p.has("Bên gửi yêu cầu lấy lại văn bản này.") || !p.has("Chỉ về bản cập nhật trục nhận lúc ") {
		t.Errorf("the update: %s", p.Find(".band").Text())
	}
	if p := v.get("/van-ban-den/" + document); p.has("yêu cầu lấy lại") || p.steps() != "04 05 06" {
		t.Errorf("the document: %s", p.Find("main").Text())
	}
	v.post("/van-ban-den/"+update+"/tra-loi", url.Values{"tra-loi": {"dong-y"}}).goes(t, "agreeing", "/van-ban-den/"+update)
	if p := sender.get(path); !p.has("Đã lấy lại xong") {
		t.Errorf("the sender's page of the update: %s", p.Find("main").Text())
	}
	if p := sender.get("/van-ban-di/" + document); p.has("lấy lại xong") || p.has("đang được lấy lại") {
		t.Errorf("the sender's page of the document: %s", p.Find("main").Text())
	}
	w.Sound()
}

package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

func takeBack(reason string, from ...exchange.AgencyID) url.Values {
	f := url.Values{"ly-do": {reason}}
	for _, id := range from {
		f.Add("noi-nhan", string(id))
	}
	return f
}

const wrongAttachment = "đính kèm nhầm tệp của văn bản khác"

// A recall withdraws what nobody has seen, and asks who has seen it (P7). Both sides see how far it is.
func TestClerkTakesBack(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk, software)
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	path := "/van-ban-di/" + id + "/lay-lai"
	p := sender.get(path)
	if n := p.Find("input[name=noi-nhan][checked]").Length(); n != 2 || !p.has("chưa lấy về: rút ngay") || !p.has("đã lấy về: chờ trả lời") || !p.has("hủy văn bản trên Hệ thống") {
		t.Errorf("%d addressees are chosen: %s", n, p.Find("main").Text())
	}
	for name, f := range map[string]url.Values{
		"nobody":                   takeBack(wrongAttachment),
		"9 characters":             takeBack("nhầm  tệp", desk),
		"no reason":                takeBack("", desk),
		"more than 500":            takeBack(strings.Repeat("ă", 501), desk),
		"a reason that is no text": takeBack("\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe", desk),
	} {
		if p := sender.post(path, f); p.Status != http.StatusUnprocessableEntity || p.Find(".band.red").Length() != 1 {
			t.Errorf("%s: %d, want the form again", name, p.Status)
		}
	}
	if p := sender.post(path, takeBack(wrongAttachment, department)); p.Status < 400 {
		t.Errorf("from who never had it: %d", p.Status)
	}
	sender.post(path, takeBack(wrongAttachment, desk, software)).goes(t, "taking back", "/van-ban-di/"+id)
	p = sender.get("/van-ban-di/" + id)
	for _, want := range []string{"Văn bản đang được lấy lại. 1 rút trước khi lấy về · 1 chờ trả lời", "Chờ trả lời lấy lại", "Đã rút",
		"Nguyễn Thị chi, Sở Nội vụ yêu cầu lấy lại từ UBND xã Đồng Thịnh. " + wrongAttachment, "1 đã lấy lại"} {
		if !p.has(want) {
			t.Errorf("the sender's page does not say %q", want)
		}
	}
	if p.Find("h1 del").Length() != 0 {
		t.Error("the title is struck through while an addressee has the document")
	}
	if p := sender.get(path); p.Find("input[name=noi-nhan]").Length() != 0 || !p.has("Không còn nơi nhận nào có thể lấy lại.") {
		t.Error("the form offers to take back twice")
	}
	if p := sender.post(path, takeBack(wrongAttachment, software)); p.Status == http.StatusOK {
		t.Errorf("taking back what is withdrawn: %d", p.Status)
	}
	w.Party(software).Collect()
	neighbour := w.person("binh", software, exchange.Clerk)
	if p := neighbour.get("/van-ban-den/" + id); p.Status != http.StatusNotFound {
		t.Errorf("who never saw it finds it: %d", p.Status)
	}
	if got := rows(sender.get("/van-ban-di?tt=cho-lay-lai")); len(got) != 1 {
		t.Errorf("recalls that wait: %v", got)
	}
	answers(t, w, clerk, sender, id)
	w.Sound()
}

// answers has the addressee agree to the recall of the document.
func answers(t *testing.T, w *world, clerk, sender *visitor, id string) {
	t.Helper()
	page := "/van-ban-den/" + id
	p := clerk.get(page)
	if !p.has("Bên gửi yêu cầu lấy lại văn bản này.") || p.Find(".band.violet button[value=dong-y]").Length() != 1 || p.has(wrongAttachment) {
		t.Errorf("before the recall was fetched: %s", p.Find(".band").Text())
	}
	if p.Find("form[action$=tiep-nhan]").Length() != 0 {
		t.Error("a document that is asked back can be accepted")
	}
	clerk.post("/van-ban-den/lay", nil)
	if p := clerk.get(page); !p.has("Lý do: " + wrongAttachment) {
		t.Errorf("the reason is not shown: %s", p.Find(".band").Text())
	}
	if got := rows(clerk.get("/van-ban-den?tt=hoi")); len(got) != 1 {
		t.Errorf("asked back: %v", got)
	}
	clerk.post(page+"/tra-loi", url.Values{"tra-loi": {"dong-y"}}).goes(t, "agreeing", page)
	if p := clerk.get(page); !p.has("Đã đồng ý cho lấy lại lúc ") || p.Find("form[action$=tra-loi]").Length() != 0 || !p.has("Đã lấy lại") {
		t.Errorf("after agreeing: %s", p.Find("main").Text())
	}
	if got := rows(clerk.get("/van-ban-den?tt=lay-lai")); len(got) != 1 {
		t.Errorf("taken back: %v", got)
	}
	if got := rows(clerk.get("/van-ban-den?tt=cho")); len(got) != 0 {
		t.Errorf("still waits: %v", got)
	}
	if p := clerk.post(page+"/tra-loi", url.Values{"tra-loi": {"tu-choi"}, "giai-thich": {wrongAttachment}}); p.Status != http.StatusConflict {
		t.Errorf("a second answer: %d", p.Status)
	}
	p = sender.get("/van-ban-di/" + id)
	if p.Find("h1 del").Length() != 1 || !p.has("Đã lấy lại xong") || !p.has("Đồng ý lấy lại") {
		t.Errorf("the sender's page: %s", p.Find("main").Text())
	}
	if got := rows(sender.get("/van-ban-di?tt=da-lay-lai")); len(got) != 1 {
		t.Errorf("taken back: %v", got)
	}
}

// Who declines says why, and the sender reads it.
func TestClerkDeclinesARecall(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	path := "/van-ban-den/" + id + "/tra-loi"
	if p := clerk.get(path); p.Status != http.StatusConflict {
		t.Errorf("an answer to nothing: %d", p.Status)
	}
	sender.post("/van-ban-di/"+id+"/lay-lai", takeBack(wrongAttachment, desk))
	for name, text := range map[string]string{"nothing": "", "9 characters": "đã giải q", "no text": "\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe", "501": strings.Repeat("ă", 501)} {
		if p := clerk.post(path, url.Values{"tra-loi": {"tu-choi"}, "giai-thich": {text}}); p.Status != http.StatusUnprocessableEntity || p.Find(".band.red").Length() != 1 {
			t.Errorf("%s: %d, want the form again", name, p.Status)
		}
	}
	if p := clerk.post(path, url.Values{"tra-loi": {"co-le"}}); p.Status != http.StatusBadRequest {
		t.Errorf("an answer that there is not: %d", p.Status)
	}
	clerk.post(path, url.Values{"tra-loi": {"tu-choi"}, "giai-thich": {"Đã giải quyết xong và trả kết quả."}}).goes(t, "declining", "/van-ban-den/"+id)
	if p := clerk.get("/van-ban-den/" + id); !p.has("Đã từ chối lấy lại lúc ") || !p.has("Đã giải quyết xong và trả kết quả.") {
		t.Errorf("after declining: %s", p.Find(".band").Text())
	}
	p := sender.get("/van-ban-di/" + id)
	if !p.has("Từ chối lấy lại") || !p.has("Đã giải quyết xong và trả kết quả.") || !p.has("Nguyễn Thị an") || p.Find("a[href$=lay-lai]").Length() != 1 {
		t.Errorf("the sender's page, where it may ask again: %s", p.Find("main").Text())
	}
	w.Sound()
}

// An addressee that does not answer in time is pointed out, and can still answer.
func TestSilentRecall(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	sender.post("/van-ban-di/"+id+"/lay-lai", takeBack(wrongAttachment, desk))
	w.Exchange.Clock = func() time.Time { return time.Now().AddDate(0, 1, 0) }
	if n, err := w.Exchange.LapseRecalls(t.Context()); n != 1 || err != nil {
		t.Fatalf("%d recalls lapsed: %v", n, err)
	}
	if p := sender.get("/van-ban-di/" + id); !p.has("1 không trả lời đúng hạn") || !p.has("không trả lời yêu cầu lấy lại đúng hạn; trục đã báo bên gửi.") {
		t.Errorf("the sender's page: %s", p.Find("main").Text())
	}
	if p := sender.get("/"); !p.has("1 không trả lời đúng hạn") {
		t.Errorf("the desk: %s", p.Find(".duties").Text())
	}
	if p := clerk.get("/van-ban-den/" + id); !p.has("đã quá hạn trả lời") {
		t.Errorf("the addressee's page: %s", p.Find(".band").Text())
	}
	clerk.post("/van-ban-den/"+id+"/tra-loi", url.Values{"tra-loi": {"dong-y"}}).goes(t, "agreeing late", "/van-ban-den/"+id)
	w.Sound()
}

// What was accepted goes on: assigned, in progress, completed, each with a note that the sender reads.
func TestClerkReportsProgress(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	page, path := "/van-ban-den/"+id, "/van-ban-den/"+id+"/trang-thai"
	if p := v.post(path, url.Values{"ma": {"04"}}); p.Status != http.StatusConflict {
		t.Errorf("assigned before it was accepted: %d", p.Status)
	}
	for name, f := range map[string]url.Values{"a number of 31": {"so-den": {strings.Repeat("1", 31)}}, "a note of 501": {"ghi-chu": {strings.Repeat("ă", 501)}}} {
		if p := v.post(page+"/tiep-nhan", f); p.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	v.post(page+"/tiep-nhan", url.Values{"so-den": {"456"}, "ghi-chu": {"Chuyển lãnh đạo"}}).goes(t, "accepting", page)
	if p := v.get(page); !p.has("Số đến 456. Chuyển lãnh đạo") || p.steps() != "04 05 06" {
		t.Errorf("accepted: %s", p.Find("main").Text())
	}
	for _, code := range []string{"03", "02", "01", "13", "15", "x", ""} {
		if p := v.post(path, url.Values{"ma": {code}}); p.Status != http.StatusBadRequest {
			t.Errorf("status %q by this form: %d", code, p.Status)
		}
	}
	for _, step := range []struct{ code, text, tab, left string }{{"04", "Phân công", "dang-xu-ly", "05 06"}, {"05", "Đang xử lý", "dang-xu-ly", "06"}, {"06", "Hoàn thành", "hoan-thanh", ""}} {
		v.post(path, url.Values{"ma": {step.code}, "ghi-chu": {"ghi chú " + step.code}}).goes(t, step.code, page)
		p := v.get(page)
		if !p.has("Nguyễn Thị an, UBND xã Đồng Thịnh: "+step.text+". ghi chú "+step.code) || p.steps() != step.left {
			t.Errorf("%s: steps %q, want %q: %s", step.code, p.steps(), step.left, p.Find("main").Text())
		}
		if p := sender.get("/van-ban-di/" + id); !p.has("ghi chú " + step.code) {
			t.Errorf("the sender does not read of %s", step.code)
		}
		if got := rows(v.get("/van-ban-den?tt=" + step.tab)); len(got) != 1 {
			t.Errorf("%s is not under %s", step.code, step.tab)
		}
	}
	if p := v.get(page); !p.has("Đã hoàn thành; không còn bước nào để báo.") || p.Find("form[action$=trang-thai]").Length() != 0 {
		t.Errorf("completed: %s", p.Find("main").Text())
	}
	if p := v.post(path, url.Values{"ma": {"04"}}); p.Status != http.StatusConflict || w.statuses(id)[len(w.statuses(id))-1] != "06" {
		t.Errorf("assigned after it was completed: %d", p.Status)
	}
	w.Sound()
}

// steps are those that the form for a further status offers; one that is not the first and is chosen stands in brackets.
func (p page) steps() string {
	var all []string
	for i, s := range p.Find("input[name=ma]").EachIter() {
		value := s.AttrOr("value", "")
		if _, chosen := s.Attr("checked"); chosen != (i == 0) {
			value = "[" + value + "]"
		}
		all = append(all, value)
	}
	return strings.Join(all, " ")
}

// A page leads to what replaces, updates and recalls a document, and back.
func TestRelatedDocuments(t *testing.T) {
	w := newWorld(t)
	var of *envelope.Envelope
	old := w.send(func(e *envelope.Envelope) { of = e }, desk)
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	next := w.send(func(e *envelope.Envelope) {
		e.Business = &envelope.Business{Kind: envelope.Replacement, Replacements: []envelope.Replaced{{DocumentID: of.DocumentID}}}
	}, desk)
	update := w.send(func(e *envelope.Envelope) {
		e.DocumentID, e.Code = of.DocumentID, of.Code
		e.Business = &envelope.Business{Kind: envelope.Update, DocumentID: of.DocumentID}
	}, desk)
	v.post("/van-ban-den/lay", nil)
	for side, w := range map[string]*visitor{"/van-ban-den/": v, "/van-ban-di/": sender} {
		p := w.get(side + old)
		if p.Find(".band a[href='"+side+next+"']").Length() != 1 || !p.has("Đã bị thay thế bởi:") || p.Find(".band a[href='"+side+update+"']").Length() != 1 || !p.has("Có bản cập nhật:") {
			t.Errorf("%s does not lead to what acts on it: %s", side+old, p.Find(".band").Text())
		}
		if p := w.get(side + next); p.Find(".band a[href='"+side+old+"']").Length() != 1 || !p.has("Thay thế văn bản:") {
			t.Errorf("%s does not lead back: %s", side+next, p.Find(".band").Text())
		}
	}
	p := v.get("/van-ban-den/" + update)
	if !p.has("Bên gửi cập nhật một văn bản mà đơn vị đã nhận.") || p.Find("form[action$=tiep-nhan]").Length() != 0 {
		t.Errorf("the update: %s", p.Find(".band").Text())
	}
	v.post("/van-ban-den/"+update+"/tra-loi", url.Values{"tra-loi": {"dong-y"}}).goes(t, "agreeing to the update", "/van-ban-den/"+update)
	if p := v.get("/van-ban-den/" + update); !p.has("Đã đồng ý cập nhật lúc ") {
		t.Errorf("the update, agreed to: %s", p.Find(".band").Text())
	}
	w.Sound()
}

// Who may take back, answer and report: the clerk of the agency concerned, and where its software speaks, nobody.
func TestClerkActRights(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	other := w.send(nil, software)
	w.Party(software).Collect()
	who := w.everyKind()
	who["clerk"].post("/van-ban-den/lay", nil)
	agree := url.Values{"tra-loi": {"dong-y"}}
	holdRights(t, who, "stranger clerk neighbour sender admin operator auditor", []right{
		{get, "/van-ban-di/" + id + "/lay-lai", nil, "303 404 404 200 403 403 403"},
		{post, "/van-ban-di/" + id + "/lay-lai", takeBack("", desk), "303 404 404 422 403 403 403"},
		{post, "/van-ban-den/" + id + "/tra-loi", agree, "303 409 404 404 403 403 403"},
		{post, "/van-ban-di/" + id + "/lay-lai", takeBack(wrongAttachment, desk), "303 404 404 303 403 403 403"},
		{post, "/van-ban-di/" + other + "/lay-lai", takeBack(wrongAttachment, software), "303 404 404 303 403 403 403"},
		{get, "/van-ban-den/" + id + "/tra-loi", nil, "303 200 404 404 403 403 403"},
		{get, "/van-ban-den/" + other + "/tra-loi", nil, "303 404 403 404 403 403 403"},
		{post, "/van-ban-den/" + other + "/tra-loi", agree, "303 404 403 404 403 403 403"},
		{post, "/van-ban-den/" + other + "/trang-thai", url.Values{"ma": {"04"}}, "303 404 403 404 403 403 403"},
		{post, "/van-ban-den/" + id + "/trang-thai", url.Values{"ma": {"04"}}, "303 409 404 404 403 403 403"},
		{post, "/van-ban-den/" + id + "/tra-loi", agree, "303 303 404 404 403 403 403"},
	})
	w.Sound()
}

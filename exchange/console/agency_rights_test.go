package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// Who administers what: every page and act of an agency's connection, for every role and for the administrator of another
// agency, to whom keys, certificates and people of this one do not exist.
func TestAgencyRights(t *testing.T) {
	w := newWorld(t)
	who := map[string]*visitor{
		"stranger": w.stranger(),
		"clerk":    w.person("an", desk, exchange.Clerk),
		"admin":    w.person("dung", desk, exchange.AgencyAdmin),
		"both":     w.person("giang", desk, exchange.AgencyAdmin, exchange.Clerk),
		"other":    w.person("hoa", software, exchange.AgencyAdmin),
		"operator": w.person("oper", "", exchange.Operate),
		"auditor":  w.person("soat", "", exchange.Audit),
	}
	w.person("lan", desk, exchange.Clerk)
	w.person("ngoc", desk, exchange.Clerk)
	w.must(w.People.Disable(t.Context(), hubtest.Operator(), "ngoc"))
	a, _ := w.Directory.Agency(desk)
	key, print := "/don-vi/khoa/"+a.Keys[0].ID, "/don-vi/chung-thu/"+a.Certificates[0].Fingerprint()
	const columns = "stranger clerk admin both other operator auditor"
	none := url.Values{}
	holdRights(t, who, columns, []right{
		{get, "/", nil, "303 200 303 200 303 303 303"},
		{get, "/don-vi/ket-noi", nil, "303 403 200 200 200 403 403"},
		{get, "/don-vi/khoa", nil, "303 403 200 200 200 403 403"},
		{post, "/don-vi/khoa", none, "303 403 422 422 422 403 403"},
		{post, key + "x/doi", none, "303 403 404 404 404 403 403"},
		{post, key + "/doi", none, "303 403 200 409 404 403 403"},
		{get, key + "/thu-hoi", nil, "303 403 200 200 404 403 403"},
		{post, key + "/thu-hoi", none, "303 403 422 422 404 403 403"},
		{post, key + "/thu-hoi", url.Values{"xac-nhan": {a.Keys[0].ID}}, "303 403 303 303 404 403 403"},
		{post, "/don-vi/chung-thu", none, "303 403 422 422 422 403 403"},
		{get, print + "/ket-thuc", nil, "303 403 200 200 404 403 403"},
		{post, print + "/ket-thuc", none, "303 403 422 422 404 403 403"},
		{get, "/don-vi/bao-ve", nil, "303 403 200 200 200 403 403"},
		{post, "/don-vi/bao-ve", url.Values{"dia-chi": {"https://may.example"}}, "303 403 409 409 409 403 403"},
		{post, "/don-vi/bao-ve/khoa-ky", none, "303 403 409 409 409 403 403"},
		{get, "/don-vi/thu", nil, "303 403 200 200 200 403 403"},
		{post, "/don-vi/thu", none, "303 403 409 409 409 403 403"},
		{get, "/don-vi/nhat-ky?kq=loi&trang=-1", nil, "303 403 200 200 200 403 403"},
		{get, "/don-vi/nhat-ky?trang=99999999", nil, "303 403 200 200 200 403 403"},
		{get, "/don-vi/nguoi-dung", nil, "303 403 200 200 200 403 403"},
		{post, "/don-vi/nguoi-dung", none, "303 403 422 422 422 403 403"},
		{post, "/don-vi/nguoi-dung", url.Values{"ten": {"x"}, "ho-ten": {"X"}, "vai-tro": {"operator"}}, "303 403 403 403 403 403 403"},
		{post, "/don-vi/nguoi-dung/an/duong-dan", none, "303 403 200 200 404 403 403"},
		{post, "/don-vi/nguoi-dung/lan/khoa", none, "303 403 303 303 404 403 403"},
		{post, "/don-vi/nguoi-dung/lan/mo", none, "303 403 303 303 404 403 403"},
		{post, "/don-vi/nguoi-dung/ngoc/mo", none, "303 403 409 409 404 403 403"},
		{post, "/don-vi/nguoi-dung/ngoc/khoa", none, "303 403 303 303 404 403 403"},
		{post, "/don-vi/nguoi-dung/ngoc/duong-dan", none, "303 403 409 409 404 403 403"},
		{post, "/don-vi/nguoi-dung/ngoc/hai-lop", url.Values{"xac-nhan": {"ngoc"}}, "303 403 409 409 404 403 403"},
		{post, "/don-vi/nguoi-dung/ngoc/mo", none, "303 403 409 409 404 403 403"},
		{post, "/don-vi/nguoi-dung/oper/khoa", none, "303 403 404 404 404 403 403"},
		{post, "/don-vi/nguoi-dung/dung/khoa", none, "303 403 409 303 404 403 403"},
		{get, "/don-vi/nguoi-dung/oper/vai-tro", nil, "303 403 303 404 404 403 403"},
		{get, "/don-vi/nguoi-dung/lan/vai-tro", nil, "303 403 303 200 404 403 403"},
		{get, "/don-vi/nguoi-dung/lan/vai-tro?chon=1&vai-tro=agency-admin", nil, "303 403 303 200 404 403 403"},
		{get, "/don-vi/nguoi-dung/lan/vai-tro?chon=1&vai-tro=operator", nil, "303 403 303 422 404 403 403"},
		{get, "/don-vi/nguoi-dung/giang/vai-tro?chon=1&vai-tro=clerk", nil, "303 403 303 409 404 403 403"},
		{post, "/don-vi/nguoi-dung/lan/vai-tro", roleForm("clerk", "agency-admin", ""), "303 403 303 422 404 403 403"},
		{post, "/don-vi/nguoi-dung/lan/vai-tro", roleForm("clerk", "auditor", "lan"), "303 403 303 422 404 403 403"},
		{post, "/don-vi/nguoi-dung/giang/vai-tro", roleForm("agency-admin", "clerk", "giang"), "303 403 303 409 404 403 403"},
		{post, "/don-vi/nguoi-dung/oper/vai-tro", roleForm("operator", "clerk", "oper"), "303 403 303 404 404 403 403"},
		{post, "/don-vi/nguoi-dung/lan/vai-tro", roleForm("clerk", "agency-admin", "lan"), "303 403 303 200 404 403 403"},
		{get, "/don-vi/nguoi-dung/oper/hai-lop", nil, "303 403 303 404 404 403 403"},
		{get, "/don-vi/nguoi-dung/lan/hai-lop", nil, "303 403 303 200 404 403 403"},
		{post, "/don-vi/nguoi-dung/lan/hai-lop", url.Values{"xac-nhan": {"la"}}, "303 403 303 422 404 403 403"},
		{post, "/don-vi/nguoi-dung/lan/hai-lop", url.Values{"xac-nhan": {"lan"}}, "303 403 303 200 404 403 403"},
		{get, "/don-vi/cai-dat", nil, "303 403 303 200 200 403 403"},
		{post, "/don-vi/cai-dat", none, "303 403 303 422 422 403 403"},
		{post, "/don-vi/cai-dat", url.Values{"trang-thai": {"phan-mem"}}, "303 403 303 303 303 403 403"},
		{get, "/don-vi/tai-lieu", nil, "303 403 303 200 200 403 403"},
		{get, "/don-vi", nil, "404 404 404 404 404 404 404"},
	})
	w.Sound()
}

// An administrator sees figures of the connection and nothing of any document, by no path.
func TestAdministratorsOpenNoDocument(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	admin := w.person("dung", desk, exchange.AgencyAdmin)
	w.person("an", desk, exchange.Clerk).post("/van-ban-den/lay", nil)
	for _, path := range []string{"/van-ban-den", "/van-ban-den/" + id, "/van-ban-den/" + id + "/edxml", "/van-ban-di"} {
		if p := admin.get(path); p.Status != 403 {
			t.Errorf("%s: %d, want 403", path, p.Status)
		}
	}
	p, _ := w.People.Person("dung")
	c := p.Caller(p.Sessions[0], p.Sessions[0].Address)
	ctx := t.Context()
	if _, err := w.Exchange.Document(ctx, c, exchange.MessageID(id)); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("the use case shows a document to an administrator: %v", err)
	}
	if _, _, err := w.Exchange.Content(ctx, c, exchange.MessageID(id), "vì muốn"); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("the use case opens a document for an administrator: %v", err)
	}
	if _, err := w.Exchange.Search(ctx, c, exchange.Query{Role: exchange.Received}); err == nil {
		t.Error("the use case lists documents for an administrator")
	}
	if _, err := w.Exchange.Lease(ctx, c, exchange.Ask{}); exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("an administrator takes documents: %v", err)
	}
	if _, err := w.Exchange.Counts(ctx, c, exchange.Received); exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("an administrator gets the figures of all: %v", err)
	}
	for _, path := range []string{"/don-vi/ket-noi", "/don-vi/nhat-ky", "/don-vi/thu"} {
		if text := admin.get(path).Text; strings.Contains(text, "V/v thử nghiệm") || strings.Contains(text, "CV-VP") {
			t.Errorf("%s tells of a document", path)
		}
	}
}

func roleForm(from, to, typed string) url.Values {
	return url.Values{"tu": {from}, "vai-tro": {to}, "xac-nhan": {typed}}
}

// Whom an operator keeps out, an agency's administrator does not let in, and the page says who does; whom the administrator
// keeps out, an operator may let in or make the hub's own.
func TestWhoIsLetInAgain(t *testing.T) {
	w := newWorld(t)
	admin, oper := w.person("dung", desk, exchange.AgencyAdmin), w.person("oper", "", exchange.Operate)
	w.person("lan", desk, exchange.Clerk)
	const mine, theirs = "/don-vi/nguoi-dung", "/van-hanh/nguoi-dung"
	open := func() bool {
		return w.stranger().post("/dang-nhap", credentials("lan", password, "/")).Status == http.StatusSeeOther
	}
	offered := func(v *visitor, list, act string) bool {
		return v.get(list).Find("form[action='"+list+"/lan/"+act+"']").Length() == 1
	}

	admin.post(mine+"/lan/khoa", nil).goes(t, "the administrator's act", mine+"?xong=khoa")
	if !offered(admin, mine, "mo") || !offered(oper, theirs, "mo") || !offered(oper, theirs, "khoa") || !oper.get(theirs).has("Đã khóa, do quản trị đơn vị") {
		t.Errorf("the administrator's act: %s", oper.get(theirs).Find("table").Text())
	}
	admin.post(mine+"/lan/mo", nil).goes(t, "taking it back", mine+"?xong=mo")
	if !open() {
		t.Error("who was let in again is refused")
	}

	admin.post(mine+"/lan/khoa", nil)
	oper.post(theirs+"/lan/khoa", nil).goes(t, "the operator's act", theirs+"?q=lan")
	p := admin.get(mine)
	if row := p.Find("tr:contains('Nguyễn Thị lan')"); row.Find("form, a").Length() != 0 || !p.has("Người vận hành trục đã khóa") || !p.has("hãy liên hệ người vận hành") {
		t.Errorf("the administrator's page: %s", row.Text())
	}
	if offered(oper, theirs, "khoa") || !offered(oper, theirs, "mo") {
		t.Errorf("the operator's page: %s", oper.get(theirs).Find("table").Text())
	}
	for _, lang := range []string{"vi", "en"} {
		admin.post("/ngon-ngu", url.Values{"ngon-ngu": {lang}})
		want := map[string]string{"vi": "do người vận hành trục khóa", "en": "ask an operator"}[lang]
		if p := admin.post(mine+"/lan/mo", nil); p.Status != http.StatusConflict || !strings.Contains(p.Find(".band.red").Text(), want) {
			t.Errorf("%s: letting in whom the hub keeps out: %d %s", lang, p.Status, p.Find(".band").Text())
		}
	}
	if open() {
		t.Error("whom the hub keeps out comes in")
	}
	oper.post(theirs+"/lan/mo", nil).goes(t, "the operator takes it back", theirs+"?q=lan")
	if !open() {
		t.Error("whom the operator let in again is refused")
	}
	w.Sound()
}

package console_test

import (
	"encoding/pem"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
)

const ordinary = "303 403 403 403 403 403 " // for everybody but an operator

// What operators administer is theirs alone.
func TestOperatorsAdministrationRights(t *testing.T) {
	w, oper := newOperateWorld(t)
	who := map[string]*visitor{
		"stranger": w.stranger(), "clerk": w.person("an", desk, exchange.Clerk), "neighbour": w.person("binh", software, exchange.Clerk),
		"admin": w.person("dung", desk, exchange.AgencyAdmin), "other": w.person("giang", software, exchange.AgencyAdmin),
		"auditor": w.person("soat", "", exchange.Audit), "operator": oper,
	}
	at := "/van-hanh/don-vi/" + string(desk)
	holdRights(t, who, "stranger clerk neighbour admin other auditor operator", []right{
		{get, "/van-hanh/tong-quan", nil, ordinary + "200"},
		{get, "/van-hanh/don-vi", nil, ordinary + "200"},
		{get, "/van-hanh/don-vi?tt=im-lang&q=xa", nil, ordinary + "200"},
		{get, "/van-hanh/don-vi-moi", nil, ordinary + "200"},
		{post, "/van-hanh/don-vi-moi", nil, ordinary + "422"},
		{get, importPath, nil, ordinary + "200"},
		{post, importPath + "/bang", nil, ordinary + "400"},
		{post, importPath + "/sap-nhap", nil, ordinary + "400"},
		{post, importPath + "/cap-1", nil, ordinary + "303"},
		{get, importPath + "/tep/khong", nil, ordinary + "404"},
		{post, importPath + "/tep/khong", nil, ordinary + "404"},
		{get, at, nil, ordinary + "200"},
		{get, "/van-hanh/don-vi/H44.99", nil, ordinary + "404"},
		{get, at + "/sua", nil, ordinary + "200"},
		{post, at + "/sua", nil, ordinary + "409"},
		{post, at + "/khoa", url.Values{"mang": {"khắp nơi"}}, ordinary + "422"},
		{post, at + "/khoa/khong-co", url.Values{"ma": {"khong-co"}}, ordinary + "404"},
		{post, at + "/khoa/khong-co", nil, ordinary + "422"},
		{post, at + "/chung-thu", nil, ordinary + "422"},
		{post, at + "/diem-nhan", url.Values{"url": {"ftp://a"}}, ordinary + "422"},
		{get, "/van-hanh/nguoi-dung", nil, ordinary + "200"},
		{post, "/van-hanh/nguoi-dung", nil, ordinary + "422"},
		{post, "/van-hanh/nguoi-dung/khong/khoa", nil, ordinary + "404"},
		{get, "/van-hanh/nguoi-dung/an/vai-tro", nil, ordinary + "200"},
		{get, "/van-hanh/nguoi-dung/khong/vai-tro", nil, ordinary + "404"},
		{get, "/van-hanh/nguoi-dung/soat/vai-tro?chon=1&vai-tro=operator", nil, ordinary + "200"},
		{get, "/van-hanh/nguoi-dung/oper/vai-tro?chon=1&vai-tro=auditor&vai-tro=operator", nil, ordinary + "409"},
		{post, "/van-hanh/nguoi-dung/oper/vai-tro", roleForm("operator", "auditor", "oper"), ordinary + "409"},
		{post, "/van-hanh/nguoi-dung/dung/vai-tro", roleForm("agency-admin", "clerk", "dung"), ordinary + "409"},
		{post, "/van-hanh/nguoi-dung/soat/vai-tro", roleForm("auditor", "operator", "soa"), ordinary + "422"},
		{post, "/van-hanh/nguoi-dung/an/khac", nil, ordinary + "404"},
		{post, "/van-hanh/nguoi-dung/oper/khoa", nil, ordinary + "409"},
		{get, "/van-hanh/lich", nil, ordinary + "200"},
		{post, "/van-hanh/lich", nil, ordinary + "422"},
		{get, "/van-hanh/he-thong", nil, ordinary + "200"},
	})
}

// acts are the entries of a type that were made in the session of a person.
func (w *world) acts(typ translog.Type) (kinds []string) {
	w.t.Helper()
	for from := int64(0); ; {
		records, err := w.Store.Entries(w.t.Context(), from, 1000)
		w.must(err)
		if len(records) == 0 {
			return kinds
		}
		for _, r := range records {
			if r.Entry.Type == typ && strings.Contains(r.Entry.Credential, ".") && strings.HasPrefix(r.Entry.Actor, "operator:") {
				kinds = append(kinds, r.Entry.Kind)
			}
		}
		from = records[len(records)-1].Index + 1
	}
}

// An agency is taken up: put, given a key, a certificate, an endpoint and a person; each is in the log with the session.
func TestOnboarding(t *testing.T) {
	w, oper := newOperateWorld(t)
	form := url.Values{"ma": {"H44.24.77"}, "ten": {"  UBND xã  Vân Phú "}, "cha": {"H44.24.05"}, "cap": {"commune"}, "kenh": {"push"}, "ma-khac": {"000.77.24.H44"}}
	at := "/van-hanh/don-vi/H44.24.77"
	oper.post("/van-hanh/don-vi-moi", form).goes(t, "a new agency", at+"?xong=luu")
	if p := oper.post("/van-hanh/don-vi-moi", form); p.Status != 422 {
		t.Errorf("the same again: %d", p.Status)
	}
	for name, keys := range map[string]url.Values{"nothing said": {"mang": {" "}}, "both said": {"mang": {"10.0.0.0/8"}, "moi-noi": {"1"}}} {
		if p := oper.post(at+"/khoa", keys); p.Status != 422 || p.Find("code.secret").Length() > 0 {
			t.Errorf("a key with %s of its networks: %d", name, p.Status)
		}
	}
	p := oper.post(at+"/khoa", url.Values{"mang": {"10.0.0.0/8"}})
	secret := p.Find("code.secret").Text()
	if _, err := w.Directory.Authenticate(secret, loopbackOnly()[0].Addr(), time.Now()); err == nil || secret == "" {
		t.Errorf("the key %q opens the hub from anywhere", secret)
	}
	if oper.get(at).has(secret) {
		t.Error("the key is shown twice")
	}
	leaf := w.CA.Leaf("UBND xã Vân Phú")
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Cert.Raw}))
	oper.post(at+"/chung-thu", url.Values{"pem": {text}}).goes(t, "a certificate", at+"?xong=chung-thu")
	if p := oper.get(at); p.has("Cũng đang là chứng thư của") {
		t.Error("a certificate of its own is said to be shared")
	}
	if _, err := w.Directory.AddCertificate(t.Context(), exchange.Caller{Operator: "test"}, "H44.24.05", leaf.Cert.Raw, time.Time{}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	if link := oper.get(at).Find("a[href='/van-hanh/don-vi/H44.24.05']").Text(); link != "H44.24.05" {
		t.Errorf("who else has the certificate: %q", link)
	}
	p = oper.post(at+"/diem-nhan", url.Values{"url": {"https://van-phu.example/nhan"}, "mang": {"10.0.0.0/8"}})
	if !strings.HasPrefix(p.Find("code.secret").Text(), "whsec_") {
		t.Errorf("the endpoint's secret is %q", p.Find("code.secret").Text())
	}
	a, _ := w.Directory.Agency("H44.24.77")
	if a.Name != "UBND xã Vân Phú" || a.Channel != exchange.Push || len(a.Keys) != 1 || len(a.Certificates) != 1 || a.Endpoint.URL == "" || len(a.Aliases) != 1 {
		t.Errorf("the agency is %+v", a)
	}
	p = oper.get(at)
	for _, want := range []string{"Nguyễn Thị oper: cấp khóa", "Nguyễn Thị oper: thêm chứng thư", "Nguyễn Thị oper: đặt địa chỉ nhận", "van-phu.example"} {
		if !p.has(want) {
			t.Errorf("the agency's page lacks %q", want)
		}
	}
	open := oper.post(at+"/khoa", url.Values{"moi-noi": {"1"}}).Find("code.secret").Text()
	if _, err := w.Directory.Authenticate(open, loopbackOnly()[0].Addr(), time.Now()); err != nil {
		t.Errorf("a key for any network: %v", err)
	}
	key := a.Keys[0].ID
	if p := oper.post(at+"/khoa/"+key, url.Values{"ma": {"khác"}}); p.Status != 422 {
		t.Errorf("revoked without the id being typed: %d", p.Status)
	}
	oper.post(at+"/khoa/"+key, url.Values{"ma": {key}}).goes(t, "revoking", at+"?xong=thu-hoi")
	got := strings.Join(append(w.acts(translog.AgencyChanged), append(w.acts(translog.KeyChanged), w.acts(translog.EndpointChanged)...)...), " ")
	if got != "put key-issued certificate-added key-issued key-revoked endpoint-set" {
		t.Errorf("the log has %q", got)
	}
	w.Sound()
}

// Two operators do not overwrite each other, and a change leaves alone what the form does not speak of.
func TestAmending(t *testing.T) {
	w, oper := newOperateWorld(t)
	at := "/van-hanh/don-vi/" + string(software)
	before, _ := w.Directory.Agency(software)
	version := oper.get(at+"/sua").Find("input[name=ban]").AttrOr("value", "")
	form := url.Values{"ban": {version}, "ten": {"UBND phường Hưng Long"}, "cap": {"commune"}, "kenh": {"pull"}, "van-thu": {"1"}}
	oper.post(at+"/sua", form).goes(t, "a change", at+"?xong=luu")
	if p := oper.post(at+"/sua", form); p.Status != 409 || !p.has("vừa được người khác sửa") {
		t.Errorf("an old form: %d", p.Status)
	}
	a, _ := w.Directory.Agency(software)
	if a.Name != "UBND phường Hưng Long" || !a.Console || len(a.Keys) != len(before.Keys) || len(a.Certificates) != len(before.Certificates) {
		t.Errorf("the agency is %+v", a)
	}
}

// The directory is listed as a tree and by what ails its agencies, and is found without diacritics.
func TestRoster(t *testing.T) {
	w, oper := newOperateWorld(t)
	w.closesEndpoint(postedTo[0])
	w.Enrol(exchange.Agency{ID: "H44.24.05.01", Name: "Trạm Y tế Đồng Thịnh", Parent: desk})
	for _, c := range []struct {
		query string
		rows  int
		has   string
	}{
		{"", 8, "Tốt"}, {"?q=dong+thinh", 2, "UBND xã Đồng Thịnh"}, {"?q=H44.24.06", 1, "UBND xã Hưng Long"},
		{"?tt=dong", 1, "Mất kết nối"}, {"?tt=cham-dut", 0, "Không có đơn vị nào khớp"}, {"?tt=can-chu-y", 4, "Cần chú ý"},
		{"?sau=H44.24.05.01", 6, "UBND xã Hưng Long"}, {"?sau=H44.24.05.00", 7, "Trạm Y tế"},
	} {
		p := oper.get("/van-hanh/don-vi" + c.query)
		if n := p.Find("table.list tbody tr").Length(); n != c.rows || !p.has(c.has) {
			t.Errorf("%q: %d rows, want %d with %q", c.query, n, c.rows, c.has)
		}
	}
	if oper.get("/van-hanh/don-vi").Find(".depth1").Length() != 1 {
		t.Error("what is below another does not stand below it")
	}
}

// People are added, disabled, let in again and given new links; the link is shown once and works.
func TestStaff(t *testing.T) {
	w, oper := newOperateWorld(t)
	p := oper.post("/van-hanh/nguoi-dung", url.Values{"ten": {"lan.tran"}, "ho-ten": {"Trần Thị Lan"}, "vai-tro": {"clerk"}, "don-vi": {string(desk)}})
	link, err := url.Parse(p.Find("code.secret").Text())
	if p.Status != 200 || err != nil || w.stranger().get(link.Path).Status != 200 {
		t.Fatalf("the link is %v: %v", link, err)
	}
	if oper.get("/van-hanh/nguoi-dung").has("/loi-moi/") {
		t.Error("the link is shown twice")
	}
	if p := oper.post("/van-hanh/nguoi-dung", url.Values{"ten": {"lan2"}, "ho-ten": {"Trần Thị Lan"}, "vai-tro": {"clerk"}}); p.Status != 422 || p.Find("#ho-ten").AttrOr("value", "") != "Trần Thị Lan" {
		t.Errorf("a clerk of no agency: %d, the form has %q", p.Status, p.Find("#ho-ten").AttrOr("value", ""))
	}
	clerk := w.person("an", desk, exchange.Clerk)
	oper.post("/van-hanh/nguoi-dung/an/khoa", nil).goes(t, "disabling", "/van-hanh/nguoi-dung?q=an")
	if to := clerk.get("/van-ban-den").Status; to != 303 {
		t.Errorf("somebody disabled is answered %d", to)
	}
	oper.post("/van-hanh/nguoi-dung/an/mo", nil).goes(t, "enabling", "/van-hanh/nguoi-dung?q=an")
	if p := oper.post("/van-hanh/nguoi-dung/an/dat-lai", nil); !strings.Contains(p.Find("code.secret").Text(), "/loi-moi/") {
		t.Error("no link for a second factor that was reset")
	}
	if got := strings.Join(w.acts(translog.PersonChanged), " "); got != "added disabled enabled second-factor-reset" {
		t.Errorf("the log has %q", got)
	}
}

// An operator's session takes hold of neither the operator's own account nor the break-glass one.
func TestAccountsOutOfAnOperatorsReach(t *testing.T) {
	w := newWorld(t)
	_, digest := directory.NewToken()
	w.must(w.People.Begin(t.Context(), exchange.Invitation{Digest: digest, Until: w.clock().Add(time.Hour)}))
	oper := w.person("oper", "", exchange.Operate)
	before := len(w.acts(translog.PersonChanged))
	for login, why := range map[string]string{"oper": "tài khoản của chính bạn", directory.FirstLogin: "dự phòng khẩn cấp"} {
		for _, act := range []string{"moi-lai", "dat-lai", "khoa"} {
			if p := oper.post("/van-hanh/nguoi-dung/"+login+"/"+act, nil); p.Status != http.StatusConflict || !p.has(why) || p.has("/loi-moi/") {
				t.Errorf("%s of %s is answered %d %s", act, login, p.Status, p.Find(".band").Text())
			}
		}
	}
	if p := oper.get("/van-hanh/nguoi-dung"); p.Find("table form").Length() != 0 || !p.has("lienthong person invite quantri") {
		t.Errorf("the page offers %d acts, on one's own account and the break-glass one", p.Find("table form").Length())
	}
	if x, _ := w.People.Person("oper"); x.Password == "" || x.SecondFactor == nil || len(w.acts(translog.PersonChanged)) != before {
		t.Errorf("the account is %+v", x)
	}
	w.person("oper2", "", exchange.Operate)
	if p := oper.post("/van-hanh/nguoi-dung/oper2/dat-lai", nil); p.Status != 200 {
		t.Errorf("another operator's second factor: %d", p.Status)
	}
}

// Roles are chosen, shown with what they bring, and changed once the login is typed.
func TestRolesPage(t *testing.T) {
	w, oper := newOperateWorld(t)
	clerk := w.person("an", desk, exchange.Clerk)
	at := "/van-hanh/nguoi-dung/an/vai-tro"
	if p := oper.get(at + "?chon=1&vai-tro=clerk"); p.Status != 422 || !p.has("Chưa có thay đổi") {
		t.Errorf("the same roles: %d", p.Status)
	}
	p := oper.get(at + "?chon=1&vai-tro=clerk&vai-tro=agency-admin")
	if p.Status != 200 || !p.has("Văn thư, Quản trị đơn vị") || !p.has("cần xác thực hai lớp") || !p.has("kết thúc ngay") {
		t.Errorf("what the change brings is not said: %d", p.Status)
	}
	form := url.Values{"xac-nhan": {"an"}}
	for _, field := range p.Find("main form input[type=hidden]").EachIter() {
		form.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	if clerk.get("/van-ban-den").Status != 200 {
		t.Error("looking at it ended the session")
	}
	link := oper.post(at, form).Find("code.secret").Text()
	if x, _ := w.People.Person("an"); !strings.Contains(link, "/loi-moi/") || !x.Has(exchange.AgencyAdmin) || clerk.get("/van-ban-den").Status != 303 {
		t.Errorf("roles %v, the link is %q", x.Roles, link)
	}
	if p := oper.post(at, form); p.Status != 409 || !p.has("vừa được người khác đổi") {
		t.Errorf("an old form: %d", p.Status)
	}
	w.person("giang", desk, exchange.AgencyAdmin)
	form = url.Values{"xac-nhan": {"an"}, "tu": {"clerk", "agency-admin"}, "vai-tro": {"clerk"}}
	oper.post(at, form).goes(t, "taking a role away", "/van-hanh/nguoi-dung?q=an&xong=vai-tro")
	if !oper.get("/van-hanh/nguoi-dung?q=an&xong=vai-tro").has("Đã đổi vai trò") || strings.Join(w.acts(translog.PersonChanged), " ") != "roles-changed roles-changed" {
		t.Errorf("the log has %v", w.acts(translog.PersonChanged))
	}
}

// The calendar is changed by who has seen the present one, and refused with what was wrong.
func TestCalendarPage(t *testing.T) {
	w, oper := newOperateWorld(t)
	form := func(change ...string) url.Values {
		p := oper.get("/van-hanh/lich")
		f := url.Values{"tuan": {"1", "2", "3", "4", "5"}}
		for _, s := range p.Find("form[action='/van-hanh/lich'] input:not([type=checkbox]), form[action='/van-hanh/lich'] textarea").EachIter() {
			value, ok := s.Attr("value")
			if !ok {
				value = s.Text()
			}
			f.Set(s.AttrOr("name", ""), value)
		}
		for i := 0; i+1 < len(change); i += 2 {
			f.Set(change[i], change[i+1])
		}
		return f
	}
	old := form()
	oper.post("/van-hanh/lich", form("ngay", "nghỉ 5/2/2027 – 11/02/2027 Tết Nguyên đán\r\nwork 2027-02-20 Làm bù\r\n", "dong-cua", "16:30", "gui-3", "45 phút", "nhan-3", "1h30m", "gui-4", "không đặt")).goes(t, "a change", "/van-hanh/lich?xong=1")
	k := w.Exchange.Calendar()
	if len(k.Off) != 7 || len(k.MakeUp) != 1 || k.Closes.String() != "16:30" || k.Urgent[3].Send.String() != "45m" || k.Urgent[3].Receive.String() != "1h30m" || len(k.Yearly) != 4 {
		t.Errorf("the calendar is\n%s", k)
	}
	for lang, want := range map[string][]string{"vi": {"nghỉ 05/02/2027–11/02/2027 Tết Nguyên đán\nlàm bù 20/02/2027 Làm bù\n", "1 giờ 30 phút", "không đặt"},
		"en": {"day off 05/02/2027–11/02/2027 Tết Nguyên đán\nworking day 20/02/2027 Làm bù\n", "1 hour 30 minutes", "none"}} {
		oper.post("/ngon-ngu", url.Values{"ngon-ngu": {lang}})
		f := form()
		if got := []string{f.Get("ngay"), f.Get("nhan-3"), f.Get("gui-4")}; !slices.Equal(got, want) || !strings.Contains(f.Get("hang-nam"), "30/04 ") {
			t.Errorf("%s: the form shows %q and %q, want %q", lang, got, f.Get("hang-nam"), want)
		}
		oper.post("/van-hanh/lich", f).goes(t, "the page as it is", "/van-hanh/lich?xong=nhu-cu")
		if got := w.Exchange.Calendar(); got.String() != k.String() {
			t.Errorf("%s: what the page shows is not what it reads: %s", lang, got)
		}
	}
	for _, c := range []struct {
		name   string
		form   url.Values
		status int
	}{
		{"an old page", old, 409}, {"no day of the week", form("tuan", ""), 422}, {"hours that end first", form("mo-cua", "18:00"), 422},
		{"a line of another kind", form("ngay", "hours 00:00 23:59"), 422}, {"a day that there is not", form("ngay", "nghỉ 30/02/2027"), 422},
		{"a range that ends before", form("ngay", "nghỉ 05/02/2027–04/02/2027"), 422}, {"a date that there is not", form("hang-nam", "31/06 Hè"), 422},
		{"a limit of half a minute", form("nhan-2", "30 giây"), 422}, {"a limit that is not said", form("nhan-2", " "), 422},
		{"words in a field of one", form("gui-1", "1h receive 1h"), 422}, {"a name that would be cut", form("ngay", "nghỉ 31/12/2026 Nghỉ bù #2"), 422},
		{"a holiday that would be cut", form("hang-nam", "30/04 Lễ #1"), 422},
	} {
		if p := oper.post("/van-hanh/lich", c.form); p.Status != c.status || p.Find(".band.red").Length() != 1 {
			t.Errorf("%s: %d, want %d with what was wrong", c.name, p.Status, c.status)
		}
	}
	if got := strings.Join(w.acts(translog.PolicyChanged), " "); got != "calendar" {
		t.Errorf("the log has %q", got)
	}
}

// The system page says what is known, and leaves out what is not.
func TestSystemPage(t *testing.T) {
	w, oper := newOperateWorld(t, func(o *console.Options) {
		o.Machine = healthy()
		o.Machine.Settings = []console.Setting{{Path: "hub.name", Value: "Trục thử nghiệm", Source: "/etc/lienthong.yaml"}, {Path: "admin.listen", Value: "127.0.0.1:9090"}}
		o.Machine.Stored = func() ([]console.Stored, error) { return []console.Stored{{Name: "hub.db", Bytes: 3 << 30}}, nil }
	})
	w.backedUp()
	p := oper.get("/van-hanh/he-thong")
	for _, want := range []string{"hub.name", "/etc/lienthong.yaml", "http://127.0.0.1:9090/metrics", "hub.db", "3 GB", "60 GB", "Gốc tin cậy", "CRL", "được giữ đúng", "Nguyễn Thị oper", "TEST ONLY"} {
		if !p.has(want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	_, oper = newOperateWorld(t)
	if p := oper.get("/van-hanh/he-thong"); p.Status != 200 || p.has("Đĩa dữ liệu") || p.has("Cấu hình đang dùng") {
		t.Errorf("%d: the page shows what nobody told it", p.Status)
	}
}

// Thresholds of the configuration are shown beside the calendar, with where they are changed, and no others.
func TestThresholds(t *testing.T) {
	_, oper := newOperateWorld(t, func(o *console.Options) {
		o.Machine.Settings = []console.Setting{{Path: "delivery.answer", Value: "3wd", Source: "/etc/lienthong.yaml:9"}, {Path: "hub.name", Value: "Trục thử nghiệm", Source: "default"},
			{Path: "admin.listen", Value: `""`, Source: "default"}}
	})
	p := oper.get("/van-hanh/lich")
	if rows := p.Find("section[class='card wide'] tbody tr"); rows.Length() != 1 || !p.has("Chờ trả lời đề nghị lấy lại") || !p.has("3 ngày làm việc") || !p.has("/etc/lienthong.yaml:9") {
		t.Errorf("%d thresholds are shown", rows.Length())
	}
	if !oper.get("/van-hanh/he-thong").has("tắt (admin.listen để trống)") {
		t.Error("that metrics are off is not said")
	}
	_, oper = newOperateWorld(t)
	if oper.get("/van-hanh/lich").has("Ngưỡng khác") {
		t.Error("thresholds of which nobody told are shown")
	}
}

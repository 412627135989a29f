package console_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/internal/hubtest"
)

func credentials(login, password, back string) url.Values {
	return url.Values{"ten": {login}, "mat-khau": {password}, "ve": {back}}
}

func TestSignInAndBackToWhereOneWantedToGo(t *testing.T) {
	w := newWorld(t)
	w.person("an", desk, exchange.Clerk)
	v := w.stranger()
	first := v.get("/van-ban-den?tt=tat-ca&q=a")
	first.goes(t, "a stranger", "/dang-nhap?ve=%2Fvan-ban-den%3Ftt%3Dtat-ca%26q%3Da")
	form := v.get(first.Header.Get("Location"))
	back, _ := form.Find("form[action='/dang-nhap'] input[name=ve]").Attr("value")
	wrong := v.post("/dang-nhap", credentials("an", "sai mật khẩu rồi", back))
	if wrong.Status != http.StatusUnprocessableEntity || !wrong.has("Tên đăng nhập hoặc mật khẩu không đúng.") {
		t.Errorf("a wrong password: %d", wrong.Status)
	}
	if login, _ := wrong.Find("input[name=ten]").Attr("value"); login != "an" {
		t.Errorf("the login is lost: %q", login)
	}
	v.post("/dang-nhap", credentials("an", password, back)).goes(t, "the right password", "/van-ban-den?tt=tat-ca&q=a")
	if p := v.get("/"); p.Status != http.StatusOK || !p.has("Nguyễn Thị an") || !p.has("UBND xã Đồng Thịnh") {
		t.Errorf("the desk: %d", p.Status)
	}
	v.post("/dang-xuat", nil).goes(t, "sign-out", "/dang-nhap")
	v.get("/").goes(t, "signed out", "/dang-nhap")
}

func TestSignInWithACode(t *testing.T) {
	w := newWorld(t)
	oper := w.person("oper", "", exchange.Operate)
	w.pass(time.Minute)
	v := w.stranger()
	asked := v.post("/dang-nhap", credentials("oper", password, "/"))
	step, ok := asked.Find("input[name=buoc]").Attr("value")
	if asked.Status != http.StatusOK || !ok {
		t.Fatalf("no code is asked for: %d", asked.Status)
	}
	v.get("/tai-khoan").goes(t, "before the code", "/dang-nhap?ve=%2Ftai-khoan")
	wrong := v.post("/dang-nhap/ma", url.Values{"buoc": {step}, "ma": {"000000"}, "ve": {"/"}})
	if wrong.Status != http.StatusUnprocessableEntity || !wrong.has("Mã xác thực không đúng.") {
		t.Errorf("a wrong code: %d", wrong.Status)
	}
	v.post("/dang-nhap/ma", url.Values{"buoc": {step}, "ma": {w.code(oper.second)}, "ve": {"/"}}).goes(t, "the right code", "/")
	v.get("/").goes(t, "an operator's desk", "/van-hanh/tong-quan")

	w.pass(time.Minute)
	other := w.stranger()
	step, _ = other.post("/dang-nhap", credentials("oper", password, "/")).Find("input[name=buoc]").Attr("value")
	other.post("/dang-nhap/ma", url.Values{"buoc": {step}, "ma": {oper.codes[0]}, "ve": {"/"}}).goes(t, "a recovery code", "/")
	late := w.stranger()
	step, _ = late.post("/dang-nhap", credentials("oper", password, "/")).Find("input[name=buoc]").Attr("value")
	w.pass(6 * time.Minute)
	again := late.post("/dang-nhap/ma", url.Values{"buoc": {step}, "ma": {oper.codes[1]}, "ve": {"/"}})
	if again.Find("input[name=mat-khau]").Length() != 1 {
		t.Errorf("a code that came too late: %d, want the sign-in anew", again.Status)
	}
}

// byHeader takes a header for the address, so that one test has several networks.
func byHeader(o *console.Options) {
	o.Address = func(r *http.Request) netip.Addr {
		a, err := netip.ParseAddr(r.Header.Get("X-Test-Address"))
		if err != nil {
			return netip.MustParseAddr("127.0.0.1")
		}
		return a
	}
}

func TestSignInIsLocked(t *testing.T) {
	w := newWorld(t, byHeader)
	w.person("an", desk, exchange.Clerk)
	v := w.stranger()
	for range 5 {
		v.post("/dang-nhap", credentials("an", "sai mật khẩu rồi", "/"))
	}
	p := v.post("/dang-nhap", credentials("an", password, "/"))
	if p.Status != http.StatusServiceUnavailable || !p.has("Tạm khóa đến ") || p.Header.Get("Retry-After") != "30" {
		t.Errorf("the sixth try: %d, Retry-After %q, %s", p.Status, p.Header.Get("Retry-After"), p.Find(".band").Text())
	}
	w.stranger().post("/dang-nhap", credentials("an", password, "/"), "X-Test-Address", "10.0.0.7").goes(t, "the owner elsewhere", "/")
	w.pass(time.Minute)
	v.post("/dang-nhap", credentials("an", password, "/")).goes(t, "a minute later", "/")
}

// A browser in which somebody signed in comes in while its network is locked, also after signing out and with a new
// password, and beside others who sign in there; with the locks of all other places, too.
func TestAKnownBrowserIsNotLockedOut(t *testing.T) {
	w := newWorld(t, byHeader)
	w.person("an", desk, exchange.Clerk)
	w.person("binh", desk, exchange.Clerk)
	v := w.stranger()
	v.post("/dang-nhap", credentials("an", password, "/")).goes(t, "the first sign-in", "/")
	v.post("/dang-xuat", nil)
	v.post("/dang-nhap", credentials("binh", password, "/")).goes(t, "another who sits there", "/")
	v.post("/dang-xuat", nil)
	lock := func(login string) {
		t.Helper()
		for i := range 12 {
			for range 5 {
				w.stranger().post("/dang-nhap", credentials(login, "sai mật khẩu rồi", "/"), "X-Test-Address", fmt.Sprint("127.0.0.", i+1))
			}
		}
		for _, address := range []string{"127.0.0.1", "10.0.0.7"} {
			if p := w.stranger().post("/dang-nhap", credentials(login, password, "/"), "X-Test-Address", address); p.Status != http.StatusServiceUnavailable {
				t.Errorf("a strange browser at %s is answered %d", address, p.Status)
			}
		}
	}
	lock("an")
	v.post("/dang-nhap", credentials("an", password, "/")).goes(t, "the known browser", "/")
	next := url.Values{"hien-tai": {password}, "mat-khau": {password + "2"}, "nhac-lai": {password + "2"}}
	v.post("/tai-khoan/mat-khau", next).goes(t, "a new password", "/tai-khoan?xong=mat-khau")
	v.post("/dang-xuat", nil)
	v.post("/dang-nhap", credentials("an", password+"2", "/")).goes(t, "with the new password", "/")
	v.post("/dang-xuat", nil)
	lock("binh")
	v.post("/dang-nhap", credentials("binh", password, "/")).goes(t, "the other", "/")
}

// Wrong passwords on the account page and wrong codes at a link lock them, and the answer says for how long.
func TestLocksInsideSayHowLong(t *testing.T) {
	w := newWorld(t)
	v := w.person("oper", "", exchange.Operate)
	token, err := w.People.Invite(t.Context(), hubtest.Operator(), "oper")
	w.must(err)
	for range 5 {
		v.post("/tai-khoan/ma-du-phong", url.Values{"hien-tai": {"sai mật khẩu rồi"}})
	}
	form := url.Values{"mat-khau": {password + "2"}, "nhac-lai": {password + "2"}, "ma": {"000000"}}
	for range 5 {
		v.post("/loi-moi/"+token, form)
	}
	for name, p := range map[string]page{
		"account page": v.post("/tai-khoan/mat-khau", url.Values{"hien-tai": {password}, "mat-khau": {password + "2"}, "nhac-lai": {password + "2"}}),
		"link":         v.post("/loi-moi/"+token, form),
	} {
		if p.Status != http.StatusServiceUnavailable || p.Header.Get("Retry-After") != "30" || !p.has("Tạm khóa đến ") {
			t.Errorf("%s: %d, Retry-After %q", name, p.Status, p.Header.Get("Retry-After"))
		}
	}
}

// The way back is an address of the console, whatever a form says.
func TestNoWayToOtherSites(t *testing.T) {
	w := newWorld(t)
	w.person("an", desk, exchange.Clerk)
	for _, back := range []string{"https://evil.example/", "//evil.example/", "///evil.example/", "////evil.example/", "/\\evil.example", "evil", "javascript:alert(1)", "", "\x00"} {
		w.stranger().post("/dang-nhap", credentials("an", password, back)).goes(t, back, "/")
		w.stranger().post("/ngon-ngu", url.Values{"ngon-ngu": {"en"}, "ve": {back}}).goes(t, back, "/")
	}
}

var cookieValue = regexp.MustCompile(`=[A-Za-z0-9_-]{40};`)

func TestSessionCookie(t *testing.T) {
	w := newWorld(t)
	w.person("an", desk, exchange.Clerk)
	for proto, want := range map[string]string{
		"http":  "lt_session=; Path=/; HttpOnly; SameSite=Lax",
		"https": "__Host-lt_session=; Path=/; HttpOnly; Secure; SameSite=Lax",
	} {
		p := w.stranger().post("/dang-nhap", credentials("an", password, "/"), "X-Forwarded-Proto", proto)
		got := p.Header.Get("Set-Cookie")
		known := strings.Replace(strings.Replace(strings.Replace(want, "session", "known", 1), "Path=/;", "Path=/; Max-Age=15552000;", 1), "Lax", "Strict", 1)
		if all := p.Header.Values("Set-Cookie"); len(all) != 2 || cookieValue.ReplaceAllString(all[1], "=;") != known {
			t.Errorf("%s: %q, want %q with a value", proto, all, known)
		}
		name, rest, _ := strings.Cut(got, "=")
		value, rest, _ := strings.Cut(rest, ";")
		if name+"=;"+rest != want || len(value) != 43 {
			t.Errorf("%s: %q, want %q with a value", proto, got, want)
		}
	}
}

// A session that ends under a page: htmx is told to leave it, a form is not taken, and both come back.
func TestSessionEndsUnderAPage(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	w.pass(31 * time.Minute)
	p := v.get("/van-ban-den?q=x", "HX-Request", "true", "HX-Current-URL", w.URL+"/van-ban-den?q=x")
	if want := "/dang-nhap?het=1&ve=%2Fvan-ban-den%3Fq%3Dx"; p.Status != http.StatusOK || p.Header.Get("HX-Redirect") != want || p.Text != "" {
		t.Errorf("htmx is answered %d, %q, %d bytes; want a redirect to %q and nothing to swap in", p.Status, p.Header.Get("HX-Redirect"), len(p.Text), want)
	}
	v.post("/van-ban-den/lay", nil).goes(t, "a form", "/dang-nhap?het=1")
	if p := v.get("/dang-nhap?het=1"); !p.has("Phiên làm việc đã hết.") {
		t.Error("the page does not say why one is here")
	}
}

// Forms of other sites are not taken (http.CrossOriginProtection).
func TestFormsOfOtherSites(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	id := w.send(nil, desk)
	v.post("/van-ban-den/lay", nil)
	for name, headers := range map[string][]string{
		"fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"another origin": {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
	} {
		p := v.post("/van-ban-den/"+id+"/tiep-nhan", nil, headers...)
		if p.Status != http.StatusForbidden || !strings.Contains(p.Text, "được gửi từ một trang khác") {
			t.Errorf("%s: %d, want 403: %s", name, p.Status, p.Text)
		}
	}
	if p := v.get("/van-ban-den?tt=cho"); p.Find("table.list tbody tr").Length() != 1 {
		t.Error("the document was accepted by a foreign form")
	}
}

func TestInvitation(t *testing.T) {
	w := newWorld(t)
	_, token, err := w.People.Add(t.Context(), hubtest.Operator(), directory.Draft{Login: "oper", Name: "Trần Văn B", Roles: []exchange.PersonRole{exchange.Operate}})
	w.must(err)
	v := w.stranger()
	path := "/loi-moi/" + token
	p := v.get(path)
	secret := p.Find("code.secret").Text()
	if src, _ := p.Find(".enrol img").Attr("src"); secret == "" || !strings.HasPrefix(src, "data:image/png;base64,") {
		t.Fatalf("no second factor is offered: %d", p.Status)
	}
	form := func(one, two, code string) url.Values {
		return url.Values{"mat-khau": {one}, "nhac-lai": {two}, "ma": {code}}
	}
	code := w.code(directory.Enrolment{Secret: secret})
	for name, f := range map[string]url.Values{
		"two passwords":    form(password, password+"x", code),
		"a short password": form("ngắn", "ngắn", code),
		"a wrong code":     form(password, password, "000000"),
		"no code":          form(password, password, ""),
	} {
		if p := v.post(path, f); p.Status != http.StatusUnprocessableEntity || p.Find(".band.red").Length() != 1 || p.Find("code.secret").Text() != secret {
			t.Errorf("%s: %d, the secret is %q; want the form again with the same", name, p.Status, p.Find("code.secret").Text())
		}
	}
	done := v.post(path, form(password, password, code))
	if done.Status != http.StatusOK || done.Find("ol.codes li").Length() != 10 {
		t.Fatalf("%d, %d recovery codes", done.Status, done.Find("ol.codes li").Length())
	}
	if p := v.get("/tai-khoan"); p.Status != http.StatusOK || !p.has("Trần Văn B") || !p.has("Còn 10 mã dự phòng") {
		t.Errorf("signed in: %d", p.Status)
	}
	if p := w.stranger().get(path); p.Status != http.StatusNotFound || !p.has("Đường dẫn này đã dùng") {
		t.Errorf("the used link: %d", p.Status)
	}
}

func TestAccount(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	other := w.stranger()
	other.post("/dang-nhap", credentials("an", password, "/"))
	p := v.get("/tai-khoan")
	ends, _ := p.Find("form[action^='/tai-khoan/phien/']").Attr("action")
	if ends == "" || p.Find("table tbody tr").Length() != 3-1 {
		t.Fatalf("%d sessions are listed, want two, one of them to be ended", p.Find("table tbody tr").Length())
	}
	v.post(ends, nil).goes(t, "ending it", "/tai-khoan?xong=phien")
	other.get("/").goes(t, "the ended session", "/dang-nhap")

	wrong := v.post("/tai-khoan/mat-khau", url.Values{"hien-tai": {"sai"}, "mat-khau": {password + "2"}, "nhac-lai": {password + "2"}})
	if wrong.Status != http.StatusUnprocessableEntity || !wrong.has("Mật khẩu hiện tại không đúng.") {
		t.Errorf("a wrong present password: %d", wrong.Status)
	}
	v.post("/tai-khoan/mat-khau", url.Values{"hien-tai": {password}, "mat-khau": {password + "2"}, "nhac-lai": {password + "2"}}).
		goes(t, "a new password", "/tai-khoan?xong=mat-khau")
	other.post("/dang-nhap", credentials("an", password+"2", "/")).goes(t, "signing in with it", "/")

	secret := v.get("/tai-khoan/hai-lop").Find("code.secret").Text()
	code := w.code(directory.Enrolment{Secret: secret})
	if p := v.post("/tai-khoan/hai-lop", url.Values{"hien-tai": {password + "2"}, "ma": {"1"}}); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: %d", p.Status)
	}
	if p := v.post("/tai-khoan/hai-lop", url.Values{"hien-tai": {password + "2"}, "ma": {code}}); p.Find("ol.codes li").Length() != 10 {
		t.Errorf("the second factor: %d", p.Status)
	}
	v.get("/tai-khoan/hai-lop").goes(t, "once set", "/tai-khoan")
	if p := v.post("/tai-khoan/ma-du-phong", url.Values{"hien-tai": {password + "2"}}); p.Find("ol.codes li").Length() != 10 {
		t.Errorf("new recovery codes: %d", p.Status)
	}
}

func TestHeadersOfEveryPage(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	for _, path := range []string{"/", "/dang-nhap", "/van-ban-den", "/tai-khoan", "/khong-co", "/van-ban-den/x", "/loi-moi/x"} {
		h := v.get(path).Header
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") ||
			!strings.Contains(csp, "frame-ancestors 'none'") || !strings.Contains(csp, "form-action 'self'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "same-origin" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestLanguage(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	if p := v.get("/van-ban-den"); p.AttrOr("lang", "") != "" || p.Find("html").AttrOr("lang", "") != "vi" || !p.has("Chờ tiếp nhận") {
		t.Errorf("at first: %q", p.Find("html").AttrOr("lang", ""))
	}
	v.post("/ngon-ngu", url.Values{"ngon-ngu": {"en"}, "ve": {"/van-ban-den?tt=tu-choi"}}).goes(t, "the switch", "/van-ban-den?tt=tu-choi")
	if p := v.get("/van-ban-den"); p.Find("html").AttrOr("lang", "") != "en" || !p.has("Waiting (Chờ tiếp nhận)") {
		t.Error("not in English")
	}
	v.post("/ngon-ngu", url.Values{"ngon-ngu": {"xx"}})
	if p := v.get("/"); p.Find("html").AttrOr("lang", "") != "en" {
		t.Error("a language that there is not changed it")
	}
}

// What somebody had written when the session was over is there again after signing in; for them alone, and never a password.
func TestWhatWasWrittenIsKept(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	v := w.person("an", desk, exchange.Clerk)
	w.person("binh", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	refusal, page := "/van-ban-den/"+id+"/tu-choi", "/van-ban-den/"+id
	w.pass(31 * time.Minute)
	text := "Thiếu phụ lục số 02; đề nghị gửi lại."
	signsIn := func(v *visitor, login, back string) {
		t.Helper()
		v.post("/dang-nhap", credentials(login, password, back)).goes(t, "signing in", back)
	}
	to := func(path string) string { return "/dang-nhap?" + url.Values{"het": {"1"}, "ve": {path}}.Encode() }
	p := v.post(refusal, url.Values{"ly-do": {"thieu"}, "giai-thich": {text}})
	p.goes(t, "a refusal without a session", to(refusal))
	if set := strings.Join(p.Header.Values("Set-Cookie"), "\n"); strings.Contains(set, "phụ lục") || !strings.Contains(set, "lt_kept=") || !strings.Contains(set, "HttpOnly; SameSite=Lax") {
		t.Errorf("it is kept in %q", set)
	}
	if p := v.get(p.Header.Get("Location")); !p.has("Nội dung đang nhập được giữ.") {
		t.Error("the page does not say that the text is kept")
	}
	signsIn(v, "an", refusal)
	v.get(page) // another page takes nothing away
	if p := v.get(refusal); p.Find("textarea").Text() != text || p.Find("input[value=thieu][checked]").Length() != 1 {
		t.Errorf("the form has %q", p.Find("textarea").Text())
	}
	if p := v.get(refusal); p.Find("textarea").Text() != "" {
		t.Error("it is there a second time")
	}
	w.pass(31 * time.Minute)
	v.post(page+"/tiep-nhan", url.Values{"so-den": {"456"}, "ghi-chu": {"Chuyển <b>lãnh đạo</b>"}}).goes(t, "an acceptance", to(page))
	signsIn(v, "an", page)
	if p := v.get(page); p.Find("#so-den").AttrOr("value", "") != "456" || p.Find("#ghi-chu").AttrOr("value", "") != "Chuyển <b>lãnh đạo</b>" {
		t.Error("number and note are lost")
	}
	w.pass(31 * time.Minute)
	p = v.post(refusal, url.Values{"ly-do": {"thieu"}, "giai-thich": {text}}, "HX-Request", "true")
	if got := p.Header.Get("HX-Redirect"); got != to(refusal) {
		t.Errorf("htmx is led to %q", got)
	}
	signsIn(v, "binh", refusal) // somebody else sits down
	if p := v.get(refusal); p.Status != http.StatusOK || p.Find("textarea").Text() != "" {
		t.Errorf("another person finds %q", p.Find("textarea").Text())
	}
	w.pass(31 * time.Minute)
	if p := v.post("/tai-khoan/mat-khau", url.Values{"cu": {password}, "mat-khau": {password}}); strings.Contains(strings.Join(p.Header.Values("Set-Cookie"), ""), "lt_kept") {
		t.Error("a password is kept")
	}
	long := url.Values{"ly-do": {"khac"}, "giai-thich": {strings.Repeat("ă", 5000)}}
	if p := v.post(refusal, long); strings.Contains(strings.Join(p.Header.Values("Set-Cookie"), ""), "lt_kept") {
		t.Error("more is kept than a browser takes")
	}
	if p := w.stranger().post(refusal, url.Values{"ly-do": {"khac"}}); strings.Contains(strings.Join(p.Header.Values("Set-Cookie"), ""), "lt_kept") {
		t.Error("something is kept of nobody")
	}
}

// A list that htmx asks for when the session is over comes back with what was typed, not with what stood there before.
func TestAFilterIsKept(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	w.pass(31 * time.Minute)
	for asked, want := range map[string]string{
		"/van-ban-den?q=moi": "/van-ban-den?q=moi",
		"/van-ban-di?q=moi":  "/van-ban-den?q=cu", // a part of another page
	} {
		p := v.get(asked, "HX-Request", "true", "HX-Current-URL", w.URL+"/van-ban-den?q=cu")
		if got := p.Header.Get("HX-Redirect"); got != "/dang-nhap?"+(url.Values{"het": {"1"}, "ve": {want}}).Encode() {
			t.Errorf("asked for %s, one is led to %s", asked, got)
		}
	}
}

package console_test

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/delivery"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/traffic"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// posted is an agency to whose software the hub posts.
const posted exchange.AgencyID = "H44.24.07"

// A vendor is the software of the posted agency: a TLS server that checks what it gets.
type vendor struct {
	*httptest.Server
	w      *world
	answer atomic.Int64 // HTTP status
	pings  atomic.Int64 // with a signature that holds
	skew   atomic.Int64 // seconds that its clock is off
}

func newVendor(w *world) *vendor {
	s := &vendor{w: w}
	s.answer.Store(http.StatusOK)
	s.Server = httptest.NewTLSServer(s)
	w.t.Cleanup(s.Close)
	return s
}

func (s *vendor) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	a, _ := s.w.Directory.Agency(posted)
	if err := client.VerifyWebhook(r.Header, body, a.Endpoint.Secret, time.Now()); err != nil {
		rw.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Header.Get("Lienthong-Class") == "ping" {
		s.pings.Add(1)
	}
	rw.Header().Set("Date", time.Now().Add(time.Duration(s.skew.Load())*time.Second).UTC().Format(http.TimeFormat))
	rw.WriteHeader(int(s.answer.Load()))
}

func (s *vendor) roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return pool
}

// A pushed is a world in which the hub posts: with its dispatcher, and the software of one agency.
type pushed struct {
	*world
	*vendor
	ended chan delivery.Attempt
	d     *delivery.Dispatcher
}

func newPushed(t *testing.T) pushed {
	p := pushed{ended: make(chan delivery.Attempt, 100), d: &delivery.Dispatcher{}}
	p.world = newWorld(t, func(o *console.Options) {
		o.Breaker = func(id exchange.AgencyID) (console.Breaker, bool) {
			b, ok := p.d.Breaker(id)
			return console.Breaker{Parked: b.Parked, Outages: b.Outages, Opens: b.Opens}, ok
		}
	})
	p.vendor = newVendor(p.world)
	p.Enrol(exchange.Agency{ID: posted, Name: "UBND xã Tiên Lương", Channel: exchange.Push, Parent: department})
	_, err := p.Directory.SetEndpoint(t.Context(), hubtest.Operator(), posted, exchange.Endpoint{URL: p.vendor.URL + "/nhan",
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	p.must(err)
	push := &delivery.Push{Roots: p.roots()}
	p.Exchange.Prober = push
	p.d.Queue, p.d.Hub, p.d.Agencies, p.d.Courier = p.Store, p.Exchange, p.Directory, push
	p.d.Observe = func(a delivery.Attempt) {
		p.Book.Attempted(traffic.Attempt{At: a.Began, Agency: a.Agency, Delivery: a.Delivery, Number: a.Number, Took: a.Took,
			Class: string(a.Verdict.Class), Reason: a.Verdict.Reason, Detail: a.Verdict.Detail})
		p.ended <- a
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = p.d.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return p
}

// post sends a document to the posted agency and waits for the attempt to end.
func (p pushed) post() {
	p.t.Helper()
	p.send(nil, posted)
	p.d.Wake([]exchange.AgencyID{posted})
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatal("nothing was posted")
	}
}

// The journey of an agency's administrator in a real browser.
func TestAgencyJourneys(t *testing.T) {
	t.Parallel()
	chromium(t)
	p := newPushed(t)
	b := newBrowser(t, p.world)
	p.person("dung", posted, exchange.AgencyAdmin)
	b.takeOver(p.person("giang", posted, exchange.AgencyAdmin))
	for _, journey := range []struct {
		name string
		walk func(*testing.T, *browser, pushed)
	}{
		{"a key is rotated and the old one revoked", rotatesKey},
		{"the connection is tested", testsConnection},
		{"the endpoint's attempts, address and secret", minds},
		{"a clerk is invited", invites},
		{"an agency whose software fetches", fetches},
		{"all other screens", looksAroundAgency},
	} {
		t.Run(journey.name, func(t *testing.T) {
			b.t = t
			journey.walk(t, b, p)
		})
	}
	b.t = t
	p.Sound()
}

func limits(p pushed, key string) error {
	_, err := (&client.Client{URL: p.world.URL, Key: key, HTTP: &http.Client{}}).Limits(p.t.Context())
	return err
}

func rotatesKey(t *testing.T, b *browser, p pushed) {
	old := p.Party(posted).Key
	b.open("/")
	if b.at() != "/don-vi/ket-noi" {
		t.Errorf("an administrator begins at %s", b.at())
	}
	b.click("a[href='/don-vi/khoa']")
	if status := b.click("form[action$='/doi'] button"); status != 200 || !b.has("Chỉ hiện lần này") {
		t.Fatalf("the key was not rotated: %d at %s", status, b.at())
	}
	b.glance("agency-key")
	fresh := eval[string](b, "document.querySelector('code.secret').textContent")
	if saved := eval[string](b, "atob(document.querySelector('a[download]').href.split(',')[1])"); saved != fresh+"\n" {
		t.Errorf("the file holds %d bytes, which is not the key", len(saved))
	}
	for name, key := range map[string]string{"old": old, "new": fresh} {
		if err := limits(p, key); err != nil {
			t.Errorf("while both are in force the %s key is refused: %v", name, err)
		}
	}
	b.open("/don-vi/khoa")
	if !b.has("Có hai khóa đang dùng") || b.has(fresh) {
		t.Error("the page does not say that two keys are in force, or shows the new one again")
	}
	b.see("agency-keys")
	a, _ := p.Directory.Agency(posted)
	b.click("a[href='/don-vi/khoa/" + a.Keys[0].ID + "/thu-hoi']")
	b.see("agency-revoke")
	b.fill("#xac-nhan", "gì đó")
	if status := b.click("button.danger"); status != 422 || limits(p, old) != nil {
		t.Errorf("the key is revoked though something else was typed: %d", status)
	}
	b.fill("#xac-nhan", a.Keys[0].ID)
	b.click("button.danger")
	if !b.has("Đã thu hồi khóa") {
		t.Errorf("after revoking: %s", b.at())
	}
	if e, ok := limits(p, old).(*client.Problem); !ok || e.Status != 401 {
		t.Errorf("the revoked key: %v, want 401", e)
	}
	if err := limits(p, fresh); err != nil {
		t.Errorf("the new key is refused: %v", err)
	}
	b.open("/don-vi/nhat-ky")
	if !b.has("khóa đã thu hồi") {
		t.Error("the call with the revoked key is not in the list")
	}
	b.see("agency-calls")
	p.logged(t, "key-rotated", "key-revoked")
}

// logged checks that the newest entries of the kinds are by the administrator's session.
func (p pushed) logged(t *testing.T, kinds ...string) {
	t.Helper()
	giang, _ := p.People.Person("giang")
	records, err := p.Store.Entries(t.Context(), 0, 1000)
	p.must(err)
	for _, kind := range kinds {
		found := false
		for _, r := range records {
			found = found || r.Entry.Kind == kind && r.Entry.Actor == string(posted) && r.Entry.Credential == giang.Sessions[0].ID
		}
		if !found {
			t.Errorf("no entry %s by the session of the administrator", kind)
		}
	}
}

func testsConnection(t *testing.T, b *browser, p pushed) {
	b.open("/don-vi/thu")
	b.see("agency-trial-push")
	b.click("main button.primary")
	if !b.has("Mọi bước đều đạt.") || !b.has("HTTP 200") || p.pings.Load() != 1 {
		t.Errorf("the test against a sound endpoint: %d pings that hold", p.pings.Load())
	}
	b.glance("agency-trial-well")
	if text := eval[string](b, "document.getElementById('plain').value"); !strings.Contains(text, "[Đạt] Kết nối an toàn (TLS)") || !strings.Contains(text, p.vendor.URL) {
		t.Errorf("the text for the vendor is %q", text)
	}
}

// refill puts a text in the place of another.
func (b *browser) refill(css, text string) {
	b.t.Helper()
	eval[chromedp.Void](b, `document.querySelector("`+css+`").value = ""`)
	b.fill(css, text)
}

func minds(t *testing.T, b *browser, p pushed) {
	p.post()
	p.answer.Store(http.StatusServiceUnavailable)
	p.post()
	p.answer.Store(http.StatusOK)
	b.open("/don-vi/bao-ve")
	if !b.has("Đã nhận (200 OK)") || !b.has("Phần mềm nơi nhận trả lời HTTP 503") {
		t.Error("the attempts are not told")
	}
	b.see("agency-endpoint")
	b.refill("#dia-chi", "https://8.8.8.8/nhan")
	if status := b.click("form[action='/don-vi/bao-ve'] button"); status != 422 || !b.has("ngoài các mạng mà người vận hành cho phép") {
		t.Errorf("an address outside of the networks: %d", status)
	}
	b.glance("agency-endpoint-refused")
	b.refill("#dia-chi", p.vendor.URL+"/moi")
	b.click("form[action='/don-vi/bao-ve'] button")
	if a, _ := p.Directory.Agency(posted); a.Endpoint.URL != p.vendor.URL+"/moi" || !b.has("Đã lưu địa chỉ nhận") {
		t.Errorf("the endpoint is %s", a.Endpoint.URL)
	}
	before, _ := p.Directory.Agency(posted)
	b.click("form[action$='/khoa-ky'] button")
	after, _ := p.Directory.Agency(posted)
	if shown := eval[string](b, "document.querySelector('code.secret').textContent"); shown != after.Endpoint.Secret || shown == before.Endpoint.Secret ||
		after.Endpoint.Former != before.Endpoint.Secret {
		t.Error("the secret was not rotated with an overlap")
	}
	b.glance("agency-secret")
	p.logged(t, "endpoint-moved", "secret-rotated")
	b.open("/don-vi/ket-noi")
	b.see("agency-connection-push")
}

func invites(t *testing.T, b *browser, p pushed) {
	b.open("/don-vi/nguoi-dung")
	b.fill("#ho-ten", "Phạm Văn Mới")
	b.fill("#ten", "Phạm")
	if status := b.click("main button.primary"); status != 422 || !b.has("chữ thường không dấu") {
		t.Errorf("a login that is none: %d", status)
	}
	b.refill("#ten", "moi")
	b.click("main button.primary")
	link := eval[string](b, "document.querySelector('code.secret').textContent")
	if !strings.HasPrefix(link, p.world.URL+"/loi-moi/") {
		t.Fatalf("the link is %q", link)
	}
	b.glance("agency-link")
	in, _, err := p.People.Redeem(t.Context(), strings.TrimPrefix(link, p.world.URL+"/loi-moi/"), password, "", directory.Browser{})
	if x, _, ok := p.People.Session(in.Cookie); err != nil || !ok || x.Agency != posted || !x.Has(exchange.Clerk) || x.Has(exchange.AgencyAdmin) {
		t.Errorf("the link leads to %+v, %v", x, err)
	}
	b.open("/don-vi/nguoi-dung")
	b.see("agency-people")
	b.click("a[href='/don-vi/nguoi-dung/dung/hai-lop']")
	b.see("agency-reset")
	b.open("/don-vi/nguoi-dung")
	b.click("a[href='/don-vi/nguoi-dung/moi/vai-tro']")
	b.see("agency-roles")
	b.do(chromedp.Click(chromedp.CSS("#vai-tro-agency-admin")))
	b.click("main button.primary")
	b.see("agency-roles-confirm")
	b.open("/don-vi/nguoi-dung")
	b.click("form[action$='/moi/khoa'] button")
	if _, _, ok := p.People.Session(in.Cookie); ok || !b.has("Đã khóa tài khoản") {
		t.Error("a disabled person is still in a session")
	}
	p.logged(t, "added", "disabled")
	p.must(p.People.Disable(t.Context(), hubtest.Operator(), "moi"))
	b.open("/don-vi/nguoi-dung")
	if !b.has("Người vận hành trục đã khóa") {
		t.Error("the page does not say that the hub keeps the person out")
	}
	b.see("agency-people-keptout")
}

// fetches is an agency whose software calls the hub, from before its first call on.
func fetches(t *testing.T, b *browser, p pushed) {
	b.takeOver(p.person("hoa", software, exchange.AgencyAdmin))
	b.open("/don-vi/ket-noi")
	if !b.has("Chưa thấy gọi") {
		t.Error("the page does not say that the software was not seen")
	}
	b.see("agency-connection-unseen")
	b.open("/don-vi/thu")
	if !b.has("Chưa có yêu cầu nào tới trục") {
		t.Error("the test does not say that no request came")
	}
	b.see("agency-trial-unseen")
	p.send(nil, software)
	party := p.Party(software)
	party.Client.URL = p.world.URL
	party.Collect()
	p.send(nil, software)
	party.Lease(10)
	_, _ = party.Client.Document(t.Context(), "0199aaaa-0000-7000-8000-000000000000")
	b.open("/don-vi/ket-noi")
	if !b.has("Đang hoạt động") || !b.has("1 bị từ chối") && !b.has("1 lượt bị từ chối") {
		t.Error("the page does not say that the connection works, and of the call that was refused")
	}
	if got := eval[int](b, "document.querySelectorAll('.strip .red').length"); got != 1 {
		t.Errorf("%d red bars, want one", got)
	}
	b.see("agency-connection-pull")
	b.open("/don-vi/thu")
	if !b.has("Mọi bước đều đạt.") {
		t.Error("software that called, fetched and acknowledged does not pass")
	}
	b.see("agency-trial-pull")
	b.open("/don-vi/nhat-ky?kq=loi")
	if !b.has("Không tìm thấy") {
		t.Error("the call that was refused is not in the list")
	}
	b.see("agency-calls-refused")
	b.open("/don-vi/bao-ve")
	b.see("agency-endpoint-pull")
}

func looksAroundAgency(t *testing.T, b *browser, p pushed) {
	for _, screen := range []struct{ name, path string }{
		{"agency-settings", "/don-vi/cai-dat"}, {"agency-sheet", "/don-vi/tai-lieu"},
	} {
		b.open(screen.path)
		b.see(screen.name)
	}
	b.takeOver(p.person("khanh", desk, exchange.AgencyAdmin, exchange.Clerk))
	for _, screen := range []struct{ name, path string }{{"agency-desk-both", "/"}, {"agency-connection-console", "/don-vi/ket-noi"}} {
		b.open(screen.path)
		b.see(screen.name)
	}
	b.open("/don-vi/khoa")
	a, _ := p.Directory.Agency(desk)
	b.click("a[href='/don-vi/chung-thu/" + a.Certificates[0].Fingerprint() + "/ket-thuc']")
	b.see("agency-end")
	b.leads(chromedp.Reload())
}

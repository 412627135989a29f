package console_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	protocol "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/lienthong/lienthong/exchange"
)

// An open list is renewed in place, with the focus where it was; what is new is announced and put nowhere.
func TestLiveInTheBrowser(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newWorld(t)
	b := newBrowser(t, w)
	first := w.send(nil, desk)
	clerk := w.person("an", desk, exchange.Clerk)
	clerk.post("/van-ban-den/lay", nil)
	b.takeOver(w.person("chi", department, exchange.Clerk))
	b.open("/van-ban-di")
	watchesRow(t, b, clerk, first)

	eval[chromedp.Void](b, listens)
	second := w.send(nil, desk)
	b.await("the announcement", "document.title.startsWith('(1) ')")
	if n := eval[int](b, "window.rung"); n != 1 {
		t.Errorf("a new document is told by %d sounds, want one", n)
	}
	if !b.has("Có 1 văn bản mới được gửi đi.") || eval[int](b, "document.querySelectorAll('table.list tbody tr').length") != 1 {
		t.Error("a new document is put into the list, or not announced")
	}
	b.glance("outgoing-announced")
	b.click("#news a")
	if eval[int](b, "document.querySelectorAll('table.list tbody tr').length") != 2 {
		t.Error("loaded again, the list lacks the new document")
	}
	b.open("/van-ban-di/" + second)
	clerk.post("/van-ban-den/lay", nil)
	clerk.post("/van-ban-den/"+second+"/tiep-nhan", nil)
	b.await("the document's own page", "document.getElementById('progress').innerText.includes('1/1 đã tiếp nhận') && document.getElementById('addressees').innerText.includes('Đã tiếp nhận')")

	b.click("form.live button[name=tat]")
	if b.at() != "/van-ban-di/"+second || !b.has("Tạm dừng") || eval[bool](b, "document.getElementById('live') !== null") {
		t.Errorf("paused, the page is %s", b.at())
	}
	b.see("sent-paused")
}

// listens counts the page's sounds in place of making them.
const listens = `window.rung = 0; window.AudioContext = function () {
	this.createOscillator = () => ({frequency: {}, connect() {}, start() { window.rung++ }, stop() {}});
	this.close = () => {};
}`

// watchesRow has the clerk of the addressee accept, while the sender has the focus on the document's row.
func watchesRow(t *testing.T, b *browser, clerk *visitor, id string) {
	b.await("the live state", "document.getElementById('live-state').textContent === '● Trực tiếp'")
	b.see("outgoing-live")
	b.await("the live state", "document.getElementById('live-state').textContent === '● Trực tiếp'")
	eval[chromedp.Void](b, `window.stays = true; document.querySelector("#di-`+id+` a").focus()`)
	clerk.post("/van-ban-den/"+id+"/tiep-nhan", nil)
	b.await("the renewed row", `document.querySelector("#di-`+id+`").innerText.includes("1/1 đã tiếp nhận")`)
	if !eval[bool](b, `window.stays === true && document.activeElement.closest("tr") === document.getElementById("di-`+id+`")`) {
		t.Error("the focus did not stay on the row")
	}
}

// Where no stream comes through, the page asks by itself and says so.
func TestPollingInTheBrowser(t *testing.T) {
	t.Parallel()
	chromium(t)
	w := newWorld(t)
	through(w, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/truc-tiep" {
				http.Error(rw, "no streams here", http.StatusNotFound)
				return
			}
			next.ServeHTTP(rw, r)
		})
	})
	b := newBrowser(t, w)
	b.takeOver(w.person("chi", department, exchange.Clerk))
	// The page's minutes pass in moments.
	_, err := chromedp.Call(b.ctx, protocol.AddScriptToEvaluateOnNewDocument, protocol.AddScriptToEvaluateOnNewDocumentParams{Source: `
		(function () { var every = window.setInterval, now = Date.now, began = now();
		window.setInterval = function (f, t) { return every(f, t / 200); };
		Date.now = function () { return began + (now() - began) * 200; }; })()`})
	b.must(err)
	b.open("/van-ban-di")
	w.send(nil, desk)
	b.await("the announcement", "document.title.startsWith('(1) ')")
	b.await("the state", "document.getElementById('live-state').textContent.startsWith('Mất kết nối trực tiếp')")
	b.glance("outgoing-polled")
	shown := eval[string](b, "document.getElementById('live-state').textContent.slice(-5)")
	var minutes []string
	for ago := range 6 {
		minutes = append(minutes, time.Now().In(time.FixedZone("", 7*60*60)).Add(-time.Duration(ago)*time.Minute).Format("15:04"))
	}
	if !slices.Contains(minutes, shown) {
		t.Errorf("the state is of %s, and in Vietnam it was %v just now", shown, minutes)
	}
	w.pass(time.Hour)
	b.await("the end of the session", "document.getElementById('live-state').textContent === 'Phiên làm việc đã hết'")
}

// through puts a proxy before the world.
func through(w *world, wrap func(http.Handler) http.Handler) {
	w.t.Helper()
	u, err := url.Parse(w.URL)
	w.must(err)
	server := httptest.NewServer(wrap(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u); r.Out.Host = r.In.Host }, FlushInterval: -1}))
	w.t.Cleanup(server.Close)
	w.URL = server.URL
}

// Debian's nginx, set up as docs/nginx.conf says, passes on pages, forms and streams at once.
func TestBehindNginx(t *testing.T) {
	nginx, err := exec.LookPath("nginx")
	if err != nil {
		const why = "nginx is not installed: apt-get install nginx-light"
		if required("nginx") {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	w := newWorld(t)
	logs := filepath.Join(t.TempDir(), "access.log")
	w.URL = startNginx(t, nginx, w.URL, logs)
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	in := clerk.follow("/van-ban-den")
	id := w.send(nil, desk)
	in.until("Có 1 văn bản mới.")
	out := sender.follow("/van-ban-di")
	clerk.post("/van-ban-den/"+id+"/tiep-nhan", nil).goes(t, "accepting", "/van-ban-den/"+id)
	out.until("1/1 đã tiếp nhận")
	w.stranger().get("/loi-moi/one-time-secret")
	w.stranger().get("/dang-nhap")
	log := read(t, logs)
	for end := time.Now().Add(patience); !strings.Contains(log, "/dang-nhap") && time.Now().Before(end); log = read(t, logs) {
		time.Sleep(10 * time.Millisecond) // it logs a request once it has been answered
	}
	if strings.Contains(log, "one-time-secret") || !strings.Contains(log, "/dang-nhap") {
		t.Errorf("nginx logged a one-time link, or nothing:\n%s", log)
	}
}

// startNginx runs nginx with the documented server block before a hub, with its access log at logs, and returns its
// address. Of the block the lines about the listener are left out.
func startNginx(t *testing.T, nginx, hub, logs string) string {
	t.Helper()
	dir, address := t.TempDir(), freeAddress(t)
	_, block, ok := strings.Cut(read(t, "../../docs/nginx.conf"), "# -- what follows")
	if !ok || !strings.Contains(block, "http://127.0.0.1:8080") {
		t.Fatal("docs/nginx.conf is not what this test knows")
	}
	var conf strings.Builder
	fmt.Fprintf(&conf, "daemon off; error_log stderr; pid %s/pid; events {}\nhttp { access_log off;\n", dir)
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&conf, "%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	fmt.Fprintf(&conf, "server { listen %s;\n#%s}\n", address, strings.NewReplacer("http://127.0.0.1:8080", hub, "/var/log/nginx/access.log", logs).Replace(block))
	path := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(path, []byte(conf.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nginx, "-p", dir, "-c", path)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	})
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return "http://" + address
		}
	}
	t.Fatal("nginx does not listen")
	return ""
}

// freeAddress is one on which nobody listened just now.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

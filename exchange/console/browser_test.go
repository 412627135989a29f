package console_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// shotsDir names the variable with a directory: a run writes a picture of every screen there, in both languages and widths.
const shotsDir = "LIENTHONG_TEST_SCREENSHOTS"

// widths are the common office screen and a telephone.
var widths = []int64{1366, 390}

// A browser is Chromium with everything that may not happen on a page counted: errors on the console, among them what
// the content security policy refused, and answers of the hub's own fault.
type browser struct {
	t     testing.TB
	w     *world
	ctx   context.Context
	shots string
	axe   string
	whole bool // both languages

	mu    sync.Mutex
	wrong []string
}

func newBrowser(t *testing.T, w *world) *browser {
	t.Helper()
	path := chromium(t)
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(path), chromedp.NoSandbox)...)
	ctx, cancel := chromedp.NewContext(alloc)
	b := &browser{t: t, w: w, ctx: ctx, shots: os.Getenv(shotsDir), axe: unzipped(t, "testdata/axe-4.14.1.min.js.gz")}
	b.whole = b.shots != "" || required("chromium") || os.Getenv("LIENTHONG_TEST_LONG") != ""
	b.must(chromedp.Do(ctx, chromedp.Navigate("about:blank")))
	console, answers := chromedp.Console(ctx), chromedp.Events(ctx, network.ResponseReceived)
	go func() {
		for m, err := range console {
			if err != nil {
				return
			}
			// That a form was refused is no error: Chromium says of every 4xx that a resource could not be loaded.
			if refused := m.Source == "network" && strings.Contains(m.Text, "status of 4"); m.Type == chromedp.ConsoleError && !refused || m.IsException() {
				b.wrongs("console: %s %s", m.Text, m.URL)
			}
		}
	}()
	go func() {
		for e, err := range answers {
			if err != nil {
				return
			}
			if e.Response.Status >= 500 {
				b.wrongs("%d of %s", e.Response.Status, e.Response.URL)
			}
		}
	}()
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	b.must(err)
	t.Cleanup(func() {
		cancel()
		stop()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, w := range b.wrong {
			t.Error(w)
		}
	})
	return b
}

// chromium finds the browser, or ends the test.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	const why = "chromium is not installed: apt-get install chromium"
	if required("chromium") {
		t.Fatal(why)
	}
	t.Skip(why)
	return ""
}

func required(program string) bool {
	return slices.Contains(strings.FieldsFunc(os.Getenv("LIENTHONG_TEST_REQUIRE"), func(r rune) bool { return r == ',' || r == ' ' }), program)
}

func unzipped(t testing.TB, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) wrongs(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.wrong = append(b.wrong, fmt.Sprintf(format, args...))
}

// patience is how long one step may take on a busy machine.
const patience = 60 * time.Second

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.must(chromedp.Do(ctx, steps...))
}

// open goes to an address and returns the status.
func (b *browser) open(path string) int64 {
	b.t.Helper()
	return b.goes(overtaken, chromedp.Navigate(b.w.URL+path))
}

// What a step may meet that is no failure, and is done again: the page was renewed under the hand; what the step before
// led to came only now, in the way of where one goes.
const (
	renewed   = "Could not find node"
	overtaken = "net::ERR_ABORTED"
)

// leads is for steps that lead to another page; it returns its status.
func (b *browser) leads(steps ...chromedp.Action[chromedp.Void]) int64 {
	b.t.Helper()
	return b.goes(renewed, steps...)
}

func (b *browser) goes(again string, steps ...chromedp.Action[chromedp.Void]) int64 {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	eval[bool](b, "window.isLeft = true")
	resp, err := chromedp.RunResponse(ctx, steps...)
	for err != nil && strings.Contains(err.Error(), again) {
		resp, err = chromedp.RunResponse(ctx, steps...)
	}
	b.must(err)
	if resp == nil { // the protocol's events came in an order that chromedp does not know; the page knows its status too
		b.await("the page", "!window.isLeft && document.readyState === 'complete'")
		return eval[int64](b, "performance.getEntriesByType('navigation')[0].responseStatus")
	}
	return resp.Status
}

func (b *browser) click(css string) int64 {
	b.t.Helper()
	return b.leads(chromedp.Click(chromedp.CSS(css)))
}

func (b *browser) fill(css, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(css), text))
}

func eval[T any](b *browser, script string, options ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](script, options...))
	b.must(err)
	return v
}

// at is the path of the page, with its query.
func (b *browser) at() string {
	return eval[string](b, "location.pathname + location.search")
}

func (b *browser) has(text string) bool {
	return strings.Contains(eval[string](b, "document.body.innerText.replace(/\\s+/g, ' ')"), text)
}

// await waits for a condition that the page comes to by itself.
func (b *browser) await(what, script string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(b.ctx, patience)
		ok, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script))
		cancel()
		if err == nil && ok { // between two pages there is none to ask
			return
		}
	}
	b.t.Fatalf("%s did not come; the page is %s", what, b.at())
}

// see looks at a screen in both languages and both widths; where nobody asked for the whole, in Vietnamese alone
// and with axe-core in one width: the default run is to be quick.
func (b *browser) see(name string) {
	b.t.Helper()
	if !b.whole {
		b.glance(name)
		return
	}
	for _, lang := range []string{"en", "vi"} {
		_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: "lt_lang", Value: lang, URL: b.w.URL})
		b.must(err)
		b.leads(chromedp.Reload())
		b.glance(name)
	}
}

// glance looks at a screen as it is, in both widths: for what comes of a form, and cannot be asked for again.
func (b *browser) glance(name string) {
	b.t.Helper()
	lang := eval[string](b, "document.documentElement.lang")
	for _, width := range slices.Backward(widths) {
		b.do(chromedp.EmulateViewport(width, 768))
		where := fmt.Sprintf("%s-%s-%d", name, lang, width)
		if over := eval[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
			b.t.Errorf("%s: the page is %d pixels wider than the screen: %s", where, over, eval[string](b, widest))
		}
		if cut := eval[int](b, "Math.max(0, ...Array.from(document.querySelectorAll('.scroll')).map(e => e.scrollWidth - e.clientWidth))"); cut > 0 && width == widths[0] {
			b.t.Errorf("%s: %d pixels of a table are off the screen, where its last column is", where, cut)
		}
		if strings.Contains(eval[string](b, "document.documentElement.outerHTML"), "⟦") {
			b.t.Errorf("%s: a text is missing", where)
		}
		if b.whole || width == widths[0] {
			b.accessible(where)
		}
		b.shoot(where)
	}
}

// widest names the elements that stick out.
const widest = `Array.from(document.querySelectorAll("body *")).filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll"))
	.slice(0, 5).map(e => e.tagName + "." + e.className).join(", ")`

// accessible has axe-core look at the page, as WCAG 2.0 to 2.2 and its own best practice want it.
func (b *browser) accessible(where string) {
	b.t.Helper()
	if !eval[bool](b, "typeof axe === 'object'") {
		eval[chromedp.Void](b, b.axe)
	}
	const run = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + " " +
		v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")))`
	for _, v := range eval[[]string](b, run, chromedp.EvalAwaitPromise) {
		b.t.Errorf("%s: axe: %s", where, v)
	}
}

func (b *browser) shoot(where string) {
	b.t.Helper()
	if b.shots == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	b.must(err)
	b.must(os.MkdirAll(b.shots, 0o755))
	b.must(os.WriteFile(filepath.Join(b.shots, where+".png"), png, 0o644))
}

// takeOver signs the browser in as a visitor is.
func (b *browser) takeOver(v *visitor) {
	b.t.Helper()
	u, err := url.Parse(b.w.URL)
	b.must(err)
	for _, c := range v.client.Jar.Cookies(u) {
		_, err := chromedp.Call(b.ctx, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value, URL: b.w.URL})
		b.must(err)
	}
}

// press types keys where the focus is.
func (b *browser) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// tabTo presses Tab until the element has the focus, and fails where that never happens or the focus cannot be seen.
func (b *browser) tabTo(css string) {
	b.t.Helper()
	for range 60 {
		if eval[bool](b, fmt.Sprintf("document.activeElement !== null && document.activeElement.matches(%q)", css)) {
			if !eval[bool](b, "getComputedStyle(document.activeElement).outlineStyle !== 'none'") {
				b.t.Errorf("the focus on %s cannot be seen", css)
			}
			return
		}
		b.press(kb.Tab)
	}
	b.t.Fatalf("Tab does not lead to %s on %s", css, b.at())
}

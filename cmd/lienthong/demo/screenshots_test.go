package demo

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// screenshotsDir names the variable with the directory into which TestScreenshots writes.
const screenshotsDir = "LIENTHONG_TEST_SCREENSHOTS"

// maxScreenshot bounds what a picture of the README adds to every clone.
const maxScreenshot = 150 << 10

// TestScreenshots takes the pictures of the README, of two months that were lived through.
func TestScreenshots(t *testing.T) {
	to := os.Getenv(screenshotsDir)
	if to == "" {
		t.Skip(screenshotsDir + " names no directory: run make screenshots, with Debian's chromium")
	}
	path, err := exec.LookPath("chromium")
	must(t, err)
	hub := live(t, time.Now(), Options{Seed: 1, History: 60 * 24 * time.Hour})
	defer hub.close()
	must(t, os.MkdirAll(to, 0o755))
	for _, s := range []struct{ file, login, page string }{
		{"clerk.png", "vanthu", "/van-ban-den?tt=tat-ca"},
		{"operator.png", "vanhanh", "/van-hanh/tong-quan"},
		{"auditor.png", "kiemtra", "/kiem-tra/toan-ven?kiem=1"},
	} {
		picture := frugal(t, hub.picture(path, hub.session(s.login), s.page))
		if len(picture) > maxScreenshot {
			t.Errorf("%s has %d bytes, at most %d", s.file, len(picture), maxScreenshot)
		}
		must(t, os.WriteFile(filepath.Join(to, s.file), picture, 0o644))
	}
}

// picture is what somebody sees on a common office screen.
func (l *lived) picture(chromium, cookie, page string) []byte {
	l.t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
			chromedp.Flag("lang", "vi"), chromedp.Flag("accept-lang", "vi"))...)
	defer stop()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	ctx, late := context.WithTimeout(ctx, 2*time.Minute)
	defer late()
	must(l.t, chromedp.Do(ctx, chromedp.EmulateViewport(1366, 768), chromedp.Navigate("about:blank")))
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "lt_session", Value: cookie, URL: l.url})
	must(l.t, err)
	must(l.t, chromedp.Do(ctx, chromedp.Navigate(l.url+page)))
	_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](settled, chromedp.EvalAwaitPromise))
	must(l.t, err)
	shot, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	must(l.t, err)
	return shot
}

// settled waits until the page asks for no more of itself.
const settled = `new Promise(done => {
	const look = () => document.querySelector("#verify[hx-get]") ? setTimeout(look, 200) : done(true)
	look()
})`

// frugal is a picture with the 256 colours that it has most of, each other one as the nearest of these.
func frugal(t *testing.T, raw []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(raw))
	must(t, err)
	count := map[color.Color]int{}
	for y := range full.Bounds().Dy() {
		for x := range full.Bounds().Dx() {
			count[full.At(x, y)]++
		}
	}
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.Color) int { return count[b] - count[a] })
	small := image.NewPaletted(full.Bounds(), most[:min(len(most), 256)])
	draw.Draw(small, small.Rect, full, image.Point{}, draw.Src)
	var b bytes.Buffer
	must(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small))
	return b.Bytes()
}

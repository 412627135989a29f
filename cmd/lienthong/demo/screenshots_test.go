package demo

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
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
		t.Skip(screenshotsDir + " names no directory")
	}
	path, err := exec.LookPath("chromium")
	must(t, err)
	hub := live(t, time.Now(), Options{Seed: 1, History: 60 * 24 * time.Hour})
	defer hub.close()
	must(t, os.MkdirAll(to, 0o755))
	for _, s := range []struct{ file, login, page, click string }{
		{"clerk.png", "vanthu", "/van-ban-den?tt=tat-ca", ""},
		{"operator.png", "vanhanh", "/van-hanh/tong-quan", ""},
		{"auditor.png", "kiemtra", "/kiem-tra/toan-ven", ""},
	} {
		png := hub.picture(path, hub.session(s.login), s.page)
		if len(png) > maxScreenshot {
			t.Errorf("%s has %d bytes, at most %d", s.file, len(png), maxScreenshot)
		}
		must(t, os.WriteFile(filepath.Join(to, s.file), png, 0o644))
	}
}

// picture is what somebody sees on a common office screen.
func (l *lived) picture(chromium, cookie, page string) []byte {
	l.t.Helper()
	alloc, stop := chromedp.NewExecAllocator(context.Background(),
		append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox)...)
	defer stop()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	ctx, late := context.WithTimeout(ctx, 2*time.Minute)
	defer late()
	must(l.t, chromedp.Do(ctx, chromedp.EmulateViewport(1366, 768), chromedp.Navigate("about:blank")))
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "lt_session", Value: cookie, URL: l.url})
	must(l.t, err)
	must(l.t, chromedp.Do(ctx, chromedp.Navigate(l.url+page)))
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	must(l.t, err)
	return png
}

package console_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
)

// Every search takes as much as people type, and says so of more: what is sought is held against every row, and stands in
// every link of the page.
func TestSearchesAreBounded(t *testing.T) {
	w := newWorld(t)
	clerk, operator, auditor := w.person("chi", department, exchange.Clerk), w.person("van", "", exchange.Operate), w.person("kim", "", exchange.Audit)
	for _, page := range []struct {
		of   *visitor
		path string
	}{
		{clerk, "/van-ban-den?q="}, {clerk, "/van-ban-di?tt=tat-ca&q="}, {clerk, "/van-ban-di?nguon="}, {clerk, "/danh-ba?q="}, {clerk, "/van-ban-di?khan="},
		{operator, "/van-hanh/don-vi?q="}, {operator, "/van-hanh/nguoi-dung?q="}, {operator, "/van-hanh/giao-dich?q="},
		{auditor, "/kiem-tra/nhat-ky?nguoi="}, {auditor, "/kiem-tra/nhat-ky?van-ban="},
	} {
		for text, want := range map[string]int{
			strings.Repeat("ệ", 200): 200, strings.Repeat("ab ", 40): 200,
			strings.Repeat("ệ", 201): 400, strings.Repeat("v ", 41): 400, strings.Repeat("v ", 30_000): 400,
		} {
			p := page.of.get(page.path + url.QueryEscape(text))
			if p.Status != want || want == 400 && !strings.Contains(p.Text, "nhiều nhất 200 ký tự") || len(p.Text) > 200_000 {
				t.Errorf("%s with %d bytes: %d, a page of %d bytes, want %d in words", page.path, len(text), p.Status, len(p.Text), want)
			}
		}
	}
}

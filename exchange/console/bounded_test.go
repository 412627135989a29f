package console_test

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
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

// endless is a hub whose lists are longer than anybody looks, and nothing in them is what is sought.
type endless struct {
	console.Hub
	looked int
}

func (e *endless) Search(_ context.Context, _ exchange.Caller, q exchange.Query) (exchange.Page, error) {
	if q.Code+q.DocumentID != "" || e.looked > 20_000 {
		return exchange.Page{}, nil
	}
	e.looked += q.Limit
	r := exchange.Row{Message: exchange.Message{Class: exchange.ClassDocument, Subject: "Kế hoạch"}, Deliveries: make([]exchange.Delivery, 1)}
	return exchange.Page{Rows: slices.Repeat([]exchange.Row{r}, q.Limit), Next: fmt.Sprint(e.looked)}, nil
}

// What no index knows is looked for in so many rows; the page says how many, and leads on from there.
func TestSearchesEnd(t *testing.T) {
	hub := &endless{}
	w := newWorld(t, func(o *console.Options) { hub.Hub, o.Hub = o.Hub, hub })
	clerk, operator := w.person("chi", department, exchange.Clerk), w.person("van", "", exchange.Operate)
	for _, page := range []struct {
		of   *visitor
		path string
	}{
		{clerk, "/van-ban-den?tt=tat-ca&q=bao+lut"}, {clerk, "/van-ban-di?tt=tat-ca&q=bao+lut"}, {clerk, "/van-ban-den?khan=1&tt=tat-ca"},
		{clerk, "/van-ban-di?nguon=khong+co&tt=tat-ca"}, {operator, "/van-hanh/giao-dich?loai=lay-lai"},
		{operator, "/van-hanh/giao-dich?ket-thuc=ngay&tt=dead-lettered"}, {operator, "/van-hanh/giao-dich?khan=1&tt=underway"}, {operator, "/van-hanh/giao-dich?lon-hon=20"},
	} {
		hub.looked = 0
		p := page.of.get(page.path)
		next := p.Find(".paging a[rel=next]").AttrOr("href", "")
		if hub.looked != 5000 || !p.has("5.000") || !strings.Contains(next, "trang=5000") {
			t.Errorf("%s: %d rows were looked at, want 5000 and word of it; it leads on to %q: %s", page.path, hub.looked, next, p.Find(".note").Text())
		}
	}
}

// Answers that list things wait for their turn, by who asks, and give it back.
func TestListsTakeTurns(t *testing.T) {
	var asked, left []string
	full := false
	w := newWorld(t, func(o *console.Options) {
		o.Places = func(_ context.Context, who string) (func(), error) {
			if full {
				return nil, &exchange.Error{Kind: exchange.Busy}
			}
			asked = append(asked, who)
			return func() { left = append(left, who) }, nil
		}
	})
	clerk, auditor := w.person("an", desk, exchange.Clerk), w.person("kim", "", exchange.Audit)
	lists := []string{"/", "/van-ban-den", "/van-ban-di", "/danh-ba?q=xa", "/bao-cao"}
	for _, path := range append(lists, "/tai-khoan", "/gui-van-ban") {
		clerk.get(path)
	}
	auditor.get("/kiem-tra/nhat-ky")
	if len(asked) != len(lists)+1 || !slices.Equal(asked, left) || asked[0] != string(desk) || !strings.HasPrefix(asked[len(lists)], "auditor:") {
		t.Errorf("turns were asked for by %v and given back by %v", asked, left)
	}
	full = true
	for _, path := range lists {
		if p := clerk.get(path); p.Status != 503 {
			t.Errorf("%s without a turn: %d, want 503", path, p.Status)
		}
	}
	if p := clerk.get("/tai-khoan"); p.Status != 200 {
		t.Errorf("a page that lists nothing: %d", p.Status)
	}
}

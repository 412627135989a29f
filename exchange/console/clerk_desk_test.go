package console_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// counts are the tabs of a list with what stands beside each.
func counts(p page) map[string]string {
	all := map[string]string{}
	p.Find("nav.tabs a").Each(func(_ int, s *goquery.Selection) {
		n := strings.TrimSpace(s.Find(".count").Text())
		all[strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s.Text()), n))] = n
	})
	return all
}

// Each tab says how much is under it, and has just that; a filter that no index knows shows no numbers.
func TestTabsAreCounted(t *testing.T) {
	w := newWorld(t)
	ids := map[string]string{}
	for _, name := range []string{"waits", "accepted", "assigned", "completed", "refused", "asked", "agreed"} {
		ids[name] = w.send(nil, desk)
	}
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	for _, name := range []string{"accepted", "assigned", "completed"} {
		v.post("/van-ban-den/"+ids[name]+"/tiep-nhan", nil)
	}
	v.post("/van-ban-den/"+ids["assigned"]+"/trang-thai", map[string][]string{"ma": {"04"}})
	v.post("/van-ban-den/"+ids["completed"]+"/trang-thai", map[string][]string{"ma": {"06"}})
	v.post("/van-ban-den/"+ids["refused"]+"/tu-choi", map[string][]string{"ly-do": {"khac"}, "giai-thich": {"không thuộc thẩm quyền"}})
	for _, name := range []string{"asked", "agreed"} {
		sender.post("/van-ban-di/"+ids[name]+"/lay-lai", takeBack(wrongAttachment, desk))
	}
	v.post("/van-ban-den/"+ids["agreed"]+"/tra-loi", map[string][]string{"tra-loi": {"dong-y"}})
	for list, want := range map[string]map[string]string{
		"/van-ban-den": {"Chờ tiếp nhận": "2", "Quá hạn": "0", "Đã tiếp nhận": "1", "Đang xử lý": "1", "Hoàn thành": "1", "Đã từ chối": "1", "Yêu cầu lấy lại": "1", "Đã lấy lại": "1", "Tất cả": "7"},
		"/van-ban-di":  {"Cần chú ý": "1", "Chưa nhận đủ": "2", "Quá hạn": "0", "Đã nhận đủ": "3", "Hoàn thành": "1", "Lấy lại chờ trả lời": "1", "Đã lấy lại": "1", "Tất cả": "7"},
	} {
		who := map[string]*visitor{"/van-ban-den": v, "/van-ban-di": sender}[list]
		p := who.get(list)
		got := counts(p)
		for tab, n := range want {
			if got[tab] != n {
				t.Errorf("%s: %s counts %q, want %s", list, tab, got[tab], n)
			}
			href := p.Find("nav.tabs a").FilterFunction(func(_ int, s *goquery.Selection) bool { return strings.HasPrefix(strings.TrimSpace(s.Text()), tab) }).First().AttrOr("href", "")
			if shown := len(rows(who.get(href))); status(n) != shown {
				t.Errorf("%s: under %s lie %d, want %s", list, tab, shown, n)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s has the tabs %v", list, got)
		}
		for _, filter := range []string{"?q=khong+co", "?nguon=khong+co", "?khan=1"} {
			for _, n := range counts(who.get(list + filter)) {
				if n != "" {
					t.Errorf("%s%s: a number is shown of what nobody counted: %s", list, filter, n)
				}
			}
		}
	}
	w.Sound()
}

// crowded has more documents than lists are counted.
type crowded struct{ console.Hub }

func (crowded) Tally(context.Context, exchange.Caller, exchange.Query) (int, error) {
	return exchange.CountCap + 1, nil
}

func TestCountsAreCapped(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Hub = crowded{o.Hub} })
	v := w.person("an", desk, exchange.Clerk)
	if got := counts(v.get("/van-ban-den"))["Tất cả"]; got != "hơn 10.000" {
		t.Errorf("more than is counted is shown as %q", got)
	}
	if got := v.get("/").Find(".duty strong").First().Text(); got != "hơn 10.000" {
		t.Errorf("on the desk it is %q", got)
	}
}

// The desk says what presses: the urgent and the late, and how long offices are open today.
func TestDeskPresses(t *testing.T) {
	w := newWorld(t)
	w.send(func(e *envelope.Envelope) { e.Other.Priority = 2 }, desk)
	w.send(nil, desk)
	w.person("an", desk, exchange.Clerk).post("/van-ban-den/lay", nil)
	w.person("chi", department, exchange.Clerk)
	at := func(day int, clock string) page {
		at, err := time.ParseInLocation("15:04", clock, envelope.ICT())
		w.must(err)
		w.mu.Lock()
		w.now = time.Date(2031, 3, day, at.Hour(), at.Minute(), 0, 0, envelope.ICT())
		w.mu.Unlock()
		return w.signedIn("an").get("/")
	}
	for _, test := range []struct {
		day         int // of March 2031; the 3rd is a Monday
		clock, want string
	}{
		{3, "13:45", "Còn 3 giờ 15 phút đến giờ đóng cửa (17:00)"}, {3, "16:20", "Còn 40 phút đến giờ đóng cửa (17:00)"}, {3, "07:30", "Còn 9 giờ 30 phút"},
		{3, "17:00", ""}, {3, "07:29", ""}, {8, "10:00", ""},
	} {
		p := at(test.day, test.clock)
		if got := p.has("đến giờ đóng cửa"); got != (test.want != "") || !p.has(test.want) {
			t.Errorf("on the %d. at %s the desk says %q, want %q", test.day, test.clock, p.Find(".duty").First().Text(), test.want)
		}
	}
	if p := at(3, "10:00"); p.Find(".duty.red .alarm").First().Text() != "1 văn bản khẩn" {
		t.Errorf("urgent: %s", p.Find(".duty").First().Text())
	}
	w.Exchange.Clock = w.clock
	if _, err := w.Exchange.PassLimits(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p := at(3, "10:00"); !p.has("2 văn bản quá hạn báo nhận") {
		t.Errorf("late: %s", p.Find(".duty").First().Text())
	}
	if p := w.signedIn("chi").get("/"); !p.has("2 văn bản có nơi nhận quá hạn") {
		t.Errorf("the sender's desk: %s", p.Find(".duties").Text())
	}
}

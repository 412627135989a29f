package console_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/translog"
)

// healthy is a machine of which there is nothing to say.
func healthy() console.Machine {
	return console.Machine{
		Started: time.Now(),
		Disk:    func() (uint64, uint64, error) { return 60 << 30, 100 << 30, nil },
		Time:    func() (exchange.TimeState, bool) { return exchange.TimeState{Source: true, Synchronised: true}, true },
		Ready: func() client.Readiness {
			return client.Readiness{Ready: true, Checks: map[string]bool{"write": true, "sign": true}}
		},
		Endings: func() []console.Ending {
			return []console.Ending{{Fingerprint: "ab", At: time.Now().Add(300 * 24 * time.Hour)}}
		},
		Sources: func() []client.RevocationSource { return []client.RevocationSource{{Kind: "crl", Fresh: true}} },
	}
}

func (w *world) backedUp() {
	w.t.Helper()
	_, err := w.Store.Append(w.t.Context(), translog.Entry{V: translog.Schema, Time: time.Now(), Type: translog.BackedUp, Actor: "operator:test"}, nil)
	w.must(err)
}

// Every hour's name stands whole below the chart, that of this very hour too.
func TestHoursOfTheChart(t *testing.T) {
	w := newWorld(t)
	w.mu.Lock()
	w.now = w.now.Truncate(24 * time.Hour).Add(24*time.Hour + 14*time.Hour + 10*time.Minute) // 21:10 in Vietnam
	w.mu.Unlock()
	hours := w.person("oper", "", exchange.Operate).get("/van-hanh/tong-quan").Find("text.hour")
	if hours.Last().Text() != "21:00" || hours.Length() != 8 {
		t.Fatalf("%d hours, the last is %s", hours.Length(), hours.Last().Text())
	}
	if x, err := strconv.ParseFloat(hours.Last().AttrOr("x", ""), 64); err != nil || x > 960-18 {
		t.Errorf("the middle of the last is at %v, and the chart ends at 960", x)
	}
}

// The verdict says that all is well only where nothing is to be done, and names each thing that is.
func TestTheVerdict(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name   string
		change func(*console.Machine)
		act    func(*world)
		want   string // of the task; empty: all is well
	}{
		{"nothing to do", nil, nil, ""},
		{"a dead letter", nil, func(w *world) { w.send(nil, postedTo[0]); w.giveUp(postedTo[0], "timeout") }, "1 lượt chuyển đã dừng"},
		{"what waits too long", nil, func(w *world) { w.send(nil, desk); w.pass(25 * time.Hour); w.backedUp() }, "1 đơn vị có văn bản chờ quá một ngày"},
		{"software that does not call", nil, func(w *world) { w.pass(5 * time.Hour) }, "2 đơn vị im lặng"},
		{"a full disk", func(m *console.Machine) { m.Disk = func() (uint64, uint64, error) { return 15, 100, nil } }, nil, "Đĩa đã dùng 85 %"},
		{"a disk that is nearly full", func(m *console.Machine) { m.Disk = func() (uint64, uint64, error) { return 16, 100, nil } }, nil, ""},
		{"a wrong clock", func(m *console.Machine) {
			m.Time = func() (exchange.TimeState, bool) { return exchange.TimeState{Source: true}, false }
		}, nil, "Đồng hồ máy chủ sai"},
		{"a clock that nobody keeps", func(m *console.Machine) {
			m.Time = func() (exchange.TimeState, bool) { return exchange.TimeState{Source: true}, true }
		}, nil, "Không ai giữ giờ cho máy chủ"},
		{"a disk that cannot be written", func(m *console.Machine) {
			m.Ready = func() client.Readiness {
				return client.Readiness{Checks: map[string]bool{"write": false, "sign": true}}
			}
		}, nil, "Trục chưa sẵn sàng: ghi đĩa"},
		{"a certificate that ends", func(m *console.Machine) {
			m.Endings = func() []console.Ending { return []console.Ending{{At: time.Now().Add(29 * day)}} }
		}, nil, "1 chứng thư sắp hết hạn"},
		{"a certificate that has ended", func(m *console.Machine) {
			m.Endings = func() []console.Ending { return []console.Ending{{At: time.Now().Add(-day)}} }
		}, nil, "1 chứng thư đã hết hạn"},
		{"an authority that is not heard", func(m *console.Machine) {
			m.Sources = func() []client.RevocationSource { return []client.RevocationSource{{Kind: "crl"}} }
		}, nil, "1 nguồn thu hồi chứng thư không trả lời"},
		{"an old backup", nil, func(w *world) { w.pass(49 * time.Hour); w.Party(department).Lease(1); w.Party(software).Lease(1) }, "Không có bản sao lưu mới"},
		{"a closed endpoint", nil, func(w *world) { w.closesEndpoint(postedTo[0]) }, "1 địa chỉ nhận đã đóng"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := healthy()
			if c.change != nil {
				c.change(&m)
			}
			w, _ := newOperateWorld(t, func(o *console.Options) { o.Machine = m })
			w.backedUp()
			if c.act != nil {
				c.act(w)
			}
			p := w.person("tong", "", exchange.Operate).get("/van-hanh/tong-quan")
			fine := p.has("Bình thường")
			if p.Status != 200 || fine != (c.want == "") || !p.has(c.want) {
				t.Errorf("%d: %s; want %q", p.Status, p.Find(".verdict").Text(), c.want)
			}
		})
	}
}

// closesEndpoint gives an agency an endpoint that says it is gone.
func (w *world) closesEndpoint(id exchange.AgencyID) {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.Directory.SetEndpoint(ctx, exchange.Caller{Operator: "test"}, id, exchange.Endpoint{URL: "https://dau-moi.example/nhan", Allow: loopbackOnly()})
	w.must(err)
	w.must(w.Directory.CloseEndpoint(ctx, id, "http-410"))
}

// What the day brought is counted from the log, also that of before the first look.
func TestTheDayInNumbers(t *testing.T) {
	w, oper := newOperateWorld(t)
	w.send(nil, desk, software)
	w.send(nil, postedTo[0])
	w.giveUp(postedTo[0], "timeout")
	want := func(when, today, share string) {
		t.Helper()
		p := oper.get("/van-hanh/tong-quan")
		tiles := p.Find(".tiles strong")
		if got := tiles.Eq(0).Text(); got != today {
			t.Errorf("%s: today %q, want %q", when, got, today)
		}
		if got := tiles.Eq(4).Text(); got != share {
			t.Errorf("%s: delivered %q, want %q", when, got, share)
		}
	}
	want("at first", "2 / 0", "0,0 %")
	w.Party(software).Collect()
	w.send(nil, software)
	want("after more has come", "3 / 1", "50,0 %")
	if n := oper.get("/van-hanh/tong-quan").Find(".chart polyline").Length(); n != 3 {
		t.Errorf("the chart has %d lines", n)
	}
	w.pass(48 * time.Hour)
	p := w.person("sau", "", exchange.Operate).get("/van-hanh/tong-quan")
	if got := p.Find(".tiles strong").Eq(0).Text(); got != "0 / 0" {
		t.Errorf("two days later the day has %q", got)
	}
	if !p.has("Chưa có gì trong 24 giờ qua.") {
		t.Error("two days later the chart is not empty")
	}
}

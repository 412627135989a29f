package console_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
	"github.com/lienthong/lienthong/store/storetest"
)

// maxSlower is how much longer a page may take among many deliveries than among few.
const maxSlower = 3

// BenchmarkPages compares what the console's big pages take, over HTTP with all their numbers, in a hub of 20,000
// deliveries and in a larger one: 200,000, or LIENTHONG_BENCH_DELIVERIES (2000000 is what is promised). It reports the
// times in the larger and fails where one is more than maxSlower times that in the smaller.
func BenchmarkPages(b *testing.B) {
	many := storetest.CrowdSize(b)
	small, large := newCrowd(b, 20_000), newCrowd(b, many)
	for _, p := range bigPages() {
		b.Run(p.who+p.path, func(b *testing.B) {
			base, at := middling(b, p, small, large)
			b.ReportMetric(float64(at.Microseconds()), "µs")
			b.ReportMetric(float64(at)/float64(base), "x_small")
			b.ReportMetric(0, "ns/op")
			if at > maxSlower*base {
				b.Errorf("%v among %d deliveries, %v among 20000", at, many, base)
			}
		})
	}
}

// A crowd is a hub with so much traffic, and the people who look at it.
type crowd map[string]*visitor

func newCrowd(b *testing.B, deliveries int) crowd {
	w := newWorld(b)
	all := storetest.Crowd{Sender: department, Busy: desk, At: time.Now()}
	for _, id := range all.Others() {
		_, err := w.Directory.Put(b.Context(), hubtest.Operator(), exchange.Agency{ID: id, Name: "UBND xã " + string(id), Level: exchange.Commune, Channel: exchange.Pull})
		w.must(err)
	}
	w.must(all.Fill(b.Context(), w.Store, deliveries))
	return crowd{"received": w.person("lan", desk, exchange.Clerk), "sent": w.person("hoa", department, exchange.Clerk),
		"operator": w.person("minh", "", exchange.Operate), "auditor": w.person("binh", "", exchange.Audit)}
}

type bigPage struct{ who, path string }

// bigPages are B1, B2, B5, D1, D2 and E1, with the filters that are links there; of D2 also those of which nothing is found as far
// as a page looks. D4 counts what it shows: it looks at
// 20,000 deliveries for a page, and not at more.
func bigPages() []bigPage {
	all := []bigPage{{"received", "/"}, {"sent", "/"}, {"operator", "/van-hanh/tong-quan"},
		{"operator", "/van-hanh/giao-dich"}, {"operator", "/van-hanh/giao-dich?dv=" + string(desk)},
		{"operator", "/van-hanh/giao-dich?tt=held"}, {"auditor", "/kiem-tra/nhat-ky"},
		{"auditor", "/kiem-tra/nhat-ky?viec=chuyen"}, {"auditor", "/kiem-tra/nhat-ky?don-vi=" + string(desk)}}
	all = append(all, bigPage{"received", "/van-ban-den?tt=tat-ca&q=thu+nghiem"}, bigPage{"sent", "/van-ban-di?tt=tat-ca&nguon=UBND"})
	for _, narrowed := range []string{"tt=dead-lettered&ket-thuc=ngay", "tt=underway&khan=1", "lon-hon=20", "tt=held&ket-thuc=ngay", "tt=underway&khan=0&cot=kenh&cot=lan-tiep"} {
		all = append(all, bigPage{"operator", "/van-hanh/giao-dich?" + narrowed})
	}
	for _, tab := range []string{"cho", "qua-han", "da-tiep-nhan", "hoan-thanh", "tat-ca"} {
		all = append(all, bigPage{"received", "/van-ban-den?tt=" + tab})
	}
	for _, tab := range []string{"can-chu-y", "chua-du", "qua-han", "hoan-thanh", "tat-ca"} {
		all = append(all, bigPage{"sent", "/van-ban-di?tt=" + tab})
	}
	return all
}

// middling are the medians of some calls, one hub after the other, so that whatever else the machine does slows both.
func middling(b *testing.B, p bigPage, small, large crowd) (base, at time.Duration) {
	b.Helper()
	var took [2][]time.Duration
	for range 21 {
		for i, c := range []crowd{small, large} {
			begin := time.Now()
			if got := c[p.who].get(p.path); got.Status != http.StatusOK {
				b.Fatalf("%s: %d", p.path, got.Status)
			}
			took[i] = append(took[i], time.Since(begin))
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][10], took[1][10]
}

package console_test

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// at sets the console's clock.
func (w *world) at(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = t
}

// view is the link of that name above the deliveries.
func view(t *testing.T, p page, name string) string {
	t.Helper()
	for _, a := range p.Find("#list nav.chips a").EachIter() {
		if strings.TrimSpace(a.Text()) == name {
			return a.AttrOr("href", "")
		}
	}
	t.Fatalf("there is no view %q: %s", name, p.Find("#list nav").Text())
	return ""
}

// codes are the numbers of the deliveries on the page.
func codes(p page) (all []string) {
	for _, td := range p.Find("table.list tbody tr").EachIter() {
		text, _, _ := strings.Cut(strings.TrimSpace(td.Find("td").Eq(2).Text()), " ")
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

// The views that are given are links with their filter in the address. Today is the console's day, and an error is of the day
// on which the hub gave up, whenever the document came.
func TestViewsOfDeliveries(t *testing.T) {
	w, oper := newOperateWorld(t, func(o *console.Options) { o.Hub = enlarged{o.Hub, "905/CV-VP"} })
	send := func(number string, priority int, to exchange.AgencyID) {
		w.send(func(e *envelope.Envelope) { e.Code.Number, e.Other.Priority = number, priority }, to)
	}
	send("901", 0, postedTo[0])
	gone := w.giveUp(postedTo[0], "http-503")[0]
	send("902", 2, software)
	w.Party(software).Collect()
	send("903", 2, desk)
	send("904", 0, desk)
	send("905", 0, desk)
	w.at(gone.Ended)
	list := oper.get("/van-hanh/giao-dich")
	for name, want := range map[string]string{"Lỗi hôm nay": "901/CV-VP", "Khẩn chưa đến": "903/CV-VP", "Lớn hơn 20 MB": "905/CV-VP"} {
		address := view(t, list, name)
		p := oper.get(address)
		if got := strings.Join(codes(p), " "); got != want || p.Status != http.StatusOK {
			t.Errorf("%s (%s): %q (%d), want %q", name, address, got, p.Status, want)
		}
		if current := strings.TrimSpace(p.Find("nav.chips a[aria-current]").Text()); current != name {
			t.Errorf("%s: the current view is %q", name, current)
		}
		if p := oper.get(address + "&cot=kenh"); strings.TrimSpace(p.Find("nav.chips a[aria-current]").Text()) != name {
			t.Errorf("%s: with other columns it is another view", name)
		}
		if again := p.Find("a[href^='/van-hanh/gui-lai']").Length(); again != 0 {
			t.Errorf("%s offers to send another set again than it shows", name)
		}
	}
	errors := view(t, list, "Lỗi hôm nay")
	for day, want := range map[time.Duration]int{-24 * time.Hour: 1, 24 * time.Hour: 0} {
		w.at(gone.Ended.Add(day)) // the session of before is over, or has not begun
		if got := w.person("oper."+strconv.Itoa(50+int(day.Hours())), "", exchange.Operate).get(errors).Find("table.list tbody tr").Length(); got != want {
			t.Errorf("%v later the errors of the day are %d, want %d", day, got, want)
		}
	}
}

// An enlarged hub has one document that is larger than 20 MB.
type enlarged struct {
	console.Hub
	code string
}

func (h enlarged) Search(ctx context.Context, c exchange.Caller, q exchange.Query) (exchange.Page, error) {
	p, err := h.Hub.Search(ctx, c, q)
	for i := range p.Rows {
		if p.Rows[i].Message.Code == h.code {
			p.Rows[i].Message.Size = 20<<20 + 1
		}
	}
	return p, err
}

// elsewhere signs an operator in by a recovery code, in another browser.
func (v *visitor) elsewhere(login string) *visitor {
	v.w.t.Helper()
	fresh := v.w.stranger()
	step := fresh.post("/dang-nhap", credentials(login, password, "/")).Find("input[name=buoc]").AttrOr("value", "")
	fresh.post("/dang-nhap/ma", url.Values{"buoc": {step}, "ma": {v.codes[0]}, "ve": {"/"}}).goes(v.w.t, "signing in", "/")
	return fresh
}

// What no index knows narrows by itself and together; each thing that narrows the list can be taken away.
func TestTrafficIsNarrowed(t *testing.T) {
	w, oper := newOperateWorld(t)
	w.send(func(e *envelope.Envelope) { e.Code.Number, e.Other.Priority = "911", 1 }, desk)
	w.send(func(e *envelope.Envelope) { e.Code.Number = "912" }, desk)
	w.send(func(e *envelope.Envelope) {
		e.Code.Number = "913"
		e.Attachments = []envelope.Attachment{envelope.NewAttachment("a.pdf", bytes.Repeat([]byte("%PDF"), 1<<18))}
	}, software)
	w.Party(software).Collect()
	for query, want := range map[string]string{
		"loai=moi&khan=1":                               "911/CV-VP",
		"loai=moi&khan=0":                               "912/CV-VP 913/CV-VP",
		"loai=moi&lon-hon=1":                            "913/CV-VP",
		"loai=moi&lon-hon=2":                            "",
		"loai=moi&ket-thuc=nam":                         "913/CV-VP",
		"loai=moi&ket-thuc=nam&tt=held":                 "",
		"q=" + url.QueryEscape("911/CV-VP") + "&khan=1": "911/CV-VP",
		"q=" + url.QueryEscape("911/CV-VP") + "&khan=0": "",
	} {
		if got := strings.Join(codes(oper.get("/van-hanh/giao-dich?"+query)), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	all := "/van-hanh/giao-dich?chieu=nhan&cot=kenh&den=2030-01-02&dv=H44.24.05&ket-thuc=ngay&khan=1&loai=moi&loi=timeout&lon-hon=3&q=x&tt=held&tu=2026-01-02"
	chips := oper.get(all + "&trang=").Find(".chips a.pill.grey")
	if chips.Length() != 11 {
		t.Errorf("%d chips, want 11", chips.Length())
	}
	for _, c := range chips.EachIter() {
		without, err := url.Parse(c.AttrOr("href", ""))
		w.must(err)
		if q := without.Query(); len(q) != 11 || q.Get("cot") != "kenh" {
			t.Errorf("chip %q leads to %s", c.Text(), without)
		}
	}
	for _, text := range []string{"Kết thúc: Hôm nay", "Lớn hơn 3 MB", "Khẩn trở lên", "Không trả lời kịp", "Số ký hiệu: x", "Bên nhận"} {
		if !strings.Contains(chips.Text(), text) {
			t.Errorf("the chips lack %q: %s", text, chips.Text())
		}
	}
}

// An operator's searches are kept as a clerk's are: for that person alone, for the list they were made on, and with nothing of
// what the list does not understand. Whom a list is not for keeps no search of it.
func TestOperatorsSavedSearches(t *testing.T) {
	w, oper := newOperateWorld(t)
	other, clerk := w.person("oper2", "", exchange.Operate), w.person("an", desk, exchange.Clerk)
	save := func(v *visitor, list string) page {
		return v.post("/tim-kiem", url.Values{"ten": {"Xã nhỏ, lớn"}, "loc": {list}})
	}
	const list = "/van-hanh/giao-dich?cot=tu-den&cot=kenh&ket-thuc=tuan&lon-hon=5"
	save(oper, list+"&x=y&trang=abc&nho=1").goes(t, "saving", list)
	p := oper.get(list)
	if current := strings.TrimSpace(p.Find("nav.chips a[aria-current]").Text()); current != "Xã nhỏ, lớn" || p.Find("nav.chips form").Length() != 1 {
		t.Errorf("the current search is %q, and %d can be forgotten", current, p.Find("nav.chips form").Length())
	}
	if other.get("/van-hanh/giao-dich").has("Xã nhỏ") {
		t.Error("another operator is shown the search")
	}
	if n := oper.elsewhere("oper").get("/van-hanh/giao-dich").Find("nav.chips form").Length(); n != 1 {
		t.Errorf("elsewhere the person has %d searches, want 1", n)
	}
	for name, c := range map[string]struct {
		v    *visitor
		list string
		want int
	}{
		"a clerk, of deliveries":        {clerk, list, http.StatusForbidden},
		"an operator, of a clerk's":     {oper, "/van-ban-den?q=x", http.StatusForbidden},
		"of what has no list":           {oper, "/van-hanh/giao-dich/x/y?khan=1", http.StatusBadRequest},
		"of a value that there is not":  {oper, "/van-hanh/giao-dich?khan=2", http.StatusBadRequest},
		"of a column that there is not": {oper, "/van-hanh/giao-dich?cot=trich-yeu", http.StatusBadRequest},
	} {
		if p := save(c.v, c.list); p.Status != c.want {
			t.Errorf("%s: %d, want %d", name, p.Status, c.want)
		}
	}
	other.post("/tim-kiem/bo", url.Values{"ten": {"Xã nhỏ, lớn"}, "ve": {"/van-hanh/giao-dich"}}).goes(t, "forgetting somebody else's", "/van-hanh/giao-dich")
	if !oper.get("/van-hanh/giao-dich").has("Xã nhỏ, lớn") {
		t.Error("somebody else had the search forgotten")
	}
	oper.post("/tim-kiem/bo", url.Values{"ten": {"Xã nhỏ, lớn"}, "ve": {list}}).goes(t, "forgetting", list)
	if oper.get("/van-hanh/giao-dich").has("Xã nhỏ, lớn") {
		t.Error("the search is still there")
	}
	w.Sound()
}

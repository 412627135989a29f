package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// heads are the columns of the page's table of deliveries, by their titles.
func heads(p page) string {
	var all []string
	for _, th := range p.Find("table.list thead th").EachIter() {
		all = append(all, th.Text())
	}
	return strings.Join(all, "|")
}

const (
	usualColumns = "Lúc|Từ → đến|Số ký hiệu|Loại gói|Chuyển|Xử lý|Lần|Kích thước|Tổng thời gian|Lỗi"
	everyColumn  = "Lúc|Từ → đến|Số ký hiệu|Loại gói|Chuyển|Xử lý|Lần|Lần tiếp|Kênh|Kích thước|Tổng thời gian|Lỗi"
)

// The columns stand in the address, in the table's order and each once, and the first always.
func TestColumnsOfTheAddress(t *testing.T) {
	w, oper := newOperateWorld(t)
	w.send(nil, desk)
	for query, want := range map[string]string{
		"":                             usualColumns,
		"?cot=":                        usualColumns,
		"?cot=kenh&cot=tu-den&cot=luc": "Lúc|Từ → đến|Kênh",
		"?cot=kenh&cot=kenh":           "Lúc|Kênh",
		"?cot=luc":                     "Lúc",
		"?" + everyColumnQuery():       everyColumn,
	} {
		if p := oper.get("/van-hanh/giao-dich" + query); heads(p) != want || p.Find("table.list tbody tr").First().Find("td").Length() != strings.Count(want, "|")+1 {
			t.Errorf("%s: %s, want %s", query, heads(p), want)
		}
	}
	p := oper.get("/van-hanh/giao-dich?cot=kenh&khan=1&cot=loi")
	kept := p.Find("form.filter[hx-get] input[type=hidden][name=cot]")
	clear := p.Find(".chips a[href='/van-hanh/giao-dich?cot=kenh&cot=loi']")
	if kept.Length() != 2 || clear.Length() != 2 { // the one thing that narrows it, and all together
		t.Errorf("the filter's form keeps %d columns, and %d links without the filter do", kept.Length(), clear.Length())
	}
	for _, query := range []string{"?cot=trich-yeu", "?cot=kenh&cot=x", "?cot=Kenh", "?nho=2&cot=kenh", "?nho=1&cot=x"} {
		if p := oper.get("/van-hanh/giao-dich" + query); p.Status != http.StatusBadRequest || len(p.Header["Set-Cookie"]) != 0 {
			t.Errorf("%s: %d, cookies %v", query, p.Status, p.Header["Set-Cookie"])
		}
	}
}

func everyColumnQuery() string {
	return url.Values{"cot": {"luc", "tu-den", "so-ky-hieu", "loai-goi", "chuyen", "xu-ly", "lan", "lan-tiep", "kenh", "kich-thuoc", "tong-thoi-gian", "loi"}}.Encode()
}

// Each column says of a delivery what it is for, and on a card its name with it, where it does not say by itself what it is.
func TestWhatColumnsSay(t *testing.T) {
	w, oper := newOperateWorld(t)
	w.send(func(e *envelope.Envelope) { e.Code.Number, e.Other.Priority = "921", 3 }, postedTo[0])
	given := w.giveUp(postedTo[0], "http-503")[0]
	w.at(given.AcceptedAt.Add(3e9))
	row := oper.get("/van-hanh/giao-dich?loai=moi&" + everyColumnQuery()).Find("table.list tbody tr td")
	at := given.AcceptedAt.In(envelope.ICT())
	for i, want := range []string{at.Format("15:04:05") + "02/01/2006", "Sở Nội vụ→ UBND xã Hoàng Hoa Thám số 1", "921/CV-VP Hỏa tốc", "Văn bản mới", "Lỗi chuyển", "Chưa trả lời", "1", "",
		"API, trục gửi", "KB", "giây", "HTTP 503"} {
		want = strings.ReplaceAll(want, "02/01/2006", at.Format("02/01/2006"))
		if got := strings.TrimSpace(row.Eq(i).Text()); got != want && (i != 9 && i != 10 || !strings.Contains(got, want)) {
			t.Errorf("column %d says %q, want %q", i, got, want)
		}
		if label := row.Eq(i).AttrOr("data-label", ""); i > 2 && label != strings.Split(everyColumn, "|")[i] {
			t.Errorf("column %d is called %q on a card", i, label)
		}
	}
	if html, _ := row.Eq(7).Html(); html != "" { // what is empty takes no place on a card
		t.Errorf("the empty cell has %q", html)
	}
	notice := oper.get("/van-hanh/giao-dich?loai=thong-bao").Find("table.list tbody tr td").Eq(2)
	if got := strings.TrimSpace(notice.Text()); got != "921/CV-VP" {
		t.Errorf("a notice about an urgent document says %q of its urgency", got)
	}
	again := oper.get("/van-hanh/giao-dich?tt=dead-lettered&cot=kenh").Find("#list a.button").AttrOr("href", "")
	if again != "/van-hanh/gui-lai?tt=dead-lettered" {
		t.Errorf("sending again is asked for at %q", again)
	}
}

// A choice is remembered for the person who made it, in the browser; a link shows its columns and chooses nothing; the choice
// is taken back by choosing none, and by the button.
func TestColumnsAreRemembered(t *testing.T) {
	w, oper := newOperateWorld(t)
	id := w.send(nil, desk, software)
	const list, chosen = "/van-hanh/giao-dich", "/van-hanh/giao-dich?cot=tu-den&cot=kenh"
	choose := func(v *visitor, query string, headers ...string) page { return v.get(list+"?"+query, headers...) }
	here := []string{"Sec-Fetch-Site", "same-origin"}
	holds := func(what string, v *visitor, path, want string) {
		t.Helper()
		if got := heads(v.get(path)); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	choose(oper, "cot=kenh&cot=loi&nho=1", "Sec-Fetch-Site", "cross-site").goes(t, "a link from elsewhere", list+"?cot=kenh&cot=loi")
	holds("after a link from elsewhere", oper, list, usualColumns)
	holds("a link", oper, chosen, "Lúc|Từ → đến|Kênh")
	holds("after a link", oper, list, usualColumns)

	p := choose(oper, "cot=kenh&cot=tu-den&tt=held&nho=1", here...)
	p.goes(t, "choosing", chosen+"&tt=held")
	cookie := p.Header.Get("Set-Cookie")
	for _, part := range []string{"; Path=/van-hanh/giao-dich;", "HttpOnly", "SameSite=Lax", "Max-Age=31536000"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("the cookie %q lacks %q", cookie, part)
		}
	}
	holds("after choosing", oper, list, "Lúc|Từ → đến|Kênh")
	holds("another choice in the address", oper, list+"?cot=loi", "Lúc|Lỗi")
	doc, err := w.Store.DeliveriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	holds("the others of a document", oper, list+"/"+id+"/"+string(doc[0].ID), "Lúc|Từ → đến|Kênh")

	other := w.person("oper2", "", exchange.Operate)
	u, err := url.Parse(w.URL + list)
	w.must(err)
	for _, c := range oper.client.Jar.Cookies(u) {
		if c.Name != "lt_session" {
			c.Path = list
			other.client.Jar.SetCookies(u, []*http.Cookie{c})
		}
	}
	holds("somebody else in the same browser", other, list, usualColumns)

	form := oper.get(list + "?tt=held&lon-hon=5").Find("details form[action='/van-hanh/giao-dich']:not(.filter)")
	if form.Find("input[name=cot][checked]").Length() != 3 || form.Find("input[type=hidden][name=tt]").AttrOr("value", "") != "held" || form.Find("input[type=hidden]").Length() != 2 {
		html, _ := form.Html()
		t.Errorf("the form does not show the choice, or loses the filter: %s", html)
	}
	none := choose(oper, "nho=1", here...)
	none.goes(t, "choosing none", list)
	if cookie := none.Header.Get("Set-Cookie"); !strings.Contains(cookie, "Max-Age=0;") {
		t.Errorf("after choosing none the cookie %q stays", cookie)
	}
	holds("after choosing none", oper, list, usualColumns)
	choose(oper, "cot=kenh&nho=1", here...)
	choose(oper, "cot=kenh&tt=held&nho=0", here...).goes(t, "the usual ones", list+"?tt=held")
	holds("after the button", oper, list, usualColumns)
}

// A cookie that is none of the console's is no choice.
func TestAForeignChoiceOfColumns(t *testing.T) {
	w, oper := newOperateWorld(t)
	w.send(nil, desk)
	const list = "/van-hanh/giao-dich"
	name, _, _ := strings.Cut(oper.get(list+"?cot=kenh&nho=1", "Sec-Fetch-Site", "same-origin").Header.Get("Set-Cookie"), "=")
	u, err := url.Parse(w.URL + list)
	w.must(err)
	for value, want := range map[string]string{"x.kenh.y": "Lúc|Kênh", "x": usualColumns, "": usualColumns, strings.Repeat("kenh.", 700): "Lúc|Kênh"} {
		oper.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: list}})
		if p := oper.get(list); heads(p) != want || p.Status != http.StatusOK {
			t.Errorf("%.20q: %s, want %s", value, heads(p), want)
		}
	}
}

package console_test

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// postedTo are agencies to which the hub posts; nobody does in these tests, but for giveUp.
var postedTo = []exchange.AgencyID{"H44.24.11", "H44.24.12", "H44.24.13", "H44.24.14"}

// newOperateWorld is a world with the agencies of postedTo, and an operator.
func newOperateWorld(t testing.TB, change ...func(*console.Options)) (*world, *visitor) {
	t.Helper()
	w := newWorld(t, change...)
	for i, id := range postedTo {
		w.Enrol(exchange.Agency{ID: id, Name: fmt.Sprintf("UBND xã Hoàng Hoa Thám số %d", i+1), Channel: exchange.Push})
	}
	return w, w.person("oper", "", exchange.Operate)
}

// giveUp hands out all that is due to an agency and gives it up for the reason.
func (w *world) giveUp(id exchange.AgencyID, reason string) (given []exchange.Delivery) {
	w.t.Helper()
	return w.giveUpAt(id, reason, time.Now())
}

func (w *world) giveUpAt(id exchange.AgencyID, reason string, now time.Time) (given []exchange.Delivery) {
	w.t.Helper()
	ctx := w.t.Context()
	for {
		leases, err := w.Store.Lease(ctx, exchange.LeaseRequest{Agency: id, Now: now, Until: now.Add(time.Minute), Max: 100})
		w.must(err)
		if len(leases) == 0 {
			return given
		}
		for _, l := range leases {
			d, err := w.Exchange.Settle(ctx, l, exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: reason,
				Detail: "máy chủ trả lời: 503 Service Unavailable", Took: 1234 * time.Millisecond})
			w.must(err)
			given = append(given, d)
		}
	}
}

// answersAnyway has an agency give a status of a delivery that the hub gave up.
func (w *world) answersAnyway(d exchange.Delivery) {
	w.t.Helper()
	_, err := w.Party(d.Addressee).Client.Status(w.t.Context(), string(d.ID), client.StatusRequest{Code: "03"})
	w.must(err)
}

// The operators' pages are the operators' alone, whoever else knows the address.
func TestOperatorsRights(t *testing.T) {
	w, oper := newOperateWorld(t)
	id := w.send(nil, postedTo[0])
	d := w.giveUp(postedTo[0], "http-503")[0]
	who := map[string]*visitor{
		"stranger": w.stranger(), "clerk": w.person("an", desk, exchange.Clerk), "sender": w.person("chi", department, exchange.Clerk),
		"addressee": w.person("lan", postedTo[0], exchange.Clerk), "admin": w.person("dung", desk, exchange.AgencyAdmin),
		"auditor": w.person("soat", "", exchange.Audit), "operator": oper,
	}
	one := "/van-hanh/giao-dich/" + id + "/" + string(d.ID)
	reason := url.Values{"ly-do": {"nơi nhận đã khắc phục"}}
	const others = "303 403 403 403 403 403 "
	holdRights(t, who, "stranger clerk sender addressee admin auditor operator", []right{
		{get, "/van-hanh/giao-dich", nil, others + "200"},
		{get, "/van-hanh/giao-dich?tt=dead-lettered", nil, others + "200"},
		{get, "/van-hanh/giao-dich?tu=hom-qua", nil, others + "400"},
		{get, "/van-hanh/giao-dich?trang=khong", nil, others + "400"},
		{get, "/van-hanh/giao-dich?tt=khong", nil, others + "400"},
		{get, "/van-hanh/giao-dich?q=x&tt=khong", nil, others + "400"},
		{get, "/van-hanh/giao-dich?chieu=x", nil, others + "400"},
		{get, "/van-hanh/giao-dich?loai=x", nil, others + "400"},
		{get, "/van-hanh/giao-dich?khan=2", nil, others + "400"},
		{get, "/van-hanh/giao-dich?ket-thuc=hom-qua", nil, others + "400"},
		{get, "/van-hanh/giao-dich?lon-hon=0", nil, others + "400"},
		{get, "/van-hanh/giao-dich?lon-hon=10000", nil, others + "400"},
		{get, "/van-hanh/giao-dich?lon-hon=nhieu", nil, others + "400"},
		{get, "/van-hanh/giao-dich?tt=dead-lettered&ket-thuc=ngay", nil, others + "200"},
		{get, "/van-hanh/giao-dich?tt=underway&khan=1", nil, others + "200"},
		{get, "/van-hanh/giao-dich?lon-hon=9999", nil, others + "200"},
		{get, "/van-hanh/giao-dich?cot=kenh", nil, others + "200"},
		{get, "/van-hanh/giao-dich?cot=khong", nil, others + "400"},
		{get, "/van-hanh/giao-dich?cot=kenh&nho=1", nil, others + "303"},
		{post, "/tim-kiem", url.Values{"ten": {"của tôi"}, "loc": {"/van-hanh/giao-dich?khan=1"}}, others + "303"},
		{get, one, nil, others + "200"},
		{get, "/van-hanh/giao-dich/" + id + "/" + id, nil, others + "404"},
		{get, "/van-hanh/giao-dich/khong/co", nil, others + "404"},
		{post, "/van-hanh/giao-dich/" + id + "/mo", nil, others + "422"},
		{post, "/van-hanh/giao-dich/" + id + "/mo", reason, others + "200"},
		{get, "/van-hanh/hang-doi", nil, others + "200"},
		{get, "/van-hanh/thu-chet", nil, others + "200"},
		{get, "/van-hanh/gui-lai", nil, others + "200"},
		{get, "/van-hanh/gui-lai/0011223344556677", nil, others + "404"},
		{post, "/van-hanh/gui-lai", url.Values{"ly-do": reason["ly-do"], "so": {"2"}}, others + "422"},
		{post, one + "/gui-lai", nil, others + "422"},
		{post, one + "/gui-lai", reason, others + "303"},
		{post, one + "/gui-lai", reason, others + "409"},
	})
	w.Sound()
}

// One row for a delivery; the filters are the store's indexes first, and what no index knows after.
func TestTraffic(t *testing.T) {
	w, oper := newOperateWorld(t)
	secret := "Về việc điều động cán bộ"
	w.send(func(e *envelope.Envelope) { e.Subject, e.Code.Number = secret, "816" }, desk, software, postedTo[0])
	w.send(nil, software)
	w.giveUp(postedTo[0], "http-503")
	w.Party(software).Collect()
	code := "816/CV-VP"
	all := oper.get("/van-hanh/giao-dich").Find("table.list tbody tr").Length()
	if all < 4 {
		t.Fatalf("%d rows, want those of two documents at least", all)
	}
	for _, c := range []struct {
		query string
		rows  int
	}{
		{"?q=" + url.QueryEscape(code), 5}, // with the notices of its arrival and of its end
		{"?loai=moi&q=" + url.QueryEscape(code), 3},
		{"?loai=moi", 4},
		{"?tt=dead-lettered", 1},
		{"?tt=dead-lettered&loi=timeout", 0},
		{"?dv=" + string(software) + "&chieu=nhan", 2},
		{"?dv=" + string(department) + "&chieu=gui", 4},
		{"?dv=" + string(department) + "&chieu=gui&tt=held", 1},
		{"?dv=H44.99", 0},
		{"?den=2020-01-01", 0},
		{"?tu=2020-01-01&loai=moi", 4},
	} {
		p := oper.get("/van-hanh/giao-dich" + c.query)
		if got := p.Find("table.list tbody tr").Length(); got != c.rows || p.Status != 200 {
			t.Errorf("%s: %d rows (%d), want %d", c.query, got, p.Status, c.rows)
		}
		if p.has(secret) {
			t.Errorf("%s shows what the document is about", c.query)
		}
	}
}

// A document with many addressees does not fill the list: it shows some, says how many there are besides, and where.
func TestTrafficOfManyAddressees(t *testing.T) {
	w, oper := newOperateWorld(t)
	var to []exchange.AgencyID
	for i := range 28 {
		to = append(to, exchange.AgencyID(fmt.Sprintf("H44.27.%02d", i+1)))
		_, err := w.Directory.Put(t.Context(), hubtest.Operator(), exchange.Agency{ID: to[i], Name: fmt.Sprintf("UBND xã số %d", i+1), Level: exchange.Commune, Channel: exchange.Pull})
		w.must(err)
	}
	id := w.send(func(e *envelope.Envelope) { e.Code.Number = "817" }, to...)
	list := oper.get("/van-hanh/giao-dich?loai=moi&q=" + url.QueryEscape("817/CV-VP"))
	if n := list.Find("table.list td.time").Length(); n != 25 || !list.has("3 lượt chuyển khác của văn bản này") {
		t.Errorf("%d of 28 addressees are shown: %s", n, list.Find("table.list tr:last-child").Text())
	}
	all := list.Find("table.list td[colspan] a").AttrOr("href", "")
	if p := oper.get(all); !strings.HasPrefix(all, "/van-hanh/giao-dich/"+id+"/") || p.Status != 200 {
		t.Errorf("it leads to %q: %d", all, p.Status)
	}
}

// Pages follow each other to the end, and have every delivery once.
func TestTrafficIsPaged(t *testing.T) {
	w, oper := newOperateWorld(t)
	for range 30 {
		w.send(nil, desk, software)
	}
	seen := make(map[string]int)
	pages := 0
	for next := "/van-hanh/giao-dich"; next != ""; pages++ {
		p := oper.get(next)
		for _, a := range p.Find("table.list td.time a").EachIter() {
			seen[a.AttrOr("href", "")]++
		}
		next = p.Find("a[rel=next]").AttrOr("href", "")
	}
	if len(seen) != 60 || pages != 2 {
		t.Errorf("%d deliveries on %d pages, want 60 on 2", len(seen), pages)
	}
	for href, n := range seen {
		if n != 1 {
			t.Errorf("%s stands there %d times", href, n)
		}
	}
}

// At the end of what there is no page follows, also where the end came after more than one look.
func TestTrafficEnds(t *testing.T) {
	w, oper := newOperateWorld(t)
	for range 15 {
		w.send(nil, desk, software)
	}
	for query, rows := range map[string]int{"": 30, "?loai=lay-lai": 0, "?dv=" + string(desk): 15} {
		p := oper.get("/van-hanh/giao-dich" + query)
		if got := p.Find("table.list tbody tr").Length(); got != rows || p.Find("a[rel=next]").Length() != 0 {
			t.Errorf("%q: %d rows, want %d and nothing after them: %s", query, got, rows, p.Find(".paging").Text())
		}
	}
}

// One delivery has its attempts with what the log says of each, and its acts stand in the log with session and reason.
func TestTransfer(t *testing.T) {
	w, oper := newOperateWorld(t)
	id := w.send(func(e *envelope.Envelope) { e.Subject = "Về việc điều động cán bộ" }, postedTo[0], desk)
	d := w.giveUp(postedTo[0], "http-503")[0]
	one := "/van-hanh/giao-dich/" + id + "/" + string(d.ID)
	p := oper.get(one)
	for _, text := range []string{"HTTP 503", "máy chủ trả lời: 503 Service Unavailable", "1.234 ms", "Không chuyển được tới UBND xã Hoàng Hoa Thám số 1", "UBND xã Đồng Thịnh"} {
		if !p.has(text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if p.has("điều động") {
		t.Error("the page says what the document is about")
	}
	oper.post(one+"/gui-lai", url.Values{"ly-do": {"nơi nhận đã khắc phục"}}).goes(t, "sending again", one)
	body := oper.post("/van-hanh/giao-dich/"+id+"/mo", url.Values{"ly-do": {"kiểm tra khiếu nại của nơi gửi"}})
	if !strings.Contains(body.Text, "điều động") || !strings.HasPrefix(body.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("the content is %q…, %q", body.Text[:40], body.Header.Get("Content-Disposition"))
	}
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	acts := make(map[string]string)
	for _, r := range records {
		if strings.HasPrefix(r.Entry.Actor, "operator:") {
			acts[string(r.Entry.Type)] = r.Side.Fields["reason"]
			if !strings.Contains(r.Entry.Credential, ".") || w.People.NameOf(r.Entry.Credential) == "" {
				t.Errorf("%s is by credential %q, no session", r.Entry.Type, r.Entry.Credential)
			}
		}
	}
	if len(acts) != 2 || acts["requeued"] != "nơi nhận đã khắc phục" || acts["opened"] != "kiểm tra khiếu nại của nơi gửi" {
		t.Errorf("the log has %v", acts)
	}
}

// Sending many again: the preview counts what would go and what would not, the number is typed, and each is an act of
// its own.
func TestResend(t *testing.T) {
	w, oper := newOperateWorld(t)
	for range 5 {
		w.send(nil, postedTo...)
	}
	var given []exchange.Delivery
	for _, id := range postedTo {
		given = append(given, w.giveUp(id, "http-503")...)
	}
	w.answersAnyway(given[0])
	w.send(nil, postedTo[3])
	w.giveUp(postedTo[3], "timeout")
	only := "/van-hanh/gui-lai?loi=http-503"
	p := oper.get(only)
	if !p.has("Sẽ gửi lại 19 văn bản tới 4 đơn vị") || !p.has("Không gửi 1: 1 nơi nhận đã trả lời") {
		t.Errorf("the preview: %s", p.Find("main").Text())
	}
	form := url.Values{"loi": {"http-503"}, "ly-do": {"đã sửa máy chủ nơi nhận"}, "so": {"20"}}
	if p := oper.post("/van-hanh/gui-lai", form); p.Status != 422 || !p.has("hiện có 19 văn bản") {
		t.Errorf("a wrong number: %d %s", p.Status, p.Find(".band").Text())
	}
	form.Set("so", "19")
	started := oper.post("/van-hanh/gui-lai", form)
	job := started.Header.Get("Location")
	for end := time.Now().Add(time.Minute); ; {
		p := oper.get(job)
		if p.has("Đã xong. 19/19") {
			break
		}
		if time.Now().After(end) || p.Status != 200 {
			t.Fatalf("%s: %d %s", job, p.Status, p.Find("main").Text())
		}
	}
	left, err := w.Exchange.DeadLetters(t.Context(), hubtest.Operator(), 0, "")
	w.must(err)
	if len(left.Rows) != 2 {
		t.Errorf("%d dead letters are left, want the answered one and the other cause's", len(left.Rows))
	}
	groups := oper.get("/van-hanh/thu-chet")
	if n := groups.Find("tbody tr").Length(); n != 2 {
		t.Errorf("%d causes, want two", n)
	}
	w.Sound()
}

// The queue is shown by agency, with who does not fetch.
func TestQueues(t *testing.T) {
	w, _ := newOperateWorld(t)
	w.send(nil, desk, software)
	w.send(nil, software)
	w.Party(software).Lease(1)
	w.pass(26 * time.Hour) // its session of before is over
	oper := w.person("oper2", "", exchange.Operate)
	p := oper.get("/van-hanh/hang-doi")
	rows := p.Find("table.list tbody tr")
	if rows.Length() != 2 {
		t.Fatalf("%d rows, want two agencies", rows.Length())
	}
	text := strings.Join(strings.Fields(strings.ReplaceAll(rows.Eq(1).Text(), "API, đơn vị lấy", "đơn vị lấy ")), " ")
	for _, want := range []string{"UBND xã Hưng Long", "đơn vị lấy 2", "1 ngày 1 giờ", "trước"} {
		if !strings.Contains(text, want) {
			t.Errorf("the row %q lacks %q", text, want)
		}
	}
	if rows.Find(".pill.amber").Length() != 2 {
		t.Error("nothing points out what waits for more than a day")
	}
}

func loopbackOnly() []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} }

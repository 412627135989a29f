package console_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Who gets the auditor's pages and the reports: every role, every page.
func TestAuditRights(t *testing.T) {
	w, id := exchanged(t)
	who := map[string]*visitor{
		"stranger": w.stranger(),
		"clerk":    w.person("thu", desk, exchange.Clerk),
		"admin":    w.person("dung", desk, exchange.AgencyAdmin),
		"operator": w.person("oper", "", exchange.Operate),
		"auditor":  w.person("soat", "", exchange.Audit),
		"both":     w.person("ca-hai", "", exchange.Operate, exchange.Audit),
	}
	moc := url.Values{"moc": {"xin chào"}}
	const counted = "vai=received&dong-ho=receive"
	holdRights(t, who, "stranger clerk operator auditor both", []right{
		{get, "/kiem-tra/nhat-ky", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/nhat-ky?tu=2026-13-01", nil, "303 403 403 400 400"},
		{get, "/kiem-tra/nhat-ky?trang=x", nil, "303 403 403 400 400"},
		{get, "/kiem-tra/nhat-ky?ip=10.0.0", nil, "303 403 403 400 400"},
		{get, "/kiem-tra/truy-cap?ip=10.0.0.0/33", nil, "303 403 403 400 400"},
		{get, "/kiem-tra/nhat-ky?van-ban=khong-co", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/nhat-ky/0", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/nhat-ky/99999", nil, "303 403 403 404 404"},
		{get, "/kiem-tra/nhat-ky/-1", nil, "303 403 403 404 404"},
		{get, "/kiem-tra/nhat-ky/01", nil, "303 403 403 404 404"},
		{get, "/kiem-tra/van-ban/" + id, nil, "303 403 403 200 200"},
		{get, "/kiem-tra/van-ban/00000000-0000-7000-8000-000000000000", nil, "303 403 403 404 404"},
		{get, "/kiem-tra/quan-tri", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/truy-cap", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/truy-cap?nguoi=an", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/toan-ven", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/toan-ven?kiem=1", nil, "303 403 403 200 200"},
		{get, "/kiem-tra/toan-ven?kiem=1&tu=9&den=3", nil, "303 403 403 422 422"},
		{get, "/kiem-tra/toan-ven?kiem=1&tu=-9", nil, "303 403 403 422 422"},
		{get, "/kiem-tra/toan-ven/moc", nil, "303 403 403 200 200"},
		{post, "/kiem-tra/toan-ven/so-sanh", moc, "303 403 403 200 200"},
		{post, "/kiem-tra/toan-ven/so-sanh", nil, "303 403 403 422 422"},
		{get, "/bao-cao", nil, "303 200 200 200 200"},
		{get, "/bao-cao?ky=2026-Q5", nil, "303 400 400 400 400"},
		{get, "/bao-cao?don-vi=" + string(software), nil, "303 404 200 200 200"},
		{get, "/bao-cao?don-vi=H99", nil, "303 404 404 404 404"},
		{get, "/bao-cao?tep=xlsx", nil, "303 200 200 200 200"},
		{get, "/bao-cao/dung-han?ky=2026-Q4&dong-ho=assign", nil, "303 200 200 200 200"},
		{get, "/bao-cao/dung-han?dong-ho=x", nil, "303 400 400 400 400"},
		{get, "/bao-cao/van-ban?" + counted, nil, "303 200 400 400 400"}, // of which agency?,
		{get, "/bao-cao/van-ban?" + counted + "&don-vi=" + string(software), nil, "303 404 200 200 200"},
		{get, "/bao-cao/van-ban?" + counted + "&nhanh=1", nil, "303 200 200 200 200"},
		{get, "/bao-cao/van-ban?" + counted + "&tep=xlsx", nil, "303 200 400 400 400"},
		{get, "/bao-cao/van-ban?" + counted + "&trang=x", nil, "303 400 400 400 400"},
		{get, "/bao-cao/van-ban?vai=received&dong-ho=x", nil, "303 400 400 400 400"},
		{get, "/van-ban-den/" + id, nil, "303 200 403 403 403"},
	})
	for _, path := range []string{"/kiem-tra/nhat-ky", "/kiem-tra/toan-ven", "/kiem-tra/nhat-ky/0", "/kiem-tra/van-ban/" + id} {
		if p := who["admin"].get(path); p.Status != 403 {
			t.Errorf("an agency's administrator: %s is answered %d", path, p.Status)
		}
	}
	for _, path := range []string{"/bao-cao", "/bao-cao/dung-han", "/bao-cao/van-ban?" + counted, "/bao-cao?tep=xlsx"} {
		if p := who["admin"].get(path); p.Status != 200 || p.has("V/v thử nghiệm") {
			t.Errorf("an agency's administrator: %s is answered %d, or shows a subject", path, p.Status)
		}
	}
	if p := who["admin"].get("/bao-cao?don-vi=" + string(software)); p.Status != 404 {
		t.Errorf("an agency's administrator: another agency's report is answered %d", p.Status)
	}
	w.Sound()
}

// An own page never holds another agency's rows: a clerk's report counts what came to the own agency.
func TestReportsOfAnAgencyAreItsOwn(t *testing.T) {
	w, _ := exchanged(t)
	p := w.person("thu", desk, exchange.Clerk).get("/bao-cao/van-ban?vai=received&dong-ho=send&nhanh=1")
	if !p.has("Số trên báo cáo: 1.") || p.Find("tbody tr").Length() != 1 || p.has("Hưng Long") {
		t.Errorf("a clerk's rows: %s", strings.Join(strings.Fields(p.Find("main").Text()), " "))
	}
	if !p.has("V/v thử nghiệm") {
		t.Error("a clerk is not shown the own subject")
	}
	if p := w.person("oper", "", exchange.Operate).get("/bao-cao/van-ban?vai=received&dong-ho=send&nhanh=1"); p.has("V/v thử nghiệm") || p.Find("tbody tr").Length() != 3 {
		t.Errorf("an operator's rows: %s", strings.Join(strings.Fields(p.Find("main").Text()), " "))
	}
}

// What lies in the log is shown as text, whoever put it there.
func TestTheLogShowsMarkupAsText(t *testing.T) {
	w, id := exchanged(t)
	const evil = `<img src=x onerror=alert(1)>`
	_, body, err := w.Exchange.Content(t.Context(), exchange.Caller{Operator: "vanhanh"}, exchange.MessageID(id), evil)
	w.must(err)
	w.must(body.Close())
	v := w.person("soat", "", exchange.Audit)
	for _, path := range []string{"/kiem-tra/nhat-ky", "/kiem-tra/quan-tri", "/kiem-tra/van-ban/" + id, "/kiem-tra/nhat-ky?nguoi=" + url.QueryEscape(evil)} {
		p := v.get(path)
		if p.Find("img[src=x]").Length() > 0 || strings.Contains(p.Text, evil) {
			t.Errorf("%s carries the markup", path)
		}
		if !strings.Contains(p.Text, "&lt;img src=x") {
			t.Errorf("%s does not show the text at all", path)
		}
	}
}

// Filters narrow the list, and their state is the address.
func TestLogFilters(t *testing.T) {
	w, id := exchanged(t)
	v := w.person("soat", "", exchange.Audit)
	for _, c := range []struct{ query, has, hasNot string }{
		{"viec=trang-thai", "báo trạng thái: Từ chối tiếp nhận", "gửi lên trục"},
		{"viec=gui", "gửi lên trục", "báo trạng thái"},
		{"nguoi=an", "Nguyễn Thị an", "Phần mềm của đơn vị"},
		{"nguoi=vanhanh", "Kiểm tra khiếu nại", "Phần mềm của đơn vị"},
		{"don-vi=" + string(software), "UBND xã Hưng Long xác nhận", "UBND xã Đồng Thịnh xác nhận"},
		{"ket-qua=loi", "báo trạng thái: Từ chối tiếp nhận", "gửi lên trục"},
		{"ket-qua=tot", "gửi lên trục", "Từ chối tiếp nhận"},
		{"ket-qua=tot&viec=trang-thai", "báo trạng thái: Đã tiếp nhận", "Từ chối tiếp nhận"},
		{"ip=127.0.0.1", "kích hoạt tài khoản", "gửi lên trục"},
		{"ip=127.0.0.0%2F8&viec=dang-nhap", "kích hoạt tài khoản", "gửi lên trục"},
		{"ip=10.0.0.0%2F8", "Không có sự việc nào khớp.", "kích hoạt tài khoản"},
		{"tu=2031-01-01", "Không có sự việc nào khớp.", "gửi lên trục"},
		{"den=2001-01-01", "Không có sự việc nào khớp.", "gửi lên trục"},
	} {
		p := v.get("/kiem-tra/nhat-ky?" + c.query)
		if list := strings.Join(strings.Fields(p.Find("#list").Text()), " "); !strings.Contains(list, c.has) || strings.Contains(list, c.hasNot) {
			t.Errorf("%s: %.300s", c.query, list)
		}
	}
	p := v.get("/kiem-tra/nhat-ky?van-ban=" + url.QueryEscape("1/CV-VP"))
	p.goes(t, "a code that one document has", "/kiem-tra/van-ban/"+id)
}

// A log of several pages is read to its end by its links.
func TestLogPages(t *testing.T) {
	w, _ := exchanged(t)
	for range 120 {
		_, err := w.Store.Append(t.Context(), translog.Entry{Type: translog.BackedUp, Actor: "operator:local", Time: w.clock()}, nil)
		w.must(err)
	}
	_, size, err := w.Store.Checkpoint(t.Context())
	w.must(err)
	v := w.person("soat", "", exchange.Audit)
	seen, path := map[string]bool{}, "/kiem-tra/nhat-ky"
	for range 10 {
		p := v.get(path)
		for _, s := range p.Find("td.time a").EachIter() {
			if seen[s.Text()] {
				t.Errorf("%s comes twice", s.Text())
			}
			seen[s.Text()] = true
		}
		if path = p.Find(".paging a[rel=next]").AttrOr("href", ""); path == "" {
			break
		}
	}
	if int64(len(seen)) < size || !seen["#0"] {
		t.Errorf("%d entries on all pages, the log has %d", len(seen), size)
	}
}

// How far a verification has come is what the hub said itself, and to this session: a link that claims it has nothing
// passed over.
func TestAVerificationIsNotCutShortByAnAddress(t *testing.T) {
	w, _ := exchanged(t)
	for range 2200 {
		_, err := w.Store.Append(t.Context(), translog.Entry{Type: translog.BackedUp, Actor: "operator:local", Time: w.clock()}, nil)
		w.must(err)
	}
	v, other := w.person("soat", "", exchange.Audit), w.person("soat2", "", exchange.Audit)
	const begun, all = "/kiem-tra/toan-ven?kiem=1&tu=0&den=2100", "2.101/2.101"
	first := v.get(begun)
	next := first.Find("a[href*='toi=']").AttrOr("href", "")
	if next == "" || first.has(all) {
		t.Fatalf("the first step: %s, next %q", strings.Join(strings.Fields(first.Find("main").Text()), " "), next)
	}
	for name, p := range map[string]page{
		"all of it claimed":   v.get(begun + "&toi=2101"),
		"an own mark":         v.get(begun + "&toi=2101&dau=AAAA"),
		"another's mark":      other.get(next),
		"a mark of elsewhere": v.get(strings.Replace(next, "toi=", "toi=1", 1)),
	} {
		if p.has(all) || p.has("Nguyên vẹn") {
			t.Errorf("%s: said to be intact", name)
		}
	}
	for range 10 {
		p := v.get(next)
		if next = p.Find("a[href*='toi=']").AttrOr("href", ""); next == "" {
			if !p.has(all) || !p.has("Nguyên vẹn") {
				t.Errorf("at the end: %s", strings.Join(strings.Fields(p.Find("main").Text()), " "))
			}
			return
		}
	}
	t.Error("never over")
}

// A record that is none any more does not take the page of its document away: it says what does not hold and what to do.
func TestTheLifeOfATamperedDocument(t *testing.T) {
	w, id := exchanged(t)
	auditor := w.person("soat", "", exchange.Audit)
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	victim := records[1]
	text := string(victim.Entry.Marshal())
	if p := auditor.get("/kiem-tra/van-ban/" + id); p.Status != 200 || p.has("Không đứng vững") {
		t.Errorf("before: %d", p.Status)
	}
	flip(t, w, text, "["+text[1:])
	p := auditor.get("/kiem-tra/van-ban/" + id)
	if p.Status != 200 || !p.has("bản ghi số "+itoa(victim.Index)+" của văn bản này không còn") || !p.has("lienthong check") || p.Find("table.log").Length() > 0 {
		t.Errorf("the page of a tampered document: %d", p.Status)
	}
	for _, next := range []string{"/kiem-tra/toan-ven", "/kiem-tra/nhat-ky/" + itoa(victim.Index)} {
		if p.Find("main a[href='"+next+"']").Length() != 1 || auditor.get(next).Status != 200 {
			t.Errorf("it does not lead to %s", next)
		}
	}
}

// What still reads as an entry, and is not the one that was logged, is marked wherever the document's life is told.
func TestAnAlteredEntryIsMarkedOnItsDocument(t *testing.T) {
	w, id := exchanged(t)
	auditor, sender := w.person("soat", "", exchange.Audit), w.person("gui", department, exchange.Clerk)
	life, sent := "/kiem-tra/van-ban/"+id, "/van-ban-di/"+id
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	victim := records[len(records)-1]
	forged := victim.Entry
	forged.Time = forged.Time.Add(-time.Hour)
	marked := func(when string, want int) {
		t.Helper()
		p := auditor.get(life)
		if n := p.Find("table.log .pill.red:contains('Không khớp')").Length(); p.Status != 200 || n != want || p.has("Mở bản ghi để xem chỗ sai") != (want > 0) {
			t.Errorf("%s: the auditor's page: %d, %d are marked", when, p.Status, n)
		}
		p = sender.get(sent)
		if n := p.Find(".timeline li.red:contains('Bản ghi số " + itoa(victim.Index) + " không khớp')").Length(); p.Status != 200 || n != want {
			t.Errorf("%s: the sender's page: %d, %d are marked", when, p.Status, n)
		}
	}
	marked("before", 0)
	flip(t, w, string(victim.Entry.Marshal()), string(forged.Marshal()))
	marked("after", 1)
}

// A verification stops at what is broken, shows it among its neighbours, and leads on behind it.
func TestAVerificationLeadsOnBehindWhatIsBroken(t *testing.T) {
	w, id := exchanged(t)
	auditor := w.person("soat", "", exchange.Audit)
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	victim := records[1]
	forged := victim.Entry
	forged.Time = forged.Time.Add(-time.Hour)
	flip(t, w, string(victim.Entry.Marshal()), string(forged.Marshal()))
	p := auditor.get("/kiem-tra/toan-ven?kiem=1&den=" + itoa(victim.Index+3))
	rows := p.Find("#verify tbody tr")
	if !p.has("Bản ghi số "+itoa(victim.Index)+" không khớp.") || rows.Length() != 3 || rows.Eq(1).Find(".pill.red").Length() != 1 || rows.Find(".pill.red").Length() != 1 {
		t.Fatalf("at the broken entry: %s", strings.Join(strings.Fields(p.Find("#verify").Text()), " "))
	}
	p = auditor.get(p.Find("#verify .act a").AttrOr("href", ""))
	if !p.has("Nguyên vẹn: các bản ghi " + itoa(victim.Index+1) + " … " + itoa(victim.Index+3)) {
		t.Errorf("behind it: %s", strings.Join(strings.Fields(p.Find("#verify").Text()), " "))
	}
	p = auditor.get("/kiem-tra/toan-ven?kiem=1&tu=0&den=" + itoa(victim.Index))
	if p.Find("#verify .act a").Length() != 0 {
		t.Error("it leads on where nothing comes")
	}
}

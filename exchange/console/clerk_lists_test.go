package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/directory"
)

// Several documents are accepted together; those with something to look at are not, and the page says which and why.
func TestBulkAccept(t *testing.T) {
	w := newWorld(t)
	var first envelope.Code
	good := []string{w.send(nil, desk), w.send(nil, desk)}
	twin := w.send(func(e *envelope.Envelope) { first = e.Code }, desk)
	other := w.send(func(e *envelope.Envelope) { e.Code = first }, desk)
	back := w.send(nil, desk)
	p := w.Party(department)
	unsigned := p.Document(desk)
	unsigned.Subject = "Văn bản không ký"
	w.allowUnsigned(department)
	bare := p.Submit(p.Build(unsigned)).ID
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	sender.post("/van-ban-di/"+back+"/lay-lai", takeBack(wrongAttachment, desk))
	list := v.get("/van-ban-den?tt=cho")
	if n := list.Find("form[action='/van-ban-den/tiep-nhan'] input[name=van-ban]").Length(); n != 6 {
		t.Errorf("%d documents can be chosen, want 6", n)
	}
	if p := v.get("/van-ban-den?tt=tat-ca"); p.Find("input[name=van-ban]").Length() != 0 {
		t.Error("documents are chosen under a tab where nothing waits")
	}
	all := url.Values{"van-ban": append(slices.Clone(good), twin, other, back, bare), "ve": {"/van-ban-den?tt=cho"}}
	got := v.post("/van-ban-den/tiep-nhan", all)
	if got.Status != http.StatusOK || !got.has("Đã tiếp nhận 2 văn bản và báo bên gửi.") {
		t.Errorf("%d: %s", got.Status, got.Find("main").Text())
	}
	for id, why := range map[string]string{twin: "Trùng số ký hiệu", other: "Trùng số ký hiệu", back: "Bên gửi yêu cầu lấy lại hoặc cập nhật", bare: "Không ký số"} {
		row := got.Find("a[href='/van-ban-den/" + id + "']").Closest("tr")
		if !strings.Contains(row.Text(), why) {
			t.Errorf("of %s the page says %q, want %q", id, row.Text(), why)
		}
	}
	if n := got.Find("tbody tr").Length(); n != 4 {
		t.Errorf("%d documents are left, want 4", n)
	}
	if got := rows(v.get("/van-ban-den?tt=da-tiep-nhan")); len(got) != 2 {
		t.Errorf("accepted: %v", got)
	}
	again := v.post("/van-ban-den/tiep-nhan", url.Values{"van-ban": good})
	if again.Find("tbody tr").Length() != 2 || !again.has("Đã được trả lời: Đã tiếp nhận") || again.Find(".band.green").Length() != 0 {
		t.Errorf("again: %s", again.Find("main").Text())
	}
	w.Sound()
}

// What is no choice is refused, and nothing is accepted of a choice with one document of somebody else's.
func TestBulkAcceptIsBounded(t *testing.T) {
	w := newWorld(t)
	mine, other := w.send(nil, desk), w.send(nil, software)
	w.Party(software).Collect()
	who := w.everyKind()
	who["clerk"].post("/van-ban-den/lay", nil)
	many := url.Values{}
	for range 51 {
		many.Add("van-ban", mine)
	}
	save := url.Values{"ten": {"của tôi"}, "loc": {"/van-ban-den?q=x"}}
	holdRights(t, who, "stranger clerk neighbour admin operator auditor", []right{
		{post, "/van-ban-den/tiep-nhan", nil, "303 400 403 403 403 403"},
		{post, "/van-ban-den/tiep-nhan", many, "303 400 403 403 403 403"},
		{post, "/van-ban-den/tiep-nhan", url.Values{"van-ban": {mine, other}}, "303 404 403 403 403 403"},
		{post, "/van-ban-den/tiep-nhan", url.Values{"van-ban": {mine, "x"}}, "303 404 403 403 403 403"},
		{post, "/tim-kiem", save, "303 303 303 403 403 403"},
		{post, "/tim-kiem/bo", url.Values{"ten": {"của tôi"}}, "303 303 303 403 303 403"},
	})
	if got := rows(who["clerk"].get("/van-ban-den?tt=cho")); len(got) != 1 {
		t.Errorf("after choices that were refused %d documents wait, want 1", len(got))
	}
	w.Sound()
}

// A list says how long there is left by the law's clock, how many files a document has, and since when a sender waits.
func TestWhatIsLeft(t *testing.T) {
	w := newWorld(t)
	id := w.send(func(e *envelope.Envelope) {
		e.Attachments = []envelope.Attachment{envelope.NewAttachment("a.pdf", []byte("a")), envelope.NewAttachment("b.pdf", []byte("b"))}
		e.DueDate = envelope.DateOf(time.Now().AddDate(1, 0, 0))
	}, desk)
	w.person("chi", department, exchange.Clerk)
	w.person("an", desk, exchange.Clerk).post("/van-ban-den/lay", nil)
	doc, err := w.Exchange.Document(t.Context(), exchange.Caller{Agency: desk}, exchange.MessageID(id))
	w.must(err)
	limit := doc.Deliveries[0].Marks.Receive.Limit
	at := func(left time.Duration) page {
		w.mu.Lock()
		w.now = limit.Add(-left)
		w.mu.Unlock()
		return w.signedIn("an").get("/van-ban-den?tt=cho")
	}
	for left, want := range map[time.Duration]string{
		90 * time.Second: "Còn 1 phút", time.Hour: "Còn 1 giờ", 3*time.Hour + time.Minute: "Còn 3 giờ", -time.Minute: "Quá 1 phút", 0: "Quá 1 phút",
		-47 * time.Hour: "Quá 47 giờ", -49 * time.Hour: "Quá 2 ngày",
	} {
		if got := strings.TrimSpace(at(left).Find("td.left .pill").Text()); got != want {
			t.Errorf("%v before the limit the list says %q, want %q", left, got, want)
		}
	}
	p := at(3 * time.Hour)
	if !p.has("Hạn trả lời ") || strings.TrimSpace(p.Find("td.subject span[title]").First().Text()) != "2" {
		t.Errorf("the row: %s", p.Find("tbody tr").Text())
	}
	at(-time.Hour)
	if p := w.signedIn("chi").get("/van-ban-di"); !p.has("Chờ lâu nhất ") || !p.has("1 nơi nhận quá hạn") {
		t.Errorf("the sender's row: %s", p.Find("tbody tr").Text())
	}
}

// The other side of a document is sought by words without marks and by code; each filter can be taken away by itself.
func TestFilterByAgency(t *testing.T) {
	w := newWorld(t)
	w.send(nil, desk)
	own := w.Party(software)
	own.Submit(own.Signed(own.Document(desk)))
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	for query, want := range map[string]int{"so noi vu": 1, "Hưng Long": 1, "H44.24.06": 1, "xa": 1, "khong co": 0, "": 2} {
		if got := rows(v.get("/van-ban-den?tt=tat-ca&nguon=" + url.QueryEscape(query))); len(got) != want {
			t.Errorf("from %q: %v, want %d", query, got, want)
		}
	}
	sender := w.person("chi", department, exchange.Clerk)
	for query, want := range map[string]int{"dong thinh": 1, "hung long": 0} {
		if got := rows(sender.get("/van-ban-di?nguon=" + url.QueryEscape(query))); len(got) != want {
			t.Errorf("to %q: %v, want %d", query, got, want)
		}
	}
	p := v.get("/van-ban-den?tt=tat-ca&q=thu&nguon=noi+vu&khan=0&tu=2026-01-02&den=2030-01-02")
	want := map[string]string{
		"Từ: thu":             "/van-ban-den?den=2030-01-02&khan=0&nguon=noi+vu&tt=tat-ca&tu=2026-01-02",
		"Đơn vị: noi vu":      "/van-ban-den?den=2030-01-02&khan=0&q=thu&tt=tat-ca&tu=2026-01-02",
		"Từ ngày 02/01/2026":  "/van-ban-den?den=2030-01-02&khan=0&nguon=noi+vu&q=thu&tt=tat-ca",
		"Đến ngày 02/01/2030": "/van-ban-den?khan=0&nguon=noi+vu&q=thu&tt=tat-ca&tu=2026-01-02",
		"Thường":              "/van-ban-den?den=2030-01-02&nguon=noi+vu&q=thu&tt=tat-ca&tu=2026-01-02",
	}
	chips := p.Find(".chips a.pill.grey")
	if chips.Length() != len(want) {
		t.Errorf("%d chips, want %d", chips.Length(), len(want))
	}
	for _, c := range chips.EachIter() {
		text := strings.TrimSuffix(strings.TrimSpace(c.Text()), "bỏ")
		if got := c.AttrOr("href", ""); got != want[text] {
			t.Errorf("chip %q leads to %q, want %q", text, got, want[text])
		}
	}
}

// A search is kept under a name for the person alone, leads to the list it was made on, and can be forgotten.
func TestSavedSearches(t *testing.T) {
	w := newWorld(t)
	v, other := w.person("an", desk, exchange.Clerk), w.person("binh", desk, exchange.Clerk)
	save := func(name, filter string) page {
		return v.post("/tim-kiem", url.Values{"ten": {name}, "loc": {filter}})
	}
	const list = "/van-ban-den?khan=1&q=l%C5%A9+l%E1%BB%A5t&tt=tat-ca"
	save("Bão lũ", list+"&trang=abc&x=y").goes(t, "saving", list)
	p := v.get("/van-ban-den")
	if a := p.Find("nav.chips a"); a.Length() != 1 || a.AttrOr("href", "") != list || strings.TrimSpace(a.Text()) != "Bão lũ" {
		t.Errorf("saved: %s", p.Find("nav.chips").Text())
	}
	if p := v.get(list); p.Find("nav.chips a[aria-current]").Length() != 1 || p.Find("#q").AttrOr("value", "") != "lũ lụt" {
		t.Error("the saved search does not show what it is")
	}
	if p := v.get("/van-ban-di"); p.Find("nav.chips a").Length() != 0 {
		t.Error("a search of one list stands on the other")
	}
	if p := other.get("/van-ban-den"); p.Find("nav.chips a").Length() != 0 {
		t.Error("a search is shown to somebody else")
	}
	for name, bad := range map[string]page{
		"no name":        save(" ", list),
		"61 characters":  save(strings.Repeat("ă", 61), list),
		"another page":   save("x", "/tai-khoan"),
		"another site":   save("x", "https://example.invalid/van-ban-den"),
		"an own address": save("x", "//example.invalid/van-ban-den"),
		"too long":       save("x", "/van-ban-den?q="+strings.Repeat("a", 500)),
	} {
		if bad.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", name, bad.Status)
		}
	}
	save("Bão lũ", "/van-ban-den?tt=cho").goes(t, "saving again", "/van-ban-den?tt=cho")
	for i := range 19 {
		save("số "+string(rune('a'+i)), list).goes(t, "saving more", list)
	}
	if p := save("quá nhiều", list); p.Status != http.StatusConflict {
		t.Errorf("the 21st: %d", p.Status)
	}
	v.post("/tim-kiem/bo", url.Values{"ten": {"Bão lũ"}, "ve": {"/van-ban-den"}}).goes(t, "forgetting", "/van-ban-den")
	v.post("/tim-kiem/bo", url.Values{"ten": {"không có"}, "ve": {"//example.invalid/"}}).goes(t, "forgetting what there is not", "/")
	if n := v.get("/van-ban-den").Find("nav.chips a").Length(); n != 19 {
		t.Errorf("%d searches are left, want 19", n)
	}
	again, err := directory.OpenPeople(t.Context(), w.Store, directory.PeopleOptions{Agencies: w.Directory})
	w.must(err)
	if an, _ := again.Person("an"); len(an.Searches) != 19 {
		t.Errorf("after a restart there are %d searches", len(an.Searches))
	}
}

// signedIn signs a person in anew.
func (w *world) signedIn(login string) *visitor {
	w.t.Helper()
	v := w.stranger()
	v.post("/dang-nhap", credentials(login, password, "/")).goes(w.t, "signing in", "/")
	return v
}

// allowUnsigned lets an agency send without a signature.
func (w *world) allowUnsigned(id exchange.AgencyID) {
	w.t.Helper()
	a, ok := w.Directory.Agency(id)
	if !ok {
		w.t.Fatalf("no agency %s", id)
	}
	a.AcceptUnsigned = true
	_, err := w.Directory.Put(w.t.Context(), exchange.Caller{Operator: "test"}, a)
	w.must(err)
}

// The filter suggests agencies while one is typed; what is suggested is what the list understands.
func TestFilterSuggestsAgencies(t *testing.T) {
	w := newWorld(t)
	w.send(nil, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	p := v.get("/van-ban-den")
	in := p.Find("input[name=nguon]")
	if p.Find("datalist#"+in.AttrOr("list", "")).Length() != 1 || in.AttrOr("hx-target", "") != "#"+in.AttrOr("list", "") {
		t.Error("the field has no list of suggestions")
	}
	option := v.get(in.AttrOr("hx-get", "") + "?nguon=noi+vu&q=thu").Find("option")
	if option.Length() != 1 || option.AttrOr("value", "") != string(department) || option.Text() != "Sở Nội vụ" {
		t.Fatalf("%d suggestions: %s", option.Length(), option.Text())
	}
	if got := rows(v.get("/van-ban-den?nguon=" + option.AttrOr("value", ""))); len(got) != 1 {
		t.Errorf("by the suggestion: %v", got)
	}
}

// Lists are narrowed by type, signature, files and a period with a name; each stands as a chip, is kept in a saved search, and
// leaves no number beside a tab but where an index knows it.
func TestFurtherFilters(t *testing.T) {
	w := newWorld(t)
	w.allowUnsigned(department)
	p := w.Party(department)
	signed, bare := p.Document(desk), p.Document(desk)
	signed.Subject, signed.Type.Name = "Có ký", "Giấy mời"
	signed.Attachments = []envelope.Attachment{envelope.NewAttachment("a.pdf", []byte("a"))}
	bare.Subject, bare.Type.Name, bare.Attachments = "Không ký", "Công văn", nil
	p.Submit(p.Signed(signed))
	p.Submit(p.Build(bare))
	v, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	for _, test := range []struct{ query, want, chip string }{
		{"loai=giay+moi", "Có ký", "Loại: giay moi"}, {"loai=CÔNG+văn", "Không ký", "Loại: CÔNG văn"}, {"loai=quyet+dinh", "", "Loại: quyet dinh"},
		{"ky-so=hop-le", "Có ký", "Chữ ký hợp lệ"}, {"ky-so=khong", "Không ký", "Không ký số"}, {"ky-so=yeu", "", "Chữ ký thuật toán cũ"},
		{"tep=1", "Có ký", "Có tệp đính kèm"}, {"ky=ngay", "Không ký Có ký", "Hôm nay"}, {"ky=nam", "Không ký Có ký", "Năm nay"},
		{"ky-so=gi-do&tep=x&ky=mai", "Không ký Có ký", ""}, {"tep=1&ky-so=khong", "", "Không ký số"},
	} {
		for list, who := range map[string]*visitor{"/van-ban-den": v, "/van-ban-di": sender} {
			got := who.get(list + "?tt=tat-ca&" + test.query)
			if shown := strings.Join(rows(got), " "); shown != test.want {
				t.Errorf("%s?%s: %q, want %q", list, test.query, shown, test.want)
			}
			chips := strings.Join(got.Find(".chips a.pill.grey").Map(func(_ int, s *goquery.Selection) string { return s.Text() }), " ")
			if !strings.Contains(chips, test.chip) || (chips == "") != (test.chip == "") {
				t.Errorf("%s?%s: the chips say %q, want %q", list, test.query, chips, test.chip)
			}
			if n := counts(got)["Tất cả"]; (n != "") != (test.chip == "" || strings.HasPrefix(test.query, "ky=")) {
				t.Errorf("%s?%s: %q is counted", list, test.query, n)
			}
		}
	}
	const list = "/van-ban-den?ky=thang&ky-so=hop-le&loai=giay+moi&tep=1&tt=tat-ca"
	v.post("/tim-kiem", url.Values{"ten": {"Giấy mời"}, "loc": {list}}).goes(t, "saving", list)
	if p := v.get(list); p.Find("nav.chips a[aria-current]").Length() != 1 || p.Find("details[open] #loai").AttrOr("value", "") != "giay moi" ||
		p.Find("#ky option[selected]").AttrOr("value", "") != "thang" || p.Find("#ky-so option[selected]").AttrOr("value", "") != "hop-le" || p.Find("#tep[checked]").Length() != 1 {
		t.Error("the form does not show what narrows the list")
	}
	for _, chip := range v.get(list).Find(".chips a.pill.grey").EachIter() {
		if got := rows(v.get(chip.AttrOr("href", ""))); len(got) != 1 {
			t.Errorf("without %q: %v", chip.Text(), got)
		}
	}
	if p := v.get("/van-ban-den?ky=thang"); p.Find("details[open] #tu").Length() != 0 || p.Find("details #tu").Length() != 1 {
		t.Error("the further filters are open though none is used")
	}
	if p := v.get("/van-ban-den?ky=thang&tu=2026-01-02"); p.Find("details[open] #tu").Length() != 1 || p.Find("#ky option[selected]").Length() != 0 || p.Find(".chips a.pill.grey").Length() != 1 {
		t.Error("a period stands beside the days that were named")
	}
	w.mu.Lock()
	w.now = w.now.AddDate(1, 0, 1)
	w.mu.Unlock()
	for _, period := range []string{"ngay", "tuan", "thang", "nam"} {
		if got := rows(w.signedIn("an").get("/van-ban-den?tt=tat-ca&ky=" + period)); len(got) != 0 {
			t.Errorf("a year later %s has %v", period, got)
		}
	}
}

// A period begins at midnight in Vietnam; a week on Monday.
func TestPeriodsBegin(t *testing.T) {
	for _, test := range []struct{ now, day, week, month, year string }{
		{"2026-11-28T09:00:00+07:00", "2026-11-28", "2026-11-23", "2026-11-01", "2026-01-01"}, // Saturday
		{"2026-11-29T23:59:59+07:00", "2026-11-29", "2026-11-23", "2026-11-01", "2026-01-01"}, // Sunday
		{"2026-11-29T17:00:00Z", "2026-11-30", "2026-11-30", "2026-11-01", "2026-01-01"},      // Monday in Vietnam
		{"2027-01-01T00:00:00+07:00", "2027-01-01", "2026-12-28", "2027-01-01", "2027-01-01"},
		{"2028-02-29T12:00:00+07:00", "2028-02-29", "2028-02-28", "2028-02-01", "2028-01-01"},
	} {
		now, err := time.Parse(time.RFC3339, test.now)
		if err != nil {
			t.Fatal(err)
		}
		for period, want := range map[string]string{"ngay": test.day, "tuan": test.week, "thang": test.month, "nam": test.year} {
			if got := console.PeriodBegins(period, now).In(envelope.ICT()).Format("2006-01-02 15:04:05"); got != want+" 00:00:00" {
				t.Errorf("%s at %s begins %s, want %s", period, test.now, got, want)
			}
		}
		if !console.PeriodBegins("", now).IsZero() {
			t.Error("no period begins")
		}
	}
}

package console_test

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const (
	sendPath  = "/gui-van-ban"
	checkPath = "/gui-van-ban/kiem-tra"
)

// A part is one field of a form with files.
type part struct {
	name, file string
	content    []byte
}

// multiform is a form as a browser sends it, with its content type.
func multiform(t testing.TB, parts ...part) (body []byte, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		f, err := w.CreateFormFile(p.name, p.file)
		if err == nil {
			_, err = f.Write(p.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), w.FormDataContentType()
}

// upload sends one file as the form of the page does.
func (v *visitor) upload(path string, raw []byte) page {
	v.w.t.Helper()
	body, kind := multiform(v.w.t, part{"tep", "cong-van.edxml", raw})
	return v.uploads(path, bytes.NewReader(body), kind)
}

func (v *visitor) uploads(path string, body io.Reader, kind string, headers ...string) page {
	v.w.t.Helper()
	req, err := http.NewRequestWithContext(v.w.t.Context(), http.MethodPost, v.w.URL+path, body)
	v.w.must(err)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := v.client.Do(req)
	v.w.must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	v.w.must(err)
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(raw))
	v.w.must(err)
	if bytes.Contains(raw, []byte("⟦")) {
		v.w.t.Errorf("%s: a text is missing: %.100s", path, raw[bytes.Index(raw, []byte("⟦")):])
	}
	return page{Document: doc, Status: resp.StatusCode, Header: resp.Header, Text: string(raw)}
}

// size is how many entries the log has.
func (w *world) size() int64 {
	w.t.Helper()
	_, n, err := w.Store.Checkpoint(w.t.Context())
	w.must(err)
	return n
}

// An agency without software sends a signed envelope: first it is told what would come of it, then it is sent.
func TestSend(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	p := w.Party(desk)
	e := p.Document(department, software)
	e.Subject = "V/v báo cáo tình hình dịch bệnh"
	raw := p.Signed(e)
	if got := v.get(sendPath); got.Find("form[action='/gui-van-ban'] input[type=file][name=tep]").Length() != 1 || !got.has("Tối đa 64 MB.") {
		t.Errorf("the page: %d %s", got.Status, got.Find("main").Text())
	}
	before := w.size()
	got := v.upload(checkPath, raw)
	for _, want := range []string{"Hợp lệ, gửi được tới 2 đơn vị. Chưa gửi", e.Code.String(), e.Subject, "UBND xã Đồng Thịnh (H44.24.05)", "Chữ ký số hợp lệ",
		"Sở Nội vụ", "UBND xã Hưng Long", "API, đơn vị lấy"} {
		if !got.has(want) {
			t.Errorf("the check does not say %q: %s", want, got.Find("#result").Text())
		}
	}
	if w.size() != before {
		t.Errorf("checking wrote %d entries", w.size()-before)
	}
	got = v.upload(sendPath, raw)
	to := got.Header.Get("Location")
	id, ok := strings.CutSuffix(strings.TrimPrefix(to, "/van-ban-di/"), "?gui=moi")
	if !ok || !strings.HasPrefix(to, "/van-ban-di/") {
		t.Fatalf("sending leads to %q with %d", to, got.Status)
	}
	if got := v.get(to); !got.has("Đã gửi. Theo dõi tại đây.") || !got.has("0/2 đã tiếp nhận · 2 chưa đến") {
		t.Errorf("after sending: %s", got.Find("main").Text())
	}
	v.upload(sendPath, raw).goes(t, "sending again", "/van-ban-di/"+id+"?gui=lai")
	if got := v.get("/van-ban-di/" + id + "?gui=lai"); !got.has("Văn bản này đã được gửi trước đó") {
		t.Error("it is not said that it was sent before")
	}
	if got := v.get("/van-ban-di/" + id + "?gui=%3Cb%3E"); got.Find(".band").Length() != 0 {
		t.Errorf("an address makes the page say %q", got.Find(".band").Text())
	}
	if got := w.Party(software).Collect()[id]; !bytes.Equal(got, raw) {
		t.Errorf("the addressee got %d bytes, want the %d that were signed (P3)", len(got), len(raw))
	}
	an, _ := w.People.Person("an")
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	if e := records[0].Entry; e.Actor != string(desk) || e.Credential != an.Sessions[0].ID {
		t.Errorf("the acceptance is by %s with %s, want %s with session %s", e.Actor, e.Credential, desk, an.Sessions[0].ID)
	}
	w.Sound()
}

// What the law asks to be warned of is said before a document is sent.
func TestSendWarns(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	p := w.Party(desk)
	first := p.Document(software)
	v.upload(sendPath, p.Signed(first))
	second := p.Document(software)
	second.Code = first.Code
	got := v.upload(checkPath, p.Signed(second))
	if got.Status != http.StatusOK || !strings.Contains(got.Find(".checks .amber").Text(), first.Code.String()) {
		t.Errorf("nothing warns of the number %s that was used before: %s", first.Code, got.Find(".checks").Text())
	}
}

func TestSendRefuses(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	p := w.Party(desk)
	document := func(to ...exchange.AgencyID) []byte { return p.Signed(p.Document(to...)) }
	unsigned := p.Document(software)
	changed := bytes.Replace(document(software), []byte("V/v"), []byte("v/v"), 1)
	missing := emptied(p.Build(p.Document(software)), "Subject")
	status := p.Build(envelope.NewStatus(envelope.Party{OrganID: desk}, envelope.ResponseFor{OrganID: department, Code: "1/A"}, envelope.Arrived, "", envelope.Staff{}, time.Now()))
	before := w.size()
	for _, test := range []struct {
		name   string
		raw    []byte
		status int
		says   string
	}{
		{"nothing", nil, 400, "Chưa chọn tệp."},
		{"a PDF", []byte("%PDF-1.7 TEST ONLY"), 400, "Hãy chọn gói tin edXML đã ký số"},
		{"a spreadsheet", []byte("PK\x03\x04 TEST ONLY"), 400, "Hãy chọn gói tin edXML đã ký số"},
		{"no XML", []byte("công văn"), 400, "XML"},
		{"unsigned", p.Build(unsigned), 422, "phải được ký số"},
		{"changed after it was signed", changed, 422, "hữ ký"},
		{"signed by another agency", w.Party(software).Leaf.Sign(p.Build(p.Document(software))), 422, "chưa được đăng ký cho H44.24.05"},
		{"in another agency's name", w.Party(software).Signed(w.Party(software).Document(department)), 403, "H44.24.06"},
		{"to a code that there is not", document("H44.24.0"), 422, "Mã gần nhất là H44.24.0"},
		{"without a subject", p.Leaf.Sign(missing), 422, "Subject"},
		{"a status", p.Leaf.Sign(status), 422, "ở đây chỉ nhận văn bản"},
	} {
		for _, path := range []string{checkPath, sendPath} {
			got := v.upload(path, test.raw)
			if got.Status != test.status || got.Find("#result .band.red").Length() != 1 || !strings.Contains(got.Find("#result").Text(), test.says) {
				t.Errorf("%s at %s: %d %q, want %d saying %q", test.name, path, got.Status, strings.Join(strings.Fields(got.Find("#result").Text()), " "), test.status, test.says)
			}
			if test.status == 422 && !got.has("Việc cần làm:") {
				t.Errorf("%s: nothing is said of what to do", test.name)
			}
		}
	}
	for _, r := range w.entries(before) {
		if r.Entry.Type != "refused-at-door" {
			t.Errorf("what was refused left an entry %s", r.Entry.Type)
		}
	}
}

func (w *world) entries(from int64) []exchange.LogRecord {
	w.t.Helper()
	all, err := w.Store.Entries(w.t.Context(), from, 1000)
	w.must(err)
	return all
}

// emptied is a file with nothing in some of its elements.
func emptied(raw []byte, elements ...string) []byte {
	for _, name := range elements {
		raw = regexp.MustCompile(`(<(?:[a-zA-Z]+:)?`+name+`>)[^<]*`).ReplaceAll(raw, []byte("$1"))
	}
	return raw
}

// Every fault of an envelope is named with its place and its rule.
func TestSendNamesEachFault(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	p := w.Party(desk)
	got := v.upload(checkPath, p.Leaf.Sign(emptied(p.Build(p.Document(software)), "Subject", "CodeNotation")))
	if n := got.Find("#result .checks li").Length(); n < 2 {
		t.Errorf("%d faults, want two: %s", n, got.Find("#result").Text())
	}
	for _, li := range got.Find("#result .checks li").EachIter() {
		if text := li.Text(); !strings.Contains(text, "Dòng ") || !strings.Contains(text, "/edXML/") || li.Find("a[href^='/loi/']").Length() != 1 {
			t.Errorf("a fault without line, place or explanation: %s", text)
		}
	}
	if link := got.Find("#result .checks a").First().AttrOr("href", ""); v.get(link).Status != http.StatusOK {
		t.Errorf("%s explains nothing", link)
	}
}

// A form that is none, or too large, is refused before it takes memory.
func TestSendHoldsTheForm(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Document = 100 << 10 })
	v := w.person("an", desk, exchange.Clerk)
	raw := w.Party(desk).Signed(w.Party(desk).Document(software))
	whole, kind := multiform(t, part{"tep", "a", raw})
	two, twoKind := multiform(t, part{"tep", "a", raw}, part{"tep", "b", raw})
	other, otherKind := multiform(t, part{"tep", "a", raw}, part{"x", "b", raw})
	large, largeKind := multiform(t, part{"tep", "a", bytes.Repeat([]byte("x"), 110<<10)})
	below, belowKind := multiform(t, part{"tep", "a", bytes.Repeat([]byte("x"), 99<<10)})
	for _, test := range []struct {
		name   string
		body   []byte
		kind   string
		status int
	}{
		{"no length", whole, kind, 411},
		{"too large", large, largeKind, 413},
		{"larger than other forms may be", below, belowKind, 400}, // read, and found to be no XML
		{"two files", two, twoKind, 400},
		{"a field that there is not", other, otherKind, 400},
		{"cut off", whole[:len(whole)-50], kind, 400},
		{"no boundary", whole, "multipart/form-data", 400},
		{"a plain form", []byte("tep=x"), "application/x-www-form-urlencoded", 400},
	} {
		for _, path := range []string{checkPath, sendPath} {
			var body io.Reader = bytes.NewReader(test.body)
			if test.status == http.StatusLengthRequired {
				body = struct{ io.Reader }{body}
			}
			if got := v.uploads(path, body, test.kind); got.Status != test.status || got.Find("#result .band.red").Length() != 1 {
				t.Errorf("%s at %s: %d %s, want %d", test.name, path, got.Status, got.Find("#result").Text(), test.status)
			}
		}
	}
	// The other forms are as small as ever.
	change := url.Values{"hien-tai": {password}, "mat-khau": {"một câu khác dài hơn"}, "nhac-lai": {"một câu khác dài hơn"}, "x": {strings.Repeat("x", 64<<10)}}
	if got := v.post("/tai-khoan/mat-khau", change); got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of more than 64 KiB is read: %d", got.Status)
	}
	change.Del("x")
	if got := v.post("/tai-khoan/mat-khau", change); got.Status != http.StatusSeeOther {
		t.Errorf("the same form without its padding is not: the case shows nothing: %d", got.Status)
	}
}

// Room for the whole form is taken before its first byte is read, and given back whatever comes of it.
func TestSendTakesRoom(t *testing.T) {
	var mu sync.Mutex
	var taken, given int64
	full := false
	w := newWorld(t, func(o *console.Options) {
		o.Room = func(who string, n int64) (func(), error) {
			mu.Lock()
			defer mu.Unlock()
			if full {
				return nil, &exchange.Error{Kind: exchange.TooMany, Detail: "full", VI: "Đơn vị đang gửi quá nhiều dữ liệu cùng lúc."}
			}
			if who != string(desk) {
				t.Errorf("room is taken for %q", who)
			}
			taken += n
			return func() { mu.Lock(); given += n; mu.Unlock() }, nil
		}
	})
	v := w.person("an", desk, exchange.Clerk)
	raw := w.Party(desk).Signed(w.Party(desk).Document(software))
	body, kind := multiform(t, part{"tep", "a", raw})
	for _, path := range []string{checkPath, sendPath} {
		v.uploads(path, bytes.NewReader(body), kind)
		v.uploads(path, bytes.NewReader(body[:len(body)-60]), kind)
	}
	if want := 2 * int64(2*len(body)-60); taken != want || given != want {
		t.Errorf("room for %d bytes was taken and for %d given back, want %d", taken, given, want)
	}
	full = true
	unread := &refusesToBeRead{}
	req, err := http.NewRequest(http.MethodPost, w.URL+sendPath, unread)
	w.must(err)
	req.ContentLength = 1 << 20
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Expect", "100-continue")
	resp, err := v.client.Do(req)
	w.must(err)
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusTooManyRequests {
		t.Errorf("without room: %d, want 429", resp.StatusCode)
	}
}

// refusesToBeRead is a body that nobody asks for.
type refusesToBeRead struct{}

func (refusesToBeRead) Read([]byte) (int, error) { return 0, errors.New("nobody was to read this") }

// Where software sends, the console does not.
func TestSoftwareSends(t *testing.T) {
	w := newWorld(t)
	v := w.person("binh", software, exchange.Clerk)
	p := w.Party(software)
	raw := p.Signed(p.Document(department))
	if got := v.get(sendPath); got.Status != http.StatusForbidden || v.get("/").Find("nav a[href='/gui-van-ban']").Length() != 0 {
		t.Errorf("the page: %d", got.Status)
	}
	for _, path := range []string{checkPath, sendPath} {
		if got := v.upload(path, raw); got.Status != http.StatusForbidden {
			t.Errorf("%s: %d, want 403", path, got.Status)
		}
	}
	if got := w.person("an", desk, exchange.Clerk).get("/"); got.Find("nav a[href='/gui-van-ban']").Length() != 1 {
		t.Error("the menu of an agency without software has no way to the page")
	}
}

// A look-up finds agencies without marks, and says whether and how they can be reached.
func TestAgenciesAreLookedUp(t *testing.T) {
	w := newWorld(t)
	ended := time.Now().AddDate(0, -1, 0)
	heir := func(id exchange.AgencyID) exchange.Successor { return exchange.Successor{Agency: id, From: ended} }
	for _, a := range []exchange.Agency{
		{ID: "H44", Name: "UBND tỉnh Phú Thọ", Level: exchange.Province, Channel: exchange.Pull},
		{ID: "H44.24", Name: "UBND huyện Tam Nông", Level: exchange.District, Channel: exchange.Pull, Parent: "H44"},
		{ID: "H44.24.01", Name: "UBND xã Quỳnh Lâm", Level: exchange.Commune, Channel: exchange.NoChannel, Gateway: "H44.24", Parent: "H44.24"},
		{ID: "H44.24.02", Name: "UBND xã Quỳnh Hòa", Level: exchange.Commune, Channel: exchange.NoChannel},
		{ID: "H44.24.03", Name: "UBND xã Quỳnh Thọ", Level: exchange.Commune, Channel: exchange.Pull, ClosedAt: ended, Successors: []exchange.Successor{heir(desk)}},
		{ID: "H44.24.04", Name: "UBND xã Quỳnh Long", Level: exchange.Commune, Channel: exchange.Pull, ClosedAt: ended,
			Successors: []exchange.Successor{heir(desk), heir(software)}, Aliases: []exchange.AgencyID{"000.04.24.H44"}},
		{ID: "H44.99", Name: "Đơn vị <b>thử</b>", Level: exchange.Commune, Channel: exchange.Pull, Sandbox: true},
	} {
		_, err := w.Directory.Put(t.Context(), hubtest.Operator(), a)
		w.must(err)
	}
	v := w.person("an", desk, exchange.Clerk)
	for _, test := range []struct{ words, name, says string }{
		{"dong thinh", "UBND xã Đồng Thịnh", "API, đơn vị lấy"},
		{"ĐỒNG THỊNH", "UBND xã Đồng Thịnh", "API, đơn vị lấy"},
		{"h44.24.05", "UBND xã Đồng Thịnh", "API, đơn vị lấy"},
		{"quynh lam", "UBND xã Quỳnh Lâm", "Chưa kết nối; UBND huyện Tam Nông (H44.24) nhận thay."},
		{"quynh hoa", "UBND xã Quỳnh Hòa", "Không gửi được"},
		{"quynh tho", "UBND xã Quỳnh Thọ", "văn bản chuyển tới UBND xã Đồng Thịnh (H44.24.05)"},
		{"000.04.24.H44", "UBND xã Quỳnh Long", "H44.24.06"},
		{"thu", "Đơn vị <b>thử</b>", "khác môi trường thử nghiệm"},
	} {
		got := v.get("/danh-ba?q=" + strings.ReplaceAll(test.words, " ", "+"))
		row := got.Find("#found tbody tr").First().Text()
		if !strings.Contains(row, test.name) || !strings.Contains(row, test.says) {
			t.Errorf("%q finds %q, want %q with %q", test.words, strings.Join(strings.Fields(row), " "), test.name, test.says)
		}
		options := v.get("/danh-ba/goi-y?nguon=" + strings.ReplaceAll(test.words, " ", "+"))
		if options.Find("option").First().Text() != test.name {
			t.Errorf("%q suggests %q", test.words, options.Text)
		}
	}
	if got := v.get("/danh-ba?q=khong+co"); !got.has("Không có đơn vị nào khớp.") {
		t.Errorf("nothing found: %s", got.Find("#found").Text())
	}
	if got := v.get("/danh-ba"); got.Status != http.StatusOK || got.Find("#found table").Length() != 0 {
		t.Errorf("nothing sought: %d", got.Status)
	}
	if got := v.get("/danh-ba?q=" + strings.Repeat("a", 200)); got.Status != http.StatusOK {
		t.Errorf("200 letters: %d", got.Status)
	}
}

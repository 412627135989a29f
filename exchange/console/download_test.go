package console_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/translog"
)

const downloadPath = "/van-ban-den/tai-ve"

// signed submits a document of the department, and returns its id with the bytes that were signed.
func (w *world) signed(change func(*envelope.Envelope), to ...exchange.AgencyID) (id string, raw []byte) {
	w.t.Helper()
	p := w.Party(department)
	e := p.Document(to...)
	if change != nil {
		change(e)
	}
	raw = p.Signed(e)
	return p.Submit(raw).ID, raw
}

// attached is a change that gives a document files, by name and content in turns.
func attached(files ...string) func(*envelope.Envelope) {
	return func(e *envelope.Envelope) {
		e.Attachments = nil
		for i := 0; i+1 < len(files); i += 2 {
			e.Attachments = append(e.Attachments, envelope.NewAttachment(files[i], []byte(files[i+1])))
		}
	}
}

// A parcel is a zip that was downloaded, with the rows of its list.
type parcel struct {
	files map[string]string // content by name
	names []string
	rows  []map[string]string
}

// safeEntry is a name in a folder whose name neither Windows nor a shell takes for anything else.
var safeEntry = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_-]{0,70}/[^<>:"/\\|?*\x00-\x1f\x7f]{1,110}$`)

// unzippedParcel reads a zip, and holds that it can be unpacked anywhere.
func unzippedParcel(t *testing.T, p page) parcel {
	t.Helper()
	if p.Status != http.StatusOK || p.Header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(p.Header.Get("Content-Disposition"), "attachment;") ||
		!strings.HasSuffix(p.Header.Get("Content-Disposition"), ".zip") || p.Header.Get("Content-Security-Policy") != "sandbox" {
		t.Fatalf("%d as %v: %s", p.Status, p.Header, p.Find("main").Text())
	}
	z, err := zip.NewReader(strings.NewReader(p.Text), int64(len(p.Text)))
	if err != nil {
		t.Fatal(err)
	}
	got := parcel{files: map[string]string{}}
	same := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatalf("%q: %v", f.Name, err)
		}
		if other, twice := same[strings.ToLower(f.Name)]; twice {
			t.Errorf("%q is written over %q on Windows", f.Name, other)
		}
		if f.Name != "danh-sach.csv" && (!safeEntry.MatchString(f.Name) || strings.TrimRight(f.Name, " .") != f.Name || strings.Contains(f.Name, "..")) {
			t.Errorf("%q is no name that is safe everywhere", f.Name)
		}
		same[strings.ToLower(f.Name)] = f.Name
		got.files[f.Name] = string(content)
		got.names = append(got.names, f.Name)
	}
	got.read(t)
	return got
}

func (p *parcel) read(t *testing.T) {
	t.Helper()
	text, marked := strings.CutPrefix(p.files["danh-sach.csv"], "\ufeff")
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !marked || len(rows) == 0 {
		t.Fatalf("the list, with its mark %t: %v", marked, err)
	}
	for _, cells := range rows[1:] {
		row := map[string]string{}
		for i, cell := range cells {
			row[rows[0][i]] = cell
		}
		p.rows = append(p.rows, row)
	}
}

// download asks for documents: the answer is a zip, or a page.
func (v *visitor) download(ids ...string) page {
	v.w.t.Helper()
	resp := v.begin(ids...)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	v.w.must(err)
	html := string(raw)
	if strings.HasPrefix(html, "PK") {
		html = ""
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(html))
	v.w.must(err)
	return page{Document: doc, Status: resp.StatusCode, Header: resp.Header, Text: string(raw)}
}

func choose(ids ...string) url.Values {
	return url.Values{"van-ban": ids, "ve": {"/van-ban-den?tt=cho"}}
}

// Chosen documents come as one zip: of each the bytes that were signed, and its files; a list says what is in it.
func TestDownloadMany(t *testing.T) {
	w := newWorld(t)
	first, one := w.signed(func(e *envelope.Envelope) {
		attached("Công văn.pdf", "%PDF-1.4 một", "Phụ lục 1.txt", "hai")(e)
		e.Code.Notation, e.Subject = "QĐ-UBND", "Về việc\n thử nghiệm, \"một\""
	}, desk)
	second, two := w.signed(attached(), desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	list := v.get("/van-ban-den?tt=cho")
	if b := list.Find("form[action='/van-ban-den/tiep-nhan'] button[formaction='" + downloadPath + "'][type=submit]"); b.Length() != 1 {
		t.Errorf("%d buttons download", b.Length())
	}
	got := unzippedParcel(t, v.download(second, first, second))
	m, err := w.Store.Message(t.Context(), exchange.MessageID(first))
	w.must(err)
	o, err := w.Store.Message(t.Context(), exchange.MessageID(second))
	w.must(err)
	a, b := strings.TrimSuffix(m.Code, "/QĐ-UBND")+"-QD-UBND_2026-03-02", strings.TrimSuffix(o.Code, "/CV-VP")+"-CV-VP_2026-03-02"
	want := map[string]string{a + "/" + a + ".edxml": string(one), b + "/" + b + ".edxml": string(two), a + "/Công văn.pdf": "%PDF-1.4 một", a + "/Phụ lục 1.txt": "hai"}
	for name, content := range want {
		if got.files[name] != content {
			t.Errorf("%s has %d bytes, want the %d that were sent", name, len(got.files[name]), len(content))
		}
	}
	if len(got.names) != len(want)+1 || len(got.rows) != 2 {
		t.Errorf("the zip has %q and %d rows", got.names, len(got.rows))
	}
	for i, doc := range []exchange.Message{o, m} {
		for name, value := range map[string]string{"Số ký hiệu": doc.Code, "Ngày ban hành": "02/03/2026", "Nơi gửi": "Sở Nội vụ", "Mã nơi gửi": string(department),
			"Trích yếu": strings.Join(strings.Fields(doc.Subject), " "), "Chữ ký số": "Chữ ký số hợp lệ", "SHA-256": doc.Digest.String(), "Thư mục": []string{b, a}[i], "Không có trong gói tải về, vì sao": ""} {
			if got.rows[i][name] != value {
				t.Errorf("row %d: %s is %q, want %q", i+1, name, got.rows[i][name], value)
			}
		}
	}
	w.Sound()
}

// What a download leaves behind is what the download of one document from its page does: it was opened, once, by whom.
func TestADownloadIsAReading(t *testing.T) {
	w := newWorld(t)
	single, many, page := w.send(nil, desk), w.send(nil, desk), w.send(nil, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	v.get("/van-ban-den/" + single + "/edxml")
	v.get("/van-ban-den/" + page)
	unzippedParcel(t, v.download(many, page))
	unzippedParcel(t, v.download(many))
	left := func(id string) string {
		records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
		w.must(err)
		var all []string
		for _, r := range records {
			all = append(all, string(r.Entry.Type)+" "+r.Entry.Actor)
		}
		return strings.Join(all, ", ")
	}
	for name, id := range map[string]string{"by the zip": many, "by its page, then by the zip": page} {
		if got, want := left(id), left(single); got != want || !strings.Contains(got, string(translog.PickedUp)+" "+string(desk)) {
			t.Errorf("read %s a document has %s, want %s", name, got, want)
		}
		if a, b := w.stateOf(id), w.stateOf(single); a != b || len(w.statuses(id)) != len(w.statuses(single)) {
			t.Errorf("read %s a document is %s, want %s", name, a, b)
		}
	}
	if got := rows(v.get("/van-ban-den?tt=cho")); len(got) != 3 {
		t.Errorf("after downloads %d documents wait, want 3", len(got))
	}
}

// Files keep their names as far as every system takes them; none leaves its folder or covers another.
func TestNamesInADownload(t *testing.T) {
	w := newWorld(t)
	given := []struct{ name, want string }{
		{"Công văn.pdf", "Công văn.pdf"}, {"công văn.PDF", "công văn-2.PDF"}, {"Co\u0302ng va\u0306n.pdf", "Công văn-3.pdf"}, {"Công văn.pdf", "Công văn-4.pdf"},
		{"../../etc/passwd", "passwd"}, {`..\..\Windows\win.ini`, "win.ini"}, {"C:\\autoexec.bat", "autoexec.bat"}, {"/tmp/x/..", "tep-dinh-kem"}, {"..", "tep-dinh-kem-2"},
		{"CON", "_CON"}, {"con.pdf", "_con.pdf"}, {"Nul .txt", "_Nul.txt"}, {"LPT1.tar.gz", "_LPT1.tar.gz"}, {"com¹.doc", "_com¹.doc"}, {"COM10.doc", "COM10.doc"}, {"conga.doc", "conga.doc"},
		{"a.pdf. . ", "a.pdf"}, {".bashrc", "bashrc"}, {"-rf", "_-rf"}, {"b\u2028c\u200bd.pdf", "bcd.pdf"}, {"e\u202efdp.exe", "efdp.exe"}, {"x\u00a0y.pdf", "x y.pdf"},
		{"tab\tline\nend.pdf", ""}, {"thieu.txt", "thieu-2.txt"}, {`a<b>:"|?*.pdf`, "ab.pdf"},
		{strings.Repeat("dài ", 60) + ".pdf", strings.TrimSpace(strings.Repeat("dài ", 25)) + ".pdf"}, {"x." + strings.Repeat("y", 150), "x." + strings.Repeat("y", 98)},
	}
	var files []string
	for i, g := range given {
		files = append(files, g.name, fmt.Sprint("nội dung ", i))
	}
	id, raw := w.signed(attached(files...), desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	got := unzippedParcel(t, v.download(id))
	folder := got.rows[0]["Thư mục"]
	if got.files[folder+"/"+folder+".edxml"] != string(raw) || len(got.names) != len(given)+2 || got.rows[0]["Không có trong gói tải về, vì sao"] != "" {
		t.Errorf("%d files for %d and the original, without %q", len(got.names), len(given), got.rows[0]["Không có trong gói tải về, vì sao"])
	}
	for i, g := range given {
		var name string
		for n, content := range got.files {
			if content == fmt.Sprint("nội dung ", i) {
				name = strings.TrimPrefix(n, folder+"/")
			}
		}
		if name == "" || g.want != "" && name != g.want {
			t.Errorf("%q lies under %q, want %q", g.name, name, g.want)
		}
	}
}

// Folders are named for the document: by its id where its number or date is missing, with a number where two are alike.
func TestFoldersOfADownload(t *testing.T) {
	date := envelope.DateOf(w2026())
	for _, c := range []struct {
		code string
		date envelope.Date
		want string
	}{
		{"816/QĐ-UBND", date, "816-QD-UBND_2026-03-02"}, {"../../etc/passwd", date, "ETC-PASSWD_2026-03-02"}, {"$(rm -rf ~)`x`;'\"&|\n", date, "RM-RF-X_2026-03-02"},
		{"CON", date, "CON_2026-03-02"}, {"", date, "id"}, {"//--", date, "id"}, {"12/CV", envelope.Date{}, "id"}, {"\u202e12\x00/CV", date, "12-CV_2026-03-02"},
		{strings.Repeat("1/", 90), date, strings.TrimSuffix(strings.Repeat("1-", 25), "-") + "_2026-03-02"}, {"公文 12", date, "12_2026-03-02"},
	} {
		if got := console.FolderName(exchange.Message{ID: "id", Code: c.code, Date: c.date}); got != c.want {
			t.Errorf("the folder of %q is %q, want %q", c.code, got, c.want)
		}
	}
	w := newWorld(t)
	var code envelope.Code
	one, _ := w.signed(func(e *envelope.Envelope) { code = e.Code }, desk)
	two, _ := w.signed(func(e *envelope.Envelope) { e.Code = code }, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	got := unzippedParcel(t, v.download(one, two))
	if a, b := got.rows[0]["Thư mục"], got.rows[1]["Thư mục"]; b != a+"-2" || got.files[b+"/"+b+".edxml"] == "" {
		t.Errorf("two of one number lie in %q and %q", a, b)
	}
}

// The list is a text: no spreadsheet program takes anything in it for a formula.
func TestTheListOfADownloadIsText(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	evil := []string{`=HYPERLINK("http://example.invalid","x")`, "+1", "-1", "@SUM(1)", "\t=1+1", " =1", "＝1"}
	var ids []string
	for _, subject := range evil {
		ids = append(ids, w.send(func(e *envelope.Envelope) { e.Subject = subject }, desk))
	}
	v.post("/van-ban-den/lay", nil)
	got := unzippedParcel(t, v.download(ids...))
	for i, row := range got.rows {
		if want := "'" + strings.Join(strings.Fields(evil[i]), " "); row["Trích yếu"] != want {
			t.Errorf("the subject %q stands as %q, want %q", evil[i], row["Trích yếu"], want)
		}
	}
	if n := strings.Count(got.files["danh-sach.csv"], "\r\n"); n != len(evil)+1 {
		t.Errorf("%d lines, want %d", n, len(evil)+1)
	}
}

// What cannot be unpacked is in the signed document alone, and the list and the folder say so; the rest comes.
func TestFilesThatCannotBeUnpacked(t *testing.T) {
	w := newWorld(t)
	broken := func(name, content string) envelope.Attachment {
		a := envelope.NewAttachment("x.pdf", []byte(content)) // as it is
		a.Name = name
		return a
	}
	id, raw := w.signed(func(e *envelope.Envelope) {
		e.Attachments = []envelope.Attachment{broken("hỏng.odt", "PK\x03\x04 hỏng"), broken("=bom.odt", bomb(9<<20)), envelope.NewAttachment("tốt.txt", []byte("tốt"))}
	}, desk)
	many, _ := w.signed(func(e *envelope.Envelope) {
		e.Attachments = slices.Repeat([]envelope.Attachment{broken("hỏng.odt", "PK\x03\x04 hỏng")}, 12)
		for i := range e.Attachments {
			e.Attachments[i].ContentID += fmt.Sprint(i)
		}
	}, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	got := unzippedParcel(t, v.download(id, many))
	folder, why := got.rows[0]["Thư mục"], got.rows[0]["Không có trong gói tải về, vì sao"]
	want := "hỏng.odt: không giải nén được, tệp nằm trong bản gốc .edxml; =bom.odt: giải nén ra quá lớn, tệp nằm trong bản gốc .edxml"
	if why != want || got.files[folder+"/thieu.txt"] != "\ufeff"+want+"\r\n" {
		t.Errorf("the list says %q and the folder %q, want %q", why, got.files[folder+"/thieu.txt"], want)
	}
	if got.files[folder+"/tốt.txt"] != "tốt" || got.files[folder+"/"+folder+".edxml"] != string(raw) {
		t.Errorf("the rest is not there: %q", got.names)
	}
	if why := got.rows[1]["Không có trong gói tải về, vì sao"]; strings.Count(why, "hỏng.odt") != 10 || !strings.HasSuffix(why, "; và 2 tệp khác") {
		t.Errorf("of twelve the list says %q", why)
	}
}

// bomb is an archive whose one file has so many bytes, within what any one file may unfold to.
func bomb(n int) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, _ := z.Create("x.odt") // into memory: none of it can fail
	_, _ = f.Write(make([]byte, n-n/150))
	_, _ = f.Write(noise(n / 150))
	_ = z.Close()
	return b.String()
}

// A row that is renewed can still be chosen where it could, and nowhere else: a download renews those that it opens.
func TestARenewedRowKeepsItsCheckBox(t *testing.T) {
	w := newWorld(t)
	waiting, accepted := w.send(nil, desk), w.send(nil, desk)
	v, other := w.person("an", desk, exchange.Clerk), w.person("binh", software, exchange.Clerk)
	w.send(nil, software)
	w.Party(software).Collect()
	v.post("/van-ban-den/lay", nil)
	v.post("/van-ban-den/"+accepted+"/tiep-nhan", nil)
	for _, c := range []struct {
		who     *visitor
		tab     string
		renewed int
		want    string
	}{{v, "?tt=cho", 2, waiting}, {v, "", 2, waiting}, {v, "?tt=tat-ca", 2, ""}, {other, "?tt=cho", 1, ""}} {
		address := c.who.get("/van-ban-den"+c.tab).Find("#poll").AttrOr("hx-get", "")
		address = regexp.MustCompile(`sau=\d+`).ReplaceAllString(address, "sau=-1")
		p := c.who.get(address)
		boxes := strings.Join(regexp.MustCompile(`name="van-ban" value="([^"]*)"`).FindStringSubmatch(p.Text), " ")
		if n := strings.Count(p.Text, "<hx-partial hx-target=\"#den-"); n != c.renewed || !strings.HasSuffix(boxes, c.want) || (boxes == "") != (c.want == "") || strings.Count(p.Text, "van-ban\" value") > 1 {
			t.Errorf("under %q %d rows are renewed, with the check boxes %q, want %q", c.tab, n, boxes, c.want)
		}
	}
}

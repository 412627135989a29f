package console_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

const (
	importPath = "/van-hanh/don-vi-nhap"
	newCommune = "id,name,level,parent\nH44.24.77,UBND xã Vân Phú,commune,\nH44.24.06,UBND phường Hưng Long,commune,\nH44.24.05,UBND xã Đồng Thịnh,commune,\n"
)

// looked uploads a file, and follows to what it would do; form is what confirms it.
func (v *visitor) looked(t *testing.T, path string, raw []byte) (at string, p page, form url.Values) {
	t.Helper()
	up := v.upload(path, raw)
	if at = up.Header.Get("Location"); up.Status != 303 || !strings.HasPrefix(at, importPath+"/tep/") {
		t.Fatalf("%s: %d to %q: %s", path, up.Status, at, up.Find(".band, table").Text())
	}
	p = v.get(at)
	form = url.Values{}
	for _, field := range p.Find("main form input[type=hidden]").EachIter() {
		form.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	return at, p, form
}

// imported are the entries of imports, with whose they are.
func (w *world) imported() (all []translog.Entry) {
	w.t.Helper()
	records, err := w.Store.Entries(w.t.Context(), 0, 1000)
	w.must(err)
	for _, r := range records {
		if r.Entry.Type == translog.AgencyChanged && (r.Entry.Kind == "import" || r.Entry.Kind == "mapping") {
			all = append(all, r.Entry)
		}
	}
	return all
}

// A table is looked at, and then written as it was shown, by one entry with the operator's session and the file's digest.
func TestImportPage(t *testing.T) {
	w, oper := newOperateWorld(t)
	raw := []byte("\ufeff" + newCommune)
	at, p, form := oper.looked(t, importPath+"/bang", raw)
	for _, want := range []string{"1 Thêm mới", "1 Thay đổi", "0 trong đó chấm dứt", "1 Không đổi", "UBND xã Vân Phú", "UBND phường Hưng Long", "Chưa ghi gì"} {
		if !p.has(want) {
			t.Errorf("the preview lacks %q: %s", want, p.Find("main").Text())
		}
	}
	if _, ok := w.Directory.Agency("H44.24.77"); ok || len(w.imported()) != 0 {
		t.Error("looking wrote")
	}
	oper.post(at, form).goes(t, "confirming", at)
	oper.post(at, form).goes(t, "confirming twice", at)
	if p := oper.get(at); !p.has("Đã ghi vào danh bạ") || p.Find("main form").Length() != 0 || !p.has("UBND xã Vân Phú") {
		t.Errorf("after writing: %s", p.Find("main").Text())
	}
	sum := sha256.Sum256(raw)
	log := w.imported()
	oper1, _ := w.People.Person("oper")
	if len(log) != 1 || log[0].Digest != hex.EncodeToString(sum[:]) || log[0].Count != 2 || log[0].Credential != oper1.Sessions[0].ID {
		t.Errorf("the log has %+v, want one entry of the session with the digest %x", log, sum)
	}
	if a, _ := w.Directory.Agency(software); a.Name != "UBND phường Hưng Long" || len(a.Keys) != 1 {
		t.Errorf("the agency is %+v", a)
	}
	if _, p, _ := oper.looked(t, importPath+"/bang", raw); !p.has("không có gì để ghi") || p.Find("main form").Length() != 0 {
		t.Errorf("the same again: %s", p.Find("main").Text())
	}
	w.Sound()
}

// What is written is what was shown, or nothing.
func TestImportOfWhatChanged(t *testing.T) {
	w, oper := newOperateWorld(t)
	at, _, form := oper.looked(t, importPath+"/bang", []byte(newCommune))
	w.Enrol(exchange.Agency{ID: "H44.24.88", Name: "UBND xã Hùng Long"})
	p := oper.post(at, form)
	if p.Status != 409 || !p.has("Chưa ghi gì. Danh bạ đã thay đổi") || len(w.imported()) != 0 {
		t.Errorf("a directory that changed: %d %s", p.Status, p.Find(".band").Text())
	}
	if p := oper.post(at, form); p.Status != 409 {
		t.Errorf("the old page again: %d", p.Status)
	}
	form.Set("ban", p.Find("input[name=ban]").AttrOr("value", ""))
	other := url.Values{"ban": form["ban"], "bam": {strings.Repeat("0", 64)}}
	if p := oper.post(at, other); p.Status != 409 || !p.has("không phải tệp đã xem trước") {
		t.Errorf("the digest of another file: %d", p.Status)
	}
	oper.post(at, form).goes(t, "the new look", at)
	if len(w.imported()) != 1 {
		t.Errorf("%d imports are logged", len(w.imported()))
	}
}

// A file belongs to who sent it, for half an hour; a newer one takes its place.
func TestImportsAreKept(t *testing.T) {
	w, oper := newOperateWorld(t)
	second := w.person("vanhanh", "", exchange.Operate)
	first, _, form := oper.looked(t, importPath+"/bang", []byte(newCommune))
	if p := second.get(first); p.Status != 404 {
		t.Errorf("another's file: %d", p.Status)
	}
	if p := second.post(first, form); p.Status != 404 {
		t.Errorf("confirming another's file: %d", p.Status)
	}
	next, _, form := oper.looked(t, importPath+"/bang", []byte(newCommune))
	if p := oper.get(first); p.Status != 404 || !p.has("không còn được giữ") {
		t.Errorf("a file with a newer one: %d", p.Status)
	}
	w.pass(29 * time.Minute)
	if p := oper.get(next); p.Status != 200 {
		t.Errorf("after 29 minutes: %d", p.Status)
	}
	w.pass(2 * time.Minute)
	if p := oper.post(next, form); p.Status != 404 || len(w.imported()) != 0 {
		t.Errorf("after 31 minutes: %d", p.Status)
	}
}

// What is wrong with a file is said with its line, on the page where another can be chosen; nothing of it is kept.
func TestImportRefusals(t *testing.T) {
	w, oper := newOperateWorld(t)
	many := strings.Repeat("H1,Tên\n", 300)
	for _, c := range []struct {
		name, path string
		raw        []byte
		status     int
		line, says string
	}{
		{"a level that is none", "/bang", []byte("id,name,level\nH1,Tên,xã\n"), 400, "2", "Cấp “xã” không có"},
		{"a code page", "/bang", []byte("id,name,level\nH1,T\xean,commune\n"), 400, "2", "UTF-8"},
		{"another table", "/sap-nhap", []byte(newCommune), 400, "1", "Không có cột “id”"},
		{"no such agency", "/sap-nhap", []byte("old,new,from,until,kind\nH99,,2025-07-01,,close\n"), 400, "2", "Không có đơn vị H99"},
		{"a file wrong throughout", "/bang", []byte("id,name,level\n" + many), 400, "2", "Tất cả 300 lỗi; hiển thị 100"},
		{"markup", "/bang", []byte("id,name,level\nH1,Tên,<b>\n"), 400, "2", "Cấp “<b>” không có"},
		{"no file", "/bang", nil, 400, "", "Chưa chọn tệp"},
		{"a large file", "/bang", bytes.Repeat([]byte("x"), 4<<20+5000), 413, "", "tối đa 4 MB"},
	} {
		body, kind := multiform(t, part{"tep", "don-vi.csv", c.raw})
		p := oper.uploads(importPath+c.path, bytes.NewReader(body), kind, "Expect", "100-continue") // a large one is refused before it is sent
		if first := p.Find("main table tbody td").First().Text(); p.Status != c.status || first != c.line || !p.has(c.says) || p.Find("input[type=file]").Length() != 1 {
			t.Errorf("%s: %d at line %q, want %d at %q with %q: %s", c.name, p.Status, first, c.status, c.line, c.says, p.Find(".band, .note").Text())
		}
		if n := p.Find("main table tbody tr").Length(); n > 100 {
			t.Errorf("%s: %d mistakes are shown", c.name, n)
		}
	}
	if p := oper.post(importPath+"/bang", url.Values{"tep": {"x"}}); p.Status != 400 {
		t.Errorf("a form without a file: %d", p.Status)
	}
	if len(w.imported()) != 0 {
		t.Error("something was imported")
	}
}

// A merger takes along what waits, and tells so; the first level is compared in two steps.
func TestImportOfMergers(t *testing.T) {
	w, oper := newOperateWorld(t)
	id := w.send(nil, software)
	at, p, form := oper.looked(t, importPath+"/sap-nhap", []byte("old,new,from,until,kind\nH44.24.06,H44.24.05,2025-07-01,,merge\n"))
	if !p.has("1 trong đó chấm dứt") || !p.has("Văn bản gửi H44.24.06 chuyển tới H44.24.05") {
		t.Errorf("the preview is %s", p.Find("main").Text())
	}
	oper.post(at, form).goes(t, "a merger", at)
	if p := oper.get(at); !p.has("1 chuyển sang đơn vị kế thừa") {
		t.Errorf("what waited: %s", p.Find("main").Text())
	}
	if d, err := w.Store.DeliveriesOf(t.Context(), exchange.MessageID(id)); err != nil || d[0].Addressee != desk {
		t.Errorf("the delivery is of %s, %v", d[0].Addressee, err)
	}
	for _, want := range []string{"Bộ Nội vụ", "chấm dứt"} {
		p := oper.post(importPath+"/cap-1", nil)
		at := p.Header.Get("Location")
		p = oper.get(at)
		form := url.Values{"ban": {p.Find("input[name=ban]").AttrOr("value", "")}, "bam": {p.Find("input[name=bam]").AttrOr("value", "")}}
		if !p.has(want) {
			t.Errorf("the first level lacks %q: %s", want, p.Find("main").Text())
		}
		oper.post(at, form).goes(t, "the first level", at)
	}
	if a, ok := w.Directory.Agency("G09"); !ok || len(w.imported()) != 3 {
		t.Errorf("G09 is %+v; %d imports", a, len(w.imported()))
	}
	p = oper.get(oper.post(importPath+"/cap-1", nil).Header.Get("Location"))
	if !p.has("không có gì để ghi") {
		t.Errorf("the first level again: %s", p.Find("main").Text())
	}
}

package console_test

import (
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// filled is a form of the page with its hidden fields, and what is written into it besides.
func (p page) filled(action string, more url.Values) url.Values {
	f := url.Values{}
	for _, field := range p.Find("form[action$='" + action + "'] input[type=hidden]").EachIter() {
		f.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	for name, values := range more {
		f[name] = values
	}
	return f
}

// statuses are the codes that were given of a document by people.
func (w *world) statuses(id string) (codes []string) {
	w.t.Helper()
	records, err := w.Store.EntriesOf(w.t.Context(), exchange.MessageID(id))
	w.must(err)
	for _, r := range records {
		if r.Entry.Type == translog.StatusGiven && r.Entry.Code != string(envelope.Arrived) {
			codes = append(codes, r.Entry.Code)
		}
	}
	return codes
}

func refusal() url.Values {
	return url.Values{"ly-do": {"nham"}, "giai-thich": {"không thuộc thẩm quyền"}}
}

// Two clerks have the same document open. Whatever they decide in the same instant, one word is taken, and the other learns
// whose it was.
func TestTwoClerksAnswerAtOnce(t *testing.T) {
	w := newWorld(t)
	an, binh := w.person("an", desk, exchange.Clerk), w.person("binh", desk, exchange.Clerk)
	for range 6 {
		id := w.send(nil, desk)
		an.post("/van-ban-den/lay", nil)
		path := "/van-ban-den/" + id
		accept, refuse := an.get(path).filled("/tiep-nhan", nil), binh.get(path+"/tu-choi").filled("/tu-choi", refusal())
		if accept.Get("can-cu") == "" || refuse.Get("can-cu") != accept.Get("can-cu") {
			t.Fatalf("the forms rest on %q and %q", accept.Get("can-cu"), refuse.Get("can-cu"))
		}
		var answers [2]page
		var both sync.WaitGroup
		both.Go(func() { answers[0] = an.post(path+"/tiep-nhan", accept) })
		both.Go(func() { answers[1] = binh.post(path+"/tu-choi", refuse) })
		both.Wait()
		got := w.statuses(id)
		if len(got) != 1 {
			t.Fatalf("answered %d and %d; given were %v, want one", answers[0].Status, answers[1].Status, got)
		}
		late, sentence := answers[1], "Nguyễn Thị an đã tiếp nhận văn bản này lúc "
		if got[0] == "02" {
			late, sentence = answers[0], "Nguyễn Thị binh đã từ chối tiếp nhận văn bản này lúc "
		}
		if late.Status != http.StatusConflict || !late.has(sentence) || !late.has("Thao tác của bạn đến sau và không được ghi.") {
			t.Fatalf("%v was given, and the other is answered %d: %s", got, late.Status, late.Find(".band").Text())
		}
	}
	w.Sound()
}

// A page that was opened before says nothing of what came after it, however much later its form is sent.
func TestAnOldPageAnswersNothing(t *testing.T) {
	w := newWorld(t)
	an, binh := w.person("an", desk, exchange.Clerk), w.person("binh", desk, exchange.Clerk)
	sender := w.person("chi", department, exchange.Clerk)
	accepted := func(v *visitor, path string) { v.post(path+"/tiep-nhan", v.get(path).filled("/tiep-nhan", nil)) }
	takenBack := func(path string) {
		sender.post("/van-ban-di/"+path[len("/van-ban-den/"):]+"/lay-lai", url.Values{"ly-do": {"gửi nhầm phụ lục"}, "noi-nhan": {string(desk)}})
	}
	for name, test := range map[string]struct {
		before func(path string)
		form   string // of the old page
		more   url.Values
		then   func(path string)
		says   []string
		codes  []string
	}{
		"accepted twice": {nil, "/tiep-nhan", url.Values{"so-den": {"12"}, "ghi-chu": {"vào sổ"}},
			func(path string) { accepted(an, path) }, []string{"Nguyễn Thị an đã tiếp nhận", "báo bước tiếp theo"}, []string{"03"}},
		"asked for meanwhile": {nil, "/tiep-nhan", nil,
			takenBack, []string{"Bên gửi đã yêu cầu lấy lại", "Hãy trả lời yêu cầu lấy lại ở dưới trước."}, []string{"13"}},
		"agreed, then declined": {takenBack, "/tra-loi", url.Values{"tra-loi": {"tu-choi"}, "giai-thich": {"đã xử lý xong việc"}},
			func(path string) {
				an.post(path+"/tra-loi", an.get(path).filled("/tra-loi", url.Values{"tra-loi": {"dong-y"}}))
			},
			[]string{"Nguyễn Thị an đã trả lời bên gửi", "Câu trả lời đầu tiên có giá trị"}, []string{"13", "15"}},
		"a step on": {func(path string) { accepted(an, path) }, "/trang-thai", url.Values{"ma": {"04"}, "ghi-chu": {"giao phòng Tư pháp"}},
			func(path string) {
				an.post(path+"/trang-thai", an.get(path).filled("/trang-thai", url.Values{"ma": {"06"}}))
			}, []string{"Nguyễn Thị an đã báo hoàn thành"}, []string{"03", "06"}},
	} {
		id := w.send(nil, desk)
		path := "/van-ban-den/" + id
		an.post("/van-ban-den/lay", nil)
		if test.before != nil {
			test.before(path)
		}
		old := binh.get(path).filled(test.form, test.more)
		test.then(path)
		p := binh.post(path+test.form, old)
		if p.Status != http.StatusConflict || !slices.Equal(w.statuses(id), test.codes) {
			t.Errorf("%s: answered %d; given were %v, want %v", name, p.Status, w.statuses(id), test.codes)
		}
		for _, want := range test.says {
			if !p.has(want) {
				t.Errorf("%s: the page does not say %q: %s", name, want, p.Find(".band").Text())
			}
		}
	}
	w.Sound()
}

// Of documents accepted together each is accepted as it was read, and not after somebody else's answer.
func TestBulkAcceptAtOnce(t *testing.T) {
	w := newWorld(t)
	an, binh := w.person("an", desk, exchange.Clerk), w.person("binh", desk, exchange.Clerk)
	form := url.Values{}
	for range 12 {
		form.Add("van-ban", w.send(nil, desk))
	}
	an.post("/van-ban-den/lay", nil)
	var all sync.WaitGroup
	var p page
	all.Go(func() { p = an.post("/van-ban-den/tiep-nhan", form) })
	all.Go(func() {
		for _, id := range form["van-ban"] {
			binh.post("/van-ban-den/"+id+"/tu-choi", refusal())
		}
	})
	all.Wait()
	refused := 0
	for _, id := range form["van-ban"] {
		got := w.statuses(id)
		if len(got) != 1 {
			t.Errorf("of one document %v was given, want one", got)
		}
		if slices.Equal(got, []string{string(envelope.Refused)}) {
			refused++
		}
	}
	if left := p.Find("tbody tr").Length(); p.Status != http.StatusOK || left != refused {
		t.Errorf("%d: %d documents are left, want the %d that were refused", p.Status, left, refused)
	}
	w.Sound()
}

package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/exchange"
)

// Who gets what: every role, every page and act. 303 of a stranger leads to the sign-in page.
func TestRights(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	other := w.send(nil, software) // of another commune
	w.Party(software).Collect()
	who := map[string]*visitor{
		"stranger":  w.stranger(),
		"clerk":     w.person("an", desk, exchange.Clerk),
		"neighbour": w.person("binh", software, exchange.Clerk),
		"sender":    w.person("chi", department, exchange.Clerk),
		"admin":     w.person("dung", desk, exchange.AgencyAdmin),
		"operator":  w.person("oper", "", exchange.Operate),
		"auditor":   w.person("soat", "", exchange.Audit),
	}
	who["clerk"].post("/van-ban-den/lay", nil)
	reason := url.Values{"ly-do": {"khac"}, "giai-thich": {"không thuộc thẩm quyền"}}
	holdRights(t, who, "stranger clerk neighbour sender admin operator auditor", []right{
		{get, "/dang-nhap", nil, "200 303 303 303 303 303 303"},
		{get, "/", nil, "303 200 200 200 303 303 303"},
		{get, "/tai-khoan", nil, "303 200 200 200 200 200 200"},
		{get, "/tai-khoan/hai-lop", nil, "303 200 200 200 303 303 303"},
		{get, "/khong-co", nil, "404 404 404 404 404 404 404"},
		{get, "/van-ban-den", nil, "303 200 200 200 403 403 403"},
		{get, "/van-ban-di", nil, "303 200 200 200 403 403 403"},
		{get, "/van-ban-den/" + id, nil, "303 200 404 404 403 403 403"},
		{get, "/van-ban-den/" + other, nil, "303 404 200 404 403 403 403"},
		{get, "/van-ban-den/" + id + "/edxml", nil, "303 200 404 200 403 403 403"},
		{get, "/van-ban-den/" + id + "/tep/1", nil, "303 404 404 404 403 403 403"},
		{get, "/van-ban-den/" + id + "/tu-choi", nil, "303 200 404 404 403 403 403"},
		{get, "/van-ban-den/" + other + "/tu-choi", nil, "303 404 403 404 403 403 403"},
		{get, "/van-ban-di/" + id, nil, "303 404 404 200 403 403 403"},
		{get, "/van-ban-di/" + id + "/edxml", nil, "303 200 404 200 403 403 403"},
		{get, "/van-ban-den/00000000-0000-7000-8000-000000000000", nil, "303 404 404 404 403 403 403"},
		{get, "/van-ban-den/..%2f..", nil, "303 404 404 404 403 403 403"},
		{post, "/van-ban-den/lay", nil, "303 303 403 403 403 403 403"},
		{post, "/van-ban-den/" + other + "/tiep-nhan", nil, "303 404 403 404 403 403 403"},
		{post, "/van-ban-den/" + other + "/tu-choi", reason, "303 404 403 404 403 403 403"},
		{post, "/van-ban-den/" + id + "/tu-choi", nil, "303 422 404 404 403 403 403"},
		{post, "/van-ban-den/" + id + "/tiep-nhan", nil, "303 303 404 404 403 403 403"},
		{post, "/van-ban-den/" + id + "/tu-choi", reason, "303 409 404 404 403 403 403"},
		{post, "/tai-khoan/mat-khau", url.Values{}, "303 422 422 422 422 422 422"},
		{post, "/tai-khoan/phien/pxxxxxxxxxx.yyyyyyyyyy", nil, "303 303 303 303 303 303 303"},
		{get, "/dang-xuat", nil, "405 405 405 405 405 405 405"},
		{post, "/dang-xuat", nil, "303 303 303 303 303 303 303"},
		{get, "/", nil, "303 303 303 303 303 303 303"},
	})
	// Of all this one status was given: the clerk's.
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	var codes []string
	for _, r := range records {
		if r.Entry.Code == "03" || r.Entry.Code == "02" {
			codes = append(codes, r.Entry.Code+" "+r.Entry.Actor)
		}
	}
	if len(codes) != 1 || codes[0] != "03 "+string(desk) {
		t.Errorf("statuses %v, want one 03 of %s", codes, desk)
	}
	w.Sound()
}

// A right is a page or an act with what it answers to each of some people, in the order of the columns.
type right struct {
	method, path string
	form         url.Values
	want         string
}

// everyKind is one person of each kind: the clerk and the administrator of the desk, clerks of its neighbour and of the sender.
func (w *world) everyKind() map[string]*visitor {
	return map[string]*visitor{
		"stranger": w.stranger(), "clerk": w.person("an", desk, exchange.Clerk), "neighbour": w.person("binh", software, exchange.Clerk),
		"sender": w.person("chi", department, exchange.Clerk), "admin": w.person("dung", desk, exchange.AgencyAdmin),
		"operator": w.person("oper", "", exchange.Operate), "auditor": w.person("soat", "", exchange.Audit),
	}
}

func holdRights(t *testing.T, who map[string]*visitor, columns string, rows []right) {
	t.Helper()
	for _, row := range rows {
		want := strings.Fields(row.want)
		for i, name := range strings.Fields(columns) {
			p := who[name].do(row.method, row.path, row.form)
			if got := http.StatusText(p.Status); status(want[i]) != p.Status {
				t.Errorf("%s: %s %s is answered %d %s, want %s", name, row.method, row.path, p.Status, got, want[i])
			}
			if toSignIn := strings.HasPrefix(p.Header.Get("Location"), "/dang-nhap"); name == "stranger" && p.Status == http.StatusSeeOther && !toSignIn {
				t.Errorf("a stranger is sent from %s to %s", row.path, p.Header.Get("Location"))
			}
		}
	}
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

func status(text string) (n int) {
	for _, r := range text {
		n = n*10 + int(r-'0')
	}
	return n
}

// What a clerk does is in the log by agency and session, and the session names the person.
func TestTheLogNamesTheSession(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, desk)
	v := w.person("an", desk, exchange.Clerk)
	v.post("/van-ban-den/lay", nil)
	v.post("/van-ban-den/"+id+"/tiep-nhan", nil)
	an, _ := w.People.Person("an")
	records, err := w.Store.EntriesOf(t.Context(), exchange.MessageID(id))
	w.must(err)
	n := 0
	for _, r := range records {
		if r.Entry.Actor != string(desk) {
			continue
		}
		n++
		if r.Entry.Credential != an.Sessions[0].ID || !strings.HasPrefix(r.Entry.Credential, an.ID+".") {
			t.Errorf("%s is by credential %s, want session %s of %s", r.Entry.Type, r.Entry.Credential, an.Sessions[0].ID, an.ID)
		}
		if strings.Contains(string(r.Entry.Marshal()), an.Name) {
			t.Errorf("the entry holds a name: %s", r.Entry.Marshal())
		}
	}
	if n < 2 {
		t.Errorf("%d entries by the agency, want the acknowledgement and the status", n)
	}
}

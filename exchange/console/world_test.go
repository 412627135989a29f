package console_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/pquerna/otp/totp"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/api"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/traffic"
	"github.com/lienthong/lienthong/internal/hubtest"
)

const (
	department exchange.AgencyID = "H44.31"
	desk       exchange.AgencyID = "H44.24.05" // works in the console
	software   exchange.AgencyID = "H44.24.06" // has software of its own
)

const password = "một câu dài để nhớ"

// A world is a hub with its console and people.
type world struct {
	*hubtest.Hub
	t      testing.TB
	People *directory.People
	Book   *traffic.Book
	URL    string // of API and console together

	mu  sync.Mutex
	now time.Time
}

// clock is the console's own: the hub's stays the real one, with which documents are signed.
func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func newWorld(t testing.TB, change ...func(*console.Options)) *world {
	t.Helper()
	w := &world{t: t, now: time.Now()}
	w.Hub = hubtest.New(t,
		exchange.Agency{ID: department, Name: "Sở Nội vụ", Level: exchange.Department},
		exchange.Agency{ID: desk, Name: "UBND xã Đồng Thịnh", Console: true},
		exchange.Agency{ID: software, Name: "UBND xã Hưng Long"})
	log := slog.New(slog.DiscardHandler)
	var err error
	w.People, err = directory.OpenPeople(t.Context(), w.Store, directory.PeopleOptions{Agencies: w.Directory, Clock: w.clock, Log: log})
	w.must(err)
	w.Book = traffic.New(w.now)
	o := console.Options{Traffic: w.Book, Hub: w.Exchange, Agencies: w.Directory, People: w.People, Log: log, Version: "thử", Name: "Trục thử nghiệm", ID: "Z01.HUB", Clock: w.clock}
	for _, f := range change {
		f(&o)
	}
	pages, err := console.New(o)
	w.must(err)
	server := httptest.NewServer(console.Front(api.New(api.Options{Hub: w.Exchange, Directory: w.Directory, Store: w.Store, Log: log,
		Called: w.Book.Called}), pages))
	t.Cleanup(server.Close)
	w.URL = server.URL
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// A visitor is a browser without JavaScript.
type visitor struct {
	w      *world
	client *http.Client
	second directory.Enrolment // where there is one
	codes  []string
}

// stranger has signed in nowhere. Redirects are not followed.
func (w *world) stranger() *visitor {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &visitor{w: w, client: &http.Client{Jar: jar, CheckRedirect: stay}}
}

// person adds somebody who has used the link, and is signed in by it.
func (w *world) person(login string, agency exchange.AgencyID, roles ...exchange.PersonRole) *visitor {
	w.t.Helper()
	return w.named("Nguyễn Thị "+login, login, agency, roles...)
}

func (w *world) named(name, login string, agency exchange.AgencyID, roles ...exchange.PersonRole) *visitor {
	w.t.Helper()
	ctx := w.t.Context()
	_, token, err := w.People.Add(ctx, hubtest.Operator(), directory.Draft{Login: login, Name: name, Agency: agency, Roles: roles})
	w.must(err)
	v := w.stranger()
	code := ""
	if roles[0] != exchange.Clerk {
		v.second, err = w.People.EnrolInvited(token)
		w.must(err)
		code = w.code(v.second)
	}
	in, codes, err := w.People.Redeem(ctx, token, password, code, directory.Browser{Address: netip.MustParseAddr("127.0.0.1"), Agent: "TEST ONLY"})
	w.must(err)
	v.codes = codes
	u, err := url.Parse(w.URL)
	w.must(err)
	v.client.Jar.SetCookies(u, []*http.Cookie{{Name: "lt_session", Value: in.Cookie, Path: "/"}})
	return v
}

func (w *world) code(e directory.Enrolment) string {
	w.t.Helper()
	code, err := totp.GenerateCode(strings.ReplaceAll(e.Secret, " ", ""), w.clock())
	w.must(err)
	return code
}

// A page is an answer that was read.
type page struct {
	*goquery.Document
	Status int
	Header http.Header
	Text   string // as it came
}

// has reports whether a text stands on the page as people read it.
func (p page) has(text string) bool {
	return strings.Contains(strings.Join(strings.Fields(p.Document.Text()), " "), text)
}

func (v *visitor) get(path string, headers ...string) page {
	v.w.t.Helper()
	return v.do(http.MethodGet, path, nil, headers...)
}

func (v *visitor) post(path string, form url.Values, headers ...string) page {
	v.w.t.Helper()
	return v.do(http.MethodPost, path, form, headers...)
}

func (v *visitor) do(method, path string, form url.Values, headers ...string) page {
	v.w.t.Helper()
	if method == http.MethodPost {
		headers = append([]string{"Content-Type", "application/x-www-form-urlencoded"}, headers...)
	}
	return v.ask(method, path, form.Encode(), headers...)
}

// ask sends a body as it stands.
func (v *visitor) ask(method, path, body string, headers ...string) page {
	v.w.t.Helper()
	ctx, cancel := context.WithTimeout(v.w.t.Context(), patience) // what never ends, such as a stream, is no page
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, v.w.URL+path, strings.NewReader(body))
	v.w.must(err)
	if method == http.MethodPost {
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := v.client.Do(req)
	v.w.must(err)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	v.w.must(err)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(raw)))
	v.w.must(err)
	if strings.Contains(string(raw), "⟦") {
		v.w.t.Errorf("%s %s: a text is missing: %.100s", method, path, string(raw)[strings.Index(string(raw), "⟦"):])
	}
	return page{Document: doc, Status: resp.StatusCode, Header: resp.Header, Text: string(raw)}
}

// goes checks a redirect and returns where to.
func (p page) goes(t testing.TB, what, to string) {
	t.Helper()
	if p.Status != http.StatusSeeOther || p.Header.Get("Location") != to {
		t.Errorf("%s: %d to %q, want 303 to %q", what, p.Status, p.Header.Get("Location"), to)
	}
}

// send submits a document of the department, changed as the case wants, and returns its id.
func (w *world) send(change func(*envelope.Envelope), to ...exchange.AgencyID) string {
	w.t.Helper()
	p := w.Party(department)
	e := p.Document(to...)
	if change != nil {
		change(e)
	}
	return p.Submit(p.Signed(e)).ID
}

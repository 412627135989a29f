package demo

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
)

// A lived hub has a past and is open in the present.
type lived struct {
	*run
	*node.Node
	t     *testing.T
	close func() // looks whether what is left is sound
}

// live makes a hub with a past that ends at began.
func live(t *testing.T, began time.Time, o Options) *lived {
	t.Helper()
	o.Out = io.Discard
	r := &run{Options: o, times: usual(), began: began, places: places(chance(o.Seed, "faults"))}
	dir := node.Dir(filepath.Join(t.TempDir(), "hub"))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	r.url = "http://" + l.Addr().String()
	seals, ca, err := r.keys(t.Context())
	must(t, err)
	_, err = r.create(dir, ca)
	must(t, err)
	people, err := r.populate(t.Context(), dir, seals, ca)
	t.Cleanup(people.close)
	must(t, err)
	hub, err := r.open(t.Context(), dir, era{clock: time.Now})
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	served := make(chan error, 1)
	go func() { served <- hub.Serve(ctx, l, nil) }()
	return &lived{r, hub, t, func() {
		stop()
		must(t, <-served)
		sound(t, dir)
	}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// session signs somebody in, and returns the cookie's value.
func (l *lived) session(name string) string {
	l.t.Helper()
	who := (&past{run: l.run}).login(name)
	in, err := l.People.SignIn(l.t.Context(), who.Login, who.password, browser)
	if err == nil && in.Second != "" {
		in, err = l.People.Second(l.t.Context(), in.Second, who.code(time.Now()), browser)
	}
	must(l.t, err)
	return in.Cookie
}

// rows counts what a selector finds on a page, as somebody is shown it.
func (l *lived) rows(client *http.Client, path, selector string) int {
	l.t.Helper()
	resp, err := client.Get(l.url + path)
	must(l.t, err)
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	must(l.t, err)
	if resp.StatusCode != http.StatusOK {
		l.t.Errorf("%s: %s", path, resp.Status)
	}
	return doc.Find(selector).Length()
}

func (l *lived) client(name string) *http.Client {
	l.t.Helper()
	jar, err := cookiejar.New(nil)
	must(l.t, err)
	u, err := url.Parse(l.url)
	must(l.t, err)
	jar.SetCookies(u, []*http.Cookie{{Name: "lt_session", Value: l.session(name), Path: "/"}})
	return &http.Client{Jar: jar}
}

// Whoever signs in after three weeks that were lived through finds something on every list.
func TestHistoryFillsTheScreens(t *testing.T) {
	hub := live(t, time.Now(), Options{Seed: 1, History: 21 * 24 * time.Hour})
	defer hub.close()
	for _, person := range []struct {
		login string
		pages map[string]int // and how many rows there are at least
	}{
		{"vanthu", map[string]int{"/van-ban-den": 1, "/van-ban-den?tt=tat-ca": 20, "/van-ban-di": 3, "/bao-cao": 1, "/bao-cao/dung-han": 1}},
		{"vanhanh", map[string]int{"/van-hanh/giao-dich": 20, "/van-hanh/hang-doi": 1, "/van-hanh/thu-chet": 1, "/van-hanh/don-vi": 20, "/bao-cao": 1}},
		{"kiemtra", map[string]int{"/kiem-tra/nhat-ky": 20, "/kiem-tra/quan-tri": 2, "/kiem-tra/truy-cap": 5, "/bao-cao/dung-han": 1}},
	} {
		client := hub.client(person.login)
		for path, least := range person.pages {
			if n := hub.rows(client, path, "tbody tr"); n < least {
				t.Errorf("%s finds %d rows at %s, want %d", person.login, n, path, least)
			}
		}
		if hub.rows(client, "/tai-khoan", ":contains('DỮ LIỆU MẪU')") == 0 {
			t.Errorf("%s is not told that nothing of it is real", person.login)
		}
	}
	hub.holdsVariety()
	hub.keepsOfficeHours()
}

// holdsVariety asks for every kind of end that a document has.
func (l *lived) holdsVariety() {
	l.t.Helper()
	count := func(q exchange.Query) int {
		n, err := l.Hub.Tally(l.t.Context(), clerk, q)
		must(l.t, err)
		return n
	}
	for _, s := range []exchange.State{exchange.Queued, exchange.Delivered, exchange.DeadLettered, exchange.Withdrawn} {
		if count(exchange.Query{Every: true, State: s}) == 0 {
			l.t.Errorf("nothing is %s", s)
		}
	}
	for _, g := range []exchange.Group{exchange.GroupAccepted, exchange.GroupCompleted, exchange.GroupOverdue} {
		if count(exchange.Query{Agency: township, Role: exchange.Received, Group: g}) == 0 {
			l.t.Errorf("the township has nothing %s", g)
		}
	}
	all := l.deliveries()
	punctual := map[bool]int{}
	recalls := map[exchange.RecallState]int{}
	kinds := map[envelope.Kind]int{}
	for _, row := range all {
		punctual[late(row.Deliveries[0], time.Now())]++
		recalls[row.Deliveries[0].Recall.State]++
		kinds[row.Message.Kind]++
	}
	if punctual[true] == 0 || punctual[true] > punctual[false] {
		l.t.Errorf("%d deliveries in time, %d late; want most in time", punctual[false], punctual[true])
	}
	if recalls[exchange.RecallWithdrawn] == 0 || recalls[exchange.RecallAgreed]+recalls[exchange.RecallDeclined] == 0 {
		l.t.Errorf("recalls: %v; want some before and some after exposure", recalls)
	}
	if kinds[envelope.Replacement] == 0 || kinds[envelope.Recall] == 0 {
		l.t.Errorf("kinds: %v; want replacements and recalls", kinds)
	}
}

func (l *lived) deliveries() (all []exchange.Row) {
	l.t.Helper()
	q := exchange.Query{Every: true, Limit: 200}
	for {
		page, err := l.Hub.Search(l.t.Context(), clerk, q)
		must(l.t, err)
		for _, row := range page.Rows {
			if row.Message.Class == exchange.ClassDocument {
				all = append(all, row)
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return all
		}
	}
}

// keepsOfficeHours: what people do, they do on working days while offices are open.
func (l *lived) keepsOfficeHours() {
	l.t.Helper()
	c := l.Hub.Calendar()
	for _, row := range l.deliveries() {
		at := row.Message.AcceptedAt
		if begins := c.Begins(at); !begins.Equal(at) {
			l.t.Fatalf("document %s was accepted at %s; offices open at %s", row.Message.DocumentID, at, begins)
		}
	}
}

// The same seed lives through the same past: other numbers, other dates, other addressees would be another story each time
// that it is shown.
func TestHistoryRepeats(t *testing.T) {
	began := calendar.DayOf(time.Now()).Start().Add(16 * time.Hour)
	tell := func(seed uint64) (story []string) {
		hub := live(t, began.Add(-24*time.Hour), Options{Seed: seed, History: 5 * 24 * time.Hour})
		defer hub.close()
		for _, row := range hub.deliveries() {
			story = append(story, row.Message.DocumentID+" "+string(row.Deliveries[0].Addressee)+" "+row.Message.AcceptedAt.String())
		}
		slices.Sort(story)
		return story
	}
	first := tell(4)
	if again := tell(4); len(first) < 20 || !slices.Equal(first, again) {
		t.Errorf("%d deliveries, then %d others", len(first), len(again))
	}
	if slices.Equal(first, tell(5)) {
		t.Error("another seed told the same story")
	}
}

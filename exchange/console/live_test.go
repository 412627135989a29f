package console_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

// A stream is an open page's connection, read event by event.
type stream struct {
	v     *visitor
	body  *bufio.Reader
	close func()
}

// follow opens the page and the stream that it names, and reads the first sign of life.
func (v *visitor) follow(path string) *stream {
	v.w.t.Helper()
	address := v.get(path).Find("#live").AttrOr("hx-sse:connect", "")
	if address == "" {
		v.w.t.Fatalf("%s is not kept up to date", path)
	}
	return v.listen(address)
}

// listen opens a stream by its address.
func (v *visitor) listen(address string) *stream {
	v.w.t.Helper()
	req, err := http.NewRequestWithContext(v.w.t.Context(), get, v.w.URL+address, nil)
	v.w.must(err)
	req.Header.Set("HX-Request", "true")
	resp, err := v.client.Do(req)
	v.w.must(err)
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		v.w.t.Fatalf("%s: %d %v", address, resp.StatusCode, resp.Header)
	}
	s := &stream{v: v, body: bufio.NewReader(resp.Body), close: func() { resp.Body.Close() }}
	v.w.t.Cleanup(s.close)
	if name, _ := s.event(); name != "beat" {
		v.w.t.Fatalf("the stream begins with %q", name)
	}
	return s
}

// again follows the page once there is a place for its stream.
func (v *visitor) again(path string) *stream {
	v.w.t.Helper()
	address := v.get(path).Find("#live").AttrOr("hx-sse:connect", "")
	for end := time.Now().Add(patience); time.Now().Before(end); {
		ctx, stop := context.WithCancel(v.w.t.Context())
		req, err := http.NewRequestWithContext(ctx, get, v.w.URL+address, nil)
		v.w.must(err)
		resp, err := v.client.Do(req)
		v.w.must(err)
		if resp.StatusCode == http.StatusOK {
			s := &stream{v: v, body: bufio.NewReader(resp.Body), close: func() { stop(); resp.Body.Close() }}
			v.w.t.Cleanup(s.close)
			return s
		}
		stop()
		resp.Body.Close()
	}
	v.w.t.Fatal("no place is given back for a stream that ended")
	return nil
}

// event reads one event; the name is "" for what goes into the page, and "closed" at the end.
func (s *stream) event() (name, data string) {
	s.v.w.t.Helper()
	hung := time.AfterFunc(patience, s.close)
	defer hung.Stop()
	for {
		line, err := s.body.ReadString('\n')
		if err != nil {
			return "closed", data
		}
		switch line = strings.TrimRight(line, "\n"); {
		case line == "":
			return name, strings.TrimPrefix(data, "\n")
		case strings.HasPrefix(line, "event: "):
			name = line[len("event: "):]
		case strings.HasPrefix(line, "data: "):
			data += "\n" + line[len("data: "):]
		}
	}
}

// until reads events until one holds the text, and returns it.
func (s *stream) until(text string) string {
	s.v.w.t.Helper()
	for {
		name, data := s.event()
		if name == "closed" {
			s.v.w.t.Fatalf("the stream ended without %q", text)
		}
		if strings.Contains(data, text) {
			return data
		}
	}
}

// What comes for an agency that works in the console is taken while a page is open, announced and not put into the
// list; what the clerk answers renews the row of the sender's open page.
func TestStreamTellsBothSides(t *testing.T) {
	w := newWorld(t)
	clerk, sender := w.person("an", desk, exchange.Clerk), w.person("chi", department, exchange.Clerk)
	in := clerk.follow("/van-ban-den")
	id := w.send(nil, desk)
	got := in.until("Có 1 văn bản mới.")
	if !strings.Contains(got, `hx-target="#den-`+id+`"`) || strings.Contains(got, `hx-target="#list"`) {
		t.Errorf("the page is told %s", got)
	}
	out := sender.follow("/van-ban-di")
	clerk.post("/van-ban-den/"+id+"/tiep-nhan", nil)
	if got := out.until("1/1 đã tiếp nhận"); !strings.Contains(got, `hx-target="#di-`+id+`" hx-swap="outerMorph"`) {
		t.Errorf("the sender's page is told %s", got)
	}
	w.Sound()
}

// A document that its addressee has not taken is told to none of its pages, and one that was withdrawn never is (P7).
func TestStreamTellsNothingBeforeExposure(t *testing.T) {
	w := newWorld(t)
	v := w.person("binh", software, exchange.Clerk)
	s := v.follow("/van-ban-den")
	hidden := w.send(nil, software)
	_, err := w.Party(department).Client.Recall(t.Context(), hidden, client.RecallRequest{Reason: "gửi nhầm đơn vị nhận"})
	w.must(err)
	shown := w.send(nil, software)
	w.Party(software).Collect()
	if got := s.until(shown); strings.Contains(got, hidden) {
		t.Errorf("the page is told of %s: %s", hidden, got)
	}
	if p := v.get("/truc-tiep/moi?sau=-1&trang=den"); strings.Contains(p.Text, hidden) || !strings.Contains(p.Text, shown) {
		t.Errorf("asked for all news: %s", p.Text)
	}
}

// Where no stream comes through, the page asks, and is told the same.
func TestPollTellsTheSame(t *testing.T) {
	w := newWorld(t)
	v := w.person("chi", department, exchange.Clerk)
	page := v.get("/van-ban-di")
	address := page.Find("#poll").AttrOr("hx-get", "")
	if p := v.get(address); p.Status != 200 || p.Text != "" {
		t.Errorf("with nothing new: %d %q", p.Status, p.Text)
	}
	id := w.send(nil, software)
	if p := v.get(address); !strings.Contains(p.Text, "di-"+id) || !strings.Contains(p.Text, "Có 1 văn bản mới được gửi đi.") {
		t.Errorf("with a new document: %s", p.Text)
	}
	sent := v.get("/van-ban-di/"+id).Find("#poll").AttrOr("hx-get", "")
	w.Party(software).Collect()
	if p := v.get(sent); p.Header.Get("HX-Trigger") != "changed" {
		t.Errorf("the document's own page is told %v", p.Header)
	}
}

// Pages that ask by themselves do not keep a session alive, and are not led to the sign-in page.
func TestStreamsAreNoSignOfLife(t *testing.T) {
	w := newWorld(t)
	v := w.person("chi", department, exchange.Clerk)
	s := v.follow("/van-ban-di")
	address := v.get("/van-ban-di").Find("#poll").AttrOr("hx-get", "")
	w.pass(29 * time.Minute)
	if p := v.get(address); p.Status != 200 {
		t.Errorf("within the session: %d", p.Status)
	}
	w.pass(2 * time.Minute)
	if p := v.get(address, "HX-Request", "true"); p.Status != 401 || p.Header.Get("HX-Redirect") != "" {
		t.Errorf("after it: %d %v", p.Status, p.Header)
	}
	w.send(nil, software) // wakes the stream, which finds no session
	for name := ""; name != "closed"; name, _ = s.event() {
		if name == "ended" {
			return
		}
	}
	t.Error("the stream does not say that the session has ended")
}

// What comes after a session was ended is not taken in its name, though its page is still open.
func TestNothingIsTakenAfterTheSession(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	s := v.follow("/van-ban-den")
	first := w.send(nil, desk)
	s.until(first)
	w.signsOut("an")
	id := w.send(nil, desk)
	own := w.Party(desk) // whose document is news to the page
	own.Submit(own.Signed(own.Document(software)))
	for name := ""; name != "closed"; name, _ = s.event() {
	}
	if got := w.stateOf(id); got != exchange.Queued && got != exchange.Held {
		t.Errorf("the document is %s, though nobody is signed in", got)
	}
	if l, err := w.Store.DeliveriesOf(t.Context(), exchange.MessageID(id)); err != nil || l[0].Attempt != 0 {
		t.Errorf("the document was handed out %d times, %v", l[0].Attempt, err)
	}
}

// signsOut ends all sessions of somebody.
func (w *world) signsOut(login string) {
	w.t.Helper()
	p, _ := w.People.Person(login)
	for _, s := range p.Sessions {
		w.must(w.People.EndSession(w.t.Context(), p, s, s.ID))
	}
}

// A session has few streams, gets back those that ended, and a hub that stops ends them.
func TestStreamsAreBounded(t *testing.T) {
	stopping := make(chan struct{})
	w := newWorld(t, func(o *console.Options) { o.Stopping = stopping })
	v := w.person("chi", department, exchange.Clerk)
	var all []*stream
	for range 4 {
		all = append(all, v.follow("/van-ban-di"))
	}
	address := v.get("/van-ban-di").Find("#live").AttrOr("hx-sse:connect", "")
	if p := v.get(address); p.Status != 429 || p.Header.Get("Retry-After") == "" {
		t.Errorf("the fifth stream: %d", p.Status)
	}
	all[0].close()
	all[0] = v.again("/van-ban-di")
	close(stopping)
	w.send(nil, software)
	for _, s := range all {
		for name := ""; name != "closed"; name, _ = s.event() {
		}
	}
}

// The people of one agency hold half of the streams at most. Where a page of another's finds none, it asks, and what comes
// for the agency is taken all the same.
func TestAnAgencyHasAShareOfStreams(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Streams = 3 })
	many, others := w.person("chi", department, exchange.Clerk), w.person("an", desk, exchange.Clerk)
	first, second := many.follow("/van-ban-di"), many.follow("/van-ban-di")
	if p := many.get("/truc-tiep?sau=-1&trang=di"); p.Status != 429 {
		t.Errorf("a third of three streams for one agency: %d, want 429", p.Status)
	}
	others.follow("/van-ban-den")
	if p := others.get("/truc-tiep?sau=-1&trang=den"); p.Status != 429 {
		t.Errorf("a fourth of three streams: %d, want 429", p.Status)
	}
	first.close()
	second.close()
	many.again("/van-ban-di")
	others.again("/van-ban-den")
}

// flooded is a hub in which very much happens, each time to another document that nobody may see.
type flooded struct {
	console.Hub
	of    atomic.Int64 // entries; a stream that ends may still look
	asked atomic.Int64 // documents
}

func (f *flooded) News(ctx context.Context, _ exchange.Caller, after int64, limit int, wait time.Duration) (news []exchange.News, err error) {
	if after+1 >= f.of.Load() && wait > 0 {
		<-ctx.Done()
	}
	for i := after + 1; i < f.of.Load() && len(news) < limit; i++ {
		news = append(news, exchange.News{LogRecord: exchange.LogRecord{Index: i}, Of: exchange.MessageID(fmt.Sprint("d", i))})
	}
	return news, nil
}

func (f *flooded) Document(context.Context, exchange.Caller, exchange.MessageID) (exchange.View, error) {
	f.asked.Add(1)
	return exchange.View{}, exchange.NotFound
}

// One message renews so many documents; a page behind which more came than it can be told of is to be loaded anew.
func TestAPageThatIsFarBehind(t *testing.T) {
	const old = "Đã có nhiều thay đổi từ khi trang này được mở."
	hub := &flooded{}
	w := newWorld(t, func(o *console.Options) { hub.Hub, o.Hub = o.Hub, hub })
	v := w.person("chi", department, exchange.Clerk)
	poll := func(entries int64) page {
		hub.of.Store(entries)
		hub.asked.Store(0)
		return v.get("/truc-tiep/moi?sau=-1&trang=di")
	}
	if p := poll(199); p.has(old) || hub.asked.Load() != 100 {
		t.Errorf("199 entries: %q, %d documents were looked at, want 100 and no word of it", p.Text, hub.asked.Load())
	}
	if p := poll(200); !p.has(old) {
		t.Errorf("200 entries, as many as one answer reads: %q", p.Text)
	}
	hub.of.Store(1000)
	const stream = "/truc-tiep?sau=-1&trang=di"
	s := v.listen(stream)
	for beats := 0; beats < 4; { // one was read: of five turns with 200 entries each
		name, data := s.event()
		if strings.Contains(data, old) {
			t.Fatalf("a page that was told of everything is to be loaded anew after %d turns", beats)
		}
		if name == "beat" {
			beats++
		}
	}
	s.close()
	hub.of.Store(1001)
	v.listen(stream).until(old)
}

// Where no stream comes through, the page takes what waits as a stream does.
func TestPollTakes(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	id := w.send(nil, desk)
	address := v.get("/van-ban-den").Find("#poll").AttrOr("hx-get", "")
	if p := v.get(address, "HX-Request", "true", "Sec-Fetch-Site", "same-origin"); !strings.Contains(p.Text, "den-"+id) {
		t.Errorf("the page is told %q, want the document that waited", p.Text)
	}
	if got := w.stateOf(id); got != exchange.Delivered {
		t.Errorf("the document is %s, want delivered", got)
	}
}

// What the browser is made to ask by another site, by an address that was typed or by a page that is paused takes nothing.
func TestNothingIsTakenFromElsewhere(t *testing.T) {
	w := newWorld(t)
	v := w.person("an", desk, exchange.Clerk)
	id := w.send(nil, desk)
	v.post("/truc-tiep/che-do", url.Values{"tat": {"1"}, "ve": {"/van-ban-den"}})
	if got := v.asked("HX-Request", "true", "Sec-Fetch-Site", "same-origin"); got != [2]int{200, 200} {
		t.Errorf("paused: %v", got)
	}
	v.post("/truc-tiep/che-do", url.Values{"ve": {"/van-ban-den"}})
	for _, site := range []string{"cross-site", "same-site", "none"} {
		if got := v.asked("HX-Request", "true", "Sec-Fetch-Site", site); got != [2]int{403, 403} {
			t.Errorf("%s: %v, want 403", site, got)
		}
	}
	if got := v.asked(); got != [2]int{200, 200} { // an old browser, led here by a link
		t.Errorf("a browser that says nothing: %v", got)
	}
	if got := w.stateOf(id); got != exchange.Held {
		t.Errorf("the document is %s, want held", got)
	}
	sender := w.person("chi", department, exchange.Clerk).follow("/van-ban-di")
	v.asked("HX-Request", "true") // the same browser's own page
	sender.until("1 đã đến")      // the stream that was left may be the one that takes it
	if got := w.stateOf(id); got != exchange.Delivered {
		t.Errorf("the document is %s, want delivered", got)
	}
}

// asked are the answers to a stream, which is left at once, and to a poll.
func (v *visitor) asked(headers ...string) (all [2]int) {
	v.w.t.Helper()
	for i, address := range []string{"/truc-tiep?sau=-1&trang=ban", "/truc-tiep/moi?sau=-1&trang=ban"} {
		ctx, stop := context.WithCancel(v.w.t.Context())
		req, err := http.NewRequestWithContext(ctx, get, v.w.URL+address, nil)
		v.w.must(err)
		for n := 0; n < len(headers); n += 2 {
			req.Header.Set(headers[n], headers[n+1])
		}
		resp, err := v.client.Do(req)
		v.w.must(err)
		all[i] = resp.StatusCode
		if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
			_, err = bufio.NewReader(resp.Body).ReadString('\n') // what is taken is taken from then on
			v.w.must(err)
			v.w.send(nil, software) // meanwhile
		}
		stop()
		resp.Body.Close()
	}
	return all
}

func (w *world) stateOf(id string) exchange.State {
	w.t.Helper()
	ds, err := w.Store.DeliveriesOf(w.t.Context(), exchange.MessageID(id))
	w.must(err)
	return ds[0].State
}

// Pausing is remembered, and works without JavaScript.
func TestLiveIsPaused(t *testing.T) {
	w := newWorld(t)
	v := w.person("chi", department, exchange.Clerk)
	on := regexp.MustCompile(`hx-sse:connect|id="poll"`)
	for _, step := range []struct {
		form      string
		on, sound bool
	}{
		{"tat=1", false, false}, {"tat=0", true, true}, {"im=1", true, false}, {"tat=1&im=1", false, false},
		{"tat=0&im=1", true, false}, {"im=0", true, true},
	} {
		values, err := url.ParseQuery(step.form + "&ve=%2Fvan-ban-di")
		w.must(err)
		v.post("/truc-tiep/che-do", values).goes(t, step.form, "/van-ban-di")
		p := v.get("/van-ban-di")
		if on.MatchString(p.Text) != step.on || strings.Contains(p.Text, "data-sound") != step.sound {
			t.Errorf("after %s the page is live: %v, loud: %v", step.form, on.MatchString(p.Text), strings.Contains(p.Text, "data-sound"))
		}
	}
}

func TestStreamRights(t *testing.T) {
	w := newWorld(t)
	id := w.send(nil, software)
	w.Party(software).Collect()
	who := map[string]*visitor{"stranger": w.stranger(), "clerk": w.person("binh", software, exchange.Clerk), "other": w.person("an", desk, exchange.Clerk),
		"operator": w.person("oper", "", exchange.Operate)}
	holdRights(t, who, "stranger clerk other operator", []right{
		{get, "/truc-tiep?sau=x", nil, "401 400 400 400"},
		{get, "/truc-tiep/moi?sau=-1&trang=den", nil, "401 200 200 200"},
		{get, "/truc-tiep/moi", nil, "401 400 400 400"},
		{get, "/truc-tiep/ban", nil, "401 200 200 403"},
		{get, "/truc-tiep/den/" + id, nil, "401 200 404 403"},
		{get, "/truc-tiep/di/" + id, nil, "401 404 404 403"},
		{post, "/truc-tiep/che-do", nil, "303 303 303 303"},
	})
}

package console_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
)

func w2026() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, envelope.ICT()) }

// noise is what no compression makes smaller.
func noise(n int) []byte {
	raw := make([]byte, n)
	chacha := rand.NewChaCha8([32]byte{1})
	_, _ = chacha.Read(raw) // never fails
	return raw
}

// A bodies hub reads documents as a test has it.
type bodies struct {
	console.Hub
	content func(exchange.MessageID, exchange.Body) (exchange.Body, error) // instead of a body
	view    func(*exchange.Message)
	doubt   bool
}

func (h *bodies) Content(ctx context.Context, c exchange.Caller, id exchange.MessageID, reason string) (exchange.Message, exchange.Body, error) {
	m, body, err := h.Hub.Content(ctx, c, id, reason)
	if err == nil && h.content != nil {
		if other, wrong := h.content(id, body); other != nil || wrong != nil {
			body.Close()
			return m, other, wrong
		}
	}
	return m, body, err
}

func (h *bodies) Document(ctx context.Context, c exchange.Caller, id exchange.MessageID) (exchange.View, error) {
	view, err := h.Hub.Document(ctx, c, id)
	if err == nil && h.view != nil {
		h.view(&view.Message)
	}
	return view, err
}

func (h *bodies) Letter(ctx context.Context, c exchange.Caller, id exchange.MessageID, reason string) (exchange.Letter, error) {
	l, err := h.Hub.Letter(ctx, c, id, reason)
	if h.doubt {
		l.Envelope, l.Doubt = nil, errors.New("no anchor")
	}
	return l, err
}

// A brokenBody ends in an error after so many bytes of noise.
type brokenBody struct{ io.Reader }

func (brokenBody) Seek(int64, int) (int64, error) { return 0, nil }
func (brokenBody) Close() error                   { return nil }

func breaksAfter(n int) exchange.Body {
	return brokenBody{io.MultiReader(bytes.NewReader(noise(n)), failsToRead{})}
}

type failsToRead struct{}

func (failsToRead) Read([]byte) (int, error) { return 0, errors.New("the disk is broken") }

// downloads is a world with a clerk and two documents, on a hub that reads them as the test has it.
func downloads(t *testing.T, change ...func(*console.Options)) (w *world, hub *bodies, v *visitor, ids []string) {
	t.Helper()
	hub = &bodies{}
	w = newWorld(t, append([]func(*console.Options){func(o *console.Options) { hub.Hub, o.Hub = o.Hub, hub }}, change...)...)
	v = w.person("an", desk, exchange.Clerk)
	ids = []string{w.send(attached("a.txt", "một"), desk), w.send(attached("b.txt", "hai"), desk)}
	v.post("/van-ban-den/lay", nil)
	return w, hub, v, ids
}

// Too many, too large, of others or none at all: nothing goes out, and the page says what to do.
func TestDownloadsAreBounded(t *testing.T) {
	w, hub, v, ids := downloads(t)
	other := w.send(nil, software)
	w.Party(software).Collect()
	waiting := w.send(nil, desk) // not taken yet: nobody has met it
	for _, c := range []struct {
		name   string
		ids    []string
		status int
		says   string
	}{
		{"none", nil, 400, "Hãy chọn từ 1 đến 50 văn bản."},
		{"51", strings.Fields(strings.Repeat(ids[0]+" ", 51)), 400, "Hãy chọn từ 1 đến 50 văn bản."},
		{"50", strings.Fields(strings.Repeat(ids[0]+" ", 50)), 200, ""},
		{"one of another agency", []string{ids[0], other}, 404, ""},
		{"one that waits", []string{ids[0], waiting}, 404, ""},
		{"one that there is not", []string{ids[0], "00000000-0000-7000-8000-000000000000"}, 404, ""},
		{"no id", []string{ids[0], "../" + ids[1]}, 404, ""},
	} {
		p := v.download(c.ids...)
		if p.Status != c.status || !p.has(c.says) || c.status != 200 && (isZip(p) || p.Header.Get("Content-Disposition") != "") {
			t.Errorf("%s: %d as %v, want %d: %s", c.name, p.Status, p.Header, c.status, p.Find("main").Text())
		}
	}
	for name, c := range map[string]struct {
		view   func(*exchange.Message)
		status int
		says   string
	}{
		"as many bytes as there may be": {func(m *exchange.Message) { m.Size = 128 << 20 }, 200, ""},
		"more bytes":                    {func(m *exchange.Message) { m.Size = 128<<20 + 1 }, 413, "tổng cộng 256 MB; mỗi lần tải về tối đa 256 MB. Hãy quay lại, chọn ít văn bản hơn"},
		"as many files":                 {func(m *exchange.Message) { m.Attachments = 1000 }, 200, ""},
		"more files":                    {func(m *exchange.Message) { m.Attachments = 1001 }, 413, "tổng cộng 2.002 tệp; mỗi lần tải về tối đa 2.000 tệp. Hãy quay lại, chọn ít văn bản hơn"},
	} {
		hub.view = c.view
		read := false
		hub.content = func(exchange.MessageID, exchange.Body) (exchange.Body, error) { read = true; return nil, nil }
		p := v.download(ids...)
		if p.Status != c.status || !p.has(c.says) || isZip(p) != (c.status == 200) || read != (c.status == 200) {
			t.Errorf("%s: %d, read %t, want %d: %s", name, p.Status, read, c.status, p.Find("main").Text())
		}
		if c.status == 413 && p.Find("a.button[href='/van-ban-den?tt=cho']").Length() != 1 {
			t.Errorf("%s: no way back to the list", name)
		}
	}
}

func isZip(p page) bool { return strings.HasPrefix(p.Text, "PK") }

// A document of the largest size that is taken can be downloaded, however large that is.
func TestALargeDocumentIsDownloaded(t *testing.T) {
	_, hub, v, ids := downloads(t, func(o *console.Options) { o.Document = 1 << 30 })
	hub.view = func(m *exchange.Message) { m.Size = 1 << 30 }
	if p := v.download(ids[0]); !isZip(p) {
		t.Errorf("one of 1 GB: %d", p.Status)
	}
	if p := v.download(ids...); p.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("two of 1 GB: %d, want 413", p.Status)
	}
}

// One whose body is gone keeps nobody from the others: the list says why it is missing, and the log of the hub that it is.
func TestABodyThatIsGone(t *testing.T) {
	var log bytes.Buffer
	_, hub, v, ids := downloads(t, func(o *console.Options) { o.Log = slog.New(slog.NewJSONHandler(&log, nil)) })
	for name, c := range map[string]struct {
		err    error
		says   string
		logged bool
	}{
		"gone":       {errors.New("segment 7: no such file"), "Trục không đọc được văn bản này; hãy báo người vận hành trục.", true},
		"taken back": {&exchange.Error{Kind: exchange.NotFound, Detail: "no", VI: "Không có văn bản này."}, "Không có văn bản này.", false},
	} {
		log.Reset()
		hub.content = func(id exchange.MessageID, _ exchange.Body) (exchange.Body, error) {
			if string(id) == ids[0] {
				return nil, c.err
			}
			return nil, nil
		}
		got := unzippedParcel(t, v.download(ids...))
		gone, there := got.rows[0], got.rows[1]
		if gone["Không có trong gói tải về, vì sao"] != c.says || got.files[gone["Thư mục"]+"/thieu.txt"] != "\ufeff"+c.says+"\r\n" || got.files[gone["Thư mục"]+"/a.txt"] != "" {
			t.Errorf("%s: the list says %q", name, gone["Không có trong gói tải về, vì sao"])
		}
		if got.files[there["Thư mục"]+"/b.txt"] != "hai" || there["Không có trong gói tải về, vì sao"] != "" {
			t.Errorf("%s: the other one is not whole: %q", name, got.names)
		}
		if logged := strings.Contains(log.String(), `"level":"ERROR"`) && strings.Contains(log.String(), ids[0]); logged != c.logged || strings.Contains(log.String(), "a.txt") {
			t.Errorf("%s: the log has %s", name, log.String())
		}
	}
}

// A document that is no signed one any more comes as it is stored, and the list says why without its files.
func TestADownloadOfWhatIsInDoubt(t *testing.T) {
	_, hub, v, ids := downloads(t)
	hub.doubt = true
	got := unzippedParcel(t, v.download(ids[0]))
	folder := got.rows[0]["Thư mục"]
	if !strings.Contains(got.files[folder+"/"+folder+".edxml"], "Envelope") || len(got.names) != 3 || !strings.Contains(got.files[folder+"/thieu.txt"], "không kiểm tra lại được chữ ký") {
		t.Errorf("the zip has %q: %s", got.names, got.files[folder+"/thieu.txt"])
	}
}

// What breaks off does not look whole: the connection ends, and there is no end of the zip.
func TestADownloadThatBreaksOff(t *testing.T) {
	w, hub, v, ids := downloads(t)
	fails := func(after int) func(exchange.MessageID, exchange.Body) (exchange.Body, error) {
		return func(id exchange.MessageID, _ exchange.Body) (exchange.Body, error) {
			if string(id) == ids[1] {
				return breaksAfter(after), nil
			}
			return nil, nil
		}
	}
	hub.content = fails(300 << 10)
	resp := v.begin(ids...)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err == nil || len(raw) < 64<<10 {
		t.Errorf("after %d bytes the answer ends with %v", len(raw), err)
	}
	if _, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw))); err == nil {
		t.Error("the zip looks whole")
	}
	hub.content = fails(10) // before anything has gone out
	p := v.download(ids...)
	if p.Status != http.StatusInternalServerError || isZip(p) || p.Header.Get("Content-Disposition") != "" || !strings.Contains(p.Header.Get("Content-Security-Policy"), "script-src") {
		t.Errorf("%d as %v", p.Status, p.Header)
	}
	hub.content = func(id exchange.MessageID, _ exchange.Body) (exchange.Body, error) {
		w.signsOut("an")
		return nil, nil
	}
	if p := v.download(ids...); p.Status != http.StatusUnauthorized || isZip(p) {
		t.Errorf("signed out after the first document: %d", p.Status)
	}
}

// begin asks for documents; the answer has begun.
func (v *visitor) begin(ids ...string) *http.Response {
	v.w.t.Helper()
	ctx, cancel := context.WithTimeout(v.w.t.Context(), patience)
	v.w.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, post, v.w.URL+downloadPath, strings.NewReader(choose(ids...).Encode()))
	v.w.must(err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := v.client.Do(req)
	v.w.must(err)
	return resp
}

// The zip goes out as it is made: its reader has the first document before the last is opened.
func TestADownloadIsStreamed(t *testing.T) {
	w, hub, v, ids := downloads(t)
	large := w.send(attached("lớn.pdf", base64.StdEncoding.EncodeToString(noise(1<<20))), desk)
	v.post("/van-ban-den/lay", nil)
	begun := make(chan struct{})
	goOn := sync.OnceFunc(func() { close(begun) })
	defer goOn()
	hub.content = func(id exchange.MessageID, _ exchange.Body) (exchange.Body, error) {
		if string(id) != large {
			<-begun
		}
		return nil, nil
	}
	resp := v.begin(large, ids[0])
	defer resp.Body.Close()
	first := make([]byte, 256<<10)
	_, err := io.ReadFull(resp.Body, first)
	w.must(err)
	goOn()
	rest, err := io.ReadAll(resp.Body)
	w.must(err)
	all := append(first, rest...)
	z, err := zip.NewReader(bytes.NewReader(all), int64(len(all)))
	w.must(err)
	if len(z.File) != 5 {
		t.Errorf("%d files, want 5", len(z.File))
	}
}

// Room is taken once, for the largest document alone, before anything goes out, and given back.
func TestADownloadTakesRoom(t *testing.T) {
	var mu sync.Mutex
	var taken []int64
	given, full := 0, false
	w, hub, v, ids := downloads(t, func(o *console.Options) {
		o.Room = func(who string, n int64) (func(), error) {
			mu.Lock()
			defer mu.Unlock()
			if n < 1<<20 { // a form
				return func() {}, nil
			}
			if full || who != string(desk) {
				return nil, &exchange.Error{Kind: exchange.Busy, Detail: "full", VI: "Trục đang nhận quá nhiều dữ liệu cùng lúc."}
			}
			taken = append(taken, n)
			return func() { mu.Lock(); given++; mu.Unlock() }, nil
		}
	})
	large := w.send(attached("lớn.pdf", base64.StdEncoding.EncodeToString(noise(2<<20))), desk)
	v.post("/van-ban-den/lay", nil)
	m, err := w.Store.Message(t.Context(), exchange.MessageID(large))
	w.must(err)
	if p := v.download(ids[0], large, ids[1]); !isZip(p) || len(taken) != 1 || taken[0] != m.Size+8<<20 || given != 1 {
		t.Errorf("%d: room for %d was taken and given back %d times, want that for %d, and for a file of 8 MB, once", p.Status, taken, given, m.Size)
	}
	hub.content = func(exchange.MessageID, exchange.Body) (exchange.Body, error) { return breaksAfter(10), nil }
	if v.download(ids...); given != 2 {
		t.Errorf("after a failure room was given back %d times, want 2", given)
	}
	full = true
	if p := v.download(ids...); p.Status != http.StatusServiceUnavailable || isZip(p) {
		t.Errorf("without room: %d, want 503", p.Status)
	}
}

// Files that unfold to more together than is downloaded at once stay packed, however few bytes they were sent as.
func TestFilesUnfoldToSoMuchTogether(t *testing.T) {
	w, _, v, _ := downloads(t, func(o *console.Options) { o.Document, o.Download = 1<<20, 16<<20 })
	packed := bomb(4 << 20)
	id := w.send(func(e *envelope.Envelope) {
		e.Attachments = nil
		for range 5 {
			a := envelope.NewAttachment("x.pdf", []byte(packed))
			a.Name = "to.odt"
			e.Attachments = append(e.Attachments, a)
		}
	}, desk)
	v.post("/van-ban-den/lay", nil)
	resp := v.begin(id)
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	w.must(err)
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	w.must(err)
	var all uint64
	files := 0
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, ".odt") {
			all += f.UncompressedSize64
			files++
		}
	}
	if files != 4 || all != 16<<20 {
		t.Errorf("%d files of %d bytes, want 4 of 16 MB", files, all)
	}
}

// Who may download: clerks, what was delivered to their own agency.
func TestRightsOfDownloads(t *testing.T) {
	w := newWorld(t)
	mine, other := w.send(nil, desk), w.send(nil, software)
	w.Party(software).Collect()
	who := w.everyKind()
	who["clerk"].post("/van-ban-den/lay", nil)
	holdRights(t, who, "stranger clerk neighbour sender admin operator auditor", []right{
		{get, downloadPath, nil, "303 404 404 404 403 403 403"},
		{post, downloadPath, nil, "303 400 400 400 403 403 403"},
		{post, downloadPath, choose(mine), "303 200 404 404 403 403 403"},
		{post, downloadPath, choose(other), "303 404 200 404 403 403 403"},
		{post, downloadPath, choose(mine, other), "303 404 404 404 403 403 403"},
	})
	if p := who["clerk"].post(downloadPath, choose(mine), "Sec-Fetch-Site", "cross-site"); p.Status != http.StatusForbidden || isZip(p) {
		t.Errorf("a form of another site: %d, want 403", p.Status)
	}
}

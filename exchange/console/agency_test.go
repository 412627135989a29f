package console_test

import (
	"bytes"
	"context"
	"encoding/pem"
	"errors"
	"mime/multipart"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/console"
	"github.com/lienthong/lienthong/exchange/directory"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

// A prober answers what it is told to, and counts.
type prober struct {
	steps []exchange.ProbeStep
	n     int
}

func (p *prober) Probe(context.Context, exchange.Agency) exchange.Probe {
	p.n++
	return exchange.Probe{Steps: p.steps}
}

// A trial calls the endpoint of the caller's own agency, seldom, and is an entry of the log with what came of it.
func TestTryingAnEndpoint(t *testing.T) {
	w := newWorld(t)
	p := &prober{steps: []exchange.ProbeStep{{Name: "dns", State: exchange.ProbeOK}, {Name: "tcp", State: exchange.ProbeFailed, Code: "dial"}, {Name: "clock", State: exchange.ProbeOK}}}
	w.Exchange.Prober = p
	ctx := t.Context()
	me := exchange.Caller{Administers: desk, Credential: "pxxxxxxxxxx.yyyyyyyyyy"}
	try := func(c exchange.Caller, id exchange.AgencyID) exchange.Kind {
		_, err := w.Exchange.Try(ctx, c, id)
		if err == nil {
			return ""
		}
		return exchange.KindOf(err)
	}
	if got := try(me, desk); got != exchange.Conflict {
		t.Errorf("an agency without endpoint is tried: %q", got)
	}
	_, err := w.Directory.SetEndpoint(ctx, hubtest.Operator(), desk, exchange.Endpoint{URL: "https://nhan.test/", Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	w.must(err)
	for _, c := range []exchange.Caller{{}, {Agency: desk}, {Administers: software}} {
		if got := try(c, desk); got != exchange.Forbidden || p.n != 0 {
			t.Errorf("%+v tries the endpoint: %q", c, got)
		}
	}
	if got := try(me, desk); got != "" || p.n != 1 {
		t.Errorf("the administrator: %q, %d calls", got, p.n)
	}
	if got := try(hubtest.Operator(), desk); got != exchange.TooMany || p.n != 1 {
		t.Errorf("once more at once: %q, %d calls", got, p.n)
	}
	records, err := w.Store.Entries(ctx, 0, 1000)
	w.must(err)
	e := records[len(records)-1].Entry
	if e.Type != translog.EndpointTried || e.Actor != string(desk) || e.Credential != me.Credential || e.Result != "failed" || e.Code != "dial" || e.Addressee != string(desk) {
		t.Errorf("logged as %s", e.Marshal())
	}
}

// What a connection comes to in figures.
func TestConnectionFigures(t *testing.T) {
	w := newWorld(t)
	figures := func(id exchange.AgencyID) exchange.Connection {
		t.Helper()
		n, err := w.Exchange.Connection(t.Context(), exchange.Caller{Administers: id}, id)
		w.must(err)
		return n
	}
	if n := figures(software); n.Sent || n.Took || n.Gave || n.Out != 0 || n.Partial || !n.Oldest.IsZero() {
		t.Errorf("of nothing: %+v", n)
	}
	w.send(nil, software)
	w.send(nil, software)
	party := w.Party(software)
	got := party.Lease(1)
	if n := figures(software); n.Counts[exchange.Held] != 1 || n.Out != 1 || n.Oldest.IsZero() || n.Took {
		t.Errorf("one of two handed out, of which the other is in no figure: %+v", n)
	}
	_, err := party.Client.Ack(t.Context(), got[0].Delivery.ID, got[0].Token)
	w.must(err)
	if n := figures(software); n.Counts[exchange.Held] != 0 || n.Out != 0 || !n.Took || n.Gave || n.Sent {
		t.Errorf("one acknowledged, and no status given: %+v", n)
	}
	_, err = party.Client.Status(t.Context(), got[0].Delivery.ID, client.StatusRequest{Code: "03", Staff: client.Staff{Name: "Lê Thị Văn Thư"}})
	w.must(err)
	if n := figures(software); !n.Gave || n.Sent {
		t.Errorf("accepted, and nothing but statuses sent: %+v", n)
	}
	if n := figures(department); !n.Sent {
		t.Errorf("of who sent: %+v", n)
	}
	for _, c := range []exchange.Caller{{}, {Administers: desk}, {Agency: desk}} {
		if _, err := w.Exchange.Connection(t.Context(), c, software); exchange.KindOf(err) != exchange.Forbidden {
			t.Errorf("%+v is told of another's connection: %v", c, err)
		}
	}
}

// uploadFile posts a file as a browser does.
func (v *visitor) uploadFile(path, field string, content []byte) page {
	v.w.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile(field, "chung-thu.cer")
	v.w.must(err)
	_, err = part.Write(content)
	v.w.must(err)
	v.w.must(form.Close())
	req, err := http.NewRequestWithContext(v.w.t.Context(), post, v.w.URL+path, &b)
	v.w.must(err)
	req.Header.Set("Content-Type", form.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := v.client.Do(req)
	v.w.must(err)
	defer resp.Body.Close()
	return page{Status: resp.StatusCode, Header: resp.Header}
}

func TestCertificatesAreUploaded(t *testing.T) {
	w := newWorld(t)
	admin := w.person("dung", desk, exchange.AgencyAdmin)
	mine := w.CA.Leaf("UBND xã Đồng Thịnh").Cert.Raw
	asPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: mine})
	enrolled := func() int { a, _ := w.Directory.Agency(desk); return len(a.Certificates) }
	for _, c := range []struct {
		name    string
		content []byte
		status  int
		more    int
	}{
		{"nothing", nil, 422, 0},
		{"no certificate", []byte("chữ"), 422, 0},
		{"a key", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("TEST ONLY")}), 422, 0},
		{"two in one file", append(bytes.Clone(asPEM), asPEM...), 422, 0},
		{"an authority's", w.CA.Cert.Raw, 422, 0},
		{"too large", make([]byte, 40<<10), 422, 0},
		{"larger than any form", make([]byte, 80<<10), 413, 0},
		{"PEM", asPEM, 303, 1},
		{"a third at the same time", w.CA.Leaf("UBND xã Đồng Thịnh").Cert.Raw, 409, 0},
	} {
		before := enrolled()
		if p := admin.uploadFile("/don-vi/chung-thu", "tep", c.content); p.Status != c.status || enrolled()-before != c.more {
			t.Errorf("%s: %d, %d more; want %d, %d", c.name, p.Status, enrolled()-before, c.status, c.more)
		}
	}
	a, _ := w.Directory.Agency(desk)
	fresh := a.Certificates[len(a.Certificates)-1]
	path := "/don-vi/chung-thu/" + fresh.Fingerprint() + "/ket-thuc"
	if p := admin.post(path, url.Values{"xac-nhan": {"khac"}}); p.Status != 422 || enrolled() != 2 {
		t.Errorf("another word ends a certificate: %d", p.Status)
	}
	w.pass(0)
	admin.post(path, url.Values{"xac-nhan": {fresh.Fingerprint()[:8]}}).goes(t, "the end", "/don-vi/khoa?xong=ket-thuc")
	if a, _ := w.Directory.Agency(desk); a.Certificates[len(a.Certificates)-1].Until.IsZero() {
		t.Error("the certificate goes on")
	}
	if p := admin.uploadFile("/don-vi/chung-thu", "tep", w.CA.Leaf("UBND xã Đồng Thịnh").Cert.Raw); p.Status != 303 {
		t.Errorf("DER, once there is room: %d", p.Status)
	}
}

// Keys are made with an end and networks; the page that shows one is not kept by anybody on the way.
func TestKeysAreMade(t *testing.T) {
	w := newWorld(t)
	admin := w.person("dung", desk, exchange.AgencyAdmin)
	for _, c := range []struct {
		days, networks, anywhere string
		status                   int
	}{
		{"", "10.0.0.0/8", "", 422}, {"0", "10.0.0.0/8", "", 422}, {"366", "10.0.0.0/8", "", 422}, {"-1", "10.0.0.0/8", "", 422},
		{"30", "đâu đó", "", 422}, {"30", "10.0.0.1/8", "", 422}, {"30", strings.Repeat("10.0.0.1,", 300), "", 413},
		{"30", " ", "", 422}, {"30", "", "", 422}, {"30", "10.0.0.0/8", "1", 422},
		{"30", "192.0.2.7, 10.0.0.0/8 2001:db8::/32", "", 200}, {"30", "10.0.0.0/8", "", 409},
	} {
		p := admin.post("/don-vi/khoa", url.Values{"han": {c.days}, "mang": {c.networks}, "moi-noi": {c.anywhere}})
		if p.Status != c.status || p.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q, %q: %d, %q; want %d, no-store", c.days, c.networks, p.Status, p.Header.Get("Cache-Control"), c.status)
		}
		if c.status != 200 {
			continue
		}
		secret := p.Find("code.secret").Text()
		if _, err := w.Directory.Authenticate(secret, netip.MustParseAddr("192.0.2.7"), w.clock()); err != nil {
			t.Errorf("the key opens nothing: %v", err)
		}
		if _, err := w.Directory.Authenticate(secret, netip.MustParseAddr("192.0.2.8"), w.clock()); err == nil {
			t.Error("the key opens from another address")
		}
		if admin.get("/don-vi/khoa").has(secret) {
			t.Error("the key is shown again")
		}
	}
	w.must(w.Directory.RevokeKey(t.Context(), hubtest.Operator(), desk, w.newestKey(desk)))
	open := admin.post("/don-vi/khoa", url.Values{"han": {"30"}, "moi-noi": {"1"}}).Find("code.secret").Text()
	if _, err := w.Directory.Authenticate(open, netip.MustParseAddr("192.0.2.8"), w.clock()); err != nil {
		t.Errorf("a key for any network: %v", err)
	}
}

func (w *world) newestKey(id exchange.AgencyID) string {
	a, _ := w.Directory.Agency(id)
	return a.Keys[len(a.Keys)-1].ID
}

// The commands of the connection sheet are typed as they stand.
func TestTheSheetsCommandsWork(t *testing.T) {
	for _, program := range []string{"curl", "sh"} {
		if _, err := exec.LookPath(program); err != nil {
			if required(program) {
				t.Fatal(err)
			}
			t.Skipf("%s is not installed: apt-get install curl", program)
		}
	}
	w := newWorld(t)
	w.send(nil, software)
	party := w.Party(software)
	dir := t.TempDir()
	w.must(os.WriteFile(filepath.Join(dir, "lienthong.key"), []byte(party.Key+"\n"), 0o600))
	w.must(os.WriteFile(filepath.Join(dir, "vanban.edxml"), party.Signed(party.Document(department)), 0o600))
	sheet := w.person("hoa", software, exchange.AgencyAdmin).get("/don-vi/tai-lieu")
	if strings.Contains(sheet.Text, party.Key) {
		t.Error("the sheet holds a key")
	}
	var delivery, token string
	want := []string{"", `"body"`, `"message"`, `"id"`, `"token"`, "", `"delivered"`, `"class":"status"`}
	for i, command := range sheet.Find("section code").EachIter() {
		if i >= len(want) {
			break
		}
		text := strings.ReplaceAll(strings.ReplaceAll(command.Text(), "DELIVERY", delivery), "TOKEN", token)
		run := exec.CommandContext(t.Context(), "sh", "-ec", text)
		run.Dir = dir
		out, err := run.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want[i]) || strings.Contains(string(out), `"trace_id"`) {
			t.Fatalf("%s\n%s (%v); want %s", text, out, err, want[i])
		}
		if want[i] == `"token"` {
			token = between(string(out), `"token":"`, `"`)
			delivery = between(string(out), `"delivery":{"id":"`, `"`)
		}
	}
	if raw, err := os.ReadFile(filepath.Join(dir, "vanban.edxml")); err != nil || !bytes.Contains(raw, []byte("edXML")) {
		t.Errorf("the document that was fetched: %d bytes, %v", len(raw), err)
	}
}

func between(text, before, after string) string {
	_, text, _ = strings.Cut(text, before)
	text, _, _ = strings.Cut(text, after)
	return text
}

// What went wrong in the directory is an error page, not a page that says that it worked.
func TestAFailingDirectoryIsNotHidden(t *testing.T) {
	w := newWorld(t, func(o *console.Options) { o.Agencies = broken{o.Agencies.(*directory.Directory)} })
	admin := w.person("dung", desk, exchange.AgencyAdmin)
	a, _ := w.Directory.Agency(desk)
	key := a.Keys[0].ID
	for path, form := range map[string]url.Values{"/don-vi/khoa/" + key + "/thu-hoi": {"xac-nhan": {key}}, "/don-vi/khoa/" + key + "/doi": nil, "/don-vi/cai-dat": {"trang-thai": {"phan-mem"}}} {
		if p := admin.post(path, form); p.Status != 500 {
			t.Errorf("%s: %d, want 500", path, p.Status)
		}
	}
}

// A broken directory cannot write.
type broken struct{ *directory.Directory }

var errDisk = errors.New("disk full (TEST ONLY)")

func (broken) RevokeKey(context.Context, exchange.Caller, exchange.AgencyID, string) error {
	return errDisk
}

func (broken) RotateKey(context.Context, exchange.Caller, exchange.AgencyID, string, time.Duration) (string, exchange.Key, error) {
	return "", exchange.Key{}, errDisk
}

func (broken) SetConsole(context.Context, exchange.Caller, exchange.AgencyID, bool) error {
	return errDisk
}

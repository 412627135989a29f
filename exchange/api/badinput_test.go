package api_test

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
	"github.com/lienthong/lienthong/internal/testca"
)

// A bench is a hub with a clock that the test moves, and what bad input is made of.
type bench struct {
	*testing.T
	hub    *hubtest.Hub
	dept   *hubtest.Party
	start  time.Time       // minute 0
	minute atomic.Int64    // of the hub's clock
	limits exchange.Limits // with a body limit that a test can exceed

	accepted *envelope.Envelope // a document of the department's
	taken    client.Handout     // its delivery, handed out to communeA, and since then once more
	again    string             // the token of that time
	receipt  client.Receipt     // of the document
	other    string             // digest of other bytes with its identity
	by       exchange.AgencyID  // who sent the bad input
	expired  *testca.Leaf
	foreign  *testca.Leaf // of an authority that nobody trusts
	visitor  *testca.Leaf // of the right authority, enrolled for nobody
}

func (b *bench) now() time.Time { return b.start.Add(time.Duration(b.minute.Load()) * time.Minute) }

func newBench(t *testing.T) *bench {
	b := &bench{T: t, start: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC), limits: exchange.DefaultLimits()}
	b.limits.Body = 16 << 20
	b.hub = checked(t, hubtest.Config{Clock: b.now, Limits: b.limits}, agencies()...)
	b.dept = b.hub.Party(department)
	b.expired = b.hub.CA.Leaf("Hết hạn", func(c *x509.Certificate) { c.NotAfter = b.start.Add(-time.Hour) })
	b.visitor = b.hub.CA.Leaf("Không đăng ký")
	b.foreign = testca.Foreign(t).Leaf("Người lạ")

	b.accepted = b.dept.Document(communeA)
	b.receipt = b.dept.Submit(b.dept.Signed(b.accepted))
	commune := b.hub.Party(communeA)
	b.taken = commune.Lease(1)[0]
	b.minute.Add(10) // the lease is over
	again := commune.Lease(1)
	if len(again) != 1 || again[0].Token == b.taken.Token {
		t.Fatalf("handed out again: %+v", again)
	}
	b.again = again[0].Token
	return b
}

// file is a valid document after an edit of its text, signed by the department.
func (b *bench) file(old, new string) []byte { return b.dept.Leaf.Sign(b.plain(old, new)) }

// plain is the same, unsigned.
func (b *bench) plain(old, new string) []byte {
	b.Helper()
	text := string(b.dept.Build(b.dept.Document(communeA)))
	if !strings.Contains(text, old) {
		b.Fatalf("the document does not hold %q", old)
	}
	return []byte(strings.Replace(text, old, new, 1))
}

// addressees is an unsigned document to many: the list is looked at before the signature's owner.
func (b *bench) addressees(n int) []byte {
	var list strings.Builder
	for i := range n {
		fmt.Fprintf(&list, "<edXML:To><edXML:OrganId>H44.%d</edXML:OrganId></edXML:To>", i)
	}
	return b.plain("<edXML:To>", list.String()+"<edXML:To>")
}

func (b *bench) signedBy(l *testca.Leaf) []byte { return l.Sign(b.plain("", "")) }

func (b *bench) submit(raw []byte) error {
	_, err := b.dept.Client.Submit(b.Context(), raw, client.SubmitOptions{})
	return err
}

// post sends by hand and returns the problem.
func (b *bench) post(path string, body io.Reader) error {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.hub.URL+path, body)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+b.dept.Key)
	req.Header.Set("Content-Type", "application/xml")
	if strings.HasPrefix(path, "/v1/inbox") {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	return client.ReadProblem(resp)
}

// A badInput is one row: what is sent, and what it gets.
type badInput struct {
	name   string
	do     func(*bench) error
	status int
	code   string                         // of the problem
	item   string                         // of its first error, where that says more
	about  string                         // text that detail_en holds
	facts  func(*bench) map[string]string // values that the problem has, where it must have some
}

func file(make func(*bench) []byte) func(*bench) error {
	return func(b *bench) error { return b.submit(make(b)) }
}

func edited(old, new string) func(*bench) error {
	return file(func(b *bench) []byte { return b.file(old, new) })
}

func raw(text string) func(*bench) error {
	return file(func(*bench) []byte { return []byte(text) })
}

func facts(pairs ...string) func(*bench) map[string]string {
	return func(*bench) map[string]string {
		all := make(map[string]string)
		for i := 0; i+1 < len(pairs); i += 2 {
			all[pairs[i]] = pairs[i+1]
		}
		return all
	}
}

// asCommune is bad input of the addressee's. The refusals of all others are the department's.
func asCommune(do func(*bench, *client.Client) error) func(*bench) error {
	return func(b *bench) error {
		b.by = communeA
		return do(b, b.hub.Party(communeA).Client)
	}
}

// givenBack is a document that its addressee gives back for a reason.
func givenBack(reason string) func(*bench) error {
	return asCommune(func(b *bench, c *client.Client) error {
		_, err := c.Nack(b.Context(), b.taken.Delivery.ID, b.again, reason, 0)
		return err
	})
}

func rows() []badInput {
	return []badInput{
		{"not XML", raw("%PDF-1.4 một tệp khác"), 400, "bad-xml", "", "", nil},
		{"not closed", file(func(b *bench) []byte { return b.plain("</edXML>", "") }), 400, "bad-xml", "", "", nil},
		{"wrong encoding", file(func(b *bench) []byte { return b.plain(`encoding="UTF-8"`, `encoding="windows-1258"`) }), 400, "bad-encoding", "", "", nil},
		{"not UTF-8", file(func(b *bench) []byte { return b.plain("thử nghiệm", "th\xe1\xbb") }), 400, "bad-encoding", "", "", nil},
		{"DTD", file(func(b *bench) []byte { return b.plain("<edXML ", `<!DOCTYPE edXML [<!ENTITY a "b">]><edXML `) }), 400, "dtd-refused", "", "", nil},
		{"PI", file(func(b *bench) []byte { return b.plain("<edXML ", `<?xml-stylesheet href="a"?><edXML `) }), 400, "pi-refused", "", "", nil},
		{"too deep", raw(strings.Repeat("<a>", 1000) + strings.Repeat("</a>", 1000)), 400, "xml-limit", "", "", nil},
		{"no signature", file(func(b *bench) []byte { return b.plain("", "") }), 422, "unsigned", "", "", nil},
		{"broken signature", file(func(b *bench) []byte {
			return bytes.Replace(b.file("", ""), []byte("V/v thử nghiệm"), []byte("V/v lương thưởng"), 1)
		}), 422, "bad-signature", "", "", nil},
		{"bare signature", file(func(b *bench) []byte {
			return b.plain("</edXML:edXMLHeader>", "<edXML:Signature>MEUCIQDx</edXML:Signature></edXML:edXMLHeader>")
		}), 422, "bare-signature", "", "", nil},
		{"certificate of an unknown authority", file(func(b *bench) []byte { return b.signedBy(b.foreign) }), 422, "certificate-unknown", "", "", nil},
		{"expired certificate", file(func(b *bench) []byte { return b.signedBy(b.expired) }), 422, "certificate-expired", "", "", nil},
		{"certificate of nobody", file(func(b *bench) []byte { return b.signedBy(b.visitor) }), 422, "certificate-foreign", "", "", nil},
		{"another agency's certificate", file(func(b *bench) []byte { return b.signedBy(b.hub.Party(communeB).Leaf) }), 422, "certificate-foreign", "", string(department), nil},
		{"From is not the caller", file(func(b *bench) []byte {
			p := b.hub.Party(communeB)
			return p.Signed(p.Document(communeA))
		}), 403, "sender-mismatch", "", string(communeB), facts("from", string(communeB), "caller", string(department))},
		{"unknown addressee", edited("<edXML:OrganId>"+string(communeA), "<edXML:OrganId>H44.24.95"), 422, "unknown-addressee", "", "H44.24.95", facts("about_code", "H44.24.95", "nearest", string(communeA))},
		{"no addressee", file(func(b *bench) []byte {
			text := string(b.plain("", ""))
			from, to := strings.Index(text, "<edXML:To>"), strings.Index(text, "</edXML:To>")
			return b.dept.Leaf.Sign([]byte(text[:from] + text[to+len("</edXML:To>"):]))
		}), 422, "no-addressee", "", "", nil},
		{"the same addressee twice", edited("<edXML:To>", "<edXML:To><edXML:OrganId>"+string(communeA)+"</edXML:OrganId></edXML:To><edXML:To>"), 422, "duplicate-addressee", "", string(communeA), nil},
		{"missing element", edited("<edXML:CodeNotation>CV-VP</edXML:CodeNotation>", ""), 422, "bad-envelope", "missing-element", "", nil},
		{"too long", edited("V/v thử nghiệm", strings.Repeat("dài ", 10_000)), 422, "bad-envelope", "too-long", "", nil},
		{"impossible date", edited("Date>2026/03/02", "Date>2026/02/30"), 422, "bad-envelope", "bad-date", "", nil},
		{"attachment that does not decode", file(func(b *bench) []byte {
			e := b.dept.Document(communeA)
			e.Attachments = []envelope.Attachment{envelope.NewAttachment("a.pdf", []byte("%PDF-1.4 nội dung"))}
			text := string(b.dept.Build(e))
			at := strings.Index(text, "</edXML:ContentTransferEncoded>")
			return b.dept.Leaf.Sign([]byte(text[:at-3] + "***" + text[at:]))
		}), 422, "bad-attachment", "", "", nil},
		{"secrecy marking", edited("<edXML:OtherInfo>", "<edXML:OtherInfo><edXML:Secret>Mật</edXML:Secret>"), 422, "secrecy-marking", "", "", nil},
		{"20,000 addressees", file(func(b *bench) []byte { return b.addressees(20_000) }), 422, "too-many-addressees", "", "20001", nil},
		{"100,000 addressees", file(func(b *bench) []byte { return b.addressees(100_000) }), 400, "xml-limit", "", "", nil},
		{"the same identity with other bytes", file(func(b *bench) []byte {
			e := *b.accepted
			e.Subject += " (bản sửa)"
			raw := b.dept.Signed(&e)
			b.other = hubtest.Digest(raw)
			return raw
		}), 409, "same-identity", "", "", func(b *bench) map[string]string {
			return map[string]string{"accepted_digest": b.receipt.Digest, "digest": b.other, "message": b.receipt.ID}
		}},

		{"no Content-Length", func(b *bench) error { return b.post("/v1/documents", io.MultiReader(bytes.NewReader(b.file("", "")))) }, 411, "length-required", "", "", nil},
		{"body over the limit", func(b *bench) error { return b.submit(make([]byte, b.limits.Body+1)) }, 413, "too-large", "", fmt.Sprint(16 << 20), facts("limit", fmt.Sprint(16<<20), "size", fmt.Sprint(16<<20+1))},
		{"empty body", func(b *bench) error { return b.submit(nil) }, 400, "bad-request", "", "", nil},
		{"malformed JSON", func(b *bench) error { return b.post("/v1/inbox/lease", strings.NewReader("{\"max\":\n1,}")) }, 400, "bad-request", "", "", nil},
		{"JSON with an unknown member", func(b *bench) error { return b.post("/v1/inbox/lease", strings.NewReader(`{"maximum":1}`)) }, 400, "bad-request", "", "maximum", nil},
		{"JSON with something after it", func(b *bench) error { return b.post("/v1/inbox/lease", strings.NewReader(`{} {}`)) }, 400, "bad-request", "", "", nil},
		{"JSON of the wrong type", func(b *bench) error { return b.post("/v1/inbox/lease", strings.NewReader(`{"max":"1"}`)) }, 400, "bad-request", "", "", nil},
		{"lease beyond the limit", func(b *bench) error {
			return b.post("/v1/inbox/lease", strings.NewReader(`{"lease":9223372036854775807}`))
		}, 400, "bad-request", "", "", nil},
		{"unknown query parameter", func(b *bench) error { return b.post("/v1/documents?validat=1", bytes.NewReader(b.file("", ""))) }, 400, "unknown-parameter", "", "validate", facts("parameter", "validat", "nearest", "validate")},
		{"parameter given twice", func(b *bench) error {
			return b.post("/v1/documents?validate=0&validate=1", bytes.NewReader(b.file("", "")))
		}, 400, "bad-request", "", "", nil},
		{"a status where none is known", func(b *bench) error {
			e := envelope.NewStatus(envelope.Party{OrganID: department, Name: "Sở"}, envelope.ResponseFor{OrganID: communeA, DocumentID: "không,có,thật"},
				envelope.Accepted, "", envelope.Staff{}, b.now())
			return b.submit(b.dept.Build(e))
		}, 422, "unknown-document", "", "", nil},
		{"a document as a status", func(b *bench) error {
			_, err := b.dept.Client.SubmitStatus(b.Context(), b.file("", ""), client.SubmitOptions{})
			return err
		}, 422, "bad-envelope", "", "", nil},
		{"superseded lease token on nack", asCommune(func(b *bench, c *client.Client) error {
			_, err := c.Nack(b.Context(), b.taken.Delivery.ID, b.taken.Token, "", 0)
			return err
		}), 409, "lease-lost", "", "", nil},
		{"superseded lease token on extend", asCommune(func(b *bench, c *client.Client) error {
			_, err := c.Extend(b.Context(), b.taken.Delivery.ID, b.taken.Token, time.Minute)
			return err
		}), 409, "lease-lost", "", "", nil},
		{"a token that was never issued", asCommune(func(b *bench, c *client.Client) error {
			_, err := c.Ack(b.Context(), b.taken.Delivery.ID, "1.00000000000000000000000000000000")
			return err
		}), 409, "lease-lost", "", "", nil},
		{"a reason of 501 characters on nack", givenBack(strings.Repeat("ệ", 501)), 400, "bad-request", "", "500", nil},
		{"a reason of 1 MB on nack", givenBack(strings.Repeat("x", 1_000_000)), 400, "bad-request", "", "500", nil},
		{"a reason on nack that controls terminals", givenBack("\x1b[31m"), 400, "bad-request", "", "", nil},
		{"NUL in a reason on nack", givenBack("\x00"), 400, "bad-request", "", "", nil},
		{"a refusal with a reason that nobody sees", asCommune(func(b *bench, c *client.Client) error {
			_, err := c.Status(b.Context(), b.taken.Delivery.ID, client.StatusRequest{Code: "02", Description: "\u200b"})
			return err
		}), 422, "bad-report", "", "", nil},
		{"a refusal without a reason", asCommune(func(b *bench, c *client.Client) error {
			_, err := c.Status(b.Context(), b.taken.Delivery.ID, client.StatusRequest{Code: "02"})
			return err
		}), 422, "bad-report", "", "", nil},
		{"an Idempotency-Key that is no key", func(b *bench) error {
			_, err := b.dept.Client.Submit(b.Context(), b.file("", ""), client.SubmitOptions{IdempotencyKey: strings.Repeat("k", 129)})
			return err
		}, 400, "bad-request", "", "Idempotency-Key", nil},
		{"a recall of what was never sent", edited("<edXML:BussinessDocType>0<", "<edXML:BussinessDocType>1<"), 422, "unknown-document", "", "", nil},

		{"another agency's delivery", func(b *bench) error {
			_, err := b.dept.Client.Ack(b.Context(), b.taken.Delivery.ID, b.taken.Token)
			return err
		}, 404, "not-found", "", "", nil},
		{"status about another agency's delivery", func(b *bench) error {
			_, err := b.dept.Client.Status(b.Context(), b.taken.Delivery.ID, client.StatusRequest{Code: "03"})
			return err
		}, 404, "not-found", "", "", nil},
		{"a recall whose reason turns what stands around it", func(b *bench) error {
			_, err := b.dept.Client.Recall(b.Context(), b.receipt.ID, client.RecallRequest{Reason: "gửi\u202e nhầm"})
			return err
		}, 400, "bad-request", "", "turn the direction", nil},
	}
}

// P11: every kind of bad input gets a 4xx with its own code, a page that explains it and words in both languages; it
// leaves nothing in the store but one line in the log per minute, and then a count.
func TestBadInput(t *testing.T) {
	b := newBench(t)
	for _, row := range rows() {
		t.Run(row.name, func(t *testing.T) {
			b.T = t
			b.minute.Add(1)
			b.refused(row)
		})
	}
	b.T = t
	b.hub.Sound()
}

func (b *bench) refused(row badInput) {
	b.by = department
	entries, stored := b.entries(), b.stored()
	var last *client.Problem
	for range 3 {
		last = b.problem(row, row.do(b))
	}
	b.explained(last)
	if got := b.stored(); !maps.Equal(got, stored) {
		b.Errorf("the store holds %v, before it held %v", got, stored)
	}
	b.minute.Add(1)
	b.hub.Exchange.FlushRefusals(b.Context(), false)
	b.counted(row, b.entries()[len(entries):])
}

// problem checks one answer.
func (b *bench) problem(row badInput, err error) *client.Problem {
	b.Helper()
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		b.Fatalf("got %v, want a problem", err)
	}
	if p.Status != row.status || p.Code != row.code {
		b.Errorf("got %d %s (%s), want %d %s", p.Status, p.Code, p.DetailEN, row.status, row.code)
	}
	if row.item != "" && (len(p.Errors) == 0 || p.Errors[0].Code != row.item || p.Errors[0].Path == "" || p.Errors[0].Line == 0) {
		b.Errorf("errors %+v, want %s with its place first", p.Errors, row.item)
	}
	if !strings.Contains(p.DetailEN, row.about) {
		b.Errorf("detail %q does not name %q", p.DetailEN, row.about)
	}
	if p.Title == "" || p.TitleEN == "" || p.Detail == "" || p.DetailEN == "" || p.Advice == "" || p.AdviceEN == "" || p.TraceID == "" {
		b.Errorf("words are missing: %+v", p)
	}
	if row.facts != nil {
		for name, want := range row.facts(b) {
			if got := p.Values[name]; got != want || want == "" {
				b.Errorf("%s %q, want %q", name, got, want)
			}
		}
	}
	return p
}

// explained checks the page that the problem names, and those of the faults in it.
func (b *bench) explained(p *client.Problem) {
	b.Helper()
	codes := []string{p.Code}
	for _, f := range p.Errors {
		codes = append(codes, f.Code)
	}
	if p.Type != "/loi/"+p.Code {
		b.Errorf("type %s of code %s", p.Type, p.Code)
	}
	for _, code := range codes {
		resp := do(b.T, b.hub, nil, http.MethodGet, "/loi/"+code, nil)
		page, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			b.Errorf("the page of %s is answered %s, %v", code, resp.Status, err)
			continue
		}
		explains(b.T, code, string(page))
	}
}

// counted checks that three refusals in a minute are one entry and, when the minute is over, one with the count of the
// other two.
func (b *bench) counted(row badInput, entries []translog.Entry) {
	b.Helper()
	if len(entries) != 2 {
		b.Fatalf("%d entries in the log, want 2: %+v", len(entries), entries)
	}
	for i, count := range []int64{0, 2} {
		e := entries[i]
		if e.Type != translog.RefusedAtDoor || e.Code != row.code || e.Sender != string(b.by) || e.Count != count {
			b.Errorf("entry %d: %s %s of %s, count %d; want refused-at-door %s, count %d", i, e.Type, e.Code, e.Sender, e.Count, row.code, count)
		}
	}
}

func (b *bench) entries() (all []translog.Entry) {
	b.Helper()
	for {
		events, err := b.hub.Admin.Entries(b.Context(), int64(len(all)), 200)
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range events {
			all = append(all, e.Entry)
		}
		if len(events) == 0 {
			return all
		}
	}
}

// stored is what the store holds besides the log: messages, deliveries by state, bytes of bodies on disk.
func (b *bench) stored() map[string]int64 {
	b.Helper()
	s, err := b.hub.Admin.Status(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	held := maps.Clone(s.Deliveries)
	for _, id := range []exchange.AgencyID{department, communeA, communeB} {
		page, err := b.hub.Admin.Search(b.Context(), client.Query{Agency: string(id), Role: "sent", Limit: 200})
		if err != nil {
			b.Fatal(err)
		}
		held["messages"] += int64(len(page.Documents))
	}
	held["bytes"] = b.bodies()
	return held
}

func (b *bench) bodies() (n int64) {
	err := filepath.WalkDir(filepath.Join(b.hub.Dir, "bodies"), func(_ string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		n += info.Size()
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

package api_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/hubtest"
)

func TestAgencyIsPutAndRead(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	const id = "H44.24.08"
	first := client.AgencyRequest{Name: "Xã Thử Nghiệm", Parent: string(province), Level: "commune", Channel: "pull", Aliases: []string{"000.08.24.H44"}}
	made, err := h.Admin.PutAgency(t.Context(), id, first)
	if err != nil || made.Version == 0 || made.Name != first.Name || len(made.Aliases) != 1 {
		t.Fatalf("%+v, %v", made, err)
	}
	second := first
	second.Name, second.Version = "Phường Thử Nghiệm", made.Version
	changed, err := h.Admin.PutAgency(t.Context(), id, second)
	if err != nil || changed.Name != second.Name || changed.Version <= made.Version {
		t.Errorf("%+v, %v", changed, err)
	}
	if got, err := h.Admin.Agency(t.Context(), id); err != nil || got.Name != second.Name {
		t.Errorf("read: %+v, %v", got, err)
	}
	if all, err := h.Admin.Agencies(t.Context()); err != nil || len(all) != len(agencies())+1 {
		t.Errorf("%d agencies, %v; want %d", len(all), err, len(agencies())+1)
	}
	for _, test := range []struct {
		name   string
		change func(*client.AgencyRequest)
		want   string
	}{
		{"old version", func(r *client.AgencyRequest) { r.Version = made.Version }, "conflict"},
		{"new, and there already", func(r *client.AgencyRequest) { r.Version = 0 }, "conflict"},
		{"level", func(r *client.AgencyRequest) { r.Level = "hamlet" }, "bad-request"},
		{"channel", func(r *client.AgencyRequest) { r.Channel = "pigeon" }, "bad-request"},
		{"name", func(r *client.AgencyRequest) { r.Name = "" }, "bad-request"},
		{"parent", func(r *client.AgencyRequest) { r.Parent = "H44.77" }, "bad-request"},
		{"alias of another", func(r *client.AgencyRequest) { r.Aliases = []string{string(communeA)} }, "bad-request"},
	} {
		r := second
		r.Version = changed.Version
		test.change(&r)
		if _, err := h.Admin.PutAgency(t.Context(), id, r); code(t, err) != test.want {
			t.Errorf("%s: %v, want code %q", test.name, err, test.want)
		}
	}
	if _, err := h.Admin.Agency(t.Context(), "H44.77"); code(t, err) != "not-found" {
		t.Errorf("an agency that is not there: %v", err)
	}
}

func TestImportIsWholeOrNotAtAll(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	good := []byte("id,name,level\nH44.60.01,Xã Một,commune\nH44.60.02,Xã Hai,commune\n")
	if r, err := h.Admin.Import(t.Context(), good, true); err != nil || !r.Dry || r.Added != 2 {
		t.Errorf("dry: %+v, %v", r, err)
	}
	if _, err := h.Admin.Agency(t.Context(), "H44.60.01"); code(t, err) != "not-found" {
		t.Errorf("after a dry run the agency is there: %v", err)
	}
	_, err := h.Admin.Import(t.Context(), append(good, "H44.60.03,Xã Ba,hamlet\n"...), false)
	if p, ok := err.(*client.Problem); !ok || p.Code != "bad-request" || len(p.Errors) == 0 || p.Errors[0].Line != 4 {
		t.Errorf("a mistake in line 4: %+v", err)
	}
	if _, err := h.Admin.Agency(t.Context(), "H44.60.01"); code(t, err) != "not-found" {
		t.Errorf("after a refused file the agency is there: %v", err)
	}
	if r, err := h.Admin.Import(t.Context(), good, false); err != nil || r.Added != 2 || r.Dry {
		t.Errorf("for good: %+v, %v", r, err)
	}
}

func TestEndpointSecretIsShownOnce(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	allow := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}
	set := func(r client.EndpointRequest) (client.EndpointRequest, error) {
		return h.Admin.SetEndpoint(t.Context(), string(pusher), r)
	}
	e, err := set(client.EndpointRequest{URL: "https://qlvb.example/edoc", Allow: allow})
	if err != nil || !strings.HasPrefix(e.Secret, "whsec_") {
		t.Fatalf("%+v, %v", e, err)
	}
	if again, err := set(client.EndpointRequest{URL: "https://qlvb2.example/edoc", Allow: allow}); err != nil || again.Secret != e.Secret {
		t.Errorf("another address has another secret: %v", err)
	}
	got, err := h.Admin.Agency(t.Context(), string(pusher))
	if err != nil || got.Endpoint == nil || got.Endpoint.URL != "https://qlvb2.example/edoc" || len(got.Endpoint.Allow) != 1 {
		t.Errorf("%+v, %v", got.Endpoint, err)
	}
	for _, r := range []client.EndpointRequest{
		{URL: "http://qlvb.example/edoc", Allow: allow},
		{URL: "ftp://qlvb.example/edoc", Allow: allow},
		{URL: "https://qlvb.example/edoc"},
		{URL: "https://qlvb.example/edoc", Allow: allow, Secret: "short"},
	} {
		if _, err := set(r); code(t, err) != "bad-request" {
			t.Errorf("%+v: %v, want bad-request", r, err)
		}
	}
	if e, err := set(client.EndpointRequest{Allow: allow}); err != nil || e.URL != "" || e.Secret != "" {
		t.Errorf("removed: %+v, %v", e, err)
	}
}

func TestCertificatesBeginAndEnd(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	p := h.Party(department)
	second := h.CA.Leaf("Chứng thư thứ hai")
	d, err := h.Admin.AddCertificate(t.Context(), string(department), client.CertificateRequest{PEM: string(second.CertPEM())})
	if err != nil || len(d.Certificates) != 2 {
		t.Fatalf("%+v, %v", d.Certificates, err)
	}
	if got := d.Certificates[1]; got.Subject != second.Cert.Subject.String() || got.Subject == "" || len(got.Also) != 0 {
		t.Errorf("whose is it: %+v", got)
	}
	shared, err := h.Admin.AddCertificate(t.Context(), string(communeA), client.CertificateRequest{PEM: string(second.CertPEM())})
	if got := shared.Certificates[len(shared.Certificates)-1].Also; err != nil || !slices.Equal(got, []string{string(department)}) {
		t.Errorf("a certificate that another has: %v, %v", got, err)
	}
	p.Submit(second.Sign(p.Build(p.Document(communeA))))
	d, err = h.Admin.EndCertificate(t.Context(), string(department), d.Certificates[1].Fingerprint)
	if err != nil || d.Certificates[1].Until.IsZero() {
		t.Errorf("ended: %+v, %v", d.Certificates, err)
	}
	_, err = p.Client.Submit(t.Context(), second.Sign(p.Build(p.Document(communeA))), client.SubmitOptions{})
	if code(t, err) != "certificate-foreign" {
		t.Errorf("signed with the ended certificate: %v", err)
	}
	for name, text := range map[string]string{
		"no PEM": "x", "a key": string(second.KeyPEM()), "two": strings.Repeat(string(second.CertPEM()), 2),
		"no certificate": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
	} {
		_, err := h.Admin.AddCertificate(t.Context(), string(department), client.CertificateRequest{PEM: text})
		if code(t, err) != "bad-request" {
			t.Errorf("%s: %v, want bad-request", name, err)
		}
	}
	if _, err := h.Admin.EndCertificate(t.Context(), string(department), noDigest); code(t, err) != "not-found" {
		t.Errorf("a certificate that is not enrolled: %v", err)
	}
}

func TestKeysAreIssuedAndRevoked(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	issue := func(r client.KeyRequest) (client.IssuedKey, error) {
		return h.Admin.IssueKey(t.Context(), string(communeA), r)
	}
	limits := func(k client.IssuedKey) error {
		_, err := (&client.Client{URL: h.URL, Key: k.Secret}).Limits(t.Context())
		return err
	}
	second, err := issue(client.KeyRequest{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := limits(second); err != nil {
		t.Errorf("the second key: %v", err)
	}
	if _, err := issue(client.KeyRequest{}); code(t, err) != "conflict" {
		t.Errorf("a third key: %v, want conflict", err)
	}
	if _, err := issue(client.KeyRequest{Until: time.Now().Add(-time.Hour)}); code(t, err) != "bad-request" {
		t.Errorf("a key that has ended: %v, want bad-request", err)
	}
	d, err := h.Admin.RevokeKey(t.Context(), string(communeA), second.Key.ID)
	if err != nil || d.Keys[1].Revoked.IsZero() {
		t.Errorf("%+v, %v", d.Keys, err)
	}
	if err := limits(second); code(t, err) != "unauthenticated" {
		t.Errorf("the revoked key: %v", err)
	}
	elsewhere, err := issue(client.KeyRequest{Allow: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}})
	if err != nil {
		t.Fatal(err)
	}
	if err := limits(elsewhere); code(t, err) != "unauthenticated" {
		t.Errorf("a key of another network: %v", err)
	}
	if _, err := h.Admin.RevokeKey(t.Context(), string(communeA), "nothing"); code(t, err) != "not-found" {
		t.Errorf("a key that is not there: %v", err)
	}
}

func TestTestKeysReachSandboxAgenciesOnly(t *testing.T) {
	h := checked(t, hubtest.Config{}, append(agencies(), exchange.Agency{ID: "H44.96", Sandbox: true})...)
	for _, test := range []struct {
		from, to exchange.AgencyID
		want     string
	}{
		{sandbox, "H44.96", ""}, {sandbox, communeA, "unknown-addressee"}, {department, sandbox, "unknown-addressee"},
	} {
		p := h.Party(test.from)
		_, err := p.Client.Submit(t.Context(), p.Signed(p.Document(test.to)), client.SubmitOptions{})
		if code(t, err) != test.want {
			t.Errorf("%s to %s: %v, want code %q", test.from, test.to, err, test.want)
		}
	}
}

// givenUp makes n dead letters of the department's to the agency that is pushed to.
func givenUp(t *testing.T, h *hubtest.Hub, n int) (deliveries []string) {
	t.Helper()
	for range n {
		h.Party(department).Send(pusher)
		now := time.Now()
		leases, err := h.Store.Lease(t.Context(), exchange.LeaseRequest{Agency: pusher, Now: now, Until: now.Add(time.Minute), Max: 1})
		if err != nil || len(leases) != 1 {
			t.Fatalf("%d leases, %v", len(leases), err)
		}
		d, err := h.Exchange.Settle(t.Context(), leases[0], exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "http-422"})
		if err != nil || d.State != exchange.DeadLettered {
			t.Fatalf("%+v, %v", d, err)
		}
		deliveries = append(deliveries, string(d.ID))
	}
	return deliveries
}

// DESIGN P6: a dead letter is listed with its reason, its sender is told, and an operator sends it again.
func TestDeadLetters(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	dead := givenUp(t, h, 4)
	page, err := h.Admin.DeadLetters(t.Context(), 3, "")
	if err != nil || len(page.Documents) != 3 || page.Documents[0].Deliveries[0].ID != dead[3] || page.Documents[0].Deliveries[0].Reason != "http-422" {
		t.Fatalf("%+v, %v; want the newest three with their reason", page, err)
	}
	if rest, err := h.Admin.DeadLetters(t.Context(), 3, page.Next); err != nil || len(rest.Documents) != 1 || rest.Next != "" {
		t.Errorf("the second page: %+v, %v", rest, err)
	}
	if told := h.Party(department).Collect(); len(told) != 4 {
		t.Errorf("the sender was told %d times, want 4", len(told))
	}
	got, err := h.Admin.Requeue(t.Context(), "máy chủ đã sửa", dead[0], "nothing", dead[0], dead[1])
	want := []client.Requeued{{Delivery: dead[0], State: "queued"}, {Delivery: "nothing", Code: "not-found"},
		{Delivery: dead[0], Code: "conflict"}, {Delivery: dead[1], State: "queued"}}
	if err != nil || len(got) != len(want) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("requeued %d: %+v, want %+v", i, got[i], want[i])
		}
	}
	if page, err := h.Admin.DeadLetters(t.Context(), 10, ""); err != nil || len(page.Documents) != 2 {
		t.Errorf("%d dead letters are left, %v; want 2", len(page.Documents), err)
	}
	reasoned(t, h, translog.Requeued, "máy chủ đã sửa", 2)
	h.Sound()
}

func TestRequeueOfOne(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	dead := givenUp(t, h, 1)[0]
	path := "/v1/admin/dead-letters/" + dead + "/requeue"
	for _, test := range []struct {
		name, path, body string
		status           int
	}{
		{"without a reason", path, `{"reason":" "}`, 400},
		{"two names for one", path, `{"reason":"a","deliveries":["` + dead + `"]}`, 400},
		{"unknown", "/v1/admin/dead-letters/nothing/requeue", `{"reason":"a"}`, 404},
		{"again", path, `{"reason":"đã sửa"}`, 200},
		{"twice", path, `{"reason":"đã sửa"}`, 409},
		{"an empty list", "/v1/admin/dead-letters/requeue", `{"reason":"a","deliveries":[]}`, 400},
	} {
		if got := operate(t, h, "POST", test.path, test.body); got != test.status {
			t.Errorf("%s: %d, want %d", test.name, got, test.status)
		}
	}
}

// P10: an operator who reads says why, and it stands in the log.
func TestOperatorReadsWithAReason(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	receipt, raw := h.Party(department).Send(communeA)
	for _, reason := range []string{"", " ", "\u00a0\t", "\u200b", strings.Repeat("x", exchange.MostReason+1), "a\x1b[31m"} {
		if _, err := h.Admin.Content(t.Context(), receipt.ID, reason); code(t, err) != "bad-request" {
			t.Errorf("for the reason %.20q: %v", reason, err)
		}
	}
	c, err := h.Admin.Content(t.Context(), receipt.ID, "thanh tra 12/2026")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var got bytes.Buffer
	if _, err := got.ReadFrom(c); err != nil || !bytes.Equal(got.Bytes(), raw) {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	reasoned(t, h, translog.Opened, "thanh tra 12/2026", 1)
	if doc, err := h.Admin.Document(t.Context(), receipt.ID); err != nil || len(doc.Deliveries) != 1 || doc.Deliveries[0].Exposed {
		t.Errorf("%+v, %v; want one delivery, not exposed by an operator's reading", doc.Deliveries, err)
	}
	if page, err := h.Admin.Search(t.Context(), client.Query{Agency: string(department), Role: "sent"}); err != nil || len(page.Documents) != 1 {
		t.Errorf("search: %+v, %v", page, err)
	}
}

// What is written in documents and statuses is content: without a reason, which is logged, the socket shows none of it.
func TestOperatorsAreShownNoProse(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	sender, commune := h.Party(department), h.Party(communeA)
	receipt, _ := sender.Send(communeA)
	got := commune.Lease(1)[0]
	const prose, name = "sai thẩm quyền của xã", "Trần Thị Bảy"
	if _, err := commune.Client.Status(t.Context(), got.Delivery.ID, client.StatusRequest{Code: "02", Description: prose, Staff: client.Staff{Name: name}}); err != nil {
		t.Fatal(err)
	}
	told, err := sender.Client.Document(t.Context(), receipt.ID)
	if err != nil || told.Message.Subject == "" {
		t.Fatalf("the sender is shown %+v, %v", told.Message, err)
	}
	status := sender.Lease(1)[0]
	wanted, _ := sender.Send(communeA)
	commune.Lease(1)
	const back = "ghi nhầm tên người được bổ nhiệm"
	e := sender.Document(communeA)
	id := d(t, sender, wanted.ID).DocumentID
	e.DocumentID, e.Business = id, &envelope.Business{Kind: envelope.Recall, Reason: back, DocumentID: id}
	sender.Submit(sender.Signed(e))
	for _, path := range []string{
		"/v1/documents/" + receipt.ID, "/v1/documents/" + status.Message.ID, "/v1/admin/log/entries?limit=200", "/v1/events?after=-1",
		"/v1/events?after=-1&agency=" + string(department), "/v1/documents?role=sent&agency=" + string(department),
		"/v1/documents?role=received&agency=" + string(communeA), "/v1/documents?role=sent&agency=" + string(communeA),
		"/v1/documents?role=received&agency=" + string(department), "/v1/documents",
	} {
		resp := onSocket(t, h, http.MethodGet, path, "")
		raw, err := io.ReadAll(resp.Body)
		text := string(raw)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %s, %v", path, resp.Status, err)
		}
		if !strings.Contains(text, receipt.ID) && !strings.Contains(text, status.Message.ID) {
			t.Errorf("%s does not tell of the document at all", path)
		}
		for _, secret := range []string{told.Message.Subject, prose, name, back} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %q", path, secret)
			}
		}
	}
}

func TestBackupIsTaken(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	h.Party(department).Send(communeA)
	dir := filepath.Join(t.TempDir(), "bản sao")
	if err := h.Admin.Backup(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) == 0 {
		t.Errorf("%d files, %v", len(files), err)
	}
	file := filepath.Join(dir, files[len(files)-1].Name())
	for dir, want := range map[string]string{dir: "is not empty", "sao": "absolute path", file: "not a directory", filepath.Join(file, "x"): "not a directory"} {
		if err := h.Admin.Backup(t.Context(), dir); err == nil || !strings.Contains(refusal(t, err).DetailEN, want) {
			t.Errorf("into %s: %v, want %q", dir, err, want)
		}
	}
	n := 0
	for _, e := range logOf(t, h) {
		if e.Entry.Type == translog.BackedUp && e.Side["dir"] == dir {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d entries about the backup, want 1", n)
	}
}

func TestReceiptOfAnyEntry(t *testing.T) {
	h := checked(t, hubtest.Config{}, agencies()...)
	h.Party(department).Send(communeA)
	all := logOf(t, h)
	for _, e := range all {
		text, err := h.Admin.Receipt(t.Context(), e.Index)
		if err != nil {
			t.Fatal(err)
		}
		proof, err := translog.ParseReceipt(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := proof.Verify(h.Verifiers, hubtest.Origin); err != nil || got.Type != e.Entry.Type {
			t.Errorf("entry %d: %s, %v; want %s", e.Index, got.Type, err, e.Entry.Type)
		}
	}
	for _, index := range []int64{int64(len(all)), -1, 1 << 62} {
		if _, err := h.Admin.Receipt(t.Context(), index); code(t, err) != "not-found" {
			t.Errorf("entry %d: %v, want not-found", index, err)
		}
	}
}

// logOf is the whole log with its erasable text.
func logOf(t *testing.T, h *hubtest.Hub) (all []client.Event) {
	t.Helper()
	for {
		events, err := h.Admin.Entries(t.Context(), int64(len(all)), 200)
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			return all
		}
		all = append(all, events...)
	}
}

// reasoned checks how many entries of a type give this reason, beside the entry.
func reasoned(t *testing.T, h *hubtest.Hub, typ translog.Type, reason string, want int) {
	t.Helper()
	n := 0
	for _, e := range logOf(t, h) {
		if e.Entry.Type == typ && e.Side["reason"] == reason && strings.HasPrefix(e.Entry.Actor, "operator:") {
			n++
		}
	}
	if n != want {
		t.Errorf("%d entries %s with the reason %q, want %d", n, typ, reason, want)
	}
}

// operate sends JSON to the admin socket by hand.
func operate(t *testing.T, h *hubtest.Hub, method, path, body string) (status int) {
	t.Helper()
	resp := onSocket(t, h, method, path, body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// imported is the answer to a file of agencies.
func imported(t *testing.T, h *hubtest.Hub, csv []byte) *http.Response {
	t.Helper()
	return onSocket(t, h, http.MethodPost, "/v1/admin/agencies/import", string(csv), "Content-Type", "text/csv")
}

func onSocket(t *testing.T, h *hubtest.Hub, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", h.Socket)
	}}
	t.Cleanup(transport.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), method, "http://admin.sock"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

package client_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
)

// A hub answers every request as told, and keeps the last one.
type hub struct {
	*client.Client
	last atomic.Pointer[received]
	n    atomic.Int32
}

type received struct {
	*http.Request
	body string
}

func newHub(t *testing.T, answer http.HandlerFunc) *hub {
	h := &hub{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		h.last.Store(&received{r, string(raw)})
		h.n.Add(1)
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	h.Client = &client.Client{URL: s.URL + "/", Key: "lt_test_key", HTTP: s.Client()}
	return h
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestRequests(t *testing.T) {
	h := newHub(t, says(200, "{}"))
	ctx := t.Context()
	from := time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("ICT", 7*3600))
	for _, test := range []struct {
		name string
		do   func() error
		want string // method, address and body
	}{
		{"submit", func() error { _, err := h.Submit(ctx, []byte("<a/>"), client.SubmitOptions{}); return err }, "POST /v1/documents <a/>"},
		{"validate", func() error { _, err := h.Validate(ctx, []byte("<a/>")); return err }, "POST /v1/documents?validate=1 <a/>"},
		{"status file", func() error { _, err := h.SubmitStatus(ctx, []byte("<a/>"), client.SubmitOptions{}); return err }, "POST /v1/statuses <a/>"},
		{"ids are escaped", func() error { _, err := h.Document(ctx, "a/b?c"); return err }, "GET /v1/documents/a%2Fb%3Fc "},
		{"receipts", func() error { _, err := h.Receipts(ctx, "m"); return err }, "GET /v1/documents/m/receipts "},
		{"search", func() error {
			_, err := h.Search(ctx, client.Query{Role: "sent", Code: "1/CV-VP", From: from, Limit: 7})
			return err
		}, "GET /v1/documents?code=1%2FCV-VP&from=2026-03-02T02%3A00%3A00Z&limit=7&role=sent "},
		{"lease", func() error {
			_, err := h.Lease(ctx, client.Ask{Max: 3, For: time.Minute, Wait: 1900 * time.Millisecond})
			return err
		}, `POST /v1/inbox/lease {"max":3,"wait":1,"lease":60}`},
		{"lease as the hub likes", func() error { _, err := h.Lease(ctx, client.Ask{}); return err }, `POST /v1/inbox/lease {}`},
		{"ack", func() error { _, err := h.Ack(ctx, "d", "1.a"); return err }, `POST /v1/inbox/d/ack {"token":"1.a"}`},
		{"nack", func() error { _, err := h.Nack(ctx, "d", "1.a", "vì", time.Minute); return err }, `POST /v1/inbox/d/nack {"token":"1.a","reason":"vì","after":60}`},
		{"extend", func() error { _, err := h.Extend(ctx, "d", "1.a", time.Minute); return err }, `POST /v1/inbox/d/extend {"token":"1.a","lease":60}`},
		{"status", func() error { _, err := h.Status(ctx, "d", client.StatusRequest{Code: "03"}); return err }, `POST /v1/inbox/d/status {"code":"03"}`},
		{"events", func() error { _, err := h.Events(ctx, -1, 0); return err }, "GET /v1/events?after=-1 "},
		{"agencies", func() error { _, err := h.Agencies(ctx, 7); return err }, "GET /v1/agencies?since=7 "},
		{"limits", func() error { _, err := h.Limits(ctx); return err }, "GET /v1/limits "},
		{"counts", func() error { _, err := h.Counts(ctx, ""); return err }, "GET /v1/counts "},
	} {
		if err := test.do(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		sent := h.last.Load()
		if got := sent.Method + " " + sent.RequestURI + " " + sent.body; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
		if got := sent.Header.Get("Authorization"); got != "Bearer lt_test_key" {
			t.Errorf("%s: Authorization %q", test.name, got)
		}
		if want := map[byte]string{'{': "application/json", '<': client.MediaType}[(sent.body + " ")[0]]; sent.Header.Get("Content-Type") != want {
			t.Errorf("%s: Content-Type %q, want %q", test.name, sent.Header.Get("Content-Type"), want)
		}
		if sent.ContentLength != int64(len(sent.body)) {
			t.Errorf("%s: Content-Length %d, want %d: the hub asks for it", test.name, sent.ContentLength, len(sent.body))
		}
	}
}

// A large body goes out after the hub has said that it takes it.
func TestLargeBodiesAskFirst(t *testing.T) {
	h := newHub(t, says(200, "{}"))
	for size, want := range map[int]string{1 << 20: "", 1<<20 + 1: "100-continue"} {
		if _, err := h.Submit(t.Context(), make([]byte, size), client.SubmitOptions{IdempotencyKey: "k"}); err != nil {
			t.Fatal(err)
		}
		if got := h.last.Load().Header.Get("Expect"); got != want {
			t.Errorf("%d bytes: Expect %q, want %q", size, got, want)
		}
		if got := h.last.Load().Header.Get("Idempotency-Key"); got != "k" {
			t.Errorf("Idempotency-Key %q, want k", got)
		}
	}
}

// It does not try again by itself: what became of a request that failed, the caller finds out by sending it again.
func TestNothingIsRepeated(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"busy":          says(503, `{"code":"busy"}`),
		"failed":        says(500, `{"code":"internal"}`),
		"no JSON":       says(200, "<html>"),
		"cut off":       func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a proxy's own": says(502, "Bad Gateway"),
	} {
		h := newHub(t, answer)
		if _, err := h.Submit(t.Context(), []byte("<a/>"), client.SubmitOptions{}); err == nil || h.n.Load() != 1 {
			t.Errorf("%s: %v after %d requests, want an error after one", name, err, h.n.Load())
		}
	}
}

// Methods end with their context, and its error is in theirs.
func TestContextEndsACall(t *testing.T) {
	held := make(chan struct{})
	h := newHub(t, func(http.ResponseWriter, *http.Request) { <-held })
	defer close(held)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := h.Lease(ctx, client.Ask{Wait: 20 * time.Second}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the context's error", err)
	}
}

func TestContentProvesItself(t *testing.T) {
	const text = "<edXML/>"
	sum := sha256.Sum256([]byte(text))
	for _, test := range []struct {
		name, body, digest string
		length             string
		want               error
	}{
		{"whole", text, hex.EncodeToString(sum[:]), "", nil},
		{"other bytes", text + " ", hex.EncodeToString(sum[:]), "", client.ErrDigest},
		{"no digest", text, "", "", client.ErrDigest},
		{"cut off", text, hex.EncodeToString(sum[:]), "100", io.ErrUnexpectedEOF},
	} {
		h := newHub(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"`+test.digest+`"`)
			if test.length != "" {
				w.Header().Set("Content-Length", test.length)
			}
			_, _ = io.WriteString(w, test.body)
		})
		c, err := h.Content(t.Context(), "m")
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(c)
		if !errors.Is(err, test.want) || (err == nil && string(got) != text) {
			t.Errorf("%s: %q, %v; want %v", test.name, got, err, test.want)
		}
		if err := c.Close(); err != nil {
			t.Errorf("%s: close: %v", test.name, err)
		}
	}
}

// A hub that is not ready says so: that is an answer.
func TestReady(t *testing.T) {
	for status, want := range map[int]bool{200: true, 503: true, 404: false} {
		h := newHub(t, says(status, `{"ready":false,"checks":{"write":false},"code":"not-found"}`))
		if r, err := h.Ready(t.Context()); (err == nil) != want || (err == nil && len(r.Checks) != 1) {
			t.Errorf("%d: %+v, %v; want an answer %t", status, r, err, want)
		}
	}
}

func TestNobodyThere(t *testing.T) {
	for name, url := range map[string]string{"not an address": "http://a b", "no scheme": "hub.example", "refused": "http://127.0.0.1:1"} {
		_, err := (&client.Client{URL: url}).Limits(t.Context())
		if _, refused := errors.AsType[*client.Problem](err); err == nil || refused || !strings.HasPrefix(err.Error(), "client: ") {
			t.Errorf("%s: %v, want an error of the client", name, err)
		}
	}
}

// The operator's side goes over a Unix socket, without a key.
func TestAdminOverASocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "lt") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "admin.sock")
	listener, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	var last atomic.Pointer[string]
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		asked := r.Method + " " + r.RequestURI + " " + string(raw) + r.Header.Get("Authorization")
		last.Store(&asked)
		_, _ = io.WriteString(w, "{}")
	})}
	go func() { _ = s.Serve(listener) }()
	t.Cleanup(func() { _ = s.Close() })
	a := client.NewAdmin(socket)
	defer a.Close()
	ctx := t.Context()
	for want, do := range map[string]func() error{
		"GET /v1/admin/revocation ":                                              func() error { _, err := a.Revocation(ctx); return err },
		"GET /v1/documents/m/evidence/d ":                                        func() error { _, err := a.Evidence(ctx, "m", "d"); return err },
		"GET /v1/admin/status ":                                                  func() error { _, err := a.Status(ctx); return err },
		"GET /v1/admin/agencies ":                                                func() error { _, err := a.Agencies(ctx); return err },
		"GET /v1/admin/agencies/H44 ":                                            func() error { _, err := a.Agency(ctx, "H44"); return err },
		"POST /v1/admin/agencies/import?dry=1 id":                                func() error { _, err := a.Import(ctx, []byte("id"), true); return err },
		`PUT /v1/admin/agencies/H44/endpoint {"url":""}`:                         func() error { _, err := a.SetEndpoint(ctx, "H44", client.EndpointRequest{}); return err },
		`POST /v1/admin/agencies/H44/certificates {"pem":"p"}`:                   func() error { _, err := a.AddCertificate(ctx, "H44", client.CertificateRequest{PEM: "p"}); return err },
		"DELETE /v1/admin/agencies/H44/certificates/f ":                          func() error { _, err := a.EndCertificate(ctx, "H44", "f"); return err },
		`POST /v1/admin/agencies/H44/keys {"test":true}`:                         func() error { _, err := a.IssueKey(ctx, "H44", client.KeyRequest{Test: true}); return err },
		"DELETE /v1/admin/agencies/H44/keys/k ":                                  func() error { _, err := a.RevokeKey(ctx, "H44", "k"); return err },
		"GET /v1/admin/dead-letters?limit=5 ":                                    func() error { _, err := a.DeadLetters(ctx, 5, ""); return err },
		"GET /v1/admin/log/entries?from=3 ":                                      func() error { _, err := a.Entries(ctx, 3, 0); return err },
		"GET /v1/admin/log/entries/3/receipt ":                                   func() error { _, err := a.Receipt(ctx, 3); return err },
		"GET /log/checkpoint ":                                                   func() error { _, err := a.Checkpoint(ctx); return err },
		`POST /v1/admin/backup {"dir":"/a"}`:                                     func() error { return a.Backup(ctx, "/a") },
		"GET /v1/documents/m/content?reason=v%C3%AC ":                            func() error { c, err := a.Content(ctx, "m", "vì"); return errors.Join(err, c.Close()) },
		"GET /v1/documents?agency=H44&role=sent ":                                func() error { _, err := a.Search(ctx, client.Query{Agency: "H44", Role: "sent"}); return err },
		`POST /v1/admin/dead-letters/requeue {"deliveries":["d"],"reason":"vì"}`: func() error { _, err := a.Requeue(ctx, "vì", "d"); return err },
	} {
		if err := do(); err != nil || *last.Load() != want {
			t.Errorf("%q, %v; want %q and no key", *last.Load(), err, want)
		}
	}
}

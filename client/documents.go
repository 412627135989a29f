package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// MediaType is that of edXML files on this API.
const MediaType = "application/xml"

// SubmitOptions add to a submission.
type SubmitOptions struct {
	// IdempotencyKey is the caller's own key: the same key with other bytes is refused for 72 hours. It is not needed
	// against duplicates: the same bytes get the same receipt anyway.
	IdempotencyKey string
}

// Submit hands in a signed edXML document (or status). A receipt means that the hub has it on stable storage and will
// deliver it. After any error but a *Problem nothing is known: submit the same bytes again.
func (c *Client) Submit(ctx context.Context, raw []byte, o SubmitOptions) (Receipt, error) {
	return c.hand(ctx, "/v1/documents", raw, o)
}

// SubmitStatus hands in an edXML status; a document is refused here.
func (c *Client) SubmitStatus(ctx context.Context, raw []byte, o SubmitOptions) (Receipt, error) {
	return c.hand(ctx, "/v1/statuses", raw, o)
}

// askFirst is the size from which the hub is asked, before the bytes go out, whether it takes them.
const askFirst = 1 << 20

func (c *Client) hand(ctx context.Context, path string, raw []byte, o SubmitOptions) (r Receipt, err error) {
	q := request{method: http.MethodPost, path: path, body: raw, header: http.Header{"Content-Type": {MediaType}}}
	if o.IdempotencyKey != "" {
		q.header.Set("Idempotency-Key", o.IdempotencyKey)
	}
	if len(raw) > askFirst {
		q.header.Set("Expect", "100-continue")
	}
	return r, c.call(ctx, q, &r)
}

// Validate runs every check of Submit that needs no write, and stores nothing.
func (c *Client) Validate(ctx context.Context, raw []byte) (v Verdict, err error) {
	q := request{method: http.MethodPost, path: "/v1/documents", query: url.Values{"validate": {"1"}},
		body: raw, header: http.Header{"Content-Type": {MediaType}}}
	return v, c.call(ctx, q, &v)
}

// Recall takes a document back from each of its addressees, or from those named. Where one cannot have seen it, it is
// withdrawn; where one can, it is asked: see Delivery.Recall of each result. It may be called again.
func (c *Client) Recall(ctx context.Context, id string, r RecallRequest) ([]RecallResult, error) {
	var out struct {
		Recalls []RecallResult `json:"recalls"`
	}
	err := c.call(ctx, post("/v1/documents/"+segment(id)+"/recall", r), &out)
	return out.Recalls, err
}

// Document returns a document that the caller sent, or was handed.
func (c *Client) Document(ctx context.Context, id string) (d Document, err error) {
	return d, c.call(ctx, get("/v1/documents/"+segment(id), nil), &d)
}

// Receipts returns the proof of each event of a document that concerns the caller.
func (c *Client) Receipts(ctx context.Context, id string) ([]Outcome, error) {
	var out struct {
		Receipts []Outcome `json:"receipts"`
	}
	err := c.call(ctx, get("/v1/documents/"+segment(id)+"/receipts", nil), &out)
	return out.Receipts, err
}

// Evidence returns a statement of an authority that a document's [Revocation] rests on, in DER.
func (c *Client) Evidence(ctx context.Context, id, digest string) ([]byte, error) {
	return c.text(ctx, "/v1/documents/"+segment(id)+"/evidence/"+segment(digest))
}

// Content opens the stored bytes of a document, exactly as they were signed and submitted. The caller closes it.
func (c *Client) Content(ctx context.Context, id string) (*Content, error) {
	return c.content(ctx, "/v1/documents/"+segment(id)+"/content", nil)
}

// A Content is a document's bytes. Reading to the end checks their SHA-256 against Digest: the last Read fails on a
// mismatch or when bytes are missing.
type Content struct {
	Digest string // hex
	Size   int64

	body io.ReadCloser
	hash hash.Hash
}

// ErrDigest says that the bytes received are not the ones the hub holds.
var ErrDigest = errors.New("client: the content does not have its digest")

func (c *Client) content(ctx context.Context, path string, query url.Values) (*Content, error) {
	resp, err := c.send(ctx, get(path, query))
	if err != nil {
		return nil, err
	}
	digest := strings.Trim(resp.Header.Get("ETag"), `"`)
	return &Content{Digest: digest, Size: resp.ContentLength, body: resp.Body, hash: sha256.New()}, nil
}

// Read implements [io.Reader].
func (c *Content) Read(p []byte) (int, error) {
	n, err := c.body.Read(p)
	c.hash.Write(p[:n])
	if err == io.EOF && hex.EncodeToString(c.hash.Sum(nil)) != c.Digest {
		err = ErrDigest
	}
	return n, err
}

// Close implements [io.Closer].
func (c *Content) Close() error { return c.body.Close() }

// A Query selects documents, newest first. Combinations that the hub does not index are refused.
type Query struct {
	Agency     string // whose; for an agency only a closed one whose only successor it is
	Role       string // sent or received
	State      string
	DocumentID string
	Code       string
	From, To   time.Time // accepted in [From, To); zero is open
	Limit      int       // 1 to 200; 0 means 50
	Cursor     string    // Page.Next of the page before
}

func (q Query) values() url.Values {
	v := make(url.Values)
	for name, value := range map[string]string{"agency": q.Agency, "role": q.Role, "state": q.State,
		"document_id": q.DocumentID, "code": q.Code, "from": stamp(q.From), "to": stamp(q.To), "cursor": q.Cursor} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.Limit != 0 {
		v.Set("limit", strconv.Itoa(q.Limit))
	}
	return v
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Search lists documents.
func (c *Client) Search(ctx context.Context, q Query) (p Page, err error) {
	return p, c.call(ctx, get("/v1/documents", q.values()), &p)
}

package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// A Client speaks for one agency. It may be used concurrently.
//
// Errors are *[Problem] when the hub refused, otherwise the transport's.
type Client struct {
	URL  string       // of the hub, such as https://hub.phutho.example
	Key  string       // the agency's API key; it is sent to URL only
	HTTP *http.Client // http.DefaultClient where nil. Long polls take up to 20 s.
}

// A request is one call. Body and JSON exclude each other.
type request struct {
	method, path string
	query        url.Values
	header       http.Header
	body         []byte // sent as it is
	json         any
}

// maxAnswer bounds what is read of a JSON answer.
const maxAnswer = 256 << 20

// call sends the request and decodes the answer into out, which may be nil.
func (c *Client) call(ctx context.Context, r request, out any) error {
	resp, err := c.send(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if out == nil {
		return nil
	}
	return decode(resp, out)
}

func decode(resp *http.Response, out any) error {
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(out); err != nil {
		return fmt.Errorf("client: %s: the answer cannot be read: %w", resp.Request.URL.Path, err)
	}
	return nil
}

// send returns an answer of the hub that is no refusal. The caller closes its body.
func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	resp, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 {
		defer resp.Body.Close()
		return nil, ReadProblem(resp)
	}
	return resp, nil
}

func (c *Client) do(ctx context.Context, r request) (*http.Response, error) {
	req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return resp, nil
}

func (c *Client) request(ctx context.Context, r request) (*http.Request, error) {
	body := r.body
	if r.json != nil {
		var err error
		if body, err = json.Marshal(r.json); err != nil {
			return nil, fmt.Errorf("client: %w", err)
		}
	}
	target := strings.TrimSuffix(c.URL, "/") + r.path
	if len(r.query) > 0 {
		target += "?" + r.query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, r.method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	for name, v := range r.header {
		req.Header[name] = v
	}
	if r.json != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.Key)
	}
	return req, nil
}

func get(path string, query url.Values) request {
	return request{method: http.MethodGet, path: path, query: query}
}

func post(path string, body any) request {
	return request{method: http.MethodPost, path: path, json: body}
}

func segment(s string) string { return url.PathEscape(s) }

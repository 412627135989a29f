package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Events returns what concerns the caller with an index above after, in log order: whoever has lost everything begins
// at -1. A limit of 0 is the hub's default.
func (c *Client) Events(ctx context.Context, after int64, limit int) ([]Event, error) {
	return c.EventsOf(ctx, "", after, limit)
}

// EventsOf is Events of a closed agency whose only successor the caller is; of the caller itself for "".
func (c *Client) EventsOf(ctx context.Context, agency string, after int64, limit int) ([]Event, error) {
	var out struct {
		Events []Event `json:"events"`
	}
	query := url.Values{"after": {strconv.FormatInt(after, 10)}}
	if agency != "" {
		query.Set("agency", agency)
	}
	if limit != 0 {
		query.Set("limit", strconv.Itoa(limit))
	}
	err := c.call(ctx, get("/v1/events", query), &out)
	return out.Events, err
}

// Agencies returns the directory, or what has changed in it since a version.
func (c *Client) Agencies(ctx context.Context, since uint64) (l AgencyList, err error) {
	return l, c.call(ctx, get("/v1/agencies", url.Values{"since": {strconv.FormatUint(since, 10)}}), &l)
}

// Limits returns what the hub bounds.
func (c *Client) Limits(ctx context.Context) (l Limits, err error) {
	return l, c.call(ctx, get("/v1/limits", nil), &l)
}

// Counts returns the caller's deliveries by state, as sender ("sent") or addressee ("received").
func (c *Client) Counts(ctx context.Context, role string) (n Counts, err error) {
	query := make(url.Values)
	if role != "" {
		query.Set("role", role)
	}
	return n, c.call(ctx, get("/v1/counts", query), &n)
}

// Checkpoint returns the log's newest signed checkpoint. It needs no key.
func (c *Client) Checkpoint(ctx context.Context) ([]byte, error) {
	return c.text(ctx, "/log/checkpoint")
}

// Ready asks the hub to prove that it can write, sign and dispatch; a proof is good for a minute. A hub that is not
// ready is no error. It needs no key.
func (c *Client) Ready(ctx context.Context) (r Readiness, err error) {
	resp, err := c.do(ctx, get("/readyz", nil))
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusServiceUnavailable {
		return r, ReadProblem(resp)
	}
	return r, decode(resp, &r)
}

func (c *Client) text(ctx context.Context, path string) ([]byte, error) {
	resp, err := c.send(ctx, get(path, nil))
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
}

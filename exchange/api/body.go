package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/lienthong/lienthong/exchange"
)

// A Budget bounds the bytes of bodies in flight over all requests (DESIGN P9). It is safe for concurrent use.
type Budget struct {
	total int64
	left  *semaphore.Weighted
	used  atomic.Int64
}

// NewBudget returns a budget of so many bytes.
func NewBudget(bytes int64) *Budget {
	return &Budget{total: bytes, left: semaphore.NewWeighted(bytes)}
}

// busyRetry is when a caller that found the budget used up may try again.
const busyRetry = 2 * time.Second

// take reserves n bytes, or refuses with Busy at once: a queue of waiting uploads would be memory too. The bytes are
// given back by calling give, once.
func (b *Budget) take(n int64) (give func(), err error) {
	if !b.left.TryAcquire(n) {
		return nil, &exchange.Error{Kind: exchange.Busy, RetryAfter: busyRetry,
			Detail: "too many bytes are being taken just now", VI: "Trục đang nhận quá nhiều dữ liệu cùng lúc."}
	}
	b.used.Add(n)
	return func() {
		b.used.Add(-n)
		b.left.Release(n)
	}, nil
}

// Used is how many bytes are in flight.
func (b *Budget) Used() int64 { return b.used.Load() }

const (
	// readPiece must arrive within readPatience: slower senders would hold the budget for others.
	readPiece    = 256 << 10
	readPatience = 15 * time.Second

	maxJSON = 1 << 20
)

// receive reads the request's body into one buffer of its exact size, after room for it was taken from the budget. The
// caller calls give when the buffer is no longer used.
func (a *api) receive(c *call, limit int64) (body []byte, give func(), err error) {
	r := c.Request()
	n := r.ContentLength
	switch {
	case n < 0:
		return nil, nil, exchange.LengthRequired
	case n == 0:
		return nil, nil, &exchange.Error{Kind: exchange.BadRequest, Detail: "the body is empty", VI: "Yêu cầu không có nội dung."}
	case n > limit:
		return nil, nil, &exchange.Error{Kind: exchange.TooLarge, Detail: fmt.Sprintf("the body has %d bytes, at most %d are taken", n, limit),
			VI:     fmt.Sprintf("Nội dung dài %d byte, tối đa %d.", n, limit),
			Values: map[string]string{"limit": strconv.FormatInt(limit, 10), "size": strconv.FormatInt(n, 10)}}
	}
	if give, err = a.Budget.take(n); err != nil {
		return nil, nil, err
	}
	body = make([]byte, n)
	if err := readAll(c, body); err != nil {
		give()
		return nil, nil, err
	}
	return body, give, nil
}

// readAll fills the buffer. The deadline moves on with each piece.
func readAll(c *call, body []byte) error {
	control := http.NewResponseController(c.Response())
	defer func() { _ = control.SetReadDeadline(time.Time{}) }()
	for rest := body; len(rest) > 0; {
		piece := rest[:min(len(rest), readPiece)]
		_ = control.SetReadDeadline(time.Now().Add(readPatience)) // not every writer of a test has one
		if _, err := io.ReadFull(c.Request().Body, piece); err != nil {
			return &exchange.Error{Kind: exchange.BadRequest, Detail: "the body ended before its Content-Length, or came too slowly",
				VI: "Nội dung dứt trước độ dài đã báo, hoặc đến quá chậm.", Err: err}
		}
		rest = rest[len(piece):]
	}
	return nil
}

// decode reads the body as JSON into v, a pointer to a struct, strictly: no unknown member, nothing after the value.
func (a *api) decode(c *call, v any) error {
	body, give, err := a.receive(c, maxJSON)
	if err != nil {
		return err
	}
	defer give()
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return malformed(body, dec.InputOffset(), err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return malformed(body, dec.InputOffset(), errors.New("there is more after the JSON value"))
	}
	if err := exact(body, reflect.TypeOf(v).Elem()); err != nil {
		return malformed(body, 0, err)
	}
	return nil
}

// malformed says where JSON went wrong.
func malformed(body []byte, offset int64, err error) error {
	e := &exchange.Error{Kind: exchange.BadRequest, VI: "Nội dung JSON không đúng: ", Err: err}
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		e.Path, offset = "/"+strings.ReplaceAll(t.Field, ".", "/"), t.Offset
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = s.Offset
	}
	e.Line = 1 + bytes.Count(body[:min(offset, int64(len(body)))], []byte("\n"))
	e.Detail = "the JSON is not right: " + strings.TrimPrefix(err.Error(), "json: ")
	e.VI += strings.TrimPrefix(err.Error(), "json: ")
	return e
}

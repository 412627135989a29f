package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// maxJSON is the largest JSON request.
const maxJSON = 1 << 20

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
	if give, err = a.Budget.take(string(c.who.Agency), n); err != nil {
		return nil, nil, err
	}
	body, give = a.Budget.buffer(n, give)
	if err := readAll(c, body); err != nil {
		give()
		return nil, nil, err
	}
	return body, give, nil
}

// readAll fills the buffer. The deadline moves on with each piece, up to that of the whole; the last one stands until
// everything is read.
func readAll(c *call, body []byte) error {
	whole := time.Now().Add(pace(readPatience, int64(len(body))))
	for rest := body; len(rest) > 0; {
		piece := rest[:min(len(rest), readPiece)]
		readBy(c, earlier(time.Now().Add(readPatience), whole))
		if _, err := io.ReadFull(c.Request().Body, piece); err != nil {
			return &exchange.Error{Kind: exchange.BadRequest, Detail: "the body ended before its Content-Length, or came too slowly",
				VI: "Nội dung dứt trước độ dài đã báo, hoặc đến quá chậm.", Err: err}
		}
		rest = rest[len(piece):]
	}
	c.Set(readKey, true)
	return nil
}

// decode reads the body as JSON into v, a pointer to a struct, strictly: see [exact].
func (a *api) decode(c *call, v any) error {
	body, give, err := a.receive(c, maxJSON)
	if err != nil {
		return err
	}
	defer give()
	if err := exact(body, reflect.TypeOf(v).Elem()); err != nil {
		return malformed(body, err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return malformed(body, err)
	}
	return nil
}

// malformed says where JSON went wrong.
func malformed(body []byte, err error) error {
	e := &exchange.Error{Kind: exchange.BadRequest, Err: err}
	offset := int64(len(body))
	if m, ok := errors.AsType[*misfit](err); ok {
		e.Path, offset = m.path, m.at
		e.VI, e.Detail = "Nội dung JSON không đúng: "+m.name("nội dung")+" "+m.vi+".", "the JSON is not right: "+m.Error()
	} else {
		e.VI, e.Detail = "Nội dung không phải là JSON đúng cú pháp.", "this is not JSON: "+err.Error()
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = s.Offset
	}
	e.Line = 1 + bytes.Count(body[:min(offset, int64(len(body)))], []byte("\n"))
	return e
}

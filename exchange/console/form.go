package console

import (
	"bytes"
	"cmp"
	"io"
	"net/http"

	"github.com/lienthong/lienthong/exchange"
)

// What a form may have that brings no document. A stranger's signs in, or follows a link.
const (
	maxForm     = 64 << 10 // bytes
	strangeForm = 8 << 10

	mostFields    = 500
	strangeFields = 50
	mostParts     = 50 // of a form in parts, of which each is dear
)

// formRoom is how many bytes of memory are taken for a form of n bytes: for what is read, and for what is made of it.
func formRoom(n, fields int64) int64 { return 4*n + fields<<8 }

// strangers is who takes the room of those that have not signed in: all of them together.
const strangers = "strangers"

// readForm reads the form of a request, after room for it was taken by its Content-Length. The room is given back by
// calling give, once. It refuses a form that did not come whole: a handler would take what is missing of it for what was
// left empty. A form with a document in it is read by its handler.
func (c *console) readForm(v *visit, r route) (give func(), err error) {
	n := v.Request().ContentLength
	if r.method != post || r.uploads || n == 0 {
		return func() {}, nil
	}
	if give, err = c.roomForForm(v, r, n); err != nil {
		unread(v)
		return nil, err
	}
	if err := readFields(v, n, r.fields()); err != nil {
		give()
		return nil, err
	}
	return give, nil
}

func (c *console) roomForForm(v *visit, r route, n int64) (give func(), err error) {
	switch {
	case n < 0:
		return nil, exchange.LengthRequired
	case n > c.largest(r):
		return nil, exchange.TooLarge
	}
	return c.Room(cmp.Or(v.caller.Actor(), strangers), formRoom(n, r.fields()))
}

// fields is how many a form may have.
func (r route) fields() int64 {
	if r.who == everybody {
		return strangeFields
	}
	return mostFields
}

// readFields counts them first: a hundred times their bytes are made of many.
func readFields(v *visit, n, most int64) error {
	raw := make([]byte, n)
	_, err := io.ReadFull(v.Request().Body, raw)
	if err != nil {
		return notWhole(err)
	}
	if int64(bytes.Count(raw, []byte("&"))) >= most || bytes.Count(raw, []byte("\n--")) > mostParts {
		return &exchange.Error{Kind: exchange.TooLarge, Detail: "the form has too many fields", VI: "Biểu mẫu có quá nhiều trường."}
	}
	v.Request().Body = io.NopCloser(bytes.NewReader(raw))
	if _, err := v.FormParams(); err != nil {
		return notWhole(err)
	}
	v.Request().Body = http.NoBody
	return nil
}

func notWhole(err error) error {
	return &exchange.Error{Kind: exchange.BadRequest, Detail: "the form did not come whole, or cannot be read", Err: err,
		VI: "Biểu mẫu gửi lên không đầy đủ hoặc không đọc được. Hãy thử lại."}
}

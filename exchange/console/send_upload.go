package console

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const (
	// formAround is what a form may have around the file: the boundaries and the heads of its parts.
	formAround = 4 << 10
	// A piece of an upload must come within readPatience, the whole at readPace bytes a second or faster.
	readPiece    = 256 << 10
	readPatience = 15 * time.Second
	readPace     = 32 << 10
)

// largest is the most bytes that a request may have as its body.
func (c *console) largest(r route) int64 {
	switch {
	case r.most > 0:
		return r.most + formAround
	case r.uploads:
		return c.Document + formAround
	case r.who == everybody:
		return strangeForm
	}
	return maxForm
}

// uploaded reads the one file of a form, of at most so many bytes, into memory for which room was made before its first
// byte was read. It is given back by calling give, once.
func (c *console) uploaded(v *visit, most int64) (raw []byte, give func(), err error) {
	r := v.Request()
	switch n := r.ContentLength; {
	case n < 0:
		return nil, nil, exchange.LengthRequired
	case n > most+formAround:
		unread(v)
		return nil, nil, c.tooLarge(most)
	}
	if give, err = c.Room(v.caller.Actor(), r.ContentLength); err != nil {
		unread(v)
		return nil, nil, err
	}
	if raw, err = c.oneFile(v, r.ContentLength); err != nil {
		unread(v)
		give()
		return nil, nil, err
	}
	return raw, give, nil
}

func (c *console) tooLarge(most int64) error {
	return &exchange.Error{Kind: exchange.TooLarge, Detail: fmt.Sprintf("the file is too large; at most %d bytes are taken", most),
		VI: fmt.Sprintf("Tệp quá lớn; tối đa %s.", bytesText(c.words["vi"], most))}
}

// unread sees to a body of which something was left: over HTTP/1 the connection ends with the answer, instead of the rest
// being read for the sake of the next request.
func unread(v *visit) {
	if v.Request().ProtoMajor == 1 {
		v.Response().Header().Set("Connection", "close")
	}
}

// oneFile reads a form that has one file in it and nothing else, of no more than n bytes.
func (c *console) oneFile(v *visit, n int64) ([]byte, error) {
	r := v.Request()
	whole := time.Now().Add(readPatience + time.Duration(n)*time.Second/readPace)
	r.Body = struct {
		io.Reader
		io.Closer
	}{steady{r.Body, http.NewResponseController(v.Response()), whole}, r.Body}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, malformed(err)
	}
	var raw []byte
	for {
		part, err := form.NextPart()
		switch {
		case err == io.EOF && len(raw) == 0:
			return nil, &exchange.Error{Kind: exchange.BadRequest, Detail: "no file was chosen", VI: "Chưa chọn tệp."}
		case err == io.EOF:
			return raw, nil
		case err != nil:
			return nil, malformed(err)
		case part.FormName() != "tep" || raw != nil:
			return nil, &exchange.Error{Kind: exchange.BadRequest, Detail: "the form has one file", VI: "Mỗi lần gửi một tệp."}
		}
		if raw, err = read(part, n); err != nil {
			return nil, malformed(err)
		}
	}
}

// read fills one buffer: a growing one would take twice the room that was made.
func read(part *multipart.Part, n int64) ([]byte, error) {
	raw := make([]byte, n)
	got, err := io.ReadFull(part, raw)
	if errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF {
		err = nil
	}
	return raw[:got], err
}

func malformed(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return exchange.TooLarge
	}
	return &exchange.Error{Kind: exchange.BadRequest, Detail: "the upload broke off, or is not a form with a file", Err: err,
		VI: "Việc tải tệp lên bị ngắt quãng, hoặc biểu mẫu không có tệp. Hãy thử lại."}
}

// steady lets a slow sender send, as long as it sends.
type steady struct {
	io.Reader
	control *http.ResponseController
	whole   time.Time
}

// Read implements [io.Reader].
func (s steady) Read(p []byte) (int, error) {
	until := time.Now().Add(readPatience)
	if s.whole.Before(until) {
		until = s.whole
	}
	_ = s.control.SetReadDeadline(until) // not every writer of a test has one
	return s.Reader.Read(p[:min(len(p), readPiece)])
}

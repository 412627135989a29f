package console

import (
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// writePatience is how long a reader of a file may be silent.
const writePatience = 30 * time.Second

// writePiece must get out within writePatience.
const writePiece = 256 << 10

// attachment sends one file of a document. Documents come from outside: no browser may take a file for a page of the hub,
// hence attachment, nosniff and sandbox, and no type that the sender chose.
func (c *console) attachment(v *visit) error {
	return c.withAttachment(v, func(name string, raw []byte) error {
		download(v, name)
		return send(v, raw)
	})
}

// withAttachment hands on one file of a document of the visitor's agency. Room is made for it as long as act runs.
func (c *console) withAttachment(v *visit, act func(name string, raw []byte) error) error {
	r, err := c.own(v)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(v.Param("n"))
	if err != nil || n < 1 {
		return exchange.NotFound
	}
	m := r.view.Message
	l, give, err := c.letter(v, m)
	if err != nil {
		return err
	}
	defer give()
	if l.Envelope == nil || n > len(l.Envelope.Attachments) {
		return exchange.NotFound
	}
	a := l.Envelope.Attachments[n-1]
	raw, err := a.Decode(unpacked(m))
	if err != nil {
		return &exchange.Error{Kind: exchange.BadAttachment, Detail: "the file cannot be unpacked; download the whole document", Err: err,
			VI: "Không giải nén được tệp này; hãy tải cả văn bản (.edxml)."}
	}
	return act(a.FileName(), raw)
}

// fileKind is what a file is said to be, as people call it: by the type that its sender gave, else by its name.
func fileKind(name, contentType string) string {
	kind, _, err := mime.ParseMediaType(contentType)
	if known, ok := fileKinds[kind]; ok && err == nil {
		return known
	}
	if ext := strings.TrimPrefix(path.Ext(name), "."); ext != "" && len(ext) <= longestExt {
		return strings.ToUpper(ext)
	}
	return contentType
}

const longestExt = 5 // bytes; what is longer is part of a name

var fileKinds = map[string]string{
	"application/pdf":    "PDF",
	"application/msword": "Word",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
	"application/vnd.ms-excel": "Excel",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         "Excel",
	"application/vnd.ms-powerpoint":                                             "PowerPoint",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
	"application/zip": "ZIP",
	"application/xml": "XML",
	"text/xml":        "XML",
	"image/jpeg":      "JPEG",
	"image/png":       "PNG",
	"image/tiff":      "TIFF",
}

// letter reads a document into room that is reserved for it, and for one of its files unpacked; give returns the room.
func (c *console) letter(v *visit, m exchange.Message) (l exchange.Letter, give func(), err error) {
	if give, err = c.Room(string(v.caller.Agency), m.Size+unpacked(m)); err != nil {
		return l, nil, err
	}
	if l, err = c.Hub.Letter(v.ctx(), v.caller, m.ID, ""); err != nil {
		give()
		return l, nil, err
	}
	return l, give, nil
}

// unpacked is the most bytes that a file of a document may become, packed as it is: room is made for no more.
func unpacked(m exchange.Message) int64 { return max(m.Size, 8<<20) }

func download(v *visit, name string) {
	h := v.Response().Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-store")
}

// original sends the stored bytes of a document, as they were signed and submitted (DESIGN P3).
func (c *console) original(v *visit) error {
	m, body, err := c.Hub.Content(v.ctx(), v.caller, exchange.MessageID(v.Param("id")), "")
	if err != nil {
		return err
	}
	defer body.Close()
	if m.Class != exchange.ClassDocument {
		return exchange.NotFound
	}
	download(v, string(m.ID)+".edxml")
	v.Response().Header().Set("ETag", `"`+m.Digest.String()+`"`)
	http.ServeContent(patient{v.Response(), http.NewResponseController(v.Response())}, v.Request(), "", time.Time{}, body)
	return nil
}

// patient lets a slow reader read, as long as it reads.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
}

// Write implements [http.ResponseWriter].
func (w patient) Write(p []byte) (written int, err error) {
	for len(p) > 0 {
		n := min(len(p), writePiece)
		_ = w.control.SetWriteDeadline(time.Now().Add(writePatience)) // not every writer of a test has one
		m, err := w.ResponseWriter.Write(p[:n])
		written += m
		if err != nil {
			return written, err
		}
		p = p[n:]
	}
	return written, nil
}

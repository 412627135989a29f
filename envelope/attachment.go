package envelope

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"io"
	"path"
	"strings"

	"github.com/google/uuid"

	"github.com/lienthong/lienthong/signing"
)

// Attachment is one file carried by a document. Its content stays encoded, in
// the buffer of the envelope, until someone asks for it. ContentType is what
// the sender wrote and is never relied upon.
type Attachment struct {
	ContentID   string `json:"content_id,omitempty"`
	Name        string `json:"name,omitempty"` // as the sender wrote it; see FileName
	Description string `json:"description,omitempty"`
	ContentType string `json:"content_type,omitempty"`
	Format      string `json:"format,omitempty"`

	plain   []byte          // of a new attachment: the content as it is sent
	encoded []byte          // of a parsed one: base64, a part of the buffer
	element signing.Element // of a parsed one whose base64 is not one plain run: where it is
}

// NewAttachment carries a file the way the SDKs of the field write it: the
// types that every receiver knows go as they are, everything else goes zipped,
// as the one entry <uuid>.<extension>. It takes a fresh ContentId. data must
// not be changed afterwards.
func NewAttachment(name string, data []byte) Attachment {
	id := uuid.NewString()
	a := Attachment{ContentID: cidPrefix + id, Name: name}
	switch ext := extension(name); ext {
	case "pdf", "doc", "docx", "xls", "xlsx", "zip":
		a.ContentType, a.plain = "application/"+ext, data
	case "":
		a.ContentType, a.plain = "application/zip", zipOne(id, data)
	default:
		a.ContentType, a.plain = "application/zip", zipOne(id+"."+ext, data)
	}
	return a
}

// cidPrefix is part of a ContentId in some files and missing in others.
const cidPrefix = "cid:"

// FileName is a name that is safe to store the file under: the last part of
// Name without control characters or characters that a file system reserves,
// never empty, never beginning with a dot and at most 200 bytes long.
func (a Attachment) FileName() string {
	name := a.Name[strings.LastIndexAny(a.Name, `/\`)+1:]
	name = strings.Map(safeRune, strings.ToValidUTF8(name, ""))
	name = strings.TrimLeft(strings.TrimSpace(name), ".")
	if name == "" || name == "null" {
		return "tep-dinh-kem"
	}
	return cut(name)
}

// cut keeps the beginning of a long name, and its extension: file systems take
// 255 bytes, and programs add to them.
func cut(name string) string {
	const most = 200
	if len(name) <= most {
		return name
	}
	ext := path.Ext(name)
	if len(ext) > 20 {
		ext = ""
	}
	return strings.ToValidUTF8(name[:most-len(ext)], "") + ext
}

func safeRune(r rune) rune {
	switch {
	case r < 0x20, r >= 0x7f && r < 0xa0, strings.ContainsRune(`<>:"|?*`, r):
		return -1
	case r >= 0x200b && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
		return -1 // invisible marks that make one extension look like another
	}
	return r
}

// Size is the number of bytes that Open yields at most: exact unless the
// base64 is broken into lines.
func (a Attachment) Size() int64 {
	if a.plain != nil {
		return int64(len(a.plain))
	}
	b, err := a.base64()
	if err != nil {
		return 0
	}
	pad := len(b) - len(bytes.TrimRight(b, "="))
	return int64(len(b))/4*3 - int64(pad)
}

// Open reads the content as it was sent: decoded, not unpacked. Bytes that are
// not base64 give an error from Read.
func (a Attachment) Open() io.Reader {
	if a.plain != nil {
		return bytes.NewReader(a.plain)
	}
	b, err := a.base64()
	if err != nil {
		return errReader{err}
	}
	return base64.NewDecoder(base64.StdEncoding, &spaceless{b})
}

// Check reports whether the content decodes, without decoding it and, in all
// but contrived files, without allocating. The error wraps ErrBase64. Parse
// has called it for every attachment it returns.
func (a Attachment) Check() error {
	if a.plain != nil {
		return nil
	}
	b, err := a.base64()
	if err != nil {
		return err
	}
	return checkBase64(b)
}

// Decode is the file itself, at most limit bytes of it: the content and, where
// the sender packed the file (as software of the field does, whatever the
// ContentType says), the one entry of the archive. An archive that is itself
// the file (a .zip, a .docx) is returned as it is. The errors wrap ErrBase64,
// ErrTooLarge or ErrArchive; after the latter, Open still gives the archive.
func (a Attachment) Decode(limit int64) ([]byte, error) {
	data, err := readAll(a.Open(), limit)
	if err != nil {
		return nil, err
	}
	if !isPacked(a.Name, data) {
		return data, nil
	}
	return unpack(a.Name, data, limit)
}

// base64 is the encoded content. Only a value with references or CDATA in it
// has to be put together; nothing that real software writes has either.
func (a Attachment) base64() ([]byte, error) {
	if a.element.IsZero() {
		return a.encoded, nil
	}
	s, err := a.element.Text()
	return []byte(s), err
}

// locate remembers where the content is. raw is the buffer that el is of.
func (a *Attachment) locate(el signing.Element, raw []byte) {
	if b, ok := el.RawText(); ok {
		a.encoded = b
		return
	}
	start, end := el.Span()
	if b, ok := innerText(raw[start:end]); ok {
		a.encoded = b
		return
	}
	a.element = el
}

// innerText is what lies between one start tag and one end tag. Base64 broken
// by CRLF is a common case that need not be copied: white space means nothing
// in it, so the line ends need no normalising. Exactly two of each angle
// bracket and no reference mean that there is nothing else in the element.
func innerText(element []byte) ([]byte, bool) {
	if bytes.Count(element, []byte("<")) != 2 || bytes.Count(element, []byte(">")) != 2 ||
		bytes.IndexByte(element, '&') >= 0 {
		return nil, false
	}
	from := bytes.IndexByte(element, '>') + 1
	to := bytes.LastIndexByte(element, '<')
	return element[from:to], true
}

// extension is the part of the name after the last dot, in lower case.
func extension(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
}

func zipOne(name string, data []byte) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = f.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("envelope: writing to memory failed: " + err.Error())
	}
	return b.Bytes()
}

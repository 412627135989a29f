package envelope_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
)

// archive is a zip file of entries given as name, content, name, content…
func archive(t testing.TB, entries ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(entries); i += 2 {
		f, err := w.Create(entries[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, entries[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// carried is an attachment of a parsed document whose element content holds
// text.
func carried(t testing.TB, name, text string) envelope.Attachment {
	t.Helper()
	raw := string(read(t, "testdata", "06-minimal", "in.xml"))
	raw = strings.Replace(raw, "JVBERi0xLjQK", text, 1)
	raw = strings.ReplaceAll(raw, "816.pdf", name)
	return parse(t, []byte(raw)).Attachments[0]
}

func sent(t testing.TB, name string, content []byte) envelope.Attachment {
	t.Helper()
	return carried(t, name, base64.StdEncoding.EncodeToString(content))
}

func TestNewAttachmentComesBack(t *testing.T) {
	content := []byte("nội dung tệp")
	for _, c := range []struct {
		name, contentType string
		packed            bool
	}{
		{"a.pdf", "application/pdf", false},
		{"A.DOCX", "application/docx", false},
		{"a.zip", "application/zip", false},
		{"phụ lục.odt", "application/zip", true},
		{"a.txt", "application/zip", true},
		{"không đuôi", "application/zip", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := envelope.NewAttachment(c.name, content)
			if a.ContentType != c.contentType {
				t.Errorf("content type %q, want %q", a.ContentType, c.contentType)
			}
			if !strings.HasPrefix(a.ContentID, "cid:") || len(a.ContentID) != 40 {
				t.Errorf("content id %q is not cid: and a UUID", a.ContentID)
			}
			wire, err := io.ReadAll(a.Open())
			if err != nil || bytes.HasPrefix(wire, []byte("PK\x03\x04")) != c.packed || int64(len(wire)) != a.Size() {
				t.Errorf("on the wire: %d bytes, size %d, error %v, want packed %v", len(wire), a.Size(), err, c.packed)
			}
			got, err := sent(t, c.name, wire).Decode(1000)
			if err != nil || !bytes.Equal(got, content) {
				t.Errorf("came back as %q, %v", got, err)
			}
		})
	}
}

// The one entry of a packed attachment must be named by an identifier, not by
// the sender's file name.
func TestPackedEntryName(t *testing.T) {
	a := envelope.NewAttachment("../bảng tính.ods", []byte("x"))
	data, err := io.ReadAll(a.Open())
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.TrimPrefix(a.ContentID, "cid:") + ".ods"
	if len(z.File) != 1 || z.File[0].Name != want {
		t.Errorf("entries %v, want only %s", z.File, want)
	}
}

func zeros(n int) string { return strings.Repeat("\x00", n) }

func TestDecode(t *testing.T) {
	office := archive(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w/>")
	odf := archive(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "<x/>")
	one := archive(t, "0b7e.pdf", "%PDF-1.4")
	for _, c := range []struct {
		name    string
		file    string
		content []byte
		want    []byte
	}{
		{"plain", "a.pdf", []byte("%PDF-1.4"), []byte("%PDF-1.4")},
		{"a pdf that is an archive", "a.pdf", one, []byte("%PDF-1.4")},
		{"a doc that is an archive", "a.doc", one, []byte("%PDF-1.4")},
		{"an archive that is the document", "a.zip", one, one},
		{"an office file", "a.docx", office, office},
		{"an open document", "a.odt", odf, odf},
		{"a packed office file", "a.docx", archive(t, "x.docx", string(office)), office},
		{"nothing", "a.pdf", nil, nil},
		{"as large as allowed", "a.pdf", make([]byte, 1<<20), make([]byte, 1<<20)},
		{"unfolds to what is allowed", "a.pdf", archive(t, "a", zeros(1<<20)), make([]byte, 1<<20)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := sent(t, c.file, c.content).Decode(1 << 20)
			if err != nil || !bytes.Equal(got, c.want) {
				t.Errorf("Decode = %d bytes, %v; want %d", len(got), err, len(c.want))
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	encrypted := archive(t, "a.pdf", "x")
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	for _, c := range []struct {
		name    string
		content []byte
		limit   int64
		want    error
	}{
		{"larger than the limit", []byte("12345"), 4, envelope.ErrTooLarge},
		{"unfolds beyond the limit", archive(t, "a", zeros(5000)), 4999, envelope.ErrTooLarge},
		{"bomb", archive(t, "a", zeros(8<<20)), 1 << 30, envelope.ErrTooLarge},
		{"two entries", archive(t, "a.pdf", "x", "b.pdf", "y"), 1000, envelope.ErrArchive},
		{"no entry", append([]byte("PK\x03\x04"), archive(t)...), 1000, envelope.ErrArchive},
		{"slip", archive(t, "../../etc/passwd", "x"), 1000, envelope.ErrArchive},
		{"slip of Windows", archive(t, `..\boot.ini`, "x"), 1000, envelope.ErrArchive},
		{"absolute", archive(t, "/etc/passwd", "x"), 1000, envelope.ErrArchive},
		{"drive", archive(t, "C:a.pdf", "x"), 1000, envelope.ErrArchive},
		{"folder", archive(t, "a/", ""), 1000, envelope.ErrArchive},
		{"encrypted", encrypted, 1000, envelope.ErrArchive},
		{"cut off", archive(t, "a.pdf", "x")[:40], 1000, envelope.ErrArchive},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := sent(t, "a.pdf", c.content)
			got, err := a.Decode(c.limit)
			if !errors.Is(err, c.want) || got != nil {
				t.Errorf("Decode = %d bytes, %v; want %v", len(got), err, c.want)
			}
			if wire, err := io.ReadAll(a.Open()); err != nil || !bytes.Equal(wire, c.content) {
				t.Errorf("Open gives %d bytes, %v; want the %d that were sent", len(wire), err, len(c.content))
			}
		})
	}
}

// A bomb must be refused before it is in memory.
func TestBombStaysSmall(t *testing.T) {
	const size = 32 << 20
	a := sent(t, "a.pdf", archive(t, "a", zeros(size)))
	got := allocated(func() {
		if _, err := a.Decode(1 << 30); !errors.Is(err, envelope.ErrTooLarge) {
			t.Error(err)
		}
	})
	if got > size {
		t.Errorf("refusing a bomb of %d bytes allocates %d", size, got)
	}
}

// allocated is the number of bytes that f takes from the heap, freed or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// The content may stand between tags that are not the plainest.
func TestContentBehindAttributes(t *testing.T) {
	raw := minimal(t, "<edXML:ContentTransferEncoded ", `<edXML:ContentTransferEncoded note=">" `,
		"JVBERi0xLjQK", "QU\r\nJD")
	if got, err := parse(t, raw).Attachments[0].Decode(10); string(got) != "ABC" {
		t.Errorf("%q, %v", got, err)
	}
}

// Check is what stands at the door, Open what is used later: they must agree.
func TestCheckAgreesWithOpen(t *testing.T) {
	for _, text := range []string{
		"", "QQ==", "QUI=", "QUJD", "QUJDRA==", " QU\n JD\t\r\n", "QUJD\n",
		"<![CDATA[QUJD]]>", "QU&#74;D", "QU&#x0A;JD",
	} {
		a := carried(t, "a.pdf", text)
		if err := a.Check(); err != nil {
			t.Errorf("Check(%q): %v", text, err)
		}
		if got, err := io.ReadAll(a.Open()); err != nil || int64(len(got)) > a.Size() {
			t.Errorf("Open(%q) = %d bytes, %v; Size %d", text, len(got), err, a.Size())
		}
	}
}

func TestBadBase64IsRefusedAtTheDoor(t *testing.T) {
	raw := string(read(t, "testdata", "06-minimal", "in.xml"))
	for _, text := range []string{
		"Q", "QQ", "QQ=", "QQ===", "Q===", "=QQQ", "QQ==QQ==", "Q=Q=", "QU-_", "QUJD.", "QUJDé", "QUJD=", "====", "QUJD====",
		"QU<b/>JD", "QUJD&#160;",
	} {
		in := strings.Replace(raw, "JVBERi0xLjQK", text, 1)
		_, err := envelope.Parse(verified(t, []byte(in)))
		if err == nil || !faultsOf(t, err).Has("bad-attachment") {
			t.Errorf("content %q: %v, want bad-attachment", text, err)
		}
	}
}

func TestFileName(t *testing.T) {
	long := strings.Repeat("ộ", 300) + ".pdf"
	for in, want := range map[string]string{
		"công văn 816.pdf":      "công văn 816.pdf",
		"../../etc/passwd":      "passwd",
		`C:\Users\a\b.doc`:      "b.doc",
		"a\x00b\n.pdf":          "ab.pdf",
		"a\u202efdp.exe":        "afdp.exe",
		".htaccess":             "htaccess",
		"..":                    "tep-dinh-kem",
		"":                      "tep-dinh-kem",
		"null":                  "tep-dinh-kem",
		"a/":                    "tep-dinh-kem",
		`what?"<a>|*:.pdf`:      "whata.pdf",
		"\xff\xfea.pdf":         "a.pdf",
		"a\x7f\u0080\u009f.pdf": "a.pdf",
		"\u200ba\u200f\u202ab\u2066c\u2069d\ufeff.pdf":           "abcd.pdf",
		"\u00a0a\u00a0b.pdf":                                     "a\u00a0b.pdf",
		strings.Repeat("a", 200):                                 strings.Repeat("a", 200),
		strings.Repeat("a", 201):                                 strings.Repeat("a", 200),
		strings.Repeat("a", 300) + "." + strings.Repeat("b", 19): strings.Repeat("a", 180) + "." + strings.Repeat("b", 19),
		strings.Repeat("a", 300) + "." + strings.Repeat("b", 20): strings.Repeat("a", 200),
		long:                strings.Repeat("ộ", 65) + ".pdf",
		" khoảng trắng.odt": "khoảng trắng.odt",
	} {
		if got := (envelope.Attachment{Name: in}).FileName(); got != want {
			t.Errorf("FileName(%q) = %q, want %q", in, got, want)
		}
	}
}

package demo

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"unicode/utf16"
)

// paper makes a PDF of one page. Its title is the subject in Vietnamese; the page is drawn with a standard font, which
// has no Vietnamese letters, so it shows the code only. The scan that a real one would hold is random bytes.
func paper(r *rand.Rand, code, subject string, scan int) []byte {
	page := fmt.Sprintf("BT /F1 14 Tf 72 760 Td (LIEN THONG - VAN BAN MAU) Tj 0 -28 Td (%s) Tj ET", ascii(code))
	noise := make([]byte, scan)
	for i := range noise {
		noise[i] = byte(r.Uint32())
	}
	return assemble(
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		stream(nil, []byte(page)),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		"<< /Title <"+hex.EncodeToString(utf16BE(subject))+"> /Producer (Lien Thong demo) >>",
		stream([]byte("/Type /EmbeddedFile "), noise),
	)
}

func stream(entries, data []byte) string {
	return fmt.Sprintf("<< %s/Length %d >>\nstream\n%s\nendstream", entries, len(data), data)
}

// assemble numbers the objects from 1 and writes header, cross-reference table and trailer around them.
func assemble(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xE2\xE3\xCF\xD3\n")
	at := make([]int, len(objects))
	for i, o := range objects {
		at[i] = b.Len()
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// ascii leaves what a PDF string may hold without escapes.
func ascii(s string) string {
	return string(bytes.Map(func(c rune) rune {
		if c < ' ' || c > '~' || c == '(' || c == ')' || c == '\\' {
			return '?'
		}
		return c
	}, []byte(s)))
}

func utf16BE(s string) []byte {
	out := []byte{0xFE, 0xFF}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u>>8), byte(u))
	}
	return out
}

package signing_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// Where much that needs a closer look stands close together, text is read and
// written byte by byte. These tests hold that way to the rules of the other.

// TestDenseTextRefuses: what is refused in text is refused behind each of the
// characters after which text is read so, at every distance.
func TestDenseTextRefuses(t *testing.T) {
	for _, before := range []string{">", "]", "]]", "\r", "\r\n", "&lt;", "&#9;", ">>>"} {
		for distance := range 20 {
			head := "<a>" + before + strings.Repeat("x", distance)
			mustRead(t, head+"</a>")
			for _, bad := range []string{"\x00", "\x01", "\v", "\x1F", "&", "&x;", "&#0;", "&lt", "]]>", "\xFF", "\xC0\xAF", "\uFFFE", "<!x>", "<?x?>"} {
				if d, err := signing.Read([]byte(head+bad+"</a>"), signing.Limits{}); err == nil {
					t.Errorf("%q behind %q and %d letters: read as %q", bad, before, distance, d.Canonical(false, false))
				}
			}
		}
	}
}

// TestDenseTextIsCanonical compares the canonical form of text by chance, in a
// text and in CDATA, with the rules said plainly.
func TestDenseTextIsCanonical(t *testing.T) {
	random := chance(t)
	pieces := []string{">", ">", "]", "]x", "\r", "\r\n", "\n", "\t", "&lt;", "&gt;", "&amp;", "&#13;", "&#xD;&#10;", "&quot;", "&#x1EA1;", "ạ", "\U0001F58B", "x", "xxxxxxxxxxxxxxxx", strings.Repeat("dài ", 40)}
	plain := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&#13;", "\r", "&#xD;", "\r", "&#10;", "\n", "&quot;", `"`, "&#x1EA1;", "ạ")
	escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n")
	for range long(3000, 300_000) {
		var b strings.Builder
		for range 1 + random.IntN(30) {
			b.WriteString(pick(random, pieces))
		}
		raw := b.String()
		for strings.Contains(raw, "]]>") {
			raw = strings.ReplaceAll(raw, "]]>", "]>")
		}
		want := "<a>" + escaped.Replace(plain.Replace(lines.Replace(raw))) + "</a>"
		if got := mustRead(t, "<a>"+raw+"</a>").Canonical(true, false); got != want {
			t.Fatalf("%q:\n got %q\nwant %q", raw, got, want)
		}
		want = "<a>" + escaped.Replace(lines.Replace(raw+"<")) + "</a>"
		if got := mustRead(t, "<a><![CDATA["+raw+"<]]></a>").Canonical(true, false); got != want {
			t.Fatalf("CDATA %q:\n got %q\nwant %q", raw, got, want)
		}
	}
}

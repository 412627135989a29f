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
				if _, err := signing.Read([]byte(head+bad+"</a>"), signing.Limits{}); err == nil {
					t.Errorf("%q behind %q and %d letters is read", bad, before, distance)
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
	for range long(3000, 300_000) {
		var b strings.Builder
		for range 1 + random.IntN(30) {
			b.WriteString(pick(random, pieces))
		}
		checkTextAndCDATA(t, b.String())
	}
}

var (
	referred = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&#13;", "\r", "&#xD;", "\r", "&#10;", "\n", "&quot;", `"`, "&#x1EA1;", "ạ")
	escaped  = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
	lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")
)

// checkTextAndCDATA compares the canonical form of a text, and of a CDATA section
// with the same in it, with the rules said plainly.
func checkTextAndCDATA(t *testing.T, raw string) {
	t.Helper()
	for strings.Contains(raw, "]]>") {
		raw = strings.ReplaceAll(raw, "]]>", "]>")
	}
	want := "<a>" + escaped.Replace(referred.Replace(lineEnds.Replace(raw))) + "</a>"
	if got := mustRead(t, "<a>"+raw+"</a>").Canonical(true, false); got != want {
		t.Fatalf("%q:\n got %q\nwant %q", raw, got, want)
	}
	want = "<a>" + escaped.Replace(lineEnds.Replace(raw+"<")) + "</a>"
	if got := mustRead(t, "<a><![CDATA["+raw+"<]]></a>").Canonical(true, false); got != want {
		t.Fatalf("CDATA %q:\n got %q\nwant %q", raw, got, want)
	}
}

// TestTextToTheEnd: a document that ends in text is refused, however long that is.
func TestTextToTheEnd(t *testing.T) {
	for n := range 1000 {
		if _, err := signing.Read([]byte("<a>"+strings.Repeat("x", n)), signing.Limits{}); err == nil || why(t, err) != signing.WhySyntax {
			t.Errorf("%d letters: %v", n, err)
		}
	}
}

// TestLongText: long text is read by stretches, and lines are expected to be as long
// as the one before. What stands there seldom, at whatever place, is read and
// written as it is where it stands close together; and is refused as it is there.
func TestLongText(t *testing.T) {
	random := chance(t)
	fillers := []string{"x", strings.Repeat("QUJD", 19) + "\r\n", strings.Repeat("QUJD", 19) + "\n", "x\r\n", strings.Repeat("QUJD", 16) + "\r", "\t"}
	pieces := []string{"", "", ">", "]]", "]", "\r", "\r\n", "\n", "\t", "&lt;", "&#13;", "&#x1EA1;", "ạ", "ạ \r", "\x7F"}
	bad := []string{"\x00", "\x01", "\v", "\x1F", "\x1F\t", "&", "&x;", "&#0;", "]]>", "\x80", "\xFF", "\xC0\xAF", "\uFFFE", "<!x>", "<?x?>"}
	stretch := func() string {
		filler := pick(random, fillers)
		long := strings.Repeat(filler, 1+random.IntN(1+6000/len(filler)))
		return long[random.IntN(len(filler)):][:random.IntN(1+len(long)-len(filler))]
	}
	for range long(2000, 200_000) {
		var b strings.Builder
		for range 1 + random.IntN(5) {
			b.WriteString(stretch() + pick(random, pieces))
		}
		raw := b.String()
		checkTextAndCDATA(t, raw)
		refused := raw + pick(random, bad) + stretch()
		if _, err := signing.Read([]byte("<a>"+refused+"</a>"), signing.Limits{}); err == nil {
			t.Fatalf("read: %q", refused)
		}
	}
}

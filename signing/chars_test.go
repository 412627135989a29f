package signing_test

import (
	"strings"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// TestNameCharacters: the ranges of NameStartChar and NameChar in the fifth
// edition of XML 1.0, but for the colon. The first and the last of each range
// may stand in a name; the neighbours, if they are of no range, may not.
func TestNameCharacters(t *testing.T) {
	starts := [][2]rune{
		{'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF},
		{0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF}, {0xFDF0, 0xFFFD},
		{0x10000, 0xEFFFF},
	}
	further := [][2]rune{{'-', '-'}, {'.', '.'}, {'0', '9'}, {0xB7, 0xB7}, {0x300, 0x36F}, {0x203F, 0x2040}}
	first, later := within(starts), within(append(starts, further...))
	for _, r := range append(starts, further...) {
		for _, c := range []rune{r[0] - 1, r[0], r[1], r[1] + 1} {
			if c == '/' || c == '<' || c == ':' {
				continue // they end the name: what follows is read as something else
			}
			if c >= 0xD800 && c <= 0xDFFF {
				continue // UTF-8 cannot hold it
			}
			if got, want := isName(string(c)), first(c); got != want {
				t.Errorf("%U first: %t, want %t", c, got, want)
			}
			if got, want := isName("a"+string(c)), later(c); got != want {
				t.Errorf("%U later: %t, want %t", c, got, want)
			}
		}
	}
}

func within(ranges [][2]rune) func(rune) bool {
	return func(c rune) bool {
		for _, r := range ranges {
			if c >= r[0] && c <= r[1] {
				return true
			}
		}
		return false
	}
}

func isName(s string) bool {
	_, err := signing.Read([]byte("<"+s+"/>"), signing.Limits{})
	return err == nil
}

// TestEveryOffset: text is read eight and thirty-two bytes at a time, so each
// unusual character stands once at every place of words and blocks.
func TestEveryOffset(t *testing.T) {
	for _, c := range []struct {
		piece, means string // no meaning: refused
		literal      bool   // the text stands in the buffer as it is read
	}{
		{"\n", "\n", true}, {"\t", "\t", true}, {"\r", "\n", false}, {"\r\n", "\n", false}, {"\n\r", "\n\n", false},
		{">", ">", true}, {"]", "]", true}, {"]]", "]]", true}, {"&amp;", "&", false}, {"'\"", "'\"", true}, {"\x7F", "\x7F", true},
		{"ạ", "ạ", true}, {"\u1E8D\u1E8A\u1E89", "\u1E8D\u1E8A\u1E89", true}, {"\U0001F58B", "\U0001F58B", true},
		{"\x00", "", false}, {"\x08", "", false}, {"\x0B", "", false}, {"\x0C", "", false}, {"\x0E", "", false}, {"\x1F", "", false},
		{"\x80", "", false}, {"\x89", "", false}, {"\x8A", "", false}, {"\x8D", "", false}, {"\xBF", "", false}, {"\xFF", "", false},
		{"&", "", false}, {"]]>", "", false}, {"\uFFFE", "", false},
	} {
		for before := range 41 {
			for _, after := range []int{0, 1, 5, 8, 31, 40} {
				checkText(t, c.piece, c.means, c.literal, strings.Repeat("x", before), strings.Repeat("y", after))
			}
		}
	}
}

func checkText(t *testing.T, piece, means string, literal bool, before, after string) {
	t.Helper()
	d, err := signing.Read([]byte("<a>"+before+piece+after+"</a>"), signing.Limits{})
	if means == "" {
		if err == nil {
			t.Errorf("%q after %d: accepted", piece, len(before))
		}
		return
	}
	if err != nil {
		t.Errorf("%q after %d: %v", piece, len(before), err)
		return
	}
	want := before + means + after
	if got, err := d.Root().Text(); got != want || err != nil {
		t.Errorf("%q after %d: text %q, %v", piece, len(before), got, err)
	}
	if _, ok := d.Root().RawText(); ok != literal {
		t.Errorf("%q after %d: literal %t, want %t", piece, len(before), ok, literal)
	}
	escaped := strings.NewReplacer("&", "&amp;", ">", "&gt;").Replace(want)
	if got := d.Canonical(false, false); got != "<a>"+escaped+"</a>" {
		t.Errorf("%q after %d: canonical %q", piece, len(before), got)
	}
}

// TestLineEndsInTagsAreNoneOfText: what stands in the tag after a text says
// nothing of the text.
func TestLineEndsInTagsAreNoneOfText(t *testing.T) {
	for n := range 41 {
		d := mustRead(t, "<a>"+strings.Repeat("x", n)+"</a\r>")
		if _, ok := d.Root().RawText(); !ok {
			t.Errorf("a text of %d letters is not taken literally", n)
		}
	}
}

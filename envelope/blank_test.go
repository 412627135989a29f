package envelope_test

import (
	"testing"

	"github.com/lienthong/lienthong/envelope"
)

// A text of which nothing is seen is none, whatever it is made of.
func TestBlank(t *testing.T) {
	for text, want := range map[string]bool{
		"": true, " \t\n": true, "\u00a0": true, // blanks
		"\u200b": true, "\u2060\ufeff": true, "\u200d\u200c": true, // no width
		"\u2800": true, "\u3164": true, "\u115f": true, "\uffa0": true, // letters and symbols without ink
		"\u0301": true, "\ufe0f": true, "\U000e0041": true, // marks and tags on nothing
		"\u202e": true, "\x00": true,
		"a": false, "Đ": false, "7": false, "?": false, "€": false, "文": false, "\u200b.": false, "thi\u0323": false,
	} {
		if got := envelope.Blank(text); got != want {
			t.Errorf("%+q: blank %v, want %v", text, got, want)
		}
	}
}

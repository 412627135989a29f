package envelope_test

import (
	"testing"

	"github.com/lienthong/lienthong/envelope"
)

func TestBlank(t *testing.T) {
	for _, s := range []string{"", " ", "\t\r\n", "\u00a0", "\u200b", "\ufeff\u2060", "\u3000 \u200d"} {
		if !envelope.Blank(s) {
			t.Errorf("%q is not blank", s)
		}
	}
	for _, s := range []string{"x", " Thiếu phụ lục", "\u200bsai\u200b", "…", "1"} {
		if envelope.Blank(s) {
			t.Errorf("%q is blank", s)
		}
	}
}

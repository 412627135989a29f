package exchange

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Legible reports whether a text that a person gave stands on a line as it is written: nothing in it controls, breaks the
// line or turns the direction of what stands around it on a page, a slip or in the log. It is the one rule for names,
// addresses and reasons that people of the hub and of agencies type; documents are what they are.
func Legible(s string) bool {
	misleads := func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
	}
	return utf8.ValidString(s) && strings.IndexFunc(s, misleads) < 0
}

// legibleReason refuses a reason that is not as it looks. It may have lines, which every place that shows it joins.
func legibleReason(reason string) error {
	if Legible(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(reason)) {
		return nil
	}
	return &Error{Kind: BadRequest, Path: "/reason", Detail: "the reason has characters that control, or turn the direction of, what stands around them",
		VI: "Lý do có ký tự điều khiển hoặc ký tự đổi chiều chữ; hãy gõ lại."}
}

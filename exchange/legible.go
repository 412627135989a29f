package exchange

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lienthong/lienthong/envelope"
)

// Legible reports whether a text that a person gave stands on a line as it is written: nothing in it controls, breaks the
// line or turns the direction of what stands around it on a page, a slip or in the log. It is the one rule for names,
// addresses, reasons and remarks that people of the hub and of agencies type, also in what the hub writes for them; documents
// that come signed are what they are.
func Legible(s string) bool {
	misleads := func(r rune) bool {
		return unicode.IsControl(r) || unicode.In(r, unicode.Bidi_Control, unicode.Zl, unicode.Zp)
	}
	return utf8.ValidString(s) && strings.IndexFunc(s, misleads) < 0
}

// MostReason is how many characters the reason for an act may have, whoever gives it: it stays beside the log.
const MostReason = 500

// legibleReason refuses a reason that is not as it looks, or too long. It may have lines, which every place that shows it
// joins.
func legibleReason(reason string) error {
	if n := utf8.RuneCountInString(reason); n > MostReason {
		return &Error{Kind: BadRequest, Path: "/reason", Detail: fmt.Sprintf("the reason has %d characters, of at most %d", n, MostReason),
			VI: fmt.Sprintf("Lý do có %d ký tự, nhiều nhất là %d.", n, MostReason)}
	}
	return legible("/reason", reason)
}

func legible(path, text string) error {
	if Legible(strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(text)) {
		return nil
	}
	return Illegible(path)
}

// Illegible refuses a text that is not [Legible].
func Illegible(path string) error {
	return &Error{Kind: BadRequest, Path: path, Detail: "the text has characters that control, or turn the direction of, what stands around them",
		VI: "Lời ghi có ký tự điều khiển hoặc ký tự đổi chiều chữ; hãy gõ lại."}
}

// legibleStaff refuses a person of the other side's whom nobody could read as they are.
func legibleStaff(s envelope.Staff) error {
	return legible("/staff", strings.Join([]string{s.Department, s.Staff, s.Mobile, s.Email, s.DepartmentID, s.StaffID}, " "))
}

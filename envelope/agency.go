package envelope

import (
	"errors"
	"fmt"
	"strings"
)

// MaxAgencyID is the longest identifier the law allows, in characters.
const MaxAgencyID = 35

// ErrAgencyID is wrapped by every refusal of ParseAgencyID.
var ErrAgencyID = errors.New("not an agency identifier")

// AgencyID is the code of an agency as it is written in an envelope. Two ways
// of writing are in force side by side (Decision 28/2018 and Decision 20/2020),
// and the field uses shapes of neither; an AgencyID is compared as text, and
// which codes mean the same agency is the directory's knowledge.
//
// The empty AgencyID stands for "not given" where that is allowed.
type AgencyID string

// Grammar is the rule by which an identifier is written.
type Grammar string

// The grammars. GrammarUnknown is legal input: transit centres and test
// systems use shapes of their own.
const (
	GrammarOld      Grammar = "old13"    // 000.00.24.H44: four groups, level 1 last
	GrammarNew      Grammar = "new"      // H44.24.05: level 1 first
	GrammarBusiness Grammar = "business" // 0100109106: the number of an enterprise, cooperative or household
	GrammarOther    Grammar = "other"    // Z01…: bodies outside the level-1 list, no separators
	GrammarUnknown  Grammar = "unknown"
)

// ParseAgencyID accepts any text that could be an identifier: 1 to 35 letters,
// digits, dots, hyphens and underscores of ASCII, beginning and ending with a
// letter or digit and with no empty group. The word "null", which some
// software writes for a missing code, is refused. The error wraps ErrAgencyID.
func ParseAgencyID(s string) (AgencyID, error) {
	switch {
	case s == "" || strings.EqualFold(s, "null"):
		return "", fmt.Errorf("%w: it is empty", ErrAgencyID)
	case len(s) > MaxAgencyID:
		return "", fmt.Errorf("%w: longer than %d characters", ErrAgencyID, MaxAgencyID)
	case !all(s, isIDChar):
		return "", fmt.Errorf("%w: %q holds other characters than letters, digits and dots", ErrAgencyID, s)
	case !isAlnum(s[0]) || !isAlnum(s[len(s)-1]) || strings.Contains(s, ".."):
		return "", fmt.Errorf("%w: %q has an empty group", ErrAgencyID, s)
	}
	return AgencyID(s), nil
}

// Grammar tells by which rule the identifier is written.
func (id AgencyID) Grammar() Grammar {
	groups := strings.Split(string(id), ".")
	switch {
	case isOld(groups):
		return GrammarOld
	case isNew(string(id), groups):
		return GrammarNew
	case isOther(string(id)):
		return GrammarOther
	case isBusiness(string(id)):
		return GrammarBusiness
	}
	return GrammarUnknown
}

// Level1 is the code of the ministry, province or other body of the first
// level that the agency belongs to, such as "H44"; "" if the identifier does
// not tell.
func (id AgencyID) Level1() string {
	groups := strings.Split(string(id), ".")
	first, last := groups[0], groups[len(groups)-1]
	switch id.Grammar() {
	case GrammarNew:
		return first
	case GrammarOther:
		return first[:3]
	case GrammarBusiness:
		return ""
	}
	// The shortened old forms of the field, such as 28.22.H17, still end in it.
	if isLevel1(last) {
		return last
	}
	return ""
}

// isOld: V1V2V3.Z1Z2.Y1Y2.MX1X2.
func isOld(groups []string) bool {
	return len(groups) == 4 &&
		len(groups[0]) == 3 && len(groups[1]) == 2 && len(groups[2]) == 2 &&
		all(groups[0]+groups[1]+groups[2], isUpperAlnum) && isLevel1(groups[3])
}

func isNew(id string, groups []string) bool {
	if len(id) > MaxAgencyID || !isLevel1(groups[0]) {
		return false
	}
	for _, g := range groups[1:] {
		if g == "" || !all(g, isUpperAlnum) {
			return false
		}
	}
	return true
}

func isOther(id string) bool {
	return len(id) >= 3 && len(id) <= MaxAgencyID && id[0] == 'Z' &&
		isDigit(id[1]) && isDigit(id[2]) && id[1:3] != "00" && all(id[3:], isUpperAlnum)
}

// isBusiness: a registration number begins with digits and has no groups; a
// branch adds a hyphen and three digits.
func isBusiness(id string) bool {
	number, branch, found := strings.Cut(id, "-")
	if found && (len(branch) != 3 || !all(branch, isDigit)) {
		return false
	}
	return len(number) >= 8 && len(number) <= 14 && isDigit(number[0]) && isDigit(number[1]) &&
		all(number, isUpperAlnum)
}

// isLevel1: one letter A to Y and two digits.
func isLevel1(s string) bool {
	return len(s) == 3 && s[0] >= 'A' && s[0] <= 'Y' && isDigit(s[1]) && isDigit(s[2])
}

func all(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool      { return c >= '0' && c <= '9' }
func isUpperAlnum(c byte) bool { return isDigit(c) || c >= 'A' && c <= 'Z' }
func isAlnum(c byte) bool      { return isUpperAlnum(c) || c >= 'a' && c <= 'z' }
func isIDChar(c byte) bool     { return isAlnum(c) || c == '.' || c == '-' || c == '_' }

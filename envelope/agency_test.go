package envelope_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
)

func TestAgencyIDGrammars(t *testing.T) {
	for _, c := range []struct {
		id      string
		grammar envelope.Grammar
		level1  string
	}{
		{"000.00.00.H41", envelope.GrammarOld, "H41"},
		{"000.00.15.H51", envelope.GrammarOld, "H51"},
		{"000.46.24.H44", envelope.GrammarOld, "H44"},
		{"001.00.41.W00", envelope.GrammarOld, "W00"},
		{"H44", envelope.GrammarNew, "H44"},
		{"H14.12.05", envelope.GrammarNew, "H14"},
		{"H37.DN.001", envelope.GrammarNew, "H37"},
		{"A00." + strings.Repeat("9", 31), envelope.GrammarNew, "A00"},
		{"Z01", envelope.GrammarOther, "Z01"},
		{"Z99ABC123", envelope.GrammarOther, "Z99"},
		{"0100109106", envelope.GrammarBusiness, ""},
		{"0100109106-001", envelope.GrammarBusiness, ""},
		{"01A8012345", envelope.GrammarBusiness, ""},
		// Of the field: neither grammar, but some tell the first level.
		{"001.00.20.TT2", envelope.GrammarUnknown, ""},
		{"00.53.W00", envelope.GrammarUnknown, "W00"},
		{"28.22.H17", envelope.GrammarUnknown, "H17"},
		{"vxp.saas.03", envelope.GrammarUnknown, ""},
		{"000.00.24.Z44", envelope.GrammarUnknown, ""},
		{"00.00.24.H44", envelope.GrammarUnknown, "H44"},
		{"h44.24.05", envelope.GrammarUnknown, ""},
		{"Z00", envelope.GrammarUnknown, ""},
		{"Z01.02", envelope.GrammarUnknown, ""},
		{"0100109106-01", envelope.GrammarUnknown, ""},
	} {
		id, err := envelope.ParseAgencyID(c.id)
		if err != nil {
			t.Errorf("ParseAgencyID(%q): %v", c.id, err)
			continue
		}
		if got := id.Grammar(); got != c.grammar {
			t.Errorf("%s: grammar %s, want %s", c.id, got, c.grammar)
		}
		if got := id.Level1(); got != c.level1 {
			t.Errorf("%s: level 1 %q, want %q", c.id, got, c.level1)
		}
	}
}

func TestAgencyIDRefused(t *testing.T) {
	for name, id := range map[string]string{
		"empty":        "",
		"null":         "NULL",
		"36 long":      "A00." + strings.Repeat("9", 32),
		"blank":        "000.00.24 .H44",
		"letters":      "000.00.24.Đ44",
		"path":         "../H44",
		"empty group":  "000..24.H44",
		"leading dot":  ".H44",
		"trailing dot": "H44.",
		"hyphen first": "-H44",
		"newline":      "H44\n",
	} {
		got, err := envelope.ParseAgencyID(id)
		if !errors.Is(err, envelope.ErrAgencyID) || got != "" {
			t.Errorf("%s: ParseAgencyID(%q) = %q, %v; want ErrAgencyID", name, id, got, err)
		}
	}
}

// The zero value stands for "not given" and must not be taken for an agency.
func TestEmptyAgencyID(t *testing.T) {
	var id envelope.AgencyID
	if id.Grammar() != envelope.GrammarUnknown || id.Level1() != "" {
		t.Errorf("the empty identifier has grammar %s and level 1 %q", id.Grammar(), id.Level1())
	}
}

package envelope_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lienthong/lienthong/envelope"
)

// Every refusal says the rule and what to do, in both languages (DESIGN P11).
func TestWords(t *testing.T) {
	seen := make(map[string]bool)
	marks := regexp.MustCompile(`\{[a-z]+\}`)
	for _, code := range envelope.Codes() {
		f, ok := envelope.Explain(code)
		if !ok || f.Code != code || f.Rule == "" {
			t.Errorf("Explain(%q) = %+v, %v", code, f, ok)
		}
		if seen[code] {
			t.Errorf("%s: twice in the table", code)
		}
		seen[code] = true
		for _, text := range []string{f.VI, f.EN} {
			if !strings.HasSuffix(text, ".") || utf8.RuneCountInString(text) < 30 {
				t.Errorf("%s: %q is not a sentence", code, text)
			}
		}
		vi, en := marks.FindAllString(f.VI, -1), marks.FindAllString(f.EN, -1)
		if len(vi) != len(en) {
			t.Errorf("%s: the languages say different things: %v and %v", code, vi, en)
		}
	}
	if _, ok := envelope.Explain("no-such-code"); ok {
		t.Error("a code that does not exist is explained")
	}
}

// No mark of the table may reach a reader unfilled.
func TestMarksAreFilled(t *testing.T) {
	files, err := filepath.Glob("testdata/[0-9]*/in.xml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		for _, f := range said(t, read(t, file)) {
			if strings.ContainsAny(f.VI+f.EN, "{}") {
				t.Errorf("%s: %s: %s / %s", file, f.Code, f.VI, f.EN)
			}
		}
	}
}

// said is everything that a file is told: its faults, or its warnings.
func said(t *testing.T, raw []byte) envelope.Faults {
	t.Helper()
	e, err := envelope.Parse(verified(t, raw))
	if err != nil {
		return faultsOf(t, err)
	}
	return e.Warnings
}

func TestFaultsError(t *testing.T) {
	_, err := envelope.Parse(verified(t, read(t, "testdata", "59-nothing-filled-in", "in.xml")))
	const want = "envelope: line 6: /edXML/edXMLEnvelope/edXMLHeader/MessageHeader/To/OrganId: missing-element: " +
		"The mandatory element OrganId is missing or empty. Fill it in and send again. (and 6 more)"
	if err == nil || err.Error() != want {
		t.Errorf("error %v\nwant  %s", err, want)
	}
}

// An answer must not repeat a megabyte of its question.
func TestFaultsAreShort(t *testing.T) {
	raw := minimal(t, ">000.00.24.H44<", ">"+strings.Repeat("Ộ", 20_000)+"<")
	_, err := envelope.Parse(verified(t, raw))
	if err == nil || len(err.Error()) > 1000 {
		t.Errorf("the error is %d bytes long", len(err.Error()))
	}
}

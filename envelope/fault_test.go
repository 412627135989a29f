package envelope_test

import (
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
	for _, dir := range []string{"21-all-warnings", "31-status-14"} {
		for _, w := range parse(t, read(t, "testdata", dir, "in.xml")).Warnings {
			if strings.ContainsAny(w.VI+w.EN, "{}") {
				t.Errorf("%s: %s / %s", w.Code, w.VI, w.EN)
			}
		}
	}
	for _, dir := range []string{"50-root", "63-addressee-twice", "65-too-long", "77-secret", "90-status-02-no-reason"} {
		_, err := envelope.Parse(verified(t, read(t, "testdata", dir, "in.xml")))
		if err == nil || strings.ContainsAny(string(describe(t, err)), "{}") {
			t.Errorf("%s: %v", dir, err)
		}
	}
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

package signing_test

import (
	"bytes"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// TestCanonicalAgainstXmllint compares canonical forms byte by byte with those
// of libxml2: of our documents, of the attack files that can be read and of all
// interop files without instructions, and of 2,000 documents made by chance, nastier than any of those; with
// comments, and with the comments taken out.
func TestCanonicalAgainstXmllint(t *testing.T) {
	xmllint := tool(t, "xmllint", "libxml2-utils")
	var inputs, interop []string
	for _, raw := range documents() {
		inputs = append(inputs, raw)
	}
	for _, row := range table(t, "verdicts.tsv") {
		inputs = append(inputs, string(testfile(t, row[0])))
		if strings.HasPrefix(row[0], "interop/") && row[1] != "bad:pi" { // which has no canonical form here
			interop = append(interop, inputs[len(inputs)-1])
		}
	}
	random := chance(t)
	least := long(2_000, 50_000)
	for range least {
		inputs = append(inputs, chanceDocument(random))
	}
	var read []*signing.Document
	var commented, bare [][]byte
	for _, raw := range inputs {
		d, err := signing.Read([]byte(raw), signing.Limits{})
		if err != nil {
			if slices.Contains(interop, raw) {
				t.Errorf("of interop, and not read: %v\n%.200s", err, raw)
			}
			continue
		}
		// Comments beside the root are no part of what is signed here.
		start, end := d.Root().Span()
		read = append(read, d)
		commented = append(commented, []byte(raw[start:end]))
		bare = append(bare, []byte(withoutComments(raw[start:end])))
	}
	if len(read) <= least+100 {
		t.Errorf("only %d of %d documents could be read", len(read), len(inputs))
	}
	for option, form := range map[string]string{"--c14n": inclusive, "--c14n11": inclusive11, "--exc-c14n": exclusive} {
		compareCanonical(t, read, strings.TrimSuffix(form, "#")+"#WithComments", canonicals(t, xmllint, option, commented))
		compareCanonical(t, read, form, canonicals(t, xmllint, option, bare))
	}
}

func compareCanonical(t *testing.T, documents []*signing.Document, form string, want []string) {
	t.Helper()
	for i, d := range documents {
		if got := d.CanonicalBy(form, "", false); got != want[i] {
			t.Errorf("%s:\n got %q\nwant %q", form, got, want[i])
		}
	}
}

var commentOrCDATA = regexp.MustCompile(`(?s)<!\[CDATA\[.*?\]\]>|<!--.*?-->`)

// withoutComments has an empty CDATA section, which means nothing, in place of
// each comment, so that what stands on both sides of it does not become one.
func withoutComments(raw string) string {
	return commentOrCDATA.ReplaceAllStringFunc(raw, func(s string) string {
		if strings.HasPrefix(s, "<!--") {
			return "<![CDATA[]]>"
		}
		return s
	})
}

// canonicals are the canonical forms of many documents by xmllint, a thousand in
// one process, which writes one after the other: a mark of our own goes between.
func canonicals(t *testing.T, xmllint, option string, documents [][]byte) (forms []string) {
	t.Helper()
	const mark = "<mark-between-documents></mark-between-documents>"
	between := file(t, "mark.xml", []byte(mark))
	for len(documents) > 0 {
		n := min(len(documents), 1000)
		args := []string{"--huge", option}
		for _, name := range files(t, documents[:n]) {
			args = append(args, name, between)
		}
		var errs bytes.Buffer
		c := exec.Command(xmllint, args...)
		c.Stderr = &errs // it does not like the values of xml:id
		out, err := c.Output()
		all := strings.Split(string(out), mark)
		if err != nil || len(all) != n+1 {
			t.Fatalf("xmllint: %v, %d of %d documents\n%s", err, len(all)-1, n, errs.Bytes())
		}
		forms, documents = append(forms, all[:n]...), documents[n:]
	}
	return forms
}

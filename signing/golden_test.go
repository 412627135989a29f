package signing_test

import (
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerdicts holds every file of attacks and interop to its exact verdict in
// testdata/verdicts.tsv: without, and with, SHA-1 allowed.
func TestVerdicts(t *testing.T) {
	p := policy(t)
	p.Unsigned = true
	legacy := p
	legacy.LegacySHA1Until = at.Add(1)
	files := map[string]bool{}
	for _, row := range table(t, "verdicts.tsv") {
		name, want, wantLegacy := row[0], row[1], row[2]
		files[name] = true
		raw := testfile(t, name)
		if got := verdict(t, raw, p); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if got := verdict(t, raw, legacy); got != wantLegacy {
			t.Errorf("%s with SHA-1 allowed: %s, want %s", name, got, wantLegacy)
		}
	}
	for _, dir := range []string{"attacks", "interop"} {
		found, err := filepath.Glob(filepath.Join("..", "testdata", dir, "*.xml"))
		if err != nil || len(found) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, f := range found {
			if name := path.Join(dir, filepath.Base(f)); !files[name] {
				t.Errorf("%s has no verdict", name)
			}
		}
	}
}

// TestAttacksAreRefused compares with what the list of attacks wants,
// independently of the reason.
func TestAttacksAreRefused(t *testing.T) {
	p := policy(t)
	for _, row := range table(t, "attacks/list.tsv") {
		name, want, about := row[0], row[2], row[3]
		got := verdict(t, testfile(t, "attacks/"+name+".xml"), p)
		if accepted := !strings.HasPrefix(got, "bad:"); accepted != (want == "accept") {
			t.Errorf("%s (%s): %s, want %s", name, about, got, want)
		}
	}
}

// TestDeviationsAreArgued: where the verdict is not what other implementations
// or the list of legal oddities say, the table says why, and nowhere else.
func TestDeviationsAreArgued(t *testing.T) {
	differs := map[string]bool{}
	for _, row := range table(t, "attacks/list.tsv") {
		class, want := row[1], row[2]
		differs["attacks/"+row[0]+".xml"] = class == "legal" && want == "refuse"
	}
	for _, row := range table(t, "interop/list.tsv") {
		differs["interop/"+row[0]] = row[1] == "valid" && row[5] != "good"
	}
	for _, row := range table(t, "verdicts.tsv") {
		if argued := row[3] != "-"; argued != differs[row[0]] {
			t.Errorf("%s: argued is %t, and that it differs is %t", row[0], argued, differs[row[0]])
		}
	}
}

// TestInteropIsAccepted compares with the profile's verdicts on files that
// other implementations have signed.
func TestInteropIsAccepted(t *testing.T) {
	p := policy(t)
	for _, row := range table(t, "interop/list.tsv") {
		name := row[0]
		want, _, _ := strings.Cut(row[5], " ")
		got := verdict(t, testfile(t, "interop/"+name), p)
		if got != want && !(want == "bad" && strings.HasPrefix(got, "bad:")) {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// TestCommentsInValues: a comment is refused in every element without children
// unless the policy says that nobody reads it.
func TestCommentsInValues(t *testing.T) {
	p := policy(t)
	raw := testfile(t, "interop/jdk.sp-comments.exc.xml")
	if got := verdict(t, raw, p); got != "good" {
		t.Errorf("in an element that nobody reads: %s, want good", got)
	}
	p.Values = nil
	if got := verdict(t, raw, p); got != "bad:mixed-text" {
		t.Errorf("by the default: %s, want bad:mixed-text", got)
	}
}

// TestVerifyKeepsTheBytes: what is verified is what was given, and reading it
// has not changed it.
func TestVerifyKeepsTheBytes(t *testing.T) {
	raw := testfile(t, "interop/xmlsec.sp-crlf.inc.xml")
	before := string(raw)
	v := mustVerify(t, raw, policy(t))
	for e := range v.Root().Children() {
		_, _ = e.Text()
	}
	if string(raw) != before || &v.Raw()[0] != &raw[0] {
		t.Error("Raw is not the unchanged buffer")
	}
}

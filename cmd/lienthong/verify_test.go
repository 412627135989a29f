package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	testdata = "../../testdata"
	anchors  = testdata + "/attacks/ca.pem"
	asOf     = "2026-12-01T00:00:00Z" // every certificate of the files is valid
)

// TestVerifyDocumentGolden runs the command over every file of attacks and interop. What it prints for each, and how it
// ends, is in testdata/verdicts.tsv; TestVerdicts of signing holds that table to be complete and the lists to agree.
func TestVerifyDocumentGolden(t *testing.T) {
	rows := verdictRows(t)
	if len(rows) < 133+77 {
		t.Fatalf("%d rows, fewer than there are files", len(rows))
	}
	for _, way := range []struct {
		name   string
		flags  []string
		column int
	}{
		{"as it stands", nil, 1},
		{"with SHA-1 allowed", []string{"--legacy-sha1"}, 2},
	} {
		t.Run(way.name, func(t *testing.T) {
			for _, row := range rows {
				file, want := filepath.Join(testdata, filepath.FromSlash(row[0])), row[way.column]
				code, stdout, stderr := verifyDocument(t, append(way.flags, file)...)
				cells := strings.Split(strings.TrimSuffix(stdout, "\n"), "\t")
				if len(cells) != 3 || cells[0] != file || cells[1] != want || cells[2] == "" {
					t.Errorf("%q is not %s, %s and why", stdout, file, want)
				}
				if wantCode := map[bool]int{true: exitOK, false: exitRefused}[want == good]; code != wantCode || stderr != "" {
					t.Errorf("%s: exit code %d, stderr %q; want %d and nothing", file, code, stderr, wantCode)
				}
			}
		})
	}
}

// TestVerifyDocumentOfMany: one line for each file, in their order, as text and as JSON; one that is not good is enough
// for exit code 1.
func TestVerifyDocumentOfMany(t *testing.T) {
	var files, want []string
	for _, row := range verdictRows(t) {
		files, want = append(files, filepath.Join(testdata, filepath.FromSlash(row[0]))), append(want, row[1])
	}
	code, stdout, _ := verifyDocument(t, append([]string{"--json"}, files...)...)
	lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
	if code != exitRefused || len(lines) != len(files) {
		t.Fatalf("exit code %d and %d lines, want %d and %d", code, len(lines), exitRefused, len(files))
	}
	for i, line := range lines {
		var v verdict
		if err := json.Unmarshal([]byte(line), &v); err != nil || v.File != files[i] || v.Verdict != want[i] || v.Why == "" {
			t.Errorf("%s (%v) is not about %s, %s", line, err, files[i], want[i])
		}
	}
	code, stdout, _ = verifyDocument(t, files...)
	if lines := strings.Count(stdout, "\n"); code != exitRefused || lines != len(files) {
		t.Errorf("as text: exit code %d and %d lines, want %d and %d", code, lines, exitRefused, len(files))
	}
}

func verifyDocument(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return command(t, append([]string{"verify", "document", "--anchors", anchors, "--at", asOf}, args...)...)
}

// verdictRows are file, verdict, verdict with SHA-1 allowed, and why it deviates.
func verdictRows(t *testing.T) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(testdata, "verdicts.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		rows = append(rows, strings.Split(line, "\t"))
	}
	return rows
}

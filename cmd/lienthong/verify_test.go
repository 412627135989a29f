package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	interop = "../../testdata/interop"
	anchors = "../../testdata/attacks/ca.pem"
	asOf    = "2026-12-01T00:00:00Z" // every certificate of the files is valid
)

// TestVerifyDocumentOnForeignSignatures holds the output to the list of what other implementations signed.
func TestVerifyDocumentOnForeignSignatures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		flags []string
		want  func(profile string) string
	}{
		{"as it stands", nil, func(profile string) string {
			word, _, _ := strings.Cut(profile, " ")
			word, _, _ = strings.Cut(word, ":")
			return word
		}},
		{"with SHA-1 allowed", []string{"--legacy-sha1"}, func(profile string) string {
			if strings.HasPrefix(profile, "bad:sha1") {
				return "good-weak"
			}
			word, _, _ := strings.Cut(profile, " ")
			return word
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files, profiles := interopList(t)
			args := append([]string{"verify", "document", "--anchors", anchors, "--at", asOf}, tt.flags...)
			code, stdout, stderr := command(t, append(args, files...)...)
			if code != exitRefused || stderr != "" {
				t.Errorf("exit code %d, stderr %q; want 1 and nothing, as some files are not good", code, stderr)
			}
			lines := strings.Split(strings.TrimSuffix(stdout, "\n"), "\n")
			if len(lines) != len(files) {
				t.Fatalf("%d lines for %d files", len(lines), len(files))
			}
			for i, line := range lines {
				cells := strings.Split(line, "\t")
				if len(cells) != 3 || cells[0] != files[i] || cells[2] == "" {
					t.Errorf("line %q is not FILE, verdict, why of %s", line, files[i])
				} else if want := tt.want(profiles[i]); cells[1] != want {
					t.Errorf("%s: %s (%s), want %s", files[i], cells[1], cells[2], want)
				}
			}
		})
	}
}

func interopList(t *testing.T) (files, profiles []string) {
	t.Helper()
	list, err := os.ReadFile(filepath.Join(interop, "list.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range strings.Split(strings.TrimSpace(string(list)), "\n")[1:] {
		cells := strings.Split(row, "\t")
		files = append(files, filepath.Join(interop, cells[0]))
		profiles = append(profiles, cells[5])
	}
	return files, profiles
}

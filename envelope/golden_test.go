package envelope_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
)

var update = flag.Bool("update", false, "rewrite the want files of testdata from what the code says")

// TestGolden reads testdata/NN-name/in.xml. The result is held against
// want.json where the file is taken, want.err where it is refused; README says
// what the case is about.
func TestGolden(t *testing.T) {
	dirs, err := filepath.Glob("testdata/[0-9][0-9]*-*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			name, got := outcome(t, read(t, dir, "in.xml"))
			if *update {
				write(t, dir, name, got)
			}
			if want := read(t, dir, name); !bytes.Equal(got, want) {
				t.Errorf("%s differs %s", name, firstDifference(got, want))
			}
		})
	}
}

// outcome is the name and content of the want file.
func outcome(t *testing.T, raw []byte) (string, []byte) {
	t.Helper()
	e, err := envelope.Parse(verified(t, raw))
	if err != nil {
		checkFaults(t, err)
		return "want.err", describe(t, err)
	}
	checkWarnings(t, e)
	text, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return "want.json", append(text, '\n')
}

func describe(t *testing.T, err error) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, f := range faultsOf(t, err) {
		fmt.Fprintf(&b, "%s line %d %s\n  %s\n  %s\n  %s\n", f.Code, f.Line, f.Path, f.Rule, f.VI, f.EN)
	}
	return b.Bytes()
}

func faultsOf(t *testing.T, err error) envelope.Faults {
	t.Helper()
	var faults envelope.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("the error is %T (%v), want Faults", err, err)
	}
	return faults
}

// write leaves one want file only, so that a case cannot be both.
func write(t *testing.T, dir, name string, content []byte) {
	t.Helper()
	for _, old := range []string{"want.json", "want.err"} {
		if err := os.Remove(filepath.Join(dir, old)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestEveryCodeHasACase keeps the table of words and the cases together.
func TestEveryCodeHasACase(t *testing.T) {
	files, err := filepath.Glob("testdata/[0-9]*/want.*")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		all.Write(read(t, f))
	}
	elsewhere := map[string]string{
		"too-many-addressees":  "TestAddressees",
		"too-many-attachments": "TestTooManyAttachments",
		"too-many-elements":    "TestLongLists",
		"bad-character":        "TestBuildRefuses",
		"repeated-document-id": "TestWarned",
		"repeated-code":        "TestWarned",
		"sent-late":            "TestWarned",
	}
	for _, code := range envelope.Codes() {
		golden := strings.Contains(all.String(), code+" line ") || strings.Contains(all.String(), `"code": "`+code+`"`)
		if _, ok := elsewhere[code]; ok == golden {
			t.Errorf("%s: in a golden case %v, in a test of its own %v; want one of them", code, golden, ok)
		}
	}
}

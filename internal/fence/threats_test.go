package fence_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	comment  = regexp.MustCompile(`(?s)<!--.*?-->`)
	pageLink = regexp.MustCompile(`\[([^\]]+)\]\(\.\./([^)#]+)\)`)
	testName = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz)[A-Za-z0-9_]+)`")
)

// TestThreatsNameWhatExists holds docs/threats.md to the truth: a threat has a control, a file that enforces it and a
// test, and those files and tests are there.
func TestThreatsNameWhatExists(t *testing.T) {
	page, err := os.ReadFile("../../docs/threats.md")
	if err != nil {
		t.Fatal(err)
	}
	page = comment.ReplaceAllFunc(page, func(b []byte) []byte { return bytes.Repeat([]byte("\n"), bytes.Count(b, []byte("\n"))) })
	tests, threats := testsOfTheTree(t), 0
	for i, line := range strings.Split(string(page), "\n") {
		if !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| threat ") || strings.HasPrefix(line, "| --- ") {
			continue
		}
		threats++
		for _, fault := range faultsOf(line, tests) {
			t.Errorf("docs/threats.md:%d: %s", i+1, fault)
		}
	}
	if threats < 40 {
		t.Errorf("only %d threats: the page is not read as it is written", threats)
	}
}

// TestFaultsOfThreatsAreFound: the check above can fail.
func TestFaultsOfThreatsAreFound(t *testing.T) {
	tests := map[string]bool{"signing.TestTrust": true}
	for _, c := range []struct{ name, row, want string }{
		{"as it should be", "| a | b | [internal/fence/fence.go](../internal/fence/fence.go) | `signing.TestTrust` |", ""},
		{"a file that is gone", "| a | b | [internal/fence/gone.go](../internal/fence/gone.go) | `signing.TestTrust` |", "internal/fence/gone.go"},
		{"a link to another file", "| a | b | [internal/fence/other.go](../internal/fence/fence.go) | `signing.TestTrust` |", "leads to"},
		{"a test that is gone", "| a | b | [internal/fence/fence.go](../internal/fence/fence.go) | `signing.TestGone` |", "signing.TestGone"},
		{"no test", "| a | b | [internal/fence/fence.go](../internal/fence/fence.go) | soon |", "no test"},
		{"no file", "| a | b | somewhere | `signing.TestTrust` |", "no file"},
		{"no control", "| a |  | [internal/fence/fence.go](../internal/fence/fence.go) | `signing.TestTrust` |", "empty"},
		{"a column less", "| a | b | `signing.TestTrust` |", "columns"},
	} {
		got := strings.Join(faultsOf(c.row, tests), "; ")
		if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// faultsOf says what is wrong with a row: threat, control, where, test.
func faultsOf(row string, tests map[string]bool) (faults []string) {
	row = strings.ReplaceAll(row, `\|`, "")
	cells := strings.Split(strings.Trim(row, "| "), "|")
	if len(cells) != 4 {
		return []string{"not four columns"}
	}
	for _, cell := range cells {
		if strings.TrimSpace(cell) == "" {
			faults = append(faults, "an empty cell")
		}
	}
	files, named := pageLink.FindAllStringSubmatch(cells[2], -1), testName.FindAllStringSubmatch(cells[3], -1)
	if len(files) == 0 {
		faults = append(faults, "no file that enforces it")
	}
	if len(named) == 0 {
		faults = append(faults, "no test that fails without it")
	}
	for _, f := range files {
		if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(f[2]))); err != nil {
			faults = append(faults, f[2]+" is not there")
		}
		if f[1] != f[2] {
			faults = append(faults, f[1]+" leads to "+f[2])
		}
	}
	for _, n := range named {
		if name := n[1] + "." + n[2]; !tests[name] {
			faults = append(faults, name+" is not there")
		}
	}
	return faults
}

// testsOfTheTree are all test functions, as package.Name.
func testsOfTheTree(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel("../..", filepath.Dir(name))
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil {
				found[path.Clean(filepath.ToSlash(dir))+"."+fn.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

package signing_test

import (
	"bytes"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestMutantsCompile: one that does not would be a mutant that no test ever sees.
func TestMutantsCompile(t *testing.T) {
	set := token.NewFileSet()
	code := codeOfThisPackage(t, set)
	check := types.Config{Importer: importer.ForCompiler(set, "gc", compiled(t))}
	for _, m := range mutants(t) {
		original, err := os.ReadFile(m.file)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := parser.ParseFile(set, m.file, strings.Replace(string(original), m.old, m.new, 1), parser.SkipObjectResolution)
		if err != nil {
			t.Errorf("%s: %s: %v", m.file, m.what, err)
			continue
		}
		files := []*ast.File{changed}
		for name, f := range code {
			if name != m.file {
				files = append(files, f)
			}
		}
		if _, err := check.Check("signing", set, files, nil); err != nil {
			t.Errorf("%s: %s: %v", m.file, m.what, err)
		}
	}
}

// codeOfThisPackage are its files by name, without those of its tests.
func codeOfThisPackage(t *testing.T, set *token.FileSet) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	code := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if code[name], err = parser.ParseFile(set, name, nil, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	}
	return code
}

// compiled opens what the compiler wrote of the packages that this one imports.
func compiled(t *testing.T) importer.Lookup {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for line := range bytes.Lines(out) {
		path, export, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
		files[path] = export
	}
	return func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }
}

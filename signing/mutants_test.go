package signing_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A mutant is this package with one check taken away, and the test that sees it.
type mutant struct {
	file, what string
	test       string
	old, new   string
}

var mutantForm = regexp.MustCompile("(?s)\n### (\\S+): ([^\n]+)\n\nKilled by `(Test\\w+)`\\.\n\n```go\n(.*?)\n```\n\n```go\n(.*?)\n?```\n")

// mutants are those of testdata/mutants.md.
func mutants(t *testing.T) (all []mutant) {
	t.Helper()
	text, err := os.ReadFile("testdata/mutants.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mutantForm.FindAllStringSubmatch(string(text), -1) {
		all = append(all, mutant{file: m[1], what: m[2], test: m[3], old: m[4], new: m[5]})
	}
	if headings := strings.Count(string(text), "\n### "); len(all) != headings {
		t.Fatalf("%d mutants can be read of %d", len(all), headings)
	}
	return all
}

// TestMutantsAreOfThisCode: every mutant changes exactly one place of the code as
// it is, its test is there, and no file that checks anything is without one.
func TestMutantsAreOfThisCode(t *testing.T) {
	tests, mutated := testsOfThisPackage(t), map[string]bool{}
	for _, m := range mutants(t) {
		mutated[m.file] = true
		code, err := os.ReadFile(m.file)
		if err != nil {
			t.Error(err)
			continue
		}
		if n := strings.Count(string(code), m.old); n != 1 || m.old == m.new {
			t.Errorf("%s: %s: what it changes stands there %d times, want once, and changed", m.file, m.what, n)
		}
		if !tests[m.test] {
			t.Errorf("%s: %s: there is no %s", m.file, m.what, m.test)
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	// What checks nothing that comes in.
	without := []string{"doc.go", "error.go", "limits.go", "table.go"}
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") && !mutated[f] && !slices.Contains(without, f) {
			t.Errorf("%s has no mutant", f)
		}
	}
}

// TestEveryRefusalHasAMutant: an if or a case that refuses is changed by one.
func TestEveryRefusalHasAMutant(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	all := mutants(t)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, refusal := range refusals(t, name, code) {
			text := string(code[refusal[0]:refusal[1]])
			changed := slices.ContainsFunc(all, func(m mutant) bool { return m.file == name && m.touches(string(code), refusal) })
			if !changed && !slices.ContainsFunc(excused, func(e string) bool { return strings.Contains(text, e) }) {
				t.Errorf("%s: no mutant takes this away:\n%s", name, text)
			}
		}
	}
}

// refusing is what is said where something is refused.
var refusing = regexp.MustCompile(`return .*(\.(refuse|refuseProperty|exceeds|badChar|notUTF8)\(|noEvidence\(|&Error\{|errors\.New\(|fmt\.Errorf\()`)

// excused are the refusals that nothing brings about.
var excused = []string{
	`errors.New("etree reads other elements")`, // it and Read have read the same bytes
	`return noEvidence("OCSP: %v", err)`,       // of a request that this package has just made itself
	`ReadASN1Element(&tbs, `,                   // crypto/x509 reads the same once more, and refuses it
	`noEvidence("the CRL cannot be read")`,     // the same
}

// refusals are the places of the conditions with what they lead to.
func refusals(t *testing.T, name string, code []byte) (found [][2]int) {
	t.Helper()
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, name, code, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		var body []ast.Stmt
		switch n := n.(type) {
		case *ast.IfStmt:
			body = n.Body.List
		case *ast.CaseClause:
			body = n.Body
		}
		for _, s := range body {
			at := [2]int{set.Position(n.Pos()).Offset, set.Position(s.End()).Offset}
			if r, ok := s.(*ast.ReturnStmt); ok && refusing.Match(code[set.Position(r.Pos()).Offset:at[1]]) {
				found = append(found, at)
			}
		}
		return true
	})
	return found
}

// touches: the mutant changes something from the one offset to the other.
func (m mutant) touches(code string, place [2]int) bool {
	at := strings.Index(code, m.old)
	return at < place[1] && place[0] < at+len(m.old)
}

func testsOfThisPackage(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				found[fn.Name.Name] = true
			}
		}
	}
	return found
}

// TestMutantsAreKilled builds each mutant beside the code and runs its test, which
// must fail. It takes seconds for each, so LIENTHONG_TEST_MUTANTS says which: the
// beginning of a file's name, or all.
func TestMutantsAreKilled(t *testing.T) {
	which := os.Getenv("LIENTHONG_TEST_MUTANTS")
	if which == "" {
		t.Skip("it takes a quarter of an hour: set LIENTHONG_TEST_MUTANTS=all")
	}
	for _, m := range mutants(t) {
		if which == "all" || strings.HasPrefix(m.file, which) {
			t.Run(m.file+": "+m.what, m.mustDie)
		}
	}
}

func (m mutant) mustDie(t *testing.T) {
	t.Parallel()
	code, err := os.ReadFile(m.file)
	if err != nil {
		t.Fatal(err)
	}
	path, err := filepath.Abs(m.file)
	if err != nil {
		t.Fatal(err)
	}
	changed := file(t, "changed.go", []byte(strings.Replace(string(code), m.old, m.new, 1)))
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {path: changed}})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "test", "-overlay", file(t, "overlay.json", overlay), "-vet=off", "-count=1", "-timeout", "2m",
		"-gcflags=-N -l -dwarf=false", "-ldflags=-s -w", // most of the time is the compiler's
		"-run", "^"+m.test+"$", ".").CombinedOutput()
	switch {
	case err == nil:
		t.Errorf("%s does not see it", m.test)
	case strings.Contains(string(out), "panic: test timed out"):
		t.Errorf("%s does not end", m.test)
	case !strings.Contains(string(out), "--- FAIL: "+m.test) && !strings.Contains(string(out), "panic: "):
		t.Errorf("it is not %s that fails: %s", m.test, out)
	}
}

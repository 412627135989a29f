// Package fence holds the project to its import table (DESIGN 2): which package may import which of ours, and which
// third-party module may be used where. Its test has the table and reads every source file's imports.
//
// It parses the files itself, build tags or not. A test that asked the go command would be cached as passed while the
// sources change; files that a test opens are part of the cache's key.
//
// It is not a linter: it knows nothing of what an import is used for.
package fence

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Rules are an import table. What is not allowed is forbidden.
type Rules struct {
	// Module is the module's path.
	Module string

	// Packages are all packages of the module, by directory, with those of ours that each may import besides itself. A
	// name that ends in "/..." stands for all packages below.
	Packages map[string][]string

	// Support are packages, with those below, that only test files and other support packages may import.
	Support []string

	// Confined are packages whose test files may import support packages but no more of ours than the package itself:
	// they can be read, tested and taken away alone. The test files of all others may import any package but cmd:
	// nothing imports a test, so it cannot turn the table round.
	Confined []string

	// Modules are the third-party modules, with the packages that may import them (and those below); Anywhere for all.
	Modules map[string][]string

	// TestModules are those that test files and support packages may import besides.
	TestModules []string
}

// Anywhere stands for all packages.
const Anywhere = "*"

// An edge is one import.
type edge struct {
	from   string // package
	to     string // import path
	where  string // file:line
	inTest bool
}

// Check returns one line for each forbidden import and each package that is not in the table, in the order of the
// files. The error is about files that cannot be read or parsed.
func Check(tree fs.FS, r Rules) (breaches []string, err error) {
	unknown := map[string]bool{}
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && isHidden(d.Name()):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		if pkg := path.Dir(name); r.entry(pkg) == "" && !unknown[pkg] {
			unknown[pkg] = true
			breaches = append(breaches, fmt.Sprintf("%s: package %s is not in the import table", name, pkg))
		}
		edges, err := imports(tree, name)
		for _, e := range edges {
			if why := r.forbids(e); why != "" {
				breaches = append(breaches, fmt.Sprintf("%s: %s imports %s: %s", e.where, e.from, e.to, why))
			}
		}
		return err
	})
	return breaches, err
}

// isHidden: directories in which the go command sees no packages.
func isHidden(name string) bool {
	return name == "testdata" || len(name) > 1 && (name[0] == '.' || name[0] == '_')
}

func imports(tree fs.FS, name string) ([]edge, error) {
	src, err := fs.ReadFile(tree, name)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, src, parser.ImportsOnly)
	if err != nil {
		return nil, err
	}
	var edges []edge
	for _, spec := range file.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, spec.Path.Value, err)
		}
		where := fmt.Sprintf("%s:%d", name, set.Position(spec.Pos()).Line)
		edges = append(edges, edge{path.Dir(name), to, where, strings.HasSuffix(name, "_test.go")})
	}
	return edges, nil
}

// forbids says why; empty if it does not.
func (r Rules) forbids(e edge) string {
	if ours, ok := strings.CutPrefix(e.to, r.Module+"/"); ok {
		return r.forbidsOurs(e, ours)
	}
	if first, _, _ := strings.Cut(e.to, "/"); strings.Contains(first, ".") {
		return r.forbidsModule(e)
	}
	return ""
}

func (r Rules) forbidsOurs(e edge, to string) string {
	testing := e.inTest || within(e.from, r.Support)
	switch {
	case e.from == to || testing && within(to, r.Support):
		return ""
	case within(to, r.Support):
		return "only tests may"
	case within(to, []string{"cmd"}) && !within(e.from, []string{"cmd"}):
		return "nobody may import cmd"
	case e.inTest && !within(e.from, r.Confined):
		return ""
	}
	row := r.Packages[r.entry(e.from)]
	if slices.Contains(row, Anywhere) || slices.Contains(row, r.entry(to)) {
		return ""
	}
	return "not in its row of the import table"
}

func (r Rules) forbidsModule(e edge) string {
	if (e.inTest || within(e.from, r.Support)) && within(e.to, r.TestModules) {
		return ""
	}
	users, known := r.users(e.to)
	switch {
	case !known && within(e.to, r.TestModules):
		return "only tests may"
	case !known:
		return "this module is not in the table"
	case slices.Contains(users, Anywhere) || within(e.from, users):
		return ""
	}
	return "only " + strings.Join(users, ", ") + " may"
}

func (r Rules) users(to string) (users []string, known bool) {
	for module, users := range r.Modules {
		if within(to, []string{module}) {
			return users, true
		}
	}
	return nil, false
}

// entry is the key in Packages that speaks of pkg; empty if none does.
func (r Rules) entry(pkg string) string {
	if _, ok := r.Packages[pkg]; ok {
		return pkg
	}
	for p := path.Dir(pkg); p != "."; p = path.Dir(p) {
		if _, ok := r.Packages[p+"/..."]; ok {
			return p + "/..."
		}
	}
	return ""
}

// within reports whether name is one of roots or below one.
func within(name string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return name == root || strings.HasPrefix(name, root+"/")
	})
}

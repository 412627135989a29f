package fence_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/lienthong/lienthong/internal/fence"
)

func TestImportTable(t *testing.T) {
	breaches, err := fence.Check(os.DirFS("../.."), table())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range breaches {
		t.Error(b)
	}
}

// The walk of TestImportTable sees the sources: with an empty table it complains of this very package.
func TestTheTreeIsRead(t *testing.T) {
	breaches, err := fence.Check(os.DirFS("../.."), fence.Rules{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"package internal/fence is not in", "package signing is not in"} {
		if !slices.ContainsFunc(breaches, func(b string) bool { return strings.Contains(b, want) }) {
			t.Errorf("no line %q", want)
		}
	}
}

// One file with one import each, in a tree of its own, against the project's table.
func TestForbiddenImportsAreFound(t *testing.T) {
	const ours = "github.com/lienthong/lienthong/"
	tests := []struct {
		name, file, imports string
		want                string // part of the one line; empty: allowed
	}{
		{"in its row", "exchange/hub.go", ours + "signing", ""},
		{"not in its row", "signing/verify.go", ours + "envelope", "signing/verify.go:3: signing imports " + ours + "envelope: not in its row"},
		{"downwards only", "exchange/hub.go", ours + "store", "not in its row"},
		{"a row does not reach below", "store/bolt/open.go", ours + "exchange/api", "not in its row"},
		{"one engine not the other", "store/bolt/open.go", ours + "store/postgres", "not in its row"},
		{"one adapter not the other", "exchange/api/api.go", ours + "exchange/console", "not in its row"},
		{"the contract", "store/bolt/open.go", ours + "store", ""},
		{"configuration in cmd", "cmd/lienthong/serve.go", ours + "config", ""},
		{"configuration elsewhere", "exchange/delivery/push.go", ours + "config", "not in its row"},
		{"cmd may import everything", "cmd/lienthong/serve.go", ours + "store/bolt", ""},
		{"and be several packages", "cmd/lienthong/serve.go", ours + "cmd/lienthong/demo", ""},
		{"but no test support", "cmd/lienthong/demo.go", ours + "internal/testca", "only tests may"},
		{"nobody imports cmd", "exchange/api/api.go", ours + "cmd/lienthong", "nobody may import cmd"},
		{"not even a test", "exchange/api/api_test.go", ours + "cmd/lienthong", "nobody may import cmd"},

		{"a package of ours that is not in the table", "exchange/hub.go", ours + "exchange/util", "not in its row"},
		{"a file in such a package", "exchange/util/strings.go", "strings", "package exchange/util is not in the import table"},
		{"a file at the top", "main.go", "fmt", "package . is not in the import table"},

		{"test support in a test", "signing/verify_test.go", ours + "internal/testca", ""},
		{"test support in code", "signing/verify.go", ours + "internal/testca", "only tests may"},
		{"the conformance suite in a test", "store/bolt/bolt_test.go", ours + "store/storetest", ""},
		{"the conformance suite in code", "store/bolt/bolt.go", ours + "store/storetest", "only tests may"},
		{"test support in test support", "store/storetest/suite.go", ours + "internal/testca", ""},
		{"a test of its own package", "signing/verify_test.go", ours + "signing", ""},
		{"a test may look further", "exchange/delivery/push_test.go", ours + "store/bolt", ""},
		{"unless its package stands alone", "signing/verify_test.go", ours + "envelope", "not in its row"},

		{"a third-party module behind its fence", "store/bolt/open.go", "go.etcd.io/bbolt", ""},
		{"a package of that module", "store/bolt/open.go", "go.etcd.io/bbolt/errors", ""},
		{"outside its fence", "exchange/hub.go", "go.etcd.io/bbolt", "only store/bolt may"},
		{"in cmd too", "cmd/lienthong/check.go", "go.etcd.io/bbolt", "only store/bolt may"},
		{"a module with a longer name", "exchange/hub.go", "go.etcd.io/bboltx", "this module is not in the table"},
		{"an unknown module", "exchange/hub.go", "example.com/leftpad", "this module is not in the table"},
		{"an unknown module in a test", "exchange/hub_test.go", "example.com/leftpad", "this module is not in the table"},
		{"anywhere", "exchange/hub.go", "golang.org/x/sync/errgroup", ""},
		{"a module for tests in a test", "config/load_test.go", "pgregory.net/rapid", ""},
		{"a module for tests in code", "config/load.go", "pgregory.net/rapid", "only tests may"},
		{"the standard library", "signing/verify.go", "crypto/x509", ""},

		{"fixtures are no packages", "signing/testdata/x.go", ours + "envelope", ""},
		{"nor are hidden directories", ".cache/x.go", ours + "envelope", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			src := "package p\n\nimport _ \"" + tt.imports + "\"\n"
			got, err := fence.Check(fstest.MapFS{tt.file: {Data: []byte(src)}}, table())
			if err != nil {
				t.Fatal(err)
			}
			if tt.want == "" && len(got) == 0 {
				return
			}
			if tt.want == "" || len(got) != 1 || !strings.Contains(got[0], tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// A build tag hides a file from the compiler, not from the fence; a file that does not parse is an error.
func TestFilesTheCompilerDoesNotSee(t *testing.T) {
	const src = "//go:build windows\n\npackage store\n\nimport _ \"go.etcd.io/bbolt\"\n"
	got, err := fence.Check(fstest.MapFS{"store/store_windows.go": {Data: []byte(src)}}, table())
	if err != nil || len(got) != 1 {
		t.Errorf("got %q, %v, want one line", got, err)
	}
	if _, err := fence.Check(fstest.MapFS{"store/store.go": {Data: []byte("import")}}, table()); err == nil {
		t.Error("a file that does not parse: no error")
	}
}

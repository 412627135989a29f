package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"lienthong": func() { os.Exit(start()) }})
}

// TestScripts runs the manual: each file of testdata/script is what a person types, and what comes of it.
func TestScripts(t *testing.T) {
	testdata, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TESTDATA", testdata)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit1": exits(exitRefused), "exit2": exits(exitUsage), "exit3": exits(exitUnreachable), "exit4": exits(exitHeld),
		},
	})
}

// exits is exec for a command that must end with the code.
func exits(want int) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) == 0 {
			ts.Fatalf("usage: exitN command [args…]")
		}
		err := ts.Exec(args[0], args[1:]...)
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v ended with %v, want exit code %d", args, err, want)
		}
		if got := exit.ExitCode(); got != want {
			ts.Fatalf("%v ended with exit code %d, want %d", args, got, want)
		}
	}
}

// command runs one command line in this process.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	a := &app{stdin: strings.NewReader(""), stdout: &out, stderr: &errs}
	code = a.exit(a.run(t.Context(), args))
	return code, out.String(), errs.String()
}

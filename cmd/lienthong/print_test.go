package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/client"
)

// TestAHubWritesNothingOnATerminal: what answers in a hub's place moves no cursor, names no window, and adds no line that
// looks like the program's own.
func TestAHubWritesNothingOnATerminal(t *testing.T) {
	const hostile = "x\x1b]0;own\x07\x1b[2J\u009b31m\u202ey"
	var out, complaints bytes.Buffer
	a := &app{stdout: &out, stderr: &complaints}
	if err := a.print(nil, func(w io.Writer) { fmt.Fprintf(w, "document %s\tVăn bản\n", hostile) }); err != nil {
		t.Fatal(err)
	}
	rows := a.table("HEAD")
	if err := rows.row(nil, hostile+"\nforged"); err != nil {
		t.Fatal(err)
	}
	if err := rows.end(); err != nil {
		t.Fatal(err)
	}
	a.complain(a.stderr, &client.Problem{Status: 422, Code: "c", DetailEN: "no\nforged", AdviceEN: hostile, TraceID: "t\nforged"})
	a.complain(a.stderr, fmt.Errorf("file %s", hostile))
	for name, got := range map[string]string{"output": out.String(), "complaints": complaints.String()} {
		if strings.ContainsAny(got, "\x1b\x07\u009b\u202e") {
			t.Errorf("%s: %q has a control", name, got)
		}
		if strings.Contains(got, "\nforged") {
			t.Errorf("%s: %q has a line that the program did not write", name, got)
		}
	}
	if !strings.Contains(out.String(), "\tVăn bản\n") {
		t.Errorf("%q is not as it was written", out.String())
	}
}

// TestFilesAreReadToTheirLimit: a file that says that it is too long costs nothing, and one that says nothing no more than the limit.
func TestFilesAreReadToTheirLimit(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	for _, test := range []struct {
		size, limit int64
		taken       bool
	}{{0, 10, true}, {10, 10, true}, {11, 10, false}, {1 << 33, 10, false}} {
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		err = f.Truncate(test.size)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := (&app{}).readFile(name, test.limit)
		if taken := err == nil; taken != test.taken || taken && int64(len(raw)) != test.size {
			t.Errorf("%d bytes of at most %d: read %d, %v", test.size, test.limit, len(raw), err)
		}
	}
	if raw, err := (&app{stdin: strings.NewReader("12345678901")}).readFile("-", 10); err == nil {
		t.Errorf("standard input of 11 bytes of at most 10: read %d", len(raw))
	}
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lienthong/lienthong/client"
)

// The exit codes. They are part of the interface: scripts depend on them.
const (
	exitOK          = 0
	exitRefused     = 1 // refused, not found, not good, or failed
	exitUsage       = 2 // the command line or the configuration is wrong; nothing was done
	exitUnreachable = 3 // the hub does not answer; trying again later makes sense
	exitHeld        = 4 // the directory is held by a running hub
)

const exitHelp = `Exit codes:
  0  done; for verify and check: everything is good
  1  refused or failed; for verify and check: something is not good
  2  the command line or the configuration is wrong; nothing was done
  3  the hub cannot be reached
  4  the directory is held by a running hub
`

// A coded error says how the program ends. A nil err ends it without a word: all has been said on standard output.
type coded struct {
	code int
	err  error
}

func (c *coded) Error() string {
	if c.err == nil {
		return fmt.Sprintf("exit code %d", c.code)
	}
	return c.err.Error()
}

func (c *coded) Unwrap() error { return c.err }

// usagef is a mistake of whoever typed the command.
func usagef(format string, args ...any) error {
	return &coded{exitUsage, fmt.Errorf(format, args...)}
}

// exit reports err on standard error and returns the code to end with.
func (a *app) exit(err error) int {
	if err == nil {
		return exitOK
	}
	code := exitRefused
	if c, ok := errors.AsType[*coded](err); ok {
		if code = c.code; c.err == nil {
			return code
		}
	}
	a.complain(a.stderr, err)
	return code
}

// complain writes an error for people, or as one line of JSON where the rest of the output is JSON too.
func (a *app) complain(w io.Writer, err error) {
	p, refused := errors.AsType[*client.Problem](err)
	if !a.json && refused {
		about := strings.TrimSuffix(err.Error(), p.Error()) // such as the file, put before it
		fmt.Fprintf(terminal{w}, "lienthong: %s%s\n", about, explain(p))
		return
	}
	if !a.json {
		fmt.Fprintln(terminal{w}, "lienthong:", err)
		return
	}
	line, _ := json.Marshal(complaint{err.Error(), p}) // texts always have a JSON form
	fmt.Fprintf(w, "%s\n", line)
}

// A complaint is an error as JSON. Problem is what the hub said, if it said something.
type complaint struct {
	Error   string          `json:"error"`
	Problem *client.Problem `json:"problem,omitempty"`
}

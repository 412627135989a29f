package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
)

func (a *app) verifyCommand() *cobra.Command {
	return a.group("verify", "Check documents and receipts without a hub",
		`Check documents and receipts. No hub and no network are needed: everything is in the files.

For each file one line is printed, separated by tabs: the file, the verdict, and why.`,
		a.verifyDocumentCommand(), a.verifyReceiptCommand())
}

// A verdict is what verify says of one file. Scripts depend on its words.
type verdict struct {
	File    string `json:"file"`
	Verdict string `json:"verdict"` // good, good-weak, unsigned, or bad with the code of the reason: bad:digest
	Why     string `json:"why"`     // in words
}

const (
	good       = "good"
	bad        = "bad"
	unreadable = "bad:unreadable"
)

// judgeAll prints a verdict for each file. It ends well only if all are good; a file that cannot be read is not.
func (a *app) judgeAll(ctx context.Context, files []string, limit int64, judge func(raw []byte) (word, why string)) error {
	notGood := 0
	for _, file := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		v := verdict{File: file, Verdict: unreadable}
		if raw, err := a.readFile(file, limit); err != nil {
			v.Why = err.Error()
		} else {
			v.Verdict, v.Why = judge(raw)
		}
		if v.Verdict != good {
			notGood++
		}
		if err := a.printVerdict(v); err != nil {
			return err
		}
	}
	if notGood > 0 {
		return &coded{code: exitRefused}
	}
	return nil
}

func (a *app) printVerdict(v verdict) error {
	return a.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s\t%s\t%s\n", printable(v.File), v.Verdict, printable(v.Why))
	})
}

// readFile reads a file of at most limit bytes; "-" is standard input. One that says that it is longer is not read.
func (a *app) readFile(name string, limit int64) ([]byte, error) {
	if name == "-" {
		return readMost(a.stdin, 0, limit)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, plain(err)
	}
	return readMost(f, info.Size(), limit)
}

// readMost reads what is expected to have size bytes, which need not be so.
func readMost(from io.Reader, size, limit int64) ([]byte, error) {
	var raw bytes.Buffer
	if size <= limit {
		raw.Grow(int(size) + bytes.MinRead)
		if _, err := raw.ReadFrom(io.LimitReader(from, limit+1)); err != nil {
			return nil, plain(err)
		}
	}
	if max(size, int64(raw.Len())) > limit {
		return nil, fmt.Errorf("it has more than %d bytes", limit)
	}
	return raw.Bytes(), nil
}

// plain leaves the file's name out of an error: the line has it already.
func plain(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return p.Err
	}
	return err
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/lienthong/lienthong/envelope"
)

// print writes one result: v as a line of JSON, or what text writes for people.
func (a *app) print(v any, text func(io.Writer)) error {
	if !a.json {
		text(terminal{a.stdout})
		return nil
	}
	enc := json.NewEncoder(a.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// A table is a list of results for people; the JSON form of each is printed instead where that is asked for.
type table struct {
	app  *app
	rows *tabwriter.Writer
}

// table begins a list. Its head is left out of JSON.
func (a *app) table(head ...string) table {
	t := table{a, tabwriter.NewWriter(terminal{a.stdout}, 0, 8, 2, ' ', 0)}
	if !a.json && len(head) > 0 {
		fmt.Fprintln(t.rows, strings.Join(head, "\t"))
	}
	return t
}

// row adds a result.
func (t table) row(v any, cells ...any) error {
	return t.app.print(v, func(io.Writer) {
		texts := make([]string, len(cells))
		for i, c := range cells {
			texts[i] = printable(fmt.Sprint(c))
		}
		fmt.Fprintln(t.rows, strings.Join(texts, "\t"))
	})
}

func (t table) end() error { return t.rows.Flush() }

// local is a time as people of the hub's country read it; "-" is none.
func local(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(envelope.ICT()).Format("2006-01-02T15:04:05-07:00")
}

// A terminal is where people read: whatever stands in the hub's place, it moves no cursor there and names no window.
// Characters are whole in each Write.
type terminal struct{ io.Writer }

func (t terminal) Write(p []byte) (int, error) {
	if _, err := t.Writer.Write(bytes.Map(visible, p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// visible keeps the layout of lines and columns, and no other control.
func visible(r rune) rune {
	if r == '\n' || r == '\t' || unicode.IsGraphic(r) {
		return r
	}
	return unicode.ReplacementChar
}

// printable keeps what comes from files and from other people on its line, and control sequences off the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

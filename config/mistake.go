package config

import (
	"fmt"
	"strings"
)

// A Source is where a value comes from: "default", "FILE:LINE", the name of an environment variable, or "flag".
type Source string

const (
	fromDefault Source = "default"
	fromFlag    Source = "flag"
)

// A Mistake is one thing to put right.
type Mistake struct {
	Path   string // the setting, as in delivery.workers; empty for a file that cannot be read as a whole
	Source Source // where the value stands; empty if it stands nowhere
	Text   string // what is wrong and what to do, as the rest of a sentence that begins with the path
}

// String is one line: where, which, what.
func (m Mistake) String() string {
	switch {
	case m.Path == "":
		return fmt.Sprintf("%s: %s", m.Source, m.Text)
	case m.Source == "" || m.Source == fromDefault:
		return fmt.Sprintf("%s %s", m.Path, m.Text)
	}
	return fmt.Sprintf("%s: %s %s", m.Source, m.Path, m.Text)
}

// Mistakes are all that was found, in the order of the manual. As an error it is never empty.
type Mistakes []Mistake

// Error is one line for each mistake.
func (ms Mistakes) Error() string {
	lines := make([]string, len(ms))
	for i, m := range ms {
		lines[i] = m.String()
	}
	return "config: " + strings.Join(lines, "\nconfig: ")
}

func (ms Mistakes) orNil() error {
	if len(ms) == 0 {
		return nil
	}
	return ms
}

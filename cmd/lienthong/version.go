package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// A release is what is known of the program itself.
type release struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Dirty   bool   `json:"dirty,omitempty"` // built from files that differ from the commit
	Go      string `json:"go"`
	System  string `json:"system"`
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this program",
		Long:  "Print the version of this program, the commit it was built from, and what it was built with.",
		Example: `  lienthong version
  lienthong version --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(context.Context, []string) error {
			r := thisRelease()
			return a.print(r, func(w io.Writer) { fmt.Fprintf(w, "lienthong %s (%s, %s)\n", r, r.Go, r.System) })
		}),
	}
}

// thisRelease reads what the Go tool wrote into the program.
func thisRelease() release {
	r := release{Version: "unknown", Go: runtime.Version(), System: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return r
	}
	r.Version = info.Main.Version
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			r.Commit = s.Value
		case "vcs.modified":
			r.Dirty = s.Value == "true"
		}
	}
	return r
}

// String is the version with the commit it was built from.
func (r release) String() string {
	s := r.Version
	if r.Commit != "" {
		s += " " + r.Commit[:min(12, len(r.Commit))]
	}
	if r.Dirty {
		s += " with changes"
	}
	return s
}

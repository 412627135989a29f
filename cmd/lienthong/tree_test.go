package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every command that can be run tells what it is for, more about it, and how it is typed; every flag what it does.
func TestEveryCommandExplainsItself(t *testing.T) {
	found := 0
	walk((&app{}).root(), func(c *cobra.Command) {
		if c.Hidden || c.HasSubCommands() {
			return
		}
		found++
		path := c.CommandPath()
		for name, text := range map[string]string{"Short": c.Short, "Long": c.Long, "Example": c.Example} {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s has no %s", path, name)
			}
		}
		for line := range strings.Lines(c.Example) {
			if line = strings.TrimSpace(line); !strings.Contains(line, path) {
				t.Errorf("%s: the example %q does not show it", path, line)
			}
		}
		eachFlag(c, func(name, usage string) {
			if usage == "" {
				t.Errorf("%s --%s has no usage", path, name)
			}
		})
	})
	if found < 20 {
		t.Errorf("only %d commands were looked at", found)
	}
}

// Groups say what is in them, and every line of help fits a terminal of 120 columns.
func TestHelpFits(t *testing.T) {
	walk((&app{}).root(), func(c *cobra.Command) {
		if c.Short == "" {
			t.Errorf("%s has no Short", c.CommandPath())
		}
		for line := range strings.Lines(c.Long) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 120 {
				t.Errorf("%s: a line of %d characters: %s", c.CommandPath(), n, line)
			}
		}
	})
}

// The commands that the manual names.
func TestCommandsThatMustBe(t *testing.T) {
	root := (&app{}).root()
	for _, name := range strings.Fields("demo init serve agency key send inbox ack status verify log bench check backup config version calendar report duties") {
		if c, _, err := root.Find([]string{name}); err != nil || c.Name() != name {
			t.Errorf("there is no command %s: %v", name, err)
		}
	}
}

// The exit codes of the help are those of the program.
func TestHelpNamesTheExitCodes(t *testing.T) {
	for _, code := range []string{"0", "1", "2", "3", "4"} {
		if !strings.Contains((&app{}).root().Long, "\n  "+code+"  ") {
			t.Errorf("the help does not say what exit code %s means", code)
		}
	}
}

func eachFlag(c *cobra.Command, visit func(name, usage string)) {
	for _, set := range []*pflag.FlagSet{c.LocalFlags(), c.InheritedFlags()} {
		set.VisitAll(func(f *pflag.Flag) { visit(f.Name, f.Usage) })
	}
}

func walk(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, sub := range c.Commands() {
		walk(sub, visit)
	}
}

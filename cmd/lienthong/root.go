package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
)

// An app is what the commands may touch of the world, and what the flags before them have set.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	environ        []string // as os.Environ gives it
	// adjust changes what serve makes a hub of. No flag, setting or variable of the program leads here: nil but in tests.
	adjust func(*node.Options)

	json    bool
	started bool // a command has begun: errors before that are mistakes in the command line
}

// run carries out one command line.
func (a *app) run(ctx context.Context, args []string) error {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if err != nil && !a.started {
		return &coded{exitUsage, err}
	}
	return err
}

func (a *app) root() *cobra.Command {
	root := a.group("lienthong", "A hub for official documents between government agencies",
		`Liên Thông takes signed edXML documents (QCVN 102:2016), verifies them, keeps them, answers with a receipt
that can be checked without the hub, and delivers them to every addressee.

`+exitHelp+`
Results go to standard output, everything else to standard error. With --json each result is one line of JSON.`,
		a.demoCommand(),
		a.initCommand(), a.serveCommand(), a.configCommand(), a.checkCommand(),
		a.agencyCommand(), a.keyCommand(), a.personCommand(), a.calendarCommand(), a.deadLetterCommand(), a.revocationCommand(), a.logCommand(), a.backupCommand(),
		a.sendCommand(), a.recallCommand(), a.inboxCommand(), a.ackCommand(), a.statusCommand(), a.dutiesCommand(), a.reportCommand(),
		a.verifyCommand(), a.benchCommand(), a.clientsCommand(), a.versionCommand(),
	)
	root.SilenceErrors, root.SilenceUsage = true, true
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print each result as one line of JSON")
	return root
}

// group is a command that does nothing but hold others.
func (a *app) group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	c := &cobra.Command{Use: use, Short: short, Long: long, SuggestionsMinimumDistance: 2, Args: cobra.ArbitraryArgs}
	c.AddCommand(commands...)
	c.RunE = func(_ *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usagef("%s needs a command: %s; --help tells more", c.CommandPath(), names(c))
		}
		if near := c.SuggestionsFor(args[0]); len(near) > 0 {
			return usagef("%s has no command %q; the nearest is %s", c.CommandPath(), args[0], near[0])
		}
		return usagef("%s has no command %q; it has %s", c.CommandPath(), args[0], names(c))
	}
	return c
}

func names(group *cobra.Command) string {
	var all []string
	for _, c := range group.Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			all = append(all, c.Name())
		}
	}
	return strings.Join(all, ", ")
}

// do makes f a command's work.
func (a *app) do(f func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(c *cobra.Command, args []string) error {
		a.started = true
		return f(c.Context(), args)
	}
}

// getenv is the value of an environment variable, "" if it is not set.
func (a *app) getenv(name string) string {
	for _, pair := range a.environ {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

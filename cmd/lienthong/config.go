package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
)

func (a *app) configCommand() *cobra.Command {
	return a.group("config", "Check and show a hub's configuration",
		`The configuration of a hub is, each over the one before: the defaults, DIR/lienthong.yaml, the environment
(LIENTHONG_ and the setting in capitals: LIENTHONG_DELIVERY_WORKERS), and flags of serve.

DIR is the argument, else LIENTHONG_DIR, else the working directory.`,
		a.configCheckCommand(), a.configShowCommand(), a.configExplainCommand())
}

func (a *app) configExplainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain [SETTING]...",
		Short: "Say what settings are for, what they may be, and what they are by default",
		Long: `Say what settings are for, what they may be, and what they are by default: those named, all of a section named, or,
without a name, all there are. No configuration is looked at.`,
		Example: `  lienthong config explain
  lienthong config explain delivery
  lienthong config explain http.trusted_proxies limits.memory`,
		RunE: a.do(func(_ context.Context, args []string) error {
			pages, err := explained(args)
			if err != nil {
				return err
			}
			for i, p := range pages {
				if err := a.print(p, func(w io.Writer) { printPage(w, p, i > 0) }); err != nil {
					return err
				}
			}
			return nil
		}),
	}
}

// explained are the pages of the settings and sections named, in the order of the manual; all without a name.
func explained(names []string) (pages []config.Page, err error) {
	all := config.Manual()
	under := func(name string) func(config.Page) bool {
		return func(p config.Page) bool { return p.Path == name || strings.HasPrefix(p.Path, name+".") }
	}
	for _, name := range names {
		if !slices.ContainsFunc(all, under(name)) {
			return nil, usagef("%q is no setting, and no section of them: lienthong config explain lists all", name)
		}
	}
	for _, p := range all {
		if len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return under(name)(p) }) {
			pages = append(pages, p)
		}
	}
	return pages, nil
}

func printPage(w io.Writer, p config.Page, further bool) {
	if further {
		fmt.Fprintln(w)
	}
	if p.Required {
		fmt.Fprintf(w, "%s  (required, as %s)\n", p.Path, p.Example)
	} else {
		fmt.Fprintf(w, "%s  (default %s)\n", p.Path, p.Default)
	}
	for line := range strings.Lines(p.Text) {
		fmt.Fprintf(w, "  %s\n", strings.TrimSuffix(line, "\n"))
	}
}

func (a *app) configCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check [DIR]",
		Short: "Say everything that is wrong with a configuration, and with the files it names",
		Long: `Say everything that is wrong with a configuration, and with the files it names: one mistake on a line, with the place
and, for a name that is no setting, the nearest that is. Exit code 2 if there are any. Nothing is changed, and the hub
may be running.`,
		Example: `  lienthong config check /srv/lienthong
  LIENTHONG_HTTP_LISTEN=0.0.0.0:443 lienthong config check /srv/lienthong`,
		Args: cobra.MaximumNArgs(1),
		RunE: a.do(func(_ context.Context, args []string) error { return a.configCheck(a.dir(args)) }),
	}
}

// A mistake is one line of config check as JSON.
type mistake struct {
	Setting string        `json:"setting"`
	Source  config.Source `json:"source,omitempty"`
	Mistake string        `json:"mistake"`
}

func (a *app) configCheck(dir node.Dir) error {
	c, err := a.load(dir, nil)
	if err == nil {
		err = checkFiles(c)
	}
	ms, ok := errors.AsType[config.Mistakes](err)
	if err != nil && !ok {
		return err
	}
	for _, m := range ms {
		line := mistake{m.Path, m.Source, m.Text}
		if err := a.print(line, func(w io.Writer) { fmt.Fprintln(w, printable(m.String())) }); err != nil {
			return err
		}
	}
	if len(ms) > 0 {
		return &coded{code: exitUsage}
	}
	return a.print(map[string]bool{"good": true}, func(w io.Writer) { fmt.Fprintln(w, "good") })
}

// checkFiles looks at the files that a configuration names, and into those that can be wrong inside.
func checkFiles(c config.Config) error {
	if err := c.CheckFiles(); err != nil {
		return err
	}
	_, anchors := node.LoadAnchors(c)
	_, log := node.LoadLogKey(c)
	_, token := node.LoadTokenKey(c)
	var ms config.Mistakes
	for _, f := range []struct {
		path string
		err  error
	}{{"anchors", anchors}, {"hub.log_key", log}, {"hub.token_key", token}} {
		if f.err != nil {
			ms = append(ms, config.Mistake{Path: f.path, Text: f.err.Error()})
		}
	}
	if len(ms) == 0 {
		return nil
	}
	return ms
}

func (a *app) configShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show [DIR]",
		Short: "Print every setting with its value and where it comes from",
		Long: `Print every setting with its value and where it comes from, as a YAML file that loads to the same values. It holds
no secret: those are in the files it names.`,
		Example: `  lienthong config show /srv/lienthong
  LIENTHONG_DIR=/srv/lienthong lienthong config show`,
		Args: cobra.MaximumNArgs(1),
		RunE: a.do(func(_ context.Context, args []string) error {
			c, err := a.load(a.dir(args), nil)
			if err != nil {
				return err
			}
			return a.print(map[string]string{"yaml": c.Show()}, func(w io.Writer) { io.WriteString(w, c.Show()) })
		}),
	}
}

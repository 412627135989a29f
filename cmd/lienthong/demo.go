package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/cmd/lienthong/demo"
	"github.com/lienthong/lienthong/config"
)

func (a *app) demoCommand() *cobra.Command {
	var o demo.Options
	var history config.Duration
	c := &cobra.Command{
		Use:   "demo",
		Short: "Run the pilot district in one process",
		Long: `Run the People's Committee and departments of Phú Thọ and the district of Yên Lập with its seventeen communes in one
process: real signed documents are accepted, verified, stored, pushed and pulled, with receipts and retries. One
department's software fails for a while; one commune's endpoint is dead; some communes fetch only now and then. One
document in six is recalled, by an edXML recall or by status 13: withdrawn where nobody has seen it, and agreed to,
declined or left where somebody has.

With --scenario reform-2025 the day of the reform comes half way: the district closes, its communes merge, one is
divided and one renamed, and the departments go on writing to the old codes.

It prints the console's address and four logins: a clerk, an agency's administrator, an operator and an auditor, with
passwords and one-time codes. They are sample data as everything else is: they are made for the run, and open nothing
but its hub. The logins stand before the log of what happens, which is long; the codes, new every 30 seconds, are
printed again in it, on lines that begin with "Mã đăng nhập". lienthong demo | tee demo.txt keeps both.

With --history 60d the hub first lives through the last two months, in seconds: some fourteen documents each working
day, sent, accepted, refused, recalled, replaced, late or given up, by the same rules and signatures. The account at the
end is of the run alone.

The demo's hub has no admin.sock, also with --dir: the commands of operators (agency, person, status hub and so on) do
not reach it. Look at it in the console, and once it has ended by lienthong check.

It runs until Ctrl-C, or for the time given, brings what is under way to its end (a second Ctrl-C does not wait), and
prints an account drawn from what the agencies' own software remembers. It ends with 1 if a document was lost or
duplicated, a receipt does not hold, or the hub says of a recall what neither side did. With --json the account is the
last line of the output. All but accepted and recalls count document x addressee:

  recalled     withdrawn unseen, or agreed to by its addressee (recalls_declined, recalls_open: the others)
  redirected   gone to who took the place of a closed agency (with --scenario reform-2025)
  on_time      no clock of the law says otherwise; late: one of them does`,
		Example: `  lienthong demo
  lienthong demo --for 20s --json | tail -1
  lienthong demo --for 30s --scenario reform-2025
  lienthong demo --history 60d
  lienthong demo --for 1m --seed 7 --dir ./thi-diem`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			o.History = time.Duration(history)
			return a.demo(ctx, o)
		}),
	}
	f := c.Flags()
	f.DurationVar(&o.For, "for", 0, "how long the agencies send (default until Ctrl-C)")
	f.Uint64Var(&o.Seed, "seed", 1, "repeats agencies, documents and faults; not keys, not timing")
	f.StringVar(&o.Dir, "dir", "", "keep the hub's directory here; it must be absent or empty (default a temporary one)")
	f.TextVar(&history, "history", config.Duration(0), "how much of the past to live through first, as in `60d`: at most 90d")
	f.StringVar(&o.Scenario, "scenario", "", "what happens besides: "+strings.Join(demo.Scenarios(), ", "))
	return c
}

func (a *app) demo(ctx context.Context, o demo.Options) error {
	if o.Scenario != "" && !slices.Contains(demo.Scenarios(), o.Scenario) {
		return usagef("--scenario %q is none of %s", o.Scenario, strings.Join(demo.Scenarios(), ", "))
	}
	if o.History > demo.LongestHistory {
		return usagef("--history is at most %s", config.Duration(demo.LongestHistory))
	}
	if o.For < 0 || (o.For > 0 && o.For < time.Second) {
		return usagef("--for is at least 1s")
	}
	o.Out = a.stdout
	// From here on a second Ctrl-C ends the program at once, as people expect.
	defer context.AfterFunc(ctx, func() { signal.Reset(os.Interrupt, syscall.SIGTERM) })()
	result, err := demo.Run(ctx, o)
	if err == nil || result.Accepted > 0 {
		err = join(err, a.account(result, a.stdout))
	}
	if err == nil && !result.OK() {
		return &coded{exitRefused, nil}
	}
	return err
}

func (a *app) account(r demo.Result, w io.Writer) error {
	if a.json {
		return r.WriteJSON(w)
	}
	return r.WriteTable(w)
}

func join(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

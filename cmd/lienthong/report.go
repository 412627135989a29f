package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

const reportHelp = `Figures are of documents that the hub accepted in the month, in the time of Việt Nam: for each of the law's clocks how
many deliveries were in time, late, still have time (running), and are late and not done yet (overdue). The rule of each
clock stands below. Without --month it is the present month.

An addressee is counted from when it may have seen the document: what nobody has fetched yet is in no figure of its
addressee. It waits, held (to be fetched) or queued (to be posted), in the counts of lienthong status hub, by addressee
on the console's page Hàng đợi, and for its sender in lienthong status show DOCUMENT.`

func (a *app) reportCommand() *cobra.Command {
	var n connection
	var month, role string
	c := &cobra.Command{
		Use:   "report",
		Short: "Show how punctual an agency was in a month",
		Long: `Show how punctual the agency was in a month, with what it sent (--role sent) or received. lienthong report hub shows
any agency's figures to the operator.

` + reportHelp + "\n\n" + connectionHelp,
		Example: `  lienthong report --month 2026-03
  lienthong report --role sent --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			hub, err := n.client(a)
			if err != nil {
				return err
			}
			p, err := hub.Punctuality(ctx, month, role)
			if err != nil {
				return hubError(err)
			}
			return a.printPunctuality(p)
		}),
	}
	n.flags(c)
	reportFlags(c, &month, &role)
	c.AddCommand(a.reportHubCommand())
	return c
}

func reportFlags(c *cobra.Command, month, role *string) {
	c.Flags().StringVar(month, "month", "", "such as 2026-03 (default the present one)")
	c.Flags().StringVar(role, "role", "received", "sent or received")
}

func (a *app) reportHubCommand() *cobra.Command {
	var o operation
	var month, role, agency string
	var tree bool
	c := &cobra.Command{
		Use:   "hub",
		Short: "Show how punctual any agency was, or all of them together",
		Long: `Show how punctual an agency was in a month, with --tree it and all agencies below it, without --agency all that use the
hub on this machine.

` + reportHelp + "\n\n" + operationHelp,
		Example: `  lienthong report hub --month 2026-03
  lienthong report hub --agency H44.24 --tree --role received`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			if tree && agency == "" {
				return usagef("--tree needs --agency")
			}
			return a.operate(o, func(hub *client.Admin) error {
				p, err := hub.Punctuality(ctx, month, role, agency, tree)
				if err != nil {
					return err
				}
				return a.printPunctuality(p)
			})
		}),
	}
	o.flags(c)
	reportFlags(c, &month, &role)
	c.Flags().StringVar(&agency, "agency", "", "whose figures (default all together)")
	c.Flags().BoolVar(&tree, "tree", false, "with all agencies below it")
	return c
}

func (a *app) printPunctuality(p client.Punctuality) error {
	return a.print(p, func(w io.Writer) {
		whose := strings.Join(p.Agencies, " ")
		if len(p.Agencies) == 0 {
			whose = "all agencies"
		}
		fmt.Fprintf(w, "%s  %s %s, calendar version %d\n", p.Month, printable(whose), p.Role, p.Calendar)
		fmt.Fprintf(w, "%-10s%10s%10s%10s%10s\n", "CLOCK", "ON TIME", "LATE", "RUNNING", "OVERDUE")
		for _, s := range p.Clocks {
			fmt.Fprintf(w, "%-10s%10d%10d%10d%10d\n", s.Clock, s.OnTime, s.Late, s.Running, s.Overdue)
		}
		for _, s := range p.Clocks {
			fmt.Fprintf(w, "  %s: %s.\n", s.Clock, printable(s.RuleVI))
		}
	})
}

func (a *app) dutiesCommand() *cobra.Command {
	var n connection
	var clock string
	var limit int
	c := &cobra.Command{
		Use:   "duties",
		Short: "List what the agency has still to do, the most pressing first",
		Long: `List documents that have arrived and that the agency has still to accept or refuse (--clock receive), to assign, or to
complete, the most pressing first. Each line is the verdict, the time from which on it is late, the delivery, the sender
and the code.

Before those of --clock receive, and alone with --clock raised, stands what people are to be told of: a recall that the
agency has not answered in time (silent, with the time by which it should have), and a document that was handed out 20
times without being acknowledged (stuck, with the time at which it is given up).

` + connectionHelp,
		Example: `  lienthong duties
  lienthong duties --clock assign --limit 200 --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			hub, err := n.client(a)
			if err != nil {
				return err
			}
			t := a.table("VERDICT", "LATE FROM", "DELIVERY", "FROM", "CODE")
			clocks := []string{clock}
			if clock == "receive" {
				clocks = []string{raised, clock}
			}
			for _, clock := range clocks {
				all, err := hub.Duties(ctx, clock, limit)
				if err != nil {
					return hubError(err)
				}
				for _, d := range all {
					if err := t.duty(d, clock); err != nil {
						return err
					}
				}
			}
			return t.end()
		}),
	}
	n.flags(c)
	c.Flags().StringVar(&clock, "clock", "receive", "receive, assign, complete, or raised")
	c.Flags().IntVar(&limit, "limit", 50, "at most so many, up to 200")
	return c
}

// raised is the clock of what people are to be told of.
const raised = "raised"

// duty adds the line of one duty.
func (t table) duty(d client.Document, clock string) error {
	v := d.Deliveries[0]
	verdict, limit := v.Clocks[clock].Verdict, v.Clocks[clock].Limit
	if clock == raised {
		verdict, limit = strings.Join(v.Raised, ","), v.Deadline
		if v.Recall != nil && slices.Contains(v.Raised, "silent") {
			limit = v.Recall.Until
		}
	}
	return t.row(d, verdict, local(limit), v.ID, v.Sender, d.Message.Code)
}

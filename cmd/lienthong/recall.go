package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) recallCommand() *cobra.Command {
	var n connection
	var r client.RecallRequest
	c := &cobra.Command{
		Use:   "recall DOCUMENT",
		Short: "Take a document back from its addressees",
		Long: `Take a document back from its addressees, or from those of --to. An addressee that cannot have seen it never will
(withdrawn); one that can is asked (asked) and answers with status 15 or 16. It is safe to type again.

Each line is an addressee, how the recall stands there, and the id of the recall. Exit code 1 if there was nothing to
recall at some addressee.

` + connectionHelp,
		Example: `  lienthong recall 0197a3c2-… --reason 'Gửi nhầm phụ lục'
  lienthong recall 0197a3c2-… --reason 'Gửi nhầm đơn vị' --to H44.24.05`,
		Args: cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			hub, err := n.client(a)
			if err != nil {
				return err
			}
			results, err := hub.Recall(ctx, args[0], r)
			if err != nil {
				return hubError(err)
			}
			return a.printRecalls(results)
		}),
	}
	n.flags(c)
	f := c.Flags()
	f.StringVar(&r.Reason, "reason", "", "why, in words (mandatory)")
	f.StringSliceVar(&r.Addressees, "to", nil, "only from these addressees")
	f.StringVar(&r.Staff.Name, "staff", "", "name of the clerk")
	f.StringVar(&r.Staff.Department, "department", "", "the clerk's department")
	return c
}

func (a *app) printRecalls(results []client.RecallResult) error {
	t := a.table()
	nothing := false
	for _, r := range results {
		state := "-"
		if r.Delivery.Recall != nil {
			state = r.Delivery.Recall.State
		}
		nothing = nothing || r.Receipt == ""
		if err := t.row(r, r.Delivery.Addressee, state, or(or(r.Message, r.DetailEN), "-")); err != nil {
			return err
		}
	}
	if err := t.end(); err != nil || !nothing {
		return err
	}
	return &coded{code: exitRefused}
}

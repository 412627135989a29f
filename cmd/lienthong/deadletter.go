package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) deadLetterCommand() *cobra.Command {
	return a.group("dead-letter", "See what the hub has given up, and send it again",
		`See what the hub has given up, with the reason, and send it again. The senders have been told of each.

`+operationHelp,
		a.deadLetterListCommand(), a.deadLetterRequeueCommand())
}

func (a *app) deadLetterListCommand() *cobra.Command {
	var o operation
	var limit int
	c := &cobra.Command{
		Use:   "list",
		Short: "List what was given up and not sent again, newest first",
		Long: `List the deliveries that were given up and not sent again, newest first, with the reason. REASON is a stable code;
http-422, for one, is what the agency's software answered.

` + operationHelp,
		Example: `  lienthong dead-letter list
  lienthong dead-letter list --limit 1000 --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error { return a.deadLetters(ctx, hub, limit) })
		}),
	}
	o.flags(c)
	c.Flags().IntVar(&limit, "limit", 100, "at most so many")
	return c
}

func (a *app) deadLetters(ctx context.Context, hub *client.Admin, limit int) error {
	t := a.table("DELIVERY", "TO", "FROM", "REASON", "SINCE", "CODE")
	cursor := ""
	for limit > 0 {
		page, err := hub.DeadLetters(ctx, min(limit, batch), cursor)
		if err != nil {
			return err
		}
		for _, doc := range page.Documents {
			for _, d := range doc.Deliveries {
				if err := t.row(d, d.ID, d.Addressee, d.Sender, d.Reason, local(d.Ended), doc.Message.Code); err != nil {
					return err
				}
			}
		}
		limit -= len(page.Documents)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return t.end()
}

func (a *app) deadLetterRequeueCommand() *cobra.Command {
	var o operation
	var reason, to string
	c := &cobra.Command{
		Use:   "requeue DELIVERY… --reason TEXT",
		Short: "Send dead letters again",
		Long: `Send dead letters again, with the reason for the log. Exit code 1 if one of them was refused. What was for an agency
that is closed goes to who took its place; where there are several, --to says to which.`,
		Example: `  lienthong dead-letter requeue 0197a3c2-… --reason 'Đã sửa địa chỉ nhận'
  lienthong dead-letter requeue 0197a3c2-… --to H44.102 --reason 'Thuộc địa bàn xã mới'`,
		Args: cobra.MinimumNArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			if strings.TrimSpace(reason) == "" {
				return usagef("--reason is required: it stands in the log")
			}
			return a.operate(o, func(hub *client.Admin) error { return a.requeue(ctx, hub, to, reason, args) })
		}),
	}
	o.flags(c)
	c.Flags().StringVar(&reason, "reason", "", "why, for the log (required)")
	c.Flags().StringVar(&to, "to", "", "which of several successors of the closed addressee gets them")
	return c
}

func (a *app) requeue(ctx context.Context, hub *client.Admin, to, reason string, deliveries []string) error {
	all, err := hub.SendOn(ctx, to, reason, deliveries...)
	if err != nil {
		return err
	}
	refused := 0
	t := a.table()
	for _, r := range all {
		if r.Code != "" {
			refused++
		}
		if err := t.row(r, r.Delivery, or(r.State, r.Code)); err != nil {
			return err
		}
	}
	if err := t.end(); err != nil {
		return err
	}
	if refused > 0 {
		return &coded{code: exitRefused}
	}
	return nil
}

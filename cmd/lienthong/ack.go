package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func (a *app) ackCommand() *cobra.Command {
	var n connection
	c := &cobra.Command{
		Use:   "ack DELIVERY TOKEN",
		Short: "Say that the agency has a document",
		Long: `Say that the agency has a document that inbox handed out. Any token that was ever given for the delivery will do,
also late; saying it again changes nothing. The sender is told.

` + connectionHelp,
		Example: `  lienthong ack 0197a3c2-… 1.8f21…`,
		Args:    cobra.ExactArgs(2),
		RunE: a.do(func(ctx context.Context, args []string) error {
			hub, err := n.client(a)
			if err != nil {
				return err
			}
			d, err := hub.Ack(ctx, args[0], args[1])
			if err != nil {
				return hubError(err)
			}
			return a.print(d, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\n", d.ID, d.State) })
		}),
	}
	n.flags(c)
	return c
}

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) revocationCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "revocation",
		Short: "See what authorities say of the agencies' certificates, and how old it is",
		Long: `See what authorities are asked about the certificates enrolled, what they said last and how long it counts; what is
out of date comes first. A list (crl) is asked for only where the certificate names no OCSP service, or where that is
not heard. ERROR is of the last question, if it brought no answer that counts.

` + operationHelp,
		Example: `  lienthong revocation
  lienthong revocation --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				sources, err := hub.Revocation(ctx)
				if err != nil {
					return err
				}
				t := a.table("KIND", "FRESH", "STATE", "SAID", "UNTIL", "FAILURES", "ABOUT", "PLACE", "ERROR")
				for _, s := range sources {
					if err := t.row(s, s.Kind, s.Fresh, or(s.State, "-"), local(s.ThisUpdate), local(s.NextUpdate), s.Failures, s.Subject, s.Place, s.Error); err != nil {
						return err
					}
				}
				return t.end()
			})
		}),
	}
	o.flags(c)
	return c
}

package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) keyCommand() *cobra.Command {
	return a.group("key", "Issue and revoke the API keys of agencies",
		`Issue and revoke the API keys with which agencies' software speaks to the hub. The hub keeps no key, only a
digest: a key is shown once. Two of an agency may be in force, so that one can follow the other without a gap.

`+operationHelp,
		a.keyIssueCommand(), a.keyListCommand(), a.keyRevokeCommand())
}

func (a *app) keyIssueCommand() *cobra.Command {
	var o operation
	var r client.KeyRequest
	var days int
	var allow []string
	var out string
	c := &cobra.Command{
		Use:   "issue AGENCY",
		Short: "Issue a key",
		Long: `Issue a key. It is shown this once, or with --out written into a file; the hub keeps only a digest.
Without --allow the key is good from anywhere: name the agency's networks wherever they are known.

` + operationHelp,
		Example: `  lienthong key issue H44.01 --out so-noi-vu.key
  lienthong key issue H44.01 --days 90 --allow 10.20.0.0/16`,
		Args: cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) (err error) {
			if days < 1 {
				return usagef("--days %d: a key is in force for at least one day", days)
			}
			if r.Allow, err = prefixes(allow); err != nil {
				return err
			}
			r.Until = time.Now().UTC().Add(time.Duration(days) * 24 * time.Hour).Truncate(time.Second)
			return a.operate(o, func(hub *client.Admin) error { return a.issueKey(ctx, hub, args[0], r, out) })
		}),
	}
	o.flags(c)
	f := c.Flags()
	f.IntVar(&days, "days", 365, "how long the key is in force")
	f.BoolVar(&r.Test, "test", false, "a key for tests: it reaches sandbox agencies, and only them")
	f.StringSliceVar(&allow, "allow", nil, "network the key may be used from (default anywhere); may be repeated")
	f.StringVar(&out, "out", "", "write the key into this new file, for its owner alone, instead of printing it")
	return c
}

func (a *app) issueKey(ctx context.Context, hub *client.Admin, agency string, r client.KeyRequest, out string) error {
	var k client.IssuedKey
	err := handOver(out, func() (secret string, err error) {
		k, err = hub.IssueKey(ctx, agency, r)
		return k.Secret, err
	})
	if err != nil {
		return err
	}
	if out == "" {
		return a.print(k, func(w io.Writer) { fmt.Fprintln(w, k.Secret) })
	}
	return a.print(k.Key, func(w io.Writer) {
		fmt.Fprintf(w, "%s\tkey %s\tuntil %s\n", out, k.Key.ID, local(k.Key.Until))
	})
}

func (a *app) keyListCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "list AGENCY",
		Short: "List an agency's keys, without the keys themselves",
		Long: `List an agency's keys, also those that have ended lately, by the name that stands in the log. The keys themselves are
not kept.

` + operationHelp,
		Example: `  lienthong key list H44.01`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				d, err := hub.Agency(ctx, args[0])
				if err != nil {
					return err
				}
				t := a.table("KEY", "CREATED", "UNTIL", "REVOKED", "TEST", "FROM")
				for _, k := range d.Keys {
					if err := t.row(k, k.ID, local(k.Created), local(k.Until), local(k.Revoked), k.Test, k.Allow); err != nil {
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

func (a *app) keyRevokeCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "revoke AGENCY KEY",
		Short: "End a key now",
		Long: `End a key now, by the name that key list shows. From the next request on it is refused.

` + operationHelp,
		Example: `  lienthong key revoke H44.01 4uclVdt0od`,
		Args:    cobra.ExactArgs(2),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				d, err := hub.RevokeKey(ctx, args[0], args[1])
				if err != nil {
					return err
				}
				return a.printAgency(d)
			})
		}),
	}
	o.flags(c)
	return c
}

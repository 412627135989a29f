package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

// agencyFlags are what can be said of an agency besides its certificates, keys and endpoint.
func agencyFlags(c *cobra.Command, r *client.AgencyRequest) {
	f := c.Flags()
	f.StringVar(&r.Name, "name", "", "name, for people")
	f.StringVar(&r.Level, "level", "", "central, province, department, district or commune")
	f.StringVar(&r.Parent, "parent", "", "identifier of the agency above")
	f.StringVar(&r.Channel, "channel", "pull", "pull: the agency fetches; push: the hub posts to its endpoint; none: its gateway receives for it")
	f.StringVar(&r.Gateway, "gateway", "", "who receives for the agency, and for those below it, if they have no connection")
	f.StringSliceVar(&r.Aliases, "alias", nil, "further code that means this agency; may be repeated")
	f.StringSliceVar(&r.SendsFor, "sends-for", nil, "agency whose documents this one's connection may submit too")
	f.BoolVar(&r.AcceptUnsigned, "accept-unsigned", false, "take documents without a signature (flagged wherever shown)")
	f.BoolVar(&r.Console, "console", false, "clerks take documents and give statuses in the console, not the agency's software")
	f.BoolVar(&r.Sandbox, "sandbox", false, "for tests: reached with test keys, and only with them")
}

func (a *app) agencyChangeCommand() *cobra.Command {
	var o operation
	var r client.AgencyRequest
	var legacy string
	var end bool
	c := &cobra.Command{
		Use:   "change ID",
		Short: "Change an agency",
		Long: `Change what is said of an agency. What no flag names stays as it is; a list is replaced whole, by its new members or,
as in --alias '', by none. If somebody else changes the agency at the same time, one of the two is refused.

With --close nothing is accepted from the agency or for it any more; what waits for it is given up, and the senders are
told. Who took its place is said by agency close.`,
		Example: `  lienthong agency change H44.01 --channel push
  lienthong agency change H44.24.05 --name 'UBND xã Đồng Thịnh' --alias 000.05.24.H44 --alias G22.05
  lienthong agency change H44.01 --legacy-sha1-until 2027-01-01T00:00:00+07:00`,
		Args: cobra.ExactArgs(1),
	}
	c.RunE = a.do(func(ctx context.Context, args []string) (err error) {
		if r.LegacySHA1Until, err = moment("--legacy-sha1-until", legacy); err != nil {
			return err
		}
		if end {
			r.ClosedAt = time.Now().UTC()
		}
		return a.operate(o, func(hub *client.Admin) error { return a.changeAgency(ctx, hub, args[0], c, r) })
	})
	o.flags(c)
	agencyFlags(c, &r)
	f := c.Flags()
	f.StringVar(&legacy, "legacy-sha1-until", "", "take SHA-1 signatures, as good-weak, until this time, RFC 3339")
	f.BoolVar(&end, "close", false, "close the agency now")
	return c
}

// changeAgency puts what the flags say over what the hub has.
func (a *app) changeAgency(ctx context.Context, hub *client.Admin, id string, c *cobra.Command, r client.AgencyRequest) error {
	present, err := hub.Agency(ctx, id)
	if err != nil {
		return err
	}
	if !keepUnsaid(c, &r, present) {
		return usagef("there is nothing to change: no flag says what")
	}
	r.Version = present.Version
	r.Codes, r.CodeUntil, r.Successors = present.Codes, present.CodeUntil, present.Successors
	d, err := hub.PutAgency(ctx, id, r)
	if err != nil {
		return err
	}
	return a.printAgency(d)
}

// keepUnsaid fills r with the present values of what no flag speaks of. It reports whether any flag speaks.
func keepUnsaid(c *cobra.Command, r *client.AgencyRequest, d client.AgencyDetail) (said bool) {
	for flag, keep := range map[string]func(){
		"name": func() { r.Name = d.Name }, "level": func() { r.Level = d.Level }, "parent": func() { r.Parent = d.Parent },
		"gateway": func() { r.Gateway = d.Gateway },
		"channel": func() { r.Channel = d.Channel }, "alias": func() { r.Aliases = d.Aliases },
		"sends-for":         func() { r.SendsFor = d.SendsFor },
		"accept-unsigned":   func() { r.AcceptUnsigned = d.AcceptUnsigned },
		"sandbox":           func() { r.Sandbox = d.Sandbox },
		"console":           func() { r.Console = d.Console },
		"legacy-sha1-until": func() { r.LegacySHA1Until = d.LegacySHA1Until },
		"close":             func() { r.ClosedAt = d.ClosedAt },
	} {
		if c.Flags().Changed(flag) {
			said = true
		} else {
			keep()
		}
	}
	return said
}

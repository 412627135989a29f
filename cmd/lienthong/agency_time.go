package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/directory"
)

// change reads an agency, lets edit change what is said of it, and puts it back.
func (a *app) change(ctx context.Context, hub *client.Admin, id string, edit func(*client.AgencyRequest)) error {
	d, err := hub.Agency(ctx, id)
	if err != nil {
		return err
	}
	r := client.AgencyRequest{Name: d.Name, Parent: d.Parent, Level: d.Level, Aliases: d.Aliases, SendsFor: d.SendsFor, Channel: d.Channel,
		AcceptUnsigned: d.AcceptUnsigned, LegacySHA1Until: d.LegacySHA1Until, Sandbox: d.Sandbox, ClosedAt: d.ClosedAt, Version: d.Version,
		Codes: d.Codes, CodeUntil: d.CodeUntil, Gateway: d.Gateway, Successors: d.Successors}
	edit(&r)
	if d, err = hub.PutAgency(ctx, id, r); err != nil {
		return err
	}
	return a.printAgency(d)
}

func (a *app) agencyCloseCommand() *cobra.Command {
	var o operation
	var at, until string
	var successors []string
	c := &cobra.Command{
		Use:   "close ID [--successor ID…]",
		Short: "Close an agency, and say who takes its place",
		Long: `Close an agency. From then on nothing is accepted from it. With one --successor documents for it go to that one, until
--until if it is given, and so does what waits; the successor may read and answer what the agency held. With several
documents for it are refused, naming them; what waits is given up, its senders are told, and dead-letter requeue --to
sends it on. Without any, likewise, naming nobody.

Agencies below it are given another parent first, or closed by then.`,
		Example: `  lienthong agency close H44.24.05 --successor H44.101 --at 2025-07-01 --until 2027-07-01
  lienthong agency close H44.24.07 --successor H44.101 --successor H44.102`,
		Args: cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			when, err := dayOr("--at", at, time.Now())
			if err != nil {
				return err
			}
			end, err := dayOr("--until", until, time.Time{})
			if err != nil {
				return err
			}
			return a.operate(o, func(hub *client.Admin) error { return a.closeAgency(ctx, hub, args[0], when, end, successors) })
		}),
	}
	o.flags(c)
	f := c.Flags()
	f.StringSliceVar(&successors, "successor", nil, "agency that takes its place; may be repeated")
	f.StringVar(&at, "at", "", "when it is closed: a day, or a time in RFC 3339 (default now)")
	f.StringVar(&until, "until", "", "when documents for it are redirected no longer (default never)")
	return c
}

func (a *app) closeAgency(ctx context.Context, hub *client.Admin, id string, at, until time.Time, successors []string) error {
	err := a.change(ctx, hub, id, func(r *client.AgencyRequest) {
		r.ClosedAt, r.Successors = at, nil
		for _, s := range successors {
			r.Successors = append(r.Successors, client.Successor{Agency: s, From: at, Until: until})
		}
	})
	if err != nil || at.After(time.Now()) {
		return err
	}
	return a.moveWaiting(ctx, hub)
}

func (a *app) agencyRenameCommand() *cobra.Command {
	var o operation
	var name, from, until string
	c := &cobra.Command{
		Use:   "rename ID NEW-CODE",
		Short: "Give an agency a new code",
		Long: `Give an agency a new code. It stays the same agency: its keys, certificates and documents stay. From --from on it writes
under the new code; both codes are its address, the old one until --until. In records and in the log it stays ID.`,
		Example: `  lienthong agency rename H44.24.09 H44.109 --from 2025-07-01 --until 2027-07-01 --name 'UBND xã Xuân Viên'`,
		Args:    cobra.ExactArgs(2),
		RunE: a.do(func(ctx context.Context, args []string) error {
			since, err := dayOr("--from", from, time.Now())
			if err != nil {
				return err
			}
			end, err := dayOr("--until", until, time.Time{})
			if err != nil {
				return err
			}
			return a.operate(o, func(hub *client.Admin) error {
				return a.change(ctx, hub, args[0], func(r *client.AgencyRequest) {
					r.Name, r.CodeUntil = or(name, r.Name), end
					r.Codes = append(without(r.Codes, args[1]), client.Code{Code: args[1], From: since, Main: true})
				})
			})
		}),
	}
	o.flags(c)
	f := c.Flags()
	f.StringVar(&name, "name", "", "new name, if that changes too")
	f.StringVar(&from, "from", "", "day or time from which it has the new code (default now)")
	f.StringVar(&until, "until", "", "when the old code ceases to be an address (default never)")
	return c
}

func (a *app) agencyAliasCommand() *cobra.Command {
	var o operation
	var from, until string
	c := &cobra.Command{
		Use:     "alias ID CODE",
		Short:   "Give an agency a further code for a time",
		Long:    "Give an agency a further code, from --from on and until --until; what was said of that code before is replaced.",
		Example: `  lienthong agency alias H44.24.05 000.05.24.H44 --until 2026-07-01`,
		Args:    cobra.ExactArgs(2),
		RunE: a.do(func(ctx context.Context, args []string) error {
			since, err := dayOr("--from", from, time.Time{})
			if err != nil {
				return err
			}
			end, err := dayOr("--until", until, time.Time{})
			if err != nil {
				return err
			}
			return a.operate(o, func(hub *client.Admin) error {
				return a.change(ctx, hub, args[0], func(r *client.AgencyRequest) {
					r.Aliases = slices.DeleteFunc(r.Aliases, func(code string) bool { return code == args[1] })
					r.Codes = append(without(r.Codes, args[1]), client.Code{Code: args[1], From: since, Until: end})
				})
			})
		}),
	}
	o.flags(c)
	c.Flags().StringVar(&from, "from", "", "day or time from which the code is the agency's (default always)")
	c.Flags().StringVar(&until, "until", "", "when it ceases to be (default never)")
	return c
}

func without(codes []client.Code, code string) []client.Code {
	return slices.DeleteFunc(slices.Clone(codes), func(c client.Code) bool { return c.Code == code })
}

func (a *app) agencyMoveCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "move",
		Short: "Move what waits for closed agencies",
		Long: `Move what waits for agencies that are closed to who took their place. The hub does so by itself every minute; each
delivery is an entry of the log. What has nobody to go to, or several, is given up, and its sender is told.`,
		Example: `  lienthong agency move`,
		Args:    cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error { return a.moveWaiting(ctx, hub) })
		}),
	}
	o.flags(c)
	return c
}

func (a *app) moveWaiting(ctx context.Context, hub *client.Admin) error {
	m, err := hub.MoveWaiting(ctx)
	if err != nil {
		return err
	}
	return a.print(m, func(w io.Writer) {
		fmt.Fprintf(w, "waiting deliveries: %d redirected, %d given up, %d under way\n", m.Redirected, m.Stranded, m.Underway)
	})
}

// shownDifferences are how many a person reads; --json has more.
const shownDifferences = 50

func printDifferences(w io.Writer, r client.ImportReport) {
	total := 0
	for _, n := range r.Kinds {
		total += n
	}
	for _, d := range r.Differences[:min(len(r.Differences), shownDifferences)] {
		fmt.Fprintf(w, "  line %d: %s\n", d.Line, printable(d.EN))
	}
	if more := total - shownDifferences; more > 0 {
		fmt.Fprintf(w, "  and %d more\n", more)
	}
}

// printTimes shows the codes of an agency and who took its place.
func printTimes(w io.Writer, d client.AgencyDetail) {
	if d.Code != "" {
		fmt.Fprintf(w, "  writes under %s\n", d.Code)
	}
	if !d.CodeUntil.IsZero() {
		fmt.Fprintf(w, "  %s is an address until %s\n", d.ID, local(d.CodeUntil))
	}
	if len(d.Aliases) > 0 {
		fmt.Fprintf(w, "  aliases %s\n", strings.Join(d.Aliases, " "))
	}
	for _, c := range d.Codes {
		fmt.Fprintf(w, "  code %s%s\n", c.Code, validity(c.From, c.Until))
	}
	if d.Gateway != "" {
		fmt.Fprintf(w, "  gateway %s\n", d.Gateway)
	}
	if len(d.SendsFor) > 0 {
		fmt.Fprintf(w, "  sends for %s\n", strings.Join(d.SendsFor, " "))
	}
	if !d.ClosedAt.IsZero() {
		fmt.Fprintf(w, "  closed %s\n", local(d.ClosedAt))
	}
	for _, s := range d.Successors {
		fmt.Fprintf(w, "  successor %s%s\n", s.Agency, validity(s.From, s.Until))
	}
}

func validity(from, until time.Time) string {
	var text string
	if !from.IsZero() {
		text += " from " + local(from)
	}
	if !until.IsZero() {
		text += " until " + local(until)
	}
	return text
}

// dayOr parses a flag that is a day of Việt Nam, or a time; empty is what is usual.
func dayOr(flag, s string, usual time.Time) (time.Time, error) {
	if s == "" {
		return usual.UTC(), nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, s, envelope.ICT()); err == nil {
		return t.UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, usagef("%s %q is neither a day as 2025-07-01 nor a time as 2025-07-01T08:00:00+07:00", flag, s)
	}
	return t.UTC(), nil
}

func (a *app) agencyLevel1Command() *cobra.Command {
	var o operation
	var dry bool
	c := &cobra.Command{
		Use:   "level1",
		Short: "Add the bodies of the first level",
		Long: `Add the bodies of the first level (Decision 20/2020/QĐ-TTg, changed by Decision 09/2025/QĐ-TTg): ministries, committees
and councils of provinces. They have no connection to this hub until they are given one. What is in the directory stays
as it is, but for codes that the decisions closed: these are closed, and those of provinces redirected to the one that
took their place.`,
		Example: `  lienthong agency level1 --dry-run
  lienthong agency level1`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error { return a.level1(ctx, hub, dry) })
		}),
	}
	o.flags(c)
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would change, and change nothing")
	return c
}

func (a *app) level1(ctx context.Context, hub *client.Admin, dry bool) error {
	all, err := hub.Agencies(ctx)
	if err != nil {
		return err
	}
	known := make(map[exchange.AgencyID]bool, len(all))
	for _, d := range all {
		known[exchange.AgencyID(d.ID)] = true
	}
	agencies, mapping := directory.Level1(func(id exchange.AgencyID) bool { return known[id] })
	r, err := hub.Import(ctx, agencies, dry)
	if err != nil {
		return err
	}
	if err := a.printImport(r); err != nil {
		return err
	}
	if dry && r.Added > 0 {
		return nil // what is closed can be looked at when it is there
	}
	if r, err = hub.ImportMapping(ctx, mapping, dry); err != nil {
		return err
	}
	return a.printImport(r)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) agencyCommand() *cobra.Command {
	return a.group("agency", "Keep the directory of agencies",
		`Keep the directory of agencies: who they are, how documents reach them, and which certificates they sign with.
Every change is an entry of the hub's log.

`+operationHelp,
		a.agencyAddCommand(), a.agencyChangeCommand(), a.agencyListCommand(), a.agencyShowCommand(), a.agencyImportCommand(),
		a.agencyCloseCommand(), a.agencyRenameCommand(), a.agencyAliasCommand(), a.agencyMoveCommand(), a.agencyLevel1Command(),
		a.agencyCertCommand(), a.agencyEndpointCommand())
}

func (a *app) agencyAddCommand() *cobra.Command {
	var o operation
	var r client.AgencyRequest
	c := &cobra.Command{
		Use:   "add ID --name NAME --level LEVEL",
		Short: "Add an agency",
		Long: `Add an agency. --name and --level are required; the agency above must be there already. What is there is changed by
agency change.

` + operationHelp,
		Example: `  lienthong agency add H44.01 --name 'Sở Nội vụ' --level department --parent H44
  lienthong agency add H44.10.05 --name 'UBND xã Đồng Thịnh' --level commune --parent H44.10 --alias 000.05.10.H44 --channel pull`,
		Args: cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				d, err := hub.PutAgency(ctx, args[0], r)
				if err != nil {
					return existing(ctx, hub, args[0], err)
				}
				return a.printAgency(d)
			})
		}),
	}
	o.flags(c)
	agencyFlags(c, &r)
	return c
}

// existing says of an agency that was to be added and is there already how it is changed; any other refusal stands.
func existing(ctx context.Context, hub *client.Admin, id string, err error) error {
	p, ok := errors.AsType[*client.Problem](err)
	if !ok || p.Code != "conflict" {
		return err
	}
	if d, failed := hub.Agency(ctx, id); failed != nil || d.ID != id {
		return err
	}
	told := *p
	told.Detail, told.DetailEN = id+" đã có trong danh bạ", id+" is in the directory already"
	told.Advice = "Sửa bằng: lienthong agency change " + id
	told.AdviceEN = "Change it by: lienthong agency change " + id
	return &told
}

func (a *app) agencyListCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "list",
		Short: "List all agencies",
		Long:  "List all agencies, with the number of their keys and certificates.\n\n" + operationHelp,
		Example: `  lienthong agency list
  lienthong agency list --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				all, err := hub.Agencies(ctx)
				if err != nil {
					return err
				}
				t := a.table("ID", "LEVEL", "PARENT", "CHANNEL", "KEYS", "CERTIFICATES", "NAME")
				for _, d := range all {
					if err := t.row(d, d.ID, d.Level, d.Parent, d.Channel, len(d.Keys), len(d.Certificates), d.Name); err != nil {
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

func (a *app) agencyShowCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "show ID",
		Short: "Show one agency with its codes, certificates and keys",
		Long: `Show one agency: its codes and their times, who took its place, how documents reach it, its certificates with their
fingerprints, its keys without the keys themselves.

` + operationHelp,
		Example: `  lienthong agency show H44.01`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				d, err := hub.Agency(ctx, args[0])
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

func (a *app) agencyImportCommand() *cobra.Command {
	var o operation
	var dry bool
	var mapping string
	c := &cobra.Command{
		Use:   "import FILE.csv | import --mapping FILE.csv",
		Short: "Add and change agencies from a table",
		Long: `Add and change agencies from a CSV file with the columns id,name,parent,level,channel,aliases,gateway,sends_for (the
first line names them; id, name and level are required; several codes in a cell are separated by blanks). All of it is
imported, or nothing: every mistake is told with its line. Importing the same file again changes nothing. FILE "-" is
standard input.

With --mapping the file says what became of agencies, in the columns old,new,from,until,kind,name:

  rename  old writes under the code new from then on; until is when the old code ceases to be an address
  merge   old is closed, new takes its place; documents for old go to new until then
  split   old is closed; each row names one of several that take its place; documents for old are refused, naming them
  close   old is closed, nobody takes its place
  alias   new is a further code of old, from then until then

A day is written 2025-07-01 or 01/07/2025; an empty until is for ever. After the import what waits for closed agencies
goes to who took their place.`,
		Example: `  lienthong agency import co-quan.csv --dry-run
  lienthong agency import co-quan.csv
  lienthong agency import --mapping sap-nhap.csv --dry-run`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && mapping == "" || len(args) != 0 && mapping != "" {
				return usagef("needs FILE.csv or --mapping FILE.csv")
			}
			return nil
		},
		RunE: a.do(func(ctx context.Context, args []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				if mapping != "" {
					return a.importMapping(ctx, hub, mapping, dry)
				}
				return a.importFile(ctx, args[0], dry, hub.Import)
			})
		}),
	}
	o.flags(c)
	c.Flags().BoolVar(&dry, "dry-run", false, "say what would change, and change nothing")
	c.Flags().BoolVar(&dry, "dry", false, "the same as --dry-run")
	c.Flags().StringVar(&mapping, "mapping", "", "file of what became of agencies")
	return c
}

func (a *app) importFile(ctx context.Context, file string, dry bool, bring func(context.Context, []byte, bool) (client.ImportReport, error)) error {
	csv, err := a.readFile(file, maxImport)
	if err != nil {
		return usagef("%s: %w", file, err)
	}
	report, err := bring(ctx, csv, dry)
	if err != nil {
		return err
	}
	return a.printImport(report)
}

func (a *app) importMapping(ctx context.Context, hub *client.Admin, file string, dry bool) error {
	if err := a.importFile(ctx, file, dry, hub.ImportMapping); err != nil || dry {
		return err
	}
	return a.moveWaiting(ctx, hub)
}

const maxImport = 64 << 20

func (a *app) printImport(r client.ImportReport) error {
	return a.print(r, func(w io.Writer) {
		verb := "imported"
		if r.Dry {
			verb = "would be imported"
		}
		fmt.Fprintf(w, "%d rows %s: %d added, %d changed, %d unchanged\n", r.Rows, verb, r.Added, r.Changed, r.Unchanged)
		printDifferences(w, r)
	})
}

func (a *app) agencyCertCommand() *cobra.Command {
	var o operation
	var from, until, end string
	var pinned bool
	c := &cobra.Command{
		Use:   "cert ID FILE.pem",
		Short: "Enrol a certificate that an agency signs with, or end one",
		Long: `Enrol the certificate that an agency signs its documents with. Two may overlap, so that one can follow the other
without a gap; one that another agency has too is taken with a warning. With --end the enrolment of that fingerprint
ends now; what was accepted stays accepted.

With --pinned the certificate is trusted by itself, whatever its chain is worth: for old certificates whose authorities
signed with SHA-1. --until is required then.`,
		Example: `  lienthong agency cert H44.01 so-noi-vu.pem
  lienthong agency cert H44.01 so-noi-vu-2027.pem --from 2027-01-01T00:00:00+07:00
  lienthong agency cert H44.01 cu.pem --pinned --until 2026-12-31T00:00:00+07:00
  lienthong agency cert H44.01 --end 3f1a…`,
		Args: func(_ *cobra.Command, args []string) error {
			if want := 2; end == "" && len(args) != want || end != "" && len(args) != want-1 {
				return usagef("needs ID and FILE.pem, or ID and --end FINGERPRINT")
			}
			return nil
		},
		RunE: a.do(func(ctx context.Context, args []string) error {
			if end != "" {
				return a.operate(o, func(hub *client.Admin) error {
					d, err := hub.EndCertificate(ctx, args[0], end)
					if err != nil {
						return err
					}
					return a.printAgency(d)
				})
			}
			return a.enrol(ctx, o, args[0], args[1], from, until, pinned)
		}),
	}
	o.flags(c)
	f := c.Flags()
	f.StringVar(&from, "from", "", "in force from this time, RFC 3339 (default now)")
	f.StringVar(&until, "until", "", "in force until this time (default as long as the certificate is valid)")
	f.BoolVar(&pinned, "pinned", false, "trust the certificate by itself, without a chain, until --until")
	f.StringVar(&end, "end", "", "end the enrolment of the certificate with this SHA-256 fingerprint")
	return c
}

func (a *app) enrol(ctx context.Context, o operation, id, file, from, until string, pinned bool) error {
	text, err := a.readFile(file, maxAnchors)
	if err != nil {
		return usagef("%s: %w", file, err)
	}
	r := client.CertificateRequest{PEM: string(text), Pinned: pinned}
	if r.From, err = moment("--from", from); err != nil {
		return err
	}
	if r.Until, err = moment("--until", until); err != nil {
		return err
	}
	return a.operate(o, func(hub *client.Admin) error {
		d, err := hub.AddCertificate(ctx, id, r)
		if err != nil {
			return err
		}
		return a.printAgency(d)
	})
}

func (a *app) agencyEndpointCommand() *cobra.Command {
	var o operation
	var in, out string
	var allow []string
	c := &cobra.Command{
		Use:   "endpoint ID URL --allow NETWORK",
		Short: "Set where the hub posts an agency's documents",
		Long: `Set where the hub posts the documents of an agency whose channel is push, and open the endpoint again if it was
closed. Nothing is posted outside of the networks of --allow, nor of the hub's own delivery.allow, wherever the name may
lead; an address that is a number outside of the latter is refused at once.

The hub signs what it posts (Standard Webhooks) with a secret shared with the agency. Where there is none yet, one is
made; it is shown this once.`,
		Example: `  lienthong agency endpoint H44.01 https://qlvb.sonoivu.example/nhan --allow 10.20.0.0/16 --out bi-mat`,
		Args:    cobra.ExactArgs(2),
		RunE: a.do(func(ctx context.Context, args []string) (err error) {
			r := client.EndpointRequest{URL: args[1]}
			if r.Allow, err = prefixes(allow); err != nil {
				return err
			}
			if in != "" {
				text, err := a.readFile(in, maxKey)
				if err != nil {
					return usagef("--secret-file %s: %w", in, err)
				}
				r.Secret = strings.TrimSpace(string(text))
			}
			return a.operate(o, func(hub *client.Admin) error { return a.setEndpoint(ctx, hub, args[0], r, out) })
		}),
	}
	o.flags(c)
	f := c.Flags()
	f.StringSliceVar(&allow, "allow", nil, "network that the address may be in, such as 10.20.0.0/16; may be repeated")
	f.StringVar(&in, "secret-file", "", `file that holds the secret ("whsec_…"); "-" is standard input`)
	f.StringVar(&out, "out", "", "write the secret into this new file, for its owner alone, instead of printing it")
	return c
}

func (a *app) setEndpoint(ctx context.Context, hub *client.Admin, id string, r client.EndpointRequest, out string) error {
	var e client.EndpointRequest
	err := handOver(out, func() (secret string, err error) {
		e, err = hub.SetEndpoint(ctx, id, r)
		return e.Secret, err
	})
	if err != nil {
		return err
	}
	if out != "" {
		e.Secret = ""
	}
	return a.print(e, func(w io.Writer) { fmt.Fprintf(w, "%s\t%s\t%s\n", id, printable(e.URL), or(e.Secret, out)) })
}

func (a *app) printAgency(d client.AgencyDetail) error {
	return a.print(d, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s\n", d.ID, printable(d.Name))
		fmt.Fprintf(w, "  level %s, parent %s, channel %s, version %d\n", d.Level, or(d.Parent, "none"), d.Channel, d.Version)
		printTimes(w, d)
		if d.Endpoint != nil {
			fmt.Fprintf(w, "  endpoint %s%s\n", printable(d.Endpoint.URL), closed(d.Endpoint.ClosedAt))
		}
		for _, c := range d.Certificates {
			fmt.Fprintf(w, "  certificate %s from %s until %s%s\n", c.Fingerprint, local(c.From), local(ends(c)), pinnedWord(c.Pinned))
			fmt.Fprintf(w, "    of %s\n", printable(c.Subject))
			if len(c.Also) > 0 {
				fmt.Fprintf(w, "    warning: in force for %s too; what it signs counts as the word of each\n", strings.Join(c.Also, ", "))
			}
		}
		for _, k := range d.Keys {
			fmt.Fprintf(w, "  key %s until %s%s\n", k.ID, local(k.Until), closed(k.Revoked))
		}
	})
}

// ends is when a certificate is no longer in force: by its enrolment, or by itself.
func ends(c client.Certificate) time.Time {
	if c.Until.IsZero() || (!c.NotAfter.IsZero() && c.NotAfter.Before(c.Until)) {
		return c.NotAfter
	}
	return c.Until
}

func pinnedWord(pinned bool) string {
	if pinned {
		return ", pinned"
	}
	return ""
}

func closed(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return ", closed " + local(at)
}

func prefixes(texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, s := range texts {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, usagef("--allow %q is not a network such as 10.20.0.0/16", s)
		}
		all = append(all, p)
	}
	return all, nil
}

// moment parses a flag's time; empty is none.
func moment(flag, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, usagef("%s %q is not a time as 2024-06-30T08:00:00+07:00", flag, s)
	}
	return t, nil
}

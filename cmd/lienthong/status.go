package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) statusCommand() *cobra.Command {
	return a.group("status", "See where a document is, and say what became of it",
		`See where a document is, and say what became of it. A delivery has two states: where the hub has it (queued, held,
delivered, withdrawn, dead-lettered), and the edXML status that its addressee gave (01 arrived … 06 completed).`,
		a.statusShowCommand(), a.statusGiveCommand(), a.statusHubCommand())
}

func (a *app) statusShowCommand() *cobra.Command {
	var n connection
	c := &cobra.Command{
		Use:     "show DOCUMENT",
		Short:   "Show both states of a document at each addressee, and what happened",
		Long:    "Show both states of a document at each addressee, and what happened.\n\n" + connectionHelp,
		Example: `  lienthong status show 0197a3c2-…`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			hub, err := n.client(a)
			if err != nil {
				return err
			}
			d, err := hub.Document(ctx, args[0])
			if err != nil {
				return hubError(err)
			}
			return a.print(d, func(w io.Writer) { a.writeDocument(w, d) })
		}),
	}
	n.flags(c)
	return c
}

func (a *app) writeDocument(w io.Writer, d client.Document) {
	m := d.Message
	fmt.Fprintf(w, "%s  %s  %s\n", m.ID, printable(or(m.Code, m.Class)), printable(m.Subject))
	fmt.Fprintf(w, "  from %s, accepted %s, signature %s, sha256 %s\n", m.Sender, local(m.AcceptedAt), m.Signature, m.Digest)
	printRedirects(w, m.Addressees)
	for _, v := range d.Deliveries {
		fmt.Fprintf(w, "  to %s", v.Addressee)
		if v.Original != "" {
			fmt.Fprintf(w, " (was to %s)", v.Original)
		}
		fmt.Fprintf(w, ": %s", v.State)
		if v.Reason != "" {
			fmt.Fprintf(w, " (%s)", v.Reason)
		}
		if v.Processing != "" {
			fmt.Fprintf(w, ", status %s %s", v.Processing, printable(v.ProcessingTitle))
		}
		if v.Recall != nil {
			fmt.Fprintf(w, ", recall %s", v.Recall.State)
		}
		if v.Consent != "" {
			fmt.Fprintf(w, ", answered %s", v.Consent)
		}
		if v.WaitsFor != "" {
			fmt.Fprintf(w, ", waits for %s", v.WaitsFor)
		}
		fmt.Fprintf(w, ", delivery %s\n", v.ID)
		for _, k := range clockNames() {
			if mark, ok := v.Clocks[k]; ok {
				fmt.Fprintf(w, "    %-8s  %-7s  late from %s\n", k, mark.Verdict, local(mark.Limit))
			}
		}
	}
	for _, x := range m.Warnings {
		fmt.Fprintf(w, "  warning %s: %s · %s %s\n", x.Code, printable(x.EN), printable(x.VI), x.Earlier)
	}
	for _, l := range m.About {
		fmt.Fprintf(w, "  %s of %s\n", l.Relation, l.Message)
	}
	for _, l := range d.By {
		fmt.Fprintf(w, "  %s by %s\n", l.Relation, l.Message)
	}
	for _, e := range d.Timeline {
		fmt.Fprintf(w, "  %s  %s\n", local(e.Entry.Time), eventWords(e))
	}
}

// clockNames are the law's clocks in the order in which they run.
func clockNames() []string { return []string{"send", "arrive", "receive", "assign", "complete"} }

func (a *app) statusGiveCommand() *cobra.Command {
	var n connection
	var r client.StatusRequest
	c := &cobra.Command{
		Use:   "give DELIVERY CODE",
		Short: "Give the edXML status of a document that the agency received",
		Long: `Give the edXML status of a document that the agency received; the hub tells the sender. The codes are 02 refused
(needs --description), 03 accepted, 04 assigned, 05 in work, 06 completed; 15 and 16 agree to a recall or an update, or
decline it.

` + connectionHelp,
		Example: `  lienthong status give 0197a3c2-… 03
  lienthong status give 0197a3c2-… 02 --description 'Gửi nhầm đơn vị'`,
		Args: cobra.ExactArgs(2),
		RunE: a.do(func(ctx context.Context, args []string) error {
			hub, err := n.client(a)
			if err != nil {
				return err
			}
			r.Code = args[1]
			receipt, err := hub.Status(ctx, args[0], r)
			if err != nil {
				return hubError(err)
			}
			return a.print(receipt, func(w io.Writer) { fmt.Fprintf(w, "%s\tstatus %s\t%s\n", args[0], r.Code, receipt.ID) })
		}),
	}
	n.flags(c)
	f := c.Flags()
	f.StringVar(&r.Description, "description", "", "the reason, in words")
	f.StringVar(&r.Staff.Name, "staff", "", "name of the clerk")
	f.StringVar(&r.Staff.Department, "department", "", "the clerk's department")
	return c
}

func (a *app) statusHubCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "hub",
		Short: "Show how the hub on this machine is doing",
		Long:  "Show how the hub on this machine is doing. Exit code 1 if it is not ready to take documents.\n\n" + operationHelp,
		Example: `  lienthong status hub
  lienthong status hub --dir /srv/lienthong --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error { return a.hubStatus(ctx, hub) })
		}),
	}
	o.flags(c)
	return c
}

// A hubState is what status hub prints.
type hubState struct {
	client.HubStatus
	Readiness client.Readiness `json:"readiness"`
}

func (a *app) hubStatus(ctx context.Context, hub *client.Admin) error {
	s, err := hub.Status(ctx)
	if err != nil {
		return err
	}
	ready, err := hub.Ready(ctx)
	if err != nil {
		return err
	}
	err = a.print(hubState{s, ready}, func(w io.Writer) {
		fmt.Fprintf(w, "version %s, started %s, %d agencies, %d log entries\n", s.Version, local(s.Started), s.Agencies, s.LogSize)
		for _, state := range []string{"queued", "held", "delivered", "withdrawn", "dead-lettered"} {
			fmt.Fprintf(w, "  %-13s %d\n", state, s.Deliveries[state])
		}
		for _, check := range slices.Sorted(maps.Keys(ready.Checks)) {
			fmt.Fprintf(w, "  %-13s %s\n", check, map[bool]string{true: "proved", false: "NOT PROVED"}[ready.Checks[check]])
		}
		fmt.Fprintln(w, map[bool]string{true: "ready", false: "not ready"}[ready.Ready])
	})
	if err == nil && !ready.Ready {
		return &coded{code: exitRefused}
	}
	return err
}

package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) logCommand() *cobra.Command {
	return a.group("log", "Read the hub's log",
		`Read the hub's log: every change of state, in order, nothing ever removed. Entries are numbered from 0.

`+operationHelp,
		a.logTailCommand(), a.logShowCommand(), a.logEntryCommand(), a.logCheckpointCommand())
}

func (a *app) logTailCommand() *cobra.Command {
	var o operation
	var last int
	var follow bool
	c := &cobra.Command{
		Use:   "tail",
		Short: "Print the newest entries",
		Long: `Print the newest entries, oldest first: number, time, and what happened. Texts in quotation marks are the erasable
part that stands beside the log.

` + operationHelp,
		Example: "  lienthong log tail -n 50\n  lienthong log tail --follow --json",
		Args:    cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			if last < 0 {
				return usagef("--last %d is less than none", last)
			}
			return a.operate(o, func(hub *client.Admin) error { return a.tail(ctx, hub, int64(last), follow) })
		}),
	}
	o.flags(c)
	c.Flags().IntVarP(&last, "last", "n", 10, "how many")
	c.Flags().BoolVarP(&follow, "follow", "f", false, "go on with new entries until interrupted")
	return c
}

// between is how often --follow looks for new entries.
const between = time.Second

func (a *app) tail(ctx context.Context, hub *client.Admin, last int64, follow bool) error {
	s, err := hub.Status(ctx)
	if err != nil {
		return err
	}
	from := max(s.LogSize-last, 0)
	t := time.NewTicker(between)
	defer t.Stop()
	for {
		if from, err = a.printEntries(ctx, hub, from, -1); err != nil || !follow {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
	}
}

// batch is how many entries are asked for at once.
const batch = 200

// printEntries prints entries from an index on, at most limit (-1: all there are), and returns the next index.
func (a *app) printEntries(ctx context.Context, hub *client.Admin, from, limit int64) (next int64, err error) {
	for limit != 0 {
		ask := int64(batch)
		if limit > 0 {
			ask = min(ask, limit)
		}
		events, err := hub.Entries(ctx, from, int(ask))
		if err != nil || len(events) == 0 {
			return from, err
		}
		for _, e := range events {
			if err := a.printEvent(e); err != nil {
				return from, err
			}
			from = e.Index + 1
		}
		if limit > 0 {
			limit -= int64(len(events))
		}
	}
	return from, nil
}

func (a *app) printEvent(e client.Event) error {
	return a.print(e, func(w io.Writer) {
		fmt.Fprintf(w, "%d\t%s\t%s\n", e.Index, local(e.Entry.Time), eventWords(e))
	})
}

// eventWords is an entry on one line: what, who, about what, and the erasable text at the end.
func eventWords(e client.Event) string {
	x := e.Entry
	words := []string{string(x.Type)}
	for _, f := range []struct{ name, value string }{
		{"", x.Kind}, {"by", x.Actor}, {"message", x.Message}, {"delivery", x.Delivery}, {"from", x.Sender}, {"to", x.Addressee}, {"instead of", x.Original},
		{"code", x.Code}, {"result", x.Result},
	} {
		if f.value == "" {
			continue
		}
		if f.name != "" {
			words = append(words, f.name)
		}
		words = append(words, f.value)
	}
	if len(x.Successors) > 0 {
		words = append(words, "successors", strings.Join(x.Successors, " "))
	}
	if n := len(x.Addressees); n > 0 {
		words = append(words, "addressees", strconv.Itoa(n))
	}
	if x.Count > 0 {
		words = append(words, "count", strconv.FormatInt(x.Count, 10))
	}
	for _, k := range slices.Sorted(maps.Keys(e.Side)) {
		words = append(words, fmt.Sprintf("%s=%q", k, e.Side[k]))
	}
	return printable(strings.Join(words, " "))
}

func (a *app) logShowCommand() *cobra.Command {
	var o operation
	var from, limit int64
	c := &cobra.Command{
		Use:     "show",
		Short:   "Print entries from a number on",
		Long:    "Print entries from a number on, as log tail does.\n\n" + operationHelp,
		Example: "  lienthong log show --from 1000 --limit 500",
		Args:    cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			if from < 0 || limit < 0 {
				return usagef("--from and --limit are not negative")
			}
			return a.operate(o, func(hub *client.Admin) error {
				_, err := a.printEntries(ctx, hub, from, limit)
				return err
			})
		}),
	}
	o.flags(c)
	c.Flags().Int64Var(&from, "from", 0, "number of the first entry")
	c.Flags().Int64Var(&limit, "limit", 100, "at most so many")
	return c
}

func (a *app) logEntryCommand() *cobra.Command {
	var o operation
	var out string
	c := &cobra.Command{
		Use:   "entry NUMBER",
		Short: "Print one entry with the proof that it is in the log",
		Long: `Print one entry as a receipt: the entry, the proof that it is in the log, and the checkpoint that the hub signed.
lienthong verify receipt checks it without the hub.`,
		Example: "  lienthong log entry 42 --out 42.receipt",
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			index, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || index < 0 {
				return usagef("%q is not the number of an entry", args[0])
			}
			return a.operate(o, func(hub *client.Admin) error { return a.logEntry(ctx, hub, index, out) })
		}),
	}
	o.flags(c)
	c.Flags().StringVar(&out, "out", "", "write the receipt into this file")
	return c
}

// proven is what log entry prints.
type proven struct {
	Index   int64  `json:"index"`
	Receipt string `json:"receipt"`
	File    string `json:"file,omitempty"`
}

func (a *app) logEntry(ctx context.Context, hub *client.Admin, index int64, out string) error {
	text, err := hub.Receipt(ctx, index)
	if err != nil {
		return err
	}
	if out != "" {
		if err := keepFile(out, text); err != nil {
			return err
		}
	}
	return a.print(proven{index, string(text), out}, func(w io.Writer) {
		if out == "" {
			w.Write(text)
		}
	})
}

func (a *app) logCheckpointCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "checkpoint",
		Short: "Print the newest signed checkpoint",
		Long: `Print the newest signed checkpoint: the log's name, how many entries it has, and the hash over all of them. Kept
elsewhere, it shows later that nothing before it was changed: an auditor pastes it, alone, on the console's page Kiểm
tra toàn vẹn (Integrity), which compares it with the log of today. lienthong person add LOGIN --name NAME --role
auditor makes an auditor.

` + operationHelp,
		Example: `  lienthong log checkpoint >> so-cai.txt`,
		Args:    cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			return a.operate(o, func(hub *client.Admin) error {
				text, err := hub.Checkpoint(ctx)
				if err != nil {
					return err
				}
				return a.print(map[string]string{"checkpoint": string(text)}, func(w io.Writer) { w.Write(text) })
			})
		}),
	}
	o.flags(c)
	return c
}

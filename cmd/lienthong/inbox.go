package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) inboxCommand() *cobra.Command {
	var in inbox
	c := &cobra.Command{
		Use:   "inbox",
		Short: "Take the documents that wait for the agency",
		Long: `Take documents that wait for the agency, urgent ones first, and fetch them into a directory. What is taken is the
caller's alone until the lease ends; what is not acknowledged by then (lienthong ack) is handed out again, under the
same delivery id.

Each line is a delivery, its token, the sender, the code, and the file. Exit code 0 also if nothing waits.

` + connectionHelp,
		Example: `  lienthong inbox --fetch den/
  lienthong inbox --wait 20s --max 10 --json`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error { return in.run(ctx, a) }),
	}
	in.connection.flags(c)
	f := c.Flags()
	f.IntVar(&in.ask.Max, "max", 1, "at most so many deliveries")
	f.DurationVar(&in.ask.For, "lease", 0, "length of the lease (default the hub's)")
	f.DurationVar(&in.ask.Wait, "wait", 0, "wait so long for the first delivery, at most 20s")
	f.StringVar(&in.fetch, "fetch", "", "write each document into this directory, as DELIVERY.xml")
	f.BoolVar(&in.ack, "ack", false, "acknowledge each document once it is written (needs --fetch)")
	return c
}

type inbox struct {
	connection
	ask   client.Ask
	fetch string
	ack   bool
}

// taken is one line of inbox.
type taken struct {
	client.Handout
	File  string `json:"file,omitempty"`
	Acked bool   `json:"acked,omitempty"`
}

func (in inbox) run(ctx context.Context, a *app) error {
	if in.ack && in.fetch == "" {
		return usagef("--ack needs --fetch: nobody has the document otherwise")
	}
	hub, err := in.client(a)
	if err != nil {
		return err
	}
	if in.fetch != "" {
		if err := os.MkdirAll(in.fetch, 0o700); err != nil {
			return err
		}
	}
	handouts, err := hub.Lease(ctx, in.ask)
	if err != nil {
		return hubError(err)
	}
	for _, h := range handouts {
		line, err := in.take(ctx, hub, h)
		if err != nil {
			return fmt.Errorf("delivery %s: %w", h.Delivery.ID, hubError(err))
		}
		if err := a.printTaken(line); err != nil {
			return err
		}
	}
	return nil
}

func (in inbox) take(ctx context.Context, hub *client.Client, h client.Handout) (t taken, err error) {
	t.Handout = h
	if in.fetch == "" {
		return t, nil
	}
	t.File = filepath.Join(in.fetch, filepath.Base(h.Delivery.ID)+".xml")
	if err := fetch(ctx, hub, h.Delivery.ID, t.File); err != nil || !in.ack {
		return t, err
	}
	_, err = hub.Ack(ctx, h.Delivery.ID, h.Token)
	t.Acked = err == nil
	return t, err
}

// fetch writes a delivery's document into a file. It is there only if it has the hub's digest.
func fetch(ctx context.Context, hub *client.Client, delivery, file string) error {
	content, err := hub.DeliveryContent(ctx, delivery)
	if err != nil {
		return err
	}
	defer content.Close()
	return keepStream(file, func(w io.Writer) error {
		_, err := io.Copy(w, content)
		return err
	})
}

func (a *app) printTaken(t taken) error {
	return a.print(t, func(w io.Writer) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", t.Delivery.ID, t.Token, printable(t.Message.Sender),
			printable(or(t.Message.Code, t.Message.Class)), printable(or(t.File, "-")))
	})
}

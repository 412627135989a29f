package main

import (
	"context"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/cmd/lienthong/bench"
	"github.com/lienthong/lienthong/config"
)

const benchHelp = `Measure how much a hub on this machine takes: a whole hub, with real signatures, over HTTP on the loopback. Agencies
submit one document after the other, each to all addressees; of these every second one is pushed to, the others pull,
four documents at a time; the senders fetch the statuses that the hub writes to them likewise.

The hub runs in this process, the agencies' software in another one. Documents are signed before the measured time
begins. With --for the measured time follows a short warm-up; with --documents it begins with an empty hub and ends when
so many documents are accepted and all of them delivered.

--dir is for measuring another disk than the one of temporary files: on a file system in memory syncs cost nothing.

  accepted_per_s    documents with a receipt
  delivered_per_s   deliveries that their receivers took
  accept_p50_ms     time to the receipt: half of them came sooner
  accept_p99_ms     99 of 100 came sooner
  rss_anon_mb       memory of the hub at the end, after a collection (Linux; 0 elsewhere); rss_anon_peak_mb is the most
                    that was seen meanwhile. Documents are signed, sent and received in the other process, and the
                    database's mapped file is not in it
  fsyncs            syncs of the store: one for each group of bodies, two for each commit
  limited_by        cpu: at least 85 % of the cores were in use (hub_cores, client_cores; machine_cores is all programs)
                    disk: otherwise, and a writer of the store was writing or syncing at least 70 % of the time
                    (bodies_busy, large_busy, commit_busy)
                    submitters: neither; each waits for its receipt, and more of them would send more
`

func (a *app) benchCommand() *cobra.Command {
	var o bench.Options
	var size config.Size
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure how much a hub on this machine takes",
		Long:  benchHelp,
		Example: `  lienthong bench
  lienthong bench --submitters 16 --size 64KiB --addressees 10 --for 10s --json
  lienthong bench --documents 10000 --size 8KiB --addressees 3 --dir /srv/do-tai`,
		Args: cobra.NoArgs,
		RunE: a.do(func(ctx context.Context, _ []string) error {
			o.Size = int(size)
			return a.bench(ctx, o)
		}),
	}
	f := c.Flags()
	f.IntVar(&o.Submitters, "submitters", 16, "agencies that submit at the same time")
	f.TextVar(&size, "size", config.Size(64<<10), "`bytes` of a document, as in 64KiB")
	f.IntVar(&o.Addressees, "addressees", 10, "addressees of each document")
	f.DurationVar(&o.For, "for", 10*time.Second, "how long to measure")
	f.IntVar(&o.Documents, "documents", 0, "measure until so many documents are accepted and delivered, instead of --for")
	f.StringVar(&o.Dir, "dir", "", "keep the hub's directory here; it must be absent or empty (default a temporary one)")
	c.MarkFlagsMutuallyExclusive("for", "documents")
	return c
}

func (a *app) bench(ctx context.Context, o bench.Options) error {
	if o.Documents > 0 {
		o.For = 0
	}
	if err := o.Check(); err != nil {
		return &coded{exitUsage, err}
	}
	o.Out, o.Clients = a.stderr, a.startClients
	r, err := bench.Run(ctx, o)
	if err != nil {
		return err
	}
	if a.json {
		return r.WriteJSON(a.stdout)
	}
	return r.WriteTable(a.stdout)
}

// startClients starts this program once more, as the agencies' software.
func (a *app) startClients(ctx context.Context) (in io.WriteCloser, out io.Reader, wait func() error, err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, nil, err
	}
	cmd := exec.CommandContext(ctx, self, clientsName)
	cmd.Stderr = a.stderr
	if in, err = cmd.StdinPipe(); err != nil {
		return nil, nil, nil, err
	}
	if out, err = cmd.StdoutPipe(); err != nil {
		return nil, nil, nil, err
	}
	return in, out, cmd.Wait, cmd.Start()
}

const clientsName = "bench-clients"

// clientsCommand is what bench starts. Nobody else has a use for it.
func (a *app) clientsCommand() *cobra.Command {
	return &cobra.Command{
		Use:    clientsName,
		Short:  "The agencies' software of bench, in a process of its own",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   a.do(func(ctx context.Context, _ []string) error { return bench.Clients(ctx, a.stdin, a.stdout) }),
	}
}

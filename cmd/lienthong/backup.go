package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
)

func (a *app) backupCommand() *cobra.Command {
	var o operation
	c := &cobra.Command{
		Use:   "backup TARGET",
		Short: "Copy the store of the running hub",
		Long: `Copy the store of the running hub into TARGET, which must be empty or absent, on a local disk of the hub's machine. The
copy is consistent, and the hub goes on working. Keys and configuration are not in it: keep them elsewhere.

A copy is for looking at (lienthong check --data), and for a total loss. Put in place of a store that has given receipts
since, it forks the log, and what was accepted in between is gone.

` + operationHelp,
		Example: `  lienthong backup --dir /srv/lienthong /mnt/sao-luu/2026-11-24`,
		Args:    cobra.ExactArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			target, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			return a.operate(o, func(hub *client.Admin) error {
				if err := hub.Backup(ctx, target); err != nil {
					return err
				}
				return a.print(client.BackupRequest{Dir: target}, func(w io.Writer) { fmt.Fprintln(w, target) })
			})
		}),
	}
	o.flags(c)
	return c
}

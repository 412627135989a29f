package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/store/bolt"
)

func (a *app) checkCommand() *cobra.Command {
	var data string
	c := &cobra.Command{
		Use:   "check [DIR]",
		Short: "Walk through the whole store and say what is broken",
		Long: `Walk through the whole store of a hub that does not run, and say what is broken: every index against what it points
to, every body against its digest, every entry of the log against the signed checkpoints. With --data a backup is looked
at, by the keys and the configuration of DIR.

While a hub runs on the directory, check refuses (exit code 4). Exit code 0 only if everything is sound.`,
		Example: `  lienthong check /srv/lienthong
  lienthong check /srv/lienthong --data /mnt/sao-luu/2026-11-24`,
		Args: cobra.MaximumNArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error { return a.check(ctx, a.dir(args), data) }),
	}
	c.Flags().StringVar(&data, "data", "", "directory of the store, such as a backup's (default the hub's)")
	return c
}

// soundness is what check prints as JSON.
type soundness struct {
	Sound  bool     `json:"sound"`
	Broken []string `json:"broken,omitempty"`
}

func (a *app) check(ctx context.Context, dir node.Dir, data string) error {
	s, err := a.openStore(dir, data)
	if err != nil {
		return err
	}
	broken, err := s.Check(ctx, nil)
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	err = a.print(soundness{len(broken) == 0, broken}, func(w io.Writer) {
		for _, line := range broken {
			fmt.Fprintln(w, printable(line))
		}
		if len(broken) == 0 {
			fmt.Fprintln(w, "sound")
		}
	})
	if err == nil && len(broken) > 0 {
		return &coded{code: exitRefused}
	}
	return err
}

func (a *app) openStore(dir node.Dir, data string) (*bolt.Store, error) {
	c, err := a.load(dir, nil)
	if err != nil {
		return nil, err
	}
	key, err := node.LoadLogKey(c)
	if err != nil {
		return nil, &coded{exitUsage, err}
	}
	log := slog.New(slog.NewJSONHandler(a.stderr, nil))
	s, err := bolt.Open(or(data, c.Data), bolt.Options{Signer: key, Origin: key.Name(), Logger: log})
	return s, heldError(err, "stop the hub first, or look at a copy: lienthong backup COPY, then lienthong check --data COPY")
}

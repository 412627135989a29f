package main

import (
	"errors"
	"fmt"
	"net"
	"os"

	"github.com/spf13/cobra"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/cmd/lienthong/node"
)

// An operation is a command to a hub that runs on this machine, over its socket. Whoever can open the socket is the
// operator: the directory is the hub's user's alone.
type operation struct{ path string }

const operationHelp = `The hub must be running on this machine; DIR is --dir, else LIENTHONG_DIR, else the working directory.`

func (o *operation) flags(c *cobra.Command) {
	c.Flags().StringVar(&o.path, "dir", "", "the hub's directory (default $LIENTHONG_DIR, else the working directory)")
}

func (o operation) dir(a *app) node.Dir {
	if o.path != "" {
		return node.Dir(o.path)
	}
	return a.dir(nil)
}

// admin connects to the running hub.
func (o operation) admin(a *app) (*client.Admin, error) {
	dir := o.dir(a)
	if _, err := os.Stat(dir.Path(node.ConfigFile)); errors.Is(err, os.ErrNotExist) {
		return nil, usagef("%s is not a hub's directory: it has no %s", dir, node.ConfigFile)
	}
	socket := dir.Path(node.SocketFile)
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, &coded{exitUnreachable, fmt.Errorf("no hub runs on %s (lienthong serve %s): %w", dir, dir, err)}
	}
	conn.Close()
	return client.NewAdmin(socket), nil
}

// operate carries out f on the running hub.
func (a *app) operate(o operation, f func(*client.Admin) error) error {
	hub, err := o.admin(a)
	if err != nil {
		return err
	}
	defer hub.Close()
	return hubError(f(hub))
}

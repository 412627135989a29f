// Lienthong is a hub for official documents between government agencies, and the tools of those who run it or send
// through it.
//
// This package reads arguments, wires the parts of the hub by hand (package node) and prints. It holds no rules: those
// are in package exchange. One file is one command.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
)

func main() { os.Exit(start(nil)) }

// start is main in a form that tests can call in a process of their own; theirs alone adjusts the hub.
func start(adjust func(*node.Options)) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(), adjust: adjust}
	return a.exit(a.run(ctx, os.Args[1:]))
}

package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/cmd/lienthong/node"
	"github.com/lienthong/lienthong/config"
	"github.com/lienthong/lienthong/store/bolt"
)

func (a *app) serveCommand() *cobra.Command {
	var settings []string
	c := &cobra.Command{
		Use:   "serve [DIR]",
		Short: "Run the hub",
		Long: `Run the hub whose directory is DIR, until it is interrupted. It then takes no more connections, finishes what is under
way, and ends; a second interrupt ends it at once, and nothing that was receipted is lost.

DIR is the argument, else LIENTHONG_DIR, else the working directory. Settings are described by lienthong config. Without
a TLS certificate the hub listens on loopback addresses only. A renewed certificate is taken up without a restart.

One line is printed when the hub listens. The operational log is JSON on standard error.`,
		Example: `  lienthong serve /srv/lienthong
  lienthong serve ./thu --set http.listen=127.0.0.1:0 --set log.level=warn`,
		Args: cobra.MaximumNArgs(1),
		RunE: a.do(func(ctx context.Context, args []string) error {
			flags, err := pairs(settings)
			if err != nil {
				return err
			}
			return a.serve(ctx, a.dir(args), flags)
		}),
	}
	c.Flags().StringArrayVar(&settings, "set", nil, "a setting, as in http.listen=127.0.0.1:8080; may be repeated")
	return c
}

func (a *app) serve(ctx context.Context, dir node.Dir, flags map[string]string) error {
	c, err := a.load(dir, flags)
	if err == nil {
		err = checkFiles(c)
	}
	if err != nil {
		return &coded{exitUsage, err}
	}
	log := slog.New(slog.NewJSONHandler(a.stderr, &slog.HandlerOptions{Level: c.Log.Level}))
	limitMemory(c)
	n, err := a.openNode(ctx, c, log)
	if err != nil {
		return err
	}
	ls, err := listen(dir, c, log)
	if err != nil {
		return errors.Join(err, n.Close())
	}
	if err := a.announce(ls); err != nil {
		return errors.Join(err, n.Close())
	}
	log.Info("serving", "url", ls.url, "version", thisRelease().String())
	err = ls.serve(ctx, n)
	log.Info("stopped", "err", err)
	return err
}

// besideBodies is the memory that the hub needs for all but bodies, in bytes.
const besideBodies = 40 << 20

// limitMemory keeps what was given back from standing beside what is in use (DESIGN P9): left to itself the collector
// lets memory double before it looks. GOMEMLIMIT, where it is set, is the operator's word.
func limitMemory(c config.Config) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(int64(c.Limits.Memory) + besideBodies)
	}
}

func (a *app) openNode(ctx context.Context, c config.Config, log *slog.Logger) (*node.Node, error) {
	o, err := node.Load(c)
	if err != nil {
		return nil, err
	}
	o.Log, o.Version = log, thisRelease().String()
	if a.adjust != nil {
		a.adjust(&o)
	}
	n, err := node.Open(ctx, o)
	return n, heldError(err, "stop what runs on it first (Ctrl-C or SIGTERM); lienthong status hub shows a hub")
}

// heldError gives the error of a directory that has an owner its exit code, and says what to do next.
func heldError(err error, next string) error {
	if errors.Is(err, bolt.ErrHeld) {
		return &coded{exitHeld, fmt.Errorf("%w: %s", err, next)}
	}
	return err
}

// The listeners of a hub.
type listeners struct {
	public  net.Listener // agencies
	admin   net.Listener // the operator's socket
	metrics net.Listener // nil if the configuration has none
	url     string
}

// listen opens all listeners or none. The store is open already, so a socket that is there has no owner any more.
func listen(dir node.Dir, c config.Config, log *slog.Logger) (ls listeners, err error) {
	defer func() {
		if err != nil {
			ls.close()
		}
	}()
	scheme, secure := "http://", (*tls.Config)(nil)
	if c.HTTP.TLSCert != "" {
		pair := &keyPair{cert: c.HTTP.TLSCert, key: c.HTTP.TLSKey, log: log}
		scheme, secure = "https://", pair.config()
	}
	if ls.public, err = node.Listen(c.HTTP.Listen, c.HTTP.TrustedProxies, secure); err != nil {
		return ls, fmt.Errorf("http.listen: %w", err)
	}
	ls.url = scheme + ls.public.Addr().String()
	if ls.admin, err = listenSocket(dir.Path(node.SocketFile)); err != nil {
		return ls, err
	}
	if c.Admin.Listen != "" {
		if ls.metrics, err = net.Listen("tcp", c.Admin.Listen); err != nil {
			return ls, fmt.Errorf("admin.listen: %w", err)
		}
	}
	return ls, nil
}

// listenSocket makes a socket that only its owner can open.
func listenSocket(path string) (net.Listener, error) {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSocket != 0 {
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("the operator's socket (its path may have about 100 bytes): %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (ls listeners) close() {
	for _, l := range []net.Listener{ls.public, ls.admin, ls.metrics} {
		if l != nil {
			l.Close()
		}
	}
}

// An announcement is the line that serve prints when it listens.
type announcement struct {
	URL     string `json:"url"`
	Metrics string `json:"metrics,omitempty"`
}

func (a *app) announce(ls listeners) error {
	n := announcement{URL: ls.url}
	if ls.metrics != nil {
		n.Metrics = "http://" + ls.metrics.Addr().String() + "/metrics"
	}
	return a.print(n, func(w io.Writer) { fmt.Fprintf(w, "listening on %s\n", n.URL) })
}

// serve runs the hub, and the metrics beside it for as long as the hub works.
func (ls listeners) serve(ctx context.Context, n *node.Node) error {
	g, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	if ls.metrics != nil {
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", n.Metrics())
		s := &http.Server{Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute}
		defer context.AfterFunc(ctx, func() { s.Close() })()
		g.Go(func() error {
			if err := s.Serve(ls.metrics); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
	}
	g.Go(func() error {
		defer stop()
		return n.Serve(ctx, ls.public, ls.admin)
	})
	return g.Wait()
}

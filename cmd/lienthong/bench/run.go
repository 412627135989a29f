package bench

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/lienthong/lienthong/cmd/lienthong/authority"
	"github.com/lienthong/lienthong/cmd/lienthong/node"
)

// Options say what is measured.
type Options struct {
	Submitters int           // agencies that send, one document after the other
	Size       int           // bytes of a document
	Addressees int           // of each document; every second one is pushed to
	For        time.Duration // how long; 0: until Documents are accepted and delivered
	Documents  int

	Dir string    // of the hub, absent or empty; it is kept. Empty: a temporary one
	Out io.Writer // what is going on, for people

	// Clients starts the other process, which calls [Clients] with the far ends of these pipes. wait is called after in
	// was closed.
	Clients func(context.Context) (in io.WriteCloser, out io.Reader, wait func() error, err error)
}

// Check says what is wrong with the options.
func (o Options) Check() error {
	switch {
	case o.Submitters < 1 || o.Submitters > 512:
		return errors.New("--submitters: 1 to 512")
	case o.Addressees < 1 || o.Addressees > 512:
		return errors.New("--addressees: 1 to 512")
	case o.Size < 1 || o.Size > 32<<20:
		return errors.New("--size: at most 32MiB")
	case o.Documents < 0:
		return errors.New("--documents is not negative")
	case o.Documents == 0 && o.For < time.Second:
		return errors.New("--for is at least 1s")
	}
	return nil
}

// A run is one measurement.
type run struct {
	Options
	plan  plan
	certs map[string][]byte // of the senders, in DER
	steps steps
}

// Run measures. The options are ones that Check accepts.
func Run(ctx context.Context, o Options) (Result, error) {
	work, err := os.MkdirTemp("", "lienthong-bench-")
	if err != nil {
		return Result{}, err
	}
	defer os.RemoveAll(work)
	if o.Dir == "" {
		o.Dir = filepath.Join(work, "hub")
	}
	r := &run{Options: o, certs: map[string][]byte{}}
	r.say("Making keys…")
	ca, err := r.invent(ctx, filepath.Join(work, "pool"))
	if err != nil {
		return Result{}, err
	}
	hub, err := r.open(ctx, node.Dir(o.Dir), ca.Anchors())
	if err != nil {
		return Result{}, err
	}
	result, err := r.serve(ctx, hub)
	if ctx.Err() != nil {
		err = ctx.Err() // whatever else failed, failed of this
	}
	return result, err
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Out, format+"\n", args...) }

// invent makes the plan, with all keys.
func (r *run) invent(ctx context.Context, pool string) (*authority.Authority, error) {
	names := make([]string, r.Submitters)
	for i := range names {
		names[i] = fmt.Sprintf("H99.%d", i+1)
	}
	ca, err := authority.New("CA do tai Lien Thong", time.Now())
	if err != nil {
		return nil, err
	}
	seals, err := ca.Seals(ctx, names)
	if err != nil {
		return nil, err
	}
	r.plan = plan{Pool: pool, Size: r.Size, Load: load{For: r.For, Documents: r.Documents}}
	for i, s := range seals {
		r.certs[names[i]] = s.Cert.Raw
		r.plan.Senders = append(r.plan.Senders, sender{ID: names[i], Key: x509.MarshalPKCS1PrivateKey(s.Key), Cert: s.Cert.Raw})
	}
	for i := range r.Addressees {
		v := receiver{ID: fmt.Sprintf("H98.%d", i+1)}
		if i%2 == 0 {
			v.Secret = secret()
		}
		r.plan.Receivers = append(r.plan.Receivers, v)
	}
	return ca, nil
}

// secret is a fresh one in the form of Standard Webhooks.
func secret() string {
	raw := make([]byte, 32)
	rand.Read(raw)
	return "whsec_" + base64.StdEncoding.EncodeToString(raw)
}

// serve runs the hub and, beside it, the measurement. Whatever happens, the hub ends in order.
func (r *run) serve(ctx context.Context, hub *node.Node) (Result, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return Result{}, errors.Join(err, hub.Close())
	}
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- hub.Serve(serving, l, nil) }()
	result, err := r.clients(ctx, hub, "http://"+l.Addr().String())
	stop()
	return result, errors.Join(err, <-served)
}

// clients starts the other process and brings it to its end.
func (r *run) clients(ctx context.Context, hub *node.Node, url string) (result Result, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	in, out, wait, err := r.Clients(ctx)
	if err != nil {
		return result, err
	}
	result, err = r.converse(ctx, newTalk(out, in), hub, url)
	if err != nil {
		cancel()
	}
	in.Close()
	if werr := wait(); err == nil {
		err = werr
	}
	return result, err
}

// converse is this side of the talk.
func (r *run) converse(ctx context.Context, t talk, hub *node.Node, url string) (result Result, err error) {
	var hello greeting
	if err := errors.Join(t.say(r.plan), t.hear(&hello)); err != nil {
		return result, err
	}
	keys, err := r.enrol(ctx, hub.Directory, hello.URL)
	if err != nil {
		return result, err
	}
	r.say("Signing documents…")
	var signed ready
	if err := errors.Join(t.say(start{url, keys}), t.hear(&signed)); err != nil {
		return result, err
	}
	r.say("%d documents signed in %s; measuring…", signed.Signed, signed.Took.Round(time.Second/10))
	m := r.meter()
	var seen figures
	if err := errors.Join(t.say(begin{}), t.hear(&seen)); err != nil {
		m.stop()
		return result, err
	}
	return m.result(seen), nil
}

// open makes the hub and opens it as any hub is opened; only the loopback is allowed, because the agencies live there.
func (r *run) open(ctx context.Context, dir node.Dir, anchors []byte) (*node.Node, error) {
	o, err := hubOptions(dir, anchors)
	if err != nil {
		return nil, err
	}
	o.Timed = r.steps.took
	o.Log = slog.New(slog.NewTextHandler(r.Out, &slog.HandlerOptions{Level: slog.LevelError}))
	return node.Open(ctx, o)
}

package bench

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/client"
)

// arrivals counts deliveries of documents as their receivers see them. What comes a second time is counted a second
// time: in a sound run nothing does.
type arrivals struct {
	n    atomic.Int64
	want int64         // 0: no end
	all  chan struct{} // closed at want
}

func (a *arrivals) add() {
	if a.n.Add(1) == a.want {
		close(a.all)
	}
}

// A doorstep is where the push agencies take documents, each on a path of its own.
type doorstep struct {
	secrets  map[string]string
	arrivals *arrivals
	server   http.Server
}

func (d *doorstep) open() (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	d.server.Handler = d
	d.server.ReadHeaderTimeout = time.Minute
	go d.server.Serve(l) // ends with close; a doorstep that ended before shows as deliveries that never come
	return "http://" + l.Addr().String() + "/", nil
}

func (d *doorstep) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	secret := d.secrets[strings.TrimPrefix(r.URL.Path, "/")]
	if err := client.VerifyWebhook(r.Header, body, secret, time.Now()); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	d.arrivals.add()
	w.WriteHeader(http.StatusNoContent)
}

// A taker pulls for one agency: receivers their documents, senders the statuses about theirs.
type taker struct {
	hub      *client.Client
	arrivals *arrivals
}

// Of one hand-out a taker fetches several at the same time.
const (
	takeMost   = 50
	takeAtOnce = 4
	takeWait   = 10 * time.Second
)

// run takes until ctx ends.
func (t *taker) run(ctx context.Context) error {
	for {
		got, err := t.hub.Lease(ctx, client.Ask{Max: takeMost, Wait: takeWait})
		if err != nil {
			return ended(ctx, err)
		}
		var g errgroup.Group
		g.SetLimit(takeAtOnce)
		for _, h := range got {
			g.Go(func() error { return t.take(ctx, h) })
		}
		if err := g.Wait(); err != nil {
			return ended(ctx, err)
		}
	}
}

func (t *taker) take(ctx context.Context, h client.Handout) error {
	content, err := t.hub.DeliveryContent(ctx, h.Delivery.ID)
	if err != nil {
		return err
	}
	defer content.Close()
	if _, err := io.Copy(io.Discard, content); err != nil { // checks the digest
		return err
	}
	if _, err := t.hub.Ack(ctx, h.Delivery.ID, h.Token); err != nil {
		return err
	}
	if h.Message.Class == "document" {
		t.arrivals.add()
	}
	return nil
}

// ended is nil if the run is over: what it cuts short is no failure.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(err, client.ErrDigest) {
		return nil
	}
	return err
}

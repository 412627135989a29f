package demo

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/lienthong/lienthong/client"
)

// A doorstep is the endpoint of a push agency: an HTTP server on the loopback to which the hub posts.
type doorstep struct {
	software *software
	server   *http.Server
	replies  sync.WaitGroup // statuses being given
	fail     func(error)    // the run is over: an answer was not what the hub promises
}

// maxPosted is the hub's own limit of one envelope.
const maxPosted = 64 << 20

// open starts the server and returns its address.
func (d *doorstep) open() (url string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	d.server = &http.Server{Handler: d, ReadTimeout: time.Minute}
	go func() {
		if err := d.server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			d.fail(err)
		}
	}()
	return "http://" + l.Addr().String() + "/", nil
}

// close ends the server and waits for the statuses being given.
func (d *doorstep) close() {
	_ = d.server.Close()
	d.replies.Wait()
}

// ServeHTTP takes one posted document: 204 when it is kept.
func (d *doorstep) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if d.software.down() {
		http.Error(w, "đang bảo trì", http.StatusServiceUnavailable)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPosted))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if err := client.VerifyWebhook(r.Header, body, d.software.secret, time.Now()); err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	d.keep(w, r, body)
}

func (d *doorstep) keep(w http.ResponseWriter, r *http.Request, body []byte) {
	message, delivery := r.Header.Get("Lienthong-Message"), r.Header.Get("webhook-id")
	letter, err := d.software.take(r.Context(), message, delivery, "", bytes.NewReader(body))
	if err != nil {
		d.fail(err)
		http.Error(w, err.Error(), http.StatusUnprocessableEntity)
		return
	}
	w.WriteHeader(http.StatusNoContent)
	ctx := context.WithoutCancel(r.Context())
	d.replies.Go(func() {
		if err := d.software.answer(ctx, message, delivery, letter); err != nil {
			d.fail(err)
		}
	})
}

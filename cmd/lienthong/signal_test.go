package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
)

// An interrupt ends a hub well while an agency polls it and a push hangs. The attempt that it cuts short is nobody's
// failure: it counts against neither the document nor the endpoint, and the document is pushed again after the start.
func TestInterruptIsNobodysFailure(t *testing.T) {
	t.Parallel() // it mostly waits for the grace that the push is given
	s := newSite(t)
	hanging, release := make(chan struct{}, 8), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // an answer before the end of the document is none
		hanging <- struct{}{}
		select {
		case <-release:
			w.WriteHeader(http.StatusNoContent)
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	s.must("agency", "change", commune, "--channel", "push", "--dir", s.dir)
	s.must("agency", "endpoint", commune, server.URL, "--allow", "127.0.0.0/8", "--dir", s.dir)
	key := s.key(department)
	receipt, err := s.client(key).Submit(t.Context(), s.document(0), client.SubmitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	<-hanging
	polled := make(chan error, 1)
	poller := s.client(key)
	go func() {
		_, err := poller.Lease(t.Context(), client.Ask{Wait: 20 * time.Second})
		polled <- err
	}()

	began := time.Now()
	if err := s.end(syscall.SIGTERM); err != nil {
		t.Fatalf("the hub ended with %v: %s", err, &s.log)
	}
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("the hub took %s to end: it waited for a push or a poll", took)
	}
	<-polled // empty-handed or, if it had not got through yet, refused

	close(release)
	s.start()
	<-hanging
	state := eventuallyState(t, s.client(key), receipt.ID)
	if log := s.must("log", "tail", "-n", "20", "--dir", s.dir); strings.Count(log, " code shutdown result queued") != 1 {
		t.Errorf("the log does not say once that the stop cut an attempt short:\n%s", log)
	}
	if state.State != "delivered" || state.Failures != 0 {
		t.Errorf("after the start: %+v; want it delivered, with no failure counted", state)
	}
	s.stop()
	s.sound()
}

// eventuallyState waits for the one delivery of a document to be delivered, and returns what it is then.
func eventuallyState(t *testing.T, hub *client.Client, document string) (d client.Delivery) {
	t.Helper()
	soon(func() bool {
		doc, err := hub.Document(t.Context(), document)
		if err != nil || len(doc.Deliveries) != 1 {
			t.Fatalf("the document: %d deliveries, %v", len(doc.Deliveries), err)
		}
		d = doc.Deliveries[0]
		return d.State == "delivered"
	})
	return d
}

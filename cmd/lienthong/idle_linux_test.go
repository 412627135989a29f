package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
)

// DESIGN P12: an idle hub writes nothing, although an agency polls it all the time and another one is pushed to.
// LIENTHONG_TEST_IDLE sets how long it is looked at (2s).
func TestIdleHubWritesNothing(t *testing.T) {
	t.Parallel()
	window := 2 * time.Second
	if text := os.Getenv("LIENTHONG_TEST_IDLE"); text != "" {
		var err error
		if window, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	s := newSite(t)
	pushed := make(chan struct{}, 1)
	s.pushTo("H44.24", func() { pushed <- struct{}{} })
	busy := s.written()
	sender, receiver := s.client(s.key(department)), s.client(s.key(commune))
	s.deliver(sender, s.document(0), receiver)
	s.deliver(sender, []byte(strings.NewReplacer("<edXML:CodeNumber>12<", "<edXML:CodeNumber>13<", commune, "H44.24").
		Replace(string(s.template))), nil)
	<-pushed
	stop := poll(t, receiver)
	defer stop()

	settled := s.settle()
	if settled <= busy {
		lacks(t, "disk", "writes are not counted here: is the directory of temporary files in memory? Set TMPDIR to one on a disk")
	}
	time.Sleep(window) // it is the passing of time that is tested
	if after := s.written(); after != settled {
		t.Errorf("%d bytes were written in %s of idleness, want none", after-settled, window)
	}
	t.Logf("write_bytes: %d when idleness began, %d after %s", settled, s.written(), window)
}

// pushTo makes an agency one that is pushed to.
func (s *site) pushTo(agency string, got func()) {
	s.t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
		got()
	}))
	s.t.Cleanup(server.Close)
	s.must("agency", "change", agency, "--channel", "push", "--dir", s.dir)
	s.must("agency", "endpoint", agency, server.URL, "--allow", "127.0.0.0/8", "--dir", s.dir)
}

// poll asks for deliveries, one long poll after the other, until stop.
func poll(t *testing.T, hub *client.Client) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if got, err := hub.Lease(ctx, client.Ask{Wait: time.Second}); err != nil && ctx.Err() == nil || len(got) > 0 {
				t.Errorf("a poll of an idle hub gave %d deliveries, %v", len(got), err)
				return
			}
		}
	}()
	return func() { cancel(); <-done }
}

// settle waits until nothing has been written for a second, and returns what has been until then.
func (s *site) settle() int64 {
	s.t.Helper()
	last, since := s.written(), time.Now()
	for began := since; time.Since(since) < time.Second; time.Sleep(50 * time.Millisecond) {
		if now := s.written(); now != last {
			last, since = now, time.Now()
		}
		if time.Since(began) > 20*time.Second {
			s.t.Fatalf("the hub has not stopped writing after 20 s")
		}
	}
	return last
}

// written is write_bytes of the hub's process.
func (s *site) written() (n int64) {
	s.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", s.cmd.Process.Pid))
	if err != nil {
		s.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscanf(line, "write_bytes: %d", &n); err == nil {
			return n
		}
	}
	s.t.Fatalf("no write_bytes in %s", text)
	return 0
}

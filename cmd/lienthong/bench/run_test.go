package bench

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// beside runs the clients in this process: their figures of memory and processor are then the hub's too, and only those.
func beside(ctx context.Context) (in io.WriteCloser, out io.Reader, wait func() error, err error) {
	theirs, in := io.Pipe()
	out, ours := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := Clients(ctx, theirs, ours)
		ours.CloseWithError(io.EOF)
		theirs.Close()
		done <- err
	}()
	return in, out, func() error { return <-done }, nil
}

// Every document is accepted and reaches every addressee, pushed or pulled.
func TestRunToTheLastDelivery(t *testing.T) {
	o := Options{Submitters: 2, Size: 8 << 10, Addressees: 3, Documents: 11, Out: io.Discard, Clients: beside}
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Accepted != 11 || r.Delivered != 33 || r.Waiting != 0 {
		t.Errorf("accepted %d, delivered %d, waiting %d; want 11, 33, 0", r.Accepted, r.Delivered, r.Waiting)
	}
	// A commit has two syncs and takes at most all eleven; the statuses of ten deliveries come after them.
	if r.Fsyncs < 4 {
		t.Errorf("%d syncs for 11 documents and 33 deliveries", r.Fsyncs)
	}
	if r.AcceptP50 <= 0 || r.AcceptP99 < r.AcceptP50 || r.Seconds <= 0 || r.HubCores <= 0 {
		t.Errorf("figures that cannot be: %+v", r)
	}
}

// A run that is interrupted ends with that, and soon.
func TestRunInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Submitters: 1, Size: 8 << 10, Addressees: 1, For: time.Hour, Clients: beside}
	o.Out = writer(func(line string) {
		if strings.HasPrefix(line, "Signing") {
			cancel()
		}
	})
	if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v, want %v", err, context.Canceled)
	}
}

type writer func(string)

func (w writer) Write(p []byte) (int, error) { w(string(p)); return len(p), nil }

// What goes wrong in the other process is told by this one.
func TestClientsThatFail(t *testing.T) {
	for _, tt := range []struct {
		name    string
		clients func(context.Context) (io.WriteCloser, io.Reader, func() error, error)
		want    string
	}{
		{"do not start", func(context.Context) (io.WriteCloser, io.Reader, func() error, error) {
			return nil, nil, nil, errors.New("no such program")
		}, "no such program"},
		{"end without a word", func(context.Context) (io.WriteCloser, io.Reader, func() error, error) {
			return discard{}, strings.NewReader(""), func() error { return nil }, nil
		}, "the other process has ended"},
		{"say why", func(context.Context) (io.WriteCloser, io.Reader, func() error, error) {
			return discard{}, strings.NewReader(`{"error":"no room for the pool"}`), func() error { return nil }, nil
		}, "no room for the pool"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := Options{Submitters: 1, Size: 8 << 10, Addressees: 1, Documents: 1, Out: io.Discard, Clients: tt.clients,
				Dir: filepath.Join(t.TempDir(), "hub")}
			if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Run = %v, want %q", err, tt.want)
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) Close() error                { return nil }

package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/cmd/lienthong/node"
)

// DESIGN P1, P2, P6: the process is killed while documents are sent and taken, twice over one directory. Every receipt
// that a sender held in its hands is honoured, nothing arrives under two delivery ids, and the store is sound.
func TestKilledHubKeepsItsWord(t *testing.T) {
	t.Parallel()
	const submitters, each, rounds = 4, 50, 2
	s := newSite(t)
	w := &witness{t: t, taken: map[string]string{}, raw: map[string]int{}, keys: s.publicKeys()}
	for n := range submitters * each {
		w.docs = append(w.docs, s.document(n))
	}
	w.receipts = make([]client.Receipt, len(w.docs))
	sender, receiver := s.key(department), s.key(commune)
	for round := range rounds {
		hub := s.client(sender)
		w.whileSending(hub, submitters, s.client(receiver), 30*(round+1), func() { s.end(os.Kill) })
		before := w.count()
		s.start()
		w.honoured(s.client(sender))
		t.Logf("round %d: %d receipts before the kill", round, before)
	}
	w.takeAll(s.client(receiver))
	s.stop()
	s.sound()
}

func (s *site) publicKeys() []note.Verifier {
	s.t.Helper()
	keys, err := receiptVerifier{key: node.Dir(s.dir).Path(node.PublicFile)}.verifiers(&app{})
	if err != nil {
		s.t.Fatal(err)
	}
	return keys
}

// A witness keeps what the hub has promised, apart from the hub.
type witness struct {
	t    *testing.T
	keys []note.Verifier
	docs [][]byte

	mu       sync.Mutex
	receipts []client.Receipt  // by document; without a text where none has come
	raw      map[string]int    // document of a message
	taken    map[string]string // delivery under which a message came
}

func (w *witness) count() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.receipts {
		if r.Text != "" {
			n++
		}
	}
	return n
}

// whileSending has documents sent and taken, and does kill after so many receipts. Calls that fail afterwards prove
// nothing, and are no failure.
func (w *witness) whileSending(sender *client.Client, submitters int, receiver *client.Client, after int, kill func()) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 30*time.Second)
	defer cancel()
	var all sync.WaitGroup
	enough := make(chan struct{})
	var once sync.Once
	for i := range submitters {
		all.Go(func() {
			for n := i; n < len(w.docs); n += submitters {
				if w.has(n) {
					continue
				}
				r, err := sender.Submit(ctx, w.docs[n], client.SubmitOptions{})
				if err != nil {
					return
				}
				if w.promise(n, r) >= after {
					once.Do(func() { close(enough) })
				}
			}
		})
	}
	all.Go(func() {
		for w.take(ctx, receiver, time.Second) == nil {
		}
	})
	select {
	case <-enough:
	case <-ctx.Done():
		w.t.Errorf("only %d receipts in half a minute", w.count())
	}
	kill()
	cancel()
	all.Wait()
}

func (w *witness) has(n int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.receipts[n].Text != ""
}

func (w *witness) promise(n int, r client.Receipt) int {
	w.mu.Lock()
	w.receipts[n], w.raw[r.ID] = r, n
	w.mu.Unlock()
	return w.count()
}

// take takes what waits: fetched, remembered, acknowledged.
func (w *witness) take(ctx context.Context, hub *client.Client, wait time.Duration) error {
	got, err := hub.Lease(ctx, client.Ask{Max: 10, Wait: wait, For: 2 * time.Second})
	for _, h := range got {
		content, err := hub.DeliveryContent(ctx, h.Delivery.ID)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, content) // checks the digest
		content.Close()
		if err != nil {
			return err
		}
		w.arrived(h.Message.ID, h.Delivery.ID)
		if _, err := hub.Ack(ctx, h.Delivery.ID, h.Token); err != nil {
			return err
		}
	}
	return err
}

func (w *witness) arrived(message, delivery string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if first, ok := w.taken[message]; ok && first != delivery {
		w.t.Errorf("message %s came under two delivery ids, %s and %s", message, first, delivery)
	}
	w.taken[message] = delivery
}

// honoured asks for every receipt again: it is the same, byte for byte, and holds.
func (w *witness) honoured(hub *client.Client) {
	w.t.Helper()
	for n, want := range w.receipts {
		if want.Text == "" {
			continue
		}
		got, err := hub.Submit(w.t.Context(), w.docs[n], client.SubmitOptions{})
		if err != nil {
			w.t.Fatalf("document %d had a receipt, and now: %v", n, err)
		}
		if got.Text != want.Text || !got.Repeat {
			w.t.Errorf("document %d: repeat %t, another receipt:\n%s\nwas\n%s", n, got.Repeat, got.Text, want.Text)
		}
		if word, why := judgeReceipt([]byte(got.Text), w.keys, sha256hex(w.docs[n])); word != good {
			w.t.Errorf("document %d: its receipt is %s: %s", n, word, why)
		}
	}
}

// takeAll takes until every document that has a receipt has come. What died between lease and acknowledgement comes
// when its lease has ended.
func (w *witness) takeAll(hub *client.Client) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Minute)
	defer cancel()
	for missing := w.missing(); missing > 0; missing = w.missing() {
		if err := w.take(ctx, hub, 2*time.Second); err != nil {
			w.t.Fatalf("%d documents have not come: %v", missing, err)
		}
	}
}

func (w *witness) missing() (n int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for message := range w.raw {
		if _, ok := w.taken[message]; !ok {
			n++
		}
	}
	return n
}

// DESIGN P6, P12: the directory of a running hub has one owner.
func TestTwoHubsOnOneDirectory(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	code, _, stderr := command(t, "serve", s.dir, "--set", "http.listen=127.0.0.1:0", "--set", "admin.listen=")
	if code != exitHeld {
		t.Errorf("a second serve ended with %d: %s; want %d", code, stderr, exitHeld)
	}
	if _, err := os.Stat(filepath.Join(s.dir, node.SocketFile)); err != nil {
		t.Errorf("the second took the first one's socket away: %v", err)
	}
	s.must("status", "hub", "--dir", s.dir)
}

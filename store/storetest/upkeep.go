package storetest

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

var upkeepCases = []check{
	{"a probe leaves the log alone", func(h *hub) {
		h.writes(0, "a probe", func() {
			if err := h.Probe(h.ctx); err != nil {
				h.Error(err)
			}
		})
	}},
	{"a backup taken while the hub runs opens and is sound", backedUp},
	{"a backup does not go over what is there", func(h *hub) {
		dir := h.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "precious"), []byte("x"), 0o600); err != nil {
			h.Fatal(err)
		}
		if err := h.Backup(h.ctx, dir); err == nil {
			h.Error("a backup went into a directory that is not empty")
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
			h.Errorf("%d files in the directory (%v), want the one that was there", len(left), err)
		}
	}},
	{"check tells how far it is", func(h *hub) {
		h.accept(h.document(office, commune))
		var calls, last, total int64
		if _, err := h.Check(h.ctx, func(done, of int64) { calls, last, total = calls+1, done, of }); err != nil {
			h.Error(err)
		}
		if calls > 0 && last > total {
			h.Errorf("check was at %d of %d", last, total)
		}
	}},
	{"what is closed answers with an error", func(h *hub) {
		a := h.document(office, commune)
		h.accept(a)
		if err := h.Close(); err != nil {
			h.Fatal(err)
		}
		defer func() { h.Store = h.open(h.T, h.dir) }()
		for what, call := range map[string]func() error{
			"Accept": func() error { _, err := h.Accept(h.ctx, h.document(office, commune)); return err },
			"Lease": func() error {
				_, err := h.Lease(h.ctx, exchange.LeaseRequest{Agency: commune, Now: h.now, Until: h.now.Add(time.Minute), Max: 1})
				return err
			},
			"Message": func() error { _, err := h.Message(h.ctx, a.Message.ID); return err },
			"Probe":   func() error { return h.Probe(h.ctx) },
		} {
			if err := call(); err == nil || exchange.KindOf(err) != exchange.Internal {
				h.Errorf("%s after Close gives %v, want the engine's error", what, err)
			}
		}
	}},
	{"what was promised before Close is there after it", func(h *hub) {
		var mu sync.Mutex
		var promised []*exchange.Acceptance
		var wg sync.WaitGroup
		started := make(chan struct{}, 64)
		for range 8 {
			wg.Go(func() {
				for {
					a := h.document(office, commune)
					_, err := h.Accept(h.ctx, a)
					started <- struct{}{}
					if err != nil {
						return
					}
					mu.Lock()
					promised = append(promised, a)
					mu.Unlock()
				}
			})
		}
		for range 32 {
			<-started
		}
		go func() {
			for range started {
			}
		}()
		if err := h.Close(); err != nil {
			h.Errorf("close under load: %v", err)
		}
		wg.Wait()
		close(started)
		h.Store = h.open(h.T, h.dir)
		for _, a := range promised {
			h.stored(a)
		}
	}},
}

func backedUp(h *hub) {
	for range 30 {
		h.accept(h.document(office, commune))
	}
	large := h.document(office, commune)
	write(large, noise(1<<20+1))
	h.accept(large)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := h.Accept(h.ctx, h.document(office, ward)); err != nil {
					h.Error(err)
					return
				}
			}
		})
	}
	dir := filepath.Join(h.TempDir(), "copy")
	before := h.size()
	err := h.Backup(h.ctx, dir)
	close(stop)
	wg.Wait()
	if err != nil {
		h.Fatal(err)
	}
	h.copied(dir, before, large)
}

// copied opens the backup as a store of its own.
func (h *hub) copied(dir string, least int64, large *exchange.Acceptance) {
	h.Helper()
	c := &hub{T: h.T, ctx: h.ctx, open: h.open, dir: dir, now: h.now, number: 1 << 20}
	c.Store = h.open(h.T, dir)
	defer func() {
		if err := c.Close(); err != nil {
			h.Error(err)
		}
	}()
	c.sound()
	c.stored(large)
	n := c.size()
	if n < least || n > h.size() {
		h.Errorf("the copy has %d entries, want between %d and %d", n, least, h.size())
	}
	for i := range n {
		got, want := must(c.Proof(c.ctx, i))(c), must(h.Proof(h.ctx, i))(h)
		if !bytes.Equal(got.Entry, want.Entry) {
			h.Errorf("entry %d of the copy is %s, want %s", i, got.Entry, want.Entry)
		}
	}
	c.accept(c.document(office, commune))
}

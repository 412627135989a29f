package storetest

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/lienthong/lienthong/exchange"
)

var bodyCases = []check{
	{"bodies of every size come back byte for byte", func(h *hub) {
		var all []*exchange.Acceptance
		for _, size := range []int{1, 20 << 10, 1<<20 - 1, 1 << 20, 1<<20 + 1, 5 << 20} {
			a := h.document(office, commune)
			write(a, noise(size))
			h.accept(a)
			all = append(all, a)
		}
		for range 2 {
			for _, a := range all {
				h.stored(a)
			}
			h.reopen()
		}
	}},
	{"small and large at once", func(h *hub) {
		all := make([]*exchange.Acceptance, 24)
		for i := range all {
			all[i] = h.document(office, commune)
			size := 1000 * (i + 1)
			if i%4 == 0 {
				size = 1<<20 + i
			}
			write(all[i], noise(size))
		}
		together(len(all), func(i int) {
			if _, err := h.Accept(h.ctx, all[i]); err != nil {
				h.Errorf("%d: %v", i, err)
			}
		})
		for _, a := range all {
			h.stored(a)
		}
	}},
	{"any part can be read", func(h *hub) {
		for _, size := range []int{10_000, 1<<20 + 5} {
			a := h.document(office, commune)
			write(a, noise(size))
			h.accept(a)
			h.parts(a, size)
		}
	}},
	{"two readers do not disturb each other", func(h *hub) {
		a := h.document(office, commune)
		write(a, noise(100_000))
		h.accept(a)
		together(8, func(i int) {
			b, err := h.OpenBody(h.ctx, a.Message.ID)
			if err != nil {
				h.Error(err)
				return
			}
			defer b.Close()
			if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, a.Body) {
				h.Errorf("reader %d: %d bytes (%v), want the body", i, len(got), err)
			}
		})
	}},
}

// parts reads pieces of the body as a request for a range does, and then the whole.
func (h *hub) parts(a *exchange.Acceptance, size int) {
	h.Helper()
	b := must(h.OpenBody(h.ctx, a.Message.ID))(h)
	defer b.Close()
	for _, r := range []struct{ from, n int }{{0, 10}, {size / 2, 100}, {size - 7, 7}, {3, 1}} {
		must(b.Seek(int64(r.from), io.SeekStart))(h)
		got := make([]byte, r.n)
		if _, err := io.ReadFull(b, got); err != nil || !bytes.Equal(got, a.Body[r.from:r.from+r.n]) {
			h.Errorf("%d bytes from %d of %d: %v, or other bytes", r.n, r.from, size, err)
		}
	}
	if end := must(b.Seek(0, io.SeekEnd))(h); end != int64(size) {
		h.Errorf("ends at %d, want %d", end, size)
	}
	must(b.Seek(0, io.SeekStart))(h)
	if got := must(io.ReadAll(b))(h); !bytes.Equal(got, a.Body) {
		h.Errorf("%d bytes after seeking back, or others, want %d", len(got), size)
	}
}

// noise is a body of that size that nothing compresses, equal for equal sizes.
func noise(size int) []byte {
	var seed [32]byte
	copy(seed[:], fmt.Sprint(size))
	b := make([]byte, size)
	if _, err := rand.NewChaCha8(seed).Read(b); err != nil {
		panic("storetest: ChaCha8 does not fail, yet: " + err.Error())
	}
	return b
}

//go:build unix

package signing_test

import (
	"crypto/sha256"
	"errors"
	"syscall"
	"testing"

	"github.com/lienthong/lienthong/signing"
)

// BenchmarkHostile reports of every flood of TestHostileSizes, as large as a body
// may be, the seconds of one processor until it is refused; x_floor, how many times
// that is what SHA-256 of its bytes takes in the same run; and x_bytes, what is
// allocated for it over its size. A row fails above the bounds of that test, 25 times
// and the size itself, or above a second, on a machine that hashes 64 MiB in 50 ms.
func BenchmarkHostile(b *testing.B) {
	for _, f := range hostileFloods(b) {
		var m *meter
		b.Run(f.name, func(b *testing.B) {
			if m == nil { // once, however many times the benchmark asks for it
				m = f.meter(b)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(m.took, "s")
			b.ReportMetric(m.took/m.floor, "x_floor")
			b.ReportMetric(m.share, "x_bytes")
		})
	}
}

// A meter is the least that was measured, because what else the machine does only
// ever adds, to the time of a processor too.
type meter struct {
	took, floor float64 // seconds of a processor
	share       float64 // of the document's bytes, allocated
}

// busy is how long a processor works for f.
func busy(b *testing.B, f func()) float64 {
	at := func() float64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
	}
	start := at()
	f()
	return at() - start
}

func (f flood) meter(b *testing.B) *meter {
	raw := f.make(64 << 20)
	var err error
	verify := func() { _, err = signing.Verify(b.Context(), raw, f.policy) }
	hash := func() { sha256.Sum256(raw) }
	m := &meter{floor: busy(b, hash)}
	m.share = float64(allocated(func() { m.took = busy(b, verify) })) / float64(len(raw))
	for round := 0; round < 1 || round < 10 && m.tooLong(); round++ {
		m.took, m.floor = min(m.took, busy(b, verify)), min(m.floor, busy(b, hash))
	}
	var refusal *signing.Error
	if !errors.As(err, &refusal) {
		b.Errorf("it is not refused: %v", err)
	}
	if m.tooLong() || m.share > 1 {
		b.Errorf("%.2f s, %.1f times SHA-256, and %.2f of its bytes; most are 1, %d and 1", m.took, m.took/m.floor, m.share, mostTime)
	}
	return m
}

func (m *meter) tooLong() bool {
	return m.took > mostTime*m.floor || m.took > 1 && m.floor < 0.05
}

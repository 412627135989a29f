//go:build linux

package bolt_test

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	mrand "math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/store/bolt"
)

const rounds = 5

// BenchmarkAccept compares the engine with the disk it writes to, in the same run and directory, because disks drift:
// x_fsync is accepts per second over the appends of one writer who syncs each; x_disk is MB/s over that writer's.
// Both are medians of alternating rounds. It runs once, whatever b.N is.
func BenchmarkAccept(b *testing.B) {
	for _, c := range []struct {
		name             string
		size, submitters int
		unit             string
	}{
		{"20KB-64", 20 << 10, 64, "x_fsync"},
		{"1MB-16", 1 << 20, 16, "x_disk"},
	} {
		b.Run(c.name, func(b *testing.B) {
			dir := b.TempDir()
			refuseTmpfs(b, dir)
			s := open(b, dir, options(b))
			load := newLoad(c.size, c.submitters)
			load.run(b, s, 200*time.Millisecond) // the first pages, the first segment
			var ratios, rates, floors []float64
			for range rounds {
				floor := appendRate(b, dir, c.size, 400*time.Millisecond)
				rate := load.run(b, s, 600*time.Millisecond)
				ratios, rates, floors = append(ratios, rate/floor), append(rates, rate), append(floors, floor)
			}
			b.ReportMetric(median(ratios), c.unit)
			b.ReportMetric(median(rates), "accepts/s")
			b.ReportMetric(float64(load.number.Load())/float64(s.Commits()), "accepts/commit")
			b.ReportMetric(median(floors), "appends/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// refuseTmpfs: a sync into memory is no sync.
func refuseTmpfs(b *testing.B, dir string) {
	b.Helper()
	const tmpfs = 0x01021994
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil || st.Type == tmpfs {
		b.Fatalf("%s lies in memory (%v): set TMPDIR to a directory on a disk", dir, err)
	}
}

// appendRate is the floor: one writer, one file, a sync after each append.
func appendRate(b *testing.B, dir string, size int, d time.Duration) float64 {
	b.Helper()
	path := filepath.Join(dir, "floor")
	f, err := os.Create(path)
	must(b, err)
	body := []byte(randomBody(size))
	begin, n := time.Now(), 0
	for ; time.Since(begin) < d; n++ {
		_, err := f.Write(body)
		must(b, err)
		must(b, syscall.Fdatasync(int(f.Fd())))
	}
	rate := float64(n) / time.Since(begin).Seconds()
	must(b, f.Close())
	must(b, os.Remove(path))
	return rate
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// A load is submitters that each wait for their receipt before they submit again.
type load struct {
	bodies [][]byte
	number atomic.Int64
}

func newLoad(size, submitters int) *load {
	l := &load{}
	for range submitters {
		l.bodies = append(l.bodies, []byte(randomBody(size)))
	}
	return l
}

func (l *load) run(b *testing.B, s *bolt.Store, d time.Duration) (rate float64) {
	b.Helper()
	var wg sync.WaitGroup
	var accepted atomic.Int64
	begin := time.Now()
	for _, body := range l.bodies {
		wg.Go(func() {
			for time.Since(begin) < d {
				if _, err := s.Accept(context.Background(), l.document(body)); err != nil {
					b.Error(err)
					return
				}
				accepted.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(accepted.Load()) / time.Since(begin).Seconds()
}

// document is as the hub hands it in, but for the digest, which the store takes on trust: hashing is not measured here.
func (l *load) document(body []byte) *exchange.Acceptance {
	n := l.number.Add(1)
	a := acceptance("", addressee(mrand.IntN(300)), addressee(300+mrand.IntN(300)), addressee(600+mrand.IntN(300)))
	m := &a.Message
	m.Sender = addressee(mrand.IntN(100))
	m.DocumentID = fmt.Sprintf("%s,2026/03/02,%d/UBND-VP", m.Sender, n)
	m.Code = fmt.Sprintf("%d/UBND-VP", n)
	m.TypeName, m.Subject = "Công văn", "V/v báo cáo tình hình thực hiện nhiệm vụ phát triển kinh tế - xã hội quý I"
	m.Size = int64(len(body))
	binary.BigEndian.PutUint64(m.Digest[:], mrand.Uint64())
	rand.Read(m.Digest[8:])
	for i := range a.Deliveries {
		a.Deliveries[i].Sender = m.Sender
	}
	a.Body = body
	a.Identity = string(m.Sender) + "\x00id\x00" + m.DocumentID
	a.Entry.Sender, a.Entry.Document, a.Entry.Signature = string(m.Sender), m.DocumentID, "good"
	a.Now = time.Now()
	return a
}

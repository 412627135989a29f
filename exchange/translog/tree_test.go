package translog_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/lienthong/lienthong/exchange/translog"
	"golang.org/x/mod/sumdb/tlog"
)

// hashes is a log's hash storage in memory. It counts what is read from it.
type hashes struct {
	list []tlog.Hash
	read int
}

func (s *hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, 0, len(indexes))
	for _, x := range indexes {
		if x < 0 || x >= int64(len(s.list)) {
			return nil, fmt.Errorf("hash %d of %d", x, len(s.list))
		}
		out = append(out, s.list[x])
	}
	s.read += len(indexes)
	return out, nil
}

// store writes what a batch computed, at the place the batch names.
func (s *hashes) store(t *testing.T, b *translog.Batch) {
	t.Helper()
	first, list := b.Hashes()
	if first != int64(len(s.list)) {
		t.Fatalf("batch wants its hashes at %d, storage ends at %d", first, len(s.list))
	}
	s.list = append(s.list, list...)
}

func leaf(i int64) tlog.Hash { return translog.LeafHash(fmt.Appendf(nil, "entry %d", i)) }

// oracle is the hash storage of n entries as package tlog itself writes it.
func oracle(t *testing.T, n int64) *hashes {
	t.Helper()
	s := new(hashes)
	for i := range n {
		list, err := tlog.StoredHashesForRecordHash(i, leaf(i), s)
		if err != nil {
			t.Fatal(err)
		}
		s.list = append(s.list, list...)
	}
	return s
}

func appendAll(t *testing.T, b *translog.Batch, from, to int64) {
	t.Helper()
	for i := from; i < to; i++ {
		index, err := b.Append(leaf(i))
		if err != nil || index != i {
			t.Fatalf("Append of entry %d = %d, %v", i, index, err)
		}
	}
}

func newBatch(t *testing.T, n int64, r tlog.HashReader) *translog.Batch {
	t.Helper()
	b, err := translog.NewBatch(n, r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The leaves and roots with which Certificate Transparency logs are tested.
func TestRootsOfRFC6962(t *testing.T) {
	leaves := []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}
	roots := []string{
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	b := newBatch(t, 0, new(hashes))
	for n, want := range roots {
		root := b.Root()
		if got := hex.EncodeToString(root[:]); got != want {
			t.Errorf("root of %d entries = %s, want %s", n, got, want)
		}
		if n == len(leaves) {
			break
		}
		data, err := hex.DecodeString(leaves[n])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Append(translog.LeafHash(data)); err != nil {
			t.Fatal(err)
		}
	}
}

// Every split of a log into what was stored and what one batch adds gives the
// hashes, roots and proofs of package tlog, entry by entry.
func TestBatchAgainstOracle(t *testing.T) {
	const most = 70
	want := oracle(t, most)
	for start := int64(0); start <= most; start++ {
		b := newBatch(t, start, oracle(t, start))
		for size := start; size <= most; size++ {
			if root, err := tlog.TreeHash(size, want); err != nil || b.Root() != root {
				t.Fatalf("%d + %d entries: root %s, want %s (%v)", start, size-start, b.Root(), root, err)
			}
			for i := start; i < size; i++ {
				got, err := b.Prove(i)
				proof, oracleErr := tlog.ProveRecord(size, i, want)
				if err != nil || oracleErr != nil || !slices.Equal(got, proof) {
					t.Fatalf("%d + %d entries: proof of %d = %v, want %v (%v)", start, size-start, i, got, proof, err)
				}
			}
			if size < most {
				appendAll(t, b, size, size+1)
			}
		}
		first, list := b.Hashes()
		if !slices.Equal(list, want.list[first:]) {
			t.Fatalf("%d + %d entries: the hashes to store differ from the oracle's", start, most-start)
		}
	}
}

func TestProveEveryIndexOfEverySize(t *testing.T) {
	const most = 70
	r := oracle(t, most)
	for size := int64(1); size <= most; size++ {
		root, err := translog.Root(size, r)
		if err != nil {
			t.Fatal(err)
		}
		for i := range size {
			proof, err := translog.Prove(size, i, r)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckRecord(proof, size, root, i, leaf(i)); err != nil {
				t.Errorf("proof of entry %d of %d: %v", i, size, err)
			}
			old, err := translog.Root(i+1, r)
			if err != nil {
				t.Fatal(err)
			}
			tree, err := translog.ProveConsistency(size, i+1, r)
			if err != nil {
				t.Fatal(err)
			}
			if err := tlog.CheckTree(tree, size, root, i+1, old); err != nil {
				t.Errorf("consistency of %d with %d: %v", size, i+1, err)
			}
		}
	}
}

func TestAppendOneByOne(t *testing.T) {
	want, got := oracle(t, 40), new(hashes)
	for i := range int64(40) {
		list, err := translog.Append(i, leaf(i), got)
		if err != nil {
			t.Fatal(err)
		}
		got.list = append(got.list, list...)
	}
	if !slices.Equal(got.list, want.list) {
		t.Error("stored hashes differ from the oracle's")
	}
}

// What makes groups cheap: a group reads one hash for each bit of the log's
// size, however many entries it adds and proves.
func TestBatchReadsTheRightEdgeOnce(t *testing.T) {
	const before, group = 1000, 64 // 1000 has six bits set
	s := oracle(t, before)
	s.read = 0
	b := newBatch(t, before, s)
	appendAll(t, b, before, before+group)
	for i := int64(before); i < before+group; i++ {
		if _, err := b.Prove(i); err != nil {
			t.Fatal(err)
		}
	}
	if s.read != 6 {
		t.Errorf("%d hashes read, want 6", s.read)
	}
	s.store(t, b)
	if !slices.Equal(s.list, oracle(t, before+group).list) {
		t.Error("stored hashes differ from the oracle's")
	}
}

func TestBatchShowsDamagedStorage(t *testing.T) {
	s := oracle(t, 21)
	head := newBatch(t, 21, s).Root()
	s.list[tlog.StoredHashIndex(2, 4)][7] ^= 1
	if newBatch(t, 21, s).Root() == head {
		t.Error("a changed hash of the right edge left the root as it was")
	}
}

func TestSizesOutOfRange(t *testing.T) {
	s := oracle(t, 5)
	b := newBatch(t, 5, s)
	appendAll(t, b, 5, 7)
	for name, call := range map[string]func() error{
		"append to a negative size": func() error { _, err := translog.Append(-2, leaf(0), s); return err },
		"append at size -1":         func() error { _, err := translog.Append(-1, leaf(0), s); return err },
		"append to a full log":      func() error { _, err := translog.Append(translog.MaxSize, leaf(0), s); return err },
		"append at the end of int64": func() error {
			_, err := translog.Append(1<<63-1, leaf(0), s)
			return err
		},
		"root of a negative size":     func() error { _, err := translog.Root(-1, s); return err },
		"root beyond the limit":       func() error { _, err := translog.Root(translog.MaxSize+1, s); return err },
		"proof of an index too large": func() error { _, err := translog.Prove(5, 5, s); return err },
		"proof of a negative index":   func() error { _, err := translog.Prove(5, -1, s); return err },
		"consistency with nothing":    func() error { _, err := translog.ProveConsistency(5, 0, s); return err },
		"consistency with a larger":   func() error { _, err := translog.ProveConsistency(5, 6, s); return err },
		"batch on a negative size":    func() error { _, err := translog.NewBatch(-1, s); return err },
		"batch on too large a size":   func() error { _, err := translog.NewBatch(1<<62+1, s); return err },
		"proof of an older entry":     func() error { _, err := b.Prove(4); return err },
		"proof of an entry to come":   func() error { _, err := b.Prove(7); return err },
		"hash of an older entry":      func() error { _, err := b.ReadHashes([]int64{0}); return err },
		"hash of an entry to come":    func() error { _, err := b.ReadHashes([]int64{tlog.StoredHashIndex(0, 7)}); return err },
	} {
		if err := call(); !errors.Is(err, translog.ErrSize) {
			t.Errorf("%s: error %v, want ErrSize", name, err)
		}
	}
}

func TestBatchPassesOnReadErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	fail := tlog.HashReaderFunc(func([]int64) ([]tlog.Hash, error) { return nil, broken })
	if _, err := translog.NewBatch(3, fail); !errors.Is(err, broken) {
		t.Errorf("error %v, want the reader's", err)
	}
	short := tlog.HashReaderFunc(func([]int64) ([]tlog.Hash, error) { return make([]tlog.Hash, 1), nil })
	if _, err := translog.NewBatch(3, short); err == nil {
		t.Error("a reader that returned one hash of two went unnoticed")
	}
}

package translog

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// MaxSize is the most entries a log may have. It keeps sizes far from the end
// of int64, where the arithmetic of trees no longer holds.
const MaxSize = 1 << 48

// ErrSize is wrapped by every refusal of a size or index.
var ErrSize = errors.New("translog: size or index out of range")

// Append returns the hashes to store, from tlog.StoredHashIndex(0, n) on, when
// leaf becomes entry n of the log whose hashes r reads. Use a Batch for several.
func Append(n int64, leaf tlog.Hash, r tlog.HashReader) ([]tlog.Hash, error) {
	if err := checkIndex(MaxSize, n); err != nil {
		return nil, err
	}
	return tlog.StoredHashesForRecordHash(n, leaf, r)
}

// Root returns the root hash of the first n entries; of none, the hash of
// nothing (RFC 6962, 2.1).
func Root(n int64, r tlog.HashReader) (tlog.Hash, error) {
	if err := checkSize(n); err != nil {
		return tlog.Hash{}, err
	}
	return tlog.TreeHash(n, r)
}

// Prove returns the proof that entry index is in the log of the given size.
func Prove(size, index int64, r tlog.HashReader) (tlog.RecordProof, error) {
	if err := checkIndex(size, index); err != nil {
		return nil, err
	}
	return tlog.ProveRecord(size, index, r)
}

// ProveConsistency returns the proof that the log of the given size begins with
// the log it was at the size old. Nothing needs proving of an empty log, and
// nothing can be: old is at least 1.
func ProveConsistency(size, old int64, r tlog.HashReader) (tlog.TreeProof, error) {
	if err := checkIndex(size, old-1); err != nil {
		return nil, err
	}
	return tlog.ProveTree(size, old, r)
}

func checkSize(n int64) error {
	if n < 0 || n > MaxSize {
		return fmt.Errorf("%w: size %d", ErrSize, n)
	}
	return nil
}

func checkIndex(size, index int64) error {
	if err := checkSize(size); err != nil {
		return err
	}
	if index < 0 || index >= size {
		return fmt.Errorf("%w: entry %d of %d", ErrSize, index, size)
	}
	return nil
}

// A Batch appends a group of entries. It reads the right edge of the log once,
// when it is made (at most one hash per bit of the size); from then on entries,
// the new root and the proofs of the new entries cost no read at all. It is not
// for concurrent use. What it computes becomes true when its Hashes are stored.
type Batch struct {
	start  int64               // entries before this batch
	size   int64               // entries with it
	first  int64               // stored index of hashes[0]
	edge   map[int64]tlog.Hash // by stored index: the right edge at start
	hashes []tlog.Hash
}

// NewBatch begins a batch on a log of n entries whose hashes r reads. Before
// the first Append, Root is the root of what r holds: comparing it with the
// last checkpoint shows a damaged store before anything is signed over it.
func NewBatch(n int64, r tlog.HashReader) (*Batch, error) {
	if err := checkSize(n); err != nil {
		return nil, err
	}
	b := &Batch{start: n, size: n, first: tlog.StoredHashIndex(0, n)}
	indexes := edgeIndexes(n)
	b.edge = make(map[int64]tlog.Hash, len(indexes))
	if n == 0 {
		return b, nil
	}
	hashes, err := r.ReadHashes(indexes)
	if err != nil {
		return nil, fmt.Errorf("translog: right edge of %d entries: %w", n, err)
	}
	if len(hashes) != len(indexes) {
		return nil, fmt.Errorf("translog: asked for %d hashes, got %d", len(indexes), len(hashes))
	}
	for i, x := range indexes {
		b.edge[x] = hashes[i]
	}
	return b, nil
}

// edgeIndexes lists the roots of the complete trees that n entries fall into,
// from left to right: one for each bit of n.
func edgeIndexes(n int64) []int64 {
	var list []int64
	for level := 62; level >= 0; level-- {
		if n>>level&1 == 1 {
			list = append(list, tlog.StoredHashIndex(level, n>>level-1))
		}
	}
	return list
}

// Append makes leaf the next entry and returns its index. It fails, changing
// nothing, only when the log is full.
func (b *Batch) Append(leaf tlog.Hash) (int64, error) {
	hashes, err := Append(b.size, leaf, b)
	if err != nil {
		return 0, err
	}
	b.hashes = append(b.hashes, hashes...)
	b.size++
	return b.size - 1, nil
}

// Size is the number of entries of the log with this batch.
func (b *Batch) Size() int64 { return b.size }

// Hashes returns the hashes to store and the index at which the first goes.
// The slice is the batch's own: valid until the next Append.
func (b *Batch) Hashes() (first int64, hashes []tlog.Hash) { return b.first, b.hashes }

// Root returns the root hash of the log with this batch.
func (b *Batch) Root() tlog.Hash {
	root, err := Root(b.size, b)
	if err != nil {
		panic("translog: a batch holds its right edge, yet: " + err.Error())
	}
	return root
}

// Prove returns the proof that the entry, which must be one of this batch, is
// in the log at the batch's size.
func (b *Batch) Prove(index int64) (tlog.RecordProof, error) {
	if index < b.start {
		return nil, fmt.Errorf("%w: entry %d came before this batch, which begins at %d", ErrSize, index, b.start)
	}
	return Prove(b.size, index, b)
}

// ReadHashes makes the batch a tlog.HashReader of its own hashes and the right
// edge it began with; it knows no others.
func (b *Batch) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	list := make([]tlog.Hash, 0, len(indexes))
	for _, x := range indexes {
		if i := x - b.first; i >= 0 && i < int64(len(b.hashes)) {
			list = append(list, b.hashes[i])
			continue
		}
		h, ok := b.edge[x]
		if !ok {
			return nil, fmt.Errorf("%w: stored hash %d is not in this batch", ErrSize, x)
		}
		list = append(list, h)
	}
	return list, nil
}

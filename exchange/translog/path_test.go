package translog_test

import (
	"errors"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange/translog"
)

// Every step follows from the one before, and the last gives the root, for every entry of logs of many sizes.
func TestPathLeadsToTheRoot(t *testing.T) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		list := make([]tlog.Hash, len(indexes))
		for i, x := range indexes {
			list[i] = stored[x]
		}
		return list, nil
	})
	leaf := func(i int64) tlog.Hash { return translog.LeafHash(fmt.Append(nil, i)) }
	for size := int64(1); size <= 70; size++ {
		hashes, err := translog.Append(size-1, leaf(size-1), reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
		root, err := translog.Root(size, reader)
		if err != nil {
			t.Fatal(err)
		}
		head := translog.Checkpoint{Origin: "hub.example/1", Size: size, Root: root}
		for index := range size {
			proof, err := translog.Prove(size, index, reader)
			if err != nil {
				t.Fatal(err)
			}
			steps, err := translog.Path(proof, head, index, leaf(index))
			if err != nil || len(steps) != len(proof) {
				t.Fatalf("entry %d of %d: %d steps, %v", index, size, len(steps), err)
			}
			at := leaf(index)
			for i, s := range steps {
				both := tlog.NodeHash(at, s.Beside)
				if s.Left {
					both = tlog.NodeHash(s.Beside, at)
				}
				if both != s.Gives {
					t.Fatalf("entry %d of %d: step %d gives another hash", index, size, i)
				}
				at = s.Gives
			}
			if at != root {
				t.Fatalf("entry %d of %d: the path leads to %v, the root is %v", index, size, at, root)
			}
			if _, err := translog.Path(proof, head, index, leaf(index+1)); !errors.Is(err, translog.ErrProof) {
				t.Fatalf("entry %d of %d: another leaf is answered %v", index, size, err)
			}
		}
	}
	if _, err := translog.Path(nil, translog.Checkpoint{Size: 1}, 1, tlog.Hash{}); !errors.Is(err, translog.ErrIndex) {
		t.Errorf("an entry beyond the end: %v", err)
	}
}

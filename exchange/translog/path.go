package translog

import (
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// A Step of an inclusion proof joins what is proved so far with the hash beside
// it.
type Step struct {
	Beside tlog.Hash // from the proof
	Left   bool      // Beside is the left one of the two
	Gives  tlog.Hash // the hash of both
}

// Path spells an inclusion proof out, from an entry's leaf hash to the root, for
// readers who want to reckon it themselves (RFC 9162, 2.1.3.2). It is checked as
// tlog.CheckRecord checks it, with ErrProof or ErrIndex, and its last step gives
// the root; a log of one entry has no step.
func Path(proof tlog.RecordProof, head Checkpoint, index int64, leaf tlog.Hash) ([]Step, error) {
	if err := checkIndex(head.Size, index); err != nil {
		return nil, fmt.Errorf("%w: entry %d of %d", ErrIndex, index, head.Size)
	}
	if err := tlog.CheckRecord(proof, head.Size, head.Root, index, leaf); err != nil {
		return nil, ErrProof
	}
	steps := make([]Step, 0, len(proof))
	at, last := index, head.Size-1
	for _, beside := range proof {
		s := Step{Beside: beside, Left: at&1 == 1 || at == last}
		if s.Left {
			s.Gives = tlog.NodeHash(beside, leaf)
			for ; at&1 == 0 && at != 0; at, last = at>>1, last>>1 {
			}
		} else {
			s.Gives = tlog.NodeHash(leaf, beside)
		}
		steps = append(steps, s)
		leaf, at, last = s.Gives, at>>1, last>>1
	}
	return steps, nil
}

package exchange

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange/translog"
)

// A Broken says what is wrong with an entry of the log; empty: nothing.
type Broken string

const (
	BrokenMissing    Broken = "missing"    // the store has lost the entry
	BrokenAltered    Broken = "altered"    // the text is not the one that was logged
	BrokenHash       Broken = "hash"       // the text is, and the hash stored with it was changed
	BrokenTree       Broken = "tree"       // hashes of the tree around it were changed
	BrokenSide       Broken = "side"       // the side record is not the one that was logged
	BrokenEntry      Broken = "entry"      // what was logged is no entry that this hub knows how to read
	BrokenCheckpoint Broken = "checkpoint" // the newest checkpoint is not signed with the hub's key
)

// Proved is one entry with the proof that it lies in the log, checked here and now against the newest checkpoint.
type Proved struct {
	Trace
	Leaf       tlog.Hash
	Path       []translog.Step // from the leaf to the root; nil where it does not lead there
	Head       translog.Checkpoint
	Checkpoint []byte // the signed text of Head
	Broken     Broken
}

// Record returns an entry with its proof, for an auditor; NotFound beyond the end of the log.
func (h *Hub) Record(ctx context.Context, c Caller, index int64) (Proved, error) {
	if err := auditors(c); err != nil {
		return Proved{}, err
	}
	text, size, err := h.Store.Checkpoint(ctx)
	if err != nil {
		return Proved{}, err
	}
	if index < 0 || index >= size {
		return Proved{}, noSuch("entry", fmt.Sprint(index))
	}
	if err := h.seen(ctx, c, reading{what: ViewRecord, part: fmt.Sprint(index)}); err != nil {
		return Proved{}, err
	}
	leaf, err := h.leaf(ctx, index)
	if err != nil {
		return Proved{}, err
	}
	p := Proved{Trace: trace(index, leaf), Leaf: translog.LeafHash(leaf.Text), Checkpoint: text}
	head, err := h.open(text)
	if err != nil {
		p.Broken = BrokenCheckpoint
		return p, nil
	}
	p.Head = head
	tree := &tree{ctx: ctx, store: h.Store}
	_, p.Broken = h.weigh(tree, head, index, leaf)
	if proof, err := translog.Prove(head.Size, index, tree); err == nil && p.Broken != BrokenMissing {
		p.Path, _ = translog.Path(proof, head, index, p.Leaf)
	}
	return p, tree.failed
}

// leaf is one entry as it lies in the store; the zero Leaf where it is lost.
func (h *Hub) leaf(ctx context.Context, index int64) (Leaf, error) {
	leaves, err := h.Store.Leaves(ctx, index, 1)
	if err != nil || len(leaves) == 0 {
		return Leaf{}, err
	}
	return leaves[0], nil
}

// open is the checkpoint in a text that the hub's key has signed.
func (h *Hub) open(text []byte) (translog.Checkpoint, error) {
	if h.LogKey == nil {
		return translog.Checkpoint{}, errors.New("exchange: the hub does not know the public key of its log")
	}
	return translog.OpenCheckpoint(text, note.VerifierList(h.LogKey))
}

// A tree reads hashes of the log, each once. A hash that is not there makes a proof fail, as one that was changed does;
// any other fault of the store lies in failed.
type tree struct {
	ctx    context.Context
	store  Journal
	known  map[int64]tlog.Hash
	failed error
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var asked []int64
	for _, x := range indexes {
		if _, ok := t.known[x]; !ok {
			asked = append(asked, x)
		}
	}
	if len(asked) > 0 {
		hashes, err := t.store.Hashes(t.ctx, asked)
		if err != nil {
			t.failed = t.ctx.Err()
			return nil, err
		}
		if t.known == nil {
			t.known = make(map[int64]tlog.Hash)
		}
		for i, x := range asked {
			t.known[x] = hashes[i]
		}
	}
	all := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		all[i] = t.known[x]
	}
	return all, nil
}

// weigh holds an entry against the signed root: its text must be what was logged there. It names the entry that is
// broken, which for a changed hash may be the neighbour.
func (h *Hub) weigh(t *tree, head translog.Checkpoint, index int64, l Leaf) (int64, Broken) {
	if l.Text == nil {
		return index, BrokenMissing
	}
	proof, err := translog.Prove(head.Size, index, t)
	if err != nil {
		return index, BrokenTree
	}
	leaf := translog.LeafHash(l.Text)
	if tlog.CheckRecord(proof, head.Size, head.Root, index, leaf) == nil {
		return index, sound(l)
	}
	if stored, ok := t.leafHash(index); !ok || stored != leaf {
		return index, BrokenAltered
	}
	next := index ^ 1
	neighbour, err := h.leaf(t.ctx, next)
	if stored, ok := t.leafHash(next); next < head.Size && err == nil && (!ok || neighbour.Text != nil && stored != translog.LeafHash(neighbour.Text)) {
		return next, BrokenHash
	}
	return index, BrokenTree
}

func (t *tree) leafHash(index int64) (tlog.Hash, bool) {
	h, err := t.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
	if err != nil {
		return tlog.Hash{}, false
	}
	return h[0], true
}

// sound looks at an entry whose text is proved: it can be read, and its side record, where there still is one, is the one
// that was logged.
func sound(l Leaf) Broken {
	e, err := translog.ParseEntry(l.Text)
	if err != nil {
		return BrokenEntry
	}
	if l.Side == nil {
		return ""
	}
	if s, err := translog.ParseSide(l.Side); err != nil || s.Hash() != e.Side {
		return BrokenSide
	}
	return ""
}

// A Verification is how far a part of the log has been verified. It is its own state: whoever has it goes on from At.
type Verification struct {
	From, To int64 // [From, To)
	At       int64 // the next entry to be looked at; To when all are
	Head     translog.Checkpoint
	Break    *Break // the first entry that is broken; nothing after it was looked at
}

// Done reports whether there is nothing left to look at.
func (v Verification) Done() bool { return v.Break != nil || v.At >= v.To }

// A Break is where the log is not what was signed.
type Break struct {
	Index int64 // -1 where it is the checkpoint itself
	Why   Broken
	Near  []Trace // the entry and those before and after it, as they lie in the store
}

const (
	stepEntries = 2000     // that one step of a verification looks at, at most
	stepBytes   = 16 << 20 // of text, after which a step ends
)

// VerifyLog takes one step of a verification: it holds the next entries against the newest checkpoint, each by its proof.
// To 0 means all that the log has. Beginning one is an entry of the log, and so is its end.
func (h *Hub) VerifyLog(ctx context.Context, c Caller, v Verification) (Verification, error) {
	if err := auditors(c); err != nil {
		return v, err
	}
	text, size, err := h.Store.Checkpoint(ctx)
	if err != nil {
		return v, err
	}
	if v.To == 0 {
		v.To = size
	}
	if v.From < 0 || v.From >= v.To || v.To > size || v.At < v.From || v.At > v.To {
		return v, &Error{Kind: BadRequest, Detail: fmt.Sprintf("the log has entries 0 to %d", size-1),
			VI: fmt.Sprintf("Nhật ký có các bản ghi từ 0 đến %d.", size-1)}
	}
	part := fmt.Sprintf("%d-%d", v.From, v.To-1)
	if v.At == v.From {
		if err := h.seen(ctx, c, reading{what: ViewVerify, part: part, result: "begun"}); err != nil {
			return v, err
		}
	}
	if v, err = h.verify(ctx, v, text); err != nil || !v.Done() {
		return v, err
	}
	r := reading{what: ViewVerify, part: part, result: "intact"}
	if v.Break != nil {
		r.part, r.result = fmt.Sprintf("%d-%d", v.From, max(v.Break.Index, v.From)), "broken-"+string(v.Break.Why)
	}
	return v, h.seen(ctx, c, r)
}

func (h *Hub) verify(ctx context.Context, v Verification, text []byte) (Verification, error) {
	head, err := h.open(text)
	if err != nil {
		v.Break = &Break{Index: -1, Why: BrokenCheckpoint}
		return v, nil
	}
	v.Head = head
	t := &tree{ctx: ctx, store: h.Store}
	for end, size := min(v.To, v.At+stepEntries), 0; v.At < end && size < stepBytes; {
		leaves, err := h.Store.Leaves(ctx, v.At, int(end-v.At))
		if err != nil {
			return v, err
		}
		if len(leaves) == 0 {
			leaves = []Leaf{{}}
		}
		for _, l := range leaves {
			size += len(l.Text)
			if index, why := h.weigh(t, head, v.At, l); why != "" {
				v.Break, err = h.broken(ctx, index, why, head.Size)
				return v, errors.Join(err, t.failed)
			}
			v.At++
		}
		t.forget()
	}
	return v, nil
}

// mostHashes bounds what a tree remembers.
const mostHashes = 16 << 10

func (t *tree) forget() {
	if len(t.known) > mostHashes {
		maps.DeleteFunc(t.known, func(x int64, _ tlog.Hash) bool {
			level, _ := tlog.SplitStoredHashIndex(x)
			return level < 8
		})
	}
}

func (h *Hub) broken(ctx context.Context, index int64, why Broken, size int64) (*Break, error) {
	b := &Break{Index: index, Why: why}
	for i := max(0, index-1); i <= min(index+1, size-1); i++ {
		l, err := h.leaf(ctx, i)
		if err != nil {
			return b, err
		}
		b.Near = append(b.Near, trace(i, l))
	}
	return b, nil
}

package exchange

import (
	"bytes"
	"context"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/lienthong/lienthong/exchange/translog"
)

// An Answer is what one check of a comparison came to.
type Answer string

const (
	Holds    Answer = "holds"
	Fails    Answer = "fails"
	Unasked  Answer = "unasked" // an earlier answer leaves nothing to ask
	maxPaste        = translog.MaxCheckpoint
)

// A Comparison is a checkpoint that somebody kept, held against the log as it is.
type Comparison struct {
	Given translog.Checkpoint // what the text says, signed or not; zero where it is no checkpoint
	Head  translog.Checkpoint // of the log now
	Root  tlog.Hash           // of the log at the given size, reckoned from what is stored; zero where it was not

	Form       Answer // the text is a checkpoint
	Origin     Answer // of this log
	Signature  Answer // signed with the hub's key
	Size       Answer // the log has as many entries
	SameRoot   Answer // and had that root when it had that many
	Consistent Answer // and has only grown since: the consistency proof leads from it to the newest checkpoint
}

// Agrees reports whether the log is the one that the checkpoint speaks of.
func (c Comparison) Agrees() bool {
	for _, a := range []Answer{c.Form, c.Origin, c.Signature, c.Size, c.SameRoot, c.Consistent} {
		if a != Holds {
			return false
		}
	}
	return true
}

// CompareCheckpoint holds a checkpoint that an auditor has kept or was given against the log. BadRequest for a text that
// is too long; one that is no checkpoint is an answer.
func (h *Hub) CompareCheckpoint(ctx context.Context, c Caller, text []byte) (Comparison, error) {
	var out Comparison
	if err := auditors(c); err != nil {
		return out, err
	}
	if len(text) > maxPaste {
		return out, &Error{Kind: BadRequest, Detail: "a checkpoint is shorter", VI: "Mốc quá dài."}
	}
	head, _, err := h.Store.Checkpoint(ctx)
	if err != nil {
		return out, err
	}
	if out.Head, err = h.open(head); err != nil {
		return out, fmt.Errorf("exchange: the newest checkpoint: %w", err)
	}
	text = unpasted(text)
	out.compare(ctx, h, text)
	r := reading{what: ViewCompare, result: "differs"}
	if out.Agrees() {
		r.result = "agrees"
	}
	if out.Form == Holds {
		r.part = fmt.Sprint(out.Given.Size)
	}
	return out, h.seen(ctx, c, r)
}

// unpasted is a text as it was before it went through a form: lines end in one character, and the last one ends.
func unpasted(text []byte) []byte {
	text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
	return append(bytes.TrimSpace(text), '\n')
}

func (c *Comparison) compare(ctx context.Context, h *Hub, text []byte) {
	c.Origin, c.Signature, c.Size, c.SameRoot, c.Consistent = Unasked, Unasked, Unasked, Unasked, Unasked
	body, _, _ := bytes.Cut(text, []byte("\n\n"))
	given, err := translog.ParseCheckpoint(append(bytes.TrimSuffix(bytes.Clone(body), []byte("\n")), '\n'))
	if c.Form = answer(err == nil); err != nil {
		return
	}
	c.Given = given
	_, err = h.open(text)
	c.Signature = answer(err == nil)
	if c.Origin = answer(given.Origin == c.Head.Origin); c.Origin == Fails {
		return
	}
	if c.Size = answer(given.Size <= c.Head.Size); c.Size == Fails {
		return
	}
	t := &tree{ctx: ctx, store: h.Store}
	c.Root, err = translog.Root(given.Size, t)
	c.SameRoot = answer(err == nil && c.Root == given.Root)
	c.Consistent = answer(grownFrom(given, c.Head, t))
}

// grownFrom reports whether the log at head begins with the log at old. The empty log begins every log, and its root is
// known.
func grownFrom(old, head translog.Checkpoint, t *tree) bool {
	if old.Size == 0 {
		root, err := translog.Root(0, t)
		return err == nil && root == old.Root
	}
	proof, err := translog.ProveConsistency(head.Size, old.Size, t)
	return err == nil && tlog.CheckTree(proof, head.Size, head.Root, old.Size, old.Root) == nil
}

func answer(holds bool) Answer {
	if holds {
		return Holds
	}
	return Fails
}

// AuditCheckpoint returns the newest signed checkpoint, as [Hub.Checkpoint] does, and notes that an auditor took it.
func (h *Hub) AuditCheckpoint(ctx context.Context, c Caller) ([]byte, translog.Checkpoint, error) {
	if err := auditors(c); err != nil {
		return nil, translog.Checkpoint{}, err
	}
	text, _, err := h.Store.Checkpoint(ctx)
	if err != nil {
		return nil, translog.Checkpoint{}, err
	}
	if err := h.seen(ctx, c, reading{what: ViewCheckpoint}); err != nil {
		return nil, translog.Checkpoint{}, err
	}
	head, err := h.open(text)
	return text, head, err
}

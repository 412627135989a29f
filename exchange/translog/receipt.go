package translog

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	receiptHeader = "c2sp.org/tlog-proof@v1"
	maxProof      = 48 // hashes: one for each bit of MaxSize
)

// MaxReceipt is the most bytes a receipt file may have.
const MaxReceipt = MaxEntry/3*4 + MaxCheckpoint + 4<<10

// What can be wrong with a receipt, beyond its entry and its checkpoint.
var (
	ErrReceipt = errors.New("translog: not a receipt file")
	ErrIndex   = errors.New("translog: receipt claims a place the checkpoint does not reach")
	ErrProof   = errors.New("translog: entry is not in the log at the place the receipt claims")
)

// A Receipt proves that an entry is in a log. It is complete: with the log's
// public key anyone can verify it, without the hub and for ever.
type Receipt struct {
	Entry      []byte           // canonical form
	Index      int64            // the entry's place in the log, from 0
	Proof      tlog.RecordProof // that it is there, at the checkpoint's size
	Checkpoint []byte           // signed note
}

// Marshal returns the receipt file: a C2SP tlog-proof@v1 whose extra data is
// the entry. Equal receipts give equal bytes.
func (r Receipt) Marshal() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nextra %s\nindex %d\n", receiptHeader, base64.StdEncoding.EncodeToString(r.Entry), r.Index)
	for _, h := range r.Proof {
		fmt.Fprintf(&b, "%s\n", h)
	}
	b.WriteByte('\n')
	b.Write(r.Checkpoint)
	return b.Bytes()
}

// ParseReceipt reads what Marshal writes, byte for byte. It proves nothing:
// Verify does. Its errors wrap ErrReceipt.
func ParseReceipt(text []byte) (Receipt, error) {
	if len(text) > MaxReceipt {
		return Receipt{}, fmt.Errorf("%w: %d bytes, at most %d", ErrReceipt, len(text), MaxReceipt)
	}
	head, checkpoint, ok := bytes.Cut(text, []byte("\n\n"))
	if !ok {
		return Receipt{}, fmt.Errorf("%w: no blank line before a checkpoint", ErrReceipt)
	}
	r, err := parseHead(strings.Split(string(head), "\n"))
	if err != nil {
		return Receipt{}, err
	}
	r.Checkpoint = bytes.Clone(checkpoint)
	if !bytes.Equal(r.Marshal(), text) {
		return Receipt{}, fmt.Errorf("%w: not in the canonical form", ErrReceipt)
	}
	return r, nil
}

func parseHead(lines []string) (Receipt, error) {
	if len(lines) < 3 || len(lines) > 3+maxProof {
		return Receipt{}, fmt.Errorf("%w: %d lines before the blank one", ErrReceipt, len(lines))
	}
	if lines[0] != receiptHeader {
		return Receipt{}, fmt.Errorf("%w: first line is not %q", ErrReceipt, receiptHeader)
	}
	extra, ok := strings.CutPrefix(lines[1], "extra ")
	if !ok {
		return Receipt{}, fmt.Errorf("%w: line 2 is not the entry", ErrReceipt)
	}
	index, ok := strings.CutPrefix(lines[2], "index ")
	if !ok {
		return Receipt{}, fmt.Errorf("%w: line 3 is not the index", ErrReceipt)
	}
	var r Receipt
	var err error
	if r.Entry, err = base64.StdEncoding.DecodeString(extra); err != nil {
		return Receipt{}, fmt.Errorf("%w: line 2: %v", ErrReceipt, err)
	}
	if r.Index, err = strconv.ParseInt(index, 10, 64); err != nil {
		return Receipt{}, fmt.Errorf("%w: line 3: index %.40q", ErrReceipt, index)
	}
	r.Proof, err = parseProof(lines[3:])
	return r, err
}

func parseProof(lines []string) (tlog.RecordProof, error) {
	proof := make(tlog.RecordProof, 0, len(lines))
	for i, line := range lines {
		h, err := tlog.ParseHash(line)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d: hash %.60q", ErrReceipt, 4+i, line)
		}
		proof = append(proof, h)
	}
	return proof, nil
}

// Verify checks the receipt against the log's public key and origin, and
// returns what it proves: that the log, at the checkpoint, holds the entry. It
// needs nothing else, no network and no clock. The error wraps the one thing
// found wrong first: ErrCheckpoint, ErrUnknownKey, ErrSignature, ErrOrigin,
// ErrIndex, ErrProof, ErrEntry.
func (r Receipt) Verify(v note.Verifiers, origin string) (Entry, Checkpoint, error) {
	c, err := OpenCheckpoint(r.Checkpoint, v)
	if err != nil {
		return Entry{}, Checkpoint{}, err
	}
	if c.Origin != origin {
		return Entry{}, Checkpoint{}, fmt.Errorf("%w: it is of %q, wanted %q", ErrOrigin, c.Origin, origin)
	}
	e, err := r.under(c)
	if err != nil {
		return Entry{}, Checkpoint{}, err
	}
	return e, c, nil
}

// Included is Verify without the question who signed: for the hub itself, which
// holds what it says against its own log. It returns what the receipt proves of
// a log with the checkpoint's root.
func (r Receipt) Included() (Entry, Checkpoint, error) {
	text, _, _ := bytes.Cut(r.Checkpoint, []byte("\n\n"))
	c, err := ParseCheckpoint(append(bytes.Clone(text), '\n'))
	if err != nil {
		return Entry{}, Checkpoint{}, err
	}
	e, err := r.under(c)
	if err != nil {
		return Entry{}, Checkpoint{}, err
	}
	return e, c, nil
}

// under checks that the entry is where the receipt says, in a log with that head.
func (r Receipt) under(c Checkpoint) (Entry, error) {
	if err := checkIndex(c.Size, r.Index); err != nil {
		return Entry{}, fmt.Errorf("%w: entry %d of %d", ErrIndex, r.Index, c.Size)
	}
	if err := tlog.CheckRecord(r.Proof, c.Size, c.Root, r.Index, LeafHash(r.Entry)); err != nil {
		return Entry{}, ErrProof
	}
	return ParseEntry(r.Entry)
}

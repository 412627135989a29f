package translog

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// MaxCheckpoint is the most bytes a signed checkpoint may have, cosignatures
// included.
const MaxCheckpoint = 16 << 10

// What can be wrong with a checkpoint.
var (
	ErrCheckpoint = errors.New("translog: not a checkpoint")
	ErrUnknownKey = errors.New("translog: checkpoint is not signed with a known key")
	ErrSignature  = errors.New("translog: signature of the checkpoint does not hold")
	ErrOrigin     = errors.New("translog: checkpoint of another log")
)

// A Checkpoint is the head of a log: its origin, its size and the root hash over
// all entries. Its text is a C2SP tlog-checkpoint without extension lines.
type Checkpoint struct {
	Origin string    `json:"origin"` // names the log, e.g. hub.phutho.gov.vn/1
	Size   int64     `json:"size"`   // entries
	Root   tlog.Hash `json:"root"`
}

// Check says whether origin and size are ones a checkpoint can have. Its errors
// wrap ErrCheckpoint.
func (c Checkpoint) Check() error {
	if !isOrigin(c.Origin) {
		return fmt.Errorf("%w: origin %.40q is not one printable word without \"+\"", ErrCheckpoint, c.Origin)
	}
	if c.Size < 0 || c.Size > MaxSize {
		return fmt.Errorf("%w: size %d", ErrCheckpoint, c.Size)
	}
	return nil
}

// isOrigin: an origin is also the name of the key that signs it, which may hold
// neither blanks nor a plus sign.
func isOrigin(s string) bool {
	if s == "" || len(s) > 200 || !utf8.ValidString(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r == '+' || r == ' ' || !unicode.IsPrint(r) }) < 0
}

// Marshal returns the text that is signed: three lines.
func (c Checkpoint) Marshal() []byte {
	return fmt.Appendf(nil, "%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// ParseCheckpoint reads what Marshal writes, and nothing else. It says nothing
// about signatures: OpenCheckpoint does. Its errors wrap ErrCheckpoint.
func ParseCheckpoint(text []byte) (Checkpoint, error) {
	lines := strings.Split(string(text), "\n")
	if len(lines) != 4 {
		return Checkpoint{}, fmt.Errorf("%w: want three lines", ErrCheckpoint)
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: size %.40q", ErrCheckpoint, lines[1])
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: root hash %.60q", ErrCheckpoint, lines[2])
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if err := c.Check(); err != nil {
		return Checkpoint{}, err
	}
	if string(c.Marshal()) != string(text) {
		return Checkpoint{}, fmt.Errorf("%w: not in the canonical form", ErrCheckpoint)
	}
	return c, nil
}

// GenerateKey makes the Ed25519 key of the log named origin, in the encoding of
// package note. The key carries the origin as its name and signs no other log.
// skey is the secret.
func GenerateKey(rand io.Reader, origin string) (skey, vkey string, err error) {
	if err := (Checkpoint{Origin: origin}).Check(); err != nil {
		return "", "", err
	}
	return note.GenerateKey(rand, origin)
}

// PublicKey returns the public half of a secret key that GenerateKey made, in
// the same encoding.
func PublicKey(skey string) (vkey string, err error) {
	signer, err := note.NewSigner(skey)
	if err != nil {
		return "", err
	}
	// PRIVATE+KEY+name+hash+base64(algorithm, seed), as NewSigner has found.
	_, data, _ := strings.Cut(strings.TrimPrefix(skey, "PRIVATE+KEY+"+signer.Name()+"+"), "+")
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil || len(raw) != 1+ed25519.SeedSize {
		return "", errors.New("translog: not the key of a log")
	}
	public, _ := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(signer.Name(), public)
}

// SignCheckpoint returns c as a signed note. It refuses a signer of another
// name with ErrOrigin. Whoever calls it answers for never signing two different
// roots for one size.
func SignCheckpoint(c Checkpoint, s note.Signer) ([]byte, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	if s.Name() != c.Origin {
		return nil, fmt.Errorf("%w: the key is of %q, the checkpoint of %q", ErrOrigin, s.Name(), c.Origin)
	}
	return note.Sign(&note.Note{Text: string(c.Marshal())}, s)
}

// OpenCheckpoint returns the checkpoint in a signed note if a key among v that
// carries the checkpoint's origin as its name has signed it; cosignatures of
// others are welcome and prove nothing here. The error wraps ErrUnknownKey,
// ErrSignature, ErrOrigin (signed by a known key of another log) or
// ErrCheckpoint.
func OpenCheckpoint(text []byte, v note.Verifiers) (Checkpoint, error) {
	if len(text) > MaxCheckpoint {
		return Checkpoint{}, fmt.Errorf("%w: %d bytes, at most %d", ErrCheckpoint, len(text), MaxCheckpoint)
	}
	n, err := note.Open(text, v)
	if err != nil {
		return Checkpoint{}, noteError(err)
	}
	c, err := ParseCheckpoint([]byte(n.Text))
	if err != nil {
		return Checkpoint{}, err
	}
	for _, sig := range slices.Concat(n.Sigs, n.UnverifiedSigs) {
		if !spelledRight(sig.Base64) {
			return Checkpoint{}, fmt.Errorf("%w: the base64 of a signature is not in the canonical form", ErrCheckpoint)
		}
	}
	for _, sig := range n.Sigs {
		if sig.Name == c.Origin {
			return c, nil
		}
	}
	return Checkpoint{}, fmt.Errorf("%w: it says %q and is signed by %q", ErrOrigin, c.Origin, n.Sigs[0].Name)
}

// spelledRight: package note ignores the unused bits of the last letter. One
// signature would have several spellings, and a receipt several texts.
func spelledRight(b64 string) bool {
	_, err := base64.StdEncoding.Strict().DecodeString(b64)
	return err == nil
}

func noteError(err error) error {
	if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
		return ErrUnknownKey
	}
	if bad, ok := errors.AsType[*note.InvalidSignatureError](err); ok {
		return fmt.Errorf("%w: key %s+%08x", ErrSignature, bad.Name, bad.Hash)
	}
	return fmt.Errorf("%w: %v", ErrCheckpoint, err)
}

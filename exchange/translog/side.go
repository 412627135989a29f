package translog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"unicode/utf8"
)

// SaltSize is the length of a Side's salt in bytes. With fewer, a short text
// such as a name could be found from the hash by trying.
const SaltSize = 32

// ErrSide is wrapped by every refusal of a side record.
var ErrSide = errors.New("translog: not a side record")

// A Side is what an entry must not hold: names, addresses, reasons, free text.
// It lies beside the log, its hash in the entry. As long as it is kept it can
// be proved; once salt and fields are erased together, the hash tells nothing.
type Side struct {
	Salt   []byte            `json:"salt"`
	Fields map[string]string `json:"fields"`

	whole string // the hash of the record of which this is the beginning, see Shown; empty for a whole one
}

// NewSide makes a side record with a salt from rand, which must be a
// cryptographic source. Fields are copied; they must be UTF-8.
func NewSide(rand io.Reader, fields map[string]string) (Side, error) {
	s := Side{Salt: make([]byte, SaltSize), Fields: maps.Clone(fields)}
	if _, err := io.ReadFull(rand, s.Salt); err != nil {
		return Side{}, fmt.Errorf("translog: salt: %w", err)
	}
	return s, s.check()
}

// Hash is what the entry's Side holds: hex SHA-256(salt || fields as JSON with
// sorted keys). It panics on a Side that neither NewSide nor ParseSide made and
// that has no salt: such a hash would give its fields away.
func (s Side) Hash() string {
	if len(s.Salt) != SaltSize {
		panic("translog: Hash of a side record without its salt")
	}
	if s.whole != "" {
		return s.whole
	}
	sum := sha256.Sum256(append(bytes.Clone(s.Salt), compact(s.Fields)...))
	return hex.EncodeToString(sum[:])
}

// MostShown is how many characters of a field are shown, beyond what any hub writes today.
const MostShown = 4000

// Shown is the record as it is read by people: of a longer field its beginning. Its Hash stays that of the whole, of which
// it gives no other proof.
func (s Side) Shown() Side {
	shown := Side{Salt: s.Salt, Fields: maps.Clone(s.Fields), whole: s.whole}
	for name, text := range s.Fields {
		if cut := beginning(text); cut != text {
			shown.Fields[name], shown.whole = cut, s.Hash()
		}
	}
	return shown
}

// beginning does not keep the whole text in memory for its beginning.
func beginning(text string) string {
	n := 0
	for i := range text {
		if n++; n > MostShown {
			return strings.Clone(text[:i]) + "…"
		}
	}
	return text
}

// Marshal returns the record as it is stored, in the form ParseSide reads.
func (s Side) Marshal() []byte { return compact(s) }

// ParseSide reads what Marshal wrote. Its errors wrap ErrSide.
func ParseSide(text []byte) (Side, error) {
	var s Side
	if err := json.Unmarshal(text, &s); err != nil {
		return Side{}, fmt.Errorf("%w: %v", ErrSide, err)
	}
	if err := s.check(); err != nil {
		return Side{}, err
	}
	if !bytes.Equal(s.Marshal(), text) {
		return Side{}, fmt.Errorf("%w: not in the canonical form", ErrSide)
	}
	return s, nil
}

func (s Side) check() error {
	if len(s.Salt) != SaltSize {
		return fmt.Errorf("%w: salt of %d bytes, want %d", ErrSide, len(s.Salt), SaltSize)
	}
	for k, v := range s.Fields {
		if !utf8.ValidString(k) || !utf8.ValidString(v) {
			return fmt.Errorf("%w: field %q is not UTF-8", ErrSide, k)
		}
	}
	return nil
}

// compact writes JSON without white space and HTML escaping. Given the types of
// this package, which hold text and whole numbers only, it cannot fail.
func compact(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic("translog: text and whole numbers only, yet: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

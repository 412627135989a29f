package directory

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"hash/crc32"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

// A secretKey is the text of an API key: "lt_live_" or "lt_test_", the key's id, 32 random bytes, and a checksum by
// which a mistyped key (or a scanner for leaked ones) is told from a wrong one without asking anybody. All of it is
// letters and digits, so that a double click selects it.
type secretKey struct {
	test   bool
	id     string
	random string
}

const (
	livePrefix = "lt_live_"
	testPrefix = "lt_test_"

	idLen, randomLen, sumLen = 10, 43, 6 // base-62 digits of 56, 256 and 32 bits
	secretLen                = len(livePrefix) + idLen + randomLen + sumLen
)

func newSecretKey(test bool) secretKey {
	raw := make([]byte, 7+32)
	rand.Read(raw)
	return secretKey{test: test, id: base62(raw[:7], idLen), random: base62(raw[7:], randomLen)}
}

func (k secretKey) text() string {
	body := livePrefix + k.id + k.random
	if k.test {
		body = testPrefix + k.id + k.random
	}
	return body + checksum(body)
}

// digest is all that the hub keeps. The key is random: a slow hash would add nothing.
func (k secretKey) digest() []byte {
	sum := sha256.Sum256([]byte(k.text()))
	return sum[:]
}

// readSecretKey takes a key apart; false for what cannot be one.
func readSecretKey(text string) (secretKey, bool) {
	if len(text) != secretLen {
		return secretKey{}, false
	}
	body, sum := text[:secretLen-sumLen], text[secretLen-sumLen:]
	test := strings.HasPrefix(body, testPrefix)
	if (!test && !strings.HasPrefix(body, livePrefix)) || checksum(body) != sum {
		return secretKey{}, false
	}
	rest := body[len(livePrefix):]
	return secretKey{test: test, id: rest[:idLen], random: rest[idLen:]}, true
}

func checksum(body string) string {
	return base62(binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(body))), sumLen)
}

func base62(raw []byte, width int) string {
	digits := new(big.Int).SetBytes(raw).Text(62)
	return strings.Repeat("0", width-len(digits)) + digits
}

// Authenticate finds whose key it is. The refusal is Unauthenticated and does not say why: a stranger learns nothing
// about which keys exist. It takes the same time for a known and an unknown key of the right form.
func (d *Directory) Authenticate(secret string, from netip.Addr, at time.Time) (exchange.Caller, error) {
	given, ok := readSecretKey(secret)
	if !ok {
		return exchange.Caller{}, stranger()
	}
	known, a, ok := d.known(given)
	if !ok || known.refusal(a, from, at) != "" {
		return exchange.Caller{}, stranger()
	}
	d.touch(known.ID, at)
	return exchange.Caller{Agency: a.ID, Credential: known.ID, Address: from, Test: known.Test}, nil
}

func (d *Directory) known(given secretKey) (ownedKey, exchange.Agency, bool) {
	s := d.current.Load()
	known := s.keys[given.id]
	return known, s.agencies[known.owner], subtle.ConstantTimeCompare(given.digest(), known.Digest) == 1
}

// A DeadKey is a real key that opens nothing, or not from there.
type DeadKey struct {
	Agency exchange.AgencyID
	Key    string
	Why    string // "revoked", "ended", "network" or "closed"
}

// DeadKey tells of a key that [Directory.Authenticate] refused whose it is and why, where it is a real one: whoever sent it
// holds it. It is for the agency's administrator, never for the caller.
func (d *Directory) DeadKey(secret string, from netip.Addr, at time.Time) (DeadKey, bool) {
	given, ok := readSecretKey(secret)
	if !ok {
		return DeadKey{}, false
	}
	known, a, ok := d.known(given)
	why := known.refusal(a, from, at)
	return DeadKey{Agency: known.owner, Key: known.ID, Why: why}, ok && why != ""
}

// refusal is why a key opens nothing; empty for one that does.
func (k ownedKey) refusal(a exchange.Agency, from netip.Addr, at time.Time) string {
	switch {
	case !k.Revoked.IsZero():
		return "revoked"
	case !k.ActiveAt(at):
		return "ended"
	case !a.LivesAt(at) || k.Test != a.Sandbox:
		return "closed"
	case !admits(k.Allow, from):
		return "network"
	}
	return ""
}

func stranger() error {
	return &exchange.Error{Kind: exchange.Unauthenticated}
}

func admits(allow []netip.Prefix, from netip.Addr) bool {
	from = from.Unmap().WithZone("")
	return len(allow) == 0 || slices.ContainsFunc(allow, func(p netip.Prefix) bool { return p.Contains(from) })
}

func (d *Directory) touch(keyID string, at time.Time) {
	v, ok := d.used.Load(keyID)
	if !ok {
		v, _ = d.used.LoadOrStore(keyID, new(atomic.Int64))
	}
	v.(*atomic.Int64).Store(at.UnixNano())
}

// LastUsed is when a key was last used since the hub was started; zero if it was not.
func (d *Directory) LastUsed(keyID string) time.Time {
	if v, ok := d.used.Load(keyID); ok {
		return time.Unix(0, v.(*atomic.Int64).Load()).UTC()
	}
	return time.Time{}
}

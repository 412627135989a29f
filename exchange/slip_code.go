package exchange

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange/translog"
)

// The code of a slip is its kind, four numbers, the beginning of the entry's hash and a MAC over them, in the letters
// that people can type. The MAC comes before any reading: who guesses costs the hub one hash.

const (
	slipMAC  = 12 // bytes: nobody guesses 96 bits
	leafPart = 4  // tells a log from one that was restored without its end
	maxSlip  = 1 + 4*binary.MaxVarintLen64 + leafPart + slipMAC
)

func leafOf(r translog.Receipt) (part [leafPart]byte) {
	leaf := translog.LeafHash(r.Entry)
	copy(part[:], leaf[:])
	return part
}

var slipLetters = base32.StdEncoding.WithPadding(base32.NoPadding)

// slipCode writes the slip as it is printed, in groups of five.
func (h *Hub) slipCode(s Slip) string {
	raw := []byte{byte(s.Kind)}
	for _, n := range [...]int64{s.Entry, s.Seen, s.Printed.Unix(), int64(s.Part)} {
		raw = binary.AppendUvarint(raw, uint64(n))
	}
	raw = append(raw, s.leaf[:]...)
	text := strings.ToLower(slipLetters.EncodeToString(append(raw, h.macOfSlip(raw)...)))
	var b strings.Builder
	for i, c := range text {
		if i > 0 && i%5 == 0 {
			b.WriteByte('-')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func (h *Hub) macOfSlip(raw []byte) []byte {
	m := hmac.New(sha256.New, h.TokenKey)
	m.Write([]byte("slip\x00"))
	m.Write(raw)
	return m.Sum(nil)[:slipMAC]
}

// slipOf reads a code as people type it: in either case, with or without the groups. False for one that this hub did not
// make.
func (h *Hub) slipOf(code string) (s Slip, ok bool) {
	text := strings.ToUpper(strings.ReplaceAll(code, "-", ""))
	if len(text) > slipLetters.EncodedLen(maxSlip) {
		return s, false
	}
	all, err := slipLetters.DecodeString(text)
	if err != nil || len(all) < slipMAC || slipLetters.EncodeToString(all) != text {
		return s, false
	}
	raw, mac := all[:len(all)-slipMAC], all[len(all)-slipMAC:]
	if !hmac.Equal(mac, h.macOfSlip(raw)) {
		return s, false
	}
	return readSlip(raw)
}

// readSlip reads what slipCode wrote.
func readSlip(raw []byte) (s Slip, ok bool) {
	r := bytes.NewReader(raw)
	kind, err := r.ReadByte()
	var n [4]uint64
	for i := range n {
		if err == nil {
			n[i], err = binary.ReadUvarint(r)
		}
	}
	if err != nil || r.Len() != leafPart {
		return s, false
	}
	s = Slip{Kind: SlipKind(kind), Entry: int64(n[0]), Seen: int64(n[1]), Printed: time.Unix(int64(n[2]), 0).UTC(), Part: int(n[3])}
	_, err = r.Read(s.leaf[:])
	return s, err == nil && (s.Kind == SentSlip || s.Kind == ReceivedSlip)
}

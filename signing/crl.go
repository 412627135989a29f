package signing

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// MaxCRL is the most bytes of a CRL.
const MaxCRL = 16 << 20

// A CRL is a revocation list that the issuer of the certificates has signed. It
// keeps the DER form and a table of four bytes an entry. It is safe for
// concurrent use.
type CRL struct {
	ThisUpdate time.Time
	NextUpdate time.Time // zero: the list does not say

	raw     []byte
	issuer  []byte // RawSubject of the issuer
	digest  [sha256.Size]byte
	entries []uint32 // where in raw the entries begin, by serial number
}

// ParseCRL reads a list in DER and establishes that it is issuer's own and
// complete: signed by it, not a delta, not for a part of the certificates
// only. It keeps der. An error wraps [ErrEvidence].
//
// The signature is checked before the entries are looked at.
func ParseCRL(der []byte, issuer *x509.Certificate, at time.Time) (*CRL, error) {
	if len(der) > MaxCRL {
		return nil, noEvidence("a CRL of %d bytes, at most %d", len(der), MaxCRL)
	}
	frame, entries, first, err := openCRL(der)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(frame.RawIssuer, issuer.RawSubject) {
		return nil, noEvidence("the CRL is of another issuer")
	}
	if err := frame.CheckSignatureFrom(issuer); err != nil {
		return nil, noEvidence("the CRL is not signed by its issuer: %v", err)
	}
	if err := understood(frame.Extensions); err != nil {
		return nil, err
	}
	if err := notFromTheFuture(frame.ThisUpdate, at); err != nil {
		return nil, err
	}
	if err := writable(frame.ThisUpdate, frame.NextUpdate); err != nil {
		return nil, err
	}
	l := &CRL{ThisUpdate: frame.ThisUpdate, NextUpdate: frame.NextUpdate, raw: der, issuer: issuer.RawSubject, digest: sha256.Sum256(der)}
	return l, l.index(entries, first)
}

// Raw is the DER form; not to be changed.
func (l *CRL) Raw() []byte { return l.raw }

// Len is how many certificates the list revokes.
func (l *CRL) Len() int { return len(l.entries) }

// About is what the list says of a certificate of its issuer.
func (l *CRL) About(cert *x509.Certificate) Evidence {
	e := Evidence{State: NotRevoked, Kind: ByCRL, ThisUpdate: l.ThisUpdate, NextUpdate: l.NextUpdate, Digest: l.digest}
	if !bytes.Equal(cert.RawIssuer, l.issuer) {
		e.State = RevocationUnknown
		return e
	}
	serial := contentOf(cert.SerialNumber)
	i, found := slices.BinarySearchFunc(l.entries, serial, func(at uint32, serial []byte) int {
		return compareSerials(l.serialAt(at), serial)
	})
	if !found {
		return e
	}
	entry, err := readEntry(l.raw[l.entries[i]:])
	if err != nil {
		panic("signing: an entry that index has read: " + err.Error())
	}
	e.State, e.RevokedAt, e.Reason = Revoked, entry.at, reasonWord(entry.reason)
	return e
}

// index makes the table of the entries, the first of which lies at that place in raw.
func (l *CRL) index(entries cryptobyte.String, at int) error {
	for !entries.Empty() {
		var element cryptobyte.String
		if !entries.ReadASN1Element(&element, cbasn1.SEQUENCE) {
			return noEvidence("an entry of the CRL cannot be read")
		}
		entry, err := readEntry(element)
		if err != nil {
			return err
		}
		if entry.reason != removed {
			l.entries = append(l.entries, uint32(at))
		}
		at += len(element)
	}
	slices.SortStableFunc(l.entries, func(a, b uint32) int { return compareSerials(l.serialAt(a), l.serialAt(b)) })
	l.entries = slices.Clip(l.entries)
	return nil
}

// removed is the reason of an entry that takes a hold back.
const removed = 8

type crlEntry struct {
	serial []byte // content of the INTEGER
	at     time.Time
	reason int
}

// serialAt is the serial number of an entry that was read before.
func (l *CRL) serialAt(at uint32) []byte {
	s := cryptobyte.String(l.raw[at:])
	var entry, serial cryptobyte.String
	_ = s.ReadASN1(&entry, cbasn1.SEQUENCE) && entry.ReadASN1(&serial, cbasn1.INTEGER)
	return serial
}

// compareSerials orders integers in their DER form, which is the shortest; any
// total order will do.
func compareSerials(a, b []byte) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return bytes.Compare(a, b)
}

// contentOf is the content of a DER INTEGER.
func contentOf(n *big.Int) []byte {
	var b cryptobyte.Builder
	b.AddASN1BigInt(n)
	der := cryptobyte.String(b.BytesOrPanic())
	var content cryptobyte.String
	der.ReadASN1(&content, cbasn1.INTEGER)
	return content
}

func readEntry(der cryptobyte.String) (e crlEntry, err error) {
	var entry, serial, extensions cryptobyte.String
	var has bool
	if !der.ReadASN1(&entry, cbasn1.SEQUENCE) || !entry.ReadASN1(&serial, cbasn1.INTEGER) || len(serial) == 0 {
		return e, noEvidence("an entry of the CRL has no serial number")
	}
	e.serial = serial
	if e.at, err = readTime(&entry); err != nil {
		return e, err
	}
	if !entry.ReadOptionalASN1(&extensions, &has, cbasn1.SEQUENCE) || !entry.Empty() {
		return e, noEvidence("an entry of the CRL has an odd end")
	}
	for !extensions.Empty() {
		if err := e.extend(&extensions); err != nil {
			return e, err
		}
	}
	return e, nil
}

// extend reads one extension of an entry. One that is critical and not known
// may mean that the entry is of another issuer: then the whole list is of no use.
func (e *crlEntry) extend(from *cryptobyte.String) error {
	var extension, value cryptobyte.String
	var id asn1.ObjectIdentifier
	var critical bool
	if !from.ReadASN1(&extension, cbasn1.SEQUENCE) || !extension.ReadASN1ObjectIdentifier(&id) ||
		(extension.PeekASN1Tag(cbasn1.BOOLEAN) && !extension.ReadASN1Boolean(&critical)) || !extension.ReadASN1(&value, cbasn1.OCTET_STRING) {
		return noEvidence("an entry's extension cannot be read")
	}
	switch {
	case id.Equal(asn1.ObjectIdentifier{2, 5, 29, 21}):
		if !value.ReadASN1Enum(&e.reason) {
			return noEvidence("an entry's reason cannot be read")
		}
	case critical:
		return noEvidence("an entry has the critical extension %v", id)
	}
	return nil
}

func readTime(s *cryptobyte.String) (t time.Time, err error) {
	ok := false
	if s.PeekASN1Tag(cbasn1.UTCTime) {
		ok = s.ReadASN1UTCTime(&t)
	} else {
		ok = s.ReadASN1GeneralizedTime(&t)
	}
	if !ok {
		return t, noEvidence("a time of the CRL cannot be read")
	}
	return t.UTC(), writable(t)
}

// understood refuses lists that hold less than all revoked certificates of
// their issuer, and those that mean something we do not know.
func understood(extensions []pkix.Extension) error {
	for _, x := range extensions {
		id := x.Id
		if x.Critical || id.Equal(asn1.ObjectIdentifier{2, 5, 29, 27}) || id.Equal(asn1.ObjectIdentifier{2, 5, 29, 28}) {
			return noEvidence("the CRL has the extension %v: a delta, a part, or something unknown", id)
		}
	}
	return nil
}

// openCRL splits a list into its frame and its entries, which stay unread: a
// stranger may send hundreds of thousands of them. The frame is what crypto/x509
// reads of the list without its entries; signature and signed bytes are those of
// the whole. The first entry begins at that place in der.
func openCRL(der []byte) (frame *x509.RevocationList, entries cryptobyte.String, first int, err error) {
	s := cryptobyte.String(der)
	var list, tbs, fields cryptobyte.String
	if !s.ReadASN1(&list, cbasn1.SEQUENCE) || !s.Empty() {
		return nil, nil, 0, noEvidence("this is not a CRL in DER form")
	}
	first = len(der) - len(list)
	if !list.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		return nil, nil, 0, noEvidence("this is not a CRL in DER form")
	}
	fields = tbs
	fields.ReadASN1(&fields, cbasn1.SEQUENCE) // as it was an element before
	first += len(tbs) - len(fields)
	before, element, behind, ok := splitFields(fields)
	if !ok {
		return nil, nil, 0, noEvidence("the CRL cannot be read")
	}
	if element.ReadASN1(&entries, cbasn1.SEQUENCE) {
		first += len(fields) - len(behind) - len(entries)
	}
	if parts(before, maxParts)+parts(behind, maxParts) > maxParts {
		return nil, nil, 0, noEvidence("a CRL of more than %d parts beside its entries", maxParts)
	}
	frame, err = x509.ParseRevocationList(rebuilt(before, behind, list))
	if err != nil {
		return nil, nil, 0, noEvidence("the CRL cannot be read: %v", err)
	}
	frame.RawTBSRevocationList = tbs
	return frame, entries, first, nil
}

// splitFields finds the entries: the third SEQUENCE, behind the algorithm, the
// issuer and the times. It is empty where there is none.
func splitFields(fields cryptobyte.String) (before, entries, behind cryptobyte.String, ok bool) {
	rest := fields
	for sequences := 0; !rest.Empty(); {
		var field cryptobyte.String
		var tag cbasn1.Tag
		start := len(fields) - len(rest)
		if !rest.ReadAnyASN1Element(&field, &tag) {
			return nil, nil, nil, false
		}
		if tag == cbasn1.SEQUENCE {
			sequences++
		}
		if sequences == 3 {
			return fields[:start], field, rest, true
		}
	}
	return fields, nil, nil, true
}

func rebuilt(before, behind, rest []byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(before)
			b.AddBytes(behind)
		})
		b.AddBytes(rest)
	})
	return b.BytesOrPanic()
}

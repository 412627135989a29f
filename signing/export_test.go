package signing

import (
	"bytes"
	"crypto/sha256"
	"hash"
	"math/big"
)

// Canonical is the canonical form of the whole document, for tests to look at.
func (d *Document) Canonical(exclusive, comments bool, prefixes ...string) string {
	return d.canonicalAt(canonicalForm{exclusive: exclusive, comments: comments, prefixes: prefixes}, 0)
}

// CanonicalOf is that of the first element with a local name, without comments.
func (d *Document) CanonicalOf(local string, exclusive bool, prefixes ...string) string {
	return d.canonicalAt(canonicalForm{exclusive: exclusive, prefixes: prefixes}, d.first(local))
}

// CanonicalBy is that of the first element with a local name, or of the root for
// "", in the form that a URI names, without comments if they are dropped before.
func (d *Document) CanonicalBy(uri, local string, dropped bool, prefixes ...string) string {
	f, ok := canonicalFormOf(uri)
	if !ok {
		f = canonicalForm{exclusive: true} // the tests of unknown names want something to be signed
	}
	f.prefixes = prefixes
	f.comments = f.comments && !dropped
	return d.canonicalAt(f, d.first(local))
}

// CanonicalAt is that of an element by its number in document order, counted
// round.
func (d *Document) CanonicalAt(uri string, element int, prefixes ...string) string {
	f, _ := canonicalFormOf(uri)
	f.prefixes = prefixes
	var all []uint32
	for i := uint32(0); i < d.table.n; i = d.nextElement(i) {
		all = append(all, i)
	}
	return d.canonicalAt(f, all[element%len(all)])
}

// SignedContent is what was hashed as the document: its canonical form, in the
// form that the signature says, without the signature.
func (v *Verified) SignedContent() string {
	s, err := v.doc.readSignature(v.doc.hidden)
	if err != nil {
		return err.Error()
	}
	var b collector
	if err := v.doc.canonical(&b, s.document.form, 0, v.doc.hidden); err != nil {
		return err.Error()
	}
	return b.String()
}

// first is the index of the first element with a local name, else of the root.
func (d *Document) first(local string) uint32 {
	for i := uint32(0); i < d.table.n; i = d.nextElement(i) {
		if string(d.elemLocal(i)) == local {
			return i
		}
	}
	return 0
}

func (d *Document) canonicalAt(form canonicalForm, apex uint32) string {
	var b collector
	if err := d.canonical(&b, form, apex, 0); err != nil {
		return err.Error()
	}
	return b.String()
}

// A collector is a hash that keeps everything.
type collector struct{ bytes.Buffer }

var _ hash.Hash = (*collector)(nil)

func (*collector) Sum([]byte) []byte { return nil }
func (*collector) Size() int         { return 0 }
func (*collector) BlockSize() int    { return 1 }

// TableBytes is the memory of the document's table.
func (d *Document) TableBytes() int {
	return 4*blockWords*len(d.table.blocks) + 8*cap(d.table.blocks)
}

// Remember makes the anchors remember n verdicts and returns how many they
// keep.
func (a *Anchors) Remember(n int) int {
	for i := range n {
		a.remember(sha256.Sum256(big.NewInt(int64(i)).Bytes()), verdict{})
	}
	return len(a.judged)
}

// IsNameStart is whether a name without colon may begin with r, and IsNameChar whether it may go on with it.
func IsNameStart(r rune) bool { return isNameStart(r) }
func IsNameChar(r rune) bool  { return isNameChar(r) }

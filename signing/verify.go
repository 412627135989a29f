package signing

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"sync"
	"time"
)

// An Outcome is what a document's signature is worth. A refusal has none: it
// is an [*Error].
type Outcome string

const (
	Good     Outcome = "good"      // the signature holds and the certificate is trusted
	GoodWeak Outcome = "good-weak" // the same, by a legacy algorithm that the policy still allows
	Unsigned Outcome = "unsigned"  // there is no signature, and the policy allows that
)

// A Policy says what is accepted. It is only read, so one may serve many
// verifications at once.
type Policy struct {
	At      time.Time           // certificates are judged as of this time; mandatory
	Anchors *Anchors            // where chains may end; nil trusts nobody
	Pinned  []*x509.Certificate // signers accepted without a chain: old ones whose chains use SHA-1

	// LegacySHA1Until allows SHA-1, and the exclusive-C14N name that the
	// published samples misspell, as long as At is before it. Zero allows neither.
	LegacySHA1Until time.Time

	// Unsigned makes a document without signature an Outcome instead of an
	// error. A signature that is present must hold all the same.
	Unsigned bool

	Limits Limits
}

// A Verified is a document whose signature, or permitted lack of one, was
// established. Only [Verify] makes one; the zero value is of no use. It is safe
// for concurrent use and keeps the buffer given to Verify.
type Verified struct {
	doc         *Document
	outcome     Outcome
	certificate *x509.Certificate
	algorithm   string
	at          time.Time
	digest      func() [sha256.Size]byte
}

// Raw is the document, byte for byte as given to [Verify]; not to be changed.
func (v *Verified) Raw() []byte { return v.doc.raw }

// Root is the document's root; a ds:Signature is never reached from it.
func (v *Verified) Root() Element { return v.doc.Root() }

// Outcome is what the signature is worth.
func (v *Verified) Outcome() Outcome { return v.outcome }

// Certificate is the signer's, nil if the document is unsigned. It is shared:
// not to be changed.
func (v *Verified) Certificate() *x509.Certificate { return v.certificate }

// Algorithm names key type and hash, like "rsa-sha256"; "" if unsigned.
func (v *Verified) Algorithm() string { return v.algorithm }

// Digest is the SHA-256 of Raw. The first call computes it.
func (v *Verified) Digest() [sha256.Size]byte { return v.digest() }

// At is the time as of which the certificate was judged.
func (v *Verified) At() time.Time { return v.at }

// Verify reads a document and establishes who signed it. What it refuses is an
// [*Error]; other errors are ctx's, or a policy without At. Nobody may change
// raw while the result is used.
//
// DESIGN P4: nothing else makes a Verified.
func Verify(ctx context.Context, raw []byte, p Policy) (*Verified, error) {
	if p.At.IsZero() {
		return nil, errors.New("signing: the policy has no time")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	doc, err := Read(raw, p.Limits)
	if err != nil {
		return nil, err
	}
	v := &Verified{doc: doc, at: p.At}
	v.digest = sync.OnceValue(func() [sha256.Size]byte { return sha256.Sum256(raw) })
	at, err := doc.findSignature()
	if err != nil {
		return nil, err
	}
	if at == 0 {
		return v.unsigned(p)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := v.signed(at, p); err != nil {
		return nil, err
	}
	return v, nil
}

func (v *Verified) unsigned(p Policy) (*Verified, error) {
	if !p.Unsigned {
		return nil, &Error{Why: WhyUnsigned, Detail: "the document has no signature"}
	}
	v.outcome = Unsigned
	return v, nil
}

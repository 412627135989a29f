package signing

import (
	"context"
	"crypto"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"errors"
	"slices"
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

	// CertificatePolicies are those (RFC 5280, 4.2.1.4) of which a signer's
	// certificate must assert one. None means any. Pinned ones are not asked.
	CertificatePolicies []x509.OID

	// LegacySHA1Until allows SHA-1, and the exclusive-C14N name that the
	// published samples misspell, as long as At is before it. Zero allows neither.
	LegacySHA1Until time.Time

	// Unsigned makes a document without signature an Outcome instead of an
	// error. A signature that is present must hold all the same.
	Unsigned bool

	// Values tells which elements hold a value that somebody reads. A comment
	// inside one of those is refused: readers would differ on what the value is.
	// Nil means every element without children.
	Values func(space, local string) bool

	Limits Limits // of the reader; zero fields are those of DefaultLimits
}

// A Verified is a document whose signature, or permitted lack of one, was
// established. Only [Verify] makes one; the zero value is of no use. It is safe
// for concurrent use and keeps the buffer given to Verify.
type Verified struct {
	doc         *Document
	outcome     Outcome
	chain       []*x509.Certificate // the signer's first; empty if unsigned
	algorithm   string
	at          time.Time
	signingTime time.Time // zero if it is not said
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
func (v *Verified) Certificate() *x509.Certificate {
	if len(v.chain) == 0 {
		return nil
	}
	return v.chain[0]
}

// Chain leads from the signer's certificate to the anchor. It is the certificate
// alone where that is pinned, and empty if the document is unsigned. It is
// shared: not to be changed.
func (v *Verified) Chain() []*x509.Certificate { return v.chain }

// Algorithm names key type and hash, like "rsa-sha256"; "" if unsigned.
func (v *Verified) Algorithm() string { return v.algorithm }

// Digest is the SHA-256 of Raw. The first call computes it.
func (v *Verified) Digest() [sha256.Size]byte { return v.digest() }

// At is the time as of which the certificate was judged.
func (v *Verified) At() time.Time { return v.at }

// SigningTime is when the signer says to have signed, where signed XAdES
// properties say it. Nobody vouches for it; it is not later than At by more than
// [ClockSkew].
func (v *Verified) SigningTime() (t time.Time, ok bool) {
	return v.signingTime, !v.signingTime.IsZero()
}

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
	if err := doc.checkText(p.Values); err != nil {
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

// signed establishes that the signature at the given element holds.
func (v *Verified) signed(at uint32, p Policy) error {
	d := v.doc
	s, err := d.readSignature(at)
	if err != nil {
		return err
	}
	if v.outcome, err = s.strength(d, p); err != nil {
		return err
	}
	if v.chain, err = p.judge(s.certs); err != nil {
		return d.locate(err, at)
	}
	if err := s.verifyInfo(d, v.Certificate().PublicKey); err != nil {
		return err
	}
	if err := s.verifyProperties(d, v.Certificate(), p.At); err != nil {
		return err
	}
	// Everything before this line is paid by the signature's own size.
	if err := s.verifyDigest(d); err != nil {
		return err
	}
	if s.properties != nil {
		v.signingTime = s.properties.signingTime
	}
	v.algorithm = s.algorithm.name
	d.hidden = at
	return nil
}

// strength refuses legacy forms unless the policy still allows them.
func (s *signature) strength(d *Document, p Policy) (Outcome, error) {
	sha1 := s.algorithm.hash == crypto.SHA1 || s.document.digest == crypto.SHA1
	misspelt := s.infoForm.misspelt || s.document.form.misspelt
	if p := s.properties; p != nil {
		sha1 = sha1 || p.reference.digest == crypto.SHA1 ||
			slices.ContainsFunc(p.certs, func(c certDigest) bool { return c.digest == crypto.SHA1 })
		misspelt = misspelt || p.reference.form.misspelt
	}
	switch {
	case !sha1 && !misspelt:
		return Good, nil
	case p.At.Before(p.LegacySHA1Until):
		return GoodWeak, nil
	case sha1:
		return "", d.refuse(s.info, WhySHA1, "SHA-1 is not accepted")
	}
	return "", d.refuse(s.info, WhyAlgorithm, "a canonicalisation by a name that no standard defines")
}

func (s *signature) verifyInfo(d *Document, key crypto.PublicKey) error {
	if err := s.algorithm.checkKey(key); err != nil {
		return d.locate(err, s.element)
	}
	h := s.algorithm.hash.New()
	if err := d.canonical(h, s.infoForm, s.info, 0); err != nil {
		return err
	}
	if !s.algorithm.verify(key, h.Sum(nil), s.value) {
		return d.refuse(s.element, WhySignature, "the signature does not belong to SignedInfo and certificate")
	}
	return nil
}

func (s *signature) verifyDigest(d *Document) error {
	h := s.document.digest.New()
	if err := d.canonical(h, s.document.form, 0, s.element); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(h.Sum(nil), s.document.value) != 1 {
		return &Error{Why: WhyDigest, Detail: "the document was changed after it was signed"}
	}
	return nil
}

// locate gives a refusal that concerns a key or certificate the place of the
// signature.
func (d *Document) locate(err error, at uint32) error {
	if e, ok := err.(*Error); ok && e.Line == 0 {
		e.Line, e.Path = d.line(d.start(at)), d.path(at)
	}
	return err
}

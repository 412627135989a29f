package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// A Signer signs documents with one key. Key and Cert are mandatory; the zero
// values of the others are the form that everybody reads: exclusive C14N, and
// the signature as the last child of edXMLHeader. It is safe for concurrent use
// if its key is.
//
// RSA keys sign by PKCS #1 v1.5 with SHA-256; elliptic ones with the hash of
// their curve's size, as r||s. RSA-PSS is verified, not signed.
type Signer struct {
	Key   crypto.Signer       // RSA, or ECDSA on P-256, P-384 or P-521; it may be a device's
	Cert  *x509.Certificate   // the key's
	Chain []*x509.Certificate // intermediates that go into the signature after it, at most three

	Place     Place
	Inclusive bool // C14N 1.0 instead of the exclusive form
}

// Sign is [Signer.Sign] of the signer with this key, certificate and chain.
func Sign(raw []byte, key crypto.Signer, cert *x509.Certificate, chain ...*x509.Certificate) ([]byte, error) {
	return Signer{Key: key, Cert: cert, Chain: chain}.Sign(raw)
}

// Sign returns raw with a signature over the whole document in it. No other byte
// differs from raw, which stays as it is, but for an empty DigitalSignature that
// has to be opened.
//
// The result has been verified against the certificate's key, but nobody's
// trust in the certificate was asked. What is wrong with the document is an
// [*Error], a document that is signed already among it.
func (s Signer) Sign(raw []byte) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	doc, err := Read(raw, DefaultLimits())
	if err != nil {
		return nil, err
	}
	parent, err := doc.placeToSign(s.Place)
	if err != nil {
		return nil, err
	}
	element, err := s.construct(raw, doc.number(parent))
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	signed := doc.insert(s.Place, parent, element)
	if err := checkSigned(signed, s.Cert); err != nil {
		return nil, err
	}
	return signed, nil
}

func (s Signer) check() error {
	if s.Key == nil || s.Cert == nil {
		return errors.New("signing: no key or no certificate")
	}
	if s.Place > InDigitalSignature {
		return fmt.Errorf("signing: no place has the number %d", s.Place)
	}
	if len(s.Chain) >= maxCertificates {
		return fmt.Errorf("signing: a chain of %d certificates, more than %d", len(s.Chain), maxCertificates-1)
	}
	public, ok := s.Key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(s.Cert.PublicKey) {
		return errors.New("signing: the key is not the certificate's")
	}
	_, err := s.hash()
	return err
}

// hash is what the key signs: SHA-256, or that of the curve's size.
func (s Signer) hash() (crypto.Hash, error) {
	scheme := pkcs1
	hash := crypto.SHA256
	switch key := s.Key.Public().(type) {
	case *rsa.PublicKey:
	case *ecdsa.PublicKey:
		scheme = ecdsaRaw
		switch bits := key.Curve.Params().BitSize; {
		case bits > 384:
			hash = crypto.SHA512
		case bits > 256:
			hash = crypto.SHA384
		}
	default:
		return 0, errors.New("signing: only RSA and ECDSA keys sign")
	}
	if err := (algorithm{scheme: scheme, hash: hash}).checkKey(s.Key.Public()); err != nil {
		return 0, err
	}
	return hash, nil
}

// construct makes the ds:Signature element over the document, to stand in the
// parent-th of its elements.
func (s Signer) construct(raw []byte, parent int) ([]byte, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(raw); err != nil {
		return nil, err
	}
	at := nth(tree.Root(), &parent)
	if at == nil {
		return nil, errors.New("etree reads other elements")
	}
	key := s.Key
	if _, ok := key.Public().(*ecdsa.PublicKey); ok {
		key = rawSigner{key}
	}
	ders := [][]byte{s.Cert.Raw}
	for _, c := range s.Chain {
		ders = append(ders, c.Raw)
	}
	context, err := dsig.NewSigningContext(key, ders)
	if err != nil {
		return nil, err
	}
	if context.Hash, err = s.hash(); err != nil {
		return nil, err
	}
	context.IdAttribute = "" // the reference is "", the whole document
	context.Canonicalizer = placed{s.canonicalizer(), s.Inclusive, tree.Root(), at}
	element, err := context.ConstructSignature(at, true)
	if err != nil {
		return nil, err
	}
	return etree.NewDocumentWithRoot(element).WriteToBytes()
}

func (s Signer) canonicalizer() dsig.Canonicalizer {
	if s.Inclusive {
		return dsig.MakeC14N10RecCanonicalizer()
	}
	return dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
}

// checkSigned makes sure that nothing leaves which Verify would not find
// signed: two libraries have read the document here.
func checkSigned(signed []byte, cert *x509.Certificate) error {
	doc, err := Read(signed, DefaultLimits())
	if err != nil {
		return err
	}
	at, err := doc.findSignature()
	if err != nil {
		return err
	}
	s, err := doc.readSignature(at)
	if err != nil {
		return err
	}
	if err := s.verifyInfo(doc, cert.PublicKey); err != nil {
		return err
	}
	return s.verifyDigest(doc)
}

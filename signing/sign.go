package signing

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
)

// Sign returns raw with a signature as the last child of its edXMLHeader:
// RSA-SHA256 over the whole document in exclusive C14N. No other byte differs
// from raw, which stays as it is. The certificate, and after it those of chain
// (intermediates, at most three), go into the signature; the key, which may be
// a device's, must be the certificate's.
//
// The result has been verified against the certificate's key, but nobody's
// trust in the certificate was asked. What is wrong with the document is an
// [*Error], a document that is signed already among it.
func Sign(raw []byte, key crypto.Signer, cert *x509.Certificate, chain ...*x509.Certificate) ([]byte, error) {
	if err := checkSigner(key, cert); err != nil {
		return nil, err
	}
	if len(chain) >= maxCertificates {
		return nil, fmt.Errorf("signing: a chain of %d certificates, more than %d", len(chain), maxCertificates-1)
	}
	doc, err := Read(raw, DefaultLimits())
	if err != nil {
		return nil, err
	}
	at, err := doc.placeToSign()
	if err != nil {
		return nil, err
	}
	element, err := construct(raw, key, append([]*x509.Certificate{cert}, chain...))
	if err != nil {
		return nil, fmt.Errorf("signing: %w", err)
	}
	signed := slices.Concat(raw[:at], element, raw[at:])
	if err := checkSigned(signed, cert); err != nil {
		return nil, err
	}
	return signed, nil
}

func checkSigner(key crypto.Signer, cert *x509.Certificate) error {
	if key == nil || cert == nil {
		return errors.New("signing: no key or no certificate")
	}
	public, ok := key.Public().(*rsa.PublicKey)
	switch {
	case !ok:
		return errors.New("signing: only RSA keys sign")
	case !public.Equal(cert.PublicKey):
		return errors.New("signing: the key is not the certificate's")
	case public.N.BitLen() < minRSABits || public.N.BitLen() > maxRSABits:
		return fmt.Errorf("signing: an RSA key of %d bits", public.N.BitLen())
	}
	return nil
}

// placeToSign is the offset before the end tag of edXMLHeader.
func (d *Document) placeToSign() (uint32, error) {
	found, err := d.findSignature()
	if err != nil {
		return 0, err
	}
	if found != 0 {
		return 0, d.refuse(found, WhyDuplicate, "the document is signed already")
	}
	root := d.elems[0].space
	for i := range d.elems {
		e := &d.elems[i]
		if e.space != root || string(d.elemLocal(e)) != localHeader {
			continue
		}
		if d.tokens[e.open].flags&emptyElem != 0 {
			return 0, d.refuse(uint32(i), WhyPlacement, "an empty edXMLHeader has no room for a signature")
		}
		return d.tokens[e.close].start, nil
	}
	return 0, &Error{Why: WhyPlacement, Detail: "the document has no edXMLHeader"}
}

// construct makes the ds:Signature element over the document.
func construct(raw []byte, key crypto.Signer, certs []*x509.Certificate) ([]byte, error) {
	tree := etree.NewDocument()
	if err := tree.ReadFromBytes(raw); err != nil {
		return nil, err
	}
	var ders [][]byte
	for _, c := range certs {
		ders = append(ders, c.Raw)
	}
	context, err := dsig.NewSigningContext(key, ders)
	if err != nil {
		return nil, err
	}
	context.IdAttribute = "" // the reference is "", the whole document
	context.Canonicalizer = dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("")
	element, err := context.ConstructSignature(tree.Root(), true)
	if err != nil {
		return nil, err
	}
	return etree.NewDocumentWithRoot(element).WriteToBytes()
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

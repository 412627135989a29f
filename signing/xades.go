package signing

import (
	"bytes"
	"crypto"
	"fmt"
	"math/big"
	"time"
)

// Names of XAdES 1.3.2 (ETSI TS 101 903, EN 319 132-1).
const (
	propertiesType = "http://uri.etsi.org/01903#SignedProperties"
	xadesURI       = "http://uri.etsi.org/01903/v1.3.2#"
	xadesFamily    = "http://uri.etsi.org/01903/" // of all versions
)

// properties are what a signature says of itself in signed XAdES properties, and
// the Reference that signs them. What is in them for people only (place, role,
// kind of the data) has been read for its grammar and is not kept.
type properties struct {
	reference   reference
	element     uint32 // SignedProperties
	certs       []certDigest
	signingTime time.Time // zero if there is none
}

// A certDigest names a certificate.
type certDigest struct {
	element uint32
	signer  bool // it stands where the signer's belongs, first in its list
	digest  crypto.Hash
	value   []byte
	serial  *big.Int // nil if it is not said
	issuer  []byte   // the DER of GeneralNames, nil if it is not said so
}

// isProperties tells whether an element is an Object that holds properties and
// nothing else.
func (d *Document) isProperties(object uint32) bool {
	children := d.childrenOf(object)
	return d.isDsig(object, "Object") && len(children) == 1 && d.is(children[0], xadesURI, "QualifyingProperties")
}

// read reads the Object of signature s: what is not signed, or would have to be
// believed, has no place in it.
func (p *properties) read(d *Document, s *signature, object uint32) error {
	if err := d.plain(object, false, "Id"); err != nil {
		return err
	}
	children := d.childrenOf(object)
	if err := p.readTarget(d, s, children[0]); err != nil {
		return err
	}
	list, err := d.options(children[0], []string{"Id", "Target"}, "SignedProperties")
	if err != nil {
		return err
	}
	if p.element = list[0]; p.element == 0 {
		return d.refuse(children[0], WhyProperties, "QualifyingProperties without SignedProperties")
	}
	id, ok := fragment(p.reference.uri)
	if !ok || id != (Element{d, p.element}).attr("Id") {
		return d.refuse(p.reference.element, WhyReference, "the Reference is not to the signed properties of this signature")
	}
	if err := d.uniqueID(id, p.element); err != nil {
		return err
	}
	return p.readSigned(d, s)
}

// readTarget wants the properties to be those of this very signature.
func (p *properties) readTarget(d *Document, s *signature, at uint32) error {
	target, ok := fragment(Element{d, at}.attr("Target"))
	if !ok || target != (Element{d, s.element}).attr("Id") {
		return d.refuse(at, WhyProperties, "the properties are not those of this signature")
	}
	return d.uniqueID(target, s.element)
}

func (p *properties) readSigned(d *Document, s *signature) error {
	list, err := d.options(p.element, []string{"Id"}, "SignedSignatureProperties", "SignedDataObjectProperties")
	if err != nil {
		return err
	}
	if list[0] == 0 {
		return d.refuse(p.element, WhyGrammar, "SignedSignatureProperties is missing")
	}
	if err := p.readOfSignature(d, list[0]); err != nil || list[1] == 0 {
		return err
	}
	return p.readOfData(d, s, list[1])
}

// readOfSignature reads the properties of the signature, all of which are
// optional but for a certificate.
func (p *properties) readOfSignature(d *Document, at uint32) error {
	readers := []struct {
		name string
		read func(*Document, uint32) error
	}{
		{"SigningTime", p.readSigningTime},
		{"SigningCertificate", p.readCertificates},
		{"SigningCertificateV2", p.readCertificates},
		{"SignaturePolicyIdentifier", readPolicy},
		{"SignatureProductionPlace", readPlace},
		{"SignatureProductionPlaceV2", readPlace},
		{"SignerRole", readRole},
		{"SignerRoleV2", readRole},
	}
	names := make([]string, len(readers))
	for i, r := range readers {
		names[i] = r.name
	}
	list, err := d.options(at, []string{"Id"}, names...)
	if err != nil {
		return err
	}
	for i, child := range list {
		if child == 0 {
			continue
		}
		if err := readers[i].read(d, child); err != nil {
			return err
		}
	}
	if len(p.certs) == 0 {
		return d.refuse(at, WhyProperties, "the signed properties name no certificate")
	}
	return nil
}

// readSigningTime wants a moment: a dateTime without zone is none.
func (p *properties) readSigningTime(d *Document, at uint32) error {
	s, err := d.leaf(at)
	if err != nil {
		return err
	}
	if err := p.signingTime.UnmarshalText(bytes.Trim(s, " \t\r\n")); err != nil || p.signingTime.IsZero() {
		return d.refuse(at, WhySigningTime, "the signing time is not a date and time with a time zone")
	}
	return nil
}

// readCertificates reads SigningCertificate or SigningCertificateV2: the
// signer's, and others after it.
func (p *properties) readCertificates(d *Document, at uint32) error {
	if err := d.plain(at, false); err != nil {
		return err
	}
	list := d.childrenOf(at)
	if len(list) == 0 || len(list) > maxCertificates {
		return d.refuse(at, WhyProperties, fmt.Sprintf("other than 1 to %d signing certificates", maxCertificates))
	}
	for i, cert := range list {
		if !d.is(cert, xadesURI, "Cert") {
			return d.refuse(cert, WhyGrammar, "something other than Cert among the signing certificates")
		}
		if err := p.readCert(d, cert, i == 0); err != nil {
			return err
		}
	}
	return nil
}

func (p *properties) readCert(d *Document, at uint32, signer bool) error {
	list, err := d.options(at, nil, "CertDigest", "IssuerSerial", "IssuerSerialV2")
	if err != nil {
		return err
	}
	if list[0] == 0 {
		return d.refuse(at, WhyGrammar, "CertDigest is missing")
	}
	parts, err := d.parts(list[0], false, nil, "CertDigest", "DigestMethod", "DigestValue")
	if err != nil {
		return err
	}
	c := certDigest{element: at, signer: signer}
	if c.digest, err = d.digestMethod(parts[0]); err != nil {
		return err
	}
	if c.value, err = d.base64(parts[1]); err != nil {
		return err
	}
	if list[1] != 0 {
		if err := c.readIssuerSerial(d, list[1]); err != nil {
			return err
		}
	}
	if list[2] != 0 {
		if err := c.readIssuerSerialV2(d, list[2]); err != nil {
			return err
		}
	}
	p.certs = append(p.certs, c)
	return nil
}

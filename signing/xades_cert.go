package signing

import (
	"bytes"
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"math/big"
	"time"
)

// issuerSerial is IssuerSerial of RFC 5035, which IssuerSerialV2 holds.
type issuerSerial struct {
	Issuer asn1.RawValue // GeneralNames
	Serial *big.Int
}

// readIssuerSerial reads the form of XAdES 1.3.2. The issuer's name is a text
// that no two programs write alike: the digest says whose certificate it is.
func (c *certDigest) readIssuerSerial(d *Document, at uint32) error {
	parts, err := d.parts(at, false, nil, "IssuerSerial", "X509IssuerName", "X509SerialNumber")
	if err != nil {
		return err
	}
	if _, err := d.leaf(parts[0]); err != nil {
		return err
	}
	s, err := d.leaf(parts[1])
	if err != nil {
		return err
	}
	if s = bytes.Trim(s, " \t\r\n"); len(s) > 100 {
		return d.exceeds(at, 100, "digits in a serial number")
	}
	ok := false
	if c.serial, ok = new(big.Int).SetString(string(s), 10); !ok {
		return d.refuse(at, WhyGrammar, "a serial number that is no number")
	}
	return nil
}

func (c *certDigest) readIssuerSerialV2(d *Document, at uint32) error {
	der, err := d.base64(at)
	if err != nil {
		return err
	}
	var v issuerSerial
	if rest, err := asn1.Unmarshal(der, &v); err != nil || len(rest) > 0 {
		return d.refuse(at, WhyGrammar, "not an IssuerSerial in DER")
	}
	c.serial, c.issuer = v.Serial, v.Issuer.FullBytes
	return nil
}

// verifyProperties establishes that the signed properties are those that were
// signed, and that what they say is so. SignedInfo has been verified.
func (s *signature) verifyProperties(d *Document, cert *x509.Certificate, at time.Time) error {
	p := s.properties
	if p == nil {
		return nil
	}
	h := p.reference.digest.New()
	if err := d.canonical(h, p.reference.form, p.element, 0); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(h.Sum(nil), p.reference.value) != 1 {
		return d.refuse(p.element, WhyDigest, "the signed properties were changed after they were signed")
	}
	for i := range p.certs {
		if why := s.verifyCert(&p.certs[i], cert); why != "" {
			return d.refuse(p.certs[i].element, WhySigningCertificate, why)
		}
	}
	if p.signingTime.After(at.Add(ClockSkew)) {
		return d.refuse(p.element, WhySigningTime, "the signing time lies in the future")
	}
	return nil
}

// verifyCert finds the certificate that the properties name among those of the
// signature: the signer's where they mean that one.
func (s *signature) verifyCert(c *certDigest, signer *x509.Certificate) (why string) {
	candidates := s.certs
	if c.signer {
		candidates = s.certs[:1]
	}
	for i, der := range candidates {
		h := c.digest.New()
		h.Write(der)
		if !bytes.Equal(h.Sum(nil), c.value) {
			continue
		}
		if i == 0 {
			return c.checkSerial(signer)
		}
		other, err := x509.ParseCertificate(der)
		if err != nil {
			return "the signed properties name a certificate that cannot be read"
		}
		return c.checkSerial(other)
	}
	if c.signer {
		return "the signed properties name another certificate than that of the signature"
	}
	return "the signed properties name a certificate that the signature does not bring"
}

func (c *certDigest) checkSerial(cert *x509.Certificate) (why string) {
	switch {
	case c.serial != nil && c.serial.Cmp(cert.SerialNumber) != 0:
		return "the signed properties name another serial number than the certificate has"
	case c.issuer != nil && !bytes.Equal(c.issuer, directoryName(cert.RawIssuer)):
		return "the signed properties name another issuer than the certificate has"
	}
	return ""
}

// directoryName is GeneralNames of one name, in DER.
func directoryName(name []byte) []byte {
	der, err := asn1.Marshal([]asn1.RawValue{{Class: asn1.ClassContextSpecific, Tag: 4, IsCompound: true, Bytes: name}})
	if err != nil {
		panic("signing: bytes in a sequence: " + err.Error()) // there is nothing that could be wrong with them
	}
	return der
}

package signing

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"slices"
	"sync"
	"time"
)

// Anchors are where the chains of signers may end. They are safe for concurrent
// use. They remember the certificates that they have judged, up to a bound, so
// that a document of a known signer costs one signature and no chain.
type Anchors struct {
	roots, intermediates *x509.CertPool
	certs                []*x509.Certificate // all of them

	mu     sync.Mutex
	judged map[[sha256.Size]byte]verdict // by the hash of the DER
}

// A verdict is a certificate's chain, the certificate first, and when all of it
// is valid.
type verdict struct {
	chain               []*x509.Certificate
	notBefore, notAfter time.Time
}

// maxJudged bounds the memory of Anchors to some tens of megabytes.
const maxJudged = 4096

// NewAnchors trusts roots, through intermediates where a document brings none.
func NewAnchors(roots, intermediates []*x509.Certificate) *Anchors {
	return &Anchors{
		roots:         pool(roots),
		intermediates: pool(intermediates),
		certs:         slices.Concat(roots, intermediates),
		judged:        make(map[[sha256.Size]byte]verdict),
	}
}

func pool(certs []*x509.Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c)
	}
	return p
}

// ParseAnchors reads certificates in PEM. Self-issued ones are roots, the
// others intermediates. A file without root is an error: it would trust nobody.
func ParseAnchors(text []byte) (*Anchors, error) {
	var roots, intermediates []*x509.Certificate
	blocks := bytes.Count(text, []byte("-----BEGIN ")) // pem.Decode skips what it cannot read
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("signing: a trust anchor file holds " + block.Type)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(cert.RawIssuer, cert.RawSubject) {
			roots = append(roots, cert)
		} else {
			intermediates = append(intermediates, cert)
		}
	}
	if len(roots)+len(intermediates) != blocks {
		return nil, errors.New("signing: a trust anchor file holds a broken PEM block")
	}
	if len(roots) == 0 {
		return nil, errors.New("signing: no root certificate among the trust anchors")
	}
	return NewAnchors(roots, intermediates), nil
}

// Certificates are all anchors and intermediates; not to be changed.
func (a *Anchors) Certificates() []*x509.Certificate { return a.certs }

// Chain is the chain of a signer's certificate that came by itself, the
// certificate first and the root last, as of a time. What is refused is an
// [*Error].
func (a *Anchors) Chain(cert *x509.Certificate, at time.Time) ([]*x509.Certificate, error) {
	return a.judge([][]byte{cert.Raw}, at)
}

// Issuer finds the issuer of a certificate among the anchors by its name and key
// identifier: it may have signed by an algorithm that no chain can use any more.
func (a *Anchors) Issuer(cert *x509.Certificate) (*x509.Certificate, bool) {
	i := slices.IndexFunc(a.certs, func(c *x509.Certificate) bool { return Issued(c, cert) })
	if i < 0 {
		return nil, false
	}
	return a.certs[i], true
}

// judge parses the signer's certificate, the first of ders, and decides whether
// it may sign documents at a time. It returns the chain, which for a pinned
// certificate is that certificate alone.
func (p *Policy) judge(ders [][]byte) ([]*x509.Certificate, error) {
	for _, c := range p.Pinned {
		if bytes.Equal(c.Raw, ders[0]) {
			return []*x509.Certificate{c}, checkCertificate(c, p.At)
		}
	}
	if p.Anchors == nil {
		return nil, &Error{Why: WhyUntrusted, Detail: "the policy has no trust anchors"}
	}
	chain, err := p.Anchors.judge(ders, p.At)
	if err != nil {
		return nil, err
	}
	return chain, p.checkPolicies(chain[0])
}

// checkPolicies: crypto/x509 follows policies through a chain, but takes a
// certificate that asserts none for one that asserts any.
func (p *Policy) checkPolicies(cert *x509.Certificate) error {
	if len(p.CertificatePolicies) == 0 || slices.ContainsFunc(p.CertificatePolicies, func(id x509.OID) bool {
		return slices.ContainsFunc(cert.Policies, id.Equal)
	}) {
		return nil
	}
	return &Error{Why: WhyPolicy, Detail: "the certificate was issued under none of the policies that are accepted"}
}

func (a *Anchors) judge(ders [][]byte, at time.Time) ([]*x509.Certificate, error) {
	key := sha256.Sum256(ders[0])
	if v, ok := a.known(key); ok && !at.Before(v.notBefore) && !at.After(v.notAfter) {
		return v.chain, nil
	}
	cert, err := x509.ParseCertificate(ders[0])
	if err != nil {
		return nil, &Error{Why: WhyKeyInfo, Detail: "the certificate cannot be read", Err: err}
	}
	if err := checkCertificate(cert, at); err != nil {
		return nil, err
	}
	chain, err := a.chain(cert, ders[1:], at)
	if err != nil {
		return nil, err
	}
	v := verdict{chain, cert.NotBefore, cert.NotAfter}
	for _, c := range chain {
		v.notBefore = later(v.notBefore, c.NotBefore)
		v.notAfter = earlier(v.notAfter, c.NotAfter)
	}
	a.remember(key, v)
	return chain, nil
}

func (a *Anchors) chain(cert *x509.Certificate, further [][]byte, at time.Time) ([]*x509.Certificate, error) {
	if a.roots == nil { // the zero value; x509 would take the machine's roots
		return nil, &Error{Why: WhyUntrusted, Detail: "there are no trust anchors"}
	}
	intermediates := a.intermediates
	if len(further) > 0 {
		intermediates = intermediates.Clone()
		for _, der := range further {
			// What cannot be read is no part of a chain.
			if c, err := x509.ParseCertificate(der); err == nil && bearable(c) {
				intermediates.AddCert(c)
			}
		}
	}
	chains, err := cert.Verify(x509.VerifyOptions{
		Roots:         a.roots,
		Intermediates: intermediates,
		CurrentTime:   at,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageAny}, // checkCertificate knows which
	})
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return chains[0], nil
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return nil, &Error{Why: WhyExpired, Detail: "a certificate of the chain is not valid at this time", Err: err}
	}
	return nil, &Error{Why: WhyUntrusted, Detail: "no chain to a trust anchor", Err: err}
}

// bearable refuses keys that strangers could send to make a chain expensive.
func bearable(c *x509.Certificate) bool {
	key, ok := c.PublicKey.(*rsa.PublicKey)
	return !ok || key.N.BitLen() <= maxRSABits
}

func (a *Anchors) known(key [sha256.Size]byte) (verdict, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	v, ok := a.judged[key]
	return v, ok
}

func (a *Anchors) remember(key [sha256.Size]byte, v verdict) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.judged) >= maxJudged {
		clear(a.judged) // the busy ones are back at once
	}
	a.judged[key] = v
}

// checkCertificate decides what does not depend on a chain.
func checkCertificate(c *x509.Certificate, at time.Time) error {
	switch {
	case at.Before(c.NotBefore):
		return &Error{Why: WhyNotYetValid, Detail: "the certificate is valid from " + c.NotBefore.UTC().Format(time.RFC3339)}
	case at.After(c.NotAfter):
		return &Error{Why: WhyExpired, Detail: "the certificate was valid until " + c.NotAfter.UTC().Format(time.RFC3339)}
	case c.IsCA:
		return &Error{Why: WhyKeyUsage, Detail: "a CA's certificate does not sign documents"}
	case c.KeyUsage&(x509.KeyUsageDigitalSignature|x509.KeyUsageContentCommitment) == 0:
		return &Error{Why: WhyKeyUsage, Detail: "the certificate is not for digital signatures"}
	case !signsDocuments(c):
		return &Error{Why: WhyKeyUsage, Detail: "the certificate's extended key usage is not signing documents"}
	}
	return nil
}

// signsDocuments refuses certificates that were issued for servers, code or
// time stamps only. No extended usage at all means no restriction.
func signsDocuments(c *x509.Certificate) bool {
	if len(c.ExtKeyUsage)+len(c.UnknownExtKeyUsage) == 0 {
		return true
	}
	for _, u := range c.ExtKeyUsage {
		switch u {
		case x509.ExtKeyUsageAny, x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth:
			return true
		}
	}
	return slices.ContainsFunc(c.UnknownExtKeyUsage, func(id asn1.ObjectIdentifier) bool {
		switch id.String() {
		case "1.3.6.1.5.5.7.3.36", // RFC 9336
			"1.3.6.1.4.1.311.10.3.12", // Microsoft
			"1.2.840.113583.1.1.5":    // Adobe
			return true
		}
		return false
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

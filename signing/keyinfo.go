package signing

// readKeyInfo wants one X509Data with certificates, the signer's first. Names
// and serial numbers beside them are hints that nobody needs; other ways to name
// a key are refused, because they would have to be believed.
func (s *signature) readKeyInfo(d *Document, at uint32) error {
	if err := d.plain(at, false, "Id"); err != nil {
		return err
	}
	children := d.childrenOf(at)
	if len(children) != 1 || !d.isDsig(children[0], "X509Data") {
		return d.refuse(at, WhyKeyInfo, "KeyInfo is not exactly one X509Data")
	}
	data := children[0]
	if err := d.plain(data, false); err != nil {
		return err
	}
	for _, i := range d.childrenOf(data) {
		if err := s.readX509(d, i); err != nil {
			return err
		}
	}
	if len(s.certs) == 0 {
		return d.refuse(data, WhyKeyInfo, "X509Data without certificate")
	}
	return nil
}

func (s *signature) readX509(d *Document, at uint32) error {
	switch {
	case d.isDsig(at, "X509Certificate"):
		if len(s.certs) == maxCertificates {
			return d.exceeds(at, maxCertificates, "certificates in the signature")
		}
		der, err := d.base64(at)
		if err != nil {
			return err
		}
		return s.addCertificate(d, at, der)
	case d.isDsig(at, "X509SubjectName"), d.isDsig(at, "X509SKI"):
		_, err := d.leaf(at)
		return err
	case d.isDsig(at, "X509IssuerSerial"):
		parts, err := d.parts(at, false, nil, "X509IssuerSerial", "X509IssuerName", "X509SerialNumber")
		if err != nil {
			return err
		}
		if _, err = d.leaf(parts[0]); err != nil {
			return err
		}
		_, err = d.leaf(parts[1])
		return err
	}
	return d.refuse(at, WhyKeyInfo, "something in X509Data that the profile does not know")
}

// addCertificate keeps a certificate as it is: whether it can be read is asked
// when it is judged, what it may cost is asked here.
func (s *signature) addCertificate(d *Document, at uint32, der []byte) error {
	if s.parts += parts(der, maxParts-s.parts); s.parts > maxParts {
		return d.exceeds(at, maxParts, "parts in the certificates of the signature")
	}
	s.certs = append(s.certs, der)
	return nil
}

package main

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
)

// parseSigner reads a private key in PEM: PKCS #8, or the older forms of RSA and elliptic keys. openssl writes the
// parameters of a curve before the key.
func parseSigner(text []byte) (crypto.Signer, error) {
	block, rest := pem.Decode(text)
	if block != nil && block.Type == "EC PARAMETERS" {
		block, _ = pem.Decode(rest)
	}
	if block == nil {
		return nil, errors.New("it holds no key in PEM")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("it holds no private key in PKCS #8, PKCS #1 or SEC 1 (is it encrypted?)")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("its key cannot sign")
	}
	return signer, nil
}

// parseCertificates reads at least one certificate in PEM, in the order of the file.
func parseCertificates(text []byte) ([]*x509.Certificate, error) {
	var chain []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, errors.New("it holds " + block.Type + ", not only certificates")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, err
		}
		chain = append(chain, c)
	}
	if len(chain) == 0 {
		return nil, errors.New("it holds no certificate in PEM")
	}
	return chain, nil
}

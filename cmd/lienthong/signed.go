package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
)

// signedSuffix is behind the name of a document in that of its signed form.
const signedSuffix = ".signed"

// signed signs a document and keeps what was signed: it is the document from now on.
func (s *sender) signed(a *app, file string, raw []byte) ([]byte, error) {
	raw, err := s.sign(raw)
	if err != nil || file == "-" || s.validate {
		return raw, err
	}
	return a.keepSigned(file+signedSuffix, raw)
}

// keepSigned keeps what was signed, and returns what is to be sent. A signature by ECDSA is another one each time: where the
// same is kept already, that is sent again, and is the same document to the hub. What else is kept there may be all that is
// left of a document that the hub has: it steps aside.
func (a *app) keepSigned(path string, raw []byte) ([]byte, error) {
	before, err := a.readFile(path, maxDocument)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return raw, keepFile(path, raw)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	case bytes.Equal(valueless(before), valueless(raw)):
		return before, nil
	}
	if err := os.Rename(path, fmt.Sprintf("%s.%x", path, sha256.Sum256(before))); err != nil {
		return nil, err
	}
	return raw, keepFile(path, raw)
}

var signatureValue = regexp.MustCompile(`SignatureValue>[^<]*<`)

// valueless is a signed document without the value of its signature: the same of two that the same key signed if the digests in
// SignedInfo are, and with them what was signed.
func valueless(signed []byte) []byte { return signatureValue.ReplaceAllLiteral(signed, nil) }

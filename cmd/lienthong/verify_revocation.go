package main

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/signing"
)

// listAge is how long a revocation list counts that does not say when the next is due.
const listAge = 7 * 24 * time.Hour

// A listFile is a revocation list in DER. Whose it is shows with a chain.
type listFile struct {
	name string
	der  []byte
}

// readLists reads files of lists in DER or PEM, those of a file one after the other.
func (a *app) readLists(names []string) (lists []listFile, err error) {
	for _, name := range names {
		text, err := a.readFile(name, 2*signing.MaxCRL)
		if err != nil {
			return nil, usagef("--crl %s: %w", name, err)
		}
		ders := [][]byte{text}
		if bytes.Contains(text, []byte("-----BEGIN ")) {
			ders = listsOfPEM(text)
		}
		if len(ders) == 0 {
			return nil, usagef("--crl %s: it holds no revocation list", name)
		}
		for _, der := range ders {
			if _, err := x509.ParseRevocationList(der); err != nil {
				return nil, usagef("--crl %s: %w", name, err)
			}
			lists = append(lists, listFile{name, der})
		}
	}
	return lists, nil
}

func listsOfPEM(text []byte) (ders [][]byte) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "X509 CRL" {
			ders = append(ders, block.Bytes)
		}
	}
	return ders
}

// revoked says what the lists say of a chain as of a time: of every certificate but the anchor. It is a refusal, by the
// hub's words for it, if one had been revoked by then, or if no list says whether it had.
func revoked(chain []*x509.Certificate, lists []listFile, at time.Time) (word, why string) {
	var rests []string
	for i, cert := range chain[:max(0, len(chain)-1)] {
		e, found := about(cert, chain[i+1], lists, at)
		switch {
		case found && e.State == signing.Revoked && !e.RevokedAt.After(at):
			return bad + ":" + string(exchange.RevokedCert), fmt.Sprintf("%s was revoked on %s", cert.Subject, e.RevokedAt.UTC().Format(time.RFC3339))
		case !found:
			return bad + ":" + string(exchange.RevocationMissing), fmt.Sprintf("no list says whether %s was revoked by %s", cert.Subject, at.UTC().Format(time.RFC3339))
		}
		rests = append(rests, e.ThisUpdate.UTC().Format(time.RFC3339))
	}
	if len(rests) == 0 {
		return "", "no certificate below the anchor that a list could speak of"
	}
	return "", "not revoked by the list of " + strings.Join(rests, " and of ")
}

// about is the strongest that the lists of an issuer say of a certificate as of a time: that it had been revoked then,
// however old the list is; else that it had not, by a list that counts at that time or came later, and not after the
// certificate's end, when it may have been dropped from the list.
func about(cert, issuer *x509.Certificate, lists []listFile, at time.Time) (best signing.Evidence, found bool) {
	for _, f := range lists {
		l, err := signing.ParseCRL(f.der, issuer, latest(at, time.Now()))
		if err != nil {
			continue // of another issuer, or not to be trusted: then it says nothing
		}
		e := l.About(cert)
		if e.State == signing.Revoked && !e.RevokedAt.After(at) {
			return e, true
		}
		if !e.ThisUpdate.After(cert.NotAfter) && (e.Fresh(at, listAge) || !e.ThisUpdate.Before(at)) {
			best, found = e, true
		}
	}
	return best, found
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

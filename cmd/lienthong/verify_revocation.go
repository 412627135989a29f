package main

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/signing"
)

// listAge is how long a revocation list counts that does not say when the next is due.
const listAge = 7 * 24 * time.Hour

// A statement is a revocation list, or an OCSP response, in DER. Whose it is shows with a chain.
type statement struct {
	der   []byte
	about func(der []byte, cert, issuer *x509.Certificate, at time.Time) (signing.Evidence, error)
}

// readLists reads files of lists in DER or PEM, those of a file one after the other.
func (a *app) readLists(names []string) (lists []statement, err error) {
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
			lists = append(lists, statement{der, byList})
		}
	}
	return lists, nil
}

// readAnswers reads files of OCSP responses in DER, one each.
func (a *app) readAnswers(names []string) (answers []statement, err error) {
	for _, name := range names {
		der, err := a.readFile(name, signing.MaxOCSP)
		if err != nil {
			return nil, usagef("--ocsp %s: %w", name, err)
		}
		var response struct {
			Status asn1.Enumerated
			Bytes  asn1.RawValue `asn1:"explicit,tag:0"`
		}
		if rest, err := asn1.Unmarshal(der, &response); err != nil || len(rest) > 0 || response.Status != 0 {
			return nil, usagef("--ocsp %s: it holds no OCSP response that says anything", name)
		}
		answers = append(answers, statement{der, byAnswer})
	}
	return answers, nil
}

func byList(der []byte, cert, issuer *x509.Certificate, at time.Time) (signing.Evidence, error) {
	l, err := signing.ParseCRL(der, issuer, latest(at, time.Now()))
	if err != nil {
		return signing.Evidence{}, err
	}
	return l.About(cert), nil
}

// byAnswer takes a response whose responder's certificate holds today, or did at the time asked about: responders have
// theirs for weeks, and answers are kept for years.
func byAnswer(der []byte, cert, issuer *x509.Certificate, at time.Time) (signing.Evidence, error) {
	e, err := signing.ParseOCSP(der, cert, issuer, latest(at, time.Now()))
	if err != nil {
		return signing.ParseOCSP(der, cert, issuer, at)
	}
	return e, nil
}

func listsOfPEM(text []byte) (ders [][]byte) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "X509 CRL" {
			ders = append(ders, block.Bytes)
		}
	}
	return ders
}

// revoked says what the statements say of a chain as of a time: of every certificate but the anchor. It is a refusal, by
// the hub's words for it, if one had been revoked by then, or if none says whether it had.
func revoked(chain []*x509.Certificate, statements []statement, at time.Time) (word, why string) {
	var rests []string
	for i, cert := range chain[:max(0, len(chain)-1)] {
		e, found := about(cert, chain[i+1], statements, at)
		switch {
		case found && e.State == signing.Revoked && !e.RevokedAt.After(at):
			return bad + ":" + string(exchange.RevokedCert), fmt.Sprintf("%s was revoked on %s", cert.Subject, e.RevokedAt.UTC().Format(time.RFC3339))
		case !found:
			return bad + ":" + string(exchange.RevocationMissing), fmt.Sprintf("no statement says whether %s was revoked by %s", cert.Subject, at.UTC().Format(time.RFC3339))
		}
		word := "list"
		if e.Kind == signing.ByOCSP {
			word = "OCSP response"
		}
		rests = append(rests, word+" of "+e.ThisUpdate.UTC().Format(time.RFC3339))
	}
	if len(rests) == 0 {
		return "", "no certificate below the anchor that a list could speak of"
	}
	return "", "not revoked by the " + strings.Join(rests, " and the ")
}

// about is the strongest that the statements of an issuer say of a certificate as of a time: that it had been revoked
// then, however old the statement is; else that it had not, by one that counts at that time or came later, and not after
// the certificate's end, when it may have been dropped from the list.
func about(cert, issuer *x509.Certificate, statements []statement, at time.Time) (best signing.Evidence, found bool) {
	for _, s := range statements {
		e, err := s.about(s.der, cert, issuer, at)
		if err != nil || e.State == signing.RevocationUnknown {
			continue // of another issuer, or not to be trusted: then it says nothing
		}
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

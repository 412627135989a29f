package revocation

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/lienthong/lienthong/signing"
)

// A source is one thing that can be asked for: the OCSP response about a certificate, or the list of an issuer. The
// keeper's lock guards what changes.
type source struct {
	name   string // of its file
	kind   signing.EvidenceKind
	cert   *x509.Certificate // nil for a list
	issuer *x509.Certificate
	urls   []string

	evidence signing.Evidence // of an OCSP response
	der      []byte           // its bytes; nil before the first
	list     *signing.CRL     // nil before the first

	changes  uint64    // how often it said something new
	asked    time.Time // when last
	due      time.Time // when next
	failures int       // since it was last heard
	err      string    // of the last failure; empty when it was heard
}

const ocspPrefix, crlPrefix, chainPrefix = "ocsp-", "crl-", "chain-"

func ocspName(cert, issuer *x509.Certificate) string {
	return ocspPrefix + digest(cert.Raw, issuer.Raw)
}

func crlName(issuer *x509.Certificate, urls []string) string {
	return crlPrefix + digest(issuer.Raw, []byte(strings.Join(urls, "\n")))
}

func digest(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		sum := sha256.Sum256(p)
		h.Write(sum[:])
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// mostURLs is how many places of one source are tried, in turn.
const mostURLs = 4

// usable are the places that can be asked: over HTTP. The statements are signed, so that plain HTTP is the norm.
func usable(urls []string) (list []string) {
	for _, s := range urls {
		u, err := url.Parse(s)
		if err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil && len(list) < mostURLs {
			list = append(list, s)
		}
	}
	return list
}

// place is where to ask now: the next one after each failure.
func (s *source) place() string { return s.urls[s.failures%len(s.urls)] }

// dates are those of the present statement; zero if there is none.
func (s *source) dates() (this, next time.Time) {
	if s.kind == signing.ByCRL {
		if s.list == nil {
			return this, next
		}
		return s.list.ThisUpdate, s.list.NextUpdate
	}
	return s.evidence.ThisUpdate, s.evidence.NextUpdate
}

// digest is that of the present statement.
func (s *source) raw() []byte {
	if s.kind == signing.ByCRL {
		if s.list == nil {
			return nil
		}
		return s.list.Raw()
	}
	return s.der
}

// fresh reports whether the present statement still counts.
func (s *source) fresh(now time.Time, maxAge time.Duration) bool {
	this, next := s.dates()
	return !this.IsZero() && signing.Evidence{ThisUpdate: this, NextUpdate: next}.Fresh(now, maxAge)
}

var (
	errOlder = errors.New("it is older than what was said before")
	errFull  = errors.New("there is no room for more statements")
	errStale = errors.New("it is out of date")
	errBlank = errors.New("the authority does not know the certificate")
)

// A reading is a statement that was fetched and checked, before it is taken.
type reading struct {
	evidence signing.Evidence
	der      []byte
	list     *signing.CRL
}

func (r reading) size() int {
	if r.list != nil {
		return len(r.list.Raw())
	}
	return len(r.der)
}

func (s *source) read(der []byte, now time.Time) (r reading, err error) {
	if s.kind == signing.ByCRL {
		r.list, err = signing.ParseCRL(der, s.issuer, now)
		return r, err
	}
	r.der = der
	r.evidence, err = signing.ParseOCSP(der, s.cert, s.issuer, now)
	return r, err
}

// take makes a reading the present statement; the error says why it is no success even so. Nothing older takes the place
// of what was said: who replays it would take a revocation back.
func (s *source) take(r reading, now time.Time, maxAge time.Duration) (changed bool, err error) {
	before, _ := s.dates()
	next := source{kind: s.kind, evidence: r.evidence, der: r.der, list: r.list}
	if this, _ := next.dates(); this.Before(before) {
		return false, errOlder
	}
	changed = string(s.raw()) != string(next.raw())
	s.evidence, s.der, s.list = r.evidence, r.der, r.list
	if changed {
		s.changes++
	}
	switch {
	case s.kind == signing.ByOCSP && s.evidence.State == signing.RevocationUnknown:
		return changed, errBlank
	case !s.fresh(now, maxAge):
		return changed, errStale
	}
	return changed, nil
}

// heard plans the next question: half of the way to the end of what was said, and not later than refresh.
func (s *source) heard(now time.Time, maxAge, refresh time.Duration) {
	this, next := s.dates()
	if next.IsZero() {
		next = this.Add(maxAge)
	}
	s.failures, s.err = 0, ""
	s.due = now.Add(jitter(min(max(next.Sub(now)/2, time.Minute), refresh)))
}

// unheard plans the next question after a failure.
func (s *source) unheard(now time.Time, err error) {
	s.failures++
	s.err = err.Error()
	s.due = now.Add(backoff(s.failures))
}

// backoff grows from a minute to half an hour.
func backoff(failures int) time.Duration {
	return jitter(min(time.Minute<<min(failures-1, 6), 30*time.Minute))
}

// jitter spreads questions: up to a tenth earlier or later.
func jitter(d time.Duration) time.Duration {
	return d - d/10 + rand.N(d/5+1)
}

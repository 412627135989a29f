package revocation

import (
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/signing"
)

// A finding is what is known of one link.
type finding struct {
	state exchange.RevocationState
	why   string
	by    statement // what it rests on, unless it is unknown
}

// judge puts the findings of a chain together: revoked if any certificate was, else unknown if anything is. later takes
// statements into account that came after the time as well.
func (k *Keeper) judge(t *target, at time.Time, later bool) exchange.Judgement {
	j := exchange.Judgement{Required: t.policy == Require}
	if t.policy == Off {
		j.State = exchange.RevocationOff
		return j
	}
	j.State = exchange.RevocationGood
	silent := false
	for _, l := range t.links {
		f := l.find(at, k.options.MaxAge, later)
		if f.state != exchange.RevocationUnknown {
			rest(&j, l, f.by)
		}
		silent = silent || f.why == exchange.WhyNoService
		weigh(&j.Revocation, f)
	}
	j.Pending = j.State == exchange.RevocationUnknown && !silent
	return j
}

// weigh lets a finding count in the whole.
func weigh(r *exchange.Revocation, f finding) {
	switch {
	case f.state == exchange.RevocationRevoked:
		if r.State != exchange.RevocationRevoked || f.by.RevokedAt.Before(r.RevokedAt) {
			r.RevokedAt, r.Reason = f.by.RevokedAt, f.by.Reason
		}
		r.State, r.Why = exchange.RevocationRevoked, ""
	case f.state == exchange.RevocationUnknown && r.State == exchange.RevocationGood:
		r.State, r.Why = exchange.RevocationUnknown, f.why
	}
}

// rest has the judgement rest on a statement. A list may speak of several certificates of the chain.
func rest(j *exchange.Judgement, l *link, by statement) {
	j.Said = append(j.Said, exchange.Statement{Certificate: l.fingerprint, Kind: by.Kind, ThisUpdate: by.ThisUpdate,
		NextUpdate: by.NextUpdate, Evidence: by.Digest})
	for _, e := range j.Evidence {
		if e.Digest == by.Digest {
			return
		}
	}
	j.Evidence = append(j.Evidence, exchange.Evidence{Digest: by.Digest, DER: by.der})
}

// find says what is known of the certificate as of a time. A revocation counts however old the statement is.
func (l *link) find(at time.Time, maxAge time.Duration, later bool) finding {
	if l.mute() {
		return finding{state: exchange.RevocationUnknown, why: exchange.WhyNoService}
	}
	said := l.said()
	for _, s := range said {
		if s.State == signing.Revoked && !s.RevokedAt.After(at) {
			return finding{state: exchange.RevocationRevoked, by: s}
		}
	}
	f := finding{state: exchange.RevocationUnknown, why: exchange.WhyNotHeard}
	for _, s := range said {
		why := l.counts(s, at, maxAge, later)
		if why == "" {
			return finding{state: exchange.RevocationGood, by: s}
		}
		if f.why == exchange.WhyNotHeard {
			f.why = why
		}
	}
	return f
}

// counts says why a statement that reports no revocation up to a time proves nothing; empty if it proves that there was
// none. An authority may forget a certificate that has ended, so that what it says afterwards proves nothing.
func (l *link) counts(s statement, at time.Time, maxAge time.Duration, later bool) string {
	switch {
	case s.State == signing.RevocationUnknown:
		return exchange.WhyNotKnown
	case s.State == signing.Revoked && (s.Fresh(at, maxAge) || later):
		return "" // revoked after the time: good as of it
	case s.ThisUpdate.After(l.cert.NotAfter):
		return exchange.WhyNotCounted
	case s.Fresh(at, maxAge):
		return ""
	case later && !s.ThisUpdate.Before(at):
		return ""
	}
	return exchange.WhyStale
}

// A statement is what a source said of one certificate, with its bytes.
type statement struct {
	signing.Evidence
	der []byte
}

// said are the statements about the certificate: of OCSP first, which speaks of it alone.
func (l *link) said() (list []statement) {
	if l.ocsp != nil && l.ocsp.der != nil {
		list = append(list, statement{l.ocsp.evidence, l.ocsp.der})
	}
	if l.crl != nil && l.crl.list != nil {
		list = append(list, statement{l.crl.list.About(l.cert), l.crl.list.Raw()})
	}
	return list
}

package directory

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"time"

	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// maxConcurrent is how many certificates of one agency may be in force at the same moment: the old and the new one.
const maxConcurrent = 2

// AddCertificate enrols a signing certificate (DER) for the agency in [from, until): zero from is now, zero until is
// when the certificate itself ends. It must be an RSA (2048 bits and more) or ECDSA certificate of an end entity.
// Conflict if a third one would be in force at any moment. Whether it chains to a trust anchor is asked at each
// document, not here.
func (d *Directory) AddCertificate(ctx context.Context, by exchange.Caller, id exchange.AgencyID, der []byte, from, until time.Time) (exchange.Certificate, error) {
	if err := administrator(by, id); err != nil {
		return exchange.Certificate{}, err
	}
	return d.enrol(ctx, by, id, exchange.Certificate{DER: slices.Clone(der), From: from.UTC(), Until: until.UTC()}, "certificate-added")
}

// PinCertificate is AddCertificate for one that is trusted by itself, whatever its chain is worth: an old one, whose
// authorities signed with SHA-1. The end must be given: what replaces a chain is not for ever. Only an operator does it.
func (d *Directory) PinCertificate(ctx context.Context, by exchange.Caller, id exchange.AgencyID, der []byte, from, until time.Time) (exchange.Certificate, error) {
	if err := operator(by); err != nil {
		return exchange.Certificate{}, err
	}
	if until.IsZero() {
		var m mistakes
		m.add("until", "Chứng thư được ghim phải có ngày kết thúc.", "a pinned certificate has an end")
		return exchange.Certificate{}, m.refusal()
	}
	c := exchange.Certificate{DER: slices.Clone(der), From: from.UTC(), Until: until.UTC(), Pinned: true}
	return d.enrol(ctx, by, id, c, "certificate-pinned")
}

func (d *Directory) enrol(ctx context.Context, by exchange.Caller, id exchange.AgencyID, c exchange.Certificate, kind string) (exchange.Certificate, error) {
	if c.From.IsZero() {
		c.From = d.clock().UTC()
	}
	if err := enrollable(c); err != nil {
		return c, err
	}
	return c, d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := existing(a); err != nil {
			return act{}, err
		}
		if crowded(a.Certificates, c) {
			return act{}, &exchange.Error{Kind: exchange.Conflict, Path: "/from",
				Detail: "two certificates are in force then already, or this one is; end one first",
				VI:     "Khi đó đã có hai chứng thư số (hoặc chính chứng thư này) đang hiệu lực; hãy cho một chứng thư hết hiệu lực trước."}
		}
		a.Certificates = append(slices.Clone(a.Certificates), c)
		return act{typ: translog.KeyChanged, kind: kind, cert: c.Fingerprint()}, nil
	})
}

// EndCertificate lets an enrolled certificate end at a time; zero is now. One that has not begun by then is removed.
// NotFound for a fingerprint that is not enrolled; one that ends earlier already stays as it is.
func (d *Directory) EndCertificate(ctx context.Context, by exchange.Caller, id exchange.AgencyID, fingerprint string, at time.Time) error {
	if err := administrator(by, id); err != nil {
		return err
	}
	if at.IsZero() {
		at = d.clock()
	}
	at = at.UTC()
	return d.change(ctx, by, id, func(_ *snapshot, a *exchange.Agency) (act, error) {
		if err := existing(a); err != nil {
			return act{}, err
		}
		left, found := ended(a.Certificates, fingerprint, at)
		if !found {
			return act{}, exchange.Errorf(exchange.NotFound, "%s has no certificate %s", id, fingerprint)
		}
		if slices.EqualFunc(left, a.Certificates, sameTimes) {
			return act{}, errUnchanged
		}
		a.Certificates = left
		return act{typ: translog.KeyChanged, kind: "certificate-ended", cert: fingerprint}, nil
	})
}

// Sharers are the agencies other than id that a certificate (DER) is or will be in force for, in order of their
// identifiers, while it is or will be for id: what it signs counts as the word of each. That is allowed, and seldom meant.
func (d *Directory) Sharers(id exchange.AgencyID, der []byte) []exchange.AgencyID {
	agencies, now := d.current.Load().agencies, d.clock()
	if !signsWith(agencies[id], der, now) {
		return nil
	}
	var all []exchange.AgencyID
	for other, a := range agencies {
		if other != id && signsWith(a, der, now) {
			all = append(all, other)
		}
	}
	slices.Sort(all)
	return all
}

// signsWith reports whether the agency has the certificate, now or later.
func signsWith(a exchange.Agency, der []byte, now time.Time) bool {
	return slices.ContainsFunc(a.Certificates, func(c exchange.Certificate) bool {
		return string(c.DER) == string(der) && now.Before(end(c))
	})
}

func ended(all []exchange.Certificate, fingerprint string, at time.Time) (left []exchange.Certificate, found bool) {
	for _, c := range all {
		if c.Fingerprint() == fingerprint {
			found = true
			if !at.After(c.From) {
				continue
			}
			if c.Until.IsZero() || c.Until.After(at) {
				c.Until = at
			}
		}
		left = append(left, c)
	}
	return left, found
}

func sameTimes(a, b exchange.Certificate) bool {
	return string(a.DER) == string(b.DER) && a.From.Equal(b.From) && a.Until.Equal(b.Until)
}

// crowded reports whether c would hold twice, or as a third at some moment. The number can only rise where one begins.
func crowded(have []exchange.Certificate, c exchange.Certificate) bool {
	for _, x := range have {
		if string(x.DER) == string(c.DER) && (holdsAt(x, c.From) || holdsAt(c, x.From)) {
			return true
		}
	}
	for _, begin := range append(slices.Clone(have), c) {
		if holdsAt(c, begin.From) && countAt(have, begin.From) >= maxConcurrent {
			return true
		}
	}
	return false
}

func countAt(all []exchange.Certificate, at time.Time) (n int) {
	for _, c := range all {
		if holdsAt(c, at) {
			n++
		}
	}
	return n
}

func holdsAt(c exchange.Certificate, at time.Time) bool {
	return !at.Before(c.From) && at.Before(end(c))
}

// end is when the certificate is no longer in force: the time set, or its own.
func end(c exchange.Certificate) time.Time {
	cert, err := x509.ParseCertificate(c.DER)
	if err != nil || (!c.Until.IsZero() && c.Until.Before(cert.NotAfter)) {
		return c.Until
	}
	return cert.NotAfter
}

func enrollable(c exchange.Certificate) error {
	var m mistakes
	cert, err := x509.ParseCertificate(c.DER)
	if err != nil {
		m.add("certificate", "Không đọc được chứng thư số (DER).", "this is not a certificate in DER form")
		return m.refusal()
	}
	if cert.IsCA {
		m.add("certificate", "Đây là chứng thư của tổ chức chứng thực, không dùng để ký văn bản.", "this is an authority's certificate, not one that signs documents")
	}
	if !strong(cert) {
		m.add("certificate", "Khóa phải là RSA từ 2048 bit hoặc ECDSA P-256, P-384, P-521.", "the key must be RSA of 2048 bits or more, or ECDSA P-256, P-384, P-521")
	}
	if use := x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment; cert.KeyUsage != 0 && cert.KeyUsage&use == 0 {
		m.add("certificate", "Chứng thư số không dành cho việc ký.", "the certificate's usage does not include signing")
	}
	if !c.From.Before(cert.NotAfter) || (!c.Until.IsZero() && !c.From.Before(c.Until)) {
		m.add("until", "Thời gian hiệu lực trống hoặc nằm sau ngày hết hạn của chứng thư.", "the time of validity is empty, or after the certificate's own end")
	}
	if len(m) > 0 {
		return m.refusal()
	}
	return nil
}

func strong(cert *x509.Certificate) bool {
	switch key := cert.PublicKey.(type) {
	case *rsa.PublicKey:
		return key.N.BitLen() >= 2048
	case *ecdsa.PublicKey:
		return key.Curve.Params().BitSize >= 256
	}
	return false
}

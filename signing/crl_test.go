package signing_test

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// revocations makes the entries of a list.
func revocations(when time.Time, serials ...int64) (list []x509.RevocationListEntry) {
	for _, n := range serials {
		list = append(list, x509.RevocationListEntry{SerialNumber: big.NewInt(n), RevocationTime: when, ReasonCode: 1})
	}
	return list
}

// TestCRL: what a list says of the certificate with the serial number 2.
func TestCRL(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu") // the first: serial number 2
	hour := at.Add(-time.Hour)
	critical := func(id ...int) pkix.Extension { return pkix.Extension{Id: id, Critical: true, Value: []byte{5, 0}} }
	for _, c := range []struct {
		name string
		list x509.RevocationList
		want string
	}{
		{"nobody revoked", x509.RevocationList{}, "good"},
		{"others revoked", x509.RevocationList{RevokedCertificateEntries: revocations(hour, 1, 3, 200, 70000)}, "good"},
		{"revoked", x509.RevocationList{RevokedCertificateEntries: revocations(hour, 70000, 2, 1)}, "revoked key-compromise"},
		{"on hold", x509.RevocationList{RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(2), RevocationTime: hour, ReasonCode: 6}}}, "revoked certificate-hold"},
		{"without a reason", x509.RevocationList{RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(2), RevocationTime: hour}}}, "revoked "},
		{"taken back", x509.RevocationList{RevokedCertificateEntries: []x509.RevocationListEntry{{SerialNumber: big.NewInt(2), RevocationTime: hour, ReasonCode: 8}}}, "good"},
		{"a delta", x509.RevocationList{ExtraExtensions: []pkix.Extension{critical(2, 5, 29, 27)}}, "none"},
		{"a delta, and not critical", x509.RevocationList{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 27}, Value: []byte{5, 0}}}}, "none"},
		{"of a part", x509.RevocationList{ExtraExtensions: []pkix.Extension{critical(2, 5, 29, 28)}}, "none"},
		{"of a part, and not critical", x509.RevocationList{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 28}, Value: []byte{5, 0}}}}, "none"},
		{"with a critical extension", x509.RevocationList{ExtraExtensions: []pkix.Extension{critical(1, 2, 3)}}, "none"},
		{"with an extension of no weight", x509.RevocationList{ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}}}, "good"},
		{"an entry with a critical extension", x509.RevocationList{RevokedCertificateEntries: []x509.RevocationListEntry{
			{SerialNumber: big.NewInt(9), RevocationTime: hour, ExtraExtensions: []pkix.Extension{critical(2, 5, 29, 29)}}}}, "none"},
		{"revoked, and an extension of no weight said not to be critical", x509.RevocationList{RevokedCertificateEntries: []x509.RevocationListEntry{
			{SerialNumber: big.NewInt(2), RevocationTime: hour, ReasonCode: 5, ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3}, Value: []byte{5, 0}}}}}},
			"revoked cessation-of-operation"},
		{"a minute ahead", x509.RevocationList{ThisUpdate: at.Add(time.Minute)}, "good"},
		{"ten minutes ahead", x509.RevocationList{ThisUpdate: at.Add(10 * time.Minute)}, "none"},
	} {
		der := ca.CRL(c.list, at)
		if got := aboutCRL(t, der, leaf.Cert, ca.Cert); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// aboutCRL is state and reason, or "none" for what is no evidence.
func aboutCRL(t *testing.T, der []byte, cert, issuer *x509.Certificate) string {
	t.Helper()
	l, err := signing.ParseCRL(der, issuer, at)
	if err != nil {
		if !errors.Is(err, signing.ErrEvidence) {
			t.Errorf("%v is not ErrEvidence", err)
		}
		return "none"
	}
	e := l.About(cert)
	if e.State == signing.Revoked {
		return "revoked " + e.Reason
	}
	return string(e.State)
}

// TestCRLIsItsIssuers: nobody else's list says anything.
func TestCRLIsItsIssuers(t *testing.T) {
	ca, foreign := testca.New(t), testca.Foreign(t)
	leaf := ca.Leaf("Sở Mẫu")
	below := ca.Intermediate("Cơ quan cấp dưới")
	mute := ca.Intermediate("Không ký CRL", func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageCertSign })
	list := x509.RevocationList{RevokedCertificateEntries: revocations(at, 2)}
	for _, c := range []struct {
		name   string
		der    []byte
		issuer *x509.Certificate
		want   string
	}{
		{"its issuer's", ca.CRL(list, at), ca.Cert, "revoked key-compromise"},
		{"another authority's", foreign.CRL(list, at), ca.Cert, "none"},
		{"another authority's, believed to be the issuer", foreign.CRL(list, at), foreign.Cert, "unknown"},
		{"of an authority below, with the same serial number", below.CRL(list, at), below.Cert, "unknown"},
		{"of one that may not sign lists", mute.CRL(list, at), mute.Cert, "none"},
		{"a bit changed", flipped(ca.CRL(list, at)), ca.Cert, "none"},
		{"with something behind", append(ca.CRL(list, at), 0), ca.Cert, "none"},
		{"cut off", ca.CRL(list, at)[:100], ca.Cert, "none"},
		{"empty", nil, ca.Cert, "none"},
	} {
		if got := aboutCRL(t, c.der, leaf.Cert, c.issuer); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestCRLOfOddForm: what the issuer has signed all the same, but cannot be read to
// its end, says nothing. The pieces are as long as those they take the place of.
func TestCRLOfOddForm(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	der := ca.CRL(x509.RevocationList{RevokedCertificateEntries: revocations(at.Add(-time.Hour), 9, 2)}, at)
	const time = "\x17\x0d261130230000Z"
	const first, reason = "\x02\x01\x09" + time, "\x06\x03\x55\x1d\x15\x04\x03\x0a\x01\x01"
	const entry = "\x30\x20" + first + "\x30\x0c\x30\x0a" + reason
	for _, c := range []struct{ name, old, new, want string }{
		{"as it is", entry, entry, "revoked key-compromise"},
		{"of another version", "\x02\x01\x01\x30\x0d", "\x02\x01\x05\x30\x0d", "none"},
		{"an entry that is a set", entry, "\x31" + entry[1:], "none"},
		{"an entry that is longer than the list", entry, "\x30\x7f" + entry[2:], "none"},
		{"without a serial number", first, "\x04\x01\x09" + time, "none"},
		{"a serial number without bytes", first + "\x30\x0c\x30\x0a" + reason, "\x02\x00" + time + "\x30\x0d\x30\x0b\x06\x04\x2a\x03\x04\x05\x04\x03\x0a\x01\x01", "none"},
		{"with a time that is none", first, "\x02\x01\x09\x17\x0d261330230000Z", "none"},
		{"with a time of another kind", first, "\x02\x01\x09\x19\x0d261130230000Z", "none"},
		{"with extensions that are a set", first + "\x30\x0c", first + "\x31\x0c", "none"},
		{"with more behind the extensions", first + "\x30\x0c\x30\x0a" + reason, first + "\x30\x00\x04\x0a\x04\x08" + reason[2:], "none"},
		{"with an extension that is a set", "\x30\x0a" + reason, "\x31\x0a" + reason, "none"},
		{"with an extension without a name", reason, "\x05\x03" + reason[2:], "none"},
		{"with an extension that is critical by an odd word", reason, "\x06\x01\x55\x01\x01\x01\x04\x01\x0a\x01"[:10], "none"},
		{"with an extension without a value", reason, reason[:5] + "\x05" + reason[6:], "none"},
		{"with a reason that is a number", reason, reason[:7] + "\x02" + reason[8:], "none"},
	} {
		if len(c.old) != len(c.new) || !bytes.Contains(der, []byte(c.old)) {
			t.Fatalf("%s: the list holds no %x", c.name, c.old)
		}
		odd := signedAgain(ca, der, func(tbs []byte) []byte { return bytes.Replace(tbs, []byte(c.old), []byte(c.new), 1) })
		if got := aboutCRL(t, odd, leaf.Cert, ca.Cert); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// flipped changes one bit of what is signed.
func flipped(der []byte) []byte {
	out := slices.Clone(der)
	out[len(out)/3] ^= 1
	return out
}

// TestCRLAgainstTheLibrary: whatever the serial numbers, the table finds what
// crypto/x509 lists, and nothing else.
func TestCRLAgainstTheLibrary(t *testing.T) {
	ca := testca.New(t)
	random := chance(t)
	serial := func() *big.Int {
		b := make([]byte, 1+random.IntN(20))
		for i := range b {
			b[i] = byte(random.IntN(256))
		}
		b[0] &= 0x7f
		return new(big.Int).Add(new(big.Int).SetBytes(b), big.NewInt(1))
	}
	var entries []x509.RevocationListEntry
	for i := range 2000 {
		entries = append(entries, x509.RevocationListEntry{SerialNumber: serial(), RevocationTime: at.Add(-time.Duration(i) * time.Minute).Truncate(time.Second), ReasonCode: i % 6})
	}
	der := ca.CRL(x509.RevocationList{RevokedCertificateEntries: entries}, at)
	l, err := signing.ParseCRL(der, ca.Cert, at)
	if err != nil || l.Len() != len(entries) {
		t.Fatalf("%d entries, want %d: %v", l.Len(), len(entries), err)
	}
	revoked := map[string]time.Time{}
	for _, e := range entries {
		if _, again := revoked[e.SerialNumber.String()]; !again {
			revoked[e.SerialNumber.String()] = e.RevocationTime
		}
	}
	ask := func(n *big.Int) signing.Evidence {
		return l.About(&x509.Certificate{RawIssuer: ca.Cert.RawSubject, SerialNumber: n})
	}
	for _, e := range entries {
		if got := ask(e.SerialNumber); got.State != signing.Revoked || !got.RevokedAt.Equal(revoked[e.SerialNumber.String()]) {
			t.Errorf("serial number %v: %+v, want revoked at %v", e.SerialNumber, got, e.RevocationTime)
		}
	}
	for range 2000 {
		n := serial()
		if _, want := revoked[n.String()]; (ask(n).State == signing.Revoked) != want {
			t.Errorf("serial number %v: %s, want revoked: %v", n, ask(n).State, want)
		}
	}
}

// TestEvidenceIsFreshForItsTime: until the next update, or for the longest age.
func TestEvidenceIsFreshForItsTime(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name       string
		this, next time.Duration // from at; 0 for no next update
		want       bool
	}{
		{"within its time", -day, day, true},
		{"its last second", -day, time.Second, true},
		{"at its end", -day, 0 - time.Nanosecond, false},
		{"over", -2 * day, -day, false},
		{"old, but not over", -90 * day, day, true},
		{"without an end, young", -6 * day, 0, true},
		{"without an end, old", -7 * day, 0, false},
		{"a little ahead", time.Minute, day, true},
		{"far ahead", time.Hour, day, false},
	} {
		e := signing.Evidence{ThisUpdate: at.Add(c.this)}
		if c.next != 0 {
			e.NextUpdate = at.Add(c.next)
		}
		if got := e.Fresh(at, 7*day); got != c.want {
			t.Errorf("%s: fresh %v, want %v", c.name, got, c.want)
		}
	}
}

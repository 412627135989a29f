package signing_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ocsp"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// A stuffing fills about so many bytes of a certificate with what crypto/x509
// makes much of.
type stuffing func(c *x509.Certificate, size int)

var stuffings = map[string]stuffing{
	"extensions": func(c *x509.Certificate, size int) {
		for i := range size / 9 {
			c.ExtraExtensions = append(c.ExtraExtensions, pkix.Extension{Id: asn1.ObjectIdentifier{1, 3, 128 + i}})
		}
	},
	"a long extension": func(c *x509.Certificate, size int) {
		c.ExtraExtensions = []pkix.Extension{{Id: append(asn1.ObjectIdentifier{1, 3}, make([]int, size)...)}}
	},
	"names": func(c *x509.Certificate, size int) {
		one := []pkix.AttributeTypeAndValue{{Type: asn1.ObjectIdentifier{1, 1}, Value: ""}}
		der, err := asn1.Marshal([]pkix.RelativeDistinguishedNameSET{one})
		if err != nil {
			panic(err)
		}
		c.RawSubject = sequence(string(der[2:]), size)
	},
	"host names":          extension("\x82\x00", 2, 5, 29, 17),
	"addresses":           extension("\x86\x00", 2, 5, 29, 17),
	"IP addresses":        extension("\x87\x04abcd", 2, 5, 29, 17),
	"policies that match": extension("\x30\x06\x06\x01\x2b\x06\x01\x2b", 2, 5, 29, 33),
	"where lists are":     extension("\x30\x06\xa0\x04\xa0\x02\x86\x00", 2, 5, 29, 31),
	"where issuers are":   extension("\x30\x0c\x06\x08\x2b\x06\x01\x05\x05\x07\x30\x02\x86\x00", 1, 3, 6, 1, 5, 5, 7, 1, 1),
	"uses": func(c *x509.Certificate, size int) {
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection}
		c.UnknownExtKeyUsage = slices.Repeat([]asn1.ObjectIdentifier{{1, 3}}, size/3)
	},
	"names allowed": func(c *x509.Certificate, size int) {
		allowed := sequence("\x30\x02\x82\x00", size)
		allowed[0] = 0xa0
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 30}, Value: sequence(string(allowed), len(allowed))}}
	},
	"sequences": func(c *x509.Certificate, size int) {
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3}, Value: sequence("\x30\x00", size)}}
	},
}

// extension repeats a piece of DER in an extension.
func extension(piece string, id ...int) stuffing {
	return func(c *x509.Certificate, size int) {
		c.ExtraExtensions = []pkix.Extension{{Id: id, Value: sequence(piece, size)}}
	}
}

func sequence(piece string, size int) []byte {
	der, err := asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: []byte(strings.Repeat(piece, size/max(1, len(piece))))})
	if err != nil {
		panic(err)
	}
	return der
}

// TestStuffedCertificates: whatever a stranger fills certificates with, the
// signer's or those above it, they cost no more than the document may, and too
// much is refused before crypto/x509 sees it.
func TestStuffedCertificates(t *testing.T) {
	ca := testca.New(t)
	signer := ca.Leaf("Sở Mẫu")
	signed := string(signer.Sign([]byte(envelope("x"))))
	const open, end = "<ds:X509Certificate>", "</ds:X509Certificate>"
	own := open + encode(signer.Cert.Raw) + end
	if !strings.Contains(signed, own) {
		t.Fatal("the signer's certificate is not where it is expected")
	}
	for name, stuff := range stuffings {
		for size := 100; ; size += size / 4 {
			if size > 11_000 {
				t.Errorf("%s: no size is too much", name)
				break
			}
			stuffed := func(c *x509.Certificate) { stuff(c, size) }
			leaf, above := open+encode(ca.Leaf("x", stuffed).Cert.Raw)+end, open+encode(ca.Intermediate("x", stuffed).Cert.Raw)+end
			limited := 0
			for certs, want := range map[string]string{strings.Repeat(leaf, 4): "bad:signature", own + strings.Repeat(above, 3): "good"} {
				p := signing.Policy{At: at, Anchors: ca.Anchors()}
				switch got := measured(t, []byte(strings.Replace(signed, own, certs, 1)), p); got {
				case "bad:limit":
					limited++
				case want:
				default:
					t.Errorf("%s of %d bytes: %s, want %s or bad:limit", name, size, got, want)
				}
			}
			if limited == 2 {
				break
			}
		}
	}
}

// TestStuffedStatements: what stands between hub and authority may answer with
// anything of the size of a statement. It costs no more than a fixed multiple of
// its bytes, and too much is refused before a library sees it.
func TestStuffedStatements(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	for name, stuff := range stuffings {
		stuffed := func(size int) []byte {
			forOCSP := func(c *x509.Certificate) {
				stuff(c, size)
				c.ExtKeyUsage = append(c.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning)
			}
			return ca.Leaf("Trả lời OCSP", forOCSP).OCSP(ca, leaf.Cert, ocsp.Response{Status: ocsp.Good}, at)
		}
		if got := aboutOCSP(t, stuffed(100), leaf.Cert, ca.Cert); got != "good" {
			t.Errorf("%s: a little: %s, want good", name, got)
		}
		der := stuffed(30_000)
		mustBeTooManyParts(t, "a response with a certificate full of "+name, der, 10*len(der), func() error {
			_, err := signing.ParseOCSP(der, leaf.Cert, ca.Cert, at)
			return err
		})
	}
	for _, c := range []struct{ name, issuer, behind string }{
		{"names", strings.Repeat("\x31\x09\x30\x07\x06\x03\x55\x04\x03\x0c\x00", 200_000), ""},
		{"extensions", "", explicit(sequence("\x30\x07\x06\x03\x55\x1d\x63\x04\x00", 2_000_000))},
		{"entries behind entries", "", string(sequence("", 0)) + string(sequence("\x30\x12\x02\x01\x01\x17\x0d250101000000Z", 2_000_000))},
	} {
		der := unsignedCRL(c.issuer, c.behind)
		mustBeTooManyParts(t, "a list full of "+c.name, der, len(der), func() error {
			_, err := signing.ParseCRL(der, ca.Cert, at)
			return err
		})
	}
}

func mustBeTooManyParts(t *testing.T, what string, der []byte, most int, parse func() error) {
	t.Helper()
	var err error
	bytes := allocated(func() { err = parse() })
	if !errors.Is(err, signing.ErrEvidence) || !strings.Contains(err.Error(), "1500 parts") {
		t.Errorf("%s: %v, want it refused for its parts", what, err)
	}
	if bytes > uint64(most) && !raced {
		t.Errorf("%s of %d bytes: %d allocated, most is %d", what, len(der), bytes, most)
	}
}

// explicit is DER in [0], as the extensions of a list are.
func explicit(der []byte) string {
	tagged := sequence(string(der), len(der))
	tagged[0] = 0xa0
	return string(tagged)
}

// unsignedCRL has an issuer of these names, and this behind its times.
func unsignedCRL(issuer, behind string) []byte {
	algorithm := "\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00"
	tbs := "\x02\x01\x01" + algorithm + string(sequence(issuer, len(issuer))) + "\x17\x0d260101000000Z\x17\x0d270101000000Z" + behind
	list := string(sequence(tbs, len(tbs))) + algorithm + "\x03\x02\x00\x00"
	return sequence(list, len(list))
}

// TestCertificatesMayHaveWhatAuthoritiesWrite: four certificates with three times
// the names, addresses and uses that are found in the field are within the bound.
func TestCertificatesMayHaveWhatAuthoritiesWrite(t *testing.T) {
	ca := testca.New(t)
	rich := func(c *x509.Certificate) {
		c.Subject.Locality, c.Subject.Province = []string{"Ba Đình"}, []string{"Hà Nội"}
		c.Subject.Organization, c.Subject.OrganizationalUnit = []string{"Sở Mẫu"}, []string{"Văn phòng", "Phòng Hành chính"}
		c.Subject.SerialNumber, c.EmailAddresses = "MST:0100109106", []string{"vanthu@example.vn", "sm@example.vn"}
		c.OCSPServer, c.IssuingCertificateURL = []string{"http://ocsp.example.vn"}, []string{"http://example.vn/ca.crt"}
		for i := range 3 {
			c.CRLDistributionPoints = append(c.CRLDistributionPoints, fmt.Sprintf("http://crl%d.example.vn/ca.crl", i))
			c.UnknownExtKeyUsage = append(c.UnknownExtKeyUsage, asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 10, 3, 12 + i})
		}
		c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageEmailProtection, x509.ExtKeyUsageClientAuth}
	}
	first := ca.Intermediate("một", rich)
	second := first.Intermediate("hai", rich)
	third := second.Intermediate("ba", rich)
	signed := third.Leaf("Sở Mẫu", rich).Sign([]byte(envelope("x")), third.Cert, second.Cert, first.Cert)
	if got := verdict(t, signed, signing.Policy{At: at, Anchors: ca.Anchors()}); got != "good" {
		t.Errorf("%s, want good", got)
	}
}

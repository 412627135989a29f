package signing_test

import (
	"bytes"
	"crypto/x509"
	"testing"
	"time"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/crypto/ocsp"

	"github.com/lienthong/lienthong/internal/testca"
)

// TestEvidenceSpeaksOfTimesThatCanBeWritten: an authority that names the last hour of the year 9999 with an offset means a
// time that no record of the hub can hold. Its statement proves nothing, and is no reason to fail later.
func TestEvidenceSpeaksOfTimesThatCanBeWritten(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	far := time.Date(2064, 1, 2, 3, 4, 5, 0, time.UTC)
	for name, c := range map[string]struct{ written, want string }{
		"as it is":            {"20640102030405Z", "good"},
		"in another zone":     {"20640102030405+0700", "good"},
		"the last of 9999":    {"99991231235959Z", "good"},
		"10000 where it is 0": {"99991231235959-0100", "none"},
	} {
		list := resigned(ca, ca.CRL(x509.RevocationList{NextUpdate: far}, at), c.written)
		if got := aboutCRL(t, list, leaf.Cert, ca.Cert); got != c.want {
			t.Errorf("a CRL, next %s: %s, want %s", name, got, c.want)
		}
		var inner, oid, basic cryptobyte.String
		outer := cryptobyte.String(ca.OCSP(leaf.Cert, ocsp.Response{Status: ocsp.Good, NextUpdate: far}, at))
		if !outer.ReadASN1(&outer, asn1.SEQUENCE) || !outer.SkipASN1(asn1.ENUM) || !outer.ReadASN1(&inner, asn1.Tag(0).ContextSpecific().Constructed()) ||
			!inner.ReadASN1(&inner, asn1.SEQUENCE) || !inner.ReadASN1Element(&oid, asn1.OBJECT_IDENTIFIER) || !inner.ReadASN1(&basic, asn1.OCTET_STRING) {
			t.Fatal("the response cannot be taken apart")
		}
		var b cryptobyte.Builder
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1Enum(0)
			b.AddASN1(asn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddBytes(oid)
					b.AddASN1OctetString(resigned(ca, basic, c.written))
				})
			})
		})
		if got := aboutOCSP(t, b.BytesOrPanic(), leaf.Cert, ca.Cert); got != c.want {
			t.Errorf("an OCSP response, next %s: %s, want %s", name, got, c.want)
		}
	}
}

// resigned puts a time in the place of the one of 2064 in what an authority has signed, and signs it again.
func resigned(ca *testca.CA, der []byte, written string) []byte {
	return signedAgain(ca, der, func(tbs []byte) []byte { return edited(tbs, []byte("20640102030405Z"), []byte(written)) })
}

// signedAgain changes what an authority has signed, and signs it again.
func signedAgain(ca *testca.CA, der []byte, change func(tbs []byte) []byte) []byte {
	s := cryptobyte.String(der)
	var signed, alg cryptobyte.String
	if !s.ReadASN1(&s, asn1.SEQUENCE) || !s.ReadASN1Element(&signed, asn1.SEQUENCE) || !s.ReadASN1Element(&alg, asn1.SEQUENCE) {
		panic("not SEQUENCE of what is signed, algorithm and signature")
	}
	changed := change(signed)
	var b cryptobyte.Builder
	b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(changed)
		b.AddBytes(alg)
		b.AddASN1BitString(ca.Signature(changed))
	})
	return b.BytesOrPanic()
}

// edited is DER in which a primitive value is replaced.
func edited(der, old, with []byte) []byte {
	var b cryptobyte.Builder
	for s := cryptobyte.String(der); !s.Empty(); {
		var content cryptobyte.String
		var tag asn1.Tag
		if !s.ReadAnyASN1(&content, &tag) {
			panic("not DER")
		}
		switch {
		case tag&0x20 != 0:
			content = edited(content, old, with)
		case bytes.Equal(content, old):
			content = with
		}
		b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes(content) })
	}
	return b.BytesOrPanic()
}

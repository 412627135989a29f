package signing_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// BenchmarkVerify reports, beside the time, x_floor: the time over that of
// SHA-256 of the bytes and one verification by the signer's key, less than which
// nothing can take; and x_goxmldsig: how many times as long goxmldsig takes,
// where it can. All are measured in the same run, by turns. The certificate is
// one that the anchors have judged before, as nearly every one is. A row fails
// that takes more than 2.0 times the floor below 1 MB, or 1.6 times from there on,
// or more than 100 KB of memory.
func BenchmarkVerify(b *testing.B) {
	ca := testca.New(b)
	leaf := ca.Leaf("Sở Mẫu")
	for _, size := range []struct {
		name  string
		bytes int
	}{{"10KB", 10 << 10}, {"100KB", 100 << 10}, {"1MB", 1 << 20}, {"10MB", 10 << 20}, {"50MB", 50 << 20}} {
		b.Run(size.name, func(b *testing.B) { benchmarkVerify(b, ca, leaf.Sign(withAttachment(size.bytes))) })
	}
	b.Run("1MB lines", func(b *testing.B) { benchmarkVerify(b, ca, leaf.Sign(inLines(withAttachment(1<<20)))) })
	b.Run("10KB XAdES", func(b *testing.B) { benchmarkVerify(b, ca, withProperties(b, leaf, withAttachment(10<<10))) })
	b.Run("1MB XAdES", func(b *testing.B) { benchmarkVerify(b, ca, withProperties(b, leaf, withAttachment(1<<20))) })
	b.Run("10KB P-256", func(b *testing.B) { benchmarkVerify(b, ca, byCurve(b, ca, withAttachment(10<<10))) })
	b.Run("1MB P-256", func(b *testing.B) { benchmarkVerify(b, ca, byCurve(b, ca, withAttachment(1<<20))) })
}

func benchmarkVerify(b *testing.B, ca *testca.CA, raw []byte) {
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	v := mustVerify(b, raw, p)
	verify := func() {
		if _, err := signing.Verify(b.Context(), raw, p); err != nil {
			b.Fatal(err)
		}
	}
	floor := floorOf(b, raw, v.Certificate().PublicKey)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		verify()
	}
	most := 2.0
	if len(raw) >= 1<<20-8<<10 {
		most = 1.6
	}
	b.ReportMetric(atMost(b, most, verify, floor), "x_floor")
	if bytes := allocated(verify); bytes > 100<<10 {
		b.Errorf("%d bytes allocated, most is 100 KB", bytes)
	}
	if oracleExcuse(raw, v.Algorithm()) == "" {
		b.ReportMetric(1/ratio(verify, func() { goxmldsig(b, raw, v.Certificate()) }), "x_goxmldsig")
	}
}

// ratio is how many times as long one function takes as the other: the least
// times of both over rounds that run both, because what else the machine does
// only ever adds.
func ratio(one, other func()) float64 {
	first, second := seconds(one), seconds(other)
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		first, second = min(first, seconds(one)), min(second, seconds(other))
	}
	return first / second
}

// atMost is the ratio of two functions, which fails if it is more than most. A
// machine that is busy may tell too much of one of them, never for long too little
// of both: so it is measured again before that is believed.
func atMost(b *testing.B, most float64, one, other func()) float64 {
	b.Helper()
	least := ratio(one, other)
	for range 9 {
		if least <= most {
			return least
		}
		least = min(least, ratio(one, other))
	}
	if least > most {
		b.Errorf("%.2f times the floor, most is %.1f", least, most)
	}
	return least
}

func seconds(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}

// floorOf is what verification cannot do without. A signature that does not hold
// costs a key as much as one that does.
func floorOf(b *testing.B, raw []byte, key crypto.PublicKey) func() {
	digest := sha256.Sum256([]byte("x"))
	switch key := key.(type) {
	case *rsa.PublicKey:
		value := make([]byte, key.Size())
		value[len(value)-1] = 2
		return func() {
			sha256.Sum256(raw)
			if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], value) == nil {
				b.Fatal("2 is a signature")
			}
		}
	case *ecdsa.PublicKey:
		return func() {
			sha256.Sum256(raw)
			if ecdsa.Verify(key, digest[:], big.NewInt(2), big.NewInt(3)) {
				b.Fatal("2, 3 is a signature")
			}
		}
	}
	b.Fatalf("no floor for a %T", key)
	return nil
}

func goxmldsig(b *testing.B, raw []byte, cert *x509.Certificate) {
	if err := oracle(raw, cert); err != nil {
		b.Fatal(err)
	}
}

// withAttachment is an unsigned document of about size bytes, most of which is
// an attachment in base64, as those of the field are.
func withAttachment(size int) []byte {
	const attachment = "  <e:AttachmentEncoded><e:ContentId>att0</e:ContentId><e:AttachedEncoded>"
	raw := envelope("V/v triển khai kết nối, liên thông văn bản điện tử")
	raw = strings.Replace(raw, "<e:Subject>", addressees(3)+"<e:Subject>", 1)
	content := make([]byte, max(0, size-len(raw)-len(attachment)-4<<10)/4*3)
	random := rand.NewChaCha8([32]byte{})
	if _, err := random.Read(content); err != nil {
		panic("ChaCha8 never fails")
	}
	raw = strings.Replace(raw, "  </e:edXMLEnvelope>", attachment+base64.StdEncoding.EncodeToString(content)+
		"</e:AttachedEncoded></e:AttachmentEncoded>\n  </e:edXMLEnvelope>", 1)
	return []byte(raw)
}

// inLines breaks the attachment into lines of 76 characters that end in CR LF,
// as mail programs write base64.
func inLines(raw []byte) []byte {
	const tag = "<e:AttachedEncoded>"
	at := bytes.Index(raw, []byte(tag)) + len(tag)
	out := bytes.Clone(raw[:at])
	for line := range slices.Chunk(raw[at:bytes.IndexByte(raw[at:], '<')+at], 76) {
		out = append(append(out, line...), "\r\n"...)
	}
	return append(out, raw[at+bytes.IndexByte(raw[at:], '<'):]...)
}

package signing_test

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// BenchmarkVerify reports, beside the time, x_floor: the time over that of
// SHA-256 of the bytes and one RSA-2048 verification, less than which nothing
// can take; and x_goxmldsig: how many times as long goxmldsig takes. All are
// measured in the same run, by turns. The certificate is one that the anchors
// have judged before, as nearly every one is.
func BenchmarkVerify(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"10KB", 10 << 10}, {"100KB", 100 << 10}, {"1MB", 1 << 20}, {"10MB", 10 << 20}, {"50MB", 50 << 20}} {
		b.Run(size.name, func(b *testing.B) { benchmarkVerify(b, withAttachment(size.bytes)) })
	}
	b.Run("1MB lines", func(b *testing.B) { benchmarkVerify(b, inLines(withAttachment(1<<20))) })
}

func benchmarkVerify(b *testing.B, unsigned []byte) {
	ca := testca.New(b)
	leaf := ca.Leaf("Sở Mẫu")
	raw := leaf.Sign(unsigned)
	p := signing.Policy{At: at, Anchors: ca.Anchors()}
	verify := func() {
		if _, err := signing.Verify(b.Context(), raw, p); err != nil {
			b.Fatal(err)
		}
	}
	floor := floorOf(b, raw, leaf)
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		verify()
	}
	b.ReportMetric(ratio(verify, floor), "x_floor")
	b.ReportMetric(1/ratio(verify, func() { goxmldsig(b, raw, leaf) }), "x_goxmldsig")
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

func seconds(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}

// floorOf is what verification cannot do without.
func floorOf(b *testing.B, raw []byte, leaf *testca.Leaf) func() {
	digest := sha256.Sum256([]byte("x"))
	value, err := rsa.SignPKCS1v15(nil, leaf.Key, crypto.SHA256, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	public := &leaf.Key.PublicKey
	return func() {
		sha256.Sum256(raw)
		if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, digest[:], value); err != nil {
			b.Fatal(err)
		}
	}
}

func goxmldsig(b *testing.B, raw []byte, leaf *testca.Leaf) {
	if err := oracle(raw, leaf.Cert); err != nil {
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

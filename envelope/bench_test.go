package envelope_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/envelope"
)

// BenchmarkParse: the time goes with the addressees and the length of base64,
// the memory with the addressees only.
func BenchmarkParse(b *testing.B) {
	for _, c := range []struct {
		name        string
		addressees  int
		attachments int
	}{{"minimal", 1, 12}, {"300 addressees", 300, 12}, {"10MB", 1, 10 << 20}} {
		b.Run(c.name, func(b *testing.B) {
			raw := strings.Replace(string(addressees(b, c.addressees)), "JVBERi0xLjQK", strings.Repeat("QUJD", c.attachments/4), 1)
			v := verified(b, []byte(raw))
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := envelope.Parse(v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	for _, size := range []int{10 << 10, 1 << 20} {
		b.Run(fmt.Sprint(size>>10, "KB"), func(b *testing.B) {
			e := document()
			e.Attachments[0] = envelope.NewAttachment("816.pdf", make([]byte, size))
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := envelope.Build(e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

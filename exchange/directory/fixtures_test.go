package directory_test

import (
	"crypto/x509"
	"net/netip"
	"testing"

	"github.com/lienthong/lienthong/internal/testca"
)

// anywhere is an allow-list that an operator might write.
func anywhere() []netip.Prefix { return nets("10.0.0.0/8", "2001:db8::/32") }

func nets(texts ...string) (all []netip.Prefix) {
	for _, text := range texts {
		all = append(all, netip.MustParsePrefix(text))
	}
	return all
}

// leaf is a certificate (DER) that may be enrolled; each change makes it another.
func leaf(t testing.TB, change ...func(*x509.Certificate)) []byte {
	t.Helper()
	return testca.New(t).Leaf("UBND xã thử nghiệm", change...).Cert.Raw
}

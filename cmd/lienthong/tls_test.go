package main

import (
	"crypto/x509"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
)

// A renewed certificate is taken up without a restart; one that cannot be used leaves the one before.
func TestRenewedCertificate(t *testing.T) {
	ca := testca.New(t)
	first, second := ca.Leaf("truc.example"), ca.Leaf("truc.example")
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "tls.pem"), filepath.Join(dir, "tls.key")
	written := time.Unix(1_800_000_000, 0)
	put := func(certPEM, keyPEM []byte) {
		t.Helper()
		written = written.Add(time.Second) // files made in one tick of the disk's clock differ here
		for name, text := range map[string][]byte{cert: certPEM, key: keyPEM} {
			if err := os.WriteFile(name, text, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(name, written, written); err != nil {
				t.Fatal(err)
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		p := &keyPair{cert: cert, key: key, log: slog.New(slog.DiscardHandler)}
		shown := func(want *testca.Leaf, when string) {
			t.Helper()
			got, err := p.get(nil)
			if err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			if leaf, err := x509.ParseCertificate(got.Certificate[0]); err != nil || !leaf.Equal(want.Cert) {
				t.Errorf("%s: another certificate is shown (%v)", when, err)
			}
		}
		if _, err := p.get(nil); err == nil {
			t.Error("without files there is a certificate")
		}
		put(first.CertPEM(), first.KeyPEM())
		time.Sleep(look)
		shown(first, "at first")
		put(second.CertPEM(), first.KeyPEM())
		time.Sleep(look)
		shown(first, "between the writing of the two files")
		put(second.CertPEM(), second.KeyPEM())
		shown(first, "before it is time to look again")
		time.Sleep(look)
		shown(second, "after the renewal")
	})
}

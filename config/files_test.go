package config_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lienthong/lienthong/config"
)

// site is a directory with every file that a configuration names, and that configuration.
func site(t *testing.T) config.Config {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	c := config.Config{Data: ".", Anchors: "anchors.pem"}
	c.HTTP.TLSCert, c.HTTP.TLSKey = "chain.pem", "tls.key"
	c = c.Resolve(dir)
	if err := os.Mkdir(filepath.Join(dir, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	cert, key := keyPair(t)
	for path, content := range map[string][]byte{
		c.Anchors: cert, c.HTTP.TLSCert: cert, c.HTTP.TLSKey: key, c.Hub.LogKey: {'k'}, c.Hub.TokenKey: {'k'},
	} {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func keyPair(t *testing.T) (cert, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, k.Public(), k)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

func TestCheckFiles(t *testing.T) {
	remove := func(path string) error { return os.Remove(path) }
	open := func(path string) error { return os.Chmod(path, 0o640) }
	tests := []struct {
		name string
		harm func(c *config.Config) error
		want string // "" for no mistake; else the one line's parts
	}{
		{"all there", func(*config.Config) error { return nil }, ""},
		{"no data directory", func(c *config.Config) error { c.Data += "/none"; return nil }, "data | no such file"},
		{"open data directory", func(c *config.Config) error { return os.Chmod(c.Data, 0o750) }, "data | chmod 700"},
		{"data is a file", func(c *config.Config) error { c.Data = c.Anchors; return nil }, "data | is not a directory"},
		{"no anchors", func(c *config.Config) error { return remove(c.Anchors) }, "anchors | no such file"},
		{"anchors is a directory", func(c *config.Config) error { c.Anchors = c.Data; return nil }, "anchors | is not a file"},
		{"anchors may be open", func(c *config.Config) error { return open(c.Anchors) }, ""},
		{"no log key", func(c *config.Config) error { return remove(c.Hub.LogKey) }, "hub.log_key | no such file"},
		{"open log key", func(c *config.Config) error { return open(c.Hub.LogKey) }, "hub.log_key | chmod 600"},
		{"open token key", func(c *config.Config) error { return open(c.Hub.TokenKey) }, "hub.token_key | chmod 600"},
		{"open TLS key", func(c *config.Config) error { return open(c.HTTP.TLSKey) }, "http.tls_key | chmod 600"},
		{"no TLS", func(c *config.Config) error { c.HTTP = config.HTTP{}; return nil }, ""},
		{"TLS key of another certificate", func(c *config.Config) error {
			_, other := keyPair(t)
			return os.WriteFile(c.HTTP.TLSKey, other, 0o600)
		}, "http.tls_cert | does not match"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if runtime.GOOS == "windows" && strings.Contains(tt.want, "chmod") {
				return // rights are not in the mode there
			}
			c := site(t)
			if err := tt.harm(&c); err != nil {
				t.Fatal(err)
			}
			err := c.CheckFiles()
			if tt.want == "" {
				if err != nil {
					t.Errorf("CheckFiles = %v, want nil", err)
				}
				return
			}
			path, text, _ := strings.Cut(tt.want, " | ")
			ms, ok := err.(config.Mistakes)
			if !ok || len(ms) != 1 || ms[0].Path != path || !strings.Contains(ms[0].Text, text) {
				t.Errorf("CheckFiles = %v, want one mistake, %s: … %s …", err, path, text)
			}
		})
	}
}

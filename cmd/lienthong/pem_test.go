package main

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
)

// TestSignKeys: the files that openssl and others write, RSA and elliptic, sign documents that verify.
func TestSignKeys(t *testing.T) {
	ca := testca.New(t)
	leaf := ca.Leaf("Sở Mẫu")
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte, err error) []byte {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	pkcs8 := func(key any) []byte {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		return block("PRIVATE KEY", der, err)
	}
	sec1, err := x509.MarshalECPrivateKey(key)
	agreement, err2 := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	parameters := block("EC PARAMETERS", []byte{6, 5, 43, 129, 4, 0, 34}, nil)
	for _, c := range []struct {
		name   string
		text   []byte
		public crypto.PublicKey
		want   string // the algorithm, "" for a refusal
	}{
		{"RSA in PKCS #8", pkcs8(leaf.Key), leaf.Key.Public(), "rsa-sha256"},
		{"RSA in PKCS #1", block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(leaf.Key), nil), leaf.Key.Public(), "rsa-sha256"},
		{"elliptic in PKCS #8", pkcs8(key), key.Public(), "ecdsa-sha384"},
		{"elliptic in SEC 1", block("EC PRIVATE KEY", sec1, nil), key.Public(), "ecdsa-sha384"},
		{"elliptic after its parameters", append(parameters, block("EC PRIVATE KEY", sec1, nil)...), key.Public(), "ecdsa-sha384"},
		{"parameters alone", parameters, key.Public(), ""},
		{"a key that cannot sign", pkcs8(agreement), key.Public(), ""},
		{"another's certificate", pkcs8(key), leaf.Key.Public(), ""},
		{"no PEM", []byte("x"), key.Public(), ""},
	} {
		dir := t.TempDir()
		keyFile, certFile := filepath.Join(dir, "key.pem"), filepath.Join(dir, "cert.pem")
		if err := os.WriteFile(keyFile, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(certFile, block("CERTIFICATE", ca.Issue("Sở Mẫu", c.public).Raw, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := signedWith(t, keyFile, certFile, ca)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

// signedWith signs a document by two files and returns the algorithm of the signature.
func signedWith(t *testing.T, keyFile, certFile string, ca *testca.CA) (algorithm string, err error) {
	sign, err := new(app).signerOf(keyFile, certFile)
	if err != nil {
		return "", err
	}
	signed, err := sign([]byte(`<edXML xmlns="urn:e"><edXMLHeader>x</edXMLHeader></edXML>`))
	if err != nil {
		return "", err
	}
	v, err := signing.Verify(t.Context(), signed, signing.Policy{At: time.Now(), Anchors: ca.Anchors()})
	if err != nil {
		return "", err
	}
	return v.Algorithm(), nil
}

package demo

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// An authority is the certificate authority of one run: made at start, forgotten at the end.
type authority struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

// keyBits is the smallest key that the verifier takes.
const keyBits = 2048

// life is how long the certificates of a run hold.
const life = 30 * 24 * time.Hour

func newAuthority(now time.Time) (*authority, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	t := template(1, "CA trinh dien Lien Thong (TEST ONLY)", now)
	t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	cert, err := certificate(t, t, key.Public(), key)
	return &authority{key: key, cert: cert}, err
}

func (a *authority) anchors() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// A seal is what an agency signs with.
type seal struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

// seals makes a key and a certificate for each place, on all processors: it is the longest part of the start.
func (a *authority) seals(ctx context.Context, places []place, now time.Time, made func(n int)) ([]seal, error) {
	out := make([]seal, len(places))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range places {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			s, err := a.seal(int64(i+2), p, now)
			out[i] = s
			made(1)
			return err
		})
	}
	return out, g.Wait()
}

func (a *authority) seal(serial int64, p place, now time.Time) (seal, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return seal{}, err
	}
	t := template(serial, p.name, now)
	t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	cert, err := certificate(t, a.cert, key.Public(), a.key)
	return seal{key: key, cert: cert}, err
}

func template(serial int64, name string, now time.Time) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name, Country: []string{"VN"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(life),
	}
}

func certificate(t, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("demo: certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

// Package authority is a certificate authority that lives as long as one run of demo or bench: its keys are made at
// start and forgotten at the end. Nothing else may trust it.
package authority

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

// An Authority issues certificates in the name of one run.
type Authority struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
	made time.Time
}

// keyBits is the smallest key that the verifier takes.
const keyBits = 2048

// life is how long the certificates of a run hold: over the longest past that the demo lives through, and a month.
const life = 120 * 24 * time.Hour

// New makes an authority whose certificates are valid from an hour before now.
func New(name string, now time.Time) (*Authority, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	t := template(1, name+" (TEST ONLY)", now)
	t.IsCA, t.BasicConstraintsValid, t.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	cert, err := certificate(t, t, key.Public(), key)
	return &Authority{key: key, cert: cert, made: now}, err
}

// Anchors is the authority's certificate as a file of trust anchors.
func (a *Authority) Anchors() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// A Seal is what an agency signs with.
type Seal struct {
	Key  *rsa.PrivateKey
	Cert *x509.Certificate
}

// Seals makes a key and a certificate for each name, on all processors: about a tenth of a second each.
func (a *Authority) Seals(ctx context.Context, names []string) ([]Seal, error) {
	out := make([]Seal, len(names))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			s, err := a.seal(int64(i+2), name)
			out[i] = s
			return err
		})
	}
	return out, g.Wait()
}

func (a *Authority) seal(serial int64, name string) (Seal, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return Seal{}, err
	}
	t := template(serial, name, a.made)
	t.KeyUsage = x509.KeyUsageDigitalSignature | x509.KeyUsageContentCommitment
	cert, err := certificate(t, a.cert, key.Public(), a.key)
	return Seal{Key: key, Cert: cert}, err
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
		return nil, fmt.Errorf("authority: certificate: %w", err)
	}
	return x509.ParseCertificate(der)
}

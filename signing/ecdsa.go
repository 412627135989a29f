package signing

import (
	"crypto"
	"crypto/ecdsa"
	"encoding/asn1"
	"errors"
	"io"
	"math/big"
)

// XML signatures hold an ECDSA signature as r||s, both halves as long as the
// curve's order (XML-DSig 1.1 section 6.4.3). Keys give it in ASN.1.

// verifyRaw tells whether value is a signature of digest. One signature has one
// form: the length is exact.
func verifyRaw(key *ecdsa.PublicKey, digest, value []byte) bool {
	size := halfBytes(key)
	if len(value) != 2*size {
		return false
	}
	r, s := new(big.Int).SetBytes(value[:size]), new(big.Int).SetBytes(value[size:])
	return ecdsa.Verify(key, digest, r, s)
}

func halfBytes(key *ecdsa.PublicKey) int { return (key.Curve.Params().BitSize + 7) / 8 }

// A rawSigner gives the signatures of an elliptic key as r||s.
type rawSigner struct{ crypto.Signer }

func (r rawSigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	der, err := r.Signer.Sign(rand, digest, opts)
	if err != nil {
		return nil, err
	}
	var v struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(der, &v)
	size := halfBytes(r.Public().(*ecdsa.PublicKey))
	if err != nil || len(rest) > 0 || !fits(v.R, size) || !fits(v.S, size) {
		return nil, errors.New("the key gives no ECDSA signature in ASN.1")
	}
	value := make([]byte, 2*size)
	v.R.FillBytes(value[:size])
	v.S.FillBytes(value[size:])
	return value, nil
}

func fits(n *big.Int, size int) bool { return n.Sign() > 0 && n.BitLen() <= 8*size }

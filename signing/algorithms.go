package signing

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	_ "crypto/sha1" // legacy documents, by policy only
	_ "crypto/sha256"
	_ "crypto/sha512"
	"fmt"
)

const (
	envelopedURI = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
	exclusiveURI = "http://www.w3.org/2001/10/xml-exc-c14n#"
)

// canonicalFormOf finds a canonicalisation by its URI. The last one is a
// mistake of the published samples, which no standard defines.
func canonicalFormOf(uri string) (f canonicalForm, ok bool) {
	switch uri {
	case "http://www.w3.org/TR/2001/REC-xml-c14n-20010315":
	case "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments":
		f.comments = true
	case "http://www.w3.org/2006/12/xml-c14n11":
		f.version11 = true
	case "http://www.w3.org/2006/12/xml-c14n11#WithComments":
		f.version11, f.comments = true, true
	case exclusiveURI:
		f.exclusive = true
	case exclusiveURI + "WithComments":
		f.exclusive, f.comments = true, true
	case "http://www.w3.org/TR/xml-exc-c14n#":
		f.exclusive, f.misspelt = true, true
	default:
		return f, false
	}
	return f, true
}

func digestOf(uri string) (crypto.Hash, bool) {
	switch uri {
	case "http://www.w3.org/2000/09/xmldsig#sha1":
		return crypto.SHA1, true
	case "http://www.w3.org/2001/04/xmlenc#sha256":
		return crypto.SHA256, true
	case "http://www.w3.org/2001/04/xmldsig-more#sha384":
		return crypto.SHA384, true
	case "http://www.w3.org/2001/04/xmlenc#sha512":
		return crypto.SHA512, true
	}
	return 0, false
}

type scheme uint8

const (
	pkcs1 scheme = iota
	pss
	ecdsaRaw
)

// An algorithm is a signature method.
type algorithm struct {
	name   string
	scheme scheme
	hash   crypto.Hash
}

func algorithmOf(uri string) (algorithm, bool) {
	switch uri {
	case "http://www.w3.org/2000/09/xmldsig#rsa-sha1":
		return algorithm{"rsa-sha1", pkcs1, crypto.SHA1}, true
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256":
		return algorithm{"rsa-sha256", pkcs1, crypto.SHA256}, true
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384":
		return algorithm{"rsa-sha384", pkcs1, crypto.SHA384}, true
	case "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512":
		return algorithm{"rsa-sha512", pkcs1, crypto.SHA512}, true
	case "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1":
		return algorithm{"rsa-pss-sha256", pss, crypto.SHA256}, true
	case "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1":
		return algorithm{"rsa-pss-sha384", pss, crypto.SHA384}, true
	case "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1":
		return algorithm{"rsa-pss-sha512", pss, crypto.SHA512}, true
	case "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256":
		return algorithm{"ecdsa-sha256", ecdsaRaw, crypto.SHA256}, true
	case "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384":
		return algorithm{"ecdsa-sha384", ecdsaRaw, crypto.SHA384}, true
	case "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512":
		return algorithm{"ecdsa-sha512", ecdsaRaw, crypto.SHA512}, true
	}
	return algorithm{}, false
}

// RSA keys outside these bounds are refused: below, they can be broken; above,
// one signature costs too much to check.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// checkKey refuses keys that are too weak, or not for this algorithm.
func (a algorithm) checkKey(key crypto.PublicKey) *Error {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if n := k.N.BitLen(); n < minRSABits || n > maxRSABits {
			return &Error{Why: WhyKeySize, Detail: fmt.Sprintf("an RSA key of %d bits", n)}
		}
		if a.scheme != ecdsaRaw {
			return nil
		}
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
		default:
			return &Error{Why: WhyKeySize, Detail: "an elliptic curve other than P-256, P-384 and P-521"}
		}
		if a.scheme == ecdsaRaw {
			return nil
		}
	}
	return &Error{Why: WhyAlgorithm, Detail: "the signature method does not fit the certificate's key"}
}

// verify tells whether value signs digest. The key has passed checkKey.
func (a algorithm) verify(key crypto.PublicKey, digest, value []byte) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		if a.scheme == pss {
			options := &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}
			return rsa.VerifyPSS(k, a.hash, digest, value, options) == nil
		}
		return rsa.VerifyPKCS1v15(k, a.hash, digest, value) == nil
	case *ecdsa.PublicKey:
		return verifyRaw(k, digest, value)
	}
	return false
}

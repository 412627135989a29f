package signing

import (
	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

// maxParts bounds the parts of all certificates of a signature together, those of
// an OCSP response with the certificates in it, and those of a CRL without its
// entries. Anybody may send them, and crypto/x509 makes a hundred times their
// bytes of those that are full of extensions, names and addresses without
// content, before anything is known of them. Authorities' own certificates have
// some 130 parts each.
const maxParts = 1500

// addressParts is what an address counts, of which crypto/x509 makes most.
const addressParts = 4

// parts counts the elements of DER and the bytes of object identifiers, and what
// extensions hold with the rest; it stops soon after limit. What it cannot read,
// crypto/x509 reads no further either.
func parts(b cryptobyte.String, limit int) (n int) {
	for n <= limit && !b.Empty() {
		var tag der.Tag
		var content cryptobyte.String
		if !b.ReadAnyASN1(&content, &tag) {
			return n
		}
		n++
		switch {
		case tag == der.OBJECT_IDENTIFIER:
			n += len(content)
		case tag == der.Tag(6).ContextSpecific(): // uniformResourceIdentifier of GeneralName
			n += addressParts - 1
		case tag == der.OCTET_STRING, tag == tag.Constructed():
			n += parts(content, limit-n)
		}
	}
	return n
}

// Package signing answers one question about the bytes of a document: who
// signed exactly these bytes, and does that signature hold as of a given time?
//
// It reads XML strictly, canonicalises, verifies XML signatures of one closed
// profile, judges the signer's certificate against trust anchors, and signs.
//
// # How it works
//
// [Read] scans the buffer once and makes a table of tokens: offsets into the
// buffer, no copies. The canonicaliser streams that table into the hash, and
// whatever is read from the document later ([Element]) comes from that table.
// No second parser exists that could see something else than what was hashed.
//
// [Verify] takes the steps in the order of their price. The table is made; the
// one signature is found at a known place and its grammar is checked to the
// last attribute; the certificate is judged; SignedInfo is verified; only then
// is the document hashed. A stranger costs one scan.
//
// # What it accepts
//
//   - XML 1.0 with namespaces in UTF-8, no DTD, no processing instructions,
//     nothing but white space and comments outside the root, within [Limits].
//   - Exactly one ds:Signature: first or last child of the root, child of
//     edXMLHeader, or inside DigitalSignature.
//   - One enveloped reference to the whole document: URI="" or the root's id.
//     Beside it at most one to the signed XAdES properties (1.3.2) of this very
//     signature: time, certificate, and claims of the signer.
//   - C14N 1.0, C14N 1.1, exclusive C14N with PrefixList; each with and without
//     comments. Of C14N 1.1 what libxml2 and the standard make different is
//     refused: an empty xml:base, and the joining of several that are more than
//     plain paths.
//   - RSA PKCS#1 v1.5 and PSS from 2048 bits, ECDSA P-256, P-384 and P-521 as
//     raw r||s; SHA-256, SHA-384, SHA-512. SHA-1 only until a date the policy
//     names, and then the outcome is [GoodWeak].
//
// Nobody can verify what others say of a signature, or what a signer would have
// to prove: unsigned properties, time stamps, policies by name and certified
// roles are refused by the reason [WhyProperties]. Names, serial numbers, places
// and roles that a signer merely claims are let pass, and nothing relies on them.
//
// Everything else is refused with an [*Error] that names the rule, the line and
// the element. A Signature element of the document's own namespace is never
// verified by guessing: it is either an empty placeholder or a refusal.
//
// # Where things are
//
//	bytes to tokens        reader*.go, scan.go, chars.go, table.go, words.go, limits.go
//	what a reader sees     element.go, values.go
//	tokens to a hash       canonical.go, inherit.go, xmlbase.go, sink.go
//	where it may stand     place.go, id.go
//	ds:Signature           signature.go, reference.go, keyinfo.go, grammar.go
//	signed properties      xades.go, xades_claims.go, xades_cert.go
//	keys, certificates     algorithms.go, ecdsa.go, certificate.go, anchors.go
//	the order of it all    verify.go
//	signing                sign.go, sign_place.go
//
// # What it does not do
//
// It does not know agencies: that a certificate may speak for a sender is the
// hub's rule. It does not interpret the document, never decodes attachments,
// fetches nothing, asks no revocation service, and does not read more than one
// signature. It signs no XAdES properties and no RSA-PSS.
package signing

// Package revocation asks authorities whether signers' certificates were revoked, and keeps in memory and on disk what
// they said: CRLs and OCSP responses, as they were signed.
//
// It answers the hub from memory and never makes a submission wait: asking is the work of [Keeper.Run], ahead of time.
// It is no part of the calendar of package maintenance, because every statement says itself when the next is due, and a
// certificate that was just enrolled is asked about at once. What a statement proves is decided in package signing, what
// follows from it for a document in package exchange.
//
// # Directory
//
//	ocsp-….pem   the certificate, its issuer and the response
//	crl-….pem    the issuer and its list
//	chain-….pem  a chain that documents brought and the trust anchors do not hold
//
// A file is written when its bytes change, whole or not at all, and is worth as much as what it can prove: everything is
// checked again when it is read. The directory may be deleted while the hub is down.
package revocation

package signing

import (
	"fmt"
	"strings"
)

// An Error is a refusal: every error that this package returns for what a
// document contains is one. Why is a stable word for machines; Detail is for
// the reader of a log and may quote names of elements and algorithms, never
// text of the document.
type Error struct {
	Why    string // see the constants beginning with Why
	Line   int    // 1-based line of the place, 0 if the document as a whole is meant
	Path   string // XPath of the element, "" if there is none
	Limit  int    // what may not be exceeded, for WhyLimit; 0 for all others
	Detail string
	Err    error // the cause, if another package gave one
}

// The reasons of an [Error]. They are part of the interface: programs and
// explanations for people are keyed by them, so none is renamed.
const (
	WhySyntax             = "syntax"              // not well-formed XML 1.0 with namespaces
	WhyEncoding           = "encoding"            // not UTF-8, or declared as something else
	WhyDTD                = "dtd"                 // a document type declaration
	WhyPI                 = "pi"                  // a processing instruction
	WhyLimit              = "limit"               // more of something than Limits allows
	WhyOutsideRoot        = "outside-root"        // text or an element beside the root
	WhyMixedText          = "mixed-text"          // text broken by elements or comments where one value is read
	WhyUnsigned           = "unsigned"            // no signature, and the policy wants one
	WhyBareSignature      = "bare-signature"      // a filled Signature element that is not of XML-DSig
	WhyDuplicate          = "duplicate-signature" // more than one ds:Signature
	WhyPlacement          = "placement"           // a ds:Signature, or part of one, at an unknown place
	WhyGrammar            = "grammar"             // the signature does not have the one allowed form
	WhyReference          = "reference"           // other references than one to the whole document and one to signed properties
	WhyProperties         = "properties"          // XAdES properties that are not this signature's, or that nobody verifies
	WhyID                 = "id"                  // an id that is missing, foreign or not unique
	WhyTransform          = "transform"           // transforms other than enveloped [+ canonicalisation]
	WhyAlgorithm          = "algorithm"           // an algorithm that is not on the list
	WhySHA1               = "sha1"                // SHA-1 where the policy does not allow it
	WhyKeyInfo            = "keyinfo"             // no usable certificate in the signature
	WhyKeySize            = "key-size"            // a key that is too short or too long
	WhyKeyUsage           = "key-usage"           // a certificate that is not for signing documents
	WhyUntrusted          = "untrusted"           // no chain to an anchor and not pinned
	WhyExpired            = "expired"             // the certificate or its chain had expired
	WhyNotYetValid        = "not-yet-valid"       // the certificate was not valid yet
	WhySigningCertificate = "signing-certificate" // the signed properties name another certificate
	WhySigningTime        = "signing-time"        // the signing time is no moment, or lies in the future
	WhySignature          = "signature"           // the signature value does not belong to SignedInfo and key
	WhyDigest             = "digest"              // the document, or its signed properties, are not those that were signed
)

// Error says why, where and what, in one line.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("signing: ")
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	b.WriteString("bad:")
	b.WriteString(e.Why)
	if e.Detail != "" {
		b.WriteString(": ")
		b.WriteString(e.Detail)
	}
	if e.Path != "" {
		fmt.Fprintf(&b, " (%s)", e.Path)
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

package exchange

import (
	"errors"
	"strconv"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/signing"
)

// refusedSignature says in the hub's kinds why package signing refused. The reason itself stays visible as "why".
func refusedSignature(err error) error {
	e, ok := errors.AsType[*signing.Error](err)
	if !ok {
		return err
	}
	values := map[string]string{"why": e.Why}
	if e.Limit > 0 {
		values["limit"] = strconv.Itoa(e.Limit)
	}
	return &Error{Kind: signatureKind(e.Why), Detail: e.Detail, Path: e.Path, Line: e.Line, Err: err, Values: values}
}

func signatureKind(why string) Kind {
	switch why {
	case signing.WhySyntax, signing.WhyOutsideRoot, signing.WhyMixedText:
		return BadXML
	case signing.WhyEncoding:
		return BadEncoding
	case signing.WhyDTD:
		return DTDRefused
	case signing.WhyPI:
		return PIRefused
	case signing.WhyLimit:
		return XMLLimit
	case signing.WhyUnsigned:
		return Unsigned
	case signing.WhyBareSignature:
		return BareSignature
	case signing.WhyUntrusted:
		return UnknownCert
	case signing.WhyExpired, signing.WhyNotYetValid:
		return ExpiredCert
	}
	return BadSignature
}

// refusedEnvelope names the refusal by its gravest fault and carries them all.
func refusedEnvelope(err error) error {
	faults, ok := errors.AsType[envelope.Faults](err)
	if !ok || len(faults) == 0 {
		return err
	}
	kind, f := gravest(faults)
	return &Error{Kind: kind, Detail: f.EN, VI: f.VI, Path: f.Path, Line: f.Line, Faults: faults}
}

// kindsOfFaults are the faults that have a code of their own, gravest first.
var kindsOfFaults = [...]struct {
	fault string
	kind  Kind
}{
	{"secrecy-marking", SecrecyMarking},
	{"too-many-addressees", TooManyAddressees},
	{"duplicate-addressee", DuplicateAddressee},
	{"no-addressee", NoAddressee},
	{"missing-reason", BadReport},
	{"bad-attachment", BadAttachment},
}

func gravest(faults envelope.Faults) (Kind, envelope.Fault) {
	for _, k := range kindsOfFaults {
		for _, f := range faults {
			if f.Code == k.fault {
				return k.kind, f
			}
		}
	}
	return BadEnvelope, faults[0]
}

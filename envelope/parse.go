package envelope

import (
	"time"

	"github.com/lienthong/lienthong/signing"
)

// Namespace is that of every element of an edXML file.
const Namespace = "http://www.mic.gov.vn/TBT/QCVN_102_2016"

// Rules are what a hub may set for itself. The zero value of a field stands for
// its value in DefaultRules.
type Rules struct {
	// SecretNotations are the notations (CodeNotation) that mark a document as
	// a state secret, compared without regard to case.
	SecretNotations []string
	MaxAddressees   int
	MaxAttachments  int
}

// DefaultRules take 10,000 addressees and 1,000 attachments and know no
// notation of secret documents: which there are is each authority's own rule.
func DefaultRules() Rules { return Rules{MaxAddressees: 10_000, MaxAttachments: 1_000} }

func (u Rules) orDefault() Rules {
	d := DefaultRules()
	if u.MaxAddressees <= 0 {
		u.MaxAddressees = d.MaxAddressees
	}
	if u.MaxAttachments <= 0 {
		u.MaxAttachments = d.MaxAttachments
	}
	return u
}

// Parse reads a verified file by DefaultRules; see Rules.Parse.
func Parse(v *signing.Verified) (*Envelope, error) { return DefaultRules().Parse(v) }

// Parse reads a verified file. It either gives an envelope that obeys every
// rule, with what was tolerated in Warnings, or an error that is Faults and
// lists up to 20 of them. Dates are judged as of v.At.
//
// The attachments are checked to be base64 but neither decoded nor copied: the
// envelope holds parts of v.Raw.
func (u Rules) Parse(v *signing.Verified) (*Envelope, error) {
	p := &parser{
		reader: reader{space: Namespace},
		rules:  u.orDefault(),
		raw:    v.Raw(),
		at:     v.At(),
		e:      new(Envelope),
		known:  make(map[AgencyID]bool),
	}
	p.file(v.Root())
	if err := p.faults.err(); err != nil {
		return nil, err
	}
	p.e.Warnings = p.warnings
	return p.e, nil
}

// parser reads one file into e. What is only needed to judge it stands beside.
type parser struct {
	reader
	rules Rules
	raw   []byte
	at    time.Time
	e     *Envelope

	envelope, header, message signing.Element // edXMLEnvelope, edXMLHeader, MessageHeader

	status      Status
	coded       bool              // there is a StatusCode, maybe an empty one
	known       map[AgencyID]bool // the addressees so far
	addressees  int               // all that the file has, also those beyond the limit
	attachments int               // likewise
	unmatched   bool              // one of them or of the manifest's lines has no id or no content
}

const (
	soapSpace = "http://schemas.xmlsoap.org/soap/envelope/"
	oldSpace  = "http://www.e-doc.vn/Schema/"
)

func (p *parser) file(root signing.Element) {
	name := spelling(root.Local())
	switch {
	case root.Space() == soapSpace, root.Space() == oldSpace:
		p.fault(root, "old-form")
	case name != "edXML" && name != "edXMLEnvelope":
		p.fault(root, "unknown-root", "value", root.Local())
	case root.Space() != Namespace:
		p.fault(root, "unknown-namespace", "value", root.Space())
	case name == "edXML":
		p.children(root,
			within("edXMLEnvelope", func(el signing.Element) { p.readEnvelope(el) }),
			within("AttachmentEncoded", p.readAttachments),
		)
		p.judge(root)
	default: // then the attachments have no other place than within
		p.readEnvelope(root, within("AttachmentEncoded", p.readAttachments))
		p.judge(root)
	}
}

func (p *parser) readEnvelope(el signing.Element, more ...field) {
	p.envelope = el
	p.children(el, append(more, within("edXMLHeader", p.readHeader), within("edXMLBody", p.readBody))...)
}

func (p *parser) readHeader(el signing.Element) {
	p.header = el
	p.children(el,
		within("MessageHeader", p.readMessage),
		within("TraceHeaderList", p.readTrace),
		within("ErrorList", func(el signing.Element) {
			p.children(el, p.each("Error", p.readError))
		}),
	)
}

func (p *parser) readError(el signing.Element) {
	var x ErrorItem
	p.children(el, p.text("Code", &x.Code, 100), p.text("Description", &x.Description, 500))
	if x != (ErrorItem{}) {
		p.e.Errors = append(p.e.Errors, x)
	}
}

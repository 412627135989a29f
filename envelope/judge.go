package envelope

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"github.com/lienthong/lienthong/signing"
)

// judge holds what was read against the rules that concern more than one
// element, or the absence of one.
func (p *parser) judge(root signing.Element) {
	switch {
	case p.envelope.IsZero():
		p.missing(root, "edXMLEnvelope")
	case p.message.IsZero():
		p.missing(p.envelope, "edXMLHeader", "MessageHeader")
	case p.isStatus():
		p.judgeStatus()
	default:
		p.judgeDocument(root)
	}
}

// isStatus: a file with a status code is a status message. One without, or with
// an empty one, is if it answers something and says nothing of its own, so that
// what is missing is the code and not a whole document.
func (p *parser) isStatus() bool {
	e := p.e
	return p.status.Code != "" ||
		p.addressees == 0 && e.Code == (Code{}) && e.Subject == "" && (p.coded || len(e.ResponseFor) > 0)
}

func (p *parser) judgeStatus() {
	e, s := p.e, &p.status
	if p.mixed() {
		return
	}
	p.need(e.From.OrganID != "", "From", "OrganId")
	p.need(s.Code != "" || len(e.Errors) > 0, "StatusCode")
	p.need(len(e.ResponseFor) > 0 && e.ResponseFor[0].OrganID != "", "ResponseFor", "OrganId")
	if len(e.ResponseFor) > 0 {
		s.ResponseFor = e.ResponseFor[0]
		p.need(s.ResponseFor.Code != "" || s.ResponseFor.DocumentID != "", "ResponseFor", "DocumentId")
	}
	if len(e.ResponseFor) > 1 {
		p.faultAt(p.message, []string{"ResponseFor"}, "repeated-element", "value", "ResponseFor")
	}
	if s.Code.NeedsReason() && Blank(s.Description) {
		p.faultAt(p.message, []string{"Description"}, "missing-reason", "value", string(s.Code))
	}
	status := *s
	*e = Envelope{From: e.From, Errors: e.Errors, Status: &status}
}

// mixed: who routes by the code and who routes by the addressees would take
// such a file for different things.
func (p *parser) mixed() bool {
	e := p.e
	for _, part := range []struct {
		name  string
		there bool
	}{
		{"To", p.addressees > 0},
		{"Code", e.Code != Code{}},
		{"Subject", e.Subject != ""},
		{"Bussiness", e.Business != nil},
		{"Attachment", p.attachments > 0},
	} {
		if part.there {
			p.fault(p.message, "mixed-message", "value", part.name)
			return true
		}
	}
	return false
}

func (p *parser) judgeDocument(root signing.Element) {
	e := p.e
	p.need(e.From.OrganID != "", "From", "OrganId")
	p.judgeAddressees()
	p.need(e.Code.Number != "", "Code", "CodeNumber")
	p.need(e.Code.Notation != "", "Code", "CodeNotation")
	p.need(!e.Promulgation.Date.IsZero(), "PromulgationInfo", "PromulgationDate")
	p.judgeFuture()
	p.need(e.Type.Type != "" || e.Type.Name != "", "DocumentType", "TypeName")
	p.need(e.Subject != "", "Subject")
	p.judgeSecrecy()
	if len(e.Trace) == 0 {
		p.warnAt(p.header, []string{"TraceHeaderList", "TraceHeader"}, "no-trace")
	}
	p.judgeAttachments(root)
}

func (p *parser) judgeAddressees() {
	switch most := p.rules.MaxAddressees; {
	case p.addressees == 0:
		p.faultAt(p.message, []string{"To"}, "no-addressee")
	case p.addressees > most:
		p.faultAt(p.message, []string{"To"}, "too-many-addressees",
			"value", strconv.Itoa(p.addressees), "limit", strconv.Itoa(most))
	}
}

// judgeFuture allows a day, for clocks that are wrong and documents that are
// sent on the eve.
func (p *parser) judgeFuture() {
	d := p.e.Promulgation.Date
	if d.Time().After(p.at.Add(24 * time.Hour)) {
		p.faultAt(p.message, []string{"PromulgationInfo", "PromulgationDate"}, "future-date", "value", d.String())
	}
}

// readSecret is of a form older than the standard, which has no place for
// secret documents at all.
func (p *parser) readSecret(el signing.Element) {
	switch s := p.value(el); fold(s) {
	case "", "0", "false", "null", "thường", "không":
	default:
		p.fault(el, "secrecy-marking", "value", "Secret="+s)
	}
}

func (p *parser) judgeSecrecy() {
	notation := fold(p.e.Code.Notation)
	for _, secret := range p.rules.SecretNotations {
		if notation != "" && notation == fold(secret) {
			p.faultAt(p.message, []string{"Code", "CodeNotation"}, "secrecy-marking", "value", p.e.Code.Notation)
			break
		}
	}
	// "mật" alone is in too many harmless words: bảo mật, mật khẩu, bí mật.
	subject := fold(p.e.Subject)
	for _, word := range []string{"tuyệt mật", "tối mật", "độ mật", "(mật)", "[mật]"} {
		if strings.Contains(subject, word) {
			p.warnAt(p.message, []string{"Subject"}, "secrecy-word", "value", word)
			break
		}
	}
}

// fold makes ways of typing the same Vietnamese word equal.
func fold(s string) string { return strings.ToLower(norm.NFC.String(strings.TrimSpace(s))) }

// judgeAttachments holds the manifest against what is there. A file without a
// manifest is unambiguous; one that contradicts it is not.
func (p *parser) judgeAttachments(root signing.Element) {
	e := p.e
	switch {
	case p.attachments == 0 && len(e.Manifest) == 0:
		p.warnAt(root, []string{"AttachmentEncoded"}, "no-attachment")
		return
	case p.unmatched, p.attachments > p.rules.MaxAttachments:
		return // refused, and what was read is not the whole
	}
	there := make(map[string]bool, len(e.Attachments))
	for i := range e.Attachments {
		there[bareID(e.Attachments[i].ContentID)] = true
	}
	if len(there) < len(e.Attachments) {
		p.faultAt(root, []string{"AttachmentEncoded"}, "duplicate-attachment", "value", repeated(e.Attachments))
	}
	if len(e.Manifest) == 0 {
		p.warnAt(p.envelope, []string{"edXMLBody", "edXMLManifest"}, "no-manifest")
		return
	}
	p.match(root, there)
}

func repeated(attachments []Attachment) string {
	seen := make(map[string]bool, len(attachments))
	for i := range attachments {
		id := bareID(attachments[i].ContentID)
		if seen[id] {
			return id
		}
		seen[id] = true
	}
	return ""
}

// match names the first id that one side lacks.
func (p *parser) match(root signing.Element, there map[string]bool) {
	listed := make(map[string]bool, len(p.e.Manifest))
	for _, ref := range p.e.Manifest {
		id := bareID(ref.ContentID)
		if listed[id] || !there[id] {
			p.faultAt(p.envelope, []string{"edXMLBody", "edXMLManifest"}, "manifest-mismatch", "value", id)
			return
		}
		listed[id] = true
	}
	for i := range p.e.Attachments {
		if id := bareID(p.e.Attachments[i].ContentID); !listed[id] {
			p.faultAt(root, []string{"AttachmentEncoded"}, "manifest-mismatch", "value", id)
			return
		}
	}
}

func bareID(id string) string {
	if len(id) >= len(cidPrefix) && strings.EqualFold(id[:len(cidPrefix)], cidPrefix) {
		return id[len(cidPrefix):]
	}
	return id
}

package envelope

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/beevik/etree"

	"github.com/lienthong/lienthong/signing"
)

// Build writes the file of a document or a status message, unsigned, in the one
// shape that every known receiver reads: LF, two spaces, the envelope's
// elements with the prefix edXML and the attachments' without. Empty values are
// left out.
//
// The manifest is written from the attachments; Manifest and Warnings are not
// looked at. A document without Trace gets the sender's, as of now.
//
// Everything that Parse would refuse as of now is refused: the error is Faults,
// with the places in the file that would have been. So Parse takes whatever
// Build returns.
func Build(e *Envelope) ([]byte, error) {
	now := time.Now()
	raw, err := write(e, now)
	if err != nil {
		return nil, err
	}
	v, err := signing.Verify(context.Background(), raw, signing.Policy{At: now, Unsigned: true})
	if err != nil {
		return nil, fmt.Errorf("envelope: build: %w", err)
	}
	if _, err := Parse(v); err != nil {
		return nil, err
	}
	return raw, nil
}

// prefix is not a matter of taste: some receivers match by it.
const prefix = "edXML:"

func write(e *Envelope, now time.Time) ([]byte, error) {
	doc := etree.NewDocument()
	doc.WriteSettings.CanonicalText = true // writes CR as a reference, so that it survives
	doc.CreateProcInst("xml", `version="1.0" encoding="UTF-8"`)
	root := doc.CreateElement("edXML")
	root.CreateAttr("xmlns", Namespace)
	w := &writer{}
	envelope := root.CreateElement(prefix + "edXMLEnvelope")
	envelope.CreateAttr("xmlns:edXML", Namespace)
	if e.Status != nil {
		w.status(envelope, e)
	} else {
		w.document(root, envelope, e, now)
	}
	if err := w.faults.err(); err != nil {
		return nil, err
	}
	doc.Indent(2)
	return doc.WriteToBytes()
}

func (w *writer) status(envelope *etree.Element, e *Envelope) {
	s := e.Status
	header := in(envelope, "edXMLHeader")
	m := in(header, "MessageHeader")
	w.party(m, "From", e.From)
	w.responseFor(m, s.ResponseFor)
	w.staff(m, s.Staff, false)
	if s.Code == "" {
		in(m, "StatusCode") // a notice has none, and says so
	}
	w.put(m, "StatusCode", string(s.Code))
	w.put(m, "Description", s.Description)
	w.put(m, "Timestamp", formatTime(s.At))
	w.errors(header, e.Errors)
}

func (w *writer) document(root, envelope *etree.Element, e *Envelope, now time.Time) {
	header := in(envelope, "edXMLHeader")
	w.message(in(header, "MessageHeader"), e)
	w.trace(in(header, "TraceHeaderList"), e, now)
	w.errors(header, e.Errors)
	manifest := in(in(envelope, "edXMLBody"), "edXMLManifest")
	manifest.CreateAttr("version", "1.0")
	for _, a := range e.Attachments {
		w.reference(manifest, a)
	}
	if len(e.Attachments) == 0 {
		return
	}
	list := root.CreateElement("AttachmentEncoded")
	for _, a := range e.Attachments {
		w.attachment(list, a)
	}
}

func (w *writer) reference(manifest *etree.Element, a Attachment) {
	ref := in(manifest, "Reference")
	w.put(ref, "ContentId", a.ContentID)
	w.put(ref, "ContentType", a.ContentType)
	w.put(ref, "Description", a.Description)
	w.put(ref, "AttachmentName", a.Name)
}

func (w *writer) attachment(list *etree.Element, a Attachment) {
	el := list.CreateElement("Attachment")
	w.bare(el, "ContentId", a.ContentID)
	w.bare(el, "AttachmentName", a.Name)
	w.bare(el, "Description", a.Description)
	w.bare(el, "ContentType", a.ContentType)
	w.bare(el, "Format", a.Format)
	content := in(el, "ContentTransferEncoded")
	content.CreateAttr("xmlns:edXML", Namespace)
	text, err := a.wire()
	if err != nil {
		w.fault(content, "bad-attachment", "value", err.Error())
		return
	}
	content.SetText(text)
}

// wire is the content in base64: as it came, or encoded now.
func (a Attachment) wire() (string, error) {
	if a.plain != nil {
		return base64.StdEncoding.EncodeToString(a.plain), nil
	}
	b, err := a.base64()
	return string(b), err
}

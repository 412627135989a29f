package envelope

import (
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/signing"
)

func (p *parser) readTrace(el signing.Element) {
	p.children(el, p.each("TraceHeader", p.readHop), within("Bussiness", p.readBusiness))
}

// readHop is lenient: transit centres write no identifier, or one that is none.
func (p *parser) readHop(el signing.Element) {
	var x TraceHeader
	p.children(el,
		within("OrganId", func(el signing.Element) {
			s := p.value(el)
			id, err := ParseAgencyID(s)
			if err != nil && s != "" && !strings.EqualFold(s, "null") {
				p.warn(el, "odd-value", "value", s)
			}
			x.OrganID = id
		}),
		p.time("Timestamp", &x.At),
	)
	p.e.Trace = append(p.e.Trace, x)
}

func (p *parser) readBusiness(el signing.Element) {
	b := new(Business)
	kind := -1
	filled := false
	p.children(el,
		p.key("DocumentId", &b.DocumentID, 200),
		p.digit("BussinessDocType", "bad-kind", int(Replacement), &kind),
		p.text("BussinessDocReason", &b.Reason, 500),
		p.flag("Paper", &b.Paper),
		within("BussinessDocumentInfo", func(el signing.Element) { b.Changes = p.readChanges(el) }),
		within("ReplacementInfoList", func(el signing.Element) {
			p.children(el, p.each("ReplacementInfo", func(el signing.Element) { p.readReplaced(el, b) }))
		}),
		within("StaffInfo", func(el signing.Element) { b.Staff = p.readStaff(el) }),
	)
	for range el.Children() {
		filled = true
	}
	if !filled {
		return
	}
	if kind < 0 {
		p.missing(el, "BussinessDocType")
		return
	}
	b.Kind = Kind(kind)
	if b.Kind == Replacement && len(b.Replacements) == 0 {
		p.missing(el, "ReplacementInfoList", "ReplacementInfo", "DocumentId")
	}
	p.e.Business = b
}

func (p *parser) readChanges(el signing.Element) *Changes {
	c := new(Changes)
	p.children(el,
		p.flag("DocumentInfo", &c.Content),
		p.flag("DocumentReceiver", &c.Receivers),
		within("ReceiverList", func(el signing.Element) {
			p.children(el, p.each("Receiver", func(el signing.Element) {
				var x Receiver
				p.children(el, p.agency("OrganId", &x.OrganID), p.text("ReceiverType", &x.Type, 10))
				if x.OrganID == "" {
					p.missing(el, "OrganId")
					return
				}
				c.List = append(c.List, x)
			}))
		}),
	)
	return c
}

func (p *parser) readReplaced(el signing.Element, b *Business) {
	var x Replaced
	p.children(el,
		p.key("DocumentId", &x.DocumentID, 200),
		within("OrganIdList", func(el signing.Element) {
			p.children(el, p.each("OrganId", func(el signing.Element) {
				if id := p.agencyID(el); id != "" {
					x.OrganIDs = append(x.OrganIDs, id)
				}
			}))
		}),
	)
	if x.DocumentID == "" {
		p.missing(el, "DocumentId")
		return
	}
	b.Replacements = append(b.Replacements, x)
}

func (p *parser) readReference(el signing.Element) {
	var x Reference
	p.children(el,
		p.key("ContentId", &x.ContentID, 200),
		p.text("ContentType", &x.ContentType, 200),
		p.text("Description", &x.Description, 500),
		p.text("AttachmentName", &x.Name, 500),
	)
	if x.ContentID == "" {
		x.ContentID, _ = el.Attr("http://www.w3.org/1999/xlink", "href")
	}
	if x.ContentID == "" {
		p.missing(el, "ContentId")
		return
	}
	p.e.Manifest = append(p.e.Manifest, x)
}

func (p *parser) readAttachments(el signing.Element) {
	p.children(el, field{name: "Attachment", many: true, take: p.readAttachment})
	if p.attachments > p.rules.MaxAttachments {
		p.fault(el, "too-many-attachments",
			"value", strconv.Itoa(p.attachments), "limit", strconv.Itoa(p.rules.MaxAttachments))
	}
}

func (p *parser) readAttachment(el signing.Element) {
	p.attachments++
	if p.attachments > p.rules.MaxAttachments {
		return
	}
	var x Attachment
	content := signing.Element{}
	p.children(el,
		p.key("ContentId", &x.ContentID, 200),
		p.text("AttachmentName", &x.Name, 500),
		p.text("Description", &x.Description, 500),
		p.text("ContentType", &x.ContentType, 200),
		p.text("Format", &x.Format, 100),
		within("ContentTransferEncoded", func(el signing.Element) { content = el }),
	)
	if content.IsZero() {
		p.missing(el, "ContentTransferEncoded")
		return
	}
	p.readContent(content, &x)
	p.e.Attachments = append(p.e.Attachments, x)
}

func (p *parser) readContent(el signing.Element, x *Attachment) {
	x.locate(el, p.raw)
	if err := x.Check(); err != nil {
		p.fault(el, "bad-attachment", "value", err.Error())
		return
	}
	if x.Size() == 0 {
		p.warn(el, "empty-attachment")
	}
}

package envelope

import (
	"strconv"
	"strings"

	"github.com/lienthong/lienthong/signing"
)

const xlinkSpace = "http://www.w3.org/1999/xlink"

func (p *parser) readBody(el signing.Element) {
	p.children(el, within("edXMLManifest", func(el signing.Element) {
		p.children(el, field{name: "Reference", many: true, take: p.readReference})
	}))
}

func (p *parser) readReference(el signing.Element) {
	if len(p.e.Manifest) > p.rules.MaxAttachments {
		return // it cannot match any more
	}
	var x Reference
	p.children(el,
		p.key("ContentId", &x.ContentID, 200),
		p.text("ContentType", &x.ContentType, 200),
		p.text("Description", &x.Description, 500),
		p.text("AttachmentName", &x.Name, 500),
	)
	if x.ContentID == "" {
		x.ContentID, _ = el.Attr(xlinkSpace, "href")
	}
	if x.ContentID == "" {
		p.unmatched = true
		p.missing(el, "ContentId")
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
	if x.ContentID == "" {
		p.unmatched = true
		p.missing(el, "ContentId")
	}
	if content.IsZero() {
		p.unmatched = true
		p.missing(el, "ContentTransferEncoded")
		return
	}
	p.readContent(content, &x)
	p.e.Attachments = append(p.e.Attachments, x)
}

func (p *parser) readContent(el signing.Element, x *Attachment) {
	x.locate(el, p.raw)
	if err := x.Check(); err != nil {
		p.fault(el, "bad-attachment", "value", strings.TrimPrefix(err.Error(), ErrBase64.Error()+": "))
		return
	}
	if x.Size() == 0 {
		p.warn(el, "empty-attachment")
	}
}

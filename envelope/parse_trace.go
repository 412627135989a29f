package envelope

import (
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
	switch {
	case isEmpty(el):
		return
	case kind < 0:
		p.missing(el, "BussinessDocType")
	case Kind(kind) == Replacement && len(b.Replacements) == 0:
		p.missing(el, "ReplacementInfoList", "ReplacementInfo", "DocumentId")
	}
	b.Kind = Kind(kind)
	p.e.Business = b
}

func isEmpty(el signing.Element) bool {
	for range el.Children() {
		return false
	}
	return true
}

func (p *parser) readChanges(el signing.Element) *Changes {
	c := new(Changes)
	p.children(el,
		p.flag("DocumentInfo", &c.Content),
		p.flag("DocumentReceiver", &c.Receivers),
		within("ReceiverList", func(el signing.Element) {
			p.children(el, p.each("Receiver", func(el signing.Element) { p.readReceiver(el, c) }))
		}),
	)
	return c
}

func (p *parser) readReceiver(el signing.Element, c *Changes) {
	var x Receiver
	p.children(el, p.agency("OrganId", &x.OrganID), p.text("ReceiverType", &x.Type, 10))
	if x.OrganID == "" {
		p.missing(el, "OrganId")
	}
	c.List = append(c.List, x)
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
	}
	b.Replacements = append(b.Replacements, x)
}

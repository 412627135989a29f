package envelope

import (
	"strconv"

	"github.com/lienthong/lienthong/signing"
)

// The numbers in the field lists are the longest values the rules allow, in
// characters: Decree 30/2020, Appendix VI, and where it is silent the columns
// of the software in use.

// readMessage reads the MessageHeader of documents and statuses alike; which of
// them it is shows when all has been read.
func (p *parser) readMessage(el signing.Element) {
	p.message = el
	e := p.e
	p.children(el,
		within("From", func(el signing.Element) { e.From = p.readParty(el) }),
		field{name: "To", many: true, take: p.readAddressee},
		p.key("DocumentId", &e.DocumentID, 200),
		within("Code", p.readCode),
		within("PromulgationInfo", p.readPromulgation),
		within("DocumentType", p.readType),
		p.text("Subject", &e.Subject, 500),
		p.text("Content", &e.Content, 500),
		within("SignerInfo", p.readSigner),
		within("DueDate", p.readDue),
		within("OtherInfo", p.readOther),
		p.each("ResponseFor", p.readResponse),
		within("SteeringType", p.readSteering),
		p.list("ToPlaces", "Place", &e.ToPlaces, 150),
		p.list("ResponseForTask", "TaskCode", &e.Tasks, 200),
		p.text("ApplicationType", &e.Application, 100),
		within("StaffInfo", func(el signing.Element) { p.status.Staff = p.readStaff(el) }),
		within("StatusCode", p.readStatusCode),
		p.text("Description", &p.status.Description, 500),
		p.time("Timestamp", &p.status.At),
	)
}

func (p *parser) readParty(el signing.Element) (x Party) {
	p.children(el,
		p.agency("OrganId", &x.OrganID),
		p.text("OrganizationInCharge", &x.InCharge, 500),
		p.text("OrganName", &x.Name, 200),
		p.text("OrganAdd", &x.Address, 500),
		p.text("Email", &x.Email, 100),
		p.text("Telephone", &x.Telephone, 50),
		p.text("Fax", &x.Fax, 50),
		p.text("Website", &x.Website, 100),
	)
	return x
}

// readAddressee stops reading at the limit but goes on counting, so that a
// list of any length costs no more and its length can be told.
func (p *parser) readAddressee(el signing.Element) {
	p.addressees++
	if p.addressees > p.rules.MaxAddressees {
		return
	}
	x := p.readParty(el)
	switch {
	case x.OrganID == "":
		p.missing(el, "OrganId")
		return
	case p.known[x.OrganID]:
		p.faultAt(el, []string{"OrganId"}, "duplicate-addressee", "value", string(x.OrganID))
		return
	}
	p.known[x.OrganID] = true
	p.e.To = append(p.e.To, x)
}

func (p *parser) readCode(el signing.Element) {
	p.children(el,
		p.key("CodeNumber", &p.e.Code.Number, 11),
		p.key("CodeNotation", &p.e.Code.Notation, 30),
	)
}

func (p *parser) readPromulgation(el signing.Element) {
	p.children(el,
		p.text("Place", &p.e.Promulgation.Place, 50),
		p.date("PromulgationDate", &p.e.Promulgation.Date),
	)
}

func (p *parser) readType(el signing.Element) {
	t := &p.e.Type
	p.children(el,
		p.text("Type", &t.Type, 10),
		p.text("TypeDetail", &t.Detail, 10),
		p.text("TypeName", &t.Name, 100),
	)
}

func (p *parser) readSigner(el signing.Element) {
	s := &p.e.Signer
	p.children(el,
		p.text("Competence", &s.Competence, 100),
		p.text("Position", &s.Position, 100),
		p.text("FullName", &s.FullName, 50),
	)
}

// readDue keeps a time of day, which the form has no place for: it is the hour of a document "hỏa tốc hẹn giờ".
func (p *parser) readDue(el signing.Element) {
	s := p.value(el)
	if s == "" {
		return
	}
	day, err := ParseDate(s)
	if err != nil {
		p.warn(el, "odd-date", "value", s)
		return
	}
	p.e.DueDate = day
	if len(s) > len(dateLayout) {
		p.e.DueAt = timeOfDay(day, s[len(dateLayout):])
	}
}

func (p *parser) readOther(el signing.Element) {
	o := &p.e.Other
	p.children(el,
		p.digit("Priority", "bad-priority", 4, &o.Priority),
		p.text("SphereOfPromulgation", &o.Sphere, 100),
		p.text("TyperNotation", &o.TyperNotation, 10),
		p.amount("PromulgationAmount", &o.PromulgationAmount),
		p.amount("PageAmount", &o.PageAmount),
		p.flag("Direction", &o.Direction),
		p.list("Appendixes", "Appendix", &o.Appendixes, 500),
		within("ReplyFors", func(el signing.Element) { p.loose(el, &o.ReplyFors) }),
		within("ReferenceCodes", func(el signing.Element) { p.loose(el, &o.ReferenceCodes) }),
		within("Secret", p.readSecret),
	)
}

func (p *parser) readResponse(el signing.Element) {
	var x ResponseFor
	p.children(el,
		p.agency("OrganId", &x.OrganID),
		p.key("Code", &x.Code, 50),
		p.oddDate("PromulgationDate", &x.Promulgation),
		p.key("DocumentId", &x.DocumentID, 200),
	)
	if x != (ResponseFor{}) {
		p.e.ResponseFor = append(p.e.ResponseFor, x)
	}
}

func (p *parser) readSteering(el signing.Element) {
	switch s := p.value(el); s {
	case "", "0", "1", "2":
		p.e.Steering = s
	default:
		p.warn(el, "odd-value", "value", s)
	}
}

func (p *parser) readStaff(el signing.Element) (x Staff) {
	p.children(el,
		p.text("Department", &x.Department, 300),
		p.text("Staff", &x.Staff, 300),
		p.text("Mobile", &x.Mobile, 30),
		p.text("Email", &x.Email, 100),
		p.text("DepartmentId", &x.DepartmentID, 100),
		p.text("StaffId", &x.StaffID, 100),
	)
	return x
}

func (p *parser) readStatusCode(el signing.Element) {
	p.coded = true
	s := p.value(el)
	if s == "" {
		return
	}
	if len(s) != 2 || !all(s, isDigit) {
		p.fault(el, "bad-status-code", "value", s)
		return
	}
	p.status.Code = StatusCode(s)
	if !p.status.Code.Known() {
		p.warn(el, "unknown-status-code", "value", s)
	}
}

// loose reads a list of which no source tells the names of the items.
func (p *parser) loose(el signing.Element, to *[]string) {
	nested := false
	for item := range el.Children() {
		nested = true
		if len(*to) == maxItems {
			p.fault(item, "too-many-elements", "value", item.Local(), "limit", strconv.Itoa(maxItems))
			return
		}
		*to = append(*to, p.bounded(item, maxProse, maxProse))
	}
	if nested {
		return
	}
	if s := p.bounded(el, maxProse, maxProse); s != "" {
		*to = append(*to, s)
	}
}

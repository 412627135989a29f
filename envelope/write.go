package envelope

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/beevik/etree"
)

// writer puts values into a tree. It refuses what XML cannot hold, which the
// tree would replace without a word.
type writer struct{ faults Faults }

// in adds an element of the envelope.
func in(parent *etree.Element, name string) *etree.Element {
	return parent.CreateElement(prefix + name)
}

// put adds a leaf of the envelope, unless it would be empty.
func (w *writer) put(parent *etree.Element, name, value string) { w.bare(parent, prefix+name, value) }

// bare is put without the prefix.
func (w *writer) bare(parent *etree.Element, name, value string) {
	value = strings.TrimSpace(value)
	if value == "" {
		return
	}
	el := parent.CreateElement(name)
	if !utf8.ValidString(value) || strings.ContainsFunc(value, notXML) {
		w.fault(el, "bad-character")
		return
	}
	el.SetText(value)
}

func (w *writer) fault(el *etree.Element, code string, args ...string) {
	w.faults.add(newFault(code, el.GetPath(), 0, args...))
}

// notXML tells the characters of valid UTF-8 that XML 1.0 does not have, not
// even as references.
func notXML(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r':
		return false
	case r < 0x20, r == 0xFFFE, r == 0xFFFF:
		return true
	}
	return false
}

func (w *writer) message(m *etree.Element, e *Envelope) {
	w.party(m, "From", e.From)
	for _, to := range e.To {
		w.party(m, "To", to)
	}
	w.put(m, "DocumentId", e.DocumentID)
	code := in(m, "Code")
	w.put(code, "CodeNumber", e.Code.Number)
	w.put(code, "CodeNotation", e.Code.Notation)
	promulgation := in(m, "PromulgationInfo")
	w.put(promulgation, "Place", e.Promulgation.Place)
	w.put(promulgation, "PromulgationDate", e.Promulgation.Date.String())
	w.documentType(m, e.Type)
	w.put(m, "Subject", e.Subject)
	w.put(m, "Content", e.Content)
	w.signer(m, e.Signer)
	w.put(m, "DueDate", e.DueDate.String())
	w.other(in(m, "OtherInfo"), e.Other)
	for _, r := range e.ResponseFor {
		w.responseFor(m, r)
	}
	w.put(m, "SteeringType", e.Steering)
	w.list(m, "ToPlaces", "Place", e.ToPlaces)
	w.list(m, "ResponseForTask", "TaskCode", e.Tasks)
	w.put(m, "ApplicationType", e.Application)
}

func (w *writer) party(parent *etree.Element, name string, x Party) {
	el := in(parent, name)
	w.put(el, "OrganId", string(x.OrganID))
	w.put(el, "OrganizationInCharge", x.InCharge)
	w.put(el, "OrganName", x.Name)
	w.put(el, "OrganAdd", x.Address)
	w.put(el, "Email", x.Email)
	w.put(el, "Telephone", x.Telephone)
	w.put(el, "Fax", x.Fax)
	w.put(el, "Website", x.Website)
}

func (w *writer) documentType(m *etree.Element, x DocumentType) {
	el := in(m, "DocumentType")
	w.put(el, "Type", x.Type)
	w.put(el, "TypeDetail", x.Detail)
	w.put(el, "TypeName", x.Name)
}

func (w *writer) signer(m *etree.Element, x SignerInfo) {
	if x == (SignerInfo{}) {
		return
	}
	el := in(m, "SignerInfo")
	w.put(el, "Competence", x.Competence)
	w.put(el, "Position", x.Position)
	w.put(el, "FullName", x.FullName)
}

func (w *writer) other(el *etree.Element, x OtherInfo) {
	w.put(el, "Priority", strconv.Itoa(x.Priority))
	w.put(el, "SphereOfPromulgation", x.Sphere)
	w.put(el, "TyperNotation", x.TyperNotation)
	w.put(el, "PromulgationAmount", amount(x.PromulgationAmount))
	w.put(el, "PageAmount", amount(x.PageAmount))
	w.put(el, "Direction", strconv.FormatBool(x.Direction))
	w.list(el, "Appendixes", "Appendix", x.Appendixes)
}

func (w *writer) responseFor(parent *etree.Element, x ResponseFor) {
	el := in(parent, "ResponseFor")
	w.put(el, "OrganId", string(x.OrganID))
	w.put(el, "Code", x.Code)
	w.put(el, "PromulgationDate", x.Promulgation.String())
	w.put(el, "DocumentId", x.DocumentID)
}

// staff is written in two orders in the field: mailFirst is that of documents.
func (w *writer) staff(parent *etree.Element, x Staff, mailFirst bool) {
	if x == (Staff{}) {
		return
	}
	el := in(parent, "StaffInfo")
	w.put(el, "Department", x.Department)
	w.put(el, "Staff", x.Staff)
	if mailFirst {
		w.put(el, "Email", x.Email)
	}
	w.put(el, "Mobile", x.Mobile)
	if !mailFirst {
		w.put(el, "Email", x.Email)
	}
	w.put(el, "DepartmentId", x.DepartmentID)
	w.put(el, "StaffId", x.StaffID)
}

func (w *writer) trace(list *etree.Element, e *Envelope, now time.Time) {
	trace := e.Trace
	if len(trace) == 0 {
		trace = []TraceHeader{{OrganID: e.From.OrganID, At: now}}
	}
	for _, x := range trace {
		el := in(list, "TraceHeader")
		w.put(el, "OrganId", string(x.OrganID))
		w.put(el, "Timestamp", formatTime(x.At))
	}
	if e.Business != nil {
		w.business(in(list, "Bussiness"), e.Business)
	}
}

func (w *writer) business(el *etree.Element, b *Business) {
	w.put(el, "DocumentId", b.DocumentID)
	w.put(el, "BussinessDocType", strconv.Itoa(int(b.Kind)))
	w.put(el, "BussinessDocReason", b.Reason)
	w.put(el, "Paper", flag(b.Paper))
	if b.Changes != nil {
		w.changes(in(el, "BussinessDocumentInfo"), b.Changes)
	}
	w.replacements(el, b.Replacements)
	w.staff(el, b.Staff, true)
}

func (w *writer) changes(el *etree.Element, c *Changes) {
	w.put(el, "DocumentInfo", flag(c.Content))
	w.put(el, "DocumentReceiver", flag(c.Receivers))
	if len(c.List) == 0 {
		return
	}
	list := in(el, "ReceiverList")
	for _, x := range c.List {
		receiver := in(list, "Receiver")
		w.put(receiver, "OrganId", string(x.OrganID))
		w.put(receiver, "ReceiverType", x.Type)
	}
}

func (w *writer) replacements(el *etree.Element, replaced []Replaced) {
	if len(replaced) == 0 {
		return
	}
	list := in(el, "ReplacementInfoList")
	for _, x := range replaced {
		info := in(list, "ReplacementInfo")
		w.put(info, "DocumentId", x.DocumentID)
		ids := make([]string, len(x.OrganIDs))
		for i, id := range x.OrganIDs {
			ids[i] = string(id)
		}
		w.list(info, "OrganIdList", "OrganId", ids)
	}
}

func (w *writer) errors(header *etree.Element, errors []ErrorItem) {
	if len(errors) == 0 {
		return
	}
	list := in(header, "ErrorList")
	for _, x := range errors {
		el := in(list, "Error")
		w.put(el, "Code", x.Code)
		w.put(el, "Description", x.Description)
	}
}

func (w *writer) list(parent *etree.Element, name, item string, values []string) {
	if len(values) == 0 {
		return
	}
	el := in(parent, name)
	for _, v := range values {
		w.put(el, item, v)
	}
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

func amount(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

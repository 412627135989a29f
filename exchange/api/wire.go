package api

import (
	"errors"
	"strings"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/exchange"
)

// The functions below are the only ones that know both the domain's types and the wire's.

func wireReceipt(r *exchange.Receipt) client.Receipt {
	m := wireMessage(r.Message)
	out := client.Receipt{
		ID: m.ID, Class: m.Class, Digest: m.Digest, Size: m.Size, AcceptedAt: m.AcceptedAt, Deliveries: m.Addressees,
		Log: client.Place{Index: r.Message.Entry}, Text: string(r.Proof.Marshal()), Warnings: r.Warnings, Repeat: r.Repeat,
	}
	out.Warnings = list(r.Warnings)
	if len(r.Recalled) > 0 {
		out.Recalled = wireDeliveries(r.Recalled)
	}
	return out
}

func wireRecalled(r exchange.Demanded) client.RecallResult {
	out := client.RecallResult{Delivery: wireDelivery(r.Delivery)}
	if r.Receipt != nil {
		out.Message, out.Receipt, out.Repeat = string(r.Receipt.Message.ID), string(r.Receipt.Proof.Marshal()), r.Receipt.Repeat
		out.Recalled = wireDeliveries(r.Receipt.Recalled)
	}
	if e, ok := errors.AsType[*exchange.Error](r.Err); ok {
		out.Code, out.Detail, out.DetailEN = string(e.Kind), e.VI, e.Detail
	}
	return out
}

func wireLinks(links []exchange.Link) []client.Link {
	var out []client.Link
	for _, l := range links {
		out = append(out, client.Link{Message: string(l.Message), Relation: string(l.Relation), Addressees: texts(l.For)})
	}
	return out
}

// list is never nil: an empty list is [] in JSON.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func wireMessage(m exchange.Message) client.Message {
	out := client.Message{
		ID: string(m.ID), Class: string(m.Class), Kind: int(m.Kind), Sender: string(m.Sender),
		DocumentID: m.DocumentID, Code: m.Code, Date: strings.ReplaceAll(m.Date.String(), "/", "-"),
		TypeName: m.TypeName, Subject: m.Subject, Priority: m.Priority,
		Digest: m.Digest.String(), Size: m.Size, Signature: string(m.Signature), Algorithm: m.Algorithm,
		Certificate: m.Certificate, AcceptedAt: m.AcceptedAt, Addressees: make([]client.Addressee, 0, len(m.Addressees)),
	}
	for _, to := range m.Addressees {
		out.Addressees = append(out.Addressees, client.Addressee{Agency: string(to.Agency), Codes: texts(to.Codes), Delivery: string(to.Delivery),
			Redirects: wireRoutes(to.Routes)})
	}
	out.SignedAt, out.DueAt, out.DueDate = m.SignedAt, m.DueAt, strings.ReplaceAll(m.DueDate.String(), "/", "-")
	for _, w := range m.Warnings {
		out.Warnings = append(out.Warnings, client.Warning{Fault: w.Words(m), Earlier: string(w.Earlier), Limit: w.Limit})
	}
	if r := m.Revocation; r != nil {
		out.Revocation = wireRevocation(*r)
	}
	if r := m.Report; r != nil {
		out.Report = &client.Report{Delivery: string(r.Delivery), Message: string(r.Message), Addressee: string(r.Addressee),
			Code: string(r.Code), Title: r.Code.Title(), Description: r.Description, Staff: r.Staff, At: r.At}
	}
	out.About = wireLinks(m.About)
	return out
}

func wireRevocation(r exchange.Revocation) *client.Revocation {
	out := &client.Revocation{State: string(r.State), Why: r.Why, RevokedAt: r.RevokedAt, Reason: r.Reason, Pending: r.Pending, JudgedAt: r.JudgedAt}
	for _, s := range r.Said {
		out.Statements = append(out.Statements, client.Statement{Certificate: s.Certificate, Kind: string(s.Kind),
			ThisUpdate: s.ThisUpdate, NextUpdate: s.NextUpdate, Evidence: s.Evidence.String()})
	}
	return out
}

func texts[T ~string](s []T) []string {
	out := make([]string, len(s))
	for i, v := range s {
		out[i] = string(v)
	}
	return out
}

func wireDelivery(d exchange.Delivery) client.Delivery {
	out := client.Delivery{
		ID: string(d.ID), Message: string(d.Message), Sender: string(d.Sender), Addressee: string(d.Addressee), Original: string(d.Original),
		Channel: string(d.Channel), State: string(d.State), Due: d.Due, Deadline: d.Deadline, Attempt: d.Attempt,
		Failures: d.Failures, Leased: d.Leased, Exposed: d.Exposed(), Reason: d.Reason, Ended: d.Ended,
		Processing: string(d.Processing), ProcessingAt: d.ProcessingAt, Refused: d.Refused,
	}
	if d.Processing != "" {
		out.ProcessingTitle = d.Processing.Title()
	}
	out.WaitsFor, out.Consent = string(d.Behind), string(d.Consent)
	if r := d.Recall; r.State != "" {
		out.Recall = &client.Recall{State: string(r.State), Message: string(r.Message), At: r.At, Until: r.Until, Ended: r.Ended}
	}
	for _, c := range d.Raised() {
		out.Raised = append(out.Raised, string(c))
	}
	out.Times, out.Clocks = wireClocks(d)
	return out
}

func wireClocks(d exchange.Delivery) (*client.Times, map[string]client.Mark) {
	clocks := make(map[string]client.Mark)
	for _, k := range exchange.Clocks() {
		if m := d.Marks.Of(k); m.Verdict != "" {
			clocks[string(k)] = client.Mark{Limit: m.Limit, Verdict: string(m.Verdict), Calendar: m.Calendar}
		}
	}
	if d.Times == (exchange.Times{}) {
		return nil, clocks
	}
	t := client.Times(d.Times)
	return &t, clocks
}

func wireDeliveries(ds []exchange.Delivery) []client.Delivery {
	out := make([]client.Delivery, len(ds))
	for i, d := range ds {
		out[i] = wireDelivery(d)
	}
	return out
}

func wirePage(p exchange.Page) client.Page {
	out := client.Page{Documents: make([]client.Document, 0, len(p.Rows)), Next: p.Next}
	for _, r := range p.Rows {
		out.Documents = append(out.Documents, client.Document{Message: wireMessage(r.Message), Deliveries: wireDeliveries(r.Deliveries)})
	}
	return out
}

// wireEvents shows the erasable text of entries to operators only.
func wireEvents(records []exchange.LogRecord, who exchange.Caller) []client.Event {
	out := make([]client.Event, 0, len(records))
	for _, r := range records {
		e := client.Event{Index: r.Index, Entry: r.Entry, About: wireLinks(r.About)}
		if r.Side != nil && who.Operator != "" {
			e.Side = r.Side.Fields
		}
		out = append(out, e)
	}
	return out
}

func wireCounts(n exchange.Counts) map[string]int64 {
	out := make(map[string]int64, len(n))
	for state, count := range n {
		out[string(state)] = count
	}
	return out
}

package storetest

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/signing"
)

// The agencies of the suite. Province and ward are reached by push, the rest by pull.
const (
	province exchange.AgencyID = "H46"
	district exchange.AgencyID = "000.12.H46"
	commune  exchange.AgencyID = "001.12.H46"
	ward     exchange.AgencyID = "002.12.H46"
	office   exchange.AgencyID = "000.01.12.H46"
)

func channel(id exchange.AgencyID) exchange.Channel {
	if id == province || id == ward {
		return exchange.Push
	}
	return exchange.Pull
}

// lifetime is how long the suite's deliveries live.
const lifetime = 30 * 24 * time.Hour

// document makes a fresh signed document, due now, that nothing was accepted like before.
func (h *hub) document(from exchange.AgencyID, to ...exchange.AgencyID) *exchange.Acceptance {
	h.mu.Lock()
	h.number++
	n := h.number
	h.mu.Unlock()
	return Document(n, h.now, from, to...)
}

// Document makes the acceptance of document n as a hub would prepare it: equal arguments give equal bytes, an equal
// code and an equal DocumentId; the ids of message and deliveries are fresh each time.
func Document(n int, now time.Time, from exchange.AgencyID, to ...exchange.AgencyID) *exchange.Acceptance {
	code := fmt.Sprintf("%d/UBND-VX", n)
	a := &exchange.Acceptance{
		Message: exchange.Message{
			ID: exchange.NewMessageID(), Class: exchange.ClassDocument, Kind: envelope.New,
			Sender: from, Caller: from, Credential: "key_1",
			DocumentID: string(from) + ",2018/09/14," + code, Code: code, Date: envelope.DateOf(begins),
			TypeName: "Công văn", Subject: "Về việc thử nghiệm số " + code, Signature: signing.Good,
		},
		Now: now,
	}
	a.Identity = a.Message.Identity()
	address(a, to...)
	write(a, fmt.Appendf(nil, "<edXMLEnvelope>%s sends document %d</edXMLEnvelope>", from, n))
	return a
}

// address makes the deliveries, and the entry that lists nothing yet: the store completes it.
func address(a *exchange.Acceptance, to ...exchange.AgencyID) {
	m := &a.Message
	m.Addressees, a.Deliveries = nil, nil
	for _, id := range to {
		d := exchange.Delivery{
			ID: exchange.NewDeliveryID(), Message: m.ID, Class: m.Class, Kind: m.Kind, Sender: m.Sender, Addressee: id,
			Channel: channel(id), Priority: m.Priority, State: exchange.Initial(channel(id)),
			AcceptedAt: a.Now, Due: a.Now, Deadline: a.Now.Add(lifetime),
		}
		a.Deliveries = append(a.Deliveries, d)
		m.Addressees = append(m.Addressees, exchange.Addressee{Agency: id, Codes: []exchange.AgencyID{id}, Delivery: d.ID})
	}
	a.Entry = translog.Entry{
		Type: translog.Accepted, Actor: string(m.Caller), Credential: m.Credential, Message: string(m.ID),
		Document: m.DocumentID, Sender: string(m.Sender), Kind: fmt.Sprint(int(m.Kind)), Signature: string(m.Signature),
	}
}

// write gives the acceptance its bytes.
func write(a *exchange.Acceptance, body []byte) {
	a.Body = body
	a.Message.Digest, a.Message.Size = sha256.Sum256(body), int64(len(body))
}

// urgent gives message and deliveries the priority and the time at which they fall due.
func urgent(a *exchange.Acceptance, priority int, due time.Time) {
	a.Message.Priority = priority
	for i := range a.Deliveries {
		a.Deliveries[i].Priority, a.Deliveries[i].Due = priority, due
	}
}

// rewritten is the same document, submitted anew with other bytes.
func (h *hub) rewritten(a *exchange.Acceptance, to ...exchange.AgencyID) *exchange.Acceptance {
	next := h.document(a.Message.Sender, to...)
	next.Identity = a.Identity
	next.Message.DocumentID, next.Message.Code = a.Message.DocumentID, a.Message.Code
	next.Entry.Document = a.Message.DocumentID
	return next
}

// resubmitted is the same document with the same bytes, as another request makes it: with ids of its own.
func (h *hub) resubmitted(a *exchange.Acceptance) *exchange.Acceptance {
	next := *a
	next.Message.ID, next.Now = exchange.NewMessageID(), h.now
	var to []exchange.AgencyID
	for _, d := range a.Deliveries {
		to = append(to, d.Addressee)
	}
	address(&next, to...)
	return &next
}

// status makes a status about a delivery, to the sender of the document.
func (h *hub) status(d exchange.Delivery, code envelope.StatusCode) *exchange.Acceptance {
	a := h.document(d.Addressee, d.Sender)
	a.Identity = ""
	a.Message.Class, a.Message.Signature = exchange.ClassStatus, signing.Unsigned
	a.Message.Report = &exchange.Report{Delivery: d.ID, Message: d.Message, Addressee: d.Addressee, Code: code, At: h.now}
	address(a, d.Sender)
	a.Entry.Type, a.Entry.Code = translog.StatusGiven, string(code)
	write(a, fmt.Appendf(nil, "<Status>%s says %s of %s, number %d</Status>", d.Addressee, code, d.ID, h.number))
	return a
}

// notice makes what the hub itself writes to the sender when a delivery ends.
func (h *hub) notice(d exchange.Delivery) *exchange.Acceptance {
	a := h.document(d.Addressee, d.Sender)
	a.Identity, a.Message.Caller, a.Message.Credential = "", "", ""
	a.Message.Class, a.Message.Signature = exchange.ClassNotice, signing.Unsigned
	address(a, d.Sender)
	a.Entry.Actor = "hub"
	return a
}

// side is an erasable record of one field.
func (h *hub) side(text string) *translog.Side {
	h.Helper()
	s := must(translog.NewSide(rand.Reader, map[string]string{"reason": text}))(h)
	return &s
}

// accept accepts, checks the receipt and returns the first delivery.
func (h *hub) accept(a *exchange.Acceptance) exchange.Delivery {
	h.Helper()
	r := must(h.Accept(h.ctx, a))(h)
	if r.Repeat {
		h.Fatalf("document %s was accepted before", a.Message.ID)
	}
	h.verify(r)
	if len(a.Deliveries) == 0 {
		return exchange.Delivery{}
	}
	return h.delivery(a.Deliveries[0].ID)
}

// verify checks a receipt as somebody does who has nothing but its file and the log's public key (P8).
func (h *hub) verify(r *exchange.Receipt) {
	h.Helper()
	file, err := translog.ParseReceipt(r.Proof.Marshal())
	if err != nil {
		h.Fatal(err)
	}
	e, _, err := file.Verify(Verifiers(), Origin)
	if err != nil {
		h.Fatalf("receipt of %s: %v", r.Message.ID, err)
	}
	m := r.Message
	if e.Message != string(m.ID) || e.Digest != m.Digest.String() || e.Size != m.Size || len(e.Addressees) != len(m.Addressees) {
		h.Errorf("the receipt says %s\nof message %+v", e.Marshal(), m)
	}
	if file.Index != m.Entry || !e.Time.Equal(m.AcceptedAt) {
		h.Errorf("the receipt says entry %d at %v, the message %d at %v", file.Index, e.Time, m.Entry, m.AcceptedAt)
	}
}

func (h *hub) delivery(id exchange.DeliveryID) exchange.Delivery {
	h.Helper()
	return must(h.Delivery(h.ctx, id))(h)
}

// body reads the stored bytes from start to end.
func (h *hub) body(id exchange.MessageID) []byte {
	h.Helper()
	b := must(h.OpenBody(h.ctx, id))(h)
	defer b.Close()
	return must(io.ReadAll(b))(h)
}

// stored fails the case unless the message is there with its bytes.
func (h *hub) stored(a *exchange.Acceptance) {
	h.Helper()
	if _, err := h.Message(h.ctx, a.Message.ID); err != nil {
		h.Errorf("message %s: %v", a.Message.ID, err)
		return
	}
	if !bytes.Equal(h.body(a.Message.ID), a.Body) {
		h.Errorf("message %s was stored with other bytes", a.Message.ID)
	}
}

// absent fails the case if anything of the acceptance can be found.
func (h *hub) absent(a *exchange.Acceptance) {
	h.Helper()
	_, err := h.Message(h.ctx, a.Message.ID)
	h.refused(err, exchange.NotFound, "the message of what was not accepted")
	_, err = h.Accepted(h.ctx, a.Message.Sender, a.Message.Digest)
	h.refused(err, exchange.NotFound, "its receipt")
	_, err = h.OpenBody(h.ctx, a.Message.ID)
	h.refused(err, exchange.NotFound, "its body")
	for _, d := range a.Deliveries {
		_, err = h.Delivery(h.ctx, d.ID)
		h.refused(err, exchange.NotFound, "its delivery")
	}
}

// lease hands out the agency's next delivery, for a minute.
func (h *hub) lease(agency exchange.AgencyID) exchange.Lease {
	h.Helper()
	all := h.leases(agency, 1)
	if len(all) != 1 {
		h.Fatalf("%d deliveries handed out to %s, want 1", len(all), agency)
	}
	return all[0]
}

func (h *hub) leases(agency exchange.AgencyID, most int) []exchange.Lease {
	h.Helper()
	return must(h.Lease(h.ctx, exchange.LeaseRequest{Agency: agency, Now: h.now, Until: h.now.Add(time.Minute), Max: most}))(h)
}

// settle ends an attempt without a notice.
func (h *hub) settle(l exchange.Lease, o exchange.Outcome) (exchange.Delivery, error) {
	return h.Settle(h.ctx, exchange.Settlement{Delivery: l.Delivery.ID, Attempt: l.Delivery.Attempt, Outcome: o, Now: h.now})
}

func (h *hub) acknowledge(d exchange.DeliveryID, by exchange.AgencyID, attempt int) (exchange.Delivery, error) {
	return h.Acknowledge(h.ctx, exchange.Acknowledgement{Delivery: d, Addressee: by, Attempt: attempt, Credential: "key_2", Now: h.now})
}

// deadLetter makes the document's delivery to the agency a dead letter.
func (h *hub) deadLetter(agency exchange.AgencyID) exchange.Delivery {
	h.Helper()
	return must(h.settle(h.lease(agency), exchange.Outcome{Result: exchange.ResultDeadLettered, Reason: "http-410"}))(h)
}

// settleAll delivers whatever the agency has due.
func (h *hub) settleAll(agency exchange.AgencyID) {
	h.Helper()
	for ls := h.leases(agency, 9); len(ls) > 0; ls = h.leases(agency, 9) {
		for _, l := range ls {
			must(h.settle(l, delivered))(h)
		}
	}
}

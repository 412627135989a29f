package hubtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/testca"
)

// A Party is an agency as its software sees itself. Its methods fail the test if a step fails; they may be called
// concurrently on the test's own goroutine only.
type Party struct {
	ID     exchange.AgencyID
	Name   string
	Key    string // API key
	Leaf   *testca.Leaf
	Client *client.Client

	hub *Hub
}

// Document is a new, valid document of this agency with a number of its own, not signed yet.
func (p *Party) Document(to ...exchange.AgencyID) *envelope.Envelope {
	date := envelope.DateOf(time.Date(2026, 3, 2, 9, 0, 0, 0, envelope.ICT()))
	code := envelope.Code{Number: strconv.FormatInt(p.hub.numbers.Add(1), 10), Notation: "CV-VP"}
	e := &envelope.Envelope{
		From:         envelope.Party{OrganID: p.ID, Name: p.Name},
		DocumentID:   envelope.NewDocumentID(p.ID, date, code),
		Code:         code,
		Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: date},
		Type:         envelope.DocumentType{Type: "2", Name: "Công văn"},
		Subject:      "V/v thử nghiệm gửi nhận văn bản số " + code.Number,
		Business:     &envelope.Business{Kind: envelope.New},
	}
	for _, id := range to {
		e.To = append(e.To, envelope.Party{OrganID: id, Name: "Đơn vị " + string(id)})
	}
	return e
}

// Build writes an envelope as a file, unsigned.
func (p *Party) Build(e *envelope.Envelope) []byte {
	p.hub.tb.Helper()
	raw, err := envelope.Build(e)
	p.hub.must(err)
	return raw
}

// Signed writes an envelope as a file, signed with the agency's certificate.
func (p *Party) Signed(e *envelope.Envelope) []byte {
	p.hub.tb.Helper()
	return p.Leaf.Sign(p.Build(e))
}

// Send submits a new signed document to the addressees and returns it with its receipt.
func (p *Party) Send(to ...exchange.AgencyID) (client.Receipt, []byte) {
	p.hub.tb.Helper()
	raw := p.Signed(p.Document(to...))
	return p.Submit(raw), raw
}

// Submit hands in a file that must be accepted.
func (p *Party) Submit(raw []byte) client.Receipt {
	p.hub.tb.Helper()
	r, err := p.Client.Submit(p.hub.tb.Context(), raw, client.SubmitOptions{})
	p.hub.must(err)
	return r
}

// Lease takes at most so many deliveries, without waiting.
func (p *Party) Lease(most int) []client.Handout {
	p.hub.tb.Helper()
	got, err := p.Client.Lease(p.hub.tb.Context(), client.Ask{Max: most})
	p.hub.must(err)
	return got
}

// Collect takes everything that waits for the agency, reads and acknowledges it, and returns the contents by the
// message's id.
func (p *Party) Collect() map[string][]byte {
	p.hub.tb.Helper()
	found := make(map[string][]byte)
	for {
		batch := p.Lease(100)
		for _, d := range batch {
			found[d.Message.ID] = p.Read(d.Delivery.ID)
			_, err := p.Client.Ack(p.hub.tb.Context(), d.Delivery.ID, d.Token)
			p.hub.must(err)
		}
		if len(batch) == 0 {
			return found
		}
	}
}

// Read returns the bytes of a delivery that was handed out.
func (p *Party) Read(delivery string) []byte {
	p.hub.tb.Helper()
	content, err := p.Client.DeliveryContent(context.Background(), delivery)
	p.hub.must(err)
	defer content.Close()
	raw, err := io.ReadAll(content)
	p.hub.must(err)
	return raw
}

// Digest is the SHA-256 of a body, as receipts write it.
func Digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

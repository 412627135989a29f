package api

import (
	"net/http"
	"strings"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// postDocument takes an edXML document or status. What is signed is the bytes, so Content-Type is not looked at.
func (a *api) postDocument(c *call) error {
	dry, err := flag(c, "validate")
	if err != nil {
		return err
	}
	if dry {
		return a.validate(c)
	}
	return a.submit(c, "")
}

func (a *api) postStatus(c *call) error { return a.submit(c, exchange.ClassStatus) }

func (a *api) submit(c *call, want exchange.Class) error {
	key, err := idempotencyKey(c)
	if err != nil {
		return err
	}
	raw, give, err := a.receive(c, a.Hub.Limits.Body)
	if err != nil {
		return err
	}
	defer give()
	c.counted = true // Submit counts its own refusals
	receipt, err := a.Hub.Submit(c.ctx(), exchange.Submission{Caller: c.who, Raw: raw, IdempotencyKey: key, Want: want})
	if err != nil {
		return err
	}
	return receipted(c, receipt)
}

// receipted answers with the receipt: 201, or 200 for what had been accepted before. Who asks for text/plain gets the
// receipt file itself.
func receipted(c *call, r *exchange.Receipt) error {
	status := http.StatusCreated
	if r.Repeat {
		status = http.StatusOK
	}
	c.Response().Header().Set("Location", "/v1/documents/"+string(r.Message.ID))
	if strings.HasPrefix(c.Request().Header.Get("Accept"), "text/plain") {
		return blob(c, status, "text/plain; charset=utf-8", r.Proof.Marshal())
	}
	return answer(c, status, wireReceipt(r))
}

func (a *api) validate(c *call) error {
	c.counted = true // nothing is stored, not even the refusal
	if _, err := idempotencyKey(c); err != nil {
		return err // as the submission itself would be
	}
	raw, give, err := a.receive(c, a.Hub.Limits.Body)
	if err != nil {
		return err
	}
	defer give()
	checked, err := a.Hub.Validate(c.ctx(), exchange.Submission{Caller: c.who, Raw: raw})
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, client.Verdict{Message: proposed(checked.Message), Warnings: list(checked.Warnings)})
}

// proposed leaves out the identifiers that a message gets when it is accepted.
func proposed(m exchange.Message) client.Message {
	out := wireMessage(m)
	out.ID = ""
	for i := range out.Addressees {
		out.Addressees[i].Delivery = ""
	}
	return out
}

// maxIdempotencyKey is in bytes.
const maxIdempotencyKey = 128

func idempotencyKey(c *call) (string, error) {
	key := c.Request().Header.Get("Idempotency-Key")
	printable := strings.IndexFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	if len(key) > maxIdempotencyKey || !printable {
		return "", badParameter("Idempotency-Key", "has at most 128 printable ASCII characters", "dài tối đa 128 ký tự ASCII")
	}
	return key, nil
}

func (a *api) document(c *call) error {
	v, err := a.Hub.Document(c.ctx(), c.who, exchange.MessageID(c.Param("id")))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, client.Document{
		Message: wireMessage(v.Message), Deliveries: wireDeliveries(v.Deliveries), Timeline: wireEvents(v.Timeline, c.who), By: wireLinks(v.By),
		CertificateRevokedAt: v.RevokedAt,
	})
}

func (a *api) recall(c *call) error {
	var in client.RecallRequest
	if err := a.decode(c, &in); err != nil {
		return err
	}
	d := exchange.Demand{Reason: in.Reason, Staff: staff(in.Staff)}
	for _, code := range in.Addressees {
		d.Addressees = append(d.Addressees, exchange.AgencyID(code))
	}
	c.counted = true // Recall counts its own refusals
	results, err := a.Hub.Recall(c.ctx(), c.who, exchange.MessageID(c.Param("id")), d)
	if err != nil {
		return err
	}
	out := make([]client.RecallResult, len(results))
	for i, r := range results {
		out[i] = wireRecalled(r)
	}
	return answer(c, http.StatusOK, map[string]any{"recalls": out})
}

func (a *api) receipts(c *call) error {
	id := exchange.MessageID(c.Param("id"))
	v, err := a.Hub.Document(c.ctx(), c.who, id)
	if err != nil {
		return err
	}
	out := make([]client.Outcome, 0, len(v.Timeline))
	for _, r := range v.Timeline {
		proof, err := a.Store.Proof(c.ctx(), r.Index)
		if err != nil {
			return err
		}
		out = append(out, client.Outcome{Index: r.Index, Type: string(r.Entry.Type), Receipt: string(proof.Marshal())})
	}
	return answer(c, http.StatusOK, map[string]any{"receipts": out})
}

// evidence sends a statement of an authority as it was signed.
func (a *api) evidence(c *call) error {
	var digest exchange.Digest
	if err := digest.UnmarshalText([]byte(c.Param("digest"))); err != nil {
		return exchange.NotFound
	}
	kind, der, err := a.Hub.Evidence(c.ctx(), c.who, exchange.MessageID(c.Param("id")), digest)
	if err != nil {
		return err
	}
	media := "application/pkix-crl"
	if kind == "ocsp" {
		media = "application/ocsp-response"
	}
	return blob(c, http.StatusOK, media, der)
}

func (a *api) search(c *call) error {
	q, err := query(c)
	if err != nil {
		return err
	}
	page, err := a.Hub.Search(c.ctx(), c.who, q)
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, wirePage(page))
}

// maxPage is the most documents on one page of a list.
const maxPage = 200

func query(c *call) (exchange.Query, error) {
	q := exchange.Query{
		Agency: envelope.AgencyID(c.QueryParam("agency")), Role: exchange.Role(c.QueryParam("role")),
		State: exchange.State(c.QueryParam("state")), DocumentID: c.QueryParam("document_id"), Code: c.QueryParam("code"),
		Cursor: c.QueryParam("cursor"),
	}
	limit, err := number(c, "limit", 0, 1, maxPage)
	if err != nil {
		return q, err
	}
	q.Limit = int(limit)
	if q.From, err = instant(c, "from"); err != nil {
		return q, err
	}
	if q.To, err = instant(c, "to"); err != nil {
		return q, err
	}
	return q, stateOrRole(q)
}

func stateOrRole(q exchange.Query) error {
	switch q.Role {
	case "", exchange.Sent, exchange.Received:
	default:
		return badParameter("role", "is sent or received", "là sent hoặc received")
	}
	switch q.State {
	case "", exchange.Queued, exchange.Held, exchange.Delivered, exchange.Withdrawn, exchange.DeadLettered:
		return nil
	}
	return badParameter("state", "is queued, held, delivered, withdrawn or dead-lettered", "là queued, held, delivered, withdrawn hoặc dead-lettered")
}

func (a *api) content(c *call) error {
	m, body, err := a.Hub.Content(c.ctx(), c.who, exchange.MessageID(c.Param("id")), c.QueryParam("reason"))
	if err != nil {
		return err
	}
	return serveBody(c, m, body)
}

func (a *api) deliveryContent(c *call) error {
	m, body, err := a.Hub.DeliveryContent(c.ctx(), c.who, exchange.DeliveryID(c.Param("delivery")))
	if err != nil {
		return err
	}
	return serveBody(c, m, body)
}

// serveBody sends the stored bytes as they are. Documents come from outside: no browser may take one for a page of the
// hub, hence attachment, nosniff and sandbox. A body that is found damaged while it is sent ends short of its length.
func serveBody(c *call, m exchange.Message, body exchange.Body) error {
	defer body.Close()
	h := c.Response().Header()
	h.Set("ETag", `"`+m.Digest.String()+`"`)
	h.Set("Content-Type", client.MediaType)
	h.Set("Content-Disposition", `attachment; filename="`+string(m.ID)+`.edxml"`)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Lienthong-Message", string(m.ID))
	http.ServeContent(patient(c.Response()), c.Request(), "", time.Time{}, body)
	return nil
}

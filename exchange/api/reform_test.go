package api_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/client"
	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/internal/hubtest"
	"github.com/lienthong/lienthong/signing"
)

// Stories of the day on which agencies are closed, merged, divided and renamed, told over the API.

// reform is a hub on whose agencies a mapping can be imported; NOW in it is this moment.
func reform(t *testing.T) *hubtest.Hub {
	t.Helper()
	return checked(t, hubtest.Config{}, append(agencies(), exchange.Agency{ID: "H44.101", Parent: province}, exchange.Agency{ID: "H44.102", Parent: province})...)
}

func mapped(t *testing.T, h *hubtest.Hub, rows ...string) client.ImportReport {
	t.Helper()
	file := "old,new,from,until,kind\n" + strings.ReplaceAll(strings.Join(rows, "\n"), "NOW", time.Now().UTC().Format(time.RFC3339)) + "\n"
	r, err := h.Admin.ImportMapping(t.Context(), []byte(file), false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func moved(t *testing.T, h *hubtest.Hub) client.Moved {
	t.Helper()
	m, err := h.Admin.MoveWaiting(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A document is on its way when its addressee merges into another: the heir gets it, under the same delivery id, the
// sender's receipt stays true, and the status comes back in the name under which the sender knows it.
func TestMergerMidFlightOneHeir(t *testing.T) {
	h := reform(t)
	sender, heir := h.Party(department), h.Party("H44.101")
	waiting, raw := sender.Send(communeA, communeB)
	taken, _ := sender.Send(communeA)
	got := h.Party(communeA).Lease(1)
	if len(got) != 1 {
		t.Fatalf("%d leased, want one", len(got))
	}
	seen := got[0] // one of the two was seen, and its lease still runs

	if r := mapped(t, h, "H44.24.05,H44.101,NOW,,merge", "H44.24.06,H44.101,NOW,,merge"); r.Kinds["redirected"] != 2 {
		t.Fatalf("the mapping did %+v", r)
	}
	if m := moved(t, h); m != (client.Moved{Redirected: 2, Underway: 1}) {
		t.Fatalf("moved %+v, want two and the one whose lease runs left", m)
	}
	if m := moved(t, h); m != (client.Moved{Underway: 1}) {
		t.Errorf("moved again %+v, want nothing but the one whose lease runs", m)
	}
	if _, err := h.Store.Settle(t.Context(), exchange.Settlement{Delivery: exchange.DeliveryID(seen.Delivery.ID), Attempt: 1, Now: time.Now(),
		Outcome: exchange.Outcome{Result: exchange.ResultRetry, Reason: "nack", RetryAt: time.Now().Add(time.Hour)}}); err != nil {
		t.Fatal(err)
	}
	if m := moved(t, h); m != (client.Moved{Redirected: 1}) {
		t.Errorf("moved %+v after the lease, want it", m)
	}

	batch := heir.Lease(10)
	if len(batch) != 3 {
		t.Fatalf("the heir is handed %d, want all three", len(batch))
	}
	originals := map[string]int{}
	for _, x := range batch {
		originals[x.Delivery.Original]++
		if x.Delivery.Addressee != "H44.101" {
			t.Errorf("handed out %+v", x.Delivery)
		}
		if _, err := heir.Client.Ack(t.Context(), x.Delivery.ID, x.Token); err != nil {
			t.Error(err)
		}
	}
	if originals[string(communeA)] != 2 || originals[string(communeB)] != 1 {
		t.Errorf("accepted for %v, want two and one", originals)
	}
	d, err := sender.Client.Document(t.Context(), waiting.ID)
	if err != nil || len(d.Deliveries) != 2 || d.Deliveries[0].State != "delivered" || d.Deliveries[0].Original != string(communeA) || d.Deliveries[1].Original != string(communeB) {
		t.Errorf("the sender sees %+v, %v", d.Deliveries, err)
	}
	if own, err := heir.Client.Document(t.Context(), waiting.ID); err != nil || len(own.Deliveries) != 2 || len(own.Message.Addressees) != 2 {
		t.Errorf("the heir sees %d deliveries of %d addressees, want its two, each once: %v", len(own.Deliveries), len(own.Message.Addressees), err)
	}
	h.Holds(waiting, raw)
	from := map[string]int{}
	for _, s := range sender.Collect() {
		e := envelopeOf(t, h, s)
		from[string(e.From.OrganID)]++
	}
	if from[string(communeA)] != 2 || from[string(communeB)] != 1 {
		t.Errorf("told of by %v, want 01 in the names that the receipts have", from)
	}
	_ = taken
	h.Sound()
}

// Several heirs: nobody inherits by guess. What waits is given up at once, the sender is told, and an operator sends it
// to one of those who took the place, and to nobody else.
func TestMergerMidFlightSeveralHeirs(t *testing.T) {
	h := reform(t)
	sender := h.Party(department)
	receipt, _ := sender.Send(communeA)
	mapped(t, h, "H44.24.05,H44.101,NOW,,split", "H44.24.05,H44.102,NOW,,split")
	if m := moved(t, h); m != (client.Moved{Stranded: 1}) {
		t.Fatalf("moved %+v, want the one given up", m)
	}
	notices := sender.Collect()
	if len(notices) != 1 {
		t.Errorf("the sender is told %d things, want one", len(notices))
	}
	for _, raw := range notices {
		if e := envelopeOf(t, h, raw); len(e.Errors) != 1 || !strings.Contains(e.Errors[0].Description, "nhiều đơn vị kế thừa") {
			t.Errorf("the notice says %+v", e.Errors)
		}
	}
	_, err := sender.Client.Submit(t.Context(), sender.Signed(sender.Document(communeA)), client.SubmitOptions{})
	p := refusal(t, err)
	if p.Code != "unknown-addressee" || p.Values["successors"] != "H44.101 H44.102" || !strings.Contains(p.Detail, "Đơn vị H44.102") {
		t.Errorf("a new document is refused as %+v", p)
	}
	for _, heir := range []exchange.AgencyID{"H44.101", "H44.102"} {
		if got := h.Party(heir).Lease(10); len(got) != 0 {
			t.Errorf("%s was handed %d documents", heir, len(got))
		}
		if _, err := h.Party(heir).Client.Document(t.Context(), receipt.ID); code(t, err) != "not-found" {
			t.Errorf("%s reads the document: %v", heir, err)
		}
	}
	id := receipt.Deliveries[0].Delivery
	for to, want := range map[string]string{string(communeB): "conflict", "": "conflict-or-held"} {
		r, err := h.Admin.SendOn(t.Context(), to, "thử", id)
		if err != nil || len(r) != 1 || (r[0].Code != want && want != "conflict-or-held") {
			t.Errorf("sent on to %q: %+v, %v; want %s", to, r, err, want)
		}
	}
	// Requeued without a name it waits for the closed agency, and is given up again.
	moved(t, h)
	r, err := h.Admin.SendOn(t.Context(), "H44.102", "địa bàn thuộc xã mới", id)
	if err != nil || r[0].State != "held" {
		t.Fatalf("sent on: %+v, %v", r, err)
	}
	if _, err := h.Party("H44.102").Client.Document(t.Context(), receipt.ID); code(t, err) != "not-found" {
		t.Errorf("P7: the chosen heir sees it before it was handed out: %v", err)
	}
	if got := h.Party("H44.102").Collect(); len(got) != 1 {
		t.Errorf("the chosen heir got %d documents", len(got))
	}
	if _, err := h.Party("H44.102").Client.Document(t.Context(), receipt.ID); err != nil {
		t.Errorf("the chosen heir does not see its document: %v", err)
	}
	h.Sound()
}

// The successor answers for what the closed agency had taken, reads it, and is told of what the closed one had sent.
func TestStatusesUnderAClosedCodeStillArrive(t *testing.T) {
	h := reform(t)
	sender, old, heir := h.Party(department), h.Party(communeA), h.Party("H44.101")
	receipt, raw := sender.Send(communeA)
	old.Collect()
	sent, _ := old.Send(department)
	inbox := sender.Lease(10)
	mapped(t, h, "H44.24.05,H44.101,NOW,,merge")

	id := receipt.Deliveries[0].Delivery
	if got := heir.Read(id); string(got) != string(raw) {
		t.Errorf("the heir reads %d bytes, want the document", len(got))
	}
	if _, err := heir.Client.Status(t.Context(), id, client.StatusRequest{Code: "05", Description: "đang xử lý"}); err != nil {
		t.Fatalf("a status in the short form: %v", err)
	}
	done := envelope.NewStatus(envelope.Party{OrganID: communeA}, envelope.ResponseFor{OrganID: department, Code: d(t, sender, receipt.ID).Code,
		DocumentID: d(t, sender, receipt.ID).DocumentID}, envelope.Completed, "xong", envelope.Staff{}, time.Now())
	r := heir.Submit(heir.Build(done))
	if r.Deliveries[0].Agency != string(department) {
		t.Errorf("the status went to %+v", r.Deliveries)
	}
	v, err := sender.Client.Document(t.Context(), receipt.ID)
	if err != nil || v.Deliveries[0].Processing != "06" || v.Deliveries[0].Addressee != string(communeA) {
		t.Errorf("the sender sees %+v, %v; want 06 of the closed agency's delivery", v.Deliveries, err)
	}
	opened := 0
	for _, e := range v.Timeline {
		if e.Entry.Type == "opened" && e.Entry.Actor == "H44.101" && e.Entry.Addressee == string(communeA) {
			opened++
		}
	}
	if opened != 1 {
		t.Errorf("the heir's reading is logged %d times, want once", opened)
	}

	// What the closed agency had sent is answered to its heir, under the old code or the new.
	for _, x := range inbox {
		if x.Message.ID != sent.ID {
			continue
		}
		answer := envelope.NewStatus(envelope.Party{OrganID: department}, envelope.ResponseFor{OrganID: communeA, DocumentID: x.Message.DocumentID, Code: x.Message.Code},
			envelope.Accepted, "vào sổ", envelope.Staff{}, time.Now())
		if r := sender.Submit(sender.Build(answer)); r.Deliveries[0].Agency != "H44.101" || r.Deliveries[0].Codes[0] != string(communeA) {
			t.Errorf("the status for the closed sender goes to %+v", r.Deliveries)
		}
		answer.Status.Code, answer.Status.ResponseFor.OrganID = envelope.Processing, "H44.101"
		if r := sender.Submit(sender.Build(answer)); r.Deliveries[0].Agency != "H44.101" {
			t.Errorf("the status to the new code goes to %+v", r.Deliveries)
		}
	}
	if got := heir.Lease(10); len(got) != 2 {
		t.Errorf("the heir has %d statuses, want both", len(got))
	}
	if page, err := heir.Client.Search(t.Context(), client.Query{Role: "received", Agency: string(communeA)}); err != nil || len(page.Documents) != 1 {
		t.Errorf("the heir lists %d documents of the closed one: %v", len(page.Documents), err)
	}
	_, err = h.Party(stranger).Client.Search(t.Context(), client.Query{Role: "received", Agency: string(communeA)})
	if code(t, err) != "forbidden" {
		t.Errorf("a stranger lists them: %v", err)
	}
	if _, err := h.Party(stranger).Client.Document(t.Context(), receipt.ID); code(t, err) != "not-found" {
		t.Errorf("a stranger reads them: %v", err)
	}
	h.Sound()
}

// d is a document's message.
func d(t *testing.T, p *hubtest.Party, id string) client.Message {
	t.Helper()
	v, err := p.Client.Document(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return v.Message
}

// A document to closed codes is one delivery to who took their place, and the receipt says why, in the log too.
func TestRedirectIsStatedOnTheReceipt(t *testing.T) {
	h := reform(t)
	mapped(t, h, "H44.24.05,H44.101,NOW,,merge", "H44.24.06,H44.101,NOW,,merge")
	receipt, raw := h.Party(department).Send(communeA, "H44.101", communeB)
	if len(receipt.Deliveries) != 1 || len(receipt.Deliveries[0].Codes) != 3 || len(receipt.Deliveries[0].Redirects) != 2 {
		t.Fatalf("delivered to %+v, want one delivery, three codes, two of them redirected", receipt.Deliveries)
	}
	why := receipt.Deliveries[0].Redirects[0]
	if why.Code != string(communeA) || len(why.Steps) != 1 || why.Steps[0].By != "successor" || !strings.Contains(why.VI, "đã chấm dứt hoạt động") || !strings.Contains(why.EN, "was closed") {
		t.Errorf("redirected because %+v", why)
	}
	e := h.Holds(receipt, raw)
	if by := e.Addressees[0].By; len(by) != 3 || by[0] != "successor" || by[1] != "" || by[2] != "successor" {
		t.Errorf("the log says %v", by)
	}
	if got := h.Party("H44.101").Collect(); len(got) != 1 {
		t.Errorf("the heir got %d documents, want one", len(got))
	}
	again := h.Party(department)
	other := again.Document(communeA)
	other.DocumentID = d(t, again, receipt.ID).DocumentID
	_, err := again.Client.Submit(t.Context(), again.Signed(other), client.SubmitOptions{})
	if code(t, err) != "same-identity" {
		t.Errorf("P2: other bytes of the same identity to the closed code: %v", err)
	}
	h.Sound()
}

// A renamed agency goes on under both codes; the old one runs out, and whoever uses it then is told the new one.
func TestRename(t *testing.T) {
	h := reform(t)
	commune, sender := h.Party(communeA), h.Party(department)
	mapped(t, h, "H44.24.05,H44.105,NOW,,rename")
	sender.Send("H44.105")
	sender.Send(communeA)
	if got := commune.Collect(); len(got) != 2 {
		t.Errorf("under both codes it got %d documents, want two", len(got))
	}
	for _, from := range []exchange.AgencyID{"H44.105", communeA} {
		e := commune.Document(department)
		e.From.OrganID = from
		if r := commune.Submit(commune.Signed(e)); len(r.Deliveries) != 1 {
			t.Errorf("sent as %s: %+v", from, r)
		}
	}
	got, err := sender.Client.Agencies(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range got.Agencies {
		if a.ID == string(communeA) && (a.Code != "H44.105" || len(a.Codes) != 1 || !a.Codes[0].Main) {
			t.Errorf("the directory shows %+v", a)
		}
	}
	for _, raw := range sender.Collect() {
		if e := envelopeOf(t, h, raw); e.Status != nil && e.From.OrganID != "H44.105" {
			t.Errorf("a status is from %s, want the code it writes under", e.From.OrganID)
		}
	}

	now := client.AgencyRequest{Name: commune.Name, Level: "commune", Parent: string(province), Channel: "pull"}
	a, err := h.Admin.Agency(t.Context(), string(communeA))
	if err != nil {
		t.Fatal(err)
	}
	now.Version, now.Codes, now.CodeUntil = a.Version, a.Codes, time.Now().UTC()
	if _, err := h.Admin.PutAgency(t.Context(), string(communeA), now); err != nil {
		t.Fatal(err)
	}
	_, err = sender.Client.Submit(t.Context(), sender.Signed(sender.Document(communeA)), client.SubmitOptions{})
	if p := refusal(t, err); p.Code != "unknown-addressee" || p.Values["current"] != "H44.105" {
		t.Errorf("to the old code: %+v", p)
	}
	_, err = commune.Client.Submit(t.Context(), commune.Signed(commune.Document(department)), client.SubmitOptions{})
	if p := refusal(t, err); p.Code != "sender-mismatch" || p.Values["current"] != "H44.105" {
		t.Errorf("from the old code: %+v", p)
	}
}

// Nobody sends in the name of who is closed: neither itself, nor its heir.
func TestClosedSender(t *testing.T) {
	h := reform(t)
	old, heir := h.Party(communeA), h.Party("H44.101")
	raw := old.Signed(old.Document(department))
	kept := old.Submit(old.Signed(old.Document(department)))
	mapped(t, h, "H44.24.05,H44.101,NOW,,merge")
	_, err := old.Client.Submit(t.Context(), raw, client.SubmitOptions{})
	if code(t, err) != "unauthenticated" {
		t.Errorf("the closed one sends: %v", err)
	}
	_, err = heir.Client.Submit(t.Context(), raw, client.SubmitOptions{})
	if p := refusal(t, err); p.Code != "sender-mismatch" || p.Values["current"] != "H44.101" {
		t.Errorf("the heir sends in its name: %+v", p)
	}
	if v, err := heir.Client.Document(t.Context(), kept.ID); err != nil || v.Message.Sender != string(communeA) {
		t.Errorf("the heir does not see what the closed one sent: %v", err)
	}
}

// A gateway receives for those without a connection, in one delivery, answers in their name, and is told what is for them.
func TestGateway(t *testing.T) {
	h := checked(t, hubtest.Config{}, append(agencies(), exchange.Agency{ID: "H44.00", Parent: province, SendsFor: []exchange.AgencyID{}})...)
	top, err := h.Admin.Agency(t.Context(), string(province))
	if err != nil {
		t.Fatal(err)
	}
	put := func(id string, r client.AgencyRequest) {
		t.Helper()
		if _, err := h.Admin.PutAgency(t.Context(), id, r); err != nil {
			t.Fatal(err)
		}
	}
	put(string(province), client.AgencyRequest{Name: top.Name, Level: "province", Channel: "pull", Gateway: "H44.00", Version: top.Version})
	for _, id := range []string{"H44.61", "H44.62"} {
		put(id, client.AgencyRequest{Name: "Ban " + id, Level: "department", Parent: string(province), Channel: "none"})
	}
	office, sender := h.Party("H44.00"), h.Party(department)
	receipt, raw := sender.Send("H44.61", "H44.62")
	if len(receipt.Deliveries) != 1 || receipt.Deliveries[0].Agency != "H44.00" || len(receipt.Deliveries[0].Redirects) != 2 ||
		!strings.Contains(receipt.Deliveries[0].Redirects[0].VI, "đầu mối H44.00") {
		t.Fatalf("delivered to %+v, want one delivery to the gateway, and why", receipt.Deliveries)
	}
	if e := h.Holds(receipt, raw); e.Addressees[0].By[0] != "gateway" {
		t.Errorf("logged as %+v", e.Addressees)
	}
	office.Collect()
	m := d(t, sender, receipt.ID)
	status := envelope.NewStatus(envelope.Party{OrganID: "H44.61"}, envelope.ResponseFor{OrganID: department, DocumentID: m.DocumentID, Code: m.Code},
		envelope.Accepted, "vào sổ", envelope.Staff{}, time.Now())
	if r := office.Submit(office.Build(status)); r.Deliveries[0].Agency != string(department) {
		t.Errorf("the status in the name of a unit went to %+v", r.Deliveries)
	}
	other := h.Party(communeB)
	_, err = other.Client.Submit(t.Context(), other.Build(status), client.SubmitOptions{})
	if code(t, err) != "sender-mismatch" {
		t.Errorf("a stranger gives it: %v", err)
	}
	h.Sound()
}

// One connection sends for several units, each document signed by its own; nobody else does, and only for them.
func TestDelegatedSending(t *testing.T) {
	h := reform(t)
	office := h.Party(province)
	a, err := h.Admin.Agency(t.Context(), string(province))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Admin.PutAgency(t.Context(), string(province), client.AgencyRequest{Name: a.Name, Level: "province", Channel: "pull", Version: a.Version,
		SendsFor: []string{string(communeA), string(communeB)}}); err != nil {
		t.Fatal(err)
	}
	for _, unit := range []exchange.AgencyID{communeA, communeB} {
		u := h.Party(unit)
		raw := u.Signed(u.Document(department))
		r := office.Submit(raw)
		e := h.Holds(r, raw)
		if e.Sender != string(unit) || e.Actor != string(province) {
			t.Errorf("logged as sent by %s in the name of %s", e.Actor, e.Sender)
		}
		if again := u.Submit(raw); !again.Repeat || again.Text != r.Text {
			t.Errorf("the unit itself sends it again: %+v", again)
		}
		if _, err := u.Client.Document(t.Context(), r.ID); err != nil {
			t.Errorf("the unit does not see its document: %v", err)
		}
	}
	_, err = office.Client.Submit(t.Context(), office.Leaf.Sign(office.Build(h.Party(communeA).Document(department))), client.SubmitOptions{})
	if code(t, err) != "certificate-foreign" {
		t.Errorf("signed by the connection instead of the unit: %v", err)
	}
	_, err = office.Client.Submit(t.Context(), h.Party("H44.101").Signed(h.Party("H44.101").Document(department)), client.SubmitOptions{})
	if code(t, err) != "sender-mismatch" {
		t.Errorf("for a unit that did not delegate: %v", err)
	}
	mapped(t, h, "H44.24.05,H44.101,NOW,,merge")
	_, err = office.Client.Submit(t.Context(), h.Party(communeA).Signed(h.Party(communeA).Document(department)), client.SubmitOptions{})
	if code(t, err) != "sender-mismatch" {
		t.Errorf("for a unit that is closed: %v", err)
	}
}

// refusal is the refusal that an error must be.
func refusal(t *testing.T, err error) *client.Problem {
	t.Helper()
	p, ok := errors.AsType[*client.Problem](err)
	if !ok {
		t.Fatalf("%v is no problem of the hub", err)
	}
	return p
}

func envelopeOf(t *testing.T, h *hubtest.Hub, raw []byte) *envelope.Envelope {
	t.Helper()
	v, err := signing.Verify(t.Context(), raw, signing.Policy{At: time.Now(), Anchors: h.CA.Anchors(), Unsigned: true})
	if err != nil {
		t.Fatal(err)
	}
	e, err := envelope.Parse(v)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

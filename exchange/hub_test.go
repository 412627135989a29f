package exchange_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/internal/testca"
	"github.com/lienthong/lienthong/signing"
	"github.com/lienthong/lienthong/store/bolt"
)

// The agencies of these tests, all invented.
const (
	department exchange.AgencyID = "000.00.31.H44"
	districtID exchange.AgencyID = "000.00.24.H44"
	communeID  exchange.AgencyID = "000.05.24.H44"
	legacy     exchange.AgencyID = "000.00.99.H44" // sends without signature
	sandbox    exchange.AgencyID = "000.98.24.H44"
	hubID      exchange.AgencyID = "001.00.41.H44"
)

const origin = "hub.test/1"

// A rig is a hub over the real engine, with a directory that tests may change and a clock that they move.
type rig struct {
	*exchange.Hub
	t     *testing.T
	store *bolt.Store
	key   note.Verifier
	seal  *testca.Leaf // signs for department
	alien *testca.Leaf // trusted, but enrolled for nobody
	book  *agencies

	mu  sync.Mutex
	now time.Time
}

// agencies is a directory without tree, aliases and successors.
type agencies struct {
	mu  sync.Mutex
	all map[exchange.AgencyID]exchange.Agency
}

func (a *agencies) Agency(id exchange.AgencyID) (exchange.Agency, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	found, ok := a.all[id]
	return found, ok
}

func (a *agencies) Resolve(code exchange.AgencyID, _ time.Time) (exchange.Resolution, error) {
	if found, ok := a.Agency(code); ok {
		return exchange.Resolution{Agency: found}, nil
	}
	return exchange.Resolution{}, exchange.Errorf(exchange.UnknownAddressee, "no agency %s", code)
}

func (a *agencies) Identify(code exchange.AgencyID) (exchange.Agency, bool) { return a.Agency(code) }

func (a *agencies) Holder(id exchange.AgencyID, at time.Time) (exchange.Agency, bool) {
	found, ok := a.Agency(id)
	return found, ok && found.LivesAt(at)
}

func (a *agencies) Reach(id exchange.AgencyID, at time.Time) (exchange.Agency, bool) {
	return a.Holder(id, at)
}

func (a *agencies) Inherited(exchange.AgencyID, time.Time) []exchange.AgencyID { return nil }

func (a *agencies) change(id exchange.AgencyID, f func(*exchange.Agency)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	next := a.all[id]
	f(&next)
	a.all[id] = next
}

func newRig(t *testing.T) *rig {
	t.Helper()
	ca := testca.New(t)
	r := &rig{t: t, seal: ca.Leaf("Sở Mẫu"), alien: ca.Leaf("Sở Khác"), now: time.Date(2018, 9, 28, 8, 0, 0, 0, time.UTC)}
	skey, vkey, err := translog.GenerateKey(rand.Reader, origin)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	if r.key, err = note.NewVerifier(vkey); err != nil {
		t.Fatal(err)
	}
	bell := &exchange.Bell{}
	r.store, err = bolt.Open(t.TempDir(), bolt.Options{Signer: signer, Origin: origin, OnDue: bell.Ring})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.store.Close() })
	r.book = r.people()
	r.Hub = &exchange.Hub{
		Store: r.store, Directory: r.book, Anchors: ca.Anchors(), TokenKey: bytes.Repeat([]byte{7}, 32),
		Own: envelope.Party{OrganID: hubID, Name: "Trục mẫu"}, Rules: envelope.DefaultRules(),
		Limits: exchange.DefaultLimits(), Clock: r.clock, Bell: bell,
	}
	return r
}

func (r *rig) people() *agencies {
	enrolled := []exchange.Certificate{{DER: r.seal.Cert.Raw, From: r.now.Add(-time.Hour)}}
	return &agencies{all: map[exchange.AgencyID]exchange.Agency{
		department: {ID: department, Name: "Sở Mẫu", Channel: exchange.Pull, Certificates: enrolled},
		districtID: {ID: districtID, Name: "UBND huyện Mẫu", Channel: exchange.Pull},
		communeID:  {ID: communeID, Name: "UBND xã Mẫu Một", Channel: exchange.Push},
		legacy:     {ID: legacy, Name: "Chi cục Mẫu", Channel: exchange.Pull, AcceptUnsigned: true},
		sandbox:    {ID: sandbox, Name: "Đơn vị thử", Channel: exchange.Pull, Sandbox: true},
	}}
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) wait(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func by(id exchange.AgencyID) exchange.Caller {
	return exchange.Caller{Agency: id, Credential: "key-of-" + string(id)}
}

var operator = exchange.Caller{Operator: "an", Credential: "socket"}

// letter is document n of an agency, unsigned.
func (r *rig) letter(n int, from exchange.AgencyID, to ...exchange.AgencyID) []byte {
	r.t.Helper()
	code := envelope.Code{Number: strconv.Itoa(n), Notation: "SM-VP"}
	date := envelope.DateOf(r.clock())
	e := &envelope.Envelope{
		From: envelope.Party{OrganID: from, Name: "Nơi gửi"}, DocumentID: envelope.NewDocumentID(from, date, code), Code: code,
		Promulgation: envelope.Promulgation{Place: "Phú Thọ", Date: date},
		Type:         envelope.DocumentType{Type: "2", Name: "Công văn"}, Subject: "V/v thử nghiệm " + strconv.Itoa(n),
		Attachments: []envelope.Attachment{envelope.NewAttachment("a.pdf", []byte("%PDF-1.4 "+strconv.Itoa(n)))},
	}
	for _, id := range to {
		e.To = append(e.To, envelope.Party{OrganID: id})
	}
	raw, err := envelope.Build(e)
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

// signed is document n of the department.
func (r *rig) signed(n int, to ...exchange.AgencyID) []byte {
	r.t.Helper()
	return r.sign(r.letter(n, department, to...), r.seal)
}

func (r *rig) sign(raw []byte, with *testca.Leaf) []byte {
	r.t.Helper()
	out, err := signing.Sign(raw, with.Key, with.Cert)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

func (r *rig) send(raw []byte) *exchange.Receipt {
	r.t.Helper()
	receipt, err := r.Submit(r.t.Context(), exchange.Submission{Caller: by(department), Raw: raw})
	if err != nil {
		r.t.Fatal(err)
	}
	return receipt
}

// take leases everything that waits for an agency.
func (r *rig) take(id exchange.AgencyID) []exchange.Handout {
	r.t.Helper()
	got, err := r.Lease(r.t.Context(), by(id), exchange.Ask{Max: 100})
	if err != nil {
		r.t.Fatal(err)
	}
	return got
}

func (r *rig) sound() {
	r.t.Helper()
	broken, err := r.store.Check(r.t.Context(), nil)
	if err != nil || len(broken) > 0 {
		r.t.Errorf("check after the test: %v %q", err, broken)
	}
}

// wantKind holds an error against the kind it should have.
func wantKind(t *testing.T, what string, err error, want exchange.Kind) {
	t.Helper()
	if err == nil || exchange.KindOf(err) != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

func TestADocumentOnItsWay(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	receipt := r.send(r.signed(1, districtID, communeID))

	entry, _, err := receipt.Proof.Verify(note.VerifierList(r.key), origin)
	if err != nil || entry.Digest != receipt.Message.Digest.String() || len(entry.Addressees) != 2 {
		t.Fatalf("the receipt does not prove the acceptance: %+v %v", entry, err)
	}
	id := receipt.Message.ID
	_, err = r.Document(ctx, by(districtID), id)
	wantKind(t, "the addressee looks before it was handed the document", err, exchange.NotFound)
	if page, err := r.Search(ctx, by(districtID), exchange.Query{Role: exchange.Received}); err != nil || len(page.Rows) != 0 {
		t.Errorf("the addressee finds %d documents before exposure: %v", len(page.Rows), err)
	}
	if events, err := r.Events(ctx, by(districtID), -1, 100); err != nil || len(events) != 0 {
		t.Errorf("the addressee has %d events before exposure: %v", len(events), err)
	}

	got := r.take(districtID)
	if len(got) != 1 || got[0].Message.ID != id {
		t.Fatalf("leased %+v, want the document", got)
	}
	view, err := r.Document(ctx, by(districtID), id)
	if err != nil || len(view.Deliveries) != 1 || len(view.Message.Addressees) != 1 {
		t.Errorf("the addressee sees %d deliveries of %d addressees, want its own: %v", len(view.Deliveries), len(view.Message.Addressees), err)
	}
	if _, err := r.Ack(ctx, by(districtID), got[0].Delivery.ID, got[0].Token); err != nil {
		t.Fatal(err)
	}

	// The sender is told by status 01 and sees both deliveries.
	back := r.take(department)
	if len(back) != 1 || back[0].Message.Class != exchange.ClassStatus || back[0].Message.Report.Code != envelope.Arrived {
		t.Fatalf("the sender got %+v, want status 01", back)
	}
	sent, err := r.Document(ctx, by(department), id)
	if err != nil || len(sent.Deliveries) != 2 || sent.Deliveries[0].State != exchange.Delivered || sent.Deliveries[0].Processing != envelope.Arrived {
		t.Errorf("the sender sees %+v, want the first of two delivered with 01: %v", sent.Deliveries, err)
	}
	proofs, err := r.Receipts(ctx, by(department), id)
	if err != nil || len(proofs) != 3 {
		t.Fatalf("%d receipts, want acceptance, acknowledgement and status: %v", len(proofs), err)
	}
	for i, p := range proofs {
		if _, _, err := p.Verify(note.VerifierList(r.key), origin); err != nil {
			t.Errorf("receipt %d: %v", i, err)
		}
	}
	r.sound()
}

// P2: what was accepted once is never judged again.
func TestTheSameBytesGetTheOriginalReceipt(t *testing.T) {
	r := newRig(t)
	raw := r.signed(1, districtID)
	first := r.send(raw)
	r.send(r.signed(2, districtID))
	r.book.change(department, func(a *exchange.Agency) { a.Certificates = nil })
	r.wait(90 * 24 * time.Hour)

	again := r.send(raw)
	if !again.Repeat || !bytes.Equal(again.Proof.Marshal(), first.Proof.Marshal()) {
		t.Errorf("the repeat has Repeat %v, equal receipt %v", again.Repeat, bytes.Equal(again.Proof.Marshal(), first.Proof.Marshal()))
	}
	if got := r.take(districtID); len(got) != 2 {
		t.Errorf("%d deliveries, want 2: a repeat makes none", len(got))
	}
}

func TestTheRulesOfTheDoor(t *testing.T) {
	r := newRig(t)
	expired := testca.New(t).Leaf("cũ", testcaUntil(r.now.Add(-time.Hour)))
	foreign := testca.Foreign(t).Leaf("Sở Mẫu")
	tests := []struct {
		name   string
		caller exchange.Caller
		raw    []byte
		want   exchange.Kind
	}{
		{"unsigned", by(department), r.letter(1, department, districtID), exchange.Unsigned},
		{"another agency's certificate", by(department), r.sign(r.letter(2, department, districtID), r.alien), exchange.ForeignCert},
		{"a certificate of nobody we trust", by(department), r.sign(r.letter(3, department, districtID), foreign), exchange.UnknownCert},
		{"an expired certificate", by(department), r.sign(r.letter(4, department, districtID), expired), exchange.ExpiredCert},
		{"From is not the caller", by(districtID), r.signed(5, communeID), exchange.SenderMismatch},
		{"unknown addressee", by(department), r.signed(6, "000.77.24.H44"), exchange.UnknownAddressee},
		{"a live key to a sandbox agency", by(department), r.signed(7, sandbox), exchange.UnknownAddressee},
		{"a test key to a live agency", exchange.Caller{Agency: department, Test: true}, r.signed(8, districtID), exchange.UnknownAddressee},
		{"an operator", operator, r.signed(9, districtID), exchange.Forbidden},
		{"nobody", exchange.Caller{}, r.signed(10, districtID), exchange.Forbidden},
		{"an agency that is not there", by("000.55.24.H44"), r.signed(11, districtID), exchange.Forbidden},
		{"not XML", by(department), []byte("%PDF-1.4"), exchange.BadXML},
	}
	for _, test := range tests {
		_, err := r.Submit(t.Context(), exchange.Submission{Caller: test.caller, Raw: test.raw})
		wantKind(t, test.name, err, test.want)
		_, err = r.Validate(t.Context(), exchange.Submission{Caller: test.caller, Raw: test.raw})
		wantKind(t, test.name+", validated", err, test.want)
	}
	if counts, err := r.store.Counts(t.Context(), "", ""); err != nil || len(counts) != 0 {
		t.Errorf("refusals left deliveries: %v %v", counts, err)
	}
	r.sound()
}

func TestWhoMaySendWithoutASignature(t *testing.T) {
	r := newRig(t)
	receipt, err := r.Submit(t.Context(), exchange.Submission{Caller: by(legacy), Raw: r.letter(1, legacy, districtID)})
	if err != nil || receipt.Message.Signature != signing.Unsigned {
		t.Errorf("a legacy agency's document: %+v %v, want it taken as unsigned", receipt, err)
	}
	r.book.change(department, func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{legacy} })
	receipt, err = r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: r.letter(2, legacy, districtID)})
	if err != nil || receipt.Message.Sender != legacy || receipt.Message.Caller != department {
		t.Errorf("a delegated document: %+v %v, want sender %s by %s", receipt, err, legacy, department)
	}
}

func TestValidateStoresNothing(t *testing.T) {
	r := newRig(t)
	checked, err := r.Validate(t.Context(), exchange.Submission{Caller: by(department), Raw: r.signed(1, districtID)})
	if err != nil || len(checked.Message.Addressees) != 1 {
		t.Fatalf("%+v %v", checked, err)
	}
	if _, size, err := r.store.Checkpoint(t.Context()); err != nil || size > 1 {
		t.Errorf("the log has %d entries: %v", size, err)
	}
	if got := r.take(districtID); len(got) != 0 {
		t.Errorf("validation delivered %d", len(got))
	}
}

func TestTokens(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.send(r.signed(1, districtID))
	first := r.take(districtID)[0]
	r.wait(6 * time.Minute) // past the lease
	second := r.take(districtID)[0]
	id := first.Delivery.ID

	_, err := r.Nack(ctx, by(districtID), id, first.Token, "chậm", 0)
	wantKind(t, "nack with a superseded token", err, exchange.LeaseLost)
	_, err = r.Extend(ctx, by(districtID), id, first.Token, time.Minute)
	wantKind(t, "extend with a superseded token", err, exchange.LeaseLost)
	for _, forged := range []string{"", "1", "3." + second.Token[2:], second.Token + "00", "x." + second.Token[2:], "-1." + second.Token[2:]} {
		_, err = r.Ack(ctx, by(districtID), id, forged)
		wantKind(t, fmt.Sprintf("ack with the forged token %q", forged), err, exchange.LeaseLost)
	}
	_, err = r.Ack(ctx, by(communeID), id, second.Token)
	wantKind(t, "ack by another agency", err, exchange.NotFound)
	if d, err := r.Extend(ctx, by(districtID), id, second.Token, 10*time.Minute); err != nil || !d.Due.Equal(r.clock().Add(10*time.Minute)) {
		t.Errorf("extend: due %v, %v", d.Due, err)
	}
	for range 2 {
		if d, err := r.Ack(ctx, by(districtID), id, first.Token); err != nil || d.State != exchange.Delivered {
			t.Errorf("a token ever issued acknowledges, also twice: %s %v", d.State, err)
		}
	}
	if got := r.take(department); len(got) != 1 {
		t.Errorf("%d statuses 01, want one for two acknowledgements", len(got))
	}
	r.sound()
}

func TestNackGivesBack(t *testing.T) {
	r := newRig(t)
	r.send(r.signed(1, districtID))
	h := r.take(districtID)[0]
	if _, err := r.Nack(t.Context(), by(districtID), h.Delivery.ID, h.Token, "ổ đĩa đầy", time.Hour); err != nil {
		t.Fatal(err)
	}
	if got := r.take(districtID); len(got) != 0 {
		t.Error("handed out before the hour was over")
	}
	r.wait(time.Hour)
	if got := r.take(districtID); len(got) != 1 || got[0].Delivery.Attempt != 2 {
		t.Errorf("after the hour: %+v, want attempt 2", got)
	}
	_, err := r.Nack(t.Context(), by(districtID), h.Delivery.ID, h.Token, "", 48*time.Hour)
	wantKind(t, "a nack for two days", err, exchange.BadRequest)
}

func TestAsksAreBounded(t *testing.T) {
	r := newRig(t)
	for _, ask := range []exchange.Ask{{Max: -1}, {Max: 101}, {For: time.Millisecond}, {For: 11 * time.Minute}, {Wait: -1}, {Wait: 21 * time.Second}} {
		_, err := r.Lease(t.Context(), by(districtID), ask)
		wantKind(t, fmt.Sprintf("%+v", ask), err, exchange.BadRequest)
	}
	_, err := r.Lease(t.Context(), operator, exchange.Ask{})
	wantKind(t, "an operator's inbox", err, exchange.Forbidden)
}

// A long poll is woken by the commit that brings something, not by looking again.
func TestLeaseWaitsForTheBell(t *testing.T) {
	r := newRig(t)
	type result struct {
		got []exchange.Handout
		err error
	}
	done := make(chan result)
	go func() {
		got, err := r.Lease(t.Context(), by(districtID), exchange.Ask{Wait: 20 * time.Second})
		done <- result{got, err}
	}()
	r.send(r.signed(1, districtID))
	select {
	case res := <-done:
		if res.err != nil || len(res.got) != 1 {
			t.Errorf("the long poll returned %d deliveries: %v", len(res.got), res.err)
		}
	case <-time.After(15 * time.Second):
		t.Error("the long poll slept through a submission")
	}
}

// A recall or update of what was never sent is refused in words.
func TestKindsAndClassesThatAreNotTaken(t *testing.T) {
	r := newRig(t)
	_, err := r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: r.sign(r.business(1, envelope.Recall), r.seal)})
	wantKind(t, "a recall of nothing", err, exchange.UnknownDocument)
	_, err = r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: r.sign(r.business(1, envelope.Update), r.seal)})
	wantKind(t, "an update of nothing", err, exchange.UnknownDocument)
	_, err = r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: r.signed(2, districtID), Want: exchange.ClassStatus})
	wantKind(t, "a document where a status is wanted", err, exchange.BadEnvelope)
}

// business is a document that does something to an earlier one.
func (r *rig) business(n int, k envelope.Kind) []byte {
	r.t.Helper()
	v, err := signing.Verify(r.t.Context(), r.letter(n, department, districtID), signing.Policy{At: r.clock(), Unsigned: true})
	if err != nil {
		r.t.Fatal(err)
	}
	e, err := envelope.Parse(v)
	if err != nil {
		r.t.Fatal(err)
	}
	e.Business = &envelope.Business{Kind: k, DocumentID: e.DocumentID, Reason: "thử"}
	raw, err := envelope.Build(e)
	if err != nil {
		r.t.Fatal(err)
	}
	return raw
}

func TestAClosedAgencySendsNothing(t *testing.T) {
	r := newRig(t)
	raw := r.signed(1, districtID)
	r.book.change(department, func(a *exchange.Agency) { a.ClosedAt = r.clock() })
	_, err := r.Submit(t.Context(), exchange.Submission{Caller: by(department), Raw: raw})
	wantKind(t, "a closed agency", err, exchange.Forbidden)
}

// The original receipt is found also where the connection sends for another agency, and its right has ended since.
func TestADelegatedRepeat(t *testing.T) {
	r := newRig(t)
	r.book.change(department, func(a *exchange.Agency) { a.SendsFor = []exchange.AgencyID{legacy} })
	raw := r.letter(1, legacy, districtID)
	first := r.send(raw)
	r.book.change(legacy, func(a *exchange.Agency) { a.AcceptUnsigned = false })
	if again := r.send(raw); !again.Repeat || again.Message.ID != first.Message.ID {
		t.Errorf("got %+v, want the first receipt", again)
	}
}

// Whoever learns a delivery's id from elsewhere gains nothing by it before the document is handed out.
func TestAnIDBeforeExposureIsNothing(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.send(r.signed(1, districtID)).Message.Addressees[0].Delivery
	_, _, err := r.DeliveryContent(ctx, by(districtID), id)
	wantKind(t, "content", err, exchange.NotFound)
	_, err = r.Ack(ctx, by(districtID), id, "1.00")
	wantKind(t, "ack", err, exchange.NotFound)
	_, err = r.Report(ctx, by(districtID), id, exchange.Word{Code: envelope.Accepted})
	wantKind(t, "status", err, exchange.NotFound)
}

// Statuses end in themselves: their delivery is not answered by a further status, or none would ever end.
func TestStatusesAreNotAnswered(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	r.send(r.signed(1, districtID))
	h := r.take(districtID)[0]
	if _, err := r.Ack(ctx, by(districtID), h.Delivery.ID, h.Token); err != nil {
		t.Fatal(err)
	}
	back := r.take(department)[0]
	if _, err := r.Ack(ctx, by(department), back.Delivery.ID, back.Token); err != nil {
		t.Fatal(err)
	}
	if got := r.take(districtID); len(got) != 0 {
		t.Errorf("the acknowledged status brought %+v", got)
	}
	_, err := r.Report(ctx, by(department), back.Delivery.ID, exchange.Word{Code: envelope.Accepted})
	wantKind(t, "a status about a status, by delivery", err, exchange.BadReport)
	about := cite(back.Message)
	_, err = r.Submit(ctx, exchange.Submission{Caller: by(department), Raw: r.status(department, about, envelope.Accepted, "x")})
	wantKind(t, "a status about a status, by id", err, exchange.UnknownDocument)
	r.sound()
}

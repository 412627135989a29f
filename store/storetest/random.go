package storetest

import (
	"bytes"
	"context"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
)

// Random takes random walks through the store and a model of it side by side, and compares all that can be seen after
// every step. It shrinks a walk that shows a difference. -rapid.checks or RAPID_CHECKS sets how many walks (100, of 30
// steps on average; a fifth with -short).
func Random(t *testing.T, open Opener) {
	rapid.Check(t, walkBy(t, open, exchange.Table(), (*walk).wide))
	rapid.Check(t, walkBy(t, open, exchange.Table(), (*walk).merging))
}

// walkBy is one walk, against a model that goes by these tables.
func walkBy(t *testing.T, open Opener, rules exchange.Transitions, steps func(*walk) map[string]func(*rapid.T)) func(*rapid.T) {
	root := t.TempDir()
	return func(rt *rapid.T) {
		dir, err := os.MkdirTemp(root, "walk")
		if err != nil {
			rt.Fatal(err)
		}
		h := &hub{T: t, ctx: context.Background(), open: open, dir: dir, now: begins}
		h.Store = open(t, dir)
		w := &walk{T: rt, h: h, m: newModel(begins, h.size(), rules)}
		defer w.end()
		w.tick(0) // from here on the store has committed a time, and knows as much as the model
		rt.Repeat(steps(w))
	}
}

// wide are all steps there are.
func (w *walk) wide() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"accept": w.accept, "again": w.again, "status": w.status, "lease": w.lease, "lease more": w.lease,
		"settle": w.settle, "acknowledge": w.acknowledge, "extend": w.extend, "release": w.release,
		"expire": w.expire, "requeue": w.requeue, "open": w.open, "clock": w.clock, "restart": w.restart,
		"crash": w.crash, "recall": w.recall, "take back": w.takeBack, "update": w.update, "replace": w.replace,
		"redirect": w.redirect, "strand": w.strand, "rejudge": w.rejudge,
		"calendar": w.calendar, "pass limits": w.passLimits, "tell delay": w.tellDelay,
		"lapse": w.lapse, "answer": w.answer, "status more": w.status, "recall more": w.recall,
		"": w.compare,
	}
}

// narrow are those that ask the tables, over one document, which some have seen.
func (w *walk) narrow() map[string]func(*rapid.T) {
	w.accept(w.T)
	for range 3 {
		w.lease(w.T)
	}
	return map[string]func(*rapid.T){
		"lease": w.lease, "status": w.status, "status more": w.status, "answer": w.answer, "answer more": w.answer,
		"recall": w.recall, "update": w.update,
		"lapse": func(t *rapid.T) {
			w.tick(time.Hour)
			w.lapse(t)
		},
		"": w.compare,
	}
}

// merging are those that meet where one agency takes the place of another, over a document that both had.
func (w *walk) merging() map[string]func(*rapid.T) {
	a := w.h.document(office, commune, ward, district)
	a.Now = w.m.now
	w.submit(a)
	for range 3 {
		w.lease(w.T)
	}
	return map[string]func(*rapid.T){
		"lease": w.lease, "settle": w.settle, "redirect": w.redirect, "recall": w.recall, "recall more": w.recall,
		"answer": w.answer, "answer more": w.answer, "take back": w.takeBack, "update": w.update, "lapse": w.lapse,
		"release": w.release, "clock": w.clock, "crash": w.crash, "": w.compare,
	}
}

// A walk is a store and its model on the way.
type walk struct {
	*rapid.T
	h    *hub
	m    *model
	turn int // of the lists that are compared
}

var (
	senders    = []exchange.AgencyID{office, district}
	addressees = []exchange.AgencyID{commune, ward, district}
	everybody  = []exchange.AgencyID{office, district, commune, ward, province}
)

// end closes the store, also when the walk has failed, and checks it when it has not.
func (w *walk) end() {
	defer os.RemoveAll(w.h.dir)
	defer w.h.Close()
	if !w.Failed() {
		w.told()
		w.drain()
		w.check()
	}
}

func (w *walk) check() {
	if broken, err := w.h.Check(w.h.ctx, nil); err != nil || len(broken) > 0 {
		w.Fatalf("check: %v %q", err, broken)
	}
}

func draw[T any](w *walk, label string, from []T) T {
	return rapid.SampledFrom(from).Draw(w.T, label)
}

// pick draws by number, which reads better in a report than what is picked.
func pick[T any](w *walk, label string, from []T) T {
	return from[rapid.IntRange(0, len(from)-1).Draw(w.T, label)]
}

// at is what the clock says when a call is made: the hub's time, or an hour less when it was set back. What the caller
// reckons from it, the end of a lease or the time of a retry, moves with the hub's time.
func (w *walk) at() time.Time {
	w.h.now = w.m.now
	return w.m.now.Add(-draw(w, "clock behind", []time.Duration{0, 0, 0, time.Hour}))
}

// some picks a delivery; the walk's step does nothing when there is none.
func (w *walk) some() exchange.Delivery {
	if len(w.m.order) == 0 {
		w.Skip("no delivery yet")
	}
	return w.m.deliveries[pick(w, "delivery", w.m.order)]
}

// fails says whether a call failed as the model did; a refusal changes nothing, so there is nothing more to do.
func (w *walk) fails(err, want error, what string) bool {
	if (err == nil) != (want == nil) || want != nil && exchange.KindOf(err) != exchange.KindOf(want) {
		w.Fatalf("%s: %v, want %v", what, err, want)
	}
	return err != nil
}

func (w *walk) accept(*rapid.T) {
	at := w.at()
	from := draw(w, "from", senders)
	to := rapid.SliceOfNDistinct(rapid.SampledFrom(addressees), 1, 3, rapid.ID[exchange.AgencyID]).Draw(w.T, "to")
	a := w.h.document(from, to...)
	if len(w.m.messages) > 0 && draw(w, "same identity", []bool{false, false, true}) {
		if old := pick(w, "as", w.m.messages).a; old.Identity != "" {
			a = w.h.rewritten(old, to...)
		} else {
			a.Identity = ""
		}
	}
	urgent(a, rapid.IntRange(0, 4).Draw(w.T, "priority"), w.m.now.Add(draw(w, "due in", []time.Duration{0, 0, time.Minute})))
	for i := range a.Deliveries {
		a.Deliveries[i].Deadline = w.m.now.Add(draw(w, "lifetime", []time.Duration{time.Hour, lifetime}))
	}
	w.clocked(a)
	a.IdempotencyKey = draw(w, "key", []string{"", "", "k1", "k2"})
	if state := draw(w, "revocation", []exchange.RevocationState{"", exchange.RevocationGood, exchange.RevocationUnknown}); state != "" {
		j := revocationOf(state, draw(w, "evidence", []string{"", "noon", "night"}))
		a.Message.Certificate, a.Message.Revocation, a.Evidence = fingerprint("s1"), &j.Revocation, j.Evidence
	}
	a.Now = at
	w.submit(a)
}

// rejudge learns something about the signer of a message.
func (w *walk) rejudge(*rapid.T) {
	if len(w.m.messages) == 0 {
		w.Skip("no message yet")
	}
	at := w.at()
	m := pick(w, "message", w.m.messages)
	state := draw(w, "state", []exchange.RevocationState{exchange.RevocationGood, exchange.RevocationUnknown, exchange.RevocationRevoked})
	r := exchange.Rejudgement{Message: m.a.Message.ID, Judgement: revocationOf(state, draw(w, "evidence", []string{"", "noon", "night"})), Now: at}
	got, err := w.h.Rejudge(w.h.ctx, r)
	r.Now = w.m.now
	ds, failed := w.h.DeliveriesOf(w.h.ctx, r.Message)
	if failed != nil {
		w.Fatalf("deliveries: %v", failed)
	}
	next, entries := exchange.Rejudge(m.now, ds, r)
	if err != nil || !reflect.DeepEqual(normal(got.Revocation), normal(next.Revocation)) {
		w.Fatalf("rejudged as %+v (%v), want %+v", got.Revocation, err, next.Revocation)
	}
	if len(entries) > 0 {
		m.now = next
		w.m.size += int64(len(entries))
	}
}

func (w *walk) again(*rapid.T) {
	if len(w.m.messages) == 0 {
		w.Skip("no message yet")
	}
	at := w.at()
	a := w.h.resubmitted(pick(w, "message", w.m.messages).a)
	a.IdempotencyKey = draw(w, "key", []string{"", "k1", "k2"})
	a.Now = at
	w.submit(a)
}

func (w *walk) status(*rapid.T) {
	at := w.at()
	d := w.some()
	for _, id := range w.m.order { // statuses in a row are rare enough
		if was := w.m.deliveries[id]; was.Processing != "" && rapid.Bool().Draw(w.T, "a further one of this") {
			d = was
			break
		}
	}
	a := w.h.status(d, draw(w, "code", []envelope.StatusCode{
		envelope.Arrived, envelope.Refused, envelope.Accepted, envelope.Assigned, envelope.Processing, envelope.Completed, "14"}))
	a.Now = at
	w.rests(a)
	w.submit(a)
}

// rests makes a status now and then one of the short form, which names its delivery, and rests on how that stands or stood.
func (w *walk) rests(a *exchange.Acceptance) {
	if !rapid.Bool().Draw(w.T, "in the short form") {
		return
	}
	id := a.Message.Report.Delivery
	a.Basis = &exchange.Basis{Delivery: id, Stood: draw(w, "stood", []string{"", "", w.m.deliveries[id].Stood(), "otherwise"})}
}

// submit accepts in both and compares the answers.
func (w *walk) submit(a *exchange.Acceptance) {
	r, err := w.h.Accept(w.h.ctx, a)
	repeat, refusals := w.m.accept(a)
	switch {
	case refusals != nil:
		if err == nil || !slices.Contains(refusals, exchange.KindOf(err)) {
			w.Fatalf("accept: %v, want one of %v", err, refusals)
		}
	case err != nil:
		w.Fatalf("accept: %v, want it accepted", err)
	case repeat != nil:
		if !r.Repeat || r.Message.ID != repeat.a.Message.ID || !bytes.Equal(r.Proof.Marshal(), repeat.proof) {
			w.Fatalf("accept: repeat %t, message %s, or another receipt; want the one of %s", r.Repeat, r.Message.ID, repeat.a.Message.ID)
		}
	default:
		if r.Repeat || r.Message.ID != a.Message.ID || !r.Message.AcceptedAt.Equal(w.m.now) {
			w.Fatalf("accept: repeat %t, message %s at %v; want %s at %v", r.Repeat, r.Message.ID, r.Message.AcceptedAt, a.Message.ID, w.m.now)
		}
		w.m.messages[len(w.m.messages)-1].proof = r.Proof.Marshal()
	}
}

// clock lets time go by and commits it, so that both know how far it is.
func (w *walk) clock(*rapid.T) {
	w.tick(draw(w, "pass", []time.Duration{time.Second, time.Minute, time.Hour, exchange.IdempotencyTTL, lifetime}))
}

func (w *walk) tick(d time.Duration) {
	w.m.now = w.m.now.Add(d)
	if _, err := w.h.Append(w.h.ctx, translog.Entry{Type: translog.SignedIn, Actor: "operator:an", Time: w.m.now}, nil); err != nil {
		w.Fatalf("append: %v", err)
	}
	w.m.size++
}

func (w *walk) restart(*rapid.T) {
	w.check()
	if err := w.h.Close(); err != nil {
		w.Fatalf("close: %v", err)
	}
	w.h.Store = w.h.open(w.h.T, w.h.dir)
}

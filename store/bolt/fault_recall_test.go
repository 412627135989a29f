package bolt_test

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/translog"
	"github.com/lienthong/lienthong/store/bolt"
)

// An act is what is said of the document of a scene: one that its first addressee was handed and its second was not.
type act struct {
	name  string
	asked bool // a recall has been asked for before
	make  func(doc *exchange.Acceptance) *exchange.Acceptance
}

func acts() []act {
	return []act{
		{"recall", false, acting(envelope.Recall, exchange.Recalls)},
		{"status 13", false, takingBack},
		{"answer 15", true, answering(envelope.Agreed)},
		{"answer 16", true, answering(envelope.Declined)},
		{"update", false, acting(envelope.Update, exchange.Updates)},
		{"replacement", false, acting(envelope.Replacement, exchange.Replaces)},
	}
}

// acting is a document that does something to another at all its addressees.
func acting(kind envelope.Kind, r exchange.Relation) func(*exchange.Acceptance) *exchange.Acceptance {
	return func(doc *exchange.Acceptance) *exchange.Acceptance {
		var to []exchange.AgencyID
		l := exchange.Link{Message: doc.Message.ID, Relation: r}
		for _, d := range doc.Deliveries {
			to, l.For, l.Of = append(to, d.Addressee), append(l.For, d.Addressee), append(l.Of, d.ID)
		}
		a := acceptance("acts: "+string(r), to...)
		a.Message.Kind, a.Message.About, a.AnswerBy = kind, []exchange.Link{l}, start.AddDate(0, 0, 3)
		for i := range a.Deliveries {
			a.Deliveries[i].Kind = kind
		}
		return a
	}
}

func takingBack(doc *exchange.Acceptance) *exchange.Acceptance {
	d := doc.Deliveries[1]
	a := acceptance("taken back", d.Addressee)
	a.Message.Class, a.Deliveries[0].Class, a.AnswerBy = exchange.ClassStatus, exchange.ClassStatus, start.AddDate(0, 0, 3)
	a.Message.About = []exchange.Link{{Message: d.Message, Relation: exchange.Recalls, For: []exchange.AgencyID{d.Addressee}, Of: []exchange.DeliveryID{d.ID}}}
	a.Message.Report = &exchange.Report{Delivery: d.ID, Message: d.Message, Addressee: d.Addressee, Code: envelope.TakeBack, At: start}
	return a
}

func answering(code envelope.StatusCode) func(*exchange.Acceptance) *exchange.Acceptance {
	return func(doc *exchange.Acceptance) *exchange.Acceptance {
		d := doc.Deliveries[0]
		a := acceptance("answered", doc.Message.Sender)
		a.Message.Class, a.Message.Sender, a.Deliveries[0].Class = exchange.ClassStatus, d.Addressee, exchange.ClassStatus
		a.Message.Report = &exchange.Report{Delivery: d.ID, Message: d.Message, Addressee: d.Addressee, Code: code, At: start}
		return a
	}
}

// TestFaultsOfRecall fails every step under each act (P1, P7): it has happened wholly or not at all, and when it is repeated
// with the same bytes everything is as if no disk had failed, once.
func TestFaultsOfRecall(t *testing.T) {
	for _, a := range acts() {
		want := newScene(t, a, nil).played(t)
		for _, step := range bolt.Steps() {
			for _, apply := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s fails, %t", a.name, step, apply), func(t *testing.T) {
					f := &faults{armed: map[bolt.Step]bool{step: apply}}
					if step == bolt.StepReopen || step == bolt.StepMark {
						f.armed[bolt.StepCommit] = apply
					}
					if got := newScene(t, a, f).played(t); got != want {
						t.Errorf("it came to\n%s\nwant\n%s", got, want)
					}
					if f.left() > 0 {
						t.Errorf("steps not reached: %v", f.armed)
					}
				})
			}
		}
	}
}

func (f *faults) has(st bolt.Step) bool {
	if f == nil {
		return false
	}
	_, armed := f.armed[st]
	return armed
}

// A scene is a document, an update of it behind it, and an act.
type scene struct {
	dir      string
	store    *bolt.Store
	doc, act *exchange.Acceptance
}

func newScene(t *testing.T, a act, f *faults) *scene {
	t.Helper()
	s := &scene{dir: t.TempDir()}
	s.store = open(t, s.dir, options(t))
	s.doc = acceptance("the document", addressee(2), addressee(3))
	accept(t, s.store, s.doc)
	leases, err := s.store.Lease(t.Context(), exchange.LeaseRequest{Agency: addressee(2), Now: start, Until: start.Add(time.Hour), Max: 1})
	if err != nil || len(leases) != 1 {
		t.Fatalf("lease: %v, %d", err, len(leases))
	}
	accept(t, s.store, acting(envelope.Update, exchange.Updates)(s.doc))
	if a.asked {
		accept(t, s.store, acting(envelope.Recall, exchange.Recalls)(s.doc))
	}
	s.act = a.make(s.doc)
	if a.name == "update" { // the second has bytes of its own
		s.act = acting(envelope.Update, exchange.Updates)(s.doc)
		s.act.Body = append(s.act.Body, '2')
		s.act.Message.Size, s.act.Message.Digest = int64(len(s.act.Body)), sha256.Sum256(s.act.Body)
	}
	must(t, s.store.Close())
	o := options(t)
	o.Logger = slog.New(slog.DiscardHandler)
	if f != nil {
		o.Faults = f.hook
	}
	if f.has(bolt.StepLargeAppend) || f.has(bolt.StepLargeSync) {
		o.LargeBody = 1 // every body takes the way of the large ones
	}
	s.store = open(t, s.dir, o)
	return s
}

// played submits the act until it is accepted, also by a restarted hub, and says what it came to.
func (s *scene) played(t *testing.T) string {
	t.Helper()
	given := ""
	for range 3 {
		r, err := s.store.Accept(t.Context(), s.act)
		if err != nil {
			if exchange.KindOf(err) != exchange.Busy {
				t.Errorf("a disk at fault is %v, want %s", err, exchange.Busy)
			}
			must(t, s.store.Close())
			s.store = open(t, s.dir, options(t))
			sound(t, s.store)
			continue
		}
		proof := string(r.Proof.Marshal())
		if given != "" && proof != given {
			t.Error("a second receipt")
		}
		given = proof
	}
	sound(t, s.store)
	return s.told(t)
}

// told is how the document's and the act's deliveries stand, and how often what was logged.
func (s *scene) told(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	for _, m := range []exchange.Message{s.doc.Message, s.act.Message} {
		ds, err := s.store.DeliveriesOf(t.Context(), m.ID)
		must(t, err)
		for _, d := range ds {
			fmt.Fprintf(&b, "%s %s %s exposed %t recall %q consent %q waits %t\n", d.Class, d.Addressee, d.State, d.Exposed(), d.Recall.State, d.Consent, d.Behind != "")
		}
	}
	times := map[translog.Type]int{}
	records, err := s.store.Entries(t.Context(), 0, 100)
	must(t, err)
	for _, r := range records {
		times[r.Entry.Type]++
	}
	for _, kind := range []translog.Type{translog.Accepted, translog.Withdrawn, translog.RecallAsked} {
		fmt.Fprintf(&b, "%s %d times\n", kind, times[kind])
	}
	return b.String()
}

// TestScenesShowSomething: what the acts come to, so that the table above compares with something.
func TestScenesShowSomething(t *testing.T) {
	for i, wants := range [][]string{
		{"withdrawn exposed false recall \"withdrawn\"", "exposed true recall \"asked\"", "withdrawn 3 times", "recall 1 times"},
		{"withdrawn exposed false recall \"withdrawn\"", "recall 0 times"},
		{"recall \"agreed\""},
		{"recall \"declined\""},
		{"waits true"},
		{"withdrawn 3 times", "exposed true recall \"\""},
	} {
		got := newScene(t, acts()[i], nil).played(t)
		if slices.ContainsFunc(wants, func(want string) bool { return !strings.Contains(got, want) }) {
			t.Errorf("%s came to\n%s\nwant %q in it", acts()[i].name, got, wants)
		}
	}
}

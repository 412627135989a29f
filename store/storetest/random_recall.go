package storetest

import (
	"os"
	"path/filepath"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// An act is a document that acts on an earlier one; nil where there is none to act on.
func (w *walk) act(kind envelope.Kind, relation exchange.Relation) *exchange.Acceptance {
	var of []*accepted
	for _, m := range w.m.messages {
		if m.a.Message.Class == exchange.ClassDocument && m.a.Message.Kind != envelope.Recall && len(m.a.Deliveries) > 0 {
			of = append(of, m)
		}
	}
	if len(of) == 0 {
		w.Skip("no document yet")
	}
	earlier := pick(w, "of", of).a
	at := w.at()
	var to []exchange.AgencyID
	for _, d := range earlier.Deliveries {
		if len(to) == 0 || rapid.Bool().Draw(w.T, "to this too") {
			to = append(to, d.Addressee)
		}
	}
	a := w.h.document(earlier.Message.Sender, to...)
	a.Identity, a.Now, a.AnswerBy = "", at, at.Add(time.Hour)
	a.Message.Kind = kind
	for i, d := range a.Deliveries {
		a.Deliveries[i].Kind = kind
		for _, was := range earlier.Deliveries {
			if was.Addressee != d.Addressee && w.m.deliveries[was.ID].Addressee != d.Addressee {
				continue // one that took another's place had the document twice
			}
			root := exchange.Root(was, earlier.Message)
			a.Message.About = append(a.Message.About, exchange.Link{Message: w.m.deliveries[root].Message, Relation: relation,
				For: []exchange.AgencyID{d.Addressee}, Of: []exchange.DeliveryID{root}})
		}
	}
	a.Message.About = joined(a.Message.About)
	urgent(a, rapid.IntRange(0, 4).Draw(w.T, "priority"), w.m.now)
	return a
}

// joined has one link for each earlier message, and each of its deliveries once, as the hub makes them.
func joined(links []exchange.Link) (out []exchange.Link) {
	for _, l := range links {
		i := slices.IndexFunc(out, func(o exchange.Link) bool { return o.Message == l.Message })
		if i < 0 {
			out = append(out, l)
			continue
		}
		if !slices.Contains(out[i].Of, l.Of[0]) {
			out[i].For, out[i].Of = append(out[i].For, l.For...), append(out[i].Of, l.Of...)
		}
	}
	return out
}

func (w *walk) recall(*rapid.T) { w.submit(w.act(envelope.Recall, exchange.Recalls)) }

func (w *walk) update(*rapid.T) { w.submit(w.act(envelope.Update, exchange.Updates)) }

func (w *walk) replace(*rapid.T) { w.submit(w.act(envelope.Replacement, exchange.Replaces)) }

// takeBack is status 13 about one delivery: that of the document, or, in the short form, of any part of it.
func (w *walk) takeBack(*rapid.T) {
	a := w.act(envelope.New, exchange.Recalls)
	about := a.Message.About[0]
	to := about.For[0]
	named := rapid.Bool().Draw(w.T, "by its id")
	if parts := w.m.parts(about.Of[0]); named {
		d := pick(w, "part", parts)
		about.Message, about.Of = d.Message, []exchange.DeliveryID{d.ID}
		a.Basis = &exchange.Basis{Delivery: d.ID}
	}
	a.Message.Class = exchange.ClassStatus
	a.Message.About = []exchange.Link{{Message: about.Message, Relation: exchange.Recalls, For: about.For[:1], Of: about.Of[:1]}}
	a.Message.Report = &exchange.Report{Delivery: about.Of[0], Message: about.Message, Addressee: to, Code: envelope.TakeBack, At: a.Now}
	answerBy := a.AnswerBy
	address(a, to)
	a.AnswerBy = answerBy
	w.submit(a)
}

// answer is 15 or 16, now and then by who was not asked.
func (w *walk) answer(*rapid.T) {
	at := w.at()
	asked := w.some()
	for _, id := range w.m.order {
		if d := w.m.deliveries[id]; d.Recall.State != "" && rapid.Bool().Draw(w.T, "this one") {
			asked = d
		}
	}
	a := w.h.status(asked, draw(w, "answer", []envelope.StatusCode{envelope.Agreed, envelope.Declined}))
	a.Now = at
	w.rests(a)
	w.submit(a)
}

func (w *walk) lapse(*rapid.T) {
	at := w.at()
	d := w.some()
	if late := w.m.unanswered(); len(late) > 0 {
		d = w.m.deliveries[late[0]]
	}
	note := w.h.notice(d)
	note.Now = at
	got, err := w.h.Lapse(w.h.ctx, d.ID, at, note)
	next, _, want := exchange.Lapse(d, w.m.now)
	if w.fails(err, want, "lapse") {
		return
	}
	w.m.deliveries[d.ID] = next
	w.m.size++
	if !same(got, next) {
		w.Fatalf("lapsed as %+v\nwant %+v", got, next)
	}
	if _, refusals := w.m.accept(note); refusals != nil {
		w.Fatalf("the walk made a notice that is refused: %v", refusals)
	}
	r, err := w.h.Accepted(w.h.ctx, note.Message.Sender, note.Message.Digest)
	if err != nil {
		w.Fatalf("notice: %v", err)
	}
	w.m.messages[len(w.m.messages)-1].proof = r.Proof.Marshal()
}

// crash leaves the store as it lies on the disk and goes on with a copy: nobody closes what a power cut stops.
func (w *walk) crash(*rapid.T) {
	dir, err := os.MkdirTemp(filepath.Dir(w.h.dir), "walk")
	if err == nil {
		err = os.CopyFS(dir, os.DirFS(w.h.dir))
	}
	if err != nil {
		w.Fatal(err)
	}
	if err := w.h.Close(); err != nil {
		w.Fatalf("close: %v", err)
	}
	os.RemoveAll(w.h.dir)
	w.h.dir = dir
	w.h.Store = w.h.open(w.h.T, dir)
	w.check()
}

func (w *walk) compareLinks() {
	for _, m := range w.m.messages {
		got, err := w.h.Linked(w.h.ctx, m.a.Message.ID, 1000)
		want := w.m.linked(m.a.Message.ID)
		same := slices.EqualFunc(got, want, func(a, b exchange.Link) bool {
			return a.Message == b.Message && a.Relation == b.Relation && slices.Equal(a.For, b.For) && slices.Equal(a.Of, b.Of)
		})
		if err != nil || !same {
			w.Fatalf("linked with %s are %v (%v), want %v", m.a.Message.ID, got, err, want)
		}
	}
	late, err := inPages(w.h, w.m.now, 9, w.h.Unanswered)
	if got := ids(late); err != nil || !slices.Equal(got, w.m.unanswered()) {
		w.Fatalf("unanswered are %v (%v), want %v", got, err, w.m.unanswered())
	}
	if broken := w.m.promised(); broken != "" {
		w.Fatalf("%s", broken)
	}
}

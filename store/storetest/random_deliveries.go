package storetest

import (
	"time"

	"pgregory.net/rapid"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
)

// What walks do to single deliveries.

func (w *walk) lease(*rapid.T) {
	at := w.at()
	length := draw(w, "for", []time.Duration{time.Second, time.Minute})
	r := exchange.LeaseRequest{Agency: draw(w, "agency", everybody), Now: at, Max: rapid.IntRange(1, 4).Draw(w.T, "max"), Until: at.Add(length)}
	got, err := w.h.Lease(w.h.ctx, r)
	if err == nil {
		err = w.m.leased(r.Agency, r.Max, w.m.now.Add(length), got)
	}
	if err != nil {
		w.Fatalf("lease: %v", err)
	}
}

// noted is a notice for the end of the delivery, or none.
func (w *walk) noted(d exchange.Delivery, at time.Time) *exchange.Acceptance {
	var a *exchange.Acceptance
	switch draw(w, "notice", []string{"none", "plain", "reporting"}) {
	case "none":
		return nil
	case "plain":
		a = w.h.notice(d)
	case "reporting":
		a = w.h.status(d, envelope.Arrived)
		a.Message.Class = exchange.ClassNotice
	}
	a.Now = at
	return a
}

// became puts a delivery that a step has changed, with one entry and, when it ends, with its notice.
func (w *walk) became(got, next exchange.Delivery, note *exchange.Acceptance) {
	withdrawn := next.State == exchange.Withdrawn && w.m.deliveries[next.ID].State != exchange.Withdrawn
	w.m.deliveries[next.ID] = next
	w.m.rewrite(next.ID)
	w.m.size++
	if withdrawn {
		w.m.unasked(next)
	}
	if note != nil && next.State.Final() && !withdrawn {
		if repeat, refusals := w.m.accept(note); repeat != nil || refusals != nil {
			w.Fatalf("the walk made a notice that is refused: %v", refusals)
		}
		r, err := w.h.Accepted(w.h.ctx, note.Message.Sender, note.Message.Digest)
		if err != nil {
			w.Fatalf("notice: %v", err)
		}
		w.m.messages[len(w.m.messages)-1].proof = r.Proof.Marshal()
	}
	w.m.place()
	if !same(got, w.m.deliveries[next.ID]) {
		w.Fatalf("became %+v\nwant   %+v", got, w.m.deliveries[next.ID])
	}
}

func (w *walk) settle(*rapid.T) {
	at := w.at()
	d := w.some()
	s := exchange.Settlement{Delivery: d.ID, Attempt: d.Attempt - draw(w, "tokens back", []int{0, 0, 0, 1}), Now: at, Notice: w.noted(d, at)}
	wait := draw(w, "retry in", []time.Duration{0, time.Minute})
	s.Outcome = exchange.Outcome{
		Result:    draw(w, "result", []exchange.Result{exchange.ResultDelivered, exchange.ResultRetry, exchange.ResultDeadLettered}),
		Reason:    "http-503",
		RetryAt:   at.Add(wait),
		Blameless: rapid.Bool().Draw(w.T, "blameless"),
	}
	s.Outcome.NotSent = s.Outcome.Result != exchange.ResultDelivered && rapid.Bool().Draw(w.T, "not sent")
	got, err := w.h.Settle(w.h.ctx, s)
	s.Now, s.Outcome.RetryAt = w.m.now, w.m.now.Add(wait)
	next, _, want := exchange.Settle(d, s)
	if w.fails(err, want, "settle") {
		return
	}
	if s.Outcome.Blameless && got.Failures != d.Failures {
		w.Fatalf("an outage used up an attempt: %+v", got) // P6
	}
	w.became(got, next, s.Notice)
}

func (w *walk) acknowledge(*rapid.T) {
	at := w.at()
	d := w.some()
	a := exchange.Acknowledgement{Delivery: d.ID, Addressee: d.Addressee, Now: at, Notice: w.noted(d, at),
		Attempt: rapid.IntRange(0, d.Attempt+1).Draw(w.T, "token")}
	if draw(w, "impostor", []bool{false, false, false, true}) {
		a.Addressee = province
	}
	got, err := w.h.Acknowledge(w.h.ctx, a)
	a.Now = w.m.now
	next, _, changed, want := exchange.Acknowledge(d, a)
	if w.fails(err, want, "acknowledge") {
		return
	}
	if changed {
		w.became(got, next, a.Notice)
	} else if !same(got, d) {
		w.Fatalf("a repeated acknowledgement returns %+v, want %+v", got, d)
	}
}

func (w *walk) extend(*rapid.T) {
	at := w.at()
	d := w.some()
	attempt := rapid.IntRange(0, d.Attempt+1).Draw(w.T, "token")
	got, err := w.h.Extend(w.h.ctx, d.ID, attempt, at, at.Add(time.Hour))
	next, want := exchange.Extend(d, attempt, w.m.now, w.m.now.Add(time.Hour))
	if w.fails(err, want, "extend") {
		return
	}
	if !same(got, next) {
		w.Fatalf("extended to %+v, want %+v", got, next)
	}
	w.m.deliveries[d.ID] = next
}

func (w *walk) release(*rapid.T) {
	at := w.at()
	d := w.some()
	attempt := rapid.IntRange(0, d.Attempt+1).Draw(w.T, "token")
	notSent := rapid.Bool().Draw(w.T, "not sent")
	err := w.h.Release(w.h.ctx, d.ID, attempt, at, notSent)
	// A release is a settlement for which nobody is to blame, but for the entry and the reason.
	next, _, want := exchange.Settle(d, exchange.Settlement{Attempt: attempt, Now: w.m.now, Outcome: exchange.Outcome{
		Result: exchange.ResultRetry, Reason: d.Reason, RetryAt: w.m.now, NotSent: notSent, Blameless: true}})
	if w.fails(err, want, "release") {
		return
	}
	w.m.deliveries[d.ID] = next
	if next.State == exchange.Withdrawn {
		w.m.size++
		w.m.unasked(next)
	}
	w.m.place()
}

func (w *walk) expire(*rapid.T) {
	at := w.at()
	d := w.some()
	note := w.noted(d, at)
	got, err := w.h.Expire(w.h.ctx, d.ID, at, note)
	next, _, want := exchange.Expire(d, w.m.now)
	if !w.fails(err, want, "expire") {
		w.became(got, next, note)
	}
}

func (w *walk) requeue(*rapid.T) {
	at := w.at()
	d := w.some()
	deadline := w.m.now.Add(time.Hour)
	got, err := w.h.Requeue(w.h.ctx, d.ID, exchange.Caller{Operator: "an"}, at, deadline, nil)
	next, _, want := exchange.Requeue(d, exchange.Caller{Operator: "an"}, w.m.now, deadline)
	if want == nil && w.m.twin(d, d.Addressee) {
		want = exchange.Conflict
	}
	if !w.fails(err, want, "requeue") {
		w.became(got, next, nil)
	}
}

func (w *walk) open(*rapid.T) {
	at := w.at()
	d := w.some()
	got, err := w.h.Opened(w.h.ctx, d.ID, string(d.Addressee), "key_2", at)
	if d.State == exchange.Withdrawn {
		if exchange.KindOf(err) != exchange.NotFound {
			w.Fatalf("opening what was withdrawn: %v", err)
		}
		return
	}
	if err != nil {
		w.Fatalf("opened: %v", err)
	}
	if w.m.opened[d.ID] {
		return // compare sees that nothing was written
	}
	w.m.opened[d.ID] = true
	w.became(got, exchange.Open(d), nil)
}

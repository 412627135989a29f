package demo

import (
	"cmp"
	"context"
	"io"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lienthong/lienthong/envelope"
	"github.com/lienthong/lienthong/exchange"
	"github.com/lienthong/lienthong/exchange/calendar"
	"github.com/lienthong/lienthong/exchange/delivery"
)

// looks reports whether an agency's software is busy in the k-th half hour: one that fetches seldom does so twice a day,
// and at a dead endpoint the hub tries once in a while.
func looks(at place, k int) bool {
	switch {
	case k == slots-1:
		return false
	case at.dead:
		return k%8 == 2
	case at.seldom:
		return k == 3 || k == 13
	}
	return true
}

// trouble is what hinders an agency on the i-th day of so many; empty for nothing.
func (p *past) trouble(at place, i, of int) (reason string) {
	switch {
	case at.dead:
		return "dial"
	case at.fails && i >= of/2 && i < of/2+2:
		return "http-503"
	}
	return ""
}

// receive brings an agency what waits for it: it fetches, or the hub posts.
func (p *past) receive(ctx context.Context, s *software, trouble string) error {
	if s.place.channel == exchange.Push {
		return p.post(ctx, s, trouble)
	}
	c, err := p.caller(s)
	if err != nil {
		return err
	}
	got, err := p.hub.Hub.Lease(ctx, c, exchange.Ask{Max: 100})
	if err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(atOnce)
	for _, h := range got {
		all.Go(func() error { return p.fetch(ctx, s, c, h) })
	}
	return all.Wait()
}

func (p *past) fetch(ctx context.Context, s *software, c exchange.Caller, h exchange.Handout) error {
	if h.Message.Class == exchange.ClassDocument {
		_, body, err := p.hub.Hub.DeliveryContent(ctx, c, h.Delivery.ID)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, body)
		if err = cmp.Or(err, body.Close()); err != nil {
			return err
		}
	}
	if _, err := p.hub.Hub.Ack(ctx, c, h.Delivery.ID, h.Token); err != nil {
		return err
	}
	p.reply(s, h.Lease)
	return nil
}

// post is what the dispatcher does with what is due, but for the connection: the agencies' endpoints live in the present.
func (p *past) post(ctx context.Context, s *software, trouble string) error {
	now := p.now()
	ask := exchange.LeaseRequest{Agency: s.place.id, Now: now, Until: now.Add(time.Minute), Max: 100}
	if trouble != "" {
		ask.Max = 1 // what is not there is tried with one document at a time
	}
	got, err := p.hub.Store.Lease(ctx, ask)
	if err != nil {
		return err
	}
	var all errgroup.Group
	all.SetLimit(atOnce)
	for _, l := range got {
		all.Go(func() error { return p.settle(ctx, s, l, trouble) })
	}
	return all.Wait()
}

func (p *past) settle(ctx context.Context, s *software, l exchange.Lease, trouble string) error {
	r := chance(p.Seed, "posted", string(s.place.id), l.Message.DocumentID, string(l.Message.Class))
	v := delivery.Verdict{Class: delivery.Delivered}
	switch {
	case trouble == "dial":
		v = delivery.Verdict{Class: delivery.Outage, Reason: trouble, Detail: "connection refused", NotSent: true}
	case trouble != "":
		v = delivery.Verdict{Class: delivery.Outage, Reason: trouble, Detail: "503 Service Unavailable: đang bảo trì"}
	case l.Message.Class == exchange.ClassDocument && r.IntN(80) == 0:
		v = delivery.Verdict{Class: delivery.Permanent, Reason: "http-422", Detail: "phần mềm không nhận loại văn bản này"}
	}
	if _, err := p.hub.Hub.Settle(ctx, l, delivery.Judge(l.Delivery, v, p.now(), r.Float64)); err != nil {
		return err
	}
	if v.Class == delivery.Delivered {
		p.reply(s, l)
	}
	return nil
}

// reply puts on the agenda what people will say to what has come.
func (p *past) reply(s *software, l exchange.Lease) {
	m := l.Message
	r := chance(p.Seed, "reply", string(s.place.id), cmp.Or(m.DocumentID, string(m.ID)), m.Kind.String())
	switch {
	case m.Class == exchange.ClassDocument && m.Kind == envelope.Recall, m.Report != nil && m.Report.Code == envelope.TakeBack:
		p.answerRecall(s, l.Delivery.ID, r)
	case m.Class == exchange.ClassDocument && r.IntN(forgotten(s.place.id)) > 0:
		p.plan(p.answerIn(m.Priority, r), func(ctx context.Context) error { return p.accept(ctx, s, l, r) })
	}
}

// forgotten is of how many documents one is answered by nobody.
func forgotten(id exchange.AgencyID) int {
	if id == township {
		return 8
	}
	return 25
}

// answerIn is how long a document lies on the desk: an hour or two of the day's office hours, one in twelve until another
// day; what is urgent some minutes.
func (p *past) answerIn(priority int, r *rand.Rand) time.Duration {
	wait := time.Duration(r.IntN(150)) * time.Minute
	closes := p.hub.Hub.Calendar().Closes.On(calendar.DayOf(p.now()))
	switch {
	case r.IntN(12) == 0:
		return time.Duration(20+r.IntN(30)) * time.Hour
	case priority > 1 || p.now().Add(wait+time.Hour).After(closes):
		return 0
	}
	return wait
}

// accept is the clerk's word, after which the work goes on: nearly always somebody is responsible the next day.
func (p *past) accept(ctx context.Context, s *software, l exchange.Lease, r *rand.Rand) error {
	id := l.Delivery.ID
	w := exchange.Word{Code: envelope.Accepted, Description: "Đã vào sổ văn bản đến", Staff: envelope.Staff{Department: "Văn thư", Staff: person(r)}}
	if r.IntN(20) == 0 {
		w.Code, w.Description = envelope.Refused, refusals[r.IntN(len(refusals))]
		return p.tell(ctx, s, id, w)
	}
	if err := p.tell(ctx, s, id, w); err != nil || r.IntN(15) == 0 {
		return err
	}
	words := course(r)
	if n := 1 + r.IntN(len(words)); l.Message.DueDate.IsZero() || r.IntN(8) == 0 {
		words = words[:n]
	}
	p.goOn(s, id, words, r)
	return nil
}

// course is what is said of a document that is worked on, until it is done.
func course(r *rand.Rand) (all []exchange.Word) {
	for _, c := range []envelope.StatusCode{envelope.Assigned, envelope.Processing, envelope.Completed} {
		all = append(all, exchange.Word{Code: c, Description: c.Title(), Staff: envelope.Staff{Department: "Văn phòng", Staff: person(r)}})
	}
	return all
}

// goOn says one word after the other, with hours or days between them.
func (p *past) goOn(s *software, id exchange.DeliveryID, words []exchange.Word, r *rand.Rand) {
	if len(words) == 0 {
		return
	}
	wait := time.Duration(1+r.IntN(20)) * time.Hour
	if words[0].Code == envelope.Completed {
		wait = time.Duration(r.IntN(5)) * aDay
	}
	p.plan(wait, func(ctx context.Context) error {
		if err := p.tell(ctx, s, id, words[0]); err != nil {
			return err
		}
		p.goOn(s, id, words[1:], r)
		return nil
	})
}

// answerRecall agrees to most recalls, declines some and leaves the others to their deadline.
func (p *past) answerRecall(s *software, id exchange.DeliveryID, r *rand.Rand) {
	w := exchange.Word{Code: envelope.Agreed, Description: "Đã hủy văn bản trên hệ thống"}
	switch r.IntN(10) {
	case 0, 1:
		return
	case 2, 3, 4:
		w.Code, w.Description = envelope.Declined, "Văn bản đã được trình lãnh đạo xử lý"
	}
	p.plan(time.Duration(r.IntN(20))*time.Hour, func(ctx context.Context) error { return p.tell(ctx, s, id, w) })
}

// tell gives a status: in the township its clerk does, in the console.
func (p *past) tell(ctx context.Context, s *software, id exchange.DeliveryID, w exchange.Word) error {
	c, err := p.caller(s)
	if s.place.id == township {
		c = p.clerk
	}
	if err == nil {
		_, err = p.hub.Hub.Report(ctx, c, id, w)
	}
	if k := exchange.KindOf(err); k == exchange.BadReport { // withdrawn or answered otherwise meanwhile
		return nil
	}
	return unlessOver(err)
}

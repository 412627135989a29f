package console

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

const resendPath = "/van-hanh/gui-lai"

// A resendPage says what sending again would do, and asks for the reason and the number.
type resendPage struct {
	Filter                          trafficFilter
	Hidden                          []field // the filter, to be sent along
	Sentence, Not, More             string
	Count                           int
	To                              []field
	MoreTo                          string
	Reason, Typed, Error, Busy, Job string
}

const mostNamed = 20 // addressees that the preview names

func (c *console) resendPreview(v *visit) error {
	return c.resendForm(v, http.StatusOK, "")
}

func (c *console) resendForm(v *visit, status int, wrong string) error {
	f, plan, err := c.resendPlan(v)
	if err != nil {
		return err
	}
	w := v.words
	page := resendPage{Filter: f, Count: len(plan.Send), Reason: v.FormValue("ly-do"), Typed: v.FormValue("so"), Error: wrong}
	for name, value := range f.values() {
		page.Hidden = append(page.Hidden, field{name, value[0]})
	}
	page.Sentence = w.text("resend.will", "n", w.number(len(plan.Send)), "agencies", w.number(len(plan.To)), "size", bytesText(w, plan.Bytes))
	page.Not = hindered(w, plan)
	if plan.More {
		page.More = w.text("resend.more", "n", w.number(exchange.MostDeadLetters))
	}
	c.nameThem(w, plan, &page)
	if id, running := c.errands.running(); running {
		page.Busy, page.Job = w.text("resend.busy"), resendPath+"/"+id
	}
	return c.render(v, status, "resend", w.text("resend.title"), page)
}

// resendPlan reads the filter, of the address or of the form, and looks what it selects.
func (c *console) resendPlan(v *visit) (trafficFilter, exchange.DeadLetterPlan, error) {
	f := trafficFilter{Agency: strings.TrimSpace(v.FormValue("dv")), Side: v.FormValue("chieu"), Reason: v.FormValue("loi"), From: v.FormValue("tu"), To: v.FormValue("den"),
		State: string(exchange.DeadLettered)}
	q, err := f.deadLetters()
	if err != nil {
		return f, exchange.DeadLetterPlan{}, err
	}
	plan, err := c.Hub.PlanRequeue(v.ctx(), v.caller, q)
	return f, plan, err
}

func hindered(w words, plan exchange.DeadLetterPlan) string {
	var parts []string
	total := 0
	for _, why := range exchange.Hindrances() {
		if n := plan.Not[why]; n > 0 {
			total += n
			parts = append(parts, w.text("resend.not."+string(why), "n", w.number(n)))
		}
	}
	if total == 0 {
		return ""
	}
	return w.text("resend.not", "n", w.number(total), "why", strings.Join(parts, "; "))
}

// nameThem lists the addressees with how many each gets.
func (c *console) nameThem(w words, plan exchange.DeadLetterPlan, page *resendPage) {
	ids := sortedBy(plan.To)
	for _, id := range ids[:min(mostNamed, len(ids))] {
		page.To = append(page.To, field{c.nameOf(id) + " (" + string(id) + ")", w.number(plan.To[id])})
	}
	if more := len(ids) - mostNamed; more > 0 {
		page.MoreTo = w.text("resend.moreto", "n", w.number(more))
	}
}

// resendStart begins to send again what the filter selects, if its number is the one that was typed.
func (c *console) resendStart(v *visit) error {
	_, plan, err := c.resendPlan(v)
	if err != nil {
		return err
	}
	reason, wrong := operatorsReason(v)
	typed, err := strconv.Atoi(strings.NewReplacer(".", "", ",", "", " ", "").Replace(v.FormValue("so")))
	switch {
	case wrong != "":
	case len(plan.Send) == 0:
		wrong = v.words.text("resend.nothing")
	case err != nil || typed != len(plan.Send):
		wrong = v.words.text("resend.wrong", "n", v.words.number(len(plan.Send)))
	}
	if wrong != "" {
		return c.resendForm(v, http.StatusUnprocessableEntity, wrong)
	}
	id, ok := c.errands.begin(plan.Send, c.Clock())
	if !ok {
		return c.resendForm(v, http.StatusConflict, v.words.text("resend.busy"))
	}
	go c.resend(context.WithoutCancel(v.ctx()), v.caller, id, reason)
	return v.Redirect(http.StatusSeeOther, resendPath+"/"+id)
}

// resendBatch deliveries are sent between two looks at whether the hub stops.
const resendBatch = 50

// resend works an errand off. Each delivery is an act of its own, with its entry in the log; what is no dead letter any
// more is passed over. Begun anew after a stop, it finds what is left.
func (c *console) resend(ctx context.Context, by exchange.Caller, id, reason string) {
	var failed error
	for failed == nil {
		batch := c.errands.next(id, resendBatch)
		if len(batch) == 0 || c.stops() {
			break
		}
		for _, d := range batch {
			_, err := c.Hub.Requeue(ctx, by, d, reason)
			switch kind := exchange.KindOf(err); {
			case err == nil:
				c.errands.count(id, true)
			case kind == exchange.Conflict || kind == exchange.NotFound:
				c.errands.count(id, false)
			default:
				failed = err
			}
			if failed != nil {
				c.Log.Error("sending again ended early", "errand", id, "error", failed)
				break
			}
		}
	}
	c.errands.end(id, failed != nil, c.Clock())
}

func (c *console) stops() bool {
	select {
	case <-c.Stopping:
		return true
	default:
		return false
	}
}

// A resendJob is how far an errand has come.
type resendJob struct {
	ID                       string
	Done, Total, Sent, Not   int
	Text, Began, Ended       string
	Running, Failed, Stopped bool
}

func (c *console) resendProgress(v *visit) error {
	e, ok := c.errands.get(v.Param("id"))
	if !ok {
		return &exchange.Error{Kind: exchange.NotFound, Detail: "no such errand; the hub may have been started anew",
			VI: "Không có lượt gửi lại này; có thể trục đã khởi động lại. Xem danh sách lỗi chuyển để biết phần còn lại."}
	}
	w := v.words
	job := resendJob{ID: e.id, Done: e.sent + e.passed, Total: len(e.all), Sent: e.sent, Not: e.passed, Began: exactly(e.began), Ended: exactly(e.ended),
		Running: e.ended.IsZero(), Failed: e.failed}
	job.Stopped = !job.Running && !job.Failed && job.Done < job.Total
	job.Text = w.text("resend.progress", "done", w.number(job.Done), "total", w.number(job.Total))
	return c.render(v, http.StatusOK, "resending", w.text("resend.title"), job)
}

// Errands are the mass acts of operators, of which one runs at a time. They lie in memory: what they did is in the log.
type errands struct {
	mu  sync.Mutex
	all []*errand // the oldest first
}

type errand struct {
	id           string
	all          []exchange.DeliveryID
	taken        int
	sent, passed int
	failed       bool
	began, ended time.Time
}

const mostErrands = 20 // that are remembered

func (s *errands) begin(ids []exchange.DeliveryID, now time.Time) (id string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.all); n > 0 && s.all[n-1].ended.IsZero() {
		return "", false
	}
	if len(s.all) == mostErrands {
		s.all = s.all[1:]
	}
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	e := &errand{id: hex.EncodeToString(raw), all: ids, began: now}
	s.all = append(s.all, e)
	return e.id, true
}

func (s *errands) running() (id string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.all); n > 0 && s.all[n-1].ended.IsZero() {
		return s.all[n-1].id, true
	}
	return "", false
}

// get is a copy.
func (s *errands) get(id string) (errand, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.find(id); e != nil {
		return *e, true
	}
	return errand{}, false
}

func (s *errands) find(id string) *errand {
	for _, e := range s.all {
		if e.id == id {
			return e
		}
	}
	return nil
}

// next hands out the following part of an errand, each once.
func (s *errands) next(id string, most int) []exchange.DeliveryID {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.find(id)
	if e == nil {
		return nil
	}
	part := e.all[e.taken:min(e.taken+most, len(e.all))]
	e.taken += len(part)
	return part
}

func (s *errands) count(id string, sent bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.find(id)
	switch {
	case e == nil:
	case sent:
		e.sent++
	default:
		e.passed++
	}
}

func (s *errands) end(id string, failed bool, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.find(id); e != nil {
		e.failed, e.ended = failed, now
	}
}

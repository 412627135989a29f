package exchange_test

import (
	"testing"
	"time"

	"github.com/lienthong/lienthong/exchange"
)

func TestRedirect(t *testing.T) {
	now := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	waits := exchange.Delivery{ID: "d", Addressee: "OLD", Sender: "S", Channel: exchange.Push, State: exchange.Queued, Due: now.Add(-time.Hour),
		Deadline: now.Add(time.Hour), Attempt: 3, Failures: 2, ExposedBy: 1, Reason: "dial"}
	with := func(f func(*exchange.Delivery)) exchange.Delivery { d := waits; f(&d); return d }
	order := exchange.Redirection{Delivery: "d", From: "OLD", To: exchange.Agency{ID: "NEW", Channel: exchange.Pull}, Actor: "hub", Now: now}
	as := func(f func(*exchange.Redirection)) exchange.Redirection { r := order; f(&r); return r }
	for _, tt := range []struct {
		name string
		d    exchange.Delivery
		r    exchange.Redirection
		ok   bool
	}{
		{"waiting", waits, order, true},
		{"between two attempts", with(func(d *exchange.Delivery) { d.Due = now.Add(time.Hour) }), order, true},
		{"its lease has run out", with(func(d *exchange.Delivery) { d.Leased = true }), order, true},
		{"its lease runs", with(func(d *exchange.Delivery) { d.Leased, d.Due = true, now.Add(1) }), order, false},
		{"delivered", with(func(d *exchange.Delivery) { d.State = exchange.Delivered }), order, false},
		{"withdrawn", with(func(d *exchange.Delivery) { d.State = exchange.Withdrawn }), as(func(r *exchange.Redirection) { r.Revive = true }), false},
		{"a dead letter", with(func(d *exchange.Delivery) { d.State = exchange.DeadLettered }), order, false},
		{"a dead letter that is revived", with(func(d *exchange.Delivery) { d.State = exchange.DeadLettered }), as(func(r *exchange.Redirection) { r.Revive = true }), true},
		{"a dead letter whose recall is asked for", with(func(d *exchange.Delivery) { d.State, d.Recall.State = exchange.DeadLettered, exchange.RecallAsked }), as(func(r *exchange.Redirection) { r.Revive = true }), false},
		{"another's", waits, as(func(r *exchange.Redirection) { r.From = "X" }), false},
		{"to itself", waits, as(func(r *exchange.Redirection) { r.To.ID = "OLD" }), false},
	} {
		next, e, err := exchange.Redirect(tt.d, tt.r)
		if !tt.ok {
			if exchange.KindOf(err) != exchange.Conflict || err == nil || next != tt.d {
				t.Errorf("%s: %+v, %v; want a conflict that changes nothing", tt.name, next, err)
			}
			continue
		}
		want := tt.d
		want.Addressee, want.Original, want.Channel, want.State = "NEW", "OLD", exchange.Pull, exchange.Held
		want.Failures, want.Reason, want.Leased = 0, "", false
		if want.Due.After(now) {
			want.Due = now
		}
		if err != nil || next != want {
			t.Errorf("%s: became %+v, want %+v (%v)", tt.name, next, want, err)
		}
		if e.Original != "OLD" || e.Addressee != "NEW" || e.Type != "redirected" || e.Attempt != 3 {
			t.Errorf("%s: logged as %s", tt.name, e.Marshal())
		}
	}
}

// The first addressee stays on record over several redirections, as the sender's receipt names it.
func TestRedirectTwice(t *testing.T) {
	now := time.Date(2025, 7, 1, 0, 0, 0, 0, time.UTC)
	d := exchange.Delivery{Addressee: "A", Channel: exchange.Pull, State: exchange.Held}
	for _, to := range []exchange.AgencyID{"B", "C", "A"} {
		var err error
		d, _, err = exchange.Redirect(d, exchange.Redirection{From: d.Addressee, To: exchange.Agency{ID: to, Channel: exchange.Pull}, Now: now})
		want := exchange.AgencyID("A")
		if to == "A" {
			want = ""
		}
		if err != nil || d.Addressee != to || d.Original != want {
			t.Errorf("at %s it was accepted for %q, want %q (%v)", d.Addressee, d.Original, want, err)
		}
	}
}

func TestRouteInWords(t *testing.T) {
	day := time.Date(2025, 6, 30, 17, 0, 0, 0, time.UTC) // midnight in Vietnam
	for _, tt := range []struct {
		steps        []exchange.Step
		word, vi, en string
	}{
		{nil, "", "", ""},
		{[]exchange.Step{{By: exchange.ByAlias, Agency: "A"}}, "", "", ""},
		{[]exchange.Step{{By: exchange.BySuccessor, Agency: "B", Since: day}}, "successor",
			"X đã chấm dứt hoạt động ngày 01/07/2025, đơn vị kế thừa là B.", "X was closed on 2025-07-01, its successor is B"},
		{[]exchange.Step{{By: exchange.ByAlias, Agency: "A"}, {By: exchange.BySuccessor, Agency: "B", Since: day}, {By: exchange.ByGateway, Agency: "G"}}, "successor+gateway",
			"X là mã khác của A; A đã chấm dứt hoạt động ngày 01/07/2025, đơn vị kế thừa là B; B nhận văn bản qua đầu mối G.",
			"X is a further code of A; A was closed on 2025-07-01, its successor is B; B is reached through its gateway G"},
	} {
		r := exchange.Route{Code: "X", Steps: tt.steps}
		if vi, en := r.Text(); r.Word() != tt.word || vi != tt.vi || en != tt.en {
			t.Errorf("%v: %q, %q, %q", tt.steps, r.Word(), vi, en)
		}
	}
}
